//! Swiss pairing: round by round, those with like scores meet, nobody twice while that can be avoided.
//! Decides by scores, seed order and history alone; draws nothing.

use super::error::RatingError;
use super::pairing::{Pair, Round, enough};
use super::results::Outcome;
use std::collections::VecDeque;

/// Half points of a bye: as a win.
pub const BYE: u32 = 2;

/// A Swiss tournament so far. Players are numbered in seed order, the strongest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swiss {
    /// Half points.
    scores: Vec<u32>,
    /// Row i, column j: how often they met; one column more for byes.
    met: Vec<u32>,
    /// Games moved first in less games moved second.
    leads: Vec<i32>,
    /// Whether the last game was moved first in.
    was_first: Vec<bool>,
}

impl Swiss {
    /// A tournament before its first round.
    ///
    /// # Errors
    /// Fewer than 2 players or more than 4096.
    pub fn new(players: usize) -> Result<Self, RatingError> {
        enough(players)?;
        Ok(Self {
            scores: vec![0; players],
            met: vec![0; players * (players + 1)],
            leads: vec![0; players],
            was_first: vec![false; players],
        })
    }

    /// How many players.
    #[must_use]
    pub fn players(&self) -> usize {
        self.scores.len()
    }

    /// A player's score in half points: a win or a bye 2, a draw 1.
    #[must_use]
    pub fn score(&self, player: usize) -> u32 {
        self.scores[player]
    }

    /// How often two players met.
    #[must_use]
    pub fn met(&self, i: usize, j: usize) -> u32 {
        self.met[i * (self.players() + 1) + j]
    }

    /// How often a player sat out.
    #[must_use]
    pub fn byes(&self, player: usize) -> u32 {
        self.met(player, self.players())
    }

    /// Games a player moved first in, less those it moved second in.
    #[must_use]
    pub fn lead(&self, player: usize) -> i32 {
        self.leads[player]
    }

    /// Players by score, the highest first, then by seed.
    #[must_use]
    pub fn standings(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.players()).collect();
        order.sort_by_key(|&player| std::cmp::Reverse(self.scores[player]));
        order
    }

    /// The next round. In each score group the upper half meets the lower half, in order; who is left over
    /// meets the next group. The bye goes to the lowest who had none. What that leaves unpaired is repaired:
    /// no pairing has fewer rematches and repeated byes, and where there must be some, the least met meet.
    #[must_use]
    pub fn pair(&self) -> Round {
        let mut open = self.standings();
        if !open.len().is_multiple_of(2) {
            // The empty chair, below everybody.
            open.push(self.players());
        }
        let mut couples = Vec::new();
        let mut meetings = 0;
        while !open.is_empty() {
            let allowed = |i: usize, j: usize| self.met(i.min(j), i.max(j)) <= meetings;
            let mates = repaired(self.greedy(&open, &allowed), &|a, b| allowed(open[a], open[b]));
            let paired = mates.iter().enumerate().filter_map(|(a, mate)| mate.map(|b| (a, b)));
            couples.extend(paired.filter(|(a, b)| a < b).map(|(a, b)| (open[a], open[b])));
            open = (0..open.len()).filter(|&a| mates[a].is_none()).map(|a| open[a]).collect();
            meetings += 1;
        }
        self.seated(couples)
    }

    /// Mates by position in the ranked list, each the first allowed in the order of preference, from the
    /// empty chair and then from the top; whoever finds none stays unpaired.
    fn greedy(&self, ranked: &[usize], allowed: &dyn Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
        let mut mates = vec![None; ranked.len()];
        let mut open: Vec<usize> = (0..ranked.len()).collect();
        let mut marry = |open: &mut Vec<usize>, a: usize, mate: Option<usize>| {
            open.retain(|&other| other != a && Some(other) != mate);
            if let Some(b) = mate {
                (mates[a], mates[b]) = (Some(b), Some(a));
            }
        };
        if let Some(chair) = ranked.iter().position(|&player| player == self.players()) {
            let sits_out = open.iter().rev().find(|&&a| a != chair && allowed(ranked[a], ranked[chair]));
            let sits_out = sits_out.copied();
            marry(&mut open, chair, sits_out);
        }
        while let Some(&top) = open.first() {
            let score = self.scores[ranked[top]];
            let group = open.iter().take_while(|&&a| self.scores[ranked[a]] == score).count();
            let middle = (group / 2).max(1);
            let preference = (middle..group).chain((1..middle).rev()).chain(group..open.len());
            let mate = preference.map(|at| open[at]).find(|&a| allowed(ranked[top], ranked[a]));
            marry(&mut open, top, mate);
        }
        mates
    }

    /// Couples with their sides, best board first: who moved first less often does; of equals who did not the
    /// last time; then by turns of the boards.
    fn seated(&self, mut couples: Vec<(usize, usize)>) -> Round {
        let mut ranks = vec![usize::MAX; self.players() + 1];
        self.standings().iter().enumerate().for_each(|(rank, &player)| ranks[player] = rank);
        couples.sort_by_key(|(a, b)| ranks[*a].min(ranks[*b]));
        let mut round = Round { pairs: Vec::new(), bye: None };
        for (board, (a, b)) in couples.into_iter().enumerate() {
            let (upper, lower) = if ranks[a] < ranks[b] { (a, b) } else { (b, a) };
            if lower == self.players() {
                round.bye = Some(upper);
                continue;
            }
            let due = |player: usize| (self.leads[player], self.was_first[player]);
            let starts = due(upper).cmp(&due(lower)).then((board % 2).cmp(&1)).is_lt();
            let pair = Pair { first: upper, second: lower };
            round.pairs.push(if starts { pair } else { pair.swapped() });
        }
        round
    }

    /// Enters a round's outcomes, in the order of its pairs.
    ///
    /// # Errors
    /// Another number of outcomes than of pairs; players who are not there, or there twice. Nothing is
    /// entered then.
    pub fn record(&mut self, round: &Round, outcomes: &[Outcome]) -> Result<(), RatingError> {
        let players = self.players();
        if outcomes.len() != round.pairs.len() {
            let (want, got) = ((1, round.pairs.len()), (1, outcomes.len()));
            return Err(RatingError::Shape { what: "outcomes", want, got });
        }
        let mut busy = vec![false; players];
        let ends = round.pairs.iter().map(|pair| [pair.first, pair.second]);
        for [first, second] in ends.chain(round.bye.map(|bye| [bye, bye])) {
            let there = first.max(second) < players && (first != second || round.bye == Some(first));
            if !there || busy[first] || busy[second] {
                return Err(RatingError::Player { first, second, players });
            }
            (busy[first], busy[second]) = (true, true);
        }
        for (pair, outcome) in round.pairs.iter().zip(outcomes) {
            let points = (2.0 * outcome.points()) as u32;
            self.scores[pair.first] += points;
            self.scores[pair.second] += 2 - points;
            self.met[pair.first * (players + 1) + pair.second] += 1;
            self.met[pair.second * (players + 1) + pair.first] += 1;
            self.leads[pair.first] += 1;
            self.leads[pair.second] -= 1;
            self.was_first[pair.first] = true;
            self.was_first[pair.second] = false;
        }
        if let Some(bye) = round.bye {
            self.scores[bye] += BYE;
            self.met[bye * (players + 1) + players] += 1;
        }
        Ok(())
    }
}

/// As many mates as there can be, from some: paths that alternate between open and made couples, from one
/// single to another, are turned over.
///
/// Source: [Edmonds1965].
fn repaired(mates: Vec<Option<usize>>, allowed: &dyn Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let mut mates = mates;
    // From the bottom, where the greedy pass leaves its singles.
    for root in (0..mates.len()).rev() {
        if mates[root].is_none() {
            Search::from(root, &mates).run(&mut mates, allowed);
        }
    }
    mates
}

/// A breadth-first search for a path from a single to another.
struct Search {
    /// Who a player at an odd distance was asked by.
    asked_by: Vec<Option<usize>>,
    /// The odd circle that a player has been drawn into, by its base.
    base: Vec<usize>,
    /// Players at an even distance, or drawn into an odd circle with one.
    even: Vec<bool>,
    queue: VecDeque<usize>,
}

impl Search {
    fn from(root: usize, mates: &[Option<usize>]) -> Self {
        let n = mates.len();
        let mut even = vec![false; n];
        even[root] = true;
        Self { asked_by: vec![None; n], base: (0..n).collect(), even, queue: [root].into() }
    }

    /// Turns a path over, if there is one.
    fn run(mut self, mates: &mut [Option<usize>], allowed: &dyn Fn(usize, usize) -> bool) {
        while let Some(at) = self.queue.pop_front() {
            for to in nearest(at, mates.len()) {
                if self.base[at] == self.base[to] || mates[at] == Some(to) || !allowed(at, to) {
                    continue;
                }
                if self.even[to] {
                    self.contract(at, to, mates);
                } else if self.asked_by[to].is_none() {
                    self.asked_by[to] = Some(at);
                    let Some(mate) = mates[to] else { return self.turn_over(to, mates) };
                    self.even[mate] = true;
                    self.queue.push_back(mate);
                }
            }
        }
    }

    /// Makes couples of a path that ends at the single `end`, back to the root.
    fn turn_over(&self, end: usize, mates: &mut [Option<usize>]) {
        let mut end = Some(end);
        while let Some(to) = end {
            let at = self.asked_by[to].expect("a path leads back to the root");
            end = mates[at];
            (mates[at], mates[to]) = (Some(to), Some(at));
        }
    }

    /// Draws the odd circle that closes between two even players into its base.
    fn contract(&mut self, a: usize, b: usize, mates: &[Option<usize>]) {
        let base = self.common_base(a, b, mates);
        let mut inside = vec![false; mates.len()];
        self.mark(a, base, b, mates, &mut inside);
        self.mark(b, base, a, mates, &mut inside);
        for player in 0..mates.len() {
            if inside[self.base[player]] {
                self.base[player] = base;
                if !self.even[player] {
                    self.even[player] = true;
                    self.queue.push_back(player);
                }
            }
        }
    }

    /// Where the ways of two even players back to the root meet.
    fn common_base(&self, a: usize, b: usize, mates: &[Option<usize>]) -> usize {
        let back = |at: usize| -> Option<usize> {
            let mate = mates[at]?;
            Some(self.base[self.asked_by[mate].expect("an even player's mate was asked")])
        };
        let mut passed = vec![false; mates.len()];
        let mut way = Some(self.base[a]);
        while let Some(at) = way {
            passed[at] = true;
            way = back(at);
        }
        let mut at = self.base[b];
        while !passed[at] {
            at = back(at).expect("all ways lead to the root");
        }
        at
    }

    /// Marks the way from an even player down to the base, and lets it be walked from the other end too.
    fn mark(&mut self, from: usize, base: usize, child: usize, mates: &[Option<usize>], inside: &mut [bool]) {
        let (mut at, mut child) = (from, child);
        while self.base[at] != base {
            let mate = mates[at].expect("only the root is single");
            inside[self.base[at]] = true;
            inside[self.base[mate]] = true;
            self.asked_by[at] = Some(child);
            child = mate;
            at = self.asked_by[mate].expect("an even player's mate was asked");
        }
    }
}

/// All others, the nearest in rank first.
fn nearest(at: usize, n: usize) -> impl Iterator<Item = usize> {
    let both = move |step: usize| [at.checked_sub(step), Some(at + step).filter(|&up| up < n)];
    (1..n).flat_map(both).flatten()
}

#[cfg(test)]
#[path = "swiss_tests.rs"]
mod tests;
