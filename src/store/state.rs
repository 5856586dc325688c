//! The state of a run, a directory beside its result: the journal of what is finished, a log of events, and, of a shard,
//! what it is a shard of.

use crate::records::{PLAYED, SEMANTICS};
use crate::scenario::spec::Scenario;
use crate::store::disk;
use crate::store::events::Log;
use crate::store::journal::{FileJournal, Unopened};
use crate::tournament::shards::{DIVISION, Shard};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

const JOURNAL: &str = "parts.journal";
const EVENTS: &str = "events.jsonl";
const SHARD: &str = "shard.json";
/// How the state's name ends that lies beside a result.
const ENDING: &str = "state";

/// The state of a run, held by it.
pub struct State {
    /// The directory.
    pub folder: PathBuf,
    /// What is finished.
    pub journal: FileJournal,
    /// What happened.
    pub log: Log,
}

/// What a state says of the shard whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShardFile {
    /// The meaning of results.
    pub semantics: u32,
    /// The meaning of what is played.
    pub played: u32,
    /// How the run is divided.
    pub division: u32,
    /// Which share of how many.
    pub shard: Shard,
    /// Whether it was asked what agents could do.
    pub optimise: bool,
    /// Whether every match is kept.
    pub keep_trials: bool,
    /// Whether what students learned is kept.
    pub keep_students: bool,
    /// Whether all of it is played.
    pub done: bool,
    /// The resolved scenario.
    pub scenario: Json,
}

impl ShardFile {
    /// What is to be said of a shard that begins.
    #[must_use]
    pub fn new(scenario: &Scenario, shard: Shard) -> Self {
        Self {
            semantics: SEMANTICS,
            played: PLAYED,
            division: DIVISION,
            shard,
            optimise: false,
            keep_trials: false,
            keep_students: false,
            done: false,
            scenario: scenario.document.clone(),
        }
    }

    /// Reads a shard's file.
    ///
    /// # Errors
    /// The path and why it is none.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(SHARD);
        let text = fs::read_to_string(&path).map_err(|error| {
            format!("{}: {error}; name directories that `run --shard` wrote", path.display())
        })?;
        // Its hash is the first line, what it says the second.
        let damaged = || format!("{}: damaged; play this shard again", path.display());
        let (sum, json) = text.split_once('\n').ok_or_else(damaged)?;
        if blake3::hash(json.as_bytes()).to_hex().as_str() != sum {
            return Err(damaged());
        }
        serde_json::from_str(json).map_err(|error| format!("{}: {error}; play it again", path.display()))
    }

    /// Writes it into a shard's directory.
    ///
    /// # Errors
    /// The path and why it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let path = folder.join(SHARD);
        let json = serde_json::to_string(self).map_err(|error| error.to_string())?;
        let text = format!("{}\n{json}", blake3::hash(json.as_bytes()).to_hex());
        disk::replace(&path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// The name of the state that lies beside a result.
#[must_use]
pub fn beside(result: &Path) -> PathBuf {
    let mut name = result.file_name().unwrap_or(OsStr::new("run")).to_owned();
    name.push(".");
    name.push(ENDING);
    result.with_file_name(name)
}

/// The journal of a state.
#[must_use]
pub fn journal(folder: &Path) -> PathBuf {
    folder.join(JOURNAL)
}

/// The log of a state.
#[must_use]
pub fn events(folder: &Path) -> PathBuf {
    folder.join(EVENTS)
}

/// The states that a directory means: itself, that beside it, or those of shards in it, by name.
#[must_use]
pub fn meant_by(folder: &Path) -> Vec<PathBuf> {
    let is_state = |folder: &PathBuf| journal(folder).is_file();
    // Results without a name of their own end in their hash, and their scenario's have one state.
    let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let stem = name.rsplit_once('-').filter(|(_, hash)| hash.len() == 10).map_or(name, |(stem, _)| stem);
    let itself = [folder.to_path_buf(), beside(folder), beside(&folder.with_file_name(stem))];
    let itself: Vec<PathBuf> = itself.into_iter().filter(is_state).take(1).collect();
    let within = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(is_state).collect()
    };
    let mut all = within(folder);
    all.extend(within(&folder.join("shards")));
    all.retain(|path| !itself.contains(path));
    // Shard 10 comes after shard 9.
    all.sort_by_key(|path| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
        (name.parse::<u64>().unwrap_or(u64::MAX), name)
    });
    itself.into_iter().chain(all).collect()
}

impl State {
    /// Opens a state, or begins one.
    ///
    /// # Errors
    /// What stands in the way: another run that has it, something else that is there, or why it cannot be written.
    pub fn open(folder: &Path) -> Result<Self, Unopened> {
        let shown = folder.display();
        let failed = |error: std::io::Error| {
            Unopened::Failed(format!("{shown}: {error}; choose another --out or --state"))
        };
        if folder.exists() && !journal(folder).exists() {
            let empty = fs::read_dir(folder).map_err(failed)?.next().is_none();
            if !empty {
                let remedy = "choose another --out or --state";
                return Err(Unopened::Foreign(format!("{shown}: exists and is no state of a run; {remedy}")));
            }
        }
        disk::create_dir_all(folder).map_err(failed)?;
        let journal = FileJournal::open(&journal(folder))?;
        let log = Log::open(&events(folder)).map_err(Unopened::Failed)?;
        Ok(Self { folder: folder.into(), journal, log })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_changed_byte_of_a_shards_file_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let shard = Shard { number: 3, of: 8 };
        let scenario = json!({ "name": "mine", "seed": 7 });
        let file = ShardFile {
            semantics: SEMANTICS,
            played: PLAYED,
            division: DIVISION,
            shard,
            optimise: false,
            keep_trials: true,
            keep_students: false,
            done: true,
            scenario,
        };
        file.write(folder.path()).expect("written");
        assert_eq!(ShardFile::read(folder.path()), Ok(file));
        let path = folder.path().join(SHARD);
        let whole = fs::read(&path).expect("bytes");
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                fs::write(&path, bytes).expect("written");
                assert!(ShardFile::read(folder.path()).is_err(), "byte {at}, bit {bit}");
            }
        }
    }
}
