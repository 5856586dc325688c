//! Swiss tournaments of agents: round by round it hangs on the standings who meets. Each meeting is two cells,
//! the same pair with sides swapped, each played as a cell alone would be.

use crate::records::CellRecord;
use crate::scenario::league::Pairing;
use crate::scenario::spec::CellSpec;
use crate::stats::ratings::pairing::Pair;
use crate::stats::ratings::results::Outcome;
use crate::stats::ratings::swiss::Swiss;
use crate::tournament::{Conditions, Stopped, play_cell};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A Swiss tournament under way: places of its cells by who moves first and second.
struct Tournament {
    swiss: Swiss,
    rounds: u32,
    cells: BTreeMap<(usize, usize), usize>,
}

/// The Swiss tournaments among some cells; one that is not there as a whole is none, and its cells are
/// played as they are.
fn tournaments(cells: &[CellSpec]) -> Vec<Tournament> {
    type Key<'a> = (&'a str, &'a str, &'a str, &'a [(String, String)]);
    let mut all: BTreeMap<Key, Tournament> = BTreeMap::new();
    for (at, cell) in cells.iter().enumerate() {
        let Some(league) = &cell.protocol.league else { continue };
        let Pairing::Swiss { rounds } = league.pairing else { continue };
        let place = |agent: usize| league.players.iter().position(|name| *name == cell.agents[agent].name);
        let (Some(first), Some(second)) = (place(0), place(1)) else { continue };
        let Ok(swiss) = Swiss::new(league.players.len()) else { continue };
        let key =
            (league.name.as_str(), cell.task.name.as_str(), cell.overseer.name.as_str(), &cell.point[..]);
        let tournament =
            all.entry(key).or_insert_with(|| Tournament { swiss, rounds, cells: BTreeMap::new() });
        tournament.cells.insert((first, second), at);
    }
    let whole = |tournament: &Tournament| {
        let players = tournament.swiss.players();
        tournament.cells.len() == players * (players - 1)
    };
    all.into_values().filter(whole).collect()
}

/// Plays all cells but those of pairs that a Swiss tournament did not bring together.
pub(super) fn play(cells: &[CellSpec], conditions: &Conditions) -> Result<Vec<CellRecord>, Stopped> {
    let mut swiss = tournaments(cells);
    let mut held = vec![false; cells.len()];
    swiss.iter().flat_map(|t| t.cells.values()).for_each(|at| held[*at] = true);
    let free: Vec<usize> = (0..cells.len()).filter(|at| !held[*at]).collect();
    let unpaired = CellRecord { unpaired: true, ..CellRecord::default() };
    let mut records = vec![unpaired; cells.len()];
    play_some(cells, &free, conditions, &mut records)?;
    let last = swiss.iter().map(|tournament| tournament.rounds).max().unwrap_or(0);
    for round in 0..last {
        let open = swiss.iter_mut().filter(|tournament| round < tournament.rounds);
        let met: Vec<_> = open.map(|tournament| (tournament.swiss.pair(), tournament)).collect();
        let both = |pair: &Pair| [(pair.first, pair.second), (pair.second, pair.first)];
        let wanted: Vec<usize> = met
            .iter()
            .flat_map(|(round, tournament)| {
                round.pairs.iter().flat_map(both).map(|pair| tournament.cells[&pair])
            })
            .filter(|at| records[*at].unpaired)
            .collect();
        play_some(cells, &wanted, conditions, &mut records)?;
        for (round, tournament) in met {
            let outcome = |pair: &Pair| {
                let [there, back] = both(pair).map(|pair| records[tournament.cells[&pair]].total());
                let (first, second) =
                    (there.first_wins + back.second_wins, there.second_wins + back.first_wins);
                match first.cmp(&second) {
                    Ordering::Greater => Outcome::First,
                    Ordering::Equal => Outcome::Draw,
                    Ordering::Less => Outcome::Second,
                }
            };
            let outcomes: Vec<Outcome> = round.pairs.iter().map(outcome).collect();
            tournament.swiss.record(&round, &outcomes).expect("an outcome a pair, of players that are there");
        }
    }
    Ok(records)
}

/// Plays cells and puts their records in their places.
fn play_some(
    cells: &[CellSpec],
    places: &[usize],
    conditions: &Conditions,
    records: &mut [CellRecord],
) -> Result<(), Stopped> {
    let played = places.par_iter().map(|&at| play_cell(&cells[at], conditions));
    let played: Vec<CellRecord> = played.collect::<Result<_, Stopped>>()?;
    places.iter().zip(played).for_each(|(&at, record)| records[at] = record);
    Ok(())
}
