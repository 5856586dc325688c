//! Accuracy at equal budget: what each strategy can do when the overseer may spend so much.

use super::accuracy;
use crate::records::CellRecord;
use crate::scenario::spec::CellSpec;
use std::collections::BTreeMap;

/// A cell and what came out of it.
type Row<'a> = (&'a CellSpec, &'a CellRecord);

/// From a budget on, the most accurate cell that a strategy can afford.
#[derive(Clone, Debug, PartialEq)]
pub struct Affordable {
    /// Its place in the rows.
    pub row: usize,
    /// Swept values beside those that only strategies and budgets have, as `path=value|...`.
    pub point: String,
    /// Its mean cost a match, in the overseer's units: the least budget at which it can be played.
    pub cost: f64,
    /// Its accuracy.
    pub accuracy: f64,
    /// Whether no strategy can do better at this budget.
    pub leads: bool,
}

/// Whether a swept parameter belongs to a strategy or says what it may spend, so that cells that differ in it
/// alone face the same problem.
#[must_use]
pub fn is_strategy(path: &str) -> bool {
    path.starts_with("protocol.") || path.ends_with(".budget")
}

/// The swept values of a cell that make its problem another.
fn problem(cell: &CellSpec) -> String {
    let values = cell.point.iter().filter(|(path, _)| !is_strategy(path));
    values.map(|(path, value)| format!("{path}={value}")).collect::<Vec<_>>().join("|")
}

/// For each problem (task, overseer, and the sweep's point as far as it changes them) and strategy, the steps
/// of its accuracy over the budget: the best of several cells is chosen by what came out, which flatters
/// strategies with many.
#[must_use]
pub fn affordable(rows: &[Row]) -> Vec<Affordable> {
    let mut places: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
    let mut problems: Vec<Vec<usize>> = Vec::new();
    // Meetings of agents are no strategies.
    for (at, (cell, _)) in rows.iter().enumerate().filter(|(_, (cell, _))| cell.protocol.league.is_none()) {
        let place =
            *places.entry((&cell.task.name, &cell.overseer.name, problem(cell))).or_insert(problems.len());
        problems.resize_with(problems.len().max(place + 1), Vec::new);
        problems[place].push(at);
    }
    problems.iter().flat_map(|cells| steps(rows, cells)).collect()
}

/// The steps of one problem, strategy by strategy, the cheapest first.
fn steps(rows: &[Row], cells: &[usize]) -> Vec<Affordable> {
    let cost = |row: usize| {
        let total = rows[row].1.total();
        total.cost as f64 / total.trials.max(1) as f64
    };
    let mut sorted: Vec<Affordable> = cells
        .iter()
        .map(|&row| {
            let (point, accuracy) = (problem(rows[row].0), accuracy(rows[row].1));
            Affordable { row, point, cost: cost(row), accuracy, leads: false }
        })
        .collect();
    // The cheapest first, of equally cheap ones the best.
    sorted.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(b.accuracy.total_cmp(&a.accuracy)));
    let best = |cost: f64| {
        let within = sorted.iter().filter(|cell| cell.cost <= cost);
        within.map(|cell| cell.accuracy).fold(0.0, f64::max)
    };
    let leads: Vec<bool> = sorted.iter().map(|cell| cell.accuracy >= best(cell.cost)).collect();
    let mut names: Vec<&str> = Vec::new();
    for &row in cells {
        let name = rows[row].0.protocol.name.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut all = Vec::new();
    for name in names {
        let mut reached = f64::NEG_INFINITY;
        for (cell, leads) in sorted.iter().zip(&leads) {
            if rows[cell.row].0.protocol.name == name && cell.accuracy > reached {
                reached = cell.accuracy;
                all.push(Affordable { leads: *leads, ..cell.clone() });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Tally;
    use crate::scenario::{Overrides, Source, read};

    /// What cells of 100 trials cost in all and are right in, by strategy, for a sweep of three values.
    fn played(axis: &str, results: &[[(u64, u64); 3]; 2]) -> Vec<(String, f64, f64, bool)> {
        let text = format!(
            "trials = 100\n[task]\nfamily = \"claim_tree\"\n[[agent]]\nname = \"a\"\n[[overseer]]\nname = \"human\"\n\
             error = {{ kind = \"uniform\", rate = 0.1 }}\n[[protocol]]\npreset = \"trust\"\nagents = [\"a\"]\n\
             [[protocol]]\npreset = \"unaided\"\n[sweep]\n{axis}"
        );
        let none = |_: &str| Err("no tables".to_owned());
        let source = Source { file: "test", stem: "test", text: &text, files: &none };
        let scenario = read(&source, &Overrides::default()).expect("a scenario");
        let record = |&(cost, right): &(u64, u64)| {
            let tally = Tally { trials: 100, cost, right, ..Tally::default() };
            CellRecord { replicates: vec![tally], ..CellRecord::default() }
        };
        let records: Vec<CellRecord> = results.iter().flatten().map(record).collect();
        let rows: Vec<Row> = scenario.cells.iter().zip(&records).collect();
        let told = affordable(&rows).into_iter();
        told.map(|step| {
            (
                format!("{} {}", rows[step.row].0.protocol.name, step.point),
                step.cost,
                step.accuracy,
                step.leads,
            )
        })
        .collect()
    }

    #[test]
    fn a_step_is_what_more_budget_buys() {
        // Dearer and no better is no step; the cheapest comes first, whatever the sweep's order.
        let results = [[(100, 60), (300, 55), (200, 70)], [(100, 50), (150, 65), (400, 90)]];
        let step = |name: &str, cost, accuracy, leads| (format!("{name} "), cost, accuracy, leads);
        let want = [
            step("trust", 1.0, 0.6, true),
            step("trust", 2.0, 0.7, true),
            step("unaided", 1.0, 0.5, false),
            step("unaided", 1.5, 0.65, true),
            step("unaided", 4.0, 0.9, true),
        ];
        assert_eq!(played("\"overseer.human.budget\" = [1, 2, 3]", &results), want);
    }

    #[test]
    fn other_problems_are_not_compared() {
        let results = [[(100, 60), (100, 50), (100, 40)], [(50, 65), (200, 65), (200, 65)]];
        let told = played("\"overseer.human.error.rate\" = [0.1, 0.2, 0.3]", &results);
        assert_eq!(told.len(), 6, "each cell is a step of its own: {told:?}");
        assert!(told[0].0.starts_with("trust overseer.human.error.rate=0.1") && !told[0].3 && told[1].3);
    }
}
