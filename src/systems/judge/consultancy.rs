//! Consultancy: one argues, the overseer is moved or not. Sees one claim and the
//! strength of its arguments; what the truth adds to a strength comes from the fence.

use crate::claim::Claim;
use crate::scenario::stages::CrossCheck;
use crate::streams::{Purpose, Streams};
use crate::systems::judge::bout::{Place, fixed, play_one};
use crate::systems::sight::Table;
use crate::world::components::{Asked, Claims, Match};
use crate::world::judgement::tells;
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, ResMut};

/// Decides every consultancy of the tick: the consultant's strength against the overseer's scepticism.
pub fn consult(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let table = table.scene();
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let CrossCheck::Consultancy { turns, .. } = table.stages.cross_check else { return };
    let overseer = table.overseer;
    let actor = Streams::actor(Purpose::Argue, table.block.replicate, &table.minds[0].name);
    let Queues { contested, decided, .. } = &mut *queues;
    for row in contested.rows() {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        let (at, ledger) = (table.place(row), &mut matches[table.block.lane(row)]);
        decided.push(row);
        let each = overseer.spec.cost.check.saturating_add(overseer.spec.cost.read.saturating_mul(turns));
        if !overseer.pays(ledger, each) {
            claim.verdict = overseer.guesses(at, asked.question, 2);
            ledger.confidence = 0.0;
            journal.tell(row, || format!("{} has spent its budget and does not judge", overseer.spec.name));
            continue;
        }
        ledger.checks += overseer.members();
        ledger.arguments += turns;
        let claimed = Claim { question: asked.question, answer: claim.sides[0] };
        let against = Claim { question: asked.question, answer: claim.sides[1] };
        let true_claim = table.stands(row, asked, claim, claimed.answer);
        let lead = table.minds[0].skill - overseer.spec.scepticism + table.ground.advantage_if(true_claim);
        let argument = Streams::at(actor, at.trial, asked.question, at.moment(1, 0));
        let place = Place { argument, reading: overseer.reading(at, asked.question) };
        let score = play_one(table.streams, place, fixed(lead), turns as usize, |turn, ahead, _| {
            overseer.reads_argument(at, (claimed, against), asked.level.into(), turn, ahead)
        });
        claim.verdict = claim.sides[usize::from(!score.wins)];
        ledger.contested += 1;
        ledger.erred += score.misread;
        let posterior = overseer.posterior(asked.level.into(), (2 * score.won).abs_diff(turns));
        ledger.confidence *= tells(posterior, table.ground.answers(asked.question));
        journal.tell(row, || {
            format!(
                "consultancy: {} argues for {}; {} is moved in {} of {turns} turns, {} misread: {}",
                table.minds[0].name,
                at.ground.show_answer(asked.question, claimed.answer),
                overseer.spec.name,
                score.won,
                score.misread,
                if score.wins { "accepted" } else { "rejected" },
            )
        });
    }
    contested.clear();
}
