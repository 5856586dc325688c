//! The parametric law of distillation: a student's accuracy per level follows from its target's.

use crate::agents::Ability;
use crate::records::RoundRecord;
use crate::scenario::distil::Distil;
use crate::scenario::spec::CellSpec;
use crate::tasks::Family;
use crate::tournament::{Act, Conditions, Ready, Stopped, plan, play_act};
use crate::world::judgement::Judgement;
use crate::world::mind::{Skill, Student};
use crate::world::spawn::{Cast, Roots};

/// Trains a replicate's student, round by round: it takes the first seat.
pub(super) fn distil(
    cell: &CellSpec,
    cast: Vec<Cast>,
    replicate: u32,
    conditions: &Conditions,
) -> Result<Ready, Stopped> {
    let mut ready = Ready::untaught(cell, cast);
    let Distil::Parametric { rounds, fit_error, denoise } = cell.protocol.stages.distil else {
        return Ok(ready);
    };
    let plan = plan::in_blocks(cell, conditions.block).map_err(Stopped::Unplayable)?;
    let overseer = Judgement::new(&cell.overseer, cell.protocol.stages.decompose.votes(), replicate, None);
    for round in 1..=rounds {
        let (mut accuracies, mut sureness): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for level in 0..=cell.task.family.level_max() {
            let act = Act { roots: Roots::AtLevel(level), ..ready.act(replicate) };
            let tally = play_act(cell, &plan, act, 0..cell.trials, conditions)?.tally;
            // Noise without a pattern is the overseer's: an agent's own mistake is the same each time.
            let mut faults = [&overseer.judging, &overseer.combining].into_iter().take(1 + level as usize);
            let noise = faults.all(|fault| fault.exact || fault.is_fresh());
            let denoise = if noise { denoise.get() } else { 0.0 };
            let learned =
                |right: f64, slipped: f64| (right * (1.0 - fit_error.get()) + denoise * slipped).min(1.0);
            let share = |count: u64, of: u64| count as f64 / of as f64;
            let answered = tally.trials - tally.abstained;
            // Levels that no root reaches are learned as the level below.
            let below = |known: &[f64]| known.last().copied().unwrap_or(0.0);
            let accuracy = if tally.trials == 0 {
                below(&accuracies)
            } else {
                learned(share(tally.right, tally.trials), share(tally.slipped, tally.trials))
            };
            let sure = if answered == 0 {
                below(&sureness)
            } else {
                // Slips are its own, of which it knows how many it makes.
                learned(share(tally.confidence, answered) / 65_536.0, share(tally.slipped, tally.trials))
            };
            ready.rounds.push(RoundRecord {
                replicate,
                round,
                level,
                trials: tally.trials,
                target_right: tally.right,
                target_slipped: tally.slipped,
                student: accuracy,
                learned: None,
            });
            accuracies.push(accuracy);
            sureness.push(sure);
        }
        let skill = Skill::Lawful(Ability::of_accuracies(&accuracies));
        if let Some(first) = ready.cast.first_mut() {
            *first = Cast::Student(Student { skill, sureness });
        }
        ready.iteration += 1;
    }
    Ok(ready)
}
