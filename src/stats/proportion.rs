//! Intervals of a proportion from independent trials, and the coverage they have. Trials that share a
//! training are not independent: they belong to `cluster`.

use super::special::{beta_quantile, binomial, normal_margin};

/// The score interval of a proportion at confidence `level` (such as 0.95); 0 to 1 without trials. Covers
/// at `level` on average over proportions, and may fall short near 0 and 1.
/// Source: [Wilson1927].
#[must_use]
pub fn wilson(hits: u64, trials: u64, level: f64) -> (f64, f64) {
    wilson_margin(hits as f64, trials as f64, normal_margin(level))
}

/// The score interval with its half width in standard errors given, of hits and trials that need not be
/// whole: an effective number of trials is not.
pub(crate) fn wilson_margin(hits: f64, n: f64, z: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let (p, z2) = (hits / n, z * z);
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the interval touches them exactly; rounding must not push it past.
    let low = if hits <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if hits >= n { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// The exact interval of a proportion at confidence `level`: never covers less, whatever the proportion, and
/// is wider for it; 0 to 1 without trials.
/// Source: [Clopper1934].
#[must_use]
pub fn clopper_pearson(hits: u64, trials: u64, level: f64) -> (f64, f64) {
    let tail = 0.5 * (1.0 - level);
    let low = |hits: u64| {
        let misses = trials.saturating_sub(hits);
        if hits == 0 { 0.0 } else { beta_quantile(hits as f64, misses as f64 + 1.0, tail) }
    };
    // The upper end is the misses' lower end, mirrored: small tails keep their digits.
    (low(hits), 1.0 - low(trials.saturating_sub(hits)))
}

/// The probability that `interval`, of (hits, trials), holds the true proportion `p` after `trials` trials:
/// summed over all outcomes, not simulated.
#[must_use]
pub fn exact_coverage(interval: impl Fn(u64, u64) -> (f64, f64), trials: u64, p: f64) -> f64 {
    let holds = |hits: u64| {
        let (low, high) = interval(hits, trials);
        low <= p && p <= high
    };
    let covered = (0..=trials).filter(|hits| holds(*hits)).map(|hits| binomial(hits, trials, p));
    // Rounding must not pass certainty.
    covered.sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{REFERENCE, close, words};
    use crate::stats::resample::uniform;

    #[test]
    fn the_reference_intervals_are_met() {
        for [hits, trials, level, low, high] in &REFERENCE.wilson {
            let (our_low, our_high) = wilson(*hits as u64, *trials as u64, *level);
            close(our_low, *low, 1e-9, &format!("Wilson low {hits} of {trials}"));
            close(our_high, *high, 1e-9, &format!("Wilson high {hits} of {trials}"));
        }
        for [hits, trials, level, low, high] in &REFERENCE.clopper_pearson {
            let (our_low, our_high) = clopper_pearson(*hits as u64, *trials as u64, *level);
            close(our_low, *low, 1e-9, &format!("exact low {hits} of {trials}"));
            close(our_high, *high, 1e-9, &format!("exact high {hits} of {trials}"));
        }
    }

    #[test]
    fn wilson_as_published() {
        // [Newcombe1998], one proportion, method 3: 81 of 263 gives .2553 to .3662; 0 of 20: 0 to .1611.
        let (low, high) = wilson(81, 263, 0.95);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
        let (low, high) = wilson(0, 20, 0.95);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5);
    }

    #[test]
    fn ends_and_nothing() {
        for interval in [wilson, clopper_pearson] {
            assert_eq!(interval(0, 0, 0.95), (0.0, 1.0));
            assert_eq!(interval(0, 9, 0.95).0, 0.0);
            assert_eq!(interval(9, 9, 0.95).1, 1.0);
            // A higher level is wider, and the interval mirrors.
            let ((low, high), (low99, high99)) = (interval(3, 9, 0.95), interval(3, 9, 0.99));
            assert!(low99 < low && high < high99);
            let (mirror_low, mirror_high) = interval(6, 9, 0.95);
            assert!((low + mirror_high - 1.0).abs() < 1e-12 && (high + mirror_low - 1.0).abs() < 1e-12);
        }
        // 0 of n, exactly: the upper end solves (1 - p)^n = .025.
        let (_, high) = clopper_pearson(0, 10, 0.95);
        close(high, 1.0 - libm::pow(0.025, 0.1), 1e-12, "no hits of ten");
    }

    #[test]
    fn simulated_coverage_is_the_summed_one() {
        let mut words = words(1);
        for interval in [wilson, clopper_pearson] {
            for (n, p) in [(5, 0.5), (12, 0.03), (12, 0.97), (30, 0.002), (30, 0.7)] {
                let table: Vec<(f64, f64)> = (0..=n).map(|hits| interval(hits, n, 0.95)).collect();
                let runs = 40_000;
                let mut held = 0;
                for _ in 0..runs {
                    let hits = (0..n).filter(|_| uniform(&mut words) < p).count();
                    held += u32::from(table[hits].0 <= p && p <= table[hits].1);
                }
                let exact = exact_coverage(|hits, n| interval(hits, n, 0.95), n, p);
                let error = (exact * (1.0 - exact) / f64::from(runs)).sqrt();
                let simulated = f64::from(held) / f64::from(runs);
                assert!((simulated - exact).abs() <= 4.0 * error + 1e-12, "{n} {p}: {simulated} {exact}");
            }
        }
    }

    /// Coverage over proportions (i + 1/2) / steps.
    fn coverages(interval: fn(u64, u64, f64) -> (f64, f64), n: u64, steps: u32) -> Vec<f64> {
        let table: Vec<(f64, f64)> = (0..=n).map(|hits| interval(hits, n, 0.95)).collect();
        let proportions = (0..steps).map(|i| (f64::from(i) + 0.5) / f64::from(steps));
        proportions.map(|p| exact_coverage(|hits, _| table[hits as usize], n, p)).collect()
    }

    #[test]
    fn the_exact_interval_never_falls_short() {
        for n in [1, 2, 5, 10, 37, 100] {
            for (i, coverage) in coverages(clopper_pearson, n, 500).into_iter().enumerate() {
                assert!(coverage >= 0.95 - 1e-12, "{n} at {i}: {coverage}");
            }
        }
        // Wilson's does, so the check above can fail.
        assert!(coverages(wilson, 10, 500).into_iter().any(|coverage| coverage < 0.9));
    }

    #[test]
    fn the_score_interval_covers_on_average() {
        for n in [50, 100, 400] {
            let all = coverages(wilson, n, 400);
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            assert!((0.945..0.96).contains(&mean), "{n}: {mean}");
        }
    }
}
