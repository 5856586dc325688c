//! The interval of a difference, recovered from the intervals of its two parts. Asks nothing of how those were
//! made, so it serves intervals over trials, over replicates and at every number of trials alike.

/// An estimate and its interval at some confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// The interval's lower and upper end.
    pub interval: (f64, f64),
}

/// The interval of `to` - `from` at the confidence of theirs, if the two are independent: the method of variance
/// estimates recovery. Each end of the difference is squared and added from those distances, of an estimate to
/// an end of its interval, that point to it: they hold the estimates' variances as they are near that end. Between
/// score intervals of proportions it is Newcombe's hybrid score interval.
///
/// Where the two rise and fall together, as on shared questions, it is too wide. Of intervals that hold at
/// every number of trials it makes one that is no longer proven to, and is wider than one for a fixed number.
/// Source: [Zou2008]; [NewcombeDifference1998], method 10.
#[must_use]
pub fn difference(from: &Estimate, to: &Estimate) -> (f64, f64) {
    // An estimate may lie past an end, by rounding or where replicates differ in length: no distance then.
    let below = |estimate: &Estimate| (estimate.value - estimate.interval.0).max(0.0);
    let above = |estimate: &Estimate| (estimate.interval.1 - estimate.value).max(0.0);
    let added = |x: f64, y: f64| (x * x + y * y).sqrt();
    let middle = to.value - from.value;
    (middle - added(below(to), above(from)), middle + added(above(to), below(from)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::LEVEL;
    use crate::stats::proportion::wilson;

    fn share(hits: u64, trials: u64) -> Estimate {
        Estimate { value: hits as f64 / trials as f64, interval: wilson(hits, trials, LEVEL) }
    }

    #[test]
    fn as_published() {
        // [NewcombeDifference1998], table II, method 10: the difference hits of trials less hits of trials.
        for (more, less, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let (ours_low, ours_high) = difference(&share(less.0, less.1), &share(more.0, more.1));
            let met = (ours_low - low).abs() < 5.1e-5 && (ours_high - high).abs() < 5.1e-5;
            assert!(met, "{more:?} {less:?}: {ours_low} {ours_high}");
        }
    }

    #[test]
    fn the_reference_intervals_are_met() {
        // Hits and trials of one and of the other, low, high; made by the script beside it.
        let rows: Vec<[f64; 6]> = serde_json::from_str(include_str!("../../tests/recovery/recovery.json"))
            .expect("rows of six numbers");
        assert_eq!(rows.len(), 9);
        for [more, more_of, less, less_of, low, high] in rows {
            let to = share(more as u64, more_of as u64);
            let (ours_low, ours_high) = difference(&share(less as u64, less_of as u64), &to);
            let off = (ours_low - low).abs().max((ours_high - high).abs());
            assert!(off < 1e-12, "{more} of {more_of}, {less} of {less_of}: {ours_low} {ours_high}");
        }
    }

    #[test]
    fn by_hand() {
        // Distances 3 and 4 to one end, 5 and 12 to the other: 10 - 5 and 10 + 13.
        let from = Estimate { value: 20.0, interval: (8.0, 24.0) };
        let to = Estimate { value: 30.0, interval: (27.0, 35.0) };
        assert_eq!(difference(&from, &to), (5.0, 23.0));
        // From a known value, the other's interval is all there is.
        let known = Estimate { value: 20.0, interval: (20.0, 20.0) };
        assert_eq!(difference(&known, &to), (7.0, 15.0));
    }

    #[test]
    fn swapped_it_mirrors_exactly() {
        for (a, b) in [(share(3, 9), share(5, 7)), (share(0, 4), share(4, 4)), (share(1, 3), share(1, 3))] {
            let (low, high) = difference(&a, &b);
            assert_eq!(difference(&b, &a), (-high, -low));
        }
    }

    #[test]
    fn an_estimate_past_its_end_adds_nothing() {
        let past = Estimate { value: 0.5, interval: (0.6, 0.7) };
        let known = Estimate { value: 0.0, interval: (0.0, 0.0) };
        assert_eq!(difference(&known, &past).0, 0.5);
    }
}
