//! Statistics, on records only: intervals, comparisons, measures. Every number is the
//! same on every CPU. Knows no world and writes no file.

pub mod budget;
pub mod calibration;
pub mod cluster;
pub mod comparison;
pub mod family;
pub mod incentives;
pub mod learning;
pub mod pairs;
pub mod proportion;
pub mod ratings;
pub mod recovery;
#[cfg(test)]
mod reference;
pub mod resample;
pub mod sequence;
pub mod special;
pub mod standings;

use crate::records::CellRecord;
use comparison::Difference;
use proportion::wilson;

/// The confidence of every interval that is shown.
pub const LEVEL: f64 = 0.95;

/// The 95 % interval of a cell's accuracy: over trials, as a confidence sequence where their number hung on
/// what came out, or over replicates where trials share a training. `None` for a single run of such a cell.
#[must_use]
pub fn interval(record: &CellRecord) -> Option<(f64, f64)> {
    let total = record.total();
    if record.clustered {
        let each: Vec<_> = record.replicates.iter().map(|tally| (tally.right, tally.trials)).collect();
        cluster::proportion(&each, LEVEL)
    } else if record.anytime {
        Some(sequence::mean(total.right, total.trials, LEVEL))
    } else {
        Some(wilson(total.right, total.trials, LEVEL))
    }
}

/// Right verdicts as a share of trials; 0 without trials.
#[must_use]
pub fn accuracy(record: &CellRecord) -> f64 {
    let total = record.total();
    total.right as f64 / total.trials.max(1) as f64
}

/// Accuracy in each replicate.
fn shares(record: &CellRecord) -> Vec<f64> {
    record.replicates.iter().map(|tally| tally.right as f64 / tally.trials.max(1) as f64).collect()
}

/// The mean of some values, and its standard error over them; `None` for fewer than two.
fn mean_and_error(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    Some((mean, (variance / n).sqrt()))
}

/// The 95 % interval of a mean over independent replicates, by Student's t, held within `bounds`, which no
/// value passes; `None` for fewer than two.
#[must_use]
pub fn over_replicates(values: &[f64], bounds: (f64, f64)) -> Option<(f64, f64)> {
    cluster::mean(values, bounds, LEVEL)
}

/// A difference over independent replicates, by Student's paired t; `None` for fewer than two.
fn paired_replicates(differences: &[f64]) -> Option<Difference> {
    let (mean, error) = mean_and_error(differences)?;
    let interval = over_replicates(differences, (-1.0, 1.0))?;
    let freedom = differences.len() as f64 - 1.0;
    let p = match error {
        0.0 if mean == 0.0 => 1.0,
        0.0 => 0.0,
        _ => 2.0 * special::student(-(mean / error).abs(), freedom),
    };
    Some(Difference { mean, interval, p })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_give_an_interval_of_shares() {
        // Shares .9 and 1: mean .95, standard error .05, t(1) = 12.706: .95 -+ .635, of which .315 to 1 can be.
        let (low, high) = over_replicates(&[0.9, 1.0], (0.0, 1.0)).expect("two");
        assert!((low - 0.3147).abs() < 1e-4 && high == 1.0, "{low} {high}");
        let (low, high) = over_replicates(&[0.1, 0.0], (0.0, 1.0)).expect("two");
        assert!(low == 0.0 && (high - 0.6853).abs() < 1e-4, "{low} {high}");
        // Differences reach below 0: .05 -+ .635.
        let (low, high) = over_replicates(&[0.1, 0.0], (-1.0, 1.0)).expect("two");
        assert!((low + 0.5853).abs() < 1e-4 && (high - 0.6853).abs() < 1e-4, "{low} {high}");
        assert_eq!(over_replicates(&[0.5], (0.0, 1.0)), None);
    }

    #[test]
    fn pairs_of_replicates_are_tested_by_t() {
        // Differences 1, 1, 0, -1, 1, 0: mean 1/3, standard error 1/3: t = 1 with 5 degrees of freedom, of
        // which standard tables give p = .363; t(5) = 2.571, half width .857.
        let difference = paired_replicates(&[1.0, 1.0, 0.0, -1.0, 1.0, 0.0]).expect("six");
        assert!((difference.p - 0.3632).abs() < 1e-4, "{difference:?}");
        let (low, high) = difference.interval;
        assert!((low - (1.0 / 3.0 - 0.857)).abs() < 1e-3 && high == 1.0, "{difference:?}");
        assert_eq!(paired_replicates(&[0.5, 0.5]).map(|d| d.p), Some(0.0));
        assert_eq!(paired_replicates(&[0.5]), None);
    }
}
