//! What a result was made on, for its provenance: told, never compared.

use std::fs;
use std::path::{Path, PathBuf};

/// The processor's name; its architecture where the system does not tell.
#[must_use]
pub fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or_else(|| std::env::consts::ARCH.into(), |(_, name)| name.trim().into())
}

/// The machine's name and system.
#[must_use]
pub fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{} ({} {})", name.trim(), std::env::consts::OS, std::env::consts::ARCH).trim().into()
}

/// Bytes of memory that are free to be taken, where the system tells: by the machine, and by the limits that this process
/// is under.
#[must_use]
pub fn free_memory() -> Option<u64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let free = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)?;
    Some(limits().fold(free, u64::min))
}

/// What each control group of this process leaves it.
fn limits() -> impl Iterator<Item = u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/")).map(ToOwned::to_owned);
    let own = own.map(|own| Path::new("/sys/fs/cgroup").join(own));
    let all: Vec<PathBuf> = own.iter().flat_map(|own| own.ancestors()).map(Into::into).collect();
    all.into_iter().filter_map(|group| {
        let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
        Some(number("memory.max")?.saturating_sub(number("memory.current")?))
    })
}
