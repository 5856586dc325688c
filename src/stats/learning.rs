//! What a training comes to, by level: from records, over replicates.

use crate::agents::Competence;
use crate::agents::learned::Decoding;
use crate::records::{CellRecord, LevelRecord};
use crate::scenario::distil::{Distil, Targets};
use crate::scenario::spec::CellSpec;
use crate::stats::over_replicates;

/// A mean over replicates, with its 95 % interval where there is more than one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Student's t interval of the mean, within what can be.
    pub interval: Option<(f64, f64)>,
}

/// An accuracy that counts as reached, for steps and acts.
pub const REACHED: f64 = 0.9;

/// A level of a cell, when training is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// The level of the questions.
    pub level: u32,
    /// Independent runs.
    pub replicates: usize,
    /// Questions in all.
    pub trials: u64,
    /// Accuracy of the targets, with the student as it is in the end.
    pub target: Option<Estimate>,
    /// Accuracy of the student's likeliest answers.
    pub argmax: Option<Estimate>,
    /// Accuracy of its drawn answers.
    pub sampled: Option<Estimate>,
    /// Distillation gain: argmax less target.
    pub argmax_gain: Option<Estimate>,
    /// Distillation gain: sampled less target.
    pub sampled_gain: Option<Estimate>,
    /// Compounding exponents of the cell: the b of the least-squares fit ln(accuracy) = a - b level.
    pub compounding: [Option<Estimate>; 3],
    /// Steps until the student, as it decides, was right in [`REACHED`] of the fresh questions of this level.
    pub steps: Option<Estimate>,
    /// Acts of the overseer until then.
    pub acts: Option<Estimate>,
}

/// A level of a cell beside that of other cells at the same point.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The level of the questions.
    pub level: u32,
    /// Steps to [`REACHED`] as a multiple of the supervised student's.
    pub slowdown: Option<Estimate>,
    /// The student's accuracy as a share of the supervised student's.
    pub of_supervised: Option<Estimate>,
    /// Performance gap recovered, (student - floor) / (ceiling - floor): the ceiling is the supervised student;
    /// the floor is who labels, or the imitation student where the student has a part in its targets.
    /// Source: [Burns2023], section 3.
    pub gap_recovered: Option<Estimate>,
}

impl Level {
    /// Names of the estimates, in order.
    pub const NAMES: [&str; 10] = [
        "target",
        "argmax",
        "sampled",
        "argmax_gain",
        "sampled_gain",
        "target_compounding",
        "argmax_compounding",
        "sampled_compounding",
        "steps_to_90",
        "acts_to_90",
    ];

    /// The estimates, in the order of [`Level::NAMES`].
    #[must_use]
    pub fn estimates(&self) -> [Option<Estimate>; 10] {
        let [c, d, e] = self.compounding;
        let Self { target, argmax, sampled, argmax_gain, sampled_gain, steps, acts, .. } = *self;
        [target, argmax, sampled, argmax_gain, sampled_gain, c, d, e, steps, acts]
    }
}

/// A cell and what came out of it.
type Row<'a> = (&'a CellSpec, &'a CellRecord);

/// The estimate of values by replicate; `None` where one of them is missing.
fn estimate(values: impl IntoIterator<Item = Option<f64>>, within: (f64, f64)) -> Option<Estimate> {
    let values: Vec<f64> = values.into_iter().collect::<Option<_>>()?;
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Some(Estimate { mean, interval: over_replicates(&values, within) })
}

/// What is counted at a level.
type Count = fn(&LevelRecord) -> u64;

const COUNTS: [Count; 3] = [|level| level.target, |level| level.argmax, |level| level.sampled];

fn accuracy(level: &LevelRecord, count: Count) -> Option<f64> {
    (level.trials > 0).then(|| count(level) as f64 / level.trials as f64)
}

/// How a cell's student decides.
fn decided(cell: &CellSpec) -> Count {
    let student = cell.student().map(|student| &cell.agents[student].competence);
    match student {
        Some(Competence::Learned { decoding: Decoding::Sampled, .. }) => COUNTS[2],
        _ => COUNTS[1],
    }
}

/// The b of ln(accuracy) = a - b level, by least squares over the levels that were answered at all.
fn compounding(levels: &[LevelRecord], count: Count) -> Option<f64> {
    let points: Vec<(f64, f64)> = levels
        .iter()
        .filter_map(|level| Some((f64::from(level.level), accuracy(level, count).filter(|a| *a > 0.0)?)))
        .map(|(level, accuracy)| (level, libm::log(accuracy)))
        .collect();
    let n = points.len() as f64;
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let spread: f64 = points.iter().map(|p| (p.0 - x) * (p.0 - x)).sum();
    let slope = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / spread;
    (points.len() > 1).then_some(-slope)
}

/// Steps and acts until a replicate's student reached [`REACHED`] at a level.
fn reached(record: &CellRecord, replicate: u32, level: u32) -> Option<(f64, f64)> {
    let rounds = record.rounds.iter().filter(|r| r.replicate == replicate && r.level == level);
    let learned = rounds.filter(|r| r.student >= REACHED).find_map(|r| r.learned);
    learned.map(|learned| (learned.steps as f64, learned.acts as f64))
}

fn targets(cell: &CellSpec) -> Option<Targets> {
    if let Distil::Learned { targets, .. } = cell.protocol.stages.distil { Some(targets) } else { None }
}

/// Whether the student has a part in its own targets.
fn amplifies(cell: &CellSpec) -> bool {
    let seats = cell.protocol.stages.seats_max().unwrap_or(usize::MAX);
    targets(cell) == Some(Targets::Verdicts) && cell.student().is_some_and(|student| student < seats)
}

/// The cell at the same point with this preset, whose student is of the same name.
fn beside<'a>(rows: &[Row<'a>], cell: &CellSpec, preset: &str) -> Option<Row<'a>> {
    let name = |cell: &CellSpec| cell.student().map(|student| cell.agents[student].name.clone());
    let same = |other: &CellSpec| {
        other.protocol.preset == preset
            && (&other.task.name, &other.overseer.name, &other.point)
                == (&cell.task.name, &cell.overseer.name, &cell.point)
            && name(other) == name(cell)
    };
    rows.iter().find(|(other, _)| same(other)).copied()
}

/// The runs of a cell: each replicate's levels.
fn runs(record: &CellRecord) -> Vec<Vec<LevelRecord>> {
    let of = |replicate| record.levels.iter().filter(move |level| level.replicate as usize == replicate);
    (0..record.replicates.len()).map(|replicate| of(replicate).copied().collect()).collect()
}

/// What can be any number, and any that is not negative.
const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);

/// The levels of a cell; nothing where it trains no network.
#[must_use]
pub fn levels(record: &CellRecord) -> Vec<Level> {
    let runs = runs(record);
    let exponents = COUNTS.map(|count| estimate(runs.iter().map(|run| compounding(run, count)), ANY));
    let level = |i: usize| {
        let at: Vec<LevelRecord> = runs.iter().filter_map(|run| run.get(i).copied()).collect();
        let level = at.first().map_or(0, |level| level.level);
        let share = |count: Count| estimate(at.iter().map(|l| accuracy(l, count)), (0.0, 1.0));
        let gain = |count: Count| {
            let each = at.iter().map(|l| Some(accuracy(l, count)? - accuracy(l, COUNTS[0])?));
            estimate(each, (-1.0, 1.0))
        };
        let reach = |replicate: usize| reached(record, replicate as u32, level);
        Level {
            level,
            replicates: runs.len(),
            trials: at.iter().map(|level| level.trials).sum(),
            target: share(COUNTS[0]),
            argmax: share(COUNTS[1]),
            sampled: share(COUNTS[2]),
            argmax_gain: gain(COUNTS[1]),
            sampled_gain: gain(COUNTS[2]),
            compounding: exponents,
            steps: estimate((0..runs.len()).map(|r| Some(reach(r)?.0)), POSITIVE),
            acts: estimate((0..runs.len()).map(|r| Some(reach(r)?.1)), POSITIVE),
        }
    };
    (0..runs.first().map_or(0, Vec::len)).map(level).collect()
}

/// The levels of a row beside those of the supervised and the imitation student at the same point; nothing
/// where it trains no network, or on the truth.
#[must_use]
pub fn compared(rows: &[Row], row: usize) -> Vec<Compared> {
    let (cell, record) = rows[row];
    // Who is not taught is not looked for.
    let ceiling = targets(cell).filter(|targets| *targets == Targets::Verdicts);
    let Some(ceiling) = ceiling.and_then(|_| beside(rows, cell, "supervised")) else {
        return Vec::new();
    };
    let floor = beside(rows, cell, "imitation").filter(|_| amplifies(cell));
    let own = runs(record);
    let (best, worst) = (runs(ceiling.1), floor.map(|floor| runs(floor.1)));
    let compare = |i: usize| {
        let level = own[0][i].level;
        let share = |runs: &[Vec<LevelRecord>], replicate: usize, count: Count| {
            accuracy(runs.get(replicate)?.get(i)?, count)
        };
        let student = |replicate| share(&own, replicate, decided(cell));
        let best_of = |replicate| share(&best, replicate, decided(ceiling.0));
        let floor_of = |replicate| match (&worst, floor) {
            (Some(worst), Some((cell, _))) => share(worst, replicate, decided(cell)),
            _ if amplifies(cell) => None,
            _ => share(&own, replicate, COUNTS[0]),
        };
        let steps = |record: &CellRecord, replicate: usize| Some(reached(record, replicate as u32, level)?.0);
        let all = || 0..own.len();
        Compared {
            level,
            slowdown: estimate(
                all().map(|r| Some(steps(record, r)? / steps(ceiling.1, r).filter(|steps| *steps > 0.0)?)),
                POSITIVE,
            ),
            of_supervised: estimate(
                all().map(|r| Some(student(r)? / best_of(r).filter(|best| *best > 0.0)?)),
                POSITIVE,
            ),
            gap_recovered: estimate(
                all().map(|r| {
                    let (floor, best) = (floor_of(r)?, best_of(r)?);
                    (best > floor).then_some((student(r)? - floor) / (best - floor))
                }),
                ANY,
            ),
        }
    };
    (0..own.first().map_or(0, Vec::len)).map(compare).collect()
}

/// How much error a distillation bears.
#[derive(Clone, Debug, PartialEq)]
pub struct Tolerance {
    /// The strategy.
    pub protocol: String,
    /// The overseer.
    pub overseer: String,
    /// The task.
    pub task: String,
    /// What else is swept, as `path=value|...`.
    pub point: String,
    /// The overseer's error rate that is swept.
    pub path: String,
    /// The level of the questions.
    pub level: u32,
    /// The greatest rate tried at which distillation still improves on its teacher; `None`: at none.
    pub most: Option<f64>,
    /// The greatest rate that was tried.
    pub tried: f64,
}

/// The failure tolerances of a sweep: for each error rate that is swept of the cells' own overseer, at each level,
/// all else being equal.
#[must_use]
pub fn tolerances(rows: &[Row]) -> Vec<Tolerance> {
    /// Strategy, overseer, task, what else is swept, and the rate's path.
    type Key = [String; 5];
    let mut groups: Vec<(Key, Vec<AtRate>)> = Vec::new();
    for (cell, record) in rows.iter().filter(|(_, record)| !record.levels.is_empty()) {
        let own = format!("overseer.{}.", cell.overseer.name);
        for (at, (path, value)) in cell.point.iter().enumerate() {
            let Some(rate) = value.parse().ok().filter(|_| path.starts_with(&own) && path.ends_with(".rate"))
            else {
                continue;
            };
            let others = cell.point.iter().enumerate().filter(|(other, _)| *other != at);
            let others: Vec<String> = others.map(|(_, (path, value))| format!("{path}={value}")).collect();
            let names = [&cell.protocol.name, &cell.overseer.name, &cell.task.name, &others.join("|"), path];
            let key = names.map(Clone::clone);
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, rates)) => rates.push((rate, record, cell)),
                None => groups.push((key, vec![(rate, record, cell)])),
            }
        }
    }
    let of = |(key, rates): (Key, Vec<AtRate>)| {
        let top = rates[0].1.levels.iter().map(|level| level.level).max().unwrap_or(0);
        // One rate alone is no sweep.
        let levels = 1..=(if rates.len() > 1 { top } else { 0 });
        let at = move |level| {
            let (most, tried) = tolerance(&rates, level)?;
            let [protocol, overseer, task, point, path] = key.clone();
            Some(Tolerance { protocol, overseer, task, point, path, level, most, tried })
        };
        levels.filter_map(at).collect::<Vec<_>>()
    };
    groups.into_iter().flat_map(of).collect()
}

/// A cell and its record at an error rate.
type AtRate<'a> = (f64, &'a CellRecord, &'a CellSpec);

/// Failure tolerance: of cells that differ in one error rate, the greatest rate at which distillation still
/// improves on its teacher at a level, and the greatest that was tried. A gain counts if its interval is above 0.
fn tolerance(rates: &[AtRate], level: u32) -> Option<(Option<f64>, f64)> {
    let tried = rates.iter().map(|(rate, ..)| *rate).fold(f64::NAN, f64::max);
    let gains = |record: &CellRecord, cell: &CellSpec| {
        let level = levels(record).into_iter().find(|l| l.level == level)?;
        let draws = decided(cell)(&LevelRecord { sampled: 1, ..LevelRecord::default() }) == 1;
        let gain = if draws { level.sampled_gain } else { level.argmax_gain };
        gain?.interval.map(|(low, _)| low > 0.0)
    };
    // Without intervals there is nothing to tell.
    let known: Vec<(f64, bool)> = rates
        .iter()
        .map(|(rate, record, cell)| Some((*rate, gains(record, cell)?)))
        .collect::<Option<_>>()?;
    let best = known.iter().filter(|(_, gains)| *gains).map(|(rate, _)| *rate);
    Some((best.fold(None, |most: Option<f64>, rate| Some(most.map_or(rate, |most| most.max(rate)))), tried))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{LearnedRound, RoundRecord, Tally};

    /// A cell's record: by replicate and level, the right targets, likeliest and drawn answers of a thousand.
    fn record(replicates: &[&[[u64; 3]]]) -> CellRecord {
        let mut record = CellRecord { clustered: true, ..CellRecord::default() };
        for (replicate, levels) in replicates.iter().enumerate() {
            record.replicates.push(Tally::default());
            for (i, [target, argmax, sampled]) in levels.iter().copied().enumerate() {
                let (replicate, level) = (replicate as u32, i as u32 + 1);
                record.levels.push(LevelRecord { replicate, level, trials: 1000, target, argmax, sampled });
            }
        }
        record
    }

    fn near(estimate: Option<Estimate>, mean: f64) {
        let got = estimate.expect("an estimate").mean;
        assert!((got - mean).abs() < 1e-9, "want {mean}, got {got}");
    }

    #[test]
    fn levels_are_means_over_replicates() {
        let record = record(&[&[[900, 1000, 900], [810, 1000, 729]], &[[900, 900, 900], [810, 810, 729]]]);
        let levels = levels(&record);
        near(levels[1].argmax, 0.905);
        // .1 and 0: mean .05
        near(levels[0].argmax_gain, 0.05);
        near(levels[1].sampled_gain, -0.081);
        // ln .9 to ln .81: a slope of ln .9 each; ln .9 to ln .729: of 2 ln .9.
        near(levels[0].compounding[0], -libm::log(0.9));
        near(levels[0].compounding[2], -2.0 * libm::log(0.9));
        // ln 1 to ln 1 and ln .9 to ln .81: the mean of none and one.
        near(levels[1].compounding[1], -libm::log(0.9) / 2.0);
        assert_eq!(levels[0].steps, None, "no round reached it");
    }

    #[test]
    fn what_is_reached_first_counts() {
        let mut record = record(&[&[[1000, 1000, 1000]]]);
        for (round, student) in [(1, 0.5), (2, 0.9), (3, 0.7), (4, 1.0)] {
            let learned = LearnedRound {
                steps: u64::from(round) * 100,
                acts: u64::from(round) * 7,
                ..Default::default()
            };
            record.rounds.push(RoundRecord {
                replicate: 0,
                round,
                level: 1,
                trials: 1,
                target_right: 1,
                target_slipped: 0,
                student,
                learned: Some(learned),
            });
        }
        near(levels(&record)[0].steps, 200.0);
        near(levels(&record)[0].acts, 14.0);
    }
}
