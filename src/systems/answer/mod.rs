//! Answer: who says what of the questions that are not split. Sees beliefs, leans
//! and sub-answers, never the truth.

pub mod combine;
mod say;

use crate::claim::Answer;
use crate::scenario::stages::{Answering, CrossCheck, Decompose, Party};
use crate::streams::Streams;
use crate::systems::sight::{Scene, Table, VOTE_COIN, seats};
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::judgement::{plurality, tells};
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
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
        askable.retain(|&row| {
            let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
            let agents = !alone && asked.level > 0;
            if !agents {
                let ledger = &mut matches[table.block.lane(row)];
                claim.verdict = by_itself(&table, row, asked, ledger, journal);
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
    for &row in &*askable {
        matches[table.block.lane(row)].agent_calls += seats as u32;
    }
    match table.stages.answer {
        Answering::Overseer => {}
        Answering::Agent => {
            for (&row, said) in askable.iter().zip(&*said) {
                claims[row as usize].sides = [*said; 2];
            }
        }
        Answering::Sides => {
            let (first, second) = said.split_at(count);
            for (&row, (first, second)) in askable.iter().zip(first.iter().zip(second)) {
                claims[row as usize].sides = sides(&table, row, &asked[row as usize], [*first, *second]);
            }
        }
        Answering::Vote => {
            for (i, &row) in askable.iter().enumerate() {
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

/// Tells who says what: sides as they stand, others by seat.
#[cold]
fn tell(
    table: &Scene,
    asked: &[Asked],
    claims: &[Claims],
    rows: &[Row],
    said: &[Answer],
    journal: &mut Journal,
) {
    for (i, &row) in rows.iter().enumerate() {
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
            said[i..].iter().step_by(rows.len()).enumerate().for_each(|(seat, answer)| line(seat, *answer));
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
    let answer = overseer.answers(at, asked.question, level, 0);
    let erred = !at.ground.holds(at.lane, crate::claim::Claim { question: asked.question, answer });
    ledger.erred += u32::from(erred);
    ledger.confidence *= tells(overseer.judging.sureness(level), at.ground.answers(asked.question));
    journal.tell(row, || {
        let mark = if erred { ", and errs" } else { "" };
        format!("{} checks: {}{mark}", overseer.spec.name, at.ground.show_answer(asked.question, answer))
    });
    answer
}

/// The two sides' claims, first and second as seated, from what each seat says.
#[inline(always)]
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
