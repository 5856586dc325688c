//! Convolutions with windows of 5 x 5 over maps as large as they are, zeros outside, each cut off at zero and halved by
//! maxima. What is worked out is only where pixels make a difference (`reach.rs`): the first convolution sums up rows of its
//! weights, pixel by pixel; the second one is a product of windows, laid out, and weights.
//!
//! Of equal maxima the first counts. Maps are (places, planes).

use super::kernel;
use super::reach::{BLOCKS, CELL_SIDE, FAR, WINDOW, four, line};
use super::shown::ink;
use crate::pixels::board::{Pixel, SIDE};

/// Places in a window.
pub const SEEN: usize = WINDOW * WINDOW;

/// The greatest of four rows, cut off at zero, and which of the four it is.
#[inline(always)]
fn greatest(four: [&[f32]; 4], out: &mut [f32], which: &mut [u8]) {
    let count = out.len();
    let (four, which) = (four.map(|x| &x[..count]), &mut which[..count]);
    for i in 0..count {
        let (mut most, mut at) = (four[0][i], 0);
        for (spot, x) in (1..).zip(&four[1..]) {
            let more = x[i] > most;
            most = if more { x[i] } else { most };
            at = if more { spot } else { at };
        }
        out[i] = if most < 0.0 { 0.0 } else { most };
        which[i] = at;
    }
}

/// Where in the weights of the first convolution a pixel's rows begin, seen from one of four places of a cell: mask, then
/// value.
#[inline(always)]
fn rows(pixel: Pixel, cell: usize, spot: usize) -> Option<usize> {
    let row = (pixel.at() / SIDE + FAR).checked_sub(cell / CELL_SIDE * 2 + spot / 2)?;
    let col = (pixel.at() % SIDE + FAR).checked_sub(cell % CELL_SIDE * 2 + spot % 2)?;
    (row < WINDOW && col < WINDOW).then_some((row * WINDOW + col) * 2)
}

kernel! {
    /// The first convolution of one picture where its pixels reach: (25, 2, planes) weights and (planes) bias ->
    /// (196, planes) cells, of which the others are left as they are, and which of four places each is from. A sum is the
    /// bias and, pixel by pixel, mask and value.
    pub fn look(pixels: &[Pixel], cells: &[u32], weights: [&[f32]; 2], out: &mut [f32], which: &mut [u8]) {
        let [weights, bias] = weights;
        let planes = bias.len();
        let mut sums = vec![0.0; 4 * planes];
        for &cell in cells {
            let cell = cell as usize;
            for (spot, sums) in sums.chunks_exact_mut(planes).enumerate() {
                sums.copy_from_slice(bias);
                for &pixel in pixels {
                    let Some(row) = rows(pixel, cell, spot) else { continue };
                    let ink = ink(pixel);
                    let (mask, value) = weights[row * planes..][..2 * planes].split_at(planes);
                    for (sum, (mask, value)) in sums.iter_mut().zip(mask.iter().zip(value)) {
                        *sum = *sum + mask + ink * value;
                    }
                }
            }
            let four = std::array::from_fn(|spot| &sums[spot * planes..][..planes]);
            let (out, which) = (&mut out[cell * planes..][..planes], &mut which[cell * planes..][..planes]);
            greatest(four, out, which);
        }
    }
}

kernel! {
    /// The gradients of one picture's cells before the cut -> those of the weights, on top of what is there: cell by cell,
    /// pixel by pixel, place by place.
    pub fn look_back(
        pixels: &[Pixel],
        cells: &[u32],
        planes: usize,
        grad: &[f32],
        which: &[u8],
        dweights: &mut [f32],
    ) {
        for &cell in cells {
            let cell = cell as usize;
            let (grad, which) = (&grad[cell * planes..][..planes], &which[cell * planes..][..planes]);
            for &pixel in pixels {
                for spot in 0..4 {
                    let Some(row) = rows(pixel, cell, spot) else { continue };
                    let ink = ink(pixel);
                    let (mask, value) = dweights[row * planes..][..2 * planes].split_at_mut(planes);
                    for i in 0..planes {
                        let grad = if usize::from(which[i]) == spot { grad[i] } else { 0.0 };
                        mask[i] += grad;
                        value[i] += ink * grad;
                    }
                }
            }
        }
    }
}

kernel! {
    /// (maps, 196, planes) -> (rows, 25, planes): the windows around these places, row by row, zeros outside the map.
    pub fn windows(planes: usize, places: &[u32], maps: &[f32], out: &mut [f32]) {
        for (&place, out) in places.iter().zip(out.chunks_exact_mut(SEEN * planes)) {
            for (at, out) in out.chunks_exact_mut(WINDOW * planes).enumerate() {
                let Some((first, before, seen)) = line(place as usize, at) else {
                    out.fill(0.0);
                    continue;
                };
                let (zeros, out) = out.split_at_mut(before * planes);
                let (out, others) = out.split_at_mut(seen * planes);
                zeros.fill(0.0);
                out.copy_from_slice(&maps[first * planes..][..seen * planes]);
                others.fill(0.0);
            }
        }
    }
}

kernel! {
    /// The gradients of windows -> those of the maps, on top of what is there, window by window.
    pub fn windows_back(planes: usize, places: &[u32], grad: &[f32], dmaps: &mut [f32]) {
        for (&place, grad) in places.iter().zip(grad.chunks_exact(SEEN * planes)) {
            for (at, grad) in grad.chunks_exact(WINDOW * planes).enumerate() {
                let Some((first, before, seen)) = line(place as usize, at) else { continue };
                let grad = &grad[before * planes..][..seen * planes];
                for (sum, grad) in dmaps[first * planes..][..seen * planes].iter_mut().zip(grad) {
                    *sum += grad;
                }
            }
        }
    }
}

kernel! {
    /// (rows, planes) sums and the (196) rows of one picture's places -> (49, planes): the maxima of these blocks, cut off at
    /// zero, and which of four places each is from. Other blocks are left as they are.
    pub fn halve(blocks: &[u32], row_of: &[u32], sums: &[f32], out: &mut [f32], which: &mut [u8]) {
        let planes = out.len() / BLOCKS;
        for &block in blocks {
            let block = block as usize;
            let four = four(block).map(|place| &sums[row_of[place] as usize * planes..][..planes]);
            let (out, which) = (&mut out[block * planes..][..planes], &mut which[block * planes..][..planes]);
            greatest(four, out, which);
        }
    }
}

/// The gradients of one picture's (49, planes) blocks before the cut -> those of the sums, on top of what is there.
pub fn halve_back(row_of: &[u32], grad: &[f32], which: &[u8], dsums: &mut [f32]) {
    let planes = grad.len() / BLOCKS;
    let each = grad.chunks_exact(planes).zip(which.chunks_exact(planes));
    for (block, (grad, which)) in each.enumerate() {
        let rows = four(block).map(|place| row_of[place] as usize * planes);
        for (i, (grad, which)) in grad.iter().zip(which).enumerate() {
            dsums[rows[usize::from(*which)] + i] += grad;
        }
    }
}

kernel! {
    /// Adds rows of a (rows, width) table, each by its factor, to (width) sums, one after the other.
    pub fn add_rows(rows: &[(u32, f32)], table: &[f32], sums: &mut [f32]) {
        let width = sums.len();
        let row = |at: u32| &table[at as usize * width..][..width];
        // Four at a time, so that sums are fetched less often; each is added in its turn.
        let (fours, rest) = rows.as_chunks::<4>();
        for four in fours {
            let ([a, b, c, d], by) = (four.map(|(at, _)| row(at)), four.map(|(_, by)| by));
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = *sum + by[0] * a[i] + by[1] * b[i] + by[2] * c[i] + by[3] * d[i];
            }
        }
        for &(at, by) in rest {
            for (sum, x) in sums.iter_mut().zip(row(at)) {
                *sum += by * x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::kernels::gemm::cut_off;
    use crate::learners::kernels::reach::{CELLS, Reach};
    use crate::learners::kernels::tests::{bits, noise};

    /// The first convolution by definition: all windows, zeros and all.
    fn plainly(pixels: &[Pixel], weights: &[f32], bias: &[f32]) -> Vec<f32> {
        let planes = bias.len();
        let mut picture = vec![[0.0; 2]; 28 * 28];
        pixels.iter().for_each(|p| picture[p.at()] = [1.0, ink(*p)]);
        let sum = |row: usize, col: usize, plane: usize| {
            let mut sum = bias[plane];
            for at in 0..SEEN {
                let (row, col) = ((row + at / 5).wrapping_sub(2), (col + at % 5).wrapping_sub(2));
                let seen = if row < 28 && col < 28 { picture[row * 28 + col] } else { [0.0; 2] };
                for (two, x) in seen.into_iter().enumerate() {
                    sum += x * weights[(at * 2 + two) * planes + plane];
                }
            }
            sum
        };
        let cell = |at: usize| {
            let (row, col) = (at / planes / 14 * 2, at / planes % 14 * 2);
            let four = (0..4).map(|spot| sum(row + spot / 2, col + spot % 2, at % planes));
            four.fold(0.0, |most, x| if x > most { x } else { most })
        };
        (0..CELLS * planes).map(cell).collect()
    }

    #[test]
    fn the_first_convolution_is_its_definition_bit_for_bit() {
        let (weights, bias) = (noise(1, 50 * 3), noise(2, 3));
        for places in [&[][..], &[0, 27, 400, 401, 429], &[756, 783], &[100, 101, 102, 128, 129, 130]] {
            let pixels: Vec<Pixel> =
                places.iter().map(|&at| Pixel::new(at, (at % 255) as u8 + 1).expect("a pixel")).collect();
            let mut out = bias.repeat(CELLS);
            cut_off(&mut out);
            let mut which = vec![0; out.len()];
            look(&pixels, &Reach::of(&pixels).cells, [&weights, &bias], &mut out, &mut which);
            assert_eq!(bits(&out), bits(&plainly(&pixels, &weights, &bias)), "{places:?}");
        }
    }

    #[test]
    fn windows_and_their_way_back_are_transposes() {
        let (planes, places) = (2, [0_u32, 13, 100, 195, 196 + 7, 391]);
        let (maps, grad) = (noise(1, 2 * CELLS * planes), noise(2, places.len() * SEEN * planes));
        let mut seen = vec![9.0; grad.len()];
        windows(planes, &places, &maps, &mut seen);
        let mut dmaps = vec![0.0; maps.len()];
        windows_back(planes, &places, &grad, &mut dmaps);
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let (there, back) = (dot(&seen, &grad), dot(&maps, &dmaps));
        assert!((there - back).abs() < 1e-5 * there.abs().max(1.0), "{there} and {back}");
        // The window around place 100 of the first map, which is row 7 and column 2: its middle is the place itself.
        assert_eq!(seen[(2 * SEEN + 12) * planes..][..planes], maps[100 * planes..][..planes]);
        assert_eq!(seen[2 * SEEN * planes..][..planes], maps[70 * planes..][..planes]);
        // The first place has nothing above it.
        assert!(seen[..2 * WINDOW * planes].iter().all(|x| *x == 0.0));
    }

    #[test]
    fn of_equal_maxima_the_first_counts() {
        let sums = [-1.0, 2.0, 2.0, 1.0, -3.0];
        let mut row_of = vec![4; CELLS];
        (row_of[0], row_of[1], row_of[14], row_of[15]) = (0, 1, 2, 3);
        let (mut out, mut which) = (vec![7.0; BLOCKS], vec![9; BLOCKS]);
        halve(&[0, 1], &row_of, &sums, &mut out, &mut which);
        assert_eq!((&out[..3], &which[..3]), (&[2.0, 0.0, 7.0][..], &[1, 0, 9][..]));
        let (mut dsums, mut grad) = ([0.0; 5], vec![0.0; BLOCKS]);
        grad[0] = 3.0;
        halve_back(&row_of, &grad, &[1; BLOCKS], &mut dsums);
        assert_eq!(dsums, [0.0, 3.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn rows_are_added_one_after_the_other() {
        let (table, start) = (noise(1, 9 * 11), noise(2, 11));
        let rows: Vec<(u32, f32)> = (0..9).zip(noise(3, 9)).collect();
        let (mut sums, mut plain) = (start.clone(), start);
        add_rows(&rows, &table, &mut sums);
        for (at, by) in rows {
            plain.iter_mut().zip(&table[at as usize * 11..]).for_each(|(sum, x)| *sum += by * x);
        }
        assert_eq!(bits(&sums), bits(&plain));
    }
}
