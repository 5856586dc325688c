//! Memory does not grow with the number of trials. Alone in its file: the peak is the whole process's.

#![cfg(target_os = "linux")]

mod common;

use common::{agent, cell, liar, overseer, tree, uniform};
use elenchus::agents::Lie;
use elenchus::scenario::presets::Preset;
use elenchus::scenario::stages::{Order, Sides};
use elenchus::tasks::claim_tree::Combine;
use elenchus::tournament::{Conditions, play_cell};

/// The most memory the process has held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process has a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("with a peak");
    line.trim().trim_end_matches(" kB").parse().expect("in kB")
}

#[test]
fn thirty_times_the_trials_take_no_more_memory() {
    let play = |trials| {
        let agents = vec![agent("expert", 0.9, 0.6), liar("deceiver", 0.5, Lie::Plausible)];
        let preset = Preset::AmplifiedDebate {
            depth: 2,
            votes: 1,
            turns: 4,
            order: Order::Simultaneous,
            sides: Sides::AsListed,
        };
        let task = tree(3, 2, 3, Combine::Sum);
        let cell = cell(task, overseer(uniform(0.1), uniform(0.1)), agents, preset, trials);
        // Small blocks: as many as a thousand times the trials would have.
        let conditions = Conditions { block: Some(1), ..Conditions::default() };
        assert_eq!(play_cell(&cell, &conditions).expect("a cell that can be played").total().trials, trials);
    };
    play(20_000);
    let before = peak();
    play(600_000);
    let grown = peak() - before;
    // 600,000 trials at one byte each would be 600 kB.
    assert!(grown < 512, "the peak grew by {grown} KiB");
}
