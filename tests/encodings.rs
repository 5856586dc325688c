//! What a network reads is enough to answer by, and nothing of the answer.

mod common;

use common::families::{draws, spec, specs, trial, unfold};
use elenchus::claim::{Answer, Question};
use elenchus::streams::Streams;
use elenchus::tasks::encoding::{Alphabet, BLANK, NO_COPY, Pages};
use elenchus::tasks::{Family, FamilySpec};
use std::collections::{BTreeMap, BTreeSet};

/// The families that networks read, and their alphabets.
fn read() -> Vec<(FamilySpec, Alphabet)> {
    specs().into_iter().filter_map(|spec| spec.alphabet().map(|alphabet| (spec, alphabet))).collect()
}

/// A question's page: tokens' symbols, and what they copy.
fn page(spec: &FamilySpec, alphabet: Alphabet, context: &[u32], question: Question) -> (Vec<u16>, Vec<u16>) {
    let mut pages = Pages::new(alphabet);
    spec.write(context, question, &mut pages.page());
    (pages.symbols, pages.copies)
}

/// Questions that are met when anything at all is answered.
fn questions(spec: &FamilySpec, context: &[u32], root: Question, seed: u64) -> BTreeSet<Question> {
    let streams = Streams::new(seed);
    let mut draws = draws(&streams, "answers");
    let mut say = |question| Answer(draws.below(spec.answers(question)) as u16);
    unfold(spec, context, root, &mut say).0
}

/// Families whose parameters lie far apart.
fn extremes() -> Vec<(FamilySpec, Alphabet)> {
    let all = [
        ("sequential_assignments", r#""size": 16, "depth": 15, "values": 16"#),
        ("shortest_path", r#""size": 4, "horizon": 16, "proposals": 4, "ask": "distance""#),
        ("union_find", r#""size": 4, "horizon": 16, "proposals": 4, "ask": "label""#),
    ];
    let all = all.map(|(family, rest)| spec(family, rest));
    all.into_iter().map(|spec| (spec.clone(), spec.alphabet().expect("a family that is read"))).collect()
}

#[test]
fn pages_fit_their_alphabet() {
    for (spec, alphabet) in read().iter().chain(&extremes()) {
        // With room for one token more, facts that are too many show.
        let roomy = Alphabet { tokens: alphabet.tokens + 1, ..*alphabet };
        for i in 0..5 {
            let (context, root) = trial(spec, 5, i);
            let facts = |question| {
                let (symbols, copies) = page(spec, roomy, &context, question);
                let tokens = symbols.chunks_exact(alphabet.per_token);
                let tokens: Vec<Vec<u16>> = tokens.map(<[u16]>::to_vec).collect();
                (tokens, copies)
            };
            let (first, first_copies) = facts(root);
            for asked in questions(spec, &context, root, i) {
                let (tokens, copies) = facts(asked);
                let (question, written) = tokens.split_last().expect("the question is the last token");
                let (spare, written) = written.split_last().expect("room for one more");
                assert!(spare.iter().all(|symbol| *symbol == BLANK), "{spec:?}: too many facts");
                assert!(written.iter().all(|token| token[0] != BLANK), "{spec:?}: too few facts");
                assert!(tokens.iter().flatten().all(|symbol| usize::from(*symbol) < alphabet.symbols));
                // Who is asked for a variable's value reads the variable's token again: its value is no fact, or said there.
                let again = matches!(spec, FamilySpec::SequentialAssignments(_))
                    && spec.show_question(&context, asked).starts_with('x');
                assert_eq!(written.contains(question), again, "{spec:?}: a fact as question");
                assert_ne!(question[0], BLANK);
                for token in &tokens {
                    let named = token.iter().filter(|symbol| **symbol != BLANK);
                    let different: BTreeSet<_> = named.clone().collect();
                    assert_eq!(named.count(), different.len(), "{spec:?}: a symbol twice in a token");
                }
                assert_eq!((written, &copies), (&first[..alphabet.tokens - 1], &first_copies));
                assert!(copies.iter().all(|class| *class == NO_COPY || *class < alphabet.unknown()));
                let classes = u32::from(spec.first_class(asked)) + spec.answers(asked);
                assert!(classes <= alphabet.unknown().into(), "{spec:?}: {classes} classes");
            }
        }
    }
}

/// Roles that are said to name the same things do, one by one.
#[test]
fn roles_alike_name_the_same() {
    let mut loops = 0;
    for (spec, alphabet) in &read() {
        let roles: Vec<_> = alphabet.alike.iter().filter(|role| role.size > 0).collect();
        let range = |first: u16, size: u16| first..first + size;
        for role in &roles {
            assert!(role.like > BLANK && usize::from(role.first + role.size) <= alphabet.symbols);
            for other in &roles {
                let (own, like) = (range(other.first, other.size), range(role.like, role.size));
                assert!(
                    own.end <= like.start || like.end <= own.start,
                    "{spec:?}: like one that is like another"
                );
                let apart = role.first == other.first || !own.contains(&role.first);
                assert!(apart, "{spec:?}: two roles in one place");
                let is_same = std::ptr::eq(*role, *other);
                assert!(
                    is_same || role.first != other.first || role.half != other.half,
                    "{spec:?}: like two in one half"
                );
                assert_eq!(role.half.is_some(), other.half.is_some(), "{spec:?}: some turned, some not");
            }
        }
        // What a token's symbols of a role stand for, and of the role that it is like.
        let named = |token: &[u16], first: u16, size: u16| -> Vec<u16> {
            let of_role = token.iter().filter(|symbol| range(first, size).contains(symbol));
            of_role.map(|symbol| symbol - first).collect()
        };
        let numbers = |shown: &str| -> Vec<u16> {
            shown.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
        };
        let (context, root) = trial(spec, 5, 0);
        let word = |at: u16| context[usize::from(at)] as u16;
        let (symbols, copies) = page(spec, *alphabet, &context, root);
        let tokens: Vec<&[u16]> = symbols.chunks_exact(alphabet.per_token).collect();
        let facts = tokens[..alphabet.tokens - 1].iter().zip(&copies).zip(0_u16..);
        // Every question that is met, as it is written and as it is shown to people.
        let asked = questions(spec, &context, root, 0).into_iter().filter(|asked| !spec.is_proposal(*asked));
        let asked = asked.map(|asked| {
            let (symbols, _) = page(spec, *alphabet, &context, asked);
            let token = symbols[symbols.len() - alphabet.per_token..].to_vec();
            (token, spec.show_question(&context, asked))
        });
        match spec {
            // Where an element goes is what its token copies.
            FamilySpec::PermutationPowering(_) => {
                let [to] = roles[..] else { panic!("one role is like another") };
                for ((token, copy), element) in facts {
                    assert_eq!(named(token, to.like, to.size), [element]);
                    assert_eq!(named(token, to.first, to.size), [*copy]);
                }
            }
            // Each variable has a token, which names its arguments or its value; entries of the table lie row after row.
            FamilySpec::SequentialAssignments(family) => {
                let [left, right, row, column] = roles[..] else { panic!("four roles are like others") };
                let (n, v, layers) = (left.size, row.size, family.depth as u16 + 1);
                // Left arguments go with rows, in one half; right ones with columns, in the other.
                assert!(left.half.is_some() && left.half == row.half && right.half == column.half);
                assert_ne!(left.half, right.half);
                assert_eq!((alphabet.open.first, alphabet.open.size), (row.first, v));
                assert_eq!(column.first, row.first);
                for ((token, copy), at) in facts {
                    let [lefts, rights, value] =
                        [left, right, row].map(|role| named(token, role.first, role.size));
                    let [variable, rows, columns] =
                        [left, row, column].map(|role| named(token, role.like, role.size));
                    let is_open = token.contains(&alphabet.open.symbol);
                    if let Some(entry) = at.checked_sub(n) {
                        assert_eq!((rows, columns), (vec![entry / v], vec![entry % v]));
                        assert_eq!((variable, lefts, rights), (vec![], vec![], vec![]));
                        assert_eq!((value, *copy, is_open), (vec![word(entry)], word(entry), false));
                    } else {
                        // After the table: left arguments, right ones, values. Constants are the first variables, and
                        // those of the last layer are nobody's arguments.
                        let [l, r, x] = [0, 1, 2].map(|part| word(v * v + part * n + at));
                        let is_constant = at < n.div_ceil(layers);
                        let said =
                            if is_constant { [vec![], vec![], vec![x]] } else { [vec![l], vec![r], vec![]] };
                        assert_eq!([lefts, rights, value], said);
                        assert_eq!(is_open, !is_constant, "a value that is no fact is open");
                        assert_eq!((variable, rows, columns), (vec![at], vec![], vec![]));
                        assert_eq!(
                            *copy,
                            if at < ((layers - 1) * n).div_ceil(layers) { at } else { NO_COPY }
                        );
                    }
                }
                for (question, shown) in asked {
                    let places = [row, column].map(|role| named(&question, role.like, role.size)).concat();
                    let variable = named(&question, left.like, left.size);
                    assert_eq!([variable, places].concat(), numbers(&shown), "{shown}");
                }
            }
            // A point's bits are named one by one; a question's that are no wildcards.
            FamilySpec::WildcardSearch(family) => {
                let [bits] = roles[..] else { panic!("one role is like another") };
                let set = |point: &u16| {
                    let word = usize::from(point / 32);
                    (context[word] | context[2 + word]) >> (point % 32) & 1 == 1
                };
                let points = (0..1_u16 << family.bits).filter(set);
                let points: Vec<u16> = points.collect();
                assert_eq!(points.len(), alphabet.tokens - 1);
                for (((token, _), _), point) in facts.zip(points) {
                    let said: Vec<u16> = (0..family.bits as u16).map(|i| 2 * i + (point >> i & 1)).collect();
                    assert_eq!(named(token, bits.like, bits.size), said);
                }
                for (question, shown) in asked {
                    let pattern = shown.chars().rev().zip(0_u16..family.bits as u16);
                    let fixed = pattern.filter_map(|(bit, i)| Some(2 * i + bit.to_digit(2)? as u16));
                    assert_eq!(named(&question, bits.first, bits.size), fixed.collect::<Vec<_>>(), "{shown}");
                }
            }
            // An edge has a token that names both its ends and copies where it leads. A given label has a token that names and
            // copies its vertex, but where a vertex alone leads to itself. Either says the label given at what it copies.
            // A question names where it starts from and its goal.
            FamilySpec::ShortestPath(_) | FamilySpec::UnionFind(_) => {
                let [leads, at, to] = roles[..] else { panic!("three roles are like others") };
                let n = leads.size;
                let edge = |from: u16, to: u16| {
                    context[2 * usize::from(from) + usize::from(to) / 32] >> (to % 32) & 1 == 1
                };
                let edges = (0..n).flat_map(|from| (0..n).map(move |to| (from, to)));
                let edges = edges.filter(|(from, to)| edge(*from, *to));
                let mut written: Vec<(u16, Option<u16>, u16)> =
                    edges.map(|(from, to)| (from, Some(to), to)).collect();
                // After the depths, 0 where a label is given, lie the labels.
                let is_given = |at: u16| matches!(spec, FamilySpec::UnionFind(_)) && word(3 * n + at) == 0;
                let alone = |at: &u16| edge(*at, *at);
                written.extend((0..n).filter(|at| is_given(*at) && !alone(at)).map(|at| (at, None, at)));
                loops += (0..n).filter(alone).count();
                assert_eq!(written.len(), alphabet.tokens - 1);
                for (((token, copy), _), (from, way, copied)) in facts.zip(written) {
                    // The role after ways is that of labels.
                    let label = is_given(copied).then(|| leads.first + n + word(4 * n + copied));
                    let said = [Some(leads.like + from), way.map(|to| leads.first + to), label];
                    let symbols: BTreeSet<u16> =
                        token.iter().copied().filter(|symbol| *symbol != BLANK).collect();
                    assert_eq!((symbols, *copy), (said.into_iter().flatten().collect(), copied));
                }
                for (question, shown) in asked {
                    let said = [at, to].map(|role| named(&question, role.first, role.size)).concat();
                    assert!(numbers(&shown).starts_with(&said) && !said.is_empty(), "{shown}: {said:?}");
                }
            }
            FamilySpec::ClaimTree(_) | FamilySpec::SparsePixels(_) => unreachable!("no network reads it"),
        }
    }
    assert!(loops > 0, "else nothing is shown of vertices alone");
}

#[test]
fn a_page_suffices_to_answer() {
    let mut met_again = BTreeMap::new();
    for (spec, alphabet) in read().iter().chain(&extremes()) {
        let mut right: BTreeMap<_, (u64, Vec<u16>)> = BTreeMap::new();
        // Small worlds come again; in large ones many questions are asked.
        let trials = if alphabet.tokens < 12 { 1000 } else { 2 };
        for i in 0..trials {
            let (context, root) = trial(spec, 5, i);
            for asked in questions(spec, &context, root, i) {
                let is_right = |answer: &u16| spec.is_right(&context, asked, Answer(*answer));
                let answers = (0..spec.answers(asked) as u16).filter(is_right);
                let classes: Vec<u16> = answers.map(|answer| spec.first_class(asked) + answer).collect();
                // A token is a set of symbols, and so are the facts of a page of tokens: what only an order tells is not told.
                let (symbols, copies) = page(spec, *alphabet, &context, asked);
                let tokens = symbols.chunks_exact(alphabet.per_token).zip(copies);
                let mut key: Vec<_> =
                    tokens.map(|(token, copy)| (BTreeSet::from_iter(token.to_vec()), copy)).collect();
                key[..alphabet.tokens - 1].sort();
                let (trial, kept) = right.entry(key).or_insert_with(|| (i, classes.clone()));
                let shown = spec.show_question(&context, asked);
                assert_eq!(*kept, classes, "{spec:?}: {shown} in trials {trial} and {i}");
                *met_again.entry(spec.name()).or_insert(0) += u32::from(*trial != i);
            }
        }
    }
    assert!(met_again.values().all(|count| *count > 100), "else nothing is shown: {met_again:?}");
}

/// The words of a context that are truth and no fact, family by family.
fn hidden(spec: &FamilySpec, context: &[u32]) -> Vec<usize> {
    let all = context.len();
    match spec {
        FamilySpec::ClaimTree(_) | FamilySpec::SparsePixels(_) => unreachable!("no network reads it"),
        // Primitive is s itself, row 0; higher powers are what is asked for.
        FamilySpec::PermutationPowering(family) => (family.size as usize..all).collect(),
        // Left and right arguments are facts, and the table is; the values in the last row are facts only
        // of constants, which alone have no layers below: they are the first variables.
        FamilySpec::SequentialAssignments(family) => {
            let constants = family.size.div_ceil(family.depth + 1);
            (all - (family.size - constants) as usize..all).collect()
        }
        // The function is the facts.
        FamilySpec::WildcardSearch(_) => vec![],
        // After two words of edges a vertex: some neighbour (any will do, so it is the draw's), distances.
        FamilySpec::ShortestPath(family) => (2 * family.size as usize..all).collect(),
        // The same, then labels: depth 0 and the label there are facts, since a label is given there.
        FamilySpec::UnionFind(family) => {
            let n = family.size as usize;
            let below = |vertex: &usize| context[3 * n + vertex] > 0;
            let parted = (0..n).filter(below).flat_map(|vertex| [3 * n + vertex, 4 * n + vertex]);
            (2 * n..3 * n).chain(parted).collect()
        }
    }
}

#[test]
fn a_page_hides_the_truth() {
    let (mut tried, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for (spec, alphabet) in &read() {
        for i in 0..20 {
            let (context, root) = trial(spec, 5, i);
            let hidden = hidden(spec, &context);
            let streams = Streams::new(i);
            let mut draws = draws(&streams, "scrambled");
            let mut scrambled = context.clone();
            // What an answer could be, but never 0, which as a depth would be a fact.
            let others = spec.answers(root) - 1;
            hidden.iter().for_each(|at| scrambled[*at] = 1 + draws.below(others));
            for asked in questions(spec, &context, root, i).into_iter().take(100) {
                let seen = page(spec, *alphabet, &context, asked);
                let shown = spec.show_question(&context, asked);
                assert!(
                    seen == page(spec, *alphabet, &scrambled, asked),
                    "{spec:?}: {shown} shows the truth"
                );
                if spec.truth(&context, asked) != spec.truth(&scrambled, asked) {
                    changed.insert(spec.name());
                }
            }
            if !hidden.is_empty() {
                tried.insert(spec.name());
            }
        }
    }
    assert_eq!(tried, changed, "what is scrambled is the truth");
}

#[test]
fn a_proposal_reads_as_the_step_it_is_for() {
    let mut proposals = 0;
    for (spec, alphabet) in &read() {
        let (context, root) = trial(spec, 5, 0);
        let (proposed, others): (Vec<_>, Vec<_>) =
            questions(spec, &context, root, 0).into_iter().partition(|asked| spec.is_proposal(*asked));
        let read = |asked: &Question| page(spec, *alphabet, &context, *asked);
        let others: BTreeSet<_> = others.iter().map(read).collect();
        assert!(proposed.iter().map(read).all(|page| others.contains(&page)), "{spec:?}");
        proposals += proposed.len();
    }
    assert!(proposals > 100, "{proposals}");
}

#[test]
fn a_claim_tree_cannot_be_read() {
    let tree = spec("claim_tree", r#""depth": 3, "branching": 3, "answers": 2, "combine": "all""#);
    assert_eq!(tree.alphabet(), None, "its leaves are drawn, and its context is nothing but the truth");
    let read: BTreeSet<&str> = read().iter().map(|(spec, _)| spec.name()).collect();
    // Pictures are what judges learn from, and no pages.
    assert_eq!(read.len(), elenchus::tasks::variants().len() - 2, "all others can: {read:?}");
}
