//! Values inside of HTML: text that cannot become markup, JSON that cannot end its script.

use crate::report::page::data::PageData;
use serde_json::{Map, Value};

/// Long lists travel as columns: a name is then written once, not once a row.
pub(super) const COLUMNAR: [&str; 5] = ["cells", "pairs", "tied", "rounds", "pressure"];

/// Text as HTML shows it, in an element or in a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// The data as JSON for a script element: without `<`, neither an end tag nor a comment can begin in it.
pub(super) fn json(data: &PageData) -> String {
    let mut all = serde_json::to_value(data).expect("plain values have a JSON form");
    for name in COLUMNAR {
        if let Some(list) = all.get_mut(name) {
            *list = columns(list.take());
        }
    }
    all.to_string().replace('<', "\\u003c")
}

/// `[{a: 1, b: 2}, {a: 3, b: 4}]` as `{a: [1, 3], b: [2, 4]}`.
fn columns(rows: Value) -> Value {
    let mut columns = Map::new();
    let Value::Array(rows) = rows else { return rows };
    for row in rows {
        let Value::Object(row) = row else { continue };
        for (name, value) in row {
            if let Value::Array(column) = columns.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
                column.push(value);
            }
        }
    }
    Value::Object(columns)
}

/// The word that lets a script of the page run: a hash (FNV-1a) of what the page holds, so that text which
/// comes with a scenario cannot know it.
pub(super) fn nonce(content: &str) -> String {
    let hash = content.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A template with each `{{name}}` replaced; what is put in is not read again. An unknown name stays.
pub(super) fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut page =
        String::with_capacity(template.len() + values.iter().map(|(_, value)| value.len()).sum::<usize>());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let found = after.split_once("}}").and_then(|(name, after)| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (value, after))
        });
        match found {
            Some((value, after)) => {
                page.push_str(value);
                rest = after;
            }
            None => {
                page.push_str("{{");
                rest = after;
            }
        }
    }
    page.push_str(rest);
    page
}
