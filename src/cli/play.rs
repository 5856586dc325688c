//! Playing with a progress bar, on so many threads, until done or interrupted.

use crate::cli::End;
use crate::cli::watch::Watch;
use crate::records::{CellRecord, Journal, KeptMatch};
use crate::scenario::spec::CellSpec;
use crate::store::state::State;
use crate::tournament::shards::Unit;
use crate::tournament::{Conditions, Stopped, incentives, plan, play, trace};
use clap::ValueEnum;
use clap::builder::{RangedU64ValueParser, TypedValueParser};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// Whether it is to end.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Options of a run that do not change what comes out.
#[derive(Default)]
pub struct Options<'a> {
    /// Threads; 0: all cores.
    pub threads: usize,
    /// Trials per block, for tests.
    pub block: Option<usize>,
    /// Whether to keep every match.
    pub keep_trials: bool,
    /// Whether to keep what students have learned.
    pub keep_students: bool,
    /// Whether to ask what agents could do by choosing what they say.
    pub optimise: bool,
    /// Where what is finished is kept, and found again.
    pub state: Option<&'a State>,
    /// What was finished elsewhere: nothing else is played.
    pub replayed: Option<&'a dyn Journal>,
    /// Whether all ends with the first cell that comes to nothing.
    pub fail_fast: bool,
    /// How progress is told.
    pub progress: Progress,
}

/// How progress is told, on stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar, where stderr is a terminal
    #[default]
    Bar,
    /// A JSON object a line, once a second
    Json,
    /// Not at all
    None,
}

/// How much there is to play.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// Matches.
    pub matches: u64,
    /// Cells, or pieces of work of a shard.
    pub cells: u64,
}

impl Size {
    /// The size of some cells.
    ///
    /// # Errors
    /// Why one cannot be played.
    pub fn of(cells: &[CellSpec]) -> Result<Self, (End, String)> {
        let mut matches: u64 = 0;
        for cell in cells {
            let plan = plan(cell).map_err(|reason| (End::Usage, reason))?;
            matches = matches.saturating_add(plan.matches);
        }
        Ok(Self { matches, cells: cells.len() as u64 })
    }

    /// The size of some pieces of work.
    ///
    /// # Errors
    /// Why one cannot be played.
    pub fn of_units(cells: &[CellSpec], units: &[Unit]) -> Result<Self, (End, String)> {
        let mut matches: u64 = 0;
        for unit in units {
            for cell in unit.cells.iter().map(|at| &cells[*at]) {
                let plan = plan(cell).map_err(|reason| (End::Usage, reason))?;
                let share = if unit.replicate.is_some() { u64::from(cell.replicates) } else { 1 };
                matches = matches.saturating_add(plan.matches / share);
            }
        }
        Ok(Self { matches, cells: units.len() as u64 })
    }
}

/// The numbers of threads that a machine bears.
pub fn threads() -> impl TypedValueParser<Value = usize> {
    RangedU64ValueParser::<usize>::new().range(0..=1024)
}

/// The first time, lets the blocks in play end, which leaves nothing half done; the second time, leaves.
fn interrupt() {
    if INTERRUPTED.swap(true, Ordering::Relaxed) {
        std::process::exit(130);
    }
}

/// A match that is to be told: its cell, replicate and trial.
pub type Wanted<'a> = (&'a CellSpec, u32, u64);

/// Cells whose matches are kept at most; a page with more is not read.
const TOLD_MAX: usize = 200;

/// The matches to be kept of a run: the first few trials of each cell that trains nobody of its line-up, for what trains
/// would be trained again for each of them; a judge is trained once.
pub fn told(cells: &[CellSpec], each: u64) -> Vec<Wanted<'_>> {
    let untrained = cells.iter().filter(|cell| !cell.has_students()).take(TOLD_MAX);
    untrained.flat_map(|cell| (0..each.min(cell.trials)).map(move |trial| (cell, 0, trial))).collect()
}

/// Tells matches, each a cell, a replicate and a trial.
///
/// # Errors
/// Why one cannot be played.
pub fn tell(matches: Vec<Wanted>) -> Result<Vec<KeptMatch>, (End, String)> {
    let kept = matches.into_iter().map(|(cell, replicate, trial)| {
        let trace = trace(cell, replicate, trial)?;
        Ok(KeptMatch { cell: cell.id.clone(), replicate, trial, trace })
    });
    kept.collect::<Result<_, String>>().map_err(|reason| (End::Failed, reason))
}

/// Plays cells.
///
/// # Errors
/// With its exit code, why not.
pub fn all(cells: &[CellSpec], options: &Options) -> Result<Vec<CellRecord>, (End, String)> {
    under(Size::of(cells)?, options, |conditions, _| records(cells, options.optimise, conditions))
}

/// Plays cells, and asks what agents could do where that is wanted.
pub fn records(
    cells: &[CellSpec],
    optimise: bool,
    conditions: &Conditions,
) -> Result<Vec<CellRecord>, Stopped> {
    let mut records = play(cells, conditions)?;
    if optimise {
        // Each cell in parallel over its stances: one at a time keeps few matches in memory.
        let played = cells.iter().zip(&mut records).filter(|(_, record)| !record.unpaired);
        for (cell, record) in played {
            record.incentives = incentives(cell, conditions)?;
        }
    }
    Ok(records)
}

/// Plays under these options, as `play` says.
///
/// # Errors
/// With its exit code, why it ended before it was done.
pub fn under<T: Send>(
    size: Size,
    options: &Options,
    play: impl FnOnce(&Conditions, &Watch) -> Result<T, Stopped> + Send,
) -> Result<T, (End, String)> {
    // A second handler in one process is a test's doing; the first one serves.
    let _ = ctrlc::set_handler(interrupt);
    // SIGTERM alone: whoever ignores SIGHUP, as nohup does, means it.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGTERM, INTERRUPTED.clone());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let pool = pool.map_err(|error| (End::Failed, format!("threads: {error}")))?;
    let watch = Watch::new(size, options.progress, options.state);
    let failed = |reason: &str| {
        watch.failed(reason);
        if options.fail_fast {
            INTERRUPTED.store(true, Ordering::Relaxed);
        }
    };
    let journal = options.state.map(|state| &state.journal as &dyn Journal);
    let conditions = Conditions {
        block: options.block,
        keep_trials: options.keep_trials,
        keep_students: options.keep_students,
        journal: options.replayed.or(journal),
        replay: options.replayed.is_some(),
        progress: &|trials| watch.played(trials),
        found: &|trials| watch.found(trials),
        finished: &|| watch.finished(),
        training: &|going| watch.training(going),
        failed: &failed,
        interrupted: &|| INTERRUPTED.load(Ordering::Relaxed),
        ..Conditions::default()
    };
    let outcome = watch.over(|| pool.install(|| play(&conditions, &watch)));
    let outcome = match (outcome, watch.first_failure()) {
        (Err(Stopped::Interrupted), Some(reason)) if options.fail_fast => Err(Stopped::Failed(reason)),
        (outcome, _) => outcome,
    };
    let outcome = outcome.map_err(|stopped| said(stopped, options.state));
    watch.ended(outcome.as_ref().map(drop).map_err(|(end, reason)| (*end, reason.as_str())));
    outcome
}

/// How a run ended before it was done, for people.
fn said(stopped: Stopped, state: Option<&State>) -> (End, String) {
    match stopped {
        Stopped::Interrupted => match state {
            Some(state) => (
                End::Interrupted,
                format!(
                    "interrupted; what is finished is kept in {}: the same command goes on from there",
                    state.folder.display()
                ),
            ),
            None => (End::Interrupted, "interrupted; nothing was written".into()),
        },
        Stopped::Unplayable(reason) => (End::Usage, reason),
        Stopped::Missing(cell) => (End::Incomplete, format!("{cell}: not all of it was played")),
        Stopped::Failed(reason) | Stopped::Fault(reason) | Stopped::Unkept(reason) => (End::Failed, reason),
    }
}
