//! Who wins a debate if both play as well as can be: alpha-beta whose values are won and lost alone, so that the first
//! move that wins ends a search. The judge sees sets: whatever the order of play, a set is solved once.

use super::judge::{Last, Question, Sight};
use super::play::{Rules, Side};
use super::sets::{Known, Set};

/// Solves the debates before one judge and one picture. Moves that settled a position are tried first in the next.
#[derive(Clone, Debug)]
pub struct Exact<'a, S: Sight> {
    sight: &'a S,
    rules: Rules,
    question: Question,
    /// By number of pixels shown: what the judge keeps.
    shown: Vec<S::Shown>,
    /// By number of pixels shown: the moves, those that settled something lately first.
    orders: Vec<Vec<u16>>,
    /// By number of pixels shown: which sets the liar wins from.
    known: Vec<Known>,
    taken: Vec<bool>,
    /// Moves that are not settled so far, with two turns left.
    left: Vec<u16>,
    visited: u64,
}

impl<'a, S: Sight> Exact<'a, S> {
    /// A solver of debates under these rules.
    #[must_use]
    pub fn new(sight: &'a S, rules: Rules, question: Question) -> Self {
        let turns = rules.turns(sight.pixels());
        let mut solver = Self {
            sight,
            rules,
            question,
            shown: vec![sight.blank(); turns + 1],
            orders: Vec::new(),
            known: (0..turns).map(|size| table(sight.pixels(), size, turns)).collect(),
            taken: vec![false; sight.pixels()],
            left: Vec::new(),
            visited: 0,
        };
        solver.order();
        solver
    }

    /// Goes on to another question about the same picture.
    pub fn ask(&mut self, question: Question) {
        if question != self.question {
            self.question = question;
            self.known.iter_mut().for_each(Known::clear);
            self.order();
        }
    }

    /// Positions that were searched so far: how much work it was.
    #[must_use]
    pub fn visited(&self) -> u64 {
        self.visited
    }

    /// Whether the liar wins from here, if nobody errs: from no pixel shown, the value of the debate.
    pub fn liar_wins(&mut self, shown: &[u16]) -> bool {
        self.from(shown, |solver, set| solver.solve(set))
    }

    /// Of the moves that win for the side whose turn it is, the one with which it would be furthest ahead if the judge
    /// decided now, of equals the first by place; none if every move loses or none is left. (How the solver looks for
    /// it has no part in which it is.)
    pub fn winning_move(&mut self, shown: &[u16]) -> Option<u16> {
        self.from(shown, |solver, set| {
            if set.len() + 1 == solver.shown.len() {
                return None;
            }
            let lies = solver.rules.mover(set.len()) == Side::Liar;
            let order = solver.ranked(set.len(), lies);
            order.into_iter().find(|&pixel| {
                !solver.taken[usize::from(pixel)] && {
                    let next = solver.push(set, pixel);
                    let value = solver.solve(next);
                    solver.pop(pixel);
                    value == lies
                }
            })
        })
    }

    /// For each lie, whether the liar wins with it when it is named before the debate; nothing for the truth.
    pub fn lies(&mut self) -> [Option<bool>; 10] {
        let truth = self.question.truth();
        std::array::from_fn(|lie| {
            let question = Question::precommitted(truth, lie as u8).ok()?;
            self.ask(question);
            Some(self.liar_wins(&[]))
        })
    }

    /// Sets up a position, and takes it down again.
    fn from<T>(&mut self, shown: &[u16], work: impl FnOnce(&mut Self, Set) -> T) -> T {
        assert!(shown.len() < self.shown.len(), "a debate has no more turns than its rules say");
        let set = shown.iter().fold(Set::default(), |set, &pixel| self.push(set, pixel));
        let result = work(self, set);
        shown.iter().for_each(|&pixel| self.pop(pixel));
        result
    }

    fn push(&mut self, set: Set, pixel: u16) -> Set {
        debug_assert!(!self.taken[usize::from(pixel)], "a pixel is shown once");
        let (before, after) = self.shown.split_at_mut(set.len() + 1);
        self.sight.show(&before[set.len()], pixel, &mut after[0]);
        self.taken[usize::from(pixel)] = true;
        set.with(pixel)
    }

    fn pop(&mut self, pixel: u16) {
        self.taken[usize::from(pixel)] = false;
    }

    /// Whether the liar wins from a set.
    fn solve(&mut self, set: Set) -> bool {
        if set.len() + 1 == self.shown.len() {
            return self.question.lied(&self.sight.scores(&self.shown[set.len()]));
        }
        if let Some(value) = self.known[set.len()].get(&set) {
            return value;
        }
        let lies = self.rules.mover(set.len()) == Side::Liar;
        let value = if self.settle(set, lies) { lies } else { !lies };
        self.known[set.len()].note(&set, value);
        value
    }

    /// Whether the side whose turn it is has a move that wins. It is tried first the next time.
    fn settle(&mut self, set: Set, lies: bool) -> bool {
        self.visited += 1;
        let len = set.len();
        match self.shown.len() - 1 - len {
            1 => return self.answer(len, lies).is_some(),
            2 => return self.settle_two(set, lies),
            _ => {}
        }
        let at = (0..self.orders[len].len()).find(|&i| {
            let pixel = self.orders[len][i];
            if self.taken[usize::from(pixel)] {
                return false;
            }
            let next = self.push(set, pixel);
            let value = self.solve(next);
            self.pop(pixel);
            value == lies
        });
        if let Some(at) = at {
            self.orders[len][..=at].rotate_right(1);
        }
        at.is_some()
    }

    /// A last move that wins for whose turn it is.
    fn answer(&mut self, len: usize, lies: bool) -> Option<u16> {
        let at = self.find(len, &self.orders[len], lies)?;
        self.orders[len][..=at].rotate_right(1);
        Some(self.orders[len][0])
    }

    /// Where in `order` the first last move is with which the liar has won (`lied`) or not.
    fn find(&self, len: usize, order: &[u16], lied: bool) -> Option<usize> {
        let last = Last { shown: &self.shown[len], taken: &self.taken, question: self.question };
        self.sight.find(last, order, lied)
    }

    /// With two turns left: the answer to one move is held against all others at once, for of sets the order does not
    /// count. Few moves need one of their own.
    fn settle_two(&mut self, set: Set, lies: bool) -> bool {
        let len = set.len();
        let mut left = std::mem::take(&mut self.left);
        left.clear();
        left.extend(self.orders[len].iter().filter(|&&pixel| !self.taken[usize::from(pixel)]));
        let mut wins = false;
        while let Some(&pixel) = left.first() {
            self.push(set, pixel);
            let answer = self.answer(len + 1, !lies);
            self.pop(pixel);
            let Some(answer) = answer else {
                let at =
                    self.orders[len].iter().position(|&p| p == pixel).expect("every order has all moves");
                self.orders[len][..=at].rotate_right(1);
                wins = true;
                break;
            };
            self.push(set, answer);
            // Answered are the move itself, the answer (by the move: the set is one), and what it answers besides.
            let (mut kept, mut from) = (0, 1);
            while let Some(at) = self.find(len + 1, &left[from..], lies) {
                left[kept] = left[from + at];
                (kept, from) = (kept + 1, from + at + 1);
            }
            left.truncate(kept);
            self.pop(answer);
        }
        self.left = left;
        wins
    }

    /// All moves, first what puts the liar (`lies`) or the honest side furthest ahead at once; of equals by place.
    fn ranked(&self, len: usize, lies: bool) -> Vec<u16> {
        let mut after = self.sight.blank();
        let mut moves: Vec<(i64, u16)> = (0..self.sight.pixels() as u16)
            .map(|pixel| {
                self.sight.show(&self.shown[len], pixel, &mut after);
                let margin = self.question.margin(&self.sight.scores(&after));
                (if lies { margin } else { -margin }, pixel)
            })
            .collect();
        moves.sort_unstable();
        moves.into_iter().map(|m| m.1).collect()
    }

    /// Starts with the order that is best for debates of one pixel.
    fn order(&mut self) {
        let [honest, liar] = [false, true].map(|lies| self.ranked(0, lies));
        let order = |turn| if self.rules.mover(turn) == Side::Liar { liar.clone() } else { honest.clone() };
        self.orders = (0..self.shown.len() - 1).map(order).collect();
    }
}

/// What is to be known of sets of a size: no set of one pixel comes twice, and the last move is sooner found than
/// looked up.
fn table(pixels: usize, size: usize, turns: usize) -> Known {
    if size < 2 || size + 1 >= turns { Known::default() } else { Known::new(pixels, size) }
}
