//! `reproduce`: plays a stored result again from its manifest and compares byte for byte.

use crate::cli::finish::{said, unmet};
use crate::cli::large::Large;
use crate::cli::play::{self, Options, Progress, Wanted, threads};
use crate::cli::run::chosen;
use crate::cli::{End, Outcome, print};
use crate::records::{KeptMatch, SEMANTICS};
use crate::scenario::spec::CellSpec;
use crate::store::files;
use crate::store::results::{self, Played, Unreadable, first_difference};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Reproduce {
    /// The result directories; what several of them have learned is trained once
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// Compare only this many cells, 1 or more, picked by --pick
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    cells: Option<usize>,
    /// Text whose hash picks the cells
    #[arg(long, default_value = "")]
    pick: String,
    /// Threads, 1 to 1024; 0: all cores
    #[arg(long, default_value_t = 0, value_parser = threads())]
    threads: usize,
    /// Trials per block; changes nothing but speed
    #[arg(long, hide = true)]
    block: Option<usize>,
    /// No progress
    #[arg(long)]
    quiet: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

impl Reproduce {
    /// Plays and compares: all of them, whatever comes of one; the first that is not as stored decides how it ends.
    pub fn play(self) -> Outcome {
        let [result] = &self.results[..] else {
            let mut end = End::Done;
            for result in &self.results {
                let one = self.compare(result).unwrap_or_else(|(end, message)| {
                    anstream::eprintln!("{message}");
                    end
                });
                if one == End::Interrupted {
                    return Ok(one);
                }
                if end == End::Done {
                    end = one;
                }
            }
            return Ok(end);
        };
        self.compare(result)
    }

    /// Plays and compares one.
    fn compare(&self, result: &Path) -> Outcome {
        let stored = results::Outcome::read(result).map_err(|error| match error {
            Unreadable::NoResult(message) => (End::Usage, message),
            Unreadable::Incomplete(message) => (End::Incomplete, message),
        })?;
        if stored.manifest["semantics"] != json!(SEMANTICS) {
            let of = &stored.manifest["semantics"];
            return Err((
                End::Usage,
                format!(
                    "{}: made under SEMANTICS {of}, this program has {SEMANTICS} and cannot judge it; nothing was \
                     compared, use the version that made it",
                    result.display()
                ),
            ));
        }
        let progress = if self.quiet { Progress::None } else { Progress::Bar };
        let scenario =
            files::from_document(&stored.manifest["scenario"]).map_err(|error| (End::Usage, error))?;
        let only = stored.manifest["cell"].as_str();
        let keep_trials = stored.files.contains_key("trials.csv");
        let optimise = stored.manifest["optimised"] == json!(true);
        let large = Large::of(&scenario).filter(|_| only.is_none());
        if let Some((large, None)) = large.as_ref().map(|large| (large, self.cells)) {
            let Self { threads, block, .. } = *self;
            let options = Options { threads, block, keep_trials, optimise, progress, ..Options::default() };
            let difference = large.compare(&stored, &options)?;
            return self.said(result, difference, large.len());
        }
        let mut cells = match (&large, self.cells) {
            (Some(large), Some(count)) => Cow::Owned(large.some(count, &self.pick)?),
            _ => chosen(&scenario, only)?,
        };
        if let Some(count) = self.cells.filter(|count| *count < cells.len()) {
            // A part whose length hangs on the whole is refused as one cell alone is.
            chosen(&scenario, cells.first().map(|cell| cell.id.as_str()))?;
            let cells = cells.to_mut();
            // Pairs that a tournament did not bring together have no row to compare.
            let ids = ids_of(stored.files.get("cells.csv").map_or("", String::as_str));
            cells.retain(|cell| ids.contains(&cell.id) || !stored.manifest["failed"][&cell.id].is_null());
            cells.sort_by_cached_key(|cell| results::hash(&format!("{}{}", self.pick, cell.id)));
            cells.truncate(count);
        }
        let Self { threads, block, .. } = *self;
        let options = Options { threads, block, keep_trials, optimise, progress, ..Options::default() };
        let records = play::all(&cells, &options)?;
        let refs: Vec<&CellSpec> = cells.iter().collect();
        let matches = play::tell(kept(&stored, &cells)?)?;
        let played = Played {
            scenario: &scenario,
            cells: &refs,
            records: &records,
            with_trials: keep_trials,
            optimised: optimise,
            matches: &matches,
        };
        let now = played.outcome().map_err(|error| (End::Failed, error))?;
        let partial = self.cells.is_some();
        let difference = self.difference(&stored, &now, partial);
        match self.said(result, difference, cells.len() as u64)? {
            End::Done => said(&[], &unmet(&scenario, &refs, &records)),
            end => Ok(end),
        }
    }

    /// Says what differs, if anything does.
    fn said(&self, result: &Path, difference: Option<String>, cells: u64) -> Outcome {
        let verdict = difference.as_deref().unwrap_or("reproduced");
        if self.json {
            let json = json!({ "result": result, "reproduced": difference.is_none(), "cells": cells, "difference": difference });
            print(&format!("{json}\n"))?;
        } else {
            print(&format!("{}: {verdict}, {cells} cells\n", result.display()))?;
        }
        Ok(if difference.is_some() { End::Differs } else { End::Done })
    }

    fn difference(&self, stored: &results::Outcome, now: &results::Outcome, partial: bool) -> Option<String> {
        // Cells first: what else there is follows from them.
        let (cells, others): (Vec<_>, Vec<_>) = now.files.iter().partition(|(name, _)| *name == "cells.csv");
        for (name, text) in cells.into_iter().chain(others) {
            let kept = stored.files.get(name).map_or("", String::as_str);
            if partial && name == "matches.json" {
                continue;
            }
            let kept = if partial { rows_of(kept, text) } else { kept.into() };
            let difference = first_difference(name, &kept, text);
            if difference.is_some() {
                return difference;
            }
        }
        // What came to nothing has no rows to compare.
        for id in now.manifest["failed"].as_object().into_iter().flatten().map(|(id, _)| id) {
            if stored.manifest["failed"][id] != now.manifest["failed"][id] {
                return Some(format!("cell {id}: stored with numbers, came to nothing now"));
            }
        }
        if !partial && stored.manifest != now.manifest {
            return Some("manifest.json: the tables agree, the manifest was changed".into());
        }
        // A partial comparison still checks the stored files against their own hashes.
        stored.files.iter().find_map(|(name, text)| {
            let kept = stored.manifest["files"][name].as_str().unwrap_or_default();
            (results::hash(text) != kept).then(|| format!("{name}: differs from its hash in the manifest"))
        })
    }
}

/// The matches that a result keeps, of these cells.
fn kept<'a>(stored: &results::Outcome, cells: &'a [CellSpec]) -> Result<Vec<Wanted<'a>>, (End, String)> {
    let Some(text) = stored.files.get("matches.json") else { return Ok(Vec::new()) };
    let kept: Vec<KeptMatch> =
        serde_json::from_str(text).map_err(|error| (End::Usage, format!("matches.json: {error}")))?;
    let of = |kept: &KeptMatch| {
        let cell = cells.iter().find(|cell| cell.id == kept.cell)?;
        Some((cell, kept.replicate, kept.trial))
    };
    Ok(kept.iter().filter_map(of).collect())
}

/// The first column of a table.
fn ids_of(table: &str) -> BTreeSet<String> {
    let records = csv::Reader::from_reader(table.as_bytes()).into_records();
    records.map_while(Result::ok).filter_map(|row| row.get(0).map(Into::into)).collect()
}

/// The header and the stored rows of those cells that `now` is about, in its order.
fn rows_of(stored: &str, now: &str) -> String {
    let id = |line: &str| -> Option<String> {
        let reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        reader.into_records().next()?.ok()?.get(0).map(Into::into)
    };
    let mut ids: Vec<Option<String>> = now.lines().map(id).collect();
    ids.dedup();
    let lines: Vec<(Option<String>, &str)> = stored.lines().map(|line| (id(line), line)).collect();
    let of = |wanted: &Option<String>| {
        let rows = lines.iter().filter(|(id, _)| id == wanted).map(|(_, line)| format!("{line}\n"));
        rows.collect::<String>()
    };
    ids.iter().map(of).collect()
}
