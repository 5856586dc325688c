use super::*;
use crate::stats::ratings::tests::{uniform, words};

fn matrix(rows: &[&[f64]]) -> Matrix {
    Matrix::new(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>()).expect("a matrix")
}

fn near(got: &[f64], want: &[f64]) -> bool {
    got.len() == want.len() && got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12)
}

#[test]
fn biased_rock_paper_scissors_in_closed_form() {
    // Wins worth a (0 over 1), b (1 over 2), c (2 over 0): weights b : c : a.
    let (a, b, c) = (0.1, 0.5, 0.2);
    let average = nash_average(&matrix(&[&[0.0, a, -c], &[-a, 0.0, b], &[c, -b, 0.0]])).expect("solved");
    assert!(near(&average.weights, &[b / 0.8, c / 0.8, a / 0.8]), "{average:?}");
    assert!(near(&average.ratings, &[0.0; 3]) && average.exploitability < 1e-15);
}

#[test]
fn who_beats_all_is_all() {
    let average = nash_average(&matrix(&[&[0.0, 0.3, 0.1], &[-0.3, 0.0, 0.4], &[-0.1, -0.4, 0.0]]));
    let average = average.expect("solved");
    assert_eq!(average.weights, [1.0, 0.0, 0.0]);
    assert_eq!(average.ratings, [0.0, -0.3, -0.1]);
}

#[test]
fn copies_share_and_change_nothing() {
    // Scissors twice: paper and rock keep their thirds. [Balduzzi2018], "invariant".
    let game = matrix(&[
        &[0.0, -1.0, 1.0, 1.0],
        &[1.0, 0.0, -1.0, -1.0],
        &[-1.0, 1.0, 0.0, 0.0],
        &[-1.0, 1.0, 0.0, 0.0],
    ]);
    let average = nash_average(&game).expect("solved");
    assert!(near(&average.weights, &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]), "{average:?}");
    let even = nash_average(&Matrix::zeros(5, 5)).expect("solved");
    assert!(near(&even.weights, &[0.2; 5]));
    assert!(near(&nash_average(&Matrix::zeros(1, 1)).expect("solved").weights, &[1.0]));
}

#[test]
fn the_largest_entropy_may_lie_on_an_edge() {
    // Even 0 and 1; 2 gains 1 against 0 and loses .5 against 1: equilibria give 0 at most a third, where the
    // entropy still grows; 2 is then as good as they are, yet in no equilibrium.
    let game = matrix(&[&[0.0, 0.0, -1.0], &[0.0, 0.0, 0.5], &[1.0, -0.5, 0.0]]);
    let average = nash_average(&game).expect("solved");
    assert!((average.weights[0] - 1.0 / 3.0).abs() < 1e-10, "{average:?}");
    assert!(average.weights[2] < 1e-10 && average.exploitability < 1e-10, "{average:?}");
}

#[test]
fn equilibria_of_random_games_hold() {
    // Ties make many equilibria, continuous payoffs one; also where payoffs are tiny.
    let mut stream = words(9);
    for round in 0..120 {
        let n = 2 + round % 13;
        let scale = if round % 3 == 0 { 1e-7 } else { 1.0 };
        let mut game = Matrix::zeros(n, n);
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let ties = f64::from(stream() % 3) - 1.0;
            let payoff = if round % 2 == 0 { ties } else { uniform(&mut stream) - 0.5 };
            (game[(i, j)], game[(j, i)]) = (payoff * scale, -payoff * scale);
        }
        let average = nash_average(&game).expect("solved");
        let total: f64 = average.weights.iter().sum();
        assert!((total - 1.0).abs() < 1e-12 && average.weights.iter().all(|w| *w >= 0.0));
        assert!(average.exploitability < 1e-12 * scale, "{round}: {average:?}");
        if round % 2 == 1 {
            let inside = average.weights.iter().filter(|weight| **weight > 0.0).count();
            assert!(inside % 2 == 1, "without ties the one equilibrium has an odd number: {average:?}");
        }
    }
}

#[test]
fn large_games_are_solved() {
    let (n, mut stream) = (120, words(6));
    let mut game = Matrix::zeros(n, n);
    for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
        let payoff = uniform(&mut stream) - 0.5;
        (game[(i, j)], game[(j, i)]) = (payoff, -payoff);
    }
    let average = nash_average(&game).expect("solved");
    assert!(average.exploitability < 1e-14, "{}", average.exploitability);
}

#[test]
fn what_is_not_antisymmetric_is_an_error() {
    let rates = matrix(&[&[0.5, 0.7], &[0.3, 0.5]]);
    assert_eq!(nash_average(&rates), Err(RatingError::Symmetry { i: 0, j: 0 }));
    assert!(nash_average(&matrix(&[&[0.0, 1.0]])).is_err());
}
