//! Damaged results: each comes with a message, none with a panic.

use super::{HEADER, Stored, compare, one};
use serde_json::json;

/// A result with one value of its only row replaced.
fn with(column: &str, value: &str) -> Stored {
    let mut stored = one(48, 80);
    let at = HEADER.split(',').position(|name| name == column).expect("a column");
    let cells = stored.files.get_mut("cells.csv").expect("there");
    let mut values: Vec<&str> = cells.lines().nth(1).expect("a row").split(',').collect();
    values[at] = value;
    *cells = format!("{HEADER}\n{}\n", values.join(","));
    stored
}

#[test]
fn damage_is_told_with_its_place_and_a_remedy() {
    let check = |damaged: Stored, wanted: &str| {
        let message = compare(&one(48, 80), &damaged).expect_err("it is damaged");
        assert_eq!(message, format!("second: {wanted}; the file is damaged, run the scenario again"));
    };
    let line = |wanted: &str| format!("cells.csv, line 2: {wanted}");
    check(with("cost_mean", "x"), &line("cost_mean: want a number or nothing, got \"x\""));
    check(with("cost_mean", "NaN"), &line("cost_mean: want a number or nothing, got \"NaN\""));
    check(with("accuracy", ""), &line("accuracy: want 0 to 1, got nothing"));
    check(with("accuracy", "60"), &line("accuracy: want 0 to 1, got 60"));
    check(with("accuracy_high", ""), &line("accuracy_low and accuracy_high: want both or neither, got one"));
    check(
        with("accuracy_high", "0.1"),
        &line("accuracy_low: want at most accuracy_high, 0.1, got 0.4904546500516039"),
    );
}

#[test]
fn damaged_files_are_told() {
    let check = |change: fn(&mut Stored), wanted: &str| {
        let mut damaged = one(48, 80);
        change(&mut damaged);
        let message = compare(&damaged, &one(48, 80)).expect_err("it is damaged");
        assert_eq!(message, format!("first: {wanted}; the file is damaged, run the scenario again"));
    };
    fn cells(stored: &mut Stored) -> &mut String {
        stored.files.get_mut("cells.csv").expect("there")
    }
    check(|s| drop(s.files.remove("cells.csv")), "no cells.csv");
    check(|s| cells(s).push_str("one,two\n"), "cells.csv, line 3: want 17 values, got 2");
    check(
        |s| *cells(s) = cells(s).replace("right,", "wrong,"),
        "cells.csv, line 1: want a column right, got none",
    );
    check(
        |s| {
            let row = cells(s).lines().nth(1).expect("a row").to_owned() + "\n";
            cells(s).push_str(&row);
        },
        "cells.csv, line 3: want every cell once, got debate|human|tree|overseer.human.error.rate=0.1 here and in \
         line 2",
    );
    check(|s| s.manifest = json!([1]), "manifest.json, scenario: want an object, got null");
    check(|s| s.manifest["seed"] = json!("x"), "manifest.json, seed: want a number, got \"x\"");
    check(
        |s| s.manifest["failed"] = json!([]),
        "manifest.json, failed: want a reason for each cell that failed, got []",
    );
    check(
        |s| s.manifest["failed"] = json!({"debate|human|tree|overseer.human.error.rate=0.1": "no"}),
        "manifest.json, failed: debate|human|tree|overseer.human.error.rate=0.1 has numbers in cells.csv",
    );
}

#[test]
fn no_cut_and_no_flipped_byte_panics() {
    let whole = one(48, 80);
    let text = whole.files["cells.csv"].clone();
    let mut told = [0, 0];
    let mut tries = |text: String| {
        let mut damaged = whole.clone();
        damaged.files.insert("cells.csv".into(), text.clone());
        damaged.files.insert("pairs.csv".into(), text);
        let both = [compare(&whole, &damaged), compare(&damaged, &whole)];
        for diff in both {
            told[usize::from(diff.is_err())] += 1;
            if let Ok(diff) = diff {
                assert!(
                    !diff.same() && diff.to_string().lines().all(|line| line.chars().count() <= 100),
                    "{diff}"
                );
            }
        }
    };
    for at in 0..text.len() {
        tries(text[..at].into());
        for other in ["", "\"", ",", "\n", "é", "-9"] {
            tries(format!("{}{other}{}", &text[..at], &text[at + 1..]));
        }
    }
    assert!(told[0] > 100 && told[1] > 100, "{told:?}");
}
