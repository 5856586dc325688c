//! Cross-check: which answers are contested, and between whom. Sees claims, never
//! the truth.

pub mod descent;
mod foresight;

use crate::agents::{Lie, Stance};
use crate::scenario::stages::CrossCheck;
use crate::systems::sight::{CONSULTANT_COIN, Scene, Table};
use crate::world::components::{Asked, Claims};
use crate::world::resources::{Block, Journal, Queues};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, Res, ResMut};

/// No cross-check: the answer stands as given.
pub fn accept(claims: Query<&mut Claims>, block: Res<Block>, mut queues: ResMut<Queues>) {
    let claims = column(claims);
    let Queues { claimed, decided, .. } = &mut *queues;
    for run in claimed.runs(block.lanes) {
        claims[run.range()].iter_mut().for_each(|claim| claim.verdict = claim.sides[0]);
    }
    decided.append(claimed);
}

/// Whether a deceiver says before a match no more than that it will contest what the other side says: which lie it
/// stands for is chosen when a picture is shown, or comes of what the judge says.
fn names_later(table: &Scene) -> bool {
    let precommit = match table.stages.cross_check {
        CrossCheck::Pixels { precommit, .. } => precommit,
        CrossCheck::Glimpse { .. } => true,
        _ => return false,
    };
    match table.minds[table.roles()[1]].stance {
        Stance::Deceptive { lie } => !precommit || lie != Lie::Random,
        _ => false,
    }
}

/// Two sides: equal claims are the verdict, undebated; others are contested.
pub fn contest(
    table: Table,
    claims: Query<&mut Claims>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let (table, claims) = (table.scene(), column(claims));
    let Queues { claimed, contested, decided, .. } = &mut *queues;
    let later = names_later(&table);
    let agrees = |claim: &Claims| !later && claim.sides[0] == claim.sides[1];
    if claimed.runs(table.block.lanes).any(|run| claims[run.range()].iter().any(agrees)) {
        claimed.retain(|row| {
            let claim = &mut claims[row as usize];
            let undebated = agrees(claim);
            if undebated {
                claim.verdict = claim.sides[0];
                journal.tell(row, || "both sides say the same: undebated".into());
                decided.push(row);
            }
            !undebated
        });
    }
    contested.append(claimed);
}

/// One consultant: assigned a side by a fair coin, or its choice. The second claim is what it
/// was not assigned to argue; where it chose, the other answer if there is just one.
pub fn present(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    mut queues: ResMut<Queues>,
) {
    let table = table.scene();
    let (asked, claims) = (column(asked), column(claims));
    let CrossCheck::Consultancy { open, .. } = table.stages.cross_check else { return };
    let Queues { claimed, contested, decided, .. } = &mut *queues;
    for row in claimed.rows() {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        let (at, consultant) = (table.place(row), &table.minds[0]);
        let own = claim.sides[0];
        let answers = at.ground.answers(asked.question);
        if !own.is_known() || answers < 2 {
            claim.verdict = own;
            decided.push(row);
            continue;
        }
        let other = consultant.against(at, asked.question, own, table.overseer);
        let assigned_other = !open && table.coin(row, asked, CONSULTANT_COIN);
        let unnamed = open && answers > 2;
        claim.sides = match (assigned_other, unnamed) {
            (true, _) => [other, own],
            (false, false) => [own, other],
            (false, true) => [own, crate::claim::Answer::UNKNOWN],
        };
        contested.push(row);
    }
    claimed.clear();
}
