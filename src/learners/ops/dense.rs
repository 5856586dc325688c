//! A full layer, with a way back.

use super::{Numbers, numbers};
use crate::learners::kernels::gemm::{Matrix, Start, Then, column_sums, cut_off_back, gemm};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

/// x w + b, cut off at zero or not.
pub(super) struct Linear {
    pub relu: bool,
}

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        w: &CpuStorage,
        w_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let ((n, k), (inputs, outputs)) = (x_layout.shape().dims2()?, w_layout.shape().dims2()?);
        if k != inputs || b_layout.shape().elem_count() != outputs {
            bail!("linear: want (n, {inputs}) and ({outputs}), got {x_layout:?} and {b_layout:?}");
        }
        let mut out = vec![0.0; n * outputs];
        let (x, w) = (Matrix::new(numbers(x, x_layout)?, k), Matrix::new(numbers(w, w_layout)?, outputs));
        let then = if self.relu { Then::Cut } else { Then::Stay };
        gemm([n, outputs, k], x, w, Start::Row(numbers(b, b_layout)?), then, &mut out);
        Ok((CpuStorage::F32(out), (n, outputs).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let ((n, k), outputs, device) = (x.dims2()?, b.elem_count(), x.device());
        let held = Numbers::of(grad)?;
        let mut cut = Vec::new();
        let grad: &[f32] = if self.relu {
            cut.extend_from_slice(&held);
            cut_off_back(&Numbers::of(out)?, &mut cut);
            &cut
        } else {
            &held
        };
        let grads = Matrix::new(grad, outputs);
        let (mut dw, mut db) = (vec![0.0; k * outputs], vec![0.0; outputs]);
        gemm([k, outputs, n], Matrix::new(&Numbers::of(x)?, k).t(), grads, Start::Zero, Then::Stay, &mut dw);
        column_sums(grad, &mut db);
        let dx = if x.track_op() {
            let mut dx = vec![0.0; n * k];
            let w = Numbers::of(w)?;
            gemm([n, k, outputs], grads, Matrix::new(&w, outputs).t(), Start::Zero, Then::Stay, &mut dx);
            Some(Tensor::from_vec(dx, (n, k), device)?)
        } else {
            None
        };
        Ok((
            dx,
            Some(Tensor::from_vec(dw, (k, outputs), device)?),
            Some(Tensor::from_vec(db, outputs, device)?),
        ))
    }
}
