//! What students have learned, by level, as text.

use crate::records::CellRecord;
use crate::report::{percent, width_of};
use crate::scenario::spec::CellSpec;
use crate::stats::learning::{self, Estimate};

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

/// Targets and student by level, of all rows that train a network.
#[must_use]
pub fn levels(rows: &[(&CellSpec, &CellRecord)]) -> String {
    let learned: Vec<usize> = (0..rows.len()).filter(|i| !rows[*i].1.levels.is_empty()).collect();
    if learned.is_empty() {
        return String::new();
    }
    let label = |cell: &CellSpec| {
        let values = cell.point.iter().map(|(_, value)| value.as_str());
        let mut parts: Vec<&str> = vec![&cell.protocol.name, &cell.overseer.name, &cell.task.name];
        parts.extend(values);
        parts.join(" ")
    };
    let width =
        width_of(learned.iter().map(|i| label(rows[*i].0)).collect::<Vec<_>>().iter().map(String::as_str));
    let mut text = format!(
        "\nwhat was taught and learned, by level, in the end; +- half the 95 % interval over replicates\n  {:width$}  level  {:>11}  {:>11}  {:>11}  {:>11}  {:>12}\n",
        "cell", "target %", "argmax %", "sampled %", "steps to 90", "acts to 90"
    );
    let lines = learned.iter().flat_map(|i| {
        let name = label(rows[*i].0);
        learning::levels(rows, *i).into_iter().map(move |level| (name.clone(), level))
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
    if lines.len() > ROWS_SHOWN {
        text.push_str(&format!("  {} more rows in levels.csv\n", lines.len() - ROWS_SHOWN));
    }
    text
}
