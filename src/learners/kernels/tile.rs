//! Products of matrices that lie as they should: tiles of six rows by sixteen columns. Every
//! output is the sum over k from the first to the last, each product rounded before it is added.

/// Rows of a tile.
pub(super) const ROWS: usize = 6;
/// Columns of a tile.
pub(super) const COLS: usize = 16;

/// Sizes and steps of a product `C = A B` or `C += A B`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// Rows of A and C.
    pub m: usize,
    /// Columns of B and C, a multiple of eight.
    pub n: usize,
    /// Columns of A, rows of B.
    pub k: usize,
    /// From one six rows of A to the next six.
    pub a_six: usize,
    /// From one row of A to the next, within six.
    pub a_row: usize,
    /// From one column of A to the next.
    pub a_col: usize,
    /// From one row of B to the next.
    pub b_row: usize,
    /// From one row of C to the next.
    pub c_row: usize,
    /// Whether the sums start at what C holds, and not at zero.
    pub keep: bool,
}

impl Steps {
    /// Asserts that all that is read and written is inside the slices.
    fn check(&self, a: &[f32], b: &[f32], c: &[f32]) {
        let Self { m, n, k, .. } = *self;
        assert!(m > 0 && n > 0 && k > 0 && n.is_multiple_of(8));
        let (sixes, last) = ((m - 1) / ROWS, (m - 1) % ROWS);
        let rows = if sixes > 0 { ROWS - 1 } else { last };
        let within = (sixes * self.a_six + last * self.a_row)
            .max(sixes.saturating_sub(1) * self.a_six + rows * self.a_row);
        assert!(within + (k - 1) * self.a_col < a.len());
        assert!((k - 1) * self.b_row + n <= b.len());
        assert!((m - 1) * self.c_row + n <= c.len());
    }
}

/// The product, by the widest vectors there are.
pub(super) fn product(steps: Steps, a: &[f32], b: &[f32], c: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
        // SAFETY: the feature was detected on the line above.
        return unsafe { wide::product(steps, a, b, c) };
    }
    portable(steps, a, b, c);
}

/// The same product on any CPU: a row of a tile at a time.
pub(super) fn portable(steps: Steps, a: &[f32], b: &[f32], c: &mut [f32]) {
    steps.check(a, b, c);
    for col in (0..steps.n).step_by(COLS) {
        let cols = COLS.min(steps.n - col);
        for row in 0..steps.m {
            let a = &a[row / ROWS * steps.a_six + row % ROWS * steps.a_row..];
            let c = &mut c[row * steps.c_row + col..][..cols];
            let b = &b[col..];
            if cols == COLS {
                portable_row::<COLS>(steps, a, b, c)
            } else {
                portable_row::<8>(steps, a, b, c)
            }
        }
    }
}

#[inline(always)]
fn portable_row<const W: usize>(steps: Steps, a: &[f32], b: &[f32], c: &mut [f32]) {
    let mut sums = [0.0; W];
    if steps.keep {
        sums.copy_from_slice(c);
    }
    for p in 0..steps.k {
        let x = a[p * steps.a_col];
        for (sum, y) in sums.iter_mut().zip(&b[p * steps.b_row..][..W]) {
            *sum += x * y;
        }
    }
    c.copy_from_slice(&sums);
}

/// Tiles in AVX2. Each row has accumulators of its own name: an array of them spills.
#[cfg(target_arch = "x86_64")]
mod wide {
    use super::{COLS, ROWS, Steps};
    use std::arch::x86_64::{
        __m256, _mm256_add_ps, _mm256_broadcast_ss, _mm256_loadu_ps, _mm256_mul_ps, _mm256_setzero_ps,
        _mm256_storeu_ps,
    };

    #[target_feature(enable = "avx2")]
    pub(super) fn product(steps: Steps, a: &[f32], b: &[f32], c: &mut [f32]) {
        steps.check(a, b, c);
        for col in (0..steps.n).step_by(COLS) {
            let full = steps.n - col >= COLS;
            for six in 0..steps.m.div_ceil(ROWS) {
                let rows = ROWS.min(steps.m - six * ROWS);
                #[expect(unsafe_code, reason = "tiles read and write through pointers")]
                // SAFETY: `check` has seen that every row and column of the tiles is inside the slices.
                unsafe {
                    let a = a.as_ptr().add(six * steps.a_six);
                    let b = b.as_ptr().add(col);
                    let c = c.as_mut_ptr().add(six * ROWS * steps.c_row + col);
                    match (full, rows) {
                        (true, 6) => sixteen6(steps, a, b, c),
                        (true, 5) => sixteen5(steps, a, b, c),
                        (true, 4) => sixteen4(steps, a, b, c),
                        (true, 3) => sixteen3(steps, a, b, c),
                        (true, 2) => sixteen2(steps, a, b, c),
                        (true, _) => sixteen1(steps, a, b, c),
                        (false, 6) => eight6(steps, a, b, c),
                        (false, 5) => eight5(steps, a, b, c),
                        (false, 4) => eight4(steps, a, b, c),
                        (false, 3) => eight3(steps, a, b, c),
                        (false, 2) => eight2(steps, a, b, c),
                        (false, _) => eight1(steps, a, b, c),
                    }
                }
            }
        }
    }

    macro_rules! sixteen {
        ($name:ident: $($i:literal $x:ident $y:ident),*) => {
            /// # Safety
            /// As [`Steps::check`] asserts.
            #[target_feature(enable = "avx2")]
            #[inline]
            #[expect(unsafe_code, reason = "see the caller")]
            unsafe fn $name(steps: Steps, mut a: *const f32, mut b: *const f32, c: *mut f32) {
                let Steps { k, a_row, a_col, b_row, c_row, keep, .. } = steps;
                // SAFETY: the caller's.
                unsafe {
                    $(let (mut $x, mut $y): (__m256, __m256) = if keep {
                        (_mm256_loadu_ps(c.add($i * c_row)), _mm256_loadu_ps(c.add($i * c_row + 8)))
                    } else {
                        (_mm256_setzero_ps(), _mm256_setzero_ps())
                    };)*
                    // Two places in A, so that every row is one or two steps from one of them.
                    let mut high = a.wrapping_add(3 * a_row);
                    for _ in 0..k {
                        let (b0, b1) = (_mm256_loadu_ps(b), _mm256_loadu_ps(b.add(8)));
                        $(
                            let from = if $i < 3 { a.wrapping_add($i * a_row) } else { high.wrapping_add(($i - 3) * a_row) };
                            let s = _mm256_broadcast_ss(&*from);
                            $x = _mm256_add_ps($x, _mm256_mul_ps(s, b0));
                            $y = _mm256_add_ps($y, _mm256_mul_ps(s, b1));
                        )*
                        // Past the end after the last turn, where nothing reads.
                        a = a.wrapping_add(a_col);
                        high = high.wrapping_add(a_col);
                        b = b.wrapping_add(b_row);
                    }
                    $(
                        _mm256_storeu_ps(c.add($i * c_row), $x);
                        _mm256_storeu_ps(c.add($i * c_row + 8), $y);
                    )*
                }
            }
        };
    }
    sixteen!(sixteen6: 0 x0 y0, 1 x1 y1, 2 x2 y2, 3 x3 y3, 4 x4 y4, 5 x5 y5);
    sixteen!(sixteen5: 0 x0 y0, 1 x1 y1, 2 x2 y2, 3 x3 y3, 4 x4 y4);
    sixteen!(sixteen4: 0 x0 y0, 1 x1 y1, 2 x2 y2, 3 x3 y3);
    sixteen!(sixteen3: 0 x0 y0, 1 x1 y1, 2 x2 y2);
    sixteen!(sixteen2: 0 x0 y0, 1 x1 y1);
    sixteen!(sixteen1: 0 x0 y0);

    macro_rules! eight {
        ($name:ident: $($i:literal $x:ident),*) => {
            /// # Safety
            /// As [`Steps::check`] asserts.
            #[target_feature(enable = "avx2")]
            #[inline]
            #[expect(unsafe_code, reason = "see the caller")]
            unsafe fn $name(steps: Steps, mut a: *const f32, mut b: *const f32, c: *mut f32) {
                let Steps { k, a_row, a_col, b_row, c_row, keep, .. } = steps;
                // SAFETY: the caller's.
                unsafe {
                    $(let mut $x: __m256 =
                        if keep { _mm256_loadu_ps(c.add($i * c_row)) } else { _mm256_setzero_ps() };)*
                    let mut high = a.wrapping_add(3 * a_row);
                    for _ in 0..k {
                        let b0 = _mm256_loadu_ps(b);
                        $(
                            let from = if $i < 3 { a.wrapping_add($i * a_row) } else { high.wrapping_add(($i - 3) * a_row) };
                            $x = _mm256_add_ps($x, _mm256_mul_ps(_mm256_broadcast_ss(&*from), b0));
                        )*
                        // Past the end after the last turn, where nothing reads.
                        a = a.wrapping_add(a_col);
                        high = high.wrapping_add(a_col);
                        b = b.wrapping_add(b_row);
                    }
                    $(_mm256_storeu_ps(c.add($i * c_row), $x);)*
                }
            }
        };
    }
    eight!(eight6: 0 x0, 1 x1, 2 x2, 3 x3, 4 x4, 5 x5);
    eight!(eight5: 0 x0, 1 x1, 2 x2, 3 x3, 4 x4);
    eight!(eight4: 0 x0, 1 x1, 2 x2, 3 x3);
    eight!(eight3: 0 x0, 1 x1, 2 x2);
    eight!(eight2: 0 x0, 1 x1);
    eight!(eight1: 0 x0);
}
