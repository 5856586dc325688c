//! Bad scenarios: each mistake gets its place, what was expected, what was found and the nearest
//! known name, all mistakes in one go; and no text whatsoever makes the reader or the engine panic.

use elenchus::agents::Competence;
use elenchus::agents::learned::{NetworkSpec, Training};
use elenchus::overseers::network::JudgeNetwork;
use elenchus::pixels::play::Player;
use elenchus::scenario::distil::Distil;
use elenchus::scenario::file::Problems;
use elenchus::scenario::spec::CellSpec;
use elenchus::scenario::spec::Scenario;
use elenchus::scenario::stages::CrossCheck;
use elenchus::scenario::{Overrides, Source, read};
use elenchus::tournament::{Conditions, plan, play_cell};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// A scenario without a mistake, which each case spoils in one place.
const BASE: &str = r#"name = "base"
seed = 7
trials = 100

[task]
family = "claim_tree"
depth = 3
answers = 4
combine = "sum"

[[agent]]
name = "expert"
competence = { kind = "by_level", accuracy = 0.95, decay = 0.1 }
skill = 0.6

[[agent]]
name = "liar"
stance = { kind = "deceptive", lie = "worst" }

[[overseer]]
name = "human"
reach = 1
budget = 8
error = { kind = "uniform", rate = 0.1 }

[[protocol]]
preset = "debate"
agents = ["expert", "liar"]

[[protocol]]
name = "own"
decompose = { kind = "tree", depth = 2 }
agents = ["expert"]

[sweep]
"overseer.human.error.rate" = { from = 0.0, to = 0.5, step = 0.1 }

[[expect]]
column = "accuracy"
value = 0.5
within = 0.5
"#;

fn read_text(text: &str, overrides: &Overrides) -> Result<Scenario, Problems> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    // What lies elsewhere takes long to read.
    let files = |name: &str| {
        let inside = Path::new(name).is_relative().then(|| fs::read(folder.join(name)).ok());
        inside.flatten().ok_or_else(|| format!("{name}: no such file"))
    };
    read(&Source { file: "x.toml", stem: "x", text, files: &files }, overrides)
}

/// The problems of a text, each as "line:column: path: message".
fn problems(text: &str) -> Vec<String> {
    let Err(problems) = read_text(text, &Overrides::default()) else { return Vec::new() };
    let shown = problems.to_string();
    shown.lines().filter_map(|line| line.strip_prefix("x.toml:")).map(Into::into).collect()
}

/// A way to spoil the base, and all that is to be said about it.
struct Case {
    what: String,
    find: String,
    put: String,
    says: Vec<String>,
}

/// The table of cases.
fn cases() -> Vec<Case> {
    let blocks = include_str!("bad_scenarios.txt").split("\n## ").skip(1);
    let cases = blocks.map(|block| {
        let mut lines = block.trim_end().lines().map(|line| line.replace("\\n", "\n"));
        let what = lines.next().expect("a heading");
        let mut marked = |mark| {
            let line = lines.next().expect("a marked line");
            line.strip_prefix(mark).unwrap_or_else(|| panic!("{what}: want {mark}, got {line}")).to_owned()
        };
        let (find, put) = (marked('-'), marked('+'));
        Case { what, find, put, says: lines.collect() }
    });
    cases.collect()
}

#[test]
fn each_mistake_is_named_with_its_place_and_remedy() {
    assert_eq!(problems(BASE), Vec::<String>::new(), "the base has no mistake");
    assert!(cases().len() >= 40);
    for Case { what, find, put, says } in cases() {
        assert!(BASE.contains(&find), "{what}: the base has {find:?}");
        assert_eq!(problems(&BASE.replacen(&find, &put, 1)), says, "{what}");
        assert!(!says.is_empty(), "{what}: something is said");
    }
}

#[test]
fn all_mistakes_are_named_in_one_go_in_the_order_of_the_file() {
    let mut text = BASE.to_owned();
    let mistakes = ["zero trials", "one answer", "a misspelt key of an agent", "probability 1.5", "step 0"];
    let mut says = Vec::new();
    for case in cases().into_iter().filter(|case| mistakes.contains(&case.what.as_str())) {
        text = text.replacen(&case.find, &case.put, 1);
        says.extend(case.says);
    }
    let line = |text: &str| text.split(':').next().and_then(|n| n.parse::<u32>().ok());
    says.sort_by_key(|text| line(text));
    assert_eq!(says.len(), mistakes.len());
    assert_eq!(problems(&text), says);
}

#[test]
fn the_source_line_is_shown_with_a_caret_below_the_mistake() {
    let text = "# caf\u{e9}\nname = \"caf\u{e9}\"\n[sweep] # \u{1F600}\n";
    let shown = read_text(text, &Overrides::default()).map(|_| ()).unwrap_err().to_string();
    assert!(shown.contains("x.toml:2:8: name: want letters"), "{shown}");
    assert!(shown.contains("  2 | name = \"caf\u{e9}\"\n    |        ^^^^^^\n"), "{shown}");
    assert!(shown.ends_with("problems in x.toml"), "{shown}");
}

#[test]
fn a_long_line_is_shown_around_the_mistake() {
    let shown = |text: &str| read_text(text, &Overrides::default()).map(|_| ()).unwrap_err().to_string();
    let far = format!("\"expert\",{}\"lair\"]", " ".repeat(89_980));
    let said = shown(&BASE.replace("\"expert\", \"liar\"]", &far));
    assert!(said.contains("x.toml:28:90000: protocol.debate.agents: no agent \"lair\""), "{said}");
    // The last 80 characters, the last but one to seven of them marked.
    let line =
        format!("  28 | \u{2026}{}\"lair\"]\n     | {}{}\n", " ".repeat(73), " ".repeat(74), "^".repeat(6));
    assert!(said.contains(&line), "{said}");
    let names: Vec<String> = (0..9000).map(|i| format!("\"\u{e9}{i}\"")).collect();
    let said = shown(&BASE.replace("\"expert\", \"liar\"", &names.join(", ")));
    assert!(said.contains("no agent \"\u{e9}0\"") && said.contains("\u{2026}\n"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() < 200), "{said}");
    assert!(said.contains("\nand 8") && said.ends_with(" problems in x.toml"), "{said}");
    // Ten thousand times a name of ten thousand characters would be 100 MB, and there may be more.
    let long = BASE.replace("\"expert\", \"liar\"", &"\"x\", ".repeat(10_000));
    let long = long.replace("name = \"liar\"", &format!("name = \"{}\"", "0".repeat(10_000)));
    let problems = read_text(&long, &Overrides::default()).map(|_| ()).unwrap_err();
    assert!(problems.list.len() > 10_000);
    let kept = problems.list.iter().map(|problem| problem.path.len() + problem.message.len());
    assert!(kept.max().expect("some") < 2_300);
    for bracket in ["[", "{", "]", "\u{e9}", "\""] {
        assert!(shown(&BASE.replace("0.6", &bracket.repeat(100_000))).contains("problem"), "{bracket}");
    }
}

#[test]
fn an_empty_file_names_a_start() {
    for text in ["", "  \n\n", "\u{feff}"] {
        let shown = read_text(text, &Overrides::default()).map(|_| ()).unwrap_err().to_string();
        assert!(shown.starts_with("x.toml:1:1: "), "{text:?}: {shown}");
    }
    assert!(problems("")[0].contains("the file is empty; copy scenarios/quickstart.toml for a start"));
}

#[test]
fn mistakes_on_the_command_line_name_the_flag() {
    let flag = |set: &[(&str, &str)], over: &[(&str, &str)]| {
        let own = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect()
        };
        let overrides = Overrides { set: own(set), over: own(over), ..Overrides::default() };
        read_text(BASE, &overrides).map(|_| ()).unwrap_err().to_string()
    };
    let said = flag(&[("overseer.human.reech", "2")], &[]);
    assert!(said.contains("--set overseer.human.reech=2") && said.contains("did you mean reach?"), "{said}");
    let said = flag(&[("overseer.humn.reach", "2")], &[]);
    assert!(said.contains("did you mean human?"), "{said}");
    let said = flag(&[("agent.expert.competence.accuracy", "often")], &[]);
    assert!(said.contains("want a probability from 0 to 1, got \"often\""), "{said}");
    let said = flag(&[], &[("overseer.human.error.rate", "0:0.5:0")]);
    assert!(
        said.contains("--over overseer.human.error.rate=0:0.5:0") && said.contains("step of 0"),
        "{said}"
    );
    let said = flag(&[], &[("overseer.human.error.rate", "")]);
    assert!(said.contains("want from:to:step or a,b,c"), "{said}");
    let said = flag(&[], &[("agent.expert.skill", "0:1:1e-9")]);
    assert!(said.contains("at most 4000000 cells fit"), "{said}");
    let said = flag(&[], &[("until", "0.01,0.02")]);
    assert!(said.contains("until is the same for all cells"), "{said}");
    let said = flag(&[("until", "0.01")], &[("trials", "10,20")]);
    assert!(said.contains("trials is the same for all cells"), "{said}");
}

/// Tokens that have broken readers before.
const EVIL: &[&str] = &[
    "",
    "0",
    "-1",
    "1e308",
    "-1e308",
    "nan",
    "inf",
    "9223372036854775807",
    "18446744073709551616",
    "0x7f",
    "1e-320",
    "0.5",
    "64",
    "1024",
    "true",
    "[]",
    "{}",
    "[[[[]]]]",
    "\"\"",
    "\"\u{0}\"",
    "\u{1F600}",
    "'",
    "\"",
    "\n",
    "=",
    ".",
    "[",
    "]",
    "{ kind = \"table\" }",
    "{ kind = \"by_level\" }",
    "\"worst\"",
    "\"adversarial\"",
    "2026-01-01",
    "debate",
    "#",
    "[sweep]\n",
    "[[agent]]\n",
    "axes = [1]\n",
    "accuracies = [2]\n",
];

/// One spoiling of a text.
#[derive(Clone, Debug)]
enum Spoil {
    /// Replaces a token (a run of characters that are neither space nor comma).
    Token(prop::sample::Index, prop::sample::Index),
    /// Puts a token of one place at another.
    Copy(prop::sample::Index, prop::sample::Index),
    /// Drops a line.
    Drop(prop::sample::Index),
    /// Says a line twice.
    Twice(prop::sample::Index),
    /// Makes a line longer than any terminal, or any formatter's padding.
    Long(prop::sample::Index, prop::sample::Index),
    /// Puts a character in.
    Char(prop::sample::Index, char),
    /// Ends the text.
    Cut(prop::sample::Index),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    use prop::sample::Index;
    prop_oneof![
        4 => (any::<Index>(), any::<Index>()).prop_map(|(at, evil)| Spoil::Token(at, evil)),
        3 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Spoil::Copy(from, to)),
        1 => any::<Index>().prop_map(Spoil::Drop),
        1 => any::<Index>().prop_map(Spoil::Twice),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(at, what)| Spoil::Long(at, what)),
        1 => (any::<Index>(), any::<char>()).prop_map(|(at, c)| Spoil::Char(at, c)),
        1 => any::<Index>().prop_map(Spoil::Cut),
    ]
}

/// Where tokens stand.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let is_gap = |c: char| c.is_whitespace() || c == ',';
    let words = text.split(is_gap).filter(|word| !word.is_empty());
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    words.map(|word| start(word)..start(word) + word.len()).collect()
}

fn spoiled(text: &str, spoil: &Spoil) -> String {
    let tokens = tokens(text);
    let lines: Vec<&str> = text.lines().collect();
    if tokens.is_empty() {
        return text.into();
    }
    let mut new = text.to_owned();
    match spoil {
        Spoil::Token(at, evil) => {
            new.replace_range(tokens[at.index(tokens.len())].clone(), EVIL[evil.index(EVIL.len())])
        }
        Spoil::Copy(from, to) => {
            let from = text[tokens[from.index(tokens.len())].clone()].to_owned();
            new.replace_range(tokens[to.index(tokens.len())].clone(), &from);
        }
        Spoil::Drop(at) => {
            let at = at.index(lines.len());
            new = [&lines[..at], &lines[at + 1..]].concat().join("\n");
        }
        Spoil::Twice(at) => {
            let at = at.index(lines.len());
            new = [&lines[..=at], &lines[at..]].concat().join("\n");
        }
        Spoil::Long(at, which) => {
            let what = [" ", "\u{e9}", "[", "0", ",", "\"x\", "];
            let token = tokens[at.index(tokens.len())].start;
            new.insert_str(token, &what[which.index(what.len())].repeat(70_000))
        }
        Spoil::Char(at, c) => {
            new.insert(text.char_indices().nth(at.index(text.chars().count())).map_or(0, |p| p.0), *c)
        }
        Spoil::Cut(at) => {
            new.truncate(text.char_indices().nth(at.index(text.chars().count())).map_or(0, |p| p.0))
        }
    }
    new
}

fn shipped() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let paths = fs::read_dir(folder).expect("scenarios/").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    paths.sort();
    let mut texts: Vec<String> =
        paths.iter().map(|path| fs::read_to_string(path).expect("a scenario")).collect();
    texts.push(BASE.into());
    texts
}

/// Trainings as short as can be.
fn make_short_of_lessons(cell: &mut CellSpec) {
    let shorten = |training: &mut Training| {
        let most = |number: &mut u32, most| *number = (*number).min(most);
        most(&mut training.rounds, 1);
        most(&mut training.questions, 8);
        most(&mut training.steps, 2);
        most(&mut training.batch, 4);
    };
    if let Distil::Learned { training, .. } = &mut cell.protocol.stages.distil {
        shorten(training);
    }
    let judge = JudgeNetwork::Dense { width: 16, pixels: 2, steps: 2, batch: 4, rate: 0.01 };
    cell.overseer.network = cell.overseer.network.map(|_| judge);
    if let CrossCheck::Pixels { turns, .. } = &mut cell.protocol.stages.cross_check {
        *turns = turns.map(|turns| turns.min(3));
    }
    for agent in &mut cell.agents {
        if let Some(Player::Tree { rollouts }) = &mut agent.player {
            *rollouts = (*rollouts).min(9);
        }
        if let Competence::Learned { network, schooling, .. } = &mut agent.competence {
            schooling.iter_mut().for_each(shorten);
            *network = match *network {
                NetworkSpec::Tabular => NetworkSpec::Tabular,
                NetworkSpec::Mlp { .. } => NetworkSpec::Mlp { width: 8, layers: 1 },
                NetworkSpec::Transformer { start, passes, .. } => NetworkSpec::Transformer {
                    width: 8,
                    layers: 1,
                    heads: 1,
                    hidden: 8,
                    tied: false,
                    start,
                    passes,
                },
            };
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Spoiled scenarios are refused with a place inside the file, or can be played; nothing panics.
    #[test]
    fn no_scenario_makes_the_program_panic(
        which in any::<prop::sample::Index>(),
        spoils in prop::collection::vec(spoil(), 1..5),
    ) {
        let texts = shipped();
        let text = spoils.iter().fold(which.get(&texts).clone(), |text, spoil| spoiled(&text, spoil));
        match read_text(&text, &Overrides { trials: Some(3), ..Overrides::default() }) {
            Err(problems) => {
                prop_assert!(!problems.list.is_empty());
                prop_assert!(problems.list.iter().all(|problem| !problem.message.is_empty()));
                prop_assert!(problems.to_string().contains("problem"));
            }
            Ok(scenario) => {
                for mut cell in scenario.cells.into_iter().take(12) {
                    cell.replicates = cell.replicates.min(2);
                    make_short_of_lessons(&mut cell);
                    if plan(&cell).is_ok_and(|plan| plan.questions_max <= 20_000) {
                        let record = play_cell(&cell, &Conditions::default());
                        prop_assert!(record.is_ok_and(|record| record.total().right <= record.total().trials));
                    }
                }
            }
        }
    }
}
