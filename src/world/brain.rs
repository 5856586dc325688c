//! The brain of a learned agent: what it learned, frozen, and how it decides. It reads
//! pages, which the fence writes without the truth.

use crate::agents::learned::Decoding;
use crate::claim::{Answer, Question};
use crate::learners::learner::{Reader, decide};
use crate::tasks::Family;
use crate::tasks::encoding::{Alphabet, Pages};
use crate::world::ground::Ground;
use std::sync::{Arc, Mutex};

/// What a learned agent thinks with.
pub struct Brain {
    reader: Reader,
    alphabet: Alphabet,
    decoding: Decoding,
    /// Pages and scores of the question at hand; a world has its agents to itself.
    scratch: Mutex<(Pages, Vec<f32>)>,
}

impl Brain {
    /// A brain of something that was learned.
    #[must_use]
    pub fn new(reader: Reader, alphabet: Alphabet, decoding: Decoding) -> Arc<Self> {
        let scratch = Mutex::new((Pages::new(alphabet), Vec::new()));
        Arc::new(Self { reader, alphabet, decoding, scratch })
    }

    /// The same with a scratch of its own, for another world.
    #[must_use]
    pub fn copied(&self) -> Arc<Self> {
        Self::new(self.reader.clone(), self.alphabet, self.decoding)
    }

    /// How it decides.
    #[must_use]
    pub fn decoding(&self) -> Decoding {
        self.decoding
    }

    /// What it makes of pages: the probability of each class.
    pub fn read(&self, pages: &Pages, scores: &mut Vec<f32>) {
        self.reader.scores(pages, scores);
    }

    /// What it answers, given the scores of a question's page and a draw.
    #[must_use]
    pub fn decides(
        &self,
        ground: &Ground,
        question: Question,
        scores: &[f32],
        decoding: Decoding,
        word: u32,
    ) -> Answer {
        let (first, answers) = (ground.family().first_class(question), ground.answers(question));
        // A proposal is a guess, and several are to differ; "I don't know" is none.
        let guess = ground.family().is_proposal(question);
        let decoding = if guess { Decoding::Sampled } else { decoding };
        let picked = decide(scores, first.into(), answers as usize, decoding, guess, word);
        if picked == answers as usize { Answer::UNKNOWN } else { Answer(picked as u16) }
    }

    /// The scores of each of these questions, all read in one go; `tell` hears of each, in order.
    pub fn think(
        &self,
        ground: &Ground,
        questions: impl Iterator<Item = (usize, Question)>,
        mut tell: impl FnMut(&[f32]),
    ) {
        let mut scratch = self.scratch.lock().expect("no thread panics while it reads");
        let (pages, scores) = &mut *scratch;
        pages.clear();
        questions.for_each(|(lane, question)| ground.write(lane, question, pages));
        self.read(pages, scores);
        scores.chunks_exact(self.alphabet.classes).for_each(&mut tell);
    }

    /// The class that stands for an answer to a question.
    #[must_use]
    pub fn class(&self, ground: &Ground, question: Question, answer: Answer) -> u16 {
        if answer.is_known() {
            ground.family().first_class(question) + answer.0
        } else {
            self.alphabet.unknown()
        }
    }
}
