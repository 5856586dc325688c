//! The same bytes whatever the threads, the blocks, the order of systems, and whatever
//! else is in the scenario.

use elenchus::records::CellRecord;
use elenchus::scenario::spec::{CellSpec, Scenario};
use elenchus::scenario::{Overrides, Source, read};
use elenchus::store::results;
use elenchus::tournament::{Conditions, play};
use std::collections::BTreeMap;

const AGENTS: [(&str, &str); 3] = [
    (
        "expert",
        "competence = { kind = \"by_level\", accuracy = 0.9, decay = 0.1 }\nskill = 0.6\nshared_mistakes = 0.4",
    ),
    (
        "deceiver",
        "stance = { kind = \"deceptive\", lie = \"worst\" }\nconsistency = 0.5\nshared_mistakes = 0.4",
    ),
    ("flatterer", "stance = \"sycophantic\"\ninspect = 1"),
];
const OVERSEERS: [(&str, &str); 2] = [
    (
        "human",
        "reach = 1\nerror = { kind = \"uniform\", rate = 0.2 }\ncombining = { kind = \"uniform\", over = \"all\" }",
    ),
    (
        "panel",
        "reach = 0\nbudget = 40\nerror = { kind = \"adversarial\", rate = 0.2 }\npanel = { members = 3, correlation = 0.3 }",
    ),
];
const TASKS: [(&str, &str); 3] = [
    ("tree", "family = \"claim_tree\"\ndepth = 3\nanswers = 3"),
    ("path", "family = \"shortest_path\"\nsize = 6\nhorizon = 2"),
    ("power", "family = \"permutation_powering\""),
];
const PROTOCOLS: [(&str, &str); 8] = [
    ("alone", "preset = \"unaided\""),
    ("debate", "preset = \"debate\"\nagents = [\"expert\", \"deceiver\"]\nsides = \"coin\"\nturns = 5"),
    ("recursive", "preset = \"recursive_debate\"\nagents = [\"deceiver\", \"expert\"]"),
    ("exam", "preset = \"cross_examination\"\nagents = [\"deceiver\", \"flatterer\"]"),
    ("vote", "preset = \"vote\"\nagents = [\"expert\", \"deceiver\", \"flatterer\"]"),
    ("advice", "preset = \"consultancy\"\nagents = [\"flatterer\"]"),
    ("amplified", "preset = \"amplified_debate\"\ndepth = 2\nvotes = 3\nagents = [\"expert\", \"deceiver\"]"),
    ("iterated", "preset = \"iterated_amplification\"\nrounds = 2\nagents = [\"expert\"]"),
];
const RATES: [f64; 2] = [0.1, 0.3];

fn members(list: &str, members: &[(&str, &str)]) -> String {
    members.iter().map(|(name, rest)| format!("[[{list}]]\nname = \"{name}\"\n{rest}\n")).collect()
}

fn scenario(
    agents: &[(&str, &str)],
    overseers: &[(&str, &str)],
    tasks: &[(&str, &str)],
    protocols: &[(&str, &str)],
    rates: &[f64],
) -> Scenario {
    let text = format!(
        "name = \"order\"\nseed = 3\ntrials = 300\nreplicates = 2\n{}{}{}{}[sweep]\n\"agent.expert.competence.decay\" = {rates:?}\n",
        members("agent", agents),
        members("overseer", overseers),
        members("task", tasks),
        members("protocol", protocols),
    );
    let tables = |_: &str| Err("none".to_owned());
    let source = Source { file: "order.toml", stem: "order", text: &text, tables: &tables };
    read(&source, &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn whole() -> Scenario {
    scenario(&AGENTS, &OVERSEERS, &TASKS, &PROTOCOLS, &RATES)
}

fn played(cells: &[CellSpec], threads: usize, conditions: &Conditions) -> Vec<CellRecord> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| play(cells, conditions)).expect("cells that can be played")
}

/// All files of a result, and the hash of its manifest.
fn files(
    scenario: &Scenario,
    threads: usize,
    block: Option<usize>,
    rotation: usize,
) -> BTreeMap<String, String> {
    let conditions = Conditions { block, rotation, keep_trials: true, ..Conditions::default() };
    let records = played(&scenario.cells, threads, &conditions);
    let cells: Vec<&CellSpec> = scenario.cells.iter().collect();
    let outcome = results::outcome(scenario, &cells, &records, true).expect("a result");
    let mut files = outcome.files;
    files.insert("hash".into(), outcome.manifest["hash"].to_string());
    let batches: Vec<&[u64]> = records.iter().map(|record| record.batches.as_slice()).collect();
    files.insert("batches".into(), format!("{batches:?}"));
    files
}

#[track_caller]
fn same(what: &str, a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) {
    for (name, text) in a {
        let difference = results::first_difference(name, text, &b[name]);
        assert_eq!(difference, None, "{what}");
    }
}

#[test]
fn the_same_bytes_from_any_number_of_threads() {
    let scenario = whole();
    let one = files(&scenario, 1, None, 0);
    assert_eq!(one.len(), 5, "cells, rounds, trials, the hash and the batches");
    for threads in [2, 8] {
        same(&format!("{threads} threads"), &one, &files(&scenario, threads, None, 0));
    }
}

#[test]
fn the_same_bytes_from_blocks_of_any_size() {
    let scenario = whole();
    let usual = files(&scenario, 2, None, 0);
    for block in [1, 4, 64, 512] {
        same(&format!("blocks of {block}"), &usual, &files(&scenario, 2, Some(block), 0));
    }
}

#[test]
fn the_same_bytes_whatever_order_systems_are_added_in() {
    let scenario = whole();
    let usual = files(&scenario, 2, None, 0);
    for rotation in 1..4 {
        same(&format!("rotated by {rotation}"), &usual, &files(&scenario, 2, None, rotation));
    }
}

/// What a cell gives, by its id.
fn rows(scenario: &Scenario) -> BTreeMap<String, Vec<(String, String)>> {
    let records = played(&scenario.cells, 2, &Conditions { keep_trials: true, ..Conditions::default() });
    let row = |(cell, record): (&CellSpec, &CellRecord)| {
        let mut row = results::row(cell, record);
        row.push(("trials".into(), format!("{:?}", record.trials)));
        (cell.id.clone(), row)
    };
    scenario.cells.iter().zip(&records).map(row).collect()
}

#[test]
fn a_cell_is_the_same_in_whatever_company() {
    let all = rows(&whole());
    let reversed = |list: &[(&'static str, &'static str)]| list.iter().rev().copied().collect::<Vec<_>>();
    let with = |list: &[(&'static str, &'static str)], more| {
        let mut list = list.to_vec();
        list.insert(0, more);
        list
    };
    let companies = [
        ("protocols removed", scenario(&AGENTS, &OVERSEERS, &TASKS, &PROTOCOLS[2..5], &RATES)),
        ("protocols reordered", scenario(&AGENTS, &OVERSEERS, &TASKS, &reversed(&PROTOCOLS), &RATES)),
        (
            "a protocol added",
            scenario(
                &AGENTS,
                &OVERSEERS,
                &TASKS,
                &with(&PROTOCOLS, ("word", "preset = \"trust\"\nagents = [\"flatterer\"]")),
                &RATES,
            ),
        ),
        ("agents reordered", scenario(&reversed(&AGENTS), &OVERSEERS, &TASKS, &PROTOCOLS, &RATES)),
        (
            "an agent added",
            scenario(&with(&AGENTS, ("novice", "skill = 0.1")), &OVERSEERS, &TASKS, &PROTOCOLS, &RATES),
        ),
        (
            "an agent removed",
            scenario(&AGENTS[..1], &OVERSEERS, &TASKS, &[PROTOCOLS[0], PROTOCOLS[7]], &RATES),
        ),
        ("overseers reordered", scenario(&AGENTS, &reversed(&OVERSEERS), &TASKS, &PROTOCOLS, &RATES)),
        ("an overseer removed", scenario(&AGENTS, &OVERSEERS[1..], &TASKS, &PROTOCOLS, &RATES)),
        ("tasks reordered", scenario(&AGENTS, &OVERSEERS, &reversed(&TASKS), &PROTOCOLS, &RATES)),
        ("a task removed", scenario(&AGENTS, &OVERSEERS, &TASKS[1..], &PROTOCOLS, &RATES)),
        (
            "sweep points reordered and added",
            scenario(&AGENTS, &OVERSEERS, &TASKS, &PROTOCOLS, &[0.3, 0.2, 0.1]),
        ),
        ("sweep points removed", scenario(&AGENTS, &OVERSEERS, &TASKS, &PROTOCOLS, &[0.3])),
    ];
    for (what, scenario) in companies {
        let now = rows(&scenario);
        let mut shared = 0;
        for (id, row) in &now {
            let Some(before) = all.get(id) else { continue };
            shared += 1;
            assert_eq!(before, row, "{what}: {id}");
        }
        assert!(shared > 0, "{what}: some cells are still there");
    }
}

#[test]
fn equal_tasks_ask_the_same_questions_and_agents_believe_the_same() {
    // Common random numbers: another protocol, another overseer, the same verdict of the same agent.
    let word = ("word", "preset = \"trust\"\nagents = [\"expert\"]");
    let open = ("open", "preset = \"vote\"\nagents = [\"expert\"]");
    let scenario = scenario(&AGENTS, &OVERSEERS, &TASKS[..1], &[word, open], &[0.1]);
    let records = played(&scenario.cells, 2, &Conditions { keep_trials: true, ..Conditions::default() });
    let verdicts: Vec<Vec<u16>> =
        records.iter().map(|record| record.trials.iter().map(|trial| trial.verdict).collect()).collect();
    assert_eq!(verdicts.len(), 4);
    assert!(verdicts.iter().all(|other| *other == verdicts[0]));
}

#[test]
fn replicates_and_seeds_differ() {
    let one = whole();
    let records = played(&one.cells[..1], 1, &Conditions::default());
    assert_ne!(records[0].replicates[0], records[0].replicates[1]);
    let mut other = one.cells[0].clone();
    other.seed += 1;
    assert_ne!(records, played(&[other], 1, &Conditions::default()));
}
