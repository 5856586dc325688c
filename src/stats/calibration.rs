//! How well confidences match what comes of them.

use super::cluster::proportion;
use super::proportion::wilson;
use crate::records::scores::{Bin, CERTAIN, NAT};
use crate::records::{CellRecord, Tally};

/// The mean distance of confidence and accuracy, over bins weighted by their trials: 0 to 1, 0 without
/// trials. It hangs on the bins, and cannot rise when some are merged.
/// Source: [Naeini2015].
#[must_use]
pub fn expected_error(bins: &[Bin]) -> f64 {
    let trials: u64 = bins.iter().map(|bin| bin.trials).sum();
    let gap = |bin: &Bin| (u128::from(bin.right) * u128::from(CERTAIN)).abs_diff(u128::from(bin.confidence));
    let gaps: u128 = bins.iter().map(gap).sum();
    gaps as f64 / f64::from(CERTAIN) / trials.max(1) as f64
}

/// A point of a reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Mean confidence, 0 to 1.
    pub confidence: f64,
    /// Share of right verdicts, 0 to 1.
    pub accuracy: f64,
    /// The accuracy's interval; `None` for a single run of what trains something.
    pub interval: Option<(f64, f64)>,
}

/// The points of a record, each with its place among the bins and its verdicts; bins without any have none.
/// Intervals at confidence `level` are Wilson's, or over replicates where trials share a training.
#[must_use]
pub fn reliability(record: &CellRecord, level: f64) -> Vec<(usize, Bin, Point)> {
    let all = record.all_bins();
    let interval = |at: usize| {
        if record.clustered {
            let each: Vec<_> = record.bins.iter().map(|bins| (bins[at].right, bins[at].trials)).collect();
            proportion(&each, level)
        } else {
            Some(wilson(all[at].right, all[at].trials, level))
        }
    };
    let point = |at: usize, bin: Bin| Point {
        confidence: bin.confidence as f64 / f64::from(CERTAIN) / bin.trials as f64,
        accuracy: bin.right as f64 / bin.trials as f64,
        interval: interval(at),
    };
    let used = all.into_iter().enumerate().filter(|(_, bin)| bin.trials > 0);
    used.map(|(at, bin)| (at, bin, point(at, bin))).collect()
}

/// A sum as a mean over some, in units of `one`; `None` over none.
fn mean(sum: u64, count: u64, one: f64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / one / count as f64)
}

/// The mean squared distance of confidence and outcome over the verdicts given: 0 (best) to 1; 0.25 for
/// always saying one half.
/// Source: [Brier1950], for one outcome.
#[must_use]
pub fn brier(tally: &Tally) -> Option<f64> {
    mean(tally.squares, tally.trials - tally.abstained, f64::from(CERTAIN) * f64::from(CERTAIN))
}

/// The mean of -ln of the probability given to what came, over the verdicts given: 0 (best) up to
/// 17 ln 2 = 11.8, ln 2 for always saying one half; in nats.
/// Source: [Good1952].
#[must_use]
pub fn log_loss(tally: &Tally) -> Option<f64> {
    mean(tally.losses, tally.trials - tally.abstained, NAT as f64)
}

/// Agent score difference: what arguing for the truth earns more than arguing for a lie, if an agent is paid the
/// overseer's posterior of its claim; -1 to 1. Paid by the Brier score it is the same number, since the two
/// posteriors sum to 1. Over matches with one honest side whose verdict is a side's claim.
/// Source: [Sudhir2025].
#[must_use]
pub fn score_difference(tally: &Tally) -> Option<f64> {
    mean(tally.belief, tally.opposed, f64::from(CERTAIN)).map(|belief| 2.0 * belief - 1.0)
}

/// As [`score_difference`], paid the logarithm of the posterior; in nats.
#[must_use]
pub fn score_difference_log(tally: &Tally) -> Option<f64> {
    let of = |sum| mean(sum, tally.opposed, NAT as f64);
    Some(of(tally.lie_losses)? - of(tally.truth_losses)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::scores::{BINS, bin, loss};
    use crate::stats::reference::{REFERENCE, close};

    /// The tally and the bins of verdicts, each a confidence in units of 2^-16 and whether it is right.
    fn of(verdicts: &[(u32, bool)]) -> (Tally, [Bin; BINS]) {
        let (mut tally, mut bins) = (Tally::default(), [Bin::default(); BINS]);
        for &(confidence, right) in verdicts {
            let missed = if right { CERTAIN - confidence } else { confidence };
            tally.add(&Tally {
                trials: 1,
                squares: u64::from(missed) * u64::from(missed),
                losses: loss(CERTAIN - missed),
                ..Tally::default()
            });
            bins[bin(confidence)].add(&Bin { trials: 1, right: right.into(), confidence: confidence.into() });
        }
        (tally, bins)
    }

    fn scores(verdicts: &[(u32, bool)]) -> (f64, f64) {
        let (tally, _) = of(verdicts);
        brier(&tally).zip(log_loss(&tally)).expect("verdicts")
    }

    #[test]
    fn the_reference_scores_are_met() {
        for row in &REFERENCE.calibration {
            let (brier, log_loss) = scores(&row.verdicts);
            close(brier, row.brier, 1e-12, "Brier");
            // Each loss is rounded to 2^-24.
            assert!((log_loss - row.log_loss).abs() < 0.5 / NAT as f64, "log loss");
            close(expected_error(&of(&row.verdicts).1), row.expected_error, 1e-12, "expected error");
        }
    }

    #[test]
    fn errors_by_hand() {
        // 10 at .5 of which 8 are right, 30 at 1 of which 27 are: (10 x .3 + 30 x .1) / 40 = .15.
        let half = Bin { trials: 10, right: 8, confidence: 10 << 15 };
        let sure = Bin { trials: 30, right: 27, confidence: 30 << 16 };
        assert!((expected_error(&[half, Bin::default(), sure]) - 0.15).abs() < 1e-15);
        // Merged, over- and underconfidence cancel in part: |35 - 35| = 0.
        let merged = Bin { trials: 40, right: 35, confidence: half.confidence + sure.confidence };
        assert_eq!(expected_error(&[merged]), 0.0);
        assert_eq!(expected_error(&[]), 0.0);

        let mut bins = [Bin::default(); BINS];
        (bins[5], bins[9]) = (half, sure);
        let mut record = CellRecord { bins: vec![bins], ..CellRecord::default() };
        let points = reliability(&record, 0.95);
        assert_eq!(points.len(), 2);
        assert_eq!((points[0].0, points[0].2.confidence, points[0].2.accuracy), (5, 0.5, 0.8));
        assert_eq!(points[1].2.interval, Some(wilson(27, 30, 0.95)));
        // Where trials share a training, only runs are independent, and one has no interval.
        record.clustered = true;
        assert_eq!(reliability(&record, 0.95)[1].2.interval, None);
        record.bins.push(bins);
        let wide = reliability(&record, 0.95)[1].2.interval.expect("two runs");
        assert_eq!(Some(wide), proportion(&[(27, 30); 2], 0.95));
    }

    #[test]
    fn scores_by_hand() {
        let half = scores(&[(CERTAIN / 2, true), (CERTAIN / 2, false)]);
        assert!(half.0 == 0.25 && (half.1 - std::f64::consts::LN_2).abs() < 1e-7);
        assert_eq!(scores(&[(CERTAIN, true), (0, false)]), (0.0, 0.0));
        let worst = scores(&[(CERTAIN, false), (0, true)]);
        assert!(worst.0 == 1.0 && (worst.1 - 17.0 * std::f64::consts::LN_2).abs() < 1e-6);
        // .75 right: 1/16; wrong: 9/16.
        assert_eq!(scores(&[(CERTAIN / 4 * 3, true), (CERTAIN / 4 * 3, false)]).0, 0.3125);
        let none = Tally { trials: 3, abstained: 3, ..Tally::default() };
        assert_eq!((brier(&none), log_loss(&none), score_difference(&none)), (None, None, None));
    }
}
