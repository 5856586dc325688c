//! The tables of a result: what each row and column says, as CSV text.

use crate::records::{CellRecord, Tally};
use crate::scenario::spec::CellSpec;
use crate::stats::comparison::{Group, groups};
use crate::stats::learning::{Estimate, Level, compared, levels};
use crate::stats::{LEVEL, calibration, interval};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// A column of means and the sum it is of.
type Mean = (&'static str, fn(&Tally) -> u64);

/// The columns of means, and the sums they are of.
const MEANS: [Mean; 10] = [
    ("checks_mean", |t| t.checks),
    ("combines_mean", |t| t.combines),
    ("arguments_mean", |t| t.arguments),
    ("cost_mean", |t| t.cost),
    ("agent_calls_mean", |t| t.agent_calls),
    ("depth_mean", |t| t.depth),
    ("erred_mean", |t| t.erred),
    ("first_true_mean", |t| t.first_true),
    ("contested_mean", |t| t.contested),
    ("all_nodes_right", |t| t.all_nodes_right),
];

/// Columns of text; all others hold numbers, swept values aside.
const TEXTS: [&str; 7] = ["id", "protocol", "preset", "overseer", "task", "family", "agents"];

/// A cell's row for programs: numbers as numbers, null where there is none.
#[must_use]
pub fn row_json(cell: &CellSpec, record: &CellRecord) -> Json {
    let value = |(column, text): (String, String)| {
        let number = || serde_json::from_str::<serde_json::Number>(&text).ok();
        let value = match column.as_str() {
            name if TEXTS.contains(&name) => json!(text),
            _ if text.is_empty() => Json::Null,
            _ => number().map_or_else(|| json!(text), Json::Number),
        };
        (column, value)
    };
    Json::Object(row(cell, record).into_iter().map(value).collect())
}

/// A cell's row as (column, value), in the order of the file.
#[must_use]
pub fn row(cell: &CellSpec, record: &CellRecord) -> Vec<(String, String)> {
    let total = record.total();
    let trials = total.trials.max(1) as f64;
    let mut row: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| row.push((name.into(), value));
    put("id", cell.id.clone());
    put("protocol", cell.protocol.name.clone());
    put("preset", cell.protocol.preset.clone());
    put("overseer", cell.overseer.name.clone());
    put("task", cell.task.name.clone());
    put("family", cell.task.family_word());
    let agents: Vec<&str> = cell.agents.iter().map(|agent| agent.name.as_str()).collect();
    put("agents", agents.join(" + "));
    cell.point.iter().for_each(|(path, value)| put(path, value.clone()));
    put("seed", cell.seed.to_string());
    put("replicates", cell.replicates.to_string());
    put("trials", total.trials.to_string());
    put("right", total.right.to_string());
    put("abstained", total.abstained.to_string());
    put("accuracy", (total.right as f64 / trials).to_string());
    let (low, high) = interval(record).map_or_else(Default::default, |(l, h)| (l.to_string(), h.to_string()));
    put("accuracy_low", low);
    put("accuracy_high", high);
    // Of the verdicts given: who abstains states no confidence.
    let given = total.trials - total.abstained;
    let confidence = total.confidence as f64 / 65_536.0 / given as f64;
    put("confidence_mean", if given == 0 { String::new() } else { confidence.to_string() });
    MEANS.iter().for_each(|(name, sum)| put(name, (sum(&total) as f64 / trials).to_string()));
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    put("brier", number(calibration::brier(&total)));
    put("log_loss", number(calibration::log_loss(&total)));
    let error = (given > 0).then(|| calibration::expected_error(&record.bins));
    put("calibration_error", number(error));
    // Where no match is of the kind, there is no share of it.
    let first_false = total.trials - total.first_true;
    for (name, part, all) in [
        ("accuracy_first_true", total.first_true_right, total.first_true),
        ("accuracy_first_false", total.right - total.first_true_right, first_false),
        ("honest_first_wins", total.first_alone_right, total.first_alone),
        ("honest_second_wins", total.second_alone_right, total.second_alone),
    ] {
        put(name, share(part, all));
    }
    put("score_difference", number(calibration::score_difference(&total)));
    put("score_difference_log", number(calibration::score_difference_log(&total)));
    row
}

fn text(rows: impl Iterator<Item = Vec<String>>) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// A cell and what came out of it.
type Row<'a> = (&'a CellSpec, &'a CellRecord);

/// All tables by file name; `whole`: what compares cells is among them.
///
/// # Errors
/// When a table cannot be formed.
pub fn all(
    cells: &[&CellSpec],
    records: &[CellRecord],
    with_trials: bool,
    whole: bool,
) -> Result<BTreeMap<String, String>, String> {
    // What came to nothing has no numbers; the manifest says why.
    let rows: Vec<Row> =
        cells.iter().copied().zip(records).filter(|(_, record)| record.failed.is_none()).collect();
    let mut files = BTreeMap::new();
    let lines = || rows.iter().map(|(cell, record)| row(cell, record));
    let header = lines().next().map(|row| row.into_iter().map(|(name, _)| name).collect());
    let body = lines().map(|row| row.into_iter().map(|(_, value)| value).collect());
    files.insert("cells.csv".to_owned(), text(header.into_iter().chain(body))?);
    if rows.iter().any(|(_, record)| !record.rounds.is_empty()) {
        files.insert("rounds.csv".into(), table(&ROUNDS, rows.iter().flat_map(|row| rounds(*row)))?);
    }
    if rows.iter().any(|(_, record)| !record.levels.is_empty()) {
        files.insert("levels.csv".into(), levels_text(&rows)?);
        let students = rows.iter().flat_map(|(cell, record)| {
            record.students.iter().map(|student| {
                let numbers = [student.replicate, student.steps].map(|number| number.to_string());
                [vec![cell.id.clone()], numbers.to_vec(), vec![student.weights.clone()]].concat()
            })
        });
        files.insert("students.csv".into(), table(&["id", "replicate", "steps", "weights"], students)?);
        let lines: Vec<_> = (0..rows.len()).flat_map(|i| compared_lines(&rows, i)).collect();
        if whole && !lines.is_empty() {
            files.insert("compared.csv".into(), table(&COMPARED, lines.into_iter())?);
        }
    }
    let calibrated = rows.iter().flat_map(|row| calibration_lines(*row));
    files.insert("calibration.csv".into(), table(&CALIBRATION, calibrated)?);
    let groups = if whole { groups(&rows) } else { Vec::new() };
    if groups.iter().any(|group| !group.comparisons.is_empty()) {
        let lines = groups.iter().flat_map(|group| pair_lines(&rows, group));
        files.insert("pairs.csv".into(), table(&PAIRS, lines)?);
    }
    if with_trials {
        files.insert("trials.csv".into(), table(&TRIALS, rows.iter().flat_map(|row| trials(*row)))?);
    }
    Ok(files)
}

/// A table with this header.
fn table(header: &[&str], lines: impl Iterator<Item = Vec<String>>) -> Result<String, String> {
    text(std::iter::once(header.iter().map(|name| (*name).to_owned()).collect()).chain(lines))
}

/// A share of some, or nothing where there are none.
fn share(part: u64, all: u64) -> String {
    if all == 0 { String::new() } else { (part as f64 / all as f64).to_string() }
}

const ROUNDS: [&str; 17] = [
    "id",
    "replicate",
    "round",
    "level",
    "trials",
    "target_right",
    "target_slipped",
    "target",
    "student",
    "student_trials",
    "argmax",
    "sampled",
    "gain",
    "agreed",
    "steps",
    "acts",
    "loss",
];

fn rounds((cell, record): Row) -> impl Iterator<Item = Vec<String>> {
    record.rounds.iter().map(|r| {
        let target = share(r.target_right, r.trials);
        let mut line = vec![cell.id.clone()];
        line.extend([r.replicate, r.round, r.level].map(|n| n.to_string()));
        line.extend([r.trials, r.target_right, r.target_slipped].map(|n| n.to_string()));
        // Where a round had no question of the level, nothing was measured.
        let measured = r.learned.is_none_or(|learned| learned.trials > 0);
        let student = if measured { r.student.to_string() } else { String::new() };
        line.extend([target, student]);
        match &r.learned {
            None => line.extend(std::iter::repeat_n(String::new(), 8)),
            Some(l) => {
                let gain = r.student - r.target_right as f64 / r.trials.max(1) as f64;
                line.push(l.trials.to_string());
                line.extend([l.argmax, l.sampled].map(|n| share(n, l.trials)));
                line.push(if r.trials == 0 || !measured { String::new() } else { gain.to_string() });
                line.push(share(l.agreed, l.trials));
                line.extend([l.steps, l.acts].map(|n| n.to_string()));
                line.push(l.loss.to_string());
            }
        }
        line
    })
}

/// A mean and its interval over replicates, each empty where there is none.
fn estimate(estimate: Option<&Estimate>) -> [String; 3] {
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let interval = estimate.and_then(|estimate| estimate.interval);
    [estimate.map(|e| e.mean), interval.map(|i| i.0), interval.map(|i| i.1)].map(number)
}

fn levels_text(rows: &[Row]) -> Result<String, String> {
    let mut header: Vec<String> = ["id", "level", "replicates", "trials"].map(Into::into).to_vec();
    for name in Level::NAMES {
        header.extend([name.to_owned(), format!("{name}_low"), format!("{name}_high")]);
    }
    let lines = (0..rows.len()).flat_map(|i| {
        levels(rows[i].1).into_iter().map(move |level| {
            let mut line = vec![rows[i].0.id.clone()];
            line.extend(
                [u64::from(level.level), level.replicates as u64, level.trials].map(|n| n.to_string()),
            );
            level.estimates().iter().for_each(|value| line.extend(estimate(value.as_ref())));
            line
        })
    });
    text(std::iter::once(header).chain(lines))
}

const COMPARED: [&str; 11] = [
    "id",
    "level",
    "slowdown",
    "slowdown_low",
    "slowdown_high",
    "of_supervised",
    "of_supervised_low",
    "of_supervised_high",
    "gap_recovered",
    "gap_recovered_low",
    "gap_recovered_high",
];

fn compared_lines(rows: &[Row], i: usize) -> Vec<Vec<String>> {
    let line = |level: crate::stats::learning::Compared| {
        let mut line = vec![rows[i].0.id.clone(), level.level.to_string()];
        for value in [level.slowdown, level.of_supervised, level.gap_recovered] {
            line.extend(estimate(value.as_ref()));
        }
        line
    };
    compared(rows, i).into_iter().map(line).collect()
}

const CALIBRATION: [&str; 7] =
    ["id", "bin", "trials", "right", "confidence", "accuracy_low", "accuracy_high"];

fn calibration_lines((cell, record): Row) -> impl Iterator<Item = Vec<String>> {
    let used = record.bins.iter().enumerate().filter(|(_, bin)| bin.trials > 0);
    let points = calibration::reliability(&record.bins, LEVEL);
    used.zip(points).map(|((at, bin), point)| {
        let mut line = vec![cell.id.clone()];
        line.extend([at as u64, bin.trials, bin.right].map(|n| n.to_string()));
        line.extend([point.confidence, point.interval.0, point.interval.1].map(|n| n.to_string()));
        line
    })
}

const PAIRS: [&str; 14] = [
    "first",
    "second",
    "both",
    "first_only",
    "second_only",
    "neither",
    "difference",
    "difference_low",
    "difference_high",
    "p",
    "p_holm",
    "p_bh",
    "kappa",
    "trials_to_separate",
];

fn pair_lines<'a>(rows: &'a [Row<'a>], group: &'a Group) -> impl Iterator<Item = Vec<String>> + 'a {
    group.comparisons.iter().map(|comparison| {
        let mut line = comparison.rows.map(|row| rows[row].0.id.clone()).to_vec();
        let p = comparison.pairs;
        line.extend([p.both, p.first, p.second, p.neither].map(|n| n.to_string()));
        let told = comparison.difference;
        let numbers = [told.map(|d| d.mean), told.map(|d| d.interval.0), told.map(|d| d.interval.1)];
        let rest = [p.kappa(), comparison.trials_to_separate(rows)];
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        line.extend(numbers.map(number));
        // A p-value may be tiny, and its ninth digit is nobody's business.
        let p_values = [told.map(|d| d.p), comparison.p_holm, comparison.p_bh];
        line.extend(p_values.map(|p| p.map_or_else(String::new, |p| format!("{p:.7e}"))));
        line.extend(rest.map(number));
        line
    })
}

const TRIALS: [&str; 19] = [
    "id",
    "replicate",
    "trial",
    "verdict",
    "first_side",
    "second_side",
    "right",
    "abstained",
    "cost",
    "checks",
    "combines",
    "agent_calls",
    "erred",
    "arguments",
    "depth",
    "first_true",
    "contested",
    "all_nodes_right",
    "confidence",
];

fn trials((cell, record): Row) -> impl Iterator<Item = Vec<String>> {
    record.trials.iter().map(|t| {
        let numbers = [
            t.tally.right,
            t.tally.abstained,
            t.tally.cost,
            t.tally.checks,
            t.tally.combines,
            t.tally.agent_calls,
            t.tally.erred,
            t.tally.arguments,
            t.tally.depth,
            t.tally.first_true,
            t.tally.contested,
            t.tally.all_nodes_right,
        ];
        let answer = |answer: u16| if answer == u16::MAX { String::new() } else { answer.to_string() };
        let [first, second] = t.sides.map(answer);
        let mut line = vec![cell.id.clone(), t.replicate.to_string(), t.trial.to_string()];
        line.extend([answer(t.verdict), first, second]);
        line.extend(numbers.iter().map(u64::to_string));
        line.push((t.tally.confidence as f64 / 65_536.0).to_string());
        line
    })
}
