//! Who beat whom, how often: counts, and whether they can carry a rating. No ratings here.

use super::error::RatingError;
use super::matrix::Matrix;

/// Games that can be counted in all: sums of counts stay exact in f64.
pub const GAMES_MAX: u64 = 1 << 52;

/// How a game ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Who moved first won.
    First,
    /// Nobody won.
    Draw,
    /// Who moved second won.
    Second,
}

impl Outcome {
    /// Points of who moved first: 1, a half, 0.
    #[must_use]
    pub fn points(self) -> f64 {
        match self {
            Self::First => 1.0,
            Self::Draw => 0.5,
            Self::Second => 0.0,
        }
    }
}

/// One game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Game {
    /// Who moved first.
    pub first: usize,
    /// Who moved second.
    pub second: usize,
    /// How it ended.
    pub outcome: Outcome,
}

impl Game {
    /// The game, if it is one between two different players of `players`.
    pub(super) fn checked(self, players: usize) -> Result<Self, RatingError> {
        let Self { first, second, .. } = self;
        if first == second || first.max(second) >= players {
            return Err(RatingError::Player { first, second, players });
        }
        Ok(self)
    }
}

/// What one player's games against another came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Games won.
    pub wins: u64,
    /// Games drawn.
    pub draws: u64,
    /// Games lost.
    pub losses: u64,
}

impl Score {
    /// Games played.
    #[must_use]
    pub fn games(self) -> u64 {
        self.wins + self.draws + self.losses
    }

    /// Points: a win 1, a draw a half.
    #[must_use]
    pub fn points(self) -> f64 {
        self.wins as f64 + 0.5 * self.draws as f64
    }

    /// The same games, seen by the opponent.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { wins: self.losses, draws: self.draws, losses: self.wins }
    }

    /// Both taken together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            wins: self.wins + other.wins,
            draws: self.draws + other.draws,
            losses: self.losses + other.losses,
        }
    }
}

/// Results of every pair of players.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    players: usize,
    /// Row i, column j: what i scored against j as the first mover; where sides are unknown, all games of the
    /// pair stand in the upper triangle.
    scores: Vec<Score>,
    sides: bool,
}

impl Results {
    /// Results without sides: `wins[i][j]` games that i won against j, `draws[i][j]` = `draws[j][i]` drawn.
    ///
    /// # Errors
    /// Tables that are not n x n for n of 1 or more, entries on the diagonal, draws that are not symmetric,
    /// more than [`GAMES_MAX`] games.
    pub fn new(wins: &[Vec<u64>], draws: &[Vec<u64>]) -> Result<Self, RatingError> {
        let players = wins.len();
        square("wins", wins, players)?;
        square("draws", draws, players)?;
        let mut scores = vec![Score::default(); players * players];
        for i in 0..players {
            for j in i..players {
                let score = Score { wins: wins[i][j], draws: draws[i][j], losses: wins[j][i] };
                if draws[i][j] != draws[j][i] {
                    return Err(RatingError::Draws { i, j });
                }
                scores[i * players + j] = score;
            }
        }
        Self { players, scores, sides: false }.checked()
    }

    /// Results by sides: `scores[i][j]` is what i scored against j in the games that i moved first in.
    ///
    /// # Errors
    /// A table that is not n x n for n of 1 or more, entries on the diagonal, more than [`GAMES_MAX`] games.
    pub fn by_sides(scores: &[Vec<Score>]) -> Result<Self, RatingError> {
        square("scores", scores, scores.len())?;
        let scores_flat = scores.iter().flatten().copied().collect();
        Self { players: scores.len(), scores: scores_flat, sides: true }.checked()
    }

    /// Results by sides, counted from games.
    ///
    /// # Errors
    /// No players; a game of somebody with itself or with somebody who is not there.
    pub fn from_games(players: usize, games: &[Game]) -> Result<Self, RatingError> {
        let mut scores = vec![vec![Score::default(); players]; players];
        for game in games {
            let Game { first, second, outcome } = game.checked(players)?;
            let score = &mut scores[first][second];
            match outcome {
                Outcome::First => score.wins += 1,
                Outcome::Draw => score.draws += 1,
                Outcome::Second => score.losses += 1,
            }
        }
        Self::by_sides(&scores)
    }

    /// Nobody plays itself, and all games can be counted.
    fn checked(self) -> Result<Self, RatingError> {
        let n = self.players;
        if let Some(i) = (0..n).find(|i| self.scores[i * n + i] != Score::default()) {
            return Err(RatingError::Player { first: i, second: i, players: n });
        }
        let mut counts = self.scores.iter().flat_map(|score| [score.wins, score.draws, score.losses]);
        let total = counts.try_fold(0u64, |sum, count| sum.checked_add(count));
        if total.is_none_or(|total| total > GAMES_MAX) {
            return Err(RatingError::Games);
        }
        Ok(self)
    }

    /// How many players.
    #[must_use]
    pub fn players(&self) -> usize {
        self.players
    }

    /// Whether it is known who moved first.
    #[must_use]
    pub fn has_sides(&self) -> bool {
        self.sides
    }

    /// What i scored against j as the first mover. Where sides are unknown: in all their games for i < j,
    /// otherwise nothing.
    #[must_use]
    pub fn first_score(&self, i: usize, j: usize) -> Score {
        self.scores[i * self.players + j]
    }

    /// What i scored against j, from both sides.
    #[must_use]
    pub fn score(&self, i: usize, j: usize) -> Score {
        self.first_score(i, j).plus(self.first_score(j, i).reversed())
    }

    /// The share of points that i took off j; `None` where they never played.
    #[must_use]
    pub fn rate(&self, i: usize, j: usize) -> Option<f64> {
        let score = self.score(i, j);
        (score.games() > 0).then(|| score.points() / score.games() as f64)
    }

    /// Shares of points, i in rows against j in columns, one half on the diagonal.
    ///
    /// # Errors
    /// A pair that never played.
    pub fn rates(&self) -> Result<Matrix, RatingError> {
        let mut rates = Matrix::zeros(self.players, self.players);
        for i in 0..self.players {
            rates[(i, i)] = 0.5;
            for j in 0..i {
                let rate = self.rate(j, i).ok_or(RatingError::Unplayed { i: j, j: i })?;
                rates[(i, j)] = 1.0 - rate;
                rates[(j, i)] = rate;
            }
        }
        Ok(rates)
    }

    /// Shares of points minus one half: the antisymmetric game of who takes points off whom, exactly so.
    ///
    /// # Errors
    /// A pair that never played.
    pub fn margins(&self) -> Result<Matrix, RatingError> {
        let rates = self.rates()?;
        let mut margins = Matrix::zeros(self.players, self.players);
        for i in 0..self.players {
            for j in 0..i {
                margins[(j, i)] = rates[(j, i)] - 0.5;
                margins[(i, j)] = -margins[(j, i)];
            }
        }
        Ok(margins)
    }

    /// How players hang together by the points they took off each other.
    #[must_use]
    pub fn groups(&self) -> Groups {
        let n = self.players;
        let took = |i: usize, j: usize| self.score(i, j).points() > 0.0;
        let took: Vec<bool> = (0..n * n).map(|at| at / n != at % n && took(at / n, at % n)).collect();
        let strong = strongly_connected(n, &|i, j| took[i * n + j]);
        let apart = strongly_connected(n, &|i, j| took[i * n + j] || took[j * n + i]);
        let mut group_of = vec![0; n];
        strong.iter().enumerate().for_each(|(at, group)| group.iter().for_each(|&i| group_of[i] = at));
        let (mut takes, mut gives) = (vec![false; strong.len()], vec![false; strong.len()]);
        for at in (0..n * n).filter(|&at| took[at] && group_of[at / n] != group_of[at % n]) {
            takes[group_of[at / n]] = true;
            gives[group_of[at % n]] = true;
        }
        let only = |yes: &[bool], no: &[bool]| -> Vec<Vec<usize>> {
            (0..strong.len()).filter(|&at| yes[at] && !no[at]).map(|at| strong[at].clone()).collect()
        };
        Groups { beaten: only(&gives, &takes), unbeaten: only(&takes, &gives), strong, apart }
    }
}

/// Players grouped by who took points off whom (a draw: each off the other).
///
/// A finite rating of largest likelihood exists exactly where there is one strong group.
/// Source: [Ford1957].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Groups within which everybody took points off everybody else, at least through others; the groups that
    /// only beat come first, those that are only beaten last, members in index order.
    pub strong: Vec<Vec<usize>>,
    /// Strong groups that lost points to others and took none off them: only ever beaten.
    pub beaten: Vec<Vec<usize>>,
    /// Strong groups that took points off others and lost none to them.
    pub unbeaten: Vec<Vec<usize>>,
    /// Groups that never met each other, not even through others.
    pub apart: Vec<Vec<usize>>,
}

/// A table of n rows of n, n of 1 or more.
fn square<T>(what: &'static str, rows: &[Vec<T>], n: usize) -> Result<(), RatingError> {
    let odd = rows.iter().map(Vec::len).find(|length| *length != n);
    if n == 0 || rows.len() != n || odd.is_some() {
        let want = (n.max(1), n.max(1));
        return Err(RatingError::Shape { what, want, got: (rows.len(), odd.unwrap_or(n)) });
    }
    Ok(())
}

/// The strongly connected components, each before those that it has edges to; two depth-first walks.
/// Source: [Sharir1981].
fn strongly_connected(n: usize, edge: &dyn Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut seen = vec![false; n];
    let mut order = Vec::with_capacity(n);
    (0..n).for_each(|start| order.extend(walk(n, edge, start, &mut seen)));
    seen.fill(false);
    let reversed = |i: usize, j: usize| edge(j, i);
    let mut components: Vec<Vec<usize>> =
        order.iter().rev().map(|&start| walk(n, &reversed, start, &mut seen)).collect();
    components.retain(|component| !component.is_empty());
    components.iter_mut().for_each(|component| component.sort_unstable());
    components
}

/// What a depth-first walk from `start` newly reaches, in the order in which it is done with.
fn walk(n: usize, edge: &dyn Fn(usize, usize) -> bool, start: usize, seen: &mut [bool]) -> Vec<usize> {
    let mut done = Vec::new();
    if seen[start] {
        return done;
    }
    seen[start] = true;
    let mut path = vec![(start, 0)];
    while let Some((at, from)) = path.last_mut() {
        match (*from..n).find(|&to| edge(*at, to) && !seen[to]) {
            Some(to) => {
                *from = to + 1;
                seen[to] = true;
                path.push((to, 0));
            }
            None => {
                done.push(*at);
                path.pop();
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wins only.
    fn wins(table: &[&[u64]]) -> Results {
        let rows: Vec<Vec<u64>> = table.iter().map(|row| row.to_vec()).collect();
        Results::new(&rows, &vec![vec![0; rows.len()]; rows.len()]).expect("a table")
    }

    #[test]
    fn rates_count_a_draw_as_half() {
        let results = Results::new(&[vec![0, 2], vec![1, 0]], &[vec![0, 1], vec![1, 0]]).expect("a table");
        // 2 wins and 1 draw of 4: 2.5 / 4.
        assert_eq!(results.rate(0, 1), Some(0.625));
        let rates = results.rates().expect("all played");
        assert_eq!((rates[(0, 1)], rates[(1, 0)], rates[(0, 0)]), (0.625, 0.375, 0.5));
        let margins = results.margins().expect("all played");
        assert_eq!((margins[(0, 1)], margins[(1, 0)]), (0.125, -0.125));
        assert_eq!(wins(&[&[0, 0], &[0, 0]]).rates(), Err(RatingError::Unplayed { i: 0, j: 1 }));
    }

    #[test]
    fn games_and_sides_add_up() {
        let game = |first, second, outcome| Game { first, second, outcome };
        let games = [game(0, 1, Outcome::First), game(1, 0, Outcome::First), game(1, 0, Outcome::Draw)];
        let results = Results::from_games(2, &games).expect("games");
        assert_eq!(results.first_score(1, 0), Score { wins: 1, draws: 1, losses: 0 });
        assert_eq!(results.score(0, 1), Score { wins: 1, draws: 1, losses: 1 });
        assert!(Results::from_games(2, &[game(0, 0, Outcome::Draw)]).is_err());
        assert!(Results::from_games(2, &[game(0, 2, Outcome::Draw)]).is_err());
    }

    #[test]
    fn wrong_tables_are_errors() {
        let none = vec![vec![0; 2]; 2];
        let zeros = |rows: usize| vec![vec![0; 2]; rows];
        let shape = |got| RatingError::Shape { what: "draws", want: (2, 2), got };
        assert_eq!(Results::new(&none, &zeros(1)), Err(shape((1, 2))));
        assert!(Results::new(&[], &[]).is_err());
        assert_eq!(
            Results::new(&[vec![1, 0], vec![0, 0]], &none),
            Err(RatingError::Player { first: 0, second: 0, players: 2 })
        );
        assert_eq!(Results::new(&none, &[vec![0, 1], vec![2, 0]]), Err(RatingError::Draws { i: 0, j: 1 }));
        assert_eq!(Results::new(&[vec![0, u64::MAX], vec![1, 0]], &none), Err(RatingError::Games));
    }

    #[test]
    fn groups_name_who_is_only_ever_beaten() {
        // 0 and 1 share points, both beat 2 and 3, who share points; 4 beat everybody.
        let results =
            wins(&[&[0, 1, 2, 1, 0], &[1, 0, 1, 0, 0], &[0, 0, 0, 3, 0], &[0, 0, 1, 0, 0], &[1, 1, 1, 1, 0]]);
        let groups = results.groups();
        assert_eq!(groups.strong, [vec![4], vec![0, 1], vec![2, 3]]);
        assert_eq!((groups.beaten, groups.unbeaten), (vec![vec![2, 3]], vec![vec![4]]));
        assert_eq!(groups.apart.len(), 1);
    }

    #[test]
    fn a_cycle_is_one_group_and_strangers_are_apart() {
        assert_eq!(wins(&[&[0, 1, 0], &[0, 0, 1], &[1, 0, 0]]).groups().strong, [vec![0, 1, 2]]);
        let groups = wins(&[&[0, 1, 0], &[1, 0, 0], &[0, 0, 0]]).groups();
        assert!(groups.beaten.is_empty() && groups.unbeaten.is_empty());
        assert_eq!(groups.apart.len(), 2);
    }

    #[test]
    fn long_chains_do_not_recurse() {
        let n = 600;
        let rows: Vec<Vec<u64>> =
            (0..n).map(|i| (0..n).map(|j| u64::from(j == (i + 1) % n)).collect()).collect();
        assert_eq!(Results::new(&rows, &vec![vec![0; n]; n]).expect("a table").groups().strong.len(), 1);
    }
}
