//! Every task family keeps its promises: true parts recombine to the truth, levels fall
//! whatever is answered, bounds hold, and no false claim is without a flaw to show.

mod common;

use common::families::{draws, lay_out, spec, specs, trial, unfold};
use elenchus::claim::{Answer, Question};
use elenchus::streams::{Draws, Streams};
use elenchus::tasks::{Family, FamilySpec};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A right answer to a question: one of those there are.
fn some_right(family: &dyn Family, context: &[u32], question: Question, draws: &mut Draws) -> Answer {
    let right = |answer: &Answer| family.is_right(context, question, *answer);
    let all: Vec<Answer> = (0..family.answers(question)).map(|a| Answer(a as u16)).filter(right).collect();
    all[draws.below(all.len() as u32) as usize]
}

#[test]
fn true_parts_recombine_to_the_truth() {
    for spec in &specs() {
        let family: &dyn Family = spec;
        for i in 0..20 {
            let (context, root) = trial(spec, 5, i);
            let truth = |question| family.truth(&context, question);
            let (seen, _) = unfold(family, &context, root, &mut { truth });
            for question in seen {
                let answer = truth(question);
                assert!(family.is_right(&context, question, answer), "{spec:?}");
                if family.level(&context, question) == 0 || family.is_proposal(question) {
                    continue;
                }
                let (_, base) = lay_out(family, &context, question, truth);
                let shown = family.show_question(&context, question);
                assert!(family.is_right(&context, question, base), "{spec:?} {shown}: {answer:?} {base:?}");
            }
        }
    }
}

/// What must hold of a question however its parts are answered.
fn check_bounds(spec: &FamilySpec, seed: u64) {
    let family: &dyn Family = spec;
    let (context, root) = trial(spec, seed, seed);
    let streams = Streams::new(seed);
    let mut draws = draws(&streams, "answers");
    let mut known = std::collections::BTreeMap::new();
    let mut say = |question| {
        let answers = family.answers(question);
        *known.entry(question).or_insert_with(|| Answer(draws.below(answers) as u16))
    };
    let (seen, rows) = unfold(family, &context, root, &mut say);
    assert!(rows <= family.questions_max(64), "{spec:?}: {rows} rows, bound {}", family.questions_max(64));
    assert!(family.subs_max() <= elenchus::tasks::SUBS_MAX);
    for question in seen {
        let level = family.level(&context, question);
        assert!(level <= family.level_max());
        assert!(family.answers(question) >= 1);
        assert!(!family.show_question(&context, question).is_empty());
        if level == 0 || family.is_proposal(question) {
            continue;
        }
        let (parts, base) = lay_out(family, &context, question, &mut say);
        assert!(!parts.is_empty() && parts.len() <= family.subs_max(), "{spec:?}");
        assert!(u32::from(base.0) < family.answers(question), "{spec:?}: {base:?}");
        for (part, _) in parts {
            let below = family.level(&context, part);
            assert!(below < level || (family.is_proposal(part) && below <= level), "{spec:?}");
        }
    }
}

/// A claim whose parts are all true and that recombines from them is either right, or a counter-proposal
/// shows what was left out; and no counter-proposal truly beats a right one.
fn check_false_claims(spec: &FamilySpec, seed: u64) {
    let family: &dyn Family = spec;
    let (context, root) = trial(spec, seed, seed);
    let streams = Streams::new(seed);
    let mut draws = draws(&streams, "parts");
    let truth = |question| family.truth(&context, question);
    let (seen, _) = unfold(family, &context, root, &mut { truth });
    for question in seen.into_iter().take(200) {
        if family.level(&context, question) == 0 || family.is_proposal(question) {
            continue;
        }
        // Any true parts, and any proposals at all: only what is proposed may be poor.
        let (parts, base) = lay_out(family, &context, question, |part| {
            if family.is_proposal(part) {
                Answer(draws.below(family.answers(part)) as u16)
            } else {
                some_right(family, &context, part, &mut draws)
            }
        });
        let claimed = family.counter_proposal(&context, question, base);
        let laid = |wanted| parts.iter().find(|(part, _)| Some(*part) == wanted).map(|(_, answer)| *answer);
        let beats = |better| {
            let counter = family.counter_proposal(&context, question, better)?;
            laid(claimed).is_none_or(|laid| truth(counter).0 < laid.0).then_some(counter)
        };
        let shown = || format!("{spec:?} {}", family.show_question(&context, question));
        // A choice among candidates is of the best that was laid out.
        let counter = |answer| laid(family.counter_proposal(&context, question, Answer(answer as u16)));
        if let Some(chosen) = laid(claimed) {
            let best = (0..family.answers(question)).filter_map(counter).min();
            assert_eq!(best, Some(chosen), "{}: a worse candidate is chosen", shown());
        }
        if family.is_right(&context, question, base) {
            for better in (0..family.answers(question)).map(|a| Answer(a as u16)) {
                assert_eq!(beats(better), None, "{}: nothing beats a right claim", shown());
            }
        } else {
            assert!(beats(truth(question)).is_some(), "{}: {base:?} is false, and nothing shows it", shown());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn levels_fall_and_bounds_hold_whatever_is_answered(which in 0..specs().len(), seed: u32) {
        check_bounds(&specs()[which], seed.into());
    }

    #[test]
    fn a_false_claim_has_a_flaw_to_show(which in 0..specs().len(), seed: u32) {
        check_false_claims(&specs()[which], seed.into());
    }
}

#[test]
fn shortcuts_give_what_they_stand_for() {
    for spec in &specs() {
        let family: &dyn Family = spec;
        for i in 0..20 {
            let (context, root) = trial(spec, 5, i);
            let truth = |question| family.truth(&context, question);
            let (seen, _) = unfold(family, &context, root, &mut { truth });
            let all: Vec<Question> = seen.iter().copied().collect();
            let mut truths = vec![Answer::UNKNOWN; all.len()];
            spec.truths(all.iter().map(|question| (context.as_slice(), *question)), &mut truths);
            assert!(truths.iter().copied().eq(all.iter().copied().map(truth)), "{spec:?}: truths");
            let mut asked = BTreeSet::from([root]);
            for question in all {
                assert!(family.answers_alike().is_none_or(|alike| alike == family.answers(question)));
                let level = family.level(&context, question);
                if level == 0 || family.is_proposal(question) {
                    continue;
                }
                let (laid, _) = lay_out(family, &context, question, truth);
                let laid: Vec<Question> = laid.into_iter().map(|(part, _)| part).collect();
                let new = laid.iter().filter(|part| asked.insert(**part)).count();
                assert!(family.repeats() || new == laid.len(), "{spec:?}: a question is asked again");
                if family.independent() {
                    let mut parts = vec![Question::default(); family.subs_max()];
                    family.parts(question, &mut parts);
                    assert_eq!(parts, laid, "{spec:?}: parts");
                    let is_below = |part: &Question| family.level(&context, *part) + 1 == level;
                    assert!(laid.iter().all(is_below), "{spec:?}: one level below");
                }
            }
        }
    }
}

#[test]
fn parameters_that_do_not_go_together_are_named_with_a_remedy() {
    for (family, parameters, says) in [
        (
            "claim_tree",
            r#""depth": 12, "branching": 64, "answers": 2, "combine": "sum""#,
            "at most 65536 fit",
        ),
        (
            "claim_tree",
            r#""depth": 1, "branching": 3, "answers": 3, "combine": "all""#,
            "want answers = 2, got 3",
        ),
        (
            "claim_tree",
            r#""depth": 1, "branching": 4, "answers": 2, "combine": "majority""#,
            "needs an odd branching, got 4",
        ),
        ("wildcard_search", r#""bits": 2, "size": 5, "wildcards": 1"#, "want size at most 4, got 5"),
        (
            "wildcard_search",
            r#""bits": 2, "size": 4, "wildcards": 3"#,
            "want wildcards at most bits = 2, got 3",
        ),
        ("sequential_assignments", r#""size": 4, "depth": 4, "values": 2"#, "want depth at most 3, got 4"),
    ] {
        let problem = spec(family, parameters).problem().unwrap_or_default();
        assert!(problem.contains(says), "{family} {parameters}: {problem:?}");
    }
    assert!(specs().iter().all(|spec| spec.problem().is_none()));
}

#[test]
fn omissions_happen_and_are_shown() {
    // The property above must not hold for lack of poor proposals.
    let spec = &spec("shortest_path", r#""size": 16, "horizon": 4, "proposals": 1, "ask": "step""#);
    let family: &dyn Family = spec;
    let omitted = (0..200).filter(|i| {
        let (context, root) = trial(spec, 9, *i);
        let far = |part: Question| {
            if family.is_proposal(part) { Answer(15) } else { family.truth(&context, part) }
        };
        let (_, base) = lay_out(family, &context, root, far);
        !family.is_right(&context, root, base)
    });
    assert!(omitted.count() > 20);
}

#[test]
fn a_step_is_often_right_without_looking_two_steps_ahead() {
    // What to hold the third level of christiano2018 against: the goal where an edge leads to it, else a
    // neighbour, either any or one that has the most ways on.
    let spec = &spec("shortest_path", r#""size": 16, "horizon": 2, "proposals": 4, "ask": "step""#);
    let trials = 5_000;
    let (mut any, mut most) = (0.0, 0.0);
    for i in 0..trials {
        let (context, root) = trial(spec, 9, i);
        let ways =
            |from: usize| (0..16).filter(|to| context[2 * from] >> to & 1 == 1).collect::<Vec<usize>>();
        let shown = spec.show_question(&context, root);
        let numbers: Vec<usize> = shown.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [from, to, 2] = numbers[..] else { panic!("a step within 2: {shown}") };
        let share = |places: &[usize]| {
            let right = |place: &&usize| spec.is_right(&context, root, Answer(**place as u16));
            places.iter().filter(right).count() as f64 / places.len() as f64
        };
        let near = ways(from);
        let ways_on = near.iter().map(|place| ways(*place).len()).max().expect("every vertex has a way out");
        let busiest: Vec<usize> =
            near.iter().copied().filter(|place| ways(*place).len() == ways_on).collect();
        let is_edge = near.contains(&to);
        any += if is_edge { share(&[to]) } else { share(&near) };
        most += if is_edge { share(&[to]) } else { share(&busiest) };
    }
    let [any, most] = [any, most].map(|sum| sum / trials as f64);
    // Of a share of 0.41 an edge leads to the goal. Else the first of d ways, 1 + Poisson(1) of them, weighed by how many goals lie
    // behind them: any is right of .72, .64, .61 for d = 2, 3, 4, one with the most ways on of .80, .73, .71.
    // Three standard errors of the sums are about 0.015.
    assert!((any - 0.80).abs() < 0.015 && (most - 0.855).abs() < 0.015, "{any} {most}");
}

#[test]
fn wrong_parts_propagate_or_cancel_by_the_real_operation() {
    // The share of single false parts that leave the recombination right: none where the operation is
    // injective in each part, some where it is not.
    let cancelled = |spec: &FamilySpec| {
        let family: &dyn Family = spec;
        let (mut kept, mut all) = (0, 0);
        for i in 0..100 {
            let (context, root) = trial(spec, 3, i);
            let (parts, _) = lay_out(family, &context, root, |part| family.truth(&context, part));
            for place in 0..parts.len() {
                let mut at = 0;
                let (_, base) = lay_out(family, &context, root, |part| {
                    let truth = family.truth(&context, part);
                    at += 1;
                    if at == place + 1 { Answer((truth.0 + 1) % family.answers(part) as u16) } else { truth }
                });
                all += 1;
                kept += u32::from(family.is_right(&context, root, base));
            }
        }
        (kept, all)
    };
    let tree = |combine: &str| {
        let rest = r#""depth": 1, "branching": 3, "answers": 2"#;
        spec("claim_tree", &format!(r#"{rest}, "combine": "{combine}""#))
    };
    assert_eq!(cancelled(&tree("sum")).0, 0, "a sum changes with each part");
    assert_eq!(cancelled(&spec("permutation_powering", r#""size": 8, "k_max": 7"#)).0, 0, "so does a power");
    for spec in [
        tree("any"),
        tree("majority"),
        spec("sequential_assignments", r#""size": 8, "depth": 3, "values": 2"#),
        spec("shortest_path", r#""size": 8, "horizon": 4, "proposals": 2, "ask": "distance""#),
    ] {
        let (kept, all) = cancelled(&spec);
        assert!(kept > 0 && kept < all, "{spec:?}: {kept} of {all}");
    }
}

#[test]
fn first_worlds_are_pinned() {
    let mut shown = String::new();
    for name in elenchus::tasks::variants().iter().map(|variant| variant.name) {
        let specs = specs();
        let spec = specs.iter().rfind(|spec| spec.name() == name).expect("a listed family");
        let family: &dyn Family = spec;
        for i in 0..3 {
            let (context, root) = trial(spec, 7, i);
            let answer = family.show_answer(root, family.truth(&context, root));
            shown.push_str(&format!("{name} {i}: {} = {answer}\n", family.show_question(&context, root)));
        }
    }
    common::golden_numbers("first-worlds.txt", &shown);
}
