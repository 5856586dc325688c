//! Draws for the bootstrap, from uniform words that the caller passes in. Which stream they come of is not
//! its business.

use super::special::binomial;

/// A float from 0 up to, but not including, 1, of 53 random bits, from two uniform words, the upper first.
pub fn uniform(words: &mut dyn FnMut() -> u32) -> f64 {
    let (upper, lower) = (u64::from(words()), u64::from(words()));
    ((upper << 32 | lower) >> 11) as f64 / (1u64 << 53) as f64
}

/// The number of hits in `n` trials at hit probability `p`, 0 to 1, from two words.
///
/// Inversion in an order of its own: one uniform float is laid against the outcomes' probabilities from the
/// mode outwards, above and below in turn. Any order gives the same distribution; this one stops after some
/// standard deviations of steps, about a tenth of a millisecond at a billion trials, where inversion from 0
/// would start below the least float. Exact to 53 bits; the steps end where no probability is left, at about nine
/// standard deviations.
/// Source: [Devroye1986], section III.2, on inversion from the mode.
pub fn binomial_draw(n: u64, p: f64, words: &mut dyn FnMut() -> u32) -> u64 {
    let mut left = uniform(words);
    let mode = (((n as f64 + 1.0) * p) as u64).min(n);
    let odds = p / (1.0 - p);
    let (mut above, mut below) = (mode, mode);
    let mut high = binomial(mode, n, p);
    let mut low = high;
    left -= high;
    // Over all outcomes, less than half of the last of 53 bits.
    let negligible = f64::EPSILON / 4.0;
    while left >= 0.0 && high.max(low) > negligible / n as f64 {
        high *= (n - above) as f64 / (above as f64 + 1.0) * odds;
        above += u64::from(above < n);
        left -= high;
        if left < 0.0 {
            return above;
        }
        low *= below as f64 / (n - below + 1) as f64 / odds;
        below -= u64::from(below > 0);
        left -= low;
        if left < 0.0 {
            return below;
        }
    }
    mode
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::words;

    #[test]
    fn the_first_draws_are_pinned() {
        let mut words = words(3);
        let draws = [(10, 0.5), (10, 0.5), (1000, 0.1), (1000, 0.1), (1_000_000_000, 0.3)];
        let draws = draws.map(|(n, p)| binomial_draw(n, p, &mut words));
        assert_eq!(draws, [5, 4, 103, 102, 299_990_429]);
    }

    #[test]
    fn words_become_floats_of_their_bits() {
        assert_eq!(uniform(&mut || 0), 0.0);
        assert_eq!(uniform(&mut || u32::MAX), 1.0 - f64::EPSILON / 2.0);
        let mut word = 0x8000_0000u32;
        assert_eq!(uniform(&mut || std::mem::replace(&mut word, 0)), 0.5);
    }

    #[test]
    fn draws_have_the_binomial_distribution() {
        let mut words = words(5);
        for (n, p) in [(1, 0.3), (6, 0.5), (9, 0.05), (12, 0.93)] {
            let runs = 50_000;
            let mut seen = vec![0u32; n as usize + 1];
            (0..runs).for_each(|_| seen[binomial_draw(n, p, &mut words) as usize] += 1);
            for (k, count) in seen.iter().enumerate() {
                let expected = binomial(k as u64, n, p);
                let error = (expected * (1.0 - expected) / f64::from(runs)).sqrt();
                let share = f64::from(*count) / f64::from(runs);
                assert!((share - expected).abs() <= 4.5 * error + 1e-9, "{k} of {n} at {p}: {share}");
            }
        }
    }

    #[test]
    fn mean_and_spread_hold_at_a_billion_trials() {
        let mut words = words(7);
        for (n, p) in [(1_000_000_000, 0.5), (1_000_000_000, 1e-8), (40_000, 0.99)] {
            let (mean, deviation) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
            let runs = 400;
            let scores: Vec<f64> =
                (0..runs).map(|_| (binomial_draw(n, p, &mut words) as f64 - mean) / deviation).collect();
            let average = scores.iter().sum::<f64>() / f64::from(runs);
            let square = scores.iter().map(|z| z * z).sum::<f64>() / f64::from(runs);
            // 4.5 standard errors: of a mean 1/20, of a mean square sqrt(2)/20 or so.
            assert!(average.abs() < 0.225 && (square - 1.0).abs() < 0.35, "{n} {p}: {average} {square}");
        }
    }

    #[test]
    fn the_ends_are_certain() {
        let mut words = words(9);
        for n in [0, 1, 1000] {
            assert_eq!(binomial_draw(n, 0.0, &mut words), 0);
            assert_eq!(binomial_draw(n, 1.0, &mut words), n);
        }
        // Words that give the largest uniform float end in the tail, not in an endless walk.
        let last = binomial_draw(1_000_000, 0.5, &mut || u32::MAX);
        assert!((last as f64 - 500_000.0).abs() < 6_000.0, "{last}");
    }
}
