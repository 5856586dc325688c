//! School: networks are trained, round by round. A round makes lessons of what the
//! other stages say with the present student in its seat, and the student learns them.

mod apprentice;
mod books;
pub(super) mod diary;

use crate::agents::learned::{Decoding, NetworkSpec, Training};
use crate::agents::{AgentSpec, Competence};
use crate::learners::learner::{Learner, Round};
use crate::records::{LearnedRound, LevelRecord, RoundRecord, StudentRecord};
use crate::scenario::distil::{Distil, Targets};
use crate::scenario::presets::Preset;
use crate::scenario::spec::CellSpec;
use crate::scenario::stages::{Answering, Decompose};
use crate::streams::{Address, Moment, Purpose, Streams};
use crate::systems::distil::{Lessons, Note, Pupil};
use crate::tasks::Family;
use crate::tasks::encoding::Alphabet;
use crate::tournament::{Act, Conditions, Going, Plan, Ready, Stopped, Theatre, plan};
use crate::world::brain::Brain;
use crate::world::clerk::{Clerk, Imitator};
use crate::world::mind::{Skill, Student};
use crate::world::spawn::{self, Cast, Roots};
use apprentice::{Apprentice, Session};
use books::{examined, mean, share, target};
use diary::Diary;
use std::sync::Arc;

/// Lessons are of trials that no cell plays; those of a schooling are nobody else's.
const FIRST_LESSON: u64 = 1 << 40;
const FIRST_OF_SCHOOLING: u64 = 1 << 41;

/// What keeps a cell's networks from being trained, with the remedy.
pub(super) fn check(cell: &CellSpec) -> Result<(), String> {
    let student = cell.student();
    if cell.protocol.stages.distil.training().is_some() && student.is_none() {
        return Err(
            "the protocol trains a student: list an agent with competence = \"learned\" and no schooling"
                .into(),
        );
    }
    for (i, agent) in cell.agents.iter().enumerate() {
        let Competence::Learned { network, schooling, saved, .. } = &agent.competence else { continue };
        let name = &agent.name;
        if schooling.is_none() && saved.is_none() && student != Some(i) {
            return Err(format!(
                "agent {name:?} is a network that nothing trains: give it a schooling, or play a protocol that trains a student"
            ));
        }
        let Some(alphabet) = cell.task.family.alphabet() else {
            let word = cell.task.family.name();
            return Err(format!(
                "agent {name:?} is a network, and the family {word} has no encoding for it: choose one of the algorithmic families, or another competence"
            ));
        };
        let idle = || {
            let problem = network.idle_passes().filter(|_| alphabet.open.size == 0)?;
            Some(format!("{problem}, or choose the family sequential_assignments"))
        };
        if let Some(problem) = network.problem().or_else(idle) {
            return Err(format!("agent {name:?}: {problem}"));
        }
        if let Some(saved) = saved {
            let streams = Streams::new(cell.seed);
            let draws = |_: &str| streams.draws(Address::default());
            let loaded = Learner::new(network, alphabet, &Training::default(), draws)
                .and_then(|mut learner| learner.load(saved));
            loaded.map_err(|problem| format!("agent {name:?}: {problem}"))?;
        }
    }
    apprentice::check(cell)?;
    let seats = cell.protocol.stages.seats_max();
    let stages = &cell.protocol.stages;
    if let (Some(student), Distil::Learned { targets: Targets::Verdicts, .. }) = (student, stages.distil)
        && stages.decompose == Decompose::None
        && stages.answer == Answering::Agent
        && student == 0
    {
        return Err(
            "the student would be taught its own word: list who labels before it, or split questions".into(),
        );
    }
    match (student, seats) {
        (Some(student), Some(seats)) if cell.agents.len() > seats && student + 1 < cell.agents.len() => {
            Err("of more agents than have a seat the last is the one that is taught: list the student last"
                .into())
        }
        _ => Ok(()),
    }
}

/// Somebody who is taught.
pub(super) struct Class<'a> {
    /// What makes the lessons.
    cell: CellSpec,
    /// Who is in its seats, and which seat is the student's.
    cast: Vec<Cast>,
    seat: Option<usize>,
    spec: &'a AgentSpec,
    network: NetworkSpec,
    decoding: Decoding,
    alphabet: Alphabet,
    training: &'a Training,
    replicate: u32,
    conditions: &'a Conditions<'a>,
    first_lesson: u64,
}

/// What somebody who was taught is in the end.
struct Taught {
    brain: Arc<Brain>,
    /// By level, how sure the overseer was of what was taught.
    sureness: Vec<f64>,
    rounds: Vec<RoundRecord>,
    iteration: u16,
    /// Who decomposes in the end, if that was learned too.
    decomposer: Option<Imitator>,
    student: StudentRecord,
}

/// The composition in which a lone agent's word is the verdict.
fn alone(cell: &CellSpec, agent: AgentSpec) -> CellSpec {
    let mut alone = cell.clone();
    alone.protocol.stages = Preset::Trust.stages();
    alone.agents = vec![agent];
    alone
}

/// Who is in a cell's seats: networks that were schooled, each on true answers, and the others as they are.
pub(super) fn line_up(
    cell: &CellSpec,
    replicate: u32,
    conditions: &Conditions,
) -> Result<Vec<Cast>, Stopped> {
    let seat = |agent: &AgentSpec| {
        let Competence::Learned { schooling, saved, .. } = &agent.competence else { return Ok(Cast::AsIs) };
        let untaught = Training { rounds: 0, questions: 1, ..Training::default() };
        let training = match (schooling, saved) {
            (Some(training), _) => training,
            // Weights are enough to play with; the protocol's student goes on from them.
            (None, Some(_)) => &untaught,
            (None, None) => return Ok(Cast::AsIs),
        };
        let mut class = Class::new(cell, &[], agent, Targets::Truth, training, replicate, conditions);
        class.first_lesson = FIRST_OF_SCHOOLING;
        Ok(Cast::Schooled(class.teach(None)?.brain))
    };
    cell.agents.iter().map(seat).collect()
}

/// The class of the student that a cell's protocol trains.
pub(super) fn class<'a>(
    cell: &'a CellSpec,
    cast: &[Cast],
    targets: Targets,
    training: &'a Training,
    replicate: u32,
    conditions: &'a Conditions<'a>,
) -> Class<'a> {
    let spec = &cell.agents[cell.student().expect("a plan was made, which needs one")];
    Class::new(cell, cast, spec, targets, training, replicate, conditions)
}

impl<'a> Class<'a> {
    /// Trains the student; its word is then the verdict.
    pub(super) fn distil(&self, cell: &CellSpec, diary: Option<&mut Diary>) -> Result<Ready, Stopped> {
        let taught = self.teach(diary)?;
        let levels = self.examine(&taught)?;
        let Taught { brain, sureness, rounds, iteration, student, .. } = taught;
        let cast = vec![Cast::Student(Student { skill: Skill::Learned(brain), sureness })];
        let cell = alone(cell, self.spec.clone());
        Ok(Ready { cell, cast, iteration, rounds, levels, student: Some(student) })
    }

    fn new(
        cell: &CellSpec,
        cast: &[Cast],
        spec: &'a AgentSpec,
        targets: Targets,
        training: &'a Training,
        replicate: u32,
        conditions: &'a Conditions<'a>,
    ) -> Self {
        let Competence::Learned { network, decoding, .. } = spec.competence else {
            unreachable!("only networks are taught")
        };
        let alphabet = cell.task.family.alphabet().expect("a plan was made, which needs an encoding");
        let mut lessons = match targets {
            Targets::Verdicts => cell.clone(),
            Targets::Truth => alone(cell, AgentSpec { name: "the truth".into(), ..AgentSpec::plain() }),
        };
        lessons.protocol.stages.distil = Distil::None;
        lessons.agents.truncate(lessons.protocol.stages.seats_max().unwrap_or(usize::MAX));
        // Where the truth is taught, only the truth has a seat.
        let (seat, cast) = match targets {
            Targets::Truth => (None, Vec::new()),
            Targets::Verdicts => (
                lessons.agents.iter().position(|agent| agent.name == spec.name),
                cast.iter().take(lessons.agents.len()).cloned().collect(),
            ),
        };
        let first_lesson = FIRST_LESSON;
        Self {
            cell: lessons,
            cast,
            seat,
            spec,
            network,
            decoding,
            alphabet,
            training,
            replicate,
            conditions,
            first_lesson,
        }
    }

    fn plan(&self) -> Result<Plan, Stopped> {
        plan::in_blocks(&self.cell, self.conditions.block).map_err(Stopped::Unplayable)
    }

    /// An address of the student's own.
    fn address(&self, what: &str, round: u32) -> Address {
        let actor = Streams::actor(Purpose::Lesson, self.replicate, &format!("{}|{what}", self.spec.name));
        Streams::at(actor, 0, Default::default(), Moment { iteration: round as u16, ..Moment::default() })
    }

    /// The line-up with the student as it is now in its seat.
    fn seated(&self, brain: &Arc<Brain>, sureness: &[f64]) -> Vec<Cast> {
        let mut cast = self.cast.clone();
        if let Some(seat) = self.seat {
            cast.resize_with(self.cell.agents.len(), || Cast::AsIs);
            let skill = Skill::Learned(brain.clone());
            cast[seat] = Cast::Student(Student { skill, sureness: sureness.to_vec() });
        }
        cast
    }

    fn pupil(&self, brain: &Arc<Brain>) -> Pupil {
        Pupil { name: self.spec.name.clone(), brain: brain.clone() }
    }

    /// A theatre in which lessons are made.
    fn open(&'a self, plan: &Plan, act: Act) -> Theatre<'a> {
        let quiet =
            Conditions { keep_trials: false, rotation: self.conditions.rotation, ..Conditions::default() };
        let mut theatre = Theatre::open(&self.cell, plan, act, &quiet);
        theatre.world.insert_resource(Lessons::new(self.alphabet));
        theatre
    }

    fn teach(&self, mut diary: Option<&mut Diary>) -> Result<Taught, Stopped> {
        let Self { training, replicate, conditions, .. } = self;
        let failed = Stopped::Failed;
        let streams = Streams::new(self.cell.seed);
        let weights = |variable: &str| streams.draws(self.address(&format!("weights of {variable}"), 0));
        let mut learner = Learner::new(&self.network, self.alphabet, training, weights).map_err(failed)?;
        if let Competence::Learned { saved: Some(saved), .. } = &self.spec.competence {
            learner.load(saved).map_err(failed)?;
        }
        let level_max = self.cell.task.family.level_max().max(1);
        let guess = 1.0 / (self.alphabet.classes - 1) as f64;
        let mut taught = Taught {
            brain: Brain::new(learner.reader(), self.alphabet, self.decoding),
            sureness: vec![guess; level_max as usize + 1],
            rounds: Vec::new(),
            iteration: 0,
            decomposer: None,
            student: StudentRecord::default(),
        };
        let mut apprentice = Apprentice::new(self, &streams).map_err(failed)?;
        let mut top = if training.curriculum == 0.0 { level_max } else { 1 };
        let plan = self.plan()?;
        let start = Act {
            replicate: *replicate,
            iteration: 0,
            roots: Roots::Lessons(top),
            cast: &self.cast,
            judge: None,
        };
        let mut theatre = self.open(&plan, start);
        let (mut acts, mut loss) = (0, None);
        for round in 0..=training.rounds {
            let cast = self.seated(&taught.brain, &taught.sureness);
            let taught_up_to = top;
            spawn::seat(&mut theatre.world, &self.cell, (*replicate, taught.iteration), &cast, None);
            let first = self.first_lesson + u64::from(round) * u64::from(training.questions);
            let trials = first..first + u64::from(training.questions);
            let act = Act {
                replicate: *replicate,
                iteration: taught.iteration,
                roots: Roots::Lessons(top),
                cast: &cast,
                judge: None,
            };
            let pupil = self.pupil(&taught.brain);
            let session = Session { theatre: &mut theatre, lanes: plan.lanes, act, pupil };
            let by_apprentice = self.hold(session, trials, apprentice.as_mut(), &streams, round)?;
            let lessons = theatre.world.resource::<Lessons>();
            // What is measured before a round is what the round before it has left.
            let measured = LearnedRound {
                steps: learner.steps().into(),
                acts,
                loss: loss.unwrap_or(0.0),
                ..Default::default()
            };
            examined(&mut taught.rounds, round, &lessons.notes, self.decoding, measured);
            let met = |level: u32| lessons.notes.iter().any(|note| u32::from(note.level) == level);
            let agreed = |level: u32| share(&lessons.notes, level, |note| note.agreed);
            if round == training.rounds
                || (top == level_max
                    && (0..=top).filter(|level| met(*level)).all(|level| agreed(level) >= training.enough))
            {
                break;
            }
            taught.rounds.extend((0..=top).map(|level| target(*replicate, round + 1, level, &lessons.notes)));
            for level in 0..=top {
                if met(level) {
                    taught.sureness[level as usize] = mean(&lessons.notes, level, |note| note.confidence);
                }
            }
            let (level, highest) = (top, agreed(top));
            let accuracy = share(&lessons.notes, top, |note| note.argmax);
            if (highest > training.curriculum || !met(top)) && top < level_max {
                top += 1;
            }
            if let Some(diary) = &mut diary {
                let decomposer = apprentice.as_ref().map(|someone| (someone.imitator(), by_apprentice));
                diary.enter((round + 1, taught_up_to), &taught, decomposer, lessons);
            }
            let lessons = Round { pages: &lessons.pages, targets: &lessons.targets, own: &lessons.own };
            let mut draws = streams.draws(self.address("batches", round));
            let (mut step, before) = (learner.steps(), round + 1);
            let told = |loss| {
                step += 1;
                (conditions.training)(Going {
                    cell: &self.cell.id,
                    replicate: *replicate,
                    round: before,
                    step,
                    loss,
                    level,
                    agreed: highest,
                    accuracy,
                });
                if (conditions.interrupted)() { Err("interrupted".into()) } else { Ok(()) }
            };
            loss = learner.learn(lessons, training, &mut draws, told).map_err(|reason| {
                if (conditions.interrupted)() {
                    Stopped::Interrupted
                } else {
                    failed(format!("round {before}: {reason}"))
                }
            })?;
            let tally = theatre.take().tally;
            acts = apprentice.as_ref().map_or(acts + tally.checks + tally.combines, Apprentice::acts);
            taught.brain = Brain::new(learner.reader(), self.alphabet, self.decoding);
            taught.iteration += 1;
        }
        // The last step's weights too: nobody trains on them and finds out.
        let saved = learner.save().map_err(failed)?;
        let weights = blake3::hash(&saved).to_hex().to_string();
        let saved = conditions.keep_students.then_some(saved);
        taught.student = StudentRecord { replicate: *replicate, steps: learner.steps(), weights, saved };
        taught.decomposer = apprentice.as_ref().map(Apprentice::imitator);
        Ok(taught)
    }

    /// How right student and targets are at each level in the end, on the cell's own trials.
    fn examine(&self, taught: &Taught) -> Result<Vec<LevelRecord>, Stopped> {
        let (plan, cast) = (self.plan()?, self.seated(&taught.brain, &taught.sureness));
        let act = |level| Act {
            replicate: self.replicate,
            iteration: taught.iteration,
            roots: Roots::AtLevel(level),
            cast: &cast,
            judge: None,
        };
        let mut theatre = self.open(&plan, act(1));
        if let Some(decomposer) = &taught.decomposer {
            theatre.world.insert_resource(Clerk::Imitates(Box::new(decomposer.clone())));
        }
        let mut examine = |level| {
            let pupil = self.pupil(&taught.brain);
            let mut session = Session { theatre: &mut theatre, lanes: plan.lanes, act: act(level), pupil };
            let mut record = LevelRecord { replicate: self.replicate, level, ..LevelRecord::default() };
            // Block by block: memory must not grow with the trials.
            for first in (0..self.cell.trials).step_by(plan.lanes) {
                session.theatre.world.resource_mut::<Lessons>().clear();
                let trials = first..self.cell.trials.min(first + plan.lanes as u64);
                self.make_lessons(&mut session, trials, |_, lessons| lessons)?;
                let notes = &session.theatre.world.resource::<Lessons>().notes;
                let count = |what: fn(&Note) -> bool| notes.iter().filter(|note| what(note)).count() as u64;
                record.trials += notes.len() as u64;
                record.target += count(|note| note.right);
                record.argmax += count(|note| note.argmax);
                record.sampled += count(|note| note.sampled);
            }
            Ok(record)
        };
        (1..=self.cell.task.family.level_max()).map(&mut examine).collect()
    }
}
