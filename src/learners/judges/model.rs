//! What judges are made of: their variables, and the way from the pixels shown to the loss.

use super::album::Sample;
use crate::learners::kernels::convolution::SEEN;
use crate::learners::kernels::reach::{BLOCKS, Reaches};
use crate::learners::kernels::shown::Shown;
use crate::learners::model::spread;
use crate::learners::ops::Ops;
use crate::learners::weights::{Initial, Plan, Weights};
use crate::overseers::network::JudgeNetwork;
use crate::pixels::board::{LABELS, PIXELS};
use crate::pixels::dense::WIDTH_MAX;
use candle_core::{Result, Tensor};
use std::sync::Arc;

/// A judge's kind and sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// One hidden layer over the mask and the value of each pixel.
    Dense {
        /// Hidden units.
        width: usize,
    },
    /// Convolutions of 5 x 5 to 32 and to 64 planes, each halved by maxima, and a full layer of 1024.
    Convolution,
}

/// Planes of the first convolution.
pub(super) const FIRST: usize = 32;
/// Planes of the second convolution.
pub(super) const SECOND: usize = 64;
/// Units of the full layer.
pub(super) const FULL: usize = 1024;

impl Model {
    /// The model of a description.
    ///
    /// # Errors
    /// If its sizes do not go together.
    pub(super) fn new(spec: &JudgeNetwork) -> std::result::Result<Self, String> {
        if let Some(problem) = spec.problem() {
            return Err(problem);
        }
        let training = spec.training();
        for (what, count) in
            [("pixels", training.pixels), ("steps", training.steps), ("batch", training.batch)]
        {
            if count == 0 {
                return Err(format!("{what}: want at least 1, got 0"));
            }
        }
        match *spec {
            JudgeNetwork::Dense { width, .. } if width == 0 || width as usize > WIDTH_MAX => {
                Err(format!("width: want 16 to {WIDTH_MAX}, got {width}"))
            }
            JudgeNetwork::Dense { width, .. } => Ok(Self::Dense { width: width as usize }),
            JudgeNetwork::Convolution { .. } => Ok(Self::Convolution),
        }
    }

    /// The variables, their shapes and what they start from.
    pub(super) fn plan(&self) -> Plan {
        let zeros = Initial::All(0.0);
        let mut plan = Plan::new();
        let mut add = |name: &str, shape: &[usize], initial| {
            plan.insert(name.into(), (shape.to_vec(), initial));
        };
        match *self {
            Self::Dense { width } => {
                // Most rows are seldom met, and noise until they are: beginning small is worth two points of accuracy.
                let first = Initial::Within(0.05);
                add("first.mask", &[PIXELS, width], first);
                add("first.value", &[PIXELS, width], first);
                add("first.bias", &[width], zeros);
                add("last.weight", &[width, LABELS], spread(1.0, width));
                add("last.bias", &[LABELS], zeros);
            }
            Self::Convolution => {
                // As published: above the cut, so that a blank picture has gradients too.
                let above = Initial::All(0.1);
                // Of a window few places are shown.
                add("first.weight", &[2 * SEEN, FIRST], spread(2.0, 8));
                add("first.bias", &[FIRST], above);
                add("second.weight", &[SEEN * FIRST, SECOND], spread(2.0, SEEN * FIRST));
                add("second.bias", &[SECOND], above);
                add("full.weight", &[BLOCKS * SECOND, FULL], spread(2.0, BLOCKS * SECOND));
                add("full.bias", &[FULL], above);
                add("last.weight", &[FULL, LABELS], spread(1.0, FULL));
                add("last.bias", &[LABELS], zeros);
            }
        }
        plan
    }

    /// The mean loss of a sample in nats, a scalar with its graph.
    ///
    /// # Errors
    /// If a shape does not fit, which is a fault of this module, or if the device fails.
    pub(super) fn loss(&self, ops: Ops, weights: &Weights, sample: Sample) -> Result<Tensor> {
        let Sample { shown, targets } = sample;
        ops.loss(&self.logits(ops, weights, shown)?, &Arc::new(targets))
    }

    /// (pictures, 10) logits.
    ///
    /// # Errors
    /// As [`Model::loss`].
    pub(super) fn logits(&self, ops: Ops, weights: &Weights, shown: Shown) -> Result<Tensor> {
        let var = |name| weights.var(name);
        let hidden = match self {
            Self::Dense { .. } => {
                ops.shown(["first.mask", "first.value", "first.bias"].map(var), &Arc::new(shown))?
            }
            Self::Convolution => {
                let reaches = Arc::new(Reaches::of(shown));
                let cells = ops.look(var("first.weight"), var("first.bias"), &reaches)?;
                let blocks = ops.convolve(&cells, var("second.weight"), var("second.bias"), &reaches)?;
                ops.linear(&blocks, var("full.weight"), var("full.bias"), true)?
            }
        };
        ops.linear(&hidden, var("last.weight"), var("last.bias"), false)
    }
}
