//! incentives.csv, pressure.csv and meetings.csv: what agents gain by choosing what they say.

use crate::records::incentives::{Incentives, Meeting, Pressure, word};
use crate::report::Row;
use crate::report::table::{Fields, Rows};
use crate::scenario::spec::CellSpec;
use crate::stats::incentives::{Outlook, Response, accuracy, outlook, under};

/// Shares of stances in words.
#[must_use]
pub fn mixture(shares: &[f64]) -> String {
    let used = shares.iter().enumerate().filter(|(_, share)| **share > 1e-9);
    let parts = used.map(|(stance, share)| format!("{} {:.1} %", word(stance), 100.0 * share));
    parts.collect::<Vec<_>>().join("; ")
}

fn cells<'a>(rows: &'a [Row<'a>]) -> impl Iterator<Item = (&'a CellSpec, &'a Incentives)> {
    rows.iter().filter_map(|(cell, record)| Some((*cell, record.incentives.as_ref()?)))
}

fn agent(cell: &CellSpec, seat: usize) -> String {
    cell.agents.get(seat).map_or_else(String::new, |agent| agent.name.clone())
}

/// incentives.csv.
pub(super) fn incentives<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, Response, Outlook);
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .text("agent", "the agent", |r| agent(r.0, r.1.seat))
        .text("stance", "its stance in the scenario", |r| word(r.1.given).into())
        .estimate("accuracy", "share", "accuracy with all stances as in the scenario", |r| Some(r.2.given))
        .text("best_response", "the stance by which the agent wins most, the others as they are", |r| {
            word(r.1.best).into()
        })
        .number(
            "gain",
            "share of matches",
            "what it wins more so; of two agents, a match that neither wins counts half; where one stance is as good as another, \
             chance makes it a little above 0, for it is measured on the trials it was chosen on",
            |r| Some(r.1.gain),
        )
        .estimate("response_accuracy", "share", "accuracy then", |r| Some(r.1.accuracy))
        .number(
            "exploitability",
            "share of matches",
            "what all agents win more, each alone by its best response, added up; 0 in an equilibrium, and a little above it \
             by chance, as gain is",
            |r| Some(r.2.exploitability),
        )
        .text(
            "equilibrium",
            "how often the agent takes each stance where no agent wins more by another",
            |r| r.2.equilibrium.get(r.1.seat).map_or_else(String::new, |shares| mixture(shares)),
        )
        .estimate(
            "equilibrium_accuracy",
            "share",
            "accuracy of the equilibrium of the finite game of stances",
            |r| Some(r.2.accuracy),
        )
        .number("value", "share of matches", "what the first agent wins in the equilibrium", |r| {
            Some(r.2.value)
        });
    let lines = cells(rows).filter_map(|(cell, all)| Some((cell, outlook(all)?)));
    let lines = lines.flat_map(|(cell, outlook)| {
        let responses = outlook.responses.clone();
        responses.into_iter().map(move |response| (cell, response, outlook.clone()))
    });
    fields.table("incentives", lines)
}

/// pressure.csv.
pub(super) fn pressure<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, Pressure, u64);
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .text("agent", "the agent that optimises; the others are as in the scenario", |r| {
            agent(r.0, r.1.seat)
        })
        .count(
            "n",
            "stances",
            "stances it tries on each question, drawn uniformly; the overseer's favourite is taken",
            |r| r.1.tries.into(),
        )
        .number(
            "wins",
            "share of matches",
            "what it wins; of two agents, a match that neither wins counts half",
            |r| Some(under(&r.1, r.2).0),
        )
        .estimate("accuracy", "share", "accuracy then", |r| Some(under(&r.1, r.2).1));
    let lines = cells(rows).flat_map(|(cell, all)| {
        let trials = all.meetings.first().map_or(0, |meeting| meeting.trials);
        all.pressure.iter().map(move |pressure| (cell, *pressure, trials))
    });
    fields.table("pressure", lines)
}

/// meetings.csv.
pub(super) fn meetings<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, &'a Meeting);
    let stance =
        |r: &Line, seat: usize| r.1.stances.get(seat).map_or_else(String::new, |at| word(*at).into());
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .text("first_stance", "the stance of the first agent", move |r| stance(r, 0))
        .text("second_stance", "the stance of the second; empty where one stands alone", move |r| {
            stance(r, 1)
        })
        .count("trials", "matches", "matches played", |r| r.1.trials)
        .count(
            "first_wins",
            "matches",
            "matches whose verdict was the first one's claim, and not the other's",
            |r| r.1.first_wins,
        )
        .count("second_wins", "matches", "matches whose verdict was the second one's", |r| r.1.second_wins)
        .estimate("accuracy", "share", "matches with the right verdict", |r| Some(accuracy(r.1)));
    fields.table("meetings", cells(rows).flat_map(|(cell, all)| all.meetings.iter().map(move |m| (cell, m))))
}
