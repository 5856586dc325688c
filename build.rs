//! Tells the program which commit it is built from, for the provenance of results.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/refs/heads");
    // Built from an archive there is no commit to tell, and none is told.
    if let Ok(output) = Command::new("git").args(["rev-parse", "HEAD"]).output()
        && output.status.success()
    {
        println!("cargo:rustc-env=ELENCHUS_COMMIT={}", String::from_utf8_lossy(&output.stdout).trim());
    }
}
