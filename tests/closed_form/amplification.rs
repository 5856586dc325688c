//! Amplification and its distillation: recombination with real operations.

use super::common::{agent, cell, overseer, p, played, tree, uniform};
use super::{TRIALS, binomial, check, each, majority, near, power};
use elenchus::overseers::{ErrorModel, Exhausted, Over, OverseerSpec};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::stages::Party;
use elenchus::tasks::claim_tree::Combine;

fn amplify(depth: u32, votes: u32) -> Preset {
    Preset::Amplification { depth, votes, primitives: Party::Agents }
}

fn combiner(error: ErrorModel) -> OverseerSpec {
    overseer(uniform(0.0), error)
}

/// A sum mod m after `n` steps each of which is replaced, with e, by one of the other answers.
fn sum_after(m: u32, n: u32, e: f64) -> f64 {
    let m = f64::from(m);
    1.0 / m + (1.0 - 1.0 / m) * power(1.0 - e * m / (m - 1.0), n)
}

#[test]
fn sums_over_fallible_combiners() {
    for (depth, branching, m, e) in
        [(1, 2, 2, 0.1), (2, 2, 3, 0.2), (2, 3, 5, 0.05), (3, 2, 2, 0.02), (1, 4, 7, 0.5)]
    {
        let splits = (0..depth).map(|level| u32::pow(branching, level)).sum::<u32>();
        let tally = check(
            &format!("{splits} combiners, sum mod {m}"),
            tree(depth, branching, m, Combine::Sum),
            combiner(uniform(e)),
            vec![agent("expert", 1.0, 0.5)],
            amplify(depth, 1),
            sum_after(m, splits, e),
        );
        each("combining acts", tally.combines, splits.into());
        each("cost", tally.cost, splits.into());
        each("checks", tally.checks, 0);
        each("agent calls", tally.agent_calls, u64::from(branching).pow(depth));
        each("levels", tally.depth, depth.into());
    }
}

#[test]
fn sums_over_fallible_leaves() {
    // A leaf that is wrong with a, uniformly, is another step that is replaced: a factor each. Split only
    // once, the "leaves" are questions of level 1, answered with the accuracy of that level.
    for (depth, splits, m, a, e) in [(1, 1, 3, 0.1, 0.0), (2, 2, 2, 0.05, 0.1), (2, 1, 5, 0.2, 0.1)] {
        let leaves = u32::pow(2, splits);
        let combiners = leaves - 1;
        let factor = |wrong: f64, n| power(1.0 - wrong * f64::from(m) / f64::from(m - 1), n);
        let expected =
            1.0 / f64::from(m) + (1.0 - 1.0 / f64::from(m)) * factor(e, combiners) * factor(a, leaves);
        check(
            &format!("{leaves} leaves wrong with {a}, sum mod {m}"),
            tree(depth, 2, m, Combine::Sum),
            combiner(uniform(e)),
            vec![agent("expert", 1.0 - a, 0.5)],
            amplify(splits, 1),
            expected,
        );
    }
}

#[test]
fn i_dont_know_is_absorbing() {
    // over = "all": with e a draw over m answers and "I don't know". All n nodes must be known; given that,
    // each is moved to each other answer with e/(m+1), over the chance to be known.
    let (depth, m, e) = (2, 3, 0.3);
    let n = 3;
    let each_answer = e / f64::from(m + 1);
    let known = power(1.0 - each_answer, n);
    let moved = f64::from(m - 1) * each_answer / (1.0 - each_answer);
    let tally = check(
        "over all",
        tree(depth, 2, m, Combine::Sum),
        combiner(ErrorModel::Uniform { rate: p(e), over: Over::All }),
        vec![agent("expert", 1.0, 0.5)],
        amplify(depth, 1),
        known * sum_after(m, n, moved),
    );
    near("abstained", tally.abstained, TRIALS, 1.0 - known);
}

#[test]
fn wrong_leaves_cancel_by_the_real_operation() {
    // One split into three leaves, each flipped with a: enumerated over the rows, which are uniform among
    // those that recombine to the root's truth, a fair coin.
    let (b, a) = (3, 0.2);
    for combine in [Combine::All, Combine::Any, Combine::Majority] {
        let value = |row: u32| match combine {
            Combine::All => row == 7,
            Combine::Any => row != 0,
            _ => row.count_ones() >= 2,
        };
        let rows = |truth: bool| (0..8).filter(move |row| value(*row) == truth);
        let kept = |row: u32| -> f64 {
            (0..8_u32)
                .filter(|flips| value(row ^ flips) == value(row))
                .map(|flips| power(a, flips.count_ones()) * power(1.0 - a, b - flips.count_ones()))
                .sum()
        };
        let mean = |truth| rows(truth).map(kept).sum::<f64>() / rows(truth).count() as f64;
        check(
            &format!("{combine:?}"),
            tree(1, b, 2, combine),
            combiner(uniform(0.0)),
            vec![agent("expert", 1.0 - a, 0.5)],
            amplify(1, 1),
            0.5 * mean(true) + 0.5 * mean(false),
        );
    }
}

#[test]
fn repeated_acts_average_out_unless_the_error_has_a_pattern() {
    let play = |what: &str, error: ErrorModel, m, votes, expected| {
        let experts = vec![agent("expert", 1.0, 0.5)];
        let tally =
            check(what, tree(1, 2, m, Combine::Sum), combiner(error), experts, amplify(1, votes), expected);
        each("combining acts", tally.combines, votes.into());
    };
    let e = 0.3;
    for k in [3, 5] {
        // 3p^2 - 2p^3 for three acts.
        play("two answers", uniform(e), 2, k, majority(k, 1.0 - e));
        // Always the same wrong answer: a majority again, whatever the number of answers.
        play("concentrated", ErrorModel::Concentrated { rate: p(e) }, 5, k, majority(k, 1.0 - e));
        // A fixed share of questions is always got wrong: no gain.
        play("systematic", ErrorModel::Systematic { rate: p(e) }, 5, k, 1.0 - e);
    }
    // Three acts, three answers, wrong ones drawn apart: two that err agree half the time; if not, all
    // three differ, and the draw is right once in three.
    let [none, one, two] = [0, 1, 2].map(|erring| binomial(3, erring, e));
    play("three answers", uniform(e), 3, 3, none + one + two / 6.0);
}

#[test]
fn a_spent_budget_stops_combining() {
    // Three splits, each an act: with a budget of two the root is not combined any more.
    for (exhausted, budget, expected) in [
        (Exhausted::Guess, 2, 0.2),
        (Exhausted::Abstain, 2, 0.0),
        (Exhausted::Guess, 3, 1.0),
        (Exhausted::Abstain, 0, 0.0),
    ] {
        let human = OverseerSpec { budget: Some(budget), exhausted, ..combiner(uniform(0.0)) };
        let experts = vec![agent("expert", 1.0, 0.5)];
        let tally = check("budget", tree(2, 2, 5, Combine::Sum), human, experts, amplify(2, 1), expected);
        each("cost", tally.cost, budget.min(3).into());
    }
    // Of three acts only the first two are paid for: two that differ are decided by the draw.
    let (m, e) = (2, 0.2);
    let human = OverseerSpec { budget: Some(2), ..combiner(uniform(e)) };
    let experts = vec![agent("expert", 1.0, 0.5)];
    check(
        "two votes of three",
        tree(1, 2, m, Combine::Sum),
        human,
        experts,
        amplify(1, 3),
        majority(2, 1.0 - e),
    );
}

#[test]
fn amplification_and_recursive_debate_at_equal_budget() {
    // Seven splits of a tree of depth three cost seven acts; a budget of one is enough for one check.
    let (e, depth) = (0.1, 3);
    let human = OverseerSpec { budget: Some(1), ..overseer(uniform(e), uniform(e)) };
    let task = || tree(depth, 2, 2, Combine::Sum);
    let experts = vec![agent("expert", 1.0, 0.5)];
    check("amplification", task(), human.clone(), experts, amplify(depth, 1), 0.5);
    let sides = elenchus::scenario::stages::Sides::AsListed;
    let pair =
        vec![agent("expert", 1.0, 0.5), super::common::liar("deceiver", 0.5, super::common::Lie::Random)];
    check("recursive debate", task(), human, pair, Preset::RecursiveDebate { sides }, 1.0 - e);
}

#[test]
fn the_parametric_law_of_distillation() {
    let (fit_error, denoise, e, c, m) = (0.03, 0.4, 0.1, 0.05, 2);
    let preset = |denoise| Preset::IteratedAmplification {
        depth: 1,
        votes: 1,
        primitives: Party::Overseer,
        rounds: 3,
        fit_error: p(fit_error),
        denoise: p(denoise),
        training: None,
    };
    let play = |judging, combining| {
        let human = overseer(judging, combining);
        played(&cell(
            tree(2, 2, m, Combine::Sum),
            human,
            vec![agent("expert", 0.5, 0.5)],
            preset(denoise),
            TRIALS,
        ))
    };
    let half = |x: f64| 0.5 + 0.5 * x;
    let lean = |accuracy: f64| 2.0 * accuracy - 1.0;
    let systematic = ErrorModel::Systematic { rate: p(e) };
    for (record, learns) in [
        (play(uniform(e), uniform(c)), [denoise; 3]),
        // A pattern is learned as it is, and so is all that it is mixed with.
        (play(systematic, uniform(c)), [0.0; 3]),
    ] {
        // Before the first round the assistant is the agent, at chance here.
        let mut student = [0.5; 3];
        assert_eq!(record.rounds.len(), 9);
        for round in record.rounds.chunks_exact(3) {
            let before = student;
            for (level, row) in round.iter().enumerate() {
                // Primitives are the overseer's own; above them two answers of the last student a level
                // below recombine as a parity, which the overseer flips with c. A primitive sub-question
                // is again the overseer's own.
                let below = if level < 2 { 1.0 - e } else { before[1] };
                let expected =
                    if level == 0 { 1.0 - e } else { half(lean(below) * lean(below) * lean(1.0 - c)) };
                near(&format!("target {}.{level}", row.round), row.target_right, row.trials, expected);
                let target = row.target_right as f64 / row.trials as f64;
                // What is wrong by an act without a pattern: every wrong target where all acts are the
                // overseer's; above that, a slip of combining where the student's two mistakes cancel.
                let slipped = if level < 2 { 1.0 - expected } else { c * half(lean(below) * lean(below)) };
                near(&format!("slipped {}.{level}", row.round), row.target_slipped, row.trials, slipped);
                let slipped = row.target_slipped as f64 / row.trials as f64;
                let law = target * (1.0 - fit_error) + learns[level] * slipped;
                assert!((row.student - law).abs() < 1e-12);
                // The next round is compared with what this student really is, not with what it was to be.
                student[level] = row.student;
            }
        }
        // The matches themselves are played with the last student.
        let total = record.total();
        near(
            "after the last round",
            total.right,
            total.trials,
            half(lean(student[1]) * lean(student[1]) * lean(1.0 - c)),
        );
    }
}
