//! Which lies are chosen.

use super::*;

#[test]
fn lies_are_chosen_as_they_say() {
    let mut draw = words(5);
    // A judge that always says 7, then 2, then by label; scores of others are below the truth's.
    let stubborn = Naive(|_: &[Pixel]| [0, 0, 8, 0, 5, 0, 0, 9, 0, 0]);
    let board = board(5, 5);
    let sight = stubborn.face(&board);
    let ranked = lies::ranked(&sight, rules(4, false), 4, &mut draw);
    assert_eq!(ranked, [7, 2, 0, 1, 3, 5, 6, 8, 9]);
    // How often comes before how much: 2 has a great score once in five sets, and more in sum than 7.
    let rash = Naive(|shown: &[Pixel]| {
        [0, 0, if shown.len() > 3 && shown[0].at() > 200 { 1000 } else { 0 }, 0, 5, 0, 0, 9, 0, 0]
    });
    let mut picture = [0; PIXELS];
    [100, 201, 202, 203, 204].into_iter().for_each(|at: usize| picture[at] = 9);
    let five = Board::of(&picture);
    assert_eq!(lies::ranked(&rash.face(&five), rules(4, false), 4, &mut draw)[..2], [7, 2]);
    for players in [Player::Exact, Player::Random]
        .into_iter()
        .flat_map(|honest| [Player::Exact, Player::Greedy].map(|liar| Players { honest, liar }))
    {
        let worst = |lies: &[u8]| {
            let worst = lies::worst(&sight, rules(4, false), 4, lies, players, |_| words(1));
            worst.map(|(lie, debate)| (lie, debate.lied))
        };
        assert_eq!((worst(&[9, 2, 7]), worst(&[9, 0])), (Ok((2, true)), Ok((9, false))));
        assert!(worst(&[]).is_err() && worst(&[4]).is_err());
    }
}

/// What exact players are spared comes to the same as playing every lie.
#[test]
fn the_worst_lie_is_found_without_playing_all() {
    let all = [Player::Exact, Player::Greedy, Player::Tree { rollouts: 50 }, Player::Random];
    for seed in 0..12 {
        let (judge, board) = (dense(16, seed), board(9, seed));
        let sight = judge.face(&board);
        let lies: Vec<u8> = (0..10).filter(|lie| *lie != 3).collect();
        for (honest, liar) in all.iter().flat_map(|honest| all.iter().map(move |liar| (*honest, *liar))) {
            let (players, rules) = (Players { honest, liar }, rules(4, seed % 2 == 0));
            let mut each = lies
                .iter()
                .map(|&lie| (lie, play(&sight, rules, question(3, Some(lie)), players, |_| words(seed))));
            let first = each.clone().next();
            let want = each.find(|(_, debate)| debate.lied).or(first);
            assert_eq!(lies::worst(&sight, rules, 3, &lies, players, |_| words(seed)).ok(), want);
        }
    }
}
