//! Reading scenarios and what they name, with errors that name the path and a remedy.

use crate::scenario::file::utf8;
use crate::scenario::spec::Scenario;
use crate::scenario::{Overrides, Source, from_document_with, read};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a scenario file.
///
/// # Errors
/// The path and what is wrong with it or in it.
pub fn scenario(path: &Path, overrides: &Overrides) -> Result<Scenario, String> {
    let hint =
        |error| if path.exists() { error } else { format!("{error}; shipped scenarios are in scenarios/") };
    let text = text(path).map_err(hint)?;
    if path.extension().is_some_and(|ending| ending == "json") {
        return resolved(path, &text, overrides);
    }
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("scenario");
    let folder = path.parent().unwrap_or(Path::new("."));
    let files = |name: &str| bytes(&folder.join(name));
    let file = path.display().to_string();
    read(&Source { file: &file, stem, text: &text, files: &files }, overrides).map_err(|p| p.to_string())
}

/// Reads a scenario that is resolved already: a manifest's, or one that `submit` wrote.
fn resolved(path: &Path, text: &str, overrides: &Overrides) -> Result<Scenario, String> {
    let shown = path.display();
    if *overrides != Overrides::default() {
        return Err(format!(
            "{shown}: is resolved, and takes no changes; make them to the scenario it was made of"
        ));
    }
    let document: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("{shown}: {error}; name a scenario file"))?;
    let document = document.get("scenario").unwrap_or(&document);
    from_document(document).map_err(|problems| format!("{shown}: {problems}"))
}

/// Reads a resolved document; pictures that it names by a relative path are looked for from here.
///
/// # Errors
/// What is wrong with it.
pub fn from_document(document: &serde_json::Value) -> Result<Scenario, String> {
    let here = "(a relative path is looked for from where the program was started)";
    from_document_with(document, &|name| {
        let path = Path::new(name);
        bytes(path).map_err(|error| if path.is_relative() { format!("{error} {here}") } else { error })
    })
}

/// The longest text that is read; some files have no end.
const BYTES_MAX: u64 = 64 << 20;

/// The bytes of a file.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    if path.is_dir() {
        return Err(format!("{shown} is a directory; name a file in it, such as {shown}/quickstart.toml"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
    file.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{shown}: no such file"),
        _ => format!("{shown}: {error}"),
    })?;
    if bytes.len() as u64 > BYTES_MAX {
        let most = BYTES_MAX >> 20;
        return Err(format!(
            "{shown}: want at most {most} MiB, got more; name a scenario, a CSV table, weights or pictures"
        ));
    }
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// Why it cannot be read.
pub fn text(path: &Path) -> Result<String, String> {
    let shown = path.display();
    utf8(&shown.to_string(), bytes(path)?)
}
