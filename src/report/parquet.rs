//! A table as a Parquet file in memory: the same bytes each time and on every CPU. Touches no disk, and never
//! drops or alters a value in silence.
//!
//! Every column is optional; [`Value::None`] is null, which NaN is not. Text is a string, an integer an unsigned
//! 64-bit integer, a number a double. The file's key-value metadata has one key, [`COLUMNS_KEY`].

#[cfg(test)]
mod tests;

use super::table::{Column, Kind, Table, Value};
use ::parquet::basic::{Encoding, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{ColumnPath, Type, TypePtr};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// The metadata key that describes the columns: a JSON array, in their order, of objects whose members `name`,
/// `type` (`text`, `integer` or `number`), `unit` and `meaning` are strings, in that order and without blanks.
pub const COLUMNS_KEY: &str = "elenchus.columns";

/// Who wrote the file. The version is that of this layout, not of the program, so that the bytes outlive releases.
const CREATED_BY: &str = "elenchus version 1";

/// Rows in a row group: bounds what is encoded at a time.
const GROUP_ROWS: usize = 65_536;

/// The bits of every NaN: which ones an operation gives differs between CPUs.
const NAN_BITS: u64 = 0x7ff8_0000_0000_0000;

/// What a file says about a column.
#[derive(Serialize)]
struct Description<'a> {
    name: &'a str,
    r#type: &'static str,
    unit: &'a str,
    meaning: &'a str,
}

/// The file's bytes.
///
/// # Errors
/// A table without columns or with two of one name, a row of another length, or a value that does not fit its
/// column: the message names table, column and row, counted from 1. An [`Value::Integer`] fits a column of
/// numbers, as the nearest one.
pub fn parquet(table: &Table) -> Result<Vec<u8>, String> {
    check_shape(table)?;
    let failed = |error: ParquetError| format!("table {}: {error}", table.name);
    let schema = schema(table).map_err(failed)?;
    let mut file =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties(table)?)).map_err(failed)?;
    for first in (0..table.rows.len()).step_by(GROUP_ROWS) {
        let rows = first..table.rows.len().min(first + GROUP_ROWS);
        let mut group = file.next_row_group().map_err(failed)?;
        for at in 0..table.columns.len() {
            let mut chunk = group.next_column().map_err(failed)?.expect("the schema has the table's columns");
            write_chunk(&mut chunk, table, at, rows.clone())?;
            chunk.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
    }
    file.into_inner().map_err(failed)
}

/// That names are distinct and rows complete.
fn check_shape(table: &Table) -> Result<(), String> {
    let Table { name, columns, rows } = table;
    if columns.is_empty() {
        return Err(format!("table {name}: want at least one column"));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = columns.iter().find(|column| !seen.insert(&column.name)) {
        return Err(format!("table {name}: two columns are named {}", twice.name));
    }
    match rows.iter().position(|row| row.len() != columns.len()) {
        Some(at) => {
            let (want, got) = (columns.len(), rows[at].len());
            Err(format!("table {name}, row {}: want {want} values, got {got}", at + 1))
        }
        None => Ok(()),
    }
}

/// The file's schema: a flat group of optional columns.
fn schema(table: &Table) -> Result<TypePtr, ParquetError> {
    let fields = table.columns.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Kind::Number => (Physical::DOUBLE, None),
        };
        let field = Type::primitive_type_builder(&column.name, physical);
        field.with_repetition(Repetition::OPTIONAL).with_logical_type(logical).build().map(Arc::new)
    });
    let fields = fields.collect::<Result<_, _>>()?;
    Type::group_type_builder(table.name).with_fields(fields).build().map(Arc::new)
}

/// How the file is written. Uncompressed: what a codec gives may change with its release. Text and numbers repeat
/// and go through a dictionary, the library's default; counts are packed differences.
fn properties(table: &Table) -> Result<WriterProperties, String> {
    let description = KeyValue::new(COLUMNS_KEY.into(), describe(&table.columns)?);
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.into())
        .set_key_value_metadata(Some(vec![description]))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in table.columns.iter().filter(|column| column.kind == Kind::Integer) {
        let path = ColumnPath::new(vec![column.name.to_string()]);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties.build())
}

/// The columns' descriptions; see [`COLUMNS_KEY`].
fn describe(columns: &[Column]) -> Result<String, String> {
    let each = columns.iter().map(|Column { name, kind, unit, meaning, .. }| Description {
        name,
        r#type: type_name(*kind),
        unit,
        meaning,
    });
    let descriptions: Vec<_> = each.collect();
    serde_json::to_string(&descriptions).map_err(|error| error.to_string())
}

/// What a kind is called.
fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Number => "number",
    }
}

/// Writes a column's values in some rows.
fn write_chunk(
    chunk: &mut SerializedColumnWriter<'_>,
    table: &Table,
    at: usize,
    rows: Range<usize>,
) -> Result<(), String> {
    let written = match table.columns[at].kind {
        Kind::Text => {
            let (values, levels) = gather(table, at, rows, text)?;
            chunk.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)
        }
        Kind::Integer => {
            let (values, levels) = gather(table, at, rows, integer)?;
            chunk.typed::<Int64Type>().write_batch(&values, Some(&levels), None)
        }
        Kind::Number => {
            let (values, levels) = gather(table, at, rows, number)?;
            chunk.typed::<DoubleType>().write_batch(&values, Some(&levels), None)
        }
    };
    written
        .map(|_| ())
        .map_err(|error| format!("table {}, column {}: {error}", table.name, table.columns[at].name))
}

/// A column's values in some rows, those that there are, and for each row whether (1) or not (0) there is one.
fn gather<T>(
    table: &Table,
    at: usize,
    rows: Range<usize>,
    convert: fn(&Value) -> Option<T>,
) -> Result<(Vec<T>, Vec<i16>), String> {
    let mut values = Vec::with_capacity(rows.len());
    let mut levels = Vec::with_capacity(rows.len());
    for row in rows {
        let value = &table.rows[row][at];
        let present = *value != Value::None;
        levels.push(i16::from(present));
        if present {
            values.push(convert(value).ok_or_else(|| misfit(table, at, row))?);
        }
    }
    Ok((values, levels))
}

fn text(value: &Value) -> Option<ByteArray> {
    match value {
        Value::Text(text) => Some(text.as_str().into()),
        _ => None,
    }
}

/// A count's 64 bits; the schema says that they are unsigned.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(count) => Some(count.cast_signed()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(count) => Some(*count as f64),
        Value::Number(number) | Value::PValue(number) if number.is_nan() => Some(f64::from_bits(NAN_BITS)),
        Value::Number(number) | Value::PValue(number) => Some(*number),
        _ => None,
    }
}

/// That a value does not fit its column.
fn misfit(table: &Table, at: usize, row: usize) -> String {
    let Column { name, kind, .. } = &table.columns[at];
    let (row, want, got) = (row + 1, type_name(*kind), &table.rows[row][at]);
    format!("table {}, column {name}, row {row}: want {want}, got {got:?}", table.name)
}
