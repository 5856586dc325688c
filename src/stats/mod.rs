//! Statistics, on records only.

/// Twice the normal quantile of 95 %: the half width of intervals in standard errors.
/// Source: the inverse normal distribution function at .975.
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

/// The 95 % interval of a difference of two independent proportions, a - b.
/// Source: [Newcombe1998], method 10.
#[must_use]
pub fn newcombe(a: (u64, u64), b: (u64, u64)) -> (f64, f64) {
    let share = |(hits, trials): (u64, u64)| if trials == 0 { 0.0 } else { hits as f64 / trials as f64 };
    let (p, q) = (share(a), share(b));
    let ((low_a, high_a), (low_b, high_b)) = (wilson(a.0, a.1), wilson(b.0, b.1));
    let below = ((p - low_a) * (p - low_a) + (high_b - q) * (high_b - q)).sqrt();
    let above = ((high_a - p) * (high_a - p) + (q - low_b) * (q - low_b)).sqrt();
    (p - q - below, p - q + above)
}

/// The 95 % interval of a mean over independent replicates, by Student's t; `None` for fewer than two.
#[must_use]
pub fn over_replicates(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let half = student_975(values.len() as u32 - 1) * (variance / n).sqrt();
    Some((mean - half, mean + half))
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

/// For shares (right, trials), best first: which lead group each belongs to. Two are tied when the
/// interval of their difference covers 0; on shared trials this errs towards a tie.
#[must_use]
pub fn ties(shares: &[(u64, u64)]) -> Vec<bool> {
    shares.windows(2).map(|pair| newcombe(pair[0], pair[1]).0 <= 0.0).collect()
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
    fn newcombe_as_published() {
        // [Newcombe1998], method 10: 56/70 - 48/80 gives .0524 to .3339.
        let (low, high) = newcombe((56, 70), (48, 80));
        assert!((low - 0.0524).abs() < 5e-5 && (high - 0.3339).abs() < 5e-5);
    }

    #[test]
    fn student_as_tabled() {
        // Standard tables of t at .975: 12.706, 4.303, 3.182, 2.776, 2.228 (10), 2.042 (30).
        for (freedom, t) in [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (10, 2.228), (30, 2.042)] {
            assert!((student_975(freedom) - t).abs() < 6e-4, "{freedom}: {}", student_975(freedom));
        }
    }
}
