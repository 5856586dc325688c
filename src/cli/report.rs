//! `report`: a stored result as one HTML page.

use crate::cli::{End, Outcome, print};
use crate::report::page::page;
use crate::report::stored::page_data;
use crate::store::results::{self, Unreadable};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Report {
    /// The result directory
    result: PathBuf,
    /// Where to write the page [default: report.html in the result directory]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Report {
    /// Writes the page.
    pub fn write(self) -> Outcome {
        let path = write(&self.result, self.out.as_deref())?;
        print(&format!("{}\n", path.display()))
    }
}

/// Writes the page of a result, and says where.
pub fn write(result: &Path, out: Option<&Path>) -> Result<PathBuf, (End, String)> {
    let stored = results::Outcome::read(result).map_err(|error| match error {
        Unreadable::NoResult(message) => (End::Usage, message),
        Unreadable::Incomplete(message) => (End::Incomplete, message),
    })?;
    let command = format!("elenchus reproduce {}", result.display());
    let at = |message: String| (End::Failed, format!("{}: {message}", result.display()));
    let data = page_data(&stored.files, &stored.manifest, command).map_err(at)?;
    let path = out.map_or_else(|| result.join("report.html"), Into::into);
    results::write_page(&path, &page(&data)).map_err(|message| (End::Failed, message))?;
    Ok(path)
}
