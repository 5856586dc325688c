//! A sweep on two threads beside two single-thread processes at once, each of which plays the same
//! sweep: what sharing one process costs. The ratio of their joint rates is printed.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts the shipped sweep, with enough trials that starting up does not count.
fn sweep(threads: u32, folder: &Path) -> Child {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(env!("CARGO_BIN_EXE_elenchus"))
        .args(["run", "scenarios/error-sweep.toml", "--trials", "40000", "--quiet"])
        .args(["--threads", &threads.to_string(), "--out"])
        .arg(folder.join(format!("{threads}-{}", std::process::id())))
        .current_dir(root)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// The time until all of these have ended.
fn time(children: impl FnOnce() -> Vec<Child>) -> Duration {
    let start = Instant::now();
    for mut child in children() {
        assert!(child.wait().expect("the program ends").success());
    }
    start.elapsed()
}

fn speed(_: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let best = |run: &dyn Fn() -> Duration| (0..5).map(|_| run()).min().expect("five runs");
    let shared = best(&|| time(|| vec![sweep(2, folder.path())]));
    let apart = best(&|| time(|| vec![sweep(1, &one), sweep(1, &other)]));
    println!(
        "a sweep on two threads {:.2} s, two single-thread processes at once {:.2} s for two sweeps: ratio {:.2} \
         (wanted: 0.90 or more)",
        shared.as_secs_f64(),
        apart.as_secs_f64(),
        apart.as_secs_f64() / 2.0 / shared.as_secs_f64()
    );
}

criterion_group!(benches, speed);
criterion_main!(benches);
