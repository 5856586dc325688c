//! The diary of a training: which lessons taught a student a wrong answer, and how they came about.

use crate::claim::Question;
use crate::records::{self, TraceNode};
use crate::systems::distil::Lessons;
use crate::tournament::school::{Class, Taught};
use crate::tournament::{Act, Stopped, plan, trace};
use crate::world::brain::Brain;
use crate::world::clerk::{Clerk, Imitator};
use crate::world::resources::Journal;
use crate::world::spawn::Roots;
use std::sync::Arc;

/// An answer of a student's that is wrong.
pub(crate) struct Wrong<'a> {
    /// The page of the question.
    pub page: &'a [u16],
    /// The question.
    pub question: Question,
    /// Its level.
    pub level: u8,
    /// The class of what it said.
    pub said: u16,
}

/// Lessons that are told of a wrong answer.
const TOLD: usize = 3;

/// What is kept of a training, so that it can be told what taught a student something.
#[derive(Default)]
pub(crate) struct Diary(Vec<Entry>);

/// A round of a diary.
struct Entry {
    round: u32,
    top: u32,
    iteration: u16,
    brain: Arc<Brain>,
    sureness: Vec<f64>,
    /// Who decomposed in the overseer's stead, and from which trial on.
    decomposer: Option<(Imitator, u64)>,
    lessons: Lessons,
}

impl Diary {
    /// Notes the lessons of a round, made with the student as it entered it.
    pub(super) fn enter(
        &mut self,
        (round, top): (u32, u32),
        taught: &Taught,
        decomposer: Option<(Imitator, u64)>,
        lessons: &Lessons,
    ) {
        let (brain, sureness) = (taught.brain.clone(), taught.sureness.clone());
        let (iteration, lessons) = (taught.iteration, lessons.clone());
        self.0.push(Entry { round, top, iteration, brain, sureness, decomposer, lessons });
    }

    /// All lessons, the newest round's first.
    fn all(&self) -> impl Iterator<Item = (&Entry, usize)> {
        self.0.iter().rev().flat_map(|entry| (0..entry.lessons.notes.len()).map(move |i| (entry, i)))
    }

    /// The lessons that taught an answer, or taught wrongly what is most like it, and what they are in words:
    /// lessons of the same page, else of the same question about other facts, else of its level.
    fn blamed(&self, wrong: &Wrong) -> (String, Vec<(&Entry, usize)>) {
        let of_page = || self.all().filter(|(entry, i)| entry.lessons.page(*i) == wrong.page);
        let so: Vec<_> = of_page().filter(|(entry, i)| entry.lessons.targets[*i] == wrong.said).collect();
        let met = of_page().count();
        if !so.is_empty() {
            let count = so.len();
            return (
                format!("{count} of {met} lessons on these very facts and question gave this answer"),
                so,
            );
        }
        let none = if met == 0 {
            "no lesson was".to_owned()
        } else {
            format!("none of {met} lessons with this answer was")
        };
        let question = |(entry, i): &(&Entry, usize)| entry.lessons.notes[*i].question == wrong.question;
        let level = |(entry, i): &(&Entry, usize)| entry.lessons.notes[*i].level == wrong.level;
        let (alike, what): (Vec<_>, _) = match self.all().filter(question).collect::<Vec<_>>() {
            alike if alike.is_empty() => (self.all().filter(level).collect(), "of its level"),
            alike => (alike, "on this question about other facts"),
        };
        let count = alike.len();
        let wrongly: Vec<_> = alike.into_iter().filter(|(entry, i)| !entry.lessons.notes[*i].right).collect();
        let taught = wrongly.len();
        (
            format!(
                "{none} on these very facts and question; {taught} of {count} lessons {what} taught something wrong"
            ),
            wrongly,
        )
    }
}

impl Class<'_> {
    /// What taught the student its wrong answer.
    pub(crate) fn explain(&self, diary: &Diary, wrong: &Wrong) -> Result<records::Taught, Stopped> {
        let (summary, blamed) = diary.blamed(wrong);
        let told =
            blamed.into_iter().take(TOLD).map(|(entry, i)| self.retell(entry, entry.lessons.notes[i].trial));
        Ok(records::Taught { summary, lessons: told.collect::<Result<_, Stopped>>()? })
    }

    /// A lesson, played again and told.
    fn retell(&self, entry: &Entry, trial: u64) -> Result<(u32, TraceNode), Stopped> {
        let plan = plan::in_blocks(&self.cell, Some(1)).map_err(Stopped::Unplayable)?;
        let cast = self.seated(&entry.brain, &entry.sureness);
        let (iteration, roots) = (entry.iteration, Roots::Lessons(entry.top));
        let act = Act { replicate: self.replicate, iteration, roots, cast: &cast, judge: None };
        let mut theatre = self.open(&plan, act);
        if let Some((decomposer, _)) = entry.decomposer.as_ref().filter(|(_, first)| trial >= *first) {
            theatre.world.insert_resource(Clerk::Imitates(Box::new(decomposer.clone())));
        }
        theatre.world.resource_mut::<Journal>().on = true;
        theatre.play(trial, 1, act);
        Ok((entry.round, trace::tell(&mut theatre.world).root))
    }
}
