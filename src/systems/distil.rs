//! Distil: verdicts become lessons. Collects, of a block's matches, the page of each
//! question and the verdict on it, and measures the student that enters the round.

use crate::agents::learned::Decoding;
use crate::claim::{Answer, Claim, Question};
use crate::streams::{Moment, Streams};
use crate::systems::sight::{Scene, Table};
use crate::tasks::encoding::{Alphabet, Pages};
use crate::world::brain::Brain;
use crate::world::components::{Asked, Claims, Match};
use crate::world::mind::opinion;
use crate::world::spawn::column;
use bevy_ecs::prelude::{In, Query, ResMut, Resource, World};
use std::sync::Arc;

/// Lessons, and what is known of each beside its page.
#[derive(Clone, Resource)]
pub struct Lessons {
    /// What is asked.
    pub pages: Pages,
    /// The class of each verdict.
    pub targets: Vec<u16>,
    /// The class that the student itself would say.
    pub own: Vec<u16>,
    /// The books.
    pub notes: Vec<Note>,
}

/// What the books say of a lesson.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// The trial it is from.
    pub trial: u64,
    /// What is asked.
    pub question: Question,
    /// The level of the question.
    pub level: u8,
    /// Whether the verdict is right.
    pub right: bool,
    /// Whether it is wrong where an act of the overseer erred.
    pub slipped: bool,
    /// The overseer's stated confidence in it.
    pub confidence: f64,
    /// Whether the student is right by its likeliest answer.
    pub argmax: bool,
    /// Whether it is right by a drawn answer.
    pub sampled: bool,
    /// Whether the student's likeliest answer is the verdict.
    pub agreed: bool,
}

impl Lessons {
    /// None yet.
    #[must_use]
    pub fn new(alphabet: Alphabet) -> Self {
        Self { pages: Pages::new(alphabet), targets: Vec::new(), own: Vec::new(), notes: Vec::new() }
    }

    /// Forgets all, keeps the room.
    pub fn clear(&mut self) {
        self.pages.clear();
        self.targets.clear();
        self.own.clear();
        self.notes.clear();
    }

    /// The page of a lesson.
    #[must_use]
    pub fn page(&self, lesson: usize) -> &[u16] {
        let each = self.pages.alphabet.tokens * self.pages.alphabet.per_token;
        &self.pages.symbols[lesson * each..][..each]
    }
}

/// Who is taught.
#[derive(Clone)]
pub struct Pupil {
    /// Its name.
    pub name: String,
    /// What it thinks with now.
    pub brain: Arc<Brain>,
}

/// Adds the block that was just played to the world's [`Lessons`].
pub fn collect(world: &mut World, pupil: &Pupil) {
    world.run_system_cached_with(collect_block, pupil.clone()).expect("a world has all that a lesson needs");
}

/// The system behind [`collect`].
fn collect_block(
    In(pupil): In<Pupil>,
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut lessons: ResMut<Lessons>,
) {
    let table = table.scene();
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let lessons = &mut *lessons;
    // A lane whose trial leads to no such question has no verdict.
    let lanes: Vec<usize> = (0..table.block.used).filter(|lane| claims[*lane].settled).collect();
    let Pupil { name, brain } = pupil;
    let actor = opinion(&name, table.block.replicate, table.block.iteration);
    let mut next = lanes.iter();
    brain.think(table.ground, lanes.iter().map(|lane| (*lane, asked[*lane].question)), |scores| {
        let lane = *next.next().expect("each question is told of once");
        let (Asked { question, level, .. }, verdict) = (asked[lane], claims[lane].verdict);
        let at = table.place(lane as u32);
        let word = at.streams.block(Streams::at(actor, at.trial, question, Moment::default()))[0];
        let says = |decoding| brain.decides(table.ground, question, scores, decoding, word);
        let [argmax, sampled] = [Decoding::Argmax, Decoding::Sampled].map(says);
        let [right, argmax_right, sampled_right] =
            [verdict, argmax, sampled].map(|answer| table.ground.holds(lane, Claim { question, answer }));
        let ledger = &matches[lane];
        lessons.targets.push(brain.class(table.ground, question, verdict));
        lessons.own.push(brain.class(table.ground, question, argmax));
        lessons.notes.push(Note {
            trial: at.trial,
            question,
            level,
            right,
            slipped: !right && ledger.erred > 0,
            confidence: confidence(&table, verdict, ledger, table.ground.answers(question)),
            argmax: argmax_right,
            sampled: sampled_right,
            agreed: argmax == verdict,
        });
    });
    lanes.iter().for_each(|lane| table.ground.write(*lane, asked[*lane].question, &mut lessons.pages));
}

/// What the overseer states of a verdict; nothing where it abstains.
fn confidence(table: &Scene, verdict: Answer, ledger: &Match, answers: u32) -> f64 {
    if verdict.is_known() { table.overseer.stated(ledger.confidence, answers) } else { 0.0 }
}
