//! One match, told as a tree.

use crate::claim::Claim;
use crate::records::{Trace, TraceNode};
use crate::scenario::spec::CellSpec;
use crate::tournament::{Conditions, Theatre, plan, prepare};
use crate::world::components::{Asked, Claims, Match, NO_ROW};
use crate::world::ground::Ground;
use crate::world::resources::{Journal, Recorder};
use bevy_ecs::prelude::World;

/// Plays one match and tells it.
///
/// # Errors
/// The reason when the cell cannot be played.
pub fn trace(cell: &CellSpec, replicate: u32, trial: u64) -> Result<Trace, String> {
    let conditions = Conditions { block: Some(1), keep_trials: true, ..Conditions::default() };
    plan::plan(cell)?;
    let ready = prepare(cell, replicate, &Conditions::default()).map_err(|stopped| stopped.to_string())?;
    let plan = plan::in_blocks(&ready.cell, conditions.block)?;
    let act = ready.act(replicate);
    let mut theatre = Theatre::open(&ready.cell, &plan, act, &conditions);
    theatre.world.resource_mut::<Journal>().on = true;
    theatre.play(trial, 1, act);
    Ok(tell(&mut theatre.world))
}

/// The tree of the match that a one-lane world has just played.
fn tell(world: &mut World) -> Trace {
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
    Trace { root: nodes.pop().unwrap_or_default(), truth, tally }
}
