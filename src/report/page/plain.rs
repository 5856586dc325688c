//! The parts of a page that need no script: a leaderboard as a table, the facts.

use crate::report::page::data::{Cell, PageData};
use crate::report::page::embed::escaped;
use std::collections::BTreeMap;

/// Rows of the leaderboard that are written out; the rest is for scripts, or for the files of the result.
const ROWS_MAX: usize = 400;

/// How much there is, in a line.
pub(super) fn size(data: &PageData) -> String {
    let points: std::collections::BTreeSet<&[u32]> =
        data.cells.iter().map(|cell| cell.point.as_slice()).collect();
    let count =
        |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    let mut parts = vec![count(data.strategies.len(), "strategy", "strategies")];
    if data.groups.len() > 1 {
        parts.push(count(data.groups.len(), "pair of task and overseer", "pairs of task and overseer"));
    }
    if points.len() > 1 {
        parts.push(count(points.len(), "point", "points"));
    }
    parts.push(count(data.cells.len(), "cell", "cells"));
    parts.join(" · ")
}

/// Strategies, best first, of every group and point.
pub(super) fn leaderboards(data: &PageData) -> String {
    let mut places: BTreeMap<(u32, &[u32]), Vec<&Cell>> = BTreeMap::new();
    for cell in &data.cells {
        places.entry((cell.group, &cell.point)).or_default().push(cell);
    }
    let (mut html, mut left) = (String::new(), ROWS_MAX);
    for ((group, point), mut cells) in places {
        if left == 0 {
            break;
        }
        cells.sort_by(|a, b| {
            let key = |cell: &Cell| if cell.failed.is_some() { f64::NEG_INFINITY } else { cell.accuracy };
            key(b).total_cmp(&key(a))
        });
        cells.truncate(left);
        left -= cells.len();
        html.push_str(&table(data, &place(data, group, point), &cells));
    }
    let shown = ROWS_MAX - left;
    if shown < data.cells.len() {
        html.push_str(&format!("<p>{} more cells are not shown here.</p>\n", data.cells.len() - shown));
    }
    html
}

/// A group and a point in words.
fn place(data: &PageData, group: u32, point: &[u32]) -> String {
    let mut words = data
        .groups
        .get(group as usize)
        .map_or_else(|| "unknown".to_owned(), |group| format!("{}, overseer {}", group.task, group.overseer));
    for (axis, value) in data.axes.iter().zip(point) {
        let value = axis.values.get(*value as usize).map_or("unknown", String::as_str);
        words.push_str(&format!("; {} = {value}", axis.path));
    }
    words
}

fn table(data: &PageData, caption: &str, cells: &[&Cell]) -> String {
    let mut html = format!(
        "<div class=\"wide\"><table><caption>{}</caption><thead><tr><th scope=\"col\">Strategy</th><th scope=\"col\">Right, %</th>\
         <th scope=\"col\">95 % interval</th><th scope=\"col\">Abstained, %</th><th scope=\"col\">Cost</th>\
         <th scope=\"col\">Agent calls</th><th scope=\"col\">Trials</th></tr></thead><tbody>\n",
        escaped(caption)
    );
    for cell in cells {
        let name = data.strategies.get(cell.strategy as usize).map_or("unknown", String::as_str);
        html.push_str(&format!("<tr><th scope=\"row\">{}</th>", escaped(name)));
        match &cell.failed {
            Some(reason) => html.push_str(&format!("<td colspan=\"6\">failed: {}</td>", escaped(reason))),
            None => html.push_str(&numbers(cell)),
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

fn numbers(cell: &Cell) -> String {
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let interval = cell.interval.map_or_else(
        || "one run, none".to_owned(),
        |(low, high)| format!("{} to {}", percent(low), percent(high)),
    );
    [
        percent(cell.accuracy),
        interval,
        percent(cell.abstained),
        format!("{:.2}", cell.cost),
        format!("{:.2}", cell.agent_calls),
        cell.trials.to_string(),
    ]
    .map(|value| format!("<td>{value}</td>"))
    .concat()
}

/// Names and values as a description list.
pub(super) fn facts(data: &PageData) -> String {
    data.facts
        .iter()
        .map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(name), escaped(value)))
        .collect()
}
