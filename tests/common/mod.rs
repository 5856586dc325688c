//! Cells built in Rust, for tests that need no file.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod families;
pub mod program;

pub use elenchus::agents::Lie;
use elenchus::agents::{AgentSpec, Competence, Stance};
use elenchus::overseers::{Bias, Cost, ErrorModel, Exhausted, Over, OverseerSpec, Panel};
use elenchus::records::{CellRecord, Tally};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::{CellSpec, ProtocolSpec, TaskSpec, Until};
use elenchus::tasks::FamilySpec;
use elenchus::tasks::claim_tree::{ClaimTree, Combine};
use elenchus::tournament::{Conditions, play_cell};
use elenchus::units::Probability;

/// Whether a scenario could not be read for pictures that are no part of the program and were not installed: the message
/// names them and the package.
pub fn lacks_pictures(problems: &str) -> bool {
    let folder = "/usr/share/datasets/fashion-mnist";
    problems.contains(folder)
        && problems.contains("dataset-fashion-mnist")
        && !std::path::Path::new(folder).exists()
}

pub fn p(value: f64) -> Probability {
    Probability::new(value).expect("a test's probability")
}

pub fn uniform(rate: f64) -> ErrorModel {
    ErrorModel::Uniform { rate: p(rate), over: Over::Others }
}

pub fn agent(name: &str, accuracy: f64, skill: f64) -> AgentSpec {
    AgentSpec {
        name: name.into(),
        competence: Competence::ByLevel { accuracy: p(accuracy), decay: p(0.0) },
        skill,
        ..AgentSpec::plain()
    }
}

pub fn liar(name: &str, skill: f64, lie: Lie) -> AgentSpec {
    AgentSpec { stance: Stance::Deceptive { lie }, ..agent(name, 1.0, skill) }
}

pub fn overseer(judging: ErrorModel, combining: ErrorModel) -> OverseerSpec {
    OverseerSpec {
        name: "human".into(),
        reach: 0,
        budget: None,
        exhausted: Exhausted::Guess,
        error: judging,
        combining,
        lasting: false,
        panel: Panel { members: 1, correlation: p(0.0), share_wrong: true },
        bias: Bias { first: 0.0, longer: 0.0, confident: 0.0 },
        negligence: 0,
        miscalibration: 1.0,
        scepticism: 0.5,
        cost: Cost { check: 1, combine: 1, read: 0 },
        network: None,
    }
}

pub fn tree(depth: u32, branching: u32, answers: u32, combine: Combine) -> TaskSpec {
    task(FamilySpec::ClaimTree(ClaimTree { depth, branching, answers, combine }))
}

pub fn task(family: FamilySpec) -> TaskSpec {
    TaskSpec { name: "task".into(), family, truth_advantage: 0.0, difficulty: 0.0, difficulty_per_level: 0.0 }
}

pub fn cell(
    task: TaskSpec,
    overseer: OverseerSpec,
    agents: Vec<AgentSpec>,
    preset: Preset,
    trials: u64,
) -> CellSpec {
    CellSpec {
        until: Until::default(),
        id: "test".into(),
        point: vec![],
        seed: 7,
        trials,
        replicates: 1,
        task,
        overseer,
        protocol: ProtocolSpec {
            name: "test".into(),
            preset: "test".into(),
            stages: preset.stages(),
            league: None,
        },
        agents,
    }
}

pub fn played(cell: &CellSpec) -> CellRecord {
    play_cell(cell, &Conditions::default()).expect("a test's cell can be played")
}

pub fn tally(cell: &CellSpec) -> Tally {
    played(cell).total()
}

/// Asserts that `hits` of `trials` are within 4 standard errors of `expected` (exact at 0 and 1).
#[track_caller]
pub fn near(what: &str, hits: u64, trials: u64, expected: f64) {
    let seen = hits as f64 / trials as f64;
    let error = (expected * (1.0 - expected) / trials as f64).sqrt();
    assert!(
        (seen - expected).abs() <= 4.0 * error + 1e-12,
        "{what}: want {expected:.5} within {:.5}, got {seen:.5}",
        4.0 * error
    );
}

/// Compares with a kept text under tests/golden; `UPDATE_GOLDEN=1` keeps the new one.
#[track_caller]
pub fn golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("tests/golden can be made");
        std::fs::write(&path, text).expect("tests/golden can be written");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; keep one with UPDATE_GOLDEN=1 cargo test, and read it", path.display())
    });
    let first = kept.lines().zip(text.lines()).position(|(kept, now)| kept != now);
    let line = first.unwrap_or_else(|| kept.lines().count().min(text.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("the end").to_owned();
    assert!(
        kept == text,
        "tests/golden/{name}, line {}: kept {:?}, now {:?}; if this was meant, UPDATE_GOLDEN=1 cargo test",
        line + 1,
        at(&kept),
        at(text)
    );
}

/// As [`golden`], for numbers that results are made of: they change only with SEMANTICS.
#[track_caller]
pub fn golden_numbers(name: &str, numbers: &str) {
    let text = format!("SEMANTICS {}\n{numbers}", elenchus::records::SEMANTICS);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if let Ok(kept) = std::fs::read_to_string(path) {
        // New lines may join; a kept line never changes under the same SEMANTICS.
        let known: std::collections::BTreeMap<&str, &str> =
            text.lines().map(|line| line.rsplit_once(": ").unwrap_or((line, ""))).collect();
        let same = kept.lines().next() == text.lines().next();
        for (key, value) in kept.lines().map(|line| line.rsplit_once(": ").unwrap_or((line, ""))) {
            if let Some(now) = known.get(key).filter(|_| same) {
                assert_eq!(*now, value, "{name}: {key} changed; raise SEMANTICS in src/records.rs");
            }
        }
    }
    golden(name, &text);
}
