//! How two manifests differ in what was to be played, by paths such as a sweep names.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// Where it stands, such as `overseer.human.error.rate`; members of a list go by their names, or where they
    /// have none by their place, from 0: `published[2].value`.
    pub path: String,
    /// What A has there; `None`: nothing, which is not the same as null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a: Option<Json>,
    /// What B has there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b: Option<Json>,
}

/// The settings that differ between two manifests, in the order of their paths: the scenarios', and beside them
/// `SEMANTICS`, `seed` and `cell`, the one cell that was played alone.
pub fn differing(a: &Json, b: &Json) -> Vec<Setting> {
    let mut found = Vec::new();
    walk("", Some(&all(a)), Some(&all(b)), &mut found);
    found
}

/// A manifest's settings as one document.
fn all(manifest: &Json) -> Json {
    let mut document: Map<String, Json> = manifest["scenario"].as_object().cloned().unwrap_or_default();
    for (name, key) in [("SEMANTICS", "semantics"), ("seed", "seed"), ("cell", "cell")] {
        if let Some(value) = manifest.get(key) {
            document.insert(name.into(), value.clone());
        }
    }
    Json::Object(document)
}

fn walk(path: &str, a: Option<&Json>, b: Option<&Json>, found: &mut Vec<Setting>) {
    if a == b {
        return;
    }
    match (a, b) {
        (Some(Json::Object(x)), Some(Json::Object(y))) => {
            let keys: BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            keys.into_iter().for_each(|key| walk(&join(path, key), x.get(key), y.get(key), found));
        }
        (Some(Json::Array(x)), Some(Json::Array(y))) => lists(path, x, y, found),
        _ => found.push(Setting { path: path.into(), a: a.cloned(), b: b.cloned() }),
    }
}

/// Lists of named members are compared by name, of as many tables by place, all others whole.
fn lists(path: &str, x: &[Json], y: &[Json], found: &mut Vec<Setting>) {
    if let (Some(left), Some(right)) = (names(x), names(y)) {
        let of = |list: &[&str], members: &[Json], name: &str| {
            list.iter().position(|other| *other == name).and_then(|at| members.get(at)).cloned()
        };
        let only_right = right.iter().filter(|name| !left.contains(name));
        for name in left.iter().chain(only_right) {
            let (a, b) = (of(&left, x, name), of(&right, y, name));
            walk(&join(path, name), a.as_ref(), b.as_ref(), found);
        }
        // The order of cells follows the order of names.
        let common = |list: &[&str], other: &[&str]| -> Vec<Json> {
            list.iter().filter(|name| other.contains(name)).map(|name| Json::from(*name)).collect()
        };
        let (a, b) = (common(&left, &right), common(&right, &left));
        if a != b {
            let (a, b) = (Some(Json::Array(a)), Some(Json::Array(b)));
            found.push(Setting { path: format!("{path} (order)"), a, b });
        }
    } else if x.len() == y.len() && x.iter().chain(y).all(Json::is_object) {
        for (at, (a, b)) in x.iter().zip(y).enumerate() {
            walk(&format!("{path}[{at}]"), Some(a), Some(b), found);
        }
    } else {
        let whole = |list: &[Json]| Some(Json::Array(list.to_vec()));
        found.push(Setting { path: path.into(), a: whole(x), b: whole(y) });
    }
}

/// The names of a list's members; `None` unless all have one of their own.
fn names(list: &[Json]) -> Option<Vec<&str>> {
    let names: Vec<&str> = list.iter().map(|member| member["name"].as_str()).collect::<Option<_>>()?;
    let different: BTreeSet<&&str> = names.iter().collect();
    (different.len() == names.len()).then_some(names)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}
