//! `merge`: one result of the shards of a run, the same bytes as that of a run on one machine.

use crate::cli::finish::{Finished, Written};
use crate::cli::large::Large;
use crate::cli::play::{self, Options, threads};
use crate::cli::{End, Outcome};
use crate::records::{Journal, SEMANTICS};
use crate::scenario::spec::Scenario;
use crate::store::files;
use crate::store::journal::Journals;
use crate::store::state::{self, ShardFile};
use crate::tournament::shards::{self, Shard, Unit};
use crate::tournament::{Conditions, Stopped};
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Args)]
pub struct Merge {
    /// The directories of all shards, or a directory that holds them
    #[arg(required = true)]
    shards: Vec<PathBuf>,
    #[command(flatten)]
    written: Written,
    /// Threads, 1 to 1024; 0: all cores
    #[arg(long, default_value_t = 0, value_parser = threads())]
    threads: usize,
}

/// Shards by number, each with its directory.
type Shards = BTreeMap<u32, (PathBuf, ShardFile)>;

fn incomplete(message: String) -> (End, String) {
    (End::Incomplete, message)
}

/// Numbers as `--array` takes them, such as `1-3,7`.
#[must_use]
pub fn array(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let run = |run: &[u32]| match run {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

impl Merge {
    /// Reads all shards and writes their result.
    pub fn play(self) -> Outcome {
        let shards = self.read()?;
        let (folder, first) = shards.values().next().expect("at least one was read");
        let scenario = files::from_document(&first.scenario)
            .map_err(|error| (End::Usage, format!("{}: {error}", folder.display())))?;
        self.written.check(&scenario)?;
        let mut journals = Journals::default();
        for (folder, _) in shards.values() {
            journals.add(&state::journal(folder)).map_err(|error| (End::Failed, error))?;
        }
        journals.warnings.iter().for_each(|warning| anstream::eprintln!("{warning}"));
        #[expect(clippy::disallowed_methods, reason = "provenance, which is never compared")]
        let start = Instant::now();
        let options = Options {
            threads: self.threads,
            keep_trials: first.keep_trials,
            keep_students: first.keep_students,
            optimise: first.optimise,
            replayed: Some(&journals),
            progress: self.written.progress(),
            ..Options::default()
        };
        if let Some(large) = Large::of(&scenario) {
            return match large.play(&options, &self.written) {
                Err((End::Incomplete, _)) => Err(Self::lacking(&scenario, &shards, &journals)),
                outcome => outcome,
            };
        }
        let records = match play::all(&scenario.cells, &options) {
            Err((End::Incomplete, _)) => return Err(Self::lacking(&scenario, &shards, &journals)),
            records => records?,
        };
        self.written.finish(&Finished {
            scenario: &scenario,
            cells: &scenario.cells,
            records: &records,
            keep_trials: first.keep_trials,
            optimised: first.optimise,
            wall_ms: start.elapsed().as_millis() as u64,
            threads: self.threads,
            on_gpu: false,
        })
    }

    /// All shards of one run, each once, each finished.
    fn read(&self) -> Result<Shards, (End, String)> {
        let mut shards = Shards::new();
        for named in &self.shards {
            let mut folders = state::meant_by(named);
            if folders.is_empty() && !named.is_dir() {
                folders.push(named.clone());
            }
            for folder in folders {
                let file = match ShardFile::read(&folder) {
                    Ok(file) => file,
                    // One that had just begun to begin is not there.
                    Err(_) if folder != *named => continue,
                    Err(error) => return Err((End::Usage, error)),
                };
                let refuse = |why: String| Err((End::Usage, format!("{}: {why}", folder.display())));
                if file.semantics != SEMANTICS {
                    return refuse(format!(
                        "played under SEMANTICS {}, this program has {SEMANTICS}; use the version that played it, or play it again",
                        file.semantics
                    ));
                }
                if let Some((other, there)) = shards.values().next()
                    && let Some(why) = differs(there, &file)
                {
                    return refuse(format!("{why} than {}; merge the shards of one run", other.display()));
                }
                if let Some((other, _)) = shards.get(&file.shard.number) {
                    return refuse(format!(
                        "is share {}, and so is {}; name each share once",
                        file.shard,
                        other.display()
                    ));
                }
                shards.insert(file.shard.number, (folder, file));
            }
        }
        if shards.is_empty() {
            let named: Vec<String> = self.shards.iter().map(|path| path.display().to_string()).collect();
            return Err(incomplete(format!("{}: there is no shard; play them first", named.join(", "))));
        }
        let of = shards.values().next().map_or(1, |(_, file)| file.shard.of);
        let is_done = |number: &u32| shards.get(number).is_some_and(|(_, file)| file.done);
        let missing: Vec<u32> = (1..=of).filter(|number| !is_done(number)).collect();
        if missing.is_empty() {
            return Ok(shards);
        }
        let begun = missing.iter().filter(|number| shards.contains_key(number)).count();
        Err(incomplete(format!(
            "of {of} shards {} {}, {begun} of them begun and not finished; play them, as with --array={}",
            missing.len(),
            if missing.len() == 1 { "is missing" } else { "are missing" },
            array(&missing)
        )))
    }

    /// Which shards lack parts that they should have, where their journals were damaged.
    fn lacking(scenario: &Scenario, shards: &Shards, journals: &Journals) -> (End, String) {
        let (mut said, mut numbers) = (Vec::new(), Vec::new());
        let (_, first) = shards.values().next().expect("at least one was read");
        let shared = match Shared::new(scenario, first.optimise, first.shard.of) {
            Ok(shared) => shared,
            Err(why) => return (End::Usage, why),
        };
        for (number, (folder, file)) in shards {
            if let Some(cell) = shared.lacks(file, journals) {
                numbers.push(*number);
                said.push(format!("  {}: lacks {cell}", folder.display()));
            }
        }
        if numbers.is_empty() {
            let why = "each shard has all that is its own, and the run wants more: a fault of this program, please report it";
            return (End::Failed, why.into());
        }
        let remedy = "run the same commands again, each plays what it lacks";
        let are = if numbers.len() == 1 { "shard is" } else { "shards are" };
        incomplete(format!(
            "{} {are} damaged, --array={}; {remedy}\n{}",
            numbers.len(),
            array(&numbers),
            said.join("\n")
        ))
    }
}

/// A run and how it is divided, worked out once.
pub struct Shared<'a> {
    scenario: &'a Scenario,
    large: Option<Large<'a>>,
    optimise: bool,
    /// The work of each shard, by number.
    units: BTreeMap<u32, Vec<Unit>>,
}

impl<'a> Shared<'a> {
    /// Divides a run.
    ///
    /// # Errors
    /// Why a cell cannot be played.
    pub fn new(scenario: &'a Scenario, optimise: bool, of: u32) -> Result<Self, String> {
        let all = shards::units(&scenario.cells, optimise)?;
        let mut units: BTreeMap<u32, Vec<Unit>> = BTreeMap::new();
        for (share, unit) in shards::shares(&all, of).into_iter().zip(all) {
            units.entry(share).or_default().push(unit);
        }
        Ok(Self { scenario, large: Large::of(scenario), optimise, units })
    }

    /// A cell of a shard that a journal does not have all of, if there is one.
    fn lacks(&self, file: &ShardFile, journal: &dyn Journal) -> Option<String> {
        let conditions = Conditions {
            journal: Some(journal),
            replay: true,
            keep_trials: file.keep_trials,
            keep_students: file.keep_students,
            ..Conditions::default()
        };
        let none = Vec::new();
        let units = self.units.get(&file.shard.number).unwrap_or(&none);
        let replayed = match &self.large {
            Some(large) => large.play_share(file.shard, self.optimise, &conditions),
            None => shards::play_units(&self.scenario.cells, units, self.optimise, &conditions),
        };
        match replayed {
            Err(Stopped::Missing(cell)) => Some(cell),
            _ => None,
        }
    }

    /// Whether a directory has all of a shard.
    pub fn is_whole(&self, folder: &Path, file: &ShardFile) -> bool {
        let mut journals = Journals::default();
        journals.add(&state::journal(folder)).is_ok() && self.lacks(file, &journals).is_none()
    }
}

/// In what two shards are not of one run.
fn differs(a: &ShardFile, b: &ShardFile) -> Option<String> {
    let Shard { of, .. } = a.shard;
    if a.scenario["seed"] != b.scenario["seed"] {
        return Some(format!("has another seed, {} and not {},", b.scenario["seed"], a.scenario["seed"]));
    }
    if a.scenario != b.scenario {
        return Some("is of another scenario".into());
    }
    if b.shard.of != of {
        return Some(format!("is one of {} shards and not of {of},", b.shard.of));
    }
    let options =
        |file: &ShardFile| (file.optimise, file.keep_trials, file.keep_students, file.played, file.division);
    (options(a) != options(b)).then(|| "was played with other options, or divided by another version".into())
}

#[cfg(test)]
mod tests {
    use super::array;

    #[test]
    fn numbers_are_written_as_array_takes_them() {
        assert_eq!(array(&[1, 2, 3, 7, 9, 10]), "1-3,7,9-10");
        assert_eq!((array(&[4]), array(&[])), ("4".into(), String::new()));
    }
}
