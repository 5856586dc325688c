//! Against reference values of established implementations: tests/ratings.py says which, and makes the file.

use crate::stats::ratings::alpha_rank::{Selection, alpha_rank};
use crate::stats::ratings::bradley_terry::{Model, Strengths};
use crate::stats::ratings::chance::{chi_square_upper, sign_test};
use crate::stats::ratings::game::{exploitability, zero_sum};
use crate::stats::ratings::matrix::Matrix;
use crate::stats::ratings::nash::nash_average;
use crate::stats::ratings::results::{Results, Score};
use crate::stats::ratings::transitivity::{Scale, cycles, split};
use serde::Deserialize;

/// A stream of uniform words for tests (SplitMix64).
pub fn words(seed: u64) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 32) as u32
    }
}

/// A uniform number, 0-1.
pub fn uniform(words: &mut dyn FnMut() -> u32) -> f64 {
    f64::from(words()) / f64::from(u32::MAX)
}

#[derive(Deserialize)]
struct Reference {
    bradley_terry: Vec<FitCase>,
    chi_square: Vec<ChiCase>,
    sign: Vec<SignCase>,
    zero_sum: Vec<ZeroSumCase>,
    nash: Vec<NashCase>,
    alpha_rank: Vec<AlphaCase>,
    limit: Vec<LimitCase>,
    hodge: Vec<HodgeCase>,
}

#[derive(Deserialize)]
struct FitCase {
    scores: Vec<Vec<[u64; 3]>>,
    advantage: bool,
    virtual_draws: f64,
    strengths: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    deviance: f64,
    freedom: u32,
    p: f64,
}

#[derive(Deserialize)]
struct ChiCase {
    x: f64,
    freedom: u32,
    p: f64,
}

#[derive(Deserialize)]
struct SignCase {
    wins: u64,
    losses: u64,
    p: f64,
}

#[derive(Deserialize)]
struct ZeroSumCase {
    payoffs: Vec<Vec<f64>>,
    value: f64,
}

#[derive(Deserialize)]
struct NashCase {
    payoffs: Vec<Vec<f64>>,
    weights: Vec<f64>,
    entropy: f64,
}

#[derive(Deserialize)]
struct AlphaCase {
    payoffs: Vec<Vec<f64>>,
    alpha: f64,
    population: u32,
    shares: Vec<f64>,
}

#[derive(Deserialize)]
struct LimitCase {
    payoffs: Vec<Vec<f64>>,
    perturbation: f64,
    shares: Vec<f64>,
}

#[derive(Deserialize)]
struct HodgeCase {
    scores: Vec<Vec<[u64; 3]>>,
    log_odds: bool,
    potential: Vec<f64>,
    transitive: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../../tests/ratings/ratings.json")).expect("the stored file")
}

fn results(scores: &[Vec<[u64; 3]>]) -> Results {
    let score = |&[wins, draws, losses]: &[u64; 3]| Score { wins, draws, losses };
    let rows: Vec<Vec<Score>> = scores.iter().map(|row| row.iter().map(score).collect()).collect();
    Results::by_sides(&rows).expect("a table")
}

fn matrix(rows: &[Vec<f64>]) -> Matrix {
    Matrix::new(rows).expect("a matrix")
}

/// Every number within `tolerance`.
fn check(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    let off = got.iter().zip(want).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(off <= tolerance && got.iter().all(|value| value.is_finite()), "{what}: {got:?}, want {want:?}");
}

#[test]
fn strengths_as_by_logistic_regression() {
    for (at, case) in reference().bradley_terry.iter().enumerate() {
        let what = format!("bradley_terry {at}");
        let results = results(&case.scores);
        let model = Model { advantage: case.advantage, virtual_draws: case.virtual_draws };
        let fitted = Strengths::fit(&results, &model).expect("finite");
        let n = results.players();
        let mut got: Vec<f64> = (0..n).map(|i| fitted.strength(i).value).collect();
        got.extend(fitted.advantage().map(|estimate| estimate.value));
        check(&what, &got, &case.strengths, 1e-9);
        for (i, row) in case.covariance.iter().enumerate() {
            check(&what, fitted.covariance().row(i), row, 1e-8);
        }
        let difference = fitted.difference(0, 1);
        let c = &case.covariance;
        let error = (c[0][0] + c[1][1] - 2.0 * c[0][1]).sqrt();
        check(&what, &[difference.value, difference.error], &[got[0] - got[1], error], 1e-8);
        let fit = fitted.goodness().expect("a degree of freedom");
        assert_eq!(fit.freedom, case.freedom, "{what}");
        check(&what, &[fit.deviance, fit.p], &[case.deviance, case.p], 1e-8);
    }
}

#[test]
fn chance_as_in_scipy() {
    for case in reference().chi_square {
        let p = chi_square_upper(case.x, case.freedom);
        assert!((p / case.p - 1.0).abs() < 1e-10, "{} {}: {p}, want {}", case.x, case.freedom, case.p);
    }
    for case in reference().sign {
        let p = sign_test(case.wins, case.losses);
        assert!((p - case.p).abs() <= 1e-9 * case.p, "{} {}: {p}", case.wins, case.losses);
    }
}

#[test]
fn values_of_games_as_by_linear_programming() {
    for (at, case) in reference().zero_sum.iter().enumerate() {
        let payoffs = matrix(&case.payoffs);
        let solution = zero_sum(&payoffs).expect("solved");
        check(&format!("zero_sum {at}"), &[solution.value], &[case.value], 1e-9);
        let left = exploitability(&payoffs, &solution.row, &solution.column).expect("distributions");
        assert!(left < 1e-9, "zero_sum {at}: {left}");
    }
}

#[test]
fn nash_averages_as_by_quadratic_programming() {
    for (at, case) in reference().nash.iter().enumerate() {
        let average = nash_average(&matrix(&case.payoffs)).expect("solved");
        // The reference is the less exact of the two.
        check(&format!("nash {at}"), &average.weights, &case.weights, 2e-6);
        let plogp = |p: &&f64| **p > 0.0;
        let entropy: f64 = average.weights.iter().filter(plogp).map(|p| -p * libm::log(*p)).sum();
        assert!(entropy > case.entropy - 1e-7, "nash {at}: {entropy}, want {}", case.entropy);
        assert!(average.exploitability < 1e-12 && average.entropy_gap < 1e-11, "nash {at}: {average:?}");
    }
}

#[test]
fn alpha_ranks_as_in_open_spiel() {
    let reference = reference();
    for (at, case) in reference.alpha_rank.iter().enumerate() {
        let selection = Selection::Finite { alpha: case.alpha, population: case.population };
        let shares = alpha_rank(&matrix(&case.payoffs), selection).expect("ranks");
        check(&format!("alpha_rank {at}"), &shares, &case.shares, 1e-9);
    }
    for (at, case) in reference.limit.iter().enumerate() {
        let selection = Selection::Limit { perturbation: case.perturbation };
        let shares = alpha_rank(&matrix(&case.payoffs), selection).expect("ranks");
        check(&format!("limit {at}"), &shares, &case.shares, 1e-9);
    }
}

#[test]
fn splits_as_by_least_squares() {
    for (at, case) in reference().hodge.iter().enumerate() {
        let scale = if case.log_odds { Scale::LogOdds } else { Scale::Margin };
        let split = split(&results(&case.scores), scale).expect("solved");
        check(&format!("hodge {at}"), &split.potential, &case.potential, 1e-12);
        let share = split.transitive.expect("uneven");
        check(&format!("hodge {at}"), &[share], &[case.transitive], 1e-12);
    }
}

/// n players, each of whom wins 90 of 100 games against the following (n - 1) / 2 on a circle.
fn ring(n: usize) -> Results {
    let wins = |i: usize, j: usize| if (1..=n / 2).contains(&((j + n - i) % n)) { 90 } else { 10 };
    let rows: Vec<Vec<u64>> =
        (0..n).map(|i| (0..n).map(|j| if i == j { 0 } else { wins(i, j) }).collect()).collect();
    Results::new(&rows, &vec![vec![0; n]; n]).expect("a table")
}

#[test]
fn rings_are_even_in_every_rating_and_flagged() {
    // Each player of a ring of n = 2 m + 1 is in m (m + 1) / 2 cyclic triples: n m (m + 1) / 6 in all.
    for (n, triples) in [(3, 1), (5, 5), (7, 14)] {
        let ring = ring(n);
        let even = vec![1.0 / n as f64; n];
        let fitted = Strengths::fit(&ring, &Model::default()).expect("finite");
        let strengths: Vec<f64> = (0..n).map(|i| fitted.strength(i).value).collect();
        check("equal strengths", &strengths, &vec![0.0; n], 1e-12);
        assert!(fitted.goodness().expect("pairs enough").p < 1e-9, "strengths explain nothing");
        assert_eq!(cycles(&ring, 0.05).expect("a level").count, triples);
        assert!(split(&ring, Scale::LogOdds).expect("solved").cyclic().expect("uneven") > 1.0 - 1e-12);
        let margins = ring.margins().expect("all played");
        let average = nash_average(&margins).expect("solved");
        check("Nash", &average.weights, &even, 1e-12);
        check("Nash ratings", &average.ratings, &vec![0.0; n], 1e-12);
        let selection = Selection::Finite { alpha: 3.0, population: 50 };
        check("alpha-rank", &alpha_rank(&margins, selection).expect("ranks"), &even, 1e-12);
    }
}
