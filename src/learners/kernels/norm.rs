//! Layer normalisation. Source: [Ba2016].

use super::{LANES, kernel, tree};

/// Added to the variance.
pub const EPSILON: f32 = 1e-5;

#[inline(always)]
fn lanes(x: &[f32]) -> &[[f32; LANES]] {
    x.as_chunks().0
}

kernel! {
    /// (n, width) -> (n, width), each row brought to mean 0 and variance 1, times `gain`, plus `bias`;
    /// width a multiple of eight. `stats`, (n, 2): each row's mean, and one by its deviation.
    pub fn norm(x: &[f32], gain: &[f32], bias: &[f32], out: &mut [f32], stats: &mut [f32]) {
        let width = gain.len();
        let share = 1.0 / width as f32;
        let rows = x.chunks_exact(width).zip(out.chunks_exact_mut(width)).zip(stats.as_chunks_mut::<2>().0);
        for ((x, out), stats) in rows {
            let mut sums = [0.0; LANES];
            for x in lanes(x) {
                for l in 0..LANES {
                    sums[l] += x[l];
                }
            }
            let mean = tree(sums) * share;
            let mut squares = [0.0; LANES];
            for x in lanes(x) {
                for l in 0..LANES {
                    squares[l] += (x[l] - mean) * (x[l] - mean);
                }
            }
            let scale = 1.0 / (tree(squares) * share + EPSILON).sqrt();
            for ((out, x), (gain, bias)) in out.iter_mut().zip(x).zip(gain.iter().zip(bias)) {
                *out = (x - mean) * scale * gain + bias;
            }
            *stats = [mean, scale];
        }
    }
}

kernel! {
    /// (n, width) gradients of the output -> those of x, added to `dx`; those of `gain` and `bias` are
    /// summed over the rows, from the first to the last, onto what is there.
    pub fn norm_back(
        x: &[f32],
        gain: &[f32],
        stats: &[f32],
        grad: &[f32],
        dx: &mut [f32],
        dgain: &mut [f32],
        dbias: &mut [f32],
    ) {
        let width = gain.len();
        let share = 1.0 / width as f32;
        let rows = x.chunks_exact(width).zip(grad.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
        for (((x, grad), dx), &[mean, scale]) in rows.zip(stats.as_chunks::<2>().0) {
            let (mut sums, mut products) = ([0.0; LANES], [0.0; LANES]);
            for ((x, grad), gain) in lanes(x).iter().zip(lanes(grad)).zip(lanes(gain)) {
                for l in 0..LANES {
                    let g = grad[l] * gain[l];
                    sums[l] += g;
                    products[l] += g * ((x[l] - mean) * scale);
                }
            }
            let (sum, product) = (tree(sums) * share, tree(products) * share);
            for ((x, grad), (dx, gain)) in x.iter().zip(grad).zip(dx.iter_mut().zip(gain)) {
                *dx += scale * (grad * gain - sum - (x - mean) * scale * product);
            }
            for ((x, grad), (dgain, dbias)) in x.iter().zip(grad).zip(dgain.iter_mut().zip(dbias.iter_mut())) {
                *dgain += grad * ((x - mean) * scale);
                *dbias += grad;
            }
        }
    }
}
