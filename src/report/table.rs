//! A table as values: what each column is, and its rows. CSV, Parquet and the dictionary of columns are
//! all made of it, so that none can say something else.

use crate::stats::learning::Estimate;
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::fmt;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// A whole number of 0 or more.
    Integer,
    /// A real number.
    Number,
}

impl Kind {
    /// Its name, in lower case.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
        }
    }
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, as in the header.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub kind: Kind,
    /// The unit of its values; "" for words and plain numbers.
    pub unit: &'static str,
    /// What it means, and when it is empty.
    pub meaning: Cow<'static, str>,
    /// How it is computed, where its meaning does not say.
    pub formula: &'static str,
    /// A key of REFERENCES.md, or "".
    pub source: &'static str,
}

/// What a row has in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// There is none.
    None,
    /// Words.
    Text(String),
    /// A whole number.
    Integer(u64),
    /// A real number, written with all its digits.
    Number(f64),
    /// A p-value: it may be tiny, and its ninth digit is nobody's business.
    PValue(f64),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::PValue(p) => write!(f, "{p:.7e}"),
        }
    }
}

impl Value {
    /// The same for programs; a number that is not finite is none.
    #[must_use]
    pub fn json(&self) -> Json {
        match self {
            Self::Text(text) => json!(text),
            other => serde_json::from_str(&other.to_string()).unwrap_or(Json::Null),
        }
    }
}

/// A table whose rows are made as they are asked for: a sweep may have a hundred thousand.
pub struct Rows<'a> {
    /// The file's name without its ending.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a value a column.
    pub rows: Box<dyn Iterator<Item = Vec<Value>> + 'a>,
}

/// A table in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The file's name without its ending.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a value a column.
    pub rows: Vec<Vec<Value>>,
}

impl Rows<'_> {
    /// The table as CSV text with a header.
    ///
    /// # Errors
    /// When the text cannot be formed.
    pub fn csv(self) -> Result<String, String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut put = |row: Vec<String>| writer.write_record(&row).map_err(|error| error.to_string());
        put(self.columns.iter().map(|column| column.name.to_string()).collect())?;
        for row in self.rows {
            put(row.iter().map(Value::to_string).collect())?;
        }
        let bytes = writer.into_inner().map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }

    /// The table in memory.
    #[must_use]
    pub fn collect(self) -> Table {
        Table { name: self.name, columns: self.columns, rows: self.rows.collect() }
    }
}

impl<'a> Rows<'a> {
    /// The table, unless it has no rows.
    #[must_use]
    pub fn unless_empty(self) -> Option<Self> {
        let mut rows = self.rows.peekable();
        rows.peek()?;
        Some(Self { rows: Box::new(rows), ..self })
    }
}

/// A column, and what a row of type `R` has there.
struct Field<R> {
    column: Column,
    value: Box<dyn Fn(&R) -> Value>,
}

/// The columns of a table with rows of type `R`: each is declared once, with its value.
pub struct Fields<R>(Vec<Field<R>>);

impl<R> Default for Fields<R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<R> Fields<R> {
    fn put(
        mut self,
        (name, kind, unit): (Cow<'static, str>, Kind, &'static str),
        meaning: impl Into<Cow<'static, str>>,
        value: impl Fn(&R) -> Value + 'static,
    ) -> Self {
        let column = Column { name, kind, unit, meaning: meaning.into(), formula: "", source: "" };
        self.0.push(Field { column, value: Box::new(value) });
        self
    }

    /// A column of words.
    pub fn text(
        self,
        name: impl Into<Cow<'static, str>>,
        meaning: impl Into<Cow<'static, str>>,
        value: impl Fn(&R) -> String + 'static,
    ) -> Self {
        self.put((name.into(), Kind::Text, ""), meaning, move |row| Value::Text(value(row)))
    }

    /// A column of counts.
    pub fn count(
        self,
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Fn(&R) -> u64 + 'static,
    ) -> Self {
        self.put((name.into(), Kind::Integer, unit), meaning, move |row| Value::Integer(value(row)))
    }

    /// A column of counts that may be absent.
    pub fn maybe_count(
        self,
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Fn(&R) -> Option<u64> + 'static,
    ) -> Self {
        let of = move |row: &R| value(row).map_or(Value::None, Value::Integer);
        self.put((name.into(), Kind::Integer, unit), meaning, of)
    }

    /// A column of numbers that may be absent.
    pub fn number(
        self,
        name: impl Into<Cow<'static, str>>,
        unit: &'static str,
        meaning: impl Into<Cow<'static, str>>,
        value: impl Fn(&R) -> Option<f64> + 'static,
    ) -> Self {
        let of = move |row: &R| value(row).map_or(Value::None, Value::Number);
        self.put((name.into(), Kind::Number, unit), meaning, of)
    }

    /// A column of p-values.
    pub fn p_value(
        self,
        name: &'static str,
        meaning: &'static str,
        value: impl Fn(&R) -> Option<f64> + 'static,
    ) -> Self {
        let of = move |row: &R| value(row).map_or(Value::None, Value::PValue);
        self.put((name.into(), Kind::Number, "probability"), meaning, of)
    }

    /// Three columns: a number and the ends of its 95 % interval.
    pub fn estimate(
        self,
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Fn(&R) -> Option<Estimate> + Clone + 'static,
    ) -> Self {
        let (mean, ends) = (value.clone(), value);
        self.number(name, unit, meaning, move |row| mean(row).map(|estimate| estimate.mean)).ends(
            name,
            unit,
            move |row| ends(row)?.interval,
        )
    }

    /// Two columns: the ends of a number's 95 % interval.
    pub fn ends(
        self,
        name: &'static str,
        unit: &'static str,
        interval: impl Fn(&R) -> Option<(f64, f64)> + Clone + 'static,
    ) -> Self {
        let (low, high) = (interval.clone(), interval);
        let meaning =
            |end: &str| format!("{end} end of the 95 % interval of {name}; empty where there is none");
        self.number(format!("{name}_low"), unit, meaning("lower"), move |row| low(row).map(|ends| ends.0))
            .number(format!("{name}_high"), unit, meaning("upper"), move |row| high(row).map(|ends| ends.1))
    }

    /// How the last column is computed.
    pub fn formula(mut self, formula: &'static str) -> Self {
        self.0.iter_mut().next_back().into_iter().for_each(|field| field.column.formula = formula);
        self
    }

    /// Who published the last column's measure: a key of REFERENCES.md.
    pub fn source(mut self, key: &'static str) -> Self {
        self.0.iter_mut().next_back().into_iter().for_each(|field| field.column.source = key);
        self
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        self.0.iter().map(|field| field.column.clone()).collect()
    }

    /// What a row has in each column.
    #[must_use]
    pub fn row(&self, row: &R) -> Vec<Value> {
        self.0.iter().map(|field| (field.value)(row)).collect()
    }

    /// The table of these rows.
    #[must_use]
    pub fn table<'a>(self, name: &'static str, rows: impl IntoIterator<Item = R> + 'a) -> Rows<'a>
    where
        R: 'a,
    {
        let columns = self.columns();
        Rows { name, columns, rows: Box::new(rows.into_iter().map(move |row| self.row(&row))) }
    }
}
