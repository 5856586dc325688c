//! Answer: who says what of the questions that are not split. Sees beliefs, leans
//! and sub-answers, never the truth.

pub mod combine;
mod say;

use crate::claim::Answer;
use crate::scenario::stages::{Answering, CrossCheck, Decompose, Party};
use crate::streams::Streams;
use crate::systems::exposure;
use crate::systems::sight::{Scene, Table, VOTE_COIN, seats};
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::eye::Reason;
use crate::world::judgement::{plurality, tells};
use crate::world::mind::Mind;
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use crate::world::waiting::{Run, Waiting};
use bevy_ecs::prelude::{Query, ResMut};

/// Answers all askable questions of the tick: the overseer's one by one, each agent's in one call.
pub fn answer(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let (table, journal) = (table.scene(), &mut *journal);
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let Queues { askable, said, ballots, claimed, decided, .. } = &mut *queues;
    let primitives = matches!(table.stages.decompose, Decompose::Tree { primitives: Party::Overseer, .. });
    let alone = table.stages.answer == Answering::Overseer;
    if alone || primitives {
        askable.retain(|row| {
            let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
            let agents = !alone && asked.level > 0;
            if !agents {
                let ledger = &mut matches[table.block.lane(row)];
                claim.verdict = by_itself(&table, row, asked, ledger, journal);
                // Nobody else stands for anything.
                claim.sides = [Answer::UNKNOWN; 2];
                decided.push(row);
            }
            agents
        });
    }
    let seats = match table.stages.answer {
        Answering::Overseer => 0,
        Answering::Agent => 1,
        Answering::Sides => 2,
        Answering::Vote => table.minds.len(),
    };
    let count = askable.len();
    say::say(&table, seats, asked, askable, said);
    for run in askable.runs(table.block.lanes) {
        matches[table.block.lanes_of(run)].iter_mut().for_each(|ledger| ledger.agent_calls += seats as u32);
    }
    match table.stages.answer {
        Answering::Overseer => {}
        Answering::Agent => {
            if let Some(student) = table.minds.first().filter(|mind| !mind.sureness.is_empty()) {
                discount(&table, student, asked, matches, askable);
            }
            let mut said = said.iter();
            for run in askable.runs(table.block.lanes) {
                claims[run.range()]
                    .iter_mut()
                    .zip(&mut said)
                    .for_each(|(claim, said)| claim.sides = [*said; 2]);
            }
        }
        Answering::Sides => {
            let (mut first, mut second) = said.split_at(count);
            for run in askable.runs(table.block.lanes) {
                let said;
                (said, first) = first.split_at(run.range().len());
                let replies;
                (replies, second) = second.split_at(run.range().len());
                put(&table, run, &asked[run.range()], &mut claims[run.range()], [said, replies]);
            }
        }
        Answering::Vote => {
            for (i, row) in askable.rows().enumerate() {
                ballots.clear();
                ballots.extend(said[i..].iter().step_by(count));
                claims[row as usize].sides = [vote(&table, row, &asked[row as usize], ballots); 2];
            }
        }
    }
    if journal.on {
        tell(&table, asked, claims, askable, said, journal);
    }
    claimed.append(askable);
}

/// Discounts answers of a student by how sure the overseer was of what it was taught.
fn discount(table: &Scene, student: &Mind, asked: &[Asked], matches: &mut [Match], rows: &Waiting) {
    for row in rows.rows() {
        let Asked { question, level, .. } = asked[row as usize];
        let sure = student.sureness[usize::from(level).min(student.sureness.len() - 1)];
        matches[table.block.lane(row)].confidence *= tells(sure, table.ground.answers(question));
    }
}

/// Tells who says what: sides as they stand, others by seat.
#[cold]
fn tell(
    table: &Scene,
    asked: &[Asked],
    claims: &[Claims],
    rows: &Waiting,
    said: &[Answer],
    journal: &mut Journal,
) {
    let count = rows.len();
    for (i, row) in rows.rows().enumerate() {
        let asked = &asked[row as usize];
        let mut line = |seat: usize, answer| {
            journal.tell(row, || {
                format!(
                    "{} says: {}",
                    table.minds[seat].name,
                    table.ground.show_answer(asked.question, answer)
                )
            });
        };
        if table.stages.answer == Answering::Sides {
            let seats = seats(table.swapped(row, asked));
            seats.into_iter().zip(claims[row as usize].sides).for_each(|(seat, answer)| line(seat, answer));
        } else {
            said[i..].iter().step_by(count).enumerate().for_each(|(seat, answer)| line(seat, *answer));
        }
    }
}

/// The overseer's own answer: one check within reach; beyond it, or with its budget spent, a guess or an abstention.
fn by_itself(table: &Scene, row: Row, asked: &Asked, ledger: &mut Match, journal: &mut Journal) -> Answer {
    let (at, overseer) = (table.place(row), table.overseer);
    let level = u32::from(asked.level);
    let reaches = level <= overseer.spec.reach;
    if !reaches || !overseer.pays(ledger, overseer.spec.cost.check) {
        let guess = overseer.guesses(at, asked.question, 0);
        ledger.confidence = 0.0;
        journal.tell(row, || {
            let why = if reaches { "its budget is spent" } else { "it is beyond its reach" };
            format!(
                "{} cannot check ({why}): {}",
                overseer.spec.name,
                at.ground.show_answer(asked.question, guess)
            )
        });
        return guess;
    }
    ledger.checks += overseer.members();
    let answers = at.ground.answers(asked.question);
    let (answer, sure) = match overseer.eye() {
        Some(eye) => {
            let (answer, sure, shown) = eye.glances(at, asked.question, Reason::Judging);
            if journal.on {
                exposure::tell(eye, at, asked.question, &shown, |_| None, Vec::new(), (row, journal));
            }
            (answer, sure)
        }
        None => {
            (overseer.answers(at, asked.question, level, 0), overseer.judging.sureness(level, answers, 1))
        }
    };
    let erred = !at.ground.holds(at.lane, crate::claim::Claim { question: asked.question, answer });
    ledger.erred += u32::from(erred);
    ledger.confidence *= tells(sure, answers);
    journal.tell(row, || {
        let mark = if erred { ", and errs" } else { "" };
        format!("{} checks: {}{mark}", overseer.spec.name, at.ground.show_answer(asked.question, answer))
    });
    answer
}

/// Puts what the two seats say of a run of questions on the side that each stands on.
#[inline(always)]
fn put(table: &Scene, run: Run, asked: &[Asked], claims: &mut [Claims], said: [&[Answer]; 2]) {
    let open = matches!(table.stages.cross_check, CrossCheck::Debate { open: true, .. });
    let said = said[0].iter().zip(said[1]);
    if table.seated == Some(false) && !open {
        return claims
            .iter_mut()
            .zip(said)
            .for_each(|(claim, (first, second))| claim.sides = [*first, *second]);
    }
    for (((row, asked), claim), (first, second)) in (run.start..).zip(asked).zip(claims).zip(said) {
        claim.sides = sides(table, row, asked, [*first, *second]);
    }
}

/// The two sides' claims, first and second as seated, from what each seat says.
fn sides(table: &Scene, row: Row, asked: &Asked, said: [Answer; 2]) -> [Answer; 2] {
    let swapped = table.swapped(row, asked);
    let [opening, mut reply] = if swapped { [said[1], said[0]] } else { said };
    if reply == opening && matches!(table.stages.cross_check, CrossCheck::Debate { open: true, .. }) {
        // Open debate: the second side must oppose what the first has picked.
        let [_, second] = seats(swapped);
        reply = table.minds[second].against(table.place(row), asked.question, opening, table.overseer);
    }
    [opening, reply]
}

/// The plurality of what all agents say; ties by a coin.
fn vote(table: &Scene, row: Row, asked: &Asked, ballots: &[Answer]) -> Answer {
    let at = table.place(row);
    let place = Streams::at(table.overseer.coin, at.trial, asked.question, at.moment(0, VOTE_COIN));
    plurality(ballots, at.streams.block(place)[0])
}
