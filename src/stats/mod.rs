//! Statistics, on records only.

pub mod learning;

use crate::records::{BATCHES, CellRecord};

/// The .975 quantile of the normal distribution: half of a 95 % interval in standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The 95 % score interval of a proportion; 0 to 1 without trials.
/// Source: [Wilson1927].
#[must_use]
pub fn wilson(hits: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (n, z2) = (trials as f64, Z95 * Z95);
    let p = hits as f64 / n;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the interval touches them exactly; rounding must not push it past.
    let low = if hits == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if hits == trials { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// The 95 % interval of a mean over independent replicates, by Student's t, held within `bounds`, which no
/// value passes; `None` for fewer than two.
#[must_use]
pub fn over_replicates(values: &[f64], bounds: (f64, f64)) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let half = student_975(values.len() as u32 - 1) * (variance / n).sqrt();
    Some(((mean - half).max(bounds.0), (mean + half).min(bounds.1)))
}

/// The .975 quantile of Student's t with `freedom` degrees of freedom, by bisection of its distribution.
#[must_use]
pub fn student_975(freedom: u32) -> f64 {
    let (mut low, mut high) = (0.0, 13.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if student(middle, freedom) < 0.975 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// P(T <= t), t >= 0: the finite sums for odd and even degrees of freedom in the angle atan(t / sqrt(n)).
fn student(t: f64, freedom: u32) -> f64 {
    let angle = libm::atan(t / f64::from(freedom).sqrt());
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    let terms = |from: u32| {
        let (mut term, mut sum) = (1.0, 1.0);
        let mut k = from;
        while k + 2 < freedom + 1 {
            term *= f64::from(k) / f64::from(k + 1) * cosine * cosine;
            sum += term;
            k += 2;
        }
        sum
    };
    let two_sided = if freedom == 1 {
        angle * std::f64::consts::FRAC_2_PI
    } else if freedom.is_multiple_of(2) {
        sine * terms(1)
    } else {
        (angle + sine * cosine * terms(2)) * std::f64::consts::FRAC_2_PI
    };
    0.5 + 0.5 * two_sided
}

/// The 95 % interval of a cell's accuracy: over trials, or over replicates where trials share a training.
/// `None` for a single run of such a cell.
#[must_use]
pub fn interval(record: &CellRecord) -> Option<(f64, f64)> {
    let total = record.total();
    if record.clustered {
        over_replicates(&shares(record), (0.0, 1.0))
    } else {
        Some(wilson(total.right, total.trials))
    }
}

/// Accuracy in each replicate.
fn shares(record: &CellRecord) -> Vec<f64> {
    record.replicates.iter().map(|tally| tally.right as f64 / tally.trials.max(1) as f64).collect()
}

/// The 95 % interval of the difference of two cells' accuracies, a - b, on the same trials: paired by
/// batches of trials, or by replicates where trials share a training. `None`: too few to tell.
#[must_use]
pub fn difference(a: &CellRecord, b: &CellRecord) -> Option<(f64, f64)> {
    if a.clustered || b.clustered {
        let differences: Vec<f64> = shares(a).iter().zip(shares(b)).map(|(a, b)| a - b).collect();
        return over_replicates(&differences, (-1.0, 1.0));
    }
    let trials = |batch: usize| -> u64 {
        let of = |trials: u64| (trials + (BATCHES - 1 - batch) as u64) / BATCHES as u64;
        a.replicates.iter().map(|tally| of(tally.trials)).sum()
    };
    let batches = a.batches.iter().zip(&b.batches).enumerate();
    let batches: Vec<(u64, i64)> =
        batches.map(|(batch, (a, b))| (trials(batch), *a as i64 - *b as i64)).collect();
    paired(&batches)
}

/// The 95 % interval of a mean of paired differences from (trials, sum of differences) of each batch:
/// the batches' spread about the mean, by Student's t. With one trial a batch, the paired t interval.
/// `None` for fewer than two batches.
#[must_use]
pub fn paired(batches: &[(u64, i64)]) -> Option<(f64, f64)> {
    let batches: Vec<(f64, f64)> =
        batches.iter().filter(|(n, _)| *n > 0).map(|(n, sum)| (*n as f64, *sum as f64)).collect();
    if batches.len() < 2 {
        return None;
    }
    let count = batches.len() as f64;
    let trials: f64 = batches.iter().map(|(n, _)| n).sum();
    let mean = batches.iter().map(|(_, sum)| sum).sum::<f64>() / trials;
    let spread: f64 = batches.iter().map(|(n, sum)| (sum - n * mean) * (sum - n * mean)).sum();
    let error = (spread * count / (count - 1.0)).sqrt() / trials;
    let half = student_975(batches.len() as u32 - 1) * error;
    Some((mean - half, mean + half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_as_published() {
        // [Newcombe1998], one proportion, method 3: 81 of 263 gives .2553 to .3662; 0 of 20: 0 to .1611.
        let (low, high) = wilson(81, 263);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
        let (low, high) = wilson(0, 20);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5);
    }

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
    fn pairs_of_single_trials_give_the_paired_t_interval() {
        // Differences 1, 1, 0, -1, 1, 0: mean 1/3, variance 2/3 (by n - 1), t(5) = 2.571 (standard tables),
        // half width 2.571 x sqrt(2/3 / 6) = .857.
        let (low, high) = paired(&[1, 1, 0, -1, 1, 0].map(|d| (1, d))).expect("six batches");
        assert!((low - (1.0 / 3.0 - 0.857)).abs() < 1e-3 && (high - (1.0 / 3.0 + 0.857)).abs() < 1e-3);
        assert_eq!(paired(&[(5, 2), (0, 0)]), None);
        assert_eq!(paired(&[(2, 2), (3, 3)]), Some((1.0, 1.0)));
    }

    #[test]
    fn batches_agree_with_the_closed_form_of_pairs() {
        // Trials that differ with probabilities p (a alone right) and q (b alone right): the difference's
        // standard error is sqrt((p + q - (p - q)^2) / n), the batches' estimate of it varies by a tenth.
        let (p, q, per_batch) = (0.1, 0.05, 10_000u64);
        let mut word = 1u64;
        let mut uniform = || {
            // A Weyl sequence, mixed: even enough for a test.
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((word >> 33) as f64) / f64::from(1u32 << 31)
        };
        let batches: Vec<(u64, i64)> = (0..BATCHES)
            .map(|_| {
                let one = |u: f64| i64::from(u < p) - i64::from((p..p + q).contains(&u));
                (per_batch, (0..per_batch).map(|_| one(uniform())).sum())
            })
            .collect();
        let (low, high) = paired(&batches).expect("64 batches");
        let n = (per_batch * BATCHES as u64) as f64;
        let error = ((p + q - (p - q) * (p - q)) / n).sqrt();
        assert!(((low + high) / 2.0 - (p - q)).abs() < 4.0 * error);
        let estimate = (high - low) / 2.0 / student_975(63);
        assert!((estimate / error - 1.0).abs() < 0.36, "4 standard errors of a tenth");
    }

    #[test]
    fn student_as_tabled() {
        // Standard tables of t at .975: 12.706, 4.303, 3.182, 2.776, 2.228 (10), 2.042 (30).
        for (freedom, t) in [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (10, 2.228), (30, 2.042)] {
            assert!((student_975(freedom) - t).abs() < 6e-4, "{freedom}: {}", student_975(freedom));
        }
    }
}
