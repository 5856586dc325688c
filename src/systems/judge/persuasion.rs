//! Persuasion: turns are won by strength, skill + U(0,1), as the overseer reads it;
//! the majority of turns decides. Sees claims and strengths; what the truth adds to
//! a strength comes from the fence.

use crate::claim::{Answer, Claim};
use crate::overseers::Exhausted;
use crate::scenario::stages::{CrossCheck, Order};
use crate::streams::{Actor, Address, LANES, Lanes, Purpose, Streams};
use crate::systems::sight::{SPENT_COIN, Scene, Table};
use crate::tasks::Family;
use crate::units::Chance;
use crate::world::components::{Asked, Claims, Match, NO_ROW, Row};
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, ResMut};

/// Strengths are compared in units of 2^-30, so that differences fit 32 bits.
const UNIT: f64 = (1u32 << 30) as f64;
/// Words of a turn: the strength of each seat, and the overseer's reading.
const TURN_WORDS: usize = 3;

/// A lead in strength as a fixed-point number; a lead of 1 always wins.
fn fixed(lead: f64) -> i32 {
    (lead.clamp(-1.0, 1.0) * UNIT).round() as i32
}

/// Whether seat 0 argues better in a turn.
#[inline(always)]
fn leads(words: [u32; 2], margin: i32) -> bool {
    (words[0] >> 2) as i32 - (words[1] >> 2) as i32 + margin > 0
}

/// How a debate went: turns won by seat 0 as read, turns misread, and the tie's coin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Score {
    won: u32,
    misread: u32,
    coin: bool,
}

/// What eight debates are played with.
#[derive(Clone, Copy)]
struct Bouts {
    addresses: [Address; LANES],
    /// Seat 0's lead, in units of 2^-30.
    margins: [i32; LANES],
    /// The overseer's chance to misread a turn.
    flips: [Chance; LANES],
}

/// Eight plain debates side by side, one block of words each: at most five turns.
#[inline]
fn play_lanes(streams: &Streams, bouts: &Bouts, turns: usize, scores: &mut [Score; LANES]) {
    let mut words: Lanes = [[0; LANES]; 16];
    streams.blocks(&bouts.addresses, &mut words);
    let mut won = [0u32; LANES];
    let mut misread = [0u32; LANES];
    for turn in words[..turns * TURN_WORDS].chunks_exact(TURN_WORDS) {
        for lane in 0..LANES {
            let ahead = leads([turn[0][lane], turn[1][lane]], bouts.margins[lane]);
            let flipped = bouts.flips[lane].hit(turn[2][lane]);
            won[lane] += u32::from(ahead ^ flipped);
            misread[lane] += u32::from(flipped);
        }
    }
    for lane in 0..LANES {
        let coin = Chance::HALF.hit(words[turns * TURN_WORDS][lane]);
        scores[lane] = Score { won: won[lane], misread: misread[lane], coin };
    }
}

/// One debate, turn by turn; `reads(turn, seat 0 is ahead, word)` is what the overseer makes of a turn.
fn play_one(
    streams: &Streams,
    address: Address,
    margin: i32,
    turns: usize,
    mut reads: impl FnMut(u16, bool, u32) -> bool,
) -> Score {
    let mut draws = streams.draws(address);
    let mut score = Score::default();
    for turn in 0..turns {
        let ahead = leads([draws.word(), draws.word()], margin);
        let read = reads(turn as u16, ahead, draws.word());
        score.won += u32::from(read);
        score.misread += u32::from(read != ahead);
    }
    score.coin = Chance::HALF.hit(draws.word());
    score
}

/// The part of a debate's margin that no question changes.
fn standing_margin(table: &Scene) -> f64 {
    let bias = &table.overseer.spec.bias;
    let [a, b] = [&table.minds[0], &table.minds[1]];
    let longer = f64::from(i8::from(a.deceives()) - i8::from(b.deceives()));
    a.skill - b.skill + bias.longer * longer
}

/// Seat 0's lead at a question, beyond strengths.
fn margin(table: &Scene, standing: f64, row: Row, asked: &Asked, claims: &Claims, seats: [usize; 2]) -> f64 {
    let (at, bias) = (table.place(row), &table.overseer.spec.bias);
    let by_seat = |seat: usize| usize::from(seats[0] != seat);
    let mut lead = standing;
    let advantage = |seat| {
        let answer = claims.sides[by_seat(seat)];
        if claims.split {
            // At a recombination the truth is what the sub-answers give.
            table.ground.advantage_if(answer == claims.base)
        } else {
            table.ground.advantage(at.lane, Claim { question: asked.question, answer })
        }
    };
    lead += advantage(0) - advantage(1);
    if let CrossCheck::Debate { order: Order::Sequential, .. } = table.stages.cross_check {
        lead += if seats[0] == 0 { bias.first } else { -bias.first };
    }
    if bias.confident != 0.0 {
        let answers = at.ground.family().answers(asked.question);
        let sure = |seat: usize| {
            let mind = &table.minds[seat];
            let right = mind.ability.right(asked.level.into(), answers).threshold() as f64 / 4_294_967_296.0;
            if mind.deceives() { 1.0 } else { right }
        };
        lead += bias.confident * (sure(0) - sure(1));
    }
    lead
}

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
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let CrossCheck::Debate { turns, .. } = table.stages.cross_check else { return };
    let turns = turns as usize;
    let Queues { contested, decided, .. } = &mut *queues;
    let mut desk = Desk { table: &table, asked, claims, matches, decided, journal: &mut journal, turns };
    let actor = Streams::actor(Purpose::Argue, table.block.replicate, &table.overseer.spec.name);
    let standing = standing_margin(&table);
    let mut waiting = [0; LANES];
    let mut count = 0;
    for row in contested.drain(..) {
        if !desk.pays(row) {
            continue;
        }
        waiting[count] = row;
        count += 1;
        if count == LANES {
            desk.decide(&waiting, actor, standing);
            count = 0;
        }
    }
    desk.decide(&waiting[..count], actor, standing);
}

/// The judge's desk: the debates of a tick and the columns their outcome goes to.
struct Desk<'a> {
    table: &'a Scene<'a>,
    asked: &'a [Asked],
    claims: &'a mut [Claims],
    matches: &'a mut [Match],
    decided: &'a mut Vec<Row>,
    journal: &'a mut Journal,
    turns: usize,
}

impl Desk<'_> {
    fn seats(&self, row: Row) -> [usize; 2] {
        self.table.seating(row, &self.asked[row as usize])
    }

    /// Pays for a judgement, or ends the contest as the scenario says.
    fn pays(&mut self, row: Row) -> bool {
        let (overseer, lane) = (self.table.overseer, self.table.block.lane(row));
        let each = overseer
            .spec
            .cost
            .check
            .saturating_add(overseer.spec.cost.read.saturating_mul(2 * self.turns as u32));
        if overseer.pays(&mut self.matches[lane], each) {
            self.matches[lane].checks += overseer.members();
            self.matches[lane].arguments += 2 * self.turns as u32;
            return true;
        }
        let second = self.table.coin(row, &self.asked[row as usize], SPENT_COIN);
        let claim = &mut self.claims[row as usize];
        claim.verdict = match overseer.spec.exhausted {
            Exhausted::Abstain => Answer::UNKNOWN,
            Exhausted::Guess => claim.sides[usize::from(second)],
        };
        self.matches[lane].confidence *= 0.5;
        self.journal.tell(row, || format!("{} has spent its budget and does not judge", overseer.spec.name));
        self.decided.push(row);
        false
    }

    /// Plays and decides at most eight debates.
    fn decide(&mut self, rows: &[Row], actor: Actor, standing: f64) {
        let table = self.table;
        let overseer = table.overseer;
        let mut bouts =
            Bouts { addresses: Default::default(), margins: [0; LANES], flips: [Chance::NEVER; LANES] };
        let mut plain = overseer.members() == 1 && self.turns * TURN_WORDS < 16;
        let usual = fixed(standing);
        for (lane, &row) in rows.iter().enumerate() {
            let asked = &self.asked[row as usize];
            let at = table.place(row);
            bouts.addresses[lane] = Streams::at(actor, at.trial, asked.question, at.moment(0, 0));
            let lead = margin(table, standing, row, asked, &self.claims[row as usize], self.seats(row));
            bouts.margins[lane] = if lead == standing { usual } else { fixed(lead) };
            match overseer.judging.plain_flip(asked.level.into()) {
                Some(flip) => bouts.flips[lane] = flip,
                None => plain = false,
            }
        }
        let mut scores = [Score::default(); LANES];
        if plain {
            play_lanes(table.streams, &bouts, self.turns, &mut scores);
        } else {
            for (lane, &row) in rows.iter().enumerate() {
                scores[lane] = self.play_read(row, bouts.addresses[lane], bouts.margins[lane]);
            }
        }
        for (score, &row) in scores.iter().zip(rows) {
            self.close(row, *score);
        }
    }

    /// A debate whose turns the overseer reads with more than a plain flip.
    fn play_read(&self, row: Row, address: Address, margin: i32) -> Score {
        let (table, asked, claim) = (self.table, &self.asked[row as usize], &self.claims[row as usize]);
        let (at, overseer) = (table.place(row), table.overseer);
        let level = asked.level.into();
        let side = |i: usize| Claim { question: asked.question, answer: claim.sides[i] };
        let zero_first = self.seats(row)[0] == 0;
        let plain = overseer.judging.plain_flip(level).filter(|_| overseer.members() == 1);
        play_one(table.streams, address, margin, self.turns, |turn, ahead, word| match plain {
            Some(flip) => ahead ^ flip.hit(word),
            None => {
                let first = overseer.reads_turn(at, (side(0), side(1)), level, turn, ahead == zero_first);
                first == zero_first
            }
        })
    }

    /// The verdict of a debate, and what it says to the recorder.
    fn close(&mut self, row: Row, score: Score) {
        let table = self.table;
        let (asked, turns) = (&self.asked[row as usize], self.turns as u32);
        let lead = (2 * score.won).cmp(&turns);
        let zero_wins = lead.is_gt() || (lead.is_eq() && score.coin);
        let seats = self.seats(row);
        let side = usize::from((seats[0] == 0) != zero_wins);
        let claim = &mut self.claims[row as usize];
        claim.verdict = claim.sides[side];
        let lane = table.block.lane(row);
        let holds = |answer| stands(table, row, asked, claim, answer);
        let ledger = &mut self.matches[lane];
        ledger.contested += 1;
        ledger.won_by_truth += u32::from(holds(claim.verdict));
        ledger.erred += score.misread;
        ledger.confidence *= table.overseer.posterior(asked.level.into(), (2 * score.won).abs_diff(turns));
        if asked.parent == NO_ROW {
            ledger.first_true = holds(claim.sides[0]);
        }
        self.decided.push(row);
        self.journal.tell(row, || {
            let show = |i: usize| table.ground.show_answer(asked.question, claim.sides[i]);
            let names = seats.map(|seat| &table.minds[seat].name);
            let won = if seats[0] == 0 { score.won } else { turns - score.won };
            format!(
                "debate: {} for {}, {} for {}; {} reads {won} to {} of {turns} turns, {} misread{}: {} stands",
                names[0], show(0), names[1], show(1), table.overseer.spec.name, turns - won, score.misread,
                if 2 * won == turns { ", a tie, a coin" } else { "" }, show(side),
            )
        });
    }
}

/// Whether an answer is the true one: of a question, or of a recombination given its sub-answers.
pub(crate) fn stands(table: &Scene, row: Row, asked: &Asked, claims: &Claims, answer: Answer) -> bool {
    if claims.split {
        answer == claims.base
    } else {
        table.ground.holds(table.block.lane(row), Claim { question: asked.question, answer })
    }
}

/// Decides every consultancy of the tick: the consultant's strength against the overseer's scepticism.
pub fn consult(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let table = table.scene();
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let CrossCheck::Consultancy { turns, .. } = table.stages.cross_check else { return };
    let overseer = table.overseer;
    let actor = Streams::actor(Purpose::Argue, table.block.replicate, &overseer.spec.name);
    let Queues { contested, decided, .. } = &mut *queues;
    for row in contested.drain(..) {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        let (at, ledger) = (table.place(row), &mut matches[table.block.lane(row)]);
        decided.push(row);
        let each = overseer.spec.cost.check.saturating_add(overseer.spec.cost.read.saturating_mul(turns));
        if !overseer.pays(ledger, each) {
            claim.verdict = overseer.guesses(at, asked.question, 2);
            journal.tell(row, || format!("{} has spent its budget and does not judge", overseer.spec.name));
            continue;
        }
        ledger.checks += overseer.members();
        ledger.arguments += turns;
        let claimed = Claim { question: asked.question, answer: claim.sides[0] };
        let against = Claim { question: asked.question, answer: claim.sides[1] };
        let true_claim = stands(&table, row, asked, claim, claimed.answer);
        let lead = table.minds[0].skill - overseer.spec.scepticism + table.ground.advantage_if(true_claim);
        let address = Streams::at(actor, at.trial, asked.question, at.moment(1, 0));
        let score = play_one(table.streams, address, fixed(lead), turns as usize, |turn, ahead, _| {
            overseer.reads_turn(at, (claimed, against), asked.level.into(), turn, ahead)
        });
        let accepted = 2 * score.won > turns || (2 * score.won == turns && score.coin);
        claim.verdict = claim.sides[usize::from(!accepted)];
        ledger.contested += 1;
        ledger.won_by_truth += u32::from(accepted == true_claim);
        ledger.erred += score.misread;
        ledger.confidence *= overseer.posterior(asked.level.into(), (2 * score.won).abs_diff(turns));
        if asked.parent == NO_ROW {
            ledger.first_true = true_claim;
        }
        journal.tell(row, || {
            format!(
                "consultancy: {} argues for {}; {} is moved in {} of {turns} turns, {} misread: {}",
                table.minds[0].name,
                at.ground.show_answer(asked.question, claimed.answer),
                overseer.spec.name,
                score.won,
                score.misread,
                if accepted { "accepted" } else { "rejected" },
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Question;

    #[test]
    fn side_by_side_equals_turn_by_turn() {
        let streams = Streams::new(11);
        let actor = Streams::actor(Purpose::Argue, 0, "human");
        for (turns, lead, rate) in [(1, 0.0, 0.3), (4, 0.1, 0.1), (5, -0.7, 0.5)] {
            let bouts = Bouts {
                addresses: std::array::from_fn(|lane| {
                    Streams::at(actor, lane as u64, Question(3), Default::default())
                }),
                margins: [fixed(lead); LANES],
                flips: [Chance::of(rate); LANES],
            };
            let mut scores = [Score::default(); LANES];
            play_lanes(&streams, &bouts, turns, &mut scores);
            for (lane, score) in scores.iter().enumerate() {
                let read = |_, ahead, word| ahead ^ bouts.flips[lane].hit(word);
                assert_eq!(
                    *score,
                    play_one(&streams, bouts.addresses[lane], bouts.margins[lane], turns, read)
                );
            }
        }
    }

    #[test]
    fn a_lead_of_one_always_wins() {
        assert!(leads([0, u32::MAX], fixed(1.0)) && !leads([u32::MAX, 0], fixed(-1.0)));
    }
}
