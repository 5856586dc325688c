//! Tables that are written piece by piece: each is made of segments that follow each other in the file, and rows come
//! for any segment in any order. Nothing of them is held in memory.

use crate::report::table::Rows;
use crate::store::disk;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Tables on their way.
pub struct Segments {
    folder: PathBuf,
    /// The header of each table, and the segments it has rows of.
    tables: BTreeMap<&'static str, (String, BTreeSet<usize>)>,
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

impl Segments {
    /// Begins in a directory that is made for it.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn new(folder: &Path) -> Result<Self, String> {
        disk::create_dir_all(folder).map_err(|error| at(folder, &error))?;
        Ok(Self { folder: folder.into(), tables: BTreeMap::new() })
    }

    fn path(&self, table: &str, segment: usize) -> PathBuf {
        self.folder.join(format!("{table}.{segment}"))
    }

    /// Adds rows at the end of a segment of their table.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn put(&mut self, segment: usize, rows: Rows) -> Result<(), String> {
        let (name, text) = (rows.name, rows.csv()?);
        // No column has a line break in its name.
        let (header, lines) = text.split_once('\n').ok_or("a table without a header")?;
        let path = self.path(name, segment);
        let file = disk::open_to_append(&path);
        file.and_then(|file| disk::write(file, lines.as_bytes())).map_err(|error| at(&path, &error))?;
        let (_, segments) =
            self.tables.entry(name).or_insert_with(|| (format!("{header}\n"), BTreeSet::new()));
        segments.insert(segment);
        Ok(())
    }

    /// Makes each table's file of its segments, and gives its hash.
    ///
    /// # Errors
    /// Why a file cannot be written.
    pub fn join(&self) -> Result<BTreeMap<String, String>, String> {
        let join = |(name, (header, segments)): (&&str, &(String, BTreeSet<usize>))| {
            let name = format!("{name}.csv");
            let path = self.folder.join(&name);
            let mut hasher = blake3::Hasher::new();
            let mut to = disk::create(&path).map_err(|error| at(&path, &error))?;
            let mut put = |bytes: &[u8]| {
                hasher.update(bytes);
                disk::write(&mut to, bytes).map_err(|error| at(&path, &error))
            };
            put(header.as_bytes())?;
            let mut buffer = vec![0; 1 << 20];
            for segment in segments {
                let from = self.path(name.trim_end_matches(".csv"), *segment);
                let mut file = File::open(&from).map_err(|error| at(&from, &error))?;
                loop {
                    let read = file.read(&mut buffer).map_err(|error| at(&from, &error))?;
                    if read == 0 {
                        break;
                    }
                    put(&buffer[..read])?;
                }
                disk::remove_file(&from).map_err(|error| at(&from, &error))?;
            }
            disk::sync(&to).map_err(|error| at(&path, &error))?;
            Ok((name, hasher.finalize().to_hex().to_string()))
        };
        self.tables.iter().map(join).collect()
    }
}
