//! The tournament: resolved cells in, records out. Parallel over (cell, replicate,
//! block of trials); integer sums are merged in a fixed order.

use crate::agents::Ability;
use crate::records::{CellRecord, RoundRecord, Sums, Trace, TraceNode};
use crate::scenario::spec::CellSpec;
use crate::scenario::stages::Distil;
use crate::systems;
use crate::tasks::Family;
use crate::world::components::{Asked, Claims, Match, NO_ROW};
use crate::world::ground::Ground;
use crate::world::judgement::Judgement;
use crate::world::mind::Student;
use crate::world::resources::{Journal, Randomness, Recorder};
use crate::world::spawn::{self, Start};
use bevy_ecs::prelude::{Schedule, World};
use rayon::prelude::*;

/// How to play, without influence on what comes out.
pub struct Conditions<'a> {
    /// Trials per block, rounded up to a power of two; `None`: as fits the cache.
    pub block: Option<usize>,
    /// Whether to keep a record of each match.
    pub keep_trials: bool,
    /// Told the number of trials as they finish.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Asked between blocks: true ends the run.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Changes the order in which systems are added to the schedule, for tests.
    pub rotation: usize,
}

impl Default for Conditions<'_> {
    fn default() -> Self {
        Self { block: None, keep_trials: false, progress: &|_| (), interrupted: &|| false, rotation: 0 }
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

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Interrupted => write!(f, "interrupted"),
            Self::Unplayable(reason) => write!(f, "{reason}"),
        }
    }
}

impl std::error::Error for Stopped {}

/// What a cell would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Questions a match may ask at most.
    pub questions_max: u64,
    /// Trials per block.
    pub lanes: usize,
    /// Blocks of trials, all replicates together.
    pub blocks: u64,
    /// Matches: trials, replicates, and those that distillation learns from.
    pub matches: u64,
}

/// The most questions of one match; more would not fit a world.
const QUESTIONS_MAX: u64 = 1 << 20;
/// Rows that a world should have, so that its columns stay in the cache.
const ROWS_IDEAL: u64 = 1 << 13;

/// What the cell would take, or why it cannot be played.
///
/// # Errors
/// The reason, with the remedy.
pub fn plan(cell: &CellSpec) -> Result<Plan, String> {
    plan_in_blocks(cell, None)
}

fn plan_in_blocks(cell: &CellSpec, block: Option<usize>) -> Result<Plan, String> {
    let stages = &cell.protocol.stages;
    let questions_max = cell.task.family.questions_max(stages.decompose.depth().into());
    if questions_max > QUESTIONS_MAX {
        return Err(format!(
            "{}: a match may ask {questions_max} questions, at most {QUESTIONS_MAX} fit; lower the depth of \
             the decomposition or the size of the task",
            cell.id
        ));
    }
    if cell.agents.len() < stages.agents_min() {
        return Err(format!(
            "{}: the protocol needs {} agents, got {}",
            cell.id,
            stages.agents_min(),
            cell.agents.len()
        ));
    }
    let ideal = (ROWS_IDEAL / questions_max).clamp(8, 1024) as usize;
    let lanes = block.unwrap_or(ideal).clamp(1, 1 << 16).next_power_of_two();
    let lanes = lanes.min((cell.trials.max(1).next_power_of_two()).min(1 << 16) as usize);
    let levels = u64::from(cell.task.family.level_max()) + 1;
    let passes = match stages.distil {
        Distil::None => 1,
        Distil::Parametric { rounds, .. } => 1 + u64::from(rounds) * levels,
    };
    let replicates = u64::from(cell.replicates);
    Ok(Plan {
        questions_max,
        lanes,
        blocks: cell.trials.div_ceil(lanes as u64).saturating_mul(replicates).saturating_mul(passes),
        matches: cell.trials.saturating_mul(replicates).saturating_mul(passes),
    })
}

/// Trials that [`draws`] looks at.
const SAMPLE: u64 = 64;

/// Blocks of 512 random bits that the cell would take, judged by its first trials.
///
/// # Errors
/// The reason when the cell cannot be played.
pub fn draws(cell: &CellSpec) -> Result<u64, String> {
    let trials = cell.trials.min(SAMPLE);
    let plan = plan_in_blocks(cell, Some(SAMPLE as usize))?;
    let act = Act { replicate: 0, iteration: 0, level: None, student: None };
    let mut theatre = Theatre::open(cell, &plan, act, &Conditions::default());
    theatre.play(0, trials as usize, act);
    let drawn = u128::from(theatre.world.resource::<Randomness>().0.drawn());
    Ok((drawn * u128::from(plan.matches) / u128::from(trials.max(1))).min(u64::MAX.into()) as u64)
}

/// A world with its schedule, ready for block after block.
struct Theatre<'a> {
    cell: &'a CellSpec,
    world: World,
    schedule: Schedule,
}

/// What is played: trials of a replicate, at an iteration, with an assistant.
#[derive(Clone, Copy)]
struct Act<'a> {
    replicate: u32,
    iteration: u16,
    level: Option<u32>,
    student: Option<&'a Student>,
}

impl<'a> Theatre<'a> {
    fn open(cell: &'a CellSpec, plan: &Plan, act: Act, conditions: &Conditions) -> Self {
        let slots = plan.questions_max as usize;
        let mut world = spawn::world(cell, plan.lanes, slots, conditions.keep_trials && act.level.is_none());
        spawn::seat(&mut world, cell, act.replicate, act.iteration, act.student);
        let schedule = systems::schedule(&cell.protocol.stages, conditions.rotation);
        Self { cell, world, schedule }
    }

    fn play(&mut self, first: u64, trials: usize, act: Act) {
        let depth = self.cell.protocol.stages.decompose.depth();
        let Act { replicate, iteration, level, .. } = act;
        spawn::reset(&mut self.world, Start { replicate, first, trials, iteration, level }, depth);
        systems::run(&mut self.world, &mut self.schedule);
    }

    /// What was summed up since this was last asked.
    fn take(&mut self) -> Sums {
        std::mem::take(&mut self.world.resource_mut::<Recorder>().sums)
    }
}

/// Plays all trials of an act, in parallel over runs of blocks.
fn play_act(cell: &CellSpec, plan: &Plan, act: Act, conditions: &Conditions) -> Result<Sums, Stopped> {
    let lanes = plan.lanes as u64;
    let blocks = cell.trials.div_ceil(lanes);
    // A thread keeps its world from run to run, so that spawning is paid once.
    // At most 256 runs, however many trials: memory must not grow with them.
    let blocks_per_run = blocks.div_ceil(256).max(8);
    let runs: Vec<u64> = (0..blocks.div_ceil(blocks_per_run)).collect();
    let open = || Theatre::open(cell, plan, act, conditions);
    let sums = runs.into_par_iter().map_init(open, |theatre, run| {
        let last = ((run + 1) * blocks_per_run).min(blocks);
        for block in run * blocks_per_run..last {
            if (conditions.interrupted)() {
                return Err(Stopped::Interrupted);
            }
            let first = block * lanes;
            let trials = lanes.min(cell.trials - first);
            theatre.play(first, trials as usize, act);
            (conditions.progress)(trials);
        }
        Ok(theatre.take())
    });
    let mut all = sums.try_reduce(Sums::default, |mut all, part| {
        all.add(part);
        Ok(all)
    })?;
    all.trials.sort_unstable_by_key(|trial| trial.trial);
    Ok(all)
}

/// What a replicate's distillation comes to.
#[derive(Default)]
struct Training {
    student: Option<Student>,
    rounds: Vec<RoundRecord>,
    /// Iterations done.
    iteration: u16,
}

/// Trains a replicate's student, round by round, if the composition distils.
fn train(cell: &CellSpec, plan: &Plan, replicate: u32, conditions: &Conditions) -> Result<Training, Stopped> {
    let mut training = Training::default();
    let Distil::Parametric { rounds, fit_error, denoise } = cell.protocol.stages.distil else {
        return Ok(training);
    };
    let overseer = Judgement::new(&cell.overseer, cell.protocol.stages.decompose.votes(), replicate);
    for round in 1..=rounds {
        let (mut accuracies, mut sureness): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for level in 0..=cell.task.family.level_max() {
            let (iteration, student) = (training.iteration, training.student.as_ref());
            let tally =
                play_act(cell, plan, Act { replicate, iteration, level: Some(level), student }, conditions)?
                    .tally;
            // Noise without a pattern is the overseer's: an agent's own mistake is the same each time.
            let mut faults = [&overseer.judging, &overseer.combining].into_iter().take(1 + level as usize);
            let noise = faults.all(|fault| fault.exact || fault.is_fresh());
            let denoise = if noise { denoise.get() } else { 0.0 };
            let learned =
                |right: f64, slipped: f64| (right * (1.0 - fit_error.get()) + denoise * slipped).min(1.0);
            let share = |count: u64, of: u64| count as f64 / of as f64;
            let answered = tally.trials - tally.abstained;
            // Levels that no root reaches are learned as the level below.
            let below = |known: &[f64]| known.last().copied().unwrap_or(0.0);
            let accuracy = if tally.trials == 0 {
                below(&accuracies)
            } else {
                learned(share(tally.right, tally.trials), share(tally.slipped, tally.trials))
            };
            let sure = if answered == 0 {
                below(&sureness)
            } else {
                // Slips are its own, of which it knows how many it makes.
                learned(share(tally.confidence, answered) / 65_536.0, share(tally.slipped, tally.trials))
            };
            training.rounds.push(RoundRecord {
                replicate,
                round,
                level,
                trials: tally.trials,
                target_right: tally.right,
                target_slipped: tally.slipped,
                student: accuracy,
            });
            accuracies.push(accuracy);
            sureness.push(sure);
        }
        training.student = Some(Student { ability: Ability::of_accuracies(&accuracies), sureness });
        training.iteration += 1;
    }
    Ok(training)
}

/// Plays a replicate: its distillation rounds, if any, and then its matches.
fn play_replicate(
    cell: &CellSpec,
    plan: &Plan,
    replicate: u32,
    conditions: &Conditions,
) -> Result<(Sums, Vec<RoundRecord>), Stopped> {
    let Training { student, rounds, iteration } = train(cell, plan, replicate, conditions)?;
    let act = Act { replicate, iteration, level: None, student: student.as_ref() };
    Ok((play_act(cell, plan, act, conditions)?, rounds))
}

/// Plays all cells, in parallel over (cell, block of trials) on the current rayon pool.
///
/// # Errors
/// [`Stopped`] when interrupted, or when a cell cannot be planned.
pub fn play(cells: &[CellSpec], conditions: &Conditions) -> Result<Vec<CellRecord>, Stopped> {
    cells.par_iter().map(|cell| play_cell(cell, conditions)).collect()
}

/// Plays one cell.
///
/// # Errors
/// As [`play`].
pub fn play_cell(cell: &CellSpec, conditions: &Conditions) -> Result<CellRecord, Stopped> {
    let plan = plan_in_blocks(cell, conditions.block).map_err(Stopped::Unplayable)?;
    let parts: Result<Vec<_>, Stopped> = (0..cell.replicates)
        .into_par_iter()
        .map(|replicate| play_replicate(cell, &plan, replicate, conditions))
        .collect();
    let mut record =
        CellRecord { clustered: cell.protocol.stages.distil != Distil::None, ..Default::default() };
    let mut all = Sums::default();
    for (sums, rounds) in parts? {
        record.replicates.push(sums.tally);
        record.rounds.extend(rounds);
        all.add(sums);
    }
    (record.batches, record.trials) = (all.batches.to_vec(), all.trials);
    Ok(record)
}

/// Plays one match and tells it.
///
/// # Errors
/// The reason when the cell cannot be played.
pub fn trace(cell: &CellSpec, replicate: u32, trial: u64) -> Result<Trace, String> {
    let conditions = Conditions { block: Some(1), keep_trials: true, ..Conditions::default() };
    let plan = plan_in_blocks(cell, conditions.block)?;
    let full = plan_in_blocks(cell, None)?;
    let Training { student, iteration, .. } =
        train(cell, &full, replicate, &Conditions::default()).map_err(|stopped| stopped.to_string())?;
    let act = Act { replicate, iteration, level: None, student: student.as_ref() };
    let mut theatre = Theatre::open(cell, &plan, act, &conditions);
    theatre.world.resource_mut::<Journal>().on = true;
    theatre.play(trial, 1, act);
    Ok(tell(&mut theatre.world))
}

/// The tree of the match that a one-lane world has just played.
fn tell(world: &mut World) -> Trace {
    let slots = world.query::<&Match>().iter(world).next().map_or(0, |ledger| ledger.slots as usize);
    let mut questions = world.query::<(&Asked, &Claims)>();
    let rows: Vec<(Asked, Claims)> = questions.iter(world).take(slots).map(|(a, c)| (*a, *c)).collect();
    let (ground, journal) = (world.resource::<Ground>(), world.resource::<Journal>());
    let mut nodes: Vec<TraceNode> = rows
        .iter()
        .enumerate()
        .map(|(row, (asked, claims))| TraceNode {
            question: ground.show_question(0, asked.question),
            lines: journal
                .lines
                .iter()
                .filter(|(at, _)| *at as usize == row)
                .map(|(_, line)| line.clone())
                .collect(),
            verdict: ground.show_answer(asked.question, claims.verdict),
            right: ground.holds(0, crate::claim::Claim { question: asked.question, answer: claims.verdict }),
            children: Vec::new(),
        })
        .collect();
    // Children come after their parents, so the last row is complete when it is reached from the end.
    for row in (1..nodes.len()).rev() {
        let node = nodes.pop().expect("one node a row");
        let parent = rows[row].0.parent;
        assert!(parent != NO_ROW && (parent as usize) < row, "a question is asked by an earlier one");
        nodes[parent as usize].children.insert(0, node);
    }
    let tally = world.resource::<Recorder>().sums.tally;
    let truth = ground.show_truth(0, rows.first().map_or_else(Default::default, |(asked, _)| asked.question));
    Trace { root: nodes.pop().unwrap_or_default(), truth, tally }
}
