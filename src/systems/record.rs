//! Record: verdicts are handed to the questions they are part of; a root's verdict
//! ends its match and is summed up. With the fence, the only reader of the truth.

use crate::claim::{Answer, Claim};
use crate::records::scores::{CERTAIN, bin};
use crate::records::{Tally, TrialRecord};
use crate::scenario::stages::CrossCheck;
use crate::systems::judge::debate::Dues;
use crate::systems::sight::{Scene, Table};
use crate::world::components::{Asked, Claims, Match, NO_ROW, Parts, Row};
use crate::world::resources::{Queues, Recorder, SubAnswers};
use crate::world::spawn::column;
use crate::world::waiting::{Run, Waiting};
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
    let Queues { decided, repeats, advance, scratch, .. } = &mut *queues;
    let (subs, recorder) = (&mut *subs, &mut *recorder);
    let dues = Dues::new(&table);
    while !decided.is_empty() {
        std::mem::swap(decided, scratch);
        for run in scratch.runs(table.block.lanes) {
            let (asked, claims) = (&asked[run.range()], &mut claims[run.range()]);
            let matches = &mut matches[table.block.lanes_of(run)];
            count_wrong(&table, run, asked, claims, matches);
            claims.iter_mut().for_each(|claim| claim.settled = true);
            // A slot holds roots alone, or none.
            if asked[0].parent == NO_ROW {
                for (((row, asked), claim), ledger) in (run.start..).zip(asked).zip(&*claims).zip(&*matches) {
                    record(&table, row, asked, claim, ledger, &dues, recorder);
                }
            } else {
                hand_on(run, asked, claims, parts, subs, advance);
            }
        }
        scratch.clear();
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
}

/// Hands verdicts to the questions they are part of.
#[inline(always)]
fn hand_on(
    run: Run,
    asked: &[Asked],
    claims: &[Claims],
    parts: &mut [Parts],
    subs: &mut SubAnswers,
    advance: &mut Waiting,
) {
    let Asked { parent: first, ordinal, .. } = asked[0];
    // Neighbours are mostly the same part of neighbours.
    let strange =
        |(asked, parent): (&Asked, Row)| (asked.parent ^ parent) | u32::from(asked.ordinal ^ ordinal);
    if asked.iter().zip(first..).map(strange).fold(0, |all, strange| all | strange) == 0 {
        let whole = Run { start: first, end: first + (run.end - run.start) };
        let places = &mut subs.answers[first as usize * subs.stride + usize::from(ordinal)..];
        places.iter_mut().step_by(subs.stride).zip(claims).for_each(|(place, claim)| *place = claim.verdict);
        let parts = &mut parts[whole.range()];
        parts.iter_mut().for_each(|parts| parts.got += 1);
        let complete = |parts: &Parts| parts.got == parts.asked;
        match parts.iter().filter(|parts| complete(parts)).count() {
            0 => {}
            count if count == parts.len() => advance.push_run(whole),
            _ => (whole.start..)
                .zip(parts)
                .filter(|(_, parts)| complete(parts))
                .for_each(|(row, _)| advance.push(row)),
        }
        return;
    }
    for (asked, claim) in asked.iter().zip(claims) {
        let parent = asked.parent as usize;
        subs.answers[parent * subs.stride + usize::from(asked.ordinal)] = claim.verdict;
        parts[parent].got += 1;
        if parts[parent].got == parts[parent].asked {
            advance.push(asked.parent);
        }
    }
}

/// Counts verdicts that are not right: of a split, given its sub-answers; of another question, in truth.
#[inline(always)]
fn count_wrong(table: &Scene, run: Run, asked: &[Asked], claims: &[Claims], matches: &mut [Match]) {
    let split = claims.iter().filter(|claim| claim.split).count();
    if split < claims.len() {
        let said =
            |(asked, claim): (&Asked, &Claims)| Claim { question: asked.question, answer: claim.verdict };
        let mut judged = claims.iter().zip(&mut *matches);
        table.ground.hold_all(table.block.lanes_of(run), asked.iter().zip(claims).map(said), |right| {
            let (claim, ledger) = judged.next().expect("each claim is told of once");
            ledger.wrong += u32::from(!right & !claim.split);
        });
    }
    if split > 0 {
        for (claim, ledger) in claims.iter().zip(matches) {
            ledger.wrong += u32::from(claim.split & (claim.verdict != claim.base));
        }
    }
}

/// Sums a match up.
fn record(
    table: &Scene,
    row: Row,
    asked: &Asked,
    claims: &Claims,
    ledger: &Match,
    dues: &Dues,
    recorder: &mut Recorder,
) {
    let (lane, Claims { sides, verdict, .. }) = (table.block.lane(row), *claims);
    // What the overseer makes of sub-answers is nobody's side, unless it is contested.
    let sided = !claims.split || table.stages.cross_check != CrossCheck::None;
    let right = table.ground.holds(lane, Claim { question: asked.question, answer: verdict });
    // Who abstains states no confidence.
    let told = table.overseer.stated(ledger.confidence, table.ground.answers(asked.question));
    let confidence = if verdict.is_known() { told } else { 0.0 };
    let confidence = (confidence * f64::from(CERTAIN)) as u32;
    let given = verdict.is_known();
    let missed = if right { CERTAIN - confidence } else { confidence };
    let losses = if given { recorder.losses.of(CERTAIN - missed) } else { 0 };
    let stands = |side| sided && table.stands(row, asked, claims, side);
    let [first, second] = sides.map(stands);
    let (first_alone, second_alone) = (first & !second, second & !first);
    let [first_wins, second_wins] =
        sides.map(|side| sided & given & (sides[0] != sides[1]) & (side == verdict));
    let opposed = (first_alone | second_alone) & (first_wins | second_wins);
    // The other claim's posterior is the rest.
    let other_losses = if opposed { recorder.losses.of(missed) } else { 0 };
    let opposed_only = |sum: u64| if opposed { sum } else { 0 };
    let tally = Tally {
        trials: 1,
        right: u64::from(right),
        abstained: u64::from(!verdict.is_known()),
        checks: (ledger.checks + ledger.contested * dues.checks).into(),
        combines: ledger.combines.into(),
        arguments: (ledger.arguments + ledger.contested * dues.arguments).into(),
        cost: ledger.cost.saturating_add(ledger.contested.saturating_mul(dues.unpaid)).into(),
        agent_calls: ledger.agent_calls.into(),
        depth: ledger.depth.into(),
        erred: ledger.erred.into(),
        confidence: confidence.into(),
        first_true: first.into(),
        contested: ledger.contested.into(),
        all_nodes_right: u64::from(ledger.wrong == 0),
        slipped: u64::from(!right && ledger.erred > 0),
        squares: if given { u64::from(missed) * u64::from(missed) } else { 0 },
        losses,
        first_true_right: u64::from(first & right),
        first_alone: first_alone.into(),
        first_alone_right: u64::from(first_alone & right),
        second_alone: second_alone.into(),
        second_alone_right: u64::from(second_alone & right),
        first_wins: first_wins.into(),
        second_wins: second_wins.into(),
        opposed: opposed.into(),
        belief: opposed_only((CERTAIN - missed).into()),
        truth_losses: opposed_only(losses),
        lie_losses: other_losses,
    };
    let trial = table.block.trial(row);
    let sums = &mut recorder.sums;
    sums.tally.add(&tally);
    sums.right.put(trial, right);
    if given {
        let bin = &mut sums.bins[bin(confidence)];
        bin.trials += 1;
        bin.right += tally.right;
        bin.confidence += tally.confidence;
    }
    if recorder.keep_trials {
        let replicate = table.block.replicate;
        recorder.sums.trials.push(TrialRecord {
            replicate,
            trial,
            tally,
            verdict: verdict.0,
            sides: if sided { sides.map(|side| side.0) } else { [Answer::UNKNOWN.0; 2] },
        });
    }
}
