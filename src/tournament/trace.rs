//! One match, told as a tree.

use crate::claim::Claim;
use crate::records::{Taught, Trace, TraceNode};
use crate::scenario::distil::Distil;
use crate::scenario::spec::CellSpec;
use crate::tasks::Family;
use crate::tasks::encoding::Pages;
use crate::tournament::school;
use crate::tournament::school::diary::{Diary, Wrong};
use crate::tournament::{Act, Conditions, Ready, Theatre, judges, plan, prepare};
use crate::world::components::{Asked, Claims, Match, NO_ROW};
use crate::world::ground::Ground;
use crate::world::mind::{Skill, Student};
use crate::world::resources::{Journal, Recorder};
use crate::world::spawn::Cast;
use bevy_ecs::prelude::World;

/// Plays one match and tells it.
///
/// # Errors
/// The reason when the cell cannot be played.
pub fn trace(cell: &CellSpec, replicate: u32, trial: u64) -> Result<Trace, String> {
    let conditions = Conditions { block: Some(1), keep_trials: true, ..Conditions::default() };
    plan::plan(cell)?;
    let mut diary = Diary::default();
    let ready = prepare(cell, replicate, &Conditions::default(), Some(&mut diary))
        .map_err(|stopped| stopped.to_string())?;
    let plan = plan::in_blocks(&ready.cell, conditions.block)?;
    let judge = judges::of(cell, replicate, &Conditions::default()).map_err(|stopped| stopped.to_string())?;
    let act = Act { judge: judge.as_ref().map(|judge| &judge.trained), ..ready.act(replicate) };
    let mut theatre = Theatre::open(&ready.cell, &plan, act, &conditions);
    theatre.world.resource_mut::<Journal>().on = true;
    theatre.play(trial, 1, act);
    let mut told = tell(&mut theatre.world);
    if !told.root.right {
        told.taught = explained(cell, &ready, &diary, &mut theatre.world, replicate)?;
    }
    Ok(told)
}

/// What taught the student of a match its wrong word, if a network's word it is.
fn explained(
    cell: &CellSpec,
    ready: &Ready,
    diary: &Diary,
    world: &mut World,
    replicate: u32,
) -> Result<Option<Taught>, String> {
    let (
        Distil::Learned { targets, training },
        Some(Cast::Student(Student { skill: Skill::Learned(brain), .. })),
    ) = (cell.protocol.stages.distil, ready.cast.first())
    else {
        return Ok(None);
    };
    let (asked, claims) =
        world.query::<(&Asked, &Claims)>().iter(world).next().map(|(a, c)| (*a, *c)).unwrap_or_default();
    let ground = world.resource::<Ground>();
    let Some(mut pages) = cell.task.family.alphabet().map(Pages::new) else { return Ok(None) };
    ground.write(0, asked.question, &mut pages);
    let said = brain.class(ground, asked.question, claims.verdict);
    let conditions = Conditions::default();
    let cast = school::line_up(cell, replicate, &conditions).map_err(|stopped| stopped.to_string())?;
    let class = school::class(cell, &cast, targets, &training, replicate, &conditions);
    let wrong = Wrong { page: &pages.symbols, question: asked.question, level: asked.level, said };
    class.explain(diary, &wrong).map(Some).map_err(|stopped| stopped.to_string())
}

/// The tree of the match that a one-lane world has just played.
pub(super) fn tell(world: &mut World) -> Trace {
    let slots = world.query::<&Match>().iter(world).next().map_or(0, |ledger| ledger.slots as usize);
    let mut questions = world.query::<(&Asked, &Claims)>();
    let rows: Vec<(Asked, Claims)> = questions.iter(world).take(slots).map(|(a, c)| (*a, *c)).collect();
    let (ground, journal) = (world.resource::<Ground>(), world.resource::<Journal>());
    let mut nodes: Vec<TraceNode> = rows
        .iter()
        .enumerate()
        .map(|(row, (asked, claims))| TraceNode {
            question: ground.show_question(0, asked.question),
            lines: journal
                .lines
                .iter()
                .filter(|(at, _)| *at as usize == row)
                .map(|(_, line)| line.clone())
                .collect(),
            verdict: ground.show_answer(asked.question, claims.verdict),
            right: ground.holds(0, Claim { question: asked.question, answer: claims.verdict }),
            children: Vec::new(),
            exposure: journal
                .exposures
                .iter()
                .find(|(at, _)| *at as usize == row)
                .map(|(_, shown)| shown.clone()),
        })
        .collect();
    // Children come after their parents, so the last row is complete when it is reached from the end.
    for row in (1..nodes.len()).rev() {
        let node = nodes.pop().expect("one node a row");
        let parent = rows[row].0.parent;
        assert!(parent != NO_ROW && (parent as usize) < row, "a question is asked by an earlier one");
        nodes[parent as usize].children.insert(0, node);
    }
    let tally = world.resource::<Recorder>().sums.tally;
    let truth = ground.show_truth(0, rows.first().map_or_else(Default::default, |(asked, _)| asked.question));
    Trace { root: nodes.pop().unwrap_or_default(), truth, tally, taught: None }
}
