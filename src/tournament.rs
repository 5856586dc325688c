//! The tournament: resolved cells in, records out.

use crate::records::{CellRecord, Trace};
use crate::scenario::spec::CellSpec;

/// How to play, without influence on what comes out.
pub struct Conditions<'a> {
    /// Trials per block; `None`: as fits the cache.
    pub block: Option<usize>,
    /// Whether to keep a record of each match.
    pub keep_trials: bool,
    /// Told the number of trials as they finish.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Asked between blocks: true ends the run.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
}

impl Default for Conditions<'_> {
    fn default() -> Self {
        Self { block: None, keep_trials: false, progress: &|_| (), interrupted: &|| false }
    }
}

/// Why a run did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// [`Conditions::interrupted`] said so.
    Interrupted,
    /// A plan that cannot fit; cell id and reason.
    Unplayable(String),
}

/// What a cell would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Questions a match may ask at most.
    pub questions_max: u64,
    /// Blocks of trials.
    pub blocks: u64,
    /// Draw blocks of 16 words, at most.
    pub draws_max: u64,
}

/// What the cell would take, or why it cannot be played.
///
/// # Errors
/// The reason, with the remedy.
pub fn plan(_cell: &CellSpec) -> Result<Plan, String> {
    Err("not built yet".into())
}

/// Plays all cells, in parallel over (cell, block of trials) on the current rayon pool.
///
/// # Errors
/// [`Stopped`] when interrupted, or when a cell cannot be planned.
pub fn play(_cells: &[CellSpec], _conditions: &Conditions) -> Result<Vec<CellRecord>, Stopped> {
    Err(Stopped::Interrupted)
}

/// Plays one match and tells it.
///
/// # Errors
/// The reason when the cell cannot be planned.
pub fn trace(_cell: &CellSpec, _replicate: u32, _trial: u64) -> Result<Trace, String> {
    Err("not built yet".into())
}
