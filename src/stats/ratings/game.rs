//! Finite games of two players as matrices: exact solutions of zero-sum games, best responses, and how far a
//! pair of strategies is from one that nobody would leave. No populations, no dynamics.

use super::error::RatingError;
use super::matrix::{Matrix, dot};
use super::simplex::maximise;

/// How far from a saddle point a solution may end, as a share of the range of the payoffs.
pub const GAP_MAX: f64 = 1e-9;

/// Optimal play of a zero-sum game.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// What the row player gets, on average.
    pub value: f64,
    /// Probabilities of the row player's strategies; it gets the value or more against anything.
    pub row: Vec<f64>,
    /// Probabilities of the column player's; the row player gets the value or less with anything.
    pub column: Vec<f64>,
    /// By how much the two fail to meet, in payoffs; at most [`GAP_MAX`] of their range.
    pub gap: f64,
}

/// Solves a zero-sum game; entries are what the row player gets and the column player pays. Where there are
/// several solutions it is one of them, always the same.
///
/// Source: [Dantzig1963].
///
/// # Errors
/// A solution that is not within [`GAP_MAX`] of a saddle point.
pub fn zero_sum(payoffs: &Matrix) -> Result<Solution, RatingError> {
    let (low, high) = payoffs.range();
    let range = if high > low { high - low } else { 1.0 };
    // Above the lowest payoff, in shares of the range: a common part of all payoffs costs no precision.
    let (m, n) = (payoffs.rows(), payoffs.columns());
    let (mut game, mut table) = (Matrix::zeros(m, n), Matrix::zeros(m, n));
    for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
        game[(i, j)] = (payoffs[(i, j)] - low) / range;
        // Payoffs between 1 and 2 have a value above 0, by which the programme divides.
        table[(i, j)] = 1.0 + game[(i, j)];
    }
    let optimum = maximise(&table)?;
    let (row, column) = (mixed(optimum.dual), mixed(optimum.primal));
    let (secured, conceded) = (least(&game.times_left(&row)), most(&game.times(&column)));
    let gap = conceded - secured;
    if gap.is_nan() || gap > GAP_MAX {
        return Err(RatingError::Inexact { what: "zero-sum game", residual: gap });
    }
    let value = low + range * 0.5 * (secured + conceded);
    Ok(Solution { value, row, column, gap: range * gap.max(0.0) })
}

/// The smallest of some numbers.
fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The largest of some numbers.
fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// Weights as probabilities.
fn mixed(weights: Vec<f64>) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// The row player's pure best responses to a mixed strategy of the column player, in index order; those
/// within 1e-12 of the range of the payoffs count as equal.
///
/// # Errors
/// A strategy that is not a distribution over the columns.
pub fn best_responses(payoffs: &Matrix, column: &[f64]) -> Result<Vec<usize>, RatingError> {
    distribution(column, payoffs.columns())?;
    let (low, high) = payoffs.range();
    let gains = payoffs.times(column);
    let best = most(&gains);
    Ok((0..gains.len()).filter(|&i| gains[i] >= best - 1e-12 * (high - low)).collect())
}

/// How much the two players of a zero-sum game would gain, taken together, if each alone went over to a best
/// response: 0 at a solution, above 0 elsewhere. (Also called NashConv; some divide it by two.)
///
/// # Errors
/// Strategies that are not distributions over the rows and the columns.
pub fn exploitability(payoffs: &Matrix, row: &[f64], column: &[f64]) -> Result<f64, RatingError> {
    distribution(row, payoffs.rows())?;
    distribution(column, payoffs.columns())?;
    Ok((most(&payoffs.times(column)) - least(&payoffs.times_left(row))).max(0.0))
}

/// Whether these are probabilities of `n` strategies, up to roundings.
fn distribution(strategy: &[f64], n: usize) -> Result<(), RatingError> {
    if strategy.len() != n {
        let got = (1, strategy.len());
        return Err(RatingError::Shape { what: "mixed strategy", want: (1, n), got });
    }
    if let Some(&got) = strategy.iter().find(|p| !(-1e-12..=1.0 + 1e-12).contains(*p)) {
        return Err(RatingError::Range { what: "probability", want: "0 to 1", got });
    }
    let total: f64 = strategy.iter().sum();
    if (total - 1.0).abs() > 1e-9 {
        return Err(RatingError::Range { what: "sum of probabilities", want: "1", got: total });
    }
    Ok(())
}

/// A game in which each of the two has payoffs of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Bimatrix {
    row: Matrix,
    column: Matrix,
}

impl Bimatrix {
    /// A game from what the row player and what the column player get, both with the row player's strategies
    /// in rows.
    ///
    /// # Errors
    /// Matrices of different shapes.
    pub fn new(row: Matrix, column: Matrix) -> Result<Self, RatingError> {
        let (want, got) = ((row.rows(), row.columns()), (column.rows(), column.columns()));
        if want != got {
            return Err(RatingError::Shape { what: "the column player's payoffs", want, got });
        }
        Ok(Self { row, column })
    }

    /// The row player's best responses to column `j`, in index order.
    #[must_use]
    pub fn row_responses(&self, j: usize) -> Vec<usize> {
        largest((0..self.row.rows()).map(|i| self.row[(i, j)]))
    }

    /// The column player's best responses to row `i`, in index order.
    #[must_use]
    pub fn column_responses(&self, i: usize) -> Vec<usize> {
        largest(self.column.row(i).iter().copied())
    }

    /// All pairs of pure strategies that neither player would leave alone, row by row.
    #[must_use]
    pub fn pure_equilibria(&self) -> Vec<(usize, usize)> {
        let best: Vec<Vec<usize>> = (0..self.row.columns()).map(|j| self.row_responses(j)).collect();
        let of = |i: usize| {
            let columns = self.column_responses(i).into_iter();
            columns.filter(|&j| best[j].contains(&i)).map(|j| (i, j)).collect::<Vec<_>>()
        };
        (0..self.row.rows()).flat_map(of).collect()
    }

    /// What the two get, on average, from a pair of mixed strategies.
    ///
    /// # Errors
    /// Strategies that are not distributions over the rows and the columns.
    pub fn payoffs(&self, row: &[f64], column: &[f64]) -> Result<(f64, f64), RatingError> {
        distribution(row, self.row.rows())?;
        distribution(column, self.row.columns())?;
        Ok((dot(row, &self.row.times(column)), dot(row, &self.column.times(column))))
    }
}

/// Where the largest value stands.
fn largest(values: impl Iterator<Item = f64> + Clone) -> Vec<usize> {
    let best = values.clone().fold(f64::NEG_INFINITY, f64::max);
    values.enumerate().filter(|(_, value)| *value == best).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f64]]) -> Matrix {
        Matrix::new(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>()).expect("a matrix")
    }

    fn near(got: &[f64], want: &[f64]) -> bool {
        got.len() == want.len() && got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn two_by_two_closed_form() {
        // No saddle: value (ad - bc) / (a + d - b - c) = (3 x 2 - 1 x 0) / (3 + 2 - 1 - 0) = 1.5,
        // row plays (d - c, a - b) / 4 = (.5, .5), column (d - b, a - c) / 4 = (.25, .75).
        let solution = zero_sum(&matrix(&[&[3.0, 1.0], &[0.0, 2.0]])).expect("solved");
        assert!((solution.value - 1.5).abs() < 1e-12);
        assert!(near(&solution.row, &[0.5, 0.5]) && near(&solution.column, &[0.25, 0.75]));
    }

    #[test]
    fn saddles_and_constants() {
        // Row 1 secures 4, column 0 concedes 4.
        let solution = zero_sum(&matrix(&[&[2.0, 9.0], &[4.0, 5.0], &[3.0, 8.0]])).expect("solved");
        assert!((solution.value - 4.0).abs() < 1e-12 && near(&solution.row, &[0.0, 1.0, 0.0]));
        let flat = zero_sum(&matrix(&[&[7.0, 7.0]])).expect("solved");
        assert!((flat.value - 7.0).abs() < 1e-12 && flat.gap == 0.0);
    }

    #[test]
    fn values_follow_scale_and_shift() {
        let game = matrix(&[&[3.0, -1.0, 2.0], &[-4.0, 2.5, 0.0]]);
        let scaled = matrix(&[&[3e6 + 5.0, -1e6 + 5.0, 2e6 + 5.0], &[-4e6 + 5.0, 2.5e6 + 5.0, 5.0]]);
        let (one, other) = (zero_sum(&game).expect("solved"), zero_sum(&scaled).expect("solved"));
        assert!((one.value * 1e6 + 5.0 - other.value).abs() < 1e-6);
        // Payoffs that are nearly all alike: only what differs counts.
        let alike = zero_sum(&matrix(&[&[1.0 + 3e-9, 1.0 + 1e-9], &[1.0, 1.0 + 2e-9]])).expect("solved");
        assert!((alike.row[0] - 0.5).abs() < 1e-6 && (alike.value - 1.0 - 1.5e-9).abs() < 1e-15);
        assert!(near(&one.row, &other.row));
    }

    #[test]
    fn exploitability_by_hand() {
        let game = matrix(&[&[0.0, -1.0, 1.0], &[1.0, 0.0, -1.0], &[-1.0, 1.0, 0.0]]);
        let third = [1.0 / 3.0; 3];
        assert!(exploitability(&game, &third, &third).expect("distributions") < 1e-15);
        // Pure against pure: each side could win 1 for sure.
        let pure = [1.0, 0.0, 0.0];
        assert_eq!(exploitability(&game, &pure, &pure), Ok(2.0));
        assert_eq!(best_responses(&game, &pure), Ok(vec![1]));
        assert_eq!(best_responses(&game, &third), Ok(vec![0, 1, 2]));
        assert!(exploitability(&game, &[0.5, 0.6, -0.1], &pure).is_err());
        assert!(exploitability(&game, &[0.5, 0.4, 0.0], &pure).is_err());
        assert!(best_responses(&game, &[1.0]).is_err());
    }

    #[test]
    fn pure_equilibria_of_known_games() {
        let dilemma = Bimatrix::new(matrix(&[&[3.0, 0.0], &[5.0, 1.0]]), matrix(&[&[3.0, 5.0], &[0.0, 1.0]]));
        assert_eq!(dilemma.expect("one shape").pure_equilibria(), [(1, 1)]);
        let hunt = Bimatrix::new(matrix(&[&[4.0, 0.0], &[3.0, 3.0]]), matrix(&[&[4.0, 3.0], &[0.0, 3.0]]));
        let hunt = hunt.expect("one shape");
        assert_eq!(hunt.pure_equilibria(), [(0, 0), (1, 1)]);
        assert_eq!(hunt.payoffs(&[0.5, 0.5], &[1.0, 0.0]), Ok((3.5, 2.0)));
        let pennies =
            Bimatrix::new(matrix(&[&[1.0, -1.0], &[-1.0, 1.0]]), matrix(&[&[-1.0, 1.0], &[1.0, -1.0]]));
        assert!(pennies.expect("one shape").pure_equilibria().is_empty());
        assert!(Bimatrix::new(matrix(&[&[1.0]]), matrix(&[&[1.0, 2.0]])).is_err());
    }
}
