//! Validation: a written value against its declared shape, defaults filled in, all
//! problems collected. What comes out as JSON fits the typed specs by construction.

use crate::pixels::gallery::Gallery;
use crate::scenario::file::{Node, Place, Problem, Value, parse_value, utf8};
use crate::scenario::nearest::suggestion;
use crate::shape::{Field, Shape, Variant};
use crate::tasks::sparse_pixels::SparsePixels;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Reads a file that a scenario names: a CSV table, weights, pictures.
pub type Files<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

/// Keys that a resolved document adds to what was written.
pub const RESOLVED: [&str; 4] = ["accuracies", "axes", "digest", "saved"];

/// Characters that are kept of a problem's path. One slip may bring a hundred thousand problems, each with a name as long
/// as the file.
const PATH_KEPT: usize = 200;
/// The same of its message.
const MESSAGE_KEPT: usize = 2_000;

/// So many characters of a text at most.
fn cut(mut text: String, most: usize) -> String {
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
        text.shrink_to_fit();
        text.push('\u{2026}');
    }
    text
}

/// Collects problems while it reads.
pub struct Reader<'a> {
    /// All problems so far.
    pub problems: Vec<Problem>,
    /// How to get at files.
    files: Files<'a>,
    /// Pictures that were read, by their folder.
    galleries: BTreeMap<String, Gallery>,
}

impl<'a> Reader<'a> {
    /// A reader that has noted nothing so far.
    pub fn new(files: Files<'a>) -> Self {
        Self { problems: Vec::new(), files, galleries: BTreeMap::new() }
    }

    /// Notes a problem.
    pub fn wrong(&mut self, place: &Place, path: &str, message: impl Into<String>) {
        let (path, message) = (cut(path.into(), PATH_KEPT), cut(message.into(), MESSAGE_KEPT));
        self.problems.push(Problem { place: place.clone(), path, message });
    }

    /// A table with these fields; `skip` are keys that somebody else reads.
    pub fn table(
        &mut self,
        path: &str,
        node: &Node,
        fields: &[Field],
        skip: &[&str],
    ) -> Option<Map<String, Json>> {
        let Value::Table(members) = &node.value else {
            self.wrong(&node.place, path, format!("want a table, got {}", node.value.shown()));
            return None;
        };
        for (key, member) in members {
            if !skip.contains(&key.as_str()) && !fields.iter().any(|field| field.name == key) {
                // What only resolved documents hold is no word for a person to write.
                let known = fields.iter().map(|field| field.name).chain(skip.iter().copied());
                let known = known.filter(|word| !RESOLVED.contains(word));
                let message = format!("no such key{}", suggestion(key, known));
                self.wrong(&member.key, &join(path, key), message);
            }
        }
        let mut complete = true;
        let mut map = Map::new();
        for field in fields {
            let path = join(path, field.name);
            let value = match (node.get(field.name), field.default) {
                (Some(member), _) => self.value(&path, member, &field.shape),
                (None, Some("")) => Some(Json::Null),
                (None, Some(default)) => {
                    let default = parse_value(default, &node.place);
                    self.value(&path, &default, &field.shape)
                }
                (None, None) => {
                    self.wrong(
                        &node.place,
                        &path,
                        format!("missing; want {}: {}", want(&field.shape), field.doc),
                    );
                    None
                }
            };
            complete &= value.is_some();
            map.insert(field.name.into(), value.unwrap_or(Json::Null));
        }
        complete.then_some(map)
    }

    /// A table whose `tag` picks a variant; `skip` are keys that somebody else reads.
    pub fn variant(
        &mut self,
        path: &str,
        node: &Node,
        tag: &str,
        variants: &[Variant],
        skip: &[&str],
    ) -> Option<Map<String, Json>> {
        let word = match &node.value {
            Value::Text(word) => word.clone(),
            Value::Table(_) => match node.get(tag).map(|member| (member, member.text())) {
                Some((_, Some(word))) => word.to_owned(),
                other => {
                    let names: Vec<&str> = variants.iter().map(|v| v.name).collect();
                    let (place, got) =
                        other.map_or((&node.place, "nothing".into()), |(n, _)| (&n.place, n.value.shown()));
                    self.wrong(
                        place,
                        &join(path, tag),
                        format!("want one of {}, got {got}", names.join(", ")),
                    );
                    return None;
                }
            },
            other => {
                let names: Vec<&str> = variants.iter().map(|v| v.name).collect();
                let message =
                    format!("want one of {} or a table with {tag}, got {}", names.join(", "), other.shown());
                self.wrong(&node.place, path, message);
                return None;
            }
        };
        let Some(variant) = variants.iter().find(|variant| variant.name == word) else {
            let place = node.get(tag).map_or(&node.place, |member| &member.place);
            let message = format!("no {tag} {word:?}{}", suggestion(&word, variants.iter().map(|v| v.name)));
            self.wrong(place, path, message);
            return None;
        };
        let empty = Node::new(node.place.clone(), Value::Table(Vec::new()));
        let table = if matches!(node.value, Value::Table(_)) { node } else { &empty };
        let skip: Vec<&str> = skip.iter().copied().chain([tag, "accuracies", "digest", "saved"]).collect();
        let mut map = self.table(path, table, variant.fields, &skip)?;
        map.insert(tag.into(), word.into());
        if variant.name == "table" {
            self.import(path, table, &mut map)?;
        } else if let Some(stray) = table.get("accuracies") {
            self.wrong(&stray.place, &join(path, "accuracies"), "only kind = \"table\" has accuracies");
            return None;
        }
        if let Some(digest) = table.get("digest") {
            if variant.name != "sparse_pixels" {
                self.wrong(&digest.place, &join(path, "digest"), "no such key");
                return None;
            }
            map.insert("digest".into(), self.value(&join(path, "digest"), digest, &Shape::Text)?);
        }
        if variant.name == "learned" && tag == "kind" {
            self.import_weights(path, table, &mut map)?;
        } else if let Some(stray) = table.get("saved") {
            self.wrong(&stray.place, &join(path, "saved"), "no such key");
            return None;
        }
        Some(map)
    }

    /// Takes note of pictures that were hung, so that no file of theirs is read again.
    pub fn knows(&mut self, pixels: &SparsePixels) {
        self.galleries.insert(pixels.pictures.clone(), pixels.gallery().clone());
    }

    /// Hangs the pictures of a task in its family, and notes what they hash to.
    pub fn hang(&mut self, path: &str, node: &Node, pixels: &mut SparsePixels) -> Option<()> {
        let hung = match self.galleries.get(&pixels.pictures) {
            Some(known) => pixels.hang_again(known.clone()),
            None => pixels.hang(self.files),
        };
        if let Err(problem) = hung {
            let place = node.get("pictures").map_or(&node.place, |member| &member.place).clone();
            self.wrong(&place, &join(path, "pictures"), problem);
            return None;
        }
        self.knows(pixels);
        Some(())
    }

    /// Fills in saved weights from their file, unless a resolved scenario has them already.
    fn import_weights(&mut self, path: &str, node: &Node, map: &mut Map<String, Json>) -> Option<()> {
        let Some(file) = map.get("weights").and_then(Json::as_str) else { return Some(()) };
        let known = node.get("saved").and_then(Node::text).map(Into::into);
        match known.map_or_else(|| (self.files)(file).map(|bytes| hexadecimal(&bytes)), Ok) {
            Ok(saved) => {
                map.insert("saved".into(), json!(saved));
                Some(())
            }
            Err(reason) => {
                let message = format!("weights {file:?}: {reason}");
                let place = node.get("weights").map_or(&node.place, |member| &member.place).clone();
                self.wrong(&place, path, message);
                None
            }
        }
    }

    /// A value of a shape.
    pub fn value(&mut self, path: &str, node: &Node, shape: &Shape) -> Option<Json> {
        let fits = match (shape, &node.value) {
            (Shape::Probability, _) => node.number().filter(|x| (0.0..=1.0).contains(x)).map(|x| json!(x)),
            (Shape::Real { min, max }, _) => {
                node.number().filter(|x| (*min..=*max).contains(x)).map(|x| json!(x))
            }
            (Shape::Count { min, max }, _) => {
                count(node).filter(|n| (*min..=*max).contains(n)).map(|n| json!(n))
            }
            (Shape::Text, Value::Text(text)) if !text.trim().is_empty() => Some(json!(text)),
            (Shape::Flag, Value::Flag(flag)) => Some(json!(flag)),
            (Shape::OneOf(words), Value::Text(word)) => {
                if !words.contains(&word.as_str()) {
                    let message = format!("no such word {word:?}{}", suggestion(word, words.iter().copied()));
                    self.wrong(&node.place, path, message);
                    return None;
                }
                Some(json!(word))
            }
            (Shape::Kind(variants), _) => {
                return self.variant(path, node, "kind", &variants(), &[]).map(Json::Object);
            }
            (Shape::Table(fields), _) => return self.table(path, node, fields, &[]).map(Json::Object),
            (Shape::List(shape), Value::List(items)) => {
                let read = |(i, item): (usize, &Node)| self.value(&format!("{path}[{i}]"), item, shape);
                let values: Vec<Option<Json>> = items.iter().enumerate().map(read).collect();
                return values.into_iter().collect::<Option<Vec<Json>>>().map(Json::Array);
            }
            _ => None,
        };
        if fits.is_none() {
            self.wrong(&node.place, path, format!("want {}, got {}", want(shape), node.value.shown()));
        }
        fits
    }

    /// Fills in accuracies from a CSV file, unless a resolved scenario has them already.
    fn import(&mut self, path: &str, node: &Node, map: &mut Map<String, Json>) -> Option<()> {
        let known = node.get("accuracies").filter(|known| !known.items().is_empty());
        let accuracies = match known {
            Some(known) => self.value(&join(path, "accuracies"), known, &Shape::List(&Shape::Probability))?,
            None => {
                let text = |key| map.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
                let (file, row) = (text("file"), text("row"));
                match (self.files)(&file).and_then(|csv| accuracies(&utf8(&file, csv)?, &row)) {
                    Ok(accuracies) => json!(accuracies),
                    Err(reason) => {
                        let place = node.get("file").map_or(&node.place, |member| &member.place);
                        self.wrong(place, path, format!("table {file:?}: {reason}"));
                        return None;
                    }
                }
            }
        };
        map.insert("accuracies".into(), accuracies);
        Some(())
    }
}

/// Bytes as digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The accuracies by level of one name, from CSV text with columns name, level, accuracy.
fn accuracies(text: &str, row: &str) -> Result<Vec<f64>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| {
        let missing =
            || format!("want a column {name:?}, got {}", headers.iter().collect::<Vec<_>>().join(", "));
        headers.iter().position(|header| header == name).ok_or_else(missing)
    };
    let (name, level, accuracy) = (column("name")?, column("level")?, column("accuracy")?);
    let mut levels: Vec<(u32, f64)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        let cell = |column: usize| record.get(column).unwrap_or("");
        if !names.iter().any(|known| known == cell(name)) {
            names.push(cell(name).into());
        }
        if cell(name) == row {
            let bad = |what: &str, text: &str| format!("line {}: want {what}, got {text:?}", line + 2);
            let at: u32 = cell(level).parse().map_err(|_| bad("a level from 0 to 64", cell(level)))?;
            let p: f64 =
                cell(accuracy).parse().map_err(|_| bad("an accuracy from 0 to 1", cell(accuracy)))?;
            if at > 64 {
                return Err(bad("a level from 0 to 64", cell(level)));
            }
            if !(0.0..=1.0).contains(&p) {
                return Err(bad("an accuracy from 0 to 1", cell(accuracy)));
            }
            levels.push((at, p));
        }
    }
    if levels.is_empty() {
        return Err(format!("no rows named {row:?}{}", suggestion(row, names.iter().map(String::as_str))));
    }
    levels.sort_by_key(|(level, _)| *level);
    let consecutive = levels.iter().enumerate().all(|(i, (level, _))| i as u32 == *level);
    if !consecutive {
        let got: Vec<String> = levels.iter().map(|(level, _)| level.to_string()).collect();
        return Err(format!("{row:?}: want each level once, from 0 on, got {}", got.join(", ")));
    }
    Ok(levels.into_iter().map(|(_, p)| p).collect())
}

/// A whole number, also when written as 1e6.
#[must_use]
pub fn count(node: &Node) -> Option<u64> {
    match node.value {
        Value::Int(number) => u64::try_from(number).ok(),
        Value::Real(number) if (0.0..=9e15).contains(&number) && number.fract() == 0.0 => Some(number as u64),
        _ => None,
    }
}

/// A shape in words.
#[must_use]
pub fn want(shape: &Shape) -> String {
    match shape {
        Shape::Probability => "a probability from 0 to 1".into(),
        Shape::Real { min, max } => format!("a number from {min} to {max}"),
        Shape::Count { min, max } => format!("a whole number from {min} to {max}"),
        Shape::Text => "text".into(),
        Shape::Flag => "true or false".into(),
        Shape::OneOf(words) => format!("one of {}", words.join(", ")),
        Shape::Kind(variants) => {
            let names: Vec<&str> = variants().iter().map(|variant| variant.name).collect();
            format!("one of {}", names.join(", "))
        }
        Shape::Table(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            format!("a table with {}", names.join(", "))
        }
        Shape::List(shape) => format!("a list, each {}", want(shape)),
    }
}

/// A path below a path.
#[must_use]
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}
