//! Exposure: what was shown of a picture, told pixel by pixel with what the judge thinks after each. Only for traces.

use crate::claim::Question;
use crate::pixels::board::{LABELS, SIDE};
use crate::records::{Exposure, Shown, Stood};
use crate::tasks::Family;
use crate::world::components::Row;
use crate::world::eye::Eye;
use crate::world::mind::Place;
use crate::world::resources::Journal;

/// Tells the pixels that were shown; `by` says who showed one of them, nobody for chance,
/// `stood` who stands for what.
#[cold]
pub fn tell(
    eye: &Eye,
    at: Place,
    question: Question,
    shown: &[u16],
    by: impl Fn(usize) -> Option<String>,
    stood: Vec<Stood>,
    (row, journal): (Row, &mut Journal),
) {
    let board = Eye::board(at, question);
    let picture = at.ground.family().picture(question).map(|picture| picture.to_vec()).unwrap_or_default();
    let mut exposure = Exposure { picture, shown: Vec::new(), stood };
    for (turn, &pixel) in shown.iter().enumerate() {
        let by = by(turn);
        let scores = eye.scores(&board, &shown[..=turn]);
        let thousandths = |label| (eye.posterior(&scores, label, 0..LABELS as u8) * 1000.0).round() as u16;
        let belief: Vec<u16> = (0..LABELS as u8).map(thousandths).collect();
        let place = board.pixels()[usize::from(pixel)];
        journal.tell(row, || {
            let who = by.as_deref().unwrap_or("chance");
            let (y, x, ink) = (place.at() / SIDE, place.at() % SIDE, place.ink());
            format!("{who} shows row {y}, column {x} of ink {ink}: then {}", likeliest(&belief))
        });
        exposure.shown.push(Shown { by, at: place.at() as u16, belief });
    }
    journal.exposures.push((row, exposure));
}

/// The three likeliest labels, in words.
fn likeliest(belief: &[u16]) -> String {
    let mut labels: Vec<usize> = (0..belief.len()).collect();
    labels.sort_by_key(|label| std::cmp::Reverse(belief[*label]));
    let share = |label: &usize| format!("{label} at {:.1} %", f64::from(belief[*label]) / 10.0);
    labels.iter().take(3).map(share).collect::<Vec<_>>().join(", ")
}
