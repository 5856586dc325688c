//! Saying: what one agent says of many questions, its beliefs drawn side by side.

use crate::agents::Stance;
use crate::claim::{Answer, Perturbation};
use crate::streams::{Address, LANES, Lanes};
use crate::systems::sight::Scene;
use crate::world::components::{Asked, Row};
use crate::world::mind::Mind;

/// Fills in what an agent says of the questions in these rows.
pub fn say(table: &Scene, mind: &Mind, asked: &[Asked], rows: &[Row], said: &mut [Answer]) {
    if mind.stance == Stance::Sycophantic {
        for (&row, said) in rows.iter().zip(said) {
            let Asked { question, level, .. } = asked[row as usize];
            *said = table.overseer.leans(table.place(row), question, level.into());
        }
        return;
    }
    believe(table, mind, asked, rows, said);
    if mind.deceives() {
        for (&row, said) in rows.iter().zip(said) {
            *said = mind.against(table.place(row), asked[row as usize].question, *said, table.overseer);
        }
    }
}

/// Fills in what an agent believes.
fn believe(table: &Scene, mind: &Mind, asked: &[Asked], rows: &[Row], beliefs: &mut [Answer]) {
    if mind.ability.is_sure() {
        for (&row, belief) in rows.iter().zip(beliefs) {
            let question = asked[row as usize].question;
            *belief = table.ground.observe(table.block.lane(row), question, Perturbation::Right);
        }
        return;
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
