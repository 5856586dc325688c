//! Operations with a way back, each twice: as one coarse operation of our own on the CPU, whose
//! bits are the same everywhere, and as a composition of candle's. The second is what the
//! first is tested against, and what a GPU computes.

mod blocks;
mod convolution;
mod dense;
mod embed;
mod head;
mod shown;
pub mod stock;

use super::batch::{Batch, Targets};
use super::kernels::attention::Heads;
use super::kernels::embedding::Gather;
use super::kernels::reach::Reaches;
use super::kernels::shown::Shown;
use candle_core::{CpuStorage, Layout, Result, Storage, StorageRef, Tensor, bail};
use std::ops::Deref;
use std::sync::Arc;

/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ops {
    /// Our own operations: the same bits on every CPU.
    Exact,
    /// candle's operations, on any device.
    Stock,
}

impl Ops {
    /// (symbols, width) table -> (n, width): each token's state is the sum over its symbols.
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn embed(self, table: &Tensor, by: Gather, batch: &Arc<Batch>) -> Result<Tensor> {
        match self {
            Self::Exact => table.apply_op1(embed::Embed { by, batch: batch.clone() }),
            Self::Stock => stock::gather(table, by, batch),
        }
    }

    /// (tokens symbols, width) table and (width) bias -> (rows, width): a first layer that is full from
    /// the page, cut off at zero.
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn first(self, table: &Tensor, bias: &Tensor, by: Gather, batch: &Arc<Batch>) -> Result<Tensor> {
        match self {
            Self::Exact => table.apply_op2(bias, embed::First { by, batch: batch.clone() }),
            Self::Stock => stock::gather(table, by, batch)?.broadcast_add(bias)?.relu(),
        }
    }

    /// (784, width) mask and value and (width) bias -> (pictures, width): what the pixels shown of each picture add up
    /// to, cut off at zero.
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn shown(self, weights: [&Tensor; 3], shown: &Arc<Shown>) -> Result<Tensor> {
        let [mask, value, bias] = weights;
        match self {
            Self::Exact => mask.apply_op3(value, bias, shown::Sums { shown: shown.clone() }),
            Self::Stock => stock::shown(weights, shown),
        }
    }

    /// (50, planes) w and (planes) b -> (maps 196, planes): the first convolution of each picture and, behind them, of a
    /// blank one, cut off at zero and halved by maxima.
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn look(self, w: &Tensor, b: &Tensor, reaches: &Arc<Reaches>) -> Result<Tensor> {
        match self {
            Self::Exact => w.apply_op2(b, convolution::Look::new(reaches.clone())),
            Self::Stock => stock::look(w, b, &reaches.shown),
        }
    }

    /// (maps 196, inputs) x from [`Ops::look`], (25 inputs, planes) w and (planes) b -> (pictures, 49 planes): the second
    /// convolution of each picture, cut off at zero and halved by maxima. Where no pixel reaches, the blank map stands
    /// for a picture's own, and takes the gradients.
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn convolve(self, x: &Tensor, w: &Tensor, b: &Tensor, reaches: &Arc<Reaches>) -> Result<Tensor> {
        match self {
            Self::Exact => x.apply_op3(w, b, convolution::Convolve::new(reaches.clone())),
            Self::Stock => stock::convolve(x, w, b),
        }
    }

    /// (n, k) x times (k, out) w plus (out) b, cut off at zero if `relu` -> (n, out).
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn linear(self, x: &Tensor, w: &Tensor, b: &Tensor, relu: bool) -> Result<Tensor> {
        match self {
            Self::Exact => x.apply_op3(w, b, dense::Linear { relu }),
            Self::Stock => stock::linear(x, w, b, relu),
        }
    }

    /// (n, width) x and the block's weights -> x + attention(norm x).
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn attention(self, x: &Tensor, weights: [&Tensor; 4], sizes: Heads) -> Result<Tensor> {
        match self {
            Self::Exact => x.apply_op2(&packed(&weights)?, blocks::Attention::new(sizes)),
            Self::Stock => stock::attention(x, weights, sizes),
        }
    }

    /// (n, width) x and the block's weights -> x + feed-forward(norm x).
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn feed(self, x: &Tensor, weights: [&Tensor; 6]) -> Result<Tensor> {
        match self {
            Self::Exact => {
                let hidden = weights[3].elem_count();
                x.apply_op2(&packed(&weights)?, blocks::Feed::new(hidden))
            }
            Self::Stock => stock::feed(x, weights),
        }
    }

    /// (rows tokens, width) x and the head's weights -> the mean loss in nats, a scalar.
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn head(self, x: &Tensor, weights: [&Tensor; 6], batch: &Arc<Batch>) -> Result<Tensor> {
        match self {
            Self::Exact => x.apply_op2(&packed(&weights)?, head::Head::new(batch.clone())),
            Self::Stock => stock::head(x, weights, batch),
        }
    }

    /// (rows, classes) logits -> the mean loss in nats, a scalar.
    ///
    /// # Errors
    /// If shapes do not fit.
    pub fn loss(self, logits: &Tensor, targets: &Arc<Targets>) -> Result<Tensor> {
        match self {
            Self::Exact => logits.apply_op1(head::Loss::new(targets.clone())),
            Self::Stock => stock::loss(logits, targets),
        }
    }
}

/// All weights of a block one after the other, as one argument: an operation takes three at most.
fn packed(weights: &[&Tensor]) -> Result<Tensor> {
    let flat: Vec<Tensor> = weights.iter().map(|w| w.flatten_all()).collect::<Result<_>>()?;
    Tensor::cat(&flat, 0)
}

/// The numbers of an argument on the way forward.
fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("want numbers in a row") };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// The numbers of a tensor, for as long as this is held.
pub(super) struct Numbers<'a> {
    storage: StorageRef<'a>,
    start: usize,
    end: usize,
}

impl<'a> Numbers<'a> {
    /// Those of a tensor on the CPU whose numbers lie in a row.
    pub(super) fn of(tensor: &'a Tensor) -> Result<Self> {
        let (storage, layout) = tensor.storage_and_layout();
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("want numbers in a row") };
        match &*storage {
            Storage::Cpu(cpu) => cpu.as_slice::<f32>()?,
            _ => bail!("want numbers on the CPU"),
        };
        Ok(Self { storage, start, end })
    }
}

impl Deref for Numbers<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.storage {
            Storage::Cpu(CpuStorage::F32(numbers)) => &numbers[self.start..self.end],
            _ => unreachable!("f32 on the CPU, as seen when it was made"),
        }
    }
}

/// The gradient of a scalar loss.
fn scalar(grad: &Tensor) -> Result<f32> {
    grad.to_scalar()
}

#[cfg(test)]
mod tests;
