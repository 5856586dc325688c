//! Memory does not grow with the number of trials. Alone in its file: the peak is the whole process's.

#![cfg(target_os = "linux")]

mod common;

use common::{agent, cell, liar, overseer, tally, tree, uniform};
use elenchus::agents::Lie;
use elenchus::scenario::presets::Preset;
use elenchus::scenario::stages::{Order, Sides};
use elenchus::tasks::claim_tree::Combine;

/// The most memory the process has held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process has a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("with a peak");
    line.trim().trim_end_matches(" kB").parse().expect("in kB")
}

#[test]
fn a_hundred_times_the_trials_take_no_more_memory() {
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
        assert_eq!(
            tally(&cell(task, overseer(uniform(0.1), uniform(0.1)), agents, preset, trials)).trials,
            trials
        );
    };
    play(20_000);
    let before = peak();
    play(2_000_000);
    let grown = peak() - before;
    // 2,000,000 trials at one byte each would be 2 MB.
    assert!(grown < 1024, "the peak grew by {grown} KiB");
}
