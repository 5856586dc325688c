//! Verification: a dispute descends to one part, and the overseer checks that part
//! alone. Sees one claim; what it perceives of it comes from the fence.

use crate::claim::{Answer, Claim};
use crate::systems::cross_check::descent::{Dispute, End, Parts, descend};
use crate::systems::sight::{Scene, Table, seats};
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::judgement::{Decision, tells};
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Local, Query, ResMut};

/// Decides every dispute of the tick.
pub fn verify(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
    mut parts: Local<Parts>,
) {
    let table = table.scene();
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let kind = table.stages.cross_check;
    let Queues { contested, decided, .. } = &mut *queues;
    for row in contested.rows() {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        let ledger = &mut matches[table.block.lane(row)];
        let at = table.place(row);
        let sides = seats(table.swapped(row, asked)).map(|seat| &table.minds[seat]);
        let root = Claim { question: asked.question, answer: claim.sides[0] };
        let end = if claim.split {
            // A recombination under dispute is itself something the overseer can check.
            End { dispute: Dispute::Recombination(root, claim.base), by_defender: true, depth: 0, calls: 0 }
        } else {
            descend(at, kind, sides, table.overseer, root, &mut parts, &mut |line| journal.tell(row, line))
        };
        ledger.agent_calls += end.calls;
        ledger.depth = ledger.depth.max(end.depth + u32::from(kind_depth(&table, asked)));
        let decision = decide(&table, row, asked, end, ledger, &mut journal);
        claim.verdict = match decision {
            Decision::Abstained => Answer::UNKNOWN,
            Decision::Accepted => claim.sides[0],
            Decision::Rejected => claim.sides[1],
        };
        ledger.contested += 1;
        decided.push(row);
    }
    contested.clear();
}

/// Splits already made above a question.
fn kind_depth(table: &Scene, asked: &Asked) -> u8 {
    table.stages.decompose.depth() - asked.splits
}

/// What becomes of the defender's claim.
fn decide(
    table: &Scene,
    row: Row,
    asked: &Asked,
    end: End,
    ledger: &mut Match,
    journal: &mut Journal,
) -> Decision {
    let (at, overseer) = (table.place(row), table.overseer);
    let answers = at.ground.answers(asked.question);
    let claim = match end.dispute {
        Dispute::Conceded | Dispute::Overlooked => return Decision::Accepted,
        Dispute::Caught => return of_defender(end, false),
        Dispute::Part(claim) | Dispute::Recombination(claim, _) => claim,
    };
    let level = at.ground.level(at.lane, claim.question);
    let show = || {
        let shown = at.ground.show_answer(claim.question, claim.answer);
        format!("{} is {shown}", at.ground.show_question(at.lane, claim.question))
    };
    let reaches = level <= overseer.spec.reach || matches!(end.dispute, Dispute::Recombination(..));
    if !reaches || !overseer.pays(ledger, overseer.spec.cost.check) {
        ledger.confidence *= tells(0.5, answers);
        let guess = overseer.guesses_claim(at, claim.question);
        journal.tell(row, || format!("{} cannot check that {}: {guess:?}", overseer.spec.name, show()));
        return match guess {
            Decision::Abstained => Decision::Abstained,
            accepted => of_defender(end, accepted == Decision::Accepted),
        };
    }
    ledger.checks += overseer.members();
    let (accepted, holds, fault) = match end.dispute {
        Dispute::Recombination(_, base) => (
            overseer.accepts_recombination(at, claim, level, base),
            claim.answer == base,
            &overseer.combining,
        ),
        _ => (overseer.accepts(at, claim, level), at.ground.holds(at.lane, claim), &overseer.judging),
    };
    ledger.erred += u32::from(accepted != holds);
    ledger.confidence *=
        tells(fault.sureness_of(level, at.ground.answers(claim.question), accepted), answers);
    journal.tell(row, || {
        let (verb, mark) =
            (if accepted { "accepts" } else { "rejects" }, if accepted == holds { "" } else { ", and errs" });
        format!("{} checks and {verb}{mark}: {}", overseer.spec.name, show())
    });
    of_defender(end, accepted)
}

/// What the fate of the claim in dispute means for the defender of the root.
fn of_defender(end: End, upheld: bool) -> Decision {
    if upheld == end.by_defender { Decision::Accepted } else { Decision::Rejected }
}
