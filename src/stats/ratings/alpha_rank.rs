//! Alpha-rank: how long a population that copies what does better stays with each strategy. It ranks where
//! strengths cannot, in cycles. One population, two-player games.

use super::error::RatingError;
use super::matrix::Matrix;

/// How a population chooses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Selection {
    /// A finite population that copies by payoff.
    Finite {
        /// Ranking intensity, above 0, per payoff: how surely the better is copied; higher is surer.
        alpha: f64,
        /// Members of the population, 2 to 1e6; more of them make chance matter less.
        population: u32,
    },
    /// The limit of ever larger intensity, kept connected by a small perturbation.
    Limit {
        /// The chance with which the worse of two takes over, above 0, below a half; smaller is nearer to the
        /// limit.
        perturbation: f64,
    },
}

/// The share of time that the population spends at each strategy, in the long run, with rare mutations;
/// `payoffs[i][j]` is what i gets against j.
///
/// A mutant and a resident compare what each gets against the other; what a strategy gets against itself is
/// not read.
///
/// Source: [Omidshafiei2019].
///
/// # Errors
/// Payoffs that are not square; a selection out of its range.
pub fn alpha_rank(payoffs: &Matrix, selection: Selection) -> Result<Vec<f64>, RatingError> {
    let n = payoffs.rows();
    if payoffs.columns() != n {
        return Err(RatingError::Shape { what: "payoffs", want: (n, n), got: (n, payoffs.columns()) });
    }
    checked(selection)?;
    // A mutant of each other strategy is equally likely: the factor is common and falls out.
    let mut rates = Matrix::zeros(n, n);
    for resident in 0..n {
        for mutant in (0..n).filter(|&mutant| mutant != resident) {
            let (own, other) = (payoffs[(mutant, resident)], payoffs[(resident, mutant)]);
            rates[(resident, mutant)] = match selection {
                Selection::Finite { alpha, population } => {
                    log_fixation(alpha * (own - other), f64::from(population))
                }
                Selection::Limit { perturbation } => libm::log(takeover(own, other, perturbation)),
            };
        }
    }
    Ok(stationary(rates))
}

/// Whether the selection is one.
fn checked(selection: Selection) -> Result<(), RatingError> {
    match selection {
        Selection::Finite { alpha, .. } if !(alpha > 0.0 && alpha <= 1e12) => {
            Err(RatingError::Range { what: "alpha", want: "above 0, at most 1e12", got: alpha })
        }
        Selection::Finite { population, .. } if !(2..=1_000_000).contains(&population) => {
            Err(RatingError::Range { what: "population", want: "2 to 1000000", got: f64::from(population) })
        }
        Selection::Limit { perturbation } if !(perturbation > 0.0 && perturbation < 0.5) => {
            Err(RatingError::Range { what: "perturbation", want: "above 0, below 0.5", got: perturbation })
        }
        _ => Ok(()),
    }
}

/// The chance that one mutant takes over a population, where the better nearly always does.
fn takeover(own: f64, other: f64, perturbation: f64) -> f64 {
    if own > other {
        1.0 - perturbation
    } else if own < other {
        perturbation
    } else {
        0.5
    }
}

/// The logarithm of the probability that one mutant takes over a population, each of whom copies another with
/// log odds `lead`, alpha times the lead of the mutant's payoff:
/// (1 - exp(-lead)) / (1 - exp(-lead x population)).
fn log_fixation(lead: f64, population: f64) -> f64 {
    if lead == 0.0 {
        return -libm::log(population);
    }
    let size = lead.abs();
    let better = libm::log(libm::expm1(-size) / libm::expm1(-size * population));
    // The worse takes over more rarely than the better, by exp(-lead) for each other member.
    if lead > 0.0 { better } else { better - size * (population - 1.0) }
}

/// ln(exp(a) + exp(b)).
fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + libm::log1p(libm::exp(low - high)) }
}

/// The stationary distribution of a chain, from the logarithms of its rates from row to column: states are
/// taken out one by one, then put back. It never subtracts, and in logarithms it never underflows: exact to
/// roundings however rare the changes.
///
/// Source: [Grassmann1985].
fn stationary(mut rates: Matrix) -> Vec<f64> {
    let n = rates.rows();
    for last in (1..n).rev() {
        let out = (0..last).fold(f64::NEG_INFINITY, |sum, j| log_add(sum, rates[(last, j)]));
        for i in 0..last {
            // From here on: how often `last` is visited from i, per time that `last` takes.
            rates[(i, last)] -= out;
            for j in (0..last).filter(|&j| j != i) {
                rates[(i, j)] = log_add(rates[(i, j)], rates[(i, last)] + rates[(last, j)]);
            }
        }
    }
    let mut logs = vec![0.0; n];
    for state in 1..n {
        let into = (0..state).map(|i| logs[i] + rates[(i, state)]);
        logs[state] = into.fold(f64::NEG_INFINITY, log_add);
    }
    let total = logs.iter().copied().fold(f64::NEG_INFINITY, log_add);
    logs.iter().map(|log| libm::exp(log - total)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f64]]) -> Matrix {
        Matrix::new(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>()).expect("a matrix")
    }

    #[test]
    fn two_strategies_in_closed_form() {
        // One leads by .2: fixation probabilities and shares are as exp(2 x .2 x (10 - 1)) = exp(3.6) to 1.
        let game = matrix(&[&[5.0, 0.1], &[-0.1, 7.0]]);
        let ranks = alpha_rank(&game, Selection::Finite { alpha: 2.0, population: 10 }).expect("ranks");
        assert!((ranks[0] / ranks[1] / libm::exp(3.6) - 1.0).abs() < 1e-12, "{ranks:?}");
        let limit = alpha_rank(&game, Selection::Limit { perturbation: 0.01 }).expect("ranks");
        assert!((limit[0] - 0.99).abs() < 1e-15, "{limit:?}");
    }

    #[test]
    fn cycles_are_uniform() {
        let rps = matrix(&[&[0.0, -1.0, 1.0], &[1.0, 0.0, -1.0], &[-1.0, 1.0, 0.0]]);
        for selection in [
            Selection::Finite { alpha: 0.1, population: 50 },
            Selection::Finite { alpha: 1e6, population: 1000 },
            Selection::Limit { perturbation: 1e-9 },
        ] {
            let ranks = alpha_rank(&rps, selection).expect("ranks");
            assert!(ranks.iter().all(|rank| (rank - 1.0 / 3.0).abs() < 1e-9), "{selection:?} {ranks:?}");
        }
    }

    #[test]
    fn large_intensities_reach_the_limit() {
        // 0 beats 1 and 2, 1 beats 2: 0 takes it all, without underflow.
        let game = matrix(&[&[0.0, 0.3, 0.5], &[-0.3, 0.0, 0.2], &[-0.5, -0.2, 0.0]]);
        let ranks = alpha_rank(&game, Selection::Finite { alpha: 1e9, population: 1000 }).expect("ranks");
        assert_eq!(ranks, [1.0, 0.0, 0.0]);
    }

    #[test]
    fn stationary_by_hand() {
        // Rates 0 -> 1 a, 1 -> 0 b: shares b, a of a + b.
        let (a, b) = (libm::log(0.3), libm::log(0.1));
        let ranks = stationary(matrix(&[&[0.0, a], &[b, 0.0]]));
        assert!((ranks[0] - 0.25).abs() < 1e-15);
        assert_eq!(stationary(matrix(&[&[0.0]])), [1.0]);
    }

    #[test]
    fn ranges_are_checked() {
        let game = matrix(&[&[0.0, 1.0], &[-1.0, 0.0]]);
        for selection in [
            Selection::Finite { alpha: 0.0, population: 10 },
            Selection::Finite { alpha: f64::NAN, population: 10 },
            Selection::Finite { alpha: 1.0, population: 1 },
            Selection::Limit { perturbation: 0.5 },
        ] {
            assert!(alpha_rank(&game, selection).is_err(), "{selection:?}");
        }
        let wide = matrix(&[&[0.0, 1.0]]);
        assert!(alpha_rank(&wide, Selection::Limit { perturbation: 0.1 }).is_err());
    }
}
