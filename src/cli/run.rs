//! `run` and `sweep`: plays a scenario, writes its result, prints who did best.

use crate::cli::changes::{Axes, Changes};
use crate::cli::play::{self, Options, threads};
use crate::cli::{End, Outcome, print, report};
use crate::learners::network::train_on_gpu;
use crate::records::CellRecord;
use crate::report::table::Value;
use crate::report::{leaderboards, tables};
use crate::scenario::spec::{CellSpec, Scenario, Until};
use crate::store::journal::FileJournal;
use crate::store::results::Played;
use crate::store::{files, machine, place};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[derive(Args)]
pub struct Run {
    /// The scenario file
    scenario: PathBuf,
    #[command(flatten)]
    changes: Changes,
    /// Play this cell alone, by its id in cells.csv
    #[arg(long, value_name = "ID")]
    cell: Option<String>,
    /// Threads, 1 to 1024; 0: all cores
    #[arg(long, default_value_t = 0, value_parser = threads())]
    threads: usize,
    /// Where to write the result [default: results/local/<scenario>-<hash>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Keep finished replicates in this file, and go on from those it has
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Keep the first few matches of each cell as trees, to read in a report [default: 0; with --report: 2]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(..=1000))]
    matches: Option<u64>,
    /// Write every match to trials.csv
    #[arg(long)]
    keep_trials: bool,
    /// Write the result as an HTML page too, report.html
    #[arg(long)]
    report: bool,
    /// Forms of the tables; Parquet files lie beside the CSV files, with the same columns and rows
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Where networks are trained; on a GPU results are not the same bytes
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    device: Device,
    /// Write every student's weights, as safetensors named by their hash
    #[arg(long)]
    keep_students: bool,
    /// Trials per block; changes nothing but speed
    #[arg(long, hide = true)]
    block: Option<usize>,
    /// No progress and no table, only the result's path
    #[arg(long)]
    quiet: bool,
    /// Print the rows as JSON
    #[arg(long)]
    json: bool,
}

/// Where networks are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Device {
    Cpu,
    Cuda,
}

/// The forms of a result's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Parquet,
}

impl Run {
    /// Plays the scenario.
    pub fn play(self, axes: &Axes, optimise: bool) -> Outcome {
        if self.device == Device::Cuda {
            train_on_gpu().map_err(|reason| (End::Usage, reason))?;
        }
        if self.format == Format::Parquet && !cfg!(feature = "parquet") {
            let remedy = "this program was built without Parquet; build it with --features parquet, or use the CSV files";
            return Err((End::Usage, format!("--format parquet: {remedy}")));
        }
        let overrides = self.changes.overrides(axes)?;
        let scenario =
            files::scenario(&self.scenario, &overrides).map_err(|problems| (End::Usage, problems))?;
        let cells = chosen(&scenario, self.cell.as_deref())?;
        // Hours of play are not to end at a place that takes no result.
        let local = Path::new("results/local");
        let unnamed = local.join(format!("{}-hash", scenario.name));
        place::check(self.out.as_deref().unwrap_or(&unnamed)).map_err(|error| (End::Usage, error))?;
        #[expect(clippy::disallowed_methods, reason = "provenance, which is never compared")]
        let start = Instant::now();
        if self.journal.is_some() && self.device == Device::Cuda {
            let remedy =
                "what a GPU trains differs from run to run; leave --journal out, or train on the CPU";
            return Err((End::Usage, remedy.into()));
        }
        if cells.iter().any(|cell| cell.until != Until::default()) {
            let why = "how long a cell is played hangs on what comes out; leave until out, and set trials";
            for (asked, what) in [(self.journal.is_some(), "--journal"), (optimise, "optimise")] {
                if asked {
                    return Err((End::Usage, format!("{what} and until: {why}")));
                }
            }
        }
        let journal = self.journal.as_deref().map(FileJournal::open).transpose();
        let journal = journal.map_err(|error| (End::Usage, error))?;
        let options = Options {
            journal: journal.as_ref(),
            threads: self.threads,
            block: self.block,
            keep_trials: self.keep_trials,
            keep_students: self.keep_students,
            optimise,
            quiet: self.quiet,
        };
        let records = play::all(cells, &options)?;
        let refs: Vec<&CellSpec> = cells.iter().collect();
        let each = self.matches.unwrap_or(if self.report { 2 } else { 0 });
        let matches = play::tell(play::told(cells, each))?;
        let (with_trials, matches) = (self.keep_trials, matches.as_slice());
        let (cells, records) = (refs.as_slice(), records.as_slice());
        let played =
            Played { scenario: &scenario, cells, records, with_trials, optimised: optimise, matches };
        let result = played.outcome().map_err(|error| (End::Failed, error))?;
        let folder = self.out.clone().unwrap_or_else(|| local.join(result.name()));
        let mut provenance = provenance(start.elapsed().as_millis() as u64, self.threads);
        if self.device == Device::Cuda {
            provenance["device"] = json!("cuda");
        }
        let parquet = self.format == Format::Parquet;
        let written = result.write(&folder, provenance, || played.beside(parquet));
        written.map_err(|error| (End::Failed, error))?;
        let page = if self.report { Some(report::write(&folder, None)?) } else { None };
        let hash = result.manifest["hash"].as_str().unwrap_or_default();
        if self.json {
            let rows: Vec<_> =
                tables::played(cells, records).iter().map(|(cell, record)| row_json(cell, record)).collect();
            let folder = folder.display().to_string();
            print(&format!("{}\n", json!({ "result": folder, "hash": hash, "cells": rows })))?;
        } else if self.quiet {
            print(&format!("{}\n", folder.display()))?;
        } else {
            print(&leaderboards(&scenario, cells, records))?;
            let short = hash.get(..10).unwrap_or_default();
            print(&format!(
                "\nresult {short} in {0}\nreproduce with: elenchus reproduce {0}\n",
                folder.display()
            ))?;
            if let Some(page) = page {
                print(&format!("report in {}\n", page.display()))?;
            }
        }
        failures(records)?;
        judge_expectations(&scenario, cells, records)
    }
}

/// A cell's row for programs: numbers as numbers, null where there is none.
fn row_json(cell: &CellSpec, record: &CellRecord) -> serde_json::Value {
    let swept = |column: &str| {
        let path = column.strip_prefix("sweep.").unwrap_or(column);
        column.contains('.') && cell.point.iter().any(|(swept, _)| swept == path)
    };
    let value = |(column, value): (String, Value)| {
        // Swept values are words, of which some are numbers.
        let number = serde_json::from_str::<serde_json::Number>(&value.to_string()).ok();
        let json = number.filter(|_| swept(&column)).map_or_else(|| value.json(), serde_json::Value::Number);
        (column, json)
    };
    serde_json::Value::Object(tables::row(cell, record).into_iter().map(value).collect())
}

/// Says which cells came to nothing.
pub fn failures(records: &[CellRecord]) -> Result<(), (End, String)> {
    let failed: Vec<&str> = records.iter().filter_map(|record| record.failed.as_deref()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let (count, cells) = (failed.len(), if failed.len() == 1 { "cell" } else { "cells" });
    Err((
        End::Failed,
        format!("{count} {cells} came to nothing, the others are written\n  {}", failed.join("\n  ")),
    ))
}

/// All cells, or the one that is asked for.
pub fn chosen<'a>(scenario: &'a Scenario, id: Option<&str>) -> Result<&'a [CellSpec], (End, String)> {
    let Some(id) = id else { return Ok(&scenario.cells) };
    let found = scenario.cells.iter().find(|cell| cell.id == id).map_or(&[][..], std::slice::from_ref);
    if found.iter().any(|cell| cell.until.difference.is_some()) {
        let message =
            "until_difference: how long a cell is played hangs on the others; play or compare all of them";
        return Err((End::Usage, message.into()));
    }
    if found.is_empty() {
        let known: Vec<&str> = scenario.cells.iter().take(12).map(|cell| cell.id.as_str()).collect();
        let more = scenario.cells.len().saturating_sub(known.len());
        let more = if more == 0 { String::new() } else { format!("\n  and {more} more") };
        return Err((End::Usage, format!("no cell {id:?}; there are\n  {}{more}", known.join("\n  "))));
    }
    Ok(found)
}

fn provenance(wall_ms: u64, threads: usize) -> serde_json::Value {
    #[expect(clippy::disallowed_methods, reason = "provenance, which is never compared")]
    let now = SystemTime::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": option_env!("ELENCHUS_COMMIT"),
        "cpu": machine::cpu(),
        "host": machine::host(),
        "threads": if threads == 0 { cores } else { threads },
        "wall_ms": wall_ms,
        "unix_s": now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
    })
}

/// Compares what the scenario expects with what came out.
pub fn judge_expectations(scenario: &Scenario, cells: &[&CellSpec], records: &[CellRecord]) -> Outcome {
    let mut unmet = Vec::new();
    for expectation in &scenario.expectations {
        let about = |names: &[String], name: &str| names.is_empty() || names.iter().any(|n| n == name);
        // A meeting of agents goes by the name of its league.
        let protocol =
            |cell: &CellSpec| cell.protocol.league.as_ref().map_or(&cell.protocol.name, |l| &l.name).clone();
        let is_meant = |cell: &CellSpec| {
            about(&expectation.protocols, &protocol(cell))
                && about(&expectation.overseers, &cell.overseer.name)
        };
        for (cell, record) in cells.iter().zip(records) {
            if !is_meant(cell) || record.unpaired {
                continue;
            }
            let row = tables::row(cell, record);
            let got = row
                .iter()
                .find(|(column, _)| *column == expectation.column)
                .and_then(|(_, v)| v.to_string().parse::<f64>().ok());
            if !got.is_some_and(|got| (got - expectation.value).abs() <= expectation.within) {
                let got = got.map_or("no such number".into(), |got| got.to_string());
                unmet.push(format!(
                    "expected {} = {} within {} ({}), got {got}: {}",
                    expectation.column, expectation.value, expectation.within, expectation.because, cell.id
                ));
            }
        }
    }
    if unmet.is_empty() { Ok(End::Done) } else { Err((End::Failed, unmet.join("\n"))) }
}
