//! A first layer over the pixels that are shown, with a way back.

use super::{Numbers, numbers};
use crate::learners::kernels::gemm::{column_sums, cut_off, cut_off_back};
use crate::learners::kernels::shown::{Shown, gather, gather_back};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use std::sync::Arc;

/// The sums of the rows of mask and value, cut off at zero.
pub(super) struct Sums {
    pub shown: Arc<Shown>,
}

impl CustomOp3 for Sums {
    fn name(&self) -> &'static str {
        "sums of what is shown"
    }

    fn cpu_fwd(
        &self,
        mask: &CpuStorage,
        mask_layout: &Layout,
        value: &CpuStorage,
        value_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (width, pictures) = (bias_layout.shape().elem_count(), self.shown.pictures());
        if mask_layout.shape() != value_layout.shape() || mask_layout.shape().dims2()?.1 != width {
            bail!("want two (784, {width}), got {mask_layout:?} and {value_layout:?}");
        }
        let weights =
            [numbers(mask, mask_layout)?, numbers(value, value_layout)?, numbers(bias, bias_layout)?];
        let mut out = vec![0.0; pictures * width];
        gather(&self.shown, weights, &mut out);
        cut_off(&mut out);
        Ok((CpuStorage::F32(out), (pictures, width).into()))
    }

    fn bwd(
        &self,
        mask: &Tensor,
        value: &Tensor,
        bias: &Tensor,
        out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let mut grad = Numbers::of(grad)?.to_vec();
        cut_off_back(&Numbers::of(out)?, &mut grad);
        let (mut dmask, mut dvalue) = (vec![0.0; mask.elem_count()], vec![0.0; value.elem_count()]);
        let mut dbias = vec![0.0; bias.elem_count()];
        gather_back(&self.shown, &grad, &mut dmask, &mut dvalue);
        column_sums(&grad, &mut dbias);
        let made = |numbers, like: &Tensor| Tensor::from_vec(numbers, like.shape(), like.device()).map(Some);
        Ok((made(dmask, mask)?, made(dvalue, value)?, made(dbias, bias)?))
    }
}
