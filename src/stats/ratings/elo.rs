//! Elo ratings, as they are known from chess: updated game by game. They depend on the order of the games, so
//! an average over shuffled orders stands beside them; for a measurement, fit Bradley-Terry strengths.

use super::error::RatingError;
use super::results::Game;

/// Elo's rule.
///
/// Source: [Elo1978].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elo {
    /// Points that a sure loss which turns into a win is worth, above 0; higher follows results faster and
    /// settles less.
    pub k: f64,
    /// Everybody's rating before the first game, in Elo points.
    pub start: f64,
}

/// A rating averaged over orders of the same games.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Averaged {
    /// Mean rating, in Elo points.
    pub mean: f64,
    /// Standard deviation between orders: how much of a single order's rating is the order's doing.
    pub deviation: f64,
}

impl Elo {
    /// Ratings after these games, in this order. They keep the mean that they start with.
    ///
    /// # Errors
    /// A game of somebody with itself or with somebody who is not there; k or start out of range.
    pub fn rate(&self, players: usize, games: &[Game]) -> Result<Vec<f64>, RatingError> {
        self.checked()?;
        let mut ratings = vec![self.start; players];
        for game in games {
            let Game { first, second, outcome } = game.checked(players)?;
            let moved = self.k * (outcome.points() - expected(ratings[first], ratings[second]));
            ratings[first] += moved;
            ratings[second] -= moved;
        }
        Ok(ratings)
    }

    /// Ratings averaged over `orders` random orders of the games, 1 or more, each drawn from uniform `words`.
    ///
    /// # Errors
    /// As [`Elo::rate`]; no orders.
    pub fn average(
        &self,
        players: usize,
        games: &[Game],
        orders: u32,
        words: &mut dyn FnMut() -> u32,
    ) -> Result<Vec<Averaged>, RatingError> {
        if orders == 0 {
            return Err(RatingError::Range { what: "orders", want: "1 or more", got: 0.0 });
        }
        let mut games = games.to_vec();
        let mut averages = vec![Averaged::default(); players];
        for order in 1..=orders {
            shuffle(&mut games, words);
            for (average, rating) in averages.iter_mut().zip(self.rate(players, &games)?) {
                // Welford's update; `deviation` holds the sum of squares until the end.
                let off = rating - average.mean;
                average.mean += off / f64::from(order);
                average.deviation += off * (rating - average.mean);
            }
        }
        let spread = f64::from(orders.max(2) - 1);
        averages.iter_mut().for_each(|average| average.deviation = (average.deviation / spread).sqrt());
        Ok(averages)
    }

    /// Bounds that keep every rating finite.
    fn checked(&self) -> Result<(), RatingError> {
        if !(self.k > 0.0 && self.k <= 1e4) {
            return Err(RatingError::Range { what: "Elo's k", want: "above 0, at most 1e4", got: self.k });
        }
        if !(-1e6..=1e6).contains(&self.start) {
            return Err(RatingError::Range { what: "Elo's start", want: "-1e6 to 1e6", got: self.start });
        }
        Ok(())
    }
}

/// The share of points that a player rated `a` is expected to take off one rated `b`.
#[must_use]
pub fn expected(a: f64, b: f64) -> f64 {
    1.0 / (1.0 + libm::exp10((b - a) / 400.0))
}

/// A uniformly random order (Fisher and Yates).
fn shuffle(games: &mut [Game], words: &mut dyn FnMut() -> u32) {
    for last in (1..games.len()).rev() {
        games.swap(last, below(last as u64 + 1, words) as usize);
    }
}

/// A uniform number below `bound`: 64 random bits scaled down, uneven by at most `bound` / 2^64.
fn below(bound: u64, words: &mut dyn FnMut() -> u32) -> u64 {
    let bits = (u64::from(words()) << 32) | u64::from(words());
    ((u128::from(bits) * u128::from(bound)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ratings::results::Outcome;
    use crate::stats::ratings::tests::words;

    const ELO: Elo = Elo { k: 32.0, start: 1500.0 };

    fn won(first: usize, second: usize) -> Game {
        Game { first, second, outcome: Outcome::First }
    }

    #[test]
    fn updates_by_hand() {
        // Even: 32 x (1 - .5) = 16. Then 1516 beats 1484 again: 32 (1 - 1 / (1 + 10^-.08)) = 14.530.
        assert_eq!(ELO.rate(2, &[won(0, 1)]), Ok(vec![1516.0, 1484.0]));
        let twice = ELO.rate(2, &[won(0, 1), won(0, 1)]).expect("games");
        assert!((twice[0] - 1530.530).abs() < 1e-3, "{twice:?}");
        // 400 points are odds of 10 to 1.
        assert!((expected(1900.0, 1500.0) - 10.0 / 11.0).abs() < 1e-15);
    }

    #[test]
    fn the_order_matters_and_its_average_does_not() {
        let mut games: Vec<Game> = (0..20).map(|_| won(0, 1)).chain((0..20).map(|_| won(1, 0))).collect();
        let in_order = ELO.rate(2, &games).expect("games");
        assert!(in_order[1] - in_order[0] > 100.0, "who won last is ahead, though they are even");
        let averaged = ELO.average(2, &games, 400, &mut words(1)).expect("games");
        games.reverse();
        let reversed = ELO.average(2, &games, 400, &mut words(2)).expect("games");
        for average in [&averaged[0], &reversed[0]] {
            let error = average.deviation / 20.0;
            assert!(error > 0.0 && (average.mean - 1500.0).abs() < 4.0 * error, "{average:?}");
        }
        assert!((averaged[0].mean + averaged[1].mean - 3000.0).abs() < 1e-9, "the mean is kept");
    }

    #[test]
    fn shuffles_are_uniform_and_pinned() {
        let mut stream = words(7);
        let mut counts = [0u32; 6];
        for _ in 0..6000 {
            let mut games = [won(0, 1), won(1, 2), won(2, 0)];
            shuffle(&mut games, &mut stream);
            counts[games[0].first * 2 + usize::from(games[1].first > games[2].first)] += 1;
        }
        // Each of six orders 1000 times; 4 standard errors are 4 sqrt(6000 x 5 / 36) = 115.
        assert!(counts.iter().all(|count| count.abs_diff(1000) < 115), "{counts:?}");
        let mut first: [Game; 5] = [won(0, 1), won(1, 0), won(2, 0), won(3, 0), won(4, 0)];
        shuffle(&mut first, &mut words(7));
        assert_eq!(first.map(|game| game.first), [2, 0, 4, 3, 1]);
    }

    #[test]
    fn impossible_games_and_rules_are_errors() {
        assert!(ELO.rate(2, &[won(0, 0)]).is_err() && ELO.rate(2, &[won(0, 2)]).is_err());
        assert!(Elo { k: f64::NAN, ..ELO }.rate(2, &[]).is_err());
        assert!(Elo { start: f64::INFINITY, ..ELO }.rate(2, &[]).is_err());
        assert!(ELO.average(2, &[], 0, &mut words(1)).is_err());
    }
}
