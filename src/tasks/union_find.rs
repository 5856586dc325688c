//! Union find: which label does a vertex's component carry? The label is given at one
//! vertex of each component; elsewhere it is the parent's, and the parent is the best
//! of some proposals and a neighbour: the one least deep below the label.

use super::encoding::{Alphabet, Page};
use super::stepwise::{EDGE, FAR, Form, NEIGHBOUR, OWN, PROPOSE, STEP, Walk};
use super::{FIELDS, Family, Step};
use crate::claim::{Answer, Question};
use crate::shape::{Shape, Variant, optional};
use crate::streams::Draws;
use serde::{Deserialize, Serialize};

/// The parameters of union find.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnionFind {
    /// Vertices.
    pub size: u32,
    /// The greatest depth of a vertex below its component's label.
    pub horizon: u32,
    /// Candidates for each parent.
    pub proposals: u32,
    /// What a root asks.
    pub ask: Goal,
}

/// What a root asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The component's label.
    Label,
    /// The neighbour nearest to the label.
    Parent,
    /// How far the label is.
    Depth,
}

/// What a scenario may say of union find.
pub const VARIANT: Variant = Variant {
    name: "",
    doc: "the label of a vertex's component in a forest of about sqrt(size) trees, its parent or its depth",
    sees: "",
    source: "Christiano2018",
    fields: &[
        optional("size", Shape::Count { min: 4, max: 64 }, "8", "vertices", "vertices of the forest; more: parents are harder to guess"),
        optional("horizon", Shape::Count { min: 1, max: 16 }, "3", "steps", "greatest depth of a vertex below its label; each step is two levels: more: a harder root"),
        optional("proposals", Shape::Count { min: 1, max: 4 }, "2", "proposals", "candidates for each parent, besides a neighbour; more: fewer omissions, more questions"),
        optional("ask", Shape::OneOf(&["label", "parent", "depth"]), "\"label\"", "", "what a root asks"),
    ],
};

/// The label within the horizon; 0: none.
const LABEL: u64 = OWN;
/// The label given at a vertex; 0: none.
const GIVEN: u64 = OWN + 1;

impl UnionFind {
    fn form(&self) -> Form {
        let Self { size, horizon, proposals, .. } = *self;
        Form { size, goals: 1, horizon, proposals, labels: self.components() }
    }

    /// The number of components: sqrt(size), rounded.
    fn components(&self) -> u32 {
        (1..self.size).find(|k| k * (k + 1) >= self.size).unwrap_or(1)
    }

    /// Where a vertex's component's label is kept.
    fn label_at(&self, vertex: u32) -> usize {
        self.form().words() + vertex as usize
    }

    fn depth(&self, context: &[u32], vertex: u32) -> u32 {
        context[self.form().distance_at(vertex, 0)]
    }
}

impl Family for UnionFind {
    fn context_words(&self) -> usize {
        self.form().words() + self.size as usize
    }

    fn generate(&self, draws: &mut Draws, context: &mut [u32]) -> Question {
        let (form, n, trees) = (self.form(), self.size as usize, self.components() as usize);
        let mut order: [usize; 64] = std::array::from_fn(|i| i);
        for i in (1..n).rev() {
            order.swap(i, draws.below(i as u32 + 1) as usize);
        }
        let mut edges = [0_u64; 64];
        for i in 0..n {
            let vertex = order[i];
            let depth_at = form.distance_at(vertex as u32, 0);
            // The order is drawn, so labels in its order are drawn too.
            (context[depth_at], context[self.label_at(vertex as u32)]) = (0, i as u32 + 1);
            if i < trees {
                continue;
            }
            // Below any vertex that is there and not yet as deep as may be.
            let open = |other: &&usize| self.depth(context, **other as u32) < self.horizon;
            let count = order[..i].iter().filter(open).count() as u32;
            let pick = draws.below(count) as usize;
            let parent = *order[..i].iter().filter(open).nth(pick).expect("labelled vertices are open");
            context[depth_at] = self.depth(context, parent as u32) + 1;
            context[self.label_at(vertex as u32)] = context[self.label_at(parent as u32)];
            edges[vertex] |= 1 << parent;
            edges[parent] |= 1 << vertex;
        }
        // A vertex alone leads to itself, so that each has some neighbour.
        for (vertex, places) in edges[..n].iter_mut().enumerate().filter(|(_, places)| **places == 0) {
            *places = 1 << vertex;
        }
        form.draw_map(draws, context, &edges[..n]);
        let below = order[trees + draws.below((n - trees) as u32) as usize] as u32;
        let kind = match self.ask {
            Goal::Label => LABEL,
            Goal::Parent => STEP,
            Goal::Depth => FAR,
        };
        Walk { kind, horizon: self.horizon, from: below, to: 0, index: 0 }.question()
    }

    fn level(&self, _context: &[u32], question: Question) -> u32 {
        let walk = Walk::of(question);
        if walk.kind == GIVEN { 0 } else { walk.level() }
    }

    fn level_max(&self) -> u32 {
        2 * self.horizon
    }

    fn answers(&self, question: Question) -> u32 {
        let walk = Walk::of(question);
        if walk.kind < OWN { self.form().answers(walk) } else { self.components() + 1 }
    }

    fn truth(&self, context: &[u32], question: Question) -> Answer {
        let walk = Walk::of(question);
        let within = match walk.kind {
            LABEL => walk.horizon,
            GIVEN => 0,
            _ => return self.form().truth(context, walk),
        };
        let carried = self.depth(context, walk.from) <= within;
        Answer(if carried { context[self.label_at(walk.from)] as u16 } else { 0 })
    }

    fn is_right(&self, context: &[u32], question: Question, answer: Answer) -> bool {
        let walk = Walk::of(question);
        if walk.kind < OWN {
            self.form().is_right(context, walk, answer)
        } else {
            self.truth(context, question) == answer
        }
    }

    fn step(&self, _context: &[u32], question: Question, subs: &[Answer]) -> Step {
        let walk = Walk::of(question);
        match *subs {
            _ if walk.kind == STEP => self.form().choose(walk, subs),
            [] => Step::Ask(Walk { kind: GIVEN, horizon: 0, ..walk }.question()),
            [given, ..] if given.0 != 0 => Step::Done(if walk.kind == LABEL { given } else { Answer(0) }),
            [_] => Step::Ask(walk.asking(STEP).question()),
            [_, parent] => Step::Ask(walk.onward(walk.kind, parent)),
            [.., last] => Step::Done(if walk.kind == LABEL { last } else { Answer(last.0 + 1) }),
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
            FAR => format!("depth of {from} within {horizon}"),
            STEP => format!("parent of {from} within {horizon}"),
            PROPOSE => format!("proposal {} for the parent of {from} within {horizon}", index + 1),
            EDGE => format!("edge between {from} and {to}?"),
            NEIGHBOUR => format!("a neighbour of {from}"),
            LABEL => format!("label of {from} within {horizon}"),
            _ => format!("label given at {from}?"),
        }
    }

    fn show_answer(&self, question: Question, answer: Answer) -> String {
        match (Walk::of(question), answer.0) {
            (Walk { kind: LABEL | GIVEN, .. }, 0) => "none".into(),
            (Walk { kind: LABEL | GIVEN, .. }, label) => format!("label {label}"),
            (walk, _) => self.form().show_answer(walk, answer),
        }
    }

    fn alphabet(&self) -> Option<Alphabet> {
        // In each tree every vertex but one has a parent, an edge either way; at that one a label is given.
        let trees = self.components();
        Some(self.form().alphabet(2 * (self.size - trees) + trees))
    }

    /// A token for each edge, either way, with the label given where it leads, if one is given there; and for each given
    /// label, with its vertex. A vertex alone has its label on its edge to itself. Depths, and labels elsewhere, are the truth.
    fn write(&self, context: &[u32], question: Question, page: &mut Page) {
        let form = self.form();
        let ([place, _, label, ..], _) = form.roles();
        let given = |vertex| {
            (self.depth(context, vertex) == 0).then(|| label + context[self.label_at(vertex)])
        };
        form.write_edges(context, given, page);
        for vertex in (0..self.size).filter(|vertex| !form.leads(context, *vertex, *vertex)) {
            if let Some(label) = given(vertex) {
                page.token([place + vertex, label], Some(Answer(vertex as u16)));
            }
        }
        form.ask(Walk::of(question), page);
    }

    fn field_sizes(&self) -> [u32; FIELDS] {
        self.form().field_sizes()
    }

    fn is_question(&self, question: Question) -> bool {
        let walk = Walk::of(question);
        let Walk { kind, horizon, from, to, index } = walk;
        let horizons = match kind {
            LABEL => self.horizon,
            GIVEN => 0,
            _ => return self.form().is_question(walk),
        };
        horizon <= horizons && from < self.size && (to, index) == (0, 0)
    }
}
