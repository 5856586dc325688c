//! What a run would need: memory and space on the disk, from measured sizes, so that one that cannot fit says so before
//! it starts.

use crate::agents::Competence;
use crate::agents::learned::{NetworkSpec, Training};
use crate::scenario::spec::CellSpec;
use crate::tasks::Family;
use crate::tournament::judges::costs;
use crate::tournament::shards::{self, Shard};
use crate::tournament::{parts, plan};
use std::collections::BTreeMap;

/// About how many bytes a run takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Of memory, at its most.
    pub memory: u64,
    /// Of the disk: the state and the result.
    pub disk: u64,
}

/// The program, before it plays anything.
const PROGRAM: u64 = 24 << 20;
/// A row of a world, a question of a match in play. Measured: 33 MB for 65,528 rows.
const ROW: u64 = 600;
/// A cell with its lines in the tables, and each of its replicates. Measured: 6.4 kB for a cell with one.
const CELL: u64 = 5_000;
const REPLICATE: u64 = 1_500;
/// A match that is kept, as a record and as a line of trials.csv. Measured: 0.49 kB.
const TRIAL: u64 = 500;
/// Lines of tables, on the disk. Measured: 1.0 kB a cell with one replicate.
const LINES: u64 = 1_000;
/// A part in a journal, but for its bits. Measured: 0.31 kB with those of 1,000 trials.
const PART: u64 = 200;

/// What some cells take on so many threads.
#[must_use]
pub fn needs(cells: &[CellSpec], threads: u64, keep_trials: bool) -> Needs {
    let (mut all, mut world, mut training) = (Needs { memory: PROGRAM, disk: 0 }, 0, 0);
    let mut judges: BTreeMap<(String, u64), u64> = BTreeMap::new();
    for cell in cells {
        let replicates = u64::from(cell.replicates);
        let trials = cell.trials.saturating_mul(replicates);
        // A bit a trial, with some room in memory; ten bytes for eight on the disk.
        let bits = trials / 4;
        let kept = if keep_trials { trials.saturating_mul(TRIAL) } else { 0 };
        let memory = CELL.saturating_add(replicates * REPLICATE).saturating_add(bits).saturating_add(kept);
        all.memory = all.memory.saturating_add(memory);
        let Ok(plan) = plan::in_blocks(cell, None) else { continue };
        let rows = plan.lanes as u64 * plan.questions_max;
        world = world.max(rows * ROW);
        let each = parts::piece(&plan).min(rows.max(1) * 8);
        let pieces = if cell.has_students() { replicates } else { trials.div_ceil(each).max(replicates) };
        let disk = LINES.saturating_mul(1 + replicates / 4).saturating_add(pieces.saturating_mul(PART));
        all.disk = all.disk.saturating_add(disk).saturating_add(bits / 2).saturating_add(kept / 2);
        training = training.max(trained(cell));
        if let Some(network) = cell.judge() {
            training = training.max(costs::memory(cell, &network));
            // Each replicate's judge is kept, once for all cells; debug text tells descriptions apart.
            judges.insert(
                (format!("{network:?}"), cell.seed),
                costs::weights(&network).saturating_mul(4 * replicates),
            );
        }
    }
    all.disk = all.disk.saturating_add(judges.values().sum());
    let each = world.saturating_add(training);
    all.memory = all.memory.saturating_add(each.saturating_mul(threads.max(1)));
    all
}

/// What a share of some cells takes: of the others it knows no more than that they are there.
///
/// # Errors
/// Why a cell cannot be played.
pub fn needs_of_share(
    cells: &[CellSpec],
    optimise: bool,
    shard: Shard,
    threads: u64,
    keep_trials: bool,
) -> Result<Needs, String> {
    let own = shards::share(cells, optimise, shard)?.into_iter().flat_map(|unit| {
        let alone = unit.replicate.is_some();
        unit.cells.into_iter().map(move |at| {
            let replicates = if alone { 1 } else { cells[at].replicates };
            CellSpec { replicates, ..cells[at].clone() }
        })
    });
    let own: Vec<CellSpec> = own.collect();
    let Needs { memory, disk } = needs(&own, threads, keep_trials);
    Ok(Needs { memory: memory.saturating_add(cells.len() as u64 * CELL), disk })
}

/// What the trainings of a cell hold: lessons, weights with their moments and gradients, and a step's states.
fn trained(cell: &CellSpec) -> u64 {
    let own = cell.protocol.stages.distil.training();
    let of = |network: NetworkSpec, training: &Training| {
        let Some(alphabet) = cell.task.family.alphabet() else { return 0 };
        let tokens = alphabet.tokens as u64;
        let page = tokens * alphabet.per_token as u64 * 4 + 64;
        let lessons = u64::from(training.questions).saturating_mul(page).saturating_mul(4);
        let (weights, states) = match network {
            NetworkSpec::Transformer { width, layers, hidden, .. } => {
                let (width, layers, hidden) = (u64::from(width), u64::from(layers), u64::from(hidden));
                let weights = layers * width * (4 * width + 2 * hidden) + alphabet.symbols as u64 * width;
                (weights, tokens * layers * (8 * width + 2 * hidden + 4 * tokens))
            }
            NetworkSpec::Mlp { width, layers } => {
                let (width, layers) = (u64::from(width), u64::from(layers));
                (layers * width * width + alphabet.symbols as u64 * tokens * width, layers * width)
            }
            NetworkSpec::Tabular => (u64::from(training.questions) * u64::from(training.rounds) * 16, 0),
        };
        let step = states.saturating_mul(training.batch.into()).saturating_mul(4);
        lessons.saturating_add(weights.saturating_mul(32)).saturating_add(step)
    };
    let networks = cell.agents.iter().filter_map(|agent| match &agent.competence {
        Competence::Learned { network, schooling, .. } => Some((*network, *schooling)),
        _ => None,
    });
    let all = networks
        .flat_map(|(network, schooling)| schooling.into_iter().chain(own).map(move |t| of(network, &t)));
    all.fold(0, u64::saturating_add)
}
