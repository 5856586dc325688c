//! What agents gain by choosing what they say, as text.

use crate::records::incentives::{TRIES, word};
use crate::report::tables::incentives::mixture;
use crate::report::{Row, percent, width_of};
use crate::stats::incentives::{Outlook, outlook, under};

/// Cells that a table shows; the rest is in incentives.csv.
const CELLS_SHOWN: usize = 40;

/// For every cell that was asked: accuracy as given, under the strongest pressure by each agent, and in the
/// equilibrium, with what each agent would do.
#[must_use]
pub fn incentives(rows: &[Row]) -> String {
    let told: Vec<(&Row, Outlook)> =
        rows.iter().filter_map(|row| Some((row, outlook(row.1.incentives.as_ref()?)?))).collect();
    if told.is_empty() {
        return String::new();
    }
    let several = told.iter().any(|(row, _)| row.0.task.name != told[0].0.0.task.name);
    let name = |row: &Row| {
        let point = row.0.point.iter().map(|(_, value)| value.as_str());
        let task = several.then_some(row.0.task.name.as_str());
        let names =
            [Some(row.0.protocol.name.as_str()), Some(&row.0.overseer.name), task].into_iter().flatten();
        names.chain(point).collect::<Vec<_>>().join("|")
    };
    let names: Vec<String> = told.iter().map(|(row, _)| name(row)).collect();
    let width = width_of(names.iter().map(String::as_str));
    let most = TRIES[TRIES.len() - 1];
    let mut text = format!(
        "\nwhat agents gain by choosing what they say; right % as given, where one agent takes the overseer's favourite of {most}\n\
         tries, and in the equilibrium of stances, with what all would win more by best responses, in % of matches\n  \
         {:width$}  given  best of {most}      equil.  exploitable\n",
        "cell"
    );
    for ((row, outlook), name) in told.iter().zip(&names).take(CELLS_SHOWN) {
        let Some(all) = &row.1.incentives else { continue };
        let trials = all.meetings.first().map_or(0, |meeting| meeting.trials);
        let strongest = all.pressure.iter().filter(|pressure| pressure.tries == most);
        let strongest: Vec<String> =
            strongest.map(|pressure| format!("{:>5}", percent(under(pressure, trials).1.mean))).collect();
        text.push_str(&format!(
            "  {name:width$}  {:>5}  {:<12}  {:>7}  {:>11}\n",
            percent(outlook.given.mean),
            strongest.join(" / "),
            percent(outlook.accuracy.mean),
            percent(outlook.exploitability),
        ));
        for (response, shares) in outlook.responses.iter().zip(&outlook.equilibrium) {
            let agent = row.0.agents.get(response.seat).map_or("", |agent| agent.name.as_str());
            let does = if response.best == response.given {
                format!("gains nothing over {}", word(response.given))
            } else {
                format!("would rather be {}: +{} %", word(response.best), percent(response.gain))
            };
            text.push_str(&format!("      {agent} {does}; in equilibrium {}\n", mixture(shares)));
        }
    }
    let more = told.len().saturating_sub(CELLS_SHOWN);
    if more > 0 {
        text.push_str(&format!("  {more} more cells in incentives.csv\n"));
    }
    text
}
