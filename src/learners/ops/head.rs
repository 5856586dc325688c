//! The losses, each one operation with a way back: their gradients fall out on the way forward.

use super::{Numbers, numbers, scalar};
use crate::learners::batch::{Batch, Targets};
use crate::learners::kernels::choice::{Logits, losses};
use crate::learners::kernels::head::{Kept, Sizes, back, logits, loss};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use std::cell::RefCell;
use std::sync::{Arc, Mutex};

thread_local! {
    /// Room of a head that has been walked back, for that of the next step.
    static SPARE: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// The head of a transformer and its loss.
pub(super) struct Head {
    batch: Arc<Batch>,
    kept: Mutex<Kept>,
}

/// The loss of logits without pointers.
pub(super) struct Loss {
    targets: Arc<Targets>,
    grads: Mutex<Vec<f32>>,
}

impl Head {
    pub(super) fn new(batch: Arc<Batch>) -> Self {
        Self { batch, kept: Mutex::new(SPARE.take().unwrap_or_default()) }
    }

    fn sizes(&self, width: usize) -> Sizes {
        let alphabet = self.batch.alphabet;
        let tokens = alphabet.tokens;
        Sizes { rows: self.batch.rows(), tokens, width, classes: alphabet.classes, asked: tokens - 1 }
    }
}

impl Loss {
    pub(super) fn new(targets: Arc<Targets>) -> Self {
        Self { targets, grads: Mutex::default() }
    }
}

impl CustomOp2 for Head {
    fn name(&self) -> &'static str {
        "head"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = self.sizes(x_layout.shape().dims2()?.1);
        let mut kept = self.kept.lock().expect("no panic before");
        logits(sizes, numbers(x, x_layout)?, numbers(weights, weights_layout)?, &mut kept);
        let nats = loss(sizes, &self.batch.copies, self.batch.targets.wanted(), &mut kept);
        Ok((CpuStorage::F32(vec![nats as f32]), Shape::from(())))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        _out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (mut dx, mut dweights) = (vec![0.0; x.elem_count()], vec![0.0; weights.elem_count()]);
        let mut kept = std::mem::take(&mut *self.kept.lock().expect("no panic before"));
        let grad = scalar(grad)?;
        if grad != 1.0 {
            kept.fixed.iter_mut().chain(&mut kept.pointed).for_each(|x| *x *= grad);
        }
        let sizes = self.sizes(x.dims2()?.1);
        back(sizes, &Numbers::of(x)?, &Numbers::of(weights)?, &mut kept, &mut dx, &mut dweights);
        SPARE.set(Some(kept));
        let dx = Tensor::from_vec(dx, x.shape(), x.device())?;
        Ok((Some(dx), Some(Tensor::from_vec(dweights, weights.shape(), x.device())?)))
    }
}

impl CustomOp1 for Loss {
    fn name(&self) -> &'static str {
        "loss"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let fixed = numbers(storage, layout)?;
        let mut grads = vec![0.0; fixed.len()];
        let all = Logits { fixed, pointed: &[], copies: &[] };
        let nats = losses(all, self.targets.classes, self.targets.wanted(), &mut grads, &mut []);
        *self.grads.lock().expect("no panic before") = grads;
        Ok((CpuStorage::F32(vec![nats as f32]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _out: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let mut grads = std::mem::take(&mut *self.grads.lock().expect("no panic before"));
        let grad = scalar(grad)?;
        if grad != 1.0 {
            grads.iter_mut().for_each(|x| *x *= grad);
        }
        Ok(Some(Tensor::from_vec(grads, logits.shape(), logits.device())?))
    }
}
