//! Worlds of every family, for tests of what families promise.

use elenchus::claim::{Answer, Question};
use elenchus::streams::{Draws, Moment, Purpose, Streams};
use elenchus::tasks::{Family, FamilySpec, Step};
use std::collections::BTreeSet;

pub fn spec(family: &str, parameters: &str) -> FamilySpec {
    let text = format!(r#"{{ "family": "{family}", {parameters} }}"#);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Parameters of every family, small to as large as in the paper.
pub fn specs() -> Vec<FamilySpec> {
    let mut all = Vec::new();
    for (combine, answers) in [("all", 2), ("any", 2), ("majority", 2), ("sum", 2), ("sum", 7)] {
        for (depth, branching) in [(0, 3), (1, 5), (3, 3)] {
            let rest = format!(r#""depth": {depth}, "branching": {branching}, "answers": {answers}"#);
            all.push(spec("claim_tree", &format!(r#"{rest}, "combine": "{combine}""#)));
        }
    }
    for (size, k_max) in [(2, 2), (8, 7), (64, 63)] {
        all.push(spec("permutation_powering", &format!(r#""size": {size}, "k_max": {k_max}"#)));
    }
    for (size, depth, values) in [(4, 1, 2), (8, 3, 8), (64, 6, 8)] {
        let rest = format!(r#""size": {size}, "depth": {depth}, "values": {values}"#);
        all.push(spec("sequential_assignments", &rest));
    }
    for (bits, size, wildcards) in [(2, 1, 1), (6, 32, 4), (6, 64, 6)] {
        let rest = format!(r#""bits": {bits}, "size": {size}, "wildcards": {wildcards}"#);
        all.push(spec("wildcard_search", &rest));
    }
    for (size, horizon, proposals) in [(4, 1, 1), (8, 4, 2), (64, 6, 4)] {
        let rest = format!(r#""size": {size}, "horizon": {horizon}, "proposals": {proposals}"#);
        for ask in ["distance", "step"] {
            all.push(spec("shortest_path", &format!(r#"{rest}, "ask": "{ask}""#)));
        }
        for ask in ["label", "parent", "depth"] {
            all.push(spec("union_find", &format!(r#"{rest}, "ask": "{ask}""#)));
        }
    }
    for part in ["test", "train"] {
        all.push(spec("sparse_pixels", &format!(r#""pictures": "mnist", "part": "{part}""#)));
    }
    let tried: BTreeSet<&str> = all.iter().map(FamilySpec::name).collect();
    let listed: BTreeSet<&str> = elenchus::tasks::variants().iter().map(|variant| variant.name).collect();
    assert_eq!(tried, listed, "every listed family is tested");
    all
}

/// A trial of a family: its context and root.
pub fn trial(spec: &FamilySpec, seed: u64, trial: u64) -> (Vec<u32>, Question) {
    let streams = Streams::new(seed);
    let actor = Streams::actor(Purpose::Task, 0, spec.name());
    let mut draws = streams.draws(Streams::at(actor, trial, Question(0), Moment::default()));
    let mut context = vec![0; spec.context_words()];
    if let Some(worlds) = spec.worlds() {
        context[0] = draws.below(worlds);
    }
    let root = spec.generate(&mut draws, &mut context);
    (context, root)
}

/// The parts laid out with the answers that `say` gives, and the exact recombination.
pub fn lay_out(
    family: &dyn Family,
    context: &[u32],
    question: Question,
    mut say: impl FnMut(Question) -> Answer,
) -> (Vec<(Question, Answer)>, Answer) {
    let (mut parts, mut answers) = (Vec::new(), Vec::new());
    loop {
        match family.step(context, question, &answers) {
            Step::Done(base) => return (parts, base),
            Step::Ask(part) => {
                let answer = say(part);
                parts.push((part, answer));
                answers.push(answer);
            }
        }
    }
}

/// Questions that a match meets when parts are answered by `say`, each split once, as the engine does.
pub fn unfold(
    family: &dyn Family,
    context: &[u32],
    root: Question,
    say: &mut dyn FnMut(Question) -> Answer,
) -> (BTreeSet<Question>, u64) {
    let mut seen = BTreeSet::from([root]);
    let mut open = vec![root];
    let mut rows = 1;
    while let Some(question) = open.pop() {
        if family.level(context, question) == 0 || family.is_proposal(question) {
            continue;
        }
        let (parts, _) = lay_out(family, context, question, &mut *say);
        rows += parts.len() as u64;
        open.extend(parts.into_iter().map(|(part, _)| part).filter(|part| seen.insert(*part)));
    }
    (seen, rows)
}

/// Draws for a test's own choices.
pub fn draws<'a>(streams: &'a Streams, what: &str) -> Draws<'a> {
    let actor = Streams::actor(Purpose::Sample, 0, what);
    streams.draws(Streams::at(actor, 0, Question(0), Moment::default()))
}
