//! Scenarios: from a file as written to resolved cells.

pub mod spec;
pub mod stages;
