//! The apprentice: a network that learns, from the overseer's recorded steps, to
//! decompose and recombine in its stead. In each round the overseer makes the first
//! lessons, as many as the acts allowed so far pay for, and the apprentice the others.
//! Source: [Christiano2018], section 2.2.

use super::{Class, Lessons};
use crate::agents::Competence;
use crate::agents::decomposer::Decomposer;
use crate::agents::learned::Training;
use crate::learners::learner::{Learner, Round};
use crate::scenario::distil::{Distil, Targets};
use crate::scenario::spec::CellSpec;
use crate::scenario::stages::CrossCheck;
use crate::streams::Streams;
use crate::systems::distil::{Pupil, collect};
use crate::tasks::acts::Layout;
use crate::tasks::encoding::Pages;
use crate::tournament::{Act, Stopped, Theatre};
use crate::world::clerk::{Clerk, Imitator, Recorded, Records};
use crate::world::resources::Block;
use bevy_ecs::prelude::World;
use std::ops::Range;

/// What keeps a cell's decomposer from being learned, with the remedy.
pub(super) fn check(cell: &CellSpec) -> Result<(), String> {
    let stages = &cell.protocol.stages;
    let schooled = cell.agents.iter().find(|agent| {
        matches!(&agent.competence, Competence::Learned { schooling: Some(training), .. }
            if training.decomposer != Decomposer::Exact)
    });
    if let Some(agent) = schooled {
        return Err(format!(
            "agent {:?} is schooled on true answers, which nobody decomposes: leave decomposer = \"exact\" in its schooling",
            agent.name
        ));
    }
    let Distil::Learned { targets, training } = stages.distil else { return Ok(()) };
    let Decomposer::Learned { network, .. } = training.decomposer else { return Ok(()) };
    let remedy = "or leave decomposer = \"exact\" in the training";
    if targets == Targets::Truth || stages.decompose.depth() == 0 {
        return Err(format!(
            "a learned decomposer has nothing to imitate, for no lesson is decomposed: want targets = \"verdicts\" and decompose = {{ kind = \"tree\" }} of a depth of at least 1, {remedy}"
        ));
    }
    if stages.cross_check != CrossCheck::None {
        return Err(format!("a learned decomposer decomposes alone: want cross_check = \"none\", {remedy}"));
    }
    let problem = network.problem().or_else(|| network.idle_passes());
    problem.map_or(Ok(()), |problem| Err(format!("the decomposer's network: {problem}")))
}

/// What has been recorded, and who learns from it.
pub(super) struct Apprentice {
    learner: Learner,
    layout: Layout,
    training: Training,
    acts_max: u64,
    /// The overseer's acts so far.
    acts: u64,
    pages: Pages,
    targets: Vec<u16>,
    /// Lessons that were there when it learned last.
    learned: usize,
}

impl Apprentice {
    /// One that knows nothing; none if the overseer decomposes.
    pub(super) fn new(class: &Class, streams: &Streams) -> Result<Option<Self>, String> {
        let Decomposer::Learned { acts, steps, network } = class.training.decomposer else { return Ok(None) };
        let layout = Layout::new(&class.cell.task.family).expect("a plan was made, which needs an encoding");
        let training = Training { steps, own: 0.0, ..*class.training };
        let weights =
            |variable: &str| streams.draws(class.address(&format!("decomposer|weights of {variable}"), 0));
        let learner = Learner::new(&network, layout.alphabet(), &training, weights)?;
        let pages = Pages::new(layout.alphabet());
        let (acts_max, targets) = (acts.into(), Vec::new());
        Ok(Some(Self { learner, layout, training, acts_max, acts: 0, pages, targets, learned: 0 }))
    }

    /// The overseer's acts that were recorded so far.
    pub(super) fn acts(&self) -> u64 {
        self.acts
    }

    /// What it has learned so far.
    pub(super) fn imitator(&self) -> Imitator {
        Imitator::new(self.learner.reader(), self.layout.clone())
    }

    /// Acts that may still be recorded by the end of a round, which leaves as many to each later one.
    fn left(&self, round: u32) -> u64 {
        self.acts_max * u64::from(round + 1) / u64::from(self.training.rounds) - self.acts
    }

    /// Takes in the records of the first lessons whose acts fit; gives how many those are. What was done in
    /// the others is as if it had never been.
    fn hear(&mut self, records: &[Recorded], lessons: usize, round: u32) -> usize {
        let mut rest = records;
        for lane in 0..lessons {
            let (here, later) = rest.split_at(rest.partition_point(|recorded| recorded.lane <= lane));
            let acts: u64 = here.iter().map(|recorded| u64::from(recorded.acts)).sum();
            if acts > self.left(round) {
                return lane;
            }
            self.acts += acts;
            here.iter()
                .for_each(|recorded| self.layout.teach(&recorded.act, &mut self.pages, &mut self.targets));
            rest = later;
        }
        lessons
    }

    /// Learns a round's steps on all that was recorded.
    fn learn(&mut self, class: &Class, streams: &Streams, round: u32) -> Result<(), Stopped> {
        // A table knows all that it was taught.
        if matches!(self.learner, Learner::Table(_)) && self.learned == self.targets.len() {
            return Ok(());
        }
        self.learned = self.targets.len();
        let lessons = Round { pages: &self.pages, targets: &self.targets, own: &self.targets };
        let mut draws = streams.draws(class.address("decomposer|batches", round));
        let interrupted = class.conditions.interrupted;
        let told = |_| if interrupted() { Err("interrupted".into()) } else { Ok(()) };
        match self.learner.learn(lessons, &self.training, &mut draws, told) {
            Err(_) if interrupted() => Err(Stopped::Interrupted),
            Err(reason) => Err(Stopped::Failed(format!("round {}, the decomposer: {reason}", round + 1))),
            Ok(_) => Ok(()),
        }
    }
}

/// What is played when lessons are made.
pub(super) struct Session<'a, 'w> {
    pub(super) theatre: &'a mut Theatre<'w>,
    pub(super) lanes: usize,
    pub(super) act: Act<'a>,
    pub(super) pupil: Pupil,
}

impl Class<'_> {
    /// Plays a round's lessons: the first of them with the overseer's own steps, which the apprentice learns,
    /// and the others with the apprentice's; gives the first of these.
    pub(super) fn hold(
        &self,
        mut session: Session,
        mut trials: Range<u64>,
        apprentice: Option<&mut Apprentice>,
        streams: &Streams,
        round: u32,
    ) -> Result<u64, Stopped> {
        session.theatre.world.resource_mut::<Lessons>().clear();
        // After the last round nobody learns any more.
        if let Some(apprentice) = apprentice.filter(|_| round < self.training.rounds) {
            if apprentice.left(round) > 0 {
                session.theatre.world.insert_resource(Clerk::Records(Records::default()));
                let hear = |world: &mut World, lessons| {
                    let mut clerk = world.resource_mut::<Clerk>();
                    let Clerk::Records(records) = &mut *clerk else { unreachable!("it was put there above") };
                    apprentice.hear(&records.take(), lessons, round)
                };
                trials.start = self.make_lessons(&mut session, trials.clone(), hear)?;
            }
            apprentice.learn(self, streams, round)?;
            session.theatre.world.insert_resource(Clerk::Imitates(Box::new(apprentice.imitator())));
        }
        let first = trials.start;
        self.make_lessons(&mut session, trials, |_, lessons| lessons).map(|_| first)
    }

    /// Plays trials and collects them as lessons, block by block, until `keep` keeps fewer than were played;
    /// gives the trial after the last that was kept.
    pub(super) fn make_lessons(
        &self,
        session: &mut Session,
        trials: Range<u64>,
        mut keep: impl FnMut(&mut World, usize) -> usize,
    ) -> Result<u64, Stopped> {
        let Session { theatre, lanes, act, pupil } = session;
        let mut next = trials.start;
        while next < trials.end {
            if (self.conditions.interrupted)() {
                return Err(Stopped::Interrupted);
            }
            let count = (*lanes as u64).min(trials.end - next);
            theatre.play(next, count as usize, *act);
            let kept = keep(&mut theatre.world, count as usize);
            theatre.world.resource_mut::<Block>().used = kept;
            collect(&mut theatre.world, pupil);
            (self.conditions.progress)(kept as u64);
            next += kept as u64;
            if kept < count as usize {
                break;
            }
        }
        Ok(next)
    }
}
