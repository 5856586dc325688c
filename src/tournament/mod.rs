//! The tournament: resolved cells in, records out. Parallel over (cell, replicate,
//! block of trials); integer sums are merged in a fixed order. What a replicate trains
//! before it plays is in `law.rs` (the parametric law) and `school.rs` (networks).

mod incentives;
mod judges;
mod law;
mod league;
pub mod needs;
mod parts;
mod plan;
mod school;
pub mod shards;
mod trace;
mod until;

pub use incentives::incentives;
pub use plan::{Plan, draws, plan};
pub use trace::trace;

use crate::learners::judges::TrainedJudge;
use crate::records::{CellRecord, Journal, LevelRecord, RoundRecord, StudentRecord, Sums};
use crate::scenario::distil::Distil;
use crate::scenario::spec::{CellSpec, Until};
use crate::systems;
use crate::world::resources::Recorder;
use crate::world::spawn::{self, Cast, Roots, Start};
use bevy_ecs::prelude::{Schedule, World};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// How to play, without influence on what comes out.
pub struct Conditions<'a> {
    /// Trials per block, rounded up to a power of two; `None`: as fits the cache.
    pub block: Option<usize>,
    /// Whether to keep a record of each match.
    pub keep_trials: bool,
    /// Whether to keep what students have learned.
    pub keep_students: bool,
    /// Where finished parts are kept, and found again.
    pub journal: Option<&'a dyn Journal>,
    /// Whether nothing is played but what the journal has: [`Stopped::Missing`] where it lacks something.
    pub replay: bool,
    /// Told the number of trials as they finish.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Told the number of trials that were found, and need no play.
    pub found: &'a (dyn Fn(u64) + Sync),
    /// Told when a cell is finished.
    pub finished: &'a (dyn Fn() + Sync),
    /// Told how each training goes.
    pub training: &'a (dyn Fn(Going) + Sync),
    /// Told why a replicate came to nothing.
    pub failed: &'a (dyn Fn(&str) + Sync),
    /// Asked between blocks: true ends the run.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Changes the order in which systems are added to the schedule, for tests.
    pub rotation: usize,
}

impl Default for Conditions<'_> {
    fn default() -> Self {
        Self {
            block: None,
            keep_trials: false,
            keep_students: false,
            journal: None,
            replay: false,
            progress: &|_| (),
            found: &|_| (),
            finished: &|| (),
            training: &|_| (),
            failed: &|_| (),
            interrupted: &|| false,
            rotation: 0,
        }
    }
}

/// How a training goes.
#[derive(Clone, Copy, Debug)]
pub struct Going<'a> {
    /// The cell.
    pub cell: &'a str,
    /// The replicate.
    pub replicate: u32,
    /// Rounds begun.
    pub round: u32,
    /// Steps taken in all.
    pub step: u32,
    /// The last step's loss, in nats.
    pub loss: f32,
    /// The highest level taught as the round began.
    pub level: u32,
    /// Agreement of student and target there, as the round began.
    pub agreed: f64,
    /// Share of the student's likeliest answers that were right there.
    pub accuracy: f64,
}

/// Why a run did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// [`Conditions::interrupted`] said so.
    Interrupted,
    /// A plan that cannot fit; cell id and reason.
    Unplayable(String),
    /// A training that came to nothing; cell id and reason. Other cells are not touched by it.
    Failed(String),
    /// A fault of this program; cell id and reason. Other cells are not touched by it, and it is not kept.
    Fault(String),
    /// The journal does not have all of this cell, and nothing was to be played.
    Missing(String),
    /// What is finished cannot be kept; the reason.
    Unkept(String),
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Interrupted => write!(f, "interrupted"),
            Self::Missing(cell) => write!(f, "{cell}: not all of it was played"),
            Self::Unplayable(reason) | Self::Failed(reason) | Self::Fault(reason) | Self::Unkept(reason) => {
                write!(f, "{reason}")
            }
        }
    }
}

impl std::error::Error for Stopped {}

/// A world with its schedule, ready for block after block.
struct Theatre<'a> {
    cell: &'a CellSpec,
    world: World,
    schedule: Schedule,
}

/// What is played: trials of a replicate, at an iteration, by a line-up.
#[derive(Clone, Copy)]
struct Act<'a> {
    replicate: u32,
    iteration: u16,
    roots: Roots,
    cast: &'a [Cast],
    /// What the overseer sees pictures with.
    judge: Option<&'a Arc<TrainedJudge>>,
}

impl<'a> Theatre<'a> {
    fn open(cell: &'a CellSpec, plan: &Plan, act: Act, conditions: &Conditions) -> Self {
        let slots = plan.questions_max as usize;
        let kept = conditions.keep_trials && act.roots == Roots::Own;
        let mut world = spawn::world(cell, plan.lanes, slots, kept);
        spawn::seat(&mut world, cell, (act.replicate, act.iteration), act.cast, act.judge);
        let schedule = systems::schedule(&cell.protocol.stages, conditions.rotation);
        Self { cell, world, schedule }
    }

    fn play(&mut self, first: u64, trials: usize, act: Act) {
        let depth = self.cell.protocol.stages.decompose.depth();
        let Act { replicate, iteration, roots, .. } = act;
        spawn::reset(&mut self.world, Start { replicate, first, trials, iteration, roots }, depth);
        systems::run(&mut self.world, &mut self.schedule);
    }

    /// What was summed up since this was last asked.
    fn take(&mut self) -> Sums {
        std::mem::take(&mut self.world.resource_mut::<Recorder>().sums)
    }
}

/// Plays some trials of an act, in parallel over runs of blocks.
fn play_act(
    cell: &CellSpec,
    plan: &Plan,
    act: Act,
    trials: Range<u64>,
    conditions: &Conditions,
) -> Result<Sums, Stopped> {
    let lanes = plan.lanes as u64;
    let blocks = (trials.end - trials.start).div_ceil(lanes);
    // At most 256 runs, however many trials: memory must not grow with them.
    let each = blocks.div_ceil(256).max(8) * lanes;
    let starts = (trials.start..trials.end).step_by(each as usize);
    let runs = starts.map(|start| start..trials.end.min(start + each)).collect();
    play_blocks(cell, plan, act, runs, conditions, |_, sums| Ok(sums))
}

/// Plays runs of trials of an act, in parallel, each block by block; `done` is given what a run came to.
fn play_blocks(
    cell: &CellSpec,
    plan: &Plan,
    act: Act,
    runs: Vec<Range<u64>>,
    conditions: &Conditions,
    done: impl Fn(Range<u64>, Sums) -> Result<Sums, Stopped> + Sync,
) -> Result<Sums, Stopped> {
    // A thread keeps its world from run to run, so that spawning is paid once.
    let open = || Theatre::open(cell, plan, act, conditions);
    let sums = runs.into_par_iter().map_init(open, |theatre, run| {
        for first in run.clone().step_by(plan.lanes) {
            if (conditions.interrupted)() {
                return Err(Stopped::Interrupted);
            }
            let count = (plan.lanes as u64).min(run.end - first);
            theatre.play(first, count as usize, act);
            (conditions.progress)(count);
        }
        done(run, theatre.take())
    });
    let all = sums.try_reduce(Sums::default, |mut all, part| {
        all.add(part);
        Ok(all)
    });
    Ok(in_order(all?))
}

/// Sums whose matches, where they are kept, are in order.
fn in_order(mut sums: Sums) -> Sums {
    sums.trials.sort_unstable_by_key(|trial| trial.trial);
    sums
}

/// A replicate that is ready to play: what it plays, and what its training left.
struct Ready {
    /// The cell, with the composition that gives the verdicts.
    cell: CellSpec,
    /// Who is in its seats.
    cast: Vec<Cast>,
    /// Iterations done.
    iteration: u16,
    rounds: Vec<RoundRecord>,
    levels: Vec<LevelRecord>,
    student: Option<StudentRecord>,
}

impl Ready {
    /// A replicate that was not taught anything yet.
    fn untaught(cell: &CellSpec, cast: Vec<Cast>) -> Self {
        let (rounds, levels) = (Vec::new(), Vec::new());
        Self { cell: cell.clone(), cast, iteration: 0, rounds, levels, student: None }
    }

    /// The replicate's matches.
    fn act(&self, replicate: u32) -> Act<'_> {
        Act { replicate, iteration: self.iteration, roots: Roots::Own, cast: &self.cast, judge: None }
    }
}

/// Trains whatever a replicate trains; a diary, if there is one, keeps the student's lessons.
fn prepare(
    cell: &CellSpec,
    replicate: u32,
    conditions: &Conditions,
    diary: Option<&mut school::diary::Diary>,
) -> Result<Ready, Stopped> {
    let cast = school::line_up(cell, replicate, conditions)?;
    match cell.protocol.stages.distil {
        Distil::Learned { targets, training } => {
            let class = school::class(cell, &cast, targets, &training, replicate, conditions);
            class.distil(cell, diary)
        }
        Distil::Parametric { .. } => law::distil(cell, cast, replicate, conditions),
        Distil::None => Ok(Ready::untaught(cell, cast)),
    }
}

/// Plays all cells, in parallel over (cell, block of trials) on the current rayon pool.
///
/// # Errors
/// [`Stopped`] when interrupted, or when a cell cannot be planned.
pub fn play(cells: &[CellSpec], conditions: &Conditions) -> Result<Vec<CellRecord>, Stopped> {
    judges::train_all(cells, conditions);
    match cells.first().map(|cell| cell.until).filter(|until| *until != Until::default()) {
        Some(until) => until::play(cells, until, conditions),
        None => league::play(cells, conditions),
    }
}

/// Plays one cell.
///
/// # Errors
/// As [`play`].
pub fn play_cell(cell: &CellSpec, conditions: &Conditions) -> Result<CellRecord, Stopped> {
    plan::plan(cell).map_err(Stopped::Unplayable)?;
    let parts = (0..cell.replicates).into_par_iter();
    let parts = parts.map(|replicate| parts::replicate(cell, replicate, conditions));
    let mut record = CellRecord { clustered: cell.learns(), ..Default::default() };
    // Of several that stopped the first replicate's reason counts, whichever was done first.
    let parts: Vec<Result<_, Stopped>> = parts.collect();
    if parts.iter().any(|part| matches!(part, Err(Stopped::Interrupted))) {
        return Err(Stopped::Interrupted);
    }
    match parts.into_iter().collect::<Result<Vec<_>, Stopped>>() {
        // What other cells are is kept.
        Err(Stopped::Failed(reason) | Stopped::Fault(reason)) => record.failed = Some(reason),
        parts => parts?.into_iter().for_each(|part| record.add(part)),
    }
    (conditions.finished)();
    Ok(record)
}
