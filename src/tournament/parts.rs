//! Parts: what is finished is kept by what determines it, and what was kept is not played again.

use crate::records::incentives::Incentives;
use crate::records::{Key, PLAYED, Part, Sums};
use crate::scenario::spec::CellSpec;
use crate::tournament::judges::{self, Judge};
use crate::tournament::{Act, Conditions, Plan, Stopped, in_order, plan, play_act, play_blocks, prepare};
use crate::world::spawn::{Cast, Roots};
use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The order in which a cell's values are hashed: raised by whoever changes what an agent, an overseer, a stage or a family is
/// made of, so that no old part is taken for one of another meaning.
const KEYED: u32 = 4;
/// Rows of a world that are played before their trials are kept: some milliseconds of play.
const ROWS: u64 = 1 << 16;

/// A replicate's outcome; of one that trains nothing, each piece of its trials is kept by itself.
pub(super) fn replicate(cell: &CellSpec, replicate: u32, conditions: &Conditions) -> Result<Part, Stopped> {
    // A fault of this program in one cell leaves the others whole.
    let played = catch_unwind(AssertUnwindSafe(|| {
        if cell.has_students() {
            trained(cell, replicate, conditions)
        } else {
            let judge = judges::of(cell, replicate, conditions)?;
            let sums = trials(cell, replicate, judge.as_ref(), 0..cell.trials, conditions)?;
            Ok(Part { sums, student: judge.map(|judge| judge.record), ..Part::default() })
        }
    }));
    let played = played.unwrap_or_else(|fault| Err(Stopped::Fault(internal(&*fault))));
    let named = |reason: String| {
        let reason = format!("{}, replicate {replicate}: {reason}", cell.id);
        (conditions.failed)(&reason);
        reason
    };
    played.map_err(|stopped| match stopped {
        Stopped::Failed(reason) => Stopped::Failed(named(reason)),
        Stopped::Fault(reason) => Stopped::Fault(named(reason)),
        stopped => stopped,
    })
}

/// What a panic said.
fn internal(fault: &dyn Any) -> String {
    let text = fault.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| fault.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
    format!("a fault of this program, please report it: {text}")
}

/// Trials of a piece that is kept by itself.
pub(super) fn piece(plan: &Plan) -> u64 {
    (ROWS / plan.questions_max / plan.weight).max(1).next_power_of_two()
}

/// Trials of a replicate that trains nothing: those that the journal has, and play for the others.
pub(super) fn trials(
    cell: &CellSpec,
    replicate: u32,
    judge: Option<&Judge>,
    trials: Range<u64>,
    conditions: &Conditions,
) -> Result<Sums, Stopped> {
    let plan = plan::in_blocks(cell, conditions.block).map_err(Stopped::Unplayable)?;
    // Nobody has to be taught, so that everybody is as the scenario has it.
    let cast = &vec![Cast::AsIs; cell.agents.len()];
    let judge = judge.map(|judge| &judge.trained);
    let act = Act { replicate, iteration: 0, roots: Roots::Own, cast, judge };
    let Some(journal) = conditions.journal else { return play_act(cell, &plan, act, trials, conditions) };
    let key = key(cell, &(replicate, conditions.keep_trials));
    // Pieces end where they would in any run, however many trials it has.
    let each = piece(&plan);
    let mut all = Sums::default();
    let (mut gaps, mut at) = (Vec::new(), trials.start);
    while at < trials.end {
        let next = if let Some((next, part)) = journal.find(&key, at, trials.end) {
            all.add(part.sums);
            (conditions.found)(next - at);
            next
        } else {
            let next = ((at / each + 1) * each).min(trials.end);
            gaps.push(at..next);
            next
        };
        at = next;
    }
    match gaps.len() {
        // A world costs more than all of them.
        0 => return Ok(in_order(all)),
        _ if conditions.replay => return Err(Stopped::Missing(cell.id.clone())),
        _ => {}
    }
    let played = play_blocks(cell, &plan, act, gaps, conditions, |trials, sums| {
        let part = Part { sums, ..Part::default() };
        journal.keep(&key, trials, &part).map_err(Stopped::Unkept)?;
        Ok(part.sums)
    });
    all.add(played?);
    Ok(in_order(all))
}

/// A replicate that trains something: it is kept as a whole, and so is the reason why it came to nothing.
fn trained(cell: &CellSpec, replicate: u32, conditions: &Conditions) -> Result<Part, Stopped> {
    let kept = (replicate, cell.trials, conditions.keep_trials, conditions.keep_students);
    let matches = || plan::plan(cell).map_or(0, |plan| plan.matches / u64::from(cell.replicates));
    let play = || {
        let ready = prepare(cell, replicate, conditions, None)?;
        let plan = plan::in_blocks(&ready.cell, conditions.block).map_err(Stopped::Unplayable)?;
        let sums = play_act(&ready.cell, &plan, ready.act(replicate), 0..cell.trials, conditions)?;
        Ok(Part {
            sums,
            rounds: ready.rounds,
            levels: ready.levels,
            student: ready.student,
            ..Part::default()
        })
    };
    whole(cell, &key(cell, &kept), 0..cell.trials, conditions, matches, play)
}

/// What agents could do in a cell, found in the journal or by play.
pub(super) fn incentives(
    cell: &CellSpec,
    conditions: &Conditions,
    play: impl FnOnce() -> Result<Option<Incentives>, Stopped>,
) -> Result<Option<Incentives>, Stopped> {
    let play = || Ok(Part { incentives: play()?, ..Part::default() });
    let key = key(cell, &("incentives", cell.replicates, cell.trials));
    let part = whole(cell, &key, 0..cell.trials, conditions, || 0, play)?;
    Ok(part.incentives)
}

/// A part that is one with all its trials.
pub(super) fn whole(
    cell: &CellSpec,
    key: &Key,
    trials: Range<u64>,
    conditions: &Conditions,
    matches: impl FnOnce() -> u64,
    play: impl FnOnce() -> Result<Part, Stopped>,
) -> Result<Part, Stopped> {
    let Some(journal) = conditions.journal else { return play() };
    let part = match journal.find(key, trials.start, trials.end) {
        Some((_, part)) => {
            (conditions.found)(matches());
            part
        }
        None if conditions.replay => return Err(Stopped::Missing(cell.id.clone())),
        None => {
            let part = match play() {
                Err(Stopped::Failed(reason)) => Part { failed: Some(reason), ..Part::default() },
                part => part?,
            };
            journal.keep(key, trials, &part).map_err(Stopped::Unkept)?;
            part
        }
    };
    match part.failed {
        Some(reason) => Err(Stopped::Failed(reason)),
        None => Ok(part),
    }
}

/// The hash of all that determines a part of a cell, where `what` says which part; names of cells and tasks and sweep points
/// do not, nor the numbers of trials and replicates, unless they are in `what`. Values alone are hashed, which takes a third of
/// the time of JSON: what they are of is a matter of [`KEYED`].
fn key(cell: &CellSpec, what: &impl serde::Serialize) -> Key {
    let task = &cell.task;
    let difficulty = (task.truth_advantage, task.difficulty, task.difficulty_per_level);
    let all =
        (PLAYED, cell.seed, &task.family, difficulty, &cell.overseer, &cell.protocol.stages, &cell.agents);
    key_of(&(all, what))
}

/// The hash of what determines a part.
pub(super) fn key_of(what: &impl serde::Serialize) -> Key {
    let text = postcard::to_stdvec(&(KEYED, what)).expect("a cell is plain data of known lengths");
    let mut key = Key::default();
    key.copy_from_slice(&blake3::hash(&text).as_bytes()[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Overrides, Source, read};

    /// The keys of some shipped scenarios are as they were: if not, [`KEYED`] or [`PLAYED`] is to be raised, and this told anew.
    #[test]
    fn keys_are_those_of_their_version() {
        let texts = [
            include_str!("../../scenarios/christiano-families.toml"),
            include_str!("../../scenarios/controls.toml"),
            include_str!("../../scenarios/depth.toml"),
            include_str!("../../scenarios/error-kinds.toml"),
            include_str!("../../scenarios/error-sweep.toml"),
            include_str!("../../scenarios/incentives.toml"),
            include_str!("../../scenarios/league.toml"),
            include_str!("../../scenarios/noisy-h.toml"),
            include_str!("../../scenarios/obfuscation.toml"),
            include_str!("../../scenarios/quick-ida.toml"),
            include_str!("../../scenarios/quickstart.toml"),
            include_str!("../../scenarios/reference.toml"),
            include_str!("../../scenarios/votes.toml"),
            include_str!("../../scenarios/weak-to-strong.toml"),
        ];
        let none = |file: &str| Err(format!("{file}: no files here"));
        let mut keys: Vec<Key> = Vec::new();
        for text in texts {
            let source = Source { file: "x.toml", stem: "x", text, files: &none };
            let cells = read(&source, &Overrides::default()).expect("a shipped scenario").cells;
            keys.extend(cells.iter().map(|cell| key(cell, &0)));
            assert_ne!(key(&cells[0], &0), key(&cells[0], &1));
        }
        let count = keys.len();
        let hash = blake3::hash(&keys.concat()).to_hex();
        keys.sort_unstable();
        keys.dedup();
        // Sweeps of other overseers have cells that are the same.
        assert!(keys.len() * 10 > count * 7, "{} of {count}", keys.len());
        assert_eq!(
            (count, &hash[..16]),
            (437, "77467370c25063b8"),
            "raise KEYED if what is hashed has changed, and not PLAYED alone"
        );
    }
}
