//! Monte-Carlo tree search: rollouts go down to the end of the debate, where the judge says who has won.
//! At a node the move with the highest Q + U is taken, of equals any: Q is its mean value for whose turn it is, 1 won,
//! -1 lost, 0 never tried; U = c P sqrt(sum N) / (1 + N), N its visits, with c = 1 and P one over the picture's nonzero
//! pixels. Source: [Irving2018], section 3.1, after [Silver2017].

use super::judge::{Question, Sight};
use super::play::{Rules, Side};

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

/// A search of one position. Only moves that were tried are kept: the others are all alike.
#[derive(Debug)]
pub struct Tree<'a, S: Sight> {
    sight: &'a S,
    rules: Rules,
    question: Question,
    nodes: Vec<Vec<Edge>>,
    /// What the judge keeps, by number of pixels shown.
    shown: Vec<S::Shown>,
    /// Pixel by pixel, whether it is out of question at the node looked at: equal to `stamp`.
    marks: Vec<u64>,
    stamp: u64,
}

/// What is chosen at a node.
enum Choice {
    /// A move that was tried, by its place.
    Old(usize),
    /// One that was not.
    New(u16),
}

impl<'a, S: Sight> Tree<'a, S> {
    /// A tree without any node but its root.
    #[must_use]
    pub fn new(sight: &'a S, rules: Rules, question: Question) -> Self {
        let turns = rules.turns(sight.pixels());
        Self {
            sight,
            rules,
            question,
            nodes: vec![Vec::new()],
            shown: vec![sight.blank(); turns + 1],
            marks: vec![0; sight.pixels()],
            stamp: 0,
        }
    }

    /// The move with the most visits, of equals any, after so many rollouts (at least one, at most 2^30) from where
    /// these pixels were shown.
    ///
    /// # Panics
    /// If the debate is over.
    pub fn choose(&mut self, shown: &[u16], rollouts: u32, draw: &mut impl FnMut(u32) -> u32) -> u16 {
        assert!(shown.len() + 1 < self.shown.len(), "a debate that is not over");
        self.nodes = vec![Vec::new()];
        let mut path = shown.to_vec();
        for (turn, &pixel) in shown.iter().enumerate() {
            self.show(turn, pixel);
        }
        for _ in 0..rollouts.clamp(1, 1 << 30) {
            self.rollout(0, &mut path, draw);
        }
        let most = self.nodes[0].iter().map(|edge| edge.visits).max().unwrap_or(0);
        let best: Vec<u16> = self.nodes[0].iter().filter(|e| e.visits == most).map(|e| e.pixel).collect();
        best[any(best.len(), draw)]
    }

    /// Goes down from a node to the end, and says whether the liar has won there.
    fn rollout(&mut self, node: usize, path: &mut Vec<u16>, draw: &mut impl FnMut(u32) -> u32) -> bool {
        let turn = path.len();
        let last = turn + 2 == self.shown.len();
        let at = match self.select(node, path, draw) {
            Choice::Old(at) => at,
            Choice::New(pixel) => {
                let next = if last { 0 } else { self.nodes.len() };
                self.nodes[node].push(Edge { pixel, visits: 0, lied: 0, node: next as u32 });
                if !last {
                    self.nodes.push(Vec::new());
                }
                self.nodes[node].len() - 1
            }
        };
        let edge = self.nodes[node][at];
        let lied = if last && edge.visits > 0 {
            // The judge has said so before.
            edge.lied > 0
        } else {
            self.show(turn, edge.pixel);
            if last {
                self.question.lied(&self.sight.scores(&self.shown[turn + 1]))
            } else {
                path.push(edge.pixel);
                let lied = self.rollout(edge.node as usize, path, draw);
                path.pop();
                lied
            }
        };
        let edge = &mut self.nodes[node][at];
        edge.visits += 1;
        edge.lied += if lied { 1 } else { -1 };
        lied
    }

    fn show(&mut self, turn: usize, pixel: u16) {
        let (before, after) = self.shown.split_at_mut(turn + 1);
        self.sight.show(&before[turn], pixel, &mut after[0]);
    }

    /// The move with the highest Q + U, of equals any.
    fn select(&mut self, node: usize, path: &[u16], draw: &mut impl FnMut(u32) -> u32) -> Choice {
        let edges = &self.nodes[node];
        let pixels = self.sight.pixels();
        let fresh = pixels - path.len() - edges.len();
        let total: u32 = edges.iter().map(|edge| edge.visits).sum();
        let bonus = EXPLORATION / pixels as f64 * f64::from(total).sqrt();
        let sign = if self.rules.mover(path.len()) == Side::Liar { 1.0 } else { -1.0 };
        let worth = |edge: &Edge| {
            let visits = f64::from(edge.visits);
            sign * f64::from(edge.lied) / visits + bonus / (1.0 + visits)
        };
        // Untried moves are worth the bonus alone. All finite: an edge in the tree was visited.
        let mut best = if fresh > 0 { bonus } else { f64::NEG_INFINITY };
        let mut ties = 0;
        for worth in edges.iter().map(worth) {
            if worth > best {
                (best, ties) = (worth, 0);
            }
            ties += usize::from(worth == best);
        }
        let fresh = if best == bonus { fresh } else { 0 };
        let pick = any(ties + fresh, draw);
        if pick >= ties {
            return Choice::New(self.untried(node, path, pick - ties));
        }
        let tied = edges.iter().enumerate().filter(|(_, edge)| worth(edge) == best);
        Choice::Old(tied.map(|(at, _)| at).nth(pick).expect("as many as were counted"))
    }

    /// The n-th pixel, by place, that is neither shown nor tried.
    fn untried(&mut self, node: usize, path: &[u16], n: usize) -> u16 {
        self.stamp += 1;
        let tried = self.nodes[node].iter().map(|edge| edge.pixel);
        for pixel in path.iter().copied().chain(tried) {
            self.marks[usize::from(pixel)] = self.stamp;
        }
        let mut open = self.marks.iter().enumerate().filter(|&(_, &mark)| mark != self.stamp);
        open.nth(n).expect("fewer are shown and tried than there are").0 as u16
    }
}

/// Any of n, all with the same chance; without a draw if there is only one.
fn any(n: usize, draw: &mut impl FnMut(u32) -> u32) -> usize {
    if n > 1 { draw(n as u32) as usize } else { 0 }
}
