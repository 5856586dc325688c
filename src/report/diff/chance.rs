//! What of the differences between two results is chance: from the stored intervals alone.

use super::Cell;
use super::tables::Row;
use crate::stats::LEVEL;
use crate::stats::family::holm;
use crate::stats::proportion::wilson;
use crate::stats::recovery::difference;
use crate::stats::sequence;
use crate::stats::special::{normal, normal_margin, student, student_margin};
use serde::Serialize;
use std::collections::BTreeMap;

/// A cell's accuracy in A and in B.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Accuracy {
    /// In A, 0 to 1.
    pub a: f64,
    /// In B, 0 to 1.
    pub b: f64,
    /// B less A.
    pub difference: f64,
    /// Its 95 % interval, recovered from both stored ones; `None` where one of them is empty, as of one run of what
    /// trains something. Source: [Zou2008].
    pub interval: Option<(f64, f64)>,
    /// Whether that interval excludes 0.
    pub beyond_chance: bool,
    /// The difference in standard errors, as the interval has them on the side of 0.
    pub standard_errors: Option<f64>,
    /// Two-sided p-value of no difference: below 0.05 where the interval excludes 0, and approximate further out,
    /// where it is read off the same standard error. By Student's t over replicates, unless both intervals are
    /// score intervals over independent trials; by the normal distribution for those, and for one replicate, where
    /// the interval of an adaptive number of trials makes it too large rather than too small.
    pub p: Option<f64>,
    /// Degrees of freedom of Student's t, where the interval is over replicates; `None`: the normal distribution.
    pub freedom: Option<u64>,
    /// The p-value adjusted over all cells that differ and have an interval. Source: [Holm1979].
    pub p_holm: Option<f64>,
}

/// What of the differences is chance, over the cells that differ and have an interval in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Chance {
    /// How many those are.
    pub tested: usize,
    /// Those whose 95 % interval excludes 0.
    pub beyond: usize,
    /// How many that would be by luck alone, were all true accuracies the same: 5 % of the tested ones.
    pub expected: f64,
    /// Those that are told apart after Holm's adjustment: the probability of any by luck is 5 % at most.
    pub beyond_holm: usize,
    /// Of the cells that differ, those that were asked the same questions in both results. Their intervals take
    /// the two for independent and are, as a rule, wider than need be.
    pub same_questions: usize,
}

impl Accuracy {
    /// The difference and its interval; what needs the other cells is told later.
    pub(super) fn of(x: &Row, y: &Row) -> Self {
        let (a, b) = (x.accuracy(), y.accuracy());
        let interval = x.estimate().zip(y.estimate()).map(|(x, y)| difference(&x, &y));
        Self {
            a,
            b,
            difference: b - a,
            interval,
            beyond_chance: interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0),
            freedom: freedom(x).into_iter().chain(freedom(y)).min(),
            standard_errors: None,
            p: None,
            p_holm: None,
        }
    }

    /// Reads standard errors and p-value off the half of the interval that points to 0, `margin` standard errors wide.
    fn test(&mut self, margin: f64) {
        let Some((low, high)) = self.interval else { return };
        let d = self.difference;
        let half = if d > 0.0 { d - low } else { high - d };
        if d == 0.0 {
            (self.standard_errors, self.p) = (Some(0.0), Some(1.0));
        } else if half > 0.0 {
            let errors = margin * d / half;
            let tail = match self.freedom {
                Some(freedom) => student(-errors.abs(), freedom as f64),
                None => normal(-errors.abs()),
            };
            (self.standard_errors, self.p) = (Some(errors), Some(2.0 * tail));
        } else {
            // Two intervals of no width: known exactly.
            self.p = Some(0.0);
        }
    }
}

/// The degrees of freedom of a cell's interval, if it is over replicates. A score interval over independent trials
/// is known by its ends, which its counts give.
fn freedom(row: &Row) -> Option<u64> {
    let count = |column| row.text(column).parse::<u64>().ok();
    let (low, high) = row.estimate()?.interval;
    let score = count("right").zip(count("trials")).is_some_and(|(right, trials)| {
        // So is a confidence sequence, where play went on until it was narrow.
        let known = [wilson(right, trials, LEVEL), sequence::mean(right, trials, LEVEL)];
        known.iter().any(|known| (known.0 - low).abs() < 1e-9 && (known.1 - high).abs() < 1e-9)
    });
    count("replicates").filter(|replicates| !score && *replicates > 1).map(|replicates| replicates - 1)
}

impl Chance {
    /// Tests every cell that differs, and counts.
    pub(super) fn told(cells: &mut [Cell]) -> Self {
        // Few different margins, each found by many steps.
        let mut margins: BTreeMap<Option<u64>, f64> = BTreeMap::new();
        for Cell { accuracy, .. } in cells.iter_mut() {
            let margin = *margins.entry(accuracy.freedom).or_insert_with(|| match accuracy.freedom {
                Some(freedom) => student_margin(LEVEL, freedom as f64),
                None => normal_margin(LEVEL),
            });
            accuracy.test(margin);
        }
        let p_values: Vec<f64> = cells.iter().filter_map(|cell| cell.accuracy.p).collect();
        let mut adjusted = holm(&p_values).into_iter();
        for cell in cells.iter_mut().filter(|cell| cell.accuracy.p.is_some()) {
            cell.accuracy.p_holm = adjusted.next();
        }
        let count = |is: fn(&Cell) -> bool| cells.iter().filter(|cell| is(cell)).count();
        Self {
            tested: p_values.len(),
            beyond: count(|cell| cell.accuracy.beyond_chance),
            expected: (1.0 - LEVEL) * p_values.len() as f64,
            beyond_holm: count(|cell| cell.accuracy.p_holm.is_some_and(|p| p < 1.0 - LEVEL)),
            same_questions: count(|cell| cell.same_questions),
        }
    }
}
