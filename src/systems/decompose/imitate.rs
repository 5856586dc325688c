//! Steps by a clerk: taken down as the overseer takes them, or taken in its stead, all
//! of a wave in one go. What an imitator says is checked, for it may say anything: a
//! sub-question that the family could not ask here is "I don't know".

use super::{Arena, ask};
use crate::claim::{Answer, Question};
use crate::systems::sight::Scene;
use crate::tasks::acts::Act;
use crate::tasks::{Family, Step};
use crate::world::clerk::Clerk;
use crate::world::components::Row;

/// Splits what is open, and goes on with splits whose sub-answers have come.
pub(super) fn split(table: &Scene, arena: &mut Arena, clerk: &mut Clerk) {
    let open = std::mem::take(&mut arena.queues.open);
    let advance = std::mem::take(&mut arena.queues.advance);
    let mut wave: Vec<Row> = Vec::new();
    for row in open.rows() {
        let asked = arena.asked[row as usize];
        if asked.splits == 0 || asked.level == 0 || table.ground.family().is_proposal(asked.question) {
            arena.queues.askable.push(row);
        } else {
            wave.push(row);
        }
    }
    wave.extend(advance.rows());
    while !wave.is_empty() {
        // "I don't know" is absorbing: nothing is left to ask or to combine.
        let (known, unknown): (Vec<Row>, _) =
            wave.into_iter().partition(|row| subs(arena, *row).iter().all(|sub| sub.is_known()));
        unknown.into_iter().for_each(|row| done(arena, row, Answer::UNKNOWN));
        let steps = match clerk {
            Clerk::Imitates(imitator) => {
                let mut steps = Vec::with_capacity(known.len());
                let splits = known.iter().map(|row| (arena.asked[*row as usize].question, subs(arena, *row)));
                imitator.steps(splits, |step| steps.push(step));
                steps
            }
            Clerk::Records(records) => {
                let step = |&row: &Row| {
                    let (question, subs) = (arena.asked[row as usize].question, subs(arena, row));
                    let lane = table.block.lane(row);
                    let step = table.ground.step(lane, question, subs);
                    records.note(lane, row, Act { question, subs: subs.into(), step });
                    Some(step)
                };
                known.iter().map(step).collect()
            }
        };
        wave = Vec::new();
        for (row, step) in known.into_iter().zip(steps) {
            match step {
                Some(Step::Ask(sub)) if may_ask(table, arena, row, sub) => {
                    if !ask(table, arena, row, sub) {
                        wave.push(row);
                    }
                }
                Some(Step::Done(answer)) if may_answer(table, arena, row, answer) => done(arena, row, answer),
                _ => done(arena, row, Answer::UNKNOWN),
            }
        }
    }
}

fn subs<'a>(arena: &'a Arena, row: Row) -> &'a [Answer] {
    &arena.subs.of(row)[..arena.parts[row as usize].asked as usize]
}

fn done(arena: &mut Arena, row: Row, answer: Answer) {
    arena.claims[row as usize].completed(answer);
    arena.queues.complete.push(row);
}

/// Whether a sub-question is one of the family's, leads down, and has room.
fn may_ask(table: &Scene, arena: &Arena, row: Row, sub: Question) -> bool {
    let (ground, lane) = (table.ground, table.block.lane(row));
    let family = ground.family();
    let next = arena.matches[lane].slots as usize * arena.lanes + lane;
    (arena.parts[row as usize].asked as usize) < arena.subs.stride
        && next < arena.asked.len()
        && family.is_question(sub)
        && (family.is_proposal(sub) || ground.level(lane, sub) < arena.asked[row as usize].level.into())
}

fn may_answer(table: &Scene, arena: &Arena, row: Row, answer: Answer) -> bool {
    let answers = table.ground.answers(arena.asked[row as usize].question);
    !answer.is_known() || u32::from(answer.0) < answers
}
