//! `check`, `list`, `explain`, `schema`: what there is, without playing.

use crate::cli::changes::{Axes, Changes};
use crate::cli::large::Large;
use crate::cli::room::{self, shown_size};
use crate::cli::run::chosen;
use crate::cli::{End, Outcome, print};
use crate::report::dictionary;
use crate::scenario::nearest::nearest;
use crate::scenario::words;
use crate::store::files;
use crate::tournament::needs::needs;
use crate::tournament::{draws, plan};
use clap::Args;
use rayon::prelude::*;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub struct Check {
    /// The scenario file
    scenario: PathBuf,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    axes: Axes,
    /// Print the plan as JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Validates the scenario and prints its plan.
    pub fn plan(self) -> Outcome {
        let scenario = files::scenario(&self.scenario, &self.changes.overrides(&self.axes)?)
            .map_err(|problems| (End::Usage, problems))?;
        let (mut matches, mut questions, mut drawn) = (0u64, 0u64, 0u64);
        let large = Large::of(&scenario);
        let known = chosen(&scenario, None)?;
        let plans: Vec<_> =
            known.par_iter().map(|cell| plan(cell).and_then(|plan| Ok((plan, draws(cell)?)))).collect();
        for planned in plans {
            let (plan, draws) = planned.map_err(|reason| (End::Usage, reason))?;
            matches = matches.saturating_add(plan.matches);
            questions = questions.max(plan.questions_max);
            drawn = drawn.saturating_add(draws);
        }
        let (threads, mut cells) = (room::threads(0), known.len() as u64);
        let mut needs = needs(&known, threads, false);
        if let Some(large) = large {
            // As the first cells tell of the others.
            let times =
                |count: u64| (u128::from(count) * u128::from(large.len()) / u128::from(cells.max(1))) as u64;
            (matches, drawn) = (times(matches), times(drawn));
            (needs, cells) = (large.needs(None, threads, false)?, large.len());
        }
        let (trials, replicates, seed) = (scenario.trials, scenario.replicates, scenario.seed);
        if self.json {
            let plan = json!({
                "scenario": scenario.name, "cells": cells, "trials": trials, "replicates": replicates, "seed": seed,
                "matches": matches, "questions_max": questions, "draws": drawn,
                "memory": needs.memory, "disk": needs.disk,
            });
            return print(&format!("{plan}\n"));
        }
        let s = |count: u64| if count == 1 { "" } else { "s" };
        print(&format!(
            "{}: fine\n  {}\n  {cells} cell{}, {trials} trial{} each, {replicates} replicate{}; seed {seed}\n  \
             {matches} matches, at most {questions} questions a match; about {:.1e} draws of 512 bits\n  \
             about {} of memory and {} of the disk\n",
            self.scenario.display(),
            scenario.about,
            s(cells),
            s(trials),
            s(replicates.into()),
            drawn as f64,
            shown_size(needs.memory),
            shown_size(needs.disk),
        ))
    }
}

/// Lists all words.
pub fn list(json: bool) -> Outcome {
    if json {
        return print(&format!("{}\n", words::list_json()));
    }
    let mut text = String::new();
    for (group, variants) in words::list() {
        text.push_str(&format!("{group}\n"));
        variants.iter().for_each(|v| text.push_str(&format!("  {:24} {}\n", v.name, v.doc)));
    }
    text.push_str(
        "\nelenchus explain NAME tells more of each, of each of their fields, and of each column of a result.\n",
    );
    print(&text)
}

/// Explains a word, a field, or a column of a result.
pub fn explain(name: &str, json: bool) -> Outcome {
    let (found, known) = words::find(name);
    let lines = |entry: &words::Entry| if json { entry.json().to_string() } else { entry.to_string() };
    let mut entries: Vec<String> = found.iter().map(lines).collect();
    entries.extend(dictionary::find(name).iter().map(|(file, column)| {
        if json { dictionary::json_of(file, column).to_string() } else { dictionary::explain(file, column) }
    }));
    if entries.is_empty() {
        let columns = dictionary::names();
        let known = known.into_iter().chain(columns.iter().map(String::as_str));
        let near = nearest(name, known).map_or(String::new(), |near| format!("; did you mean {near}?"));
        let remedy = "elenchus list shows all words, elenchus columns all columns";
        return Err((End::Usage, format!("no word, field or column {name:?}{near}\n{remedy}")));
    }
    print(&if json { format!("[{}]\n", entries.join(",")) } else { entries.join("\n") + "\n" })
}

/// Prints the data dictionary.
pub fn columns(json: bool) -> Outcome {
    print(&if json { format!("{}\n", dictionary::json()) } else { dictionary::markdown() })
}

/// Prints the JSON schema.
pub fn schema() -> Outcome {
    let text =
        serde_json::to_string_pretty(&words::schema()).map_err(|error| (End::Failed, error.to_string()))?;
    print(&format!("{text}\n"))
}
