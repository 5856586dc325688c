//! A network that judges pictures, at play: it sees the pixels that are shown, and nothing else. What a player sees of a
//! picture is no truth: the label stays behind the fence.

use crate::claim::{Answer, Question};
use crate::learners::judges::TrainedJudge;
use crate::pixels::board::{Board, LABELS};
use crate::pixels::judge::{Judge, Naive, Scores, Sight, posterior, verdict};
use crate::streams::{Actor, Purpose, Streams};
use crate::tasks::Family;
use crate::world::mind::Place;
use std::sync::Arc;

/// A trained judge of a replicate.
#[derive(Clone)]
pub struct Eye {
    judge: Arc<TrainedJudge>,
    pixels: usize,
    glimpse: Actor,
}

/// What is done before a judge that has sat down before a picture.
pub trait Session {
    /// What comes of it.
    type Outcome;

    /// Does it.
    fn hold<S: Sight>(self, sight: &S) -> Self::Outcome;
}

/// Why an eye sees a picture by chance: draws differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// To judge.
    Judging,
    /// To lean to something before anybody has argued.
    Leaning,
}

impl Eye {
    /// The eye of an overseer of this name, which was trained to see so many pixels.
    #[must_use]
    pub fn new(judge: Arc<TrainedJudge>, pixels: u32, replicate: u32, name: &str) -> Self {
        Self { judge, pixels: pixels as usize, glimpse: Streams::actor(Purpose::Glimpse, replicate, name) }
    }

    /// How many pixels it was trained to see.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// The board of the picture that a question is about.
    ///
    /// # Panics
    /// If it is about none: a plan was made, which lets eyes judge nothing else.
    #[must_use]
    pub fn board(at: Place, question: Question) -> Board {
        Board::of(at.ground.family().picture(question).expect("a plan was made, which needs pictures"))
    }

    /// Lets it sit down before a picture.
    pub fn sit<S: Session>(&self, board: &Board, session: S) -> S::Outcome {
        match &*self.judge {
            TrainedJudge::Dense(judge) => session.hold(&judge.face(board)),
            TrainedJudge::Convolution(judge) => {
                session.hold(&Naive(|shown: &[_]| judge.scores(shown)).face(board))
            }
        }
    }

    /// Any pixels of the picture that a question is about, so many or as many as there are, by their places on the board.
    #[must_use]
    pub fn glimpse(
        &self,
        (at, question): (Place, Question),
        reason: Reason,
        board: &Board,
        count: usize,
    ) -> Vec<u16> {
        let moment = at.moment(0, u32::from(reason == Reason::Leaning));
        let mut draws = at.streams.draws(Streams::at(self.glimpse, at.trial, question, moment));
        let mut pixels: Vec<u16> = (0..board.pixels().len() as u16).collect();
        let seen = count.min(pixels.len());
        for place in 0..seen {
            let pick = place + draws.below((pixels.len() - place) as u32) as usize;
            pixels.swap(place, pick);
        }
        pixels.truncate(seen);
        pixels
    }

    /// What it makes of these pixels of a picture.
    #[must_use]
    pub fn scores(&self, board: &Board, shown: &[u16]) -> Scores {
        self.sit(board, Seen(shown))
    }

    /// What it takes a picture for that nobody shows it anything of, how sure it is, and what it has seen.
    #[must_use]
    pub fn glances(&self, at: Place, question: Question, reason: Reason) -> (Answer, f64, Vec<u16>) {
        let board = Self::board(at, question);
        let shown = self.glimpse((at, question), reason, &board, self.pixels);
        let scores = self.scores(&board, &shown);
        let label = verdict(&scores);
        (Answer(label.into()), self.posterior(&scores, label, 0..LABELS as u8), shown)
    }

    /// How likely a label is to it by these scores, if it is one of `among`.
    #[must_use]
    pub fn posterior(&self, scores: &Scores, label: u8, among: impl Iterator<Item = u8>) -> f64 {
        posterior(scores, self.judge.nats(), label, among)
    }
}

/// A look at some pixels, by their places on the board: what comes of it are the scores.
pub struct Seen<'a>(pub &'a [u16]);

impl Session for Seen<'_> {
    type Outcome = Scores;

    fn hold<S: Sight>(self, sight: &S) -> Scores {
        let (mut before, mut after) = (sight.blank(), sight.blank());
        for pixel in self.0 {
            sight.show(&before, *pixel, &mut after);
            std::mem::swap(&mut before, &mut after);
        }
        sight.scores(&before)
    }
}
