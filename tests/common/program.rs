//! The program, as tests start it.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn elenchus(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elenchus"));
    command.current_dir(root()).args(arguments).output().expect("the program starts")
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Runs, and asserts the exit code; gives stdout and stderr.
#[track_caller]
pub fn ends(code: i32, arguments: &[&str]) -> (String, String) {
    let output = elenchus(arguments);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{stdout}\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    (stdout, stderr)
}

/// A folder of this test's own, with files in it.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    folder
}

pub fn shown(path: PathBuf) -> String {
    path.display().to_string()
}

/// A scenario that takes no time.
pub const SMALL: &str = r#"
trials = 200
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

/// The small scenario and a place for its result.
pub fn small() -> (tempfile::TempDir, String, String) {
    let folder = folder(&[("small.toml", SMALL.as_bytes())]);
    let (scenario, out) = (shown(folder.path().join("small.toml")), shown(folder.path().join("result")));
    (folder, scenario, out)
}
