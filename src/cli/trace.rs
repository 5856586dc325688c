//! `trace`: one match as a readable tree.

use crate::cli::run::chosen;
use crate::cli::{End, Outcome, print};
use crate::records::TraceNode;
use crate::scenario::Overrides;
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
    /// Print the tree as JSON
    #[arg(long)]
    json: bool,
}

impl Trace {
    /// Plays the match and tells it.
    pub fn tell(self) -> Outcome {
        let scenario = files::scenario(&self.scenario, &Overrides::default()).map_err(|e| (End::Usage, e))?;
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
        let mut text = format!("{}, trial {}, replicate {}\n", cell.id, self.trial, self.replicate);
        text.push_str(&format!("the true answer: {}\n\n", trace.truth));
        node(&trace.root, 0, &mut text);
        let t = trace.tally;
        text.push_str(&format!(
            "\ncost {}: {} checks, {} recombinations, {} arguments read; {} agent calls; {} acts erred\n",
            t.cost, t.checks, t.combines, t.arguments, t.agent_calls, t.erred
        ));
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

fn node(node: &TraceNode, depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    let mark = if node.right { "right" } else { "wrong" };
    text.push_str(&format!("{pad}{}: {} ({mark})\n", node.question, node.verdict));
    node.children.iter().for_each(|child| self::node(child, depth + 2, text));
    node.lines.iter().for_each(|line| text.push_str(&format!("{pad}  - {line}\n")));
}
