//! Whether there is room for a run, in memory and on the disk, and sizes as people write them.

use crate::cli::End;
use crate::store::{disk, machine, state};
use crate::tournament::needs::Needs;
use clap::Args;
use std::path::Path;

/// Bytes, as people write them: 512M, 4G, 1T; a number alone is bytes.
///
/// # Errors
/// What was wanted.
pub fn size(text: &str) -> Result<u64, String> {
    let unit = |end: char| "KMGT".find(end.to_ascii_uppercase()).map(|at| 10 * (at + 1));
    let (number, shift) = match text.char_indices().next_back().and_then(|(at, end)| Some((at, unit(end)?))) {
        Some((at, shift)) => (&text[..at], shift),
        None => (text, 0),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| format!("want a size such as 512M or 4G, got {text:?}"))
}

/// Bytes for people.
pub fn shown_size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", bytes.div_ceil(1_000_000)),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Threads that are meant by a number of threads.
pub fn threads(threads: usize) -> u64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if threads == 0 { cores as u64 } else { threads as u64 }
}

/// What a run may take.
#[derive(Clone, Copy, Default, Args)]
pub struct Room {
    /// Memory that the run may take, such as 4G; one that would take more does not start [default: what is free]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_memory: Option<u64>,
    /// Space on the disk that the run may take [default: what is free]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_disk: Option<u64>,
}

impl Room {
    /// Whether memory and disk are enough for a result at `place` and a state, of which some is there.
    ///
    /// # Errors
    /// What the run would take, what there is, and what can be done. It may be there later: this is no mistake of the
    /// command.
    pub fn fits(&self, needs: Needs, place: &Path, state: Option<&Path>) -> Result<(), (End, String)> {
        let memory = self.max_memory.or_else(machine::free_memory).unwrap_or(u64::MAX);
        if needs.memory > memory {
            let whose = if self.max_memory.is_some() { "--max-memory allows" } else { "are free" };
            return Err((
                End::Failed,
                format!(
                    "the run takes about {} of memory, {} {whose}; sweep fewer values, take fewer trials or --threads, \
                 or leave out --keep-trials; --max-memory overrules this estimate",
                    shown_size(needs.memory),
                    shown_size(memory)
                ),
            ));
        }
        let there = state.map_or(0, |state| disk::size(&state::journal(state)));
        let needed = needs.disk.saturating_sub(there);
        for path in std::iter::once(place).chain(state) {
            if let Some(free) = self.max_disk.or_else(|| disk::free(path)).filter(|free| needed > *free) {
                let whose = if self.max_disk.is_some() { "--max-disk allows" } else { "are free" };
                return Err((
                    End::Failed,
                    format!(
                        "{}: the run takes about {} of the disk, {} {whose}; make room, choose another --out, or overrule \
                     this estimate by --max-disk",
                        path.display(),
                        shown_size(needed),
                        shown_size(free)
                    ),
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        assert_eq!(
            ["512", "2k", "3M", "4G", "1t"].map(size),
            [Ok(512), Ok(2048), Ok(3 << 20), Ok(4 << 30), Ok(1 << 40)]
        );
        for wrong in ["", "G", "0", "-1M", "1.5G", "4GB", "99999999999T"] {
            assert!(size(wrong).is_err_and(|problem| problem.contains("512M")), "{wrong}");
        }
        assert_eq!([1, 24_000_000, 5_250_000_000].map(shown_size), ["1 kB", "24 MB", "5.2 GB"]);
    }
}
