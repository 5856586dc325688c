//! Steps down a loss, and what is said when one is lost: the same for networks of any kind.

use super::optimiser::Optimiser;
use super::place::said;
use super::saved;
use super::weights::{NotFinite, Weights};
use candle_core::Tensor;

/// What a step saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stepped {
    /// The mean loss before the step, in nats.
    pub loss: f32,
    /// The norm of all gradients together, before clipping.
    pub norm: f32,
}

/// One step down a loss, a scalar with its graph.
///
/// # Errors
/// If the loss or a gradient is infinite or no number: the weights are then as they were before.
pub fn step(loss: &Tensor, weights: &mut Weights, optimiser: &Optimiser) -> Result<Stepped, String> {
    let nats: f32 = loss.to_scalar().map_err(said)?;
    if !nats.is_finite() {
        return Err(lost(weights, optimiser, "loss", f64::from(nats)));
    }
    let mut grads = loss.backward().map_err(said)?;
    match weights.update(&mut grads, optimiser).map_err(said)? {
        Ok(norm) => Ok(Stepped { loss: nats, norm: norm as f32 }),
        Err(NotFinite(norm)) => Err(lost(weights, optimiser, "norm of the gradients", norm)),
    }
}

/// The averaged weights as safetensors: the same bytes for the same weights.
///
/// # Errors
/// If they cannot be written down, or one is infinite or no number.
pub fn save(weights: &Weights, optimiser: &Optimiser) -> Result<Vec<u8>, String> {
    for (name, _, numbers) in weights.averages() {
        if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(lost(weights, optimiser, &format!("weight in {name}"), f64::from(*number)));
        }
    }
    saved::write(weights)
}

fn lost(weights: &Weights, optimiser: &Optimiser, what: &str, found: f64) -> String {
    let Optimiser { rate, clip, .. } = optimiser;
    format!(
        "step {}: want a finite {what}, got {found}; lower the rate (now {rate}) or the clip (now {clip}), or warm up for longer",
        weights.steps() + 1
    )
}
