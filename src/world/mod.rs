//! The ECS world of one block of trials: components, resources, and how they are
//! spawned. Knows no protocol; what happens in a tick is in `systems`.

pub mod brain;
pub mod clerk;
pub mod components;
pub mod eye;
pub mod fault;
pub mod ground;
pub mod judgement;
pub mod mind;
pub mod resources;
pub mod spawn;
pub mod waiting;
