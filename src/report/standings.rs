//! Agents that met in tournaments, as text: who stands where.

use crate::report::{Row, width_of};
use crate::stats::standings::{Rated, Standings, standings};

/// Tables that are shown; the rest is in ratings.csv.
const TABLES_SHOWN: usize = 12;

/// The standings of every league.
#[must_use]
pub fn agents(rows: &[Row]) -> String {
    if rows.iter().all(|(cell, _)| cell.protocol.league.is_none()) {
        return String::new();
    }
    let tables: Vec<Standings> =
        standings(rows).into_iter().filter(|table| table.of == Rated::Agents).collect();
    let more = tables.len().saturating_sub(TABLES_SHOWN);
    let mut text: String = tables.iter().take(TABLES_SHOWN).map(table).collect();
    if more > 0 {
        text.push_str(&format!("\n{more} more tables in ratings.csv\n"));
    }
    text
}

fn table(table: &Standings) -> String {
    let point = if table.point.is_empty() { String::new() } else { format!(", {}", table.point) };
    let width = width_of(table.players.iter().map(|player| player.name.as_str()));
    let mut text = format!(
        "\n{}, {}, overseer {}{point}: agents against each other, sides swapped\n  {:width$}  rating  95 % +-   Elo       won     drawn      lost  Nash %\n",
        table.league, table.task, table.overseer, "agent"
    );
    let mut players: Vec<_> = table.players.iter().collect();
    let rating = |estimate: Option<crate::stats::learning::Estimate>| estimate.map(|estimate| estimate.mean);
    players.sort_by(|a, b| rating(b.rating).unwrap_or(0.0).total_cmp(&rating(a.rating).unwrap_or(0.0)));
    for player in players {
        let whole = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| format!("{value:.0}"));
        let half = player.rating.and_then(|rating| rating.interval).map(|(low, high)| (high - low) / 2.0);
        let score = player.score;
        let line = format!(
            "  {:width$}  {:>6}  {:>7}  {:>4}  {:>8}  {:>8}  {:>8}  {:>6}\n",
            player.name,
            whole(rating(player.rating)),
            whole(half),
            whole(player.elo),
            score.wins,
            score.draws,
            score.losses,
            whole(player.nash.map(|nash| 100.0 * nash)),
        );
        text.push_str(&line);
    }
    text.push_str(
        "  won: the verdict was its claim and not the other's; rating: Bradley-Terry on Elo's scale\n",
    );
    if table.cycles > 0 {
        text.push_str(&format!(
            "  not transitive: {} cycles of three in which each beats the next beyond chance; read Nash, not the rating\n",
            table.cycles
        ));
    }
    text
}
