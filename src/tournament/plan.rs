//! Plans: what a cell would take, and whether it can be played at all.

use crate::agents::Competence;
use crate::agents::learned::Training;
use crate::scenario::distil::Distil;
use crate::scenario::spec::CellSpec;
use crate::tasks::Family;
use crate::tournament::judges::{self, costs};
use crate::tournament::{Act, Conditions, Theatre, school};
use crate::world::resources::Randomness;
use crate::world::spawn::Roots;

/// What a cell would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Questions a match may ask at most.
    pub questions_max: u64,
    /// Trials per block.
    pub lanes: usize,
    /// Blocks of trials, all replicates together.
    pub blocks: u64,
    /// About how many questions of an ordinary match one of these takes as long as.
    pub weight: u64,
    /// Matches: trials, replicates, and those that distillation learns from.
    pub matches: u64,
}

/// The most questions of one match; more would not fit a world.
const QUESTIONS_MAX: u64 = 1 << 20;
/// Matches that weigh more than this are played one at a time.
const LONG: u64 = 1 << 10;
/// Rows that a world should have, so that its columns stay in the cache.
const ROWS_IDEAL: u64 = 1 << 13;

/// What the cell would take, or why it cannot be played.
///
/// # Errors
/// The reason, with the remedy.
pub fn plan(cell: &CellSpec) -> Result<Plan, String> {
    school::check(cell)
        .and_then(|()| judges::check(cell))
        .map_err(|problem| format!("{}: {problem}", cell.id))?;
    in_blocks(cell, None)
}

pub(super) fn in_blocks(cell: &CellSpec, block: Option<usize>) -> Result<Plan, String> {
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
    let weight = costs::weight(cell);
    // So that threads share what takes long, and an interruption is heard.
    let ideal = if weight > LONG { 1 } else { ideal };
    let lanes = block.unwrap_or(ideal).clamp(1, 1 << 16).next_power_of_two();
    let lanes = lanes.min((cell.trials.max(1).next_power_of_two()).min(1 << 16) as usize);
    let levels = u64::from(cell.task.family.level_max()) + 1;
    let passes = match stages.distil {
        Distil::None => 1,
        Distil::Parametric { rounds, .. } => 1 + u64::from(rounds) * levels,
        // Each level is measured in the end.
        Distil::Learned { .. } => levels,
    };
    let lessons = |training: &Training| u64::from(training.rounds + 1) * u64::from(training.questions);
    let schooling = cell.agents.iter().filter_map(|agent| match &agent.competence {
        Competence::Learned { schooling, .. } => schooling.as_ref(),
        _ => None,
    });
    let taught: u64 = schooling.chain(stages.distil.training().as_ref()).map(lessons).sum();
    let replicates = u64::from(cell.replicates);
    let trials = cell.trials.saturating_mul(passes).saturating_add(taught);
    Ok(Plan {
        questions_max,
        weight,
        lanes,
        blocks: trials.div_ceil(lanes as u64).saturating_mul(replicates),
        matches: trials.saturating_mul(replicates),
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
    if let Some(network) = cell.judge() {
        // No judge is trained for a plan.
        let play = in_blocks(cell, None)?.matches.saturating_mul(costs::draws(cell));
        let training = costs::training_draws(&network).saturating_mul(cell.replicates.into());
        return Ok(play.saturating_add(training));
    }
    let plan = in_blocks(cell, Some(SAMPLE as usize))?;
    let act = Act { replicate: 0, iteration: 0, roots: Roots::Own, cast: &[], judge: None };
    let mut theatre = Theatre::open(cell, &plan, act, &Conditions::default());
    theatre.play(0, trials as usize, act);
    let drawn = u128::from(theatre.world.resource::<Randomness>().0.drawn());
    Ok((drawn * u128::from(plan.matches) / u128::from(trials.max(1))).min(u64::MAX.into()) as u64)
}
