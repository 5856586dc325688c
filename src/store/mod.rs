//! The only floor that touches files: scenarios and tables in, result directories out,
//! whole or not at all.

pub mod disk;
pub mod events;
pub mod files;
pub mod journal;
pub mod machine;
pub mod place;
pub mod results;
pub mod segments;
pub mod state;
pub mod sweep;
