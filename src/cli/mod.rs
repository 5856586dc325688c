//! The command line: one file a verb. Results go to stdout, progress to stderr; the
//! wall clock lives here and reaches nothing that is compared.

mod play;
mod reproduce;
mod run;
mod show;
mod trace;

use clap::{CommandFactory, Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// How a command ended, as an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// 0: done.
    Done,
    /// 1: failed at run time, an expectation of the scenario among that.
    Failed,
    /// 2: usage, or a bad scenario.
    Usage,
    /// 3: a result is incomplete.
    Incomplete,
    /// 4: a reproduction differs.
    Differs,
    /// 130: interrupted.
    Interrupted,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(match end {
            End::Done => 0,
            End::Failed => 1,
            End::Usage => 2,
            End::Incomplete => 3,
            End::Differs => 4,
            End::Interrupted => 130,
        })
    }
}

/// An ending with what to say on stderr.
type Outcome = Result<End, (End, String)>;

#[derive(Parser)]
#[command(
    name = "elenchus",
    version,
    about = "A tournament simulator for scalable oversight.",
    max_term_width = 100
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Play a scenario and write its results
    Run(run::Run),
    /// Play a scenario over further swept parameters
    Sweep {
        /// A path and its values: path=from:to:step or path=a,b,c (repeatable; a grid unless --zip)
        #[arg(long, required = true, value_name = "PATH=VALUES")]
        over: Vec<String>,
        /// Advance all axes together
        #[arg(long)]
        zip: bool,
        #[command(flatten)]
        run: run::Run,
    },
    /// Play a stored result again and compare byte for byte
    Reproduce(reproduce::Reproduce),
    /// Tell one match as a tree
    Trace(trace::Trace),
    /// Validate a scenario and print its plan
    Check {
        /// The scenario file
        scenario: PathBuf,
        /// Print the plan as JSON
        #[arg(long)]
        json: bool,
    },
    /// List protocols, families, error models and all other words
    List,
    /// Explain a word: parameters with unit and range, who sees what, the source
    Explain {
        /// A word that `list` shows
        name: String,
    },
    /// Print the JSON schema of scenario files, for editors
    Schema,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// Parses the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.verb {
        Verb::Run(run) => run.play(Vec::new(), false),
        Verb::Sweep { over, zip, run } => run.play(over, zip),
        Verb::Reproduce(reproduce) => reproduce.play(),
        Verb::Trace(trace) => trace.tell(),
        Verb::Check { scenario, json } => show::check(&scenario, json),
        Verb::List => show::list(),
        Verb::Explain { name } => show::explain(&name),
        Verb::Schema => show::schema(),
        Verb::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "elenchus", &mut text);
            print(&String::from_utf8_lossy(&text))
        }
        Verb::Man => man(),
    };
    match outcome {
        Ok(end) => end.into(),
        Err((end, message)) => {
            anstream::eprintln!("{message}");
            end.into()
        }
    }
}

fn man() -> Outcome {
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(Arguments::command());
    page.render(&mut text).map_err(|error| (End::Failed, error.to_string()))?;
    print(&String::from_utf8_lossy(&text))
}

/// Prints to stdout; a reader that has gone away is no failure of ours.
fn print(text: &str) -> Outcome {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err((End::Failed, format!("stdout: {error}")))
        }
        _ => Ok(End::Done),
    }
}

/// Splits `path=value`.
fn path_value(text: &str) -> Result<(String, String), (End, String)> {
    let pair = text.split_once('=').filter(|(path, _)| !path.trim().is_empty());
    let (path, value) = pair.ok_or_else(|| (End::Usage, format!("want path=value, got {text:?}")))?;
    Ok((path.trim().into(), value.trim().into()))
}
