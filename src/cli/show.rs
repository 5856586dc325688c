//! `check`, `list`, `explain`, `schema`: what there is, without playing.

use crate::cli::{End, Outcome, print};
use crate::scenario::{Overrides, words};
use crate::store::files;
use crate::tournament::plan;
use std::path::Path;

/// Validates a scenario and prints its plan.
pub fn check(path: &Path) -> Outcome {
    let scenario = files::scenario(path, &Overrides::default()).map_err(|problems| (End::Usage, problems))?;
    let (mut matches, mut blocks, mut questions) = (0u64, 0u64, 0u64);
    for cell in &scenario.cells {
        let plan = plan(cell).map_err(|reason| (End::Usage, reason))?;
        matches = matches.saturating_add(plan.matches);
        blocks = blocks.saturating_add(plan.blocks);
        questions = questions.max(plan.questions_max);
    }
    print(&format!(
        "{}: fine\n  {}\n  {} cells, {} trials each, {} replicates; seed {}\n  {matches} matches in {blocks} blocks, at most \
         {questions} questions a match, {} draws of 512 bits at most\n",
        path.display(),
        scenario.about,
        scenario.cells.len(),
        scenario.trials,
        scenario.replicates,
        scenario.seed,
        matches.saturating_mul(questions.saturating_mul(8)),
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
