//! The members of a scenario's lists: tasks, protocols and expectations, from what is written to typed values.

use crate::records::COLUMNS;
use crate::scenario::file::{Node, Value};
use crate::scenario::league::{League, PAIRING, Pairing, meetings};
use crate::scenario::nearest::suggestion;
use crate::scenario::presets::{self, Preset};
use crate::scenario::spec::{Expectation, ProtocolSpec, Published, TaskSpec};
use crate::scenario::stages::{self, Sides, Stages};
use crate::scenario::sweep::name_of;
use crate::scenario::validate::{Reader, join};
use crate::shape::{Field, Shape, Variant, optional, required};
use crate::tasks::{self, Family, FamilySpec};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

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
    PAIRING,
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

/// Fields of a published value.
pub const PUBLISHED: &[Field] = &[
    required("cell", Shape::Text, "", "the id of the cell it is beside, as in cells.csv"),
    optional(
        "measure",
        Shape::OneOf(&["accuracy", "target", "argmax", "sampled", "gap_recovered"]),
        "\"accuracy\"",
        "",
        "what was measured: the cell's accuracy, or of a level the targets, the student's likeliest or its drawn answers, or the performance gap recovered",
    ),
    optional(
        "level",
        Shape::Count { min: 0, max: 64 },
        "0",
        "level",
        "the level it is about; without meaning for the cell's accuracy",
    ),
    required("value", Shape::Probability, "", "the published value"),
    required("source", Shape::Text, "", "who published it, and where"),
    optional("note", Shape::Text, "", "", "what their setting had that ours has not"),
];

/// What a resolved document does not hold where it says nothing: documents were stored before there was such a thing.
const YOUNG: [&str; 3] = ["network", "player", "seen"];
/// The same of what lies deeper, in transformers.
const YOUNG_WITHIN: [&str; 2] = ["start", "passes"];

fn leave_out_within(map: &mut Map<String, Json>) {
    map.retain(|key, value| !(value.is_null() && YOUNG_WITHIN.contains(&key.as_str())));
    map.values_mut().filter_map(Json::as_object_mut).for_each(leave_out_within);
}

/// Reads the members of a list, with names that differ; the filled members join the document.
pub(super) fn list<T>(
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
        if let Some((value, mut map)) = read(reader, &path, node) {
            map.retain(|key, value| !(value.is_null() && YOUNG.contains(&key.as_str())));
            leave_out_within(&mut map);
            values.push(value);
            documents.push(Json::Object(map));
        }
    }
    filled.insert(key.into(), Json::Array(documents));
    values
}

/// The typed form of a validated table.
pub(super) fn typed<T: DeserializeOwned>(
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

pub(super) fn task(reader: &mut Reader, path: &str, node: &Node) -> Option<(TaskSpec, Map<String, Json>)> {
    let family = reader.variant(path, node, "family", &tasks::variants(), &names(TASK));
    let own = keep(node, &names(TASK));
    let common = reader.table(path, &own, TASK, &[]);
    let (family, mut common) = (family?, common?);
    let word = family.get("family").cloned().unwrap_or_default();
    if common.get("name").is_none_or(Json::is_null) {
        common.insert("name".into(), word);
    }
    let (mut spec, mut family) = typed::<FamilySpec>(reader, path, node, family)?;
    if let FamilySpec::SparsePixels(pixels) = &mut spec {
        reader.hang(path, node, pixels)?;
        family.insert("digest".into(), json!(pixels.digest));
    }
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

/// A protocol and the names of its agents.
pub(super) type Protocol = (ProtocolSpec, Vec<String>);

/// Protocols as they are played, each with its agents: of a league every meeting.
pub(super) fn protocol(
    reader: &mut Reader,
    path: &str,
    node: &Node,
    known: &[&str],
) -> Option<(Vec<Protocol>, Map<String, Json>)> {
    let own = keep(node, &names(PROTOCOL));
    let common = reader.table(path, &own, PROTOCOL, &[]);
    let body = if node.get("preset").is_some() || matches!(node.value, Value::Text(_)) {
        let presets: Vec<Variant> = presets::presets();
        let map = reader.variant(path, node, "preset", &presets, &names(PROTOCOL));
        map.and_then(|map| typed::<Preset>(reader, path, node, map))
            .map(|(preset, map)| (preset.stages(), map))
    } else if node.get("name").is_none() {
        let words: Vec<&str> = presets::presets().iter().map(|preset| preset.name).collect();
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
    let preset = body.get("preset").and_then(Json::as_str).unwrap_or("stages").to_owned();
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
    let pairing: Option<Pairing> =
        common.get("pairing").and_then(|json| serde_json::from_value(json.clone()).ok());
    if pairing.is_some() && (stages.agents_min() > 2 || stages.agents_max() != Some(2)) {
        let message = "a pairing wants two agents or more and a protocol that seats two, such as debate";
        reader.wrong(place, &seats, format!("{message}; got {}", agents.len()));
    }
    if pairing.is_some() && stages.cross_check.sides() != Sides::AsListed {
        let message = "a pairing swaps sides itself, in a meeting of its own; leave sides at as_listed";
        reader.wrong(&node.place, path, message);
    }
    let too_many = |max: &usize| pairing.is_none() && agents.len() > *max;
    if let Some(max) = stages.agents_max().filter(too_many) {
        let message = match max {
            0 => "nobody but the overseer plays; list no agents".into(),
            _ => format!("the protocol seats {max}, the others would never play; list as many, or vote"),
        };
        reader.wrong(place, &seats, format!("{message}; got {}", agents.len()));
    }
    let places = node.get("agents").map_or(&[][..], Node::items);
    let mut seated = BTreeSet::new();
    for (name, Node { place, .. }) in agents.iter().zip(places) {
        if !known.contains(&name.as_str()) {
            let message = format!("no agent {name:?}{}", suggestion(name, known.iter().copied()));
            reader.wrong(place, &seats, message);
        }
        if !seated.insert(name) {
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
    let league = pairing.map(|pairing| League { name: name.clone(), pairing, players: agents.clone() });
    Some((meetings(ProtocolSpec { name, preset, stages, league }, agents), common))
}

pub(super) fn expectations(reader: &mut Reader, root: &Node) -> Vec<Expectation> {
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

pub(super) fn published(reader: &mut Reader, root: &Node) -> Vec<Published> {
    let items = root.get("published").map_or(&[][..], Node::items);
    let read = |(i, node): (usize, &Node)| {
        let path = format!("published.{}", i + 1);
        let map = reader.table(&path, node, PUBLISHED, &[])?;
        typed::<Published>(reader, &path, node, map).map(|(published, _)| published)
    };
    items.iter().enumerate().filter_map(read).collect()
}
