use super::*;
use crate::stats::ratings::results::{Outcome, Score};
use crate::stats::ratings::tests::{uniform, words};

/// Wins only.
fn wins(table: &[&[u64]]) -> Results {
    let rows: Vec<Vec<u64>> = table.iter().map(|row| row.to_vec()).collect();
    Results::new(&rows, &vec![vec![0; rows.len()]; rows.len()]).expect("a table")
}

const PLAIN: Model = Model { advantage: false, virtual_draws: 0.0 };

#[test]
fn two_players_in_closed_form() {
    // 30 of 40: log odds ln 3 = 1.0986, variance 1 / (40 x .75 x .25) = .1333; each is half of it off 0.
    let fitted = Strengths::fit(&wins(&[&[0, 30], &[10, 0]]), &PLAIN).expect("finite");
    let difference = fitted.difference(0, 1);
    assert!((difference.value - libm::log(3.0)).abs() < 1e-12);
    assert!((difference.error - (1.0_f64 / 7.5).sqrt()).abs() < 1e-12);
    let strength = fitted.strength(0);
    assert!((strength.value - libm::log(3.0) / 2.0).abs() < 1e-12);
    assert!((strength.error - difference.error / 2.0).abs() < 1e-12);
    // 3 to 1 is 190.85 Elo points; 95 % is 1.96 standard errors.
    assert!((difference.elo().value - 190.848_501_9).abs() < 1e-6);
    let (low, high) = difference.interval();
    assert!((high - low - 2.0 * 1.959_963_98 * difference.error).abs() < 1e-8);
    assert!((fitted.expected(0, 1) - 0.75).abs() < 1e-12);
    assert_eq!(fitted.goodness(), None);
}

#[test]
fn an_advantage_in_closed_form() {
    // i first: 3 to 1; j first: 9 to 1. h = (ln 3 + ln 9) / 2, d = (ln 3 - ln 9) / 2; two rates, two
    // parameters: nothing is left to explain.
    let score = |wins, losses| Score { wins, draws: 0, losses };
    let rows = vec![vec![score(0, 0), score(30, 10)], vec![score(90, 10), score(0, 0)]];
    let results = Results::by_sides(&rows).expect("a table");
    let fitted = Strengths::fit(&results, &Model { advantage: true, ..PLAIN }).expect("finite");
    let (three, nine) = (libm::log(3.0), libm::log(9.0));
    assert!((fitted.advantage().expect("fitted").value - (three + nine) / 2.0).abs() < 1e-12);
    assert!((fitted.difference(0, 1).value - (three - nine) / 2.0).abs() < 1e-12);
    assert!((fitted.expected(0, 1) - 0.75).abs() < 1e-12 && (fitted.expected(1, 0) - 0.9).abs() < 1e-12);
    assert_eq!(fitted.goodness(), None);
}

#[test]
fn no_finite_rating_is_an_error_that_names_players() {
    let beaten = wins(&[&[0, 3, 2], &[1, 0, 4], &[0, 0, 0]]);
    let error = RatingError::Unbounded { beaten: vec![vec![2]], unbeaten: vec![vec![0, 1]] };
    assert_eq!(Strengths::fit(&beaten, &PLAIN), Err(error));
    let fitted = Strengths::fit(&beaten, &Model { virtual_draws: 1.0, ..PLAIN }).expect("finite");
    assert!(fitted.strength(2).value < fitted.strength(1).value);
    let apart = wins(&[&[0, 1, 0], &[1, 0, 0], &[0, 0, 0]]);
    let groups = vec![vec![2], vec![0, 1]];
    let got = Strengths::fit(&apart, &Model { virtual_draws: 1.0, ..PLAIN });
    assert_eq!(got, Err(RatingError::Apart { groups }));
}

#[test]
fn an_advantage_without_a_finite_value_is_an_error() {
    let advantage = Model { advantage: true, ..PLAIN };
    let score = |wins, losses| Score { wins, draws: 0, losses };
    let table = |a: Score, b: Score| {
        let none = Score::default();
        Results::by_sides(&[vec![none, a], vec![b, none]]).expect("a table")
    };
    assert_eq!(Strengths::fit(&wins(&[&[0, 1], &[1, 0]]), &advantage), Err(RatingError::NoSides));
    for (a, b) in [
        // Whoever moves first wins, or loses.
        (score(5, 0), score(5, 0)),
        (score(0, 5), score(0, 5)),
        // One of two always moves first: advantage or strength, who knows.
        (score(5, 3), score(0, 0)),
        // The odds of one order are known, those of the other can still run away.
        (score(5, 3), score(5, 0)),
    ] {
        let results = table(a, b);
        assert_eq!(Strengths::fit(&results, &advantage), Err(RatingError::Advantage));
        assert!(Strengths::fit(&results, &Model { virtual_draws: 1.0, ..advantage }).is_ok());
    }
    assert!(Strengths::fit(&table(score(5, 3), score(4, 2)), &advantage).is_ok());
}

#[test]
fn drift_is_what_newton_runs_into() {
    // On small random tables: where the check sees a finite maximum, it is a firm one; where it does not, a
    // hair of a prior leaves the advantage wide open.
    let mut stream = words(3);
    let (mut finite, mut refused) = (0, 0);
    for _ in 0..400 {
        let mut rows = vec![vec![Score::default(); 3]; 3];
        for (i, j) in (0..3).flat_map(|i| (0..3).map(move |j| (i, j))).filter(|(i, j)| i != j) {
            let mut few = || u64::from(stream().is_multiple_of(4));
            rows[i][j] = Score { wins: few(), draws: 0, losses: few() };
        }
        let results = Results::by_sides(&rows).expect("a table");
        if results.groups().strong.len() > 1 {
            continue;
        }
        let model = Model { advantage: true, ..PLAIN };
        match Strengths::fit(&results, &model) {
            Ok(fitted) => {
                finite += 1;
                assert!(fitted.advantage().expect("fitted").error < 10.0);
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error, RatingError::Advantage);
                let hair = Model { virtual_draws: 1e-6, ..model };
                let open = Strengths::fit(&results, &hair).expect("finite").advantage().expect("fitted");
                assert!(open.error > 50.0, "{open:?}");
            }
        }
    }
    assert!(finite > 20 && refused > 20, "{finite} {refused}");
}

#[test]
fn extreme_tables_converge() {
    // One upset in 10^12 games on a chain of ten: log odds 27.6 a link, 249 from end to end.
    let n = 10;
    let of = |i: usize, j: usize| match (j == i + 1, i == j + 1) {
        (true, _) => 1_000_000_000_000,
        (_, true) => 1,
        _ => 0,
    };
    let rows: Vec<Vec<u64>> = (0..n).map(|i| (0..n).map(|j| of(i, j)).collect()).collect();
    let results = Results::new(&rows, &vec![vec![0; n]; n]).expect("a table");
    let fitted = Strengths::fit(&results, &PLAIN).expect("finite");
    let want = 9.0 * libm::log(1e12);
    assert!((fitted.difference(0, 9).value - want).abs() < 1e-6, "{:?}", fitted.difference(0, 9));
    assert_eq!(Strengths::fit(&wins(&[&[0]]), &PLAIN).expect("alone").strength(0).value, 0.0);
}

/// How many of the intervals, narrowed to a share, hold the true values: of strengths, differences and
/// advantages, each out of how many.
fn coverage(tournaments: u32, narrowed: f64) -> [(u32, u32); 3] {
    let truth = [-1.2, -0.8, -0.4, 0.0, 0.1, 0.4, 0.8, 1.1];
    let (n, advantage) = (truth.len(), 0.3);
    let mut stream = words(11);
    let mut held = [(0, 0); 3];
    for _ in 0..tournaments {
        let mut scores = vec![vec![Score::default(); n]; n];
        for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|(i, j)| i != j) {
            let p = logistic(truth[i] - truth[j] + advantage);
            for _ in 0..15 {
                let won = uniform(&mut stream) < p;
                scores[i][j].wins += u64::from(won);
                scores[i][j].losses += u64::from(!won);
            }
        }
        let results = Results::by_sides(&scores).expect("a table");
        let fitted = Strengths::fit(&results, &Model { advantage: true, ..PLAIN }).expect("finite");
        let mut count = |kind: usize, estimate: Estimate, value: f64| {
            let (low, high) = Estimate { error: estimate.error * narrowed, ..estimate }.interval();
            held[kind].0 += u32::from(low <= value && value <= high);
            held[kind].1 += 1;
        };
        for i in 0..n {
            count(0, fitted.strength(i), truth[i]);
            count(1, fitted.difference(i, (i + 3) % n), truth[i] - truth[(i + 3) % n]);
        }
        count(2, fitted.advantage().expect("fitted"), advantage);
    }
    held
}

#[test]
fn intervals_hold_the_truth_at_the_stated_rate() {
    let off = |(held, of): (u32, u32)| {
        let error = (0.95 * 0.05 / f64::from(of)).sqrt();
        (f64::from(held) / f64::from(of) - 0.95) / error
    };
    let held = coverage(400, 1.0);
    assert!(held.iter().all(|&held| off(held).abs() < 4.0), "{held:?}");
    // The test tells: intervals a fifth too narrow fail it.
    let narrow = coverage(400, 0.8);
    assert!(off(narrow[0]) < -4.0 && off(narrow[1]) < -4.0, "{narrow:?}");
}

#[test]
fn the_deviance_of_true_strengths_is_chi_square() {
    // Mean of the p-values of 200 fits where the model holds: 1/2, give or take 4 x .289 / sqrt 200.
    let truth = [-0.6, -0.1, 0.2, 0.5];
    let mut stream = words(5);
    let mean = (0..200).map(|_| {
        let mut games = Vec::new();
        for (first, second) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
            for _ in 0..100 {
                let won = uniform(&mut stream) < logistic(truth[first] - truth[second]);
                let outcome = if won { Outcome::First } else { Outcome::Second };
                games.push(crate::stats::ratings::results::Game { first, second, outcome });
            }
        }
        let results = Results::from_games(4, &games).expect("games");
        Strengths::fit(&results, &PLAIN).expect("finite").goodness().expect("three degrees").p
    });
    let mean = mean.sum::<f64>() / 200.0;
    assert!((mean - 0.5).abs() < 0.082, "{mean}");
}
