//! A sweep on two threads beside two single-thread processes at once, each of which plays the same
//! sweep: what sharing one process costs. The ratio of their joint rates is printed. Then a sweep of small cells with
//! its journal beside the same without: what it costs that nothing finished is lost.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use criterion::{Criterion, criterion_group, criterion_main};
use elenchus::records::Journal;
use elenchus::scenario::spec::{CellSpec, Scenario};
use elenchus::scenario::{Overrides, Source, read};
use elenchus::store::journal::FileJournal;
use elenchus::tournament::{Conditions, play};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts the shipped sweep, with enough trials that starting up does not count.
fn sweep(threads: u32, folder: &Path) -> Child {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(env!("CARGO_BIN_EXE_elenchus"))
        .args(["run", "scenarios/error-sweep.toml", "--trials", "5000", "--quiet", "--no-state"])
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
    let best = |run: &dyn Fn() -> Duration| (0..3).map(|_| run()).min().expect("three runs");
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

/// A small scenario, as one sweeps it over thousands of values.
const SMALL: &str = r#"
trials = 1000
[task]
family = "claim_tree"
[[agent]]
name = "expert"
competence = { kind = "by_level", accuracy = 0.9 }
[[agent]]
name = "liar"
stance = { kind = "deceptive", lie = "plausible" }
[[overseer]]
name = "human"
error = { kind = "uniform", rate = 0.1 }
[[protocol]]
preset = "trust"
agents = ["expert"]
[[protocol]]
preset = "debate"
agents = ["expert", "liar"]
"#;

/// So many cells of a thousand trials, each some fifth of a millisecond.
fn small(cells: u32) -> Scenario {
    // Two strategies a value.
    let step = format!("0:0.49999999:{}", 1.0 / f64::from(cells));
    let over = vec![("overseer.human.error.rate".into(), step)];
    let none = |file: &str| Err(format!("{file}: no files here"));
    let source = Source { file: "small.toml", stem: "small", text: SMALL, files: &none };
    read(&source, &Overrides { over, ..Overrides::default() }).expect("a scenario")
}

/// The time that this process was on a core, in hundredths of a second; others on the machine do not count.
fn worked() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// Plays cells on one thread, with this journal or without.
fn played(cells: &[CellSpec], journal: Option<&FileJournal>) -> Duration {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let journal = journal.map(|journal| journal as &dyn Journal);
    let conditions = Conditions { journal, ..Conditions::default() };
    let start = Instant::now();
    let records = pool.install(|| play(cells, &conditions)).expect("cells that can be played");
    assert_eq!(records.len(), cells.len());
    start.elapsed()
}

/// Cells of another seed.
fn reseeded(mut cells: Vec<CellSpec>, seed: u64) -> Vec<CellSpec> {
    cells.iter_mut().for_each(|cell| cell.seed = seed);
    cells
}

fn journal(_: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("parts.journal");
    let few = small(10_000).cells;
    let (mut with, mut without) = (u64::MAX, u64::MAX);
    // By turns, so that a machine's moods meet both, and the least of each.
    for _ in 0..10 {
        let start = worked();
        played(&few, None);
        let between = worked();
        let _ = std::fs::remove_file(&path);
        let journal = FileJournal::open(&path).expect("a journal");
        played(&few, Some(&journal));
        journal.sync().expect("a disk");
        without = without.min(between - start);
        with = with.min(worked() - between);
    }
    println!(
        "a sweep of small cells takes {:.1} % more time of a core with its journal (wanted: less than 3 %)",
        100.0 * (with as f64 / without.max(1) as f64 - 1.0)
    );
    let many: Vec<CellSpec> = (0..5).flat_map(|seed| reseeded(small(20_000).cells, seed)).collect();
    let _ = std::fs::remove_file(&path);
    let journal = FileJournal::open(&path).expect("a journal");
    played(&many, Some(&journal));
    drop(journal);
    let start = Instant::now();
    let journal = FileJournal::open(&path).expect("a journal");
    assert_eq!(journal.len(), many.len());
    played(&many, Some(&journal));
    println!(
        "{} finished cells are found again in {:.2} s on one thread (wanted: less than 2 s)",
        many.len(),
        start.elapsed().as_secs_f64()
    );
}

criterion_group!(benches, speed, journal);
criterion_main!(benches);
