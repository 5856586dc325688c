//! What a stored result says, as a page shows it: from its files alone.

mod agents;
mod matches;

use crate::report::page::{Axis, Bin, Bins, Cell, Group, Metric, PageData, Pair, Published, Round, Tie};
use crate::stats::LEVEL;
use crate::stats::family::tied_groups;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Measures of cells.csv that a page shows beyond its fixed columns: column, name, unit, meaning.
const METRICS: [[&str; 4]; 10] = [
    ["brier", "Brier score", "", "mean squared distance of confidence and outcome, over verdicts given"],
    ["log_loss", "log loss", "nats", "mean of -ln of the probability given to the outcome"],
    [
        "calibration_error",
        "calibration error",
        "share",
        "mean distance of confidence and accuracy over ten bins",
    ],
    [
        "accuracy_first_true",
        "accuracy, first side true",
        "share",
        "accuracy where the first side, or who answered alone, stood for the truth",
    ],
    ["accuracy_first_false", "accuracy, first side false", "share", "accuracy where it did not"],
    [
        "honest_first_wins",
        "honest wins, first",
        "share",
        "how often the honest side wins where it speaks first",
    ],
    ["honest_second_wins", "honest wins, second", "share", "how often it wins where it speaks second"],
    [
        "score_difference",
        "agent score difference",
        "",
        "what arguing for the truth earns more than for a lie, paid the overseer's posterior",
    ],
    [
        "score_difference_log",
        "agent score difference, log",
        "nats",
        "the same, paid the logarithm of the posterior",
    ],
    ["checks_mean", "checks", "checks", "checks of the overseer a match"],
];

/// A CSV table in memory.
struct Table {
    columns: BTreeMap<String, usize>,
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    /// Reads a file of a result; one that is not there has no rows.
    fn read(files: &BTreeMap<String, String>, name: &str) -> Result<Self, String> {
        let text = files.get(name).map_or("", String::as_str);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header: Vec<String> =
            reader.headers().map_err(|error| format!("{name}: {error}"))?.iter().map(Into::into).collect();
        let rows = reader.records().collect::<Result<Vec<_>, _>>();
        let rows = rows.map_err(|error| format!("{name}: {error}"))?;
        let columns = header.iter().enumerate().map(|(at, column)| (column.clone(), at)).collect();
        Ok(Self { columns, header, rows })
    }

    /// A row's text in a column; nothing where there is no such column.
    fn text<'a>(&self, row: &'a csv::StringRecord, column: &str) -> &'a str {
        self.columns.get(column).and_then(|at| row.get(*at)).unwrap_or("")
    }

    fn number<T: std::str::FromStr>(&self, row: &csv::StringRecord, column: &str) -> Option<T> {
        self.text(row, column).parse().ok()
    }

    fn interval(&self, row: &csv::StringRecord, column: &str) -> Option<(f64, f64)> {
        let end = |end: &str| self.number(row, &format!("{column}_{end}"));
        Some((end("low")?, end("high")?))
    }
}

/// The place of a value in a list, at its end if it is new.
fn place<T: PartialEq>(list: &mut Vec<T>, value: T) -> u32 {
    let known = list.iter().position(|other| *other == value);
    known.unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    }) as u32
}

/// What a result's files say.
///
/// # Errors
/// The file that is no table, or the record of a match that cannot be read.
pub fn page_data(
    files: &BTreeMap<String, String>,
    manifest: &Json,
    command: String,
) -> Result<PageData, String> {
    let scenario = &manifest["scenario"];
    let text = |key: &str| scenario[key].as_str().unwrap_or_default().to_owned();
    let mut data = PageData {
        title: text("name"),
        about: text("about"),
        scenario_text: toml::to_string(&without_nulls(scenario)).map_err(|error| error.to_string())?,
        command,
        facts: facts(manifest),
        metrics: METRICS
            .map(|[_, name, unit, doc]| Metric { name: name.into(), unit: unit.into(), doc: doc.into() })
            .into(),
        ..PageData::default()
    };
    let ids = cells(&mut data, &Table::read(files, "cells.csv")?, manifest);
    pairs(&mut data, &Table::read(files, "pairs.csv")?, &ids);
    agents::incentives(&mut data, &Table::read(files, "incentives.csv")?, &ids);
    agents::pressure(&mut data, &Table::read(files, "pressure.csv")?, &ids);
    agents::ratings(&mut data, &Table::read(files, "ratings.csv")?);
    rounds(&mut data, &Table::read(files, "rounds.csv")?, &ids);
    calibration(&mut data, &Table::read(files, "calibration.csv")?, &ids);
    let tables = ["cells.csv", "levels.csv", "compared.csv"].map(|name| Table::read(files, name));
    let [cells, levels, compared] = tables;
    published(&mut data, scenario, [&cells?, &levels?, &compared?]);
    matches::matches(&mut data, files, &ids)?;
    Ok(data)
}

/// Places of cells by id.
type Ids = BTreeMap<String, u32>;

/// A document without what is not said: TOML has no word for it.
fn without_nulls(json: &Json) -> Json {
    match json {
        Json::Object(map) => Json::Object(
            map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), without_nulls(v))).collect(),
        ),
        Json::Array(items) => Json::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

fn facts(manifest: &Json) -> Vec<(String, String)> {
    let of = |json: &Json| json.as_str().map_or_else(|| json.to_string(), Into::into);
    let scenario = &manifest["scenario"];
    let mut facts = vec![
        ("seed", of(&manifest["seed"])),
        ("trials a cell and replicate", of(&scenario["trials"])),
        ("replicates", of(&scenario["replicates"])),
        ("SEMANTICS", of(&manifest["semantics"])),
        ("hash", of(&manifest["hash"])),
    ];
    for key in ["until", "until_difference"] {
        if let Some(half) = scenario[key].as_f64() {
            facts.push((key, half.to_string()));
        }
    }
    facts.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn cells(data: &mut PageData, table: &Table, manifest: &Json) -> Ids {
    // Swept parameters stand between these two.
    let swept =
        table.columns.get("agents").map_or(0, |at| at + 1)..table.columns.get("seed").copied().unwrap_or(0);
    let paths = table.header.get(swept).unwrap_or_default();
    data.axes = paths.iter().map(|path| Axis { path: path.clone(), ..Axis::default() }).collect();
    let mut ids = Ids::new();
    for row in &table.rows {
        let id = table.text(row, "id").to_owned();
        ids.insert(id.clone(), data.cells.len() as u32);
        let group =
            Group { task: table.text(row, "task").into(), overseer: table.text(row, "overseer").into() };
        let point =
            |(axis, path): (&mut Axis, &String)| place(&mut axis.values, table.text(row, path).to_owned());
        let point = data.axes.iter_mut().zip(paths).map(point).collect();
        let number = |column: &str| table.number(row, column).unwrap_or(0.0);
        let trials: u64 = table.number(row, "trials").unwrap_or(0);
        data.cells.push(Cell {
            id,
            group: place(&mut data.groups, group),
            strategy: place(&mut data.strategies, table.text(row, "protocol").to_owned()),
            point,
            trials,
            accuracy: number("accuracy"),
            interval: table.interval(row, "accuracy"),
            cost: number("cost_mean"),
            agent_calls: number("agent_calls_mean"),
            abstained: number("abstained") / trials.max(1) as f64,
            confidence: number("confidence_mean"),
            failed: None,
            chance: table.number(row, "chance"),
            metrics: METRICS.map(|[column, ..]| table.number(row, column)).into(),
        });
    }
    for axis in &mut data.axes {
        axis.numeric = axis.values.iter().all(|value| value.parse::<f64>().is_ok());
    }
    // What came to nothing has no row, and is told by name.
    for (id, reason) in manifest["failed"].as_object().into_iter().flatten() {
        data.facts.push((format!("failed: {id}"), reason.as_str().unwrap_or_default().into()));
    }
    ids
}

fn pairs(data: &mut PageData, table: &Table, ids: &Ids) {
    /// A group at a point.
    type Key = (u32, Vec<u32>);
    let mut separated: BTreeMap<Key, Vec<(u32, u32)>> = BTreeMap::new();
    for row in &table.rows {
        let cell = |column| ids.get(table.text(row, column)).map(|at| &data.cells[*at as usize]);
        let (Some(a), Some(b)) = (cell("first"), cell("second")) else { continue };
        let p_holm: Option<f64> = table.number(row, "p_holm");
        let told = separated.entry((a.group, a.point.clone())).or_default();
        if p_holm.is_some_and(|p| p <= 1.0 - LEVEL) {
            told.push((a.strategy, b.strategy));
        }
        // One run of what trains something has pairs, and no difference that could be told.
        let Some(difference) = table.number(row, "difference") else { continue };
        data.pairs.push(Pair {
            group: a.group,
            point: a.point.clone(),
            a: a.strategy,
            b: b.strategy,
            difference,
            interval: table.interval(row, "difference"),
            p: table.number(row, "p"),
            p_holm,
        });
    }
    let mut members: BTreeMap<Key, Vec<&Cell>> = BTreeMap::new();
    for cell in data.cells.iter().filter(|cell| cell.interval.is_some()) {
        members.entry((cell.group, cell.point.clone())).or_default().push(cell);
    }
    for (key, told) in separated {
        let Some(mut ranked) = members.remove(&key) else { continue };
        ranked.sort_by(|a, b| b.accuracy.total_cmp(&a.accuracy));
        let names: Vec<u32> = ranked.iter().map(|cell| cell.strategy).collect();
        let differ =
            |i: usize, j: usize| told.contains(&(names[i], names[j])) || told.contains(&(names[j], names[i]));
        let sets = tied_groups(names.len(), differ).into_iter().map(|set| names[set].to_vec()).collect();
        data.tied.push(Tie { group: key.0, point: key.1, sets });
    }
}

fn rounds(data: &mut PageData, table: &Table, ids: &Ids) {
    let round = |row: &csv::StringRecord| {
        let number = |column: &str| table.number(row, column);
        Some(Round {
            cell: *ids.get(table.text(row, "id"))?,
            replicate: table.number(row, "replicate")?,
            round: table.number(row, "round")?,
            level: table.number(row, "level")?,
            target: number("target"),
            // Under the parametric law a student is one number.
            argmax: number("argmax").or(number("student")),
            sampled: number("sampled"),
            loss: number("loss"),
            steps: table.number(row, "steps").unwrap_or(0),
        })
    };
    data.rounds = table.rows.iter().filter_map(round).collect();
}

fn calibration(data: &mut PageData, table: &Table, ids: &Ids) {
    let mut all: BTreeMap<u32, Vec<Bin>> = BTreeMap::new();
    for row in &table.rows {
        let (Some(cell), Some(trials), Some(right), Some(confidence)) = (
            ids.get(table.text(row, "id")),
            table.number(row, "trials"),
            table.number(row, "right"),
            table.number(row, "confidence"),
        ) else {
            continue;
        };
        all.entry(*cell).or_default().push(Bin { trials, right, confidence });
    }
    for (cell, bins) in all {
        let metric = |at: usize| data.cells[cell as usize].metrics[at];
        let (brier, log_loss, ece) = (metric(0).unwrap_or(0.0), metric(1), metric(2).unwrap_or(0.0));
        data.calibration.push(Bins { cell, bins, ece, brier, log_loss });
    }
}

fn published(data: &mut PageData, scenario: &Json, [cells, levels, compared]: [&Table; 3]) {
    for published in scenario["published"].as_array().into_iter().flatten() {
        let text = |key: &str| published[key].as_str().unwrap_or_default();
        let (id, measure, level) = (text("cell"), text("measure"), published["level"].to_string());
        let table = match measure {
            "accuracy" => cells,
            "gap_recovered" => compared,
            _ => levels,
        };
        let is_it = |row: &&csv::StringRecord| {
            table.text(row, "id") == id && (measure == "accuracy" || table.text(row, "level") == level)
        };
        let row = table.rows.iter().find(is_it);
        let theirs = published["value"].as_f64().unwrap_or(f64::NAN);
        let interval = row.and_then(|row| table.interval(row, measure));
        let note = published["note"].as_str().map_or_else(String::new, |note| format!("; {note}"));
        data.published.push(Published {
            what: format!("{} at level {level}, {id}", measure.replace('_', " ")),
            unit: "share".into(),
            published: theirs,
            ours: row.and_then(|row| table.number(row, measure)),
            interval,
            source: format!("{}{note}", text("source")),
            agrees: interval.map(|(low, high)| (low..=high).contains(&theirs)),
        });
    }
}
