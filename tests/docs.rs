//! What the documents promise: every cited key is in REFERENCES.md, and imports go down the floors.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 20, "the sources were found");
    files
        .iter()
        .map(|f| {
            (
                f.strip_prefix(&root).expect("below src").display().to_string(),
                fs::read_to_string(f).expect("text"),
            )
        })
        .collect()
}

/// Keys like `[Irving2018]`, and `source` fields that name one.
fn keys(text: &str) -> Vec<String> {
    let is_key = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.len() == letters.len() + 4
            && letters.len() > 2
            && letters.starts_with(|c: char| c.is_ascii_uppercase())
            && letters.chars().all(char::is_alphabetic)
    };
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| is_key(word)).map(Into::into).collect()
}

#[test]
fn every_cited_key_is_in_the_references() {
    let references = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("REFERENCES.md"))
        .expect("REFERENCES.md");
    let mut cited = 0;
    for (file, text) in all() {
        for key in keys(&text) {
            cited += 1;
            assert!(
                references.contains(&format!("[{key}]")),
                "{file} cites {key}, which REFERENCES.md lacks"
            );
        }
    }
    assert!(cited > 5, "the keys were found");
}

#[test]
fn imports_go_down_the_floors() {
    // A floor may name only those before it.
    let floors: &[&[&str]] = &[
        &["units", "claim", "shape", "streams"],
        &["tasks", "agents", "overseers", "pixels"],
        &["learners"],
        &["scenario", "records"],
        &["stats"],
        &["world"],
        &["systems"],
        &["tournament"],
        &["report"],
        &["store"],
        &["cli"],
    ];
    let floor = |module: &str| floors.iter().position(|names| names.contains(&module));
    for (file, text) in all() {
        let module = file.split(['/', '.']).next().expect("a first part");
        let Some(own) = floor(module) else {
            assert!(["lib", "main"].contains(&module), "{file}: {module} is on no floor");
            continue;
        };
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let named = part.split(|c: char| !c.is_alphanumeric() && c != '_').next().expect("a name");
                let Some(other) = floor(named) else { continue };
                assert!(other <= own, "{file}: `{line}` imports up the floors");
            }
        }
    }
}

#[test]
fn imports_are_written_so_that_they_can_be_checked() {
    for (file, text) in all() {
        let code = || text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        for way_round in ["crate::{", "super::super::", "std::{", "use crate as", "use std as"] {
            let found = code().find(|line| line.contains(way_round));
            assert_eq!(found, None, "{file}: {way_round} hides what it imports; name one module a line");
        }
        let upper = ["scenario", "world", "systems", "tournament", "stats", "report", "store", "cli"];
        let hides = |line: &&str| upper.iter().any(|module| line.contains(&format!("super::{module}::")));
        assert_eq!(code().find(hides), None, "{file}: say crate:: of another floor");
    }
}

#[test]
fn each_room_keeps_its_tools_to_itself() {
    let rules: &[(&str, &[&str])] = &[
        ("bevy_ecs", &["world/", "systems/", "tournament/"]),
        ("candle_core", &["learners/"]),
        // Tests write pages for a browser to open, and the file that other readers of Parquet are tried on.
        ("std::fs", &["store/", "report/page/tests.rs", "report/parquet/tests.rs"]),
        ("File::open", &["store/"]),
        ("SystemTime", &["cli/"]),
        ("Instant", &["cli/", "report/page/tests.rs"]),
    ];
    for (file, text) in all() {
        for (tool, rooms) in rules {
            let uses = text.lines().any(|line| !line.trim().starts_with("//") && line.contains(tool));
            assert!(
                !uses || rooms.iter().any(|room| file.starts_with(room)),
                "{file} uses {tool}; it belongs in {rooms:?}"
            );
        }
    }
}

/// Who may ask the fence what is true, and why: counted, so that one more call has to be argued for here.
const ASKS_THE_TRUTH: &[(&str, &str, usize)] = &[
    // What is perceived, under a perturbation decided without the truth.
    ("world/mind.rs", "observe", 4),
    ("world/judgement.rs", "observe", 4),
    // What the truth adds to a strength, as the task says; acts that erred, for the books.
    ("systems/judge/debate.rs", "stands", 1),
    ("systems/judge/debate.rs", "advantage_if", 2),
    ("systems/judge/consultancy.rs", "stands", 1),
    ("systems/judge/consultancy.rs", "advantage_if", 1),
    ("systems/judge/verification.rs", "holds", 1),
    ("systems/judge/pixels.rs", "stands", 1),
    ("systems/answer/mod.rs", "holds", 1),
    // The recorder; the trace; the question that distillation is measured on.
    ("systems/sight.rs", "holds", 1),
    ("systems/record.rs", "holds", 1),
    ("systems/record.rs", "hold_all", 1),
    ("systems/record.rs", "stands", 1),
    ("systems/distil.rs", "holds", 1),
    ("tournament/trace.rs", "holds", 1),
    ("tournament/trace.rs", "show_truth", 1),
    ("world/spawn.rs", "question_at_level", 1),
    ("world/spawn.rs", "question_to_learn", 1),
];

/// What a picture shows is in its gallery and its family, which players see: its label is behind the fence all the same.
#[test]
fn nobody_at_play_reads_a_label() {
    for (file, text) in all() {
        let plays = file.starts_with("systems/") || file.starts_with("world/") && file != "world/ground.rs";
        for way in [".gallery(", ".truth(", ".is_right(", ".generate("] {
            let reads = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(way));
            let draws = file == "world/spawn.rs" && way == ".generate(";
            assert!(!plays || !reads || draws, "src/{file} asks {way}: it may know the truth by that");
        }
    }
}

#[test]
fn the_truth_is_asked_for_only_where_it_may_be() {
    const QUESTIONS: &[&str] = &[
        "observe",
        "holds",
        "hold_all",
        "stands",
        "advantage_if",
        "show_truth",
        "question_at_level",
        "question_to_learn",
    ];
    for (file, text) in all().iter().filter(|(file, _)| file != "world/ground.rs") {
        for question in QUESTIONS {
            // `observe` stands for all of its kind, such as `observe_claim`.
            let is_call = |line: &str| {
                let line = line.trim_start();
                !line.starts_with("//") && line.contains(&format!(".{question}")) && {
                    let rest = &line
                        [line.find(&format!(".{question}")).expect("it is there") + 1 + question.len()..];
                    rest.starts_with('(') || (*question == "observe" && rest.starts_with('_'))
                }
            };
            let calls = text.lines().filter(|line| is_call(line)).count();
            let allowed = ASKS_THE_TRUTH.iter().find(|(f, q, _)| f == file && q == question);
            let allowed = allowed.map_or(0, |(_, _, count)| *count);
            assert_eq!(calls, allowed, "src/{file} asks the fence `{question}`: see ASKS_THE_TRUTH");
        }
    }
}
