//! Nash averaging: the rating of players by the one equilibrium, of all equilibria of "choose a player", that
//! has the largest entropy. Copies of a player change nobody's rating. Antisymmetric games only.

use super::error::RatingError;
use super::matrix::{Matrix, dot};

/// How exactly two players' payoffs must cancel, and what counts as zero, as a share of the largest payoff.
const ZERO: f64 = 1e-10;

/// How far the equilibrium's conditions may be missed, as a share of the largest payoff.
const EXPLOITABLE_MAX: f64 = 1e-9;

/// The equilibrium of largest entropy, and what it says of the players.
#[derive(Clone, Debug, PartialEq)]
pub struct NashAverage {
    /// The equilibrium: how much each player counts. 0 for players outside every equilibrium.
    pub weights: Vec<f64>,
    /// What each player gains against the equilibrium: 0 for those in it, below 0 for others.
    pub ratings: Vec<f64>,
    /// What the best player gains against the equilibrium: 0 but for roundings.
    pub exploitability: f64,
    /// How much entropy at most is missing to the largest, in nats.
    pub entropy_gap: f64,
}

/// The equilibrium of largest entropy of an antisymmetric game: `payoffs[i][j]` is what i gains against j,
/// such as the share of points minus a half, or the log odds.
///
/// Found in two steps: a strictly complementary equilibrium, which says who is in any equilibrium at all;
/// from there, uphill in entropy among the equilibria.
///
/// Source: [Balduzzi2018].
///
/// # Errors
/// A matrix that is not square and antisymmetric; an equilibrium that could be exploited for more than 1e-9
/// of the largest payoff, as where payoffs are of very different sizes (1 and 10^-10).
pub fn nash_average(payoffs: &Matrix) -> Result<NashAverage, RatingError> {
    let (n, scale) = (payoffs.rows(), payoffs.range().1.max(0.0));
    antisymmetric(payoffs, scale)?;
    let mut game = Matrix::zeros(n, n);
    for i in 0..n {
        (0..n).for_each(|j| game[(i, j)] = if scale > 0.0 { payoffs[(i, j)] / scale } else { 0.0 });
    }
    let (start, outside) = complementary(&game)?;
    let (weights, entropy_gap) = Face::new(&game, &start, &outside).climb(start);
    let ratings = payoffs.times(&weights);
    let exploitability = ratings.iter().copied().fold(0.0, f64::max);
    if exploitability.is_nan() || exploitability > EXPLOITABLE_MAX * scale {
        return Err(RatingError::Inexact { what: "Nash average", residual: exploitability });
    }
    Ok(NashAverage { weights, ratings, exploitability, entropy_gap })
}

/// Whether what i gains against j is what j loses, up to roundings.
fn antisymmetric(payoffs: &Matrix, scale: f64) -> Result<(), RatingError> {
    let n = payoffs.rows();
    if payoffs.columns() != n {
        let got = (n, payoffs.columns());
        return Err(RatingError::Shape { what: "antisymmetric payoffs", want: (n, n), got });
    }
    for i in 0..n {
        let odd = (0..=i).find(|&j| (payoffs[(i, j)] + payoffs[(j, i)]).abs() > ZERO * scale);
        if let Some(j) = odd {
            return Err(RatingError::Symmetry { i, j });
        }
    }
    Ok(())
}

/// A strictly complementary equilibrium, in which every player either has weight or would lose by being
/// chosen; and who is outside. Follows the central path of the self-dual programme of the game.
///
/// That there is one: Source: [Tucker1956]. The path: Source: [Roos2005], chapters 2 and 3.
fn complementary(game: &Matrix) -> Result<(Vec<f64>, Vec<usize>), RatingError> {
    let n = game.rows();
    // One more variable makes all ones the path's start; it goes to 0 along the path.
    let lack: Vec<f64> = game.times(&vec![1.0; n]).iter().map(|gain| 1.0 + gain).collect();
    let mut skew = Matrix::zeros(n + 1, n + 1);
    for i in 0..n {
        (0..n).for_each(|j| skew[(i, j)] = -game[(i, j)]);
        (skew[(i, n)], skew[(n, i)]) = (lack[i], -lack[i]);
    }
    let mut at = vec![1.0; n + 1];
    let mut slack = at.clone();
    for _ in 0..200 {
        let mean = dot(&at, &slack) / (n + 1) as f64;
        if mean < 1e-15 {
            let outside: Vec<usize> = (0..n).filter(|&i| slack[i] > at[i]).collect();
            return Ok((at[..n].to_vec(), outside));
        }
        let mut system = skew.clone();
        (0..=n).for_each(|i| system[(i, i)] += slack[i] / at[i]);
        let right: Vec<f64> = (0..=n).map(|i| 0.1 * mean / at[i] - slack[i]).collect();
        let lost = RatingError::Inexact { what: "Nash average", residual: mean };
        let step = system.solve(right.clone()).ok_or(lost)?;
        // Two forms of the same change; each keeps its digits where the other's terms cancel.
        let narrow = |i: usize| right[i] - slack[i] / at[i] * step[i];
        let wide = |i: usize| dot(skew.row(i), &step);
        let change: Vec<f64> = (0..=n).map(|i| if slack[i] < at[i] { narrow(i) } else { wide(i) }).collect();
        let room = |value: f64, step: f64| if step < 0.0 { -value / step } else { f64::INFINITY };
        let rooms = (0..=n).map(|i| room(at[i], step[i]).min(room(slack[i], change[i])));
        let share = (0.9 * rooms.fold(f64::INFINITY, f64::min)).min(1.0);
        for i in 0..=n {
            at[i] += share * step[i];
            slack[i] += share * change[i];
        }
    }
    Err(RatingError::Inexact { what: "Nash average", residual: dot(&at, &slack) })
}

/// The equilibria: weights on those inside who gain nothing against each other, and against whom nobody
/// outside gains.
struct Face {
    /// Whose weights may be above 0.
    inside: Vec<usize>,
    /// What those outside gain against those inside.
    gains: Matrix,
    /// Conditions that all equilibria meet, orthonormal; without that of the sum.
    held: Vec<Vec<f64>>,
    /// Directions in which equilibria differ, orthonormal.
    ways: Vec<Vec<f64>>,
    /// How many players there are.
    players: usize,
}

impl Face {
    fn new(game: &Matrix, start: &[f64], outside: &[usize]) -> Self {
        let players = start.len();
        let inside: Vec<usize> = (0..players).filter(|i| !outside.contains(i)).collect();
        let among = |i: &usize| -> Vec<f64> { inside.iter().map(|&j| game[(*i, j)]).collect() };
        let held = orthonormal(&[], inside.iter().map(among).collect());
        let k = inside.len();
        let mut fixed = held.clone();
        fixed.extend(orthonormal(&held, vec![vec![1.0; k]]));
        let units = (0..k).map(|i| (0..k).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        let ways = orthonormal(&fixed, units);
        let mut gains = Matrix::zeros(outside.len(), k);
        for (row, &i) in outside.iter().enumerate() {
            (0..k).for_each(|column| gains[(row, column)] = game[(i, inside[column])]);
        }
        Self { inside, gains, held, ways, players }
    }

    /// The weights of largest entropy, from a point inside, and how much entropy they may lack. What those
    /// outside gain is kept below 0 by a barrier that is lowered step by step.
    fn climb(&self, start: Vec<f64>) -> (Vec<f64>, f64) {
        let mut at: Vec<f64> = self.inside.iter().map(|&i| start[i]).collect();
        self.settle(&mut at);
        let mut barrier = if self.ways.is_empty() || self.gains.rows() == 0 { 0.0 } else { 1.0 };
        loop {
            while self.newton(&mut at, barrier) {}
            if barrier < 1e-12 {
                break;
            }
            barrier *= 0.1;
        }
        self.settle(&mut at);
        let mut weights = vec![0.0; self.players];
        self.inside.iter().zip(at).for_each(|(&i, weight)| weights[i] = weight);
        (weights, barrier * self.gains.rows() as f64)
    }

    /// Back onto the conditions, from which roundings stray.
    fn settle(&self, at: &mut [f64]) {
        for direction in &self.held {
            let off = dot(direction, at);
            at.iter_mut().zip(direction).for_each(|(value, part)| *value -= off * part);
        }
        let total: f64 = at.iter().sum();
        at.iter_mut().for_each(|weight| *weight /= total);
    }

    /// Entropy with barrier; minus infinity outside.
    fn height(&self, at: &[f64], barrier: f64) -> f64 {
        let slack: Vec<f64> = self.gains.times(at).iter().map(|gain| -gain).collect();
        if at.iter().chain(&slack).any(|value| *value <= 0.0) {
            return f64::NEG_INFINITY;
        }
        let entropy: f64 = at.iter().map(|p| -p * libm::log(*p)).sum();
        entropy + barrier * slack.iter().map(|slack| libm::log(*slack)).sum::<f64>()
    }

    /// One step of Newton's method; whether it gained enough that another is worth it.
    fn newton(&self, at: &mut Vec<f64>, barrier: f64) -> bool {
        let d = self.ways.len();
        let pulls: Vec<f64> = self.gains.times(at).iter().map(|gain| barrier / gain).collect();
        let push = self.gains.times_left(&pulls);
        let slope: Vec<f64> = at.iter().zip(push).map(|(p, push)| push - 1.0 - libm::log(*p)).collect();
        let uphill: Vec<f64> = self.ways.iter().map(|way| dot(way, &slope)).collect();
        let across: Vec<Vec<f64>> = self.ways.iter().map(|way| self.gains.times(way)).collect();
        let mut curvature = Matrix::zeros(d, d);
        for a in 0..d {
            for b in 0..=a {
                let inner = (0..at.len()).map(|i| self.ways[a][i] * self.ways[b][i] / at[i]).sum::<f64>();
                let outer = (0..pulls.len()).map(|i| across[a][i] * across[b][i] * pulls[i] * pulls[i]);
                curvature[(a, b)] = inner + outer.sum::<f64>() / barrier.max(f64::MIN_POSITIVE);
            }
        }
        let Some(factor) = curvature.cholesky() else { return false };
        let step = factor.solve(&uphill);
        let gain = dot(&step, &uphill);
        let before = self.height(at, barrier);
        let mut share = 1.0;
        // Written so that a step that is not a number is not taken.
        while gain > 1e-24 && share > 1e-12 {
            let mut next = at.clone();
            for (way, length) in self.ways.iter().zip(&step) {
                next.iter_mut().zip(way).for_each(|(value, part)| *value += share * length * part);
            }
            let gained = self.height(&next, barrier) - before;
            // Below a rounding of the entropy, gains cannot be seen: only staying inside is asked for.
            if gained >= 0.1 * share * gain || (gain < 1e-8 && gained.is_finite()) {
                *at = next;
                return gain > 1e-18;
            }
            share *= 0.5;
        }
        false
    }
}

/// Orthonormal directions that, added to `base`, span all `vectors` too: largest remainder first.
fn orthonormal(base: &[Vec<f64>], mut vectors: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let clear = |vector: &mut Vec<f64>, direction: &Vec<f64>| {
        let along = dot(vector, direction);
        vector.iter_mut().zip(direction).for_each(|(value, part)| *value -= along * part);
    };
    for vector in &mut vectors {
        (0..2).for_each(|_| base.iter().for_each(|direction| clear(vector, direction)));
    }
    let mut found: Vec<Vec<f64>> = Vec::new();
    loop {
        let sizes: Vec<f64> = vectors.iter().map(|vector| dot(vector, vector)).collect();
        let Some(largest) = (0..sizes.len()).reduce(|a, b| if sizes[b] > sizes[a] { b } else { a }) else {
            return found;
        };
        let mut next = vectors.swap_remove(largest);
        // Twice is enough for full orthogonality.
        base.iter().chain(&found).for_each(|direction| clear(&mut next, direction));
        let length = dot(&next, &next).sqrt();
        if length <= ZERO {
            return found;
        }
        next.iter_mut().for_each(|value| *value /= length);
        vectors.iter_mut().for_each(|vector| clear(vector, &next));
        found.push(next);
    }
}

#[cfg(test)]
#[path = "nash_tests.rs"]
mod tests;
