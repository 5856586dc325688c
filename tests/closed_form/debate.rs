//! Persuasion: debate and consultancy.

use super::common::{Lie, agent, cell, liar, overseer, p, tree, uniform};
use super::{
    TRIALS, beta_binomial, binomial, check, check_cell, each, majority, majority_of, near, power, tally,
};
use elenchus::agents::AgentSpec;
use elenchus::overseers::{Bias, ErrorModel, Exhausted, OverseerSpec, Panel};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::TaskSpec;
use elenchus::scenario::stages::{Order, Sides};
use elenchus::tasks::claim_tree::Combine;

/// P(lead + U > V) for uniform U, V: 1 - (1 - lead)^2/2 for a lead from 0 to 1, by symmetry below.
fn ahead(lead: f64) -> f64 {
    if lead < 0.0 { 1.0 - ahead(-lead) } else { 1.0 - power(1.0 - lead.min(1.0), 2) / 2.0 }
}

/// P(a turn is read for the side with this lead): flipped with the error rate.
fn turn(lead: f64, rate: f64) -> f64 {
    ahead(lead) * (1.0 - rate) + (1.0 - ahead(lead)) * rate
}

fn claim() -> TaskSpec {
    tree(1, 2, 2, Combine::Sum)
}

fn debate(turns: u32) -> Preset {
    Preset::Debate { turns, order: Order::Simultaneous, open: false, sides: Sides::AsListed }
}

fn pair(honest: f64, deceptive: f64) -> Vec<AgentSpec> {
    vec![agent("expert", 1.0, honest), liar("deceiver", deceptive, Lie::Random)]
}

#[test]
fn the_reference_model() {
    let preset = Preset::AmplifiedDebate {
        depth: 2,
        votes: 1,
        turns: 4,
        order: Order::Simultaneous,
        sides: Sides::AsListed,
    };
    let human = overseer(uniform(0.1), uniform(0.0));
    let cell = cell(tree(2, 2, 2, Combine::Sum), human, pair(0.6, 0.5), preset, TRIALS);

    let tally = tally(&cell);

    // q = .595 x .9 + .405 x .1 = .576, p = .6131
    let p = majority(4, turn(0.1, 0.1));
    assert!((turn(0.1, 0.1) - 0.576).abs() < 1e-12 && (p - 0.6131).abs() < 5e-5);
    assert_eq!(tally.contested, 7 * TRIALS);
    near("all seven debates right", tally.all_nodes_right, TRIALS, power(p, 7));
    // Each of the seven debates flips the root's parity with 1 - p: 1/2 + (2p - 1)^7 / 2
    near("root", tally.right, TRIALS, 0.5 + 0.5 * power(2.0 * p - 1.0, 7));
}

#[test]
fn debates_over_skills_turns_and_errors() {
    for lead in [-0.4, 0.0, 0.1, 0.6, 1.5] {
        for (turns, e) in [(1, 0.0), (4, 0.1), (5, 0.3), (9, 0.2), (6, 0.5)] {
            let tally = check(
                &format!("lead {lead}, {turns} turns, error {e}"),
                claim(),
                overseer(uniform(e), uniform(0.0)),
                pair(0.5 + lead, 0.5),
                debate(turns),
                majority(turns, turn(lead, e)),
            );
            each("checks", tally.checks, 1);
            each("arguments", tally.arguments, 2 * u64::from(turns));
        }
    }
}

#[test]
fn fallible_sides() {
    // Two answers; the deceiver says the opposite of what it believes. Both right: contested, won with p.
    // The expert wrong and the deceiver right: both false. The expert right and the deceiver wrong: both
    // true. Both wrong: contested the other way round.
    let (a, d) = (0.8, 0.7);
    let deceiver = AgentSpec { stance: liar("", 0.5, Lie::Random).stance, ..agent("deceiver", d, 0.5) };
    let agents = vec![agent("expert", a, 0.7), deceiver];
    let win = majority(3, turn(0.2, 0.1));
    let expected = a * d * win + a * (1.0 - d) + (1.0 - a) * (1.0 - d) * (1.0 - win);
    let tally =
        check("fallible sides", claim(), overseer(uniform(0.1), uniform(0.0)), agents, debate(3), expected);
    // Equal claims are the verdict, undebated, without a check.
    near("checks", tally.checks, TRIALS, a * d + (1.0 - a) * (1.0 - d));
    assert_eq!(tally.checks, tally.contested);
}

#[test]
fn advantages_and_biases() {
    let play = |what: &str, task: TaskSpec, bias: Bias, order, sides, expected: f64| {
        let human = OverseerSpec { bias, ..overseer(uniform(0.1), uniform(0.0)) };
        let preset = Preset::Debate { turns: 3, order, open: false, sides };
        check(what, task, human, pair(0.5, 0.5), preset, expected)
    };
    let none = Bias { first: 0.0, longer: 0.0, confident: 0.0 };
    let at = |lead: f64| majority(3, turn(lead, 0.1));
    let truth = |truth_advantage| TaskSpec { truth_advantage, ..claim() };
    use Order::{Sequential, Simultaneous};
    use Sides::{AsListed, Coin, Swapped};
    play("truth", truth(0.3), none.clone(), Simultaneous, AsListed, at(0.3));
    play("truth, swapped", truth(0.3), none.clone(), Simultaneous, Swapped, at(0.3));
    let first = Bias { first: 0.2, ..none.clone() };
    play("first", claim(), first.clone(), Sequential, AsListed, at(0.2));
    play("first, swapped", claim(), first.clone(), Sequential, Swapped, at(-0.2));
    // Either order with probability one half: the mean of the two.
    let tally = play("first, coin", claim(), first.clone(), Sequential, Coin, 0.5 * (at(0.2) + at(-0.2)));
    near("truth speaks first", tally.first_true, TRIALS, 0.5);
    play("no order, no first", claim(), first, Simultaneous, AsListed, at(0.0));
    // A deceiver's argument is the longer one; never in doubt, it is as sure as the perfect expert.
    play("longer", claim(), Bias { longer: 0.2, ..none.clone() }, Simultaneous, AsListed, at(-0.2));
    play("confident", claim(), Bias { confident: 0.5, ..none }, Simultaneous, AsListed, at(0.0));
}

#[test]
fn panels_and_kinds_of_error_in_a_debate() {
    let lead = 0.2;
    let (members, rho, e) = (3, 0.4, 0.3);
    let panel = Panel { members, correlation: p(rho), share_wrong: true };
    let human = OverseerSpec { panel, ..overseer(uniform(e), uniform(0.0)) };
    let misread = majority_of(members, |erring| beta_binomial(members, erring, e, rho));
    check(
        "a panel reads each turn",
        claim(),
        human,
        pair(0.7, 0.5),
        debate(3),
        majority(3, turn(lead, misread)),
    );

    // Of two claims none is accepted or rejected by itself: a turn is misread at the mean of both rates.
    let model = ErrorModel::Asymmetric { false_accept: p(0.3), false_reject: p(0.1) };
    let expected = majority(5, turn(lead, 0.2));
    check("asymmetric", claim(), overseer(model, uniform(0.0)), pair(0.7, 0.5), debate(5), expected);

    // A question that is always got wrong is lost in every turn, the others go by strength alone.
    for model in [ErrorModel::Systematic { rate: p(e) }, ErrorModel::Adversarial { rate: p(e) }] {
        let expected = (1.0 - e) * majority(5, ahead(lead));
        check("systematic", claim(), overseer(model, uniform(0.0)), pair(0.7, 0.5), debate(5), expected);
    }
    // With two answers the wrong one is what the liar claims: each turn is lost with e, whatever was argued.
    let q = ahead(lead) * (1.0 - e);
    let model = ErrorModel::Concentrated { rate: p(e) };
    check("concentrated", claim(), overseer(model, uniform(0.0)), pair(0.7, 0.5), debate(5), majority(5, q));
}

#[test]
fn a_spent_budget_ends_a_debate() {
    let human =
        |exhausted| OverseerSpec { budget: Some(0), exhausted, ..overseer(uniform(0.0), uniform(0.0)) };
    let guess = check("guess", claim(), human(Exhausted::Guess), pair(1.5, 0.5), debate(3), 0.5);
    each("checks", guess.checks, 0);
    let none = check("abstain", claim(), human(Exhausted::Abstain), pair(1.5, 0.5), debate(3), 0.0);
    each("abstentions", none.abstained, 1);
}

#[test]
fn open_debate_always_has_two_claims() {
    // Two honest agents that agree: the second must oppose what the first has picked.
    let agents = || vec![agent("a", 1.0, 0.7), agent("b", 1.0, 0.5)];
    let open = Preset::Debate { turns: 3, order: Order::Simultaneous, open: true, sides: Sides::AsListed };
    let human = || overseer(uniform(0.1), uniform(0.0));
    let tally = check("open", claim(), human(), agents(), open, majority(3, turn(0.2, 0.1)));
    each("contested", tally.contested, 1);
    let tally = check("closed", claim(), human(), agents(), debate(3), 1.0);
    each("contested", tally.contested, 0);
}

#[test]
fn a_debates_confidence_is_the_posterior_of_its_lead() {
    // Odds ((1-e)/e)^(turns won more), each number of turns won binomial.
    let (turns, e, lead) = (4, 0.2, 0.3);
    let cell = cell(claim(), overseer(uniform(e), uniform(0.0)), pair(0.8, 0.5), debate(turns), TRIALS);
    let posterior = |won: u32| {
        let odds = libm::pow((1.0 - e) / e, f64::from((2 * won).abs_diff(turns)));
        odds / (1.0 + odds)
    };
    let expected: f64 = (0..=turns).map(|won| binomial(turns, won, turn(lead, e)) * posterior(won)).sum();
    let mean = tally(&cell).confidence as f64 / 65_536.0 / TRIALS as f64;
    assert!((mean - expected).abs() < 1e-3, "{mean} {expected}");
}

#[test]
fn consultancy_is_a_coin_unless_the_truth_or_the_choice_helps() {
    for (e, turns, advantage) in [(0.0, 3, 0.0), (0.2, 4, 0.0), (0.1, 3, 0.4), (0.5, 1, 1.0)] {
        let task = || TaskSpec { truth_advantage: advantage, ..claim() };
        let human = || overseer(uniform(e), uniform(0.0));
        let expert = || vec![agent("expert", 1.0, 0.6)];
        // The lead is skill .6 less scepticism .5.
        let (with, without) = (majority(turns, turn(0.1 + advantage, e)), majority(turns, turn(0.1, e)));
        // Assigned by a fair coin: the truth is accepted, or the falsehood rejected.
        let assigned = Preset::Consultancy { turns, open: false };
        let expected = 0.5 * with + 0.5 * (1.0 - without);
        let tally = check("assigned", task(), human(), expert(), assigned, expected);
        each("checks", tally.checks, 1);
        each("arguments", tally.arguments, turns.into());
        near("assigned the truth", tally.first_true, TRIALS, 0.5);
        // Open: an honest consultant argues for the truth; rejected, the other answer stands.
        check("open", task(), human(), expert(), Preset::Consultancy { turns, open: true }, with);
    }
    // More than two answers: a rejected claim leaves nothing to stand, the overseer abstains.
    let cell = cell(
        tree(1, 2, 5, Combine::Sum),
        overseer(uniform(0.1), uniform(0.0)),
        vec![agent("expert", 1.0, 0.6)],
        Preset::Consultancy { turns: 3, open: true },
        TRIALS,
    );
    let accepted = majority(3, turn(0.1, 0.1));
    let tally = check_cell("five answers", &cell, accepted);
    assert_eq!(tally.abstained, TRIALS - tally.right);
}
