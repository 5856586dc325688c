//! Tiny boards, on which everything can be tried: what is clever against what is plain.

mod chosen_lies;
mod rounding;

use super::board::{Board, LABELS, PIXELS, Pixel};
use super::dense::{Dense, SHOWN_MAX, WIDTH_MAX, Weights};
use super::exact::Exact;
use super::judge::{Judge, Last, Naive, Question, Scores, Sight};
use super::lies;
use super::play::{Player, Players, Rules, Side, play};
use super::search::Tree;
use proptest::prelude::*;

/// Words of whole-number arithmetic, for tests.
fn words(mut state: u64) -> impl FnMut(u32) -> u32 + Clone {
    move |n| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((((z ^ z >> 31) >> 32) * u64::from(n)) >> 32) as u32
    }
}

fn board(pixels: usize, seed: u64) -> Board {
    let mut draw = words(seed);
    let mut picture = [0; PIXELS];
    while picture.iter().filter(|&&ink| ink > 0).count() < pixels {
        picture[draw(PIXELS as u32) as usize] = 1 + draw(255) as u8;
    }
    Board::of(&picture)
}

fn weights(width: usize, size: f32, seed: u64) -> Weights {
    let mut draw = words(seed);
    let mut some = |count| (0..count).map(|_| (draw(2001) as f32 / 1000.0 - 1.0) * size).collect();
    Weights {
        mask: some(PIXELS * width),
        value: some(PIXELS * width),
        bias: some(width),
        head: some(LABELS * width),
        head_bias: some(LABELS),
    }
}

fn dense(width: usize, seed: u64) -> Dense {
    Dense::rounded(&weights(width, 1.0, seed)).expect("weights of about one")
}

/// A judge without any sense, whose scores are often equal: nothing but the rules can be relied on.
fn senseless(seed: u64) -> Naive<impl Fn(&[Pixel]) -> Scores + Sync> {
    Naive(move |shown: &[Pixel]| {
        let mixed = shown.iter().fold(seed, |h, p| {
            (h ^ p.at() as u64 ^ u64::from(p.ink()) << 20).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        });
        let mut draw = words(mixed);
        std::array::from_fn(|_| draw(7) as i32)
    })
}

fn rules(turns: usize, liar_first: bool) -> Rules {
    Rules::new(turns, if liar_first { Side::Liar } else { Side::Honest }).expect("few turns")
}

fn question(truth: u8, lie: Option<u8>) -> Question {
    match lie {
        Some(lie) if lie != truth => Question::precommitted(truth, lie).expect("labels"),
        _ => Question::open(truth).expect("a label"),
    }
}

/// Whether the liar wins, by the definition: every order of play is tried.
fn brute<S: Sight>(sight: &S, rules: Rules, question: Question, moves: &mut Vec<u16>) -> bool {
    let pixels = sight.pixels();
    if moves.len() == rules.turns(pixels) {
        return question.lied(&scores(sight, moves));
    }
    let mut values = Vec::new();
    let left: Vec<u16> = (0..pixels as u16).filter(|p| !moves.contains(p)).collect();
    for pixel in left {
        moves.push(pixel);
        values.push(brute(sight, rules, question, moves));
        moves.pop();
    }
    match rules.mover(moves.len()) {
        Side::Liar => values.contains(&true),
        Side::Honest => !values.contains(&false),
    }
}

fn scores<S: Sight>(sight: &S, moves: &[u16]) -> Scores {
    let mut shown = sight.blank();
    for &pixel in moves {
        let before = shown.clone();
        sight.show(&before, pixel, &mut shown);
    }
    sight.scores(&shown)
}

/// One search by the formulas, with a number for every move of every node: (visits, liar's wins less losses).
fn reference_tree<S: Sight>(
    sight: &S,
    rules: Rules,
    question: Question,
    start: &[u16],
    rollouts: u32,
    draw: &mut impl FnMut(u32) -> u32,
) -> u16 {
    type Node = Vec<(u16, f64, f64)>;
    let mut nodes: std::collections::BTreeMap<Vec<u16>, Node> = std::collections::BTreeMap::new();
    let n = sight.pixels();
    let mut any = |k: usize| if k > 1 { draw(k as u32) as usize } else { 0 };
    for _ in 0..rollouts {
        let mut path = start.to_vec();
        while path.len() < rules.turns(n) {
            let node = nodes.entry(path.clone()).or_default();
            let total: f64 = node.iter().map(|e| e.1).sum();
            // Tried moves in the order of their first visit, then the others by place.
            let tried: Vec<u16> = node.iter().map(|e| e.0).collect();
            let fresh = (0..n as u16).filter(|p| !path.contains(p) && !tried.contains(p));
            let moves: Vec<u16> = tried.iter().copied().chain(fresh).collect();
            let worth: Vec<f64> = (0..moves.len())
                .map(|i| {
                    let (visits, lied) = node.get(i).map_or((0.0, 0.0), |e| (e.1, e.2));
                    let wins = if rules.mover(path.len()) == Side::Liar { lied } else { -lied };
                    let q = if visits > 0.0 { wins / visits } else { 0.0 };
                    q + 1.0 / n as f64 * total.sqrt() * (1.0 / (1.0 + visits))
                })
                .collect();
            let best = worth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let tied: Vec<usize> = (0..moves.len()).filter(|&i| worth[i] == best).collect();
            let at = tied[any(tied.len())];
            if at >= node.len() {
                node.push((moves[at], 0.0, 0.0));
            }
            path.push(moves[at]);
        }
        let value = if question.lied(&scores(sight, &path)) { 1.0 } else { -1.0 };
        for len in start.len()..path.len() {
            let node = nodes.get_mut(&path[..len]).expect("was visited");
            let edge = node.iter_mut().find(|e| e.0 == path[len]).expect("was taken");
            (edge.1, edge.2) = (edge.1 + 1.0, edge.2 + value);
        }
    }
    let root = &nodes[start];
    let most = root.iter().map(|e| e.1).fold(0.0, f64::max);
    let best: Vec<u16> = root.iter().filter(|e| e.1 == most).map(|e| e.0).collect();
    best[any(best.len())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn move_by_move_equals_from_nothing(
        width in 1..=WIDTH_MAX / 16, seed: u64, pixels in 1..40usize, size in 0.01..30f32,
    ) {
        let judge = Dense::rounded(&weights(16 * width, size, seed)).expect("moderate weights");
        let board = board(pixels, seed);
        let sight = judge.face(&board);
        let naive = Naive(|shown: &[Pixel]| judge.plain(shown));
        let slow = naive.face(&board);
        let mut draw = words(!seed);
        // More than the judge is made for: sums may wrap, in the same way.
        let mut left: Vec<u16> = (0..pixels as u16).collect();
        let (mut fast, mut plain) = (sight.blank(), slow.blank());
        let mut order = Vec::new();
        while !left.is_empty() {
            let pixel = left.swap_remove(draw(left.len() as u32) as usize);
            order.push(pixel);
            let (before, plain_before) = (fast.clone(), plain.clone());
            // A move that is taken back leaves no trace.
            if let Some(&other) = left.first() {
                sight.show(&before, other, &mut fast);
            }
            sight.show(&before, pixel, &mut fast);
            slow.show(&plain_before, pixel, &mut plain);
            prop_assert_eq!(sight.scores(&fast), slow.scores(&plain));
            prop_assert!(plain.is_sorted());
        }
        order.sort_unstable();
        prop_assert_eq!(scores(&sight, &order), sight.scores(&fast));
    }

    #[test]
    fn nothing_overflows_while_few_pixels_are_shown(seed: u64, size in 0.01..500f32, alike: bool, full: bool) {
        let mut weights = weights(64, size, seed);
        if alike {
            // As far as sums can go.
            [&mut weights.mask, &mut weights.value, &mut weights.bias].into_iter().for_each(|w| w.fill(size));
        }
        if full {
            weights.head.chunks_exact_mut(64).enumerate().for_each(|(i, w)| w.fill(if i % 2 == 0 { size } else { -size }));
        }
        let judge = Dense::rounded(&weights).expect("weights below 2048 in all");
        let board = board(SHOWN_MAX, seed);
        prop_assert_eq!(judge.plain(board.pixels()).map(i64::from), judge.wide(board.pixels()));
    }

    #[test]
    fn the_last_move_is_found_as_by_its_definition(seed: u64, width in 1..=16usize, pixels in 1..30usize, truth in 0..10u8, lie in prop::option::of(0..10u8), lied: bool, twins: bool) {
        // Of one vector, three, and the widths that have loops of their own.
        let width = [1, 3, 4, 8, 16][width % 5];
        let mut weights = weights(16 * width, 1.0, seed);
        let lie = if twins && pixels % 2 == 0 { Some(truth ^ 1) } else { lie };
        if twins {
            // Labels 0 and 1, 2 and 3, and so on always tie.
            for pair in weights.head.chunks_exact_mut(32 * width) {
                pair.copy_within(..16 * width, 16 * width);
            }
            weights.head_bias.chunks_exact_mut(2).for_each(|pair| pair[1] = pair[0]);
        }
        let judge = Dense::rounded(&weights).expect("weights of about one");
        let board = board(pixels, seed);
        let sight = judge.face(&board);
        let naive = Naive(|shown: &[Pixel]| judge.plain(shown));
        let slow = naive.face(&board);
        let mut taken = vec![false; pixels];
        taken[0] = true;
        let order: Vec<u16> = (0..pixels as u16).rev().collect();
        let question = question(truth, lie);
        let (mut fast, mut plain) = (sight.blank(), slow.blank());
        sight.show(&sight.blank(), 0, &mut fast);
        slow.show(&slow.blank(), 0, &mut plain);
        let found = sight.find(Last { shown: &fast, taken: &taken, question }, &order, lied);
        let by_scores = slow.find(Last { shown: &plain, taken: &taken, question }, &order, lied);
        prop_assert_eq!(found, by_scores);
    }

    #[test]
    fn exact_values_are_those_of_trying_everything(
        seed: u64, pixels in 1..=9usize, turns in 1..=6usize, liar_first: bool, truth in 0..10u8, trained: bool,
    ) {
        let (dense, senseless) = (dense([16, 48, 64][seed as usize % 3], seed), senseless(seed));
        let board = board(pixels, seed);
        // To try everything takes 9 * 8 * 7 * 6 debates, or 6!.
        let rules = rules(if pixels > 6 { turns.min(4) } else { turns }, liar_first);
        if trained {
            exact_equals_brute(&dense.face(&board), rules, truth);
        } else {
            exact_equals_brute(&senseless.face(&board), rules, truth);
        }
    }

    #[test]
    fn nobody_beats_an_exact_player_in_a_debate_that_is_lost(
        seed: u64, pixels in 3..=6usize, turns in 1..=6usize, liar_first: bool, truth in 0..10u8, lie in prop::option::of(0..10u8),
    ) {
        let judge = senseless(seed);
        let board = board(pixels, seed);
        let (sight, rules, question) = (judge.face(&board), rules(turns, liar_first), question(truth, lie));
        let value = brute(&sight, rules, question, &mut Vec::new());
        for player in [Player::Random, Player::Greedy, Player::Tree { rollouts: 40 }, Player::Exact] {
            let draws = |turn: u16| words(seed ^ u64::from(turn));
            let liar = play(&sight, rules, question, Players { honest: Player::Exact, liar: player }, draws);
            prop_assert!(value || !liar.lied, "{player:?} lied against an exact honest player");
            let honest = play(&sight, rules, question, Players { honest: player, liar: Player::Exact }, draws);
            prop_assert!(!value || honest.lied, "{player:?} was right against an exact liar");
            if player == Player::Exact {
                prop_assert_eq!((liar.lied, honest.lied), (value, value));
            }
        }
    }

    #[test]
    fn the_tree_is_that_of_the_formulas(
        seed: u64, pixels in 2..=9usize, turns in 1..=5usize, liar_first: bool, rollouts in 1..300u32, skip in 0..3usize,
    ) {
        let judge = senseless(seed);
        let board = board(pixels, seed);
        let (sight, rules, question) = (judge.face(&board), rules(turns, liar_first), question(3, Some((seed % 10) as u8)));
        let start: Vec<u16> = (0..skip.min(rules.turns(pixels) - 1) as u16).collect();
        let (mut ours, mut theirs) = (words(seed), words(seed));
        let got = Tree::new(&sight, rules, question).choose(&start, rollouts, &mut ours);
        prop_assert_eq!(got, reference_tree(&sight, rules, question, &start, rollouts, &mut theirs));
        // And as many words were taken.
        prop_assert_eq!(ours(1 << 31), theirs(1 << 31));
    }
}

fn exact_equals_brute<S: Sight>(sight: &S, rules: Rules, truth: u8) {
    let open = question(truth, None);
    let mut exact = Exact::new(sight, rules, open);
    let open_value = exact.liar_wins(&[]);
    assert_eq!(open_value, brute(sight, rules, open, &mut Vec::new()));
    let lies = exact.lies();
    for (lie, &value) in lies.iter().enumerate() {
        let Ok(named) = Question::precommitted(truth, lie as u8) else {
            assert_eq!(value, None);
            continue;
        };
        assert_eq!(value, Some(brute(sight, rules, named, &mut Vec::new())), "lie {lie}");
        // Who can force one lie can force some lie.
        assert!(open_value || value == Some(false));
        // From positions along some line too; a move that wins is one after which the value is the mover's.
        exact.ask(named);
        let mut moves = Vec::new();
        while moves.len() < rules.turns(sight.pixels()) {
            let value = brute(sight, rules, named, &mut moves);
            assert_eq!(exact.liar_wins(&moves), value);
            let lies = rules.mover(moves.len()) == Side::Liar;
            let winning = exact.winning_move(&moves);
            assert_eq!(winning.is_some(), value == lies);
            moves.push(winning.unwrap_or_else(|| {
                (0..).find(|m| !moves.contains(m)).expect("a pixel is left before the end")
            }));
            if winning.is_some() {
                assert_eq!(brute(sight, rules, named, &mut moves), lies);
            }
        }
        assert_eq!(
            (exact.liar_wins(&moves), exact.winning_move(&moves)),
            (named.lied(&scores(sight, &moves)), None)
        );
    }
}

#[test]
fn a_patient_tree_plays_small_boards_well() {
    let mut lost = [0; 2];
    for seed in 0..60 {
        let (judge, board) = (senseless(seed), board(6, seed));
        let (sight, question) = (judge.face(&board), question(3, Some((seed % 3) as u8)));
        for (i, rollouts) in [3, 5000].into_iter().enumerate() {
            for (side, liar_first) in [(Side::Honest, false), (Side::Liar, true)] {
                let draws = |turn| words(seed * 100 + u64::from(turn));
                let tree = Player::Tree { rollouts };
                let rules = rules(4, liar_first);
                let value = Exact::new(&sight, rules, question).liar_wins(&[]);
                let players = match side {
                    Side::Honest => Players { honest: tree, liar: Player::Exact },
                    Side::Liar => Players { honest: Player::Exact, liar: tree },
                };
                lost[i] += u32::from(play(&sight, rules, question, players, draws).lied != value);
            }
        }
    }
    assert!(lost[0] >= 10 && lost[1] <= 1, "lost of 120 debates: {lost:?} with 3 and 5000 rollouts");
}

#[test]
fn first_moves_are_pinned() {
    // Pinned on the first release: a change here changes every result, and forces SEMANTICS up.
    let (judge, board) = (dense(16, 1), board(20, 1));
    let sight = judge.face(&board);
    let shown = |player| {
        play(&sight, rules(4, false), question(3, Some(8)), Players::both(player), |turn| {
            words(u64::from(turn))
        })
        .shown
    };
    let all = [Player::Random, Player::Greedy, Player::Tree { rollouts: 100 }, Player::Exact].map(shown);
    assert_eq!(all, PINNED);
}
const PINNED: [[u16; 4]; 4] = [[17, 10, 11, 1], [15, 0, 18, 8], [15, 9, 6, 0], [15, 0, 18, 8]];

#[test]
fn draws_belong_to_turns() {
    let (judge, board) = (dense(16, 2), board(30, 2));
    let sight = judge.face(&board);
    let mut opened = Vec::new();
    let players = Players { honest: Player::Tree { rollouts: 50 }, liar: Player::Greedy };
    play(&sight, rules(6, true), question(1, None), players, |turn| {
        opened.push(turn);
        words(u64::from(turn))
    });
    assert_eq!(opened, [1, 3, 5]);
}

#[test]
fn a_debate_ends_when_nothing_is_left() {
    let (judge, empty) = (dense(16, 3), Board::of(&[0; PIXELS]));
    for pixels in 0..3 {
        let board = if pixels == 0 { empty.clone() } else { board(pixels, 3) };
        let sight = judge.face(&board);
        for player in [Player::Random, Player::Greedy, Player::Tree { rollouts: 0 }, Player::Exact] {
            let debate =
                play(&sight, rules(4, false), question(3, None), Players::both(player), |_| words(3));
            assert_eq!(debate.shown.len(), pixels);
            assert_eq!(debate.lied, debate.verdict() != 3);
        }
        assert_eq!(lies::ranked(&sight, rules(4, false), 3, &mut words(1)).len(), 9);
    }
}
