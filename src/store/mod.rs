//! The only floor that touches files: scenarios and tables in, result directories out,
//! whole or not at all.

pub mod files;
pub mod journal;
pub mod machine;
pub mod place;
pub mod results;
