//! Debate: two sides argue, the majority of turns decides. Sees claims and strengths;
//! what the truth adds to a strength comes from the fence.

use crate::claim::{Answer, Claim};
use crate::overseers::Exhausted;
use crate::scenario::stages::{CrossCheck, Order};
use crate::streams::{Actor, LANES, Purpose, Streams};
use crate::systems::judge::bout::{Bouts, LANE_TURNS_MAX, Place, Score, Scores, fixed, play_lanes, play_one};
use crate::systems::sight::{SPENT_COIN, Scene, Table, seats};
use crate::units::Chance;
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::judgement::{LEADS, tells};
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use crate::world::waiting::Waiting;
use bevy_ecs::prelude::{Query, ResMut};

/// Decides every contested debate of the tick.
pub fn debate(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let (table, journal) = (table.scene(), &mut *journal);
    let CrossCheck::Debate { turns, .. } = table.stages.cross_check else { return };
    let Queues { contested, decided, .. } = &mut *queues;
    let mut desk = Desk {
        table: &table,
        asked: column(asked),
        claims: column(claims),
        matches: column(matches),
        decided,
        journal,
        turns,
        dues: Dues::new(&table),
        told: Told::nothing(),
        actor: argument(table.block.replicate, [0, 1].map(|seat| table.minds[seat].name.as_str())),
        margins: Margins::new(&table),
    };
    if table.overseer.spec.budget.is_some() {
        contested.retain(|row| desk.pays(row));
    }
    let single = table.overseer.members() == 1 && turns as usize <= LANE_TURNS_MAX;
    if single && table.overseer.judging.plain_flip(0).is_some() {
        let alike = desk.alike();
        let mut bouts = Bouts::even();
        if let Some(Alike { margin, flip, .. }) = alike {
            (0..LANES).for_each(|lane| bouts.terms(lane, margin, flip));
        }
        contested.eights(|rows| match alike {
            Some(alike) => desk.decide_alike(rows, &mut bouts, alike),
            None => desk.decide_lanes(rows, &mut bouts),
        });
    } else {
        contested.rows().for_each(|row| desk.decide(row));
    }
    desk.decided.append(contested);
}

/// Whose the strengths' draws are: the two agents', so that every overseer reads the same argument.
#[must_use]
pub fn argument(replicate: u32, seats: [&str; 2]) -> Actor {
    Streams::actor(Purpose::Argue, replicate, &seats.join("\n"))
}

/// Seat 0's lead beyond strengths.
struct Margins {
    /// Skill, and biases that no question changes.
    standing: f64,
    /// The lead, where no question changes it: if seat 0 stands first, and if it stands second.
    fixed: Option<[i32; 2]>,
}

impl Margins {
    fn new(table: &Scene) -> Self {
        let bias = &table.overseer.spec.bias;
        let [a, b] = [&table.minds[0], &table.minds[1]];
        let longer = f64::from(i8::from(a.deceives()) - i8::from(b.deceives()));
        let standing = a.skill - b.skill + bias.longer * longer;
        let same = table.ground.advantage_if(true) == 0.0 && bias.confident == 0.0;
        let by_seat = || [first(table), -first(table)].map(|first| fixed(standing + first));
        Self { standing, fixed: same.then(by_seat) }
    }

    #[inline(always)]
    fn at(&self, table: &Scene, row: Row, asked: &Asked, claims: &Claims, swapped: bool) -> i32 {
        match self.fixed {
            Some([first, second]) => {
                if swapped {
                    second
                } else {
                    first
                }
            }
            None => fixed(self.standing + changing(table, row, asked, claims, swapped)),
        }
    }
}

/// What speaking first adds, where sides speak in order.
fn first(table: &Scene) -> f64 {
    match table.stages.cross_check {
        CrossCheck::Debate { order: Order::Sequential, .. } => table.overseer.spec.bias.first,
        _ => 0.0,
    }
}

/// The part of seat 0's lead that depends on the question.
fn changing(table: &Scene, row: Row, asked: &Asked, claims: &Claims, swapped: bool) -> f64 {
    let bias = &table.overseer.spec.bias;
    let advantage = |seat: usize| {
        let answer = claims.sides[seat ^ usize::from(swapped)];
        table.ground.advantage_if(table.stands(row, asked, claims, answer))
    };
    let mut lead = advantage(0) - advantage(1);
    lead += if swapped { -first(table) } else { first(table) };
    if bias.confident != 0.0 {
        let sure = |seat: usize| {
            let mind = &table.minds[seat];
            if mind.deceives() {
                1.0
            } else {
                mind.assurance(table.place(row), asked.question, asked.level.into())
            }
        };
        lead += bias.confident * (sure(0) - sure(1));
    }
    lead
}

/// What each debate counts for in the books; the recorder multiplies it by the debates of a match.
pub struct Dues {
    /// What it costs each member of the panel, in the overseer's units.
    each: u32,
    /// What it costs, if no budget limits it; where one does, it is paid before.
    pub unpaid: u32,
    /// Checks.
    pub checks: u32,
    /// Arguments read.
    pub arguments: u32,
}

impl Dues {
    /// The dues of the composition's debates; nothing, where it has none.
    #[must_use]
    pub fn new(table: &Scene) -> Self {
        let CrossCheck::Debate { turns, .. } = table.stages.cross_check else {
            return Self { each: 0, unpaid: 0, checks: 0, arguments: 0 };
        };
        let overseer = table.overseer;
        let (cost, checks, arguments) = (&overseer.spec.cost, overseer.members(), 2 * turns);
        let each = cost.check.saturating_add(cost.read.saturating_mul(arguments));
        let unpaid = if overseer.spec.budget.is_none() { each.saturating_mul(checks) } else { 0 };
        Self { each, unpaid, checks, arguments }
    }
}

/// The terms of debates, where no question changes them.
#[derive(Clone, Copy)]
struct Alike {
    swapped: bool,
    /// Seat 0's lead.
    margin: i32,
    /// The overseer's chance to misread a turn.
    flip: Chance,
}

/// What leads tell the overseer, as worked out for the questions at hand: most have the same level.
struct Told {
    level: u8,
    answers: u32,
    by_lead: [f32; LEADS],
}

impl Told {
    /// Nothing is worked out yet: every question has an answer.
    fn nothing() -> Self {
        Self { level: 0, answers: 0, by_lead: [0.0; LEADS] }
    }

    /// What a lead tells of a question.
    #[inline(always)]
    fn by(&mut self, table: &Scene, asked: &Asked, lead: u32, turns: u32) -> f32 {
        let answers = table.ground.answers(asked.question);
        if (self.level, self.answers) != (asked.level, answers) {
            self.work_out(table, asked.level, answers, turns);
        }
        self.by_lead[lead as usize % LEADS]
    }

    /// What the leads of eight debates tell.
    #[inline(always)]
    fn by_neighbours(
        &mut self,
        table: &Scene,
        asked: &[Asked; LANES],
        scores: &Scores,
        turns: u32,
    ) -> [f32; LANES] {
        let lead = |i| scores.of(i).lead(turns);
        if table.ground.answers_alike().is_none() || asked.iter().any(|other| other.level != asked[0].level) {
            return std::array::from_fn(|i| self.by(table, &asked[i], lead(i), turns));
        }
        let mut told = [self.by(table, &asked[0], lead(0), turns); LANES];
        (1..LANES).for_each(|i| told[i] = self.by_lead[lead(i) as usize % LEADS]);
        told
    }

    #[cold]
    fn work_out(&mut self, table: &Scene, level: u8, answers: u32, turns: u32) {
        (self.level, self.answers) = (level, answers);
        for (told, lead) in self.by_lead.iter_mut().zip(0..=turns) {
            *told = tells(table.overseer.posterior(level.into(), lead), answers);
        }
    }
}

/// The judge's desk: the debates of a tick and the columns their outcome goes to.
struct Desk<'a> {
    table: &'a Scene<'a>,
    asked: &'a [Asked],
    claims: &'a mut [Claims],
    matches: &'a mut [Match],
    decided: &'a mut Waiting,
    journal: &'a mut Journal,
    turns: u32,
    dues: Dues,
    told: Told,
    actor: Actor,
    margins: Margins,
}

impl Desk<'_> {
    #[inline(always)]
    fn draws(&self, row: Row, asked: &Asked) -> Place {
        let at = self.table.place(row);
        let argument = Streams::at(self.actor, at.trial, asked.question, at.moment(0, 0));
        Place { argument, reading: self.table.overseer.reading(at, asked.question) }
    }

    /// Pays for a judgement out of the budget, or ends the contest as the scenario says.
    fn pays(&mut self, row: Row) -> bool {
        let (overseer, ledger) = (self.table.overseer, &mut self.matches[self.table.block.lane(row)]);
        if overseer.pays(ledger, self.dues.each) {
            return true;
        }
        ledger.confidence *= tells(0.5, self.table.ground.answers(self.asked[row as usize].question));
        let second = self.table.coin(row, &self.asked[row as usize], SPENT_COIN);
        let claim = &mut self.claims[row as usize];
        claim.verdict = match overseer.spec.exhausted {
            Exhausted::Abstain => Answer::UNKNOWN,
            Exhausted::Guess => claim.sides[usize::from(second)],
        };
        self.journal.tell(row, || format!("{} has spent its budget and does not judge", overseer.spec.name));
        self.decided.push(row);
        false
    }

    /// The terms that no question changes, if so.
    fn alike(&self) -> Option<Alike> {
        let swapped = self.table.seated?;
        let margin = self.margins.fixed?[usize::from(swapped)];
        Some(Alike { swapped, margin, flip: self.table.overseer.judging.level_flip()? })
    }

    /// Plays and decides at most eight debates side by side, on the same terms.
    #[inline(always)]
    fn decide_alike(&mut self, rows: &[Row], bouts: &mut Bouts, alike: Alike) {
        if let Ok(rows) = rows.try_into()
            && self.are_neighbours(rows)
        {
            return self.decide_neighbours(rows[0], bouts, alike);
        }
        for (lane, &row) in rows.iter().enumerate() {
            bouts.at(lane, self.draws(row, &self.asked[row as usize]));
        }
        let scores = play_lanes(self.table.streams, bouts, self.turns as usize);
        for (lane, &row) in rows.iter().enumerate() {
            self.close(row, scores.of(lane), alike.swapped);
        }
    }

    /// Whether eight rows are neighbours in every column, and nobody listens to what becomes of them.
    #[inline(always)]
    fn are_neighbours(&self, rows: &[Row; LANES]) -> bool {
        let block = &self.table.block;
        !self.journal.on
            && block.lane(rows[0]) + LANES <= block.lanes
            && (rows[0]..).zip(rows).all(|(next, row)| next == *row)
    }

    /// Plays and decides eight neighbouring debates on the same terms: slices of every column, no look-ups.
    #[inline(never)]
    fn decide_neighbours(&mut self, first: Row, bouts: &mut Bouts, alike: Alike) {
        let (table, turns) = (self.table, self.turns);
        let (row, lane, at) = (first as usize, table.block.lane(first), table.place(first));
        let asked: &[Asked; LANES] = self.asked[row..].first_chunk().expect("eight rows");
        let claims: &mut [Claims; LANES] = self.claims[row..].first_chunk_mut().expect("eight rows");
        let matches: &mut [Match; LANES] = self.matches[lane..].first_chunk_mut().expect("eight lanes");
        let actor = self.actor;
        for (i, Asked { question, .. }) in asked.iter().enumerate() {
            let at = at.onward(i);
            bouts.arguments[i] = Streams::at(actor, at.trial, *question, at.moment(0, 0));
            bouts.readings[i] = table.overseer.reading(at, *question);
        }
        let scores = play_lanes(table.streams, bouts, turns as usize);
        let told = self.told.by_neighbours(table, asked, &scores, turns);
        for (i, (claim, ledger)) in claims.iter_mut().zip(&mut *matches).enumerate() {
            let (score, [first, second]) = (scores.of(i), claim.sides);
            claim.verdict = if alike.swapped == score.wins { second } else { first };
            ledger.contested += 1;
            ledger.erred += score.misread;
            ledger.confidence *= told[i];
        }
    }

    /// Plays and decides at most eight debates side by side, each on its own terms.
    fn decide_lanes(&mut self, rows: &[Row], bouts: &mut Bouts) {
        let table = self.table;
        let mut swapped = [false; LANES];
        for (lane, &row) in rows.iter().enumerate() {
            let (asked, claims) = (&self.asked[row as usize], &self.claims[row as usize]);
            swapped[lane] = table.swapped(row, asked);
            bouts.at(lane, self.draws(row, asked));
            let flip = table.overseer.judging.plain_flip(asked.level.into());
            let flip = flip.expect("plain at every level if at one");
            bouts.terms(lane, self.margins.at(table, row, asked, claims, swapped[lane]), flip);
        }
        let scores = play_lanes(table.streams, bouts, self.turns as usize);
        for (lane, &row) in rows.iter().enumerate() {
            self.close(row, scores.of(lane), swapped[lane]);
        }
    }

    /// Plays and decides a debate whose turns the overseer reads with more than a plain flip.
    fn decide(&mut self, row: Row) {
        let (table, asked, claim) = (self.table, &self.asked[row as usize], &self.claims[row as usize]);
        let (at, overseer, swapped) = (table.place(row), table.overseer, table.swapped(row, asked));
        let (level, turns) = (asked.level.into(), self.turns as usize);
        let side = |i: usize| Claim { question: asked.question, answer: claim.sides[i] };
        let plain = overseer.judging.plain_flip(level).filter(|_| overseer.members() == 1);
        let reads = |turn, ahead: bool, word| match plain {
            Some(flip) => ahead ^ flip.hit(word),
            None => {
                let (first, second) = (side(0), side(1));
                swapped != overseer.reads_turn(at, (first, second), level, turn, ahead != swapped)
            }
        };
        let margin = self.margins.at(table, row, asked, claim, swapped);
        let score = play_one(table.streams, self.draws(row, asked), margin, turns, reads);
        self.close(row, score, swapped);
    }

    /// The verdict of a debate, and what it says to the recorder.
    #[inline(always)]
    fn close(&mut self, row: Row, score: Score, swapped: bool) {
        let table = self.table;
        let (asked, claims) = (&self.asked[row as usize], &mut self.claims[row as usize]);
        let side = usize::from(swapped == score.wins);
        claims.verdict = claims.sides[side];
        let lead = score.lead(self.turns);
        let ledger = &mut self.matches[table.block.lane(row)];
        ledger.contested += 1;
        ledger.erred += score.misread;
        ledger.confidence *= self.told.by(table, asked, lead, self.turns);
        if self.journal.on {
            self.tell(row, score, swapped, side);
        }
    }

    /// Tells how a debate went.
    #[cold]
    fn tell(&mut self, row: Row, score: Score, swapped: bool, side: usize) {
        let (table, turns) = (self.table, self.turns);
        let (asked, claim) = (&self.asked[row as usize], &self.claims[row as usize]);
        let show = |i: usize| table.ground.show_answer(asked.question, claim.sides[i]);
        let names = seats(swapped).map(|seat| &table.minds[seat].name);
        let won = if swapped { turns - score.won } else { score.won };
        let line = format!(
            "debate: {} for {}, {} for {}; {} reads {won} to {} of {turns} turns, {} misread{}: {} stands",
            names[0],
            show(0),
            names[1],
            show(1),
            table.overseer.spec.name,
            turns - won,
            score.misread,
            if 2 * won == turns { ", a tie, a coin" } else { "" },
            show(side),
        );
        self.journal.tell(row, || line);
    }
}
