//! Confidence is calibrated where the overseer's error model is the true one: its mean is the accuracy.

use super::common::{Lie, agent, cell, liar, overseer, p, tally, tree, uniform};
use super::near;
use elenchus::agents::AgentSpec;
use elenchus::overseers::{ErrorModel, Exhausted, Over, OverseerSpec, Panel};
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
    let given = tally.trials - tally.abstained;
    let mean = tally.confidence as f64 / 65_536.0 / given as f64;
    near(what, tally.right, given, mean.clamp(0.0, 1.0));
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

#[test]
fn a_draw_over_all_answers_may_be_right_again() {
    // Of the verdicts given: P(right | known) = (1 - e + e/(n+1)) / (1 - e/(n+1)).
    let model = ErrorModel::Uniform { rate: p(0.2), over: Over::All };
    let human = || overseer(model.clone(), model.clone());
    let mean = calibrated("alone", tree(0, 2, 4, Combine::Sum), human(), vec![], Preset::Unaided);
    assert!((mean - (0.8 + 0.04) / 0.96).abs() < 1e-4, "{mean}");
    calibrated(
        "amplified",
        tree(2, 2, 4, Combine::Sum),
        human(),
        vec![agent("expert", 1.0, 0.5)],
        amplify(2, 1),
    );
}

#[test]
fn a_pattern_accepts_only_what_it_sees() {
    // Of four answers a random lie is *the* wrong answer one time in three.
    let pair = || vec![agent("expert", 1.0, 0.5), liar("deceiver", 0.5, Lie::Random)];
    let coin = Preset::RecursiveDebate { sides: Sides::Coin };
    for model in [ErrorModel::Concentrated { rate: p(0.2) }, ErrorModel::Systematic { rate: p(0.2) }] {
        calibrated("pattern", tree(0, 2, 4, Combine::Sum), overseer(model, uniform(0.0)), pair(), coin);
    }
}

#[test]
fn a_student_is_trusted_as_far_as_its_teacher() {
    for (answers, fit_error, denoise) in [(2, 0.0, 0.0), (4, 0.0, 0.0), (2, 0.05, 0.5)] {
        let preset = Preset::IteratedAmplification {
            depth: 1,
            votes: 1,
            primitives: Party::Overseer,
            rounds: 3,
            fit_error: p(fit_error),
            denoise: p(denoise),
            training: None,
        };
        let human = overseer(uniform(0.1), uniform(0.05));
        let expert = vec![agent("expert", 1.0, 0.5)];
        let tally = tally(&cell(tree(3, 2, answers, Combine::Sum), human, expert, preset, TRIALS));
        let mean = tally.confidence as f64 / 65_536.0 / TRIALS as f64;
        let accuracy = tally.right as f64 / TRIALS as f64;
        // Each of three rounds measures its targets on as many trials: 4 standard errors of each at most.
        assert!((mean - accuracy).abs() < 4.0 * 4.0 * (0.25 / TRIALS as f64).sqrt(), "{mean} {accuracy}");
    }
}

#[test]
fn who_abstains_states_no_confidence() {
    let spent = OverseerSpec {
        budget: Some(0),
        exhausted: Exhausted::Abstain,
        ..overseer(uniform(0.0), uniform(0.0))
    };
    let tally = tally(&cell(tree(1, 2, 2, Combine::Sum), spent, vec![], Preset::Unaided, 100));
    assert_eq!((tally.abstained, tally.confidence), (100, 0));
}
