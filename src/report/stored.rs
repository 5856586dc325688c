//! What a stored result says, as a page shows it: from its files alone.

use crate::records::{KeptMatch, TraceNode};
use crate::report::page::{
    Axis, Bin, Bins, Cell, Group, Incentive, Mark, Match, Metric, Node, PageData, Pair, Pressure, Published,
    Rating, RatingTable, Response, Round, Tie,
};
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
    incentives(&mut data, &Table::read(files, "incentives.csv")?, &ids);
    pressure(&mut data, &Table::read(files, "pressure.csv")?, &ids);
    ratings(&mut data, &Table::read(files, "ratings.csv")?);
    rounds(&mut data, &Table::read(files, "rounds.csv")?, &ids);
    calibration(&mut data, &Table::read(files, "calibration.csv")?, &ids);
    let tables = ["cells.csv", "levels.csv", "compared.csv"].map(|name| Table::read(files, name));
    let [cells, levels, compared] = tables;
    published(&mut data, scenario, [&cells?, &levels?, &compared?]);
    matches(&mut data, files, &ids)?;
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

/// Tables of ratings that a page shows; more would be a sweep, which has its own views.
const TABLES_MAX: usize = 12;

/// Agents and strategies rated against each other.
fn ratings(data: &mut PageData, table: &Table) {
    let text = |row: &csv::StringRecord, column: &str| table.text(row, column).to_owned();
    let key = |row: &csv::StringRecord| {
        ["of", "league", "task", "overseer", "point"].map(|column| text(row, column))
    };
    let tables = table.rows.chunk_by(|a, b| key(a) == key(b));
    if tables.clone().count() > TABLES_MAX {
        return;
    }
    for rows in tables {
        let [of, league, task, overseer, point] = key(&rows[0]);
        let number = |column: &str| table.number::<f64>(&rows[0], column);
        let place = [point.replace('|', ", "), league];
        let place: String =
            place.iter().filter(|part| !part.is_empty()).map(|part| format!(", {part}")).collect();
        let name = format!("{of}: {task}, overseer {overseer}{place}");
        let game = match of.as_str() {
            "agents" => "an agent wins a match whose verdict is its claim and not the other's",
            _ => "a trial in which one strategy alone is right is its win",
        };
        let note = match (number("cycles"), number("transitive")) {
            (Some(count), _) if count > 0.0 => format!(
                "{game}; not transitive: {count} cycles of three in which each beats the next beyond chance, so read the \
                 Nash average, not the rating"
            ),
            (_, Some(share)) => format!(
                "{game}; no cycle of wins beyond chance, {:.0} % of the differences are explained by one rating each",
                100.0 * share
            ),
            _ => format!("{game}; no cycle of wins beyond chance"),
        };
        let at = data.rating_tables.len() as u32;
        data.rating_tables.push(RatingTable { name, note, kind: of.clone() });
        for row in rows {
            let Some(rating) = table.number(row, "rating") else { continue };
            let number = |column: &str| table.number(row, column);
            let count = |column: &str| table.number(row, column).unwrap_or(0);
            data.ratings.push(Rating {
                table: at,
                player: text(row, "player"),
                rating,
                interval: table.interval(row, "rating"),
                elo: number("elo"),
                nash: number("nash"),
                alpha_rank: number("alpha_rank"),
                games: count("games"),
                wins: count("wins"),
                draws: count("draws"),
            });
        }
    }
}

/// What agents gain by choosing what they say: a row an agent, those of a cell together.
fn incentives(data: &mut PageData, table: &Table, ids: &Ids) {
    for rows in table.rows.chunk_by(|a, b| table.text(a, "id") == table.text(b, "id")) {
        let first = &rows[0];
        let Some(&cell) = ids.get(table.text(first, "id")) else { continue };
        let number = |row: &csv::StringRecord, column: &str| table.number(row, column).unwrap_or(f64::NAN);
        let response = |row: &csv::StringRecord| Response {
            agent: table.text(row, "agent").into(),
            stance: table.text(row, "best_response").into(),
            gain: number(row, "gain"),
            accuracy: number(row, "response_accuracy"),
        };
        let said = |row: &csv::StringRecord| {
            format!("{}: {}", table.text(row, "agent"), table.text(row, "equilibrium"))
        };
        data.incentives.push(Incentive {
            cell,
            accuracy: number(first, "accuracy"),
            responses: rows.iter().map(response).collect(),
            exploitability: number(first, "exploitability"),
            equilibrium: rows.iter().map(said).collect::<Vec<_>>().join(" / "),
            equilibrium_accuracy: number(first, "equilibrium_accuracy"),
            equilibrium_interval: table.interval(first, "equilibrium_accuracy"),
        });
    }
}

fn pressure(data: &mut PageData, table: &Table, ids: &Ids) {
    let of = |row: &csv::StringRecord| {
        Some(Pressure {
            cell: *ids.get(table.text(row, "id"))?,
            agent: table.text(row, "agent").into(),
            n: table.number(row, "n")?,
            wins: table.number(row, "wins")?,
            accuracy: table.number(row, "accuracy")?,
            interval: table.interval(row, "accuracy"),
        })
    };
    data.pressure = table.rows.iter().filter_map(of).collect();
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

fn matches(data: &mut PageData, files: &BTreeMap<String, String>, ids: &Ids) -> Result<(), String> {
    let Some(text) = files.get("matches.json") else { return Ok(()) };
    let kept: Vec<KeptMatch> =
        serde_json::from_str(text).map_err(|error| format!("matches.json: {error}"))?;
    for KeptMatch { cell, replicate, trial, trace } in kept {
        let Some(&cell) = ids.get(&cell) else { continue };
        let (verdict, right) = (trace.root.verdict.clone(), trace.root.right);
        let root = node(trace.root, !right);
        data.matches.push(Match { cell, replicate, trial, truth: trace.truth, verdict, right, root });
    }
    Ok(())
}

/// Words of a match's lines, and what they say has happened.
const MARKS: [(&str, Mark); 6] = [
    (" errs", Mark::Erred),
    (" disputes ", Mark::Challenged),
    (" concedes", Mark::Conceded),
    (" checks", Mark::Verified),
    (" combines ", Mark::Combined),
    ("I don't know", Mark::Abstained),
];

/// A question as a page shows it; `lost`: the match was lost and this question is on the way to why.
fn node(told: TraceNode, lost: bool) -> Node {
    let says = |word: &str| told.lines.iter().any(|line| line.contains(word));
    let erred = says(MARKS[0].0);
    let mut marks: Vec<Mark> = MARKS.iter().filter(|(word, _)| says(word)).map(|(_, mark)| *mark).collect();
    if erred {
        marks.retain(|mark| ![Mark::Verified, Mark::Combined].contains(mark));
    } else if !marks.iter().any(|mark| [Mark::Verified, Mark::Combined].contains(mark)) {
        marks.push(Mark::Unchecked);
    }
    let below = |node: &TraceNode| !node.right;
    // A wrong answer comes from a wrong part, or was made here.
    let from_below = lost && told.children.iter().any(below);
    let children = told.children.into_iter().map(|child| {
        let lost = lost && !child.right;
        node(child, lost)
    });
    Node {
        children: children.collect(),
        deciding: lost && erred && !from_below,
        question: told.question,
        lines: told.lines,
        verdict: told.verdict,
        right: told.right,
        marks,
    }
}
