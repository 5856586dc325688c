//! The tables of a result as a comparison reads them: cells.csv by cell and column, any other only up to the
//! first difference.

use super::{REMEDY, Side};
use crate::stats::recovery::Estimate;
use csv::StringRecord;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The table that is compared cell by cell.
pub const CELLS: &str = "cells.csv";

/// Columns without which there is nothing to compare.
const NEEDED: [&str; 12] = [
    "id",
    "protocol",
    "overseer",
    "task",
    "agents",
    "seed",
    "replicates",
    "trials",
    "right",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
];

/// The cells of a result: what came out, or why nothing did.
#[derive(Debug, Default)]
pub struct Cells {
    header: Vec<String>,
    /// Places of columns. A swept path may have the name of a number, which comes after it and counts.
    places: BTreeMap<String, usize>,
    /// The ids of all cells: with numbers, as in the file, then without.
    ids: Vec<String>,
    /// Rows by id, each with its line.
    rows: BTreeMap<String, (u64, StringRecord)>,
    /// Why cells came to nothing.
    failed: BTreeMap<String, String>,
}

impl Cells {
    /// Reads a result's manifest and cells.csv, and all numbers of that.
    ///
    /// # Errors
    /// What is missing or damaged, where and how.
    pub fn read(side: &Side) -> Result<Self, String> {
        side.manifest("scenario", Json::is_object, "an object")?;
        side.manifest("semantics", Json::is_number, "a number")?;
        side.manifest("seed", Json::is_number, "a number")?;
        let text = side.files.get(CELLS).ok_or_else(|| side.fault(&format!("no {CELLS}; {REMEDY}")))?;
        let mut cells = Self::default();
        // Where no cell came to anything, there is not even a header.
        if !text.trim().is_empty() {
            cells
                .fill(text)
                .map_err(|(line, what)| side.fault(&format!("{CELLS}, line {line}: {what}; {REMEDY}")))?;
        }
        let optional = |failed: &Json| failed.is_null() || failed.is_object();
        let failed = side.manifest("failed", optional, "a reason for each cell that failed")?;
        for (id, reason) in failed.as_object().into_iter().flatten() {
            if cells.rows.contains_key(id) {
                return Err(
                    side.fault(&format!("manifest.json, failed: {id} has numbers in {CELLS}; {REMEDY}"))
                );
            }
            let reason = reason.as_str().map_or_else(|| reason.to_string(), Into::into);
            cells.ids.push(id.clone());
            cells.failed.insert(id.clone(), reason);
        }
        Ok(cells)
    }

    /// Reads the table; a fault comes with its line.
    fn fill(&mut self, text: &str) -> Result<(), (u64, String)> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| (1, error.to_string()))?;
        self.header = header.iter().map(Into::into).collect();
        self.places = header.iter().enumerate().map(|(at, name)| (name.into(), at)).collect();
        if let Some(column) = NEEDED.iter().find(|column| !self.has(column)) {
            return Err((1, format!("want a column {column}, got none")));
        }
        for row in reader.records() {
            let line_of = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line);
            let row = row.map_err(|error| match error.kind() {
                csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                    (line_of(pos.as_ref()), format!("want {expected_len} values, got {len}"))
                }
                _ => (line_of(error.position()), error.to_string()),
            })?;
            let line = line_of(row.position());
            self.check(&row).map_err(|what| (line, what))?;
            let id = self.text(&row, "id").to_owned();
            if let Some((earlier, _)) = self.rows.get(&id) {
                return Err((line, format!("want every cell once, got {id} here and in line {earlier}")));
            }
            self.ids.push(id.clone());
            self.rows.insert(id, (line, row));
        }
        Ok(())
    }

    /// Whether a row's numbers are numbers, and its interval one.
    fn check(&self, row: &StringRecord) -> Result<(), String> {
        for column in self.numbers() {
            let text = self.text(row, column);
            if !text.is_empty() && number(text).is_none() {
                return Err(format!("{column}: want a number or nothing, got {text:?}"));
            }
        }
        let share = |column: &str| {
            let text = self.text(row, column);
            match number(text) {
                None => Ok(None),
                Some(share) if (0.0..=1.0).contains(&share) => Ok(Some(share)),
                Some(_) => Err(format!("{column}: want 0 to 1, got {text}")),
            }
        };
        if share("accuracy")?.is_none() {
            return Err("accuracy: want 0 to 1, got nothing".into());
        }
        match (share("accuracy_low")?, share("accuracy_high")?) {
            (Some(low), Some(high)) if low > high => {
                Err(format!("accuracy_low: want at most accuracy_high, {high}, got {low}"))
            }
            (None, Some(_)) | (Some(_), None) => {
                Err("accuracy_low and accuracy_high: want both or neither, got one".into())
            }
            _ => Ok(()),
        }
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }

    /// Whether there is such a column.
    pub fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    /// The columns of text: what a cell is made of.
    pub fn texts(&self) -> &[String] {
        let end = self.place("agents").map_or(0, |at| at + 1);
        self.header.get(..end).unwrap_or_default()
    }

    /// The swept paths, in the order in which ids name them.
    pub fn axes(&self) -> &[String] {
        let (from, to) = (self.texts().len(), self.place("seed").unwrap_or(0));
        self.header.get(from..to).unwrap_or_default()
    }

    /// The columns of numbers that came out.
    pub fn numbers(&self) -> &[String] {
        let from = self.place("trials").unwrap_or(self.header.len());
        self.header.get(from..).unwrap_or_default()
    }

    /// A row's text in a column; nothing where there is no such column.
    fn text<'a>(&self, row: &'a StringRecord, column: &str) -> &'a str {
        self.place(column).and_then(|at| row.get(at)).unwrap_or("")
    }

    /// All ids: of cells with numbers, as in the file, then of those without.
    pub fn ids(&self) -> impl Iterator<Item = &String> {
        self.ids.iter()
    }

    /// Whether the result has a cell, with or without numbers.
    pub fn knows(&self, id: &str) -> bool {
        self.rows.contains_key(id) || self.failed.contains_key(id)
    }

    /// Why a cell came to nothing; `None`: it did not.
    pub fn failure(&self, id: &str) -> Option<&String> {
        self.failed.get(id)
    }

    /// A cell's row; `None` where it has no numbers.
    pub fn row(&self, id: &str) -> Option<Row<'_>> {
        self.rows.get(id).map(|(_, values)| Row { cells: self, values })
    }
}

/// The numbers of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    cells: &'a Cells,
    values: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The text in a column; nothing where there is no such column.
    pub fn text(&self, column: &str) -> &'a str {
        self.cells.text(self.values, column)
    }

    /// Right verdicts as a share of trials.
    pub fn accuracy(&self) -> f64 {
        number(self.text("accuracy")).expect("every row that was read has an accuracy")
    }

    /// The accuracy with its interval; `None` for one run of what trains something.
    pub fn estimate(&self) -> Option<Estimate> {
        let (low, high) = (number(self.text("accuracy_low")), number(self.text("accuracy_high")));
        Some(Estimate { value: self.accuracy(), interval: (low?, high?) })
    }
}

/// A finite number.
pub fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// How a file of one result stands to that of the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The same bytes.
    Same,
    /// Different values.
    Differs(Place),
    /// The same values, written differently.
    Written,
    /// A alone has it.
    OnlyA,
    /// B alone has it.
    OnlyB,
}

/// The first difference of two files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// The line in A, from 1; after A's last where B goes on.
    pub line: u64,
    /// The column's name, or its place in the line, from 1, where it has none.
    pub column: String,
    /// What A has there; `None`: nothing.
    pub a: Option<String>,
    /// What B has there.
    pub b: Option<String>,
}

/// All files but the cells: how they stand to each other.
pub fn others(a: &Side, b: &Side) -> BTreeMap<String, State> {
    let names = a.files.keys().chain(b.files.keys()).filter(|name| *name != CELLS);
    let state = |name: &String| match (a.files.get(name), b.files.get(name)) {
        (Some(_), None) => State::OnlyA,
        (None, _) => State::OnlyB,
        (Some(a), Some(b)) if a == b => State::Same,
        (Some(a), Some(b)) => {
            let place = if name.ends_with(".csv") { first_value(a, b) } else { first_character(a, b) };
            place.map_or(State::Written, State::Differs)
        }
    };
    names.map(|name| (name.clone(), state(name))).collect()
}

/// The first value that differs between two tables.
fn first_value(a: &str, b: &str) -> Option<Place> {
    let (mut left, mut right) = (rows(a), rows(b));
    let header = rows(a).next().unwrap_or_default();
    let mut line = 0;
    loop {
        let (x, y) = (left.next(), right.next());
        if x.is_none() && y.is_none() {
            return None;
        }
        line = x.as_ref().and_then(StringRecord::position).map_or(line + 1, csv::Position::line);
        let value = |row: &Option<StringRecord>, at| row.as_ref()?.get(at).map(String::from);
        let length = |row: &Option<StringRecord>| row.as_ref().map_or(0, StringRecord::len);
        let differs = |at: &usize| value(&x, *at) != value(&y, *at);
        if let Some(at) = (0..length(&x).max(length(&y))).find(differs) {
            let column = header.get(at).map_or_else(|| (at + 1).to_string(), Into::into);
            return Some(Place { line, column, a: value(&x, at), b: value(&y, at) });
        }
    }
}

/// The lines of a table, its header among them, however long each.
fn rows(text: &str) -> impl Iterator<Item = StringRecord> {
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.into_records().map_while(Result::ok)
}

/// Characters that are shown of a text from its first difference on.
const EXCERPT: usize = 24;

/// The first character that differs between two texts.
fn first_character(a: &str, b: &str) -> Option<Place> {
    let (mut line, mut column) = (1, 1);
    let (mut left, mut right) = (a.chars(), b.chars());
    loop {
        let rest = |text: &str| (!text.is_empty()).then(|| text.chars().take(EXCERPT).collect());
        let (a, b) = (rest(left.as_str()), rest(right.as_str()));
        match (left.next(), right.next()) {
            (None, None) => return None,
            (x, y) if x != y => return Some(Place { line, column: format!("character {column}"), a, b }),
            (Some('\n'), _) => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
    }
}
