//! The words a scenario may use: listed, explained, and as a JSON schema, all from
//! the declarations beside the types.

use crate::agents;
use crate::overseers;
use crate::scenario::members::{EXPECT, PROTOCOL, PUBLISHED, TASK};
use crate::scenario::resolve::TOP;
use crate::scenario::validate::want;
use crate::scenario::{distil, league, presets, stages};
use crate::shape::{Field, Shape, Variant};
use crate::tasks;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::fmt;

/// All words by group.
#[must_use]
pub fn list() -> Vec<(&'static str, Vec<Variant>)> {
    let scenario = |name, doc, fields| Variant { name, doc, sees: "", source: "", fields };
    vec![
        ("protocol", presets::presets()),
        ("family", tasks::variants()),
        ("competence", agents::competences()),
        ("network", agents::learned::networks()),
        ("decomposer", agents::decomposer::decomposers()),
        ("stance", agents::stances()),
        ("player", agents::player::players()),
        ("error model", overseers::errors()),
        ("judge network", overseers::network::networks()),
        ("pairing", league::pairings()),
        ("decompose", stages::decomposes()),
        ("answer", stages::answerings()),
        ("cross-check", stages::cross_checks()),
        ("judge", stages::judges()),
        ("distil", distil::distils()),
        (
            "table",
            vec![
                scenario("scenario", "the top of a scenario file", TOP),
                scenario("task", "what is asked", TASK),
                scenario("agent", "who answers and argues", agents::FIELDS),
                scenario("overseer", "who oversees", overseers::FIELDS),
                scenario("protocol", "how: its agents, and a preset's own fields or the stages", PROTOCOL),
                scenario("stages", "a protocol spelled out", stages::FIELDS),
                scenario("expect", "an outcome asserted after a run", EXPECT),
                scenario("published", "a published value, shown beside ours", PUBLISHED),
            ],
        ),
    ]
}

/// Something that is explained: a word of a group, or a field of a word or table.
pub enum Entry {
    /// A word and its group.
    Word(&'static str, Variant),
    /// A field and where it belongs, such as `overseer (table)` or `overseer.panel`.
    Field(String, Field),
}

/// All that goes by a name, and all names there are.
#[must_use]
pub fn find(name: &str) -> (Vec<Entry>, BTreeSet<&'static str>) {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for (group, variants) in list() {
        for variant in variants {
            known.insert(variant.name);
            if variant.name == name {
                found.push(Entry::Word(group, variant));
            }
            let mut of = |place: &str, field: &Field| {
                known.insert(field.name);
                if field.name == name {
                    found.push(Entry::Field(place.into(), *field));
                }
            };
            let place = format!("{} ({group})", variant.name);
            for field in variant.fields {
                of(&place, field);
                if let Shape::Table(inner) = field.shape {
                    inner.iter().for_each(|inner| of(&format!("{}.{}", variant.name, field.name), inner));
                }
            }
        }
    }
    // A word first, then the fields of that name.
    found.sort_by_key(|entry| matches!(entry, Entry::Field(..)));
    (found, known)
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Word(group, word) => {
                writeln!(f, "{} ({group}): {}", word.name, word.doc)?;
                if !word.sees.is_empty() {
                    writeln!(f, "  who sees what: {}", word.sees)?;
                }
                if !word.source.is_empty() {
                    writeln!(f, "  source: [{}]", word.source)?;
                }
                word.fields.iter().try_for_each(|field| write!(f, "{}", explain_field(field, 2)))
            }
            Self::Field(place, field) => {
                write!(f, "{} (field of {place})\n{}", field.name, explain_field(field, 2))
            }
        }
    }
}

impl Entry {
    /// The same for programs.
    #[must_use]
    pub fn json(&self) -> Json {
        match self {
            Self::Word(group, word) => json!({
                "group": group, "name": word.name, "doc": word.doc, "sees": word.sees, "source": word.source,
                "fields": word.fields.iter().map(field_json).collect::<Vec<_>>(),
            }),
            Self::Field(place, field) => {
                let mut json = field_json(field);
                json["of"] = json!(place);
                json
            }
        }
    }
}

/// All words for programs, by group.
#[must_use]
pub fn list_json() -> Json {
    let words = list().into_iter().flat_map(|(group, variants)| {
        variants.into_iter().map(move |variant| Entry::Word(group, variant).json())
    });
    words.collect()
}

fn field_json(field: &Field) -> Json {
    let mut json = json!({
        "name": field.name, "want": want(&field.shape), "unit": field.unit, "doc": field.doc,
        "default": field.default.filter(|text| !text.is_empty()), "required": field.default.is_none(),
    });
    if let Shape::Table(fields) = field.shape {
        json["fields"] = fields.iter().map(field_json).collect();
    }
    json
}

fn explain_field(field: &Field, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let unit = if field.unit.is_empty() { String::new() } else { format!(" ({})", field.unit) };
    let default = match field.default {
        None => "must be given".into(),
        Some("") => "may be absent".into(),
        Some(default) => format!("default {default}"),
    };
    let mut text =
        format!("{pad}{}: {}{unit}, {default}\n{pad}    {}\n", field.name, want(&field.shape), field.doc);
    if let Shape::Table(fields) = field.shape {
        fields.iter().for_each(|field| text.push_str(&explain_field(field, indent + 4)));
    }
    text
}

/// The JSON schema of scenario files, for editors.
#[must_use]
pub fn schema() -> Json {
    let list_of = |item: Json| json!({ "anyOf": [item.clone(), { "type": "array", "items": item }] });
    let tasks: Vec<Json> = tasks::variants().iter().map(|v| of_variant(v, "family", TASK)).collect();
    let mut protocols: Vec<Json> =
        presets::presets().iter().map(|v| of_variant(v, "preset", PROTOCOL)).collect();
    protocols.push(of_fields(&[stages::FIELDS, PROTOCOL].concat(), None));
    let mut schema = of_fields(TOP, None);
    let parts = [
        ("task", list_of(json!({ "anyOf": tasks }))),
        ("agent", list_of(of_fields(agents::FIELDS, None))),
        ("overseer", list_of(of_fields(overseers::FIELDS, None))),
        ("protocol", list_of(json!({ "anyOf": protocols }))),
        (
            "sweep",
            json!({ "type": "object", "description": "paths, each with { from, to, step } or a list of values; mode = grid or zip" }),
        ),
        ("expect", list_of(of_fields(EXPECT, None))),
        ("published", list_of(of_fields(PUBLISHED, None))),
    ];
    for (name, part) in parts {
        schema["properties"][name] = part;
    }
    schema["required"] = json!(["task", "overseer", "protocol"]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("Elenchus scenario");
    schema
}

fn of_fields(fields: &[Field], tag: Option<(&str, &str)>) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    if let Some((tag, word)) = tag {
        properties.insert(tag.into(), json!({ "const": word }));
        required.push(tag);
    }
    for field in fields {
        let mut property = of_shape(&field.shape);
        let unit = if field.unit.is_empty() { String::new() } else { format!(" Unit: {}.", field.unit) };
        property["description"] = json!(format!("{}.{unit}", field.doc));
        if let Some(default) = field.default.and_then(|text| serde_json::from_str::<Json>(text).ok()) {
            property["default"] = default;
        }
        properties.insert(field.name.into(), property);
        if field.default.is_none() {
            required.push(field.name);
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn of_variant(variant: &Variant, tag: &str, more: &[Field]) -> Json {
    let mut schema = of_fields(&[variant.fields, more].concat(), Some((tag, variant.name)));
    schema["description"] = json!(variant.doc);
    schema
}

fn of_shape(shape: &Shape) -> Json {
    match shape {
        Shape::Probability => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Shape::Real { min, max } => json!({ "type": "number", "minimum": min, "maximum": max }),
        Shape::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Text => json!({ "type": "string" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::OneOf(words) => json!({ "enum": words }),
        Shape::Table(fields) => of_fields(fields, None),
        Shape::List(shape) => json!({ "type": "array", "items": of_shape(shape) }),
        Shape::Kind(variants) => {
            let variants = variants();
            let bare: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
            let mut options = vec![json!({ "enum": bare })];
            options.extend(variants.iter().map(|variant| of_variant(variant, "kind", &[])));
            json!({ "anyOf": options })
        }
    }
}
