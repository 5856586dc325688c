//! Round robin schedules: everybody meets everybody, sides as even as can be. For a pairing that follows the
//! standings, see `swiss`.

use super::error::RatingError;

/// Two players that meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Who moves first.
    pub first: usize,
    /// Who moves second.
    pub second: usize,
}

impl Pair {
    /// The same two with sides swapped.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self { first: self.second, second: self.first }
    }
}

/// Who meets whom at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// Who sits out, where the number of players is odd.
    pub bye: Option<usize>,
}

/// Players a schedule can have.
pub const PLAYERS_MAX: usize = 4096;

/// A schedule in which all pairs meet once in each of `legs` legs, by the circle method; every other leg
/// swaps sides. Within a leg nobody moves first more than once more, or less, than second, nor three times in
/// a row on one side; after two legs all are even.
///
/// # Errors
/// Fewer than 2 players or more than [`PLAYERS_MAX`]; no legs or more than 1000.
pub fn round_robin(players: usize, legs: u32) -> Result<Vec<Round>, RatingError> {
    enough(players)?;
    if !(1..=1000).contains(&legs) {
        return Err(RatingError::Range { what: "legs", want: "1 to 1000", got: f64::from(legs) });
    }
    let leg = single(players);
    let swapped = |round: &Round| Round {
        pairs: round.pairs.iter().map(|pair| pair.swapped()).collect(),
        bye: round.bye,
    };
    let of = |number: u32| -> Vec<Round> {
        if number.is_multiple_of(2) { leg.clone() } else { leg.iter().map(swapped).collect() }
    };
    Ok((0..legs).flat_map(of).collect())
}

/// Whether this many players can be paired.
pub(super) fn enough(players: usize) -> Result<(), RatingError> {
    if !(2..=PLAYERS_MAX).contains(&players) {
        return Err(RatingError::Range { what: "players", want: "2 to 4096", got: players as f64 });
    }
    Ok(())
}

/// One leg: in round r, the players whose numbers on the circle add up to 2 r meet; r itself meets the one in
/// the middle, who is missing where the number is odd.
fn single(players: usize) -> Vec<Round> {
    let middle = players.is_multiple_of(2).then_some(players - 1);
    let circle = if middle.is_some() { players - 1 } else { players };
    let round = |r: usize| {
        let across = (1..=circle / 2).map(|k| {
            let pair = Pair { first: (r + k) % circle, second: (r + circle - k) % circle };
            // Each player stands k after r as often as k before, which makes sides even; k goes by ones from
            // round to round, so its turns make them alternate.
            if k % 2 == 1 { pair } else { pair.swapped() }
        });
        let central = middle.map(|middle| Pair { first: r, second: middle });
        let central = central.map(|pair| if r % 2 == 1 { pair.swapped() } else { pair });
        Round { pairs: central.into_iter().chain(across).collect(), bye: middle.is_none().then_some(r) }
    };
    (0..circle).map(round).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_meets_once_a_leg_with_even_sides() {
        for players in 2..=33 {
            let rounds = round_robin(players, 1).expect("a schedule");
            let mut met = vec![0; players * players];
            let mut lead = vec![0i32; players];
            let mut byes = vec![0; players];
            let mut runs = vec![0i32; players];
            for round in &rounds {
                let mut busy = vec![0; players];
                for pair in &round.pairs {
                    met[pair.first.min(pair.second) * players + pair.first.max(pair.second)] += 1;
                    busy[pair.first] += 1;
                    busy[pair.second] += 1;
                    lead[pair.first] += 1;
                    lead[pair.second] -= 1;
                    runs[pair.first] = runs[pair.first].max(0) + 1;
                    runs[pair.second] = runs[pair.second].min(0) - 1;
                    assert!(runs[pair.first] <= 2 && runs[pair.second] >= -2, "{players}");
                }
                if let Some(bye) = round.bye {
                    busy[bye] += 1;
                    byes[bye] += 1;
                }
                assert!(busy.iter().all(|times| *times == 1), "everybody is busy once");
            }
            let pairs = (0..players).flat_map(|i| (i + 1..players).map(move |j| i * players + j));
            assert!(pairs.into_iter().all(|at| met[at] == 1), "{players}");
            assert!(lead.iter().all(|lead| lead.abs() <= 1), "{players}: {lead:?}");
            assert!(byes.iter().all(|times| *times == players % 2), "{players}");
        }
    }

    #[test]
    fn legs_swap_sides() {
        let rounds = round_robin(4, 3).expect("a schedule");
        assert_eq!(rounds.len(), 9);
        for r in 0..3 {
            assert!(rounds[r].pairs.iter().zip(&rounds[r + 3].pairs).all(|(a, b)| *a == b.swapped()));
            assert_eq!(rounds[r], rounds[r + 6]);
        }
        assert!(round_robin(1, 1).is_err() && round_robin(4, 0).is_err());
    }
}
