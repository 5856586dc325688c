//! Simulation against mathematics (design 3.8): a million trials a cell, within four
//! standard errors. Each expected number carries its derivation.

#[path = "../common/mod.rs"]
mod common;

mod alone;
mod amplification;
mod confidence;
mod controls;
mod debate;
mod learning;
mod verification;

use common::{near, tally};
use elenchus::agents::AgentSpec;
use elenchus::overseers::OverseerSpec;
use elenchus::records::Tally;
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::{CellSpec, TaskSpec};

const TRIALS: u64 = 1_000_000;

/// Plays a cell, and checks how often its verdict is right.
#[track_caller]
fn check(
    what: &str,
    task: TaskSpec,
    overseer: OverseerSpec,
    agents: Vec<AgentSpec>,
    preset: Preset,
    expected: f64,
) -> Tally {
    check_cell(what, &common::cell(task, overseer, agents, preset, TRIALS), expected)
}

#[track_caller]
fn check_cell(what: &str, cell: &CellSpec, expected: f64) -> Tally {
    let tally = tally(cell);
    near(what, tally.right, tally.trials, expected);
    tally
}

/// Asserts that each trial costs exactly this.
#[track_caller]
fn each(what: &str, sum: u64, count: u64) {
    assert_eq!(sum, count * TRIALS, "{what}: {count} a trial");
}

fn choose(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1))
}

fn power(x: f64, n: u32) -> f64 {
    libm::pow(x, f64::from(n))
}

/// P(exactly `hits` of `n` independent events).
fn binomial(n: u32, hits: u32, p: f64) -> f64 {
    choose(n, hits) * power(p, hits) * power(1.0 - p, n - hits)
}

/// P(more than half of `n` votes), a tie by a fair coin, given the chance of each number of votes.
fn majority_of(n: u32, chance: impl Fn(u32) -> f64) -> f64 {
    let share = |won: u32| if 2 * won == n { 0.5 } else { f64::from(u8::from(2 * won > n)) };
    (0..=n).map(|won| share(won) * chance(won)).sum()
}

/// P(the majority of `n` independent votes).
fn majority(n: u32, p: f64) -> f64 {
    majority_of(n, |won| binomial(n, won, p))
}

/// P(exactly `hits` of `n`) for a beta-binomial of mean `p` and intra-class correlation `rho`: rising
/// factorials of a = p (1-rho)/rho and b = (1-p)(1-rho)/rho.
fn beta_binomial(n: u32, hits: u32, p: f64, rho: f64) -> f64 {
    if rho == 0.0 {
        return binomial(n, hits, p);
    }
    if rho == 1.0 {
        return if hits == n { p } else { 0.0 } + if hits == 0 { 1.0 - p } else { 0.0 };
    }
    let (a, b) = (p * (1.0 - rho) / rho, (1.0 - p) * (1.0 - rho) / rho);
    let rising = |x: f64, k: u32| (0..k).fold(1.0, |all, i| all * (x + f64::from(i)));
    choose(n, hits) * rising(a, hits) * rising(b, n - hits) / rising(a + b, n)
}

#[test]
fn the_mathematics_itself() {
    // 3p^2 - 2p^3 at p = .8: .896; 10p^3 - 15p^4 + 6p^5: .94208
    assert!((majority(3, 0.8) - 0.896).abs() < 1e-12 && (majority(5, 0.8) - 0.94208).abs() < 1e-12);
    // One of two with correlation rho: P(both) = p^2 + rho p (1-p)
    assert!((beta_binomial(2, 2, 0.3, 0.4) - (0.09 + 0.4 * 0.21)).abs() < 1e-12);
    let sum: f64 = (0..=7).map(|hits| beta_binomial(7, hits, 0.3, 0.4)).sum();
    assert!((sum - 1.0).abs() < 1e-12);
}
