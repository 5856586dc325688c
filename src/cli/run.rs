//! `run`, `sweep` and `optimise`: plays a scenario, writes its result, prints who did best; or plays a share of it.

use crate::cli::changes::{Axes, Changes};
use crate::cli::finish::{Finished, LOCAL, Written};
use crate::cli::large::Large;
use crate::cli::play::{self, Options, Size, threads};
use crate::cli::room::{self, Room};
use crate::cli::{End, Outcome, print};
use crate::learners::place::train_on_gpu;
use crate::scenario::spec::{CellSpec, Scenario, Until};
use crate::store::files;
use crate::store::journal::Unopened;
use crate::store::state::{self, ShardFile, State};
use crate::tournament::needs::{needs, needs_of_share};
use crate::tournament::shards::{self, Shard};
use clap::{Args, ValueEnum};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Args)]
pub struct Run {
    /// The scenario file
    scenario: PathBuf,
    #[command(flatten)]
    changes: Changes,
    /// Play this cell alone, by its id in cells.csv
    #[arg(long, value_name = "ID")]
    cell: Option<String>,
    /// Threads, 1 to 1024; 0: all cores
    #[arg(long, default_value_t = 0, value_parser = threads())]
    threads: usize,
    #[command(flatten)]
    written: Written,
    /// Where what is finished is kept, so that the same command, or a longer one, goes on from there [default: the
    /// result's name and .state; without --out results/local/<scenario>.state]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Keep nothing until all is finished
    #[arg(long, conflicts_with = "state")]
    no_state: bool,
    /// Play share K of N into the directory --out; `merge` makes a result of all N
    #[arg(long, value_name = "K/N", conflicts_with_all = ["cell", "state", "no_state", "report", "matches"])]
    shard: Option<Shard>,
    /// End with the first cell that comes to nothing; what is finished is kept
    #[arg(long, conflicts_with = "keep_going")]
    fail_fast: bool,
    /// Play all other cells when one comes to nothing, the default
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    room: Room,
    /// Write every match to trials.csv
    #[arg(long)]
    keep_trials: bool,
    /// Where networks are trained; on a GPU results are not the same bytes
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    device: Device,
    /// Write every student's weights, as safetensors named by their hash
    #[arg(long)]
    keep_students: bool,
    /// Trials per block; changes nothing but speed
    #[arg(long, hide = true)]
    block: Option<usize>,
}

/// Where networks are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Device {
    Cpu,
    Cuda,
}

fn usage(message: String) -> (End, String) {
    (End::Usage, message)
}

/// A state, opened.
fn opened(folder: &Path) -> Result<State, (End, String)> {
    State::open(folder).map_err(|error| match error {
        Unopened::Foreign(why) => (End::Usage, why),
        Unopened::Failed(why) => (End::Failed, why),
    })
}

impl Run {
    /// Plays the scenario.
    pub fn play(self, axes: &Axes, optimise: bool) -> Outcome {
        if self.device == Device::Cuda {
            train_on_gpu().map_err(usage)?;
        }
        let overrides = self.changes.overrides(axes)?;
        let scenario = files::scenario(&self.scenario, &overrides).map_err(usage)?;
        let cells = chosen(&scenario, self.cell.as_deref())?;
        if optimise && cells.iter().any(|cell| cell.until != Until::default()) {
            let why = "how long a cell is played hangs on what comes out; leave until out, and set trials";
            return Err(usage(format!("optimise and until: {why}")));
        }
        if self.shard.is_none() {
            self.written.check(&scenario)?;
        }
        let large = Large::of(&scenario).filter(|_| self.cell.is_none());
        let threads = room::threads(self.threads);
        let keep = self.keep_trials;
        let needs = match (&large, self.shard) {
            (Some(large), shard) => large.needs(shard, threads, keep)?,
            (None, None) => needs(&cells, threads, keep),
            (None, Some(shard)) => needs_of_share(&cells, optimise, shard, threads, keep).map_err(usage)?,
        };
        let place = self.written.out.as_deref().unwrap_or(Path::new(LOCAL));
        if let Some(shard) = self.shard {
            self.room.fits(needs, place, Some(place))?;
            return self.play_share(&scenario, shard, optimise);
        }
        let folder = self.state_folder(&scenario)?;
        self.room.fits(needs, place, folder.as_deref())?;
        let state = folder.as_deref().map(opened).transpose()?;
        if let Some(large) = large {
            return large.play(&self.options(state.as_ref(), optimise), &self.written);
        }
        #[expect(clippy::disallowed_methods, reason = "provenance, which is never compared")]
        let start = Instant::now();
        let records = play::all(&cells, &self.options(state.as_ref(), optimise))?;
        self.written.finish(&Finished {
            scenario: &scenario,
            cells: &cells,
            records: &records,
            keep_trials: self.keep_trials,
            optimised: optimise,
            wall_ms: start.elapsed().as_millis() as u64,
            threads: self.threads,
            on_gpu: self.device == Device::Cuda,
        })
    }

    fn options<'a>(&self, state: Option<&'a State>, optimise: bool) -> Options<'a> {
        Options {
            threads: self.threads,
            block: self.block,
            keep_trials: self.keep_trials,
            keep_students: self.keep_students,
            optimise,
            state,
            replayed: None,
            fail_fast: self.fail_fast,
            progress: self.written.progress(),
        }
    }

    /// Where what is finished is kept, if it is.
    fn state_folder(&self, scenario: &Scenario) -> Result<Option<PathBuf>, (End, String)> {
        if self.no_state || (self.device == Device::Cuda && self.state.is_none()) {
            return Ok(None);
        }
        if self.device == Device::Cuda {
            let remedy = "what a GPU trains differs from run to run; leave --state out, or train on the CPU";
            return Err(usage(remedy.into()));
        }
        let unnamed = Path::new(LOCAL).join(&scenario.name);
        let folder = self.state.clone();
        let out = self.written.out.as_deref().unwrap_or(&unnamed);
        let folder = folder.unwrap_or_else(|| state::beside(out));
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.into());
        if whole(&folder).starts_with(whole(out)) {
            let remedy = "a result is replaced as a whole; choose a --state beside it";
            return Err(usage(format!("{}: lies in the result's directory; {remedy}", folder.display())));
        }
        Ok(Some(folder))
    }

    /// Plays a share of the scenario, and leaves it to be merged.
    fn play_share(&self, scenario: &Scenario, shard: Shard, optimise: bool) -> Outcome {
        let Some(folder) = &self.written.out else {
            return Err(usage(format!("--shard {shard}: want --out DIR, where this share is kept")));
        };
        if self.device == Device::Cuda {
            return Err(usage("--shard: what a GPU trains differs from run to run; train on the CPU".into()));
        }
        let large = Large::of(scenario);
        let units = shards::share(&scenario.cells, optimise, shard).map_err(usage)?;
        let mut file = ShardFile::new(scenario, shard);
        (file.optimise, file.keep_trials, file.keep_students) =
            (optimise, self.keep_trials, self.keep_students);
        let state = opened(folder)?;
        if let Some(there) = ShardFile::read(folder).ok().filter(|there| there.shard != shard) {
            let remedy = "a directory takes one share; choose another --out";
            return Err(usage(format!("{}: holds share {}; {remedy}", folder.display(), there.shard)));
        }
        file.write(folder).map_err(|error| (End::Failed, error))?;
        let size = match &large {
            Some(large) => large.size(Some(shard))?,
            None => Size::of_units(&scenario.cells, &units)?,
        };
        let options = self.options(Some(&state), optimise);
        let failed = play::under(size, &options, |conditions, watch| {
            match &large {
                Some(large) => large.play_share(shard, optimise, conditions)?,
                None => shards::play_units(&scenario.cells, &units, optimise, conditions)?,
            }
            Ok(watch.first_failure())
        })?;
        state.journal.sync().map_err(|error| (End::Failed, error))?;
        file.done = true;
        file.write(folder).map_err(|error| (End::Failed, error))?;
        if self.written.json {
            let folder = folder.display().to_string();
            print(&format!("{}\n", serde_json::json!({ "shard": folder, "pieces": size.cells })))?;
        } else if self.written.quiet {
            print(&format!("{}\n", folder.display()))?;
        } else {
            print(&format!("share {shard} in {}, {} pieces of work\n", folder.display(), size.cells))?;
        }
        // That a cell comes to nothing is its outcome: merge writes it down.
        if let Some(reason) = failed {
            anstream::eprintln!("{reason}");
        }
        Ok(End::Done)
    }
}

/// All cells, or the one that is asked for; of a large sweep the first of all.
pub fn chosen<'a>(scenario: &'a Scenario, id: Option<&str>) -> Result<Cow<'a, [CellSpec]>, (End, String)> {
    let large = Large::of(scenario);
    let Some(id) = id else {
        return Ok(match large {
            Some(large) => Cow::Owned(large.first()?),
            None => Cow::Borrowed(&scenario.cells),
        });
    };
    let found = match &large {
        Some(large) => large.find(id)?,
        None => scenario.cells.iter().find(|cell| cell.id == id).cloned(),
    };
    if found.as_ref().is_some_and(|cell| cell.until.difference.is_some()) {
        let message =
            "until_difference: how long a cell is played hangs on the others; play or compare all of them";
        return Err(usage(message.into()));
    }
    let Some(found) = found else {
        let first = large.as_ref().map(Large::first).transpose()?;
        let cells = first.as_deref().unwrap_or(&scenario.cells);
        let all = large.map_or(scenario.cells.len() as u64, |large| large.len());
        let known: Vec<&str> = cells.iter().take(12).map(|cell| cell.id.as_str()).collect();
        let more = all.saturating_sub(known.len() as u64);
        let more = if more == 0 { String::new() } else { format!("\n  and {more} more") };
        return Err(usage(format!("no cell {id:?}; there are\n  {}{more}", known.join("\n  "))));
    };
    Ok(Cow::Owned(vec![found]))
}
