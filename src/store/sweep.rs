//! The directory of a run in shards: its scenario, the scripts that play it, its shards and its result.

use crate::store::disk;
use std::fs;
use std::path::{Path, PathBuf};

/// The resolved scenario.
#[must_use]
pub fn scenario(folder: &Path) -> PathBuf {
    folder.join("scenario.json")
}

/// Where the shards are.
#[must_use]
pub fn shards(folder: &Path) -> PathBuf {
    folder.join("shards")
}

/// Where a shard is.
#[must_use]
pub fn shard(folder: &Path, number: u32) -> PathBuf {
    shards(folder).join(number.to_string())
}

/// How a scenario is divided and played, as text.
fn division(folder: &Path) -> PathBuf {
    folder.join("shards.json")
}

/// Whether a directory can take this scenario, divided and played so: it is not there, or is empty, or has the same.
///
/// # Errors
/// What is there instead.
pub fn check(folder: &Path, document: &[u8], how: &str) -> Result<(), String> {
    let shown = folder.display();
    match fs::read(scenario(folder)) {
        Ok(there) if there == document => match fs::read_to_string(division(folder)) {
            Ok(there) if there != how => Err(format!(
                "{shown}: holds the same run, divided or played otherwise ({there}); choose another --out"
            )),
            _ => Ok(()),
        },
        Ok(_) => Err(format!("{shown}: holds the shards of another run; choose another --out")),
        Err(_) if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) => {
            Err(format!("{shown}: exists and holds no shards of a run; choose another --out"))
        }
        Err(_) => Ok(()),
    }
}

/// Writes what a run in shards begins with.
///
/// # Errors
/// The path and why it cannot be written.
pub fn lay(folder: &Path, document: &[u8], how: &str, scripts: &[(&str, &str)]) -> Result<(), String> {
    let at = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    for folder in [shards(folder), folder.join("logs")] {
        disk::create_dir_all(&folder).map_err(|error| at(&folder, error))?;
    }
    let scripts = scripts.iter().map(|(name, text)| (folder.join(name), text.as_bytes()));
    // The scenario last: who finds it finds how it is divided.
    let mut all = scripts.chain([(division(folder), how.as_bytes()), (scenario(folder), document)]);
    all.try_for_each(|(path, bytes)| disk::replace(&path, bytes).map_err(|error| at(&path, error)))
}
