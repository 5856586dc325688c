//! Result directories: tables, a manifest that hashes them, and the comparison of two.

use crate::records::{CellRecord, SEMANTICS, Tally};
use crate::scenario::spec::{CellSpec, Scenario};
use crate::stats::interval;
use crate::store::place;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The version of the directory's layout.
pub const FORMAT: u32 = 1;

/// A result: the files of a directory, by name, and the compared part of its manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Tables by file name.
    pub files: BTreeMap<String, String>,
    /// The compared part of the manifest, its hash included.
    pub manifest: Json,
}

/// A column of means and the sum it is of.
type Mean = (&'static str, fn(&Tally) -> u64);

/// The columns of means, and the sums they are of.
const MEANS: [Mean; 10] = [
    ("checks_mean", |t| t.checks),
    ("combines_mean", |t| t.combines),
    ("arguments_mean", |t| t.arguments),
    ("cost_mean", |t| t.cost),
    ("agent_calls_mean", |t| t.agent_calls),
    ("depth_mean", |t| t.depth),
    ("erred_mean", |t| t.erred),
    ("first_true_mean", |t| t.first_true),
    ("contested_mean", |t| t.contested),
    ("all_nodes_right", |t| t.all_nodes_right),
];

/// Columns of text; all others hold numbers, swept values aside.
const TEXTS: [&str; 7] = ["id", "protocol", "preset", "overseer", "task", "family", "agents"];

/// A cell's row for programs: numbers as numbers, null where there is none.
#[must_use]
pub fn row_json(cell: &CellSpec, record: &CellRecord) -> Json {
    let value = |(column, text): (String, String)| {
        let number = || serde_json::from_str::<serde_json::Number>(&text).ok();
        let value = match column.as_str() {
            name if TEXTS.contains(&name) => json!(text),
            _ if text.is_empty() => Json::Null,
            _ => number().map_or_else(|| json!(text), Json::Number),
        };
        (column, value)
    };
    Json::Object(row(cell, record).into_iter().map(value).collect())
}

/// A cell's row as (column, value), in the order of the file.
#[must_use]
pub fn row(cell: &CellSpec, record: &CellRecord) -> Vec<(String, String)> {
    let total = record.total();
    let trials = total.trials.max(1) as f64;
    let mut row: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| row.push((name.into(), value));
    put("id", cell.id.clone());
    put("protocol", cell.protocol.name.clone());
    put("preset", cell.protocol.preset.clone());
    put("overseer", cell.overseer.name.clone());
    put("task", cell.task.name.clone());
    put("family", cell.task.family_word());
    let agents: Vec<&str> = cell.agents.iter().map(|agent| agent.name.as_str()).collect();
    put("agents", agents.join(" + "));
    cell.point.iter().for_each(|(path, value)| put(path, value.clone()));
    put("seed", cell.seed.to_string());
    put("replicates", cell.replicates.to_string());
    put("trials", total.trials.to_string());
    put("right", total.right.to_string());
    put("abstained", total.abstained.to_string());
    put("accuracy", (total.right as f64 / trials).to_string());
    let (low, high) = interval(record).map_or_else(Default::default, |(l, h)| (l.to_string(), h.to_string()));
    put("accuracy_low", low);
    put("accuracy_high", high);
    // Of the verdicts given: who abstains states no confidence.
    let given = total.trials - total.abstained;
    let confidence = total.confidence as f64 / 65_536.0 / given as f64;
    put("confidence_mean", if given == 0 { String::new() } else { confidence.to_string() });
    MEANS.iter().for_each(|(name, sum)| put(name, (sum(&total) as f64 / trials).to_string()));
    row
}

fn csv_text(rows: impl Iterator<Item = Vec<String>>) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// The tables and manifest of a run.
///
/// # Errors
/// When a table cannot be formed.
pub fn outcome(
    scenario: &Scenario,
    cells: &[&CellSpec],
    records: &[CellRecord],
    with_trials: bool,
) -> Result<Outcome, String> {
    let mut files = BTreeMap::new();
    let rows = || cells.iter().zip(records).map(|(cell, record)| row(cell, record));
    let header = rows().next().map(|row| row.into_iter().map(|(name, _)| name).collect());
    let body = rows().map(|row| row.into_iter().map(|(_, value)| value).collect());
    files.insert("cells.csv".to_owned(), csv_text(header.into_iter().chain(body))?);
    if records.iter().any(|record| !record.rounds.is_empty()) {
        let header = [
            "id",
            "replicate",
            "round",
            "level",
            "trials",
            "target_right",
            "target_slipped",
            "target",
            "student",
        ];
        let lines = cells.iter().zip(records).flat_map(|(cell, record)| {
            record.rounds.iter().map(|r| {
                let target = if r.trials == 0 {
                    String::new()
                } else {
                    (r.target_right as f64 / r.trials as f64).to_string()
                };
                vec![
                    cell.id.clone(),
                    r.replicate.to_string(),
                    r.round.to_string(),
                    r.level.to_string(),
                    r.trials.to_string(),
                    r.target_right.to_string(),
                    r.target_slipped.to_string(),
                    target,
                    r.student.to_string(),
                ]
            })
        });
        let text = csv_text(std::iter::once(header.map(String::from).to_vec()).chain(lines))?;
        files.insert("rounds.csv".into(), text);
    }
    if with_trials {
        let header = [
            "id",
            "replicate",
            "trial",
            "verdict",
            "first_side",
            "second_side",
            "right",
            "abstained",
            "cost",
            "checks",
            "combines",
            "agent_calls",
            "erred",
            "arguments",
            "depth",
            "first_true",
            "contested",
            "all_nodes_right",
            "confidence",
        ];
        let lines = cells.iter().zip(records).flat_map(|(cell, record)| {
            record.trials.iter().map(|t| {
                let numbers = [
                    t.tally.right,
                    t.tally.abstained,
                    t.tally.cost,
                    t.tally.checks,
                    t.tally.combines,
                    t.tally.agent_calls,
                    t.tally.erred,
                    t.tally.arguments,
                    t.tally.depth,
                    t.tally.first_true,
                    t.tally.contested,
                    t.tally.all_nodes_right,
                ];
                let answer =
                    |answer: u16| if answer == u16::MAX { String::new() } else { answer.to_string() };
                let [first, second] = t.sides.map(answer);
                let mut line = vec![cell.id.clone(), t.replicate.to_string(), t.trial.to_string()];
                line.extend([answer(t.verdict), first, second]);
                line.extend(numbers.iter().map(u64::to_string));
                line.push((t.tally.confidence as f64 / 65_536.0).to_string());
                line
            })
        });
        let text = csv_text(std::iter::once(header.map(String::from).to_vec()).chain(lines))?;
        files.insert("trials.csv".into(), text);
    }
    let hashes: BTreeMap<&String, String> = files.iter().map(|(n, text)| (n, hash(text))).collect();
    let only: Option<&str> =
        (cells.len() != scenario.cells.len()).then(|| cells.first().map_or("", |c| c.id.as_str()));
    let mut manifest = json!({
        "format": FORMAT,
        "semantics": SEMANTICS,
        "scenario": scenario.document,
        "seed": scenario.seed,
        "cell": only,
        "files": hashes,
    });
    let whole = hash(&manifest.to_string());
    manifest["hash"] = json!(whole);
    Ok(Outcome { files, manifest })
}

/// The hash of a text.
#[must_use]
pub fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

impl Outcome {
    /// The directory's name: the scenario and the first digits of the hash.
    #[must_use]
    pub fn name(&self) -> String {
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let hash = text(&self.manifest["hash"]);
        format!("{}-{}", text(&self.manifest["scenario"]["name"]), hash.get(..10).unwrap_or_default())
    }

    /// Writes the directory under a temporary name and renames it into place.
    ///
    /// # Errors
    /// The path and why it cannot be written, or what stands in its way.
    pub fn write(&self, target: &Path, provenance: Json) -> Result<(), String> {
        place::put(target, |folder| self.write_all(folder, provenance))
    }

    fn write_all(&self, folder: &Path, provenance: Json) -> Result<(), String> {
        let at = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
        let mut manifest = self.manifest.clone();
        manifest["provenance"] = provenance;
        let manifest = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())? + "\n";
        let all = self.files.iter().map(|(n, text)| (n.as_str(), text.as_str()));
        for (name, text) in all.chain([("manifest.json", manifest.as_str())]) {
            let path = folder.join(name);
            let mut file = File::create(&path).map_err(|error| at(&path, error))?;
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| at(&path, error))?;
        }
        Ok(())
    }

    /// Reads a result directory.
    ///
    /// # Errors
    /// What is missing, damaged, or of another version.
    pub fn read(folder: &Path) -> Result<Self, Unreadable> {
        let path: PathBuf = folder.join("manifest.json");
        let no_result = |message: String| Unreadable::NoResult(format!("{}: {message}", path.display()));
        let text = fs::read_to_string(&path)
            .map_err(|error| no_result(format!("{error}; name a result directory, as `run` prints it")))?;
        let mut manifest: Json = serde_json::from_str(&text).map_err(|error| no_result(error.to_string()))?;
        if let Some(map) = manifest.as_object_mut() {
            map.remove("provenance");
        }
        if manifest["format"] != json!(FORMAT) {
            return Err(no_result(format!("want format {FORMAT}, got {}", manifest["format"])));
        }
        let names: Vec<String> =
            manifest["files"].as_object().map_or_else(Vec::new, |m| m.keys().cloned().collect());
        let mut files = BTreeMap::new();
        for name in names {
            if name.contains(['/', '\\']) {
                return Err(no_result(format!("{name:?} is no file of this directory")));
            }
            let path = folder.join(&name);
            let text = fs::read_to_string(&path).map_err(|error| {
                let remedy = "the manifest names it; run the scenario again";
                Unreadable::Incomplete(format!("{}: {error}; {remedy}", path.display()))
            })?;
            files.insert(name, text);
        }
        Ok(Self { files, manifest })
    }
}

/// Why a directory is not read as a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is none, or one of another version.
    NoResult(String),
    /// A file that its manifest names is missing.
    Incomplete(String),
}

/// The first difference between two tables: line, column, and the two values.
#[must_use]
pub fn first_difference(file: &str, stored: &str, now: &str) -> Option<String> {
    if stored == now {
        return None;
    }
    let records = |text: &str| -> Vec<csv::StringRecord> {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        reader.into_records().map_while(Result::ok).collect()
    };
    let (a, b) = (records(stored), records(now));
    let empty = csv::StringRecord::new();
    for line in 0..a.len().max(b.len()) {
        let (left, right) = (a.get(line).unwrap_or(&empty), b.get(line).unwrap_or(&empty));
        for column in 0..left.len().max(right.len()) {
            if left.get(column) != right.get(column) {
                let id = if line == 0 {
                    "the header"
                } else {
                    left.get(0).or(right.get(0)).unwrap_or("a missing row")
                };
                let name = b
                    .first()
                    .or(a.first())
                    .and_then(|header| header.get(column))
                    .unwrap_or("a missing column");
                let show = |record: &csv::StringRecord| record.get(column).unwrap_or("nothing").to_owned();
                return Some(format!(
                    "{file}: cell {id}, column {name}: stored {}, now {}",
                    show(left),
                    show(right)
                ));
            }
        }
    }
    Some(format!("{file}: the same values, written differently"))
}
