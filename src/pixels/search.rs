//! Monte-Carlo tree search: rollouts go down to the end of the debate, where the judge says who has won.
//! At a node the move with the highest Q + U is taken, of equals any: Q is its mean value for whose turn it is, 1 won,
//! -1 lost, 0 never tried; U = c P sqrt(sum N) / (1 + N), N its visits, with c = 1 and P one over the picture's nonzero
//! pixels. Source: [Irving2018], section 3.1, after [Silver2017].

use super::judge::{Last, Question, Sight};
use super::play::{Rules, Side};
use super::sets::Untaken;
use super::vectors::peak;

/// c of the bonus of moves that were tried little; higher: broader search.
const EXPLORATION: f64 = 1.0;

/// A move that was tried.
#[derive(Clone, Copy, Debug)]
struct Edge {
    pixel: u16,
    visits: u32,
    /// Rollouts that the liar won, less those that it lost.
    lied: i32,
    /// The node it leads to; for a last move 0, which is nobody's.
    node: u32,
}

/// A position. Only moves that were tried are kept: the others are all alike.
#[derive(Debug, Default)]
struct Node {
    visits: u32,
    edges: Vec<Edge>,
    /// Edge by edge, its mean value for whose turn it is.
    mean: Vec<f64>,
    /// Edge by edge, 1 / (1 + visits).
    rare: Vec<f64>,
    /// What is neither shown nor tried.
    untried: Untaken,
}

impl Node {
    /// Makes it a position where these pixels of so many were shown, and nothing was tried.
    fn begin(&mut self, pixels: usize, shown: &[u16]) {
        self.visits = 0;
        self.edges.clear();
        self.mean.clear();
        self.rare.clear();
        self.untried = Untaken::of(pixels, shown);
    }

    /// Notes how a rollout by an edge ended; `sign`: 1 if it is the liar's turn here, else -1.
    fn note(&mut self, at: usize, sign: f64, lied: bool) {
        self.visits += 1;
        let edge = &mut self.edges[at];
        edge.visits += 1;
        edge.lied += if lied { 1 } else { -1 };
        self.mean[at] = sign * f64::from(edge.lied) / f64::from(edge.visits);
        self.rare[at] = 1.0 / (1.0 + f64::from(edge.visits));
    }
}

/// A search, move after move of a debate.
#[derive(Debug)]
pub struct Tree<'a, S: Sight> {
    sight: &'a S,
    rules: Rules,
    question: Question,
    /// Nodes, of which the first `used` are in use; the others keep their room.
    nodes: Vec<Node>,
    used: usize,
    /// What the judge keeps, by number of pixels shown.
    shown: Vec<S::Shown>,
    /// Pixel by pixel, that it was not shown: a last move is looked at alone.
    none: Vec<bool>,
    /// The way of a rollout: nodes and edges.
    trail: Vec<(usize, usize)>,
}

impl<'a, S: Sight> Tree<'a, S> {
    /// A tree without any node.
    #[must_use]
    pub fn new(sight: &'a S, rules: Rules, question: Question) -> Self {
        let turns = rules.turns(sight.pixels());
        Self {
            sight,
            rules,
            question,
            nodes: Vec::new(),
            used: 0,
            shown: vec![sight.blank(); turns + 1],
            none: vec![false; sight.pixels()],
            trail: Vec::new(),
        }
    }

    /// The move with the most visits, of equals any, after so many rollouts (at least one, at most 2^30) from where
    /// these pixels were shown; nothing is kept of earlier searches.
    ///
    /// # Panics
    /// If the debate is over.
    pub fn choose(&mut self, shown: &[u16], rollouts: u32, draw: &mut impl FnMut(u32) -> u32) -> u16 {
        assert!(shown.len() + 1 < self.shown.len(), "a debate that is not over");
        self.used = 0;
        let mut path = shown.to_vec();
        for (turn, &pixel) in shown.iter().enumerate() {
            self.show(turn, pixel);
        }
        self.begin(&path);
        for _ in 0..rollouts.clamp(1, 1 << 30) {
            self.rollout(&mut path, shown.len(), draw);
        }
        let edges = &self.nodes[0].edges;
        let most = edges.iter().map(|edge| edge.visits).max().unwrap_or(0);
        let best: Vec<u16> = edges.iter().filter(|e| e.visits == most).map(|e| e.pixel).collect();
        best[any(best.len(), draw)]
    }

    /// The next node, where these pixels were shown.
    fn begin(&mut self, shown: &[u16]) -> usize {
        if self.used == self.nodes.len() {
            self.nodes.push(Node::default());
        }
        self.nodes[self.used].begin(self.none.len(), shown);
        self.used += 1;
        self.used - 1
    }

    /// Goes down from the root, where `start` pixels were shown, to the end, and notes on the way back who has won there.
    fn rollout(&mut self, path: &mut Vec<u16>, start: usize, draw: &mut impl FnMut(u32) -> u32) {
        self.trail.clear();
        let mut node = 0;
        let lied = loop {
            let (turn, last) = (path.len(), path.len() + 2 == self.shown.len());
            let at = self.select(node, draw);
            self.trail.push((node, at));
            let Edge { pixel, visits, lied, node: next } = self.nodes[node].edges[at];
            if last {
                // What the judge has said before it says again.
                break if visits > 0 { lied > 0 } else { self.ends(turn, pixel) };
            }
            self.show(turn, pixel);
            path.push(pixel);
            node = if visits > 0 {
                next as usize
            } else {
                let next = self.begin(path);
                self.nodes[node].edges[at].node = next as u32;
                next
            };
        };
        path.truncate(start);
        for (turn, &(node, at)) in (start..).zip(&self.trail) {
            let sign = if self.rules.mover(turn) == Side::Liar { 1.0 } else { -1.0 };
            self.nodes[node].note(at, sign, lied);
        }
    }

    /// Whether a last move makes the liar win.
    fn ends(&self, turn: usize, pixel: u16) -> bool {
        let last = Last { shown: &self.shown[turn], taken: &self.none, question: self.question };
        self.sight.find(last, &[pixel], true).is_some()
    }

    fn show(&mut self, turn: usize, pixel: u16) {
        let (before, after) = self.shown.split_at_mut(turn + 1);
        self.sight.show(&before[turn], pixel, &mut after[0]);
    }

    /// The edge with the highest Q + U, of equals any, first those tried and then the others by place; one that was not
    /// tried is made.
    fn select(&mut self, node: usize, draw: &mut impl FnMut(u32) -> u32) -> usize {
        let pixels = self.none.len();
        let Node { visits, edges, mean, rare, untried } = &mut self.nodes[node];
        let bonus = EXPLORATION / pixels as f64 * f64::from(*visits).sqrt();
        let fresh = untried.len();
        // Untried moves are worth the bonus alone.
        let least = if fresh > 0 { bonus } else { f64::NEG_INFINITY };
        let (best, ties) = peak(mean, rare, bonus, least);
        let pick = any(ties + if best == bonus { fresh } else { 0 }, draw);
        if pick < ties {
            let mut worths = mean.iter().zip(&*rare).map(|(mean, rare)| mean + bonus * rare);
            let mut left = pick;
            let nth = worths.position(|worth| {
                worth == best
                    && (left == 0 || {
                        left -= 1;
                        false
                    })
            });
            return nth.expect("as many as were counted");
        }
        let pixel = untried.take(pick - ties).expect("fewer are shown and tried than there are");
        edges.push(Edge { pixel, visits: 0, lied: 0, node: 0 });
        mean.push(0.0);
        rare.push(1.0);
        edges.len() - 1
    }
}

/// Any of n, all with the same chance; without a draw if there is only one.
fn any(n: usize, draw: &mut impl FnMut(u32) -> u32) -> usize {
    if n > 1 { draw(n as u32) as usize } else { 0 }
}
