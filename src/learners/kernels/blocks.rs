//! The two blocks of a transformer's layer, forward and back: x + attention(norm x), and
//! x + feed-forward(norm x). Source: [Vaswani2017], the norm first as in [Xiong2020].
//!
//! A block's weights lie in one slice: those of attention are gain, bias (width each), (width, 3 width)
//! into queries, keys and values, (width, width) out of them; those of the feed-forward are
//! gain, bias, (width, hidden) and its bias, (hidden, width) and its bias.

use super::attention::{Heads, attend, attend_back};
use super::gemm::{Matrix, Start, Then, column_sums, gemm};
use super::norm::{norm, norm_back};
use super::{parts, parts_mut};

/// What a block keeps from the way forward for the way back.
#[derive(Debug, Default)]
pub struct Kept {
    /// (n, width) the normed input.
    pub normed: Vec<f32>,
    /// (n, 2) the norm's means and scales.
    pub stats: Vec<f32>,
    /// (n, 3 width) queries, keys and values, or (n, hidden) hidden states.
    pub inner: Vec<f32>,
    /// The shares of attention.
    pub shares: Vec<f32>,
    /// (n, width) mixed values.
    pub mixed: Vec<f32>,
    /// The gradients of `inner`, on the way back.
    pub grads_inner: Vec<f32>,
    /// Room that holds nothing between calls.
    pub room: Vec<f32>,
}

/// Lengths of an attention block's parts.
#[must_use]
pub fn attention_parts(width: usize) -> [usize; 4] {
    [width, width, 3 * width * width, width * width]
}

/// Lengths of a feed-forward block's parts.
#[must_use]
pub fn feed_parts(width: usize, hidden: usize) -> [usize; 6] {
    [width, width, width * hidden, hidden, hidden * width, width]
}

/// (rows, tokens, width) -> the same.
pub fn attention(sizes: Heads, x: &[f32], weights: &[f32], kept: &mut Kept, out: &mut [f32]) {
    let (width, n) = (sizes.width, sizes.rows * sizes.tokens);
    let [gain, bias, into, out_of] = parts(weights, attention_parts(width));
    let Kept { normed, stats, inner, shares, mixed, room, .. } = kept;
    normed.resize(n * width, 0.0);
    stats.resize(n * 2, 0.0);
    inner.resize(n * 3 * width, 0.0);
    shares.resize(sizes.shares(), 0.0);
    mixed.resize(n * width, 0.0);
    norm(x, gain, bias, normed, stats);
    let (y, w) = (Matrix::new(normed, width), Matrix::new(into, 3 * width));
    gemm([n, 3 * width, width], y, w, Start::Zero, Then::Stay, inner);
    attend(sizes, inner, shares, mixed, room);
    out.copy_from_slice(x);
    let (y, w) = (Matrix::new(mixed, width), Matrix::new(out_of, width));
    gemm([n, width, width], y, w, Start::Kept, Then::Stay, out);
}

/// The gradients of the output -> those of x and of the weights.
pub fn attention_back(
    sizes: Heads,
    [x, weights, grad]: [&[f32]; 3],
    kept: &mut Kept,
    dx: &mut [f32],
    dweights: &mut [f32],
) {
    let (width, n) = (sizes.width, sizes.rows * sizes.tokens);
    let [gain, _, into, out_of] = parts(weights, attention_parts(width));
    let [dgain, dbias, dinto, dout_of] = parts_mut(dweights, attention_parts(width));
    let Kept { normed, stats, inner, shares, mixed, grads_inner, room } = kept;
    let grads = Matrix::new(grad, width);
    gemm([width, width, n], Matrix::new(mixed, width).t(), grads, Start::Zero, Then::Stay, dout_of);
    // The mixed values have served: their gradients take their place.
    gemm([n, width, width], grads, Matrix::new(out_of, width).t(), Start::Zero, Then::Stay, mixed);
    grads_inner.resize(n * 3 * width, 0.0);
    attend_back(sizes, inner, shares, mixed, grads_inner, room);
    let grads = Matrix::new(grads_inner, 3 * width);
    gemm([width, 3 * width, n], Matrix::new(normed, width).t(), grads, Start::Zero, Then::Stay, dinto);
    gemm([n, width, 3 * width], grads, Matrix::new(into, 3 * width).t(), Start::Zero, Then::Stay, mixed);
    dx.copy_from_slice(grad);
    norm_back(x, gain, stats, mixed, dx, dgain, dbias);
}

/// (n, width) -> the same.
pub fn feed([n, width, hidden]: [usize; 3], x: &[f32], weights: &[f32], kept: &mut Kept, out: &mut [f32]) {
    let [gain, bias, up, up_bias, down, down_bias] = parts(weights, feed_parts(width, hidden));
    let Kept { normed, stats, inner, .. } = kept;
    normed.resize(n * width, 0.0);
    stats.resize(n * 2, 0.0);
    inner.resize(n * hidden, 0.0);
    norm(x, gain, bias, normed, stats);
    let (y, w) = (Matrix::new(normed, width), Matrix::new(up, hidden));
    gemm([n, hidden, width], y, w, Start::Row(up_bias), Then::Cut, inner);
    for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
        for ((out, x), bias) in out.iter_mut().zip(x).zip(down_bias) {
            *out = x + bias;
        }
    }
    let (y, w) = (Matrix::new(inner, hidden), Matrix::new(down, width));
    gemm([n, width, hidden], y, w, Start::Kept, Then::Stay, out);
}

/// The gradients of the output -> those of x and of the weights.
pub fn feed_back(
    [n, width, hidden]: [usize; 3],
    [x, weights, grad]: [&[f32]; 3],
    kept: &mut Kept,
    dx: &mut [f32],
    dweights: &mut [f32],
) {
    let [gain, _, up, _, down, _] = parts(weights, feed_parts(width, hidden));
    let [dgain, dbias, dup, dup_bias, ddown, ddown_bias] = parts_mut(dweights, feed_parts(width, hidden));
    let Kept { normed, stats, inner, grads_inner, .. } = kept;
    let grads = Matrix::new(grad, width);
    gemm([hidden, width, n], Matrix::new(inner, hidden).t(), grads, Start::Zero, Then::Stay, ddown);
    column_sums(grad, ddown_bias);
    grads_inner.resize(n * hidden, 0.0);
    gemm(
        [n, hidden, width],
        grads,
        Matrix::new(down, width).t(),
        Start::Zero,
        Then::Where(inner),
        grads_inner,
    );
    let grads = Matrix::new(grads_inner, hidden);
    gemm([width, hidden, n], Matrix::new(normed, width).t(), grads, Start::Zero, Then::Stay, dup);
    column_sums(grads_inner, dup_bias);
    // The normed input has served: its gradients take its place.
    gemm([n, width, hidden], grads, Matrix::new(up, hidden).t(), Start::Zero, Then::Stay, normed);
    dx.copy_from_slice(grad);
    norm_back(x, gain, stats, normed, dx, dgain, dbias);
}
