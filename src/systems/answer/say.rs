//! Saying: what agents say of many questions, their beliefs drawn side by side.

use crate::agents::Stance;
use crate::claim::{Answer, Question};
use crate::systems::sight::Scene;
use crate::world::components::{Asked, Row};
use crate::world::mind::Place;

/// Fills in what the agents of the first seats say of the questions in these rows, seat by seat.
pub fn say(table: &Scene, seats: usize, asked: &[Asked], rows: &[Row], said: &mut Vec<Answer>) {
    let count = rows.len();
    said.resize(seats * count, Answer::UNKNOWN);
    // A seat that says what is so, because it is honest and never wrong.
    let mut right = None;
    for (seat, mind) in table.minds.iter().enumerate().take(seats) {
        let (before, said) = said.split_at_mut(seat * count);
        let said = &mut said[..count];
        if mind.stance == Stance::Sycophantic {
            for (&row, said) in rows.iter().zip(said) {
                let Asked { question, level, .. } = asked[row as usize];
                *said = table.overseer.leans(table.place(row), question, level.into());
            }
            continue;
        }
        match right {
            Some(seat) if mind.ability.is_sure() => said.copy_from_slice(&before[seat * count..][..count]),
            _ => mind.believes_all(rows.iter().map(|&row| about(table, asked, row)), said),
        }
        if mind.deceives() {
            for (&row, said) in rows.iter().zip(said) {
                *said = mind.against(table.place(row), asked[row as usize].question, *said, table.overseer);
            }
        } else if mind.ability.is_sure() {
            right = Some(seat);
        }
    }
}

/// Where a row is, and what it asks.
#[inline(always)]
fn about<'a>(table: &Scene<'a>, asked: &[Asked], row: Row) -> (Place<'a>, Question, u32) {
    let Asked { question, level, .. } = asked[row as usize];
    (table.place(row), question, level.into())
}
