//! The overseer alone, an agent's word, votes and panels.

use super::common::{Lie, agent, liar, overseer, p, tree, uniform};
use super::{TRIALS, beta_binomial, binomial, check, check_cell, each, majority, majority_of};
use elenchus::agents::{AgentSpec, Competence, Stance};
use elenchus::overseers::{ErrorModel, Exhausted, Over, OverseerSpec, Panel};
use elenchus::scenario::distil::Distil;
use elenchus::scenario::presets::Preset;
use elenchus::scenario::stages::Stages;
use elenchus::tasks::claim_tree::Combine;

fn human(error: ErrorModel) -> OverseerSpec {
    overseer(error, uniform(0.0))
}

#[test]
fn unaided_is_right_within_reach_and_at_chance_beyond() {
    for (depth, reach, answers, e) in
        [(0, 0, 2, 0.0), (0, 0, 2, 0.1), (1, 2, 5, 0.3), (2, 1, 2, 0.1), (3, 0, 7, 0.0)]
    {
        let task = tree(depth, 2, answers, Combine::Sum);
        let human = OverseerSpec { reach, ..human(uniform(e)) };
        let within = depth <= reach;
        let expected = if within { 1.0 - e } else { 1.0 / f64::from(answers) };
        let tally = check("unaided", task.clone(), human.clone(), vec![], Preset::Unaided, expected);
        each("checks", tally.checks, u64::from(within));
        each("cost", tally.cost, u64::from(within));
        let silent = OverseerSpec { exhausted: Exhausted::Abstain, ..human };
        let tally =
            check("unaided", task, silent, vec![], Preset::Unaided, if within { 1.0 - e } else { 0.0 });
        each("abstentions", tally.abstained, u64::from(!within));
    }
}

#[test]
fn the_error_models_of_one_check() {
    let e = 0.3;
    let m = 4;
    let models = [
        (ErrorModel::Concentrated { rate: p(e) }, 1.0 - e),
        (ErrorModel::Systematic { rate: p(e) }, 1.0 - e),
        (ErrorModel::Adversarial { rate: p(e) }, 1.0 - e),
        // Where nothing is claimed, an asymmetric overseer errs as often as it accepts falsely.
        (ErrorModel::Asymmetric { false_accept: p(e), false_reject: p(0.9) }, 1.0 - e),
        // A draw over the four answers and "I don't know" hits the right one with 1/5.
        (ErrorModel::Uniform { rate: p(e), over: Over::All }, 1.0 - e + e / 5.0),
        // At level 2: .1 + 2 x .2
        (ErrorModel::ByLevel { rate: p(0.1), growth: p(0.2) }, 0.5),
        (ErrorModel::ByLevel { rate: p(0.1), growth: p(0.9) }, 0.0),
        // The table's last row stands for all higher levels.
        (
            ErrorModel::Table { file: String::new(), row: String::new(), accuracies: vec![p(0.9), p(0.6)] },
            0.6,
        ),
    ];
    for (model, expected) in models {
        let human = OverseerSpec { reach: 2, ..human(model.clone()) };
        let tally = check(
            &format!("{model:?}"),
            tree(2, 2, m, Combine::Sum),
            human,
            vec![],
            Preset::Unaided,
            expected,
        );
        let unknown = if matches!(model, ErrorModel::Uniform { .. }) { e / 5.0 } else { 0.0 };
        super::near("I don't know", tally.abstained, TRIALS, unknown);
    }
}

#[test]
fn an_agents_word() {
    let word = |agent: AgentSpec, depth, answers, expected| {
        let mut task = tree(depth, 2, answers, Combine::Sum);
        (task.difficulty, task.difficulty_per_level) = (200.0, 100.0);
        let tally =
            check(&format!("{agent:?}"), task, human(uniform(0.2)), vec![agent], Preset::Trust, expected);
        each("agent calls", tally.agent_calls, 1);
        each("cost", tally.cost, 0);
    };
    let with = |competence| AgentSpec { name: "expert".into(), competence, ..AgentSpec::plain() };
    let by_level = |accuracy, decay| with(Competence::ByLevel { accuracy: p(accuracy), decay: p(decay) });
    // chance + (accuracy - chance)(1 - decay)^level: .25 + .65 x .81
    word(by_level(0.9, 0.1), 2, 4, 0.25 + 0.65 * 0.81);
    word(by_level(0.1, 0.5), 1, 2, 0.3);
    // chance + (1 - chance)/(1 + 10^((difficulty - rating)/400)); difficulty 200 + 2 x 100, rating 800: 10:1
    word(with(Competence::Rating { rating: 800.0 }), 2, 4, 0.25 + 0.75 * 10.0 / 11.0);
    let table =
        Competence::Table { file: String::new(), row: String::new(), accuracies: vec![p(0.9), p(0.7)] };
    word(with(table), 1, 2, 0.7);
    // A deceiver argues against its belief: right only if the belief is wrong, and its lie, one of the
    // m - 1 answers it does not believe, is the truth.
    let against = AgentSpec { stance: Stance::Deceptive { lie: Lie::Random }, ..by_level(0.7, 0.0) };
    word(against, 1, 4, 0.3 / 3.0);
    // A sycophant says what the overseer leans to: right within reach with 1 - e, beyond at chance.
    let sycophant = AgentSpec { stance: Stance::Sycophantic, ..by_level(1.0, 0.0) };
    word(sycophant.clone(), 0, 4, 0.8);
    word(sycophant, 1, 4, 0.25);
}

#[test]
fn votes_of_independent_and_correlated_agents() {
    for (k, a, rho) in
        [(3, 0.8, 0.0), (5, 0.6, 0.0), (4, 0.7, 0.0), (3, 0.8, 0.3), (5, 0.7, 0.6), (3, 0.8, 1.0)]
    {
        let voter = |i: u32| AgentSpec { shared_mistakes: p(rho), ..agent(&format!("a{i}"), a, 0.5) };
        // Each takes the shared belief with sqrt(rho): j do, and are right or wrong together; the others
        // are right or wrong alone. At rho = 0: 3p^2 - 2p^3 for k = 3; at rho = 1: p.
        let s = libm::sqrt(rho);
        let among = |j: u32, together: u32| {
            majority_of(k, |won| match won.checked_sub(together) {
                Some(alone) if alone <= k - j => binomial(k - j, alone, a),
                _ => 0.0,
            })
        };
        let expected: f64 =
            (0..=k).map(|j| binomial(k, j, s) * (a * among(j, j) + (1.0 - a) * among(j, 0))).sum();
        let tally = check(
            &format!("{k} votes, correlation {rho}"),
            tree(1, 2, 2, Combine::Sum),
            human(uniform(0.0)),
            (0..k).map(voter).collect(),
            Preset::Vote,
            expected,
        );
        each("agent calls", tally.agent_calls, k.into());
    }
}

#[test]
fn mistakes_are_shared_at_the_set_correlation() {
    // P(both wrong) = q^2 + rho q (1-q): of two voters with two answers, both are wrong together; with
    // one right and one wrong a coin decides.
    let (a, rho) = (0.7, 0.5);
    let voter = |name: &str| AgentSpec { shared_mistakes: p(rho), ..agent(name, a, 0.5) };
    let both_wrong = 0.3 * 0.3 + rho * 0.3 * 0.7;
    let both_right = 0.7 * 0.7 + rho * 0.3 * 0.7;
    check(
        "two voters",
        tree(0, 2, 2, Combine::Sum),
        human(uniform(0.0)),
        vec![voter("a"), voter("b")],
        Preset::Vote,
        both_right + 0.5 * (1.0 - both_right - both_wrong),
    );
}

#[test]
fn a_belief_asked_three_times_is_one_belief() {
    // The same trials, agent and question: direct word and a vote of one differ in nothing.
    let verdicts_of = |stages: Stages, agents| {
        let human = human(uniform(0.2));
        let mut cell = super::common::cell(tree(2, 2, 5, Combine::Sum), human, agents, Preset::Trust, 20_000);
        cell.protocol.stages = stages;
        let conditions = elenchus::tournament::Conditions { keep_trials: true, ..Default::default() };
        let record = elenchus::tournament::play_cell(&cell, &conditions).expect("a cell");
        record.trials.iter().map(|trial| trial.verdict).collect::<Vec<_>>()
    };
    let verdicts = |preset: Preset, agents| verdicts_of(preset.stages(), agents);
    let expert = || agent("expert", 0.6, 0.5);
    let word = verdicts(Preset::Trust, vec![expert()]);
    assert_eq!(word, verdicts(Preset::Vote, vec![expert()]));
    // Two agents whose mistakes are shared in full are one: three of them gain nothing.
    let same = |name: &str| AgentSpec { shared_mistakes: p(1.0), ..agent(name, 0.6, 0.5) };
    let three = verdicts(Preset::Vote, vec![same("a"), same("b"), same("c")]);
    assert_eq!(three, verdicts(Preset::Trust, vec![same("a")]));
    assert_ne!(word, three);
    // Nor does another iteration change what the agents believe that are not trained: two of three outvote
    // the student.
    let distil = Distil::Parametric { rounds: 1, fit_error: p(0.0), denoise: p(0.0) };
    let trained =
        verdicts_of(Stages { distil, ..Preset::Vote.stages() }, vec![expert(), same("b"), same("c")]);
    assert_eq!(three, trained);
}

#[test]
fn panels_are_beta_binomial() {
    for (members, e, rho) in [
        (1, 0.2, 0.0),
        (3, 0.2, 0.0),
        (5, 0.3, 0.0),
        (3, 0.3, 0.4),
        (5, 0.2, 0.7),
        (4, 0.3, 0.2),
        (5, 0.2, 1.0),
    ] {
        let panel = Panel { members, correlation: p(rho), share_wrong: true };
        let human = OverseerSpec { panel, ..human(uniform(e)) };
        let wrong = majority_of(members, |erring| beta_binomial(members, erring, e, rho));
        let task = tree(0, 2, 2, Combine::Sum);
        let tally = check(
            &format!("{members} members, correlation {rho}, answering"),
            task.clone(),
            human.clone(),
            vec![],
            Preset::Unaided,
            1.0 - wrong,
        );
        each("a check a member", tally.checks, members.into());
        let sides = elenchus::scenario::stages::Sides::AsListed;
        let agents = vec![agent("expert", 1.0, 0.5), liar("deceiver", 0.5, Lie::Random)];
        check("the same panel, judging", task, human, agents, Preset::RecursiveDebate { sides }, 1.0 - wrong);
    }
}

#[test]
fn a_panels_wrong_answers_are_shared_or_not() {
    // Three members, three answers. Shared: any two that err agree, so the majority is as with two
    // answers. Apart: two that err agree half the time, else all three differ and the draw decides;
    // three that err are never right.
    let e = 0.4;
    let [none, one, two] = [0, 1, 2].map(|erring| binomial(3, erring, e));
    for (share_wrong, expected) in [(true, majority(3, 1.0 - e)), (false, none + one + two / 6.0)] {
        let panel = Panel { members: 3, correlation: p(0.0), share_wrong };
        let human = OverseerSpec { panel, ..human(uniform(e)) };
        let cell = super::common::cell(tree(0, 2, 3, Combine::Sum), human, vec![], Preset::Unaided, TRIALS);
        check_cell("three members, three answers", &cell, expected);
    }
}

#[test]
fn confidence_is_the_declared_posterior_and_can_be_distorted() {
    let mean = |miscalibration| {
        let human = OverseerSpec { miscalibration, ..human(uniform(0.1)) };
        let cell = super::common::cell(tree(0, 2, 2, Combine::Sum), human, vec![], Preset::Unaided, 1000);
        super::tally(&cell).confidence as f64 / 65_536.0 / 1000.0
    };
    // 1 - e = .9; 1/2 + .4 x 1/2 = .7; 1/2 + .4 x 2, held to 1
    for (miscalibration, expected) in [(1.0, 0.9), (0.5, 0.7), (2.0, 1.0), (0.0, 0.5)] {
        assert!((mean(miscalibration) - expected).abs() < 1e-4, "{miscalibration}: {}", mean(miscalibration));
    }
}
