//! Networks that learn. Training is candle's autograd over coarse operations of our own, whose
//! results on a CPU are the same bits on every machine, for any batch; a scorer answers from
//! the same kernels without tensors.
//!
//! What must not be here: families, agents' deeds, the truth. Pages and targets come in,
//! distributions over answers go out. No other room names candle.

pub mod batch;
pub mod kernels;
pub mod learner;
pub mod model;
pub mod network;
pub mod ops;
pub mod optimiser;
pub mod scorer;
pub mod tabular;
pub mod weights;

pub use network::{Network, Stepped};
pub use optimiser::Optimiser;
pub use scorer::Scorer;
