//! Sweeps: axes of values for paths, and setting a path in a scenario as written.

use crate::agents;
use crate::overseers;
use crate::scenario::file::{Node, Place, Problem, Value, parse_value};
use crate::scenario::nearest::suggestion;
use crate::scenario::validate::{Reader, join};
use crate::shape::Field;

/// The most cells of a scenario.
pub const CELLS_MAX: u128 = 4_000_000;
/// The most cells that are there at once, where they cannot be played apart.
pub const TOGETHER_MAX: u128 = 200_000;
/// Cells of a sweep from which on they are made and played some at a time.
pub const LARGE: u128 = 20_000;

/// A swept path and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Such as `overseer.human.error.rate`.
    pub path: String,
    /// Where it was asked for.
    pub place: Place,
    /// Its values.
    pub values: Vec<Node>,
}

/// The axes of a `[sweep]` table, and whether they are zipped.
pub fn axes(reader: &mut Reader, node: &Node) -> (Vec<Axis>, bool) {
    let Value::Table(members) = &node.value else {
        reader.wrong(&node.place, "sweep", format!("want a table of paths, got {}", node.value.shown()));
        return (Vec::new(), false);
    };
    let mut axes = Vec::new();
    let mut zip = false;
    for (key, member) in members {
        match (key.as_str(), member.text()) {
            ("mode", Some("zip")) => zip = true,
            ("mode", Some("grid")) => {}
            ("mode", _) => {
                reader.wrong(
                    &member.place,
                    "sweep.mode",
                    format!("want grid or zip, got {}", member.value.shown()),
                );
            }
            _ => leaves(reader, key, member, &mut axes),
        }
    }
    if axes.is_empty() && reader.problems.is_empty() {
        reader.wrong(&node.place, "sweep", "the sweep is empty; give it a path, or leave it out");
    }
    (axes, zip)
}

/// Unquoted paths arrive as tables in tables; an axis is where values begin.
fn leaves(reader: &mut Reader, path: &str, node: &Node, axes: &mut Vec<Axis>) {
    let is_axis = ["from", "to", "step", "values"].iter().any(|key| node.get(key).is_some());
    match &node.value {
        Value::Table(members) if !is_axis && !members.is_empty() => {
            members.iter().for_each(|(key, member)| leaves(reader, &join(path, key), member, axes));
        }
        _ => {
            if let Some(values) = axis_values(reader, path, node) {
                axes.push(Axis { path: path.into(), place: node.place.clone(), values });
            }
        }
    }
}

fn axis_values(reader: &mut Reader, path: &str, node: &Node) -> Option<Vec<Node>> {
    let path = join("sweep", path);
    let listed = match &node.value {
        Value::List(items) => Some(items.clone()),
        Value::Table(_) => node.get("values").map(|values| values.items().to_vec()),
        _ => {
            let message =
                format!("want {{ from, to, step }} or a list of values, got {}", node.value.shown());
            reader.wrong(&node.place, &path, message);
            return None;
        }
    };
    if let Value::Table(members) = &node.value {
        for (key, member) in members {
            let known = ["from", "to", "step", "values"];
            if !known.contains(&key.as_str()) {
                reader.wrong(
                    &member.key,
                    &join(&path, key),
                    format!("no such key{}", suggestion(key, known)),
                );
                return None;
            }
        }
    }
    if let Some(values) = listed {
        if values.is_empty() {
            reader.wrong(&node.place, &path, "no values; give at least one");
            return None;
        }
        return Some(values);
    }
    let mut bound = |key: &str| {
        let number = node.get(key).and_then(Node::number).filter(|number| number.is_finite());
        if number.is_none() {
            let got = node.get(key).map_or("nothing".into(), |member| member.value.shown());
            let place = node.get(key).map_or(&node.place, |member| &member.place);
            reader.wrong(place, &join(&path, key), format!("want a number, got {got}"));
        }
        number
    };
    let (from, to, step) = (bound("from"), bound("to"), bound("step"));
    let whole = ["from", "to", "step"]
        .iter()
        .all(|key| matches!(node.get(key).map(|n| &n.value), Some(Value::Int(_))));
    match steps(from?, to?, step?) {
        Err(message) => {
            let place = node.get("step").map_or(&node.place, |step| &step.place);
            reader.wrong(place, &join(&path, "step"), message);
            None
        }
        Ok(numbers) => {
            let value = |x: f64| if whole { Value::Int(x as i64) } else { Value::Real(x) };
            Some(numbers.into_iter().map(|x| Node::new(node.place.clone(), value(x))).collect())
        }
    }
}

/// The numbers from, from + step, … up to `to`, which is one of them if the steps arrive there; each rounded to 12 digits.
fn steps(from: f64, to: f64, step: f64) -> Result<Vec<f64>, String> {
    if step == 0.0 {
        return Err("a step of 0 never arrives; want another".into());
    }
    // A rounding error short of `to` still arrives.
    let count = ((to - from) / step + 1e-9).floor();
    if count < 0.0 || count.is_nan() {
        return Err(format!("steps of {step} never lead from {from} to {to}; the sweep is empty"));
    }
    if count >= CELLS_MAX as f64 {
        return Err(format!("{} values; at most {CELLS_MAX} cells fit, take larger steps", count + 1.0));
    }
    let rounded = |x: f64| format!("{x:.11e}").parse::<f64>().unwrap_or(x);
    Ok((0..=count as u64).map(|i| rounded(from + i as f64 * step)).collect())
}

/// An axis as a command line gives it: `path` and `from:to:step` or `a,b,c`.
///
/// # Errors
/// What is wrong with it.
pub fn axis_of(path: &str, text: &str) -> Result<Axis, Problem> {
    let place = Place::Elsewhere(format!("--over {path}={text}"));
    let wrong = |message: String| Problem { place: place.clone(), path: path.into(), message };
    let parts: Vec<&str> = text.split(':').collect();
    let values = if let [from, to, step] = parts[..] {
        let number = |text: &str| {
            let parsed = text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
            parsed.ok_or_else(|| wrong(format!("want from:to:step, three numbers, got {text:?}")))
        };
        let whole = parts.iter().all(|part| part.trim().parse::<i64>().is_ok());
        let numbers = steps(number(from)?, number(to)?, number(step)?).map_err(wrong)?;
        let value = |x: f64| if whole { Value::Int(x as i64) } else { Value::Real(x) };
        numbers.into_iter().map(|x| Node::new(place.clone(), value(x))).collect()
    } else if text.trim().is_empty() {
        return Err(wrong("no values; want from:to:step or a,b,c".into()));
    } else {
        text.split(',').map(|value| parse_value(value.trim(), &place)).collect()
    };
    Ok(Axis { path: path.into(), place, values })
}

/// What may be set of the scenario as a whole.
const COUNTS: [&str; 5] = ["seed", "trials", "until", "until_difference", "replicates"];

/// Sets a path in a scenario as written. Names pick members of lists.
///
/// # Errors
/// What the path should have been.
pub fn set(root: &mut Node, path: &str, value: &Node) -> Result<(), String> {
    let segments: Vec<&str> = path.split('.').collect();
    let (&leaf, way) = segments.split_last().ok_or("an empty path")?;
    let lists: [(&str, &[Field]); 4] =
        [("agent", agents::FIELDS), ("overseer", overseers::FIELDS), ("task", &[]), ("protocol", &[])];
    let Some((&list, rest)) = way.split_first() else {
        if COUNTS.contains(&leaf) {
            let member = root.entry(leaf, value.clone()).ok_or("the file is no table")?;
            *member = value.clone();
            return Ok(());
        }
        return Err(format!(
            "no such path{}",
            suggestion(leaf, COUNTS.into_iter().chain(["agent.…", "overseer.…", "task.…", "protocol.…"]))
        ));
    };
    let Some((_, fields)) = lists.iter().find(|(name, _)| *name == list) else {
        return Err(format!("no such path{}", suggestion(list, lists.iter().map(|(name, _)| *name))));
    };
    let Some((&name, inner)) = rest.split_first() else {
        return Err(format!("want {list}.NAME.parameter, got {path}"));
    };
    let mut node = named(root, list, name)?;
    for (depth, segment) in inner.iter().enumerate() {
        let default =
            fields.iter().find(|field| depth == 0 && field.name == *segment).and_then(|field| field.default);
        let made = parse_value(default.filter(|text| !text.is_empty()).unwrap_or("{}"), &value.place);
        let shown = node.value.shown();
        node = node.entry(segment, made).ok_or_else(|| format!("{path}: {shown} has no {segment}"))?;
        // A bare word stands for a table with only its kind.
        if let Value::Text(_) = node.value {
            let word = std::mem::replace(&mut node.value, Value::Table(Vec::new()));
            let place = node.place.clone();
            node.entry("kind", Node::new(place, word));
        }
    }
    let shown = node.value.shown();
    let member = node.entry(leaf, value.clone()).ok_or_else(|| format!("{path}: {shown} has no {leaf}"))?;
    *member = value.clone();
    Ok(())
}

/// What a member of a list goes by.
#[must_use]
pub fn name_of<'a>(list: &str, node: &'a Node) -> Option<&'a str> {
    let fallback = match list {
        "task" => "family",
        "protocol" => "preset",
        _ => "name",
    };
    node.get("name").or_else(|| node.get(fallback)).and_then(Node::text)
}

fn named<'a>(root: &'a mut Node, list: &str, name: &str) -> Result<&'a mut Node, String> {
    let known: Vec<String> = root
        .get(list)
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|node| name_of(list, node).map(Into::into))
        .collect();
    let unknown = || format!("no {list} {name:?}{}", suggestion(name, known.iter().map(String::as_str)));
    let Value::Table(members) = &mut root.value else { return Err("the file is no table".into()) };
    let member = members.iter_mut().find(|(key, _)| key == list).map(|(_, node)| node).ok_or_else(unknown)?;
    let items = if matches!(member.value, Value::List(_)) {
        let Value::List(items) = &mut member.value else { return Err(unknown()) };
        items.as_mut_slice()
    } else {
        std::slice::from_mut(member)
    };
    items.iter_mut().find(|node| name_of(list, node) == Some(name)).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stop_at_the_end() {
        assert_eq!(steps(0.0, 0.5, 0.3), Ok(vec![0.0, 0.3]));
        assert_eq!(steps(0.0, 0.3, 0.1), Ok(vec![0.0, 0.1, 0.2, 0.3]));
        assert_eq!(steps(3.0, 1.0, -1.0), Ok(vec![3.0, 2.0, 1.0]));
        assert!(steps(0.0, 1.0, -0.1).is_err());
    }
}
