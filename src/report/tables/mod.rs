//! The tables of a result: which there are, and which a result has.

mod cells;
mod comparison;
pub mod incentives;
mod learning;

pub use cells::row;

use crate::records::CellRecord;
use crate::report::Row;
use crate::report::table::Rows;
use crate::scenario::spec::CellSpec;

/// A share of some, or nothing where there are none.
fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

/// What was played, of cells and their records.
#[must_use]
pub fn played<'a>(cells: &[&'a CellSpec], records: &'a [CellRecord]) -> Vec<Row<'a>> {
    // What came to nothing has no numbers; the manifest says why.
    let is_played = |(_, record): &Row| record.failed.is_none() && !record.unpaired;
    cells.iter().copied().zip(records).filter(is_played).collect()
}

/// The tables of what was played; `whole`: what compares cells is among them.
#[must_use]
pub fn all<'a>(rows: &'a [Row<'a>], with_trials: bool, whole: bool) -> Vec<Rows<'a>> {
    let [needed, some, trials] = of_cells(rows, with_trials);
    let across = if whole { across(rows) } else { Vec::new() };
    needed.into_iter().chain(some).chain(across).chain(trials).collect()
}

/// The tables whose rows are of one cell each, and come in the order of the cells: those that every result has, those
/// that have rows, and that of matches.
#[must_use]
pub fn of_cells<'a>(rows: &'a [Row<'a>], with_trials: bool) -> [Vec<Rows<'a>>; 3] {
    let needed = vec![cells::table(rows), cells::calibration(rows)];
    let some = [
        learning::rounds(rows),
        learning::levels_table(rows),
        learning::students(rows),
        incentives::incentives(rows),
        incentives::pressure(rows),
        incentives::meetings(rows),
    ];
    let trials = with_trials.then(|| cells::trials(rows));
    [needed, some.into_iter().filter_map(Rows::unless_empty).collect(), trials.into_iter().collect()]
}

/// The tables that compare cells of the same task and overseer, where they have rows.
#[must_use]
pub fn across<'a>(rows: &'a [Row<'a>]) -> Vec<Rows<'a>> {
    let all = [
        learning::compared_table(rows),
        learning::tolerance(rows),
        comparison::pairs(rows),
        comparison::budget(rows),
        comparison::ratings(rows),
    ];
    all.into_iter().filter_map(Rows::unless_empty).collect()
}

/// Every table there can be, without rows: what the dictionary is made of.
#[must_use]
pub fn dictionary() -> Vec<Rows<'static>> {
    let none: &[Row] = &[];
    vec![
        cells::example(),
        cells::calibration(none),
        comparison::pairs(none),
        comparison::budget(none),
        comparison::ratings(none),
        learning::rounds(none),
        learning::levels_table(none),
        learning::students(none),
        learning::compared_table(none),
        learning::tolerance(none),
        incentives::incentives(none),
        incentives::pressure(none),
        incentives::meetings(none),
        cells::trials(none),
    ]
}

/// What a table has a row for.
#[must_use]
pub fn about(name: &str) -> &'static str {
    match name {
        "cells" => "A row a cell: a strategy with its overseer, task and point of the sweep.",
        "calibration" => "A row a cell and tenth of the confidences that verdicts were given with.",
        "pairs" => {
            "A row for each two strategies of the same task, overseer and sweep point, on the trials of both."
        }
        "budget" => {
            "A row a step: from a budget on, what a strategy can do. Accuracy at equal budget b is that of each \
                     strategy's last row with a budget of at most b. The best of several cells is chosen by what came out."
        }
        "ratings" => {
            "A row a player: agents of a league, or strategies of the same task, overseer and sweep point."
        }
        "rounds" => "A row a round of distillation, replicate and level.",
        "levels" => {
            "A row a cell that trains a network and level, when training is over; intervals are over replicates."
        }
        "students" => "A row a student that was trained.",
        "compared" => {
            "A row a cell that trains a network and level, beside the supervised student at the same point."
        }
        "tolerance" => "A row for each error rate that is swept and level of what is trained.",
        "incentives" => "A row an agent of a cell; by `optimise`.",
        "pressure" => "A row an agent of a cell and number of stances it tries; by `optimise`.",
        "meetings" => "A row a combination of stances in a cell; by `optimise`.",
        "trials" => "A row a match; with --keep-trials.",
        _ => "",
    }
}
