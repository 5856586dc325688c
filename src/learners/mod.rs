//! Networks that learn. Training is candle's autograd over coarse operations of our own, whose
//! results on a CPU are the same bits on every machine, for any batch; a scorer answers from
//! the same kernels without tensors.
//!
//! What must not be here: families, agents' deeds, the truth. Pages and targets come in,
//! distributions over answers go out; of pictures a few pixels and a label come in, judges go out.
//! No other room names candle.

pub mod batch;
pub mod descent;
pub mod judges;
pub mod kernels;
pub mod learner;
pub mod model;
pub mod network;
pub mod ops;
pub mod optimiser;
pub mod place;
pub mod saved;
pub mod scorer;
pub mod tabular;
pub mod weights;

pub use descent::Stepped;
pub use network::Network;
pub use optimiser::Optimiser;
pub use scorer::Scorer;

/// Keeps candle to the thread that calls it: else its longer sums of gradients wake a thread for each core,
/// which wait in loops and make trainings that go on side by side wait for each other. No bit of
/// a result hangs on it. A program that trains does this before anything else.
///
/// # Safety
/// No other thread may run yet: it writes to the environment.
#[expect(unsafe_code, reason = "candle reads the number of its threads from the environment alone")]
pub unsafe fn keep_to_one_thread() {
    // SAFETY: the caller's.
    unsafe { std::env::set_var("CANDLE_NUM_THREADS", "1") };
    // It is read once, here.
    candle_core::utils::barrier_pool();
}
