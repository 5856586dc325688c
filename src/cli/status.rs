//! `status`: how far runs and shards are, by their logs.

use crate::cli::watch::now;
use crate::cli::{End, Outcome, print};
use crate::store::events;
use crate::store::journal::is_held;
use crate::store::state::{self, ShardFile};
use clap::Args;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

#[derive(Args)]
pub struct Status {
    /// A run's result, its state, a shard, or a directory that holds shards
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Print a JSON object a line
    #[arg(long)]
    json: bool,
}

/// How a run or shard is.
struct Found {
    folder: PathBuf,
    how: &'static str,
    shard: Option<ShardFile>,
    progress: Json,
    /// Seconds that are left at its pace so far.
    left: Option<u64>,
    /// Why it ended, and what came to nothing.
    why: Vec<String>,
}

impl Status {
    /// Tells how far each is.
    pub fn tell(self) -> Outcome {
        let mut all = Vec::new();
        for named in &self.folders {
            let meant = state::meant_by(named);
            if meant.is_empty() {
                let remedy = "name a result that is being made, its .state, or a directory of shards";
                return Err((End::Usage, format!("{}: no state of a run; {remedy}", named.display())));
            }
            all.extend(meant.into_iter().map(found));
        }
        let lines: Vec<String> =
            all.iter().map(|found| if self.json { found.json().to_string() } else { found.line() }).collect();
        print(&format!("{}\n", lines.join("\n")))?;
        if !self.json && all.len() > 1 {
            print(&summary(&all))?;
        }
        Ok(End::Done)
    }
}

/// The last event of a kind.
fn last<'a>(events: &'a [Json], kind: &str) -> Option<&'a Json> {
    events.iter().rev().find(|event| event["event"] == kind)
}

fn found(folder: PathBuf) -> Found {
    let all = events::tail(&state::events(&folder)).unwrap_or_default();
    // What is told of the last time it was begun.
    let from = all.iter().rposition(|event| event["event"] == "began").unwrap_or(0);
    let own = &all[from..];
    let shard = ShardFile::read(&folder).ok();
    let held = is_held(&state::journal(&folder));
    let ended = last(own, "ended");
    let how = match ended.and_then(|event| event["how"].as_str()) {
        _ if held => "running",
        Some("finished") => "done",
        Some("interrupted") => "interrupted",
        Some(_) => "failed",
        None if shard.as_ref().is_some_and(|shard| shard.done) => "done",
        None => "broken off",
    };
    let nothing = json!({ "matches": 0, "cells": 0, "failed": 0 });
    let mut progress = last(own, "progress").cloned().unwrap_or(nothing);
    if let Some(began) = own.first() {
        for (of, count) in [("of_matches", "matches"), ("of_cells", "cells")] {
            if progress[of].is_null() {
                progress[of] = began[count].clone();
            }
        }
    }
    let number = |name: &str| progress[name].as_u64();
    let left = (how == "running")
        .then(|| {
            let (done, of, seconds) = (number("matches")?, number("of_matches")?, number("seconds")?);
            // What was found took no time.
            let played = done.saturating_sub(number("found").unwrap_or(0));
            (played > 0).then(|| (seconds as f64 * of.saturating_sub(done) as f64 / played as f64) as u64)
        })
        .flatten();
    let mut why: Vec<String> = own
        .iter()
        .filter(|event| event["event"] == "failed")
        .filter_map(|event| event["why"].as_str().map(Into::into))
        .collect();
    if how == "failed" {
        why.extend(ended.and_then(|event| event["why"].as_str()).map(Into::into));
    }
    why.dedup();
    Found { folder, how, shard, progress, left, why }
}

impl Found {
    fn number(&self, name: &str) -> u64 {
        self.progress[name].as_u64().unwrap_or(0)
    }

    fn json(&self) -> Json {
        json!({
            "state": self.folder.display().to_string(), "how": self.how,
            "shard": self.shard.as_ref().map(|shard| shard.shard.to_string()),
            "matches": self.number("matches"), "of_matches": self.number("of_matches"),
            "cells": self.number("cells"), "of_cells": self.number("of_cells"), "failed": self.number("failed"),
            "seconds_left": self.left, "told_unix_s": self.progress["unix_s"], "why": self.why,
        })
    }

    fn line(&self) -> String {
        let shard = self.shard.as_ref().map(|shard| format!("share {}, ", shard.shard)).unwrap_or_default();
        let (done, of) = (self.number("matches"), self.number("of_matches"));
        // A run that plays until something is known may play more than were planned.
        let share = if of == 0 { 0 } else { (100.0 * done as f64 / of as f64) as u64 };
        let matches =
            if done > of { format!("{done} matches") } else { format!("{share} % of {of} matches") };
        let what = if self.shard.is_some() { "pieces of work" } else { "cells" };
        let mut line = format!(
            "{}: {shard}{}, {matches}, {} of {} {what}",
            self.folder.display(),
            self.how,
            self.number("cells"),
            self.number("of_cells"),
        );
        if self.number("failed") > 0 {
            line.push_str(&format!(", {} came to nothing", self.number("failed")));
        }
        if let Some(left) = self.left {
            line.push_str(&format!(", about {} left", time(left)));
        }
        if self.how == "broken off"
            && let Some(told) = self.progress["unix_s"].as_u64()
        {
            line.push_str(&format!(", last heard of {} ago", time(now().saturating_sub(told))));
        }
        if matches!(self.how, "broken off" | "interrupted") {
            line.push_str("; the same command goes on from there");
        }
        let why = self.why.iter().take(3).map(|why| format!("\n  {why}"));
        line + &why.collect::<String>()
    }
}

/// Seconds, as one says them.
fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Of several: how many are how, and which shards there are not.
fn summary(all: &[Found]) -> String {
    let mut text = String::new();
    let count = |how: &str| all.iter().filter(|found| found.how == how).count();
    let kinds = ["done", "running", "interrupted", "broken off", "failed"];
    let said: Vec<String> =
        kinds.into_iter().filter(|how| count(how) > 0).map(|how| format!("{} {how}", count(how))).collect();
    text.push_str(&format!("in all: {}", said.join(", ")));
    let shards: Vec<&ShardFile> = all.iter().filter_map(|found| found.shard.as_ref()).collect();
    if let Some(first) = shards.first() {
        let done = |number: &u32| shards.iter().any(|shard| shard.shard.number == *number && shard.done);
        let missing: Vec<u32> = (1..=first.shard.of).filter(|number| !done(number)).collect();
        if !missing.is_empty() {
            text.push_str(&format!(
                "; of {} shards not done: {}",
                first.shard.of,
                crate::cli::merge::array(&missing)
            ));
        }
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_said_in_one_unit() {
        assert_eq!(
            [0, 119, 120, 7199, 7200, 172_800].map(time),
            ["0 s", "119 s", "2 min", "119 min", "2 h", "2 days"]
        );
    }
}
