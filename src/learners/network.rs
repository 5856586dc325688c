//! A network that learns, step by step.

use super::batch::Batch;
use super::descent::{self, Stepped};
use super::model::Model;
use super::ops::Ops;
use super::optimiser::Optimiser;
use super::place::{place, said};
use super::saved;
use super::scorer::Scorer;
use super::weights::Weights;
use crate::agents::learned::NetworkSpec;
use crate::streams::Draws;
use crate::tasks::encoding::{Alphabet, Pages};
use candle_core::Device;
use std::sync::Arc;

/// A network, its optimiser, and where they are.
#[derive(Debug)]
pub struct Network {
    model: Model,
    alphabet: Alphabet,
    optimiser: Optimiser,
    ops: Ops,
    weights: Weights,
}

impl Network {
    /// First weights, drawn variable by variable in the order of names: `draws` gives a variable's own.
    ///
    /// # Errors
    /// If the description's sizes do not go together, if it has no weights to train, or if the device fails.
    pub fn new<'s>(
        spec: &NetworkSpec,
        alphabet: Alphabet,
        optimiser: Optimiser,
        draws: impl FnMut(&str) -> Draws<'s>,
    ) -> Result<Self, String> {
        let (device, ops) = place()?;
        Self::on(spec, alphabet, optimiser, &device, ops, draws)
    }

    /// [`Network::new`] on a device and with operations of choice.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn on<'s>(
        spec: &NetworkSpec,
        alphabet: Alphabet,
        optimiser: Optimiser,
        device: &Device,
        ops: Ops,
        draws: impl FnMut(&str) -> Draws<'s>,
    ) -> Result<Self, String> {
        let model = Model::new(spec)?;
        let weights = Weights::new(&model.plan(alphabet), device, draws).map_err(said)?;
        Ok(Self { model, alphabet, optimiser, ops, weights })
    }

    /// One step on a batch: towards `targets`, and, with a share of the loss, towards `own` classes.
    /// Source of the second: [Burns2023]. Of several passes the last is learned from;
    /// notes are those of the averaged weights, which answer.
    ///
    /// # Errors
    /// If the batch does not fit, or if the loss or a gradient is infinite or no number: the weights are
    /// then as they were before.
    pub fn step(
        &mut self,
        pages: &Pages,
        targets: &[u16],
        own: Option<(&[u16], f32)>,
    ) -> Result<Stepped, String> {
        let noted;
        let pages = if self.model.passes() > 1 {
            noted = self.scorer().noted(pages)?;
            &noted
        } else {
            pages
        };
        let batch = Arc::new(Batch::new(self.alphabet, pages, targets, own)?);
        let loss = self.model.loss(self.ops, &self.weights, &batch).map_err(said)?;
        descent::step(&loss, &mut self.weights, &self.optimiser)
    }

    /// Steps made so far.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.weights.steps()
    }

    /// A frozen copy of the averaged weights that answers.
    #[must_use]
    pub fn scorer(&self) -> Scorer {
        Scorer::new(self.model, self.alphabet, &self.weights)
    }

    /// The averaged weights as safetensors: the same bytes for the same weights.
    ///
    /// # Errors
    /// If they cannot be written down, or one is infinite or no number.
    pub fn save(&self) -> Result<Vec<u8>, String> {
        descent::save(&self.weights, &self.optimiser)
    }

    /// Takes over weights that [`Network::save`] wrote; the optimiser begins anew.
    ///
    /// # Errors
    /// If they are not the weights of such a network: which variable, and what of it.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), String> {
        let weights = saved::read(&self.model.plan(self.alphabet), bytes)?;
        self.weights.restart(&weights).map_err(said)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod torch;
