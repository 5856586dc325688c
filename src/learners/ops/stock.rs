//! The same operations composed of candle's own: for a GPU, and to test ours against.

use crate::learners::batch::{Batch, Targets};
use crate::learners::kernels::attention::Heads;
use crate::learners::kernels::embedding::Gather;
use crate::learners::kernels::norm::EPSILON;
use crate::learners::kernels::reach::{CELL_SIDE, CELLS, FAR, WINDOW};
use crate::learners::kernels::shown::{Shown, ink};
use crate::pixels::board::{PIXELS, SIDE};
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

/// (pictures, 2, 784): where pixels are shown, and how much ink they have there.
fn planes(shown: &Shown, device: &Device) -> Result<Tensor> {
    let mut planes = vec![0.0_f32; shown.pictures() * 2 * PIXELS];
    for (pixels, planes) in shown.each().zip(planes.chunks_exact_mut(2 * PIXELS)) {
        for pixel in pixels {
            (planes[pixel.at()], planes[PIXELS + pixel.at()]) = (1.0, ink(*pixel));
        }
    }
    Tensor::from_vec(planes, (shown.pictures(), 2, PIXELS), device)
}

pub(super) fn shown([mask, value, bias]: [&Tensor; 3], shown: &Shown) -> Result<Tensor> {
    let planes = planes(shown, mask.device())?.flatten_from(1)?;
    linear(&planes, &Tensor::cat(&[mask, value], 0)?, bias, true)
}

pub(super) fn look(w: &Tensor, b: &Tensor, shown: &Shown) -> Result<Tensor> {
    let planes = planes(shown, w.device())?;
    let planes = Tensor::cat(&[&planes, &planes.narrow(0, 0, 1)?.zeros_like()?], 0)?;
    let cells = convolution(&planes.reshape(((), 2, SIDE, SIDE))?, w, b)?;
    cells.permute((0, 2, 3, 1))?.reshape(((), b.elem_count()))
}

pub(super) fn convolve(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (places, inputs) = x.dims2()?;
    let maps = x.narrow(0, 0, places - CELLS)?.reshape(((), CELL_SIDE, CELL_SIDE, inputs))?;
    convolution(&maps.permute((0, 3, 1, 2))?.contiguous()?, w, b)?.permute((0, 2, 3, 1))?.flatten_from(1)
}

/// (maps, inputs, side, side) -> (maps, planes, side / 2, side / 2).
fn convolution(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (_, inputs, side, _) = x.dims4()?;
    let planes = b.elem_count();
    let w = w.reshape((WINDOW, WINDOW, inputs, planes))?.permute((3, 2, 0, 1))?.contiguous()?;
    let sums = x.conv2d(&w, FAR, 1, 1, 1)?.broadcast_add(&b.reshape((1, planes, 1, 1))?)?;
    // candle's maximum shares gradients among equals, as its pools do not.
    let rows = sums.reshape(((), planes, side / 2, 2, side))?;
    let rows = rows.narrow(3, 0, 1)?.maximum(&rows.narrow(3, 1, 1)?)?;
    let both = rows.reshape(((), planes, side / 2, side / 2, 2))?;
    both.narrow(4, 0, 1)?.maximum(&both.narrow(4, 1, 1)?)?.squeeze(4)?.relu()
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
    mean_loss(&Tensor::cat(&[&fixed, &(pointed + real)?], 1)?, &batch.targets, &batch.copies)
}

pub(super) fn loss(logits: &Tensor, targets: &Targets) -> Result<Tensor> {
    mean_loss(logits, targets, &[])
}

/// (rows, entries) logits, those of pointers to (rows, tokens) copies last -> the mean loss.
fn mean_loss(all: &Tensor, wanted: &Targets, copies: &[u16]) -> Result<Tensor> {
    let whole = log_sum(all)?;
    let of = |classes: &[u16]| {
        (&whole - log_sum(&(all + stands_for(classes, wanted, copies, all.device())?)?)?)?.mean_all()
    };
    match &wanted.own {
        None => of(&wanted.targets),
        Some((own, part)) => {
            let part = f64::from(*part);
            (of(&wanted.targets)? * (1.0 - part))? + (of(own)? * part)?
        }
    }
}

/// (rows, entries) 0 where an entry stands for the row's class, as good as minus infinity elsewhere.
fn stands_for(classes: &[u16], wanted: &Targets, copies: &[u16], device: &Device) -> Result<Tensor> {
    let mut mask = Vec::new();
    let tokens = copies.len() / classes.len();
    let yes = |yes: bool| if yes { 0.0 } else { NEVER };
    for (row, &class) in classes.iter().enumerate() {
        mask.extend((0..wanted.classes).map(|at| yes(at == usize::from(class))));
        let copies = &copies[row * tokens..][..tokens];
        mask.extend(copies.iter().map(|copy| yes(*copy == class)));
    }
    let entries = mask.len() / classes.len();
    Tensor::from_vec(mask, (classes.len(), entries), device)
}

/// (rows, entries) -> (rows, 1) the logarithm of the sum of exponentials.
fn log_sum(x: &Tensor) -> Result<Tensor> {
    let most = x.max_keepdim(D::Minus1)?.detach();
    x.broadcast_sub(&most)?.exp()?.sum_keepdim(D::Minus1)?.log()?.broadcast_add(&most)
}
