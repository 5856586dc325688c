//! What a scenario may say, as data: each variant declares its fields beside its
//! type, and the reader, `explain`, `list` and the JSON schema all follow from that.

/// The form of a value.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A real number from 0 to 1.
    Probability,
    /// A real number within bounds, inclusive.
    Real {
        /// Least.
        min: f64,
        /// Greatest.
        max: f64,
    },
    /// A whole number within bounds, inclusive.
    Count {
        /// Least.
        min: u64,
        /// Greatest.
        max: u64,
    },
    /// Any text.
    Text,
    /// true or false.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A table whose `kind` picks a variant; a bare word stands for a table with only that `kind`.
    Kind(fn() -> Vec<Variant>),
    /// A table with these fields.
    Table(&'static [Field]),
    /// A list of values of one form.
    List(&'static Shape),
}

/// A named parameter.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// As the scenario writes it.
    pub name: &'static str,
    /// Its form and range.
    pub shape: Shape,
    /// Its default as a TOML literal (`"0.1"`, `"\"coin\""`); `None`: it must be given; `Some("")`: it may be absent.
    pub default: Option<&'static str>,
    /// Its unit, or "".
    pub unit: &'static str,
    /// What it means and what raising it does.
    pub doc: &'static str,
}

/// A choice among kinds, with its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The word that picks it.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Who sees what, whose acts and errors count; "" where that does not apply.
    pub sees: &'static str,
    /// A key of REFERENCES.md, or "".
    pub source: &'static str,
    /// Its parameters.
    pub fields: &'static [Field],
}

/// A field that must be given.
#[must_use]
pub const fn required(name: &'static str, shape: Shape, unit: &'static str, doc: &'static str) -> Field {
    Field { name, shape, default: None, unit, doc }
}

/// A field with a default, a TOML literal; "" for "may be absent".
#[must_use]
pub const fn optional(
    name: &'static str,
    shape: Shape,
    default: &'static str,
    unit: &'static str,
    doc: &'static str,
) -> Field {
    Field { name, shape, default: Some(default), unit, doc }
}
