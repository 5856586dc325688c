//! `run` and `sweep`: plays a scenario, writes its result, prints who did best.

use crate::cli::play::{self, Options};
use crate::cli::{End, Outcome, path_value, print};
use crate::records::CellRecord;
use crate::scenario::Overrides;
use crate::scenario::spec::{CellSpec, Scenario};
use crate::stats::newcombe;
use crate::store::files;
use crate::store::results::{self, interval, outcome};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[derive(Args)]
pub struct Run {
    /// The scenario file
    scenario: PathBuf,
    /// Another seed
    #[arg(long)]
    seed: Option<u64>,
    /// Another number of trials per cell
    #[arg(long)]
    trials: Option<u64>,
    /// Set a parameter, such as overseer.human.reach=2 (repeatable)
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Play this cell alone, by its id in cells.csv
    #[arg(long, value_name = "ID")]
    cell: Option<String>,
    /// Threads [default: all cores]
    #[arg(long)]
    threads: Option<usize>,
    /// Where to write the result [default: results/local/<scenario>-<hash>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write every match to trials.csv
    #[arg(long)]
    keep_trials: bool,
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

impl Run {
    /// Plays the scenario.
    pub fn play(self, over: Vec<String>, zip: bool) -> Outcome {
        let set: Result<Vec<_>, _> = self.set.iter().map(|text| path_value(text)).collect();
        let over: Result<Vec<_>, _> = over.iter().map(|text| path_value(text)).collect();
        let overrides = Overrides { seed: self.seed, trials: self.trials, set: set?, over: over?, zip };
        let scenario =
            files::scenario(&self.scenario, &overrides).map_err(|problems| (End::Usage, problems))?;
        let cells = chosen(&scenario, self.cell.as_deref())?;
        #[expect(clippy::disallowed_methods, reason = "provenance, which is never compared")]
        let start = Instant::now();
        let options = Options {
            threads: self.threads,
            block: self.block,
            keep_trials: self.keep_trials,
            quiet: self.quiet,
        };
        let records = play::all(&cells, &options)?;
        let refs: Vec<&CellSpec> = cells.iter().collect();
        let result = outcome(&scenario, &refs, &records, self.keep_trials).map_err(|e| (End::Failed, e))?;
        let folder = self.out.clone().unwrap_or_else(|| Path::new("results/local").join(result.name()));
        let provenance = provenance(start.elapsed().as_millis() as u64, self.threads);
        result.write(&folder, provenance).map_err(|error| (End::Failed, error))?;
        let hash = result.manifest["hash"].as_str().unwrap_or_default();
        if self.json {
            let rows: Vec<BTreeMap<String, String>> = refs
                .iter()
                .zip(&records)
                .map(|(cell, record)| results::row(cell, record).into_iter().collect())
                .collect();
            let folder = folder.display().to_string();
            print(&format!("{}\n", json!({ "result": folder, "hash": hash, "cells": rows })))?;
        } else if self.quiet {
            print(&format!("{}\n", folder.display()))?;
        } else {
            print(&table(&scenario, &refs, &records))?;
            let short = hash.get(..10).unwrap_or_default();
            print(&format!(
                "\nresult {short} in {0}\nreproduce with: elenchus reproduce {0}\n",
                folder.display()
            ))?;
        }
        judge_expectations(&scenario, &refs, &records)
    }
}

/// All cells, or the one that is asked for.
pub fn chosen(scenario: &Scenario, id: Option<&str>) -> Result<Vec<CellSpec>, (End, String)> {
    let Some(id) = id else { return Ok(scenario.cells.clone()) };
    let found: Vec<CellSpec> = scenario.cells.iter().filter(|cell| cell.id == id).cloned().collect();
    if found.is_empty() {
        let known: Vec<&str> = scenario.cells.iter().take(12).map(|cell| cell.id.as_str()).collect();
        let more = scenario.cells.len().saturating_sub(known.len());
        let more = if more == 0 { String::new() } else { format!("\n  and {more} more") };
        return Err((End::Usage, format!("no cell {id:?}; there are\n  {}{more}", known.join("\n  "))));
    }
    Ok(found)
}

fn provenance(wall_ms: u64, threads: Option<usize>) -> serde_json::Value {
    #[expect(clippy::disallowed_methods, reason = "provenance, which is never compared")]
    let now = SystemTime::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": option_env!("ELENCHUS_COMMIT"),
        "cpu": std::env::consts::ARCH,
        "os": std::env::consts::OS,
        "threads": threads.unwrap_or(cores),
        "wall_ms": wall_ms,
        "unix_s": now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
    })
}

fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// A cell and what came out of it.
type Row<'a> = (&'a CellSpec, &'a CellRecord);

/// The leaderboards: one a task, overseer and point; a matrix when there are many points.
fn table(scenario: &Scenario, cells: &[&CellSpec], records: &[CellRecord]) -> String {
    let mut groups: Vec<((&str, &str), Vec<Row>)> = Vec::new();
    for (cell, record) in cells.iter().zip(records) {
        let key = (cell.task.name.as_str(), cell.overseer.name.as_str());
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, rows)) => rows.push((cell, record)),
            None => groups.push((key, vec![(cell, record)])),
        }
    }
    let mut text = format!("{}: {}\n", scenario.name, scenario.about);
    for ((task, overseer), rows) in groups {
        text.push_str(&format!("\n{task}, overseer {overseer}, {} trials a cell\n", scenario.trials));
        let swept = rows.iter().any(|(cell, _)| !cell.point.is_empty());
        text.push_str(&if swept { matrix(&rows) } else { leaderboard(&rows) });
    }
    text
}

/// Strategies, best first, with intervals and costs; tied ones share a rank.
fn leaderboard(rows: &[Row]) -> String {
    let mut rows = rows.to_vec();
    let share = |record: &CellRecord| record.total().right as f64 / record.total().trials.max(1) as f64;
    rows.sort_by(|a, b| share(b.1).total_cmp(&share(a.1)));
    let width = rows.iter().map(|(cell, _)| cell.protocol.name.chars().count()).max().unwrap_or(0).max(8);
    let mut text =
        format!("  rank  {:width$}  right %  95 % interval   abstained %    cost  agent calls\n", "strategy");
    let mut leader = 0;
    for (i, (cell, record)) in rows.iter().enumerate() {
        let total = record.total();
        let lead = rows[leader].1.total();
        // A rank ends where a strategy is clearly behind the first of the rank.
        if newcombe((lead.right, lead.trials), (total.right, total.trials)).0 > 0.0 {
            leader = i;
        }
        let interval = interval(record).map_or_else(
            || "one run        ".into(),
            |(low, high)| format!("{:>5} to {:>5} ", percent(low), percent(high)),
        );
        let trials = total.trials.max(1) as f64;
        let tied = if i > leader
            || rows.get(i + 1).is_some_and(|next| {
                let next = next.1.total();
                leader == i && newcombe((total.right, total.trials), (next.right, next.trials)).0 <= 0.0
            }) {
            "="
        } else {
            " "
        };
        text.push_str(&format!(
            "  {:>3}{tied}  {:width$}  {:>7}  {interval}  {:>11}  {:>6.2}  {:>11.2}\n",
            leader + 1,
            cell.protocol.name,
            percent(share(record)),
            percent(total.abstained as f64 / trials),
            total.cost as f64 / trials,
            total.agent_calls as f64 / trials,
        ));
    }
    text.push_str("  = : tied with others of that rank, the 95 % interval of the difference covers 0\n");
    text
}

/// Right verdicts in percent: a row a strategy, a column a point; the best of a column and its ties are starred.
fn matrix(rows: &[Row]) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut points: Vec<&[(String, String)]> = Vec::new();
    for (cell, _) in rows {
        if !names.contains(&cell.protocol.name.as_str()) {
            names.push(&cell.protocol.name);
        }
        if !points.contains(&cell.point.as_slice()) {
            points.push(&cell.point);
        }
    }
    let shown = points.len().min(13);
    let at = |name: &str, point: &[(String, String)]| {
        rows.iter()
            .find(|(cell, _)| cell.protocol.name == name && cell.point == point)
            .map(|(_, record)| record.total())
    };
    let mean = |name: &str| -> f64 {
        let all = points.iter().filter_map(|point| at(name, point));
        all.map(|tally| tally.right as f64 / tally.trials.max(1) as f64).sum()
    };
    names.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(8);
    let paths: Vec<&str> = points[0].iter().map(|(path, _)| path.as_str()).collect();
    let mut text = format!("  right %, over {}\n  {:width$}", paths.join(" and "), "");
    let label = |point: &[(String, String)]| {
        let mut values: Vec<&str> = point.iter().map(|(_, value)| value.as_str()).collect();
        values.dedup();
        values.join("/")
    };
    let column = points[..shown].iter().map(|point| label(point).chars().count()).max().unwrap_or(0).max(5);
    points[..shown].iter().for_each(|point| text.push_str(&format!("  {:>column$} ", label(point))));
    text.push('\n');
    for name in &names {
        text.push_str(&format!("  {name:width$}"));
        for point in &points[..shown] {
            let Some(tally) = at(name, point) else { continue };
            let others = names.iter().filter_map(|other| at(other, point));
            let led = { others }
                .any(|other| newcombe((other.right, other.trials), (tally.right, tally.trials)).0 > 0.0);
            let share = percent(tally.right as f64 / tally.trials.max(1) as f64);
            text.push_str(&format!("  {share:>column$}{}", if led { " " } else { "*" }));
        }
        text.push('\n');
    }
    let more = points.len() - shown;
    text.push_str("  * : best at that point, or tied with the best");
    text.push_str(&if more > 0 { format!("; {more} more points in cells.csv\n") } else { "\n".into() });
    text
}

/// Compares what the scenario expects with what came out.
fn judge_expectations(scenario: &Scenario, cells: &[&CellSpec], records: &[CellRecord]) -> Outcome {
    let mut unmet = Vec::new();
    for expectation in &scenario.expectations {
        for (cell, record) in cells.iter().zip(records) {
            let about = |names: &[String], name: &str| names.is_empty() || names.iter().any(|n| n == name);
            if !about(&expectation.protocols, &cell.protocol.name)
                || !about(&expectation.overseers, &cell.overseer.name)
            {
                continue;
            }
            let row = results::row(cell, record);
            let got = row
                .iter()
                .find(|(column, _)| *column == expectation.column)
                .and_then(|(_, v)| v.parse::<f64>().ok());
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
