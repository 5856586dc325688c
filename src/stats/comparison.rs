//! Strategies against each other: every pair of the same task, overseer and sweep
//! point, on the trials that they share.

use super::family::{benjamini_hochberg, holm, tied_groups};
use super::pairs::Pairs;
use super::{LEVEL, accuracy, paired_replicates, sequence, shares};
use crate::records::CellRecord;
use crate::scenario::spec::CellSpec;
use std::collections::BTreeMap;

/// A cell and what came out of it.
type Row<'a> = (&'a CellSpec, &'a CellRecord);

/// A task, an overseer, and a sweep point.
type Key<'a> = (&'a str, &'a str, &'a [(String, String)]);

/// The power at which [`Comparison::trials_to_separate`] would tell two strategies apart.
pub const POWER: f64 = 0.8;

/// How sure the difference of two strategies' accuracies is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The first one's accuracy less the second's.
    pub mean: f64,
    /// Its 95 % interval: Tango's score interval over trials, a confidence sequence where the number of
    /// trials hung on what came out, Student's t over replicates where trials share a training.
    pub interval: (f64, f64),
    /// Two-sided p-value of no difference: McNemar's exact one over trials, Student's t over replicates.
    pub p: f64,
}

/// Two strategies of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Places of the two in the rows.
    pub rows: [usize; 2],
    /// The trials that both were asked, by who is right.
    pub pairs: Pairs,
    /// The difference; `None` for one run of what trains something.
    pub difference: Option<Difference>,
    /// The p-value adjusted by Holm over the pairs of the group.
    pub p_holm: Option<f64>,
    /// The p-value adjusted by Benjamini and Hochberg over the pairs of the group.
    pub p_bh: Option<f64>,
}

/// The strategies of a task, an overseer and a sweep point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Places in the rows, the most accurate first, as they come among equals.
    pub rows: Vec<usize>,
    /// All pairs of them, the better first.
    pub comparisons: Vec<Comparison>,
    /// Sets of statistically tied strategies, as places in [`Group::rows`]: neighbours in the ranking of which
    /// no two differ at 5 % after Holm's adjustment.
    pub tied: Vec<std::ops::Range<usize>>,
}

/// The trials of two cells, by who is right.
#[must_use]
pub fn pairs(a: &CellRecord, b: &CellRecord) -> Pairs {
    let mut pairs = Pairs::default();
    for (at, (left, right)) in a.replicates.iter().zip(&b.replicates).enumerate() {
        // Both were asked the trials from 0 on; one may have been asked more.
        let trials = left.trials.min(right.trials);
        let hits = |record: &CellRecord| record.right.get(at).map_or(0, |bits| bits.before(trials));
        let both = a.right.get(at).zip(b.right.get(at)).map_or(0, |(a, b)| a.shared(b));
        let (first, second) = (hits(a) - both, hits(b) - both);
        pairs.both += both;
        pairs.first += first;
        pairs.second += second;
        pairs.neither += trials - both - first - second;
    }
    pairs
}

/// The difference of two cells' accuracies, a - b, on the trials they share; `None`: too few runs to tell.
#[must_use]
pub fn difference(a: &CellRecord, b: &CellRecord) -> Option<Difference> {
    told(a, b, &pairs(a, b))
}

fn told(a: &CellRecord, b: &CellRecord, pairs: &Pairs) -> Option<Difference> {
    if a.clustered || b.clustered {
        let differences: Vec<f64> = shares(a).iter().zip(shares(b)).map(|(a, b)| a - b).collect();
        return paired_replicates(&differences);
    }
    let interval =
        if a.anytime || b.anytime { sequence::difference(pairs, LEVEL) } else { pairs.tango(LEVEL) };
    Some(Difference { mean: pairs.difference(), interval, p: pairs.mcnemar() })
}

/// Whether `a` is right more often than `b`, beyond chance, on the trials they share.
#[must_use]
pub fn beats(a: &CellRecord, b: &CellRecord) -> bool {
    difference(a, b).is_some_and(|difference| difference.interval.0 > 0.0)
}

/// All groups, in the order of their first rows.
#[must_use]
pub fn groups(rows: &[Row]) -> Vec<Group> {
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (at, (cell, _)) in rows.iter().enumerate() {
        // Agents of a league are rated by their matches: pairs of them are no strategies.
        if cell.protocol.league.is_some() {
            continue;
        }
        let key = (cell.task.name.as_str(), cell.overseer.name.as_str(), cell.point.as_slice());
        let place = *places.entry(key).or_insert(groups.len());
        groups.resize_with(groups.len().max(place + 1), Group::default);
        groups[place].rows.push(at);
    }
    for group in &mut groups {
        group.rows.sort_by(|a, b| accuracy(rows[*b].1).total_cmp(&accuracy(rows[*a].1)));
        compare(rows, group);
    }
    groups
}

/// Compares all pairs of a group, and ranks it.
fn compare(rows: &[Row], group: &mut Group) {
    let ranked = &group.rows;
    for (place, &first) in ranked.iter().enumerate() {
        for &second in &ranked[place + 1..] {
            let (a, b) = (rows[first].1, rows[second].1);
            let pairs = pairs(a, b);
            let difference = told(a, b, &pairs);
            let (p_holm, p_bh) = (None, None);
            group.comparisons.push(Comparison { rows: [first, second], pairs, difference, p_holm, p_bh });
        }
    }
    let tested = group.comparisons.iter_mut().filter(|comparison| comparison.difference.is_some());
    let mut tested: Vec<&mut Comparison> = tested.collect();
    let p: Vec<f64> = tested.iter().filter_map(|comparison| Some(comparison.difference?.p)).collect();
    for ((comparison, holm), bh) in tested.iter_mut().zip(holm(&p)).zip(benjamini_hochberg(&p)) {
        (comparison.p_holm, comparison.p_bh) = (Some(holm), Some(bh));
    }
    // Pairs come in the order of (place, later place).
    let count = ranked.len();
    let of = |i: usize, j: usize| i * (2 * count - i - 1) / 2 + (j - i - 1);
    let separated = |i, j| group.comparisons[of(i, j)].p_holm.is_some_and(|p| p <= 1.0 - LEVEL);
    group.tied = tied_groups(count, separated);
}

impl Comparison {
    /// Trials at which McNemar's test would tell the two apart with power [`POWER`], should they go on as so far;
    /// `None` where they are equal so far, or only replicates are independent.
    #[must_use]
    pub fn trials_to_separate(&self, rows: &[Row]) -> Option<f64> {
        let clustered = self.rows.iter().any(|row| rows[*row].1.clustered);
        let trials = self.pairs.trials_to_separate(LEVEL, POWER);
        (!clustered && trials.is_finite()).then_some(trials)
    }
}
