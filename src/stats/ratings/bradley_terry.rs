//! Strengths of players by the Bradley-Terry model: logit P(i beats j) = strength i - strength j, plus an
//! advantage of the first mover where asked for. A draw counts as half a win for each side.
//!
//! Counting draws so keeps the model simple and its estimates consistent, but a drawn game varies less than
//! the model thinks: with many draws the intervals are wider than they need be, and the goodness of fit looks
//! better than it is.

use super::chance::chi_square_upper;
use super::error::RatingError;
use super::matrix::Matrix;
use super::results::Results;

/// Elo points per unit of strength: at 400 points more, the odds are 10 to 1.
pub const ELO: f64 = 400.0 / std::f64::consts::LN_10;

/// The .975 quantile of the normal distribution.
const Z95: f64 = 1.959_963_984_540_054;

/// Newton steps before giving up; a strength moves by about one unit a step, and no pair of at most 2^52
/// games asks for more than 37.
const STEPS_MAX: usize = 200;

/// A step that gains at most this, in nats, is the last: it moves nothing by more than 1e-8 standard errors,
/// and the error after it is the square of that.
const GAIN_MIN: f64 = 1e-16;

/// What to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Model {
    /// Whether who moves first has an advantage, the same in every pair, fitted with the strengths.
    pub advantage: bool,
    /// Virtual draws added to each pair that played, in games, 0 or more; 0: plain maximum likelihood. Higher
    /// pulls strengths together; with more than 0 there is a finite rating even of who is only ever beaten.
    pub virtual_draws: f64,
}

/// A number with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate, in nats of log odds.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

impl Estimate {
    /// The 95 % interval, by the normal distribution.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        (self.value - Z95 * self.error, self.value + Z95 * self.error)
    }

    /// The same in Elo points.
    #[must_use]
    pub fn elo(self) -> Self {
        Self { value: self.value * ELO, error: self.error * ELO }
    }
}

/// How well strengths explain the results, against a model in which every pair has a rate of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Twice the log likelihood that is lost, in nats; large where players are not transitive.
    pub deviance: f64,
    /// Rates less parameters.
    pub freedom: u32,
    /// P(a deviance this large or larger) by chi-square, where strengths are all there is. Good where pairs
    /// expect about 5 points or more on either side.
    pub p: f64,
}

/// Fitted strengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Strengths {
    /// Strengths, mean 0.
    strengths: Vec<f64>,
    /// The first mover's advantage, where fitted.
    advantage: Option<f64>,
    /// Of the strengths, then the advantage.
    covariance: Matrix,
    /// `None` without a degree of freedom.
    fit: Option<Fit>,
}

impl Strengths {
    /// Fits strengths by maximum likelihood, with Newton's method from equal strengths.
    ///
    /// Source: [BradleyTerry1952]; existence [Ford1957]; the advantage [Agresti2013], chapter 11.
    ///
    /// # Errors
    /// Players that never met, even through others; without virtual draws also players that are only ever
    /// beaten, and an advantage without a finite value; an advantage where sides are unknown; a number of
    /// virtual draws below 0; a fit that does not converge.
    pub fn fit(results: &Results, model: &Model) -> Result<Self, RatingError> {
        exists(results, model)?;
        let n = results.players();
        let cells = cells(results, model);
        let mut at = Point { strengths: vec![0.0; n], advantage: 0.0 };
        let mut gain = 0.0;
        for _ in 0..STEPS_MAX {
            let (gradient, information) = at.derivatives(&cells, model.advantage);
            let stuck = RatingError::Inexact { what: "strengths", residual: gain };
            let factor = information.cholesky().ok_or(stuck)?;
            let step = factor.solve(&gradient);
            gain = step.iter().zip(&gradient).map(|(step, slope)| step * slope).sum();
            at = at.stepped(&step, gain, &cells);
            if gain <= GAIN_MIN {
                return Self::at(results, model, at);
            }
        }
        Err(RatingError::Inexact { what: "strengths", residual: gain })
    }

    /// What the fitted point says.
    fn at(results: &Results, model: &Model, at: Point) -> Result<Self, RatingError> {
        let n = results.players();
        let (_, information) = at.derivatives(&cells(results, model), model.advantage);
        let factor =
            information.cholesky().ok_or(RatingError::Inexact { what: "strengths", residual: 0.0 })?;
        let mean = at.strengths.iter().sum::<f64>() / n as f64;
        Ok(Self {
            strengths: at.strengths.iter().map(|strength| strength - mean).collect(),
            advantage: model.advantage.then_some(at.advantage),
            covariance: centred(&factor.inverse(), n),
            fit: at.fit(results, model),
        })
    }

    /// The strength of player i; the mean over players is 0.
    #[must_use]
    pub fn strength(&self, i: usize) -> Estimate {
        Estimate { value: self.strengths[i], error: self.covariance[(i, i)].sqrt() }
    }

    /// How much stronger player i is than player j.
    #[must_use]
    pub fn difference(&self, i: usize, j: usize) -> Estimate {
        let c = &self.covariance;
        let variance = c[(i, i)] + c[(j, j)] - 2.0 * c[(i, j)];
        Estimate { value: self.strengths[i] - self.strengths[j], error: variance.max(0.0).sqrt() }
    }

    /// The first mover's advantage, where it was fitted.
    #[must_use]
    pub fn advantage(&self) -> Option<Estimate> {
        let last = self.strengths.len();
        self.advantage.map(|value| Estimate { value, error: self.covariance[(last, last)].sqrt() })
    }

    /// The share of points that i is expected to take off j, moving first where sides matter.
    #[must_use]
    pub fn expected(&self, i: usize, j: usize) -> f64 {
        logistic(self.strengths[i] - self.strengths[j] + self.advantage.unwrap_or(0.0))
    }

    /// The covariance of the strengths and, last, the advantage where fitted: the inverse of the observed
    /// information (with virtual draws, theirs too) under the constraint that strengths have mean 0.
    #[must_use]
    pub fn covariance(&self) -> &Matrix {
        &self.covariance
    }

    /// How well strengths explain the games that were played; `None` without a degree of freedom.
    #[must_use]
    pub fn goodness(&self) -> Option<Fit> {
        self.fit
    }
}

/// Games of one kind: of a pair, or of a pair with one side moving first.
struct Cell {
    first: usize,
    second: usize,
    /// Points of the first.
    points: f64,
    /// Points of the second.
    against: f64,
}

/// All kinds of games there were, with their virtual draws.
fn cells(results: &Results, model: &Model) -> Vec<Cell> {
    let n = results.players();
    // With an advantage the pair's virtual draws are shared between its two orders.
    let more = if model.advantage { 0.25 } else { 0.5 } * model.virtual_draws;
    let mut cells = Vec::new();
    for i in 0..n {
        for j in (0..n).filter(|&j| if model.advantage { j != i } else { j > i }) {
            let score = if model.advantage { results.first_score(i, j) } else { results.score(i, j) };
            let more = if results.score(i, j).games() > 0 { more } else { 0.0 };
            let (points, against) = (score.points() + more, score.reversed().points() + more);
            if points + against > 0.0 {
                cells.push(Cell { first: i, second: j, points, against });
            }
        }
    }
    cells
}

/// Whether there is one finite point of largest likelihood.
fn exists(results: &Results, model: &Model) -> Result<(), RatingError> {
    let draws = model.virtual_draws;
    if !(0.0..=1e6).contains(&draws) {
        return Err(RatingError::Range { what: "virtual draws", want: "0 to 1e6", got: draws });
    }
    if model.advantage && !results.has_sides() {
        return Err(RatingError::NoSides);
    }
    let groups = results.groups();
    if groups.apart.len() > 1 {
        return Err(RatingError::Apart { groups: groups.apart });
    }
    if draws == 0.0 && groups.strong.len() > 1 {
        return Err(RatingError::Unbounded { beaten: groups.beaten, unbeaten: groups.unbeaten });
    }
    // With sides, virtual draws stand in both orders of a pair: they bound the advantage, if any.
    let lone = results.players() == 1;
    if model.advantage && (lone || draws == 0.0 && (drifts(results, 1) || drifts(results, -1))) {
        return Err(RatingError::Advantage);
    }
    Ok(())
}

/// Whether strengths can follow an ever larger (sign 1) or smaller (-1) advantage with no game becoming less
/// likely: whether there are shifts d with d[i] >= d[j] - sign for every i that took points off j as the
/// first mover, and d[i] >= d[j] + sign as the second. They exist unless a cycle asks for more than it gives.
fn drifts(results: &Results, sign: i64) -> bool {
    let n = results.players();
    let mut shifts = vec![0i64; n];
    for _ in 0..=n {
        let before = shifts.clone();
        for i in 0..n {
            for j in (0..n).filter(|&j| j != i) {
                let score = results.first_score(i, j);
                if score.points() > 0.0 {
                    shifts[i] = shifts[i].max(shifts[j] - sign);
                }
                if score.reversed().points() > 0.0 {
                    shifts[j] = shifts[j].max(shifts[i] + sign);
                }
            }
        }
        if shifts == before {
            return true;
        }
    }
    false
}

/// Strengths with the last player's held at 0, and the advantage.
#[derive(Clone)]
struct Point {
    strengths: Vec<f64>,
    advantage: f64,
}

impl Point {
    /// Log odds of the first in a cell.
    fn odds(&self, cell: &Cell) -> f64 {
        self.strengths[cell.first] - self.strengths[cell.second] + self.advantage
    }

    /// Log likelihood, in nats.
    fn likelihood(&self, cells: &[Cell]) -> f64 {
        let of = |cell: &Cell| {
            let odds = self.odds(cell);
            -cell.points * softplus(-odds) - cell.against * softplus(odds)
        };
        cells.iter().map(of).sum()
    }

    /// Gradient and information in the free parameters: all strengths but the last, then the advantage.
    fn derivatives(&self, cells: &[Cell], advantage: bool) -> (Vec<f64>, Matrix) {
        let last = self.strengths.len() - 1;
        let size = last + usize::from(advantage);
        let mut gradient = vec![0.0; size];
        let mut information = Matrix::zeros(size, size);
        for cell in cells {
            let odds = self.odds(cell);
            let (p, q) = (logistic(odds), logistic(-odds));
            let slope = cell.points * q - cell.against * p;
            let weight = (cell.points + cell.against) * p * q;
            let parts = [
                (cell.first < last).then_some((cell.first, 1.0)),
                (cell.second < last).then_some((cell.second, -1.0)),
                advantage.then_some((last, 1.0)),
            ];
            for &(a, sign) in parts.iter().flatten() {
                gradient[a] += sign * slope;
                for &(b, other) in parts.iter().flatten() {
                    information[(a, b)] += sign * other * weight;
                }
            }
        }
        (gradient, information)
    }

    /// A step further, halved until it gains a part of what it promises; small ones are not checked, since
    /// the likelihood's roundings are larger than their gains.
    fn stepped(&self, step: &[f64], gain: f64, cells: &[Cell]) -> Self {
        let before = self.likelihood(cells);
        let mut share = 1.0;
        loop {
            let mut next = self.clone();
            let last = self.strengths.len() - 1;
            next.strengths[..last].iter_mut().zip(step).for_each(|(at, step)| *at += share * step);
            next.advantage += step.get(last).map_or(0.0, |step| share * step);
            let gained = next.likelihood(cells) - before;
            if gain < 1e-3 || gained >= 1e-4 * share * gain || share < 1e-9 {
                return next;
            }
            share *= 0.5;
        }
    }

    /// Deviance of the games that were played.
    fn fit(&self, results: &Results, model: &Model) -> Option<Fit> {
        let played = cells(results, &Model { virtual_draws: 0.0, ..*model });
        let part = |points: f64, share: f64, expected: f64| {
            if points > 0.0 { points * (libm::log(share) - expected) } else { 0.0 }
        };
        let of = |cell: &Cell| {
            let (odds, games) = (self.odds(cell), cell.points + cell.against);
            part(cell.points, cell.points / games, -softplus(-odds))
                + part(cell.against, cell.against / games, -softplus(odds))
        };
        let deviance = (2.0 * played.iter().map(of).sum::<f64>()).max(0.0);
        let parameters = self.strengths.len() - 1 + usize::from(model.advantage);
        let freedom = u32::try_from(played.len().checked_sub(parameters)?).ok().filter(|&df| df > 0)?;
        Some(Fit { deviance, freedom, p: chi_square_upper(deviance, freedom) })
    }
}

/// The covariance of strengths that are shifted to mean 0, from that with the last of n held at 0.
fn centred(held: &Matrix, n: usize) -> Matrix {
    let size = held.rows() + 1;
    // Parameter i of the result in the held ones: the last player has no place there, the advantage one less.
    let place = |i: usize| if i + 1 < n { Some(i) } else { i.checked_sub(n).map(|past| n - 1 + past) };
    let of = |i: usize, j: usize| place(i).zip(place(j)).map_or(0.0, |at| held[at]);
    let means: Vec<f64> = (0..size).map(|j| (0..n).map(|i| of(i, j)).sum::<f64>() / n as f64).collect();
    let mean = means[..n].iter().sum::<f64>() / n as f64;
    let mut covariance = Matrix::zeros(size, size);
    for i in 0..size {
        for j in 0..size {
            let shift = match (i < n, j < n) {
                (true, true) => mean - means[i] - means[j],
                (true, false) => -means[j],
                (false, true) => -means[i],
                (false, false) => 0.0,
            };
            covariance[(i, j)] = of(i, j) + shift;
        }
    }
    covariance
}

/// 1 / (1 + exp(-x)).
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// ln(1 + exp(x)), without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

#[cfg(test)]
#[path = "bradley_terry_tests.rs"]
mod tests;
