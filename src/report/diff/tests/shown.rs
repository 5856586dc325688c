//! The text for a terminal.

use super::{Stored, compared, one, row, stored};
use serde_json::json;

#[test]
fn a_whole_text() {
    let mut a = stored(&[
        row("debate", "0", (48, 80), 1, "score"),
        row("debate", "0.1", (40, 80), 1, "score"),
        row("ida", "0", (40, 80), 1, ","),
        row("trust", "0", (40, 80), 1, "score"),
        row("vote", "0", (40, 80), 1, "score"),
    ]);
    let mut b = stored(&[
        row("debate", "0", (70, 80), 1, "score"),
        row("debate", "0.1", (44, 80), 1, "score"),
        row("ida", "0", (60, 80), 1, ","),
        row("trust", "0", (40, 80), 1, "score") + ".5",
        row("critique", "0", (40, 80), 1, "score"),
    ]);
    b.manifest["scenario"]["overseer"][0]["error"]["rate"] = json!(0.25);
    for (stored, last) in [(&mut a, "2"), (&mut b, "3")] {
        stored.files.insert("pairs.csv".into(), format!("first,p\nx,{last}\n"));
        stored.files.insert("rounds.csv".into(), "id\n".into());
    }
    let wanted = "\
4 of 4 shared cells differ, 1 beyond chance (95 %)
  A: first
  B: second

the scenarios differ in 1 setting, A -> B
  overseer.human.error.rate  0.1 -> 0.25

cells in A alone: 1
  vote|human|tree|overseer.human.error.rate=0

cells in B alone: 1
  critique|human|tree|overseer.human.error.rate=0

right %, biggest difference first, in standard errors
  cell: protocol | overseer.human.error.rate
  all: overseer human, task tree
    cell             A       B    B - A   95 % interval
 ** debate|0     60.00   87.50   +27.50   +14.02 to  +39.79
    debate|0.1   50.00   55.00    +5.00   -10.26 to  +19.94
    ida|0        50.00   75.00   +25.00  one run, none
  * : beyond chance (95 %), 1 of 3 tested cells; luck alone gives at most 0.2 on average, in groups
    where cells share draws
  ** : 1 still, when adjusted for that many tests (Holm; approximate)
  A and B were asked the same questions (equal seed and trials): the intervals take the two for
    independent, and are as a rule on the wide side

other columns that differ: cells, and B - A
  cost_mean       1        +0.5 to       +0.5

tables
  cells.csv: differs, as above
  pairs.csv: differs first at line 2, p: 2 -> 3
  the same bytes: rounds.csv
";
    assert_eq!(compared(&a, &b).to_string(), wanted);
}

/// Many cells of long names, all different.
fn many(right: u64) -> Stored {
    let long = "protocol étrangement longue ".repeat(3);
    let cells = (0..60).map(|at| row(&format!("{long}{at}"), "0.1", (right + at % 20, 100), 1, "score"));
    stored(&cells.collect::<Vec<_>>())
}

#[test]
fn lines_keep_to_the_width_and_say_what_they_leave_out() {
    let (a, mut b) = (many(20), many(60));
    let long = "word ".repeat(60);
    b.manifest["scenario"][&long] = json!(&long);
    b.manifest["scenario"]["task"][0]["depth"] = json!(vec![1; 100]);
    b.files.insert(format!("{long}.csv"), String::new());
    let other = b.files["cells.csv"].replace("étrangement", "extremely");
    let mut c = b.clone();
    c.files.insert("cells.csv".into(), other);
    for (x, y, wanted) in [
        (&a, &b, "  and 20 more, see --json\n"),
        (&a, &c, "cells in B alone: 60\n"),
        (&c, &a, "  and 50 more, see --json\n"),
    ] {
        let text = compared(x, y).to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(text.contains(wanted), "{text}");
        assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
    }
    let text = compared(&a, &b).to_string();
    assert_eq!(text.lines().filter(|line| line.starts_with(" ** ")).count(), 40, "{text}");
    // Long values that begin alike are shown where they part.
    let mut c = b.clone();
    let mut depths = vec![1; 100];
    depths[90] = 2;
    c.manifest["scenario"]["task"][0]["depth"] = json!(depths);
    let text = compared(&b, &c).to_string();
    assert!(text.contains(",1,1,2,1,1"), "{text}");
}

#[test]
fn an_interval_alone_may_differ() {
    let a = one(48, 80);
    let b = stored(&[row("debate", "0.1", (48, 80), 1, "0.4,0.8")]);
    let text = compared(&a, &b).to_string();
    assert!(text.starts_with("1 of 1 shared cell differs, none in accuracy\n"), "{text}");
    assert!(text.contains("\n  accuracy_low        1     -0.0905 to    -0.0905\n"), "{text}");
}

#[test]
fn small_and_great_differences_are_readable() {
    let cost = |cost: &str| {
        let whole = row("debate", "0.1", (48, 80), 1, "score");
        stored(&[whole.strip_suffix('2').expect("cost is last").to_owned() + cost])
    };
    for (b, wanted) in [
        ("2.00000001", "+1.0e-8"),
        ("2.25", "+0.25"),
        ("1", "-1"),
        ("19502", "+19500"),
        ("12345678901", "+1.235e10"),
    ] {
        let text = compared(&cost("2"), &cost(b)).to_string();
        assert!(text.contains(&format!(" {wanted} to ")), "{text}");
    }
}
