//! What students have learned, by level, as text.

use crate::report::{Row, percent, width_of};
use crate::scenario::spec::{CellSpec, Measure, Published, Scenario};
use crate::stats::interval;
use crate::stats::learning::{self, Estimate, Tolerance};

/// Rows that a table shows; the rest is in levels.csv.
const ROWS_SHOWN: usize = 60;

/// A share in percent with half its interval.
fn share(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(
        || "-".into(),
        |Estimate { mean, interval }| {
            let half = interval.map_or_else(|| "-".into(), |(low, high)| percent((high - low) / 2.0));
            format!("{} +-{half:>4}", percent(mean))
        },
    )
}

/// A count with thousands, rounded.
fn number(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(|| "-".into(), |estimate| format!("{:.0}", estimate.mean))
}

/// What a row is called: protocol, overseer, task and point.
fn label(cell: &CellSpec) -> String {
    let values = cell.point.iter().map(|(_, value)| value.as_str());
    let mut parts: Vec<&str> = vec![&cell.protocol.name, &cell.overseer.name, &cell.task.name];
    parts.extend(values);
    parts.join(" ")
}

/// Students beside the supervised one at the same point, by level.
#[must_use]
pub fn compared(rows: &[Row]) -> String {
    let lines: Vec<_> = (0..rows.len())
        .flat_map(|i| learning::compared(rows, i).into_iter().map(move |level| (label(rows[i].0), level)))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let width = width_of(lines.iter().map(|(name, _)| name.as_str()));
    let mut text = format!(
        "\nbeside the supervised student; gap: recovered of that from the floor (who labels, or imitation) to it\n  {:width$}  level  {:>15}  {:>7}  {:>8}\n",
        "cell", "of supervised %", "gap %", "slowdown"
    );
    for (name, level) in lines.iter().take(ROWS_SHOWN) {
        let slower = level.slowdown.map_or_else(|| "-".into(), |estimate| format!("{:.2}", estimate.mean));
        let gap = level.gap_recovered.map_or_else(|| "-".into(), |estimate| percent(estimate.mean));
        let of_supervised = share(level.of_supervised);
        text.push_str(&format!(
            "  {name:width$}  {:>5}  {of_supervised:>15}  {gap:>7}  {slower:>8}\n",
            level.level
        ));
    }
    text
}

/// Over a sweep of an overseer's error rate: up to which rate each student still improves on its teacher.
#[must_use]
pub fn tolerances(rows: &[Row]) -> String {
    let told = learning::tolerances(rows);
    let name = |t: &Tolerance| {
        let parts = [&t.protocol, &t.overseer, &t.task, &t.point];
        let parts = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    let level = |t: &Tolerance| match t.most {
        Some(most) => format!("level {}: {most} of {}", t.level, t.tried),
        None => format!("level {}: none to {}", t.level, t.tried),
    };
    let groups = told.chunk_by(|a, b| (name(a), &a.path) == (name(b), &b.path));
    let lines = groups.map(|levels| {
        let levels_told: Vec<String> = levels.iter().map(level).collect();
        format!("  {}: {}\n", name(&levels[0]), levels_told.join(", "))
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "\nfailure tolerance: the greatest error rate at which the student improves on its targets, of those tried\n{lines}"
    )
}

/// Published values beside ours, and whether they are within our interval.
#[must_use]
pub fn published(scenario: &Scenario, rows: &[Row]) -> String {
    let lines: Vec<String> =
        scenario.published.iter().filter_map(|published| beside(published, rows)).collect();
    if lines.is_empty() {
        return String::new();
    }
    let head = format!("{:>9}  {:>6}  {:>16}  {:>4}", "published", "ours", "95 % interval", "runs");
    format!("\nbeside what others found, in %\n  {head}\n{}", lines.concat())
}

/// A published value beside ours; `None` where its cell was not played.
fn beside(published: &Published, rows: &[Row]) -> Option<String> {
    let row = rows.iter().position(|(cell, _)| cell.id == published.cell)?;
    let (cell, record) = rows[row];
    let at = published.level;
    let level = |of: fn(&learning::Level) -> Option<Estimate>| {
        learning::levels(record).iter().find(|level| level.level == at).and_then(of)
    };
    let (ours, what) = match published.measure {
        Measure::Accuracy => {
            let total = record.total();
            let mean = total.right as f64 / total.trials.max(1) as f64;
            (Some(Estimate { mean, interval: interval(record) }), "accuracy".into())
        }
        Measure::Target => (level(|level| level.target), format!("targets of level {at}")),
        Measure::Argmax => (level(|level| level.argmax), format!("likeliest answers at level {at}")),
        Measure::Sampled => (level(|level| level.sampled), format!("drawn answers at level {at}")),
        Measure::GapRecovered => {
            let beside = learning::compared(rows, row).into_iter().find(|level| level.level == at);
            (beside.and_then(|level| level.gap_recovered), format!("gap recovered at level {at}"))
        }
    };
    let Some(ours) = ours else {
        let theirs = percent(published.value);
        return Some(format!("  {theirs:>9}  nothing of ours beside it: no {what} of {}\n", label(cell)));
    };
    let (within, shown) = match ours.interval {
        None => ("one run", "none".into()),
        Some((low, high)) => {
            let within = (low..=high).contains(&published.value);
            (if within { "agrees" } else { "differs" }, format!("{} to {}", percent(low), percent(high)))
        }
    };
    let note = published.note.as_ref().map_or_else(String::new, |note| format!("; {note}"));
    let (theirs, mean) = (percent(published.value), percent(ours.mean));
    Some(format!(
        "  {theirs:>9}  {mean:>6}  {shown:>16}  {:>4}  {within}: {what}, {}; {}{note}\n",
        record.replicates.len(),
        label(cell),
        published.source,
    ))
}

/// Targets and student by level, of all rows that train a network.
#[must_use]
pub fn levels(rows: &[Row]) -> String {
    let learned: Vec<usize> = (0..rows.len()).filter(|i| !rows[*i].1.levels.is_empty()).collect();
    if learned.is_empty() {
        return String::new();
    }
    let width =
        width_of(learned.iter().map(|i| label(rows[*i].0)).collect::<Vec<_>>().iter().map(String::as_str));
    let mut text = format!(
        "\nwhat was taught and learned, by level, in the end; +- half the 95 % interval over replicates\n  {:width$}  level  {:>11}  {:>11}  {:>11}  {:>11}  {:>12}\n",
        "cell", "target %", "argmax %", "sampled %", "steps to 90", "acts to 90"
    );
    let lines = learned.iter().flat_map(|i| {
        let name = label(rows[*i].0);
        learning::levels(rows[*i].1).into_iter().map(move |level| (name.clone(), level))
    });
    let lines: Vec<_> = lines.collect();
    for (name, level) in lines.iter().take(ROWS_SHOWN) {
        text.push_str(&format!(
            "  {name:width$}  {:>5}  {:>11}  {:>11}  {:>11}  {:>11}  {:>12}\n",
            level.level,
            share(level.target),
            share(level.argmax),
            share(level.sampled),
            number(level.steps),
            number(level.acts),
        ));
    }
    text.push_str(
        "  acts: checks and recombinations of the overseer; where a decomposer learns, its recorded acts alone\n",
    );
    if lines.len() > ROWS_SHOWN {
        text.push_str(&format!("  {} more rows in levels.csv\n", lines.len() - ROWS_SHOWN));
    }
    text
}
