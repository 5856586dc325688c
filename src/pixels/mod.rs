//! Debates over pictures: two players take turns to show a judge, who sees nothing else, one nonzero
//! pixel each of a handwritten digit. Source: [Irving2018], section 3.1.
//!
//! What must not be here: files, the wall clock, a generator of its own. Draws are handed in, turn by turn; scores are
//! whole numbers, so that who wins is the same on every CPU.

pub mod board;
pub mod dense;
pub mod exact;
pub mod gallery;
pub mod idx;
pub mod judge;
pub mod lies;
pub mod play;
pub mod search;
mod sets;
mod vectors;

#[cfg(test)]
mod tests;
