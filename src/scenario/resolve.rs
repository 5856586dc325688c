//! Resolving: a written scenario with its overrides and sweep to cells.

use crate::agents::{self, AgentSpec};
use crate::overseers::{self, OverseerSpec};
use crate::records::COLUMNS;
use crate::scenario::file::{Node, Place, Problem, Value};
use crate::scenario::nearest::suggestion;
use crate::scenario::spec::{CellSpec, Expectation, ProtocolSpec, Scenario, TaskSpec};
use crate::scenario::stages::{self, Preset, Stages};
use crate::scenario::sweep::{Axis, CELLS_MAX, axes, name_of, set};
use crate::scenario::validate::{Reader, Tables, join};
use crate::shape::{Field, Shape, Variant, optional, required};
use crate::tasks::{self, Family, FamilySpec};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

/// Fields of a whole scenario, lists aside.
pub const TOP: &[Field] = &[
    required("name", Shape::Text, "", "names the results; the file's name unless given"),
    optional("about", Shape::Text, "", "", "what it shows, in a sentence or two"),
    optional(
        "seed",
        Shape::Count { min: 0, max: i64::MAX as u64 },
        "0",
        "",
        "every draw is a function of it",
    ),
    optional(
        "trials",
        Shape::Count { min: 1, max: 1_000_000_000_000 },
        "10000",
        "trials",
        "root questions per cell and replicate; more: narrower intervals",
    ),
    optional(
        "replicates",
        Shape::Count { min: 1, max: 10_000 },
        "1",
        "runs",
        "independent runs; more: intervals for cells that train something",
    ),
];

/// Fields of a task beside its family's own.
pub const TASK: &[Field] = &[
    optional("name", Shape::Text, "", "", "its name, unique among the tasks; the family's word unless given"),
    optional(
        "truth_advantage",
        Shape::Real { min: -2.0, max: 2.0 },
        "0.0",
        "strength",
        "added to the strength of the side that holds the truth; more: debate favours the truth",
    ),
    optional(
        "difficulty",
        Shape::Real { min: -10_000.0, max: 10_000.0 },
        "0.0",
        "Elo points",
        "difficulty of a primitive question for agents with ratings",
    ),
    optional(
        "difficulty_per_level",
        Shape::Real { min: -10_000.0, max: 10_000.0 },
        "0.0",
        "Elo points per level",
        "difficulty added by each level",
    ),
];

/// Fields of a protocol beside its preset's or stages' own.
pub const PROTOCOL: &[Field] = &[
    optional(
        "name",
        Shape::Text,
        "",
        "",
        "its name, unique among the protocols; the preset's word unless given",
    ),
    optional(
        "agents",
        Shape::List(&Shape::Text),
        "[]",
        "",
        "names of the agents that play, in order: defender or first speaker first",
    ),
];

/// Fields of an expectation.
pub const EXPECT: &[Field] = &[
    optional("protocols", Shape::List(&Shape::Text), "[]", "", "protocols it is about; all unless given"),
    optional("overseers", Shape::List(&Shape::Text), "[]", "", "overseers it is about; all unless given"),
    required("column", Shape::OneOf(COLUMNS), "", "a column of cells.csv"),
    required("value", Shape::Real { min: -1e15, max: 1e15 }, "the column's", "what is expected"),
    required("within", Shape::Real { min: 0.0, max: 1e15 }, "the column's", "allowed distance"),
    optional("because", Shape::Text, "\"as the scenario says\"", "", "why"),
];

/// Keys that hold lists.
const LISTS: [&str; 6] = ["task", "agent", "overseer", "protocol", "sweep", "expect"];

/// One point of a scenario: everything a cell is made of.
struct Point {
    seed: u64,
    trials: u64,
    replicates: u32,
    tasks: Vec<TaskSpec>,
    overseers: Vec<OverseerSpec>,
    agents: Vec<AgentSpec>,
    protocols: Vec<(ProtocolSpec, Vec<String>)>,
    filled: Map<String, Json>,
}

/// Resolves a written scenario; `over` are further axes, which replace a sweep of the same path.
pub fn resolve(
    mut root: Node,
    stem: &str,
    over: Vec<Axis>,
    zip: bool,
    tables: Tables,
) -> Result<Scenario, Vec<Problem>> {
    let mut reader = Reader { problems: Vec::new(), tables };
    if root.get("name").is_none() {
        let place = root.place.clone();
        root.entry("name", Node::new(place, Value::Text(stem.into())));
    }
    let (written, zipped) = root.get("sweep").map_or((Vec::new(), false), |sweep| axes(&mut reader, sweep));
    let mut all: Vec<Axis> =
        written.into_iter().filter(|axis| over.iter().all(|o| o.path != axis.path)).collect();
    all.extend(over);
    let base = point(&mut reader, &root);
    let expectations = expectations(&mut reader, &root);
    let zip = zip || zipped;
    check_axes(&mut reader, &all, zip);
    let (Some(base), true) = (base, reader.problems.is_empty()) else { return Err(reader.problems) };
    let count = points(&all, zip);
    let cells = count.saturating_mul(base.tasks.len() as u128).saturating_mul(base.overseers.len() as u128);
    let cells = cells.saturating_mul(base.protocols.len() as u128);
    if cells > CELLS_MAX {
        let place = all.first().map_or(&root.place, |axis| &axis.place);
        reader.wrong(place, "sweep", format!("{cells} cells; at most {CELLS_MAX} fit, sweep fewer values"));
        return Err(reader.problems);
    }
    let cells = cells_of(&mut reader, &root, &base, &all, zip);
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let name = base.filled.get("name").and_then(Json::as_str).unwrap_or(stem).to_owned();
    let about = base.filled.get("about").and_then(Json::as_str).unwrap_or("").to_owned();
    let mut document = base.filled;
    document.insert("expect".into(), json!(expectations));
    if !all.is_empty() {
        let mut sweep = Map::new();
        sweep.insert("mode".into(), json!(if zip { "zip" } else { "grid" }));
        for axis in &all {
            sweep.insert(
                axis.path.clone(),
                json!({ "values": axis.values.iter().map(to_json).collect::<Vec<_>>() }),
            );
        }
        // Axes keep their order: the last is the fastest.
        document.insert("axes".into(), json!(all.iter().map(|axis| &axis.path).collect::<Vec<_>>()));
        document.insert("sweep".into(), Json::Object(sweep));
    }
    let Point { seed, trials, replicates, .. } = base;
    Ok(Scenario {
        name,
        about,
        seed,
        trials,
        replicates,
        cells,
        expectations,
        document: Json::Object(document),
    })
}

fn check_axes(reader: &mut Reader, axes: &[Axis], zip: bool) {
    for (i, axis) in axes.iter().enumerate() {
        if axes[..i].iter().any(|other| other.path == axis.path) {
            reader.wrong(&axis.place, &axis.path, "swept twice; sweep it once");
        }
        if [".row", ".file"].iter().any(|end| axis.path.ends_with(end)) {
            reader.wrong(
                &axis.place,
                &axis.path,
                "tables are read once; list an agent or overseer per table instead",
            );
        }
        if zip && axis.values.len() != axes[0].values.len() {
            let (this, first) = (axis.values.len(), axes[0].values.len());
            reader.wrong(
                &axis.place,
                &axis.path,
                format!("zipped axes have equally many values: want {first}, got {this}"),
            );
        }
    }
}

/// How many points the axes span.
fn points(axes: &[Axis], zip: bool) -> u128 {
    if zip {
        axes.first().map_or(1, |axis| axis.values.len() as u128)
    } else {
        axes.iter().fold(1, |all: u128, axis| all.saturating_mul(axis.values.len() as u128))
    }
}

/// The values of a point; the last axis is the fastest.
fn values_at(axes: &[Axis], zip: bool, index: u128) -> Vec<&Node> {
    let mut rest = index;
    let mut values: Vec<&Node> = Vec::new();
    for axis in axes.iter().rev() {
        let count = axis.values.len() as u128;
        values.push(&axis.values[(if zip { index } else { rest % count }) as usize]);
        rest /= count;
    }
    values.reverse();
    values
}

fn cells_of(reader: &mut Reader, root: &Node, base: &Point, axes: &[Axis], zip: bool) -> Vec<CellSpec> {
    let mut at: Vec<(Vec<(String, String)>, Point)> = Vec::new();
    for index in 0..points(axes, zip) {
        let mut written = root.clone();
        let values = values_at(axes, zip, index);
        for (axis, value) in axes.iter().zip(&values) {
            if let Err(message) = set(&mut written, &axis.path, value) {
                reader.wrong(&axis.place, &axis.path, message);
            }
        }
        if let Some(point) = point(reader, &written) {
            let shown = axes.iter().zip(&values).map(|(axis, value)| (axis.path.clone(), shown(value)));
            at.push((shown.collect(), point));
        }
        if !reader.problems.is_empty() {
            return Vec::new();
        }
    }
    let mut cells = Vec::new();
    for task in 0..base.tasks.len() {
        for overseer in 0..base.overseers.len() {
            for protocol in 0..base.protocols.len() {
                cells.extend(at.iter().map(|(shown, point)| cell(shown, point, task, overseer, protocol)));
            }
        }
    }
    cells
}

fn cell(
    shown: &[(String, String)],
    point: &Point,
    task: usize,
    overseer: usize,
    protocol: usize,
) -> CellSpec {
    let (task, overseer) = (point.tasks[task].clone(), point.overseers[overseer].clone());
    let (protocol, names) = point.protocols[protocol].clone();
    let mut id = [protocol.name.as_str(), &overseer.name, &task.name].join("|");
    for (path, value) in shown {
        id.push_str(&format!("|{path}={value}"));
    }
    let agent = |name: &String| point.agents.iter().find(|agent| agent.name == *name).cloned();
    CellSpec {
        id,
        point: shown.to_vec(),
        seed: point.seed,
        trials: point.trials,
        replicates: point.replicates,
        task,
        overseer,
        agents: names.iter().filter_map(agent).collect(),
        protocol,
    }
}

/// Reads everything but the sweep.
fn point(reader: &mut Reader, root: &Node) -> Option<Point> {
    let before = reader.problems.len();
    // What is wrong at the top is noted, and the rest is read all the same.
    let mut filled = reader.table("", root, TOP, &[&LISTS[..], &["axes"]].concat()).unwrap_or_default();
    if let Some(name) = filled.get("name").and_then(Json::as_str)
        && !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    {
        let place = root.get("name").map_or(&root.place, |node| &node.place);
        reader.wrong(
            place,
            "name",
            format!("want letters, digits, - and _, since it names a folder, got {name:?}"),
        );
    }
    let tasks = list(reader, root, "task", true, &mut filled, task);
    let overseers = list(reader, root, "overseer", true, &mut filled, |reader, path, node| {
        let map = reader.table(path, node, overseers::FIELDS, &[])?;
        typed::<OverseerSpec>(reader, path, node, map)
    });
    let agents = list(reader, root, "agent", false, &mut filled, |reader, path, node| {
        let map = reader.table(path, node, agents::FIELDS, &[])?;
        typed::<AgentSpec>(reader, path, node, map)
    });
    let mut known: Vec<&str> =
        root.get("agent").map_or(&[][..], Node::items).iter().filter_map(|n| name_of("agent", n)).collect();
    known.dedup();
    let protocols = list(reader, root, "protocol", true, &mut filled, |reader, path, node| {
        protocol(reader, path, node, &known)
    });
    let number = |key: &str| filled.get(key).and_then(Json::as_u64);
    let (seed, trials, replicates) = (number("seed")?, number("trials")?, number("replicates")? as u32);
    let fine = reader.problems.len() == before;
    fine.then_some(Point { seed, trials, replicates, tasks, overseers, agents, protocols, filled })
}

/// Reads the members of a list, with names that differ; the filled members join the document.
fn list<T>(
    reader: &mut Reader,
    root: &Node,
    key: &str,
    needed: bool,
    filled: &mut Map<String, Json>,
    mut read: impl FnMut(&mut Reader, &str, &Node) -> Option<(T, Map<String, Json>)>,
) -> Vec<T> {
    let items = root.get(key).map_or(&[][..], Node::items);
    if items.is_empty() && needed {
        reader.wrong(&root.place, key, format!("missing; want at least one [[{key}]]"));
    }
    let (mut values, mut documents, mut names) = (Vec::new(), Vec::new(), Vec::<String>::new());
    for (i, node) in items.iter().enumerate() {
        let name = name_of(key, node).map_or_else(|| format!("{}", i + 1), Into::into);
        let path = join(key, &name);
        let place = node.get("name").map_or(&node.place, |member| &member.place);
        if name.contains(['.', '|']) {
            let message = "want a name without . and |, which paths and cell ids are made of";
            reader.wrong(place, &path, format!("{message}, got {name:?}"));
        }
        if names.contains(&name) {
            reader.wrong(
                place,
                &path,
                format!("two of [[{key}]] are named {name:?}; give each a name of its own"),
            );
        }
        names.push(name);
        if let Some((value, map)) = read(reader, &path, node) {
            values.push(value);
            documents.push(Json::Object(map));
        }
    }
    filled.insert(key.into(), Json::Array(documents));
    values
}

/// The typed form of a validated table.
fn typed<T: DeserializeOwned>(
    reader: &mut Reader,
    path: &str,
    node: &Node,
    map: Map<String, Json>,
) -> Option<(T, Map<String, Json>)> {
    match serde_json::from_value(Json::Object(map.clone())) {
        Ok(value) => Some((value, map)),
        Err(error) => {
            reader.wrong(&node.place, path, error.to_string());
            None
        }
    }
}

fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

fn task(reader: &mut Reader, path: &str, node: &Node) -> Option<(TaskSpec, Map<String, Json>)> {
    let family = reader.variant(path, node, "family", &tasks::variants(), &names(TASK));
    let own = keep(node, &names(TASK));
    let common = reader.table(path, &own, TASK, &[]);
    let (family, mut common) = (family?, common?);
    let word = family.get("family").cloned().unwrap_or_default();
    if common.get("name").is_none_or(Json::is_null) {
        common.insert("name".into(), word);
    }
    let (spec, family) = typed::<FamilySpec>(reader, path, node, family)?;
    if let Some(problem) = spec.problem() {
        reader.wrong(&node.place, path, problem);
        return None;
    }
    let number = |key: &str| common.get(key).and_then(Json::as_f64).unwrap_or(0.0);
    let task = TaskSpec {
        name: common.get("name").and_then(Json::as_str).unwrap_or_default().into(),
        truth_advantage: number("truth_advantage"),
        difficulty: number("difficulty"),
        difficulty_per_level: number("difficulty_per_level"),
        family: spec,
    };
    common.extend(family);
    Some((task, common))
}

/// A table with only these keys.
fn keep(node: &Node, keys: &[&str]) -> Node {
    let members = if let Value::Table(members) = &node.value { members.as_slice() } else { &[] };
    let kept = members.iter().filter(|(key, _)| keys.contains(&key.as_str())).cloned().collect();
    Node::new(node.place.clone(), Value::Table(kept))
}

type Protocol = (ProtocolSpec, Vec<String>);

fn protocol(
    reader: &mut Reader,
    path: &str,
    node: &Node,
    known: &[&str],
) -> Option<(Protocol, Map<String, Json>)> {
    let own = keep(node, &names(PROTOCOL));
    let common = reader.table(path, &own, PROTOCOL, &[]);
    let body = if node.get("preset").is_some() || matches!(node.value, Value::Text(_)) {
        let presets: Vec<Variant> = stages::presets();
        let map = reader.variant(path, node, "preset", &presets, &names(PROTOCOL));
        map.and_then(|map| typed::<Preset>(reader, path, node, map))
            .map(|(preset, map)| (preset.stages(), map))
    } else if node.get("name").is_none() {
        let words: Vec<&str> = stages::presets().iter().map(|preset| preset.name).collect();
        reader.wrong(
            &node.place,
            path,
            format!("want preset = one of {}; or a name and the stages", words.join(", ")),
        );
        None
    } else {
        let map = reader.table(path, node, stages::FIELDS, &names(PROTOCOL));
        map.and_then(|map| typed::<Stages>(reader, path, node, map))
    };
    let (mut common, (stages, body)) = (common?, body?);
    if common.get("name").is_none_or(Json::is_null) {
        let word = body.get("preset").cloned().unwrap_or_else(|| json!("composition"));
        common.insert("name".into(), word);
    }
    let agents: Vec<String> =
        serde_json::from_value(common.get("agents").cloned().unwrap_or_default()).unwrap_or_default();
    let place = node.get("agents").map_or(&node.place, |member| &member.place);
    let seats = join(path, "agents");
    if agents.len() < stages.agents_min() {
        let (want, got) = (stages.agents_min(), agents.len());
        let s = if want == 1 { "" } else { "s" };
        reader.wrong(place, &seats, format!("want at least {want} agent{s}, got {got}"));
    }
    let places = node.get("agents").map_or(&[][..], Node::items);
    for (i, (name, Node { place, .. })) in agents.iter().zip(places).enumerate() {
        if !known.contains(&name.as_str()) {
            let message = format!("no agent {name:?}{}", suggestion(name, known.iter().copied()));
            reader.wrong(place, &seats, message);
        }
        if agents[..i].contains(name) {
            let message =
                format!("{name:?} twice; an agent has one seat, its beliefs are the same everywhere");
            reader.wrong(place, &seats, message);
        }
    }
    if let Some(problem) = stages.problem() {
        reader.wrong(&node.place, path, problem);
    }
    let name = common.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
    common.extend(body);
    Some(((ProtocolSpec { name, stages }, agents), common))
}

fn expectations(reader: &mut Reader, root: &Node) -> Vec<Expectation> {
    let items = root.get("expect").map_or(&[][..], Node::items);
    let mut all = Vec::new();
    for (i, node) in items.iter().enumerate() {
        let path = format!("expect.{}", i + 1);
        let Some(map) = reader.table(&path, node, EXPECT, &[]) else { continue };
        for (key, list) in [("protocols", "protocol"), ("overseers", "overseer")] {
            let known: Vec<&str> =
                root.get(list).map_or(&[][..], Node::items).iter().filter_map(|n| name_of(list, n)).collect();
            for name in node.get(key).map_or(&[][..], Node::items) {
                let text = name.text().unwrap_or("");
                if !known.contains(&text) {
                    let message = format!("no {list} {text:?}{}", suggestion(text, known.iter().copied()));
                    reader.wrong(&name.place, &join(&path, key), message);
                }
            }
        }
        all.extend(typed::<Expectation>(reader, &path, node, map).map(|(expectation, _)| expectation));
    }
    all
}

/// A value as cell ids and columns show it.
fn shown(node: &Node) -> String {
    node.text().map_or_else(|| node.value.shown(), Into::into)
}

fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Text(text) => json!(text),
        Value::Int(number) => json!(number),
        Value::Real(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Date => Json::Null,
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Table(members) => {
            Json::Object(members.iter().map(|(key, node)| (key.clone(), to_json(node))).collect())
        }
    }
}

/// A resolved document as a tree again; what is null is absent.
pub fn from_json(json: &Json, place: &Place) -> Node {
    let value = match json {
        Json::Null => Value::Date,
        Json::Bool(flag) => Value::Flag(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, real) => Value::Real(real.unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(|item| from_json(item, place)).collect()),
        Json::Object(map) => {
            let members = map.iter().filter(|(_, value)| !value.is_null());
            Value::Table(members.map(|(key, value)| (key.clone(), from_json(value, place))).collect())
        }
    };
    Node::new(place.clone(), value)
}
