//! Combine: the overseer recombines complete sub-answers, with its combining error
//! and at its cost, as often as the composition has it vote.

use crate::agents::Stance;
use crate::claim::Answer;
use crate::scenario::stages::{Answering, Decompose};
use crate::streams::Streams;
use crate::systems::sight::{Scene, Table, VOTE_COIN};
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::judgement::{Judgement, VOTES_MAX, plurality};
use crate::world::mind::{Mind, Place};
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, ResMut};

/// Combines every complete split of the tick.
pub fn combine(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let table = table.scene();
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let Decompose::Tree { votes, .. } = table.stages.decompose else { return };
    let sided = table.stages.answer == Answering::Sides;
    let Queues { complete, claimed, .. } = &mut *queues;
    for &row in &*complete {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        let ledger = &mut matches[table.block.lane(row)];
        let combined = recombine(&table, row, asked, claim.base, votes, ledger, &mut journal);
        claim.sides = [combined; 2];
        if sided && claim.base.is_known() {
            let (at, overseer) = (table.place(row), table.overseer);
            let seats = table.seating(row, asked);
            ledger.agent_calls += 2;
            for (side, seat) in claim.sides.iter_mut().zip(seats) {
                *side = contends(&table.minds[seat], at, asked, claim.base, combined, overseer);
            }
        }
    }
    claimed.append(complete);
}

/// The overseer's recombination: a plurality of `votes` acts; with its budget spent a guess or an abstention.
fn recombine(
    table: &Scene,
    row: Row,
    asked: &Asked,
    base: Answer,
    votes: u32,
    ledger: &mut Match,
    journal: &mut Journal,
) -> Answer {
    if !base.is_known() {
        journal.tell(row, || "a sub-answer is \"I don't know\", so is this".into());
        return Answer::UNKNOWN;
    }
    let (at, overseer) = (table.place(row), table.overseer);
    let level = u32::from(asked.level);
    let act = |act| overseer.combines(at, asked.question, level, base, act);
    let mut acts = 0;
    let mut next = |ledger: &mut Match| {
        if acts == votes || !overseer.pays(ledger, overseer.spec.cost.combine) {
            return None;
        }
        ledger.combines += overseer.members();
        let answer = act(acts);
        acts += 1;
        ledger.erred += u32::from(answer != base);
        Some(answer)
    };
    let show = |answer| at.ground.show_answer(asked.question, answer);
    let Some(first) = next(ledger) else {
        let guess = overseer.guesses(at, asked.question, 1);
        ledger.confidence /= at.ground.answers(asked.question) as f32;
        journal.tell(row, || format!("{} has spent its budget: {}", overseer.spec.name, show(guess)));
        return guess;
    };
    let combined = if votes == 1 {
        first
    } else {
        let mut cast = [first; VOTES_MAX];
        let mut count = 1;
        while let Some(vote) = next(ledger) {
            cast[count] = vote;
            count += 1;
        }
        let place = Streams::at(overseer.coin, at.trial, asked.question, at.moment(1, VOTE_COIN));
        plurality(&cast[..count], at.streams.block(place)[0])
    };
    ledger.confidence *= overseer.combining.sureness(level);
    journal.tell(row, || {
        let mark = if combined == base { String::new() } else { format!(", and errs: it is {}", show(base)) };
        format!("{} combines the sub-answers to {}{mark}", overseer.spec.name, show(combined))
    });
    combined
}

/// What a side contends of a recombination: agents see the sub-answers and can recombine. A
/// deceiver defends the overseer's slip if there is one, and else contends something false.
fn contends(
    mind: &Mind,
    at: Place,
    asked: &Asked,
    base: Answer,
    combined: Answer,
    overseer: &Judgement,
) -> Answer {
    match mind.stance {
        Stance::Honest => base,
        Stance::Sycophantic => combined,
        Stance::Deceptive { .. } if combined != base && combined.is_known() => combined,
        Stance::Deceptive { .. } => mind.against(at, asked.question, base, overseer),
    }
}
