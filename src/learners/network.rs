//! A network that learns, step by step.

use super::batch::Batch;
use super::model::Model;
use super::ops::Ops;
use super::optimiser::Optimiser;
use super::scorer::Scorer;
use super::weights::{NotFinite, Weights};
use crate::agents::learned::NetworkSpec;
use crate::streams::Draws;
use crate::tasks::encoding::{Alphabet, Pages};
use candle_core::Device;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A network, its optimiser, and where they are.
#[derive(Debug)]
pub struct Network {
    model: Model,
    alphabet: Alphabet,
    optimiser: Optimiser,
    ops: Ops,
    weights: Weights,
}

/// What a step saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stepped {
    /// The mean loss before the step, in nats.
    pub loss: f32,
    /// The norm of all gradients together, before clipping.
    pub norm: f32,
}

/// Whether networks are trained on a GPU.
static ON_GPU: AtomicBool = AtomicBool::new(false);

/// Trains on a GPU from here on: faster for wide networks, and not the same bits as on a CPU.
///
/// # Errors
/// If the program was not built for one, or there is none.
pub fn train_on_gpu() -> Result<(), String> {
    gpu()?;
    ON_GPU.store(true, Ordering::Relaxed);
    Ok(())
}

#[cfg(feature = "cuda")]
fn gpu() -> Result<Device, String> {
    Device::new_cuda(0).map_err(said)
}

#[cfg(not(feature = "cuda"))]
fn gpu() -> Result<Device, String> {
    Err("this program was built without GPUs; build it with --features cuda, or train on the CPU".into())
}

/// Where networks are trained, and with which operations: the CPU, bit for bit the same everywhere, or
/// a GPU, if that was asked for.
fn place() -> Result<(Device, Ops), String> {
    if ON_GPU.load(Ordering::Relaxed) { Ok((gpu()?, Ops::Stock)) } else { Ok((Device::Cpu, Ops::Exact)) }
}

fn said(error: candle_core::Error) -> String {
    format!("training: {error}")
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
    /// Source of the second: [Burns2023].
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
        let batch = Arc::new(Batch::new(self.alphabet, pages, targets, own)?);
        let loss = self.model.loss(self.ops, &self.weights, &batch).map_err(said)?;
        let nats: f32 = loss.to_scalar().map_err(said)?;
        if !nats.is_finite() {
            return Err(self.lost("loss", f64::from(nats)));
        }
        let mut grads = loss.backward().map_err(said)?;
        match self.weights.update(&mut grads, &self.optimiser).map_err(said)? {
            Ok(norm) => Ok(Stepped { loss: nats, norm: norm as f32 }),
            Err(NotFinite(norm)) => Err(self.lost("norm of the gradients", norm)),
        }
    }

    fn lost(&self, what: &str, found: f64) -> String {
        let Optimiser { rate, clip, .. } = self.optimiser;
        format!(
            "step {}: want a finite {what}, got {found}; lower the rate (now {rate}) or the clip (now {clip}), or warm up for longer",
            self.weights.steps() + 1
        )
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
        for (name, _, numbers) in self.weights.averages() {
            if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
                return Err(self.lost(&format!("weight in {name}"), f64::from(*number)));
            }
        }
        let bytes: Vec<(&str, &[usize], Vec<u8>)> = self
            .weights
            .averages()
            .map(|(name, shape, numbers)| {
                (name, shape, numbers.iter().flat_map(|x| x.to_le_bytes()).collect())
            })
            .collect();
        let views = bytes.iter().map(|(name, shape, bytes)| {
            TensorView::new(Dtype::F32, shape.to_vec(), bytes).map(|view| (*name, view))
        });
        let views: Vec<_> = views.collect::<Result<_, _>>().map_err(|e| format!("weights: {e}"))?;
        safetensors::serialize(views, None).map_err(|e| format!("weights: {e}"))
    }

    /// Takes over weights that [`Network::save`] wrote; the optimiser begins anew.
    ///
    /// # Errors
    /// If they are not the weights of such a network: which variable, and what of it.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), String> {
        let read =
            SafeTensors::deserialize(bytes).map_err(|e| format!("weights: want safetensors, got {e}"))?;
        let plan = self.model.plan(self.alphabet);
        let mut problems = Vec::new();
        let mut weights = BTreeMap::new();
        for (name, (shape, _)) in &plan {
            match read.tensor(name) {
                Err(_) => problems.push(format!("{name}: want shape {shape:?}, got no such variable")),
                Ok(view) if view.shape() != shape || view.dtype() != Dtype::F32 => problems.push(format!(
                    "{name}: want shape {shape:?} of F32, got {:?} of {:?}",
                    view.shape(),
                    view.dtype()
                )),
                Ok(view) => {
                    let numbers: Vec<f32> =
                        view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
                    if let Some(number) = numbers.iter().find(|x| !x.is_finite()) {
                        problems.push(format!("{name}: want finite numbers, got {number}"));
                    }
                    weights.insert(name.clone(), numbers);
                }
            }
        }
        let others = read.names().into_iter().filter(|name| !plan.contains_key(*name));
        let mut others: Vec<String> =
            others.map(|name| format!("{name}: no variable of this network")).collect();
        others.sort();
        problems.extend(others);
        if !problems.is_empty() {
            let problems = problems.join("; ");
            return Err(format!(
                "weights: of another network: {problems}; load them into one of the sizes they were saved from"
            ));
        }
        self.weights.restart(&weights).map_err(said)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod torch;
