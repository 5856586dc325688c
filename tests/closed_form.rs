//! Simulation against mathematics: design.md 3.8. Each expected number carries its derivation.

mod common;
use common::*;
use elenchus::agents::Lie;
use elenchus::scenario::stages::{Order, Preset, Sides};
use elenchus::tasks::claim_tree::Combine;

const TRIALS: u64 = 1_000_000;

/// P(a turn is read for the honest side): P(.6 + U > .5 + V) = 1 - .9^2/2, then flipped with the error rate.
fn turn(lead: f64, rate: f64) -> f64 {
    let ahead = 1.0 - (1.0 - lead) * (1.0 - lead) / 2.0;
    ahead * (1.0 - rate) + (1.0 - ahead) * rate
}

/// P(a majority of `turns`, a tie by a fair coin).
fn majority(q: f64, turns: u32) -> f64 {
    let mut sum = 0.0;
    for won in 0..=turns {
        let ways = (0..won).fold(1.0, |c, i| c * f64::from(turns - i) / f64::from(i + 1));
        let share = if 2 * won == turns { 0.5 } else { f64::from(u8::from(2 * won > turns)) };
        sum += share * ways * libm::pow(q, f64::from(won)) * libm::pow(1.0 - q, f64::from(turns - won));
    }
    sum
}

#[test]
fn the_reference_model() {
    let agents = vec![agent("expert", 1.0, 0.6), liar("deceiver", 0.5, Lie::Random)];
    let preset = Preset::AmplifiedDebate {
        depth: 2,
        votes: 1,
        turns: 4,
        order: Order::Simultaneous,
        sides: Sides::AsListed,
    };
    let cell =
        cell(tree(2, 2, 2, Combine::Sum), overseer(uniform(0.1), uniform(0.0)), agents, preset, TRIALS);

    let tally = tally(&cell);

    // q = .595 x .9 + .405 x .1 = .576, p = .6131
    let p = majority(turn(0.1, 0.1), 4);
    assert!((turn(0.1, 0.1) - 0.576).abs() < 1e-12 && (p - 0.6131).abs() < 5e-5);
    assert_eq!(tally.contested, 7 * TRIALS);
    near("all seven debates right", tally.all_nodes_right, TRIALS, libm::pow(p, 7.0));
    // Each of the seven debates flips the root's parity with 1 - p: 1/2 + (2p - 1)^7 / 2
    near("root", tally.right, TRIALS, 0.5 + 0.5 * libm::pow(2.0 * p - 1.0, 7.0));
}
