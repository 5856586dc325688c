//! Sequential assignments: variables that are constants, or a table's entry at two
//! earlier variables. Variables lie in layers, so that a variable's level is known
//! whatever anybody answers about its arguments. A wrong value may cancel in the table.

use super::encoding::{Alike, Alphabet, BLANK, Half, Open, Page, roles};
use super::{FIELDS, Family, Step};
use crate::claim::{Answer, Question};
use crate::shape::{Shape, Variant, optional};
use crate::streams::Draws;
use serde::{Deserialize, Serialize};

/// The parameters of sequential assignments. A question is a kind and two operands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SequentialAssignments {
    /// Variables.
    pub size: u32,
    /// Layers above the constants.
    pub depth: u32,
    /// Values that a variable may have.
    pub values: u32,
}

/// What a scenario may say of sequential assignments.
pub const VARIANT: Variant = Variant {
    name: "",
    doc: "the value of a variable, each a constant or f of two variables of lower layers, f a random table",
    sees: "",
    source: "Christiano2018",
    fields: &[
        optional("size", Shape::Count { min: 4, max: 64 }, "8", "variables", "assignments, spread evenly over the layers; more: arguments are harder to guess"),
        optional("depth", Shape::Count { min: 1, max: 16 }, "3", "layers", "layers above the constants; more: a harder root"),
        optional("values", Shape::Count { min: 2, max: 16 }, "8", "values", "values of a variable, 8 in the source; more: a lower chance level, fewer cancelled errors"),
    ],
};

/// The value of a variable.
const VALUE: u64 = 0;
/// The variable that is the left argument of a variable.
const LEFT: u64 = 1;
/// The variable that is the right argument.
const RIGHT: u64 = 2;
/// The table at two values.
const TABLE: u64 = 3;
/// How many kinds there are.
const KINDS: u32 = 4;

fn pack(kind: u64, a: u32, b: u32) -> Question {
    Question(kind << 16 | u64::from(a) << 8 | u64::from(b))
}

fn parts(question: Question) -> (u64, u32, u32) {
    (question.0 >> 16, (question.0 >> 8 & 0xff) as u32, (question.0 & 0xff) as u32)
}

impl SequentialAssignments {
    /// The layer of a variable; 0: a constant.
    fn layer(&self, variable: u32) -> u32 {
        variable * (self.depth + 1) / self.size
    }

    /// The first variable of a layer, which is how many lie below it.
    fn below(&self, layer: u32) -> u32 {
        (layer * self.size).div_ceil(self.depth + 1)
    }

    /// Where the left arguments start in a context; then follow the right ones and the values.
    fn left(&self) -> usize {
        (self.values * self.values) as usize
    }

    fn entry(&self, context: &[u32], a: u32, b: u32) -> u32 {
        context[(a * self.values + b) as usize]
    }

    /// The symbols of a kind of question, a variable, its left and its right argument, a value, a table's
    /// row and column.
    fn roles(&self) -> ([u32; 7], usize) {
        let Self { size: n, values: v, .. } = *self;
        roles([KINDS, n, n, n, v, v, v])
    }

    /// A variable by its name: a constant with its value, another with its arguments and what is asked of it.
    fn token(&self, context: &[u32], variable: u32, asked: u64) -> [u32; 4] {
        let ([kinds, name, left, right, value, _, _], _) = self.roles();
        let said = |kind| u32::from(self.truth(context, pack(kind, variable, 0)).0);
        if self.layer(variable) == 0 {
            [name + variable, value + said(VALUE), BLANK.into(), BLANK.into()]
        } else {
            [name + variable, left + said(LEFT), right + said(RIGHT), kinds + asked as u32]
        }
    }

    /// Draws two arguments: one in the layer just below, so that the level is exact, one in any lower layer.
    fn draw_arguments(&self, draws: &mut Draws, layer: u32) -> (u32, u32) {
        let first = self.below(layer - 1);
        let near = first + draws.below(self.below(layer) - first);
        let any = draws.below(self.below(layer));
        if draws.below(2) == 0 { (near, any) } else { (any, near) }
    }
}

impl Family for SequentialAssignments {
    fn context_words(&self) -> usize {
        self.left() + 3 * self.size as usize
    }

    fn generate(&self, draws: &mut Draws, context: &mut [u32]) -> Question {
        let (n, start) = (self.size as usize, self.left());
        context[..start].iter_mut().for_each(|entry| *entry = draws.below(self.values));
        for i in 0..n {
            let layer = self.layer(i as u32);
            let (left, right, value) = if layer == 0 {
                (0, 0, draws.below(self.values))
            } else {
                let (left, right) = self.draw_arguments(draws, layer);
                let value = |x: u32| context[start + 2 * n + x as usize];
                (left, right, self.entry(context, value(left), value(right)))
            };
            for (part, word) in [left, right, value].into_iter().enumerate() {
                context[start + part * n + i] = word;
            }
        }
        let top = self.below(self.depth);
        pack(VALUE, top + draws.below(self.size - top), 0)
    }

    fn level(&self, _context: &[u32], question: Question) -> u32 {
        match parts(question) {
            (VALUE, variable, _) => self.layer(variable),
            _ => 0,
        }
    }

    fn level_max(&self) -> u32 {
        self.depth
    }

    fn answers(&self, question: Question) -> u32 {
        match parts(question) {
            (LEFT | RIGHT, variable, _) => self.below(self.layer(variable)),
            _ => self.values,
        }
    }

    fn truth(&self, context: &[u32], question: Question) -> Answer {
        let n = self.size as usize;
        Answer(match parts(question) {
            (TABLE, a, b) => self.entry(context, a, b),
            (VALUE, variable, _) => context[self.left() + 2 * n + variable as usize],
            (side, variable, _) => context[self.left() + usize::from(side == RIGHT) * n + variable as usize],
        } as u16)
    }

    fn step(&self, _context: &[u32], question: Question, subs: &[Answer]) -> Step {
        let (_, variable, _) = parts(question);
        match *subs {
            [] => Step::Ask(pack(LEFT, variable, 0)),
            [left] => Step::Ask(pack(VALUE, u32::from(left.0), 0)),
            [_, _] => Step::Ask(pack(RIGHT, variable, 0)),
            [_, _, right] => Step::Ask(pack(VALUE, u32::from(right.0), 0)),
            [_, a, _, b] => Step::Ask(pack(TABLE, u32::from(a.0), u32::from(b.0))),
            [.., entry] => Step::Done(entry),
        }
    }

    fn subs_max(&self) -> usize {
        5
    }

    /// At most the variables above the constants are split, each once.
    fn questions_max(&self, splits: u32) -> u64 {
        let tree = (1 << splits.min(self.depth)) - 1;
        5 * u64::from(self.size - self.below(1)).min(tree) + 1
    }

    fn show_question(&self, _context: &[u32], question: Question) -> String {
        match parts(question) {
            (TABLE, a, b) => format!("f({a},{b})"),
            (VALUE, variable, _) => format!("x{variable}"),
            (side, variable, _) => {
                format!("{} argument of x{variable}", if side == LEFT { "left" } else { "right" })
            }
        }
    }

    fn show_answer(&self, question: Question, answer: Answer) -> String {
        match parts(question).0 {
            LEFT | RIGHT => format!("x{}", answer.0),
            _ => answer.0.to_string(),
        }
    }

    fn alphabet(&self) -> Option<Alphabet> {
        let ([kinds, variable, left, right, value, row, column], symbols) = self.roles();
        let Self { size, values, .. } = *self;
        let alike = |role, like, size, half| Alike::new(role, like, size).turned(half);
        // An argument looks for its variable; a value for the table's entries, a left argument's for a row.
        let alike = Alike::only([
            alike(left, variable, size, Half::First),
            alike(right, variable, size, Half::Last),
            alike(value, row, values, Half::First),
            alike(value, column, values, Half::Last),
        ]);
        let tokens = size as usize + self.left() + 1;
        let classes = values.max(self.below(self.depth)) as usize + 1;
        let open = Open { symbol: (kinds + VALUE as u32) as u16, first: value as u16, size: values as u16 };
        Some(Alphabet { tokens, per_token: 4, symbols, classes, alike, open })
    }

    /// A token for each variable, with the value of a constant and the arguments of others, whose values
    /// are the truth, and open; one for each entry of the table. A question about a variable is its token again.
    fn write(&self, context: &[u32], question: Question, page: &mut Page) {
        let ([kinds, _, _, _, value, row, column], _) = self.roles();
        let arguments = self.below(self.depth);
        for i in 0..self.size {
            page.token(self.token(context, i, VALUE), (i < arguments).then_some(Answer(i as u16)));
        }
        for (at, &entry) in (0..self.values * self.values).zip(context) {
            let place = [row + at / self.values, column + at % self.values];
            page.token([place[0], place[1], value + entry], Some(Answer(entry as u16)));
        }
        match parts(question) {
            (TABLE, x, y) => page.question([kinds + TABLE as u32, row + x, column + y]),
            (kind, x, _) => page.question(self.token(context, x, kind)),
        }
    }

    fn field_sizes(&self) -> [u32; FIELDS] {
        let Self { size, values, .. } = *self;
        [values, size.max(values), KINDS, 1, 1]
    }

    /// A constant has no arguments.
    fn is_question(&self, question: Question) -> bool {
        let (kind, a, b) = parts(question);
        match kind {
            VALUE => a < self.size && b == 0,
            LEFT | RIGHT => a < self.size && self.layer(a) > 0 && b == 0,
            TABLE => a < self.values && b < self.values,
            _ => false,
        }
    }

    fn problem(&self) -> Option<String> {
        (self.depth >= self.size).then(|| {
            format!("{} layers and the constants need as many variables: want depth at most {}, got {}; or a larger size", self.depth, self.size - 1, self.depth)
        })
    }
}
