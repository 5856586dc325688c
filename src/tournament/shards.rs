//! Shards: a run's work in shares, each of about the same cost, so that several machines play one run. What each
//! machine finishes is kept in its journal; who has all journals has the run.

use crate::agents::Competence;
use crate::agents::learned::{NetworkSpec, Training};
use crate::scenario::league::Pairing;
use crate::scenario::spec::CellSpec;
use crate::tasks::Family;
use crate::tournament::judges::costs;
use crate::tournament::{Conditions, Stopped, incentives, parts, plan, play};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Which share of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// From 1 to [`Shard::of`].
    pub number: u32,
    /// Shards in all.
    pub of: u32,
}

/// The way in which runs are divided: raised by whoever changes [`cost`], [`units`] or [`shares`], for shards of one run are
/// divided alike.
pub const DIVISION: u32 = 1;

/// The most shards of a run.
pub const SHARDS_MAX: u32 = 100_000;

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        let shard = numbers.map(|(number, of)| Self { number, of });
        shard.filter(|shard| (1..=shard.of).contains(&shard.number) && shard.of <= SHARDS_MAX).ok_or_else(
            || format!("want K/N with K from 1 to N, N at most {SHARDS_MAX}, such as 3/8, got {text:?}"),
        )
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Work that one machine does: a replicate of a cell, or cells that hang on one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Places of its cells.
    pub cells: Vec<usize>,
    /// The replicate; none: all of them.
    pub replicate: Option<u32>,
    /// About how many nanoseconds of one core it takes; only its ratio to others matters.
    pub cost: u64,
}

/// Steps of one core in a nanosecond, multiplications with an addition each.
const PER_NANOSECOND: u64 = 8;
/// Nanoseconds of a question of a match.
const QUESTION: u64 = 20;

/// About what a replicate of a cell takes, in nanoseconds of one core.
///
/// # Errors
/// Why the cell cannot be played.
pub fn cost(cell: &CellSpec) -> Result<u64, String> {
    let plan = plan::plan(cell)?;
    let matches = plan.matches / u64::from(cell.replicates.max(1));
    let play =
        matches.saturating_mul(plan.questions_max).saturating_mul(QUESTION).saturating_mul(plan.weight);
    let judge = cell.judge().map_or(0, |network| costs::work(&network) / PER_NANOSECOND);
    let play = play.saturating_add(judge);
    let learned = |competence: &Competence| match competence {
        Competence::Learned { network, schooling, .. } => Some((*network, *schooling)),
        _ => None,
    };
    let own = cell.protocol.stages.distil.training();
    let trainings = cell.agents.iter().filter_map(|agent| learned(&agent.competence));
    let trainings = trainings.flat_map(|(network, schooling)| {
        schooling
            .into_iter()
            .chain(own)
            .map(move |training| lessons(cell, network, &training, plan.questions_max))
    });
    Ok(trainings.fold(play, u64::saturating_add).max(1))
}

/// What the lessons of a training take: to be answered, at each of their questions, and to be learned.
fn lessons(cell: &CellSpec, network: NetworkSpec, training: &Training, questions_max: u64) -> u64 {
    let tokens = cell.task.family.alphabet().map_or(1, |alphabet| alphabet.tokens as u64);
    let forward = match network {
        NetworkSpec::Transformer { width, layers, hidden, .. } => {
            let (width, hidden) = (u64::from(width), u64::from(hidden));
            u64::from(layers) * tokens * width * (4 * width + 2 * hidden + 2 * tokens)
        }
        NetworkSpec::Mlp { width, layers } => u64::from(layers) * u64::from(width) * u64::from(width),
        NetworkSpec::Tabular => tokens,
    };
    let rounds = u64::from(training.rounds);
    // A step is as much as three readings, the last of its passes among them.
    let passes = u64::from(network.passes());
    let learned = u64::from(training.steps) * u64::from(training.batch) * (2 + passes);
    let answered = u64::from(training.questions).saturating_mul(questions_max.min(16) * passes);
    (forward / PER_NANOSECOND + 1).saturating_mul(rounds).saturating_mul(learned.saturating_add(answered))
}

/// The work of a run. With `optimise`, what agents could do is asked of each cell as a whole.
///
/// # Errors
/// Why a cell cannot be played.
pub fn units(cells: &[CellSpec], optimise: bool) -> Result<Vec<Unit>, String> {
    type Group<'a> = (&'a str, &'a str, &'a str, &'a [(String, String)]);
    let mut units: Vec<Unit> = Vec::new();
    let mut groups: BTreeMap<Group, usize> = BTreeMap::new();
    for (at, cell) in cells.iter().enumerate() {
        let each = cost(cell)?;
        let all = each.saturating_mul(cell.replicates.into());
        let swiss = cell.protocol.league.as_ref().filter(|league| league.pairing != Pairing::RoundRobin {});
        let group = match swiss {
            Some(league) => Some(league.name.as_str()),
            None => cell.until.difference.map(|_| ""),
        };
        if let Some(group) = group {
            let key = (group, cell.task.name.as_str(), cell.overseer.name.as_str(), &cell.point[..]);
            let unit = *groups.entry(key).or_insert_with(|| {
                units.push(Unit { cells: Vec::new(), replicate: None, cost: 0 });
                units.len() - 1
            });
            units[unit].cells.push(at);
            units[unit].cost = units[unit].cost.saturating_add(all);
        } else if optimise || cell.until.accuracy.is_some() {
            let times = if optimise { 26 } else { 1 };
            units.push(Unit { cells: vec![at], replicate: None, cost: all.saturating_mul(times) });
        } else {
            let replicates = 0..cell.replicates;
            units.extend(replicates.map(|r| Unit { cells: vec![at], replicate: Some(r), cost: each }));
        }
    }
    Ok(units)
}

/// The shard of each unit: the costliest first, each to the shard with the least to do, so that no shard has more
/// than 4/3 of what the best division gives the one with the most. Source: [Graham1969].
#[must_use]
pub fn shares(units: &[Unit], of: u32) -> Vec<u32> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|at| (Reverse(units[*at].cost), *at));
    let mut loads: BinaryHeap<Reverse<(u64, u32)>> =
        (1..=of.max(1)).map(|shard| Reverse((0, shard))).collect();
    let mut shares = vec![0; units.len()];
    for at in order {
        let Reverse((load, shard)) = loads.pop().expect("at least one shard");
        shares[at] = shard;
        loads.push(Reverse((load.saturating_add(units[at].cost), shard)));
    }
    shares
}

/// The work of one shard.
///
/// # Errors
/// Why a cell cannot be played.
pub fn share(cells: &[CellSpec], optimise: bool, shard: Shard) -> Result<Vec<Unit>, String> {
    let units = units(cells, optimise)?;
    let shares = shares(&units, shard.of);
    let own = units.into_iter().zip(shares).filter(|(_, share)| *share == shard.number);
    Ok(own.map(|(unit, _)| unit).collect())
}

/// Plays some work, and leaves what comes out in the journal.
///
/// # Errors
/// As [`play`]; of work that came to nothing the reason is kept, and told to [`Conditions::failed`].
pub fn play_units(
    cells: &[CellSpec],
    units: &[Unit],
    optimise: bool,
    conditions: &Conditions,
) -> Result<(), Stopped> {
    units.par_iter().try_for_each(|unit| {
        let outcome = match unit.replicate {
            Some(replicate) => {
                let played = parts::replicate(&cells[unit.cells[0]], replicate, conditions);
                if matches!(played, Ok(_) | Err(Stopped::Failed(_) | Stopped::Fault(_))) {
                    (conditions.finished)();
                }
                played.map(drop)
            }
            None => {
                let own: Vec<CellSpec> = unit.cells.iter().map(|at| cells[*at].clone()).collect();
                play(&own, conditions).and_then(|records| {
                    let played = own.iter().zip(&records).filter(|(_, record)| optimise && !record.unpaired);
                    played.into_iter().try_for_each(|(cell, _)| incentives(cell, conditions).map(drop))
                })
            }
        };
        match outcome {
            // The reason is kept, and is what came out.
            Err(Stopped::Failed(_)) => Ok(()),
            outcome => outcome,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(cost: u64) -> Unit {
        Unit { cells: vec![0], replicate: Some(0), cost }
    }

    #[test]
    fn shards_are_read_as_they_are_written() {
        assert_eq!("3/8".parse(), Ok(Shard { number: 3, of: 8 }));
        assert_eq!("3/8".parse::<Shard>().map(|shard| shard.to_string()), Ok("3/8".into()));
        for wrong in ["", "3", "0/8", "9/8", "1/0", "-1/8", "1/8/2", "1/100001", "a/b"] {
            assert!(wrong.parse::<Shard>().is_err_and(|problem| problem.contains("K/N")), "{wrong}");
        }
    }

    #[test]
    fn no_shard_has_much_more_to_do_than_it_must() {
        let costs = [70, 10, 30, 30, 5, 90, 1, 1, 1, 40, 22];
        let units: Vec<Unit> = costs.into_iter().map(unit).collect();
        let total: u64 = costs.iter().sum();
        for of in 1..=12 {
            let shares = shares(&units, of);
            assert!(shares.iter().all(|share| (1..=of).contains(share)));
            let load =
                |shard| (0..units.len()).filter(|at| shares[*at] == shard).map(|at| costs[at]).sum::<u64>();
            let most = (1..=of).map(load).max().expect("a shard");
            // The best is no less than the mean, nor than the greatest; the bound is Graham's.
            let best = total.div_ceil(of.into()).max(90);
            assert!(3 * most <= 4 * best, "{of}: {most} of at least {best}");
        }
    }
}
