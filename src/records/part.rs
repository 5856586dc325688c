//! What is finished of a cell: one replicate of it, whole, so that a run that was broken off can go on.

use super::{LevelRecord, RoundRecord, StudentRecord, Sums};
use serde::{Deserialize, Serialize};

/// A replicate of a cell: what it trained, and what its trials came to.
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
}

/// Where finished parts are kept, each under the hash of all that determines it.
pub trait Journal: Sync {
    /// The part of this key, if it was finished before.
    fn find(&self, key: &str) -> Option<Part>;
    /// Keeps a part that was just finished.
    fn keep(&self, key: &str, part: &Part);
}
