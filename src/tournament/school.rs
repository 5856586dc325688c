//! School: networks are trained, round by round. A round makes lessons of what the
//! other stages say with the present student in its seat, and the student learns them.

use crate::agents::learned::{Decoding, NetworkSpec, Training};
use crate::agents::{AgentSpec, Competence};
use crate::claim::Question;
use crate::learners::learner::{Learner, Round};
use crate::records::{self, LearnedRound, LevelRecord, RoundRecord, TraceNode};
use crate::scenario::distil::{Distil, Targets};
use crate::scenario::presets::Preset;
use crate::scenario::spec::CellSpec;
use crate::streams::{Address, Moment, Purpose, Streams};
use crate::systems::distil::{Lessons, Note, Pupil, collect};
use crate::tasks::Family;
use crate::tasks::encoding::Alphabet;
use crate::tournament::{Act, Conditions, Going, Plan, Ready, Stopped, Theatre, plan, trace};
use crate::world::brain::Brain;
use crate::world::mind::{Skill, Student};
use crate::world::resources::Journal;
use crate::world::spawn::{self, Cast, Roots};
use std::sync::Arc;

/// Lessons are of trials that no cell plays.
const FIRST_LESSON: u64 = 1 << 40;

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
        let Competence::Learned { network, schooling, .. } = &agent.competence else { continue };
        let name = &agent.name;
        if schooling.is_none() && student != Some(i) {
            return Err(format!(
                "agent {name:?} is a network that nothing trains: give it a schooling, or play a protocol that trains a student"
            ));
        }
        if cell.task.family.alphabet().is_none() {
            let word = cell.task.family.name();
            return Err(format!(
                "agent {name:?} is a network, and the family {word} has no encoding for it: choose one of the algorithmic families, or another competence"
            ));
        }
        if let Some(problem) = network.problem() {
            return Err(format!("agent {name:?}: {problem}"));
        }
    }
    let seats = cell.protocol.stages.seats_max();
    match (student, seats) {
        (Some(student), Some(seats)) if cell.agents.len() > seats && student + 1 < cell.agents.len() => {
            Err("of more agents than have a seat the last is the one that is taught: list the student last"
                .into())
        }
        _ => Ok(()),
    }
}

/// An answer of a student's that is wrong.
pub(super) struct Wrong<'a> {
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
}

/// What somebody who was taught is in the end.
struct Taught {
    brain: Arc<Brain>,
    /// By level, how sure the overseer was of what was taught.
    sureness: Vec<f64>,
    rounds: Vec<RoundRecord>,
    iteration: u16,
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
        let Competence::Learned { schooling: Some(training), .. } = &agent.competence else {
            return Ok(Cast::AsIs);
        };
        let class = Class::new(cell, &[], agent, Targets::Truth, training, replicate, conditions);
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

/// What is kept of a training, so that it can be told what taught a student something.
#[derive(Default)]
pub(super) struct Diary(Vec<Entry>);

/// A round of a diary.
struct Entry {
    round: u32,
    top: u32,
    iteration: u16,
    brain: Arc<Brain>,
    sureness: Vec<f64>,
    lessons: Lessons,
}

impl<'a> Class<'a> {
    /// Trains the student; its word is then the verdict.
    pub(super) fn distil(&self, cell: &CellSpec, diary: Option<&mut Diary>) -> Result<Ready, Stopped> {
        let taught = self.teach(diary)?;
        let levels = self.examine(&taught)?;
        let Taught { brain, sureness, rounds, iteration } = taught;
        let cast = vec![Cast::Student(Student { skill: Skill::Learned(brain), sureness })];
        Ok(Ready { cell: alone(cell, self.spec.clone()), cast, iteration, rounds, levels })
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
        let seat = lessons.agents.iter().position(|agent| agent.name == spec.name);
        let cast = cast.iter().take(lessons.agents.len()).cloned().collect();
        Self { cell: lessons, cast, seat, spec, network, decoding, alphabet, training, replicate, conditions }
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

    /// Plays the trials from `first` on and collects them as lessons.
    fn make_lessons(
        &self,
        theatre: &mut Theatre,
        lanes: usize,
        trials: std::ops::Range<u64>,
        act: Act,
        pupil: &Pupil,
    ) -> Result<(), Stopped> {
        theatre.world.resource_mut::<Lessons>().clear();
        for first in trials.clone().step_by(lanes) {
            if (self.conditions.interrupted)() {
                return Err(Stopped::Interrupted);
            }
            let count = (lanes as u64).min(trials.end - first);
            theatre.play(first, count as usize, act);
            collect(&mut theatre.world, pupil);
            (self.conditions.progress)(count);
        }
        Ok(())
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
        let failed =
            |reason: String| Stopped::Failed(format!("{}, replicate {replicate}: {reason}", self.cell.id));
        let streams = Streams::new(self.cell.seed);
        let weights = |variable: &str| streams.draws(self.address(&format!("weights of {variable}"), 0));
        let mut learner = Learner::new(&self.network, self.alphabet, training, weights).map_err(failed)?;
        let level_max = self.cell.task.family.level_max().max(1);
        let guess = 1.0 / (self.alphabet.classes - 1) as f64;
        let mut taught = Taught {
            brain: Brain::new(learner.reader(), self.alphabet, self.decoding),
            sureness: vec![guess; level_max as usize + 1],
            rounds: Vec::new(),
            iteration: 0,
        };
        let mut top = if training.curriculum == 0.0 { level_max } else { 1 };
        let plan = self.plan()?;
        let start = Act { replicate: *replicate, iteration: 0, roots: Roots::Lessons(top), cast: &self.cast };
        let mut theatre = self.open(&plan, start);
        let (mut acts, mut loss) = (0, None);
        for round in 0..=training.rounds {
            let cast = self.seated(&taught.brain, &taught.sureness);
            let taught_up_to = top;
            spawn::seat(&mut theatre.world, &self.cell, *replicate, taught.iteration, &cast);
            let first = FIRST_LESSON + u64::from(round) * u64::from(training.questions);
            let trials = first..first + u64::from(training.questions);
            let act = Act {
                replicate: *replicate,
                iteration: taught.iteration,
                roots: Roots::Lessons(top),
                cast: &cast,
            };
            self.make_lessons(&mut theatre, plan.lanes, trials, act, &self.pupil(&taught.brain))?;
            let lessons = theatre.world.resource::<Lessons>();
            // What is measured before a round is what the round before it has left.
            let measured = LearnedRound {
                steps: learner.steps().into(),
                acts,
                loss: loss.unwrap_or(0.0),
                ..Default::default()
            };
            examined(&mut taught.rounds, round, &lessons.notes, self.decoding, measured);
            let agreed = |level: u32| share(&lessons.notes, level, |note| note.agreed);
            if round == training.rounds
                || (top == level_max && (1..=top).all(|level| agreed(level) >= training.enough))
            {
                break;
            }
            taught.rounds.extend((1..=top).map(|level| target(*replicate, round + 1, level, &lessons.notes)));
            for level in 1..=top {
                if lessons.notes.iter().any(|note| u32::from(note.level) == level) {
                    taught.sureness[level as usize] = mean(&lessons.notes, level, |note| note.confidence);
                }
            }
            let highest = agreed(top);
            if highest > training.curriculum && top < level_max {
                top += 1;
            }
            if let Some(Diary(entries)) = &mut diary {
                let (brain, sureness) = (taught.brain.clone(), taught.sureness.clone());
                let (iteration, lessons) = (taught.iteration, lessons.clone());
                entries.push(Entry {
                    round: round + 1,
                    top: taught_up_to,
                    iteration,
                    brain,
                    sureness,
                    lessons,
                });
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
                    agreed: highest,
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
            acts += tally.checks + tally.combines;
            taught.brain = Brain::new(learner.reader(), self.alphabet, self.decoding);
            taught.iteration += 1;
        }
        Ok(taught)
    }

    /// What taught the student to say `said` of a question: lessons of the same page, else of the same
    /// question about other facts, else of its level; the newest few, told.
    pub(super) fn explain(
        &self,
        Diary(entries): &Diary,
        wrong: &Wrong,
    ) -> Result<Option<records::Taught>, Stopped> {
        let all =
            || entries.iter().rev().flat_map(|entry| (0..entry.lessons.notes.len()).map(move |i| (entry, i)));
        let taught_so = |entry: &Entry, i: usize| entry.lessons.targets[i] == wrong.said;
        let wrongly = |entry: &Entry, i: usize| !entry.lessons.notes[i].right;
        let of_page: Vec<_> = all().filter(|(entry, i)| entry.lessons.page(*i) == wrong.page).collect();
        let so = of_page.iter().filter(|(entry, i)| taught_so(entry, *i)).count();
        let (summary, chosen): (String, Vec<_>) = if so > 0 {
            let chosen = of_page.iter().filter(|(entry, i)| taught_so(entry, *i)).copied().collect();
            (
                format!(
                    "{so} of {} lessons on these very facts and question gave this answer",
                    of_page.len()
                ),
                chosen,
            )
        } else {
            let like = |(entry, i): &(&Entry, usize)| entry.lessons.notes[*i].question == wrong.question;
            let (alike, what): (Vec<_>, _) = match all().filter(like).collect::<Vec<_>>() {
                alike if alike.is_empty() => (
                    all().filter(|(entry, i)| entry.lessons.notes[*i].level == wrong.level).collect(),
                    "of its level",
                ),
                alike => (alike, "on this question about other facts"),
            };
            let count = alike.len();
            let chosen: Vec<_> = alike.into_iter().filter(|(entry, i)| wrongly(entry, *i)).collect();
            let none = if of_page.is_empty() { "no lesson was" } else { "no lesson gave this answer" };
            (
                format!(
                    "{none} on these very facts and question; {} of {count} lessons {what} taught something wrong",
                    chosen.len()
                ),
                chosen,
            )
        };
        let told =
            chosen.into_iter().take(TOLD).map(|(entry, i)| self.retell(entry, entry.lessons.notes[i].trial));
        Ok(Some(records::Taught { summary, lessons: told.collect::<Result<_, Stopped>>()? }))
    }

    /// A lesson, played again and told.
    fn retell(&self, entry: &Entry, trial: u64) -> Result<(u32, TraceNode), Stopped> {
        let plan = plan::in_blocks(&self.cell, Some(1)).map_err(Stopped::Unplayable)?;
        let cast = self.seated(&entry.brain, &entry.sureness);
        let (iteration, roots) = (entry.iteration, Roots::Lessons(entry.top));
        let act = Act { replicate: self.replicate, iteration, roots, cast: &cast };
        let mut theatre = self.open(&plan, act);
        theatre.world.resource_mut::<Journal>().on = true;
        theatre.play(trial, 1, act);
        Ok((entry.round, trace::tell(&mut theatre.world).root))
    }

    /// How right student and targets are at each level in the end, on the cell's own trials.
    fn examine(&self, taught: &Taught) -> Result<Vec<LevelRecord>, Stopped> {
        let (plan, cast) = (self.plan()?, self.seated(&taught.brain, &taught.sureness));
        let act = |level| Act {
            replicate: self.replicate,
            iteration: taught.iteration,
            roots: Roots::AtLevel(level),
            cast: &cast,
        };
        let mut theatre = self.open(&plan, act(1));
        let examine = |level| {
            self.make_lessons(
                &mut theatre,
                plan.lanes,
                0..self.cell.trials,
                act(level),
                &self.pupil(&taught.brain),
            )?;
            let notes = &theatre.world.resource::<Lessons>().notes;
            let count = |what: fn(&Note) -> bool| notes.iter().filter(|note| what(note)).count() as u64;
            Ok(LevelRecord {
                replicate: self.replicate,
                level,
                trials: notes.len() as u64,
                target: count(|note| note.right),
                argmax: count(|note| note.argmax),
                sampled: count(|note| note.sampled),
            })
        };
        (1..=self.cell.task.family.level_max()).map(examine).collect()
    }
}

fn at_level(notes: &[Note], level: u32) -> impl Iterator<Item = &Note> {
    notes.iter().filter(move |note| u32::from(note.level) == level)
}

fn count(notes: &[Note], level: u32, what: impl Fn(&Note) -> bool) -> u64 {
    at_level(notes, level).filter(|note| what(note)).count() as u64
}

/// The mean over the lessons of a level; 0 where there are none.
fn mean(notes: &[Note], level: u32, what: impl Fn(&Note) -> f64) -> f64 {
    let all = count(notes, level, |_| true);
    at_level(notes, level).map(what).sum::<f64>() / all.max(1) as f64
}

fn share(notes: &[Note], level: u32, what: impl Fn(&Note) -> bool) -> f64 {
    count(notes, level, what) as f64 / count(notes, level, |_| true).max(1) as f64
}

/// What a level's targets of a round come to.
fn target(replicate: u32, round: u32, level: u32, notes: &[Note]) -> RoundRecord {
    RoundRecord {
        replicate,
        round,
        level,
        trials: count(notes, level, |_| true),
        target_right: count(notes, level, |note| note.right),
        target_slipped: count(notes, level, |note| note.slipped),
        student: 0.0,
        learned: None,
    }
}

/// Enters what the student of a round is, measured on the lessons that come after it.
fn examined(
    rounds: &mut [RoundRecord],
    round: u32,
    notes: &[Note],
    decoding: Decoding,
    measured: LearnedRound,
) {
    for record in rounds.iter_mut().filter(|record| record.round == round) {
        let level = record.level;
        let learned = LearnedRound {
            trials: count(notes, level, |_| true),
            argmax: count(notes, level, |note| note.argmax),
            sampled: count(notes, level, |note| note.sampled),
            agreed: count(notes, level, |note| note.agreed),
            ..measured
        };
        let right = if decoding == Decoding::Argmax { learned.argmax } else { learned.sampled };
        record.student = right as f64 / learned.trials.max(1) as f64;
        record.learned = Some(learned);
    }
}
