//! Two stored results against each other, cell by cell: what was set otherwise, what came out otherwise, and what
//! of it is beyond chance. Reads their files and manifests as values; plays nothing and writes no file.

mod chance;
mod lines;
mod names;
mod settings;
mod tables;
#[cfg(test)]
mod tests;
mod text;

pub use chance::{Accuracy, Chance};
pub use settings::Setting;
pub use tables::{Place, State};

use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tables::{CELLS, Cells, Row, number};

/// One of the two results.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What to call it, such as its directory.
    pub name: &'a str,
    /// Its tables by file name.
    pub files: &'a BTreeMap<String, String>,
    /// The compared part of its manifest.
    pub manifest: &'a Json,
}

/// How two results differ. Differences are B less A.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// What A is called.
    pub a: String,
    /// What B is called.
    pub b: String,
    /// Whether nothing differs: no setting, no byte of a table, no failure.
    pub same: bool,
    /// The verdict in words.
    pub verdict: String,
    /// Settings that differ.
    pub settings: Vec<Setting>,
    /// The swept paths of A and of B, where these differ: no cell of one then has the id of one of the other.
    pub axes: Option<[Vec<String>; 2]>,
    /// Cells of A that B lacks.
    pub only_a: Vec<String>,
    /// Cells of B that A lacks.
    pub only_b: Vec<String>,
    /// Cells that came to nothing in one of the two, or in both for different reasons.
    pub failed: Vec<Failed>,
    /// Cells with numbers in both.
    pub shared: usize,
    /// Those that differ, the biggest difference of accuracy first: in standard errors, then those without an
    /// interval by its size, then those with the same accuracy.
    pub cells: Vec<Cell>,
    /// What of the differences is chance.
    pub chance: Chance,
    /// Columns of numbers that A alone has.
    pub columns_only_a: Vec<String>,
    /// Columns of numbers that B alone has.
    pub columns_only_b: Vec<String>,
    /// How the file of cells stands as a whole: the same bytes or not.
    pub cells_same_bytes: bool,
    /// All other files.
    pub tables: BTreeMap<String, State>,
}

/// A cell that came to nothing, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failed {
    /// The cell.
    pub id: String,
    /// Why it failed in A; `None`: it has numbers there.
    pub a: Option<String>,
    /// Why it failed in B.
    pub b: Option<String>,
}

/// A cell with numbers in both results, some of which differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// The cell.
    pub id: String,
    /// What it is made of, as (column, value): strategy, overseer, task, and swept values.
    #[serde(skip)]
    pub parts: Vec<(String, String)>,
    /// Its accuracies.
    pub accuracy: Accuracy,
    /// The columns of text that differ, and of numbers, accuracy among them.
    pub changes: Vec<Change>,
    /// Whether both results asked it the same questions.
    pub same_questions: bool,
}

/// A value that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The column of cells.csv.
    pub column: String,
    /// What A has there, as it is written; empty: nothing.
    pub a: String,
    /// What B has there.
    pub b: String,
    /// B less A; `None` where one of the two is no number.
    pub difference: Option<f64>,
}

/// Compares result B with result A.
///
/// # Errors
/// Which file of which result is damaged, where and how.
pub fn diff(a: &Side, b: &Side) -> Result<Diff, String> {
    let (left, right) = (Cells::read(a)?, Cells::read(b)?);
    let settings = settings::differing(a.manifest, b.manifest);
    let lacking = |cells: &Cells, other: &Cells| -> Vec<String> {
        cells.ids().filter(|id| !other.knows(id)).cloned().collect()
    };
    let shared: Vec<(&String, [Row; 2])> =
        left.ids().filter_map(|id| Some((id, [left.row(id)?, right.row(id)?]))).collect();
    let differing = shared.iter().filter_map(|(id, rows)| Cell::of(id, [&left, &right], rows, &settings));
    let mut cells: Vec<Cell> = differing.collect();
    let chance = Chance::told(&mut cells);
    // Equals stay in the order of A's file.
    cells.sort_by(Cell::biggest_first);
    let lacks = |cells: &Cells, other: &Cells| -> Vec<String> {
        // Where no cell came to anything, there are no columns to speak of.
        let known = |column: &&String| other.numbers().is_empty() || other.numbers().contains(column);
        cells.numbers().iter().filter(|column| !known(column)).cloned().collect()
    };
    let axes = [left.axes(), right.axes()];
    let both = !left.numbers().is_empty() && !right.numbers().is_empty();
    let mut diff = Diff {
        a: a.name.into(),
        b: b.name.into(),
        same: false,
        verdict: String::new(),
        axes: (both && axes[0] != axes[1]).then(|| axes.map(<[String]>::to_vec)),
        only_a: lacking(&left, &right),
        only_b: lacking(&right, &left),
        failed: failed(&left, &right),
        shared: shared.len(),
        cells,
        chance,
        columns_only_a: lacks(&left, &right),
        columns_only_b: lacks(&right, &left),
        cells_same_bytes: a.files.get(CELLS) == b.files.get(CELLS),
        tables: tables::others(a, b),
        settings,
    };
    diff.same = diff.settings.is_empty() && diff.same_numbers();
    diff.verdict = diff.judged();
    Ok(diff)
}

impl Diff {
    /// Whether nothing differs: no setting, no byte of a table, no failure.
    #[must_use]
    pub fn same(&self) -> bool {
        self.same
    }

    /// Whether what came out is the same, whatever was set.
    fn same_numbers(&self) -> bool {
        let sets = [&self.only_a, &self.only_b];
        self.cells_same_bytes
            && self.failed.is_empty()
            && sets.iter().all(|cells| cells.is_empty())
            && self.tables.values().all(|state| *state == State::Same)
    }
}

/// The cells that failed in one result and not in the other, or for another reason.
fn failed(left: &Cells, right: &Cells) -> Vec<Failed> {
    let shared = left.ids().filter(|id| right.knows(id));
    let failed = shared.map(|id| {
        let [a, b] = [left, right].map(|cells| cells.failure(id).cloned());
        Failed { id: id.clone(), a, b }
    });
    failed.filter(|failed| failed.a != failed.b).collect()
}

impl Side<'_> {
    /// A fault of this result's files.
    fn fault(&self, what: &str) -> String {
        format!("{}: {what}", self.name)
    }

    /// A part of this result's manifest.
    fn manifest(&self, key: &str, is: fn(&Json) -> bool, want: &str) -> Result<&Json, String> {
        let got = &self.manifest[key];
        if is(got) {
            return Ok(got);
        }
        let got = lines::cut(&got.to_string(), 40);
        Err(self.fault(&format!("manifest.json, {key}: want {want}, got {got}; {REMEDY}")))
    }
}

/// What is to be done with a damaged result.
const REMEDY: &str = "the file is damaged, run the scenario again";

impl Cell {
    /// A cell with numbers in both results; `None` where all values are the same.
    fn of(id: &str, cells: [&Cells; 2], rows: &[Row; 2], settings: &[Setting]) -> Option<Self> {
        let [x, y] = rows;
        let change = |column: &String, numeric: bool| {
            let (a, b) = (x.text(column), y.text(column));
            let difference = number(a).zip(number(b)).filter(|_| numeric).map(|(a, b)| b - a);
            // The same number, written differently, is the same.
            let same = a == b || difference == Some(0.0) || !cells[1].has(column);
            (!same).then(|| Change { column: column.clone(), a: a.into(), b: b.into(), difference })
        };
        let texts = cells[0].texts().iter().filter_map(|column| change(column, false));
        let numbers = cells[0].numbers().iter().filter_map(|column| change(column, true));
        let changes: Vec<Change> = texts.chain(numbers).collect();
        if changes.is_empty() {
            return None;
        }
        let words = ["protocol", "overseer", "task"].into_iter();
        let parts = words.chain(cells[0].axes().iter().map(String::as_str));
        Some(Self {
            id: id.into(),
            parts: parts.map(|part| (part.into(), x.text(part).into())).collect(),
            accuracy: Accuracy::of(x, y),
            changes,
            same_questions: same_questions(x, y, settings),
        })
    }

    fn biggest_first(&self, other: &Self) -> std::cmp::Ordering {
        let key = |cell: &Self| {
            let Accuracy { difference, standard_errors, .. } = cell.accuracy;
            let size = standard_errors.unwrap_or(difference).abs();
            (difference != 0.0, standard_errors.is_some(), size)
        };
        let (ours, theirs) = (key(self), key(other));
        let kind = (theirs.0, theirs.1).cmp(&(ours.0, ours.1));
        kind.then(theirs.2.total_cmp(&ours.2))
    }
}

/// Whether both results asked a cell the same questions: it has as many from the same seed, of the same task.
fn same_questions(x: &Row, y: &Row, settings: &[Setting]) -> bool {
    let task = format!("task.{}", x.text("task"));
    let other = |setting: &Setting| {
        let rest = setting.path.strip_prefix(&task);
        setting.path == "SEMANTICS" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let equal = |column: &&str| x.text(column) == y.text(column);
    ["task", "family", "seed", "replicates", "trials"].iter().all(equal) && !settings.iter().any(other)
}
