use super::*;
use crate::stats::ratings::tests::words;

/// Plays rounds in which the better seed wins two of three games, and hands each out before it is entered.
fn play(players: usize, rounds: usize, seed: u64, mut look: impl FnMut(&Swiss, &Round)) -> Swiss {
    let mut swiss = Swiss::new(players).expect("players");
    let mut stream = words(seed);
    for _ in 0..rounds {
        let round = swiss.pair();
        look(&swiss, &round);
        let outcomes: Vec<Outcome> = round
            .pairs
            .iter()
            .map(|pair| match (stream() % 6, pair.first < pair.second) {
                (0, _) => Outcome::Draw,
                (1, better) => {
                    if better {
                        Outcome::Second
                    } else {
                        Outcome::First
                    }
                }
                (_, better) => {
                    if better {
                        Outcome::First
                    } else {
                        Outcome::Second
                    }
                }
            })
            .collect();
        swiss.record(&round, &outcomes).expect("a round of its own");
    }
    swiss
}

/// Whether everybody is in the round once.
fn complete(players: usize, round: &Round) -> bool {
    let mut busy: Vec<usize> = round.pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
    busy.extend(round.bye);
    busy.sort_unstable();
    busy.into_iter().eq(0..players)
}

#[test]
fn the_first_rounds_by_hand() {
    // Eight players: halves meet, sides by turns. Better seeds win; then 0-2, 1-3 and 4-6, 5-7.
    let mut swiss = Swiss::new(8).expect("players");
    let round = swiss.pair();
    let pairs = |round: &Round| -> Vec<(usize, usize)> {
        round.pairs.iter().map(|pair| (pair.first, pair.second)).collect()
    };
    assert_eq!(pairs(&round), [(0, 4), (5, 1), (2, 6), (7, 3)]);
    let outcomes = [Outcome::First, Outcome::Second, Outcome::First, Outcome::Second];
    swiss.record(&round, &outcomes).expect("a round");
    assert_eq!(swiss.standings(), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(pairs(&swiss.pair()), [(0, 2), (3, 1), (4, 6), (7, 5)]);
}

#[test]
fn large_tournaments_have_no_rematch_and_even_sides() {
    for players in [64, 255, 256] {
        let swiss = play(players, 11, 1, |swiss, round| {
            assert!(complete(players, round));
            assert!(round.pairs.iter().all(|pair| swiss.met(pair.first, pair.second) == 0));
            assert!(round.bye.is_none_or(|bye| swiss.byes(bye) == 0));
        });
        assert!((0..players).all(|player| swiss.lead(player).abs() <= 3), "{players}");
        let uneven = (0..players).filter(|&player| swiss.lead(player).abs() > 1).count();
        assert!(uneven * 4 < players, "{players}: {uneven}");
    }
}

#[test]
fn score_groups_stay_together() {
    // Mean difference of scores within pairs, in half points: far below that of a random pairing.
    let (mut apart, mut pairs) = (0, 0);
    play(256, 9, 2, |swiss, round| {
        for pair in &round.pairs {
            apart += swiss.score(pair.first).abs_diff(swiss.score(pair.second));
            pairs += 1;
        }
    });
    assert!(f64::from(apart) / f64::from(pairs) < 0.2, "{apart} of {pairs}");
}

#[test]
fn rematches_only_where_they_cannot_be_avoided() {
    // Small fields played to the end and beyond, against the largest number of first meetings by trying all.
    for players in 2..=9 {
        play(players, 2 * players, players as u64, |swiss, round| {
            assert!(complete(players, round));
            let fresh = round.pairs.iter().filter(|pair| swiss.met(pair.first, pair.second) == 0).count();
            let fresh = fresh + usize::from(round.bye.is_some_and(|bye| swiss.byes(bye) == 0));
            let seats = players + players % 2;
            let met = |i: usize, j: usize| if j == players { swiss.byes(i) } else { swiss.met(i, j) };
            assert_eq!(fresh, most(&(0..seats).collect::<Vec<_>>(), &|i, j| met(i, j) == 0));
        });
    }
}

/// The largest number of couples, by trying all.
fn most(open: &[usize], allowed: &dyn Fn(usize, usize) -> bool) -> usize {
    let Some((&one, rest)) = open.split_first() else { return 0 };
    let with = rest.iter().filter(|&&other| allowed(one, other)).map(|&other| {
        let left: Vec<usize> = rest.iter().copied().filter(|&left| left != other).collect();
        1 + most(&left, allowed)
    });
    with.max().unwrap_or(0).max(most(rest, allowed))
}

#[test]
fn repairs_find_the_largest_matching() {
    // Random graphs, from nothing and from a greedy start, against trying all: odd circles included.
    let mut stream = words(4);
    for round in 0..600 {
        let n = 3 + round % 8;
        let mut edges = vec![false; n * n];
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let there = stream() % 10 < 2 + (round as u32 / 8) % 4;
            (edges[i * n + j], edges[j * n + i]) = (there, there);
        }
        let allowed = |i: usize, j: usize| edges[i * n + j];
        let mates = repaired(vec![None; n], &allowed);
        for (a, mate) in mates.iter().enumerate() {
            assert!(mate.is_none_or(|b| mates[b] == Some(a) && allowed(a, b)));
        }
        let couples = mates.iter().flatten().count() / 2;
        assert_eq!(couples, most(&(0..n).collect::<Vec<_>>(), &allowed), "{edges:?}");
    }
}

#[test]
fn foreign_rounds_are_errors_and_enter_nothing() {
    let mut swiss = Swiss::new(4).expect("players");
    let before = swiss.clone();
    let round = swiss.pair();
    assert!(swiss.record(&round, &[Outcome::Draw]).is_err());
    let foreign = Round { pairs: vec![Pair { first: 0, second: 4 }], bye: None };
    assert!(swiss.record(&foreign, &[Outcome::Draw]).is_err());
    let alone = Round { pairs: vec![Pair { first: 1, second: 1 }], bye: Some(4) };
    assert!(swiss.record(&alone, &[Outcome::Draw]).is_err());
    assert!(swiss.record(&Round { pairs: Vec::new(), bye: Some(4) }, &[]).is_err());
    let twice = Round { pairs: vec![Pair { first: 0, second: 1 }], bye: Some(1) };
    assert!(swiss.record(&twice, &[Outcome::Draw]).is_err());
    assert_eq!(swiss, before);
    assert!(Swiss::new(1).is_err());
}
