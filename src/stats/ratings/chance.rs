//! What chance alone would do: the few tests that ratings need. On counts, never on ratings.

use crate::stats::pairs::Pairs;

/// P(a chi-square with `freedom` degrees of freedom is `x` or more), from the finite sum of the
/// incomplete gamma function at whole and half arguments; `freedom` 1 or more.
#[must_use]
pub fn chi_square_upper(x: f64, freedom: u32) -> f64 {
    let half = 0.5 * x;
    if half <= 0.0 {
        return 1.0;
    }
    let term = |a: f64| libm::exp(a * libm::log(half) - half - libm::lgamma(a + 1.0));
    let odd = freedom % 2;
    let start = if odd == 1 { libm::erfc(half.sqrt()) } else { 0.0 };
    let terms = (0..freedom / 2).map(|k| term(f64::from(k) + 0.5 * f64::from(odd)));
    (start + terms.sum::<f64>()).min(1.0)
}

/// The exact two-sided sign test of a fair coin: p of `wins` against `losses`. Draws say nothing here and are
/// left out. 1 without games.
#[must_use]
pub fn sign_test(wins: u64, losses: u64) -> f64 {
    let games = Pairs { first: wins, second: losses, ..Pairs::default() };
    games.mcnemar()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_square_closed_forms() {
        // Two degrees of freedom: exp(-x / 2). One: 2 P(Z > sqrt x), .05 at 1.96^2.
        assert!((chi_square_upper(3.0, 2) - libm::exp(-1.5)).abs() < 1e-16);
        assert!((chi_square_upper(3.841_458_820_694_124, 1) - 0.05).abs() < 1e-15);
        assert_eq!(chi_square_upper(0.0, 5), 1.0);
    }

    #[test]
    fn sign_test_closed_forms() {
        // 5 of 5: 2 / 32. 8 of 10: 2 (45 + 10 + 1) / 1024. Even: 1.
        assert!((sign_test(5, 0) - 0.0625).abs() < 1e-15);
        assert!((sign_test(2, 8) - 0.109375).abs() < 1e-14);
        assert_eq!((sign_test(0, 0), sign_test(3, 3)), (1.0, 1.0));
    }
}
