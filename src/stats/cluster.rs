//! Intervals over independent replicates, where the trials within one share a training: only replicates
//! count as independent, however many trials each has.

use super::proportion::wilson_margin;
use super::special::student_margin;

/// The interval of a mean over independent replicates at confidence `level`, by Student's t, held within
/// `bounds`, which no value passes; `None` for fewer than two.
/// Source: [Student1908].
#[must_use]
pub fn mean(values: &[f64], bounds: (f64, f64), level: f64) -> Option<(f64, f64)> {
    let spread = Spread::of(values, level)?;
    let half = spread.margin * spread.error;
    Some(((spread.mean - half).max(bounds.0), (spread.mean + half).min(bounds.1)))
}

/// The interval of a proportion at confidence `level` over independent replicates, each (hits, trials); every
/// replicate with trials weighs the same. `None` for fewer than two of those.
///
/// Student's t on the scale of ln(p / (1 - p)), which keeps within 0 and 1 and leans to the middle as it should.
/// Where the replicates show no spread, or sit at 0 or 1 together, that scale has no interval: each replicate
/// then counts as one trial of a score interval, with Student's margin: wide, as it must be, since nothing
/// tells how alike its trials are.
///
/// Why not the mean's own t interval, cut at 0 and 1: measured over beta-binomial replicates at level .95 (see
/// `clustered_intervals_hold_where_trials_would_not`). With 4 and 10 replicates of 50 trials, proportions .5 to
/// .9 and correlations .05 to .4, this one holds in .950 of runs, the cut one in .898, Wilson's over all
/// trials in .489; with 4 to 30 replicates at .97 and .99, correlations .05 and .3, in .943, .691 and .591. Where
/// most replicates show no miss at all, single cases fall well below their average.
/// Source: [Dean2015], on the logit interval of a clustered proportion.
#[must_use]
pub fn proportion(replicates: &[(u64, u64)], level: f64) -> Option<(f64, f64)> {
    let shares: Vec<f64> =
        replicates.iter().filter(|(_, n)| *n > 0).map(|(hits, n)| *hits as f64 / *n as f64).collect();
    let Spread { mean, error, margin } = Spread::of(&shares, level)?;
    let variance = mean * (1.0 - mean);
    if error <= 0.0 || variance <= 0.0 {
        let count = shares.len() as f64;
        return Some(wilson_margin(mean * count, count, margin));
    }
    // The error of ln(p / (1 - p)) is that of p over the slope's inverse, p (1 - p).
    let (centre, half) = (libm::log(mean / (1.0 - mean)), margin * error / variance);
    let back = |logit: f64| 1.0 / (1.0 + libm::exp(-logit));
    Some((back(centre - half), back(centre + half)))
}

/// What replicates say of their mean.
struct Spread {
    mean: f64,
    /// The mean's standard error.
    error: f64,
    /// Student's margin at the replicates' degrees of freedom, in standard errors.
    margin: f64,
}

impl Spread {
    /// `None` for fewer than two values.
    fn of(values: &[f64], level: f64) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
        Some(Self { mean, error: (variance / n).sqrt(), margin: student_margin(level, n - 1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::proportion::wilson;
    use crate::stats::reference::{REFERENCE, close, words};
    use crate::stats::resample::uniform;

    #[test]
    fn the_reference_means_are_met() {
        for row in &REFERENCE.replicates {
            let (low, high) = mean(&row.values, (f64::MIN, f64::MAX), row.level).expect("two or more");
            close(low, row.interval[0], 1e-9, "low");
            close(high, row.interval[1], 1e-9, "high");
        }
    }

    #[test]
    fn replicates_give_an_interval_of_shares() {
        // Shares .9 and 1: mean .95, standard error .05, t(1) = 12.706: .95 -+ .635, of which .315 to 1 can be.
        let (low, high) = mean(&[0.9, 1.0], (0.0, 1.0), 0.95).expect("two");
        assert!((low - 0.3147).abs() < 1e-4 && high == 1.0, "{low} {high}");
        // Differences reach below 0: .05 -+ .635.
        let (low, high) = mean(&[0.1, 0.0], (-1.0, 1.0), 0.95).expect("two");
        assert!((low + 0.5853).abs() < 1e-4 && (high - 0.6853).abs() < 1e-4, "{low} {high}");
        assert_eq!(mean(&[0.5], (0.0, 1.0), 0.95), None);
    }

    #[test]
    fn the_logit_interval_by_hand() {
        // Shares .4 and .6: logit 0, error .1 / .25 = .4, t(1) = 12.7062: 1 / (1 + e^-+5.08248).
        let (low, high) = proportion(&[(4, 10), (60, 100)], 0.95).expect("two");
        assert!((high - 0.993_834).abs() < 1e-6 && (low + high - 1.0).abs() < 1e-12, "{low} {high}");
        // An empty replicate is none, and one alone tells nothing.
        assert_eq!(proportion(&[(4, 10), (0, 0), (60, 100)], 0.95), Some((low, high)));
        assert_eq!(proportion(&[(4, 10), (0, 0)], 0.95), None);
    }

    #[test]
    fn without_spread_replicates_count_as_trials() {
        // All right: a score interval of 4 of 4 at t(3) = 3.18245: 4 / (4 + t^2) = .283126 to 1.
        let (low, high) = proportion(&[(9, 9); 4], 0.95).expect("four");
        assert!((low - 0.283_126).abs() < 1e-6 && high == 1.0, "{low} {high}");
        let (none_low, none_high) = proportion(&[(0, 9); 4], 0.95).expect("four");
        assert!(none_low == 0.0 && (none_high - (1.0 - low)).abs() < 1e-12);
        let (low, high) = proportion(&[(5, 10); 4], 0.95).expect("four");
        assert!(low < 0.2 && high > 0.8);
    }

    /// Hits of a replicate whose trials are alike: a Polya urn, which makes them beta-binomial with mean `p`
    /// and correlation `rho`.
    fn urn(trials: u64, p: f64, rho: f64, words: &mut dyn FnMut() -> u32) -> u64 {
        let balls = if rho > 0.0 { 1.0 / rho - 1.0 } else { 1e18 };
        let draw = |hits: u64, seen: u64, u: f64| u * (balls + seen as f64) < p * balls + hits as f64;
        (0..trials).fold(0, |hits, seen| hits + u64::from(draw(hits, seen, uniform(words))))
    }

    /// The shares of runs in which the logit interval, the cut t interval, and Wilson's over all trials hold.
    fn coverage(count: usize, p: f64, rho: f64, words: &mut dyn FnMut() -> u32) -> [f64; 3] {
        let runs = 1500;
        let mut held = [0u32; 3];
        for _ in 0..runs {
            let replicates: Vec<(u64, u64)> = (0..count).map(|_| (urn(50, p, rho, words), 50)).collect();
            let shares: Vec<f64> = replicates.iter().map(|(hits, n)| *hits as f64 / *n as f64).collect();
            let hits = replicates.iter().map(|(hits, _)| hits).sum();
            let intervals = [
                proportion(&replicates, 0.95).expect("several"),
                mean(&shares, (0.0, 1.0), 0.95).expect("several"),
                wilson(hits, 50 * count as u64, 0.95),
            ];
            for (held, (low, high)) in held.iter_mut().zip(intervals) {
                *held += u32::from(low <= p && p <= high);
            }
        }
        held.map(|held| f64::from(held) / f64::from(runs))
    }

    /// Mean coverages over all cases.
    fn coverages(counts: &[usize], proportions: &[f64], correlations: &[f64]) -> [f64; 3] {
        let mut words = words(11);
        let (mut sums, mut cases) = ([0.0; 3], 0.0);
        for count in counts {
            for p in proportions {
                for rho in correlations {
                    let shares = coverage(*count, *p, *rho, &mut words);
                    sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share);
                    cases += 1.0;
                }
            }
        }
        sums.map(|sum| sum / cases)
    }

    #[test]
    fn clustered_intervals_hold_where_trials_would_not() {
        // As the interval's own comment says.
        let shares = coverages(&[4, 10], &[0.5, 0.8, 0.9], &[0.05, 0.2, 0.4]);
        let near =
            |shares: [f64; 3], want| shares.iter().zip::<[f64; 3]>(want).all(|(a, b)| (a - b).abs() < 0.01);
        assert!(shares[0] >= 0.93 && near(shares, [0.950, 0.898, 0.489]), "{shares:?}");
        let shares = coverages(&[4, 10, 30], &[0.97, 0.99], &[0.05, 0.3]);
        assert!(shares[0] >= 0.93 && near(shares, [0.943, 0.691, 0.591]), "{shares:?}");
    }

    #[test]
    fn independent_trials_cost_no_coverage() {
        let mut words = words(13);
        let [logit, _, naive] = coverage(8, 0.7, 0.0, &mut words);
        // 4 standard errors of .95 over 1500 runs.
        assert!((logit - 0.95).abs() < 0.0225 && (naive - 0.95).abs() < 0.0225, "{logit} {naive}");
    }
}
