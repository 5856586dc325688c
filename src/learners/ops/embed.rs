//! Sums of a table's rows, with a way back.

use super::{Numbers, numbers};
use crate::learners::batch::Batch;
use crate::learners::kernels::embedding::{Gather, gather, gather_back};
use crate::learners::kernels::gemm::{column_sums, cut_off, cut_off_back};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use std::sync::Arc;

/// Each token's state.
pub(super) struct Embed {
    pub by: Gather,
    pub batch: Arc<Batch>,
}

/// The first layer of a network that is full from the page.
pub(super) struct First {
    pub by: Gather,
    pub batch: Arc<Batch>,
}

impl CustomOp1 for Embed {
    fn name(&self) -> &'static str {
        "embed"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let n = self.batch.symbols.len() / self.by.each;
        let mut out = vec![0.0; n * self.by.width];
        gather(self.by, &self.batch.symbols, numbers(storage, layout)?, None, &mut out);
        Ok((CpuStorage::F32(out), (n, self.by.width).into()))
    }

    fn bwd(&self, table: &Tensor, _out: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let mut dtable = vec![0.0; table.elem_count()];
        gather_back(self.by, &self.batch.symbols, &Numbers::of(grad)?, &mut dtable);
        Ok(Some(Tensor::from_vec(dtable, table.shape(), table.device())?))
    }
}

impl CustomOp2 for First {
    fn name(&self) -> &'static str {
        "first"
    }

    fn cpu_fwd(
        &self,
        table: &CpuStorage,
        table_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let n = self.batch.symbols.len() / self.by.each;
        let mut out = vec![0.0; n * self.by.width];
        let (table, bias) = (numbers(table, table_layout)?, numbers(bias, bias_layout)?);
        gather(self.by, &self.batch.symbols, table, Some(bias), &mut out);
        cut_off(&mut out);
        Ok((CpuStorage::F32(out), (n, self.by.width).into()))
    }

    fn bwd(
        &self,
        table: &Tensor,
        bias: &Tensor,
        out: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let mut grad = Numbers::of(grad)?.to_vec();
        cut_off_back(&Numbers::of(out)?, &mut grad);
        let (mut dtable, mut dbias) = (vec![0.0; table.elem_count()], vec![0.0; bias.elem_count()]);
        gather_back(self.by, &self.batch.symbols, &grad, &mut dtable);
        column_sums(&grad, &mut dbias);
        Ok((
            Some(Tensor::from_vec(dtable, table.shape(), table.device())?),
            Some(Tensor::from_vec(dbias, bias.shape(), bias.device())?),
        ))
    }
}
