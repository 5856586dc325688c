//! Result directories: tables, a manifest that hashes them, and the comparison of two.

use crate::records::{CellRecord, KeptMatch, SEMANTICS};
use crate::report::table::Rows;
use crate::report::tables;
use crate::scenario::spec::{CellSpec, Scenario};
use crate::store::{disk, place};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fs;
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

/// What a run played, and what of it is to be kept.
pub struct Played<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The cells that were played: all of the scenario's or some.
    pub cells: &'a [&'a CellSpec],
    /// What came out of each.
    pub records: &'a [CellRecord],
    /// Whether every match is a row of trials.csv.
    pub with_trials: bool,
    /// Whether it was asked what agents could do.
    pub optimised: bool,
    /// Matches that are kept to be read.
    pub matches: &'a [KeptMatch],
}

/// The compared part of a manifest, its hash included.
#[must_use]
pub fn manifest(
    scenario: &Scenario,
    only: Option<&str>,
    hashes: &BTreeMap<String, String>,
    failed: &BTreeMap<&str, &str>,
    optimised: bool,
) -> Json {
    let mut manifest = json!({
        "format": FORMAT,
        "semantics": SEMANTICS,
        "scenario": scenario.document,
        "seed": scenario.seed,
        "cell": only,
        "files": hashes,
    });
    if !failed.is_empty() {
        manifest["failed"] = json!(failed);
    }
    if optimised {
        manifest["optimised"] = json!(true);
    }
    let whole = hash(&manifest.to_string());
    manifest["hash"] = json!(whole);
    manifest
}

impl Played<'_> {
    fn is_whole(&self) -> bool {
        self.scenario.large.is_none() && self.cells.len() == self.scenario.cells.len()
    }

    /// The tables, kept matches and manifest.
    ///
    /// # Errors
    /// When a table cannot be formed.
    pub fn outcome(&self) -> Result<Outcome, String> {
        let Self { scenario, cells, records, matches, .. } = self;
        let rows = tables::played(cells, records);
        let tables = tables::all(&rows, self.with_trials, self.is_whole());
        let file = |table: Rows| Ok((format!("{}.csv", table.name), table.csv()?));
        let mut files = tables.into_iter().map(file).collect::<Result<BTreeMap<_, _>, String>>()?;
        if !matches.is_empty() {
            let text = serde_json::to_string(matches).map_err(|error| error.to_string())?;
            files.insert("matches.json".into(), text + "\n");
        }
        let failed = cells.iter().zip(*records);
        let failed: BTreeMap<&str, &str> =
            failed.filter_map(|(cell, record)| Some((cell.id.as_str(), record.failed.as_deref()?))).collect();
        let hashes = files.iter().map(|(name, text)| (name.clone(), hash(text))).collect();
        let only: Option<&str> = (!self.is_whole()).then(|| cells.first().map_or("", |c| c.id.as_str()));
        let manifest = manifest(scenario, only, &hashes, &failed, self.optimised);
        Ok(Outcome { files, manifest })
    }

    /// What lies beside the compared files, by name: the students that were kept, each named by its hash, and
    /// the tables as Parquet where they are wanted.
    ///
    /// # Errors
    /// When a table cannot be formed.
    pub fn beside(&self, parquet: bool) -> Result<Vec<(String, Vec<u8>)>, String> {
        let students = self.records.iter().flat_map(|record| &record.students);
        let saved = students.filter_map(|s| Some((format!("{}.safetensors", s.weights), s.saved.clone()?)));
        let rows = tables::played(self.cells, self.records);
        let wanted = if parquet { tables::all(&rows, self.with_trials, self.is_whole()) } else { vec![] };
        let tables = wanted.into_iter().map(|rows| Ok((format!("{}.parquet", rows.name), in_parquet(rows)?)));
        saved.map(Ok).chain(tables).collect()
    }
}

#[cfg(feature = "parquet")]
fn in_parquet(rows: Rows) -> Result<Vec<u8>, String> {
    crate::report::parquet::parquet(&rows.collect())
}

#[cfg(not(feature = "parquet"))]
fn in_parquet(rows: Rows) -> Result<Vec<u8>, String> {
    Err(format!("{}: this program was built without Parquet", rows.name))
}

/// The hash of a text.
#[must_use]
pub fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

impl Outcome {
    /// Writes the directory, and `beside` its tables what is no part of the compared result, under a temporary
    /// name, and renames it into place.
    ///
    /// # Errors
    /// The path and why it cannot be written, or what stands in its way.
    pub fn write(
        &self,
        target: &Path,
        provenance: Json,
        beside: impl FnOnce() -> Result<Vec<(String, Vec<u8>)>, String>,
    ) -> Result<(), String> {
        place::put(target, |folder| {
            self.write_all(folder, provenance)?;
            for (name, bytes) in beside()? {
                let path = folder.join(name);
                written(&path, &bytes)?;
            }
            Ok(())
        })
    }

    fn write_all(&self, folder: &Path, provenance: Json) -> Result<(), String> {
        disk::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut all = self.files.iter();
        all.try_for_each(|(name, text)| written(&folder.join(name), text.as_bytes()))?;
        write_manifest(folder, self.manifest.clone(), provenance)
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

/// Writes a manifest with its provenance.
fn write_manifest(folder: &Path, mut manifest: Json, provenance: Json) -> Result<(), String> {
    manifest["provenance"] = provenance;
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())? + "\n";
    written(&folder.join("manifest.json"), text.as_bytes())
}

/// Puts a directory that has all tables of a result in its place, with its manifest.
///
/// # Errors
/// What stands in the way.
pub fn put(unfinished: &Path, target: &Path, manifest: Json, provenance: Json) -> Result<(), String> {
    write_manifest(unfinished, manifest, provenance)?;
    place::put(target, |folder| {
        disk::rename(unfinished, folder).map_err(|error| format!("{}: {error}", unfinished.display()))
    })
}

/// The name of a result: the scenario and the first digits of the hash.
#[must_use]
pub fn name(manifest: &Json) -> String {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let hash = text(&manifest["hash"]);
    format!("{}-{}", text(&manifest["scenario"]["name"]), hash.get(..10).unwrap_or_default())
}

/// The text of a table in a directory; empty where there is none.
///
/// # Errors
/// Why it cannot be read.
pub fn table(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        text => text.map_err(|error| format!("{}: {error}", path.display())),
    }
}

/// Writes a file and waits until it is on the disk.
fn written(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let file = disk::create(path);
    let done = file.and_then(|mut file| disk::write(&mut file, bytes).and_then(|()| disk::sync(&file)));
    done.map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a page, whole or not at all.
///
/// # Errors
/// The path and why it cannot be written.
pub fn write_page(path: &Path, page: &str) -> Result<(), String> {
    disk::replace(path, page.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
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
