//! Small results, made by hand, with known differences.

mod damage;
mod settings;
mod shown;

use super::*;
use crate::stats::LEVEL;
use crate::stats::proportion::wilson;
use serde_json::json;

/// A result to be changed: its files and its manifest.
#[derive(Clone)]
struct Stored {
    files: BTreeMap<String, String>,
    manifest: Json,
}

const HEADER: &str = "id,protocol,preset,overseer,task,family,agents,overseer.human.error.rate,seed,replicates,\
                      trials,right,abstained,accuracy,accuracy_low,accuracy_high,cost_mean";

/// A row of a cell at an error rate; the interval follows from the counts unless it is given.
fn row(protocol: &str, rate: &str, counts: (u64, u64), replicates: u64, interval: &str) -> String {
    let (right, trials) = counts;
    let (low, high) = wilson(right, trials, LEVEL);
    let interval = if interval == "score" { format!("{low},{high}") } else { interval.into() };
    let accuracy = right as f64 / trials as f64;
    format!(
        "{protocol}|human|tree|overseer.human.error.rate={rate},{protocol},{protocol},human,tree,claim_tree,expert,\
         {rate},7,{replicates},{trials},{right},0,{accuracy},{interval},2"
    )
}

fn stored(rows: &[String]) -> Stored {
    let cells = format!("{HEADER}\n{}\n", rows.join("\n"));
    let manifest = json!({
        "semantics": 5,
        "seed": 7,
        "cell": null,
        "scenario": {
            "name": "small",
            "seed": 7,
            "trials": 80,
            "replicates": 1,
            "overseer": [{"name": "human", "reach": 1, "error": {"kind": "uniform", "rate": 0.1}}],
            "task": [{"name": "tree", "depth": 3}, {"name": "tree two", "depth": 4}],
            "agent": [{"name": "expert", "skill": 0.5}],
            "sweep": {"overseer.human.error.rate": {"values": [0.0, 0.1]}},
        },
    });
    Stored { files: BTreeMap::from([("cells.csv".into(), cells)]), manifest }
}

/// One cell, debate, with these counts.
fn one(right: u64, trials: u64) -> Stored {
    stored(&[row("debate", "0.1", (right, trials), 1, "score")])
}

fn compare(a: &Stored, b: &Stored) -> Result<Diff, String> {
    diff(
        &Side { name: "first", files: &a.files, manifest: &a.manifest },
        &Side { name: "second", files: &b.files, manifest: &b.manifest },
    )
}

fn compared(a: &Stored, b: &Stored) -> Diff {
    compare(a, b).expect("both are whole")
}

fn close(ours: f64, theirs: f64, within: f64, what: &str) {
    assert!((ours - theirs).abs() <= within, "{what}: {ours}, want {theirs}");
}

#[test]
fn a_result_is_the_same_as_itself() {
    let a = one(48, 80);
    let diff = compared(&a, &a);
    assert!(diff.same());
    assert_eq!((diff.shared, diff.cells.len()), (1, 0));
    assert_eq!(diff.to_string(), "the same result\n  A: first\n  B: second\n");
}

#[test]
fn the_published_difference_is_met() {
    // [NewcombeDifference1998], method 10: 56 of 70 less 48 of 80 is .2, .0524 to .3339.
    let diff = compared(&one(48, 80), &one(56, 70));
    let accuracy = diff.cells[0].accuracy;
    close(accuracy.difference, 0.2, 1e-12, "difference");
    let (low, high) = accuracy.interval.expect("both have one");
    close(low, 0.0524, 5e-5, "low");
    close(high, 0.3339, 5e-5, "high");
    assert!(accuracy.beyond_chance && accuracy.freedom.is_none());
    // Standard errors towards 0: 1.95996 x .2 / (.2 - .0524) = 2.656, of which normal tables give p = .0079.
    close(accuracy.standard_errors.expect("an interval"), 2.656, 2e-3, "standard errors");
    close(accuracy.p.expect("an interval"), 0.0079, 5e-5, "p");
    assert_eq!(diff.verdict, "1 of 1 shared cell differs, 1 beyond chance (95 %)");
    assert!(!diff.same());
    let changed: Vec<(&str, Option<f64>)> =
        diff.cells[0].changes.iter().map(|change| (change.column.as_str(), change.difference)).collect();
    assert_eq!(changed[..2], [("trials", Some(-10.0)), ("right", Some(8.0))]);
    let columns: Vec<&str> = changed.iter().map(|(column, _)| *column).collect();
    assert_eq!(columns, ["trials", "right", "accuracy", "accuracy_low", "accuracy_high"]);
}

#[test]
fn p_is_below_five_percent_where_the_interval_excludes_0() {
    for right in 0..=80 {
        for replicates in [1, 4] {
            let interval = if replicates == 1 { "score".to_owned() } else { wide(right) };
            let b = stored(&[row("debate", "0.1", (right, 80), replicates, &interval)]);
            let diff = compared(&one(48, 80), &b);
            let Some(cell) = diff.cells.first() else { continue };
            let p = cell.accuracy.p.expect("an interval");
            assert_eq!(p < 0.05, cell.accuracy.beyond_chance, "{right}: {:?}", cell.accuracy);
        }
    }
}

/// An interval as no counts give it.
fn wide(right: u64) -> String {
    let accuracy = right as f64 / 80.0;
    format!("{},{}", (accuracy - 0.1).max(0.0), (accuracy + 0.1).min(1.0))
}

#[test]
fn replicates_are_told_by_student() {
    // .8 less .5, each within .1: half width sqrt(.02), 4 degrees of freedom, t(4) = 2.77645: 5.88973 standard
    // errors, two-sided p = .00415524 by the closed form at 4 degrees.
    let cell = |right, interval: &str| stored(&[row("debate", "0.1", (right, 1000), 5, interval)]);
    let diff = compared(&cell(500, "0.4,0.6"), &cell(800, "0.7,0.9"));
    let accuracy = diff.cells[0].accuracy;
    assert_eq!(accuracy.freedom, Some(4));
    close(accuracy.standard_errors.expect("an interval"), 5.889_729_48, 1e-7, "standard errors");
    close(accuracy.p.expect("an interval"), 0.004_155_242, 1e-8, "p");
    // The fewer replicates of two decide.
    let few = stored(&[row("debate", "0.1", (800, 1000), 3, "0.7,0.9")]);
    assert_eq!(compared(&cell(500, "0.4,0.6"), &few).cells[0].accuracy.freedom, Some(2));
    assert_eq!(compared(&few, &cell(500, "0.4,0.6")).cells[0].accuracy.freedom, Some(2));
    // Replicates of independent trials have a score interval, and many degrees.
    let diff = compared(&cell(500, "score"), &cell(800, "score"));
    assert_eq!(diff.cells[0].accuracy.freedom, None);
}

#[test]
fn swapped_everything_mirrors() {
    let mut a = stored(&[
        row("debate", "0.1", (48, 80), 1, "score"),
        row("debate", "0", (20, 80), 5, "0.2,0.4"),
        row("trust", "0", (10, 80), 1, ","),
        row("vote", "0", (10, 80), 1, "score"),
    ]);
    let mut b = stored(&[
        row("debate", "0", (60, 80), 5, "0.6,0.8"),
        row("debate", "0.1", (56, 70), 1, "score"),
        row("trust", "0", (30, 80), 1, ","),
        row("critique", "0", (30, 80), 1, "score"),
    ]);
    a.manifest["failed"] = json!({"unaided|human|tree": "it burst"});
    b.manifest["failed"] = json!({"unaided|human|tree": "it leaked"});
    b.manifest["scenario"]["overseer"][0]["reach"] = json!(2);
    a.files.insert("pairs.csv".into(), "x,y\n1,2\n".into());
    b.files.insert("pairs.csv".into(), "x,y\n1,3\n".into());
    b.files.insert("rounds.csv".into(), String::new());
    let (there, back) = (compared(&a, &b), compared(&b, &a));
    let mut mirrored = back.clone();
    (mirrored.only_a, mirrored.only_b) = (back.only_b, back.only_a);
    mirrored.settings.iter_mut().for_each(|setting| std::mem::swap(&mut setting.a, &mut setting.b));
    mirrored.failed.iter_mut().for_each(|failed| std::mem::swap(&mut failed.a, &mut failed.b));
    for cell in &mut mirrored.cells {
        let own = cell.accuracy;
        (cell.accuracy.a, cell.accuracy.b) = (own.b, own.a);
        cell.accuracy.difference = -own.difference;
        cell.accuracy.interval = own.interval.map(|(low, high)| (-high, -low));
        cell.accuracy.standard_errors = own.standard_errors.map(|errors| -errors);
        for change in &mut cell.changes {
            std::mem::swap(&mut change.a, &mut change.b);
            change.difference = change.difference.map(|d| -d);
        }
    }
    for state in mirrored.tables.values_mut() {
        match state {
            State::Differs(place) => std::mem::swap(&mut place.a, &mut place.b),
            State::OnlyA => *state = State::OnlyB,
            _ => {}
        }
    }
    assert_eq!(there, mirrored);
    assert_eq!((there.only_a.len(), there.only_b.len(), there.failed.len(), there.cells.len()), (1, 1, 1, 3));
}

#[test]
fn the_biggest_difference_comes_first() {
    let cells = |counts: [u64; 4], last: &str| {
        stored(&[
            row("none", "0", (counts[0], 80), 1, ","),
            row("small", "0", (counts[1], 80), 1, "score"),
            row("big", "0", (counts[2], 80), 1, "score"),
            format!("{}{last}", row("cost alone", "0", (counts[3], 80), 1, "score")),
        ])
    };
    let diff = compared(&cells([10, 40, 40, 40], ""), &cells([70, 43, 20, 40], ".5"));
    let order: Vec<&str> = diff.cells.iter().map(|cell| cell.parts[0].1.as_str()).collect();
    assert_eq!(order, ["big", "small", "none", "cost alone"]);
    // The cell without an interval is not tested; the one with the same accuracy is, in vain.
    let chance = diff.chance;
    assert_eq!((chance.tested, chance.beyond, chance.beyond_holm), (3, 1, 1));
    close(chance.expected, 0.15, 1e-12, "5 % of three");
    assert_eq!(diff.cells[2].accuracy.interval, None);
    assert_eq!(diff.cells[3].accuracy.p, Some(1.0));
    assert_eq!(diff.verdict, "4 of 4 shared cells differ, 1 beyond chance (95 %)");
    // Holm: the least of three p-values three times, the next twice.
    let [big, small] = [0, 1].map(|at| diff.cells[at].accuracy);
    close(big.p_holm.expect("tested"), 3.0 * big.p.expect("tested"), 1e-15, "Holm, first");
    close(small.p_holm.expect("tested"), (2.0 * small.p.expect("tested")).min(1.0), 1e-15, "Holm, second");
}

#[test]
fn standard_errors_count_before_size() {
    let cells = |few, many| {
        stored(&[row("few", "0", (few, 20), 1, "score"), row("many", "0", (many, 20_000), 1, "score")])
    };
    let diff = compared(&cells(10, 10_000), &cells(12, 11_000));
    let order: Vec<&str> = diff.cells.iter().map(|cell| cell.parts[0].1.as_str()).collect();
    assert_eq!(order, ["many", "few"]);
    assert!(diff.cells[0].accuracy.difference < diff.cells[1].accuracy.difference);
}

#[test]
fn columns_of_one_alone_are_told_once() {
    let a = one(48, 80);
    let mut b = one(50, 80);
    let cells = b.files.get_mut("cells.csv").expect("there");
    *cells = cells.replace(",cost_mean", "").replace(",2\n", "\n");
    let diff = compared(&a, &b);
    assert_eq!(
        (diff.columns_only_a.as_slice(), diff.columns_only_b.len()),
        (&["cost_mean".to_owned()][..], 0)
    );
    assert!(diff.cells[0].changes.iter().all(|change| change.column != "cost_mean"));
    assert!(diff.to_string().contains("\ncolumns that A alone has: cost_mean\n"), "{diff}");
}

#[test]
fn without_intervals_nothing_is_told() {
    let cell = |right| stored(&[row("ida", "0", (right, 80), 1, ",")]);
    let diff = compared(&cell(10), &cell(70));
    assert_eq!(diff.verdict, "1 of 1 shared cell differs, none has an interval to judge it by");
    assert_eq!(diff.chance.tested, 0);
    assert!(diff.to_string().contains("+75.00  one run, none"), "{diff}");
    assert!(!diff.to_string().contains("beyond chance"), "{diff}");
}

#[test]
fn the_same_numbers_from_other_settings() {
    let a = one(48, 80);
    let mut b = a.clone();
    b.manifest["scenario"]["about"] = json!("in other words");
    b.manifest["scenario"]["agent"][0]["skill"] = json!(0.6);
    let diff = compared(&a, &b);
    assert!(!diff.same());
    assert_eq!(diff.verdict, "the same numbers, from scenarios that differ in: about, agent.expert.skill");
    for at in 0..50 {
        b.manifest["scenario"][format!("s{at}")] = json!(at);
    }
    let verdict = compared(&a, &b).verdict;
    assert!(
        verdict.contains("skill, s0, s1")
            && verdict.ends_with(" more")
            && verdict.len() <= 100
            && verdict.len() > 90,
        "{verdict}"
    );
}

#[test]
fn numbers_are_compared_as_text_then_as_numbers() {
    let a = one(48, 80);
    let mut b = a.clone();
    let cells = b.files.get_mut("cells.csv").expect("there");
    *cells = cells.replace(",0.6,", ",0.60,");
    let diff = compared(&a, &b);
    assert!(!diff.same() && diff.cells.is_empty() && !diff.cells_same_bytes);
    assert_eq!(diff.verdict, "no difference in 1 shared cell; cells.csv is written differently");
    // A swept value is text: its cell is another one.
    let cells = b.files.get_mut("cells.csv").expect("there");
    *cells = cells.replace("rate=0.1,", "rate=0.10,");
    assert_eq!(compared(&a, &b).shared, 0);
    // And so is a name.
    let named = |name: &str| {
        let mut stored = a.clone();
        let cells = stored.files.get_mut("cells.csv").expect("there");
        *cells = cells.replace(",expert,", &format!(",{name},"));
        stored
    };
    let diff = compared(&named("1"), &named("1.0"));
    let change = Change { column: "agents".into(), a: "1".into(), b: "1.0".into(), difference: None };
    assert_eq!(diff.cells[0].changes, [change]);
    assert_eq!(diff.verdict, "1 of 1 shared cell differs, none in accuracy");
}

#[test]
fn questions_are_the_same_from_one_seed_for_one_task() {
    let check = |change: fn(&mut Stored), shared: usize| {
        let (a, mut b) = (one(48, 80), one(50, 80));
        change(&mut b);
        let diff = compared(&a, &b);
        assert_eq!(diff.chance.same_questions, shared, "{:?}", diff.settings);
        assert_eq!(diff.to_string().contains("the same questions (equal seed and trials)"), shared == 1);
    };
    check(|_| {}, 1);
    check(|b| b.manifest["scenario"]["overseer"][0]["reach"] = json!(2), 1);
    check(|b| b.manifest["scenario"]["task"][1]["depth"] = json!(9), 1);
    check(|b| b.manifest["scenario"]["task"][0]["depth"] = json!(9), 0);
    check(|b| b.manifest["semantics"] = json!(6), 0);
    check(|b| *b = one(50, 81), 0);
    check(
        |b| {
            let cells = b.files.get_mut("cells.csv").expect("there");
            *cells = cells.replace(",7,1,80,", ",8,1,80,");
        },
        0,
    );
}

#[test]
fn cells_that_fail_are_told() {
    let check = |a: Json, b: Json, failed: usize, only_a: usize, shared: usize| {
        let (mut left, mut right) = (one(48, 80), one(48, 80));
        (left.manifest["failed"], right.manifest["failed"]) = (a, b);
        let diff = compared(&left, &right);
        assert_eq!((diff.failed.len(), diff.only_a.len(), diff.shared), (failed, only_a, shared));
        assert_eq!(diff.same(), failed + only_a == 0);
    };
    check(json!({"ida": "nan"}), json!({"ida": "nan"}), 0, 0, 1);
    check(json!({"ida": "nan"}), json!({"ida": "inf"}), 1, 0, 1);
    check(json!({"ida": "nan"}), json!(null), 0, 1, 1);
    // Numbers in one, a failure in the other.
    let a = one(48, 80);
    let mut b = stored(&[]);
    b.files.insert("cells.csv".into(), String::new());
    b.manifest["failed"] = json!({"debate|human|tree|overseer.human.error.rate=0.1": "diverged\nat once"});
    let diff = compared(&a, &b);
    assert_eq!((diff.failed[0].a.as_deref(), diff.failed[0].b.as_deref()), (None, Some("diverged\nat once")));
    assert!(diff.columns_only_a.is_empty() && diff.axes.is_none());
    assert!(diff.to_string().contains("    A: has numbers\n    B: diverged at once\n"), "{diff}");
}

#[test]
fn an_axis_in_one_alone_comes_with_a_remedy() {
    let a = one(48, 80);
    let mut b = a.clone();
    let cells = b.files.get_mut("cells.csv").expect("there");
    *cells = cells.replace("overseer.human.error.rate,", "").replace("|overseer.human.error.rate=0.1", "");
    *cells = cells.replace("expert,0.1,", "expert,");
    let diff = compared(&a, &b);
    assert_eq!(diff.axes, Some([vec!["overseer.human.error.rate".into()], vec![]]));
    assert_eq!(diff.verdict, "no cell has numbers in both results");
    let text = diff.to_string().replace("\n  ", " ");
    let remedy = "Only A sweeps overseer.human.error.rate: run B over the same (`elenchus sweep SCENARIO --over \
                  overseer.human.error.rate=VALUE`; one value will do), or A without.";
    assert!(text.contains(remedy), "{text}");
    let text = compared(&b, &a).to_string().replace("\n  ", " ");
    assert!(text.contains("Only B sweeps"), "{text}");
    // Other names are another matter.
    let diff = compared(&a, &stored(&[row("vote", "0.1", (48, 80), 1, "score")]));
    assert!(diff.axes.is_none() && diff.to_string().contains("Give what is to be compared the same names"));
}

#[test]
fn other_tables_are_told_by_their_first_difference() {
    let check = |name: &str, a: &str, b: &str, wanted: State| {
        let (mut left, mut right) = (one(48, 80), one(48, 80));
        left.files.insert(name.into(), a.into());
        right.files.insert(name.into(), b.into());
        let diff = compared(&left, &right);
        assert_eq!(diff.tables[name], wanted);
        assert_eq!(diff.same(), wanted == State::Same);
    };
    let place = |line, column: &str, a: &str, b: &str| {
        let value = |text: &str| (text != "-").then(|| text.to_owned());
        State::Differs(Place { line, column: column.into(), a: value(a), b: value(b) })
    };
    check("pairs.csv", "x,y\n1,2\n", "x,y\n1,2\n", State::Same);
    check("pairs.csv", "x,y\n1,2\n", "x,y\n\"1\",2\n", State::Written);
    check("pairs.csv", "x,y\n1,2\n3,4\n", "x,y\n1,2\n3,5\n", place(3, "y", "4", "5"));
    check("pairs.csv", "x,y\n1,2\n", "x,y\n1,2\n3,5\n", place(3, "x", "-", "3"));
    check("pairs.csv", "x,y\n1,2\n3,5\n", "x,y\n1,2\n", place(3, "x", "3", "-"));
    check("pairs.csv", "x,y\n1,2\n", "x,y\n1,2,9\n", place(2, "3", "-", "9"));
    // A line break within quotes counts.
    check("pairs.csv", "x,y\n\"a\nb\",2\n1,2\n", "x,y\n\"a\nb\",2\n1,3\n", place(4, "y", "2", "3"));
    check("pairs.csv", "", "x\n", place(1, "1", "-", "x"));
    check("matches.json", "[1, 2,\n 3]\n", "[1, 2,\n 4]\n", place(2, "character 2", "3]\n", "4]\n"));
    check("matches.json", "[1]", "[1]\n", place(1, "character 4", "-", "\n"));
}

#[test]
fn as_json_it_holds_the_numbers() {
    let diff = compared(&one(48, 80), &one(56, 70));
    let json = serde_json::to_value(&diff).expect("values only");
    assert_eq!(json["same"], json!(false));
    assert_eq!(json["chance"]["beyond"], json!(1));
    let accuracy = &json["cells"][0]["accuracy"];
    assert_eq!(accuracy["interval"][0].as_f64(), diff.cells[0].accuracy.interval.map(|interval| interval.0));
    assert_eq!(json["cells"][0]["id"], json!("debate|human|tree|overseer.human.error.rate=0.1"));
}
