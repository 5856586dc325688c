//! Confidence sequences: intervals that may be looked at after every trial, and stopped on, without losing
//! their confidence. Trials are independent.
//!
//! Why they hold at any time. Mix the likelihoods of all parameters by a prior fixed beforehand. The ratio
//! of that mixture to the likelihood of the true parameter has expectation 1 before the first trial and after
//! each: a non-negative martingale. By [Ville1939] it ever reaches 1 / alpha with probability at most alpha. The
//! interval is every parameter whose ratio is below 1 / alpha, so the true one is ever missing from it with
//! probability at most alpha, over all looks together: whatever rule ends the run, the last interval, and
//! the intersection of all, hold at 1 - alpha. A fixed-time interval that is looked at for long enough
//! excludes the truth with certainty.
//!
//! The prior is Jeffreys', 1/2 for each outcome. Its mixture stays within a factor of about the root of
//! the trials (for two outcomes; for three, the trials) of the best likelihood, whatever the outcomes
//! ([Krichevsky1981]), so the intervals shrink like sqrt(ln n / n) everywhere, near 0 and 1 as
//! well, with no horizon to choose.

use super::pairs::Pairs;
use super::special::{deviance, last_true};

/// Prior trials of each outcome.
const PRIOR: f64 = 0.5;

/// ln of the evidence against a proportion `p`, 0 to 1: the mixture's likelihood over that of `p`, after
/// `hits` of `trials`. Above ln(1 / alpha) at any one look, it rejects `p` at alpha.
/// Source: [Robbins1970]; [Howard2021], section 3, the beta-binomial mixture.
#[must_use]
pub fn evidence_mean(hits: u64, trials: u64, p: f64) -> f64 {
    let (hits, misses, n) = (hits as f64, trials.saturating_sub(hits) as f64, trials as f64);
    mixture([hits, misses]) + deviance(hits, n * p) + deviance(misses, n * (1.0 - p))
}

/// The interval of a proportion at confidence `level`, valid at every number of trials at once. 0 to 1
/// without trials.
/// Source: [Robbins1970]; [Howard2021].
#[must_use]
pub fn mean(hits: u64, trials: u64, level: f64) -> (f64, f64) {
    let bound = -libm::log(1.0 - level);
    let high = |hits: u64| {
        let estimate = hits as f64 / trials.max(1) as f64;
        last_true(estimate, 1.0, |p| evidence_mean(hits, trials, p) < bound)
    };
    (1.0 - high(trials.saturating_sub(hits)), high(hits))
}

/// ln of the evidence against a difference `d` of two strategies' accuracies, -1 to 1: the mixture's
/// likelihood over the greatest one among parameters that differ by `d`. The true parameter is one of those, so
/// this is at most the martingale above, and the same bound holds.
/// Source: [Robbins1970], for the mixture; [Tango1998], for the greatest likelihood in closed form.
#[must_use]
pub fn evidence_difference(pairs: &Pairs, d: f64) -> f64 {
    let n = pairs.trials() as f64;
    let [first, second, same] =
        [pairs.first, pairs.second, pairs.both + pairs.neither].map(|count| count as f64);
    let (p, q) = pairs.restricted(d);
    let apart = deviance(first, n * p) + deviance(second, n * q);
    mixture([first, second, same]) + apart + deviance(same, n * (1.0 - p - q).max(0.0))
}

/// The interval of the difference of two strategies' accuracies at confidence `level`, valid at every number
/// of trials at once. -1 to 1 without trials.
/// Source: as [`evidence_difference`].
#[must_use]
pub fn difference(pairs: &Pairs, level: f64) -> (f64, f64) {
    let bound = -libm::log(1.0 - level);
    // The evidence is least at the estimate and rises to either side: ln of a greatest likelihood under a
    // linear condition is concave.
    let high = |pairs: &Pairs| last_true(pairs.difference(), 1.0, |d| evidence_difference(pairs, d) < bound);
    (-high(&pairs.swapped()), high(pairs))
}

/// ln of the mixture's likelihood over the greatest: at most 0. With the counts' deviances from what a
/// parameter expects, it makes that parameter's evidence.
fn mixture<const OUTCOMES: usize>(counts: [f64; OUTCOMES]) -> f64 {
    let n: f64 = counts.iter().sum();
    let prior = OUTCOMES as f64 * PRIOR;
    let whole = libm::lgamma(prior) - libm::lgamma(n + prior);
    let outcome = |count: f64| {
        let greatest = if count > 0.0 { count * libm::log(count / n) } else { 0.0 };
        libm::lgamma(count + PRIOR) - libm::lgamma(PRIOR) - greatest
    };
    counts.iter().map(|count| outcome(*count)).sum::<f64>() + whole
}

#[cfg(test)]
mod tests;
