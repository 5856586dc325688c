//! Reports: records as text to read. Knows no world and writes no file.

pub mod dictionary;
pub mod diff;
mod incentives;
mod learning;
pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet;
mod standings;
pub mod stored;
pub mod table;
pub mod tables;

use crate::records::CellRecord;
use crate::scenario::spec::{CellSpec, Scenario};
use crate::stats::comparison::beats;
use crate::stats::{accuracy, interval};

/// Points of a sweep that a matrix shows; the rest is in cells.csv.
const POINTS_SHOWN: usize = 13;

/// What is said of a cell that trains something and was run once.
const ONE_RUN: &str =
    "  - : one run, no interval: its trials share a training; replicates = 5 or more makes it comparable\n";

/// A cell and what came out of it.
pub type Row<'a> = (&'a CellSpec, &'a CellRecord);

/// Right verdicts in percent.
fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// Half the width of a cell's 95 % interval; `None` for one run of what trains something.
fn half_width(record: &CellRecord) -> Option<f64> {
    interval(record).map(|(low, high)| (high - low) / 2.0)
}

/// The cell with the highest accuracy among those that have an interval.
fn best<'a>(records: impl Iterator<Item = &'a CellRecord>) -> Option<&'a CellRecord> {
    records.filter(|r| interval(r).is_some()).max_by(|a, b| accuracy(a).total_cmp(&accuracy(b)))
}

/// For each task and overseer the strategies, best first; over the points of a sweep, if there is one.
#[must_use]
pub fn leaderboards(scenario: &Scenario, cells: &[&CellSpec], records: &[CellRecord]) -> String {
    let mut groups: Vec<((&str, &str), Vec<Row>)> = Vec::new();
    let played = tables::played(cells, records);
    for &(cell, record) in &played {
        let key = (cell.task.name.as_str(), cell.overseer.name.as_str());
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, rows)) => rows.push((cell, record)),
            None => groups.push((key, vec![(cell, record)])),
        }
    }
    let mut text = format!("{}: {}\n", scenario.name, scenario.about);
    // Meetings of agents are no strategies; what they come to is in the standings.
    groups.iter_mut().for_each(|(_, rows)| rows.retain(|(cell, _)| cell.protocol.league.is_none()));
    groups.retain(|(_, rows)| !rows.is_empty());
    for ((task, overseer), rows) in groups {
        text.push_str(&format!(
            "\n{task}, overseer {overseer}, {} trials a cell\n",
            rows[0].1.total().trials
        ));
        let swept = rows.iter().any(|(cell, _)| !cell.point.is_empty());
        text.push_str(&if swept { matrix(&rows) } else { leaderboard(rows) });
    }
    text.push_str(&standings::agents(&played));
    text.push_str(&incentives::incentives(&played));
    text.push_str(&learning::levels(&played));
    text.push_str(&learning::compared(&played));
    text.push_str(&learning::tolerances(&played));
    text.push_str(&learning::published(scenario, &played));
    text
}

/// Strategies, best first, with intervals and costs; tied ones share a rank.
fn leaderboard(mut rows: Vec<Row>) -> String {
    rows.sort_by(|a, b| accuracy(b.1).total_cmp(&accuracy(a.1)));
    // A rank ends where a strategy is beaten by the first of the rank. One run has no rank.
    let mut ranks: Vec<Option<usize>> = Vec::new();
    for (i, (_, record)) in rows.iter().enumerate() {
        let leader = ranks.iter().rev().find_map(|rank| *rank);
        let rank = leader.filter(|leader| !beats(rows[*leader].1, record)).unwrap_or(i);
        ranks.push(interval(record).map(|_| rank));
    }
    let width = width_of(rows.iter().map(|(cell, _)| cell.protocol.name.as_str()));
    let mut text =
        format!("  rank  {:width$}  right %  95 % interval   abstained %    cost  agent calls\n", "strategy");
    for ((cell, record), rank) in rows.iter().zip(&ranks) {
        let total = record.total();
        let trials = total.trials.max(1) as f64;
        let shared = rank.is_some() && ranks.iter().filter(|other| *other == rank).count() > 1;
        let tied = if shared { "=" } else { " " };
        let rank = rank.map_or_else(|| "-".into(), |rank| (rank + 1).to_string());
        let interval = interval(record).map_or_else(
            || "one run, none   ".into(),
            |(low, high)| format!("{:>5} to {:>5} ", percent(low), percent(high)),
        );
        text.push_str(&format!(
            "  {:>3}{tied}  {:width$}  {:>7}  {interval}  {:>11}  {:>6.2}  {:>11.2}\n",
            rank,
            cell.protocol.name,
            percent(accuracy(record)),
            percent(total.abstained as f64 / trials),
            total.cost as f64 / trials,
            total.agent_calls as f64 / trials,
        ));
    }
    if ranks.iter().enumerate().any(|(i, rank)| rank.is_some() && ranks[..i].contains(rank)) {
        text.push_str(
            "  = : tied, the paired 95 % interval of the difference from the first of the rank covers 0\n",
        );
    }
    if ranks.contains(&None) {
        text.push_str(ONE_RUN);
    }
    text
}

/// Right verdicts in percent: a row a strategy, a column a point; then the widest half of an interval in
/// the row, and the mean cost.
fn matrix(rows: &[Row]) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut points: Vec<&[(String, String)]> = Vec::new();
    for (cell, _) in rows {
        if !names.contains(&cell.protocol.name.as_str()) {
            names.push(&cell.protocol.name);
        }
        if !points.contains(&cell.point.as_slice()) {
            points.push(&cell.point);
        }
    }
    let at = |name: &str, point: &[(String, String)]| -> Option<&CellRecord> {
        let cell = rows.iter().find(|(cell, _)| cell.protocol.name == name && cell.point == point);
        cell.map(|(_, record)| *record)
    };
    let sum = |name: &str| -> f64 { points.iter().filter_map(|point| at(name, point)).map(accuracy).sum() };
    names.sort_by(|a, b| sum(b).total_cmp(&sum(a)));
    let shown = &points[..points.len().min(POINTS_SHOWN)];
    let label = |point: &[(String, String)]| {
        let mut values: Vec<&str> = point.iter().map(|(_, value)| value.as_str()).collect();
        values.dedup();
        values.join("/")
    };
    let width = width_of(names.iter().copied());
    let column =
        shown.iter().map(|point| label(point).chars().count()).max().unwrap_or(0).clamp(5, WIDTH_MAX);
    let paths: Vec<&str> =
        points.iter().flat_map(|point| point.iter().map(|(path, _)| path.as_str())).collect();
    let paths = &paths[..points.first().map_or(0, |point| point.len())];
    let mut text = format!("  right %, over {}\n  {:width$}", paths.join(" and "), "");
    shown.iter().for_each(|point| text.push_str(&format!("  {:>column$} ", label(point))));
    text.push_str("  95 % +-    cost");
    let mut one_run = false;
    for name in &names {
        text.push_str(&format!("\n  {name:width$}"));
        for point in shown {
            let best = best(names.iter().filter_map(|other| at(other, point)));
            let cell = at(name, point).map_or_else(String::new, |record| {
                let tied = best.is_some_and(|best| !beats(best, record));
                let mark = if half_width(record).is_none() {
                    one_run = true;
                    "-"
                } else if tied {
                    "*"
                } else {
                    " "
                };
                format!("{}{mark}", percent(accuracy(record)))
            });
            text.push_str(&format!("  {cell:>width$}", width = column + 1));
        }
        let cells = || points.iter().filter_map(|point| at(name, point));
        let widest = cells().map(half_width).collect::<Option<Vec<_>>>();
        let widest = widest.map_or_else(|| "none".into(), |all| percent(all.into_iter().fold(0.0, f64::max)));
        let cost = cells().map(|r| r.total().cost as f64 / r.total().trials.max(1) as f64).sum::<f64>();
        text.push_str(&format!("  {widest:>7}  {:>6.2}", cost / cells().count().max(1) as f64));
    }
    text.push_str("\n  * : best at that point, or tied with the best (the paired 95 % interval covers 0)\n");
    text.push_str(
        "  95 % +- : half the widest interval of the row; cost: the mean over its points, in checks\n",
    );
    if one_run {
        text.push_str(ONE_RUN);
    }
    let more = points.len() - shown.len();
    if more > 0 {
        text.push_str(&format!("  {more} more points in cells.csv\n"));
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The widest column; a longer name goes past it.
const WIDTH_MAX: usize = 60;

/// The width of a column of names.
fn width_of<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).clamp(8, WIDTH_MAX)
}
