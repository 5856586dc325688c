//! The pictures beside the scenarios are those that were published, and debates over them have exact values.

use elenchus::pixels::board::Board;
use elenchus::pixels::dense::{Dense, Weights};
use elenchus::pixels::exact::Exact;
use elenchus::pixels::idx::Pictures;
use elenchus::pixels::judge::{Judge, Question, Sight};
use elenchus::pixels::play::{Player, Players, Rules, Side, play};
use elenchus::streams::{Address, Streams};
use std::fs;
use std::path::Path;

fn read(set: &str) -> Pictures {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/data/mnist");
    let file = |kind: &str| fs::read(folder.join(format!("{set}-{kind}-ubyte.gz"))).expect("it is there");
    Pictures::read(&file("images-idx3"), &file("labels-idx1")).expect("what was published")
}

/// Counts of the labels, mean and standard deviation as those who use the set know them. Source: [LeCun1998].
#[test]
fn the_pictures_are_those_that_were_published() {
    let train = read("train");
    let test = read("t10k");
    assert_eq!((train.len(), test.len()), (60_000, 10_000));
    let count = |pictures: &Pictures| {
        let mut counts = [0; 10];
        (0..pictures.len()).for_each(|at| counts[usize::from(pictures.label(at).expect("a label"))] += 1);
        counts
    };
    assert_eq!(count(&train), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(count(&test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    let (mut sum, mut squares) = (0u64, 0u64);
    for at in 0..train.len() {
        for byte in train.picture(at).expect("a picture") {
            sum += u64::from(*byte);
            squares += u64::from(*byte) * u64::from(*byte);
        }
    }
    let n = 255.0 * 60_000.0 * 784.0;
    let mean = sum as f64 / n;
    let deviation = libm::sqrt(squares as f64 / (255.0 * n) - mean * mean);
    assert!((mean - 0.1307).abs() < 5e-5 && (deviation - 0.3081).abs() < 5e-5, "{mean} {deviation}");
}

/// A judge of drawn weights: it knows nothing of digits, and games before it have values all the same.
fn judge(width: usize) -> Dense {
    let streams = Streams::new(3);
    let mut draws = streams.draws(Address::default());
    let mut some =
        |count: usize| -> Vec<f32> { (0..count).map(|_| draws.below(2001) as f32 / 1000.0 - 1.0).collect() };
    let (mask, value) = (some(784 * width), some(784 * width));
    let weights = Weights { mask, value, bias: some(width), head: some(10 * width), head_bias: some(10) };
    Dense::rounded(&weights).expect("weights that fit")
}

/// On real pictures: who plays exactly from either side gets the exact value.
#[test]
fn exact_players_get_the_exact_value() {
    let (pictures, judge) = (read("t10k"), judge(16));
    let streams = Streams::new(4);
    let mut won = [0; 2];
    for at in 0..12 {
        let board = Board::of(pictures.picture(at).expect("a picture"));
        let truth = pictures.label(at).expect("a label");
        let sight = judge.face(&board);
        for first in [Side::Honest, Side::Liar] {
            let rules = Rules::new(4, first).expect("turns");
            for lie in (0..10).filter(|lie| *lie != truth) {
                let question = Question::precommitted(truth, lie).expect("a lie");
                let value = Exact::new(&sight, rules, question).liar_wins(&[]);
                let players = Players::both(Player::Exact);
                let debate = play(&sight, rules, question, players, |_| {
                    let mut draws = streams.draws(Address::default());
                    move |bound| draws.below(bound)
                });
                assert_eq!(debate.lied, value, "picture {at}, lie {lie}, {first:?} first");
                won[usize::from(value)] += 1;
            }
        }
        assert_eq!(sight.pixels(), board.pixels().len());
    }
    assert!(won.iter().all(|count| *count > 10), "both sides win some: {won:?}");
}
