//! Playing cells with a progress bar, on so many threads, until done or interrupted.

use crate::cli::End;
use crate::records::{CellRecord, Journal, KeptMatch};
use crate::scenario::spec::CellSpec;
use crate::store::journal::FileJournal;
use crate::tournament::{Conditions, Going, Stopped, incentives, learns, plan, play, trace};
use clap::builder::{RangedU64ValueParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Options of a run that do not change what comes out.
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
    /// Where finished replicates are kept, and found again.
    pub journal: Option<&'a FileJournal>,
    /// No progress.
    pub quiet: bool,
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

/// The matches to be kept of a run: the first few trials of each cell that trains nothing, for what trains
/// would be trained again for each of them.
pub fn told(cells: &[CellSpec], each: u64) -> Vec<Wanted<'_>> {
    let untrained = cells.iter().filter(|cell| !learns(cell)).take(TOLD_MAX);
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
    // A second handler in one process is a test's doing; the first one serves.
    let _ = ctrlc::set_handler(interrupt);
    let mut matches: u64 = 0;
    for cell in cells {
        let plan = plan(cell).map_err(|reason| (End::Usage, reason))?;
        matches = matches.saturating_add(plan.matches);
    }
    // indicatif draws nothing when stderr is no terminal.
    let bar = if options.quiet { ProgressBar::hidden() } else { ProgressBar::new(matches) };
    let style = "{bar:30} {percent:>3}% {human_pos} of {human_len} matches, {per_sec}, {eta} left{msg}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let conditions = Conditions {
        block: options.block,
        keep_trials: options.keep_trials,
        keep_students: options.keep_students,
        journal: options.journal.map(|journal| journal as &dyn Journal),
        progress: &|trials| bar.inc(trials),
        training: &|going| {
            // Steps are many; a terminal shows a few a second.
            if going.step.is_multiple_of(16) {
                let Going { replicate, round, step, loss, level, accuracy, .. } = going;
                bar.set_message(format!(
                    "; replicate {replicate}: round {round}, step {step}, loss {loss:.3}, level {level} right {accuracy:.3}"
                ));
            }
        },
        interrupted: &|| INTERRUPTED.load(Ordering::Relaxed),
        ..Conditions::default()
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let pool = pool.map_err(|error| (End::Failed, format!("threads: {error}")))?;
    let records = pool.install(|| {
        let mut records = play(cells, &conditions)?;
        if options.optimise {
            bar.set_message("; every stance of every agent");
            // Each cell in parallel over its stances: one at a time keeps few matches in memory.
            let played = cells.iter().zip(&mut records).filter(|(_, record)| !record.unpaired);
            for (cell, record) in played {
                record.incentives = incentives(cell, &conditions)?;
            }
        }
        Ok(records)
    });
    bar.finish_and_clear();
    if let Some(warning) = options.journal.and_then(FileJournal::warning) {
        anstream::eprintln!("{warning}");
    }
    records.map_err(|stopped| match stopped {
        Stopped::Interrupted if options.journal.is_some() => {
            let kept =
                "interrupted; what was finished is in the journal, and the same command goes on from it";
            (End::Interrupted, kept.into())
        }
        Stopped::Interrupted => (End::Interrupted, "interrupted; nothing was written".into()),
        Stopped::Unplayable(reason) => (End::Usage, reason),
        Stopped::Failed(reason) => (End::Failed, reason),
    })
}
