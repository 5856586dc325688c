//! Debate: two sides argue, the majority of turns decides. Sees claims and strengths;
//! what the truth adds to a strength comes from the fence.

use crate::claim::{Answer, Claim};
use crate::overseers::Exhausted;
use crate::scenario::stages::{CrossCheck, Order};
use crate::streams::{Actor, Address, LANES, Purpose, Streams};
use crate::systems::judge::bout::{Bouts, LANE_TURNS_MAX, Score, fixed, play_lanes, play_one};
use crate::systems::sight::{SPENT_COIN, Scene, Table};
use crate::world::components::{Asked, Claims, Match, NO_ROW, Row};
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
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
    let table = table.scene();
    let CrossCheck::Debate { turns, .. } = table.stages.cross_check else { return };
    let Queues { contested, decided, .. } = &mut *queues;
    let mut desk = Desk {
        table: &table,
        asked: column(asked),
        claims: column(claims),
        matches: column(matches),
        decided,
        journal: &mut journal,
        turns,
        dues: Dues::new(&table, turns),
        actor: Streams::actor(Purpose::Argue, table.block.replicate, &table.overseer.spec.name),
        margins: Margins::new(&table),
    };
    if table.overseer.spec.budget.is_some() {
        contested.retain(|row| desk.pays(*row));
    }
    let single = table.overseer.members() == 1 && turns as usize <= LANE_TURNS_MAX;
    if single && table.overseer.judging.plain_flip(0).is_some() {
        let flip = table.overseer.judging.level_flip();
        let mut bouts = Bouts::even();
        if let Some(flip) = flip {
            (0..LANES).for_each(|lane| bouts.misread(lane, flip));
        }
        contested.chunks(LANES).for_each(|rows| desk.decide_lanes(rows, &mut bouts, flip.is_none()));
    } else {
        contested.iter().for_each(|row| desk.decide(*row));
    }
    desk.decided.append(contested);
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
    fn at(&self, table: &Scene, row: Row, asked: &Asked, claims: &Claims, seats: [usize; 2]) -> i32 {
        match self.fixed {
            Some(margins) => margins[seats[0]],
            None => fixed(self.standing + changing(table, row, asked, claims, seats)),
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
fn changing(table: &Scene, row: Row, asked: &Asked, claims: &Claims, seats: [usize; 2]) -> f64 {
    let bias = &table.overseer.spec.bias;
    let advantage = |seat: usize| {
        let answer = claims.sides[usize::from(seats[0] != seat)];
        table.ground.advantage_if(table.stands(row, asked, claims, answer))
    };
    let mut lead = advantage(0) - advantage(1);
    lead += if seats[0] == 0 { first(table) } else { -first(table) };
    if bias.confident != 0.0 {
        let answers = table.ground.answers(asked.question);
        let sure = |seat: usize| {
            let mind = &table.minds[seat];
            let right = mind.ability.right(asked.level.into(), answers).threshold() as f64 / 4_294_967_296.0;
            if mind.deceives() { 1.0 } else { right }
        };
        lead += bias.confident * (sure(0) - sure(1));
    }
    lead
}

/// What each debate counts for in the books.
struct Dues {
    /// What it costs each member of the panel, in the overseer's units.
    each: u32,
    /// What it costs if no budget limits it; where one does, it is paid before.
    unpaid: u32,
    checks: u32,
    arguments: u32,
}

impl Dues {
    fn new(table: &Scene, turns: u32) -> Self {
        let overseer = table.overseer;
        let (cost, checks, arguments) = (&overseer.spec.cost, overseer.members(), 2 * turns);
        let each = cost.check.saturating_add(cost.read.saturating_mul(arguments));
        let unpaid = if overseer.spec.budget.is_none() { each.saturating_mul(checks) } else { 0 };
        Self { each, unpaid, checks, arguments }
    }
}

/// The judge's desk: the debates of a tick and the columns their outcome goes to.
struct Desk<'a> {
    table: &'a Scene<'a>,
    asked: &'a [Asked],
    claims: &'a mut [Claims],
    matches: &'a mut [Match],
    decided: &'a mut Vec<Row>,
    journal: &'a mut Journal,
    turns: u32,
    dues: Dues,
    actor: Actor,
    margins: Margins,
}

impl Desk<'_> {
    #[inline(always)]
    fn seats(&self, row: Row) -> [usize; 2] {
        self.table.seating(row, &self.asked[row as usize])
    }

    #[inline(always)]
    fn address(&self, row: Row) -> Address {
        let at = self.table.place(row);
        Streams::at(self.actor, at.trial, self.asked[row as usize].question, at.moment(0, 0))
    }

    #[inline(always)]
    fn margin(&self, row: Row, seats: [usize; 2]) -> i32 {
        let (asked, claims) = (&self.asked[row as usize], &self.claims[row as usize]);
        self.margins.at(self.table, row, asked, claims, seats)
    }

    /// Pays for a judgement out of the budget, or ends the contest as the scenario says.
    fn pays(&mut self, row: Row) -> bool {
        let (overseer, ledger) = (self.table.overseer, &mut self.matches[self.table.block.lane(row)]);
        if overseer.pays(ledger, self.dues.each) {
            return true;
        }
        ledger.confidence *= 0.5;
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

    /// Plays and decides at most eight debates side by side; `by_level`: the chance to misread is not set yet.
    #[inline(always)]
    fn decide_lanes(&mut self, rows: &[Row], bouts: &mut Bouts, by_level: bool) {
        let table = self.table;
        for (lane, &row) in rows.iter().enumerate() {
            bouts.addresses[lane] = self.address(row);
            bouts.margins[lane] = self.margin(row, self.seats(row));
            if by_level {
                let level = self.asked[row as usize].level.into();
                let flip = table.overseer.judging.plain_flip(level).expect("plain at every level if at one");
                bouts.misread(lane, flip);
            }
        }
        let mut scores = [Score::default(); LANES];
        play_lanes(table.streams, bouts, self.turns as usize, &mut scores);
        for (score, &row) in scores.iter().zip(rows) {
            self.close(row, *score);
        }
    }

    /// Plays and decides a debate whose turns the overseer reads with more than a plain flip.
    fn decide(&mut self, row: Row) {
        let (table, asked, claim) = (self.table, &self.asked[row as usize], &self.claims[row as usize]);
        let (at, overseer, seats) = (table.place(row), table.overseer, self.seats(row));
        let (level, turns) = (asked.level.into(), self.turns as usize);
        let side = |i: usize| Claim { question: asked.question, answer: claim.sides[i] };
        let plain = overseer.judging.plain_flip(level).filter(|_| overseer.members() == 1);
        let reads = |turn, ahead: bool, word| match plain {
            Some(flip) => ahead ^ flip.hit(word),
            None => {
                let (first, second) = (side(0), side(1));
                let zero_first = seats[0] == 0;
                zero_first == overseer.reads_turn(at, (first, second), level, turn, ahead == zero_first)
            }
        };
        let score = play_one(table.streams, self.address(row), self.margin(row, seats), turns, reads);
        self.close(row, score);
    }

    /// The verdict of a debate, and what it says to the recorder.
    #[inline(always)]
    fn close(&mut self, row: Row, score: Score) {
        let (table, seats) = (self.table, self.seats(row));
        let (asked, claims) = (&self.asked[row as usize], &self.claims[row as usize]);
        let lead = 2 * score.won as i32 - self.turns as i32;
        // No branch: which side wins is a draw that no processor can predict.
        let zero_wins = (lead > 0) | ((lead == 0) & score.coin);
        let side = usize::from((seats[0] == 0) != zero_wins);
        let verdict = claims.sides[side];
        let truth_won = table.stands(row, asked, claims, verdict);
        let first_true = asked.parent == NO_ROW && table.stands(row, asked, claims, claims.sides[0]);
        let posterior = table.overseer.posterior(asked.level.into(), lead.unsigned_abs());
        let Dues { unpaid, checks, arguments, .. } = self.dues;
        let ledger = &mut self.matches[table.block.lane(row)];
        ledger.cost = ledger.cost.saturating_add(unpaid);
        ledger.checks += checks;
        ledger.arguments += arguments;
        ledger.contested += 1;
        ledger.won_by_truth += u32::from(truth_won);
        ledger.erred += score.misread;
        ledger.confidence *= posterior;
        ledger.first_true |= first_true;
        self.claims[row as usize].verdict = verdict;
        if self.journal.on {
            self.tell(row, score, seats, side);
        }
    }

    /// Tells how a debate went.
    #[cold]
    fn tell(&mut self, row: Row, score: Score, seats: [usize; 2], side: usize) {
        let (table, turns) = (self.table, self.turns);
        let (asked, claim) = (&self.asked[row as usize], &self.claims[row as usize]);
        let show = |i: usize| table.ground.show_answer(asked.question, claim.sides[i]);
        let names = seats.map(|seat| &table.minds[seat].name);
        let won = if seats[0] == 0 { score.won } else { turns - score.won };
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
