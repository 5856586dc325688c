//! Learners: what is taught on pages and answers them. The only place that knows
//! candle. Nothing here knows a question, an agent or the truth.

pub mod learner;
pub mod network;
pub mod tabular;
