//! Judges of pictures on MNIST: what they learn and how fast. Too long for every day: `CANDLE_NUM_THREADS=1 cargo test --release
//! --test judges -- --ignored --nocapture --test-threads 1` prints the numbers.

#![expect(clippy::disallowed_methods, reason = "it measures time")]

use elenchus::claim::Question;
use elenchus::learners::judges::{TrainedJudge, load, train};
use elenchus::learners::kernels::gemm::{Matrix, Start, Then, gemm};
use elenchus::overseers::network::JudgeNetwork;
use elenchus::pixels::board::{Board, Pixel};
use elenchus::pixels::idx::Pictures;
use elenchus::pixels::judge::{Scores, verdict};
use elenchus::streams::{Draws, Moment, Purpose, Streams};
use std::time::Instant;

fn mnist(what: &str) -> Pictures {
    let read = |kind: &str| {
        let file = format!("{}/scenarios/data/mnist/{what}-{kind}.gz", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(file).expect("MNIST is in the repository")
    };
    Pictures::read(&read("images-idx3-ubyte"), &read("labels-idx1-ubyte")).expect("whole files")
}

fn draws<'s>(streams: &'s Streams) -> impl FnMut(&str, u32) -> Draws<'s> {
    |what, index| {
        let actor = Streams::actor(Purpose::Lesson, 0, what);
        streams.draws(Streams::at(actor, 0, Question(0), Moment { act: index, ..Moment::default() }))
    }
}

/// How often the judge names the label of pictures of the test set, from random pixels.
fn accuracy(pictures: &Pictures, pixels: usize, count: usize, scores: impl Fn(&[Pixel]) -> Scores) -> f64 {
    let streams = Streams::new(99);
    let mut draws = draws(&streams)("pixels", 0);
    let right = (0..count).filter(|&at| {
        let mut deck = Board::of(pictures.picture(at).expect("a picture")).pixels().to_vec();
        for card in 0..pixels {
            let other = card + draws.below((deck.len() - card) as u32) as usize;
            deck.swap(card, other);
        }
        deck[..pixels].sort_unstable();
        Some(verdict(&scores(&deck[..pixels]))) == pictures.label(at)
    });
    right.count() as f64 / count as f64
}

/// Trains on the 60,000, says what the loss is every tenth of the way, and how long it took.
fn taught(spec: &JudgeNetwork) -> TrainedJudge {
    let (pictures, streams) = (mnist("train"), Streams::new(1));
    let steps = spec.training().steps;
    let (start, mut sum) = (Instant::now(), 0.0);
    let told = |step: u32, loss: f32| {
        sum += f64::from(loss);
        if step.is_multiple_of((steps / 10).max(1)) {
            let ms = start.elapsed().as_secs_f64() * 1e3 / f64::from(step);
            println!("step {step}: {:.4} nats, {ms:.3} ms a step", sum / f64::from((steps / 10).max(1)));
            sum = 0.0;
        }
        Ok(())
    };
    let saved = train(spec, &pictures, draws(&streams), told).expect("a judge");
    load(spec, &saved).expect("its own weights")
}

/// A number that the environment may set.
fn set(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|x| x.parse().ok()).unwrap_or(default)
}

#[test]
#[ignore = "minutes"]
fn a_dense_judge_learns_mnist() {
    let (width, steps, pixels) = (set("WIDTH", 256), set("STEPS", 2000), set("PIXELS", 4));
    let spec = JudgeNetwork::Dense { width, pixels, steps, batch: 256, rate: 0.002 };
    let judge = taught(&spec);
    let TrainedJudge::Dense(dense) = &judge else { panic!("want a dense one") };
    let right = accuracy(&mnist("t10k"), pixels as usize, 10_000, |shown| dense.plain(shown));
    println!("dense {width}, {pixels} pixels: {right} of the test set, a unit is {} nats", judge.nats());
    // 2,000 steps reach some 45 % of four random pixels.
    assert!(right > 0.4 || (width, steps, pixels) != (256, 2000, 4), "{right}");
}

#[test]
#[ignore = "minutes"]
fn a_convolution_learns_mnist() {
    let (steps, batch, pixels) = (set("STEPS", 200), set("BATCH", 64), set("PIXELS", 4));
    let rate = f64::from(set("RATE", 1000)) * 1e-6;
    let judge = taught(&JudgeNetwork::Convolution { pixels, steps, batch, rate });
    let TrainedJudge::Convolution(convolution) = &judge else { panic!("want a convolution") };
    let (start, count) = (Instant::now(), 2000);
    let right = accuracy(&mnist("t10k"), pixels as usize, count, |shown| convolution.scores(shown));
    let ms = start.elapsed().as_secs_f64() * 1e3 / count as f64;
    println!("convolution, {pixels} pixels: {right} of {count}, {ms:.3} ms a scoring");
    assert!(right > 0.15, "{right}");
}

#[test]
#[ignore = "it measures"]
fn products_are_as_fast_as_they_are() {
    // One picture's second convolution, then its weights' and its windows' gradients, then a full layer and a mere large one.
    for (what, [m, n, k], turned) in [
        ("windows times weights", [192, 64, 800], [false; 2]),
        ("turned windows times gradients", [800, 64, 192], [true, false]),
        ("gradients times turned weights", [192, 800, 64], [false, true]),
        ("full layer", [64, 1024, 3136], [false; 2]),
        ("turned inputs times gradients", [3136, 1024, 64], [true, false]),
        ("gradients times turned full weights", [64, 3136, 1024], [false, true]),
        ("512 cubed", [512, 512, 512], [false; 2]),
    ] {
        let (a, b, mut c) = (vec![0.5; m * k], vec![0.25; k * n], vec![0.0; m * n]);
        let a = if turned[0] { Matrix::new(&a, m).t() } else { Matrix::new(&a, k) };
        let b = if turned[1] { Matrix::new(&b, k).t() } else { Matrix::new(&b, n) };
        let best = (0..9).map(|_| {
            let start = Instant::now();
            gemm([m, n, k], a, b, Start::Kept, Then::Stay, &mut c);
            start.elapsed().as_secs_f64()
        });
        let best = best.fold(f64::INFINITY, f64::min);
        println!("{what}: {:.1} thousand million multiply-adds a second", (m * n * k) as f64 / best / 1e9);
    }
}
