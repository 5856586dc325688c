//! Judge: the overseer decides what was contested.

pub mod bout;
pub mod consultancy;
pub mod debate;
pub mod pixels;
pub mod verification;
