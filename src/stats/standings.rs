//! Who stands where: agents rated by their matches against each other, strategies by the trials that one of
//! them alone is right in.

use super::LEVEL;
use super::comparison::{Group, groups};
use super::learning::Estimate;
use super::ratings::alpha_rank::{Selection, alpha_rank};
use super::ratings::bradley_terry::{Model, Strengths};
use super::ratings::elo::Elo;
use super::ratings::nash::nash_average;
use super::ratings::results::{Game, Outcome, Results, Score};
use super::ratings::transitivity::{Scale, cycles, split};
use crate::records::CellRecord;
use crate::scenario::league::League;
use crate::scenario::spec::CellSpec;
use std::collections::BTreeMap;

/// A cell and what came out of it.
type Row<'a> = (&'a CellSpec, &'a CellRecord);

/// Who is rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rated {
    /// Agents, by matches against each other.
    Agents,
    /// Strategies, by trials that one alone is right in.
    Strategies,
}

impl Rated {
    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Strategies => "strategies",
        }
    }
}

/// A table of players.
#[derive(Clone, Debug, PartialEq)]
pub struct Standings {
    /// Who is rated.
    pub of: Rated,
    /// The protocol that agents meet under; empty for strategies.
    pub league: String,
    /// The task.
    pub task: String,
    /// The overseer.
    pub overseer: String,
    /// The point of the sweep, as `path=value|...`.
    pub point: String,
    /// The players, in the scenario's order.
    pub players: Vec<Player>,
    /// Cycles of three in which each beats the next beyond chance.
    pub cycles: u64,
    /// Of the log-odds between pairs, the share that one rating each explains; `None` where there are none.
    pub transitive: Option<f64>,
}

/// A player's ratings; `None`: where none exists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Player {
    /// Its name.
    pub name: String,
    /// All its games.
    pub score: Score,
    /// Bradley-Terry strength on Elo's scale; no interval where matches share a training.
    pub rating: Option<Estimate>,
    /// Elo's rating; of agents only, for strategies play no games in any order.
    pub elo: Option<f64>,
    /// Share in the Nash average.
    pub nash: Option<f64>,
    /// Mass under alpha-rank.
    pub alpha_rank: Option<f64>,
}

/// All tables: of agents in the order of their leagues, then of strategies.
#[must_use]
pub fn standings(rows: &[Row]) -> Vec<Standings> {
    let mut leagues: BTreeMap<(usize, &str, &str, String), Vec<Row>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for row in rows {
        let Some(league) = &row.0.protocol.league else { continue };
        let place = order.iter().position(|name| *name == league.name).unwrap_or_else(|| {
            order.push(&league.name);
            order.len() - 1
        });
        let key = (place, row.0.task.name.as_str(), row.0.overseer.name.as_str(), point(row.0));
        leagues.entry(key).or_default().push(*row);
    }
    let agents = leagues.values().filter_map(|cells| of_agents(cells));
    let groups = groups(rows);
    let strategies = groups.iter().filter_map(|group| of_strategies(rows, group));
    agents.chain(strategies).collect()
}

fn point(cell: &CellSpec) -> String {
    cell.point.iter().map(|(path, value)| format!("{path}={value}")).collect::<Vec<_>>().join("|")
}

/// What each agent of a league scored against each other when it moved first.
#[must_use]
pub fn scores(league: &League, cells: &[Row]) -> Vec<Vec<Score>> {
    let players = league.players.len();
    let mut scores = vec![vec![Score::default(); players]; players];
    let place = |name: &str| league.players.iter().position(|player| player == name);
    for (cell, record) in cells {
        let [first, second] = cell.agents.as_slice() else { continue };
        let (Some(i), Some(j)) = (place(&first.name), place(&second.name)) else { continue };
        let total = record.total();
        let (wins, losses) = (total.first_wins, total.second_wins);
        scores[i][j] = Score { wins, draws: total.trials - wins - losses, losses };
    }
    scores
}

fn of_agents(cells: &[Row]) -> Option<Standings> {
    let (cell, _) = cells.first()?;
    let league = cell.protocol.league.as_ref()?;
    let scores = scores(league, cells);
    let clustered = cells.iter().any(|(_, record)| record.clustered);
    let elo = elo(&scores);
    let mut table = rated(&league.players, &Results::by_sides(&scores).ok()?, clustered)?;
    table.players.iter_mut().zip(elo.into_iter().flatten()).for_each(|(player, elo)| player.elo = Some(elo));
    Some(Standings { of: Rated::Agents, league: league.name.clone(), ..placed(cell, table) })
}

fn of_strategies(rows: &[Row], group: &Group) -> Option<Standings> {
    let mut places = group.rows.clone();
    places.sort_unstable();
    let at = |row: usize| places.binary_search(&row).ok();
    let mut wins = vec![vec![0; places.len()]; places.len()];
    // Trials in which both are right, or neither, say nothing of who is better.
    let draws = wins.clone();
    for comparison in &group.comparisons {
        let [Some(a), Some(b)] = comparison.rows.map(at) else { continue };
        let pairs = comparison.pairs;
        (wins[a][b], wins[b][a]) = (pairs.first, pairs.second);
    }
    let names: Vec<String> = places.iter().map(|row| rows[*row].0.protocol.name.clone()).collect();
    let clustered = places.iter().any(|row| rows[*row].1.clustered);
    let table = rated(&names, &Results::new(&wins, &draws).ok()?, clustered)?;
    Some(placed(rows[*places.first()?].0, table))
}

/// A table with the place that its cells have in the tournament.
fn placed(cell: &CellSpec, table: Standings) -> Standings {
    let (task, overseer) = (cell.task.name.clone(), cell.overseer.name.clone());
    Standings { task, overseer, point: point(cell), ..table }
}

/// Ratings of players by their results; `None` for fewer than two.
fn rated(names: &[String], results: &Results, clustered: bool) -> Option<Standings> {
    if results.players() < 2 {
        return None;
    }
    // A pair that never met has no rate; then there is no matrix to average or rank over.
    let model = Model { advantage: results.has_sides(), virtual_draws: 1.0 };
    let strengths = Strengths::fit(results, &model).ok();
    let nash = results.margins().ok().and_then(|margins| nash_average(&margins).ok());
    let limit = Selection::Limit { perturbation: 1e-3 };
    let ranked = results.rates().ok().and_then(|rates| alpha_rank(&rates, limit).ok());
    let player = |i: usize| {
        let scores = (0..results.players()).filter(|j| *j != i).map(|j| results.score(i, j));
        let rating = strengths.as_ref().map(|strengths| {
            let elo = strengths.strength(i).elo();
            Estimate { mean: elo.value, interval: (!clustered).then(|| elo.interval()) }
        });
        Player {
            name: names[i].clone(),
            score: scores.fold(Score::default(), Score::plus),
            rating,
            elo: None,
            nash: nash.as_ref().map(|nash| nash.weights[i]),
            alpha_rank: ranked.as_ref().map(|ranked| ranked[i]),
        }
    };
    Some(Standings {
        of: Rated::Strategies,
        league: String::new(),
        task: String::new(),
        overseer: String::new(),
        point: String::new(),
        players: (0..names.len()).map(player).collect(),
        cycles: cycles(results, 1.0 - LEVEL).map_or(0, |cycles| cycles.count),
        transitive: split(results, Scale::LogOdds).ok().and_then(|split| split.transitive),
    })
}

/// Elo's factor, and the rating of who has not played.
const ELO: Elo = Elo { k: 16.0, start: 0.0 };
/// Games that Elo's ratings are taken over, and in how many orders: a rating settles over some hundreds, and
/// then only sways. Of seventy agents each has more than a hundred among them.
const GAMES: u64 = 10_000;
const ORDERS: u32 = 32;

/// Elo's ratings over an even sample of the games.
fn elo(scores: &[Vec<Score>]) -> Option<Vec<f64>> {
    let all: u64 = scores.iter().flatten().map(|score| score.games()).sum();
    // Rounded as the counts add up, so that what is rare has its share too.
    let upto = |count: u64| u128::from(count) * u128::from(GAMES.min(all)) / u128::from(all.max(1));
    let mut seen = 0;
    let mut games = Vec::new();
    for (first, row) in scores.iter().enumerate() {
        for (second, score) in row.iter().enumerate() {
            let outcomes =
                [(Outcome::First, score.wins), (Outcome::Draw, score.draws), (Outcome::Second, score.losses)];
            for (outcome, count) in outcomes {
                let share = upto(seen + count) - upto(seen);
                seen += count;
                games.extend(std::iter::repeat_n(Game { first, second, outcome }, share as usize));
            }
        }
    }
    // The order is nobody's: the same for every table.
    let mut bytes = blake3::Hasher::new().update(b"orders of games").finalize_xof();
    let mut words = move || {
        let mut word = [0; 4];
        bytes.fill(&mut word);
        u32::from_le_bytes(word)
    };
    let averages = ELO.average(scores.len(), &games, ORDERS, &mut words).ok()?;
    Some(averages.into_iter().map(|average| average.mean).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Tally;
    use crate::scenario::{Overrides, Source, read};

    /// A league of three whose matches end as given: of a hundred, how many the first and the second won.
    fn league(won: impl Fn(&str, &str) -> (u64, u64), clustered: bool) -> Standings {
        let text = "[task]\nfamily = \"claim_tree\"\n[[overseer]]\nname = \"human\"\n[[agent]]\nname = \"rock\"\n[[agent]]\n\
                    name = \"paper\"\n[[agent]]\nname = \"scissors\"\n[[protocol]]\npreset = \"debate\"\n\
                    agents = [\"rock\", \"paper\", \"scissors\"]\npairing = \"round_robin\"\n";
        let none = |_: &str| Err("no tables".to_owned());
        let source = Source { file: "test", stem: "test", text, files: &none };
        let scenario = read(&source, &Overrides::default()).expect("a scenario");
        let record = |cell: &CellSpec| {
            let (first_wins, second_wins) = won(&cell.agents[0].name, &cell.agents[1].name);
            let tally = Tally { trials: 100, first_wins, second_wins, ..Tally::default() };
            CellRecord { replicates: vec![tally], clustered, ..CellRecord::default() }
        };
        let records: Vec<CellRecord> = scenario.cells.iter().map(record).collect();
        let rows: Vec<Row> = scenario.cells.iter().zip(&records).collect();
        let tables = standings(&rows);
        assert_eq!(tables.len(), 1, "meetings are no strategies");
        tables[0].clone()
    }

    /// Whether one beats the other at the game.
    fn beats(a: &str, b: &str) -> bool {
        [("paper", "rock"), ("scissors", "paper"), ("rock", "scissors")].contains(&(a, b))
    }

    #[test]
    fn rock_paper_scissors_is_flagged_and_nobody_leads() {
        let table = league(|a, b| if beats(a, b) { (80, 10) } else { (10, 80) }, false);
        assert_eq!((table.cycles, table.league.as_str()), (1, "debate"));
        for player in &table.players {
            let score = player.score;
            assert_eq!((score.games(), score.wins, score.draws, score.losses), (400, 180, 40, 180));
            assert!(player.rating.expect("a rating").mean.abs() < 1e-6, "{player:?}");
            for share in [player.nash, player.alpha_rank] {
                assert!((share.expect("a share") - 1.0 / 3.0).abs() < 1e-6, "{player:?}");
            }
            assert!(player.elo.expect("a rating").abs() < 20.0, "{player:?}");
        }
        assert!(table.transitive.is_some_and(|share| share < 1e-9), "{table:?}");
    }

    #[test]
    fn who_beats_all_leads_and_what_shares_a_training_has_no_interval() {
        let order = ["scissors", "rock", "paper"];
        let place = |name: &str| order.iter().position(|other| *other == name);
        let table = league(|a, b| if place(a) > place(b) { (70, 30) } else { (30, 70) }, true);
        let rating = |at: usize| table.players[at].rating.expect("a rating");
        assert!(rating(1).mean > rating(0).mean && rating(0).mean > rating(2).mean);
        assert_eq!((rating(0).interval, table.players[1].nash, table.cycles), (None, Some(1.0), 0));
    }
}
