//! The blocks of a transformer's layer, each one operation with a way back.

use super::{Numbers, numbers};
use crate::learners::kernels::attention::Heads;
use crate::learners::kernels::blocks::{Kept, attention, attention_back, feed, feed_back};
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use std::cell::RefCell;
use std::sync::Mutex;

thread_local! {
    /// Room of blocks that have been walked back, for those of the next step: fresh memory costs much.
    static SPARE: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

fn spare() -> Mutex<Kept> {
    Mutex::new(SPARE.with_borrow_mut(Vec::pop).unwrap_or_default())
}

/// x + attention(norm x).
pub(super) struct Attention {
    sizes: Heads,
    kept: Mutex<Kept>,
}

/// x + feed-forward(norm x).
pub(super) struct Feed {
    hidden: usize,
    kept: Mutex<Kept>,
}

impl Attention {
    pub(super) fn new(sizes: Heads) -> Self {
        Self { sizes, kept: spare() }
    }
}

impl Feed {
    pub(super) fn new(hidden: usize) -> Self {
        Self { hidden, kept: spare() }
    }
}

/// The gradients of both arguments.
fn both(
    x: &Tensor,
    weights: &Tensor,
    dx: Vec<f32>,
    dweights: Vec<f32>,
) -> Result<(Option<Tensor>, Option<Tensor>)> {
    let dx = Tensor::from_vec(dx, x.shape(), x.device())?;
    Ok((Some(dx), Some(Tensor::from_vec(dweights, weights.shape(), x.device())?)))
}

impl CustomOp2 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, weights) = (numbers(x, x_layout)?, numbers(weights, weights_layout)?);
        let mut out = vec![0.0; x.len()];
        attention(self.sizes, x, weights, &mut self.kept.lock().expect("no panic before"), &mut out);
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        _out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (mut dx, mut dweights) = (vec![0.0; x.elem_count()], vec![0.0; weights.elem_count()]);
        let all = [&*Numbers::of(x)?, &*Numbers::of(weights)?, &*Numbers::of(grad)?];
        // Some of what was kept is written over: a graph is walked back once.
        let mut kept = std::mem::take(&mut *self.kept.lock().expect("no panic before"));
        attention_back(self.sizes, all, &mut kept, &mut dx, &mut dweights);
        SPARE.with_borrow_mut(|spare| spare.push(kept));
        both(x, weights, dx, dweights)
    }
}

impl CustomOp2 for Feed {
    fn name(&self) -> &'static str {
        "feed"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (n, width) = x_layout.shape().dims2()?;
        let (x, weights) = (numbers(x, x_layout)?, numbers(weights, weights_layout)?);
        let mut out = vec![0.0; x.len()];
        let mut kept = self.kept.lock().expect("no panic before");
        feed([n, width, self.hidden], x, weights, &mut kept, &mut out);
        Ok((CpuStorage::F32(out), (n, width).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        _out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (n, width) = x.dims2()?;
        let (mut dx, mut dweights) = (vec![0.0; x.elem_count()], vec![0.0; weights.elem_count()]);
        let all = [&*Numbers::of(x)?, &*Numbers::of(weights)?, &*Numbers::of(grad)?];
        // Some of what was kept is written over: a graph is walked back once.
        let mut kept = std::mem::take(&mut *self.kept.lock().expect("no panic before"));
        feed_back([n, width, self.hidden], all, &mut kept, &mut dx, &mut dweights);
        SPARE.with_borrow_mut(|spare| spare.push(kept));
        both(x, weights, dx, dweights)
    }
}
