//! Answer: who says what of the questions that are not split. Sees beliefs, leans
//! and sub-answers, never the truth.

pub mod combine;

use crate::claim::Answer;
use crate::scenario::stages::{Answering, CrossCheck, Decompose, Party};
use crate::streams::Streams;
use crate::systems::sight::{Scene, Table, VOTE_COIN};
use crate::tasks::Family;
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::judgement::plurality;
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, ResMut};

/// Answers all askable questions of the tick.
pub fn answer(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let table = table.scene();
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let Queues { askable, claimed, decided, .. } = &mut *queues;
    let by_overseer = match table.stages.decompose {
        Decompose::Tree { primitives: Party::Overseer, .. } => |asked: &Asked| asked.level == 0,
        _ => |_: &Asked| false,
    };
    for &row in &*askable {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        let ledger = &mut matches[table.block.lane(row)];
        if by_overseer(asked) || table.stages.answer == Answering::Overseer {
            claim.verdict = by_itself(&table, row, asked, ledger, &mut journal);
            decided.push(row);
            continue;
        }
        claim.sides = match table.stages.answer {
            Answering::Vote => [vote(&table, row, asked, ledger, &mut journal); 2],
            Answering::Sides => sides(&table, row, asked, ledger, &mut journal),
            _ => [says(&table, 0, row, asked, ledger, &mut journal); 2],
        };
        claimed.push(row);
    }
    askable.clear();
}

/// The overseer's own answer: one check within reach; beyond it, or with its budget spent, a guess or an abstention.
fn by_itself(table: &Scene, row: Row, asked: &Asked, ledger: &mut Match, journal: &mut Journal) -> Answer {
    let (at, overseer) = (table.place(row), table.overseer);
    let level = u32::from(asked.level);
    let reaches = level <= overseer.spec.reach;
    if !reaches || !overseer.pays(ledger, overseer.spec.cost.check) {
        let guess = overseer.guesses(at, asked.question, 0);
        ledger.confidence /= at.ground.family().answers(asked.question) as f32;
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
    ledger.confidence *= (1.0 - overseer.judging.declared(level)) as f32;
    journal.tell(row, || {
        let mark = if erred { ", and errs" } else { "" };
        format!("{} checks: {}{mark}", overseer.spec.name, at.ground.show_answer(asked.question, answer))
    });
    answer
}

/// What the agent in a seat says.
fn says(
    table: &Scene,
    seat: usize,
    row: Row,
    asked: &Asked,
    ledger: &mut Match,
    journal: &mut Journal,
) -> Answer {
    let (at, mind) = (table.place(row), &table.minds[seat]);
    ledger.agent_calls += 1;
    let answer = mind.says(at, asked.question, u32::from(asked.level), table.overseer);
    journal.tell(row, || format!("{} says: {}", mind.name, at.ground.show_answer(asked.question, answer)));
    answer
}

/// The two sides' claims, first and second as seated.
fn sides(table: &Scene, row: Row, asked: &Asked, ledger: &mut Match, journal: &mut Journal) -> [Answer; 2] {
    let stages = &table.stages;
    let [first, second] = table.seating(row, asked);
    let opening = says(table, first, row, asked, ledger, journal);
    let mut reply = says(table, second, row, asked, ledger, journal);
    if reply == opening && matches!(stages.cross_check, CrossCheck::Debate { open: true, .. }) {
        // Open debate: the second side must oppose what the first has picked.
        reply = table.minds[second].against(table.place(row), asked.question, opening, table.overseer);
    }
    [opening, reply]
}

/// The plurality of all agents; ties by a coin.
fn vote(table: &Scene, row: Row, asked: &Asked, ledger: &mut Match, journal: &mut Journal) -> Answer {
    let mut votes: Vec<(Answer, u32)> = Vec::new();
    for seat in 0..table.minds.len() {
        let answer = says(table, seat, row, asked, ledger, journal);
        match votes.iter_mut().find(|(seen, _)| *seen == answer) {
            Some((_, count)) => *count += 1,
            None => votes.push((answer, 1)),
        }
    }
    let at = table.place(row);
    let place = Streams::at(table.overseer.coin, at.trial, asked.question, at.moment(0, VOTE_COIN));
    plurality(&votes, at.streams.block(place)[0])
}
