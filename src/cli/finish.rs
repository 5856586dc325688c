//! What comes after play: the result's directory, what is printed of it, and how it ends.

use crate::cli::play::{self, Progress};
use crate::cli::watch::now;
use crate::cli::{End, Outcome, print, report};
use crate::records::CellRecord;
use crate::report::table::Value;
use crate::report::{leaderboards, tables};
use crate::scenario::spec::{CellSpec, Scenario};
use crate::store::results::{self, Played};
use crate::store::{machine, place};
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Where a result goes, and in what forms.
#[derive(Args)]
pub struct Written {
    /// Where to write the result [default: results/local/<scenario>-<hash>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Keep the first few matches of each cell as trees, to read in a report [default: 0; with --report: 2]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(..=1000))]
    matches: Option<u64>,
    /// Write the result as an HTML page too, report.html
    #[arg(long)]
    pub report: bool,
    /// Forms of the tables; Parquet files lie beside the CSV files, with the same columns and rows
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// How progress is told, on stderr [default: bar; with --quiet: none]
    #[arg(long, value_enum)]
    progress: Option<Progress>,
    /// No progress and no table, only the result's path
    #[arg(long)]
    pub quiet: bool,
    /// Print the rows as JSON
    #[arg(long)]
    pub json: bool,
}

/// The forms of a result's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Parquet,
}

/// Where results go that have no name of their own.
pub const LOCAL: &str = "results/local";

/// What was played.
pub struct Finished<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Of its cells those that were played.
    pub cells: &'a [CellSpec],
    /// What came out of each.
    pub records: &'a [CellRecord],
    /// Whether every match is a row of trials.csv.
    pub keep_trials: bool,
    /// Whether it was asked what agents could do.
    pub optimised: bool,
    /// Milliseconds of play, and threads, for provenance.
    pub wall_ms: u64,
    /// Threads; 0: all cores.
    pub threads: usize,
    /// Whether networks were trained on a GPU.
    pub on_gpu: bool,
}

impl Written {
    /// How progress is told.
    pub fn progress(&self) -> Progress {
        self.progress.unwrap_or(if self.quiet { Progress::None } else { Progress::Bar })
    }

    /// Whether a result can be written there in this form: hours of play are not to end at a place that takes none.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn check(&self, scenario: &Scenario) -> Result<(), (End, String)> {
        if self.format == Format::Parquet && !cfg!(feature = "parquet") {
            let remedy = "this program was built without Parquet; build it with --features parquet, or use the CSV files";
            return Err((End::Usage, format!("--format parquet: {remedy}")));
        }
        let unnamed = Path::new(LOCAL).join(format!("{}-hash", scenario.name));
        place::check(self.out.as_deref().unwrap_or(&unnamed)).map_err(|error| (End::Usage, error))
    }

    /// Where the result goes, or would, but for its hash.
    pub fn unnamed(&self, scenario: &Scenario) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new(LOCAL).join(format!("{}-hash", scenario.name)))
    }

    /// Whether something is asked for that a large sweep has not.
    ///
    /// # Errors
    /// What.
    pub fn refuse_large(&self, cells: u64) -> Result<(), (End, String)> {
        let asked = [
            (self.report, "--report"),
            (self.matches.is_some(), "--matches"),
            (self.json, "--json"),
            (self.format != Format::Csv, "--format"),
        ];
        match asked.iter().find(|(asked, _)| *asked) {
            None => Ok(()),
            Some((_, what)) => {
                let remedy = "leave it out, and take from the CSV files what you need";
                Err((End::Usage, format!("{what}: not for a sweep of {cells} cells; {remedy}")))
            }
        }
    }

    /// Puts the tables of a large sweep in their place, and says where.
    pub fn place(&self, unfinished: &Path, manifest: Json, provenance: Json, cells: u64) -> Outcome {
        let folder = self.out.clone().unwrap_or_else(|| Path::new(LOCAL).join(results::name(&manifest)));
        let hash = manifest["hash"].as_str().and_then(|hash| hash.get(..10)).unwrap_or_default().to_owned();
        results::put(unfinished, &folder, manifest, provenance).map_err(|error| (End::Failed, error))?;
        let shown = folder.display();
        if self.quiet {
            return print(&format!("{shown}\n"));
        }
        print(&format!(
            "{cells} cells\n\nresult {hash} in {shown}\nreproduce with: elenchus reproduce {shown}\n"
        ))
    }

    /// Writes the result, prints what is asked for, and says how it ended.
    pub fn finish(&self, finished: &Finished) -> Outcome {
        let Finished { scenario, cells, records, keep_trials, optimised, .. } = *finished;
        let refs: Vec<&CellSpec> = cells.iter().collect();
        let each = self.matches.unwrap_or(if self.report { 2 } else { 0 });
        let matches = play::tell(play::told(cells, each))?;
        let (cells, matches) = (refs.as_slice(), matches.as_slice());
        let played = Played { scenario, cells, records, with_trials: keep_trials, optimised, matches };
        let result = played.outcome().map_err(|error| (End::Failed, error))?;
        let folder =
            self.out.clone().unwrap_or_else(|| Path::new(LOCAL).join(results::name(&result.manifest)));
        let mut provenance = provenance(finished.wall_ms, finished.threads);
        if finished.on_gpu {
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
            print(&leaderboards(scenario, cells, records))?;
            let short = hash.get(..10).unwrap_or_default();
            print(&format!(
                "\nresult {short} in {0}\nreproduce with: elenchus reproduce {0}\n",
                folder.display()
            ))?;
            if let Some(page) = page {
                print(&format!("report in {}\n", page.display()))?;
            }
        }
        said(&failures(records), &unmet(scenario, cells, records))
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

/// Which cells came to nothing, and why.
fn failures(records: &[CellRecord]) -> Vec<String> {
    records.iter().filter_map(|record| record.failed.clone()).collect()
}

/// How a run ends of which this came to nothing, and that is not as expected.
pub fn said(failed: &[String], unmet: &[String]) -> Outcome {
    if !failed.is_empty() {
        let (count, cells) = (failed.len(), if failed.len() == 1 { "cell" } else { "cells" });
        let why = failed.join("\n  ");
        return Err((
            End::Failed,
            format!("{count} {cells} came to nothing, the others are written\n  {why}"),
        ));
    }
    if unmet.is_empty() { Ok(End::Done) } else { Err((End::Failed, unmet.join("\n"))) }
}

/// Who made a result, and how fast.
pub fn provenance(wall_ms: u64, threads: usize) -> serde_json::Value {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": option_env!("ELENCHUS_COMMIT"),
        "cpu": machine::cpu(),
        "host": machine::host(),
        "threads": if threads == 0 { cores } else { threads },
        "wall_ms": wall_ms,
        "unix_s": now(),
    })
}

/// What the scenario expects and did not come out.
pub fn unmet(scenario: &Scenario, cells: &[&CellSpec], records: &[CellRecord]) -> Vec<String> {
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
    unmet
}
