//! `diff`: two stored results beside each other, cell by cell.

use crate::cli::{End, Outcome, print};
use crate::report::diff::{Side, diff};
use crate::store::results::{self, Unreadable};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Diff {
    /// A result directory
    a: PathBuf,
    /// Another one; differences are B - A
    b: PathBuf,
    /// Print all differences as JSON
    #[arg(long)]
    json: bool,
}

impl Diff {
    /// Compares, and ends with 0 for the same result, 4 for another.
    pub fn tell(self) -> Outcome {
        let read = |path: &PathBuf| {
            results::Outcome::read(path).map_err(|error| match error {
                Unreadable::NoResult(message) => (End::Usage, message),
                Unreadable::Incomplete(message) => (End::Incomplete, message),
            })
        };
        let (a, b) = (read(&self.a)?, read(&self.b)?);
        let names = [&self.a, &self.b].map(|path| path.display().to_string());
        let [left, right] = [(&names[0], &a), (&names[1], &b)].map(|(name, result)| Side {
            name,
            files: &result.files,
            manifest: &result.manifest,
        });
        let found = diff(&left, &right).map_err(|message| (End::Usage, message))?;
        let text = if self.json {
            serde_json::to_string(&found).map_err(|error| (End::Failed, error.to_string()))? + "\n"
        } else {
            found.to_string()
        };
        print(&text)?;
        Ok(if found.same() { End::Done } else { End::Differs })
    }
}
