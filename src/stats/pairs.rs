//! Two strategies on the same trials: their difference, how sure it is, and how many trials would tell.
//! Trials are taken as independent pairs; those that share a training belong to `cluster`.

use super::proportion::wilson;
use super::resample::binomial_draw;
use super::special::{binomial, binomial_up_to, last_true, normal_margin, normal_quantile};

/// Paired trials, by which of two strategies is right in them; together below 2^64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Trials in which both are right.
    pub both: u64,
    /// Trials in which the first alone is right.
    pub first: u64,
    /// Trials in which the second alone is right.
    pub second: u64,
    /// Trials in which neither is right.
    pub neither: u64,
}

impl Pairs {
    /// All trials.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.both + self.first + self.second + self.neither
    }

    /// The same trials, with the strategies' places changed.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Self { first: self.second, second: self.first, ..*self }
    }

    /// The first strategy's accuracy less the second's, -1 to 1; 0 without trials.
    #[must_use]
    pub fn difference(&self) -> f64 {
        (self.first as f64 - self.second as f64) / self.trials().max(1) as f64
    }

    /// The two-sided exact p-value of equal accuracies: given the trials in which one alone is right, each of
    /// the two is as likely to be it.
    /// Source: [McNemar1947], in the exact form: twice the lower binomial tail, at most 1.
    #[must_use]
    pub fn mcnemar(&self) -> f64 {
        let (few, all) = self.discordant();
        (2.0 * binomial_up_to(few, all, 0.5)).min(1.0)
    }

    /// The two-sided mid-p-value of equal accuracies: the outcome itself counts half. Less conservative than
    /// the exact one, and close to its nominal size in most cases; it may pass it slightly.
    /// Source: [Fagerland2013].
    #[must_use]
    pub fn mcnemar_mid(&self) -> f64 {
        let (few, all) = self.discordant();
        // Twice a tail that has half of the outcome; even counts come to 1 by symmetry.
        if 2 * few == all { 1.0 } else { 2.0 * binomial_up_to(few, all, 0.5) - binomial(few, all, 0.5) }
    }

    /// The fewer of the trials in which one alone is right, and all of those.
    fn discordant(&self) -> (u64, u64) {
        (self.first.min(self.second), self.first + self.second)
    }

    /// The interval of the difference at confidence `level` from the two strategies' score intervals, with
    /// their correlation. -1 to 1 without trials.
    /// Source: [NewcombePaired1998], method 10.
    #[must_use]
    pub fn newcombe(&self, level: f64) -> (f64, f64) {
        let n = self.trials();
        if n == 0 {
            return (-1.0, 1.0);
        }
        let reach = |hits: u64| {
            let ((low, high), p) = (wilson(hits, n, level), hits as f64 / n as f64);
            (p - low, high - p)
        };
        let (first_down, first_up) = reach(self.both + self.first);
        let (second_down, second_up) = reach(self.both + self.second);
        let phi = self.correlation_shrunk();
        let half = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
        let d = self.difference();
        ((d - half(first_down, second_up)).max(-1.0), (d + half(first_up, second_down)).min(1.0))
    }

    /// The correlation of being right, a positive one shrunk by half a trial; 0 where one strategy never
    /// varies.
    /// Source: [NewcombePaired1998], method 10.
    fn correlation_shrunk(&self) -> f64 {
        let [a, b, c, d] = [self.both, self.first, self.second, self.neither].map(|count| count as f64);
        let spread = (a + b) * (c + d) * (a + c) * (b + d);
        let product = a * d - b * c;
        if spread == 0.0 {
            return 0.0;
        }
        let shrunk = if product > 0.0 { (product - 0.5 * (a + b + c + d)).max(0.0) } else { product };
        shrunk / spread.sqrt()
    }

    /// The score interval of the difference at confidence `level`: the differences that the score test, whose
    /// variance is estimated under each, does not reject. -1 to 1 without trials.
    /// Source: [Tango1998].
    #[must_use]
    pub fn tango(&self, level: f64) -> (f64, f64) {
        let z = normal_margin(level);
        (-self.swapped().tango_high(z), self.tango_high(z))
    }

    /// The greatest difference whose score test stays above -z; the test falls as the difference grows.
    fn tango_high(&self, z: f64) -> f64 {
        let n = self.trials() as f64;
        let gap = |d: f64| self.first as f64 - self.second as f64 - n * d;
        let kept = |d: f64| {
            let (p, q) = self.restricted(d);
            gap(d) >= -z * (n * (p + q - d * d)).max(0.0).sqrt()
        };
        if n == 0.0 { 1.0 } else { last_true(self.difference(), 1.0, kept) }
    }

    /// The likeliest probabilities that the first alone and the second alone is right, among those that
    /// differ by `d`, -1 to 1. Even chances without trials.
    /// Source: [Tango1998]: the greater root of a quadratic.
    #[must_use]
    pub fn restricted(&self, d: f64) -> (f64, f64) {
        if d < 0.0 {
            let (second, first) = self.swapped().restricted(-d);
            return (first, second);
        }
        let [n, first, second] = [self.trials(), self.first, self.second].map(|count| count as f64);
        // 2 n q^2 + b q - second d (1 - d) = 0, by the form that does not cancel for either sign of b.
        let b = (2.0 * n - first + second) * d - first - second;
        let free = second * d * (1.0 - d);
        let root = (b * b + 8.0 * n * free).sqrt();
        let q = if n == 0.0 {
            0.5 * (1.0 - d)
        } else if b > 0.0 {
            2.0 * free / (b + root)
        } else {
            (root - b) / (4.0 * n)
        };
        (q + d, q)
    }

    /// The percentile interval of the difference at confidence `level` over `resamples` multinomial resamples
    /// of the trials; `words` are uniform. -1 to 1 without trials or resamples. It is too short for few
    /// discordant trials, and has no length without any: the score intervals are the better ones there.
    /// Source: [Efron1979]; [Davison1997], section 5.3: order statistics floor((resamples + 1) tail).
    #[must_use]
    pub fn bootstrap(&self, level: f64, resamples: usize, words: &mut dyn FnMut() -> u32) -> (f64, f64) {
        let n = self.trials();
        if n == 0 || resamples == 0 {
            return (-1.0, 1.0);
        }
        let share = self.first as f64 / n as f64;
        let share_of_rest = self.second as f64 / (n - self.first).max(1) as f64;
        let mut resample = || {
            let first = binomial_draw(n, share, words);
            let second = binomial_draw(n - first, share_of_rest, words);
            (first as f64 - second as f64) / n as f64
        };
        let mut differences: Vec<f64> = (0..resamples).map(|_| resample()).collect();
        differences.sort_by(f64::total_cmp);
        let tail = ((resamples as f64 + 1.0) * 0.5 * (1.0 - level)) as usize;
        let tail = tail.clamp(1, resamples.div_ceil(2));
        (differences[tail - 1], differences[resamples - tail])
    }

    /// The paired trials at which McNemar's test at 1 - `level` tells the strategies apart with probability
    /// `power`, if the shares of trials in which one alone is right stay as they are; a whole number, infinite
    /// where they are equal.
    /// Source: [Connor1987]: (z(level) sqrt(s) + z(power) sqrt(s - d^2))^2 / d^2, with s the sum and d the
    /// difference of those shares.
    #[must_use]
    pub fn trials_to_separate(&self, level: f64, power: f64) -> f64 {
        let n = self.trials().max(1) as f64;
        let (sum, d) = ((self.first + self.second) as f64 / n, self.difference());
        if d == 0.0 {
            return f64::INFINITY;
        }
        let scale =
            normal_margin(level) * sum.sqrt() + normal_quantile(power) * (sum - d * d).max(0.0).sqrt();
        (scale * scale / (d * d)).ceil()
    }

    /// Cohen's kappa of being right: 1 where the strategies err on the same trials, 0 where they err
    /// independently, below 0 where they err on different ones; `None` where neither ever varies.
    /// Source: [Cohen1960].
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let [a, b, c, d] = [self.both, self.first, self.second, self.neither].map(|count| count as f64);
        // (agreement - chance) / (1 - chance), above and below times the trials squared.
        let spread = (a + b) * (b + d) + (a + c) * (c + d);
        if spread == 0.0 { None } else { Some(2.0 * (a * d - b * c) / spread) }
    }
}

#[cfg(test)]
mod tests;
