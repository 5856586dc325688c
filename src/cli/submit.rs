//! `submit`: the shards of a run, handed to an engine that has the machines.

use crate::cli::changes::{Axes, Changes};
use crate::cli::large::Large;
use crate::cli::merge::{Shared, array};
use crate::cli::{End, Outcome, print};
use crate::scenario::spec::Scenario;
use crate::store::state::ShardFile;
use crate::store::{files, sweep};
use crate::tournament::shards::{SHARDS_MAX, Shard, units};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Args)]
pub struct Submit {
    #[command(subcommand)]
    engine: Engine,
}

#[derive(Subcommand)]
enum Engine {
    /// As a Slurm job array, with a job behind it that merges
    Slurm(Slurm),
    /// As tasks of Ray, and merge when all are done
    Ray(Ray),
}

/// What is played, in how many shards, and where.
#[derive(Args)]
struct Sharded {
    /// The scenario file
    scenario: PathBuf,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    axes: Axes,
    /// How many shards; each is a task, and tasks of some minutes are best
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(SHARDS_MAX)))]
    shards: u32,
    /// Where all of it goes, a directory that every machine sees: shard K in shards/K, the result in result
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Threads of a shard
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    cpus: u32,
    /// Ask what agents gain by choosing what they say, as the verb optimise
    #[arg(long)]
    optimise: bool,
    /// Write every match to trials.csv
    #[arg(long)]
    keep_trials: bool,
    /// Print what would be run, and run nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
struct Slurm {
    #[command(flatten)]
    sharded: Sharded,
    /// The partition
    #[arg(long)]
    partition: Option<String>,
    /// The longest a shard plays before it is stopped and requeued, as Slurm writes it, such as 30 or 2:00:00; 3
    /// minutes or more
    #[arg(long)]
    time: Option<String>,
    /// Memory of a shard, as Slurm writes it, such as 2G
    #[arg(long)]
    memory: Option<String>,
    /// Another option of sbatch, such as --sbatch=--account=mine (repeatable)
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    sbatch: Vec<String>,
    /// Submit only the shards that are not done
    #[arg(long)]
    missing: bool,
}

#[derive(Args)]
struct Ray {
    #[command(flatten)]
    sharded: Sharded,
    /// How often a shard is begun again that died; -1: without end
    #[arg(long, default_value_t = 3, allow_negative_numbers = true)]
    retries: i32,
    /// A cluster's address, or auto; a Ray of its own unless given
    #[arg(long)]
    address: Option<String>,
    /// The Python that has Ray
    #[arg(long, default_value = "python3")]
    python: PathBuf,
}

fn usage(message: String) -> (End, String) {
    (End::Usage, message)
}

/// A text as a shell takes it for one word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A path within quotes in an option of sbatch, which reads some of its signs as its own.
fn in_option(path: &Path) -> String {
    path.display().to_string().replace('%', "%%").replace('"', "\\\"")
}

/// A run in shards, as it lies in its directory.
struct Laid {
    name: String,
    /// The directory, and this program, by their whole paths.
    folder: PathBuf,
    program: PathBuf,
    document: Vec<u8>,
    /// How it is divided and played.
    how: String,
    scenario: Scenario,
}

impl Sharded {
    /// Reads the scenario, and sees that its directory can take it.
    fn laid(&self) -> Result<Laid, (End, String)> {
        let scenario =
            files::scenario(&self.scenario, &self.changes.overrides(&self.axes)?).map_err(usage)?;
        let work = match Large::of(&scenario) {
            Some(large) => large.shards_max(),
            None => units(&scenario.cells, self.optimise).map_err(usage)?.len() as u64,
        };
        if u64::from(self.shards) > work {
            return Err(usage(format!(
                "--shards {}: there are {work} pieces of work, so that some shards would have none; want at most {work}",
                self.shards
            )));
        }
        let folder = std::path::absolute(&self.out)
            .map_err(|error| usage(format!("{}: {error}", self.out.display())))?;
        let program =
            std::env::current_exe().map_err(|error| (End::Failed, format!("this program: {error}")))?;
        let document = serde_json::to_vec(&scenario.document).map_err(|error| usage(error.to_string()))?;
        let how = format!(
            "{{\"shards\":{},\"optimise\":{},\"keep_trials\":{}}}\n",
            self.shards, self.optimise, self.keep_trials
        );
        sweep::check(&folder, &document, &how).map_err(usage)?;
        Ok(Laid { name: scenario.name.clone(), folder, program, document, how, scenario })
    }

    fn verb(&self) -> &str {
        if self.optimise { "optimise" } else { "run" }
    }

    /// The shards that are not done, or were and are damaged.
    fn missing(&self, laid: &Laid) -> Result<Vec<u32>, (End, String)> {
        let shared = Shared::new(&laid.scenario, self.optimise, self.shards).map_err(usage)?;
        let is_whole = |number: &u32| {
            let file = ShardFile::read(&sweep::shard(&laid.folder, *number)).ok();
            let file = file.filter(|file| {
                let wanted = (Shard { number: *number, of: self.shards }, self.optimise, self.keep_trials);
                file.done && (file.shard, file.optimise, file.keep_trials) == wanted
            });
            file.is_some_and(|file| shared.is_whole(&sweep::shard(&laid.folder, *number), &file))
        };
        Ok((1..=self.shards).filter(|number| !is_whole(number)).collect())
    }
}

impl Submit {
    /// Hands the shards over.
    pub fn send(self) -> Outcome {
        match self.engine {
            Engine::Slurm(slurm) => slurm.send(),
            Engine::Ray(ray) => ray.send(),
        }
    }
}

impl Slurm {
    fn send(&self) -> Outcome {
        if let Some(time) =
            self.time.as_deref().filter(|time| seconds(time).is_some_and(|seconds| seconds < 180))
        {
            let why = "a shard is stopped a minute before its time is up, and takes some to begin";
            return Err(usage(format!("--time {time}: want at least 3 minutes, for {why}")));
        }
        let laid = self.sharded.laid()?;
        let mut numbers: Vec<u32> = (1..=self.sharded.shards).collect();
        if self.missing {
            numbers = self.sharded.missing(&laid)?;
        }
        let (tasks, merge) = (self.tasks(&laid, &numbers), self.merge(&laid));
        if self.sharded.dry_run {
            return print(&format!("{tasks}\n{merge}"));
        }
        let scripts = [("array.sh", tasks.as_str()), ("merge.sh", merge.as_str())];
        sweep::lay(&laid.folder, &laid.document, &laid.how, &scripts)
            .map_err(|error| (End::Failed, error))?;
        let jobs = if numbers.is_empty() {
            format!("all shards are done, merge job {}", sbatch(&laid.folder.join("merge.sh"), &[])?)
        } else {
            let many = "; an array has tasks below MaxArraySize (scontrol show config), most often 1001: take fewer shards";
            let first = sbatch(&laid.folder.join("array.sh"), &[])
                .map_err(|(end, why)| (end, if self.sharded.shards > 1000 { why + many } else { why }))?;
            // Not afterok, which waits for ever when a task has failed: merge itself sees what there is.
            let behind = format!("--dependency=afterany:{first}");
            let second = sbatch(&laid.folder.join("merge.sh"), &[&behind]).map_err(|(end, why)| {
                let script = laid.folder.join("merge.sh");
                let shown = script.display();
                (end, format!("{why}; array job {first} runs: sbatch {behind} {shown} merges it, scancel {first} ends it"))
            })?;
            format!("array job {first}, merge job {second}")
        };
        print(&format!("{jobs}\nhow far it is: elenchus status {}\n", laid.folder.display()))
    }

    /// Options of both jobs, as lines of a script.
    fn options(&self, laid: &Laid, job: &str) -> String {
        let mut lines = vec![format!("--job-name=elenchus-{}{job}", laid.name), "--open-mode=append".into()];
        let given = [("partition", &self.partition), ("time", &self.time), ("mem", &self.memory)];
        lines.extend(given.iter().filter_map(|(name, value)| Some(format!("--{name}={}", value.as_ref()?))));
        lines.push(format!("--cpus-per-task={}", self.sharded.cpus));
        lines.extend(self.sbatch.iter().cloned());
        lines.iter().map(|line| format!("#SBATCH {line}\n")).collect()
    }

    fn tasks(&self, laid: &Laid, numbers: &[u32]) -> String {
        let path = |path: &Path| quoted(&path.display().to_string());
        let keep = if self.sharded.keep_trials { " --keep-trials" } else { "" };
        format!(
            r#"#!/bin/sh
# A shard a task. Whoever is preempted, or ends with its node, is requeued by Slurm; who fails requeues itself, three
# times at most; who runs out of time is stopped a minute before and requeued, as long as it finishes something each
# time. All go on from what they have.
{options}#SBATCH --array={array}
#SBATCH --requeue
#SBATCH --signal=B:USR1@60
#SBATCH --output="{logs}/shard-%a.log"

journal={shards}/"$SLURM_ARRAY_TASK_ID"/parts.journal
size() {{ wc -c <"$journal" 2>/dev/null || echo 0; }}
before=$(size)
in_time=yes
{program} {verb} {scenario} --shard "$SLURM_ARRAY_TASK_ID/{of}" --out {shards}/"$SLURM_ARRAY_TASK_ID" \
  --threads {cpus} --progress none{keep} &
child=$!
trap 'in_time=no; kill -TERM "$child"' USR1
wait "$child"; code=$?
# A signal ends the first wait.
[ "$in_time" = yes ] || {{ wait "$child"; code=$?; }}
[ "$code" -eq 0 ] && exit 0
# 2 is a mistake in the command or the scenario, which no repetition mends.
failures={logs_quoted}/"$SLURM_ARRAY_JOB_ID-$SLURM_ARRAY_TASK_ID.failures"
if [ "$in_time" = yes ]; then
  echo "exit code $code" >>"$failures"
elif [ "$(size)" -le "$before" ]; then
  echo "out of time before anything was finished: want a longer --time" >>"$failures"
fi
if [ "$code" -ne 2 ] && {{ [ ! -e "$failures" ] || [ "$(wc -l <"$failures")" -le 3 ]; }}; then
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID" && sleep 60
fi
exit "$code"
"#,
            options = self.options(laid, ""),
            array = array(numbers),
            logs = in_option(&laid.folder.join("logs")),
            logs_quoted = path(&laid.folder.join("logs")),
            program = path(&laid.program),
            verb = self.sharded.verb(),
            scenario = path(&sweep::scenario(&laid.folder)),
            shards = path(&sweep::shards(&laid.folder)),
            of = self.sharded.shards,
            cpus = self.sharded.cpus,
        )
    }

    fn merge(&self, laid: &Laid) -> String {
        let path = |path: &Path| quoted(&path.display().to_string());
        format!(
            r#"#!/bin/sh
# Runs when no task of the array is left, whatever became of them, and sees itself whether all shards are done.
{options}#SBATCH --output="{logs}/merge.log"

{program} merge {shards} --out {result} --threads {cpus} --progress none
code=$?
[ "$code" -ne 3 ] || echo "submit again what is missing: the same command with --missing" >&2
exit "$code"
"#,
            options = self.options(laid, "-merge"),
            logs = in_option(&laid.folder.join("logs")),
            program = path(&laid.program),
            shards = path(&sweep::shards(&laid.folder)),
            result = path(&laid.folder.join("result")),
            cpus = self.sharded.cpus,
        )
    }
}

/// Seconds of a time as Slurm writes it: minutes, minutes:seconds, hours:minutes:seconds, days-hours and so on.
fn seconds(time: &str) -> Option<u64> {
    let (days, rest) = match time.split_once('-') {
        Some((days, rest)) => (Some(days.parse::<u64>().ok()?), rest),
        None => (None, time),
    };
    let parts: Vec<u64> = rest.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [a, b, c] = match (days, parts.as_slice()) {
        (Some(_), [h]) => [*h, 0, 0],
        (Some(_), [h, m]) => [*h, *m, 0],
        (None, [m]) => [0, *m, 0],
        (None, [m, s]) => [0, *m, *s],
        (_, [h, m, s]) => [*h, *m, *s],
        _ => return None,
    };
    Some(((days.unwrap_or(0) * 24 + a) * 60 + b) * 60 + c)
}

/// Submits a script, and gives its job's number.
fn sbatch(script: &Path, options: &[&str]) -> Result<String, (End, String)> {
    let mut command = Command::new("sbatch");
    let output = command.arg("--parsable").args(options).arg(script).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| {
        let remedy = "submit where Slurm is, or look at the scripts with --dry-run";
        (End::Failed, format!("sbatch: {error}; {remedy}"))
    })?;
    let text = String::from_utf8_lossy(&output.stdout);
    // With several clusters their name follows.
    let job = text.trim().split(';').next().unwrap_or_default().to_owned();
    if !output.status.success() || job.is_empty() {
        return Err((End::Failed, format!("sbatch {}: refused; what it wants is above", script.display())));
    }
    Ok(job)
}

/// What plays shards under Ray: the same for every run.
const DRIVER: &str = include_str!("submit/ray.py");

impl Ray {
    fn send(&self) -> Outcome {
        let laid = self.sharded.laid()?;
        let driver = laid.folder.join("sweep.py");
        let mut command = Command::new(&self.python);
        command.arg(&driver).arg("--binary").arg(&laid.program);
        command.args(["--shards", &self.sharded.shards.to_string(), "--out"]).arg(&laid.folder);
        command.args(["--cpus", &self.sharded.cpus.to_string(), "--retries", &self.retries.to_string()]);
        if let Some(address) = &self.address {
            command.args(["--address", address]);
        }
        command.args(["--", self.sharded.verb()]).arg(sweep::scenario(&laid.folder));
        if self.sharded.keep_trials {
            command.arg("--keep-trials");
        }
        if self.sharded.dry_run {
            let words = command.get_args().map(|word| quoted(&word.to_string_lossy()));
            let line: Vec<String> =
                std::iter::once(quoted(&self.python.display().to_string())).chain(words).collect();
            return print(&format!("{}\n\n{DRIVER}", line.join(" ")));
        }
        sweep::lay(&laid.folder, &laid.document, &laid.how, &[("sweep.py", DRIVER)])
            .map_err(|error| (End::Failed, error))?;
        let status = command.status().map_err(|error| {
            (
                End::Failed,
                format!("{}: {error}; name a Python that has Ray by --python", self.python.display()),
            )
        })?;
        match status.code() {
            Some(0) => Ok(End::Done),
            Some(2) => Err(usage("the driver refused its command".into())),
            Some(3) => Err((End::Incomplete, "not all shards are done; the same command goes on".into())),
            Some(130) => Err((End::Interrupted, "interrupted; the same command goes on".into())),
            _ => Err((End::Failed, format!("the driver ended with {status}; the same command goes on"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, seconds};

    #[test]
    fn times_are_read_as_slurm_writes_them() {
        let known = ["30", "2:30", "1:00:00", "1-0", "1-2:30", "2-00:00:01"];
        assert_eq!(known.map(seconds), [1800, 150, 3600, 86_400, 95_400, 172_801].map(Some));
        assert_eq!(["", "soon", "1:2:3:4", "UNLIMITED"].map(seconds), [None; 4]);
    }

    #[test]
    fn a_word_for_a_shell_is_one_word() {
        assert_eq!((quoted("a b"), quoted("it's")), ("'a b'".into(), r"'it'\''s'".into()));
    }
}
