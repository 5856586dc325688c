//! Kernels on plain slices of f32. Their results are the same bits on every CPU: sums go in a
//! written order or in eight fixed lanes and a fixed tree, products are never fused into
//! sums, `exp` is a polynomial. Vectors lie across independent outputs.
//!
//! What must not be here: tensors, a function of the platform whose bits may differ, a
//! reduction whose order hangs on the batch, the thread or the CPU.

pub mod adamw;
pub mod attention;
pub mod blocks;
pub mod choice;
pub mod convolution;
pub mod embedding;
pub mod exp;
pub mod gemm;
pub mod head;
pub mod norm;
pub mod reach;
pub mod shown;
mod tile;

/// Lanes of every reduction.
pub const LANES: usize = 8;

/// The sum of the lanes, by halves.
#[inline(always)]
#[must_use]
pub fn tree(x: [f32; LANES]) -> f32 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// The greater of two; of zeros of both signs the first, which `f32::max` leaves open.
#[inline(always)]
#[must_use]
pub fn greater(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

/// Defines a function whose one body is compiled for AVX2 and for any CPU; which runs is found out
/// at run time. Wider vectors change no bits: the body says the order of every sum.
macro_rules! kernel {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$meta])*
        $vis fn $name($($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            fn body($($arg: $type),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                #[target_feature(enable = "avx2")]
                fn wide($($arg: $type),*) $(-> $out)? {
                    body($($arg),*)
                }
                #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
                // SAFETY: the feature was detected above.
                return unsafe { wide($($arg),*) };
            }
            body($($arg),*)
        }
    };
}
pub(crate) use kernel;

/// Cuts a slice into consecutive parts of these lengths.
///
/// # Panics
/// If they do not fill the slice.
#[must_use]
pub fn parts<const N: usize>(mut whole: &[f32], lengths: [usize; N]) -> [&[f32]; N] {
    let cut = lengths.map(|length| {
        let (part, rest) = whole.split_at(length);
        whole = rest;
        part
    });
    assert!(whole.is_empty(), "parts fill the whole");
    cut
}

/// [`parts`], to be written.
///
/// # Panics
/// If they do not fill the slice.
pub fn parts_mut<const N: usize>(mut whole: &mut [f32], lengths: [usize; N]) -> [&mut [f32]; N] {
    let cut = lengths.map(|length| {
        let (part, rest) = std::mem::take(&mut whole).split_at_mut(length);
        whole = rest;
        part
    });
    assert!(whole.is_empty(), "parts fill the whole");
    cut
}

#[cfg(test)]
pub(crate) mod tests {
    /// Numbers in -1..1 from whole-number arithmetic, for tests.
    pub fn noise(seed: u32, count: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    /// The bits of all numbers.
    pub fn bits(x: &[f32]) -> Vec<u32> {
        x.iter().map(|x| x.to_bits()).collect()
    }
}
