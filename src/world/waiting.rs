//! Rows that wait for a stage, in the order they came, kept as runs of neighbours:
//! trials side by side mostly ask alike, and a run is a slice of every column.

use crate::streams::LANES;
use crate::world::components::Row;
use std::ops::Range;

/// Neighbouring rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first row.
    pub start: Row,
    /// The row after the last.
    pub end: Row,
}

impl Run {
    /// The rows as indices of a column.
    #[must_use]
    #[inline(always)]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Rows that wait.
#[derive(Debug, Default)]
pub struct Waiting {
    runs: Vec<Run>,
    /// Room for [`Waiting::retain`].
    spare: Vec<Run>,
}

impl Waiting {
    /// Whether no row waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many rows wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.runs.iter().map(|run| run.range().len()).sum()
    }

    /// Adds a row.
    #[inline(always)]
    pub fn push(&mut self, row: Row) {
        self.push_run(Run { start: row, end: row + 1 });
    }

    /// Adds neighbouring rows.
    #[inline(always)]
    pub fn push_run(&mut self, run: Run) {
        match self.runs.last_mut() {
            Some(last) if last.end == run.start => last.end = run.end,
            _ => self.runs.push(run),
        }
    }

    /// Takes over all that waits elsewhere.
    pub fn append(&mut self, other: &mut Self) {
        self.runs.append(&mut other.runs);
    }

    /// Forgets all rows; keeps the room.
    pub fn clear(&mut self) {
        self.runs.clear();
    }

    /// Keeps the rows for which `keep` says so, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(Row) -> bool) {
        std::mem::swap(&mut self.runs, &mut self.spare);
        let before = std::mem::take(&mut self.spare);
        before
            .iter()
            .flat_map(|run| run.start..run.end)
            .filter(|row| keep(*row))
            .for_each(|row| self.push(row));
        self.spare = before;
        self.spare.clear();
    }

    /// The rows, one by one.
    #[inline(always)]
    pub fn rows(&self) -> impl Iterator<Item = Row> + Clone + '_ {
        self.runs.iter().flat_map(|run| run.start..run.end)
    }

    /// The runs, cut where a slot of `lanes` rows ends, so that the lanes of a run are neighbours too.
    #[inline(always)]
    pub fn runs(&self, lanes: usize) -> impl Iterator<Item = Run> + Clone + '_ {
        let lanes = lanes as Row;
        self.runs.iter().flat_map(move |run| {
            let Run { start, end } = *run;
            (start / lanes..end.div_ceil(lanes))
                .map(move |slot| Run { start: start.max(slot * lanes), end: end.min((slot + 1) * lanes) })
        })
    }

    /// The rows eight at a time, in their order; fewer at the end.
    #[inline(always)]
    pub fn eights(&self, mut each: impl FnMut(&[Row])) {
        let (mut eight, mut count) = ([0; LANES], 0);
        for run in &self.runs {
            let mut row = run.start;
            while row < run.end {
                if count == 0 && row + LANES as Row <= run.end {
                    each(&std::array::from_fn::<Row, LANES, _>(|i| row + i as Row));
                    row += LANES as Row;
                    continue;
                }
                eight[count] = row;
                (row, count) = (row + 1, count + 1);
                if count == LANES {
                    each(&eight);
                    count = 0;
                }
            }
        }
        if count > 0 {
            each(&eight[..count]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_hold_the_rows_in_order() {
        let mut waiting = Waiting::default();
        [3, 4, 5, 6, 9, 2].into_iter().for_each(|row| waiting.push(row));
        assert_eq!(waiting.rows().collect::<Vec<_>>(), [3, 4, 5, 6, 9, 2]);
        assert_eq!((waiting.len(), waiting.runs.len()), (6, 3));
        let cut: Vec<Range<usize>> = waiting.runs(4).map(Run::range).collect();
        assert_eq!(cut, [3..4, 4..7, 9..10, 2..3]);
        waiting.retain(|row| row % 2 == 1);
        assert_eq!(waiting.rows().collect::<Vec<_>>(), [3, 5, 9]);
        let mut all = Waiting::default();
        all.append(&mut waiting);
        assert!(waiting.is_empty() && all.len() == 3);
        (10..17).for_each(|row| all.push(row));
        let mut eights = Vec::new();
        all.eights(|rows| eights.push(rows.to_vec()));
        assert_eq!(eights, [vec![3, 5, 9, 10, 11, 12, 13, 14], vec![15, 16]]);
    }
}
