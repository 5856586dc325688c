//! Components. All question entities lie in one table, all matches in another,
//! spawned once and never moved, so that a row is an address: slot x lanes + lane.

use crate::claim::{Answer, Question};
use bevy_ecs::prelude::Component;

/// The row of a question entity.
pub type Row = u32;
/// No row.
pub const NO_ROW: Row = Row::MAX;

/// A question that is asked in a match.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    /// Who asked: the row of the question it is part of, or [`NO_ROW`].
    pub parent: Row,
    /// Its place among the parent's sub-questions.
    pub ordinal: u16,
    /// Splits still allowed from here.
    pub splits: u8,
    /// Its level.
    pub level: u8,
}

/// How far a question's decomposition is.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Parts {
    /// Sub-questions asked so far.
    pub asked: u16,
    /// Sub-questions answered so far.
    pub got: u16,
}

/// What is said of a question.
#[derive(Component, Clone, Copy, Debug)]
pub struct Claims {
    /// The two sides' answers; the first alone where there is one answerer.
    pub sides: [Answer; 2],
    /// The exact recombination of the sub-answers; without meaning at a question that was not split.
    pub base: Answer,
    /// The accepted answer, once `settled`; before, what the overseer made of a recombination.
    pub verdict: Answer,
    /// Whether the verdict stands.
    pub settled: bool,
    /// Whether this was split, so that claims are measured against `base` and not the truth.
    pub split: bool,
}

impl Claims {
    /// Makes the row ready for another question: nothing else is read before it is written.
    #[inline(always)]
    pub fn forget(&mut self) {
        (self.settled, self.split) = (false, false);
    }

    /// Notes the exact recombination of sub-answers that are all there.
    #[inline(always)]
    pub fn completed(&mut self, base: Answer) {
        (self.base, self.split) = (base, true);
    }
}

impl Default for Claims {
    fn default() -> Self {
        let none = Answer::UNKNOWN;
        Self { sides: [none; 2], base: none, verdict: none, settled: false, split: false }
    }
}

/// A match: one trial of the cell, in one lane of the block.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Match {
    /// Slots of the lane in use.
    pub slots: u32,
    /// Cost so far, in the overseer's units.
    pub cost: u32,
    /// Checks so far.
    pub checks: u32,
    /// Recombinations so far.
    pub combines: u32,
    /// Arguments read so far.
    pub arguments: u32,
    /// Answers agents were asked for.
    pub agent_calls: u32,
    /// Deepest level below the root touched.
    pub depth: u32,
    /// Acts that erred.
    pub erred: u32,
    /// Cross-checks that took place.
    pub contested: u32,
    /// Questions whose verdict is not right, given its sub-answers.
    pub wrong: u32,
    /// How far the overseer's posterior is from a guess: 1 if it is sure, 0 if it knows nothing. Each act
    /// takes its factor; see [`crate::world::judgement::tells`].
    pub confidence: f32,
}
