use super::*;
use crate::stats::reference::{REFERENCE, close, words};

fn pairs(both: u64, first: u64, second: u64, neither: u64) -> Pairs {
    Pairs { both, first, second, neither }
}

#[test]
fn the_reference_pairs_are_met() {
    for row in &REFERENCE.pairs {
        let [both, first, second, neither] = row.counts;
        let pairs = pairs(both, first, second, neither);
        let of = |what: &str| format!("{what} of {:?}", row.counts);
        close(pairs.mcnemar(), row.mcnemar, 1e-10, &of("exact p"));
        close(pairs.mcnemar_mid(), row.mcnemar_mid, 1e-10, &of("mid-p"));
        assert_eq!(pairs.kappa().is_some(), row.kappa.is_some());
        close(pairs.kappa().unwrap_or(0.0), row.kappa.unwrap_or(0.0), 1e-12, &of("kappa"));
        for ((low, high), [want_low, want_high]) in
            [(pairs.newcombe(row.level), row.newcombe), (pairs.tango(row.level), row.tango)]
        {
            assert!((low - want_low).abs() < 1e-9, "{}: {low} {want_low}", of("low"));
            assert!((high - want_high).abs() < 1e-9, "{}: {high} {want_high}", of("high"));
        }
    }
}

#[test]
fn tests_and_intervals_as_published() {
    // [Fagerland2017], chapter 8, complete response before and after consolidation: 59, 6, 16, 80.
    let cavo = pairs(59, 6, 16, 80);
    let near = |got: f64, want: f64, digits: i32| {
        assert!((got - want).abs() < 0.5 * libm::pow(0.1, f64::from(digits)), "{got} {want}");
    };
    near(cavo.mcnemar(), 0.052_479, 6);
    near(cavo.mcnemar_mid(), 0.034_690, 6);
    near(cavo.newcombe(0.95).0, -0.1186, 4);
    near(cavo.newcombe(0.95).1, -0.0046, 4);
    near(cavo.tango(0.95).0, -0.1240, 4);
    near(cavo.tango(0.95).1, -0.0054, 4);
}

#[test]
fn small_counts_by_hand() {
    // One alone right in 5 of 5: 2 / 32, the mid-p half of it; even: no evidence.
    close(pairs(3, 5, 0, 2).mcnemar(), 0.0625, 1e-14, "five of five");
    close(pairs(3, 5, 0, 2).mcnemar_mid(), 0.03125, 1e-14, "five of five, half");
    assert_eq!((pairs(0, 4, 4, 9).mcnemar(), pairs(0, 4, 4, 9).mcnemar_mid()), (1.0, 1.0));
    let none = Pairs::default();
    assert_eq!((none.mcnemar(), none.mcnemar_mid(), none.difference(), none.kappa()), (1.0, 1.0, 0.0, None));
    let whole = (-1.0, 1.0);
    assert_eq!((none.newcombe(0.95), none.tango(0.95)), (whole, whole));
    assert_eq!(none.bootstrap(0.95, 100, &mut words(1)), whole);
    // Same errors; opposite ones; independent ones; one that never errs.
    assert_eq!(pairs(4, 0, 0, 6).kappa(), Some(1.0));
    assert_eq!(pairs(0, 5, 5, 0).kappa(), Some(-1.0));
    assert_eq!(pairs(12, 4, 6, 2).kappa(), Some(0.0));
    assert_eq!((pairs(5, 5, 0, 0).kappa(), pairs(5, 0, 0, 0).kappa()), (Some(0.0), None));
}

#[test]
fn intervals_hold_the_difference_and_mirror() {
    let cases =
        [[5, 0, 0, 5], [0, 0, 0, 7], [0, 9, 0, 0], [3, 7, 1, 2], [50, 9, 30, 400], [0, 1, 0, 1_000_000]];
    for [both, first, second, neither] in cases {
        let pairs = pairs(both, first, second, neither);
        let d = pairs.difference();
        for interval in [Pairs::newcombe, Pairs::tango] {
            let (low, high) = interval(&pairs, 0.95);
            assert!(-1.0 <= low && low <= d && d <= high && high <= 1.0 && low < high, "{pairs:?}");
            assert_eq!(interval(&pairs.swapped(), 0.95), (-high, -low), "{pairs:?}");
            let (low99, high99) = interval(&pairs, 0.99);
            assert!(low99 <= low && high <= high99, "{pairs:?}");
        }
    }
}

#[test]
fn restricted_probabilities_are_the_likeliest() {
    let log_likelihood = |pairs: &Pairs, p: f64, q: f64| {
        let counts = [pairs.first, pairs.second, pairs.both + pairs.neither].map(|count| count as f64);
        let terms = counts.iter().zip([p, q, 1.0 - p - q]);
        terms.map(|(count, p)| if *count > 0.0 { count * libm::log(p) } else { 0.0 }).sum::<f64>()
    };
    for pairs in
        [pairs(5, 4, 2, 9), pairs(0, 4, 0, 3), pairs(0, 3, 5, 0), pairs(900, 1, 80, 0), pairs(2, 0, 0, 2)]
    {
        for d in [-0.99, -0.4, -0.01, 0.0, 0.2, 0.6, 0.98] {
            let (p, q) = pairs.restricted(d);
            assert_eq!(pairs.swapped().restricted(-d), (q, p), "mirrored to the bit");
            assert!((p - q - d).abs() < 1e-15 && p >= 0.0 && q >= 0.0 && p + q <= 1.0 + 1e-12);
            let best = log_likelihood(&pairs, p, q);
            for step in [-0.1, -1e-3, 1e-3, 0.1] {
                if p + step > 0.0 && q + step > 0.0 && p + q + 2.0 * step < 1.0 {
                    let other = log_likelihood(&pairs, p + step, q + step);
                    assert!(other <= best + 1e-9, "{pairs:?} {d}: {other} {best}");
                }
            }
        }
    }
}

/// The probabilities that each interval holds the true difference, summed over all tables of `n` trials.
fn coverage(n: u64, shares: [f64; 4]) -> [f64; 2] {
    let d = shares[1] - shares[2];
    let mut held = [0.0; 2];
    for both in 0..=n {
        for first in 0..=n - both {
            for second in 0..=n - both - first {
                let pairs = pairs(both, first, second, n - both - first - second);
                let rest = 1.0 - shares[0];
                let probability = binomial(both, n, shares[0])
                    * binomial(first, n - both, shares[1] / rest)
                    * binomial(second, n - both - first, (shares[2] / (rest - shares[1])).min(1.0));
                for (held, interval) in held.iter_mut().zip([Pairs::newcombe, Pairs::tango]) {
                    let (low, high) = interval(&pairs, 0.95);
                    *held += if low <= d && d <= high { probability } else { 0.0 };
                }
            }
        }
    }
    held
}

#[test]
fn score_intervals_cover_on_average_at_small_numbers() {
    let cases = [
        [0.25, 0.25, 0.25, 0.25],
        [0.6, 0.1, 0.1, 0.2],
        [0.5, 0.3, 0.1, 0.1],
        [0.3, 0.05, 0.15, 0.5],
        [0.1, 0.6, 0.2, 0.1],
        [0.85, 0.1, 0.02, 0.03],
        [0.05, 0.02, 0.4, 0.53],
    ];
    let mut sums = [0.0; 2];
    for shares in cases {
        let held = coverage(20, shares);
        for (sum, held) in sums.iter_mut().zip(held) {
            *sum += held / cases.len() as f64;
            assert!((0.92..=1.0).contains(&held), "{shares:?}: {held}");
        }
    }
    assert!(sums.iter().all(|mean| (0.945..0.975).contains(mean)), "{sums:?}");
}

#[test]
fn resamples_spread_as_the_score_interval_does() {
    let mut words = words(17);
    let large = pairs(4000, 900, 700, 4400);
    let (low, high) = large.bootstrap(0.95, 1999, &mut words);
    let (score_low, score_high) = large.tango(0.95);
    // Percentiles of 1999 resamples: 1.5 % of the width in standard error.
    let margin = 0.05 * (score_high - score_low);
    assert!((low - score_low).abs() < margin && (high - score_high).abs() < margin, "{low} {high}");
    // A billion trials, and none that differ.
    let huge = pairs(400_000_000, 90_000_000, 70_000_000, 440_000_000);
    let (low, high) = huge.bootstrap(0.9, 99, &mut words);
    assert!(low < 0.02 && 0.02 < high && high - low < 1e-4);
    assert_eq!(pairs(5, 0, 0, 5).bootstrap(0.95, 50, &mut words), (0.0, 0.0));
    // One resample is both ends.
    let (low, high) = large.bootstrap(0.95, 1, &mut words);
    assert_eq!(low, high);
}

#[test]
fn the_bootstrap_takes_its_order_statistics() {
    // One trial in which the first alone is right, one in which neither is: resamples are 0, 1/2 and 1 with
    // probabilities 1/4, 1/2, 1/4; by Bin(2, 1/2), the middle 40 % are 1/2, the middle 60 % all.
    let pairs = pairs(0, 1, 0, 1);
    assert_eq!(pairs.bootstrap(0.4, 999, &mut words(19)), (0.5, 0.5));
    assert_eq!(pairs.bootstrap(0.6, 999, &mut words(19)), (0.0, 1.0));
}

#[test]
fn trials_to_separate_have_the_power_they_promise() {
    assert_eq!(pairs(5, 3, 3, 5).trials_to_separate(0.95, 0.8), f64::INFINITY);
    // Shares .2 and .1, by hand: (1.959964 sqrt(.3) + .841621 sqrt(.29))^2 / .01 = 233.06...
    let some = pairs(60, 20, 10, 10);
    assert_eq!(some.trials_to_separate(0.95, 0.8), 234.0);
    assert!(some.trials_to_separate(0.99, 0.8) > 234.0 && some.trials_to_separate(0.95, 0.9) > 234.0);
    // The mid-p test's power at that number, summed exactly over the two kinds of trial that count.
    for (first, second) in [(20, 10), (5, 15), (30, 22)] {
        let shares = pairs(100 - first - second, first, second, 0);
        let n = shares.trials_to_separate(0.95, 0.8) as u64;
        let (p, q) = (first as f64 / 100.0, second as f64 / 100.0);
        let mut power = 0.0;
        for all in 0..=n {
            let probability = binomial(all, n, p + q);
            if probability > 1e-9 {
                let rejects = |k: &u64| pairs(0, *k, all - k, 0).mcnemar_mid() <= 0.05;
                let given = (0..=all).filter(rejects).map(|k| binomial(k, all, p / (p + q)));
                power += probability * given.sum::<f64>();
            }
        }
        assert!((0.77..0.83).contains(&power), "{first} {second} at {n}: {power}");
    }
}
