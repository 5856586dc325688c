//! What is finished of a run: some trials of a replicate, or what a whole cell came to, so that a run that was
//! broken off can go on, and a longer one can begin where a shorter one ended.

use super::incentives::Incentives;
use super::{LevelRecord, RoundRecord, StudentRecord, Sums};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Trials of a replicate, what was trained for them, and what they came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What its trials came to.
    pub sums: Sums,
    /// Distillation, where there is any.
    pub rounds: Vec<RoundRecord>,
    /// Levels in the end, where a network is trained.
    pub levels: Vec<LevelRecord>,
    /// The student in the end, where a network is trained.
    pub student: Option<StudentRecord>,
    /// What agents could do, where that was asked of the cell.
    pub incentives: Option<Incentives>,
    /// Why there is nothing else here: a training that came to nothing.
    pub failed: Option<String>,
}

/// The hash of all that determines a part, the number of trials aside.
pub type Key = [u8; 16];

/// Where finished parts are kept, each under its key and its trials.
pub trait Journal: Sync {
    /// Of the parts of this key that begin with a trial and go no further than `end`, the longest, and where it
    /// ends.
    fn find(&self, key: &Key, first: u64, end: u64) -> Option<(u64, Part)>;

    /// Keeps a part that was just finished.
    ///
    /// # Errors
    /// Why it cannot be kept. What was kept before stays.
    fn keep(&self, key: &Key, trials: Range<u64>, part: &Part) -> Result<(), String>;
}
