//! Attention in several heads, of every token of a page to every token. Source: [Vaswani2017].

use super::exp::exp;
use super::tile::{ROWS, Steps, product};
use super::{LANES, greater, kernel, tree};

/// Sizes of an attention; each head's share of the width is a multiple of eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Pages.
    pub rows: usize,
    /// Tokens of a page.
    pub tokens: usize,
    /// Width of a token's state.
    pub width: usize,
    /// Heads.
    pub heads: usize,
}

impl Heads {
    /// Width of a head.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.width / self.heads
    }

    /// Tokens, filled up to whole lanes.
    #[must_use]
    pub fn padded(&self) -> usize {
        self.tokens.next_multiple_of(LANES)
    }

    /// Numbers of all (rows, heads, tokens, padded) shares of attention.
    #[must_use]
    pub fn shares(&self) -> usize {
        self.rows * self.heads * self.tokens * self.padded()
    }

    fn scale(&self) -> f32 {
        1.0 / (self.depth() as f32).sqrt()
    }

    /// (tokens, depth) times (depth, padded), as (tokens, padded).
    fn scores(&self, a_row: usize) -> Steps {
        let (tokens, padded) = (self.tokens, self.padded());
        Steps {
            m: tokens,
            n: padded,
            k: self.depth(),
            a_six: ROWS * a_row,
            a_row,
            a_col: 1,
            b_row: padded,
            c_row: padded,
            keep: false,
        }
    }

    /// (tokens, tokens) shares, turned or not, times (tokens, depth), as (tokens, depth).
    fn mixture(&self, turned: bool, b_row: usize, c_row: usize) -> Steps {
        let padded = self.padded();
        let (a_row, a_col) = if turned { (1, padded) } else { (padded, 1) };
        let (m, n) = (self.tokens, self.depth());
        Steps { m, n, k: m, a_six: ROWS * a_row, a_row, a_col, b_row, c_row, keep: false }
    }

    /// Turns (tokens, depth) in rows of `step` to (depth, padded).
    fn turn(&self, x: &[f32], step: usize, out: &mut [f32]) {
        let padded = self.padded();
        for (d, out) in out.chunks_exact_mut(padded).enumerate() {
            for (t, out) in out[..self.tokens].iter_mut().enumerate() {
                *out = x[t * step + d];
            }
        }
    }
}

/// (rows, tokens, 3 width) queries, keys and values -> (rows, tokens, width) mixed values. Keeps the
/// shares for the way back.
pub fn attend(sizes: Heads, qkv: &[f32], shares: &mut [f32], out: &mut [f32], room: &mut Vec<f32>) {
    let Heads { rows, tokens, width, heads } = sizes;
    let (depth, padded, wide) = (sizes.depth(), sizes.padded(), 3 * width);
    room.clear();
    room.resize(depth * padded, 0.0);
    let mut each = shares.chunks_exact_mut(tokens * padded);
    for row in 0..rows {
        let qkv = &qkv[row * tokens * wide..][..tokens * wide];
        let out = &mut out[row * tokens * width..][..tokens * width];
        for head in 0..heads {
            let share = each.next().expect("a share for each head");
            let at = head * depth;
            sizes.turn(&qkv[width + at..], wide, room);
            product(sizes.scores(wide), &qkv[at..], room, share);
            soften(tokens, padded, sizes.scale(), share);
            product(sizes.mixture(false, wide, width), share, &qkv[2 * width + at..], &mut out[at..]);
        }
    }
}

/// The gradients of the mixed values -> those of queries, keys and values.
pub fn attend_back(
    sizes: Heads,
    qkv: &[f32],
    shares: &[f32],
    grad: &[f32],
    dqkv: &mut [f32],
    room: &mut Vec<f32>,
) {
    let Heads { rows, tokens, width, heads } = sizes;
    let (depth, padded, wide) = (sizes.depth(), sizes.padded(), 3 * width);
    room.clear();
    room.resize(depth * padded + tokens * padded, 0.0);
    let (values, dshare) = room.split_at_mut(depth * padded);
    let mut each = shares.chunks_exact(tokens * padded);
    for row in 0..rows {
        let qkv = &qkv[row * tokens * wide..][..tokens * wide];
        let dqkv = &mut dqkv[row * tokens * wide..][..tokens * wide];
        let grad = &grad[row * tokens * width..][..tokens * width];
        for head in 0..heads {
            let share = each.next().expect("a share for each head");
            let at = head * depth;
            let grad = &grad[at..];
            sizes.turn(&qkv[2 * width + at..], wide, values);
            product(sizes.scores(width), grad, values, dshare);
            product(sizes.mixture(true, width, wide), share, grad, &mut dqkv[2 * width + at..]);
            soften_back(padded, sizes.scale(), share, dshare);
            product(sizes.mixture(false, wide, wide), dshare, &qkv[width + at..], &mut dqkv[at..]);
            product(sizes.mixture(true, wide, wide), dshare, &qkv[at..], &mut dqkv[width + at..]);
        }
    }
}

kernel! {
    /// Each row of `padded` scores, the first `tokens` of them real, times `scale` -> shares that sum to 1.
    fn soften(tokens: usize, padded: usize, scale: f32, scores: &mut [f32]) {
        for row in scores.chunks_exact_mut(padded) {
            row[tokens..].fill(f32::NEG_INFINITY);
            let mut most = [f32::NEG_INFINITY; LANES];
            for x in row.as_chunks::<LANES>().0 {
                for l in 0..LANES {
                    most[l] = greater(most[l], x[l]);
                }
            }
            let [a, b, c, d] = [0, 1, 2, 3].map(|l| greater(most[l], most[l + 4]));
            let most = greater(greater(a, b), greater(c, d)) * scale;
            row.iter_mut().for_each(|x| *x = *x * scale - most);
        }
        // One loop over all rows: long ones keep the vectors busy.
        scores.iter_mut().for_each(|x| *x = exp(*x));
        for row in scores.chunks_exact_mut(padded) {
            let mut sums = [0.0; LANES];
            for x in row.as_chunks::<LANES>().0 {
                for l in 0..LANES {
                    sums[l] += x[l];
                }
            }
            let share = 1.0 / tree(sums);
            row.iter_mut().for_each(|x| *x *= share);
        }
    }
}

kernel! {
    /// The gradients of the shares -> those of the scores, in place.
    fn soften_back(padded: usize, scale: f32, shares: &[f32], grads: &mut [f32]) {
        for (share, grad) in shares.chunks_exact(padded).zip(grads.chunks_exact_mut(padded)) {
            let mut sums = [0.0; LANES];
            for (share, grad) in share.as_chunks::<LANES>().0.iter().zip(grad.as_chunks::<LANES>().0) {
                for l in 0..LANES {
                    sums[l] += share[l] * grad[l];
                }
            }
            let sum = tree(sums);
            for (grad, share) in grad.iter_mut().zip(share) {
                *grad = share * (*grad - sum) * scale;
            }
        }
    }
}
