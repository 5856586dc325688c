use super::*;
use crate::stats::proportion::wilson;
use crate::stats::reference::{REFERENCE, close, words};
use crate::stats::resample::uniform;

fn pairs(both: u64, first: u64, second: u64, neither: u64) -> Pairs {
    Pairs { both, first, second, neither }
}

#[test]
fn the_reference_intervals_are_met() {
    for [hits, trials, level, low, high] in &REFERENCE.sequence_mean {
        let ours = mean(*hits as u64, *trials as u64, *level);
        close(ours.0, *low, 1e-9, &format!("low of {hits} of {trials}"));
        close(ours.1, *high, 1e-9, &format!("high of {hits} of {trials}"));
    }
    for [both, first, second, neither, level, low, high] in &REFERENCE.sequence_difference {
        let [both, first, second, neither] = [both, first, second, neither].map(|count| *count as u64);
        let (our_low, our_high) = difference(&pairs(both, first, second, neither), *level);
        let what = format!("{both} {first} {second} {neither}");
        assert!(
            (our_low - low).abs() < 1e-9 && (our_high - high).abs() < 1e-9,
            "{what}: {our_low} {our_high}"
        );
    }
}

#[test]
fn evidence_by_hand() {
    // One hit in one trial: the mixture gives it 1/2, p gives it p.
    close(evidence_mean(1, 1, 0.2), libm::log(2.5), 1e-14, "one trial");
    // Two hits: 1/2 x (3/2) / 2 = 3/8.
    close(evidence_mean(2, 2, 0.5), libm::log(1.5), 1e-14, "two trials");
    // One trial in which the first alone is right: the mixture gives it 1/3; under no difference the best
    // is 1/2, under a difference of d it is (1 + d) / 2.
    let one = pairs(0, 1, 0, 0);
    close(evidence_difference(&one, 0.0), libm::log(2.0 / 3.0), 1e-14, "no difference");
    close(evidence_difference(&one, -0.5), libm::log(4.0 / 3.0), 1e-14, "the other way");
    // No trials, no evidence.
    assert!(
        evidence_mean(0, 0, 0.3).abs() < 1e-15 && evidence_difference(&pairs(0, 0, 0, 0), 0.3).abs() < 1e-15
    );
}

#[test]
fn intervals_hold_the_estimate_and_mirror() {
    assert_eq!((mean(0, 0, 0.95), difference(&pairs(0, 0, 0, 0), 0.95)), ((0.0, 1.0), (-1.0, 1.0)));
    for (hits, n) in [(0, 1), (0, 50), (3, 7), (50, 50), (999, 1_000_000), (500_000_000, 1_000_000_000)] {
        let (low, high) = mean(hits, n, 0.95);
        let estimate = hits as f64 / n as f64;
        assert!(0.0 <= low && low <= estimate && estimate <= high && high <= 1.0 && low < high, "{hits} {n}");
        let (mirror_low, mirror_high) = mean(n - hits, n, 0.95);
        assert!((low + mirror_high - 1.0).abs() < 1e-15 && (high + mirror_low - 1.0).abs() < 1e-15);
        // It pays for every look at once: wider than the interval for one.
        let (once_low, once_high) = wilson(hits, n, 0.95);
        assert!(high - low > once_high - once_low, "{hits} {n}");
    }
    for table in
        [[1, 0, 0, 0], [0, 9, 0, 0], [4, 3, 0, 2], [3, 7, 1, 2], [50, 9, 30, 400], [9, 1, 0, 1_000_000]]
    {
        let pairs = pairs(table[0], table[1], table[2], table[3]);
        let (low, high) = difference(&pairs, 0.95);
        let d = pairs.difference();
        assert!(-1.0 <= low && low <= d && d <= high && high <= 1.0 && low < high, "{pairs:?}");
        assert_eq!(difference(&pairs.swapped(), 0.95), (-high, -low), "{pairs:?}");
        let (once_low, once_high) = pairs.tango(0.95);
        assert!(high - low > once_high - once_low, "{pairs:?}");
        let (low99, high99) = difference(&pairs, 0.99);
        assert!(low99 <= low && high <= high99);
    }
}

#[test]
fn width_shrinks_like_the_root_of_ln_n_over_n() {
    // By the mixture's regret, half widths go to sqrt(v (k ln n + c) / n): k is 1 for a mean and 2 for a
    // difference, v the variance of a trial.
    for n in [1_000_u64, 10_000, 1_000_000, 100_000_000] {
        let root =
            |variance: f64, parameters: f64| (variance * parameters * libm::log(n as f64) / n as f64).sqrt();
        let (low, high) = mean(n / 5, n, 0.95);
        let ratio = 0.5 * (high - low) / root(0.16, 1.0);
        assert!((1.0..1.45).contains(&ratio), "{n}: {ratio}");
        let (low, high) = difference(&pairs(n / 2, n / 5, n / 10, n / 5), 0.95);
        let ratio = 0.5 * (high - low) / root(0.29, 2.0);
        assert!((0.9..1.3).contains(&ratio), "{n}: {ratio}");
    }
}

const PATHS: u32 = 2000;
const TRIALS: u64 = 2000;

#[test]
fn a_mean_that_is_watched_keeps_its_confidence() {
    let bound = libm::log(20.0);
    let mut words = words(23);
    for p in [0.02, 0.5] {
        let mut missed = 0;
        for _ in 0..PATHS {
            let mut hits = 0;
            missed += u32::from((1..=TRIALS).any(|n| {
                hits += u64::from(uniform(&mut words) < p);
                evidence_mean(hits, n, p) >= bound
            }));
        }
        // Below alpha, and not idle: a few in a hundred paths do miss.
        let share = f64::from(missed) / f64::from(PATHS);
        assert!((0.005..0.05).contains(&share), "{p}: {share}");
    }
}

#[test]
fn an_interval_for_one_look_does_not_keep_it() {
    let mut words = words(25);
    let paths = 200;
    let mut missed = 0;
    for _ in 0..paths {
        let mut hits = 0;
        missed += u32::from((1..=TRIALS).any(|n| {
            hits += u64::from(uniform(&mut words) < 0.5);
            // The score interval misses 1/2 where the score does.
            let score = (hits as f64 - 0.5 * n as f64) / (0.25 * n as f64).sqrt();
            n >= 20 && score.abs() > 1.96
        }));
    }
    assert!(missed > paths / 4, "{missed}");
}

#[test]
fn a_difference_that_is_watched_keeps_its_confidence() {
    let bound = libm::log(20.0);
    let mut words = words(27);
    for (p, q) in [(0.3, 0.3), (0.1, 0.02)] {
        let mut missed = 0;
        for _ in 0..PATHS {
            let mut seen = pairs(0, 0, 0, 0);
            missed += u32::from((1..=TRIALS).any(|_| {
                let u = uniform(&mut words);
                if u < p {
                    seen.first += 1;
                } else if u < p + q {
                    seen.second += 1;
                } else {
                    seen.both += 1;
                }
                evidence_difference(&seen, p - q) >= bound
            }));
        }
        let share = f64::from(missed) / f64::from(PATHS);
        assert!((0.0005..0.05).contains(&share), "{p} {q}: {share}");
    }
}
