//! Record: verdicts are handed to the questions they are part of; a root's verdict
//! ends its match and is summed up. With the fence, the only reader of the truth.

use crate::claim::{Answer, Claim};
use crate::records::{BATCHES, Tally, TrialRecord};
use crate::systems::sight::{Scene, Table};
use crate::world::components::{Asked, Claims, Match, NO_ROW, Parts, Row};
use crate::world::resources::{Queues, Recorder, SubAnswers};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, ResMut};

#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it reads and writes")]
/// Hands on every verdict of the tick.
pub fn settle(
    table: Table,
    asked: Query<&mut Asked>,
    parts: Query<&mut Parts>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut subs: ResMut<SubAnswers>,
    mut queues: ResMut<Queues>,
    mut recorder: ResMut<Recorder>,
) {
    let table = table.scene();
    let (asked, parts, claims, matches) = (column(asked), column(parts), column(claims), column(matches));
    let Queues { decided, repeats, advance, .. } = &mut *queues;
    let (subs, recorder) = (&mut *subs, &mut *recorder);
    let mut done = 0;
    while done < decided.len() {
        for &row in &decided[done..] {
            let claim = &mut claims[row as usize];
            claim.settled = true;
            let asked = &asked[row as usize];
            let ledger = &mut matches[table.block.lane(row)];
            ledger.wrong += u32::from(!table.stands(row, asked, claim, claim.verdict));
            if asked.parent == NO_ROW {
                record(&table, row, asked, claim.verdict, ledger, recorder);
                continue;
            }
            subs.answers[asked.parent as usize * subs.stride + usize::from(asked.ordinal)] = claim.verdict;
            let parts = &mut parts[asked.parent as usize];
            parts.got += 1;
            if parts.got == parts.asked {
                advance.push(asked.parent);
            }
        }
        done = decided.len();
        // A repeat takes the verdict of the question that was asked first.
        repeats.retain(|&(repeat, first)| {
            let Claims { settled, verdict, .. } = claims[first as usize];
            if settled {
                claims[repeat as usize].verdict = verdict;
                decided.push(repeat);
            }
            !settled
        });
    }
    decided.clear();
}

/// Sums a match up.
fn record(table: &Scene, row: Row, asked: &Asked, verdict: Answer, ledger: &Match, recorder: &mut Recorder) {
    let lane = table.block.lane(row);
    let right = table.ground.holds(lane, Claim { question: asked.question, answer: verdict });
    let confidence = table.overseer.stated(ledger.confidence, table.ground.answers(asked.question));
    let tally = Tally {
        trials: 1,
        right: u64::from(right),
        abstained: u64::from(!verdict.is_known()),
        checks: ledger.checks.into(),
        combines: ledger.combines.into(),
        arguments: ledger.arguments.into(),
        cost: ledger.cost.into(),
        agent_calls: ledger.agent_calls.into(),
        depth: ledger.depth.into(),
        erred: ledger.erred.into(),
        confidence: (confidence * 65_536.0) as u64,
        first_true: ledger.first_true.into(),
        contested: ledger.contested.into(),
        all_nodes_right: u64::from(ledger.wrong == 0),
        slipped: u64::from(!right && ledger.erred > 0),
    };
    let trial = table.block.trial(row);
    let sums = &mut recorder.sums;
    sums.tally.add(&tally);
    sums.batches[trial as usize % BATCHES] += tally.right;
    if recorder.keep_trials {
        let replicate = table.block.replicate;
        recorder.sums.trials.push(TrialRecord { replicate, trial, tally, verdict: verdict.0 });
    }
}
