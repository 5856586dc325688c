//! Where a result goes: only another result is ever replaced, and only as a whole.

use crate::report::tables::dictionary;
use crate::store::disk;
use serde_json::Value as Json;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The files that a result may hold beside its tables.
const FILES: [&str; 4] = ["manifest.json", "matches.json", "report.html", "report.html.unfinished"];
/// How the files of tables end.
const ENDINGS: [&str; 2] = ["csv", "parquet"];

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// A hidden name beside a target, on the same file system, so that a rename is one step.
fn beside(folder: &Path, name: &OsString, end: &str) -> PathBuf {
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}{end}", std::process::id()));
    folder.join(hidden)
}

/// A new hidden directory beside a target: what a process of the same number left behind is no part of it.
fn fresh(folder: &Path, name: &OsString, end: &str) -> std::io::Result<PathBuf> {
    for number in 0.. {
        let path = beside(
            folder,
            name,
            &format!("{end}{}", if number == 0 { String::new() } else { format!(".{number}") }),
        );
        match disk::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1000 => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("numbers have no end")
}

/// A target's folder and its name there.
fn parts(target: &Path) -> Result<(PathBuf, OsString), String> {
    let name = target.file_name().ok_or_else(|| {
        format!("{}: want a directory's name at the end, such as results/local/mine", target.display())
    })?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")).into(), name.into()))
}

/// Whether a result can be written to `target`: nothing is there or an older result, and its folder
/// takes new entries.
///
/// # Errors
/// What stands in the way, with a remedy.
pub fn check(target: &Path) -> Result<(), String> {
    let (folder, name) = parts(target)?;
    // A link that leads nowhere is in the way too.
    if fs::symlink_metadata(target).is_ok() {
        replaceable(target)?;
    }
    let made = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    // Only trying tells, for permissions are not all that forbids it.
    let probe = fresh(made, &name, ".probe").map_err(|error| {
        format!("{}: cannot be made in {}: {error}; choose another --out", target.display(), made.display())
    })?;
    disk::remove_dir(&probe).map_err(|error| at(&probe, &error))
}

/// Whether a file is named as a student's weights are, by their hash.
fn is_student(name: &str) -> bool {
    let hash = name.strip_suffix(".safetensors").unwrap_or_default();
    hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Whether a file is named as a table of a result is.
fn is_table(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    ENDINGS.contains(&ending) && dictionary().iter().any(|table| table.name == stem)
}

/// Whether what is at `target` is a result and nothing else.
fn replaceable(target: &Path) -> Result<(), String> {
    let shown = target.display();
    let refused = |what: &str| Err(format!("{shown}: exists and {what}; choose another --out"));
    if !target.is_dir() {
        return refused("is no directory");
    }
    let Ok(text) = fs::read_to_string(target.join("manifest.json")) else {
        return refused("is no result directory, for it has no manifest.json");
    };
    let manifest: Json = serde_json::from_str(&text).unwrap_or_default();
    let hash = manifest["hash"].as_str().is_some_and(|hash| hash.len() == 64);
    if !(manifest["format"].is_u64() && manifest["semantics"].is_u64() && hash) {
        return refused("is no result directory, for its manifest.json is not of this program");
    }
    for entry in fs::read_dir(target).map_err(|error| at(target, &error))? {
        let entry = entry.map_err(|error| at(target, &error))?;
        let name = entry.file_name();
        // Students' weights are named by their hash.
        let known =
            name.to_str().is_some_and(|name| FILES.contains(&name) || is_table(name) || is_student(name));
        if !(known && entry.file_type().is_ok_and(|kind| kind.is_file())) {
            return refused(&format!("holds {name:?}, which is no part of a result"));
        }
    }
    Ok(())
}

/// Fills a hidden directory by `write` and puts it in the target's place; an older result is there until the new one
/// is, and removed then.
///
/// # Errors
/// What stands in the way; the older result is then left as it was.
pub fn put(target: &Path, write: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
    // Through a link, the directory it leads to is what is replaced.
    let target = &fs::canonicalize(target).unwrap_or_else(|_| target.into());
    check(target)?;
    let (folder, name) = parts(target)?;
    disk::create_dir_all(&folder).map_err(|error| at(&folder, &error))?;
    let (new, old) = (fresh(&folder, &name, ""), beside(&folder, &name, ".old"));
    let new = new.map_err(|error| at(target, &error))?;
    let placed = write(&new).and_then(|()| swap(target, &new, &old));
    let placed = placed.and_then(|()| disk::sync_folder(&folder).map_err(|error| at(&folder, &error)));
    if placed.is_err() {
        // The reason for the failure is what matters; a leftover is harmless.
        let _ = disk::remove_dir_all(&new);
    }
    placed
}

/// A new hidden directory beside a target, where files are made that are many.
///
/// # Errors
/// What stands in the way.
pub fn unfinished(target: &Path) -> Result<PathBuf, String> {
    let (folder, name) = parts(target)?;
    disk::create_dir_all(&folder).map_err(|error| at(&folder, &error))?;
    fresh(&folder, &name, ".unfinished").map_err(|error| at(&folder, &error))
}

/// A new directory for what is looked at and thrown away.
///
/// # Errors
/// Why there can be none.
pub fn temporary() -> Result<PathBuf, String> {
    unfinished(&std::env::temp_dir().join("elenchus"))
}

/// Removes such a directory, if it is still there.
pub fn forget(unfinished: &Path) {
    // The outcome of the run is what matters; a leftover is harmless.
    let _ = disk::remove_dir_all(unfinished);
}

/// Puts `new` in the target's place; where names cannot be exchanged in one step, by way of `old`.
fn swap(target: &Path, new: &Path, old: &Path) -> Result<(), String> {
    let left = |path: &Path| {
        disk::remove_dir_all(path).map_err(|error| format!("{}; remove it by hand", at(path, &error)))
    };
    if !target.exists() {
        match disk::rename(new, target) {
            // Another run was faster.
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {
            }
            done => return done.map_err(|error| at(target, &error)),
        }
    }
    match disk::exchange(new, target) {
        Ok(()) => return left(new),
        // Old kernels, and some file systems.
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) => {}
        Err(error) => return Err(at(target, &error)),
    }
    disk::rename(target, old).map_err(|error| at(target, &error))?;
    if let Err(error) = disk::rename(new, target) {
        disk::rename(old, target).map_err(|error| format!("{}; it is kept there", at(old, &error)))?;
        return Err(at(target, &error));
    }
    left(old)
}
