//! Questions, answers and claims, as plain values. What a question means is its
//! family's business; nothing here knows the truth.

use serde::{Deserialize, Serialize};

/// A question's content, packed by its family: equal questions in a trial are equal words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Question(pub u64);

/// One of a question's `answers` possible answers, 0-based, or [`Answer::UNKNOWN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Answer(pub u16);

impl Answer {
    /// "I don't know": absorbing in every recombination; as a verdict, an abstention.
    pub const UNKNOWN: Self = Self(u16::MAX);

    /// Whether this is an answer at all.
    #[must_use]
    #[inline]
    pub fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }
}

impl Answer {
    /// Of two answers the other; "I don't know" stays.
    #[must_use]
    #[inline(always)]
    pub fn opposite(self) -> Self {
        Self(if self.is_known() { self.0 ^ 1 } else { self.0 })
    }
}

impl Default for Answer {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

/// A question with the answer that somebody asserts for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Claim {
    /// What is asked.
    pub question: Question,
    /// What is asserted.
    pub answer: Answer,
}

/// How somebody's answer differs from the truth, decided without knowing the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Perturbation {
    /// The true answer.
    Right,
    /// Another answer: the draw picks uniformly among the others.
    Wrong(u32),
    /// Any answer or "I don't know", the draw picks uniformly among answers + 1.
    Any(u32),
}
