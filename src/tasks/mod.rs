//! Task families: questions with exact truth, a real decomposition and a real
//! recombination. A family is a value of its parameters; a trial's context is a
//! flat row of words that only the world holds, for the truth is in it.

pub mod acts;
pub mod encoding;
mod stepwise;

use crate::claim::{Answer, Question};
use crate::pixels::board::PIXELS;
use crate::shape::Variant;
use crate::streams::Draws;
use encoding::{Alphabet, Page};
use enum_dispatch::enum_dispatch;
use serde::{Deserialize, Serialize};

/// The next step of answering a question from the sub-answers had so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next sub-question.
    Ask(Question),
    /// The recombination of all sub-answers.
    Done(Answer),
}

/// Bytes of a packed question that may be other than 0.
pub const FIELDS: usize = 5;

/// No question of any family has more sub-questions.
pub const SUBS_MAX: usize = 64;

/// A task family. `context` is always what [`Family::generate`] filled.
#[enum_dispatch]
pub trait Family: Send + Sync {
    /// Words of context a trial needs; fixed by the parameters.
    fn context_words(&self) -> usize;

    /// How many worlds there are, where they are known beforehand: trials are dealt from them without replacement, and a
    /// world's number is the first word of the context that [`Family::generate`] is to fill.
    fn worlds(&self) -> Option<u32> {
        None
    }

    /// Fills a trial's context and gives its root question.
    fn generate(&self, draws: &mut Draws, context: &mut [u32]) -> Question;

    /// How many decompositions the question is away from a primitive one; 0: primitive.
    /// Every sub-question's level is lower than its question's, but for the candidates
    /// that [`Family::is_proposal`] tells.
    fn level(&self, context: &[u32], question: Question) -> u32;

    /// An upper bound on any question's level.
    fn level_max(&self) -> u32;

    /// How many answers are possible; at least 1, at most 65,535.
    fn answers(&self, question: Question) -> u32;

    /// How many answers every question has, if that is the same for all.
    fn answers_alike(&self) -> Option<u32> {
        None
    }

    /// The true answer; where several are right, the least of them.
    fn truth(&self, context: &[u32], question: Question) -> Answer;

    /// The true answers to many questions, each with its trial's context: [`Family::truth`] for each.
    fn truths<'a>(&self, questions: impl Iterator<Item = (&'a [u32], Question)>, truths: &mut [Answer])
    where
        Self: Sized,
    {
        let each = |(truth, (context, question)): (&mut Answer, _)| *truth = self.truth(context, question);
        truths.iter_mut().zip(questions).for_each(each);
    }

    /// Whether an answer is right.
    fn is_right(&self, context: &[u32], question: Question, answer: Answer) -> bool {
        self.truth(context, question) == answer
    }

    /// Whether answers are right, for many claims, each with its trial's context; "I don't know" is not.
    /// `tell` hears of each, in order.
    fn are_right<'a>(
        &self,
        claims: impl Iterator<Item = (&'a [u32], Question, Answer)>,
        mut tell: impl FnMut(bool),
    ) where
        Self: Sized,
    {
        claims.for_each(|(context, question, answer)| {
            tell(answer.is_known() && self.is_right(context, question, answer));
        });
    }

    /// How a question of level 1 or more is decomposed and recombined: the step that
    /// follows these sub-answers, all of them known and in the order asked.
    fn step(&self, context: &[u32], question: Question, subs: &[Answer]) -> Step;

    /// Whether every question of level 1 or more asks [`Family::subs_max`] sub-questions, each one level
    /// below and none of them a proposal, that follow from the question alone.
    fn independent(&self) -> bool {
        false
    }

    /// All sub-questions of a question, where they are independent.
    fn parts(&self, question: Question, parts: &mut [Question]) {
        let none = [Answer::UNKNOWN; SUBS_MAX];
        for (i, part) in parts.iter_mut().enumerate() {
            if let Step::Ask(sub) = self.step(&[], question, &none[..i]) {
                *part = sub;
            }
        }
    }

    /// What complete sub-answers recombine to, for many questions, each with its trial's context. "I don't
    /// know" is absorbing. `tell` hears of each, in order.
    fn recombined<'a>(
        &self,
        splits: impl Iterator<Item = (&'a [u32], Question, &'a [Answer])>,
        mut tell: impl FnMut(Answer),
    ) where
        Self: Sized,
    {
        splits.for_each(|(context, question, subs)| {
            let known = subs.iter().all(|sub| sub.is_known());
            tell(match known.then(|| self.step(context, question, subs)) {
                Some(Step::Done(base)) => base,
                _ => Answer::UNKNOWN,
            });
        });
    }

    /// Whether one trial may ask equal questions in different places.
    fn repeats(&self) -> bool {
        true
    }

    /// The most sub-questions that one question has; at most [`SUBS_MAX`].
    fn subs_max(&self) -> usize;

    /// An upper bound on the questions that `splits` levels of decomposition of a root ask, root included.
    fn questions_max(&self, splits: u32) -> u64 {
        let fan = self.subs_max() as u64;
        (0..splits).fold(1, |all: u64, _| all.saturating_mul(fan).saturating_add(1))
    }

    /// Whether the question asks for a candidate, which is answered directly and never decomposed.
    fn is_proposal(&self, _question: Question) -> bool {
        false
    }

    /// For a decomposition that proposes candidates, of which the one with the least sub-answer wins:
    /// the sub-question whose answer would show that `better` beats the claimed one.
    /// `None` where the parts and the recombination show every false claim.
    fn counter_proposal(&self, _context: &[u32], _question: Question, _better: Answer) -> Option<Question> {
        None
    }

    /// How unlike two answers are, for plausible lies; 0 only for equal ones.
    fn distance(&self, _question: Question, a: Answer, b: Answer) -> u32 {
        u32::from(a != b)
    }

    /// The picture that a question is about, 28 x 28 bytes row after row, where it is about one.
    fn picture(&self, _question: Question) -> Option<&[u8; PIXELS]> {
        None
    }

    /// The question in words.
    fn show_question(&self, context: &[u32], question: Question) -> String;

    /// An answer in words.
    fn show_answer(&self, question: Question, answer: Answer) -> String;

    /// The sizes of what a network reads of a question; `None`: the family cannot be read.
    fn alphabet(&self) -> Option<Alphabet> {
        None
    }

    /// Writes what a network may read of a question: the trial's facts, then the question. Facts are what
    /// primitive questions ask for; all else in a context is the truth, and stays out.
    fn write(&self, _context: &[u32], _question: Question, _page: &mut Page) {}

    /// The class of the first of a question's answers; the others follow. Questions of different kinds
    /// may share classes, for a page tells which is asked.
    fn first_class(&self, _question: Question) -> u16 {
        0
    }

    /// How many values each byte of a packed question may have, the lowest byte first; 1: it is always 0.
    fn field_sizes(&self) -> [u32; FIELDS] {
        [1; FIELDS]
    }

    /// Whether this is a question that the family may ask: whatever its trial, it has a level, answers,
    /// a truth and a page. For families that a network can read.
    fn is_question(&self, _question: Question) -> bool {
        false
    }

    /// What is wrong with these parameters taken together, and the remedy.
    fn problem(&self) -> Option<String> {
        None
    }
}

/// The list of families: a file, a type, and a word in a scenario each.
macro_rules! families {
    ($($name:ident: $type:ident),* $(,)?) => {
        $(pub mod $name;)*

        /// A family with its parameters, as a scenario resolves it.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "family", rename_all = "snake_case")]
        #[enum_dispatch(Family)]
        pub enum FamilySpec {
            $(#[doc = concat!("`", stringify!($name), "`")] $type($name::$type),)*
        }

        impl FamilySpec {
            /// The family's word.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$type(_) => stringify!($name),)* }
            }
        }

        /// All families, as a scenario may name them.
        #[must_use]
        pub fn variants() -> Vec<Variant> {
            vec![$(Variant { name: stringify!($name), ..$name::VARIANT },)*]
        }
    };
}

families! {
    claim_tree: ClaimTree,
    permutation_powering: PermutationPowering,
    sequential_assignments: SequentialAssignments,
    wildcard_search: WildcardSearch,
    shortest_path: ShortestPath,
    union_find: UnionFind,
    sparse_pixels: SparsePixels,
}
