//! The same bytes whatever the threads, the blocks, the order of systems, and whatever
//! else is in the scenario.

use bevy_ecs::prelude::{ResMut, World};
use elenchus::claim::Question;
use elenchus::records::{CellRecord, TrialRecord};
use elenchus::report::table::Value;
use elenchus::report::tables;
use elenchus::scenario::spec::{CellSpec, Scenario};
use elenchus::scenario::{Overrides, Source, read};
use elenchus::store::results;
use elenchus::streams::{Moment, Purpose, Streams};
use elenchus::tournament::{Conditions, play};
use elenchus::world::resources::Queues;
use std::collections::{BTreeMap, BTreeSet};

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
const PROTOCOLS: [(&str, &str); 9] = [
    ("alone", "preset = \"unaided\""),
    ("debate", "preset = \"debate\"\nagents = [\"expert\", \"deceiver\"]\nsides = \"coin\"\nturns = 5"),
    ("recursive", "preset = \"recursive_debate\"\nagents = [\"deceiver\", \"expert\"]"),
    ("exam", "preset = \"cross_examination\"\nagents = [\"deceiver\", \"flatterer\"]"),
    ("vote", "preset = \"vote\"\nagents = [\"expert\", \"deceiver\", \"flatterer\"]"),
    ("advice", "preset = \"consultancy\"\nagents = [\"flatterer\"]"),
    ("amplified", "preset = \"amplified_debate\"\ndepth = 2\nvotes = 3\nagents = [\"expert\", \"deceiver\"]"),
    ("iterated", "preset = \"iterated_amplification\"\nrounds = 2\nagents = [\"expert\"]"),
    (
        "league",
        "preset = \"debate\"\nagents = [\"expert\", \"deceiver\", \"flatterer\"]\npairing = { kind = \"swiss\", rounds = 2 }",
    ),
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
    let files = |_: &str| Err("none".to_owned());
    let source = Source { file: "order.toml", stem: "order", text: &text, files: &files };
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
    let played = results::Played {
        scenario,
        cells: &cells,
        records: &records,
        with_trials: true,
        optimised: false,
        matches: &[],
    };
    let outcome = played.outcome().expect("a result");
    let mut files = outcome.files;
    files.insert("hash".into(), outcome.manifest["hash"].to_string());
    let right: Vec<_> = records.iter().map(|record| &record.right).collect();
    files.insert("right".into(), format!("{right:?}"));
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
    assert_eq!(
        one.len(),
        9,
        "cells, calibration, pairs, budget, ratings, rounds, trials, the hash and the trials that are right"
    );
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
fn rows(scenario: &Scenario) -> BTreeMap<String, Vec<(String, Value)>> {
    let records = played(&scenario.cells, 2, &Conditions { keep_trials: true, ..Conditions::default() });
    let row = |(cell, record): (&CellSpec, &CellRecord)| {
        let mut row = tables::row(cell, record);
        row.push(("trials".into(), Value::Text(format!("{:?}", record.trials))));
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

#[test]
fn a_cell_is_the_same_under_any_label_and_alone() {
    // Nothing is keyed by what a cell, a protocol, a task or a point of a sweep is called, nor by how
    // many trials and replicates there are.
    let conditions = Conditions { keep_trials: true, ..Conditions::default() };
    let mut cells = whole().cells;
    // Who meets whom in a tournament hangs on what came out of its trials.
    cells.retain(|cell| cell.protocol.league.is_none());
    cells.iter_mut().for_each(|cell| cell.trials = 100);
    let usual = played(&cells, 2, &conditions);
    let labelled: Vec<CellSpec> = cells.iter().cloned().map(relabelled).collect();
    let fewer: Vec<CellSpec> =
        cells.iter().cloned().map(|cell| CellSpec { trials: 40, replicates: 1, ..cell }).collect();
    for (i, (now, part)) in
        played(&labelled, 2, &conditions).iter().zip(played(&fewer, 2, &conditions)).enumerate()
    {
        assert_eq!(&usual[i], now, "{}", cells[i].id);
        let first = usual[i].trials.iter().filter(|trial| trial.replicate == 0 && trial.trial < 40);
        // Where a student is trained on the trials, their number matters.
        assert!(usual[i].clustered || first.eq(&part.trials), "{}", cells[i].id);
    }
}

fn relabelled(mut cell: CellSpec) -> CellSpec {
    for name in [&mut cell.id, &mut cell.protocol.name, &mut cell.task.name] {
        name.push_str(" by another name");
    }
    cell.point = vec![("another".into(), "point".into())];
    cell
}

#[test]
fn an_agent_believes_the_same_in_either_seat() {
    let agents = [
        ("expert", "competence = { kind = \"by_level\", accuracy = 0.5 }\nskill = 10.0"),
        ("weak", "skill = -10.0"),
    ];
    let overseers = [("human", "error = { kind = \"uniform\", rate = 0.0 }")];
    let seat = |name, agents| (name, agents);
    let protocols = [
        seat("word", "preset = \"trust\"\nagents = [\"expert\"]"),
        seat("first", "preset = \"debate\"\nagents = [\"expert\", \"weak\"]"),
        seat("second", "preset = \"debate\"\nagents = [\"weak\", \"expert\"]"),
    ];
    let scenario = scenario(&agents, &overseers, &TASKS[..1], &protocols, &[0.0]);
    let records = played(&scenario.cells, 2, &Conditions { keep_trials: true, ..Conditions::default() });
    let verdicts: Vec<Vec<u16>> =
        records.iter().map(|record| record.trials.iter().map(|trial| trial.verdict).collect()).collect();
    assert!(verdicts.len() == 3 && verdicts.iter().all(|other| *other == verdicts[0]));
}

#[test]
fn overseers_read_the_same_argument_and_check_the_same_in_whatever_protocol() {
    let agents = [
        ("expert", "competence = { kind = \"by_level\", accuracy = 1.0 }"),
        ("liar", "stance = \"deceptive\""),
    ];
    let exact = "error = { kind = \"uniform\", rate = 0.0 }";
    let overseers =
        [("human", exact), ("other", exact), ("weak", "error = { kind = \"uniform\", rate = 0.5 }")];
    let protocols = [
        // Odd, for the coin of a tie is the overseer's.
        ("debate", "preset = \"debate\"\nturns = 5\nagents = [\"expert\", \"liar\"]"),
        ("alone", "preset = \"unaided\""),
        // A primitive root, which the overseer answers by itself there too.
        ("watched", "preset = \"amplification\"\nprimitives = \"overseer\"\nagents = [\"liar\"]"),
    ];
    let tasks = [("tree", "family = \"claim_tree\"\ndepth = 0\nanswers = 5")];
    let scenario = scenario(&agents, &overseers, &tasks, &protocols, &[0.0]);
    let records = played(&scenario.cells, 2, &Conditions { keep_trials: true, ..Conditions::default() });
    let verdicts = |protocol: &str, overseer: &str| -> Vec<u16> {
        let is_it = |cell: &CellSpec| cell.protocol.name == protocol && cell.overseer.name == overseer;
        let at = scenario.cells.iter().position(is_it).expect("a cell");
        records[at].trials.iter().map(|trial| trial.verdict).collect()
    };
    assert!(verdicts("debate", "human") == verdicts("debate", "other"), "the argument is the agents'");
    assert!(verdicts("alone", "weak") == verdicts("watched", "weak"), "an error is the overseer's");
}

#[test]
fn systems_without_an_order_are_refused() {
    // That no order matters rests on this: rotations cannot try every order.
    for cell in whole().cells {
        let mut schedule = elenchus::systems::schedule(&cell.protocol.stages, 0);
        schedule.add_systems(|_: ResMut<Queues>| {});
        assert!(schedule.initialize(&mut World::new()).is_err(), "{}", cell.id);
    }
}

#[test]
fn every_bit_of_an_address_counts() {
    let mut keys = BTreeSet::from([Streams::new(0).key_bytes()]);
    (0..64).for_each(|bit| assert!(keys.insert(Streams::new(1 << bit).key_bytes()), "bit {bit} of the seed"));
    let purposes = [
        Purpose::Task,
        Purpose::Belief,
        Purpose::Lie,
        Purpose::Lean,
        Purpose::Argue,
        Purpose::Judge,
        Purpose::Combine,
        Purpose::Blind,
        Purpose::Coin,
        Purpose::Inspect,
        Purpose::Guess,
        Purpose::Sample,
        Purpose::Student,
    ];
    let mut seen = BTreeSet::new();
    let mut new = |what: &str, purpose, replicate, trial, question, moment| {
        let at = Streams::at(Streams::actor(purpose, replicate, "human"), trial, Question(question), moment);
        assert!(seen.insert((at.stream, at.block)), "{what} of {purpose:?}");
    };
    for purpose in purposes {
        let start = Moment::default();
        new("the purpose", purpose, 0, 0, 0, start);
        for bit in 0..64 {
            new("the trial", purpose, 0, 1 << bit, 0, start);
            new("the question", purpose, 0, 0, 1 << bit, start);
        }
        for bit in 0..32 {
            new("the replicate", purpose, 1 << bit, 0, 0, start);
            new("the act", purpose, 0, 0, 0, Moment { act: 1 << bit, ..start });
        }
        for bit in 0..16 {
            new("the iteration", purpose, 0, 0, 0, Moment { iteration: 1 << bit, ..start });
            new("the turn", purpose, 0, 0, 0, Moment { turn: 1 << bit, ..start });
        }
    }
}

/// What tells one kind of draw from all others in a trial.
type Sign = fn(&TrialRecord) -> u64;

#[test]
fn each_kind_of_draw_differs_between_replicates() {
    let agents = [
        ("sure", "competence = { kind = \"by_level\", accuracy = 1.0 }\ninspect = 1"),
        ("torn", "competence = { kind = \"by_level\", accuracy = 0.5 }"),
        ("alike", "competence = { kind = \"by_level\", accuracy = 0.5 }\nshared_mistakes = 1.0"),
        (
            "liar",
            "competence = { kind = \"by_level\", accuracy = 1.0 }\nstance = \"deceptive\"\nconsistency = 0.5",
        ),
        ("flatterer", "stance = \"sycophantic\""),
        ("expert", "competence = { kind = \"by_level\", accuracy = 1.0 }"),
    ];
    let right = "reach = 0\nerror = { kind = \"uniform\", rate = 0.0 }\ncombining = { kind = \"uniform\", rate = 0.0 }";
    let torn = "reach = 1\nerror = { kind = \"uniform\", rate = 0.5 }\ncombining = { kind = \"uniform\", rate = 0.5 }";
    let blind = "reach = 1\nerror = { kind = \"systematic\", rate = 0.5 }\ncombining = { kind = \"systematic\", rate = 0.5 }";
    let tasks = [3, 1].map(|branching| {
        format!(
            "family = \"claim_tree\"
depth = 1
branching = {branching}
answers = 16"
        )
    });
    let tasks = [("tree", tasks[0].as_str()), ("line", tasks[1].as_str())];
    let (is_right, verdict): (Sign, Sign) = (|t| t.tally.right, |t| t.verdict.into());
    let cases: [(&str, &str, &str, Sign); 17] = [
        ("task", "preset = \"trust\"\nagents = [\"sure\"]", right, verdict),
        ("belief", "preset = \"trust\"\nagents = [\"torn\"]", right, is_right),
        ("shared belief", "preset = \"trust\"\nagents = [\"alike\"]", right, is_right),
        ("lean", "preset = \"trust\"\nagents = [\"flatterer\"]", right, verdict),
        ("debate", "preset = \"debate\"\nagents = [\"sure\", \"liar\"]\nturns = 3", right, is_right),
        (
            "consultancy",
            "preset = \"consultancy\"\nagents = [\"sure\"]\nopen = true\nturns = 3",
            right,
            is_right,
        ),
        ("check", "preset = \"unaided\"", torn, is_right),
        ("combination", "preset = \"amplification\"\nagents = [\"sure\"]\ndepth = 1", torn, is_right),
        ("blind spot", "preset = \"unaided\"", blind, is_right),
        ("blind combining", "preset = \"amplification\"\nagents = [\"sure\"]\ndepth = 1", blind, is_right),
        ("side", "preset = \"debate\"\nagents = [\"sure\", \"liar\"]\nsides = \"coin\"", right, |t| {
            t.tally.first_true
        }),
        ("inspection", "preset = \"critique\"\nagents = [\"liar\", \"sure\"]", right, |t| t.tally.checks),
        ("guess", "preset = \"unaided\"", right, verdict),
        (
            "guess of a claim",
            "preset = \"recursive_debate\"\nagents = [\"liar\", \"expert\"]",
            "reach = 0\nbudget = 0",
            is_right,
        ),
        (
            "asking again",
            "preset = \"cross_examination\"\nagents = [\"liar\", \"expert\"]\nasks = 1",
            right,
            |t| t.tally.checks,
        ),
        (
            "student",
            "preset = \"iterated_amplification\"\nagents = [\"sure\"]\ndepth = 1\nrounds = 1\nfit_error = 0.5",
            right,
            is_right,
        ),
        ("lie", "preset = \"trust\"\nagents = [\"liar\"]", right, verdict),
    ];
    let mut truths = Vec::new();
    for (what, protocol, overseer, sign) in cases {
        let scenario = scenario(&agents, &[("human", overseer)], &tasks, &[("it", protocol)], &[0.0]);
        let records = played(&scenario.cells, 2, &Conditions { keep_trials: true, ..Conditions::default() });
        // With one part, no other draw picks the part that this is about.
        let task = usize::from(["asking again", "student"].contains(&what));
        let mut signs: Vec<u64> = records[task].trials.iter().map(sign).collect();
        match what {
            "task" => truths = signs.clone(),
            // Which of the other answers it is, whatever the truth.
            "lie" => signs.iter_mut().zip(&truths).for_each(|(lie, truth)| *lie -= u64::from(*lie > *truth)),
            _ => {}
        }
        let (first, second) = signs.split_at(300);
        assert!(first != second, "{what}: drawn alike in both replicates");
    }
}
