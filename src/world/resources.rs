//! Resources: the block at hand, the work lists of a tick, and the journal of a trace.

use crate::claim::Answer;
use crate::records::scores::Losses;
use crate::records::{Exposure, Sums};
use crate::scenario::stages::Stages;
use crate::streams::Streams;
use crate::world::components::Row;
use crate::world::waiting::{Run, Waiting};
use bevy_ecs::prelude::Resource;

/// The seed's streams.
#[derive(Resource)]
pub struct Randomness(pub Streams);

/// The composition that is played.
#[derive(Resource)]
pub struct Composition(pub Stages);

/// The block of trials at hand.
#[derive(Resource, Clone, Copy, Debug)]
pub struct Block {
    /// Trials the world has room for; rows are slot x lanes + lane.
    pub lanes: usize,
    /// The replicate.
    pub replicate: u32,
    /// The first trial.
    pub first: u64,
    /// Trials in use.
    pub used: usize,
    /// The amplify-distil iteration.
    pub iteration: u16,
}

impl Block {
    /// The lane of a row.
    #[inline]
    #[must_use]
    pub fn lane(&self, row: Row) -> usize {
        // Lanes are a power of two.
        row as usize & (self.lanes - 1)
    }

    /// The lanes of a run that was cut at slots.
    #[inline(always)]
    #[must_use]
    pub fn lanes_of(&self, run: Run) -> std::ops::Range<usize> {
        let first = self.lane(run.start);
        first..first + run.range().len()
    }

    /// The trial of a row.
    #[inline]
    #[must_use]
    pub fn trial(&self, row: Row) -> u64 {
        self.first + self.lane(row) as u64
    }
}

/// Rows that wait for a stage, each in the order they came.
#[derive(Resource, Default)]
pub struct Queues {
    /// Newly asked: to be split or answered.
    pub open: Waiting,
    /// Splits that have all the sub-answers they asked for so far.
    pub advance: Waiting,
    /// To be answered as they are.
    pub askable: Waiting,
    /// Splits whose sub-answers are complete.
    pub complete: Waiting,
    /// What each agent says of the askable questions, agent by agent.
    pub said: Vec<Answer>,
    /// Scratch of a vote.
    pub ballots: Vec<Answer>,
    /// Answered: to be cross-checked.
    pub claimed: Waiting,
    /// Contested: to be judged.
    pub contested: Waiting,
    /// With a verdict that has not been handed on.
    pub decided: Waiting,
    /// Repeats of a question: (the repeat, the row asked first).
    pub repeats: Vec<(Row, Row)>,
    /// Scratch of a stage that takes its rows out of the queue they came in.
    pub scratch: Waiting,
}

impl Queues {
    /// Whether nothing waits before the next tick.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.open.is_empty() && self.advance.is_empty()
    }
}

/// Sub-answers of all rows, `stride` each.
#[derive(Resource)]
pub struct SubAnswers {
    /// The answers.
    pub answers: Vec<Answer>,
    /// The most sub-questions of one question.
    pub stride: usize,
}

impl SubAnswers {
    /// The sub-answers that a row has room for.
    #[inline]
    #[must_use]
    pub fn of(&self, row: Row) -> &[Answer] {
        &self.answers[row as usize * self.stride..][..self.stride]
    }
}

/// What the recorder has summed up.
#[derive(Resource, Default)]
pub struct Recorder {
    /// Sums over the blocks so far.
    pub sums: Sums,
    /// Whether to keep each match.
    pub keep_trials: bool,
    /// Losses of late.
    pub losses: Losses,
}

/// Lines told of a match; empty and free unless a trace is asked for.
#[derive(Resource, Default)]
pub struct Journal {
    /// Whether anybody listens.
    pub on: bool,
    /// Lines by row, in the order they were told.
    pub lines: Vec<(Row, String)>,
    /// What was shown of pictures, by row.
    pub exposures: Vec<(Row, Exposure)>,
}

impl Journal {
    /// Notes a line about a row, if anybody listens.
    #[inline(always)]
    pub fn tell(&mut self, row: Row, line: impl FnOnce() -> String) {
        if self.on {
            self.note(row, line);
        }
    }

    /// Out of line, so that a hot loop carries nothing of it.
    #[cold]
    #[inline(never)]
    fn note(&mut self, row: Row, line: impl FnOnce() -> String) {
        self.lines.push((row, line()));
    }
}
