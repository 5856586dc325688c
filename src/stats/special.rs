//! Special functions that intervals and tests are made of: binomial terms, the incomplete beta function, the
//! normal and Student distributions, and their quantiles. Knows nothing of trials or strategies. Outside the
//! stated ranges a result may be NaN; nothing panics.

use std::f64::consts::{SQRT_2, TAU};

/// The greatest float from `low` to `high` at which `holds`, which is true up to some point and false beyond;
/// `low` is taken to hold. It halves the floats between, not the length, so it ends within 64 steps and is
/// as exact for a root near 1e-300 as for one near 1.
#[must_use]
pub fn last_true(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    if holds(high) {
        return high;
    }
    let (mut inside, mut outside) = (rank(low.to_bits().cast_signed()), rank(high.to_bits().cast_signed()));
    while inside + 1 < outside {
        let middle = i64::midpoint(inside, outside);
        if holds(f64::from_bits(rank(middle).cast_unsigned())) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    f64::from_bits(rank(inside).cast_unsigned())
}

/// The bits of a float as its rank among the floats, and a rank as bits: the same fold both ways.
fn rank(bits: i64) -> i64 {
    bits ^ ((bits >> 63) & i64::MAX)
}

/// ln Gamma(x) less Stirling's (x - 1/2) ln x - x + ln(2 pi) / 2; x > 0. Source: [Loader2000].
fn stirling_error(x: f64) -> f64 {
    // B(2k) / (2k (2k - 1)), the highest first; from 10 on the first term left out is below 1e-16.
    const SERIES: [f64; 7] = [
        1.0 / 156.0,
        -691.0 / 360_360.0,
        1.0 / 1188.0,
        -1.0 / 1680.0,
        1.0 / 1260.0,
        -1.0 / 360.0,
        1.0 / 12.0,
    ];
    if x < 10.0 {
        return libm::lgamma(x) - (x - 0.5) * libm::log(x) + x - 0.5 * libm::log(TAU);
    }
    let square = 1.0 / (x * x);
    SERIES.iter().fold(0.0, |sum, term| sum * square + term) / x
}

/// A count's deviance from its mean, x ln(x / mean) + mean - x, without cancellation where they are close;
/// both 0 or more; infinite for a count above a mean of 0.
/// Source: [Loader2000].
#[must_use]
pub fn deviance(x: f64, mean: f64) -> f64 {
    if x == 0.0 {
        return mean;
    }
    let (gap, sum) = (x - mean, x + mean);
    if gap.abs() > 0.1 * sum {
        return x * libm::log(x / mean) - gap;
    }
    // ln(x / mean) = 2 artanh(v): v + v^3 / 3 + ...; its first term and -gap together are gap * v.
    let v = gap / sum;
    let tail = (1..=10).rev().fold(0.0, |tail, k| (tail + 1.0 / f64::from(2 * k + 1)) * v * v);
    gap * v + 2.0 * x * v * tail
}

/// x^a y^b / B(a, b) with y = 1 - x, given apart so that neither loses digits.
fn beta_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let errors = stirling_error(n) - stirling_error(a) - stirling_error(b);
    (a / n * b / TAU).sqrt() * libm::exp(errors - deviance(a, n * x) - deviance(b, n * y))
}

/// ln of the number of ways to choose `k` of `n`; minus infinity for k > n.
#[must_use]
pub fn ln_choose(n: u64, k: u64) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    if k == 0 || k == n {
        return 0.0;
    }
    // Stirling's formula with its error: differences of ln Gamma would lose all digits at large n.
    let (n, k, rest) = (n as f64, k as f64, (n - k) as f64);
    let entropy = -k * libm::log(k / n) - rest * libm::log1p(-k / n);
    let errors = stirling_error(n) - stirling_error(k) - stirling_error(rest);
    entropy + errors + 0.5 * libm::log(n / k / rest / TAU)
}

/// P(`k` hits in `n` trials) at hit probability `p`, 0 to 1.
/// Source: [Loader2000].
#[must_use]
pub fn binomial(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    let (hits, misses) = (k as f64, (n - k) as f64);
    if k == 0 {
        libm::exp(misses * libm::log1p(-p))
    } else if k == n {
        libm::pow(p, hits)
    } else {
        beta_kernel(hits, misses, p, 1.0 - p) * (hits + misses) / hits / misses
    }
}

/// P(at most `k` hits in `n` trials) at hit probability `p`, 0 to 1.
#[must_use]
pub fn binomial_up_to(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_split((n - k) as f64, k as f64 + 1.0, 1.0 - p, p) }
}

/// The regularised incomplete beta function I_x(a, b): P(X <= x) for X of Beta(a, b); a and b above 0 and
/// up to about 1e9, x from 0 to 1.
/// Source: [DiDonato1992], the continued fraction.
#[must_use]
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    beta_split(a, b, x, 1.0 - x)
}

/// I_x(a, b) with y = 1 - x given apart.
fn beta_split(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if y <= 0.0 {
        1.0
    } else if x > (a + 1.0) / (a + b + 2.0) {
        // Beyond the mean the fraction of the other tail converges.
        1.0 - beta_tail(b, a, y, x)
    } else {
        beta_tail(a, b, x, y)
    }
}

/// The incomplete beta function on the side where its fraction converges.
fn beta_tail(a: f64, b: f64, x: f64, y: f64) -> f64 {
    beta_kernel(a, b, x, y) / beta_fraction(a, b, x, y)
}

/// What divides the kernel: a continued fraction, from the front by Lentz's method; its length grows like the
/// root of the larger parameter.
fn beta_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    // How far x lies below the mean; by both parts, so that it does not cancel.
    let ahead = a * y - b * x;
    let limit = 200.0 + 20.0 * a.max(b).sqrt();
    let mut value = a / (a + 1.0) * (ahead + 1.0);
    let (mut upper, mut lower) = (value, 0.0);
    let mut n = 0.0;
    while n < limit {
        n += 1.0;
        let odd = a + 2.0 * n - 1.0;
        let over = (a + n - 1.0) / odd * x * ((a + b + n - 1.0) / odd * x) * n * (b - n);
        let under = n + n * (b - n) * x / odd + (a + n) / (odd + 2.0) * (ahead + 1.0 + n * (1.0 + y));
        lower = 1.0 / (under + over * lower);
        upper = under + over / upper;
        let change = upper * lower;
        value *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// The x at which I_x(a, b) is `p`, 0 to 1: a quantile of Beta(a, b).
#[must_use]
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    last_true(0.0, 1.0, |x| incomplete_beta(a, b, x) <= p)
}

/// P(Z <= z) of the normal distribution.
#[must_use]
pub fn normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The z with P(Z <= z) = `p`, above 0 and below 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    // By the lower tail, where probabilities keep their digits.
    if p > 0.5 { -normal_quantile(1.0 - p) } else { last_true(-40.0, 0.0, |z| normal(z) <= p) }
}

/// Half of an interval at confidence `level`, above 0 and below 1, in standard errors: 1.96 for 0.95.
#[must_use]
pub fn normal_margin(level: f64) -> f64 {
    -normal_quantile(0.5 * (1.0 - level))
}

/// P(T <= t) of Student's t with `freedom` degrees of freedom: above 0, up to about 1e9, whole or not.
/// Source: [Abramowitz1964], 26.7.1, by the incomplete beta function.
#[must_use]
pub fn student(t: f64, freedom: f64) -> f64 {
    let square = t * t;
    let (x, y) = (1.0 / (1.0 + square / freedom), 1.0 / (1.0 + freedom / square));
    let tail = 0.5 * beta_split(0.5 * freedom, 0.5, x, y);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The t with P(T <= t) = `p`, above 0 and below 1, at `freedom` degrees of freedom as in [`student`].
#[must_use]
pub fn student_quantile(p: f64, freedom: f64) -> f64 {
    if p > 0.5 {
        -student_quantile(1.0 - p, freedom)
    } else {
        last_true(f64::MIN, 0.0, |t| student(t, freedom) <= p)
    }
}

/// Half of a mean's interval at confidence `level`, in standard errors estimated with `freedom` degrees of
/// freedom: 12.7 for 0.95 and 1.
#[must_use]
pub fn student_margin(level: f64, freedom: f64) -> f64 {
    -student_quantile(0.5 * (1.0 - level), freedom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{REFERENCE, close};

    #[test]
    fn the_reference_grids_are_met() {
        for [n, k, value] in &REFERENCE.ln_choose {
            close(ln_choose(*n as u64, *k as u64), *value, 1e-12, &format!("ln C({n}, {k})"));
        }
        for [k, n, p, value] in &REFERENCE.binomial {
            close(binomial(*k as u64, *n as u64, *p), *value, 1e-10, &format!("binomial {k} of {n} at {p}"));
        }
        for [k, n, p, value] in &REFERENCE.binomial_up_to {
            close(
                binomial_up_to(*k as u64, *n as u64, *p),
                *value,
                1e-10,
                &format!("up to {k} of {n} at {p}"),
            );
        }
        for [a, b, x, value] in &REFERENCE.incomplete_beta {
            close(incomplete_beta(*a, *b, *x), *value, 1e-10, &format!("I_{x}({a}, {b})"));
        }
        for [a, b, p, value] in &REFERENCE.beta_quantile {
            close(beta_quantile(*a, *b, *p), *value, 1e-10, &format!("beta quantile {p} of {a}, {b}"));
        }
    }

    #[test]
    fn the_reference_distributions_are_met() {
        for [z, value] in &REFERENCE.normal {
            close(normal(*z), *value, 1e-11, &format!("normal {z}"));
        }
        for [p, value] in &REFERENCE.normal_quantile {
            close(normal_quantile(*p), *value, 1e-11, &format!("normal quantile {p}"));
        }
        for [t, freedom, value] in &REFERENCE.student {
            close(student(*t, *freedom), *value, 1e-10, &format!("student {t}, {freedom}"));
        }
        for [p, freedom, value] in &REFERENCE.student_quantile {
            close(student_quantile(*p, *freedom), *value, 1e-10, &format!("student quantile {p}, {freedom}"));
        }
    }

    #[test]
    fn the_last_true_float_is_found_anywhere() {
        for edge in [-3.5, -1e-300, -0.0, 0.0, 5e-324, 1e-20, 0.1, 7.0] {
            let found = last_true(-8.0, 8.0, |x| x <= edge);
            // Both zeros compare equal: the greater is found for either.
            assert_eq!(found, edge);
        }
        assert_eq!(last_true(0.0, 2.0, |_| true), 2.0);
        assert_eq!(last_true(0.0, 2.0, |_| false), 0.0);
    }

    #[test]
    fn the_stirling_series_meets_the_recurrence() {
        // ln Gamma(x + 1) = ln Gamma(x) + ln x: the errors differ by (x + 1/2) ln(1 + 1 / x) - 1, by either branch.
        for x in [0.5, 3.0, 9.5, 10.0, 14.2, 1e3] {
            let step = stirling_error(x) - stirling_error(x + 1.0);
            let want = (x + 0.5) * libm::log1p(1.0 / x) - 1.0;
            assert!((step - want).abs() < 4e-15, "{x}: {step} {want}");
        }
    }

    #[test]
    fn closed_forms_hold() {
        // I_x(a, 1) = x^a; I_x(1, b) = 1 - (1 - x)^b; t with 1 degree is Cauchy, with 2 t / sqrt(2 + t^2).
        for x in [1e-9, 0.1, 0.5, 0.93] {
            close(incomplete_beta(3.0, 1.0, x), x * x * x, 1e-13, "x^3");
            close(incomplete_beta(1.0, 2.0, x), x * (2.0 - x), 1e-13, "1 - (1 - x)^2");
        }
        for t in [-30.0, -1.0, -1e-8, 0.0, 0.3, 4.0] {
            close(student(t, 1.0), 0.5 + libm::atan(t) / std::f64::consts::PI, 1e-12, "Cauchy");
            close(student(t, 2.0), 0.5 + 0.5 * t / (2.0 + t * t).sqrt(), 1e-12, "two degrees");
        }
        // The rows of Pascal's triangle.
        close(ln_choose(10, 3), libm::log(120.0), 1e-14, "C(10, 3)");
        assert_eq!(ln_choose(7, 0), 0.0);
        assert_eq!(ln_choose(2, 3), f64::NEG_INFINITY);
        assert_eq!((binomial(0, 3, 0.0), binomial(3, 3, 1.0), binomial(1, 3, 0.0)), (1.0, 1.0, 0.0));
        assert_eq!((normal_quantile(0.5), student_quantile(0.5, 3.0)), (0.0, 0.0));
    }

    #[test]
    fn a_distribution_sums_to_one_and_mirrors() {
        for (n, p) in [(1, 0.3), (17, 0.01), (400, 0.5), (3000, 0.97)] {
            let sum: f64 = (0..=n).map(|k| binomial(k, n, p)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{n} {p}: {sum}");
        }
        for (a, b, x) in [(0.5, 3.0, 0.2), (40.0, 2.0, 0.9), (1e6, 2e6, 0.333)] {
            let both = incomplete_beta(a, b, x) + incomplete_beta(b, a, 1.0 - x);
            assert!((both - 1.0).abs() < 1e-12, "{a} {b} {x}: {both}");
        }
        assert!((normal_margin(0.95) - 1.959_963_984_540_054).abs() < 1e-14);
    }
}
