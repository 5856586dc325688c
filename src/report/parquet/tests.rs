//! What is written is read back, by the library's own reader; `check.py` has other readers read `small.parquet`.

use super::*;
use ::parquet::basic::ConvertedType;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::statistics::Statistics;
use ::parquet::record::Field;
use std::fs::File;
use std::io::Write;

fn column(name: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> Column {
    Column { name: name.into(), kind, unit, meaning: meaning.into(), formula: "", source: "" }
}

fn word(text: &str) -> Value {
    Value::Text(text.into())
}

/// Every kind, every special value, and nothing in each column. `check.py` knows it too.
fn small() -> Table {
    use Value::{Integer, None, Number, PValue};
    let columns = vec![
        column("protocol", Kind::Text, "", "the \"protocol\""),
        column("trials", Kind::Integer, "matches", "matches played"),
        column("accuracy", Kind::Number, "share", "right verdicts ÷ trials"),
    ];
    let rows = vec![
        vec![word("debate"), Integer(0), Number(0.1)],
        vec![word("débat 討論 🗣"), Integer(u64::MAX), Number(f64::NAN)],
        vec![None, None, None],
        vec![word(""), Integer(1 << 63), Number(-0.0)],
        vec![word("debate"), Integer(i64::MAX as u64), Number(f64::INFINITY)],
        vec![word("a,\"b\"\n"), Integer(7), Number(f64::NEG_INFINITY)],
        vec![word("debate"), None, Number(5e-324)],
        vec![None, Integer(7), PValue(1.5e-300)],
        vec![word("debate"), Integer(8), Integer((1 << 53) + 1)],
        vec![word("debate"), Integer(8), Number(0.0)],
    ];
    Table { name: "cells", columns, rows }
}

/// Rows that differ everywhere, over three row groups, the last of them short.
fn large() -> Table {
    let columns = vec![
        column("key", Kind::Text, "", ""),
        column("count", Kind::Integer, "", ""),
        column("share", Kind::Number, "", ""),
    ];
    let row = |at: u64| match at % 5 {
        0 => vec![Value::None, Value::None, Value::None],
        _ => vec![
            // Long words, so that a group's dictionary outgrows its page.
            word(&format!("{:>32}", at * 7919 % 100_003)),
            Value::Integer(at.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            Value::Number(at as f64 / 3.0),
        ],
    };
    Table { name: "large", columns, rows: (0..2 * GROUP_ROWS as u64 + 3).map(row).collect() }
}

fn reader(bytes: &[u8]) -> SerializedFileReader<File> {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("it can be written");
    SerializedFileReader::new(file).expect("a valid file")
}

/// The values of a file, as bits where they are numbers.
fn rows(bytes: &[u8]) -> Vec<Vec<Value>> {
    let value = |field: &Field| match field {
        Field::Null => Value::None,
        Field::Str(text) => word(text),
        Field::ULong(count) => Value::Integer(*count),
        Field::Double(number) => Value::Number(*number),
        other => panic!("no such type: {other:?}"),
    };
    let rows = reader(bytes).into_iter().map(|row| row.expect("a row"));
    rows.map(|row| row.get_column_iter().map(|(_, field)| value(field)).collect()).collect()
}

/// What a table's values are in a file: numbers by their bits, since NaN differs from itself.
fn same(got: &[Vec<Value>], want: &[Vec<Value>]) {
    assert_eq!(got.len(), want.len());
    for (at, (got, want)) in got.iter().flatten().zip(want.iter().flatten()).enumerate() {
        match (got, want) {
            (Value::Number(got), Value::Number(want) | Value::PValue(want)) => {
                assert_eq!(got.to_bits(), want.to_bits(), "value {at}");
            }
            (Value::Number(got), Value::Integer(want)) => assert_eq!(*got, *want as f64, "value {at}"),
            _ => assert_eq!(got, want, "value {at}"),
        }
    }
}

#[test]
fn values_and_nulls_are_read_back() {
    for table in [small(), large()] {
        same(&rows(&parquet(&table).expect("a file")), &table.rows);
    }
}

#[test]
fn types_names_and_metadata_are_read_back() {
    let reader = reader(&parquet(&small()).expect("a file"));
    let file = reader.metadata().file_metadata();
    assert_eq!(file.schema().name(), "cells");
    let columns = file.schema_descr().columns().iter();
    let types = columns.map(|c| (c.name(), c.physical_type(), c.converted_type(), c.max_def_level()));
    let want = [
        ("protocol", Physical::BYTE_ARRAY, ConvertedType::UTF8, 1),
        ("trials", Physical::INT64, ConvertedType::UINT_64, 1),
        ("accuracy", Physical::DOUBLE, ConvertedType::NONE, 1),
    ];
    assert_eq!(types.collect::<Vec<_>>(), want);
    assert_eq!(file.schema_descr().column(0).logical_type_ref(), Some(&LogicalType::String));
    assert_eq!(file.schema_descr().column(1).logical_type_ref(), Some(&LogicalType::integer(64, false)));
    assert_eq!(file.created_by(), Some("elenchus version 1"));
    let description = concat!(
        r#"[{"name":"protocol","type":"text","unit":"","meaning":"the \"protocol\""},"#,
        r#"{"name":"trials","type":"integer","unit":"matches","meaning":"matches played"},"#,
        r#"{"name":"accuracy","type":"number","unit":"share","meaning":"right verdicts ÷ trials"}]"#,
    );
    let keys = [KeyValue::new("elenchus.columns".into(), description.to_owned())];
    assert_eq!(file.key_value_metadata().map(Vec::as_slice), Some(&keys[..]));
}

#[test]
fn a_row_group_has_statistics_and_so_many_rows() {
    let file = reader(&parquet(&large()).expect("a file"));
    let groups = file.metadata().row_groups().iter();
    assert_eq!(groups.map(|group| group.num_rows()).collect::<Vec<_>>(), [65_536, 65_536, 3]);

    let file = reader(&parquet(&small()).expect("a file"));
    let group = file.metadata().row_group(0);
    let nulls = |at: usize| group.column(at).statistics().and_then(Statistics::null_count_opt);
    assert_eq!([nulls(0), nulls(1), nulls(2)], [Some(2), Some(2), Some(1)]);
    let Some(Statistics::Int64(trials)) = group.column(1).statistics() else { panic!("no statistics") };
    // As unsigned: the greatest has all bits set, which as a signed number is -1.
    assert_eq!((trials.min_opt(), trials.max_opt()), (Some(&0), Some(&-1)));
    let Some(Statistics::Double(accuracy)) = group.column(2).statistics() else { panic!("no statistics") };
    assert_eq!((accuracy.min_opt(), accuracy.max_opt()), (Some(&f64::NEG_INFINITY), Some(&f64::INFINITY)));
}

#[test]
fn bytes_are_the_same_each_time() {
    let once = parquet(&large()).expect("a file");
    assert!(once == parquet(&large()).expect("a file"));
    let mut other = large();
    other.rows[70_001][1] = Value::Integer(1);
    assert!(once != parquet(&other).expect("a file"));
}

#[test]
fn bytes_are_the_kept_ones() {
    let bytes = parquet(&small()).expect("a file");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write("src/report/parquet/small.parquet", &bytes).expect("it can be written");
    } else {
        assert!(
            bytes == include_bytes!("small.parquet"),
            "UPDATE_GOLDEN=1 cargo test rewrites it; then run check.py"
        );
    }
}

#[test]
fn every_nan_has_the_same_bytes() {
    let with = |nan| {
        let mut table = small();
        table.rows[1][2] = nan;
        parquet(&table).expect("a file")
    };
    let kept = with(Value::Number(f64::NAN));
    assert!(kept == with(Value::Number(-f64::NAN)));
    assert!(kept == with(Value::PValue(f64::from_bits(0x7ff0_0000_0000_0001))));
    assert!(kept != with(Value::None));
}

#[test]
fn columns_without_rows_or_values_are_a_file() {
    let mut table = small();
    table.rows = vec![vec![Value::None, Value::None, Value::None]; 4];
    same(&rows(&parquet(&table).expect("a file")), &table.rows);
    table.rows.clear();
    let empty = reader(&parquet(&table).expect("a file"));
    assert_eq!(empty.metadata().file_metadata().num_rows(), 0);
    assert_eq!(empty.metadata().file_metadata().schema_descr().num_columns(), 3);
}

/// Columns of one name would be one setting; a dot in a name is not a path.
#[test]
fn names_are_kept_as_they_are() {
    let mut table = small();
    table.columns[0].name = "a.b".into();
    table.columns[2].name = "".into();
    let reader = reader(&parquet(&table).expect("a file"));
    let columns = reader.metadata().file_metadata().schema_descr().columns().iter();
    assert_eq!(columns.map(|column| column.name()).collect::<Vec<_>>(), ["a.b", "trials", ""]);
}

#[test]
fn what_does_not_fit_is_an_error_that_says_where() {
    let check = |change: fn(&mut Table), want: &str| {
        let mut table = small();
        change(&mut table);
        assert_eq!(parquet(&table), Err(want.to_owned()));
    };
    check(
        |table| table.rows[3][1] = Value::Number(1.0),
        "table cells, column trials, row 4: want integer, got Number(1.0)",
    );
    check(
        |table| table.rows[3][1] = word("1"),
        "table cells, column trials, row 4: want integer, got Text(\"1\")",
    );
    check(
        |table| table.rows[0][0] = Value::Integer(1),
        "table cells, column protocol, row 1: want text, got Integer(1)",
    );
    check(
        |table| table.rows[8][2] = word("1"),
        "table cells, column accuracy, row 9: want number, got Text(\"1\")",
    );
    check(|table| table.rows[4].truncate(2), "table cells, row 5: want 3 values, got 2");
    check(|table| table.columns[2].name = "trials".into(), "table cells: two columns are named trials");
    check(|table| table.columns.clear(), "table cells: want at least one column");
}
