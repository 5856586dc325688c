//! The same operations composed of candle's own: for a GPU, and to test ours against.

use crate::learners::batch::Batch;
use crate::learners::kernels::attention::Heads;
use crate::learners::kernels::embedding::Gather;
use crate::learners::kernels::norm::EPSILON;
use crate::tasks::encoding::{BLANK, NO_COPY};
use candle_core::{D, Device, Result, Tensor};

/// As good as minus infinity, without its dangers.
const NEVER: f32 = -1e30;

pub(super) fn gather(table: &Tensor, by: Gather, batch: &Batch) -> Result<Tensor> {
    let places = |(at, symbol): (usize, &u16)| {
        let at = at % by.each;
        (at / by.per_token * by.step) as u32 + u32::from(*symbol)
    };
    let ids: Vec<u32> = batch.symbols.iter().enumerate().map(places).collect();
    let said = batch.symbols.iter().map(|symbol| f32::from(u8::from(*symbol != BLANK))).collect();
    let (n, device) = (ids.len() / by.each, table.device());
    let said = Tensor::from_vec(said, (n, by.each, 1), device)?;
    let rows = table.index_select(&Tensor::new(ids, device)?, 0)?.reshape((n, by.each, by.width))?;
    rows.broadcast_mul(&said)?.sum(1)
}

pub(super) fn linear(x: &Tensor, w: &Tensor, b: &Tensor, relu: bool) -> Result<Tensor> {
    let out = x.matmul(w)?.broadcast_add(b)?;
    if relu { out.relu() } else { Ok(out) }
}

fn norm(x: &Tensor, gain: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let scale = (x.sqr()?.mean_keepdim(D::Minus1)? + f64::from(EPSILON))?.sqrt()?.recip()?;
    x.broadcast_mul(&scale)?.broadcast_mul(gain)?.broadcast_add(bias)
}

fn softmax(x: &Tensor) -> Result<Tensor> {
    let masses = x.broadcast_sub(&x.max_keepdim(D::Minus1)?.detach())?.exp()?;
    masses.broadcast_div(&masses.sum_keepdim(D::Minus1)?)
}

pub(super) fn attention(x: &Tensor, weights: [&Tensor; 4], sizes: Heads) -> Result<Tensor> {
    let [gain, bias, into, out_of] = weights;
    let Heads { rows, tokens, width, heads } = sizes;
    let qkv = norm(x, gain, bias)?.matmul(into)?.reshape((rows, tokens, 3, heads, sizes.depth()))?;
    // (3, rows, heads, tokens, depth)
    let qkv = qkv.permute((2, 0, 3, 1, 4))?.contiguous()?;
    let (q, k, v) = (qkv.get(0)?, qkv.get(1)?, qkv.get(2)?);
    let scores = (q.matmul(&k.transpose(2, 3)?.contiguous()?)? / (sizes.depth() as f64).sqrt())?;
    let mixed = softmax(&scores)?.matmul(&v)?.transpose(1, 2)?.contiguous()?;
    x + mixed.reshape((rows * tokens, width))?.matmul(out_of)?
}

pub(super) fn feed(x: &Tensor, weights: [&Tensor; 6]) -> Result<Tensor> {
    let [gain, bias, up, up_bias, down, down_bias] = weights;
    let hidden = linear(&norm(x, gain, bias)?, up, up_bias, true)?;
    x + linear(&hidden, down, down_bias, false)?
}

/// (rows, tokens, width) states -> (rows, classes) logits and (rows, tokens) logits of pointers.
fn logits(x: &Tensor, weights: [&Tensor; 6], tokens: usize) -> Result<(Tensor, Tensor)> {
    let [gain, bias, fixed, fixed_bias, query, key] = weights;
    let (n, width) = x.dims2()?;
    let x = norm(x, gain, bias)?;
    let states = x.reshape((n / tokens, tokens, width))?;
    let questions = states.narrow(1, tokens - 1, 1)?.squeeze(1)?.contiguous()?;
    let fixed = linear(&questions, fixed, fixed_bias, false)?;
    let keys = x.matmul(key)?.reshape((n / tokens, tokens, width))?;
    let queries = questions.matmul(query)?.unsqueeze(1)?;
    let pointed = (keys.broadcast_mul(&queries)?.sum(2)? / (width as f64).sqrt())?;
    Ok((fixed, pointed))
}

pub(super) fn head(x: &Tensor, weights: [&Tensor; 6], batch: &Batch) -> Result<Tensor> {
    let (fixed, pointed) = logits(x, weights, batch.alphabet.tokens)?;
    let real = |copy: &u16| if *copy == NO_COPY { NEVER } else { 0.0 };
    let real = Tensor::from_vec(batch.copies.iter().map(real).collect(), pointed.shape(), x.device())?;
    mean_loss(&Tensor::cat(&[&fixed, &(pointed + real)?], 1)?, batch, true)
}

pub(super) fn loss(logits: &Tensor, batch: &Batch) -> Result<Tensor> {
    mean_loss(logits, batch, false)
}

/// (rows, entries) logits -> the mean loss.
fn mean_loss(all: &Tensor, batch: &Batch, pointers: bool) -> Result<Tensor> {
    let whole = log_sum(all)?;
    let of = |classes: &[u16]| {
        (&whole - log_sum(&(all + stands_for(classes, batch, pointers, all.device())?)?)?)?.mean_all()
    };
    match &batch.own {
        None => of(&batch.targets),
        Some((own, part)) => {
            let part = f64::from(*part);
            (of(&batch.targets)? * (1.0 - part))? + (of(own)? * part)?
        }
    }
}

/// (rows, entries) 0 where an entry stands for the row's class, as good as minus infinity elsewhere.
fn stands_for(classes: &[u16], batch: &Batch, pointers: bool, device: &Device) -> Result<Tensor> {
    let mut mask = Vec::new();
    let yes = |yes: bool| if yes { 0.0 } else { NEVER };
    for (row, &class) in classes.iter().enumerate() {
        mask.extend((0..batch.alphabet.classes).map(|at| yes(at == usize::from(class))));
        if pointers {
            let copies = &batch.copies[row * batch.alphabet.tokens..][..batch.alphabet.tokens];
            mask.extend(copies.iter().map(|copy| yes(*copy == class)));
        }
    }
    let entries = mask.len() / classes.len();
    Tensor::from_vec(mask, (classes.len(), entries), device)
}

/// (rows, entries) -> (rows, 1) the logarithm of the sum of exponentials.
fn log_sum(x: &Tensor) -> Result<Tensor> {
    let most = x.max_keepdim(D::Minus1)?.detach();
    x.broadcast_sub(&most)?.exp()?.sum_keepdim(D::Minus1)?.log()?.broadcast_add(&most)
}
