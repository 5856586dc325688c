//! Elenchus: a tournament simulator for scalable oversight.
//!
//! A scenario file becomes resolved cells ([`scenario`]), the [`tournament`] plays
//! each in an ECS world, and what comes out are [`records`].

pub mod agents;
pub mod claim;
pub mod cli;
pub mod learners;
pub mod overseers;
pub mod pixels;
pub mod records;
pub mod report;
pub mod scenario;
pub mod shape;
pub mod stats;
pub mod store;
pub mod streams;
pub mod systems;
pub mod tasks;
pub mod tournament;
pub mod units;
pub mod world;
