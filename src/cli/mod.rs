//! The command line: one file a verb. Results go to stdout, progress to stderr; the
//! wall clock lives here and reaches nothing that is compared.

mod changes;
mod diff;
mod finish;
mod large;
mod merge;
mod play;
mod report;
mod reproduce;
mod room;
mod run;
mod show;
mod status;
mod submit;
mod trace;
mod watch;

use changes::Axes;
use clap::{CommandFactory, Parser, Subcommand};
use std::io::Write;
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
        #[command(flatten)]
        axes: Axes,
        #[command(flatten)]
        run: run::Run,
    },
    /// Play a scenario, and what agents gain by choosing what they say: best of n, best responses, equilibria
    Optimise(run::Run),
    /// Make one result of the shards of a run
    Merge(merge::Merge),
    /// Hand the shards of a run to an engine that has the machines
    Submit(submit::Submit),
    /// Say how far runs and shards are
    Status(status::Status),
    /// Play a stored result again and compare byte for byte
    Reproduce(reproduce::Reproduce),
    /// Compare two stored results cell by cell; 0: the same, 4: they differ
    Diff(diff::Diff),
    /// Write a stored result as one HTML page
    Report(report::Report),
    /// Tell one match as a tree
    Trace(trace::Trace),
    /// Validate a scenario and print its plan
    Check(show::Check),
    /// List protocols, families, error models and all other words
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Explain a word, a field or a column: unit and range, who sees what, formula, the source
    Explain {
        /// A word that `list` shows, a field, such as `reach`, or a column, such as `brier`
        name: String,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the data dictionary: every column of every table of a result, with type, unit and meaning
    Columns {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
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
        Verb::Run(run) => run.play(&Axes::default(), false),
        Verb::Optimise(run) => run.play(&Axes::default(), true),
        Verb::Sweep { axes, .. } if axes.is_empty() => {
            let remedy = "for a scenario as it is, use run";
            Err((End::Usage, format!("sweep: want at least one --over PATH=VALUES, got none; {remedy}")))
        }
        Verb::Sweep { axes, run } => run.play(&axes, false),
        Verb::Merge(merge) => merge.play(),
        Verb::Submit(submit) => submit.send(),
        Verb::Status(status) => status.tell(),
        Verb::Reproduce(reproduce) => reproduce.play(),
        Verb::Diff(diff) => diff.tell(),
        Verb::Report(report) => report.write(),
        Verb::Trace(trace) => trace.tell(),
        Verb::Check(check) => check.plan(),
        Verb::List { json } => show::list(json),
        Verb::Explain { name, json } => show::explain(&name, json),
        Verb::Columns { json } => show::columns(json),
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

/// The man page: the program, and a section for each verb with its options.
fn man() -> Outcome {
    let mut command = Arguments::command();
    command.build();
    let failed = |error: std::io::Error| (End::Failed, error.to_string());
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text).map_err(failed)?;
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let mut section = Vec::new();
        let page = clap_mangen::Man::new(verb.clone());
        page.render_description_section(&mut section).map_err(failed)?;
        page.render_synopsis_section(&mut section).map_err(failed)?;
        page.render_options_section(&mut section).map_err(failed)?;
        // A page of its own becomes a section of this one, its sections parts of that.
        let name = format!(".SH \"ELENCHUS {}\"\n", verb.get_name().to_uppercase());
        text.extend(name.into_bytes());
        text.extend(String::from_utf8_lossy(&section).replace(".SH ", ".SS ").into_bytes());
    }
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
