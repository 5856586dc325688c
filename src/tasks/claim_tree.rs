//! Claim trees: a root claim that stands or falls with sub-claims, of any depth,
//! branching and number of answers. The truth of each node is drawn from the root
//! down, uniform among what the recombination allows.

use super::{Family, Step};
use crate::claim::{Answer, Question};
use crate::shape::{Shape, Variant, optional};
use crate::streams::Draws;
use serde::{Deserialize, Serialize};

/// A claim tree's parameters. A question is a node, numbered as in a heap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimTree {
    /// Levels of decomposition below the root.
    pub depth: u32,
    /// Sub-claims of each claim.
    pub branching: u32,
    /// Possible answers of each claim.
    pub answers: u32,
    /// How sub-answers recombine.
    pub combine: Combine,
}

/// The recombination of a claim tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// 1 if every sub-claim is 1.
    All,
    /// 1 if some sub-claim is 1.
    Any,
    /// The sum modulo the number of answers.
    Sum,
    /// The answer of the greater part.
    Majority,
}

/// What a scenario may say of a claim tree.
pub const VARIANT: Variant = Variant {
    name: "",
    doc: "a tree of claims that recombine by all, any, sum modulo answers, or majority",
    sees: "",
    source: "",
    fields: &[
        optional("depth", Shape::Count { min: 0, max: 12 }, "2", "levels", "levels of decomposition below the root; more: a harder root"),
        optional("branching", Shape::Count { min: 1, max: 64 }, "2", "claims", "sub-claims of each claim; more: more places to hide a flaw"),
        optional("answers", Shape::Count { min: 2, max: 1024 }, "2", "answers", "possible answers of each claim; more: a lower chance level"),
        optional("combine", Shape::OneOf(&["all", "any", "sum", "majority"]), "\"sum\"", "", "how sub-answers recombine"),
    ],
};

/// The most nodes a tree may have; more would not fit a block of trials in the cache.
const NODES_MAX: u64 = 1 << 16;

impl ClaimTree {
    fn nodes(&self, depth: u32) -> u64 {
        let b = u64::from(self.branching);
        (0..depth).fold(1, |all: u64, _| all.saturating_mul(b).saturating_add(1))
    }

    fn combined(&self, subs: impl Iterator<Item = u32>) -> u32 {
        match self.combine {
            Combine::All => u32::from({ subs }.all(|a| a == 1)),
            Combine::Any => u32::from({ subs }.any(|a| a == 1)),
            Combine::Sum => subs.fold(0, |sum, sub| self.plus(sum, sub)),
            Combine::Majority => u32::from(2 * subs.sum::<u32>() > self.branching),
        }
    }

    /// The sum of two answers modulo their number, with neither a division nor a branch: what wraps is greater.
    #[inline]
    fn plus(&self, a: u32, b: u32) -> u32 {
        let sum = a + b;
        sum.min(sum.wrapping_sub(self.answers))
    }

    /// The difference of two answers modulo their number.
    #[inline]
    fn minus(&self, a: u32, b: u32) -> u32 {
        let difference = a.wrapping_sub(b);
        difference.min(difference.wrapping_add(self.answers))
    }

    /// Draws the children of every claim, uniform among the rows that recombine to it. Children
    /// follow each other in the order of their parents; the root is drawn already.
    #[inline(always)]
    fn draw_children(&self, tree: &mut [u32], mut draw: impl FnMut(u32, &mut [u32])) {
        let b = self.branching as usize;
        let mut next = 1;
        for node in 0.. {
            let truth = tree[node];
            let Some(children) = tree.get_mut(next..next + b) else { break };
            draw(truth, children);
            next += b;
        }
    }

    fn draw_sums(&self, draws: &mut Draws, tree: &mut [u32]) {
        if self.branching == 2 {
            // The most common tree, without slices of slices: the pairs follow each other.
            let mut next = 1;
            while next + 1 < tree.len() {
                let child = draws.below(self.answers);
                tree[next] = child;
                tree[next + 1] = self.minus(tree[next / 2], child);
                next += 2;
            }
            return;
        }
        self.draw_children(tree, |truth, children| {
            let mut rest = truth;
            let (last, others) = children.split_last_mut().expect("branching is at least 1");
            for child in others {
                *child = draws.below(self.answers);
                rest = self.minus(rest, *child);
            }
            *last = rest;
        });
    }

    fn draw_majorities(&self, draws: &mut Draws, tree: &mut [u32]) {
        self.draw_children(tree, |truth, children| {
            children.iter_mut().for_each(|child| *child = draws.word() >> 31);
            // Flipping every vote maps the rows of one majority onto those of the other.
            if self.combined(children.iter().copied()) != truth {
                children.iter_mut().for_each(|child| *child = 1 - *child);
            }
        });
    }

    /// All or any: one row alone recombines to the pure value; any other row is drawn until it differs.
    fn draw_conjunctions(&self, draws: &mut Draws, tree: &mut [u32]) {
        let pure = u32::from(self.combine == Combine::All);
        self.draw_children(tree, |truth, children| {
            children.fill(pure);
            while self.combined(children.iter().copied()) != truth {
                children.iter_mut().for_each(|child| *child = draws.word() >> 31);
            }
        });
    }
}

impl Family for ClaimTree {
    fn context_words(&self) -> usize {
        self.nodes(self.depth) as usize
    }

    fn generate(&self, draws: &mut Draws, context: &mut [u32]) -> Question {
        context[0] = draws.below(self.answers);
        match self.combine {
            Combine::Sum => self.draw_sums(draws, context),
            Combine::Majority => self.draw_majorities(draws, context),
            Combine::All | Combine::Any => self.draw_conjunctions(draws, context),
        }
        Question(0)
    }

    fn level(&self, _context: &[u32], question: Question) -> u32 {
        // Rows of the heap from the root down: no division in a hot path.
        let (mut below, mut width) = (1, 1);
        let mut level = self.depth;
        while question.0 >= below {
            width *= u64::from(self.branching);
            below += width;
            level -= 1;
        }
        level
    }

    fn level_max(&self) -> u32 {
        self.depth
    }

    fn answers(&self, _question: Question) -> u32 {
        self.answers
    }

    fn answers_alike(&self) -> Option<u32> {
        Some(self.answers)
    }

    #[inline]
    fn truth(&self, context: &[u32], question: Question) -> Answer {
        Answer(context[question.0 as usize] as u16)
    }

    fn step(&self, _context: &[u32], question: Question, subs: &[Answer]) -> Step {
        if subs.len() < self.branching as usize {
            Step::Ask(Question(question.0 * u64::from(self.branching) + 1 + subs.len() as u64))
        } else {
            Step::Done(Answer(self.combined(subs.iter().map(|a| u32::from(a.0))) as u16))
        }
    }

    fn are_right<'a>(
        &self,
        claims: impl Iterator<Item = (&'a [u32], Question, Answer)>,
        mut tell: impl FnMut(bool),
    ) {
        // "I don't know" is no number that a claim can have.
        claims.for_each(|(context, question, answer)| tell(context[question.0 as usize] == u32::from(answer.0)));
    }

    fn recombined<'a>(
        &self,
        splits: impl Iterator<Item = (&'a [u32], Question, &'a [Answer])>,
        mut tell: impl FnMut(Answer),
    ) {
        // Of two claims, the most common tree, the sum is one addition.
        if self.combine == Combine::Sum && self.branching == 2 {
            return splits.for_each(|(_, _, subs)| {
                let [a, b] = [subs[0], subs[1]];
                let sum = self.plus(a.0.into(), b.0.into()) as u16;
                tell(if a.is_known() & b.is_known() { Answer(sum) } else { Answer::UNKNOWN });
            });
        }
        splits.for_each(|(_, _, subs)| {
            let known = subs.iter().all(|sub| sub.is_known());
            let combined = || Answer(self.combined(subs.iter().map(|a| a.0.into())) as u16);
            tell(if known { combined() } else { Answer::UNKNOWN });
        });
    }

    fn independent(&self) -> bool {
        true
    }

    fn parts(&self, question: Question, parts: &mut [Question]) {
        let first = question.0 * u64::from(self.branching) + 1;
        parts.iter_mut().zip(first..).for_each(|(part, node)| *part = Question(node));
    }

    fn repeats(&self) -> bool {
        false
    }

    fn subs_max(&self) -> usize {
        self.branching as usize
    }

    fn show_question(&self, _context: &[u32], question: Question) -> String {
        // The path from the root, for display only: "claim 0.1" is the root's first child's second child.
        let mut path = Vec::new();
        let mut node = question.0;
        while node > 0 {
            path.push(((node - 1) % u64::from(self.branching)).to_string());
            node = (node - 1) / u64::from(self.branching);
        }
        path.reverse();
        if path.is_empty() { "the root claim".into() } else { format!("claim {}", path.join(".")) }
    }

    fn show_answer(&self, _question: Question, answer: Answer) -> String {
        match (self.answers, answer.0) {
            (2, 0) => "no".into(),
            (2, 1) => "yes".into(),
            (_, other) => other.to_string(),
        }
    }

    fn problem(&self) -> Option<String> {
        let nodes = self.nodes(self.depth);
        if nodes > NODES_MAX {
            Some(format!("a tree of depth {} and branching {} has {nodes} claims, at most {NODES_MAX} fit; lower one of them", self.depth, self.branching))
        } else if self.combine != Combine::Sum && self.answers != 2 {
            Some(format!("combine = {:?} is about yes and no: want answers = 2, got {}; or combine = \"sum\"", self.combine, self.answers).to_lowercase())
        } else if self.combine == Combine::Majority && self.branching.is_multiple_of(2) {
            Some(format!("a majority needs an odd branching, got {}", self.branching))
        } else {
            None
        }
    }
}
