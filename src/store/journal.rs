//! The journal: finished parts of a run, appended to a file one by one, so that a run that was broken off goes on from
//! them. A frame is a mark, a length, a checksum, the part's key and trials, and the part; what was torn or damaged
//! does not fit its checksum, is told, and is played again.

use crate::records::{Journal, Key, Part};
use crate::store::disk;
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How a journal begins. Another layout of frames or parts has another number, and its frames fit no checksum.
const HEADER: &[u8; 19] = b"elenchus journal 1\n";
/// How a frame begins: where to look for the next one behind damage.
const MARK: [u8; 4] = [0xe1, b'p', b'r', b't'];
/// Bytes of a frame before its body: mark, length of the body, checksum.
const HEAD: usize = 4 + 4 + 16;
/// Bytes of a body before the part: key, first trial, last trial.
const OWN: usize = 16 + 8 + 8;
/// The longest body; of a longer one nobody could tell damage from length.
const BODY_MAX: usize = 1 << 31;

/// What a part is of, in order, so that those of one key that begin alike lie together.
type Name = (Key, u64, u64);

/// Where a frame is, and how long its body is.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    body: u32,
}

/// The checksum of a body: of its length, and of the version by way of the key.
fn checksum(body: &[u8]) -> [u8; 16] {
    let mut key = [0; 32];
    key[..HEADER.len()].copy_from_slice(HEADER);
    key[24..].copy_from_slice(&(body.len() as u64).to_le_bytes());
    let mut sum = [0; 16];
    sum.copy_from_slice(&blake3::keyed_hash(&key, body).as_bytes()[..16]);
    sum
}

fn frame(key: &Key, trials: &Range<u64>, part: &Part) -> Result<Vec<u8>, String> {
    let mut frame = vec![0; HEAD];
    frame.extend(key);
    frame.extend(trials.start.to_le_bytes());
    frame.extend(trials.end.to_le_bytes());
    let mut frame = postcard::to_extend(part, frame).map_err(|error| error.to_string())?;
    let body = frame.len() - HEAD;
    if body > BODY_MAX {
        return Err(format!(
            "a part of {body} bytes is too long; leave out --keep-trials or --keep-students"
        ));
    }
    let sum = checksum(&frame[HEAD..]);
    frame[..4].copy_from_slice(&MARK);
    frame[4..8].copy_from_slice(&(body as u32).to_le_bytes());
    frame[8..HEAD].copy_from_slice(&sum);
    Ok(frame)
}

/// The body's length of a frame that begins so, if one can.
fn body_of(head: &[u8; HEAD]) -> Option<usize> {
    let body = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    (head[..4] == MARK && (OWN..=BODY_MAX).contains(&body)).then_some(body)
}

fn name_of(body: &[u8]) -> Name {
    let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| body[at + i]));
    (std::array::from_fn(|i| body[i]), number(16), number(24))
}

/// What a file was found to hold.
#[derive(Debug, Default)]
struct Found {
    places: BTreeMap<Name, Place>,
    /// Stretches that are no frames.
    damaged: usize,
    /// Where the last whole frame ends.
    end: u64,
    /// Bytes of the file.
    length: u64,
    /// Whether it begins as journals of this version do.
    headed: bool,
}

/// Reads a journal from its beginning.
fn scan(file: &File) -> io::Result<Found> {
    let length = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    reader.seek(SeekFrom::Start(0))?;
    let mut header = vec![0; HEADER.len().min(length as usize)];
    reader.read_exact(&mut header)?;
    let headed = HEADER.starts_with(&header);
    let mut found = Found { end: header.len() as u64, length, headed, ..Found::default() };
    let mut at = found.end;
    let mut body = Vec::new();
    let mut whole = true;
    while at + HEAD as u64 <= length {
        let mut head = [0; HEAD];
        reader.read_exact(&mut head)?;
        let fits = body_of(&head).filter(|body| at + (HEAD + body) as u64 <= length);
        let mut read = HEAD;
        if let Some(size) = fits {
            body.resize(size, 0);
            reader.read_exact(&mut body)?;
            read += size;
            if head[8..] == checksum(&body) {
                found.places.insert(name_of(&body), Place { start: at, body: size as u32 });
                at += read as u64;
                (found.end, whole) = (at, true);
                continue;
            }
        }
        found.damaged += usize::from(whole);
        whole = false;
        // The next mark, from the next byte on.
        at += 1;
        reader.seek_relative(1 - read as i64)?;
        let mut seen = [0; 4];
        while seen != MARK && at < length {
            let mut byte = [0];
            reader.read_exact(&mut byte)?;
            seen = [seen[1], seen[2], seen[3], byte[0]];
            at += 1;
        }
        if seen != MARK {
            break;
        }
        at -= 4;
        reader.seek_relative(-4)?;
    }
    // A frame that was being written when the run was broken off.
    found.damaged += usize::from(whole && found.end < length);
    Ok(found)
}

/// The part at a place, if it still is what was written.
fn part(file: &mut File, name: &Name, place: Place) -> Option<Part> {
    let mut frame = vec![0; HEAD + place.body as usize];
    file.seek(SeekFrom::Start(place.start)).and_then(|_| file.read_exact(&mut frame)).ok()?;
    let body = &frame[HEAD..];
    (frame[8..HEAD] == checksum(body) && name_of(body) == *name).then_some(())?;
    postcard::from_bytes(&body[OWN..]).ok()
}

/// Of the parts of a key that begin with a trial and go no further than `end`, the name of the longest.
fn longest<T: Copy>(places: &BTreeMap<Name, T>, key: &Key, first: u64, end: u64) -> Option<(Name, T)> {
    let (name, place) = places.range((*key, first, 0)..=(*key, first, end)).next_back()?;
    Some((*name, *place))
}

/// Whether this process has the file for itself now, or there are no locks on its file system.
fn locked(file: &File) -> io::Result<bool> {
    /// No locks available: a network's file system without a service for them.
    const NO_LOCKS: i32 = 37;
    for _ in 0..10 {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error))
                if error.kind() == io::ErrorKind::Unsupported || error.raw_os_error() == Some(NO_LOCKS) =>
            {
                return Ok(true);
            }
            Err(TryLockError::Error(error)) => return Err(error),
            // Who only asks whether it is held holds it for a moment.
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    Ok(false)
}

/// The whole frames of a journal as one of its own, put in its place.
fn mended(path: &Path, file: &mut File, found: &Found) -> io::Result<(File, Found)> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".mended");
    let beside = path.with_file_name(name);
    let _ = disk::remove_file(&beside);
    let mut new = disk::open_to_append(&beside)?;
    locked(&new)?;
    disk::write(&mut new, HEADER)?;
    let mut made = Found { end: HEADER.len() as u64, headed: true, ..Found::default() };
    let mut all: Vec<(Name, Place)> = found.places.iter().map(|(name, place)| (*name, *place)).collect();
    all.sort_by_key(|(_, place)| place.start);
    for (name, place) in all {
        let mut frame = vec![0; HEAD + place.body as usize];
        file.seek(SeekFrom::Start(place.start))?;
        file.read_exact(&mut frame)?;
        disk::write(&mut new, &frame)?;
        made.places.insert(name, Place { start: made.end, body: place.body });
        made.end += frame.len() as u64;
    }
    made.length = made.end;
    disk::sync(&new)?;
    disk::rename(&beside, path)?;
    Ok((new, made))
}

/// Why a journal or a state is not opened, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// Something else is there.
    Foreign(String),
    /// It cannot be read or written now, or another run has it.
    Failed(String),
}

/// A journal in a file, which one run at a time may hold.
pub struct FileJournal {
    path: PathBuf,
    damaged: usize,
    state: Mutex<State>,
}

struct State {
    file: File,
    places: BTreeMap<Name, Place>,
    /// Where the next frame begins.
    end: u64,
}

fn at(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// That a file is none of ours to write to.
fn foreign(path: &Path) -> String {
    format!(
        "{}: exists and is no journal of this version; remove it, or choose another --state",
        path.display()
    )
}

/// Whether a run has this journal open.
#[must_use]
pub fn is_held(path: &Path) -> bool {
    let file = File::open(path);
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

impl FileJournal {
    /// Opens a journal, or begins one, and reads what it has.
    ///
    /// # Errors
    /// The path, and why it cannot be read and written, or that another run has it.
    pub fn open(path: &Path) -> Result<Self, Unopened> {
        let failed = |error: io::Error| {
            Unopened::Failed(format!("{}; choose another --out or --state", at(path, &error)))
        };
        let mut file = disk::open_to_append(path).map_err(failed)?;
        if !locked(&file).map_err(failed)? {
            return Err(Unopened::Failed(format!(
                "{}: another run writes it; wait for that, or choose another --out or --state",
                path.display()
            )));
        }
        let mut found = scan(&file).map_err(failed)?;
        if found.places.is_empty() && !found.headed {
            return Err(Unopened::Foreign(foreign(path)));
        }
        let damaged = found.damaged;
        if found.length < HEADER.len() as u64 {
            disk::cut(&file, 0).map_err(failed)?;
            disk::write(&mut file, HEADER).map_err(failed)?;
            found = Found { end: HEADER.len() as u64, ..Found::default() };
        } else if found.end < found.length || damaged > 0 || !found.headed {
            (file, found) = mended(path, &mut file, &found).map_err(failed)?;
        }
        let damaged = if found.length == 0 { 0 } else { damaged };
        let Found { places, end, .. } = found;
        Ok(Self { path: path.into(), damaged, state: Mutex::new(State { file, places, end }) })
    }

    /// How many parts it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().places.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the journal is damaged, in words.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let places = if self.damaged == 1 { "place" } else { "places" };
        (self.damaged > 0).then(|| {
            format!(
                "{}: torn or damaged at {} {places}; what was there is played again",
                self.path.display(),
                self.damaged
            )
        })
    }

    /// Waits until all that was kept is on the disk.
    ///
    /// # Errors
    /// The path and why it is not.
    pub fn sync(&self) -> Result<(), String> {
        // Not under the lock: who plays on does not wait for the disk.
        let file = self.state().file.try_clone();
        file.and_then(|file| disk::sync(&file)).map_err(|error| at(&self.path, &error))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A thread that panicked left whole frames or a torn one, and both are borne.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for FileJournal {
    fn find(&self, key: &Key, first: u64, end: u64) -> Option<(u64, Part)> {
        let mut state = self.state();
        let (name, place) = longest(&state.places, key, first, end)?;
        Some((name.2, part(&mut state.file, &name, place)?))
    }

    fn keep(&self, key: &Key, trials: Range<u64>, part: &Part) -> Result<(), String> {
        let frame = frame(key, &trials, part)?;
        let mut state = self.state();
        let State { file, places, end } = &mut *state;
        if let Err(error) = disk::write(&mut *file, &frame) {
            // What was half written is cut off, or is told as damage when the journal is opened again.
            let _ = disk::cut(file, *end);
            let remedy = "what is finished until here is kept: mend that, and run the same command again";
            return Err(format!("{}; {remedy}", at(&self.path, &error)));
        }
        let place = Place { start: *end, body: (frame.len() - HEAD) as u32 };
        places.insert((*key, trials.start, trials.end), place);
        *end += frame.len() as u64;
        Ok(())
    }
}

/// Several journals, to be read as one.
#[derive(Debug, Default)]
pub struct Journals {
    files: Vec<PathBuf>,
    places: BTreeMap<Name, (u32, Place)>,
    /// What of them is damaged, in words.
    pub warnings: Vec<String>,
}

impl Journals {
    /// Adds a journal.
    ///
    /// # Errors
    /// The path and why it cannot be read.
    pub fn add(&mut self, path: &Path) -> Result<(), String> {
        let found = File::open(path).and_then(|file| scan(&file)).map_err(|error| at(path, &error))?;
        if found.places.is_empty() && !found.headed {
            return Err(foreign(path));
        }
        if found.damaged > 0 {
            let places = if found.damaged == 1 { "place" } else { "places" };
            self.warnings.push(format!("{}: torn or damaged at {} {places}", path.display(), found.damaged));
        }
        let number = self.files.len() as u32;
        self.files.push(path.into());
        self.places.extend(found.places.into_iter().map(|(name, place)| (name, (number, place))));
        Ok(())
    }
}

impl Journal for Journals {
    fn find(&self, key: &Key, first: u64, end: u64) -> Option<(u64, Part)> {
        let (name, (number, place)) = longest(&self.places, key, first, end)?;
        // Opened each time: there may be more journals than files may be open.
        let mut file = File::open(&self.files[number as usize]).ok()?;
        Some((name.2, part(&mut file, &name, place)?))
    }

    fn keep(&self, _: &Key, _: Range<u64>, _: &Part) -> Result<(), String> {
        Err("journals that are read together are not written to".into())
    }
}

#[cfg(test)]
mod tests;
