//! Debates over pictures as cells of a tournament: with a judge that was taught little, which is enough for what must hold of
//! any judge.

mod common;

use common::program::{ends, root, shown};
use elenchus::agents::{AgentSpec, Competence, Lie, Stance};
use elenchus::learners::judges::{TrainedJudge, load};
use elenchus::overseers::network::JudgeNetwork;
use elenchus::pixels::board::Board;
use elenchus::pixels::exact::Exact;
use elenchus::pixels::gallery::{Gallery, Part};
use elenchus::pixels::judge::{Judge, Question, Sight, verdict};
use elenchus::pixels::play::{Player, Rules, Side};
use elenchus::records::{CellRecord, TrialRecord};
use elenchus::scenario::spec::CellSpec;
use elenchus::scenario::stages::{CrossCheck, Sides};
use elenchus::scenario::{Overrides, Source, read};
use elenchus::streams::Streams;
use elenchus::tasks::Family;
use elenchus::tournament::{Conditions, plan, play, trace};
use elenchus::units::Probability;
use elenchus::world::ground::Ground;
use std::fs;

const TRIALS: u64 = 60;

/// Cells of these protocols, by the players of the honest side and the liar.
fn cells(honest: &str, liar: &str, lie: &str, protocols: &str) -> Vec<CellSpec> {
    let text = format!(
        r#"name = "pixels"
        seed = 5
        trials = {TRIALS}
        [task]
        family = "sparse_pixels"
        [[overseer]]
        name = "judge"
        network = {{ kind = "dense", width = 32, steps = 150, batch = 64, rate = 0.01 }}
        [[agent]]
        name = "honest"
        competence = {{ kind = "by_level", accuracy = 1.0 }}
        player = {honest}
        [[agent]]
        name = "liar"
        competence = {{ kind = "by_level", accuracy = 1.0 }}
        stance = {{ kind = "deceptive", lie = "{lie}" }}
        player = {liar}
        {protocols}"#
    );
    let none = |file: &str| Err(format!("{file}: no files here"));
    let source = Source { file: "pixels.toml", stem: "pixels", text: &text, files: &none };
    read(&source, &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}")).cells
}

const DEBATES: &str = r#"
    [[protocol]]
    name = "honest first"
    preset = "pixel_debate"
    agents = ["honest", "liar"]
    [[protocol]]
    name = "liar first"
    preset = "pixel_debate"
    sides = "swapped"
    agents = ["honest", "liar"]
    [[protocol]]
    name = "open"
    preset = "pixel_debate"
    precommit = false
    agents = ["honest", "liar"]"#;
const ALONE: &str = r#"
    [[protocol]]
    preset = "unaided"
    [[protocol]]
    preset = "pixel_glimpse"
    agents = ["honest", "liar"]"#;

fn played(cells: &[CellSpec]) -> Vec<CellRecord> {
    let conditions = Conditions { keep_trials: true, keep_students: true, ..Conditions::default() };
    play(cells, &conditions).expect("cells that can be played")
}

fn right(record: &CellRecord) -> Vec<bool> {
    record.trials.iter().map(|trial| trial.tally.right == 1).collect()
}

fn judge(record: &CellRecord, cell: &CellSpec) -> TrainedJudge {
    let saved = record.students[0].saved.as_deref().expect("students were to be kept");
    load(&cell.overseer.network.expect("a network"), saved).expect("weights that were saved")
}

/// The pictures of a cell's trials, as boards, and what they show.
fn pictures(cell: &CellSpec) -> Vec<(Board, u8)> {
    let mut ground = Ground::new(&cell.task, TRIALS as usize);
    ground.generate(&Streams::new(cell.seed), 0, 0, TRIALS as usize);
    let family = &cell.task.family;
    let picture = |lane| {
        let question = ground.root(lane);
        let board = Board::of(family.picture(question).expect("a picture"));
        (board, Gallery::mnist().part(Part::Test).label(question.0 as usize).expect("a label"))
    };
    (0..TRIALS as usize).map(picture).collect()
}

/// With the worst lie, some lie wins whenever the judge alone is wrong: on the same pixels that is the same, trial by trial.
#[test]
fn no_debate_with_the_worst_lie_is_the_judge_alone() {
    let records = played(&cells("\"greedy\"", "\"greedy\"", "worst", ALONE));
    assert_eq!(right(&records[0]), right(&records[1]));
    let share = right(&records[0]).iter().filter(|right| **right).count();
    assert!((10..50).contains(&share), "a judge that knows something: {share}");
    let random = played(&cells("\"greedy\"", "\"greedy\"", "random", ALONE));
    assert_eq!(right(&random[0]), right(&records[0]));
    assert!(
        right(&random[1]).iter().zip(right(&random[0])).all(|(two, ten)| *two || !ten),
        "of two labels it is no less right"
    );
}

/// Between exact players the judge is right where the solver says so, on the very judge and pictures of the cell.
#[test]
fn exact_players_come_to_the_exact_value() {
    let cells = cells("\"exact\"", "\"exact\"", "worst", DEBATES);
    let records = played(&cells);
    let TrainedJudge::Dense(judge) = judge(&records[0], &cells[0]) else { panic!("a dense judge") };
    let pictures = pictures(&cells[0]);
    let value = |first: Side, open: bool| -> Vec<bool> {
        let wins = |(board, truth): &(Board, u8)| {
            let (sight, rules) = (judge.face(board), Rules::new(4, first).expect("turns"));
            let mut solver = Exact::new(&sight, rules, Question::open(*truth).expect("a label"));
            if open { !solver.liar_wins(&[]) } else { !solver.lies().contains(&Some(true)) }
        };
        pictures.iter().map(wins).collect()
    };
    let want = [value(Side::Honest, false), value(Side::Liar, false), value(Side::Honest, true)];
    for (record, want) in records.iter().zip(&want) {
        assert_eq!(&right(record), want);
    }
    let shares = want.map(|right| right.iter().filter(|right| **right).count());
    assert!(shares.iter().all(|share| (5..55).contains(share)), "both sides win some: {shares:?}");
}

/// Who searches against an exact opponent gets at most what it would get by exact play: picture by picture.
#[test]
fn exact_values_bound_the_search_from_the_right_side() {
    let tree = "{ kind = \"tree\", rollouts = 30 }";
    let all = [("\"exact\"", "\"exact\""), (tree, "\"exact\""), ("\"exact\"", tree)];
    let [exact, honest, liar] = all.map(|(a, b)| played(&cells(a, b, "worst", DEBATES)));
    let mut lost = [0; 2];
    for ((exact, honest), liar) in exact.iter().zip(&honest).zip(&liar) {
        for ((exact, honest), liar) in right(exact).iter().zip(right(honest)).zip(right(liar)) {
            assert!(!honest || *exact, "a search won what cannot be won");
            assert!(liar || !exact, "a search made the judge err where it cannot be made to");
            lost[0] += u32::from(honest != *exact);
            lost[1] += u32::from(liar != *exact);
        }
    }
    assert!(lost.iter().all(|lost| *lost > 0), "thirty rollouts are few: {lost:?}");
}

/// What is told of a match is what was recorded of it: the sides, the verdict, and what the judge thought in the end.
#[test]
fn a_match_is_told_as_it_was_recorded() {
    let cells = cells("\"greedy\"", "\"random\"", "worst", &format!("{DEBATES}{ALONE}"));
    let records = played(&cells);
    let boards = pictures(&cells[0]);
    for (cell, record) in cells.iter().zip(&records) {
        let TrainedJudge::Dense(judge) = judge(record, cell) else { panic!("a dense judge") };
        for TrialRecord { trial, verdict: said, .. } in record.trials.iter().take(6) {
            let told = trace(cell, 0, *trial).expect("a match can be told");
            let exposure = told.root.exposure.expect("something was shown");
            assert_eq!(told.root.verdict, said.to_string());
            let board = &boards[*trial as usize].0;
            let place = |at: u16| board.pixels().iter().position(|pixel| pixel.at() == usize::from(at));
            let sight = judge.face(board);
            let mut kept = sight.blank();
            for shown in &exposure.shown {
                let mut next = sight.blank();
                sight.show(&kept, place(shown.at).expect("ink is shown") as u16, &mut next);
                kept = next;
            }
            let scores = sight.scores(&kept);
            let last = &exposure.shown.last().expect("four pixels").belief;
            let likeliest = (0..10).max_by_key(|label| (scores[*label], std::cmp::Reverse(*label)));
            assert_eq!(last.iter().max(), Some(&last[likeliest.expect("ten labels")]));
            if ["open", "unaided"].contains(&cell.protocol.name.as_str()) {
                assert_eq!(u16::from(verdict(&scores)), *said);
            }
            let movers: Vec<Option<&str>> = exposure.shown.iter().map(|shown| shown.by.as_deref()).collect();
            let want = match cell.protocol.name.as_str() {
                "liar first" => [Some("liar"), Some("honest"), Some("liar"), Some("honest")],
                "honest first" | "open" => [Some("honest"), Some("liar"), Some("honest"), Some("liar")],
                _ => [None; 4],
            };
            assert_eq!(movers, want);
        }
    }
}

/// Two honest sides that believe otherwise each stand by their own label, in an open debate too; a deceiver that names its lie
/// later is contested whatever it would say; of two deceivers the second chooses.
#[test]
fn sides_stand_for_what_they_say() {
    let open = "[[protocol]]\nname = \"open\"\npreset = \"pixel_debate\"\nprecommit = false\nagents = [\"honest\", \"liar\"]";
    let mut cell = cells("\"greedy\"", "\"greedy\"", "worst", open).swap_remove(0);
    let half = Competence::ByLevel { accuracy: Probability::saturating(0.5), decay: Probability::ZERO };
    cell.agents[0].competence = half.clone();
    let deceived = &played(std::slice::from_ref(&cell))[0];
    assert_eq!(deceived.total().contested, TRIALS, "nothing goes undebated for a lie that nobody has named");
    // Who names nothing and loses stood for nothing.
    for trial in &deceived.trials {
        assert!(trial.verdict != trial.sides[0] || trial.sides[1] == u16::MAX, "{trial:?}");
    }
    cell.agents[1] = AgentSpec { name: "other".into(), ..cell.agents[0].clone() };
    let honest = &played(std::slice::from_ref(&cell))[0];
    for trial in &honest.trials {
        assert!(trial.sides.contains(&trial.verdict), "one of the two labels that were said: {trial:?}");
    }
    for agent in &mut cell.agents {
        agent.stance = Stance::Deceptive { lie: Lie::Worst };
    }
    cell.protocol.stages.cross_check = CrossCheck::Glimpse { seen: None };
    let lies = &played(std::slice::from_ref(&cell))[0];
    assert!(lies.trials.iter().all(|trial| trial.sides[0] != trial.sides[1]));
}

/// An overseer that is a network and answers primitive questions was trained for it, and one whose means are spent tosses
/// between the two claims.
#[test]
fn a_network_is_asked_wherever_an_overseer_is() {
    let split = "[[protocol]]\npreset = \"amplification\"\nprimitives = \"overseer\"\nagents = [\"honest\"]";
    let [asked, alone] = [split, ALONE]
        .map(|protocols| right(&played(&cells("\"greedy\"", "\"greedy\"", "worst", protocols))[0]));
    assert_eq!(asked, alone, "the same glimpse of the same picture");
    let mut poor = cells("\"greedy\"", "\"greedy\"", "random", DEBATES).swap_remove(0);
    poor.overseer.budget = Some(0);
    let spent = &played(std::slice::from_ref(&poor))[0];
    assert!(spent.trials.iter().all(|trial| trial.sides.contains(&trial.verdict)));
    assert_eq!(spent.total().checks, 0);
}

/// Trials are dealt without replacement: of so many trials as there are pictures each is one.
#[test]
fn every_picture_is_dealt_once() {
    let cell = &cells("\"greedy\"", "\"greedy\"", "worst", ALONE)[0];
    let mut ground = Ground::new(&cell.task, 1 << 14);
    let mut dealt = |replicate, first, count| -> Vec<u64> {
        ground.generate(&Streams::new(1), replicate, first, count);
        (0..count).map(|lane| ground.root(lane).0).collect()
    };
    let all = dealt(0, 0, 10_000);
    let mut sorted = all.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..10_000).collect::<Vec<u64>>());
    assert_eq!(dealt(0, 9_990, 20), [&all[9_990..], &all[..10]].concat(), "then they come again");
    assert_ne!(dealt(1, 0, 10), all[..10], "each replicate has an order of its own");
}

/// Every shipped scenario over pictures, made short, comes to the same on one thread and on two.
#[test]
fn shipped_debates_are_played_the_same_on_any_number_of_threads() {
    let mut played = 0;
    for name in ["irving2018", "irving2018-exact", "search-regret", "player-gap", "fashion-debate", "judges"]
    {
        let file = root().join(format!("scenarios/{name}.toml"));
        let text = fs::read_to_string(&file).expect("a shipped scenario");
        let files = |name: &str| fs::read(name).map_err(|error| format!("{name}: {error}"));
        let source = Source { file: name, stem: name, text: &text, files: &files };
        let scenario = match read(&source, &Overrides { trials: Some(3), ..Overrides::default() }) {
            Err(problems) if common::lacks_pictures(&problems.to_string()) => continue,
            scenario => scenario.unwrap_or_else(|problems| panic!("{problems}")),
        };
        let short = |mut cell: CellSpec| {
            cell.replicates = 2;
            let few = |pixels| JudgeNetwork::Dense { width: 16, pixels, steps: 20, batch: 32, rate: 0.01 };
            cell.overseer.network = cell.overseer.network.map(|network| few(network.training().pixels));
            for agent in &mut cell.agents {
                if let Some(Player::Tree { rollouts }) = &mut agent.player {
                    *rollouts = 20;
                }
            }
            cell
        };
        let cells: Vec<CellSpec> = scenario.cells.into_iter().map(short).collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let conditions = Conditions { keep_trials: true, ..Conditions::default() };
            pool.install(|| play(&cells, &conditions).expect("a shipped cell can be played"))
        };
        let records = on(1);
        assert_eq!(records, on(2), "{name}");
        played += records.iter().map(|record| record.total().trials).sum::<u64>();
    }
    assert!(played > 200, "{played}");
}

/// A judge is a part like any other: a merge of shares never trains, and has all of it from their journals.
#[test]
fn a_run_in_shares_is_merged_without_training() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| shown(folder.path().join(name));
    let short: Vec<String> = ["four", "six"]
        .iter()
        .flat_map(|judge| {
            [format!("overseer.{judge}.network.steps=30"), format!("overseer.{judge}.network.width=32")]
        })
        .chain(["honest", "liar", "random liar"].map(|agent| format!("agent.{agent}.player=greedy")))
        .flat_map(|set| ["--set".to_owned(), set])
        .collect();
    let run = |out: &str, more: &[&str]| {
        let mut arguments =
            vec!["run", "scenarios/irving2018.toml", "--trials", "9", "--set", "replicates=2", "--out", out];
        arguments.extend(short.iter().map(String::as_str));
        arguments.extend(more);
        ends(0, &arguments)
    };
    let whole = at("whole");
    run(&whole, &[]);
    let shares = [at("shares/1"), at("shares/2"), at("shares/3")];
    for (number, share) in ["1/3", "2/3", "3/3"].iter().zip(&shares) {
        run(share, &["--shard", number]);
    }
    let merged = at("merged");
    ends(0, &["merge", &at("shares"), "--out", &merged]);
    for table in ["cells.csv", "students.csv", "pairs.csv"] {
        let read = |folder: &str| fs::read_to_string(format!("{folder}/{table}")).expect("a table");
        assert_eq!(read(&whole), read(&merged), "{table}");
    }
    // Each judge of each replicate, told of with every cell that it judges.
    let students = fs::read_to_string(format!("{merged}/students.csv")).expect("a table");
    let mut judges: Vec<&str> = students.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(judges.len(), 16 * 2);
    judges.sort_unstable();
    judges.dedup();
    assert_eq!(judges.len(), 4, "two judges of two replicates: {judges:?}");
}

/// What cannot be judged is refused before play, with the remedy.
#[test]
fn judges_and_pictures_go_together() {
    let refused = |change: &dyn Fn(&mut CellSpec), protocols: &str| {
        let mut cell = cells("\"greedy\"", "\"greedy\"", "worst", protocols).swap_remove(0);
        change(&mut cell);
        plan(&cell).expect_err("a fault")
    };
    let blind = refused(&|cell| cell.overseer.network = None, DEBATES);
    assert!(blind.contains("give the overseer one, such as network = \"dense\""), "{blind}");
    let argued = "[[protocol]]\npreset = \"debate\"\nagents = [\"honest\", \"liar\"]";
    let deaf = refused(&|_| (), argued);
    assert!(deaf.contains("sees pixels and no arguments: choose pixel_debate"), "{deaf}");
    let elsewhere = |cell: &mut CellSpec| {
        let tree = serde_json::json!({ "family": "claim_tree", "depth": 1, "branching": 2, "answers": 2, "combine": "sum" });
        cell.task.family = serde_json::from_value(tree).expect("a family");
    };
    let taught = "[[protocol]]\nname = \"taught\"\nagents = [\"honest\"]\ndecompose = { kind = \"tree\" }\ndistil = \"parametric\"";
    let taught = refused(&|_| (), taught);
    assert!(taught.contains("nobody learns from those so far"), "{taught}");
    let long = |cell: &mut CellSpec| {
        cell.agents[0].player = Some(Player::Exact);
        cell.protocol.stages.cross_check =
            CrossCheck::Pixels { turns: Some(7), precommit: true, sides: Sides::AsListed };
    };
    let long = refused(&long, DEBATES);
    assert!(long.contains("exact play of 7 pixels would take hours a picture: show at most 6"), "{long}");
    let pictureless = refused(&elsewhere, ALONE);
    assert!(pictureless.contains("claim_tree has none: choose family = \"sparse_pixels\""), "{pictureless}");
}
