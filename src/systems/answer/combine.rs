//! Combine: the overseer recombines complete sub-answers, with its combining error
//! and at its cost, as often as the composition has it vote. Where a clerk imitates the
//! overseer, what the clerk said is the recombination, and the overseer has no part in it.

use crate::agents::Stance;
use crate::claim::Answer;
use crate::scenario::stages::{Answering, Decompose};
use crate::streams::Streams;
use crate::systems::sight::{Scene, Table, VOTE_COIN};
use crate::world::clerk::Clerk;
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::judgement::{VOTES_MAX, plurality, tells};
use crate::world::mind::Place;
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use crate::world::waiting::Waiting;
use bevy_ecs::prelude::{Query, ResMut};

/// Combines every complete split of the tick.
pub fn combine(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
    mut clerk: Option<ResMut<Clerk>>,
) {
    let (table, journal) = (table.scene(), &mut *journal);
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let Decompose::Tree { votes, .. } = table.stages.decompose else { return };
    let Queues { complete, claimed, .. } = &mut *queues;
    let (overseer, sided) = (table.overseer, table.stages.answer == Answering::Sides);
    let mut records = match clerk.as_deref_mut() {
        Some(Clerk::Imitates(_)) => {
            imitated(&table, asked, claims, matches, complete);
            return claimed.append(complete);
        }
        Some(Clerk::Records(records)) => Some(records),
        None => None,
    };
    // One act without error that no budget can forbid is the exact recombination.
    let exact = votes == 1 && overseer.combining.exact && overseer.spec.budget.is_none() && !journal.on;
    let exact = exact && records.is_none();
    let members = overseer.members();
    let each = overseer.spec.cost.combine.saturating_mul(members);
    for run in complete.runs(table.block.lanes) {
        let (asked, claims) = (&asked[run.range()], &mut claims[run.range()]);
        let matches = &mut matches[table.block.lanes_of(run)];
        if exact && claims.iter().all(|claim| claim.base.is_known()) {
            for (claim, ledger) in claims.iter_mut().zip(&mut *matches) {
                ledger.cost = ledger.cost.saturating_add(each);
                ledger.combines += members;
                (claim.sides, claim.verdict) = ([claim.base; 2], claim.base);
            }
        } else {
            for (((row, asked), claim), ledger) in
                (run.start..).zip(asked).zip(&mut *claims).zip(&mut *matches)
            {
                // Until it is settled, what the overseer makes of it.
                let before = ledger.combines;
                claim.verdict = recombine(&table, row, asked, claim.base, votes, ledger, journal);
                claim.sides = [claim.verdict; 2];
                if let Some(records) = records.as_deref_mut() {
                    records.combined(row, claim.verdict, ledger.combines - before);
                }
            }
        }
        if sided {
            let calls = |claim: &Claims| if claim.base.is_known() { 2 } else { 0 };
            claims.iter().zip(matches).for_each(|(claim, ledger)| ledger.agent_calls += calls(claim));
        }
    }
    if sided {
        // Where the overseer does not slip, an honest agent has nothing to add.
        let adds = |seat: &usize| !exact || table.minds[*seat].stance != Stance::Honest;
        (0..2).filter(adds).for_each(|seat| contend(&table, seat, asked, claims, complete));
    }
    claimed.append(complete);
}

/// Takes over what an imitator of the overseer made of the sub-answers. The overseer makes no act and pays
/// nothing; it is as sure of it as of its own, for its errors are in what was imitated.
fn imitated(table: &Scene, asked: &[Asked], claims: &mut [Claims], matches: &mut [Match], rows: &Waiting) {
    for row in rows.rows() {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        (claim.sides, claim.verdict) = ([claim.base; 2], claim.base);
        if claim.base.is_known() {
            let answers = table.ground.answers(asked.question);
            let sure = table.overseer.sure_combining(asked.level.into(), answers);
            matches[table.block.lane(row)].confidence *= tells(sure, answers);
        }
    }
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
        ledger.confidence = 0.0;
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
    ledger.confidence *= {
        let answers = at.ground.answers(asked.question);
        tells(overseer.sure_combining(level, answers), answers)
    };
    journal.tell(row, || {
        let mark = if combined == base { String::new() } else { format!(", and errs: it is {}", show(base)) };
        format!("{} combines the sub-answers to {}{mark}", overseer.spec.name, show(combined))
    });
    combined
}

/// What the agent in a seat contends of recombinations: agents see the sub-answers and can recombine. A
/// sycophant says what the overseer leans to, a
/// deceiver defends the overseer's slip if there is one, and else contends something false.
fn contend(table: &Scene, seat: usize, asked: &[Asked], claims: &mut [Claims], rows: &Waiting) {
    let (mind, overseer) = (&table.minds[seat], table.overseer);
    match mind.stance {
        Stance::Honest => put_all(table, seat, asked, claims, rows, |_, _, claim| claim.base),
        Stance::Sycophantic => put_all(table, seat, asked, claims, rows, |at, asked, _| {
            overseer.leans(at, asked.question, asked.level.into())
        }),
        Stance::Deceptive { .. } if table.ground.answers_alike() == Some(2) => {
            // Of two answers the slip and the lie are one: the other than the recombination.
            put_all(table, seat, asked, claims, rows, |_, _, claim| claim.base.opposite());
        }
        Stance::Deceptive { .. } => put_all(table, seat, asked, claims, rows, |at, asked, claim| {
            let slipped = claim.verdict != claim.base && claim.verdict.is_known();
            if slipped { claim.verdict } else { mind.against(at, asked.question, claim.base, overseer) }
        }),
    }
}

/// Puts what a seat contends on its side of each known recombination.
#[inline(always)]
fn put_all(
    table: &Scene,
    seat: usize,
    asked: &[Asked],
    claims: &mut [Claims],
    rows: &Waiting,
    contends: impl Fn(Place, &Asked, &Claims) -> Answer,
) {
    for run in rows.runs(table.block.lanes) {
        let at = table.place(run.start);
        let rows = asked[run.range()].iter().zip(&mut claims[run.range()]).enumerate();
        let known = rows.filter(|(_, (_, claim))| claim.base.is_known());
        match table.seated {
            Some(swapped) => {
                let side = seat ^ usize::from(swapped);
                known
                    .for_each(|(i, (asked, claim))| claim.sides[side] = contends(at.onward(i), asked, claim));
            }
            None => known.for_each(|(i, (asked, claim))| {
                let side = seat ^ usize::from(table.swapped(run.start + i as Row, asked));
                claim.sides[side] = contends(at.onward(i), asked, claim);
            }),
        }
    }
}
