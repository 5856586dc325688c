//! Everything that is written goes through here, so that a test can let any of it fail: the program built with debug
//! assertions reads `ELENCHUS_FAULT=N:KIND`, and at write N, counted from 0, happens what KIND says.
//!
//! `full`: no space from there on. `denied`: no permission from there on. `readonly`: the file system is read-only
//! from there on. `short`: half is written, then there is no space, once. `torn`: half is written, and the process is gone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What happens to a write instead.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(debug_assertions), expect(dead_code, reason = "none is planned then"))]
enum Fault {
    Fails(io::ErrorKind),
    Short,
    Torn,
}

#[cfg(debug_assertions)]
fn fault() -> Option<Fault> {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static PLANNED: LazyLock<Option<(u64, String)>> = LazyLock::new(|| {
        let text = std::env::var("ELENCHUS_FAULT").ok()?;
        let (at, kind) = text.split_once(':')?;
        Some((at.parse().ok()?, kind.into()))
    });
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let (at, kind) = PLANNED.as_ref()?;
    let write = WRITES.fetch_add(1, Ordering::Relaxed);
    match kind.as_str() {
        "full" if write >= *at => Some(Fault::Fails(io::ErrorKind::StorageFull)),
        "denied" if write >= *at => Some(Fault::Fails(io::ErrorKind::PermissionDenied)),
        "readonly" if write >= *at => Some(Fault::Fails(io::ErrorKind::ReadOnlyFilesystem)),
        "short" if write == *at => Some(Fault::Short),
        "torn" if write == *at => Some(Fault::Torn),
        _ => None,
    }
}

#[cfg(not(debug_assertions))]
fn fault() -> Option<Fault> {
    None
}

/// Does something to the file system, or what a fault makes of it.
fn act<T>(does: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    match fault() {
        None => does(),
        Some(Fault::Fails(kind)) => Err(kind.into()),
        Some(Fault::Short) => Err(io::ErrorKind::StorageFull.into()),
        Some(Fault::Torn) => std::process::abort(),
    }
}

/// Writes all bytes.
pub fn write(mut to: impl Write, bytes: &[u8]) -> io::Result<()> {
    let half = &bytes[..bytes.len() / 2];
    match fault() {
        None => to.write_all(bytes),
        Some(Fault::Fails(kind)) => Err(kind.into()),
        Some(Fault::Short) => to.write_all(half).and(Err(io::ErrorKind::StorageFull.into())),
        Some(Fault::Torn) => {
            let _ = to.write_all(half).and_then(|()| to.flush());
            std::process::abort()
        }
    }
}

/// Waits until a file's bytes are on the disk.
pub fn sync(file: &File) -> io::Result<()> {
    act(|| file.sync_data())
}

/// A new file, or one that replaces another.
pub fn create(path: &Path) -> io::Result<File> {
    act(|| File::create(path))
}

/// A file to read, and to write at its end, made if it is not there.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    act(|| OpenOptions::new().read(true).append(true).create(true).open(path))
}

/// Cuts a file off.
pub fn cut(file: &File, length: u64) -> io::Result<()> {
    act(|| file.set_len(length))
}

/// A directory, with those that lead to it.
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    act(|| fs::create_dir_all(path))
}

/// A new directory.
pub fn create_dir(path: &Path) -> io::Result<()> {
    act(|| fs::create_dir(path))
}

/// Another name for a file or directory.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    act(|| fs::rename(from, to))
}

/// Swaps two names in one step, where the file system can: whoever looks sees the one or the other, never none.
///
/// # Errors
/// Why it cannot; nothing is changed then.
#[cfg(target_os = "linux")]
pub fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    act(|| renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(Into::into))
}

/// Swaps two names in one step, which this system cannot.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Bytes of a file; 0 where there is none.
#[must_use]
pub fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Bytes that are free where a path is or will be, as far as this user goes.
#[must_use]
pub fn free(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    space(if there.as_os_str().is_empty() { Path::new(".") } else { there })
}

#[cfg(target_os = "linux")]
fn space(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(target_os = "linux"))]
fn space(_: &Path) -> Option<u64> {
    None
}

/// Removes an empty directory.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    act(|| fs::remove_dir(path))
}

/// Removes a file.
pub fn remove_file(path: &Path) -> io::Result<()> {
    act(|| fs::remove_file(path))
}

/// Removes a directory with all that is in it.
pub fn remove_dir_all(path: &Path) -> io::Result<()> {
    act(|| fs::remove_dir_all(path))
}

/// Writes a whole file under another name and renames it into place, so that it is never there by half.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let unfinished = path.with_file_name(name);
    let made = create(&unfinished).and_then(|mut file| {
        write(&mut file, bytes)?;
        sync(&file)
    });
    let done = made.and_then(|()| rename(&unfinished, path));
    if done.is_err() {
        // The reason for the failure is what matters; a leftover is harmless.
        let _ = fs::remove_file(&unfinished);
    }
    done
}

/// Waits until the names in a directory are on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    act(|| File::open(folder)?.sync_all())
}
