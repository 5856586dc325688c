//! Matrix products. Each output is one sum over k, from the first to the last, products rounded
//! before they are added: the bits of the plain triple loop, whatever the sizes, the
//! blocking and the CPU, and the same for a row alone as in a batch.

use super::kernel;
use super::tile::{COLS, ROWS, Steps, portable, product};
use std::cell::RefCell;

/// A matrix in a slice, and its steps.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    data: &'a [f32],
    row: usize,
    col: usize,
}

impl<'a> Matrix<'a> {
    /// Row after row of so many columns.
    #[must_use]
    pub fn new(data: &'a [f32], cols: usize) -> Self {
        Self { data, row: cols, col: 1 }
    }

    /// The transpose.
    #[must_use]
    pub fn t(self) -> Self {
        Self { data: self.data, row: self.col, col: self.row }
    }
}

/// Where the sums of a product start.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// At zero.
    Zero,
    /// At one row, the same for all: (n) numbers.
    Row(&'a [f32]),
    /// At what the output holds.
    Kept,
}

/// What becomes of the outputs of a product.
#[derive(Clone, Copy, Debug)]
pub enum Then<'a> {
    /// They stay.
    Stay,
    /// What is below zero is cut off.
    Cut,
    /// Zero where these, (m, n), are not above zero: the way back through a cut.
    Where(&'a [f32]),
}

/// k of one pass: a panel of B then stays in the first cache.
const K_BLOCK: usize = 256;
/// Rows of one pass: a block of A then stays in the second.
const M_BLOCK: usize = 96;
/// With fewer rows than this, copying B to a better place does not pay.
const FEW: usize = 16;

type Product = fn(Steps, &[f32], &[f32], &mut [f32]);

thread_local! {
    static PANELS: RefCell<(Vec<f32>, Vec<f32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// (m, k) A times (k, n) B -> (m, n) C, row after row.
///
/// # Panics
/// If a slice is too short.
pub fn gemm([m, n, k]: [usize; 3], a: Matrix, b: Matrix, start: Start, then: Then, c: &mut [f32]) {
    gemm_by(product, [m, n, k], a, b, start, then, c);
}

/// The same product on any CPU.
///
/// # Panics
/// If a slice is too short.
pub fn gemm_portable([m, n, k]: [usize; 3], a: Matrix, b: Matrix, start: Start, then: Then, c: &mut [f32]) {
    gemm_by(portable, [m, n, k], a, b, start, then, c);
}

fn gemm_by(
    by: Product,
    [m, n, k]: [usize; 3],
    a: Matrix,
    b: Matrix,
    start: Start,
    then: Then,
    c: &mut [f32],
) {
    if m == 0 || n == 0 {
        return;
    }
    let c = &mut c[..m * n];
    match start {
        Start::Zero if k == 0 => c.fill(0.0),
        Start::Row(row) => c.chunks_exact_mut(n).for_each(|c| c.copy_from_slice(row)),
        // Both sides lie for their transposes: the smaller is copied to panels of rows, which costs more.
        Start::Zero if m > n && k > n && a.row == 1 && b.col == 1 => {
            let mut turned = vec![0.0; m * n];
            gemm_by(by, [n, m, k], b.t(), a.t(), start, Then::Stay, &mut turned);
            for (row, c) in c.chunks_exact_mut(n).enumerate() {
                c.iter_mut().enumerate().for_each(|(col, c)| *c = turned[col * m + row]);
            }
            return finish(then, 0, c);
        }
        Start::Zero | Start::Kept => {}
    }
    PANELS.with_borrow_mut(|(a_panels, b_panels)| {
        for k0 in (0..k).step_by(K_BLOCK) {
            let depth = K_BLOCK.min(k - k0);
            let keep = k0 > 0 || !matches!(start, Start::Zero);
            let b = Matrix { data: &b.data[k0 * b.row..], ..b };
            let direct = m < FEW && b.col == 1 && n.is_multiple_of(8);
            if !direct {
                pack_b(n, depth, b, b_panels);
            }
            for m0 in (0..m).step_by(M_BLOCK) {
                let rows = M_BLOCK.min(m - m0);
                let from = &a.data[m0 * a.row + k0 * a.col..];
                let block = pack_a(rows, depth, from, a, a_panels);
                let c = &mut c[m0 * n..(m0 + rows) * n];
                let steps = Steps { m: rows, n, k: depth, b_row: b.row, c_row: n, keep, ..block };
                let a = if a.row == 1 { &a_panels[..] } else { from };
                if direct {
                    by(steps, a, b.data, c);
                } else {
                    by_panels(by, steps, a, b_panels, c);
                }
                if k0 + depth == k {
                    finish(then, m0 * n, c);
                }
            }
        }
    });
}

/// What becomes of outputs, the first of them being number `at`, while they are near.
fn finish(then: Then, at: usize, c: &mut [f32]) {
    match then {
        Then::Stay => {}
        Then::Cut => cut_off(c),
        Then::Where(out) => cut_off_back(&out[at..], c),
    }
}

/// One block of A with each panel of B; the last may be wider than what is left of C.
fn by_panels(by: Product, steps: Steps, a: &[f32], b_panels: &[f32], c: &mut [f32]) {
    let Steps { m, n, k, .. } = steps;
    for (panel, b) in b_panels.chunks_exact(k * COLS).enumerate() {
        let cols = COLS.min(n - panel * COLS);
        let c = &mut c[panel * COLS..];
        let steps = Steps { n: if cols > 8 { COLS } else { 8 }, b_row: COLS, ..steps };
        if cols == steps.n {
            by(steps, a, b, c);
            continue;
        }
        let mut edge = [0.0; M_BLOCK * COLS];
        for row in 0..m {
            edge[row * COLS..][..cols].copy_from_slice(&c[row * n..][..cols]);
        }
        by(Steps { c_row: COLS, ..steps }, a, b, &mut edge);
        for row in 0..m {
            c[row * n..][..cols].copy_from_slice(&edge[row * COLS..][..cols]);
        }
    }
}

/// Copies B to panels of sixteen columns, filled up with zeros.
fn pack_b(n: usize, k: usize, b: Matrix, panels: &mut Vec<f32>) {
    panels.resize(n.div_ceil(COLS) * COLS * k, 0.0);
    for (panel, out) in panels.chunks_exact_mut(k * COLS).enumerate() {
        let cols = COLS.min(n - panel * COLS);
        let from = &b.data[panel * COLS * b.col..];
        if b.col == 1 && cols == COLS {
            for (p, out) in out.as_chunks_mut::<COLS>().0.iter_mut().enumerate() {
                *out = *from[p * b.row..].first_chunk().expect("a row of sixteen");
            }
            continue;
        }
        if b.row == 1 && cols == COLS {
            turn_panel(b.col, from, out);
            continue;
        }
        out.fill(0.0);
        for j in 0..cols {
            for p in 0..k {
                out[p * COLS + j] = from[j * b.col + p * b.row];
            }
        }
    }
}

kernel! {
    /// Sixteen rows, so far apart, of k numbers each -> k rows of sixteen.
    fn turn_panel(step: usize, from: &[f32], out: &mut [f32]) {
        let out = out.as_chunks_mut::<COLS>().0;
        let k = out.len();
        let rows: [&[f32]; COLS] = std::array::from_fn(|j| &from[j * step..][..k]);
        for p in 0..k {
            for j in 0..COLS {
                out[p][j] = rows[j][p];
            }
        }
    }
}

/// The steps of A as it lies if its rows do, else of its copy in panels of six rows.
fn pack_a(m: usize, k: usize, from: &[f32], a: Matrix, panels: &mut Vec<f32>) -> Steps {
    let none = Steps {
        m,
        n: 0,
        k,
        a_six: ROWS * a.row,
        a_row: a.row,
        a_col: a.col,
        b_row: 0,
        c_row: 0,
        keep: false,
    };
    if a.row != 1 {
        return none;
    }
    let sixes = m.div_ceil(ROWS);
    panels.resize(sixes * ROWS * k, 0.0);
    for p in 0..k {
        let (whole, rest) = from[p * a.col..][..m].as_chunks::<ROWS>();
        for (six, x) in whole.iter().enumerate() {
            *panels[(six * k + p) * ROWS..].first_chunk_mut().expect("room for six") = *x;
        }
        panels[(whole.len() * k + p).min(sixes * k) * ROWS..][..rest.len()].copy_from_slice(rest);
    }
    Steps { a_six: ROWS * k, a_col: ROWS, ..none }
}

kernel! {
    /// What is below zero becomes zero; what is no number stays so.
    pub fn cut_off(x: &mut [f32]) {
        for x in x {
            *x = if *x < 0.0 { 0.0 } else { *x };
        }
    }
}

kernel! {
    /// (rows, n) gradients after the cut -> those before it, where the output was above zero.
    pub fn cut_off_back(out: &[f32], grad: &mut [f32]) {
        for (grad, out) in grad.iter_mut().zip(out) {
            *grad = if *out > 0.0 { *grad } else { 0.0 };
        }
    }
}

kernel! {
    /// (rows, n) -> (n) the sums over the rows, from the first to the last.
    pub fn column_sums(x: &[f32], sums: &mut [f32]) {
        sums.fill(0.0);
        for row in x.chunks_exact(sums.len()) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::kernels::tests::{bits, noise};

    fn triple(
        [m, n, k]: [usize; 3],
        a: Matrix,
        b: Matrix,
        start: Start,
        c: &mut [f32],
        inner: fn(f32, f32, f32) -> f32,
        upwards: bool,
    ) {
        for i in 0..m {
            for j in 0..n {
                let mut sum = match start {
                    Start::Zero => 0.0,
                    Start::Row(row) => row[j],
                    Start::Kept => c[i * n + j],
                };
                for p in 0..k {
                    let p = if upwards { p } else { k - 1 - p };
                    sum = inner(a.data[i * a.row + p * a.col], b.data[p * b.row + j * b.col], sum);
                }
                c[i * n + j] = sum;
            }
        }
    }

    const SIZES: [[usize; 3]; 13] = [
        [70, 24, 300],
        [1, 1, 1],
        [1, 8, 3],
        [2, 16, 5],
        [5, 7, 11],
        [6, 16, 256],
        [7, 17, 257],
        [13, 24, 64],
        [97, 33, 3],
        [31, 40, 300],
        [100, 15, 1],
        [64, 64, 520],
        [3, 48, 64],
    ];

    #[test]
    fn products_are_the_triple_loop_bit_for_bit() {
        for (at, [m, n, k]) in SIZES.into_iter().enumerate() {
            let (x, y) = (noise(at as u32, m * k), noise(99 + at as u32, k * n));
            let (row, kept) = (noise(7, n), noise(8, m * n));
            let a = [Matrix::new(&x, k), Matrix::new(&x, m).t()];
            let b = [Matrix::new(&y, n), Matrix::new(&y, k).t()];
            for (a, b, start) in [
                (a[0], b[0], Start::Zero),
                (a[1], b[0], Start::Row(&row)),
                (a[0], b[1], Start::Kept),
                (a[1], b[1], Start::Zero),
                (a[1], b[0], Start::Zero),
                (a[0], b[0], Start::Kept),
            ] {
                let (mut plain, mut fast, mut slow) = (kept.clone(), kept.clone(), kept.clone());
                triple([m, n, k], a, b, start, &mut plain, |a, b, sum| sum + a * b, true);
                gemm([m, n, k], a, b, start, Then::Stay, &mut fast);
                gemm_portable([m, n, k], a, b, start, Then::Stay, &mut slow);
                assert_eq!(bits(&plain), bits(&fast), "{m} {n} {k} {start:?}");
                assert_eq!(bits(&plain), bits(&slow), "{m} {n} {k} {start:?}");
            }
        }
    }

    #[test]
    fn that_test_sees_a_fused_or_reordered_sum() {
        let [m, n, k] = [31, 40, 300];
        let (x, y) = (noise(1, m * k), noise(2, k * n));
        let (a, b) = (Matrix::new(&x, k), Matrix::new(&y, n));
        let mut right = vec![0.0; m * n];
        gemm([m, n, k], a, b, Start::Zero, Then::Stay, &mut right);
        let mut wrong = right.clone();
        triple([m, n, k], a, b, Start::Zero, &mut wrong, f32::mul_add, true);
        assert_ne!(bits(&right), bits(&wrong), "fused");
        triple([m, n, k], a, b, Start::Zero, &mut wrong, |a, b, sum| sum + a * b, false);
        assert_ne!(bits(&right), bits(&wrong), "from the last to the first");
    }

    #[test]
    fn cuts_in_passing_are_cuts_after() {
        for [m, n, k] in SIZES {
            let (x, y, out) = (noise(1, m * k), noise(2, k * n), noise(3, m * n));
            for (a, b) in
                [(Matrix::new(&x, k), Matrix::new(&y, n)), (Matrix::new(&x, m).t(), Matrix::new(&y, n))]
            {
                let run = |then| {
                    let mut c = vec![0.0; m * n];
                    gemm([m, n, k], a, b, Start::Zero, then, &mut c);
                    c
                };
                let (mut cut, mut back) = (run(Then::Stay), run(Then::Stay));
                cut_off(&mut cut);
                cut_off_back(&out, &mut back);
                assert_eq!(bits(&run(Then::Cut)), bits(&cut), "{m} {n} {k}");
                assert_eq!(bits(&run(Then::Where(&out))), bits(&back), "{m} {n} {k}");
            }
        }
    }

    #[test]
    fn a_row_alone_is_the_row_in_a_batch() {
        let [m, n, k] = [50, 192, 64];
        let (x, y) = (noise(1, m * k), noise(2, k * n));
        let mut all = vec![0.0; m * n];
        gemm([m, n, k], Matrix::new(&x, k), Matrix::new(&y, n), Start::Zero, Then::Cut, &mut all);
        for row in [0, 7, 49] {
            let mut one = vec![0.0; n];
            gemm(
                [1, n, k],
                Matrix::new(&x[row * k..][..k], k),
                Matrix::new(&y, n),
                Start::Zero,
                Then::Cut,
                &mut one,
            );
            assert_eq!(bits(&one), bits(&all[row * n..][..n]));
        }
    }

    #[test]
    fn sums_of_columns_and_the_cut() {
        let mut x = [1.0, -2.0, 3.0, 4.0, -0.5, f32::MIN_POSITIVE];
        let mut sums = [9.0; 3];
        column_sums(&x, &mut sums);
        assert_eq!(sums, [5.0, -2.5, 3.0]);
        cut_off(&mut x);
        assert_eq!(x, [1.0, 0.0, 3.0, 4.0, 0.0, f32::MIN_POSITIVE]);
        let mut grad = [1.0; 6];
        cut_off_back(&x, &mut grad);
        assert_eq!(grad, [1.0, 0.0, 1.0, 1.0, 0.0, 1.0]);
    }
}
