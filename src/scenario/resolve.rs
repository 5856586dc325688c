//! Resolving: a written scenario with its overrides and sweep to cells.

use crate::agents::{self, AgentSpec};
use crate::overseers::{self, OverseerSpec};
use crate::scenario::file::{Node, Place, Problem, Value};
use crate::scenario::members::{expectations, list, protocol, published, task, typed};
use crate::scenario::nearest::suggestion;
use crate::scenario::outline::{Outline, Point, points, shown, values_at};
use crate::scenario::spec::{Published, Scenario, Until};
use crate::scenario::sweep::{Axis, CELLS_MAX, LARGE, TOGETHER_MAX, axes, name_of};
use crate::scenario::validate::{Files, Reader};
use crate::shape::{Field, Shape, optional, required};
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;

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
        "until",
        Shape::Real { min: 1e-4, max: 1.0 },
        "",
        "half width",
        "if given, trials go on from there until every accuracy's 95 % interval is so narrow; less: four times the trials for half of it",
    ),
    optional(
        "until_difference",
        Shape::Real { min: 1e-4, max: 2.0 },
        "",
        "half width",
        "the same of every difference between two strategies",
    ),
    optional(
        "replicates",
        Shape::Count { min: 1, max: 10_000 },
        "1",
        "runs",
        "independent runs; more: intervals for cells that train something",
    ),
];

/// Keys that hold lists.
const LISTS: [&str; 7] = ["task", "agent", "overseer", "protocol", "sweep", "expect", "published"];

/// Resolves a written scenario; `over` are further axes, which replace a sweep of the same path.
pub fn resolve(
    mut root: Node,
    stem: &str,
    over: Vec<Axis>,
    zip: bool,
    files: Files,
) -> Result<Scenario, Vec<Problem>> {
    let mut reader = Reader::new(files);
    if root.get("name").is_none() {
        let place = root.place.clone();
        root.entry("name", Node::new(place, Value::Text(stem.into())));
    }
    let (written, zipped) = root.get("sweep").map_or((Vec::new(), false), |sweep| axes(&mut reader, sweep));
    let mut all: Vec<Axis> =
        written.into_iter().filter(|axis| over.iter().all(|o| o.path != axis.path)).collect();
    // Cells go by other names where more is swept than the file says.
    let as_written = over.is_empty();
    all.extend(over);
    let base = point(&mut reader, &root, |_| None);
    let expectations = expectations(&mut reader, &root);
    let published = published(&mut reader, &root);
    let zip = zip || zipped;
    let until = base.as_ref().map(|base| base.until).unwrap_or_default();
    check_axes(&mut reader, &all, zip, until);
    let (Some(base), true) = (base, reader.problems.is_empty()) else { return Err(reader.problems) };
    let count = points(&all, zip);
    let cells = count.saturating_mul(base.tasks.len() as u128).saturating_mul(base.overseers.len() as u128);
    let cells = cells.saturating_mul(base.protocols.len() as u128);
    if cells > CELLS_MAX {
        let place = all.first().map_or(&root.place, |axis| &axis.place);
        reader.wrong(place, "sweep", format!("{cells} cells; at most {CELLS_MAX} fit, sweep fewer values"));
        return Err(reader.problems);
    }
    check_points(&mut reader, &all, zip);
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let outline = Outline::new(&root, base.clone(), all, zip);
    let is_large = cells > LARGE && outline.is_plain(&mut reader);
    if !is_large && cells > TOGETHER_MAX {
        let place = outline.place().unwrap_or(&root.place);
        let message = format!(
            "{cells} cells that train something or are matches of a league; at most {TOGETHER_MAX} fit, sweep fewer values"
        );
        reader.wrong(place, "sweep", message);
        return Err(reader.problems);
    }
    let cells = if is_large { Vec::new() } else { outline.all(&mut reader) };
    for (i, Published { cell, .. }) in published.iter().enumerate() {
        if as_written && !is_large && !cells.iter().any(|known| known.id == *cell) {
            let place = root.get("published").and_then(|list| list.items().get(i)?.get("cell"));
            let hint = suggestion(cell, cells.iter().take(64).map(|cell| cell.id.as_str()));
            reader.wrong(
                place.map_or(&root.place, |node| &node.place),
                "published",
                format!("no cell {cell:?}{hint}"),
            );
        }
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let name = base.filled.get("name").and_then(Json::as_str).unwrap_or(stem).to_owned();
    let about = base.filled.get("about").and_then(Json::as_str).unwrap_or("").to_owned();
    let mut document = base.filled.clone();
    // What is not said at the top is not there.
    document.retain(|_, value| !value.is_null());
    document.insert("expect".into(), json!(expectations));
    document.insert("published".into(), json!(published));
    let all = outline.axes();
    if !all.is_empty() {
        let mut sweep = Map::new();
        sweep.insert("mode".into(), json!(if zip { "zip" } else { "grid" }));
        for axis in all {
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
        large: is_large.then(|| Arc::new(outline)),
        expectations,
        published,
        document: Json::Object(document),
    })
}

fn check_axes(reader: &mut Reader, axes: &[Axis], zip: bool, until: Until) {
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
        // One run ends by one rule, and looks at all its cells after so many trials.
        let ends = ["until", "until_difference"].contains(&axis.path.as_str());
        let hangs = axis.path == "trials" && until != Until::default();
        if ends || hangs {
            let message = format!(
                "{} is the same for all cells of a run that plays until; play a run for each",
                axis.path
            );
            reader.wrong(&axis.place, &axis.path, message);
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

/// Points are known by their values: two that read the same are a mistake, and the first is told.
fn check_points(reader: &mut Reader, axes: &[Axis], zip: bool) {
    // Their names' hashes: the names of a million points are long.
    let mut known: HashMap<[u8; 32], u128> = HashMap::new();
    for index in 0..points(axes, zip) {
        let values = values_at(axes, zip, index);
        let pairs = axes.iter().zip(&values).map(|(axis, value)| format!("{}={}", axis.path, shown(value)));
        let name = pairs.collect::<Vec<_>>().join("|");
        if let Some(first) = known.insert(*blake3::hash(name.as_bytes()).as_bytes(), index) {
            let first = values_at(axes, zip, first);
            let differs = (0..axes.len()).find(|i| !std::ptr::eq(first[*i], values[*i])).unwrap_or(0);
            let message = format!("two points of the sweep are {name}; give each value once");
            reader.wrong(&values[differs].place, &axes[differs].path, message);
            return;
        }
    }
}

/// Reads everything but the sweep; of a list that `base` gives, nothing is to be read again.
pub(super) fn point<'a>(
    reader: &mut Reader,
    root: &Node,
    base: impl Fn(&str) -> Option<&'a Point>,
) -> Option<Point> {
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
    let tasks = match base("task") {
        Some(base) => base.tasks.clone(),
        None => Arc::new(list(reader, root, "task", true, &mut filled, task)),
    };
    let overseers = match base("overseer") {
        Some(base) => base.overseers.clone(),
        None => Arc::new(list(reader, root, "overseer", true, &mut filled, |reader, path, node| {
            let map = reader.table(path, node, overseers::FIELDS, &[])?;
            let (overseer, map) = typed::<OverseerSpec>(reader, path, node, map)?;
            if let Some(problem) = overseer.problem() {
                reader.wrong(&node.place, path, problem);
            }
            Some((overseer, map))
        })),
    };
    let agents = match base("agent") {
        Some(base) => base.agents.clone(),
        None => Arc::new(list(reader, root, "agent", false, &mut filled, |reader, path, node| {
            let map = reader.table(path, node, agents::FIELDS, &[])?;
            typed::<AgentSpec>(reader, path, node, map)
        })),
    };
    let mut known: Vec<&str> =
        root.get("agent").map_or(&[][..], Node::items).iter().filter_map(|n| name_of("agent", n)).collect();
    known.dedup();
    // Protocols name agents, whose names an axis may change.
    let protocols = match base("protocol").and(base("agent")) {
        Some(base) => base.protocols.clone(),
        None => {
            let read = |reader: &mut Reader, path: &str, node: &Node| protocol(reader, path, node, &known);
            Arc::new(list(reader, root, "protocol", true, &mut filled, read).concat())
        }
    };
    let number = |key: &str| filled.get(key).and_then(Json::as_u64);
    let (seed, trials, replicates) = (number("seed")?, number("trials")?, number("replicates")? as u32);
    let half = |key: &str| filled.get(key).and_then(Json::as_f64);
    let until = Until { accuracy: half("until"), difference: half("until_difference") };
    let fine = reader.problems.len() == before;
    fine.then_some(Point { seed, trials, replicates, until, tasks, overseers, agents, protocols, filled })
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
