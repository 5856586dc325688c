//! The program as a person meets it: exit codes, what goes where, what is said of mistakes.

mod common;

use common::program::{SMALL, ends, folder, root, shown, small, text};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The stored result of a shipped scenario.
fn stored(name: &str) -> String {
    let entries = fs::read_dir(root().join("results")).expect("results/");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let of = |path: &&PathBuf| {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        file.rsplit_once('-').is_some_and(|(stem, _)| stem == name)
    };
    let found: Vec<&PathBuf> = paths.iter().filter(of).collect();
    assert_eq!(found.len(), 1, "{name}: one stored result");
    shown(found[0].clone())
}

#[test]
fn a_run_writes_its_result_and_prints_who_did_best() {
    let (_folder, scenario, out) = small();
    let (stdout, stderr) = ends(0, &["run", &scenario, "--out", &out]);
    assert!(stdout.contains("claim_tree, overseer human, 200 trials a cell"), "{stdout}");
    assert!(stdout.contains("rank  strategy"), "{stdout}");
    assert!(stdout.contains(&format!("reproduce with: elenchus reproduce {out}")), "{stdout}");
    assert_eq!(stderr, "", "no progress where stderr is no terminal");
    let mut files: Vec<String> = fs::read_dir(&out)
        .expect("a result")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let tables = ["budget.csv", "calibration.csv", "cells.csv", "manifest.json", "pairs.csv", "ratings.csv"];
    assert_eq!(files, tables);
    ends(0, &["reproduce", &out]);
}

#[test]
fn quiet_and_json_print_that_alone() {
    let (_folder, scenario, out) = small();
    let (stdout, stderr) = ends(0, &["run", &scenario, "--out", &out, "--quiet"]);
    assert_eq!((stdout, stderr), (format!("{out}\n"), String::new()));
    let (stdout, _) = ends(0, &["run", &scenario, "--out", &out, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(json["cells"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["cells"][0]["protocol"], "trust");
    let (stdout, _) = ends(0, &["reproduce", &out, "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&stdout).expect("JSON")["reproduced"], true);
    let (stdout, _) = ends(0, &["trace", &scenario, "--trial", "3", "--json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&stdout).expect("JSON")["root"]["verdict"].is_string());
    let (stdout, _) = ends(0, &["check", &scenario, "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&stdout).expect("JSON")["cells"], 2);
}

/// Numbers are numbers, texts are texts, and what is not there is null.
#[test]
fn rows_for_programs_hold_numbers() {
    let (_folder, scenario, out) = small();
    let over = ["--over", "overseer.human.exhausted=guess,abstain", "--over", "agent.expert.skill=0.1,0.25"];
    let (stdout, _) = ends(0, &[&["sweep", &scenario, "--out", &out, "--json"][..], &over].concat());
    let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    let row = &json["cells"][7];
    assert_eq!(row["preset"], "debate");
    assert_eq!(row["family"], "claim_tree");
    assert_eq!(row["agents"], "expert + liar");
    assert_eq!(row["overseer.human.exhausted"], "abstain");
    assert_eq!(row["agent.expert.skill"], 0.25);
    assert_eq!(row["trials"], 200);
    assert!(row["accuracy"].is_f64() && row["right"].is_u64(), "{row}");
    let once = format!("{SMALL}\n[[protocol]]\npreset = \"iterated_amplification\"\nagents = [\"expert\"]\n");
    fs::write(&scenario, once).expect("written");
    let (stdout, _) = ends(0, &["run", &scenario, "--out", &out, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert!(json["cells"][2]["accuracy_low"].is_null(), "{json}");
}

/// `check` and `trace` look at what `run` and `sweep` would play.
#[test]
fn verbs_that_read_a_scenario_take_the_same_changes() {
    let (_folder, scenario, _) = small();
    let axes = ["--over", "overseer.human.error.rate=0:0.4:0.2", "--over", "agent.expert.skill=0.1,0.5,0.9"];
    let changes = ["--seed", "9", "--trials", "5", "--set", "overseer.human.reach=2", "--json"];
    let cells = |more: &[&str]| {
        let (stdout, _) = ends(0, &[&["check", &scenario][..], &changes, &axes, more].concat());
        let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
        assert_eq!((&json["seed"], &json["trials"]), (&9.into(), &5.into()));
        json["cells"].as_u64()
    };
    assert_eq!((cells(&[]), cells(&["--zip"])), (Some(18), Some(6)));
    let told = |seed: &str| {
        let id = "debate|human|claim_tree|overseer.human.error.rate=0.4|agent.expert.skill=0.9";
        let (stdout, _) =
            ends(0, &[&["trace", &scenario, "--cell", id, "--seed", seed][..], &axes, &["--zip"]].concat());
        stdout
    };
    assert_ne!(told("1"), told("2"));
    let (_, stderr) = ends(2, &["sweep", &scenario]);
    assert!(stderr.contains("want at least one --over PATH=VALUES, got none"), "{stderr}");
    for verb in ["run", "check", "trace"] {
        let (_, stderr) = ends(2, &[verb, &scenario, "--seed", "9223372036854775808"]);
        assert!(stderr.contains("9223372036854775808 is not in 0..=9223372036854775807"), "{stderr}");
    }
    ends(0, &["check", &scenario, "--seed", "9223372036854775807"]);
    let (_, stderr) = ends(2, &["reproduce", "results", "--cells", "0"]);
    assert!(stderr.contains("--cells"), "{stderr}");
}

#[test]
fn a_cell_alone_is_its_row_of_the_whole() {
    let (folder, scenario, out) = small();
    ends(0, &["run", &scenario, "--out", &out]);
    let alone = shown(folder.path().join("alone"));
    ends(0, &["run", &scenario, "--cell", "debate|human|claim_tree", "--out", &alone]);
    let rows = |folder: &str| -> Vec<String> {
        let text = fs::read_to_string(Path::new(folder).join("cells.csv")).expect("cells.csv");
        text.lines().map(Into::into).collect()
    };
    let (whole, alone_rows) = (rows(&out), rows(&alone));
    assert_eq!(alone_rows, [whole[0].clone(), whole[2].clone()]);
    ends(0, &["reproduce", &alone]);
    let (_, stderr) = ends(2, &["run", &scenario, "--cell", "debat|human|claim_tree", "--out", &alone]);
    assert!(stderr.contains("no cell") && stderr.contains("debate|human|claim_tree"), "{stderr}");
}

#[test]
fn sweeps_make_a_grid_or_go_together() {
    let (_folder, scenario, out) = small();
    let sweep = |zip: &[&str]| {
        let over =
            ["--over", "overseer.human.error.rate=0:0.4:0.2", "--over", "agent.expert.skill=0.1,0.5,0.9"];
        let arguments = [&["sweep", &scenario, "--out", &out, "--json"][..], &over, zip].concat();
        let (stdout, _) = ends(0, &arguments);
        let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
        json["cells"].as_array().map(Vec::len)
    };
    assert_eq!(sweep(&[]), Some(2 * 3 * 3));
    assert_eq!(sweep(&["--zip"]), Some(2 * 3));
    let (stdout, _) = ends(
        0,
        &["run", &scenario, "--set", "overseer.human.reach=2", "--trials", "7", "--json", "--out", &out],
    );
    assert!(stdout.contains("\"trials\":7"), "{stdout}");
    ends(0, &["reproduce", &out]);
}

#[test]
fn bad_files_are_named_with_a_remedy() {
    let folder = folder(&[
        ("empty.toml", b""),
        ("latin.toml", b"name = \"x\"\nabout = \"caf\xe9\"\n"),
        ("bad.toml", b"trials = 0"),
    ]);
    let at = |name: &str| shown(folder.path().join(name));
    for verb in ["run", "check", "trace"] {
        let (_, stderr) = ends(2, &[verb, &at("none.toml")]);
        assert!(stderr.contains("none.toml: no such file; shipped scenarios are in scenarios/"), "{stderr}");
        let (_, stderr) = ends(2, &[verb, &shown(folder.path().into())]);
        assert!(stderr.contains("is a directory; name a file in it"), "{stderr}");
        let (_, stderr) = ends(2, &[verb, &at("latin.toml")]);
        assert!(stderr.contains("latin.toml:2:13: want UTF-8 text"), "{stderr}");
        let (_, stderr) = ends(2, &[verb, &at("empty.toml")]);
        assert!(stderr.contains("empty.toml:1:1: the file is empty"), "{stderr}");
        let (stdout, stderr) = ends(2, &[verb, &at("bad.toml")]);
        assert!(
            stderr.contains("bad.toml:1:10: trials: want a whole number") && stdout.is_empty(),
            "{stderr}"
        );
    }
    #[cfg(unix)]
    {
        let (_, stderr) = ends(2, &["check", "/dev/zero"]);
        assert!(stderr.contains("/dev/zero: want at most 64 MiB, got more"), "{stderr}");
        let endless = "error = { kind = \"table\", file = \"/dev/zero\", row = \"judge\" }";
        let table = SMALL.replace("error = { kind = \"uniform\", rate = 0.1 }", endless);
        fs::write(at("bad.toml"), table).expect("written");
        let (_, stderr) = ends(2, &["check", &at("bad.toml")]);
        assert!(stderr.contains("table \"/dev/zero\": /dev/zero: want at most 64 MiB"), "{stderr}");
    }
    ends(2, &["rum"]);
    ends(2, &["run"]);
    for threads in ["many", "-1", "1025", "100000"] {
        let (_, stderr) = ends(2, &["run", "scenarios/quickstart.toml", &format!("--threads={threads}")]);
        assert!(stderr.contains("--threads"), "{stderr}");
    }
    let (_, stderr) = ends(2, &["sweep", "scenarios/quickstart.toml", "--over", "overseer.human.reach"]);
    assert!(stderr.contains("want path=value"), "{stderr}");
    let (_, stderr) = ends(2, &["trace", "scenarios/quickstart.toml", "--trial", "50000"]);
    assert!(stderr.contains("trials are 0 to 49999"), "{stderr}");
}

#[test]
fn what_a_scenario_expects_is_asserted_and_nothing_finished_is_lost() {
    let expect = format!(
        "{SMALL}\n[[expect]]\ncolumn = \"accuracy\"\nvalue = 2\nwithin = 0.5\nbecause = \"it cannot be\"\n"
    );
    let folder = folder(&[("small.toml", expect.as_bytes())]);
    let (scenario, out) = (shown(folder.path().join("small.toml")), shown(folder.path().join("result")));
    let (_, stderr) = ends(1, &["run", &scenario, "--out", &out]);
    assert!(stderr.contains("expected accuracy = 2 within 0.5 (it cannot be), got 0."), "{stderr}");
    // What was stored is reproduced, and is still not what was expected.
    let (stdout, stderr) = ends(1, &["reproduce", &out]);
    assert!(stdout.contains("reproduced") && stderr.contains("expected accuracy = 2"), "{stdout}{stderr}");
}

#[test]
fn results_are_not_written_over_something_else() {
    let (folder, scenario, out) = small();
    let refused = |out: &str, why: &str| {
        let (_, stderr) = ends(2, &["run", &scenario, "--out", out]);
        assert!(stderr.contains(why) && stderr.contains("choose another --out"), "{stderr}");
    };
    refused(&shown(folder.path().into()), "exists and is no result directory, for it has no manifest.json");
    assert_eq!(fs::read_to_string(folder.path().join("small.toml")).expect("still there"), SMALL);
    // A stranger's manifest.json, as of a web page or an extension.
    let stranger = folder.path().join("stranger");
    for manifest in ["{\"name\": \"app\", \"format\": 1}", "not JSON"] {
        fs::create_dir_all(&stranger).expect("a folder");
        fs::write(stranger.join("manifest.json"), manifest).expect("written");
        refused(&shown(stranger.clone()), "its manifest.json is not of this program");
        assert_eq!(fs::read_to_string(stranger.join("manifest.json")).expect("still there"), manifest);
    }
    // A result with something of a person's in it.
    ends(0, &["run", &scenario, "--out", &out]);
    fs::write(Path::new(&out).join("notes.txt"), "mine").expect("written");
    refused(&out, "holds \"notes.txt\", which is no part of a result");
    fs::remove_file(Path::new(&out).join("notes.txt")).expect("removed");
    fs::create_dir(Path::new(&out).join("trials.csv")).expect("a folder");
    refused(&out, "holds \"trials.csv\", which is no part of a result");
    fs::remove_dir(Path::new(&out).join("trials.csv")).expect("removed");
    ends(0, &["run", &scenario, "--out", &out, "--seed", "1"]);
    let table = fs::read_to_string(Path::new(&out).join("cells.csv")).expect("cells.csv");
    assert!(table.contains(",1,1,200,"), "the new result is in place: {table}");
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["result", "result.state", "small.toml", "stranger"], "nothing is left beside it");
}

/// No run takes place whose result has no place; these would take years.
#[test]
fn a_place_that_takes_no_result_is_told_before_the_run() {
    let (folder, scenario, _) = small();
    let at = |name: &str| shown(folder.path().join(name));
    let long = at(&"x".repeat(300));
    let cases = [
        (at("small.toml"), "exists and is no directory"),
        (at("small.toml/result"), "cannot be made in"),
        (at("small.toml/a/b/result"), "cannot be made in"),
        (long, "cannot be made in"),
        (at(".."), "want a directory's name at the end"),
    ];
    for (out, why) in cases {
        let (_, stderr) = ends(2, &["run", &scenario, "--trials", "1000000000000", "--out", &out]);
        assert!(stderr.contains(why), "{stderr}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left there");
}

#[test]
fn a_tampered_result_is_told_by_cell_and_column() {
    let (_folder, scenario, out) = small();
    ends(0, &["run", &scenario, "--out", &out]);
    let table = Path::new(&out).join("cells.csv");
    let whole = fs::read_to_string(&table).expect("cells.csv");
    let mut rows: Vec<Vec<String>> =
        whole.lines().map(|line| line.split(',').map(Into::into).collect()).collect();
    let column = rows[0].iter().position(|name| name == "right").expect("a column");
    rows[2][column] = "0".into();
    let spoiled: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    fs::write(&table, spoiled).expect("written");
    for more in [&[][..], &["--cells", "2"]] {
        let (stdout, _) = ends(4, &[&["reproduce", &out][..], more].concat());
        assert!(
            stdout.contains("cells.csv: cell debate|human|claim_tree, column right: stored 0, now "),
            "{stdout}"
        );
    }
    // Another seed in the manifest: other numbers.
    fs::write(&table, &whole).expect("written");
    let manifest = Path::new(&out).join("manifest.json");
    let text = fs::read_to_string(&manifest).expect("manifest.json");
    fs::write(&manifest, text.replace("\"seed\": 0", "\"seed\": 1")).expect("written");
    let (stdout, _) = ends(4, &["reproduce", &out]);
    assert!(stdout.contains("column seed: stored 0, now 1"), "{stdout}");
    fs::write(&manifest, text.replace("\"semantics\": ", "\"semantics\": 9")).expect("written");
    let (stdout, stderr) = ends(2, &["reproduce", &out]);
    assert!(stderr.contains("nothing was compared, use the version that made it"), "{stderr}");
    assert_eq!(stdout, "");
    fs::write(&manifest, &text).expect("written");
    fs::remove_file(&table).expect("removed");
    let (_, stderr) = ends(3, &["reproduce", &out]);
    assert!(stderr.contains("cells.csv") && stderr.contains("run the scenario again"), "{stderr}");
    fs::write(&manifest, "{").expect("written");
    ends(2, &["reproduce", &out]);
    ends(2, &["reproduce", &scenario]);
}

/// A test build has debug assertions and overflow checks; the stored results are of a release build.
#[cfg(debug_assertions)]
#[test]
fn a_debug_build_reproduces_what_a_release_build_stored() {
    let names = ["quickstart", "christiano-families", "error-kinds", "imported-judge"];
    let all = names.map(stored);
    let arguments = ["reproduce"].into_iter().chain(all.iter().map(String::as_str));
    let (stdout, _) = ends(0, &arguments.collect::<Vec<_>>());
    let said: Vec<&str> = stdout.lines().collect();
    assert_eq!(said.len(), 4);
    for (name, line) in names.iter().zip(said) {
        assert!(line.contains(name) && line.contains("reproduced"), "{stdout}");
    }
    // One that is no result does not keep the others from being compared, and is what the end tells of.
    let (stdout, stderr) = ends(2, &["reproduce", "scenarios", &stored("quickstart")]);
    assert!(stdout.contains("reproduced") && stderr.contains("scenarios"), "{stdout}{stderr}");
}

#[test]
fn every_shipped_scenario_has_a_stored_result_of_its_own() {
    for entry in fs::read_dir(root().join("scenarios")).expect("scenarios/") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|end| end == "toml") {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            let manifest =
                fs::read_to_string(Path::new(&stored(&stem)).join("manifest.json")).expect("a manifest");
            let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
            let text = fs::read_to_string(&path).expect("a scenario");
            let files =
                |name: &str| fs::read(root().join("scenarios").join(name)).map_err(|error| error.to_string());
            let source = elenchus::scenario::Source { file: &stem, stem: &stem, text: &text, files: &files };
            let scenario = match elenchus::scenario::read(&source, &Default::default()) {
                Err(problems) if common::lacks_pictures(&problems.to_string()) => continue,
                scenario => scenario.expect("a shipped scenario"),
            };
            assert_eq!(
                manifest["scenario"], scenario.document,
                "{stem}: the stored result is of this scenario"
            );
        }
    }
}

#[test]
fn the_picture_in_the_readme_is_what_its_first_command_prints() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    assert!(readme.contains("cargo run --release -- run scenarios/quickstart.toml"));
    let folder = tempfile::tempdir().expect("a folder");
    let out = shown(folder.path().join("result"));
    let (stdout, _) = ends(0, &["run", "scenarios/quickstart.toml", "--out", &out]);
    let table = stdout.split("\n\n").nth(1).expect("a table");
    assert!(readme.contains(table), "README.md shows another table than\n{table}");
}

/// Starts a run of many trials, sends it this many interrupts, and gives its exit code and what it said.
#[cfg(unix)]
fn interrupted(arguments: &[&str], times: usize) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_elenchus"))
        .args([&["run", "--trials", "1000000000"][..], arguments].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    for time in 0..times {
        std::thread::sleep(std::time::Duration::from_millis(if time == 0 { 500 } else { 50 }));
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        // The program may have ended at the first.
        assert!(kill.expect("kill is there").success() || time > 0);
    }
    let code = child.wait().expect("it ends").code();
    let mut said = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
    (code, said)
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing_half_done() {
    let (folder, scenario, out) = small();
    let (code, said) = interrupted(&[&scenario, "--out", &out], 1);
    assert_eq!(code, Some(130));
    assert!(said.contains("interrupted; what is finished is kept in"), "{said}");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 2, "the scenario and the state: {left:?}");
    let (code, said) = interrupted(&[&scenario, "--out", &out, "--no-state"], 1);
    assert_eq!(code, Some(130));
    assert!(said.contains("interrupted; nothing was written"), "{said}");
}

/// A block of these takes about a second, and most often the second interrupt is heard before it ends.
#[cfg(unix)]
#[test]
fn a_second_interrupt_waits_for_nothing() {
    let (folder, scenario, out) = small();
    let deep = ["--set", "task.claim_tree.depth=12", "--threads", "1", "--block", "16384"];
    let (code, said) = interrupted(&[&[scenario.as_str(), "--out", &out][..], &deep].concat(), 2);
    assert_eq!(code, Some(130));
    assert!(said.is_empty() || said.contains("interrupted"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "the scenario and the state");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for arguments in [&["list"][..], &["explain", "debate"], &["schema"], &["man"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_elenchus"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{arguments:?}");
        let mut said = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
        assert_eq!(said, "", "{arguments:?}");
    }
}

#[test]
fn every_word_that_is_listed_is_explained() {
    let (list, _) = ends(0, &["list"]);
    let words: Vec<&str> =
        list.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert!(words.len() > 40, "{list}");
    for word in words {
        let (stdout, _) = ends(0, &["explain", word]);
        assert!(stdout.starts_with(&format!("{word} (")), "{stdout}");
    }
    let (_, stderr) = ends(2, &["explain", "debat"]);
    assert!(stderr.contains("did you mean debate?"), "{stderr}");
    assert!(stderr.contains("elenchus columns"), "{stderr}");
    let fields = [
        ("reach", "reach (field of overseer (table))"),
        ("panel", "panel (field of overseer (table))"),
        ("members", "members (field of overseer.panel)"),
        ("turns", "turns (field of debate (protocol))"),
        ("agents", "agents (field of protocol (table))"),
    ];
    for (name, says) in fields {
        let (stdout, _) = ends(0, &["explain", name]);
        assert!(stdout.contains(says) && stdout.contains("default"), "{stdout}");
        let (stdout, _) = ends(0, &["explain", name, "--json"]);
        let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
        assert_eq!(json[0]["name"], name);
    }
    let (stdout, _) = ends(0, &["list", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    let debate = json.as_array().expect("a list").iter().find(|word| word["name"] == "debate");
    assert_eq!(debate.expect("debate")["fields"][0]["name"], "turns");
}

#[test]
fn helpers_for_shells_editors_and_terminals() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (stdout, _) = ends(0, &["completions", shell]);
        assert!(stdout.contains("elenchus") && stdout.contains("reproduce"), "{shell}");
    }
    let (man, _) = ends(0, &["man"]);
    assert!(man.contains(".TH elenchus"), "{man}");
    assert_eq!(man.matches(".TH").count(), 1, "one page");
    for option in ["over", "seed", "keep\\-trials", "pick", "trial"] {
        assert!(man.contains(&format!("\\-\\-{option}\\fR")), "--{option}: {man}");
    }
    assert!(man.contains(".SH \"ELENCHUS SWEEP\""), "{man}");
    let (trace, _) = ends(0, &["trace", "scenarios/quickstart.toml", "--trial", "1"]);
    assert!(trace.contains("the true answer: ") && trace.contains("choose with --cell"), "{trace}");
    // No colour in a pipe, nor with NO_COLOR.
    let mut command = Command::new(env!("CARGO_BIN_EXE_elenchus"));
    let output = command.env("NO_COLOR", "1").args(["run", "--help"]).output().expect("it starts");
    assert!(!text(&output.stdout).contains('\u{1b}'));
}

/// The schema that editors find beside the shipped scenarios is the one the program prints.
#[test]
fn the_schema_beside_the_scenarios_is_the_programs() {
    let (schema, _) = ends(0, &["schema"]);
    let path = root().join("scenarios/schema.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &schema).expect("written");
    }
    let kept = fs::read_to_string(&path).expect("scenarios/schema.json");
    assert!(kept == schema, "scenarios/schema.json is old; UPDATE_GOLDEN=1 cargo test");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    for entry in fs::read_dir(root().join("scenarios")).expect("scenarios/") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|end| end == "toml") {
            let text = fs::read_to_string(&path).expect("a scenario");
            assert!(text.starts_with("#:schema schema.json\n"), "{}: names its schema", path.display());
            let table: toml::Table = text.parse().expect("TOML");
            for key in table.keys() {
                assert!(schema["properties"][key].is_object(), "{}: {key}", path.display());
            }
        }
    }
}

#[test]
fn a_report_is_one_file_of_the_result() {
    let (folder, scenario, out) = small();
    let (stdout, _) = ends(0, &["run", &scenario, "--out", &out, "--report"]);
    let page = Path::new(&out).join("report.html");
    assert!(stdout.contains(&format!("report in {}", page.display())), "{stdout}");
    let first = fs::read(&page).expect("a page");
    assert!(first.len() < 1_500_000, "{} bytes", first.len());
    // From the files alone, and the same bytes again; a result with a page is still a result.
    fs::remove_file(&page).expect("a page");
    ends(0, &["report", &out]);
    assert_eq!(fs::read(&page).expect("a page"), first);
    ends(0, &["reproduce", &out]);
    // The first matches of each cell are kept as trees; one that was changed is told.
    let kept = Path::new(&out).join("matches.json");
    let matches = fs::read_to_string(&kept).expect("matches");
    assert_eq!(matches.matches("\"trial\":1,").count(), 2, "two cells: {matches}");
    fs::write(&kept, matches.replacen("\"right\":true", "\"right\":false", 1)).expect("a file to write");
    let (stdout, _) = ends(4, &["reproduce", &out]);
    assert!(stdout.contains("matches.json"), "{stdout}");
    ends(0, &["run", &scenario, "--out", &out, "--quiet"]);
    assert!(!page.exists(), "the page of another run is no page of this one");
    let text = String::from_utf8(first).expect("UTF-8");
    for part in ["<!DOCTYPE html>", "trust|human|claim_tree", "elenchus reproduce"] {
        assert!(text.contains(part), "{part}");
    }
    let (_, stderr) = ends(2, &["report", &folder.path().display().to_string()]);
    assert!(stderr.contains("name a result directory"), "{stderr}");
}

#[test]
fn play_until_intervals_are_narrow_is_reproduced() {
    let (_folder, scenario, out) = small();
    let until = ["--until-difference", "0.1"];
    ends(0, &[&["run", &scenario, "--out", &out, "--quiet"], &until[..]].concat());
    ends(0, &["reproduce", &out]);
    // A part of what hangs together would be played for another time.
    let (_, stderr) = ends(2, &["reproduce", &out, "--cells", "1"]);
    assert!(stderr.contains("until_difference"), "{stderr}");
    let (_, stderr) = ends(2, &["run", &scenario, "--until", "0"]);
    assert!(stderr.contains("until"), "{stderr}");
}

/// The dictionary beside the results is the program's; every column is explained.
#[test]
fn the_dictionary_of_columns_is_the_programs() {
    let path = root().join("results/COLUMNS.md");
    let (now, _) = ends(0, &["columns"]);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).expect("it can be written");
    }
    assert_eq!(fs::read_to_string(&path).expect("it is kept"), now, "UPDATE_GOLDEN=1 writes it");
    let (json, _) = ends(0, &["columns", "--json"]);
    let columns: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert!(columns.len() > 150);
    // What a stored result has is what the dictionary says, in its order; only sweeps add columns.
    for name in ["quickstart", "noisy-h", "incentives", "league"] {
        for entry in fs::read_dir(stored(name)).expect("a result") {
            let path = entry.expect("an entry").path();
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
            if !file.ends_with(".csv") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a table");
            let header: Vec<&str> = text.lines().next().unwrap_or("").split(',').collect();
            let known: Vec<&str> = columns
                .iter()
                .filter(|column| column["table"] == *file)
                .filter_map(|column| column["name"].as_str())
                .filter(|name| !name.contains('.'))
                .collect();
            let kept: Vec<&str> = header.into_iter().filter(|name| !name.contains('.')).collect();
            assert_eq!(kept, known, "{}", path.display());
        }
    }
    let (stdout, _) = ends(0, &["explain", "calibration_error"]);
    assert!(stdout.contains("formula: ") && stdout.contains("source: [Naeini2015]"), "{stdout}");
    let (_, stderr) = ends(2, &["explain", "calibration_eror"]);
    assert!(stderr.contains("did you mean calibration_error?"), "{stderr}");
}

#[test]
fn two_results_are_compared_cell_by_cell() {
    let (folder, scenario, out) = small();
    let other = shown(folder.path().join("other"));
    ends(0, &["run", &scenario, "--out", &out, "--quiet"]);
    let (stdout, _) = ends(0, &["diff", &out, &out]);
    assert!(stdout.starts_with("the same result"), "{stdout}");
    ends(0, &["run", &scenario, "--out", &other, "--quiet", "--set", "overseer.human.error.rate=0.4"]);
    let (stdout, _) = ends(4, &["diff", &out, &other]);
    assert!(stdout.starts_with("1 of 2 shared cells differ"), "{stdout}");
    assert!(stdout.contains("overseer.human.error.rate  0.1 -> 0.4"), "{stdout}");
    let (json, _) = ends(4, &["diff", &out, &other, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["same"], &json["shared"]), (&serde_json::json!(false), &serde_json::json!(2)));
    let (_, stderr) = ends(2, &["diff", &out, &shown(folder.path().into())]);
    assert!(stderr.contains("name a result directory"), "{stderr}");
}

#[test]
fn what_agents_gain_is_played_and_reproduced() {
    let (_folder, scenario, out) = small();
    let (stdout, _) = ends(0, &["optimise", &scenario, "--out", &out, "--report"]);
    assert!(stdout.contains("what agents gain by choosing what they say"), "{stdout}");
    for table in ["incentives.csv", "pressure.csv", "meetings.csv"] {
        let text = fs::read_to_string(Path::new(&out).join(table)).expect("a table");
        assert!(text.lines().count() > 2, "{table}: {text}");
    }
    let page = fs::read_to_string(Path::new(&out).join("report.html")).expect("a page");
    assert!(page.contains("deceptive, plausible lie"), "the page shows what agents would do");
    ends(0, &["reproduce", &out]);
    ends(0, &["reproduce", &out, "--cells", "1"]);
    // As a plain run, it has no such tables, and says nothing of incentives.
    let (stdout, _) = ends(0, &["run", &scenario, "--out", &out]);
    assert!(!stdout.contains("what agents gain") && !Path::new(&out).join("pressure.csv").exists());
}

/// Without the feature, the remedy; with it, files beside the result that change nothing of it.
#[test]
fn tables_come_as_parquet_too() {
    let (_folder, scenario, out) = small();
    let run = ["run", &scenario, "--out", &out, "--quiet", "--format", "parquet"];
    if !cfg!(feature = "parquet") {
        let (_, stderr) = ends(2, &run);
        assert!(stderr.contains("--features parquet"), "{stderr}");
        return;
    }
    ends(0, &run);
    let bytes = fs::read(Path::new(&out).join("cells.parquet")).expect("a file");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    ends(0, &["reproduce", &out]);
    ends(0, &run);
    assert_eq!(fs::read(Path::new(&out).join("cells.parquet")).expect("a file"), bytes);
}
