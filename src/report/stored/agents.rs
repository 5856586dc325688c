//! What a stored result says of agents: their ratings, and what they gain by choosing what they say.

use super::{Ids, Table};
use crate::report::page::{Incentive, PageData, Pressure, Rating, RatingTable, Response};

/// Tables of ratings that a page shows; more would be a sweep, which has its own views.
const TABLES_MAX: usize = 12;

/// Agents and strategies rated against each other.
pub(super) fn ratings(data: &mut PageData, table: &Table) {
    let text = |row: &csv::StringRecord, column: &str| table.text(row, column).to_owned();
    let key = |row: &csv::StringRecord| {
        ["of", "league", "task", "overseer", "point"].map(|column| text(row, column))
    };
    let tables = table.rows.chunk_by(|a, b| key(a) == key(b));
    if tables.clone().count() > TABLES_MAX {
        return;
    }
    for rows in tables {
        let [of, league, task, overseer, point] = key(&rows[0]);
        let number = |column: &str| table.number::<f64>(&rows[0], column);
        let place = [point.replace('|', ", "), league];
        let place: String =
            place.iter().filter(|part| !part.is_empty()).map(|part| format!(", {part}")).collect();
        let name = format!("{of}: {task}, overseer {overseer}{place}");
        let game = match of.as_str() {
            "agents" => "an agent wins a match whose verdict is its claim and not the other's",
            _ => "a trial in which one strategy alone is right is its win",
        };
        let note = match (number("cycles"), number("transitive")) {
            (Some(count), _) if count > 0.0 => format!(
                "{game}; not transitive: {count} cycles of three in which each beats the next beyond chance, so read the \
                 Nash average, not the rating"
            ),
            (_, Some(share)) => format!(
                "{game}; no cycle of wins beyond chance, {:.0} % of the differences are explained by one rating each",
                100.0 * share
            ),
            _ => format!("{game}; no cycle of wins beyond chance"),
        };
        let at = data.rating_tables.len() as u32;
        data.rating_tables.push(RatingTable { name, note, kind: of.clone() });
        for row in rows {
            let Some(rating) = table.number(row, "rating") else { continue };
            let number = |column: &str| table.number(row, column);
            let count = |column: &str| table.number(row, column).unwrap_or(0);
            data.ratings.push(Rating {
                table: at,
                player: text(row, "player"),
                rating,
                interval: table.interval(row, "rating"),
                elo: number("elo"),
                nash: number("nash"),
                alpha_rank: number("alpha_rank"),
                games: count("games"),
                wins: count("wins"),
                draws: count("draws"),
            });
        }
    }
}

/// What agents gain by choosing what they say: a row an agent, those of a cell together.
pub(super) fn incentives(data: &mut PageData, table: &Table, ids: &Ids) {
    for rows in table.rows.chunk_by(|a, b| table.text(a, "id") == table.text(b, "id")) {
        let first = &rows[0];
        let Some(&cell) = ids.get(table.text(first, "id")) else { continue };
        let number = |row: &csv::StringRecord, column: &str| table.number(row, column).unwrap_or(f64::NAN);
        let response = |row: &csv::StringRecord| Response {
            agent: table.text(row, "agent").into(),
            stance: table.text(row, "best_response").into(),
            gain: number(row, "gain"),
            accuracy: number(row, "response_accuracy"),
        };
        let said = |row: &csv::StringRecord| {
            format!("{}: {}", table.text(row, "agent"), table.text(row, "equilibrium"))
        };
        data.incentives.push(Incentive {
            cell,
            accuracy: number(first, "accuracy"),
            responses: rows.iter().map(response).collect(),
            exploitability: number(first, "exploitability"),
            equilibrium: rows.iter().map(said).collect::<Vec<_>>().join(" / "),
            equilibrium_accuracy: number(first, "equilibrium_accuracy"),
            equilibrium_interval: table.interval(first, "equilibrium_accuracy"),
        });
    }
}

pub(super) fn pressure(data: &mut PageData, table: &Table, ids: &Ids) {
    let of = |row: &csv::StringRecord| {
        Some(Pressure {
            cell: *ids.get(table.text(row, "id"))?,
            agent: table.text(row, "agent").into(),
            n: table.number(row, "n")?,
            wins: table.number(row, "wins")?,
            accuracy: table.number(row, "accuracy")?,
            interval: table.interval(row, "accuracy"),
        })
    };
    data.pressure = table.rows.iter().filter_map(of).collect();
}
