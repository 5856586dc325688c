//! Judges of pictures: networks that see a few pixels and say which digit they are of. They are trained here, on random
//! pixels of pictures, and made ready to play: a dense one in whole numbers, by `pixels/`, a convolution where it differs
//! from a blank picture. Source: [Irving2018].
//!
//! What must not be here: debates, who shows which pixel, pictures that are played.

mod album;
mod convolution;
mod model;

use super::descent;
use super::ops::Ops;
use super::optimiser::Optimiser;
use super::place::{place, said};
use super::saved;
use super::weights::Weights;
use crate::agents::learned::Schedule;
use crate::overseers::network::{JudgeNetwork, Sighting};
use crate::pixels::board::LABELS;
use crate::pixels::dense::{self, Dense};
use crate::pixels::idx::Pictures;
use crate::streams::Draws;
use album::{Album, Sample};
use candle_core::Device;
pub use convolution::Convolution;
use model::Model;

/// A judge that was trained.
#[derive(Debug)]
pub enum TrainedJudge {
    /// One hidden layer, in whole numbers.
    Dense(Dense),
    /// The published network.
    Convolution(Box<Convolution>),
}

impl TrainedJudge {
    /// What one unit of its scores is, in nats.
    #[must_use]
    pub fn nats(&self) -> f64 {
        match self {
            Self::Dense(dense) => dense.nats(),
            Self::Convolution(convolution) => convolution.nats(),
        }
    }
}

/// How judges learn: all that a description does not say.
fn optimiser(Sighting { steps, rate, .. }: Sighting) -> Optimiser {
    Optimiser {
        rate,
        warmup: steps / 50,
        steps,
        schedule: Schedule::Cosine,
        decay: 0.01,
        clip: 1.0,
        horizon: f64::from(steps) / 24.0,
    }
}

/// A judge that learns.
struct Pupil {
    model: Model,
    optimiser: Optimiser,
    ops: Ops,
    weights: Weights,
}

impl Pupil {
    fn on<'s>(
        spec: &JudgeNetwork,
        (device, ops): (Device, Ops),
        draws: impl FnMut(&str) -> Draws<'s>,
    ) -> Result<Self, String> {
        let (model, training) = (Model::new(spec)?, spec.training());
        let plan = model.plan();
        let weights = Weights::new(&plan, &device, draws).map_err(said)?;
        Ok(Self { model, optimiser: optimiser(training), ops, weights })
    }

    /// One step; gives the mean loss before it, in nats.
    fn step(&mut self, sample: Sample) -> Result<f32, String> {
        let loss = self.model.loss(self.ops, &self.weights, sample).map_err(said)?;
        Ok(descent::step(&loss, &mut self.weights, &self.optimiser)?.loss)
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        descent::save(&self.weights, &self.optimiser)
    }
}

/// Trains a judge; gives its averaged weights as safetensors: the same bytes on every CPU.
///
/// `draws` opens a stream: ("weights of NAME", 0) for a variable's first weights, ("batch", step) for the pictures and
/// pixels of a step, the first being 1. `told` hears of each step and its loss in nats; an error of its ends the training.
///
/// # Errors
/// If the description's sizes do not go together, if there is no picture, if the device fails, or if a loss, a gradient
/// or a weight becomes infinite or no number: which step, and the remedy.
pub fn train<'s>(
    spec: &JudgeNetwork,
    pictures: &Pictures,
    mut draws: impl FnMut(&str, u32) -> Draws<'s>,
    mut told: impl FnMut(u32, f32) -> Result<(), String>,
) -> Result<Vec<u8>, String> {
    let mut pupil = Pupil::on(spec, place()?, |name| draws(&format!("weights of {name}"), 0))?;
    let album = Album::new(pictures)?;
    let training = spec.training();
    for step in 1..=training.steps {
        let loss = pupil.step(album.sample(training, &mut draws("batch", step)))?;
        told(step, loss)?;
    }
    pupil.save()
}

/// The judge of saved weights.
///
/// # Errors
/// If they are not the weights of such a network (which variable, and what of it), or cannot be rounded.
///
/// # Panics
/// Not by what was saved.
pub fn load(spec: &JudgeNetwork, saved: &[u8]) -> Result<TrainedJudge, String> {
    let model = Model::new(spec)?;
    let mut weights = saved::read(&model.plan(), saved)?;
    let mut take = |name: &str| weights.remove(name).expect("a variable of the plan");
    match model {
        Model::Dense { .. } => {
            let last = take("last.weight");
            let head = (0..LABELS).flat_map(|label| last.iter().skip(label).step_by(LABELS)).copied();
            Dense::rounded(&dense::Weights {
                mask: take("first.mask"),
                value: take("first.value"),
                bias: take("first.bias"),
                head: head.collect(),
                head_bias: take("last.bias"),
            })
            .map(TrainedJudge::Dense)
        }
        Model::Convolution => Ok(TrainedJudge::Convolution(Box::new(Convolution::new(take)))),
    }
}

#[cfg(test)]
mod tests;
