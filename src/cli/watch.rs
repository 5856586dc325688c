//! Watching a run: how far it is, as a bar, as JSON, and in its log; and once a second, what is finished goes to the
//! disk.

use crate::cli::End;
use crate::cli::play::{Progress, Size};
use crate::store::machine;
use crate::store::state::State;
use crate::tournament::Going;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds between what the log says of progress.
const LOGGED: u64 = 5;

/// A run that is watched.
pub struct Watch<'a> {
    size: Size,
    progress: Progress,
    state: Option<&'a State>,
    bar: ProgressBar,
    started: Instant,
    matches: AtomicU64,
    found: AtomicU64,
    cells: AtomicU64,
    failures: Mutex<Vec<String>>,
    training: Mutex<Json>,
}

/// Now, in seconds since 1970.
pub fn now() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "told, never compared")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is told of a run is whole after each line, whoever panicked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Watch<'a> {
    /// Begins to watch.
    pub fn new(size: Size, progress: Progress, state: Option<&'a State>) -> Self {
        // indicatif draws nothing when stderr is no terminal.
        let bar =
            if progress == Progress::Bar { ProgressBar::new(size.matches) } else { ProgressBar::hidden() };
        let style = "{bar:30} {percent:>3}% {human_pos} of {human_len} matches, {per_sec}, {eta} left{msg}";
        bar.set_style(ProgressStyle::with_template(style).expect("a template that was tried"));
        if let (Some(state), Progress::Bar) = (state, progress)
            && let Some(warning) = state.journal.warning()
        {
            anstream::eprintln!("{warning}");
        }
        #[expect(clippy::disallowed_methods, reason = "told, never compared")]
        let started = Instant::now();
        Self {
            size,
            progress,
            state,
            bar,
            started,
            matches: AtomicU64::new(0),
            found: AtomicU64::new(0),
            cells: AtomicU64::new(0),
            failures: Mutex::default(),
            training: Mutex::default(),
        }
    }

    /// Does something, and tells meanwhile how far it is.
    pub fn over<T>(&self, does: impl FnOnce() -> T) -> T {
        self.log(&json!({
            "event": "began", "unix_s": now(), "matches": self.size.matches, "cells": self.size.cells,
            "kept": self.state.map_or(0, |state| state.journal.len()), "version": env!("CARGO_PKG_VERSION"),
            "host": machine::host(), "process": std::process::id(),
        }));
        if let Some(text) = self.state.and_then(|state| state.journal.warning()) {
            self.tell(&json!({ "event": "damaged", "unix_s": now(), "what": text }));
        }
        let (done, wait) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for second in 1.. {
                    if wait.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                    // A disk that takes nothing is told when the next part is kept.
                    let _ = self.state.map(|state| state.journal.sync());
                    if self.progress == Progress::Json {
                        anstream::eprintln!("{}", self.event());
                    }
                    if second % LOGGED == 0 {
                        self.log(&self.event());
                    }
                }
            });
            let outcome = does();
            drop(done);
            outcome
        })
    }

    /// How far it is.
    fn event(&self) -> Json {
        let (matches, cells) = (self.matches.load(Ordering::Relaxed), self.cells.load(Ordering::Relaxed));
        let mut event = json!({
            "event": "progress", "unix_s": now(), "matches": matches, "of_matches": self.size.matches,
            "found": self.found.load(Ordering::Relaxed),
            "cells": cells, "of_cells": self.size.cells, "failed": held(&self.failures).len(),
            "seconds": self.started.elapsed().as_secs(),
        });
        let training = held(&self.training).clone();
        if !training.is_null() {
            event["training"] = training;
        }
        event
    }

    /// Into the log; what cannot be logged is not worth a run.
    fn log(&self, event: &Json) {
        let _ = self.state.map(|state| state.log.add(event));
    }

    /// Into the log, and to who reads JSON.
    fn tell(&self, event: &Json) {
        self.log(event);
        if self.progress == Progress::Json {
            anstream::eprintln!("{event}");
        }
    }

    /// Some matches were played.
    pub fn played(&self, matches: u64) {
        self.matches.fetch_add(matches, Ordering::Relaxed);
        self.bar.inc(matches);
    }

    /// Some matches were found, and are not played.
    pub fn found(&self, matches: u64) {
        self.found.fetch_add(matches, Ordering::Relaxed);
        self.played(matches);
    }

    /// A cell is finished.
    pub fn finished(&self) {
        self.cells.fetch_add(1, Ordering::Relaxed);
    }

    /// What is done just now, where it is not matches that are counted.
    pub fn say(&self, what: &str) {
        self.bar.set_message(format!("; {what}"));
    }

    /// How a training goes.
    pub fn training(&self, going: Going) {
        // Steps are many; a terminal shows a few a second.
        if going.step.is_multiple_of(16) {
            let Going { cell, replicate, round, step, loss, level, accuracy, .. } = going;
            self.say(&format!(
                "replicate {replicate}: round {round}, step {step}, loss {loss:.3}, level {level} right {accuracy:.3}"
            ));
            *held(&self.training) = json!({
                "cell": cell, "replicate": replicate, "round": round, "step": step, "loss": loss, "level": level,
                "right": accuracy,
            });
        }
    }

    /// A replicate came to nothing.
    pub fn failed(&self, reason: &str) {
        held(&self.failures).push(reason.into());
        self.tell(&json!({ "event": "failed", "unix_s": now(), "why": reason }));
    }

    /// The first thing that failed.
    pub fn first_failure(&self) -> Option<String> {
        held(&self.failures).first().cloned()
    }

    /// It ended.
    pub fn ended(&self, how: Result<(), (End, &str)>) {
        self.bar.finish_and_clear();
        self.tell(&self.event());
        let (how, why) = match how {
            Ok(()) => ("finished", None),
            Err((End::Interrupted, why)) => ("interrupted", Some(why)),
            Err((_, why)) => ("failed", Some(why)),
        };
        self.tell(&json!({ "event": "ended", "unix_s": now(), "how": how, "why": why }));
        let _ = self.state.map(|state| state.journal.sync());
    }
}
