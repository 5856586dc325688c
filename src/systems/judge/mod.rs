//! Judge: the overseer decides what was contested.

pub mod persuasion;
pub mod verification;
