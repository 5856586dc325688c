//! Linear programmes that start feasible: maximise the sum of x with table x <= 1, x >= 0. A dense tableau
//! and Bland's rule, so that it ends, and ends the same everywhere. Not a general solver.

use super::error::RatingError;
use super::matrix::Matrix;

/// What counts as zero in a tableau of numbers around 1.
const ZERO: f64 = 1e-11;

/// A best point and its multipliers.
pub struct Optimum {
    /// x, one per column.
    pub primal: Vec<f64>,
    /// The worth of each row's bound.
    pub dual: Vec<f64>,
}

/// The tableau: rows are basic variables, columns the others, the last row and column the objective and the
/// bounds. Variables are numbered: first the columns of the table, then the slacks of its rows.
struct Tableau {
    entries: Matrix,
    basic: Vec<usize>,
    free: Vec<usize>,
}

/// Maximises the sum of x subject to table x <= 1 and x >= 0, for a table with entries around 1 and bounded
/// optimum.
///
/// Source: [Dantzig1963]; the rule [Bland1977].
pub fn maximise(table: &Matrix) -> Result<Optimum, RatingError> {
    let (m, n) = (table.rows(), table.columns());
    let mut tableau = Tableau::new(table);
    // Far above what is ever taken: Bland's rule ends, but roundings could make it circle.
    for _ in 0..100 * (m + n) * (m + n) {
        let Some(enters) = tableau.enters() else { return Ok(tableau.optimum()) };
        let leaves = tableau
            .leaves(enters)
            .ok_or(RatingError::Inexact { what: "simplex (unbounded)", residual: f64::INFINITY })?;
        tableau.pivot(leaves, enters);
    }
    Err(RatingError::Inexact { what: "simplex (circling)", residual: f64::INFINITY })
}

impl Tableau {
    fn new(table: &Matrix) -> Self {
        let (m, n) = (table.rows(), table.columns());
        let mut entries = Matrix::zeros(m + 1, n + 1);
        for i in 0..m {
            (0..n).for_each(|j| entries[(i, j)] = table[(i, j)]);
            entries[(i, n)] = 1.0;
        }
        (0..n).for_each(|j| entries[(m, j)] = -1.0);
        Self { entries, basic: (n..n + m).collect(), free: (0..n).collect() }
    }

    /// The column of the lowest-numbered variable that would raise the objective.
    fn enters(&self) -> Option<usize> {
        let objective = self.entries.row(self.basic.len());
        (0..self.free.len()).filter(|&j| objective[j] < -ZERO).min_by_key(|&j| self.free[j])
    }

    /// The row that bounds the column's variable first, of equals the lowest-numbered variable's.
    fn leaves(&self, column: usize) -> Option<usize> {
        let ratio = |i: usize| self.entries[(i, self.free.len())] / self.entries[(i, column)];
        let rows = (0..self.basic.len()).filter(|&i| self.entries[(i, column)] > ZERO);
        rows.min_by(|&a, &b| ratio(a).total_cmp(&ratio(b)).then(self.basic[a].cmp(&self.basic[b])))
    }

    /// Swaps a basic and a free variable.
    fn pivot(&mut self, row: usize, column: usize) {
        let scale = 1.0 / self.entries[(row, column)];
        let width = self.free.len() + 1;
        let pivot: Vec<f64> =
            (0..width).map(|j| if j == column { scale } else { self.entries[(row, j)] * scale }).collect();
        for i in (0..self.entries.rows()).filter(|&i| i != row) {
            let factor = self.entries[(i, column)];
            if factor != 0.0 {
                self.entries[(i, column)] = 0.0;
                (0..width).for_each(|j| self.entries[(i, j)] -= factor * pivot[j]);
            }
            // A bound a rounding below zero would be taken for a way out.
            if i < self.basic.len() && self.entries[(i, width - 1)] < 0.0 {
                self.entries[(i, width - 1)] = 0.0;
            }
        }
        (0..width).for_each(|j| self.entries[(row, j)] = pivot[j]);
        std::mem::swap(&mut self.basic[row], &mut self.free[column]);
    }

    /// The point that the tableau stands at.
    fn optimum(&self) -> Optimum {
        let (m, n) = (self.basic.len(), self.free.len());
        let (mut primal, mut dual) = (vec![0.0; n], vec![0.0; m]);
        for (i, &variable) in self.basic.iter().enumerate().filter(|(_, variable)| **variable < n) {
            primal[variable] = self.entries[(i, n)];
        }
        for (j, &variable) in self.free.iter().enumerate().filter(|(_, variable)| **variable >= n) {
            dual[variable - n] = self.entries[(m, j)].max(0.0);
        }
        Optimum { primal, dual }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_programme() {
        // 2a + b <= 1, a + 2b <= 1: both bind at a = b = 1/3, each bound is worth 1/3.
        let optimum = maximise(&Matrix::new(&[vec![2.0, 1.0], vec![1.0, 2.0]]).expect("a matrix"));
        let optimum = optimum.expect("bounded");
        for value in optimum.primal.iter().chain(&optimum.dual) {
            assert!((value - 1.0 / 3.0).abs() < 1e-15);
        }
    }

    #[test]
    fn an_unbounded_programme_is_an_error() {
        assert!(maximise(&Matrix::new(&[vec![1.0, -1.0]]).expect("a matrix")).is_err());
    }

    #[test]
    fn equal_rows_do_not_circle() {
        let optimum = maximise(&Matrix::new(&vec![vec![1.0; 6]; 6]).expect("a matrix")).expect("bounded");
        assert_eq!((optimum.primal.iter().sum::<f64>(), optimum.dual.iter().sum::<f64>()), (1.0, 1.0));
    }
}
