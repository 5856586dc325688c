//! Decompose: splits open questions as their family says, level by level. Sees
//! questions and accepted sub-answers, never the truth.

use crate::claim::{Answer, Question};
use crate::scenario::stages::Decompose;
use crate::systems::sight::{Scene, Table};
use crate::tasks::{Family, Step};
use crate::world::components::{Asked, Claims, Match, Parts, Row};
use crate::world::resources::{Queues, SubAnswers};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, ResMut};

/// No decomposition: every open question is asked as it is.
pub fn take_whole(mut queues: ResMut<Queues>) {
    let queues = &mut *queues;
    queues.askable.append(&mut queues.open);
}

/// The columns that splitting writes.
struct Arena<'a> {
    asked: &'a mut [Asked],
    parts: &'a mut [Parts],
    claims: &'a mut [Claims],
    matches: &'a mut [Match],
    subs: &'a mut SubAnswers,
    queues: &'a mut Queues,
    lanes: usize,
    repeats: bool,
}

/// Splits what is open, and goes on with splits whose sub-answers have come.
pub fn split(
    table: Table,
    asked: Query<&mut Asked>,
    parts: Query<&mut Parts>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut subs: ResMut<SubAnswers>,
    mut queues: ResMut<Queues>,
) {
    let table = table.scene();
    let Decompose::Tree { .. } = table.stages.decompose else { return };
    let mut arena = Arena {
        asked: column(asked),
        parts: column(parts),
        claims: column(claims),
        matches: column(matches),
        subs: &mut subs,
        queues: &mut queues,
        lanes: table.block.lanes,
        repeats: table.ground.family().repeats(),
    };
    let mut rows = std::mem::take(&mut arena.queues.scratch);
    std::mem::swap(&mut rows, &mut arena.queues.open);
    for &row in &rows {
        let asked = arena.asked[row as usize];
        if asked.splits == 0 || asked.level == 0 || table.ground.family().is_proposal(asked.question) {
            arena.queues.askable.push(row);
        } else {
            arena.claims[row as usize].split = true;
            advance(&table, &mut arena, row);
        }
    }
    rows.clear();
    std::mem::swap(&mut rows, &mut arena.queues.advance);
    for &row in &rows {
        advance(&table, &mut arena, row);
    }
    rows.clear();
    arena.queues.scratch = rows;
}

/// Takes a split as far as its sub-answers allow: asks what comes next, or completes it.
fn advance(table: &Scene, arena: &mut Arena, row: Row) {
    let question = arena.asked[row as usize].question;
    let lane = table.block.lane(row);
    let independent = table.ground.family().independent();
    loop {
        let asked = arena.parts[row as usize].asked as usize;
        let subs = &arena.subs.of(row)[..asked];
        // "I don't know" is absorbing: nothing is left to ask or to combine.
        let known = independent || subs.iter().all(|sub| sub.is_known());
        let step = if known { table.ground.step(lane, question, subs) } else { Step::Done(Answer::UNKNOWN) };
        match step {
            Step::Done(_) if independent && arena.parts[row as usize].got < asked as u16 => return,
            Step::Done(base) => {
                let unknown = subs.iter().any(|sub| !sub.is_known());
                arena.claims[row as usize].base = if unknown { Answer::UNKNOWN } else { base };
                return arena.queues.complete.push(row);
            }
            Step::Ask(sub) => {
                let waits = ask(table, arena, row, sub);
                if waits && !independent {
                    return;
                }
            }
        }
    }
}

/// Asks a sub-question; false if its answer is there already.
fn ask(table: &Scene, arena: &mut Arena, parent: Row, question: Question) -> bool {
    let lane = table.block.lane(parent);
    let ordinal = arena.parts[parent as usize].asked;
    arena.parts[parent as usize].asked += 1;
    let first = if arena.repeats { asked_before(arena, lane, question) } else { None };
    if let Some(first) = first.filter(|first| arena.claims[*first as usize].settled) {
        let place = parent as usize * arena.subs.stride + ordinal as usize;
        arena.subs.answers[place] = arena.claims[first as usize].verdict;
        arena.parts[parent as usize].got += 1;
        return false;
    }
    let ledger = &mut arena.matches[lane];
    let slot = ledger.slots as usize;
    ledger.slots += 1;
    let row = slot * arena.lanes + lane;
    assert!(row < arena.asked.len(), "the plan bounds the questions of a match");
    let splits = arena.asked[parent as usize].splits - 1;
    let level = table.ground.level(lane, question) as u8;
    arena.asked[row] = Asked { question, parent, ordinal, splits, level };
    arena.parts[row] = Parts::default();
    arena.claims[row] = Claims::default();
    match first {
        Some(first) => arena.queues.repeats.push((row as Row, first)),
        None => arena.queues.open.push(row as Row),
    }
    true
}

/// The row in which a match asked this question before, if it did.
fn asked_before(arena: &Arena, lane: usize, question: Question) -> Option<Row> {
    (0..arena.matches[lane].slots as usize)
        .map(|slot| slot * arena.lanes + lane)
        .find(|row| arena.asked[*row].question == question)
        .map(|row| row as Row)
}
