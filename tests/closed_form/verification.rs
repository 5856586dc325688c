//! Recursive debate, cross-examination and critique: a dispute ends in one check.

use super::common::{Lie, agent, cell, liar, overseer, p, task, tree, uniform};
use super::{TRIALS, check, check_cell, choose, each, near, power};
use elenchus::agents::AgentSpec;
use elenchus::overseers::{ErrorModel, Exhausted, OverseerSpec};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::TaskSpec;
use elenchus::scenario::stages::Sides;
use elenchus::tasks::FamilySpec;
use elenchus::tasks::claim_tree::Combine;

const SIDES: [Sides; 3] = [Sides::AsListed, Sides::Swapped, Sides::Coin];

fn pair(lie: Lie) -> Vec<AgentSpec> {
    vec![agent("expert", 1.0, 0.5), liar("deceiver", 0.5, lie)]
}

fn both(model: &ErrorModel) -> OverseerSpec {
    overseer(model.clone(), model.clone())
}

#[test]
fn perfect_debaters_need_one_check_at_any_depth() {
    // Every false claim has a flaw, which the honest side finds; every true claim is upheld; what is left
    // is one check, which errs with e.
    for (depth, branching, answers, reach, e) in
        [(0, 2, 2, 0, 0.1), (1, 4, 2, 0, 0.3), (3, 2, 5, 1, 0.2), (5, 2, 2, 0, 0.1), (2, 3, 7, 2, 0.0)]
    {
        for sides in SIDES {
            let human = OverseerSpec { reach, ..both(&uniform(e)) };
            let tally = check(
                &format!("depth {depth}, reach {reach}, {sides:?}"),
                tree(depth, branching, answers, Combine::Sum),
                human,
                pair(Lie::Random),
                Preset::RecursiveDebate { sides },
                1.0 - e,
            );
            each("checks", tally.checks, 1);
            each("levels", tally.depth, depth.saturating_sub(reach).into());
        }
    }
}

#[test]
fn so_it_is_in_every_family() {
    let family =
        |text: &str| -> TaskSpec { task(serde_json::from_str::<FamilySpec>(text).expect("a family")) };
    let tasks = [
        tree(2, 3, 2, Combine::All),
        tree(2, 3, 2, Combine::Any),
        tree(2, 3, 2, Combine::Majority),
        family(r#"{ "family": "permutation_powering", "size": 8, "k_max": 15 }"#),
        family(r#"{ "family": "sequential_assignments", "size": 12, "depth": 3, "values": 4 }"#),
        family(r#"{ "family": "wildcard_search", "bits": 5, "size": 16, "wildcards": 3 }"#),
        family(
            r#"{ "family": "shortest_path", "size": 6, "horizon": 3, "proposals": 1, "ask": "distance" }"#,
        ),
        family(r#"{ "family": "shortest_path", "size": 6, "horizon": 3, "proposals": 1, "ask": "step" }"#),
        family(r#"{ "family": "union_find", "size": 8, "horizon": 2, "proposals": 1, "ask": "label" }"#),
        family(r#"{ "family": "union_find", "size": 8, "horizon": 2, "proposals": 1, "ask": "parent" }"#),
    ];
    for task in tasks {
        let play = |agents, preset| {
            super::tally(&super::common::cell(task.clone(), both(&uniform(0.2)), agents, preset, 100_000))
        };
        // Of several right steps a liar may name another one: then no verdict is wrong.
        let harmless = play(vec![liar("deceiver", 0.5, Lie::Random)], Preset::Trust).right;
        for (sides, spared) in [(Sides::AsListed, 0), (Sides::Swapped, harmless)] {
            let tally = play(pair(Lie::Random), Preset::RecursiveDebate { sides });
            let right = 0.8 + 0.2 * harmless as f64 / 1e5;
            near(&format!("{:?} {sides:?}", task.family), tally.right, tally.trials, right);
            assert!((tally.trials - spared..=tally.trials).contains(&tally.checks), "{:?}", task.family);
        }
    }
}

#[test]
fn a_liar_steers_to_where_the_judge_errs() {
    let e = 0.2;
    for (depth, branching, answers) in [(1, 3, 2), (2, 2, 2), (2, 2, 4), (3, 2, 3)] {
        let leaves = u32::pow(branching, depth);
        let wrong = 1.0 / f64::from(answers - 1);
        let play = |what: &str, model: ErrorModel, lie, sides, expected| {
            let task = tree(depth, branching, answers, Combine::Sum);
            let what = format!("{what}, {leaves} leaves, {answers} answers");
            let human = overseer(model, uniform(0.0));
            // Thinking ahead over many leaves takes its time: fewer trials there.
            let trials = if leaves * answers > 10 { TRIALS / 8 } else { TRIALS };
            check_cell(
                &what,
                &cell(task, human, pair(lie), Preset::RecursiveDebate { sides }, trials),
                expected,
            )
        };
        let (systematic, adversarial) =
            (ErrorModel::Systematic { rate: p(e) }, ErrorModel::Adversarial { rate: p(e) });
        let concentrated = ErrorModel::Concentrated { rate: p(e) };
        use Sides::{AsListed, Swapped};
        // The liar challenges the truth: it needs one leaf of which the judge sees another answer.
        let none_blind = power(1.0 - e, leaves);
        play("adversarial, challenged", adversarial.clone(), Lie::Random, AsListed, none_blind);
        play("systematic, studied, challenged", systematic.clone(), Lie::Worst, AsListed, none_blind);
        // The liar defends: in a sum its one false leaf is off by the same amount wherever it is put, and
        // the judge must see just that answer there: e/(m-1) a leaf.
        let none_fits = power(1.0 - e * wrong, leaves);
        play("adversarial, defended", adversarial, Lie::Random, Swapped, none_fits);
        play("systematic, studied, defended", systematic.clone(), Lie::Worst, Swapped, none_fits);
        // Not studied: the path is drawn without knowing, the leaf it ends at is blind with e.
        play("systematic, challenged", systematic.clone(), Lie::Random, AsListed, 1.0 - e);
        play("systematic, defended", systematic, Lie::Random, Swapped, 1.0 - e * wrong);
        // Concentrated: the wrong answer of each leaf is known beforehand to who studied, but seen only
        // with e, afresh. A false leaf that fits is there unless no leaf's wrong answer is off by the lie.
        play("concentrated, challenged", concentrated.clone(), Lie::Worst, AsListed, 1.0 - e);
        let fits = 1.0 - power(1.0 - wrong, leaves);
        play("concentrated, defended", concentrated, Lie::Worst, Swapped, 1.0 - e * fits);
    }
}

#[test]
fn an_overseer_that_cannot_look_guesses_or_abstains() {
    // A budget of none: the last claim in dispute is guessed by a coin, or nothing is said.
    for (exhausted, expected) in [(Exhausted::Guess, 0.5), (Exhausted::Abstain, 0.0)] {
        let human = OverseerSpec { budget: Some(0), exhausted, ..both(&uniform(0.0)) };
        let preset = Preset::RecursiveDebate { sides: Sides::AsListed };
        let tally =
            check("no budget", tree(2, 2, 2, Combine::Sum), human, pair(Lie::Random), preset, expected);
        each("checks", tally.checks, 0);
    }
}

#[test]
fn flaws_are_found_by_the_hypergeometric_law() {
    let inspector = |b| AgentSpec { inspect: Some(b), ..agent("inspector", 1.0, 0.5) };
    let liar = || liar("obfuscator", 0.5, Lie::Random);
    let e = 0.1;
    // One false part among n (a sum): found with min(1, b/n), and then rejected unless the check errs.
    for (n, b) in [(4, 1), (8, 3), (8, 8), (16, 5), (3, 9), (5, 0)] {
        let found = (f64::from(b) / f64::from(n)).min(1.0);
        let agents = || vec![liar(), inspector(b)];
        for preset in
            [Preset::Critique { sides: Sides::AsListed }, Preset::RecursiveDebate { sides: Sides::AsListed }]
        {
            let tally = check(
                &format!("{b} of {n}"),
                tree(1, n, 2, Combine::Sum),
                both(&uniform(e)),
                agents(),
                preset,
                // A recombination can be checked by recombining: no part found false, and the parts do
                // recombine, so an inspector that missed the flaw concedes.
                found * (1.0 - e),
            );
            near("checks", tally.checks, TRIALS, found);
        }
    }
    // Several flaws: "all true" of n claims of which f are false is the claim that each is true. The
    // truth is a fair coin; if it is "yes", the liar says one part is false; if it is "no", the number of
    // false ones is binomial given that there is one: 1 - C(n-f,b)/C(n,b).
    let (n, b) = (6, 2);
    let found = |f: u32| 1.0 - if b <= n - f { choose(n - f, b) / choose(n, b) } else { 0.0 };
    let rows = power(2.0, n) - 1.0;
    let several: f64 = (1..=n).map(|f| choose(n, f) / rows * found(f)).sum();
    let preset = Preset::Critique { sides: Sides::AsListed };
    let agents = vec![liar(), inspector(b)];
    let expected = 0.5 * found(1) + 0.5 * several;
    check("several flaws", tree(1, n, 2, Combine::All), both(&uniform(0.0)), agents, preset, expected);
}

#[test]
fn a_named_flaw_where_nobody_looks() {
    // The flaw lies anywhere among n parts; the overseer does not look at the last k.
    let (n, k, e) = (8, 3, 0.1);
    let human = OverseerSpec { negligence: k, ..both(&uniform(e)) };
    let agents = vec![liar("obfuscator", 0.5, Lie::Random), agent("inspector", 1.0, 0.5)];
    let preset = Preset::Critique { sides: Sides::AsListed };
    let seen = f64::from(n - k) / f64::from(n);
    let tally = check("negligence", tree(1, n, 2, Combine::Sum), human, agents, preset, seen * (1.0 - e));
    near("checks", tally.checks, TRIALS, seen);
}

#[test]
fn cross_examination_catches_the_inconsistent() {
    // A lie is repeated unchanged with c, asked n times at each of d levels: not caught with c^(nd), and
    // then the check decides.
    for (depth, asks, c, e) in [(1, 1, 0.7, 0.3), (1, 3, 0.5, 1.0), (3, 2, 0.9, 0.2), (2, 1, 0.0, 1.0)] {
        let deceiver = AgentSpec { consistency: p(c), ..liar("deceiver", 0.5, Lie::Random) };
        let expert = || agent("expert", 1.0, 0.5);
        let uncaught = power(c, asks * depth);
        let preset = Preset::CrossExamination { asks, sides: Sides::AsListed };
        let task = || tree(depth, 2, 2, Combine::Sum);
        let tally = check(
            &format!("{asks} asks at {depth} levels"),
            task(),
            both(&uniform(e)),
            vec![deceiver.clone(), expert()],
            preset,
            1.0 - uncaught * e,
        );
        near("checks", tally.checks, TRIALS, uncaught);
        // An honest defender never contradicts itself.
        check("honest defender", task(), both(&uniform(e)), vec![expert(), deceiver], preset, 1.0 - e);
    }
}

#[test]
fn a_liar_steers_to_where_recombinations_are_misread() {
    // One split, checks of parts exact. The liar knows which recombinations are seen wrongly, a share c of
    // them: there it asserts what is seen if it defends, and disputes what is so if it challenges.
    let c = 0.3;
    let exact = uniform(0.0);
    for sides in SIDES {
        let preset = Preset::RecursiveDebate { sides };
        let adversarial = ErrorModel::Adversarial { rate: p(c) };
        let human = overseer(exact.clone(), adversarial);
        check("known to all", tree(1, 2, 2, Combine::Sum), human, pair(Lie::Random), preset, 1.0 - c);
        let systematic = overseer(exact.clone(), ErrorModel::Systematic { rate: p(c) });
        let studied = pair(Lie::Worst);
        check("studied", tree(1, 2, 2, Combine::Sum), systematic.clone(), studied, preset, 1.0 - c);
        check("not studied", tree(1, 2, 2, Combine::Sum), systematic, pair(Lie::Random), preset, 1.0);
    }
}

#[test]
fn the_worst_liar_goes_for_the_weaker_check() {
    // Errors afresh each act: the liar has the check made that errs the likelier, of a part (e) or of a
    // recombination (c); any other liar that can hide its lie in a part does.
    for (e, c) in [(0.0, 0.4), (0.3, 0.1), (0.2, 0.2)] {
        let human = || overseer(uniform(e), uniform(c));
        for sides in SIDES {
            let preset = Preset::RecursiveDebate { sides };
            let worst = 1.0 - f64::max(e, c);
            check("worst", tree(1, 3, 2, Combine::Sum), human(), pair(Lie::Worst), preset, worst);
            check("random", tree(1, 3, 2, Combine::Sum), human(), pair(Lie::Random), preset, 1.0 - e);
        }
    }
    // One of four parts is not looked at: the worst liar puts its flaw there, a random one a quarter of the time.
    let human = OverseerSpec { negligence: 1, ..both(&uniform(0.0)) };
    let defends = Preset::RecursiveDebate { sides: Sides::Swapped };
    check("hidden", tree(1, 4, 2, Combine::Sum), human.clone(), pair(Lie::Worst), defends, 0.0);
    check("by luck", tree(1, 4, 2, Combine::Sum), human, pair(Lie::Random), defends, 0.75);
}
