//! Runs that are broken off, go on, are longer than before, or are played in shares: always the same bytes.

#![expect(
    clippy::disallowed_methods,
    reason = "how long a program takes to hear a signal is what is measured"
)]

mod common;

use common::program::{SMALL, ends, folder, shown, small};
use elenchus::scenario::spec::{CellSpec, Scenario};
use elenchus::scenario::{Overrides, Source, read};
use elenchus::store::journal::FileJournal;
use elenchus::store::results::Played;
use elenchus::streams::{Address, Streams};
use elenchus::tournament::{Conditions, play};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Every kind of cell in little time: swept, in replicates, in pieces, taught by the law, and by a network.
const MIXED: &str = r#"
trials = 3000
replicates = 2
[[task]]
family = "permutation_powering"
size = 4
k_max = 3
[[agent]]
name = "expert"
competence = { kind = "by_level", accuracy = 0.9 }
[[agent]]
name = "liar"
stance = { kind = "deceptive", lie = "plausible" }
[[agent]]
name = "student"
competence = { kind = "learned", network = "tabular" }
[[overseer]]
name = "human"
reach = 0
error = { kind = "uniform", rate = 0.1 }
[[protocol]]
preset = "debate"
agents = ["expert", "liar"]
[[protocol]]
preset = "iterated_amplification"
name = "taught"
primitives = "overseer"
agents = ["student"]
training = { rounds = 2, questions = 64 }
[sweep]
"overseer.human.error.rate" = [0.0, 0.1, 0.2]
"#;

/// The files of a result that are compared, and its manifest without provenance.
#[track_caller]
fn bytes(result: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(result).unwrap_or_else(|error| panic!("{result}: {error}")) {
        let path = entry.expect("an entry").path();
        let name = shown(path.file_name().expect("a name").into());
        let mut bytes = fs::read(&path).expect("a file");
        if name == "manifest.json" {
            let mut manifest: Json = serde_json::from_slice(&bytes).expect("JSON");
            manifest.as_object_mut().expect("a table").remove("provenance");
            bytes = manifest.to_string().into_bytes();
        }
        all.insert(name, bytes);
    }
    all
}

/// A scenario in a folder of its own.
fn scenario(text: &str) -> (tempfile::TempDir, String) {
    let folder = folder(&[("mine.toml", text.as_bytes())]);
    let path = shown(folder.path().join("mine.toml"));
    (folder, path)
}

fn parts(state: &Path) -> usize {
    FileJournal::open(&state.join("parts.journal")).expect("a journal").len()
}

fn length(state: &Path) -> u64 {
    fs::metadata(state.join("parts.journal")).expect("a journal").len()
}

#[test]
fn nothing_that_is_kept_is_played_twice_and_more_adds_what_is_new_alone() {
    let (folder, scenario, out) = small();
    let state = folder.path().join("result.state");
    let played = |more: &[&str]| {
        ends(0, &[&["run", &scenario, "--out", &out, "--quiet"], more].concat());
        let kept = bytes(&out);
        ends(0, &[&["run", &scenario, "--out", &out, "--quiet", "--no-state"], more].concat());
        assert_eq!(kept, bytes(&out), "{more:?}");
        parts(&state)
    };
    assert_eq!(played(&[]), 2, "two cells");
    let before = length(&state);
    assert_eq!(played(&[]), 2);
    assert_eq!(length(&state), before, "nothing was played");
    assert_eq!(played(&["--set", "replicates=3"]), 6, "four replicates more");
    // Trials 200 to 500 of two cells; a shorter run than any that is kept is played by itself.
    assert_eq!(played(&["--trials", "500"]), 8);
    assert_eq!(played(&["--trials", "100"]), 10);
    assert_eq!(played(&["--seed", "1"]), 12);
    assert_eq!(played(&["--set", "overseer.human.error.rate=0.2"]), 14);
    // Other names of the same things.
    let text = SMALL.replace("\"trust\"", "\"trust\"\nname = \"belief\"");
    fs::write(&scenario, text).expect("a file to write");
    assert_eq!(played(&[]), 14);
    // The pieces of many trials end where those of more trials do.
    assert_eq!(played(&["--trials", "300000"]), 14 + 2 * 5);
    assert_eq!(played(&["--trials", "400000"]), 24 + 2 * 3);
    assert_eq!(played(&["--keep-trials", "--trials", "50"]), 32);
}

#[test]
fn cells_that_are_taught_or_hang_on_others_go_on_too() {
    let league = r#"
[[protocol]]
name = "cup"
preset = "debate"
agents = ["expert", "liar", "third"]
pairing = { kind = "swiss", rounds = 2 }
[[agent]]
name = "third"
"#;
    let until = ["--until-difference", "0.1"];
    let cases: [(&str, String, &[&str]); 4] = [
        ("run", MIXED.into(), &[]),
        ("run", format!("{SMALL}{league}"), &[]),
        ("run", SMALL.into(), &until),
        ("optimise", SMALL.into(), &[]),
    ];
    for (verb, text, more) in cases {
        let (folder, scenario) = scenario(&text);
        let out = shown(folder.path().join("out"));
        let state = folder.path().join("out.state");
        ends(0, &[&[verb, &scenario, "--out", &out, "--quiet", "--no-state"], more].concat());
        let whole = bytes(&out);
        ends(0, &[&[verb, &scenario, "--out", &out, "--quiet"], more].concat());
        assert_eq!(bytes(&out), whole);
        let (kept, before) = (parts(&state), length(&state));
        assert!(kept > 3, "{kept}");
        // Half of the journal is lost.
        let journal = fs::read(state.join("parts.journal")).expect("a journal");
        fs::write(state.join("parts.journal"), &journal[..journal.len() / 2]).expect("written");
        ends(0, &[&[verb, &scenario, "--out", &out, "--quiet"], more].concat());
        assert_eq!((bytes(&out), parts(&state), length(&state)), (whole, kept, before), "{verb} {more:?}");
    }
}

/// Starts the program with a fault, or none.
fn started(arguments: &[&str], fault: Option<&str>) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elenchus"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(fault) = fault {
        command.env("ELENCHUS_FAULT", fault);
    }
    command.spawn().expect("the program starts")
}

fn ended(child: std::process::Child) -> Output {
    child.wait_with_output().expect("it ends")
}

/// Whatever write fails, and however: what was there before is there still or is replaced as a whole, it is said what
/// failed, and the same command goes on from what is kept.
fn any_may_fail(kinds: &[&str]) {
    let (folder, scenario, out) = small();
    let state = folder.path().join("result.state");
    let run = ["run", &scenario, "--out", &out, "--quiet", "--set", "replicates=3", "--threads", "1"];
    ends(0, &["run", &scenario, "--out", &out, "--quiet", "--no-state"]);
    let older = bytes(&out);
    ends(0, &[&run[..], &["--no-state"]].concat());
    let newer = bytes(&out);
    for kind in kinds.iter().copied() {
        // Some writes may fail without harm: those of the log.
        let (mut faults, mut fine) = (0, 0);
        for at in 0.. {
            let _ = fs::remove_dir_all(&state);
            ends(0, &["run", &scenario, "--out", &out, "--quiet", "--no-state"]);
            let output = ended(started(&run, Some(&format!("{at}:{kind}"))));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains("panicked"), "{kind} at {at}: {said}");
            let there = bytes(&out);
            assert!(there == older || there == newer, "{kind} at {at}: a result by half");
            match output.status.code() {
                Some(0) if kind == "torn" => {}
                Some(0) => assert_eq!(bytes(&out), newer, "{kind} at {at}"),
                Some(code) => {
                    assert!(code == 1 || code == 2, "{kind} at {at}: {code}");
                    let name = |word: &str| said.contains(word);
                    let place = [&out, &shown(state.clone())].iter().any(|path| name(path));
                    assert!(
                        place || name(&shown(folder.path().into())),
                        "{kind} at {at} says not where: {said}"
                    );
                }
                None => assert_eq!(kind, "torn"),
            }
            let failed = !output.status.success();
            faults += usize::from(failed);
            ends(0, &run);
            assert_eq!(bytes(&out), newer, "{kind} at {at}, gone on");
            assert_eq!(parts(&state), 6, "{kind} at {at}: each part once");
            fine = if failed { 0 } else { fine + 1 };
            if fine > 6 {
                break;
            }
        }
        assert!(faults > 10, "{kind}: {faults} writes failed");
    }
}

#[test]
fn any_write_may_fall_short_or_be_the_last() {
    any_may_fail(&["short", "torn"]);
}

#[test]
#[ignore = "half a minute"]
fn any_write_may_be_refused() {
    any_may_fail(&["full", "denied", "readonly"]);
}

/// The same of a shard, and of merging.
#[test]
#[ignore = "half a minute"]
fn any_write_of_a_shard_may_fail() {
    let (folder, scenario, out) = small();
    ends(0, &["run", &scenario, "--out", &out, "--quiet", "--no-state"]);
    let whole = bytes(&out);
    let share = folder.path().join("share");
    let shown_share = shown(share.clone());
    let run = ["run", &scenario, "--shard", "1/1", "--out", &shown_share, "--quiet", "--threads", "1"];
    let merge = ["merge", &shown_share, "--out", &out, "--quiet", "--threads", "1"];
    for kind in ["full", "short", "denied", "torn"] {
        let (mut faults, mut fine) = (0, 0);
        for at in 0.. {
            let _ = fs::remove_dir_all(&share);
            let fault = format!("{at}:{kind}");
            let played = ended(started(&run, Some(&fault)));
            ends(0, &run);
            let merged = ended(started(&merge, Some(&fault)));
            assert_eq!(bytes(&out), whole, "{kind} at {at}: a result by half");
            ends(0, &merge);
            assert_eq!((bytes(&out), parts(&share)), (whole.clone(), 2), "{kind} at {at}");
            let failed = !(played.status.success() && merged.status.success());
            for output in [played, merged] {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(!said.contains("panicked"), "{kind} at {at}: {said}");
            }
            faults += usize::from(failed);
            fine = if failed { 0 } else { fine + 1 };
            if fine > 6 {
                break;
            }
        }
        assert!(faults > 10, "{kind}: {faults} writes failed");
    }
}

#[test]
fn a_page_that_cannot_be_written_is_in_nobodys_way() {
    let (_folder, scenario, out) = small();
    let run = ["run", &scenario, "--out", &out, "--quiet", "--report", "--no-state", "--threads", "1"];
    ends(0, &run);
    let whole = bytes(&out);
    for kind in ["short", "torn"] {
        let mut failures = 0;
        for at in 0..30 {
            let output = ended(started(&run, Some(&format!("{at}:{kind}"))));
            failures += usize::from(!output.status.success());
            ends(0, &run);
            assert_eq!(bytes(&out), whole, "{kind} at {at}");
        }
        assert!(failures > 15, "{kind}: {failures}");
    }
}

/// What a process of the same number left behind, as in a container that is started again.
#[cfg(unix)]
#[test]
fn leftovers_are_no_part_of_a_result() {
    let (folder, scenario, out) = small();
    let program = env!("CARGO_BIN_EXE_elenchus");
    let script = format!(
        "mkdir {dir}/.result.$$ {dir}/.result.$$.probe && echo stale >{dir}/.result.$$/trials.csv && \
         exec {program} run {scenario} --out {out} --quiet",
        dir = folder.path().display()
    );
    let status = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).status();
    assert!(status.expect("a shell").success());
    assert!(!bytes(&out).contains_key("trials.csv"));
}

#[test]
fn a_run_that_has_no_room_does_not_start() {
    let (folder, scenario, out) = small();
    let long = ["run", &scenario, "--trials", "100000000000", "--out", &out];
    let (_, stderr) = ends(1, &long);
    assert!(stderr.contains("of memory") && stderr.contains("--max-memory"), "{stderr}");
    let (_, stderr) = ends(1, &["run", &scenario, "--out", &out, "--max-memory", "10M"]);
    assert!(stderr.contains("--max-memory allows"), "{stderr}");
    let (_, stderr) = ends(1, &["run", &scenario, "--out", &out, "--max-disk", "1k"]);
    assert!(stderr.contains("of the disk") && stderr.contains("--max-disk allows"), "{stderr}");
    // A share takes a share.
    let share = shown(folder.path().join("share"));
    let many = ["run", &scenario, "--set", "replicates=10000", "--trials", "100000", "--max-memory", "400M"];
    let (_, stderr) = ends(1, &[&many[..], &["--out", &out]].concat());
    assert!(stderr.contains("of memory"), "{stderr}");
    ends(0, &[&many[..], &["--out", &share, "--shard", "7/20000", "--quiet"]].concat());
    let within = shown(Path::new(&out).join("state"));
    for state in [&out, &within] {
        let (_, stderr) = ends(2, &["run", &scenario, "--out", &out, "--state", state]);
        assert!(stderr.contains("lies in the result's directory"), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn whoever_ignores_hanging_up_means_it() {
    let (_folder, scenario, out) = small();
    let program = env!("CARGO_BIN_EXE_elenchus");
    let script = format!("trap '' HUP; exec {program} run {scenario} --out {out} --quiet --trials 3000000");
    let child = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).spawn().expect("a shell");
    std::thread::sleep(Duration::from_millis(150));
    let kill = Command::new("kill").args(["-HUP", &child.id().to_string()]).status();
    assert!(kill.expect("kill is there").success());
    assert_eq!(ended(child).status.code(), Some(0));
}

#[test]
fn shards_are_submitted_as_they_were_divided() {
    let (folder, scenario, _) = small();
    let place = shown(folder.path().join("it's a \"sweep\" of 100%"));
    let ask = |shards: &str, more: &[&str]| {
        let all = [&["submit", "slurm", &scenario, "--out", &place, "--dry-run", "--shards", shards], more]
            .concat();
        ended(started(&all, None))
    };
    let said = |output: &Output| {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        String::from_utf8(text).expect("UTF-8")
    };
    let text = said(&ask("2", &[]));
    assert!(
        text.contains("--array=1-2") && text.contains("100%%") && text.contains(r#"\"sweep\""#),
        "{text}"
    );
    assert!(text.contains(r"'\''"), "{text}");
    let text = said(&ask("3", &[]));
    assert!(text.contains("there are 2 pieces of work"), "{text}");
    let text = said(&ask("2", &["--time", "2"]));
    assert!(text.contains("at least 3 minutes"), "{text}");
    // Where no Slurm is, nothing is sent; what was laid there is of this division.
    let all = ["submit", "slurm", &scenario, "--out", &place, "--shards", "2"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_elenchus"));
    let output = command.args(all).env("PATH", "").output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("sbatch") && said(&output).contains("--dry-run"), "{}", said(&output));
    let text = said(&ask("1", &[]));
    assert!(text.contains("divided or played otherwise"), "{text}");
    let text = said(&ask("2", &["--optimise"]));
    assert!(text.contains("divided or played otherwise"), "{text}");
    // One shard is done, and then damaged.
    let whole = Path::new(&place).join("scenario.json");
    let share = Path::new(&place).join("shards/1");
    ends(0, &["run", &shown(whole), "--shard", "1/2", "--out", &shown(share.clone()), "--quiet"]);
    assert!(said(&ask("2", &["--missing"])).contains("--array=2\n"));
    let journal = share.join("parts.journal");
    let length = fs::metadata(&journal).expect("a journal").len();
    fs::File::options().write(true).open(&journal).and_then(|file| file.set_len(length - 1)).expect("cut");
    assert!(said(&ask("2", &["--missing"])).contains("--array=1-2\n"));
}

/// Ends a run at random moments until it is done; how often it was ended.
fn ended_at_random(run: &[&str], longest: Duration, draws: &mut impl FnMut(u32) -> u32) -> u32 {
    for times in 0.. {
        let mut child = started(run, None);
        let wait = longest.mul_f64(f64::from(draws(1000)) / 1000.0);
        let start = Instant::now();
        while start.elapsed() < wait {
            if let Some(status) = child.try_wait().expect("a child") {
                assert!(status.success(), "{:?}", ended(child));
                return times;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("SIGKILL");
        child.wait().expect("it ends");
    }
    unreachable!("moments have no end")
}

/// Sweeps that are ended by SIGKILL at random moments until so many of those have come; always the same bytes, and no
/// part is kept twice.
fn survives(kills: u32) {
    let (folder, scenario) = scenario(MIXED);
    let (out, state) = (shown(folder.path().join("out")), folder.path().join("out.state"));
    let whole = ["run", &scenario, "--trials", "150000", "--out", &out, "--quiet"];
    let start = Instant::now();
    ends(0, &whole);
    let takes = start.elapsed();
    let (wanted, kept, size) = (bytes(&out), parts(&state), length(&state));
    assert!(kept > 15, "{kept} parts");
    let streams = Streams::new(9);
    let mut draws = streams.draws(Address::default());
    let mut below = |bound| draws.below(bound);
    let mut ended = 0;
    while ended < kills {
        fs::remove_dir_all(&state).expect("a state");
        fs::remove_dir_all(&out).expect("a result");
        ended += ended_at_random(&whole, takes / 2, &mut below);
        assert_eq!(bytes(&out), wanted);
        // Torn frames are cut off: what is left is each part once.
        assert_eq!((parts(&state), length(&state)), (kept, size));
    }
}

#[test]
fn a_run_survives_its_end_at_any_moment() {
    survives(12);
}

#[test]
#[ignore = "a minute or two"]
fn a_run_survives_two_hundred_ends() {
    survives(200);
}

#[cfg(unix)]
#[test]
fn a_signal_is_heard_within_a_second_and_nothing_finished_is_lost() {
    let training = include_str!("../scenarios/quick-ida.toml");
    let cases = [
        (MIXED, ["--trials", "500000000"]),
        (training, ["--set", "protocol.supervised.training.steps=9000"]),
    ];
    for (text, more) in cases {
        for signal in ["-INT", "-TERM"] {
            let (folder, scenario) = scenario(text);
            let out = shown(folder.path().join("out"));
            let child = started(&[&["run", &scenario, "--out", &out], &more[..]].concat(), None);
            std::thread::sleep(Duration::from_millis(1500));
            let start = Instant::now();
            let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
            assert!(kill.expect("kill is there").success());
            let output = ended(child);
            // The machine may be busy with other tests: a second of ours is three of its.
            assert!(start.elapsed() < Duration::from_secs(3), "{signal}: {:?}", start.elapsed());
            assert_eq!(output.status.code(), Some(130));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("the same command goes on from there"), "{said}");
            let (stdout, _) = ends(0, &["status", &out]);
            assert!(stdout.contains("interrupted"), "{stdout}");
        }
    }
}

#[test]
fn two_runs_of_one_output_do_not_mix() {
    let (folder, scenario, out) = small();
    let state = shown(folder.path().join("result.state"));
    let mut first = started(&["run", &scenario, "--out", &out, "--trials", "1000000000"], None);
    std::thread::sleep(Duration::from_millis(700));
    let (_, stderr) = ends(1, &["run", &scenario, "--out", &out]);
    assert!(stderr.contains("another run writes it") && stderr.contains("--out"), "{stderr}");
    let (stdout, _) = ends(0, &["status", &state]);
    assert!(stdout.contains("running"), "{stdout}");
    first.kill().expect("SIGKILL");
    first.wait().expect("it ends");
    let (stdout, _) = ends(0, &["status", &state]);
    assert!(stdout.contains("broken off") && stdout.contains("goes on"), "{stdout}");
    ends(0, &["run", &scenario, "--out", &out]);
    let (stdout, _) = ends(0, &["status", &out]);
    assert!(stdout.contains("done, 100 %"), "{stdout}");
    let (_, stderr) = ends(2, &["status", &shown(folder.path().join("nothing"))]);
    assert!(stderr.contains("no state of a run"), "{stderr}");
    // A state is no place for one, if something else is there.
    let (_, stderr) = ends(2, &["run", &scenario, "--out", &out, "--state", &shown(folder.path().into())]);
    assert!(stderr.contains("no state of a run"), "{stderr}");
}

/// Plays all shards and gives their directories.
fn shards(verb: &str, scenario: &str, of: u32, folder: &Path, more: &[&str]) -> Vec<String> {
    let place = |number: u32| shown(folder.join(format!("{of}/{number}")));
    for number in 1..=of {
        let (share, out) = (format!("{number}/{of}"), place(number));
        ends(0, &[&[verb, scenario, "--shard", &share, "--out", &out, "--quiet"], more].concat());
    }
    (1..=of).map(place).collect()
}

#[test]
fn shards_come_together_to_the_bytes_of_one_run() {
    let until = ["--until-difference", "0.1"];
    let cases: [(&str, &str, &[&str]); 4] = [
        ("run", MIXED, &[]),
        ("run", MIXED, &["--keep-trials", "--trials", "70"]),
        ("run", SMALL, &until),
        ("optimise", SMALL, &[]),
    ];
    let streams = Streams::new(11);
    let mut draws = streams.draws(Address::default());
    for (verb, text, more) in cases {
        let (folder, scenario) = scenario(text);
        let (whole, merged) = (shown(folder.path().join("whole")), shown(folder.path().join("merged")));
        ends(0, &[&[verb, &scenario, "--out", &whole, "--quiet"], more].concat());
        for _ in 0..3 {
            let of = 1 + draws.below(9);
            let mut all = shards(verb, &scenario, of, folder.path(), more);
            // In any order.
            for at in (1..all.len()).rev() {
                all.swap(at, draws.below(at as u32 + 1) as usize);
            }
            let named: Vec<&str> = all.iter().map(String::as_str).collect();
            ends(0, &[&["merge", "--out", &merged, "--quiet"], &named[..]].concat());
            assert_eq!(bytes(&merged), bytes(&whole), "{of} shards");
            let together = shown(folder.path().join(of.to_string()));
            ends(0, &["merge", "--out", &merged, "--quiet", &together]);
            assert_eq!(bytes(&merged), bytes(&whole));
        }
        ends(0, &["reproduce", &merged, "--quiet"]);
    }
}

#[test]
fn shards_that_do_not_go_together_are_refused_by_name() {
    let (folder, scenario) = scenario(SMALL);
    let merged = shown(folder.path().join("merged"));
    let refused = |code: i32, named: &[&str]| {
        let (_, stderr) = ends(code, &[&["merge", "--out", &merged], named].concat());
        assert!(!Path::new(&merged).exists());
        stderr
    };
    let two = shards("run", &scenario, 2, folder.path(), &[]);
    let stderr = refused(3, &[&two[0]]);
    assert!(stderr.contains("of 2 shards 1 is missing") && stderr.contains("--array=2"), "{stderr}");
    let stderr = refused(2, &[&two[0], &two[0]]);
    assert!(stderr.contains("is share 1/2, and so is"), "{stderr}");
    let place = |name: &str| shown(folder.path().join(name));
    for (name, more, why) in [
        ("seed", &["--seed", "5"][..], "another seed, 5 and not 0"),
        ("trials", &["--trials", "300"], "of another scenario"),
        ("kept", &["--keep-trials"], "other options"),
    ] {
        let other = place(name);
        let run = ["run", &scenario, "--shard", "2/2", "--out", &other, "--quiet"];
        ends(0, &[&run[..], more].concat());
        let stderr = refused(2, &[&two[0], &other]);
        assert!(stderr.contains(why) && stderr.contains(&other), "{stderr}");
    }
    let three = place("three");
    ends(0, &["run", &scenario, "--shard", "2/3", "--out", &three, "--quiet"]);
    let stderr = refused(2, &[&two[0], &three]);
    assert!(stderr.contains("one of 3 shards and not of 2"), "{stderr}");
    fs::create_dir(place("empty")).expect("a folder");
    let stderr = refused(3, &[&place("empty")]);
    assert!(stderr.contains("there is no shard"), "{stderr}");
    let stderr = refused(2, &[&place("nothing")]);
    assert!(stderr.contains("--shard"), "{stderr}");
    // One of another version, and one that was broken off.
    let file = PathBuf::from(&two[1]).join("shard.json");
    let text = fs::read_to_string(&file).expect("a file");
    let change = |from: &str, to: &str| {
        let json = text.split_once('\n').expect("a hash and what it is of").1.replace(from, to);
        fs::write(&file, format!("{}\n{json}", blake3::hash(json.as_bytes()).to_hex())).expect("written");
    };
    change(&format!("\"semantics\":{}", elenchus::records::SEMANTICS), "\"semantics\":1");
    let stderr = refused(2, &[&two[0], &two[1]]);
    assert!(stderr.contains("SEMANTICS 1"), "{stderr}");
    change("\"done\":true", "\"done\":false");
    let stderr = refused(3, &[&two[0], &two[1]]);
    assert!(stderr.contains("1 of them begun and not finished"), "{stderr}");
    fs::write(&file, &text).expect("written");
    // One that is damaged: named, with what it lacks.
    let journal = PathBuf::from(&two[1]).join("parts.journal");
    let mut bytes = fs::read(&journal).expect("a journal");
    let last = bytes.len() - 9;
    bytes[last] ^= 64;
    fs::write(&journal, &bytes).expect("written");
    let stderr = refused(3, &[&two[0], &two[1]]);
    assert!(stderr.contains("--array=2") && stderr.contains("lacks"), "{stderr}");
    assert!(stderr.contains("torn or damaged at 1 place"), "{stderr}");
    // Played again, it is whole.
    ends(0, &["run", &scenario, "--shard", "2/2", "--out", &two[1], "--quiet"]);
    ends(0, &["merge", &two[0], &two[1], "--out", &merged, "--quiet"]);
    // A directory takes one share.
    let (_, stderr) = ends(2, &["run", &scenario, "--shard", "1/2", "--out", &two[1]]);
    assert!(stderr.contains("holds share 2/2"), "{stderr}");
    let (_, stderr) = ends(2, &["run", &scenario, "--shard", "1/2"]);
    assert!(stderr.contains("want --out"), "{stderr}");
    let (_, stderr) = ends(2, &["run", &scenario, "--shard", "3/2", "--out", &three]);
    assert!(stderr.contains("K/N"), "{stderr}");
}

/// Trainings that are lost in each of their replicates.
const LOST: [&str; 8] = [
    "--set",
    "protocol.taught.training.rate=1000",
    "--set",
    "protocol.taught.training.warmup=0",
    "--set",
    "protocol.taught.training.clip=1e9",
    "--set",
    "protocol.taught.training.steps=200",
];

#[test]
fn what_comes_to_nothing_is_kept_as_that_and_the_rest_goes_on() {
    let text = MIXED.replace("\"tabular\"", "{ kind = \"mlp\", width = 16, layers = 1 }");
    let (folder, scenario) = scenario(&text);
    let (out, state) = (shown(folder.path().join("out")), folder.path().join("out.state"));
    let run = [&["run", &scenario, "--out", &out, "--quiet"], &LOST[..]].concat();
    let (_, first) = ends(1, &run);
    assert!(first.contains("3 cells came to nothing, the others are written"), "{first}");
    let whole = bytes(&out);
    let kept = parts(&state);
    let (_, again) = ends(1, &run);
    assert_eq!((first, bytes(&out), parts(&state)), (again, whole.clone(), kept), "nothing is trained again");
    let (stdout, _) = ends(0, &["status", &out]);
    assert!(stdout.contains("6 came to nothing") && stdout.contains("lower the rate"), "{stdout}");
    // In shards it is the same.
    let all = shards("run", &scenario, 2, folder.path(), &LOST);
    let merged = shown(folder.path().join("merged"));
    ends(1, &["merge", &all[0], &all[1], "--out", &merged, "--quiet"]);
    assert_eq!(bytes(&merged), whole);
    // Who wants to know at once.
    let fast = shown(folder.path().join("fast"));
    let run = ["run", &scenario, "--out", &fast, "--quiet", "--fail-fast"];
    let (_, stderr) = ends(1, &[&run[..], &LOST].concat());
    assert!(stderr.contains("lower the rate") && !Path::new(&fast).exists(), "{stderr}");
}

/// Sweeps of more cells than are there at once: over overseers alone, over strategies and budgets too, and zipped.
const LARGE: [&str; 3] = [
    "\"overseer.human.error.rate\" = { from = 0.0, to = 0.49, step = 0.01 }\n\
     \"overseer.human.budget\" = { from = 1, to = 205, step = 1 }",
    "\"protocol.debate.turns\" = { from = 1, to = 30, step = 1 }\n\
     \"overseer.human.error.rate\" = { from = 0.0, to = 0.36, step = 0.001 }",
    "mode = \"zip\"\n\"seed\" = { from = 1, to = 10500, step = 1 }\n\
     \"overseer.human.error.rate\" = { from = 0.0, to = 0.10499, step = 0.00001 }",
];

#[test]
fn a_large_sweep_is_that_of_one_that_is_played_at_once() {
    are_alike(&LARGE[1..2]);
}

#[test]
#[ignore = "half a minute"]
fn other_large_sweeps_are_so_too() {
    are_alike(&[LARGE[0], LARGE[2]]);
}

fn are_alike(sweeps: &[&str]) {
    for sweep in sweeps {
        let text = SMALL.replace("trials = 200", "trials = 3");
        let text = format!(
            "{text}[sweep]\n{sweep}\n[[expect]]\ncolumn = \"trials\"\nvalue = 3\nwithin = 0\nbecause = \"asked\"\n"
        );
        let (folder, path) = scenario(&text);
        let out = shown(folder.path().join("out"));
        ends(0, &["run", &path, "--out", &out, "--quiet"]);
        let made = bytes(&out);
        // The same cells, all at once.
        let none = |file: &str| Err(format!("{file}: no files here"));
        let source = Source { file: "mine.toml", stem: "mine", text: &text, files: &none };
        let large = read(&source, &Overrides::default()).expect("a scenario");
        let outline = large.large.as_deref().expect("a large one");
        let points: Vec<u64> = (0..outline.points()).collect();
        let cells = outline.cells(&points).expect("fine points");
        let refs: Vec<&CellSpec> = cells.iter().collect();
        let records = play(&cells, &Conditions::default()).expect("cells that can be played");
        let scenario = Scenario { cells: cells.clone(), large: None, ..large.clone() };
        let (with_trials, optimised, matches) = (false, false, &[][..]);
        let played =
            Played { scenario: &scenario, cells: &refs, records: &records, with_trials, optimised, matches };
        let outcome = played.outcome().expect("tables");
        for (name, text) in &outcome.files {
            assert!(made[name] == text.as_bytes(), "{sweep}: {name} differs");
        }
        assert_eq!(made.len(), outcome.files.len() + 1);
        assert_eq!(made["manifest.json"], outcome.manifest.to_string().into_bytes());
    }
}

#[test]
#[ignore = "a minute"]
fn a_large_sweep_goes_on_comes_in_shards_and_is_reproduced() {
    let text = format!("{}[sweep]\n{}\n", SMALL.replace("trials = 200", "trials = 2"), LARGE[1]);
    let (folder, path) = scenario(&text);
    let (out, merged) = (shown(folder.path().join("out")), shown(folder.path().join("merged")));
    let state = folder.path().join("out.state");
    ends(0, &["run", &path, "--out", &out, "--quiet"]);
    let whole = bytes(&out);
    let journal = fs::read(state.join("parts.journal")).expect("a journal");
    fs::write(state.join("parts.journal"), &journal[..journal.len() / 3]).expect("written");
    ends(0, &["run", &path, "--out", &out, "--quiet"]);
    assert_eq!((bytes(&out) == whole, length(&state)), (true, journal.len() as u64));
    let all = shards("run", &path, 3, folder.path(), &[]);
    ends(0, &["merge", &all[0], &all[1], &all[2], "--out", &merged, "--quiet"]);
    assert!(bytes(&merged) == whole);
    let lost = Path::new(&all[1]).join("parts.journal");
    let journal = fs::read(&lost).expect("a journal");
    fs::write(&lost, &journal[..journal.len() - 1000]).expect("written");
    let (_, stderr) = ends(3, &["merge", &all[0], &all[1], &all[2], "--out", &merged, "--quiet"]);
    assert!(stderr.contains("--array=2") && stderr.contains("lacks"), "{stderr}");
    let (stdout, _) = ends(0, &["reproduce", &out, "--cells", "40", "--quiet"]);
    assert!(stdout.contains("reproduced, 40 cells"), "{stdout}");
    let (stdout, _) = ends(0, &["reproduce", &out, "--quiet"]);
    assert!(stdout.contains("reproduced, 21660 cells"), "{stdout}");
    // A cell alone is its row of the whole.
    let cells = String::from_utf8(whole["cells.csv"].clone()).expect("UTF-8");
    let row = cells.lines().nth(15_000).expect("a row");
    let id = row.split(',').next().expect("an id");
    ends(0, &["run", &path, "--cell", id, "--out", &merged, "--quiet"]);
    let one = fs::read_to_string(Path::new(&merged).join("cells.csv")).expect("a table");
    assert_eq!(one.lines().nth(1), Some(row));
    let changed = cells.replacen(row, &row.replace(",2,", ",3,"), 1);
    fs::write(Path::new(&out).join("cells.csv"), changed).expect("written");
    let (stdout, _) = ends(4, &["reproduce", &out, "--quiet"]);
    assert!(stdout.contains(id), "{stdout}");
    let (_, stderr) = ends(2, &["run", &path, "--out", &out, "--report"]);
    assert!(stderr.contains("not for a sweep of 21660 cells"), "{stderr}");
    let (stdout, _) = ends(0, &["check", &path]);
    assert!(stdout.contains("21660 cells") && stdout.contains("43320 matches"), "{stdout}");
}

#[test]
fn progress_is_told_to_programs() {
    let (_folder, scenario, out) = small();
    let (_, stderr) = ends(0, &["run", &scenario, "--out", &out, "--progress", "json", "--quiet"]);
    let events: Vec<Json> = stderr.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let last = &events[events.len() - 2];
    assert_eq!((last["matches"].as_u64(), last["of_matches"].as_u64()), (Some(400), Some(400)), "{stderr}");
    assert_eq!((last["cells"].as_u64(), last["failed"].as_u64()), (Some(2), Some(0)), "{stderr}");
    let (stdout, _) = ends(0, &["status", &out, "--json"]);
    let status: Json = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((status["how"].as_str(), status["cells"].as_u64()), (Some("done"), Some(2)));
}

#[test]
fn a_resolved_scenario_is_played_as_what_it_was_made_of() {
    let (folder, scenario) = scenario(MIXED);
    let (out, again) = (shown(folder.path().join("out")), shown(folder.path().join("again")));
    ends(0, &["run", &scenario, "--trials", "80", "--out", &out, "--quiet"]);
    let manifest = shown(Path::new(&out).join("manifest.json"));
    ends(0, &["run", &manifest, "--out", &again, "--quiet"]);
    assert_eq!(bytes(&out), bytes(&again));
    let (_, stderr) = ends(2, &["run", &manifest, "--trials", "9"]);
    assert!(stderr.contains("takes no changes"), "{stderr}");
}
