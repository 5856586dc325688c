//! Controls: what an overseer at chance cannot add, which error a check has, which nodes count as right.

use super::common::{Lie, agent, cell, liar, overseer, p, tally, tree, uniform};
use super::{TRIALS, check, check_cell, near};
use elenchus::agents::AgentSpec;
use elenchus::overseers::{ErrorModel, Over, OverseerSpec, Panel};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::stages::{CrossCheck, Order, Party, Sides, Stages};
use elenchus::tasks::claim_tree::Combine;

fn pair() -> Vec<AgentSpec> {
    vec![agent("expert", 1.0, 0.5), liar("deceiver", 0.5, Lie::Random)]
}

fn debate(sides: Sides) -> Preset {
    Preset::Debate { turns: 3, order: Order::Simultaneous, open: false, sides }
}

fn contests(sides: Sides) -> [Preset; 3] {
    [debate(sides), Preset::RecursiveDebate { sides }, Preset::CrossExamination { asks: 0, sides }]
}

#[test]
fn an_overseer_at_chance_adds_nothing() {
    // Two answers, and every act of the overseer a coin: a truthful and a lying agent of equal skill leave 1/2.
    let chance = || overseer(uniform(0.5), uniform(0.5));
    let (depth, votes, turns) = (2, 1, 3);
    let order = Order::Simultaneous;
    for sides in [Sides::AsListed, Sides::Swapped, Sides::Coin] {
        let amplified = Preset::AmplifiedDebate { depth, votes, turns, order, sides };
        for preset in contests(sides).into_iter().chain([amplified]) {
            check("at chance", tree(depth, 2, 2, Combine::Sum), chance(), pair(), preset, 0.5);
        }
    }
    let amplify = |primitives| Preset::Amplification { depth, votes: 3, primitives };
    for preset in [
        Preset::Unaided,
        Preset::Consultancy { turns, open: false },
        amplify(Party::Agents),
        amplify(Party::Overseer),
    ] {
        check("at chance", tree(depth, 2, 2, Combine::Sum), chance(), pair(), preset, 0.5);
    }
}

#[test]
fn two_honest_sides_and_two_deceptive_ones() {
    let task = || tree(2, 2, 3, Combine::Sum);
    for rate in [0.0, 0.5] {
        for preset in contests(Sides::Coin) {
            let human = || overseer(uniform(rate), uniform(rate));
            let honest = vec![agent("a", 1.0, 0.9), agent("b", 1.0, 0.1)];
            check("two honest sides", task(), human(), honest, preset, 1.0);
            let deceptive = vec![liar("a", 0.9, Lie::Random), liar("b", 0.1, Lie::Random)];
            check("two deceptive sides", task(), human(), deceptive, preset, 0.0);
        }
    }
}

#[test]
fn an_overseer_accepts_what_is_false_and_rejects_what_is_true_at_its_own_rates() {
    // The first side's claim is checked: true with the expert first, false with the deceiver first.
    let (false_accept, false_reject) = (0.3, 0.1);
    let model = ErrorModel::Asymmetric { false_accept: p(false_accept), false_reject: p(false_reject) };
    for (sides, expected) in [(Sides::AsListed, 1.0 - false_reject), (Sides::Swapped, 1.0 - false_accept)] {
        let human = overseer(model.clone(), uniform(0.0));
        check(
            "a claim",
            tree(0, 2, 2, Combine::Sum),
            human,
            pair(),
            Preset::RecursiveDebate { sides },
            expected,
        );
    }
}

#[test]
fn a_disputed_part_has_the_judging_error_and_a_recombination_the_combining_error() {
    // A dispute at each node of an amplified tree: leaves are parts, the root is a recombination of what
    // was accepted; two answers, so wrong leaves cancel: 1/2 + (1 - 2e)^2 (1 - 2c)/2.
    let sides = Sides::AsListed;
    for (e, c) in [(0.3, 0.05), (0.05, 0.3), (0.2, 0.0)] {
        let preset =
            Preset::AmplifiedDebate { depth: 1, votes: 1, turns: 1, order: Order::Simultaneous, sides };
        let human = overseer(uniform(e), uniform(c));
        let mut cell = cell(tree(1, 2, 2, Combine::Sum), human, pair(), preset, TRIALS);
        cell.protocol.stages =
            Stages { cross_check: CrossCheck::RecursiveDebate { sides }, ..cell.protocol.stages };
        let lean = |error: f64| 1.0 - 2.0 * error;
        check_cell("disputes", &cell, 0.5 + 0.5 * lean(e) * lean(e) * lean(c));
    }
}

#[test]
fn every_node_counts_whether_it_was_contested_or_not() {
    // Agents right with a at each of four leaves, nothing contested, exact recombinations: a^4.
    let a: f64 = 0.8;
    let amplify = Preset::Amplification { depth: 2, votes: 1, primitives: Party::Agents };
    let human = || overseer(uniform(0.0), uniform(0.0));
    let cell = cell(tree(2, 2, 2, Combine::Sum), human(), vec![agent("expert", a, 0.5)], amplify, TRIALS);
    let tally = tally(&cell);
    near("all four leaves", tally.all_nodes_right, tally.trials, a * a * a * a);
    // The overseer slips at a recombination with c: (1 - c)^3 with perfect agents.
    let c: f64 = 0.1;
    let slips = OverseerSpec { combining: uniform(c), ..human() };
    let mut cell = cell.clone();
    (cell.overseer, cell.agents) = (slips, vec![agent("expert", 1.0, 0.5)]);
    let tally = super::common::tally(&cell);
    near("all three recombinations", tally.all_nodes_right, tally.trials, (1.0 - c) * (1.0 - c) * (1.0 - c));
}

#[test]
fn overseers_read_the_same_argument_each_with_errors_of_its_own() {
    let play = |name: &str, rate| {
        let human = OverseerSpec { name: name.into(), ..overseer(uniform(rate), uniform(0.0)) };
        let preset =
            Preset::Debate { turns: 5, order: Order::Simultaneous, open: false, sides: Sides::AsListed };
        tally(&cell(tree(2, 2, 2, Combine::Sum), human, pair(), preset, 20_000))
    };
    assert_eq!(play("one", 0.0), play("another", 0.0), "no error and no tie: the argument decides");
    assert_ne!(play("one", 0.2), play("another", 0.2));
}

#[test]
fn no_kind_of_error_prefers_a_seat() {
    let (rate, trials) = (p(0.3), TRIALS / 4);
    let models = [
        ErrorModel::Uniform { rate, over: Over::Others },
        ErrorModel::Asymmetric { false_accept: p(0.4), false_reject: p(0.0) },
        ErrorModel::ByLevel { rate, growth: p(0.1) },
        ErrorModel::Concentrated { rate },
        ErrorModel::Systematic { rate },
        ErrorModel::Adversarial { rate },
    ];
    for model in models {
        for members in [1, 3] {
            let play = |sides| {
                let human = OverseerSpec {
                    panel: Panel { members, correlation: p(0.2), share_wrong: true },
                    ..overseer(model.clone(), uniform(0.0))
                };
                tally(&cell(tree(0, 2, 2, Combine::Sum), human, pair(), debate(sides), trials))
            };
            let (listed, swapped) = (play(Sides::AsListed), play(Sides::Swapped));
            // Two independent proportions at most: their difference has at most sqrt(1/2 / n) for a standard error.
            let difference = listed.right.abs_diff(swapped.right) as f64 / trials as f64;
            assert!(difference < 4.0 * (0.5 / trials as f64).sqrt(), "{model:?}, {members}: {difference}");
        }
    }
}
