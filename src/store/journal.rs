//! The journal: finished replicates, appended one by one to a file, so that a run that was broken off goes
//! on from them. A line is a checksum, the part's key, and the part as JSON; what was torn or damaged
//! does not fit its checksum and is played again.

use crate::records::{Journal, Part};
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A journal in a file, which one run at a time may hold.
pub struct FileJournal {
    path: PathBuf,
    /// How many lines were not what was once written.
    damaged: usize,
    state: Mutex<State>,
}

struct State {
    file: File,
    /// Where in the file each part's JSON is.
    places: HashMap<String, Range<u64>>,
    /// Bytes of whole lines.
    end: u64,
    /// The first reason why something could not be kept.
    problem: Option<String>,
}

/// Digits of a hash.
const DIGITS: usize = 64;

fn checksum(key: &str, json: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.as_bytes()).update(b" ").update(json.as_bytes());
    hasher.finalize().to_hex().to_string()
}

/// The key and the JSON of a line that fits its checksum.
fn fields(line: &str) -> Option<(&str, &str)> {
    let (sum, rest) = line.split_once(' ')?;
    let (key, json) = rest.split_once(' ')?;
    (key.len() == DIGITS && checksum(key, json) == sum).then_some((key, json))
}

/// Whether a line that was broken off may have been one of a journal.
fn is_beginning(line: &[u8]) -> bool {
    let fits = |(at, byte): (usize, &u8)| match at {
        DIGITS => *byte == b' ',
        at if at == 2 * DIGITS + 1 => *byte == b' ',
        at if at < 2 * DIGITS + 1 => byte.is_ascii_hexdigit(),
        at => at > 2 * DIGITS + 2 || *byte == b'{',
    };
    line.iter().enumerate().all(fits)
}

impl FileJournal {
    /// Opens a journal, or begins one, and reads what it has.
    ///
    /// # Errors
    /// The path, and why it cannot be read and written, or that another run has it.
    pub fn open(path: &Path) -> Result<Self, String> {
        let at = |error: std::io::Error| format!("{}: {error}; choose another --journal", path.display());
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(at)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                format!("{}: another run writes it; wait for it or choose another --journal", path.display())
            }
            TryLockError::Error(error) => at(error),
        })?;
        let (mut places, mut damaged, mut end) = (HashMap::new(), 0, 0);
        let (mut torn, mut begins_a_line) = (false, false);
        let mut reader = BufReader::new(&mut file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).map_err(at)? > 0 {
            let text = line.strip_suffix(b"\n").and_then(|text| std::str::from_utf8(text).ok());
            match text.and_then(fields) {
                Some((key, json)) => {
                    let last = end + line.len() as u64 - 1;
                    places.insert(key.to_owned(), last - json.len() as u64..last);
                }
                None => damaged += 1,
            }
            end += line.len() as u64;
            (torn, begins_a_line) = (!line.ends_with(b"\n"), is_beginning(&line));
            line.clear();
        }
        if places.is_empty() && (damaged > usize::from(torn) || (torn && !begins_a_line)) {
            // A file that never was a journal is not to be written to.
            let remedy = "choose another --journal, or remove it if nothing of it is left";
            return Err(format!("{}: exists and is no journal; {remedy}", path.display()));
        }
        if torn {
            // The line that was being written when the run was broken off: a new one begins after it.
            file.write_all(b"\n").map_err(at)?;
            end += 1;
        }
        let state = Mutex::new(State { file, places, end, problem: None });
        Ok(Self { path: path.into(), damaged, state })
    }

    /// What a person should know of the journal: lines that are lost, and what could not be kept.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let shown = self.path.display();
        let lost = (self.damaged > 0)
            .then(|| format!("{shown}: {} damaged lines; what one held is played again, once", self.damaged));
        let problem = self.state().problem.as_ref().map(|problem| format!("{shown}: {problem}"));
        let said: Vec<String> = lost.into_iter().chain(problem).collect();
        (!said.is_empty()).then(|| said.join("\n"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A thread that panicked left whole lines or a torn one, and both are borne.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for FileJournal {
    fn find(&self, key: &str) -> Option<Part> {
        let mut state = self.state();
        let Range { start, end } = state.places.get(key)?.clone();
        let mut json = vec![0; (end - start) as usize];
        state.file.seek(SeekFrom::Start(start)).and_then(|_| state.file.read_exact(&mut json)).ok()?;
        serde_json::from_slice(&json).ok()
    }

    fn keep(&self, key: &str, part: &Part) {
        let mut state = self.state();
        let kept = serde_json::to_string(part).map_err(|error| error.to_string()).and_then(|json| {
            let line = format!("{} {key} {json}\n", checksum(key, &json));
            let written = state.file.write_all(line.as_bytes()).and_then(|()| state.file.sync_data());
            written.map_err(|error| error.to_string()).map(|()| line.len() as u64)
        });
        match kept {
            Ok(length) => {
                let start = state.end + 2 * (DIGITS as u64 + 1);
                state.end += length;
                let end = state.end - 1;
                state.places.insert(key.into(), start..end);
            }
            Err(problem) => {
                // What was half written is a damaged line, and the next part begins one of its own.
                let _ = state.file.write_all(b"\n");
                state.end = state.file.seek(SeekFrom::End(0)).unwrap_or(state.end);
                let problem = format!("{problem}; what is finished from here on is not kept");
                state.problem.get_or_insert(problem);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Sums, Tally};

    fn part(right: u64) -> Part {
        let tally = Tally { trials: 9, right, ..Tally::default() };
        Part { sums: Sums { tally, ..Sums::default() }, ..Part::default() }
    }

    fn key(at: u64) -> String {
        format!("{at:064x}")
    }

    #[test]
    fn parts_are_found_again_after_a_torn_line_and_a_flipped_byte() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        let journal = FileJournal::open(&path).expect("new");
        (0..5).for_each(|at| journal.keep(&key(at), &part(at)));
        assert_eq!(journal.find(&key(3)), Some(part(3)));
        let held = FileJournal::open(&path).err().expect("held by the first");
        assert!(held.contains("another run"), "{held}");
        drop(journal);
        let whole = std::fs::read(&path).expect("bytes");
        let line = whole.len() / 5;
        // Broken off at any byte of the last line: all before it are kept, and more can be added.
        for cut in [4 * line + 1, 4 * line + 70, 5 * line - 1] {
            std::fs::write(&path, &whole[..cut]).expect("written");
            let journal = FileJournal::open(&path).expect("torn");
            assert_eq!(
                (0..5).map(|at| journal.find(&key(at))).collect::<Vec<_>>()[..4],
                [0, 1, 2, 3].map(|n| Some(part(n)))
            );
            assert_eq!(journal.find(&key(4)), None);
            journal.keep(&key(4), &part(7));
            assert_eq!(journal.find(&key(4)), Some(part(7)));
            drop(journal);
            let again = FileJournal::open(&path).expect("mended");
            // A line that wants its end alone is whole once it has one.
            let damaged = usize::from(cut + 1 < 5 * line);
            assert_eq!((again.find(&key(4)), again.damaged), (Some(part(7)), damaged));
        }
        // A flipped bit anywhere in the third line loses that line alone, or joins two into one that is lost.
        for at in 2 * line..3 * line {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).expect("written");
            let journal = FileJournal::open(&path).expect("damaged");
            assert_eq!(journal.find(&key(2)), None, "byte {at}");
            assert!(journal.warning().is_some_and(|text| text.contains("damaged")), "byte {at}");
            for kept in [0, 1, 4] {
                assert_eq!(journal.find(&key(kept)), Some(part(kept)), "byte {at}");
            }
        }
    }

    #[test]
    fn a_file_of_other_things_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notes.txt");
        // With or without an end of the line, and where it begins as a hash does.
        for text in ["dear diary\n", "dear diary", "{}", "a\nb", "0123456789abcdef, she said"] {
            std::fs::write(&path, text).expect("written");
            let refused = FileJournal::open(&path).err().expect("refused");
            assert!(refused.contains("is no journal"), "{refused}");
            assert_eq!(std::fs::read_to_string(&path).expect("text"), text);
        }
    }
}
