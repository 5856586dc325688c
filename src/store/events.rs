//! The log of a run: what happened when, a JSON object a line, appended as it happens.

use crate::store::disk;
use serde_json::Value as Json;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A log that is written to.
pub struct Log {
    path: PathBuf,
    file: Mutex<File>,
}

impl Log {
    /// Opens a log, or begins one.
    ///
    /// # Errors
    /// The path and why it cannot be written.
    pub fn open(path: &Path) -> Result<Self, String> {
        let file = disk::open_to_append(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path: path.into(), file: Mutex::new(file) })
    }

    /// Adds an event.
    ///
    /// # Errors
    /// The path and why it cannot be written.
    pub fn add(&self, event: &Json) -> Result<(), String> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        disk::write(&*file, format!("{event}\n").as_bytes())
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

/// The last bytes of a log that are read: a run's events are short.
const TAIL: u64 = 1 << 20;

/// The events at the end of a log, oldest first; what is no event, such as a line that was torn, is passed over.
///
/// # Errors
/// Why it cannot be read.
pub fn tail(path: &Path) -> io::Result<Vec<Json>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    Ok(lines.filter_map(|line| serde_json::from_slice(&line).ok()).collect())
}
