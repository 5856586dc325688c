//! Where networks are trained, and with which operations.

use super::ops::Ops;
use candle_core::Device;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// The CPU, bit for bit the same everywhere, or a GPU, if that was asked for.
pub(super) fn place() -> Result<(Device, Ops), String> {
    if ON_GPU.load(Ordering::Relaxed) { Ok((gpu()?, Ops::Stock)) } else { Ok((Device::Cpu, Ops::Exact)) }
}

/// What a training says when its device fails.
pub(super) fn said(error: candle_core::Error) -> String {
    format!("training: {error}")
}
