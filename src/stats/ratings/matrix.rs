//! Dense matrices of f64: checked on entry, sums in index order. Not a linear algebra library.

use super::error::RatingError;
use std::ops::{Index, IndexMut};

/// A matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix from its rows.
    ///
    /// # Errors
    /// No rows, no columns, rows of different lengths, a number that is not finite.
    pub fn new(rows: &[Vec<f64>]) -> Result<Self, RatingError> {
        let columns = rows.first().map_or(0, Vec::len);
        let odd = rows.iter().map(Vec::len).find(|length| *length != columns || *length == 0);
        if rows.is_empty() || odd.is_some() {
            let want = (rows.len().max(1), columns.max(1));
            return Err(RatingError::Shape { what: "matrix", want, got: (rows.len(), odd.unwrap_or(0)) });
        }
        let values: Vec<f64> = rows.iter().flatten().copied().collect();
        match values.iter().find(|value| !value.is_finite()) {
            Some(&got) => Err(RatingError::Range { what: "matrix entry", want: "a finite number", got }),
            None => Ok(Self { rows: rows.len(), columns, values }),
        }
    }

    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, values: vec![0.0; rows * columns] }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// The smallest and the largest entry; infinite bounds the wrong way round where there is none.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        self.values.iter().fold(ends, |(low, high), &value| (low.min(value), high.max(value)))
    }

    /// The matrix times a column vector.
    ///
    /// # Panics
    /// Another length than there are columns.
    #[must_use]
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        assert_eq!(vector.len(), self.columns);
        (0..self.rows).map(|i| dot(self.row(i), vector)).collect()
    }

    /// A row vector times the matrix.
    ///
    /// # Panics
    /// Another length than there are rows.
    #[must_use]
    pub fn times_left(&self, vector: &[f64]) -> Vec<f64> {
        assert_eq!(vector.len(), self.rows);
        let mut sums = vec![0.0; self.columns];
        for (i, &factor) in vector.iter().enumerate() {
            sums.iter_mut().zip(self.row(i)).for_each(|(sum, entry)| *sum += factor * entry);
        }
        sums
    }

    /// The matrix's Cholesky factor, lower triangular; `None` where it is not positive definite. Reads the
    /// lower triangle only.
    #[must_use]
    pub fn cholesky(&self) -> Option<Cholesky> {
        let n = self.rows;
        let mut factor = Self::zeros(n, n);
        for i in 0..n {
            for j in 0..=i {
                let rest = self[(i, j)] - dot(&factor.row(i)[..j], &factor.row(j)[..j]);
                if i != j {
                    factor[(i, j)] = rest / factor[(j, j)];
                } else if rest > 0.0 && rest.is_finite() {
                    factor[(i, i)] = rest.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Cholesky(factor))
    }

    /// Solves matrix x = `right` by Gaussian elimination with partial pivoting; `None` where it is singular.
    #[must_use]
    pub fn solve(mut self, mut right: Vec<f64>) -> Option<Vec<f64>> {
        let n = self.rows;
        for c in 0..n {
            let pivot = (c..n).reduce(|a, b| if self[(b, c)].abs() > self[(a, c)].abs() { b } else { a })?;
            if self[(pivot, c)] == 0.0 || !self[(pivot, c)].is_finite() {
                return None;
            }
            (0..n).for_each(|j| self.values.swap(pivot * n + j, c * n + j));
            right.swap(pivot, c);
            for i in c + 1..n {
                let factor = self[(i, c)] / self[(c, c)];
                let (above, below) = self.values.split_at_mut(i * n);
                let pairs = below[c..n].iter_mut().zip(&above[c * n + c..(c + 1) * n]);
                pairs.for_each(|(entry, top)| *entry -= factor * top);
                right[i] -= factor * right[c];
            }
        }
        for i in (0..n).rev() {
            right[i] = (right[i] - dot(&self.row(i)[i + 1..], &right[i + 1..])) / self[(i, i)];
        }
        Some(right)
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.values[i * self.columns + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.values[i * self.columns + j]
    }
}

/// The lower triangular L of a positive definite matrix L L'.
#[derive(Clone, Debug)]
pub struct Cholesky(Matrix);

impl Cholesky {
    /// Solves L L' x = `right`.
    #[must_use]
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let (factor, n) = (&self.0, self.0.rows);
        let mut x = right.to_vec();
        for i in 0..n {
            x[i] = (x[i] - dot(&factor.row(i)[..i], &x[..i])) / factor[(i, i)];
        }
        for i in (0..n).rev() {
            x[i] /= factor[(i, i)];
            let known = x[i];
            x[..i].iter_mut().zip(factor.row(i)).for_each(|(rest, entry)| *rest -= entry * known);
        }
        x
    }

    /// The inverse of L L', column by column.
    #[must_use]
    pub fn inverse(&self) -> Matrix {
        let n = self.0.rows;
        let mut inverse = Matrix::zeros(n, n);
        for j in 0..n {
            let unit: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
            self.solve(&unit).into_iter().enumerate().for_each(|(i, value)| inverse[(i, j)] = value);
        }
        inverse
    }
}

/// The sum of products, in index order.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solvers_agree_with_a_worked_example() {
        // 4a + 2b = 8, 2a + 3b = 8: a = 1, b = 2. The inverse is [3, -2; -2, 4] / 8.
        let matrix = Matrix::new(&[vec![4.0, 2.0], vec![2.0, 3.0]]).expect("a matrix");
        let factor = matrix.cholesky().expect("positive definite");
        for x in [factor.solve(&[8.0, 8.0]), matrix.clone().solve(vec![8.0, 8.0]).expect("regular")] {
            assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] - 2.0).abs() < 1e-15);
        }
        let inverse = factor.inverse();
        assert!((inverse[(0, 0)] - 0.375).abs() < 1e-15 && (inverse[(1, 0)] + 0.25).abs() < 1e-15);
    }

    #[test]
    fn elimination_needs_its_pivoting() {
        // A zero on the diagonal: x = (b, a).
        let swap = Matrix::new(&[vec![0.0, 1.0], vec![1.0, 0.0]]).expect("a matrix");
        assert_eq!(swap.clone().solve(vec![2.0, 3.0]), Some(vec![3.0, 2.0]));
        assert!(swap.cholesky().is_none(), "indefinite");
        let flat = Matrix::new(&[vec![1.0, 1.0], vec![1.0, 1.0]]).expect("a matrix");
        assert_eq!(flat.solve(vec![1.0, 2.0]), None);
    }

    #[test]
    fn misshapen_matrices_are_errors() {
        assert!(Matrix::new(&[]).is_err());
        assert!(Matrix::new(&[vec![]]).is_err());
        assert!(Matrix::new(&[vec![1.0], vec![1.0, 2.0]]).is_err());
        assert!(Matrix::new(&[vec![f64::NAN]]).is_err());
    }
}
