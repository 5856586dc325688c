//! Shortest path: how far is it from one vertex of a directed graph to another, and
//! by which first step? A distance is a step and the distance from there; a step is
//! the best of some proposals, checked as edges, and a neighbour. The only parts that
//! cannot be wrong are proposals: a poor one is an omission, which a better one shows.

use super::encoding::{Alphabet, Page};
use super::stepwise::{EDGE, FAR, Form, PROPOSE, STEP, UNREACHED, Walk};
use super::{FIELDS, Family, Step};
use crate::claim::{Answer, Question};
use crate::shape::{Shape, Variant, optional};
use crate::streams::Draws;
use serde::{Deserialize, Serialize};

/// The parameters of shortest path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShortestPath {
    /// Vertices.
    pub size: u32,
    /// The greatest distance of a root.
    pub horizon: u32,
    /// Candidates for each step.
    pub proposals: u32,
    /// What a root asks.
    pub ask: Goal,
}

/// What a root asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// How far it is.
    Distance,
    /// The first step.
    Step,
}

/// What a scenario may say of shortest path.
pub const VARIANT: Variant = Variant {
    name: "",
    doc: "the distance between two vertices of a directed graph of twice as many edges, or the first step of a shortest path",
    sees: "",
    source: "Christiano2018",
    fields: &[
        optional("size", Shape::Count { min: 4, max: 64 }, "8", "vertices", "vertices of the graph, with twice as many edges; more: steps are harder to guess"),
        optional("horizon", Shape::Count { min: 1, max: 16 }, "4", "steps", "greatest distance that is told from \"further\"; each step is two levels: more: a harder root"),
        optional("proposals", Shape::Count { min: 1, max: 4 }, "2", "proposals", "candidates for each step, besides a neighbour; more: fewer omissions, more questions"),
        optional("ask", Shape::OneOf(&["distance", "step"]), "\"distance\"", "", "what a root asks"),
    ],
};

impl ShortestPath {
    fn form(&self) -> Form {
        let Self { size, horizon, proposals, .. } = *self;
        Form { size, goals: size, horizon, proposals, labels: 0 }
    }

    /// A way out of every vertex, and as many edges again anywhere.
    fn draw_edges(&self, draws: &mut Draws) -> [u64; 64] {
        let n = self.size;
        let mut edges = [0; 64];
        for (from, places) in (0..n).zip(&mut edges) {
            *places = 1 << ((from + 1 + draws.below(n - 1)) % n);
        }
        let mut more = n;
        while more > 0 {
            let from = draws.below(n);
            let to = (from + 1 + draws.below(n - 1)) % n;
            more -= u32::from(edges[from as usize] >> to & 1 == 0);
            edges[from as usize] |= 1 << to;
        }
        edges
    }
}

impl Family for ShortestPath {
    fn context_words(&self) -> usize {
        self.form().words()
    }

    fn generate(&self, draws: &mut Draws, context: &mut [u32]) -> Question {
        let (form, n) = (self.form(), self.size);
        let edges = self.draw_edges(draws);
        form.draw_map(draws, context, &edges[..n as usize]);
        for from in 0..n {
            // Ring by ring: what is reached in so many steps and not before.
            let (mut reached, mut ring, mut steps) = (0_u64, 1_u64 << from, 0);
            for goal in 0..n {
                context[form.distance_at(from, goal)] = UNREACHED;
            }
            while ring != 0 {
                reached |= ring;
                let mut next = 0;
                while ring != 0 {
                    let place = ring.trailing_zeros();
                    context[form.distance_at(from, place)] = steps;
                    next |= edges[place as usize];
                    ring &= ring - 1;
                }
                ring = next & !reached;
                steps += 1;
            }
        }
        let from = draws.below(n);
        let within = |goal: &u32| (1..=self.horizon).contains(&context[form.distance_at(from, *goal)]);
        let goals = (0..n).filter(within).count() as u32;
        let to = (0..n).filter(within).nth(draws.below(goals) as usize).unwrap_or(from);
        let kind = if self.ask == Goal::Step { STEP } else { FAR };
        Walk { kind, horizon: self.horizon, from, to, index: 0 }.question()
    }

    fn level(&self, _context: &[u32], question: Question) -> u32 {
        let walk = Walk::of(question);
        if walk.kind == FAR && walk.from == walk.to { 0 } else { walk.level() }
    }

    fn level_max(&self) -> u32 {
        2 * self.horizon
    }

    fn answers(&self, question: Question) -> u32 {
        self.form().answers(Walk::of(question))
    }

    fn truth(&self, context: &[u32], question: Question) -> Answer {
        self.form().truth(context, Walk::of(question))
    }

    fn is_right(&self, context: &[u32], question: Question, answer: Answer) -> bool {
        self.form().is_right(context, Walk::of(question), answer)
    }

    fn step(&self, _context: &[u32], question: Question, subs: &[Answer]) -> Step {
        let walk = Walk::of(question);
        match *subs {
            _ if walk.kind == STEP => self.form().choose(walk, subs),
            [] => Step::Ask(walk.asking(STEP).question()),
            [place] => Step::Ask(walk.onward(FAR, place)),
            [_, rest, ..] => Step::Done(Answer(rest.0 + 1)),
        }
    }

    fn subs_max(&self) -> usize {
        self.form().subs_max()
    }

    fn questions_max(&self, splits: u32) -> u64 {
        self.form().questions_max(splits)
    }

    fn is_proposal(&self, question: Question) -> bool {
        Walk::of(question).kind == PROPOSE
    }

    fn counter_proposal(&self, context: &[u32], question: Question, better: Answer) -> Option<Question> {
        self.form().counter_proposal(context, Walk::of(question), better)
    }

    fn distance(&self, question: Question, a: Answer, b: Answer) -> u32 {
        self.form().distance(Walk::of(question), a, b)
    }

    fn show_question(&self, _context: &[u32], question: Question) -> String {
        let Walk { kind, horizon, from, to, index } = Walk::of(question);
        match kind {
            FAR => format!("distance from {from} to {to} within {horizon}"),
            STEP => format!("step from {from} to {to} within {horizon}"),
            PROPOSE => format!("proposal {} for the step from {from} to {to} within {horizon}", index + 1),
            EDGE => format!("edge from {from} to {to}?"),
            _ => format!("a neighbour of {from}"),
        }
    }

    fn show_answer(&self, question: Question, answer: Answer) -> String {
        self.form().show_answer(Walk::of(question), answer)
    }

    fn alphabet(&self) -> Option<Alphabet> {
        Some(self.form().alphabet(2 * self.size))
    }

    /// Edges. Distances are the truth; any place that an edge leads to is a neighbour.
    fn write(&self, context: &[u32], question: Question, page: &mut Page) {
        let form = self.form();
        form.write_edges(context, |_| None, page);
        form.ask(Walk::of(question), page);
    }

    fn field_sizes(&self) -> [u32; FIELDS] {
        self.form().field_sizes()
    }

    fn is_question(&self, question: Question) -> bool {
        self.form().is_question(Walk::of(question))
    }
}
