//! The data dictionary: every column of every table, from the declarations that the tables are made of.

use crate::report::table::Column;
use crate::report::tables;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Columns of this name, each with its table's file.
#[must_use]
pub fn find(name: &str) -> Vec<(String, Column)> {
    let all = tables::dictionary().into_iter().flat_map(|table| {
        let file = format!("{}.csv", table.name);
        table.columns.into_iter().map(move |column| (file.clone(), column))
    });
    all.filter(|(_, column)| column.name == name).collect()
}

/// All names of columns.
#[must_use]
pub fn names() -> Vec<String> {
    tables::dictionary().into_iter().flat_map(|t| t.columns).map(|column| column.name.into_owned()).collect()
}

/// A column in words.
#[must_use]
pub fn explain(file: &str, column: &Column) -> String {
    let unit = if column.unit.is_empty() { String::new() } else { format!(", in {}", column.unit) };
    let kind = column.kind.word();
    let mut text = format!("{} (column of {file}): {kind}{unit}\n  {}\n", column.name, column.meaning);
    for (what, said) in [("formula", column.formula.to_owned()), ("source", key(column.source))] {
        if !said.is_empty() {
            text.push_str(&format!("  {what}: {said}\n"));
        }
    }
    text
}

/// A key as it is cited.
fn key(source: &str) -> String {
    if source.is_empty() { String::new() } else { format!("[{source}]") }
}

/// A column for programs.
#[must_use]
pub fn json_of(file: &str, column: &Column) -> Json {
    json!({
        "table": file, "name": column.name, "type": column.kind.word(), "unit": column.unit,
        "meaning": column.meaning, "formula": column.formula, "source": column.source,
    })
}

/// The dictionary for programs.
#[must_use]
pub fn json() -> Json {
    let tables = tables::dictionary().into_iter();
    let columns = tables.flat_map(|table| {
        let file = format!("{}.csv", table.name);
        table.columns.iter().map(|column| json_of(&file, column)).collect::<Vec<_>>()
    });
    columns.collect()
}

/// The dictionary to read, in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Columns\n\nEvery column of every table of a result, as `elenchus columns` prints it. A table that would have no rows is \
         not written, cells.csv and calibration.csv aside. Shares are 0 to 1; ends of intervals are at 95 %. With `--format parquet` the same \
         columns are in Parquet files too, typed and with these units and meanings in their metadata.\n",
    );
    for table in tables::dictionary() {
        let about = format!("\n## {}.csv\n\n{}\n\n", table.name, tables::about(table.name));
        text.push_str(&about);
        text.push_str("| column | type | unit | meaning |\n| --- | --- | --- | --- |\n");
        for column in table.columns {
            let formula =
                if column.formula.is_empty() { String::new() } else { format!("; {}", column.formula) };
            let source =
                if column.source.is_empty() { String::new() } else { format!(" {}", key(column.source)) };
            let said = format!("{}{formula}{source}", column.meaning).replace('|', "\\|");
            // Writing to a text cannot fail.
            let _ =
                writeln!(text, "| `{}` | {} | {} | {said} |", column.name, column.kind.word(), column.unit);
        }
    }
    text
}
