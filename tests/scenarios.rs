//! Every shipped scenario reads, can be planned, and survives being resolved and read again.

mod common;

use elenchus::scenario::spec::Scenario;
use elenchus::scenario::{Overrides, Source, from_document, from_document_with, read};
use std::fs;
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// Held by all: the one that measures the process's memory is alone while it does.
static TOGETHER: RwLock<()> = RwLock::new(());

fn together() -> RwLockReadGuard<'static, ()> {
    TOGETHER.read().unwrap_or_else(PoisonError::into_inner)
}

fn shipped() -> Vec<(String, Scenario)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).expect("scenarios/") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let file = path.display().to_string();
        let text = fs::read_to_string(&path).expect("a scenario");
        let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name");
        let files = |name: &str| fs::read(folder.join(name)).map_err(|e| e.to_string());
        let source = Source { file: &file, stem, text: &text, files: &files };
        match read(&source, &Overrides::default()) {
            Ok(scenario) => all.push((stem.to_owned(), scenario)),
            // Pictures that are no part of the program may be missing, and the message says what to install.
            Err(problems) if common::lacks_pictures(&problems.to_string()) => {
                eprintln!("left out: {problems}")
            }
            Err(problems) => panic!("{problems}"),
        }
    }
    assert!(!all.is_empty());
    all
}

/// A scenario that needs no files.
fn told(text: &str) -> Scenario {
    let files = |name: &str| Err(format!("{name}: no such file"));
    let source = Source { file: "x.toml", stem: "x", text, files: &files };
    read(&source, &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn shipped_scenarios_can_be_played() {
    let _together = together();
    for (stem, scenario) in shipped() {
        assert_eq!(stem, scenario.name);
        for cell in &scenario.cells {
            elenchus::tournament::plan(cell).expect("a shipped cell can be played");
        }
        let mut ids: Vec<&str> = scenario.cells.iter().map(|cell| cell.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), scenario.cells.len(), "{stem}: ids are unique");
    }
}

#[test]
fn a_resolved_scenario_reads_as_itself() {
    let _together = together();
    for (stem, scenario) in shipped() {
        let text = serde_json::to_string(&scenario.document).expect("a document is JSON");
        let document = serde_json::from_str(&text).expect("JSON reads");
        let files = |name: &str| fs::read(name).map_err(|e| e.to_string());
        assert_eq!(from_document_with(&document, &files).expect("a document reads"), scenario, "{stem}");
    }
}

/// Documents were stored before transformers had a start: one that says nothing of it has no such key.
#[test]
fn a_start_is_in_a_document_only_if_it_is_said() {
    let _together = together();
    let document = |student: &str, decomposer: &str| {
        let text = format!(
            r#"
[task]
family = "union_find"
[[agent]]
name = "student"
competence = {{ kind = "learned", network = {{ kind = "transformer"{student} }} }}
[[agent]]
name = "other"
[[overseer]]
name = "human"
[[protocol]]
name = "looked at"
cross_check = "glimpse"
answer = "sides"
agents = ["student", "other"]
[[protocol]]
preset = "iterated_amplification"
primitives = "overseer"
agents = ["student"]
training = {{ decomposer = {{ kind = "learned", network = {{ kind = "transformer"{decomposer} }} }} }}
"#
        );
        serde_json::to_value(told(&text).document).expect("a document is JSON")
    };
    let starts = |document: &serde_json::Value| {
        let student = &document["agent"][0]["competence"]["network"];
        let decomposer = &document["protocol"][1]["training"]["decomposer"]["network"];
        assert!(student["width"].is_number() && decomposer["width"].is_number());
        [student, decomposer].map(|network| network.get("start").or(network.get("passes")).cloned())
    };
    let mimetic = || Some(serde_json::json!("mimetic"));
    assert_eq!(starts(&document("", "")), [None, None]);
    assert_eq!(starts(&document(", start = \"mimetic\"", "")), [mimetic(), None]);
    assert_eq!(starts(&document("", ", start = \"mimetic\"")), [None, mimetic()]);
    assert_eq!(starts(&document(", passes = 1", "")), [Some(serde_json::json!(1)), None]);
    // What says nothing elsewhere is kept as it was stored.
    let glimpse = &document("", "")["protocol"][0]["cross_check"];
    assert_eq!(*glimpse, serde_json::json!({ "kind": "glimpse", "seen": null }));
}

/// Swept tables and lists name their cells by what they hold, whatever the order of keys.
#[test]
fn cells_of_swept_tables_have_ids_of_their_own() {
    let _together = together();
    let text = r#"
[task]
family = "claim_tree"
[[agent]]
name = "expert"
[[agent]]
name = "other"
[[overseer]]
name = "human"
[[protocol]]
preset = "trust"
agents = ["expert"]
[sweep]
"overseer.human.error" = ["adversarial", { rate = 0.2, kind = "uniform" }, { rate = 0.1, kind = "uniform" }]
"protocol.trust.agents" = [["expert"], ["other"]]
"#;
    let scenario = told(text);
    let ids: Vec<&str> = scenario.cells.iter().map(|cell| cell.id.as_str()).collect();
    let points = [
        r#"overseer.human.error=adversarial|protocol.trust.agents=["expert"]"#,
        r#"overseer.human.error=adversarial|protocol.trust.agents=["other"]"#,
        r#"overseer.human.error={ kind = "uniform", rate = 0.2 }|protocol.trust.agents=["expert"]"#,
        r#"overseer.human.error={ kind = "uniform", rate = 0.2 }|protocol.trust.agents=["other"]"#,
        r#"overseer.human.error={ kind = "uniform", rate = 0.1 }|protocol.trust.agents=["expert"]"#,
        r#"overseer.human.error={ kind = "uniform", rate = 0.1 }|protocol.trust.agents=["other"]"#,
    ];
    assert_eq!(ids, points.map(|point| format!("trust|human|claim_tree|{point}")));
    assert_eq!(from_document(&scenario.document).expect("a document reads"), scenario);
}

/// Points share what no axis reaches; each is nonetheless what the scenario with these values set is.
#[test]
fn a_point_is_the_scenario_with_its_values_set() {
    let _together = together();
    let text = r#"
trials = 10
[[task]]
family = "claim_tree"
[[task]]
family = "shortest_path"
[[agent]]
name = "expert"
[[agent]]
name = "liar"
[[overseer]]
name = "human"
[[overseer]]
name = "novice"
[[protocol]]
preset = "debate"
agents = ["expert", "liar"]
[[protocol]]
preset = "trust"
agents = ["liar"]
"#;
    let files = |name: &str| Err(format!("{name}: no such file"));
    let source = Source { file: "x.toml", stem: "x", text, files: &files };
    let values = [
        ("seed", ["1", "2"]),
        ("agent.expert.skill", ["0.3", "0.4"]),
        ("overseer.human.error.rate", ["0.2", "0.3"]),
        ("task.claim_tree.depth", ["2", "3"]),
        ("protocol.debate.turns", ["3", "5"]),
    ];
    for axes in [&values[..], &values[..1], &values[1..2], &values[2..3], &values[3..4], &values[4..]] {
        let over = axes.iter().map(|(path, values)| (path.to_string(), values.join(","))).collect();
        let swept = read(&source, &Overrides { over, ..Overrides::default() }).expect("a sweep");
        assert_eq!(swept.cells.len(), 8 << axes.len());
        for cell in &swept.cells {
            let alone = read(&source, &Overrides { set: cell.point.clone(), ..Overrides::default() });
            let name = cell.id.split('|').take(3).collect::<Vec<_>>().join("|");
            let mut other =
                alone.expect("a point").cells.into_iter().find(|other| other.id == name).expect("it");
            (other.id, other.point) = (cell.id.clone(), cell.point.clone());
            assert_eq!(*cell, other);
        }
    }
}

/// A sweep keeps its cells, and of no point more.
#[cfg(target_os = "linux")]
#[test]
fn a_large_sweep_takes_little_memory() {
    let _alone = TOGETHER.write().unwrap_or_else(PoisonError::into_inner);
    let text = r#"
[task]
family = "claim_tree"
[[overseer]]
name = "human"
[[protocol]]
preset = "unaided"
[sweep]
"overseer.human.error.rate" = { from = 0, to = 0.99995, step = 5e-5 }
"#;
    let files = |name: &str| Err(format!("{name}: no such file"));
    let source = Source { file: "x.toml", stem: "x", text, files: &files };
    let resident_kib = || -> u64 {
        let status = fs::read_to_string("/proc/self/status").expect("a process has a status");
        let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a size");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    };
    // A million cells are an outline.
    let over = |path: &str, values: &str| (path.to_owned(), values.to_owned());
    let over =
        vec![over("overseer.human.error.rate", "0:0.999:0.001"), over("overseer.human.budget", "1:1000:1")];
    let before = resident_kib();
    let large = read(&source, &Overrides { over, ..Overrides::default() }).expect("a large sweep");
    assert_eq!((large.cells.len(), large.large.as_ref().map(|outline| outline.len())), (0, Some(1_000_000)));
    let more = resident_kib().saturating_sub(before) / 1024;
    // Beside it the hashes of the points' names, which are gone again: 80 MiB.
    assert!(more < 130, "{more} MiB");
    let before = resident_kib();
    let scenario = read(&source, &Overrides::default()).expect("a sweep");
    assert_eq!(scenario.cells.len(), 20_000);
    // About 2 KiB a cell, 40 MiB in all; whole points took 16.
    let more = resident_kib().saturating_sub(before) / 1024;
    assert!(more < 100, "{more} MiB");
}
