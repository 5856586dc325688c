//! Saying: what agents say of many questions, their beliefs drawn side by side.

use crate::agents::Stance;
use crate::claim::Answer;
use crate::streams::{Address, LANES, Lanes};
use crate::systems::sight::Scene;
use crate::world::components::{Asked, Row};
use crate::world::mind::Mind;

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
            _ => believe(table, mind, asked, rows, said),
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

/// Fills in what an agent believes.
fn believe(table: &Scene, mind: &Mind, asked: &[Asked], rows: &[Row], beliefs: &mut [Answer]) {
    if mind.ability.is_sure() {
        let questions = rows.iter().map(|&row| (table.block.lane(row), asked[row as usize].question));
        return table.ground.observe_all(questions, beliefs);
    }
    let mut words: Lanes = [[0; LANES]; 16];
    let mut addresses = [Address::default(); LANES];
    for (rows, beliefs) in rows.chunks(LANES).zip(beliefs.chunks_mut(LANES)) {
        for (address, &row) in addresses.iter_mut().zip(rows) {
            *address = mind.belief_address(table.place(row), asked[row as usize].question);
        }
        table.streams.blocks(&addresses, &mut words);
        for (lane, (&row, belief)) in rows.iter().zip(beliefs).enumerate() {
            let Asked { question, level, .. } = asked[row as usize];
            let drawn = [words[0][lane], words[1][lane], words[2][lane]];
            let seen = mind.belief_drawn(table.place(row), question, level.into(), drawn);
            *belief = table.ground.observe(table.block.lane(row), question, seen);
        }
    }
}
