//! The clerk: who takes down the overseer's steps of decompositions, and then takes
//! such steps in its stead. A world without one has the overseer take every step.
//! Sees questions and sub-answers, never facts or the truth.

use crate::claim::{Answer, Question};
use crate::learners::learner::Reader;
use crate::tasks::Step;
use crate::tasks::acts::{Act, Layout};
use crate::tasks::encoding::Pages;
use crate::world::components::Row;
use bevy_ecs::prelude::Resource;
use std::collections::VecDeque;

/// What a clerk does.
#[derive(Resource)]
pub enum Clerk {
    /// Takes down what the overseer does.
    Records(Records),
    /// Takes every step itself.
    Imitates(Box<Imitator>),
}

/// A step that the overseer took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The lane of its trial.
    pub lane: usize,
    /// The step; a recombination with the overseer's error.
    pub act: Act,
    /// Acts of the overseer that it took: 1, or a recombination's votes and members.
    pub acts: u32,
}

/// The steps that the overseer took in a block.
#[derive(Debug, Default)]
pub struct Records {
    taken: Vec<Recorded>,
    /// Recombinations to come: the row, and which record.
    awaited: VecDeque<(Row, usize)>,
}

impl Records {
    /// Takes down a step; what becomes of a recombination is to be [`Records::combined`].
    pub fn note(&mut self, lane: usize, row: Row, act: Act) {
        let mut acts = 1;
        if let Step::Done(_) = act.step {
            acts = 0;
            self.awaited.push_back((row, self.taken.len()));
        }
        self.taken.push(Recorded { lane, act, acts });
    }

    /// What the overseer made of the sub-answers of a row, in so many acts. Rows come in the order noted.
    pub fn combined(&mut self, row: Row, answer: Answer, acts: u32) {
        if let Some((_, at)) = self.awaited.pop_front_if(|(awaited, _)| *awaited == row) {
            self.taken[at].act.step = Step::Done(answer);
            self.taken[at].acts = acts;
        }
    }

    /// All steps, lane by lane, each lane's in the order taken. A recombination without an act, for want of
    /// budget, is none.
    pub fn take(&mut self) -> Vec<Recorded> {
        self.awaited.clear();
        let mut taken = std::mem::take(&mut self.taken);
        taken.retain(|recorded| recorded.acts > 0);
        taken.sort_by_key(|recorded| recorded.lane);
        taken
    }
}

/// Somebody who takes steps as it has learned to.
pub struct Imitator {
    reader: Reader,
    layout: Layout,
    pages: Pages,
    scores: Vec<f32>,
}

impl Imitator {
    /// One that learned what `reader` knows.
    #[must_use]
    pub fn new(reader: Reader, layout: Layout) -> Self {
        let pages = Pages::new(layout.alphabet());
        Self { reader, layout, pages, scores: Vec::new() }
    }

    /// The step that follows each question's sub-answers, all read in one go; `None` where it knows none.
    /// `tell` hears of each, in order.
    pub fn steps<'a>(
        &mut self,
        splits: impl Iterator<Item = (Question, &'a [Answer])>,
        tell: impl FnMut(Option<Step>),
    ) {
        let Self { reader, layout, pages, scores } = self;
        pages.clear();
        splits.for_each(|(question, subs)| layout.ask(question, subs, pages));
        reader.scores(pages, scores);
        let each = layout.outputs() * layout.alphabet().classes;
        scores.chunks_exact(each).map(|scores| layout.read(scores)).for_each(tell);
    }
}

impl Clone for Imitator {
    /// Another of the same knowledge, with room of its own.
    fn clone(&self) -> Self {
        Self::new(self.reader.clone(), self.layout.clone())
    }
}
