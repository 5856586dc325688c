//! `check`, `list`, `explain`, `schema`: what there is, without playing.

use crate::cli::{End, Outcome, print};
use crate::scenario::{Overrides, words};
use crate::store::files;
use crate::tournament::{draws, plan};
use rayon::prelude::*;
use serde_json::json;
use std::path::Path;

/// Validates a scenario and prints its plan.
pub fn check(path: &Path, json: bool) -> Outcome {
    let scenario = files::scenario(path, &Overrides::default()).map_err(|problems| (End::Usage, problems))?;
    let (mut matches, mut questions, mut drawn) = (0u64, 0u64, 0u64);
    let plans: Vec<_> =
        scenario.cells.par_iter().map(|cell| plan(cell).and_then(|plan| Ok((plan, draws(cell)?)))).collect();
    for planned in plans {
        let (plan, draws) = planned.map_err(|reason| (End::Usage, reason))?;
        matches = matches.saturating_add(plan.matches);
        questions = questions.max(plan.questions_max);
        drawn = drawn.saturating_add(draws);
    }
    let (cells, trials, replicates, seed) =
        (scenario.cells.len(), scenario.trials, scenario.replicates, scenario.seed);
    if json {
        let plan = json!({
            "scenario": scenario.name, "cells": cells, "trials": trials, "replicates": replicates, "seed": seed,
            "matches": matches, "questions_max": questions, "draws": drawn,
        });
        return print(&format!("{plan}\n"));
    }
    let s = |count: u64| if count == 1 { "" } else { "s" };
    print(&format!(
        "{}: fine\n  {}\n  {cells} cell{}, {trials} trial{} each, {replicates} replicate{}; seed {seed}\n  \
         {matches} matches, at most {questions} questions a match; about {:.1e} draws of 512 bits\n",
        path.display(),
        scenario.about,
        s(cells as u64),
        s(trials),
        s(replicates.into()),
        drawn as f64,
    ))
}

/// Lists all words.
pub fn list() -> Outcome {
    let mut text = String::new();
    for (group, variants) in words::list() {
        text.push_str(&format!("{group}\n"));
        variants.iter().for_each(|v| text.push_str(&format!("  {:24} {}\n", v.name, v.doc)));
    }
    text.push_str("\nelenchus explain NAME tells more of each.\n");
    print(&text)
}

/// Explains a word.
pub fn explain(name: &str) -> Outcome {
    print(&words::explain(name).map_err(|message| (End::Usage, message))?)
}

/// Prints the JSON schema.
pub fn schema() -> Outcome {
    let text =
        serde_json::to_string_pretty(&words::schema()).map_err(|error| (End::Failed, error.to_string()))?;
    print(&format!("{text}\n"))
}
