//! Convolutions, cut off and halved, over what the pixels shown reach, with a way back.

use super::{Numbers, numbers};
use crate::learners::kernels::convolution::{
    SEEN, halve, halve_back, look, look_back, windows, windows_back,
};
use crate::learners::kernels::gemm::{Matrix, Start, Then, column_sums, cut_off, cut_off_back, gemm};
use crate::learners::kernels::reach::{BLOCKS, CELLS, Reaches};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail};
use std::sync::{Arc, Mutex};

/// Windows that are laid out at a time: they stay in the second cache. No bit of an output hangs on it.
const TOGETHER: usize = 192;

/// The first convolution.
pub(super) struct Look {
    reaches: Arc<Reaches>,
    which: Mutex<Vec<u8>>,
}

/// The second convolution.
pub(super) struct Convolve {
    reaches: Arc<Reaches>,
    which: Mutex<Vec<u8>>,
}

impl Look {
    pub(super) fn new(reaches: Arc<Reaches>) -> Self {
        Self { reaches, which: Mutex::default() }
    }
}

impl Convolve {
    pub(super) fn new(reaches: Arc<Reaches>) -> Self {
        Self { reaches, which: Mutex::default() }
    }
}

/// A gradient before the cut.
fn before_cut(out: &Tensor, grad: &Tensor) -> Result<Vec<f32>> {
    let mut grad = Numbers::of(grad)?.to_vec();
    cut_off_back(&Numbers::of(out)?, &mut grad);
    Ok(grad)
}

fn made(numbers: Vec<f32>, like: &Tensor) -> Result<Option<Tensor>> {
    Tensor::from_vec(numbers, like.shape(), like.device()).map(Some)
}

impl CustomOp2 for Look {
    fn name(&self) -> &'static str {
        "first convolution"
    }

    fn cpu_fwd(
        &self,
        weights: &CpuStorage,
        weights_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let planes = bias_layout.shape().elem_count();
        if weights_layout.shape().dims2()? != (2 * SEEN, planes) {
            bail!("want (50, {planes}), got {weights_layout:?}");
        }
        let (weights, bias) = (numbers(weights, weights_layout)?, numbers(bias, bias_layout)?);
        let Reaches { shown, each, .. } = &*self.reaches;
        let maps = each.len() + 1;
        let mut out = bias.repeat(maps * CELLS);
        cut_off(&mut out);
        let mut which = vec![0; out.len()];
        let one = CELLS * planes;
        let maps_out = out.chunks_exact_mut(one).zip(which.chunks_exact_mut(one));
        for ((pixels, reach), (out, which)) in shown.each().zip(each).zip(maps_out) {
            look(pixels, &reach.cells, [weights, bias], out, which);
        }
        *self.which.lock().expect("no panic before") = which;
        Ok((CpuStorage::F32(out), (maps * CELLS, planes).into()))
    }

    fn bwd(
        &self,
        weights: &Tensor,
        bias: &Tensor,
        out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let grad = before_cut(out, grad)?;
        let planes = bias.elem_count();
        let (mut dweights, mut dbias) = (vec![0.0; weights.elem_count()], vec![0.0; planes]);
        column_sums(&grad, &mut dbias);
        let Reaches { shown, each, .. } = &*self.reaches;
        let which = self.which.lock().expect("no panic before");
        let one = CELLS * planes;
        let maps = grad.chunks_exact(one).zip(which.chunks_exact(one));
        for ((pixels, reach), (grad, which)) in shown.each().zip(each).zip(maps) {
            look_back(pixels, &reach.cells, planes, grad, which, &mut dweights);
        }
        Ok((made(dweights, weights)?, made(dbias, bias)?))
    }
}

impl CustomOp3 for Convolve {
    fn name(&self) -> &'static str {
        "second convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let ((places, inputs), planes) = (x_layout.shape().dims2()?, bias_layout.shape().elem_count());
        let Reaches { each, rows, row_of, .. } = &*self.reaches;
        if weights_layout.shape().dims2()? != (SEEN * inputs, planes) || places != (each.len() + 1) * CELLS {
            bail!(
                "want maps with a blank one and (25 {inputs}, {planes}), got {x_layout:?}, {weights_layout:?}"
            );
        }
        let (x, bias) = (numbers(x, x_layout)?, numbers(bias, bias_layout)?);
        let weights = Matrix::new(numbers(weights, weights_layout)?, planes);
        let (mut seen, mut sums) = (Vec::new(), vec![0.0; rows.len() * planes]);
        for (rows, sums) in rows.chunks(TOGETHER).zip(sums.chunks_mut(TOGETHER * planes)) {
            seen.resize(rows.len() * SEEN * inputs, 0.0);
            windows(inputs, rows, x, &mut seen);
            let seen = Matrix::new(&seen, SEEN * inputs);
            gemm([rows.len(), planes, SEEN * inputs], seen, weights, Start::Row(bias), Then::Stay, sums);
        }
        let one = BLOCKS * planes;
        let (mut out, mut which) = (vec![0.0; each.len() * one], vec![0; each.len() * one]);
        let blocks: Vec<u32> = (0..BLOCKS as u32).collect();
        let pictures = out.chunks_exact_mut(one).zip(which.chunks_exact_mut(one));
        for (row_of, (out, which)) in row_of.chunks_exact(CELLS).zip(pictures) {
            halve(&blocks, row_of, &sums, out, which);
        }
        *self.which.lock().expect("no panic before") = which;
        Ok((CpuStorage::F32(out), (each.len(), one).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        bias: &Tensor,
        out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let grad = before_cut(out, grad)?;
        let (inputs, planes) = (x.dims2()?.1, bias.elem_count());
        let Reaches { rows, row_of, .. } = &*self.reaches;
        let which = self.which.lock().expect("no panic before");
        let one = BLOCKS * planes;
        let mut dsums = vec![0.0; rows.len() * planes];
        let pictures = grad.chunks_exact(one).zip(which.chunks_exact(one));
        for (row_of, (grad, which)) in row_of.chunks_exact(CELLS).zip(pictures) {
            halve_back(row_of, grad, which, &mut dsums);
        }
        let (mut dx, mut dbias) = (vec![0.0; x.elem_count()], vec![0.0; planes]);
        let mut dweights = vec![0.0; weights.elem_count()];
        column_sums(&dsums, &mut dbias);
        let (x_numbers, w) = (Numbers::of(x)?, Numbers::of(weights)?);
        let (back, width) = (Matrix::new(&w, planes).t(), SEEN * inputs);
        let mut seen = Vec::new();
        for (rows, dsums) in rows.chunks(TOGETHER).zip(dsums.chunks(TOGETHER * planes)) {
            let (count, dsums) = (rows.len(), Matrix::new(dsums, planes));
            seen.resize(count * width, 0.0);
            windows(inputs, rows, &x_numbers, &mut seen);
            let turned = Matrix::new(&seen, width).t();
            gemm([width, planes, count], turned, dsums, Start::Kept, Then::Stay, &mut dweights);
            // The windows have served: their gradients take their place.
            gemm([count, width, planes], dsums, back, Start::Zero, Then::Stay, &mut seen);
            windows_back(inputs, rows, &seen, &mut dx);
        }
        Ok((made(dx, x)?, made(dweights, weights)?, made(dbias, bias)?))
    }
}
