//! Whether players can be put in a line at all: cycles of players that beat each other beyond chance, and how
//! much of the results no line explains. Flags, not ratings.

use super::chance::sign_test;
use super::error::RatingError;
use super::matrix::{Matrix, dot};
use super::results::Results;
use crate::stats::family::holm;

/// Triples that are listed at most; all are counted.
pub const LISTED_MAX: usize = 100;

/// A pair in which one player beats the other beyond chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Who won more.
    pub winner: usize,
    /// Who won less.
    pub loser: usize,
    /// Two-sided p of the sign test over decided games, adjusted over all pairs with decided games.
    pub p: f64,
}

/// Who beats whom beyond chance, and where that goes round in a circle.
#[derive(Clone, Debug, PartialEq)]
pub struct Cycles {
    /// Pairs beyond chance, by first and second player.
    pub edges: Vec<Edge>,
    /// How many triples beat each other in a circle.
    pub count: u64,
    /// The first [`LISTED_MAX`] of them: each beats the next, the last the first; the lowest index leads.
    pub triples: Vec<[usize; 3]>,
}

/// Finds cyclic triples whose every edge is beyond chance; all edges hold together at `level` (such as .05),
/// so with probability 1 - level there is no false cycle.
///
/// Source: [Holm1979]; triples [Kendall1940].
///
/// # Errors
/// A level that is not above 0 and below 1.
pub fn cycles(results: &Results, level: f64) -> Result<Cycles, RatingError> {
    if !(level > 0.0 && level < 1.0) {
        return Err(RatingError::Range { what: "level", want: "above 0, below 1", got: level });
    }
    let edges = edges(results, level);
    let n = results.players();
    let mut beats = vec![false; n * n];
    edges.iter().for_each(|edge| beats[edge.winner * n + edge.loser] = true);
    let (mut count, mut triples) = (0, Vec::new());
    for i in 0..n {
        for j in (i + 1..n).filter(|&j| beats[i * n + j] || beats[j * n + i]) {
            for k in j + 1..n {
                let triple = if beats[i * n + j] { [i, j, k] } else { [i, k, j] };
                let [a, b, c] = triple;
                if beats[a * n + b] && beats[b * n + c] && beats[c * n + a] {
                    count += 1;
                    if triples.len() < LISTED_MAX {
                        triples.push(triple);
                    }
                }
            }
        }
    }
    Ok(Cycles { edges, count, triples })
}

/// Pairs beyond chance at the level, taken together.
fn edges(results: &Results, level: f64) -> Vec<Edge> {
    let n = results.players();
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    let mut edges: Vec<Edge> = pairs
        .filter_map(|(i, j)| {
            let score = results.score(i, j);
            let (winner, loser) = if score.wins >= score.losses { (i, j) } else { (j, i) };
            let p = sign_test(score.wins, score.losses);
            (score.wins + score.losses > 0).then_some(Edge { winner, loser, p })
        })
        .collect();
    let adjusted = holm(&edges.iter().map(|edge| edge.p).collect::<Vec<_>>());
    edges.iter_mut().zip(adjusted).for_each(|(edge, p)| edge.p = p);
    edges.retain(|edge| edge.p <= level);
    edges
}

/// What a pair's result is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The share of points minus a half. Strong players' rates are squeezed together, which alone makes a
    /// part of it cyclic.
    Margin,
    /// Log odds of points, each side's points raised by a half so that they are finite. Players who follow
    /// Bradley-Terry are transitive on this scale but for chance.
    LogOdds,
}

/// Results split into what a line of players explains and what it does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Each player's place on the line, on the scale asked for; the mean of those who met, through others
    /// too, is 0.
    pub potential: Vec<f64>,
    /// The share that is transitive, 0-1: explained by differences of the potential. The cyclic share is what
    /// is missing to 1; chance alone makes some. `None` where all pairs are even.
    pub transitive: Option<f64>,
}

impl Split {
    /// The share that is cyclic, 0-1.
    #[must_use]
    pub fn cyclic(&self) -> Option<f64> {
        self.transitive.map(|share| 1.0 - share)
    }
}

/// Splits results by least squares over the pairs that met, weighted by their games.
///
/// Source: [Jiang2011].
///
/// # Errors
/// Numbers of games too far apart for the least squares to be solved.
pub fn split(results: &Results, scale: Scale) -> Result<Split, RatingError> {
    let n = results.players();
    let mut weights = Matrix::zeros(n, n);
    let mut flows = Matrix::zeros(n, n);
    for i in 0..n {
        for j in (i + 1..n).filter(|&j| results.score(i, j).games() > 0) {
            let score = results.score(i, j);
            let (points, against) = (score.points(), score.reversed().points());
            let flow = match scale {
                Scale::Margin => points / (points + against) - 0.5,
                Scale::LogOdds => libm::log((points + 0.5) / (against + 0.5)),
            };
            (flows[(i, j)], flows[(j, i)]) = (flow, -flow);
            (weights[(i, j)], weights[(j, i)]) = (points + against, points + against);
        }
    }
    let mut potential = vec![0.0; n];
    for group in results.groups().apart {
        let places = places(&group, &weights, &flows)?;
        group.iter().zip(places).for_each(|(&i, place)| potential[i] = place);
    }
    let (mut total, mut missed) = (0.0, 0.0);
    for i in 0..n {
        for j in i + 1..n {
            let off = flows[(i, j)] - (potential[i] - potential[j]);
            total += weights[(i, j)] * flows[(i, j)] * flows[(i, j)];
            missed += weights[(i, j)] * off * off;
        }
    }
    let transitive = (total > 0.0).then(|| (1.0 - missed / total).clamp(0.0, 1.0));
    Ok(Split { potential, transitive })
}

/// The potential of players who met, with mean 0.
fn places(group: &[usize], weights: &Matrix, flows: &Matrix) -> Result<Vec<f64>, RatingError> {
    // The last player's place is held at 0, then all are shifted.
    let free = group.len() - 1;
    let mut laplacian = Matrix::zeros(free, free);
    let mut sources = vec![0.0; free];
    for (a, &i) in group[..free].iter().enumerate() {
        for (b, &j) in group[..free].iter().enumerate() {
            laplacian[(a, b)] = if a == b { weights.row(i).iter().sum() } else { -weights[(i, j)] };
        }
        sources[a] = dot(weights.row(i), flows.row(i));
    }
    let factor =
        laplacian.cholesky().ok_or(RatingError::Inexact { what: "transitivity", residual: f64::INFINITY })?;
    let mut places = factor.solve(&sources);
    places.push(0.0);
    let mean = places.iter().sum::<f64>() / places.len() as f64;
    places.iter_mut().for_each(|place| *place -= mean);
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Results with `games` a pair, of which i wins `wins(i, j)` against j > i.
    fn results(n: usize, games: u64, wins: impl Fn(usize, usize) -> u64) -> Results {
        let of = |i: usize, j: usize| match i.cmp(&j) {
            std::cmp::Ordering::Less => wins(i, j),
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => games - wins(j, i),
        };
        let rows: Vec<Vec<u64>> = (0..n).map(|i| (0..n).map(|j| of(i, j)).collect()).collect();
        Results::new(&rows, &vec![vec![0; n]; n]).expect("a table")
    }

    #[test]
    fn cycles_count_only_beyond_chance() {
        // 0 beats 1 beats 2 beats 0, 9 of 10: p = 2 x 11 / 1024 = .0215, x 3 = .064 by Holm.
        let ring = |games: u64, more: u64| {
            results(3, games, |i, j| if (i, j) == (0, 2) { games - more } else { more })
        };
        let weak = cycles(&ring(10, 9), 0.05).expect("a level");
        assert_eq!((weak.edges.len(), weak.count), (0, 0));
        assert_eq!(cycles(&ring(10, 9), 0.07).expect("a level").triples, [[0, 1, 2]]);
        // 10 of 10: p = 2 / 1024, x 3 = .0059.
        let strong = cycles(&ring(10, 10), 0.05).expect("a level");
        assert!(strong.edges.iter().all(|edge| (edge.p - 6.0 / 1024.0).abs() < 1e-15));
        assert_eq!((strong.count, strong.triples), (1, vec![[0, 1, 2]]));
        let other_way = results(3, 100, |i, j| if (i, j) == (0, 2) { 100 } else { 0 });
        assert_eq!(cycles(&other_way, 0.05).expect("a level").triples, [[0, 2, 1]]);
        assert_eq!(cycles(&results(3, 100, |_, _| 100), 0.05).expect("a level").count, 0);
        assert!(cycles(&other_way, 0.0).is_err());
    }

    #[test]
    fn shares_of_a_line_and_of_a_ring() {
        // Margins .1, .1 and .2 add up; a ring has no potential.
        let line = results(3, 100, |i, j| 50 + 10 * (j - i) as u64);
        let line = split(&line, Scale::Margin).expect("solved");
        assert!((line.transitive.expect("uneven") - 1.0).abs() < 1e-12);
        assert!((line.potential[0] - 0.1).abs() < 1e-12 && line.potential[1].abs() < 1e-12);
        let ring = results(3, 100, |i, j| if (i, j) == (0, 2) { 30 } else { 70 });
        for scale in [Scale::Margin, Scale::LogOdds] {
            assert!(split(&ring, scale).expect("solved").cyclic().expect("uneven") > 1.0 - 1e-12);
        }
        // One of three edges of a ring alone: a third of it goes round, so a third is cyclic.
        let edge = results(3, 100, |i, j| if (i, j) == (0, 1) { 70 } else { 50 });
        let cyclic = split(&edge, Scale::Margin).expect("solved").cyclic().expect("uneven");
        assert!((cyclic - 1.0 / 3.0).abs() < 1e-12, "{cyclic}");
        assert_eq!(split(&results(3, 100, |_, _| 50), Scale::Margin).expect("solved").transitive, None);
    }
}
