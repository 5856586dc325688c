//! `trace`: one match as a readable tree.

use crate::cli::changes::{Axes, Changes};
use crate::cli::run::chosen;
use crate::cli::{End, Outcome, print};
use crate::store::files;
use crate::tournament;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Trace {
    /// The scenario file
    scenario: PathBuf,
    /// The trial, from 0
    #[arg(long, default_value_t = 0)]
    trial: u64,
    /// The replicate, from 0
    #[arg(long, default_value_t = 0)]
    replicate: u32,
    /// The cell, by its id [default: the first]
    #[arg(long, value_name = "ID")]
    cell: Option<String>,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    axes: Axes,
    /// Print the tree as JSON
    #[arg(long)]
    json: bool,
}

impl Trace {
    /// Plays the match and tells it.
    pub fn tell(self) -> Outcome {
        let scenario = files::scenario(&self.scenario, &self.changes.overrides(&self.axes)?)
            .map_err(|problems| (End::Usage, problems))?;
        let cells = chosen(&scenario, self.cell.as_deref())?;
        let Some(cell) = cells.first() else { return Err((End::Usage, "the scenario has no cells".into())) };
        if self.trial >= cell.trials || self.replicate >= cell.replicates {
            let message =
                format!("trials are 0 to {}, replicates 0 to {}", cell.trials - 1, cell.replicates - 1);
            return Err((End::Usage, message));
        }
        let trace =
            tournament::trace(cell, self.replicate, self.trial).map_err(|error| (End::Failed, error))?;
        if self.json {
            let json = serde_json::to_string(&trace).map_err(|error| (End::Failed, error.to_string()))?;
            return print(&format!("{json}\n"));
        }
        let mut text = format!("{}, trial {}, replicate {}\n{trace}", cell.id, self.trial, self.replicate);
        if cells.len() > 1 {
            text.push_str(&format!(
                "\n{} more cells; choose with --cell, for example --cell '{}'\n",
                cells.len() - 1,
                cells[1].id
            ));
        }
        print(&text)
    }
}
