//! Spawning: the entities of a block, once; and resetting them for the next.

use crate::agents::{Ability, AgentSpec};
use crate::claim::{Answer, Question};
use crate::learners::judges::TrainedJudge;
use crate::scenario::spec::{CellSpec, TaskSpec};
use crate::streams::{Moment, Purpose, Streams};
use crate::tasks::Family;
use crate::world::brain::Brain;
use crate::world::components::{Asked, Claims, Match, NO_ROW, Parts};
use crate::world::eye::Eye;
use crate::world::ground::Ground;
use crate::world::judgement::Judgement;
use crate::world::mind::{Mind, Student};
use crate::world::resources::{Block, Composition, Journal, Queues, Randomness, Recorder, SubAnswers};
use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::component::{Component, Mutable};
use bevy_ecs::prelude::{In, Query, Res, ResMut, World};
use std::sync::Arc;

/// The column of a component whose entities all lie in one table.
///
/// # Panics
/// If nothing was spawned: a world always has at least one lane.
#[must_use]
pub fn column<'w, T: Component<Mutability = Mutable>>(query: Query<'w, '_, &mut T>) -> &'w mut [T] {
    let mut tables = query.contiguous_iter_inner().expect("components are stored in tables");
    let rows = tables.next().expect("a world has at least one row of every component");
    ContiguousMut::bypass_change_detection_split(rows).0
}

/// The ability of an agent in a task.
#[must_use]
pub fn ability(agent: &AgentSpec, task: &TaskSpec) -> Ability {
    Ability::new(&agent.competence, task.family.level_max(), |level| {
        task.difficulty + task.difficulty_per_level * f64::from(level)
    })
}

/// A world with room for `lanes` trials (a power of two) of `slots` questions each.
#[must_use]
pub fn world(cell: &CellSpec, lanes: usize, slots: usize, keep_trials: bool) -> World {
    let mut world = World::new();
    world.insert_resource(Randomness(Streams::new(cell.seed)));
    world.insert_resource(Composition(cell.protocol.stages));
    world.insert_resource(Ground::new(&cell.task, lanes));
    world.insert_resource(Block { lanes, replicate: 0, first: 0, used: 0, iteration: 0 });
    world.insert_resource(Queues::default());
    let stride = cell.task.family.subs_max();
    world.insert_resource(SubAnswers { answers: vec![Answer::UNKNOWN; lanes * slots * stride], stride });
    world.insert_resource(Recorder { keep_trials, ..Default::default() });
    world.insert_resource(Journal::default());
    let rows = (0..lanes * slots).map(|_| (Asked::default(), Parts::default(), Claims::default()));
    world.spawn_batch(rows);
    world.spawn_batch((0..lanes).map(|_| Match::default()));
    world
}

/// What somebody of the line-up is, where it is not what its competence says.
#[derive(Clone)]
pub enum Cast {
    /// As the scenario has it.
    AsIs,
    /// The student of an iteration takes the seat.
    Student(Student),
    /// It learned before play.
    Schooled(Arc<Brain>),
}

/// Seats the line-up and the overseer for a replicate; `cast` says who is in the first seats, `judge` what the overseer
/// sees pictures with.
pub fn seat(
    world: &mut World,
    cell: &CellSpec,
    (replicate, iteration): (u32, u16),
    cast: &[Cast],
    judge: Option<&Arc<TrainedJudge>>,
) {
    let seated: Vec<_> =
        world.query::<(bevy_ecs::entity::Entity, &Mind)>().iter(world).map(|(e, _)| e).collect();
    let judges: Vec<_> =
        world.query::<(bevy_ecs::entity::Entity, &Judgement)>().iter(world).map(|(e, _)| e).collect();
    for entity in seated.into_iter().chain(judges) {
        world.despawn(entity);
    }
    let casts = cast.iter().chain(std::iter::repeat(&Cast::AsIs));
    let minds: Vec<Mind> = cell
        .agents
        .iter()
        .zip(casts)
        .map(|(agent, cast)| match cast {
            Cast::AsIs => Mind::new(agent, ability(agent, &cell.task), replicate),
            Cast::Student(student) => Mind::student(student, agent, replicate, iteration),
            Cast::Schooled(brain) => Mind::learned(agent, brain.copied(), replicate, 0),
        })
        .collect();
    // Spawned in the protocol's order into an empty table: a seat is a row.
    world.spawn_batch(minds);
    let overseer = &cell.overseer;
    let eye = overseer.network.zip(judge).map(|(network, judge)| {
        Eye::new(judge.clone(), network.training().pixels, replicate, &overseer.name)
    });
    world.spawn(Judgement::new(overseer, cell.protocol.stages.decompose.votes(), replicate, eye));
}

/// Which questions the matches of a block are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The roots of their trials.
    Own,
    /// Questions of this level that the roots lead to.
    AtLevel(u32),
    /// Questions to teach, of at most this level, primitive ones among them.
    Lessons(u32),
}

/// What a block starts from.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// The replicate.
    pub replicate: u32,
    /// The first trial.
    pub first: u64,
    /// Trials.
    pub trials: usize,
    /// The amplify-distil iteration.
    pub iteration: u16,
    /// What is asked.
    pub roots: Roots,
}

/// Sets every match back to its root question. No question or match moves, and nothing is allocated.
pub fn reset(world: &mut World, start: Start, splits: u8) {
    world.run_system_cached_with(set_back, (start, splits)).expect("a world has all that a block needs");
    // The world notes each time that it takes the system out of its cache, and keeps the notes until told not to.
    world.clear_trackers();
}

#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it reads and writes")]
/// The system behind [`reset`].
fn set_back(
    In((start, splits)): In<(Start, u8)>,
    randomness: Res<Randomness>,
    mut ground: ResMut<Ground>,
    mut block: ResMut<Block>,
    mut queues: ResMut<Queues>,
    asked: Query<&mut Asked>,
    parts: Query<&mut Parts>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
) {
    let Start { replicate, first, trials, iteration, roots } = start;
    *block = Block { replicate, first, used: trials, iteration, ..*block };
    ground.generate(&randomness.0, replicate, first, trials);
    let matches = column(matches);
    // Every row that the last block may have used is blank again.
    let used = matches.iter().map(|ledger| ledger.slots).max().unwrap_or(0) as usize * block.lanes;
    column(parts)[..used].fill(Parts::default());
    column(claims)[..used].iter_mut().for_each(Claims::forget);
    matches.fill(Match { slots: 1, confidence: 1.0, ..Match::default() });
    let mut scratch = Vec::new();
    let teaching = Streams::actor(Purpose::Lesson, replicate, "questions");
    for (lane, asked) in column(asked)[..trials].iter_mut().enumerate() {
        let question = match roots {
            Roots::Own => Some(ground.root(lane)),
            Roots::AtLevel(level) => ground.question_at_level(lane, level, &mut scratch),
            Roots::Lessons(level_max) => {
                let at = Streams::at(teaching, first + lane as u64, Question::default(), Moment::default());
                let mut draws = randomness.0.draws(at);
                // Levels are taught alike: those that no root has are the way's next lower one.
                let level = draws.below(level_max + 1);
                ground.question_to_learn(lane, level, &mut draws, &mut scratch)
            }
        };
        let Some(question) = question else { continue };
        let level = ground.level(lane, question) as u8;
        *asked = Asked { question, parent: NO_ROW, ordinal: 0, splits, level };
        queues.open.push(lane as u32);
    }
}
