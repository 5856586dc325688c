//! Saying: what agents say of many questions, their beliefs drawn side by side.

use crate::agents::Stance;
use crate::claim::Answer;
use crate::systems::sight::Scene;
use crate::world::components::{Asked, Row};
use crate::world::mind::Mind;
use crate::world::waiting::{Run, Waiting};

/// Fills in what the agents of the first seats say of the questions in these rows, seat by seat.
pub fn say(table: &Scene, seats: usize, asked: &[Asked], rows: &Waiting, said: &mut Vec<Answer>) {
    let count = rows.len();
    said.resize(seats * count, Answer::UNKNOWN);
    // A seat that says what is so, because it is honest and never wrong.
    let mut right = None;
    for (seat, mind) in table.minds.iter().enumerate().take(seats) {
        let (before, mut rest) = said.split_at_mut(seat * count);
        let sure = mind.is_sure();
        let copied = right.filter(|_| sure);
        if let Some(seat) = copied {
            rest[..count].copy_from_slice(&before[seat * count..][..count]);
        }
        if let Some(brain) = mind.brain.as_ref().filter(|_| mind.stance != Stance::Sycophantic && count > 0) {
            let questions = rows.rows().map(|row| {
                let before = if mind.samples() { asked_before(table, asked, row) } else { 0 };
                (table.place(row), asked[row as usize].question, before)
            });
            let mut said = rest[..count].iter_mut();
            mind.thinks(brain, table.place(0), questions, |answer| {
                *said.next().expect("each question is told of once") = answer;
            });
        }
        for run in rows.runs(table.block.lanes) {
            let said;
            (said, rest) = rest.split_at_mut(run.range().len());
            say_run(table, mind, &asked[run.range()], run, copied.is_some() || mind.brain.is_some(), said);
        }
        if sure && mind.stance == Stance::Honest {
            right = Some(seat);
        }
    }
}

/// What an agent says of a run of questions; `believed`: what it believes is there already.
#[inline(always)]
fn say_run(table: &Scene, mind: &Mind, asked: &[Asked], run: Run, believed: bool, said: &mut [Answer]) {
    let at = table.place(run.start);
    let questions = asked.iter().map(|asked| (asked.question, u32::from(asked.level)));
    if mind.stance == Stance::Sycophantic {
        for (i, (said, (question, level))) in said.iter_mut().zip(questions).enumerate() {
            *said = table.overseer.leans(at.onward(i), question, level);
        }
        return;
    }
    if !believed {
        mind.believes_all(at, questions.clone(), said);
    }
    if mind.deceives() {
        mind.against_all(at, questions.map(|(question, _)| question), said, table.overseer);
    }
}

/// How often a match asked a row's question before.
fn asked_before(table: &Scene, asked: &[Asked], row: Row) -> u32 {
    let earlier = (table.block.lane(row)..row as usize).step_by(table.block.lanes);
    earlier.filter(|other| asked[*other].question == asked[row as usize].question).count() as u32
}
