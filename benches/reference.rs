//! The reference model (design: skills .6 and .5, four turns, error rate .1, seven
//! debates a match) through the real engine, beside a hand-written loop that makes
//! the same draws and must give the same counts. One thread; the ratio is printed.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{agent, cell, liar, overseer, tree, uniform};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use elenchus::agents::Lie;
use elenchus::claim::Question;
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::CellSpec;
use elenchus::scenario::stages::{Order, Sides};
use elenchus::streams::{Address, LANES, Lanes, Moment, Purpose, Streams};
use elenchus::systems::judge::debate::argument;
use elenchus::tasks::claim_tree::Combine;
use elenchus::tournament::{Conditions, play_cell};
use std::hint::black_box;
use std::time::Instant;

const TRIALS: u64 = 1 << 17;
const NODES: usize = 7;
const TURNS: usize = 4;

fn reference() -> CellSpec {
    let agents = vec![agent("expert", 1.0, 0.6), liar("deceiver", 0.5, Lie::Random)];
    let sides = Sides::AsListed;
    let preset = Preset::AmplifiedDebate {
        depth: 2,
        votes: 1,
        turns: TURNS as u32,
        order: Order::Simultaneous,
        sides,
    };
    cell(tree(2, 2, 2, Combine::Sum), overseer(uniform(0.1), uniform(0.0)), agents, preset, TRIALS)
}

/// (verdicts right, matches with all debates right).
type Counts = (u64, u64);

fn engine(cell: &CellSpec) -> Counts {
    let tally = play_cell(cell, &Conditions::default()).expect("the reference model can be played").total();
    (tally.right, tally.all_nodes_right)
}

/// The same draws, by hand: worlds, strengths, readings and ties, eight trials side by side.
fn by_hand(seed: u64) -> Counts {
    let streams = Streams::new(seed);
    let task = Streams::actor(Purpose::Task, 0, "claim_tree");
    let argue = argument(0, ["expert", "deceiver"]);
    let judge = Streams::actor(Purpose::Judge, 0, "human");
    let lead = ((0.6f64 - 0.5) * f64::from(1u32 << 30)).round() as i32;
    let error = (0.1f64 * 4_294_967_296.0).round() as u32;
    let (mut right, mut all) = (0, 0);
    let (mut words, mut read): (Lanes, Lanes) = ([[0; LANES]; 16], [[0; LANES]; 16]);
    let at = |actor, first: u64, node: u64, act| -> [Address; LANES] {
        let moment = Moment { act, ..Moment::default() };
        std::array::from_fn(|lane| Streams::at(actor, first + lane as u64, Question(node), moment))
    };
    for first in (0..TRIALS).step_by(LANES) {
        streams.blocks(&at(task, first, 0, 0), &mut words);
        // Root, then the first child of each pair is drawn and the second completes the sum.
        let bit = |word: [u32; LANES]| word.map(|w| w >> 31);
        let root = bit(words[0]);
        let (a, aa, ba) = (bit(words[1]), bit(words[2]), bit(words[3]));
        let mut truths = [[0u32; LANES]; NODES];
        for lane in 0..LANES {
            let b = root[lane] ^ a[lane];
            let row = [root[lane], a[lane], b, aa[lane], a[lane] ^ aa[lane], ba[lane], b ^ ba[lane]];
            for (truth, value) in truths.iter_mut().zip(row) {
                truth[lane] = value;
            }
        }
        let mut verdicts = truths;
        let mut every = [1; LANES];
        for node in (0..NODES).rev() {
            streams.blocks(&at(argue, first, node as u64, 0), &mut words);
            streams.blocks(&at(judge, first, node as u64, 3), &mut read);
            // Whole rows of lanes in 32-bit words, without a branch: what the compiler makes vectors of.
            let mut won = [0u32; LANES];
            for (turn, reading) in words[..2 * TURNS].chunks_exact(2).zip(&read) {
                for lane in 0..LANES {
                    let ahead = (turn[0][lane] >> 2) as i32 - (turn[1][lane] >> 2) as i32 + lead > 0;
                    won[lane] += u32::from(ahead) ^ u32::from(reading[lane] < error);
                }
            }
            let coin = bit(read[TURNS]);
            for lane in 0..LANES {
                let tie = u32::from(2 * won[lane] == TURNS as u32) & (coin[lane] ^ 1);
                let truth_wins = u32::from(2 * won[lane] > TURNS as u32) | tie;
                let base = if node < 3 {
                    verdicts[2 * node + 1][lane] ^ verdicts[2 * node + 2][lane]
                } else {
                    truths[node][lane]
                };
                verdicts[node][lane] = base ^ truth_wins ^ 1;
                every[lane] &= truth_wins;
            }
        }
        for lane in 0..LANES {
            right += u64::from(verdicts[0][lane] == truths[0][lane]);
            all += u64::from(every[lane]);
        }
    }
    (right, all)
}

fn speed(criterion: &mut Criterion) {
    let cell = reference();
    assert_eq!(engine(&cell), by_hand(cell.seed), "the engine and the loop make the same draws");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    let mut group = criterion.benchmark_group("reference model, one core, debates");
    group.throughput(Throughput::Elements(TRIALS * NODES as u64)).sample_size(20);
    group.bench_function("by hand", |b| b.iter(|| by_hand(black_box(cell.seed))));
    group.bench_function("engine", |b| b.iter(|| pool.install(|| engine(black_box(&cell)))));
    group.finish();
    // Side by side in one run, the best of several, since machines are noisy.
    let best = |run: &dyn Fn() -> Counts| {
        (0..10)
            .map(|_| {
                let start = Instant::now();
                black_box(run());
                start.elapsed()
            })
            .min()
            .expect("ten runs")
    };
    let hand = best(&|| by_hand(black_box(cell.seed)));
    let ours = best(&|| pool.install(|| engine(black_box(&cell))));
    let rate = |time: std::time::Duration| (TRIALS * NODES as u64) as f64 / time.as_secs_f64() / 1e6;
    println!(
        "debates per core-second: by hand {:.1} million, engine {:.1} million, ratio {:.2} (wanted: 0.50 or more)",
        rate(hand),
        rate(ours),
        hand.as_secs_f64() / ours.as_secs_f64()
    );
}

criterion_group!(benches, speed);
criterion_main!(benches);
