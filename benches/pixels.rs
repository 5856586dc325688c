//! Debates over pictures: moves a second of a judge that adds up move by move, beside one that sums the pixels shown anew
//! each time; and what the exact value of a debate takes. The judge's weights are drawn: what it knows costs nothing.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use criterion::{Criterion, criterion_group, criterion_main};
use elenchus::pixels::board::Board;
use elenchus::pixels::dense::{Dense, Weights};
use elenchus::pixels::exact::Exact;
use elenchus::pixels::idx::Pictures;
use elenchus::pixels::judge::{Judge, Naive, Question, Sight};
use elenchus::pixels::play::{Rules, Side};
use elenchus::pixels::search::Tree;
use elenchus::streams::{Address, Streams};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const WIDTH: usize = 64;

fn judge() -> Dense {
    let streams = Streams::new(3);
    let mut draws = streams.draws(Address::default());
    let mut some =
        |count: usize| -> Vec<f32> { (0..count).map(|_| draws.below(2001) as f32 / 1000.0 - 1.0).collect() };
    let (mask, value) = (some(784 * WIDTH), some(784 * WIDTH));
    let weights = Weights { mask, value, bias: some(WIDTH), head: some(10 * WIDTH), head_bias: some(10) };
    Dense::rounded(&weights).expect("weights that fit")
}

fn pictures() -> Pictures {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/data/mnist");
    let file = |name: &str| std::fs::read(folder.join(name)).expect("it is there");
    Pictures::read(&file("t10k-images-idx3-ubyte.gz"), &file("t10k-labels-idx1-ubyte.gz")).expect("pictures")
}

/// Every way to show three pixels of a board, each scored; how many moves that was.
fn moves<S: Sight>(sight: &S) -> u64 {
    let pixels = sight.pixels().min(40) as u16;
    let blank = sight.blank();
    let (mut one, mut two, mut three) = (blank.clone(), blank.clone(), blank.clone());
    let mut moves = 0;
    for a in 0..pixels {
        sight.show(&blank, a, &mut one);
        for b in (0..pixels).filter(|b| *b != a) {
            sight.show(&one, b, &mut two);
            for c in (0..pixels).filter(|c| *c != a && *c != b) {
                sight.show(&two, c, &mut three);
                black_box(sight.scores(&three));
                moves += 1;
            }
        }
    }
    moves
}

fn speed(criterion: &mut Criterion) {
    let (judge, pictures) = (judge(), pictures());
    let board = Board::of(pictures.picture(0).expect("a picture"));
    let (fast, slow) = (judge.face(&board), Naive(|shown: &[_]| judge.plain(shown)));
    let slow = slow.face(&board);
    let mut group = criterion.benchmark_group("debates over pictures");
    group.sample_size(10);
    group.bench_function("three pixels of forty, move by move", |b| b.iter(|| moves(&fast)));
    group.bench_function("three pixels of forty, summed anew", |b| b.iter(|| moves(&slow)));
    group.finish();
    let rate = |run: &dyn Fn() -> u64| {
        let best = (0..5).map(|_| {
            let start = Instant::now();
            run() as f64 / start.elapsed().as_secs_f64() / 1e6
        });
        best.fold(0.0, f64::max)
    };
    let (ours, naive) = (rate(&|| moves(&fast)), rate(&|| moves(&slow)));
    println!(
        "moves a core-second: {ours:.1} million, summed anew {naive:.1} million, ratio {:.1}",
        ours / naive
    );
    let streams = Streams::new(4);
    let question = Question::precommitted(7, 3).expect("labels");
    let rules = Rules::new(4, Side::Honest).expect("turns");
    let rollouts = rate(&|| {
        let mut draws = streams.draws(Address::default());
        let mut tree = Tree::new(&fast, rules, question);
        black_box(tree.choose(&[], 10_000, &mut |below| draws.below(below)));
        10_000
    });
    println!("rollouts of tree search a core-second: {rollouts:.2} million, at the first of four moves");
    let start = Instant::now();
    let mut won = 0;
    for at in 0..200 {
        let board = Board::of(pictures.picture(at).expect("a picture"));
        let (sight, truth) = (judge.face(&board), pictures.label(at).expect("a label"));
        let rules = Rules::new(4, Side::Honest).expect("turns");
        for lie in (0..10).filter(|lie| *lie != truth) {
            let question = Question::precommitted(truth, lie).expect("a lie");
            won += u32::from(Exact::new(&sight, rules, question).liar_wins(&[]));
        }
    }
    let took = start.elapsed().as_secs_f64();
    println!(
        "exact values of 1,800 debates over four pixels: {took:.2} s on one core, {won} of them won by the lie"
    );
}

criterion_group!(benches, speed);
criterion_main!(benches);
