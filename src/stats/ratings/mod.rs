//! Ratings of players from a table of results: who is stronger, by how much, how surely, and whether
//! "stronger" means anything at all. Reads tables, never a match; draws nothing that is not passed in.

pub mod alpha_rank;
pub mod bradley_terry;
pub mod chance;
pub mod elo;
pub mod error;
pub mod game;
pub mod matrix;
pub mod nash;
pub mod pairing;
pub mod results;
mod simplex;
pub mod swiss;
pub mod transitivity;

#[cfg(test)]
mod tests;

pub use error::RatingError;
