//! A scenario as written: TOML text as a tree of values that know where they stand,
//! and problems that point there. Decides nothing about what is valid.

use std::fmt;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Where something is written: bytes of the file, or a place outside it such as `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Bytes of the file.
    Bytes(Range<usize>),
    /// Somewhere else, in words.
    Elsewhere(String),
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where its key stands; where it stands itself, if it has none.
    pub key: Place,
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A real number.
    Real(f64),
    /// true or false.
    Flag(bool),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order written.
    Table(Vec<(String, Node)>),
    /// A date or time, which nothing here takes.
    Date,
}

impl Value {
    /// What it is, for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Int(number) => number.to_string(),
            Self::Real(number) if number.abs() >= 1e16 && number.is_finite() => format!("{number:e}"),
            Self::Real(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Table(_) => "a table".into(),
            Self::Date => "a date".into(),
        }
    }
}

impl Value {
    /// The value itself as TOML in one line, keys sorted: equal values are equal text.
    #[must_use]
    pub fn inline(&self) -> String {
        let quoted = |text: &String| serde_json::Value::from(text.as_str()).to_string();
        match self {
            Self::Text(text) => quoted(text),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.inline()).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Table(members) if members.is_empty() => "{}".into(),
            Self::Table(members) => {
                let bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
                let key = |key: &String| {
                    if !key.is_empty() && key.chars().all(bare) { key.clone() } else { quoted(key) }
                };
                let mut pairs: Vec<String> =
                    members.iter().map(|(k, node)| format!("{} = {}", key(k), node.value.inline())).collect();
                // A resolved document sorts its keys; the text must be the same before and after.
                pairs.sort_unstable();
                format!("{{ {} }}", pairs.join(", "))
            }
            _ => self.shown(),
        }
    }
}

impl Node {
    /// A value without a key.
    #[must_use]
    pub fn new(place: Place, value: Value) -> Self {
        Self { key: place.clone(), place, value }
    }

    /// The member of a table.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Value::Table(members) = &self.value else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// The member of a table, made if absent; `None` if this is no table.
    pub fn entry(&mut self, name: &str, made: Self) -> Option<&mut Self> {
        let Value::Table(members) = &mut self.value else { return None };
        let at = members.iter().position(|(key, _)| key == name).unwrap_or_else(|| {
            members.push((name.into(), made));
            members.len() - 1
        });
        Some(&mut members[at].1)
    }

    /// The text it is, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The number it is, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Int(number) => Some(number as f64),
            Value::Real(number) => Some(number),
            _ => None,
        }
    }

    /// A list's items; a lone value is a list of one.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { std::slice::from_ref(self) }
    }
}

/// The text of a file of this name.
///
/// # Errors
/// Where its bytes are no UTF-8.
pub fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        format!("{name}:{line}:{column}: want UTF-8 text, got another encoding; save the file as UTF-8")
    })
}

/// Parses TOML text.
///
/// # Errors
/// All syntax errors and where they are.
pub fn parse(text: &str) -> Result<Node, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let problem = |error: toml::de::Error| {
            let place = Place::Bytes(error.span().unwrap_or(0..0));
            Problem { place, path: String::new(), message: error.message().into() }
        };
        return Err(errors.into_iter().map(problem).collect());
    }
    let span = table.span();
    Ok(Node::new(Place::Bytes(span), table_value(table.into_inner())))
}

/// Parses one TOML value, such as `0.1` or `{ kind = "uniform" }`; bare words count as text.
#[must_use]
pub fn parse_value(literal: &str, place: &Place) -> Node {
    fn move_to(node: &mut Node, place: &Place) {
        (node.key, node.place) = (place.clone(), place.clone());
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| move_to(item, place)),
            Value::Table(members) => members.iter_mut().for_each(|(_, node)| move_to(node, place)),
            _ => {}
        }
    }
    let parsed = parse(&format!("value = {literal}")).ok().and_then(|node| node.get("value").cloned());
    let mut node = parsed.unwrap_or_else(|| Node::new(place.clone(), Value::Text(literal.into())));
    move_to(&mut node, place);
    node
}

fn table_value(table: DeTable) -> Value {
    let mut members: Vec<_> = table.into_iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    let member = |(key, value): (toml::Spanned<std::borrow::Cow<str>>, toml::Spanned<DeValue>)| {
        let (key_place, place) = (Place::Bytes(key.span()), Place::Bytes(value.span()));
        let value = value_of(value.into_inner());
        (key.into_inner().into_owned(), Node { key: key_place, place, value })
    };
    Value::Table(members.into_iter().map(member).collect())
}

fn value_of(value: DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            let beyond = || Value::Real(digits.parse().unwrap_or(f64::INFINITY));
            i64::from_str_radix(&digits, number.radix()).map_or_else(|_| beyond(), Value::Int)
        }
        DeValue::Float(number) => Value::Real(number.as_str().replace('_', "").parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(items) => Value::List(
            items
                .into_iter()
                .map(|item| {
                    let place = Place::Bytes(item.span());
                    Node::new(place, value_of(item.into_inner()))
                })
                .collect(),
        ),
        DeValue::Table(table) => table_value(table),
    }
}

/// Something wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// The path of the value, such as `overseer.human.error.rate`; "" for the file as a whole.
    pub path: String,
    /// What was expected, what was found, and the remedy.
    pub message: String,
}

/// Everything wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file's name, for display.
    pub file: String,
    /// Its text.
    pub text: String,
    /// In the order of the file.
    pub list: Vec<Problem>,
}

impl Problems {
    /// 1-based line and column of a byte, columns in characters.
    #[must_use]
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &self.text[..byte];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for problem in self.list.iter().take(PROBLEMS_SHOWN) {
            let path = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path) };
            match &problem.place {
                Place::Elsewhere(place) => writeln!(f, "{place}: {path}{}", problem.message)?,
                Place::Bytes(span) => {
                    let (line, column) = self.line_column(span.start);
                    writeln!(f, "{}:{line}:{column}: {path}{}", self.file, problem.message)?;
                    let source = self.text.lines().nth(line - 1).unwrap_or("");
                    let gutter = line.to_string().len();
                    let (shown, caret) = window(source, column - 1, span.len());
                    writeln!(f, "  {line} | {shown}")?;
                    writeln!(f, "  {:gutter$} | {caret}", "")?;
                }
            }
        }
        let count = self.list.len();
        if count > PROBLEMS_SHOWN {
            writeln!(f, "and {} more", count - PROBLEMS_SHOWN)?;
        }
        write!(f, "{count} problem{} in {}", if count == 1 { "" } else { "s" }, self.file)
    }
}

/// Problems that are shown; nobody reads more, and one slip may bring thousands.
const PROBLEMS_SHOWN: usize = 100;

/// Characters of a source line that are shown; a longer one is cut around the mistake.
const LINE_SHOWN: usize = 80;

/// A source line and the carets below it: `width` bytes marked after `before` characters.
fn window(source: &str, before: usize, width: usize) -> (String, String) {
    let count = source.chars().count();
    let marked = |before: usize, room: usize| {
        " ".repeat(before) + &"^".repeat(width.clamp(1, room.saturating_sub(before).max(1)))
    };
    if count <= LINE_SHOWN {
        return (source.into(), marked(before, count));
    }
    let from = before.saturating_sub(LINE_SHOWN / 2).min(count - LINE_SHOWN);
    let (left, right) =
        (if from > 0 { "\u{2026}" } else { "" }, if from + LINE_SHOWN < count { "\u{2026}" } else { "" });
    let shown: String = source.chars().skip(from).take(LINE_SHOWN).collect();
    let indent = left.chars().count();
    (format!("{left}{shown}{right}"), marked(before - from + indent, LINE_SHOWN + indent))
}

impl std::error::Error for Problems {}
