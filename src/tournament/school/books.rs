//! The books of a training: what lessons come to, level by level.

use crate::agents::learned::Decoding;
use crate::records::{LearnedRound, RoundRecord};
use crate::systems::distil::Note;

fn at_level(notes: &[Note], level: u32) -> impl Iterator<Item = &Note> {
    notes.iter().filter(move |note| u32::from(note.level) == level)
}

/// Lessons of a level of which something is so.
pub(super) fn count(notes: &[Note], level: u32, what: impl Fn(&Note) -> bool) -> u64 {
    at_level(notes, level).filter(|note| what(note)).count() as u64
}

/// The mean over the lessons of a level; 0 where there are none.
pub(super) fn mean(notes: &[Note], level: u32, what: impl Fn(&Note) -> f64) -> f64 {
    let all = count(notes, level, |_| true);
    at_level(notes, level).map(what).sum::<f64>() / all.max(1) as f64
}

/// The share of a level's lessons of which something is so; 0 where there are none.
pub(super) fn share(notes: &[Note], level: u32, what: impl Fn(&Note) -> bool) -> f64 {
    count(notes, level, what) as f64 / count(notes, level, |_| true).max(1) as f64
}

/// What a level's targets of a round come to.
pub(super) fn target(replicate: u32, round: u32, level: u32, notes: &[Note]) -> RoundRecord {
    RoundRecord {
        replicate,
        round,
        level,
        trials: count(notes, level, |_| true),
        target_right: count(notes, level, |note| note.right),
        target_slipped: count(notes, level, |note| note.slipped),
        student: 0.0,
        learned: None,
    }
}

/// Enters what the student of a round is, measured on the lessons that come after it.
pub(super) fn examined(
    rounds: &mut [RoundRecord],
    round: u32,
    notes: &[Note],
    decoding: Decoding,
    measured: LearnedRound,
) {
    for record in rounds.iter_mut().filter(|record| record.round == round) {
        let level = record.level;
        let learned = LearnedRound {
            trials: count(notes, level, |_| true),
            argmax: count(notes, level, |note| note.argmax),
            sampled: count(notes, level, |note| note.sampled),
            agreed: count(notes, level, |note| note.agreed),
            ..measured
        };
        let right = if decoding == Decoding::Argmax { learned.argmax } else { learned.sampled };
        record.student = right as f64 / learned.trials.max(1) as f64;
        record.learned = Some(learned);
    }
}
