//! The schedule of a tick: Decompose, Answer, CrossCheck, Judge, Record, each with
//! the systems of the stage variants that the cell's composition picks.

pub mod answer;
pub mod cross_check;
pub mod decompose;
pub mod distil;
pub mod exposure;
pub mod judge;
pub mod record;
pub mod sight;

use crate::scenario::stages::{CrossCheck, Decompose, Stages};
use crate::world::resources::Queues;
use bevy_ecs::prelude::{IntoScheduleConfigs, Schedule, SystemSet, World};
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, SingleThreadedExecutor};

/// The stages of a tick, in this order.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Split open questions.
    Decompose,
    /// Answer what is not split, combine what is complete.
    Answer,
    /// Contest the answers.
    CrossCheck,
    /// Decide what was contested.
    Judge,
    /// Hand verdicts on and sum up.
    Record,
}

/// Puts a stage variant's systems on the schedule.
type Install = fn(&mut Schedule);

/// The systems that a composition needs.
fn installs(stages: &Stages) -> Vec<Install> {
    use Stage::{Answer, CrossCheck as Contest, Decompose as Split, Judge, Record};
    let mut installs: Vec<Install> = vec![|schedule| {
        schedule.add_systems((answer::answer.in_set(Answer), record::settle.in_set(Record)));
    }];
    installs.push(match stages.decompose {
        Decompose::None => |schedule| {
            schedule.add_systems(decompose::take_whole.in_set(Split));
        },
        Decompose::Tree { .. } => |schedule| {
            let combine = answer::combine::combine.in_set(Answer).before(answer::answer);
            schedule.add_systems((decompose::split.in_set(Split), combine));
        },
    });
    installs.push(match stages.cross_check {
        CrossCheck::None => |schedule| {
            schedule.add_systems(cross_check::accept.in_set(Contest));
        },
        CrossCheck::Debate { .. } => |schedule| {
            let judge = judge::debate::debate.in_set(Judge);
            schedule.add_systems((cross_check::contest.in_set(Contest), judge));
        },
        CrossCheck::Consultancy { .. } => |schedule| {
            let judge = judge::consultancy::consult.in_set(Judge);
            schedule.add_systems((cross_check::present.in_set(Contest), judge));
        },
        CrossCheck::RecursiveDebate { .. }
        | CrossCheck::CrossExamination { .. }
        | CrossCheck::Critique { .. } => |schedule| {
            let judge = judge::verification::verify.in_set(Judge);
            schedule.add_systems((cross_check::contest.in_set(Contest), judge));
        },
        CrossCheck::Pixels { .. } | CrossCheck::Glimpse { .. } => |schedule| {
            let judge = judge::pixels::judge.in_set(Judge);
            schedule.add_systems((cross_check::contest.in_set(Contest), judge));
        },
    });
    installs
}

/// The schedule of a composition. `rotation` changes only the order in which systems are added.
#[must_use]
pub fn schedule(stages: &Stages, rotation: usize) -> Schedule {
    let mut schedule = Schedule::default();
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..Default::default()
    });
    schedule.configure_sets(
        (Stage::Decompose, Stage::Answer, Stage::CrossCheck, Stage::Judge, Stage::Record).chain(),
    );
    let mut installs = installs(stages);
    let count = installs.len();
    installs.rotate_left(rotation % count);
    installs.iter().for_each(|install| install(&mut schedule));
    schedule
}

/// Ticks until every match has its verdict.
pub fn run(world: &mut World, schedule: &mut Schedule) {
    while !world.resource::<Queues>().is_idle() {
        schedule.run(world);
    }
}
