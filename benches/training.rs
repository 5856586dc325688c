//! One step of training on one thread: forward, loss, backward, clipping, AdamW; and answers.
//! `benches/pytorch.py` times the same steps in PyTorch and prints both.
//!
//! The limit is multiply-adds. A core of the AVX2 kind multiplies two vectors of eight a cycle, and adds
//! as many beside that if it has adders of their own (AMD Zen), or instead of it (Intel): 16 or 8
//! multiply-adds a cycle, since products are never fused into sums. Millions of them in a step:
//! - dense 256-256-256, batch 128: 128 x (2 forward + 2 weights' gradients + 1 input's) x 256 x 256 = 42;
//! - transformer, width 64, 2 layers, hidden 256, of 16 tokens: forward, a token takes in a layer 64 x 192
//!   (queries, keys, values) + 64 x 64 + 2 x 64 x 256 (feed-forward) + 2 x 16 x 64 (attention);
//!   three times that with the way back, 2 layers, 256 tokens: 79, and the head's 1;
//! - the same of 32 tokens, batch 64, that is 2048 tokens: 654, and the head's 3.
//!
//! At 16 a cycle of 2.9 GHz that is 0.9, 1.7 and 14 ms; the products reach 12 to 13 a cycle, and take 70% of
//! the time. Measured there (PyTorch 2.13 in parentheses): 1.43 (2.03), 3.15 (6.30) and 25.4 (35.9) ms.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use criterion::{Criterion, criterion_group, criterion_main};
use elenchus::agents::learned::NetworkSpec;
use elenchus::agents::learned::Schedule;
use elenchus::claim::Question;
use elenchus::learners::batch::Batch;
use elenchus::learners::ops::Ops;
use elenchus::learners::weights::{Initial, Plan, Weights};
use elenchus::learners::{Network, Optimiser};
use elenchus::streams::{Draws, Moment, Purpose, Streams};
use elenchus::tasks::encoding::{Alike, Alphabet, NO_COPY, Open, Pages};
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

const OPTIMISER: Optimiser = Optimiser {
    rate: 1e-4,
    warmup: 0,
    steps: 1_000_000,
    schedule: Schedule::Constant,
    decay: 0.01,
    clip: 1.0,
    horizon: 0.0,
};

fn draws<'s>(streams: &'s Streams) -> impl FnMut(&str) -> Draws<'s> {
    |name| {
        let actor = Streams::actor(Purpose::Student, 0, name);
        streams.draws(Streams::at(actor, 0, Question(0), Moment::default()))
    }
}

/// The time that this thread has been on a core, where the system tells; else the time that went by.
fn on_core(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Times turns on the core, as the other side does: on a machine that others use too, a clock measures them.
fn measure(c: &mut Criterion, name: &str, mut turn: impl FnMut()) {
    let start = Instant::now();
    c.bench_function(name, |b| {
        b.iter_custom(|count| {
            let before = on_core(start);
            (0..count).for_each(|_| turn());
            on_core(start) - before
        });
    });
}

/// Pages of all kinds of tokens, and their targets.
fn pages(alphabet: Alphabet, rows: usize) -> (Pages, Vec<u16>) {
    let mut pages = Pages::new(alphabet);
    let Alphabet { tokens, per_token, symbols, classes, .. } = alphabet;
    pages.symbols.extend((0..rows * tokens * per_token).map(|i| (1 + i * 7919 % (symbols - 1)) as u16));
    pages.copies.extend((0..rows * tokens).map(|i| if i % 4 == 3 { NO_COPY } else { (i % classes) as u16 }));
    (pages, (0..rows).map(|i| (i % classes) as u16).collect())
}

/// Two full layers of 256 from 256 inputs that are no pages.
fn dense(c: &mut Criterion) {
    const SIZE: usize = 256;
    const ROWS: usize = 128;
    let mut plan = Plan::new();
    for layer in ["one", "two"] {
        plan.insert(format!("{layer}.weight"), (vec![SIZE, SIZE], Initial::Within(0.1)));
        plan.insert(format!("{layer}.bias"), (vec![SIZE], Initial::All(0.0)));
    }
    let streams = Streams::new(1);
    let mut weights = Weights::new(&plan, &Device::Cpu, draws(&streams)).expect("weights");
    let mut inputs = draws(&streams)("inputs");
    let x: Vec<f32> = (0..ROWS * SIZE).map(|_| inputs.below(2001) as f32 / 1000.0 - 1.0).collect();
    let x = Tensor::from_vec(x, (ROWS, SIZE), &Device::Cpu).expect("inputs");
    let alphabet =
        Alphabet { tokens: 1, per_token: 1, symbols: 2, classes: SIZE, alike: Alike::NONE, open: Open::NONE };
    let (pages, targets) = pages(alphabet, ROWS);
    let batch = Arc::new(Batch::new(alphabet, &pages, &targets, None).expect("it fits"));
    let mut step = || -> candle_core::Result<()> {
        let ops = Ops::Exact;
        let h = ops.linear(&x, weights.var("one.weight"), weights.var("one.bias"), true)?;
        let logits = ops.linear(&h, weights.var("two.weight"), weights.var("two.bias"), false)?;
        let loss = ops.loss(&logits, &batch.targets)?;
        let nats: f32 = loss.to_scalar()?;
        assert!(nats.is_finite());
        weights.update(&mut loss.backward()?, &OPTIMISER)?.expect("finite gradients");
        Ok(())
    };
    measure(c, "dense-256-batch-128", || step().expect("a step"));
}

const TRANSFORMER: NetworkSpec = NetworkSpec::transformer(64, 2, 4, 256);
const MLP: NetworkSpec = NetworkSpec::Mlp { width: 256, layers: 2 };

/// Steps on pages, and answers to them.
fn networks(c: &mut Criterion) {
    let sizes = [
        ("transformer-64", TRANSFORMER, 16, 16),
        ("transformer-64", TRANSFORMER, 32, 64),
        ("mlp-256", MLP, 32, 64),
    ];
    for (name, spec, tokens, rows) in sizes {
        let alphabet =
            Alphabet { tokens, per_token: 3, symbols: 64, classes: 32, alike: Alike::NONE, open: Open::NONE };
        let streams = Streams::new(1);
        let mut network = Network::new(&spec, alphabet, OPTIMISER, draws(&streams)).expect("a network");
        let (pages, targets) = pages(alphabet, rows);
        measure(c, &format!("{name}-tokens-{tokens}-batch-{rows}"), || {
            network.step(&pages, &targets, None).expect("a step");
        });
        let (scorer, mut out) = (network.scorer(), Vec::new());
        measure(c, &format!("{name}-tokens-{tokens}-answers-{rows}"), || {
            out.clear();
            scorer.scores(&pages, &mut out).expect("they fit");
        });
    }
}

fn settings() -> Criterion {
    #[expect(unsafe_code, reason = "says so itself")]
    // SAFETY: criterion starts no thread before it has its settings.
    unsafe {
        elenchus::learners::keep_to_one_thread();
    }
    Criterion::default().measurement_time(Duration::from_secs(4)).sample_size(20)
}

criterion_group! { name = benches; config = settings(); targets = dense, networks }
criterion_main!(benches);
