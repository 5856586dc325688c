//! Confidence is calibrated where the overseer's error model is the true one: its mean is the accuracy.

use super::common::{Lie, agent, cell, liar, overseer, p, tally, tree, uniform};
use super::near;
use elenchus::agents::AgentSpec;
use elenchus::overseers::{ErrorModel, OverseerSpec, Panel};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::TaskSpec;
use elenchus::scenario::stages::{Party, Sides};
use elenchus::tasks::claim_tree::Combine;

const TRIALS: u64 = 200_000;

/// The mean confidence, which the accuracy must be near to.
#[track_caller]
fn calibrated(
    what: &str,
    task: TaskSpec,
    human: OverseerSpec,
    agents: Vec<AgentSpec>,
    preset: Preset,
) -> f64 {
    let tally = tally(&cell(task, human, agents, preset, TRIALS));
    let mean = tally.confidence as f64 / 65_536.0 / TRIALS as f64;
    near(what, tally.right, tally.trials, mean.clamp(0.0, 1.0));
    mean
}

fn amplify(depth: u32, votes: u32) -> Preset {
    Preset::Amplification { depth, votes, primitives: Party::Overseer }
}

#[test]
fn errors_that_cancel_are_counted() {
    for (depth, branching, answers, e, c) in [
        (0, 2, 5, 0.2, 0.0),
        (1, 3, 2, 0.1, 0.2),
        (3, 2, 2, 0.1, 0.05),
        (2, 2, 5, 0.15, 0.1),
        (3, 2, 2, 0.5, 0.5),
    ] {
        let task = tree(depth, branching, answers, Combine::Sum);
        let mean = calibrated(
            "sums",
            task,
            overseer(uniform(e), uniform(c)),
            vec![agent("expert", 1.0, 0.5)],
            amplify(depth, 1),
        );
        // Never below a guess, where errors leave any truth at all.
        assert!(mean >= 1.0 / f64::from(answers) - 1e-4, "{mean}");
    }
}

#[test]
fn members_and_votes_are_counted() {
    for (members, rho) in [(3, 0.0), (5, 0.3), (4, 0.2), (5, 1.0)] {
        let panel = Panel { members, correlation: p(rho), share_wrong: true };
        let human = OverseerSpec { panel, ..overseer(uniform(0.3), uniform(0.2)) };
        calibrated(
            "a panel",
            tree(1, 2, 2, Combine::Sum),
            human,
            vec![agent("expert", 1.0, 0.5)],
            amplify(1, 1),
        );
    }
    for votes in [2, 5, 9] {
        let human = overseer(uniform(0.1), uniform(0.3));
        calibrated(
            "votes",
            tree(2, 2, 2, Combine::Sum),
            human,
            vec![agent("expert", 1.0, 0.5)],
            amplify(2, votes),
        );
    }
}

#[test]
fn what_is_accepted_and_what_is_rejected_are_told_apart() {
    // Each side first in half of the trials: as many true claims as false ones come before the overseer.
    let model = ErrorModel::Asymmetric { false_accept: p(0.3), false_reject: p(0.1) };
    let pair = || vec![agent("expert", 1.0, 0.5), liar("deceiver", 0.5, Lie::Random)];
    let human = || overseer(model.clone(), uniform(0.0));
    let coin = Preset::RecursiveDebate { sides: Sides::Coin };
    calibrated("asymmetric", tree(0, 2, 2, Combine::Sum), human(), pair(), coin);
}

#[test]
fn a_guess_tells_nothing() {
    let spent = OverseerSpec { budget: Some(0), ..overseer(uniform(0.0), uniform(0.0)) };
    let expert = || vec![agent("expert", 1.0, 0.5)];
    for (preset, answers) in
        [(Preset::Consultancy { turns: 3, open: false }, 2), (Preset::Unaided, 5), (amplify(1, 1), 5)]
    {
        let mean = calibrated("a guess", tree(1, 2, answers, Combine::Sum), spent.clone(), expert(), preset);
        assert!((mean - 1.0 / f64::from(answers)).abs() < 1e-4, "{mean}");
    }
}
