//! Loops over whole numbers that the judge spends its time in: plainly, and in vectors where the CPU has them; which runs
//! is found out at run time. Sums wrap, so that they are the same in any order and of any width.

/// Units of the hidden layer come in multiples of this.
pub const STEP: usize = 16;
/// The most vectors of a hidden layer.
pub const PARTS_MAX: usize = 16;

/// A debate before its last turn, for each of whose moves the question is whether the liar has won.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// (width) sums of the hidden units.
    pub sums: &'a [i16],
    /// (pixels, width) what each pixel adds.
    pub rows: &'a [i16],
    /// Pixel by pixel, whether it was shown.
    pub taken: &'a [bool],
    /// (lies, width) what the truth takes more than a lie from the hidden units that are above zero.
    pub head: &'a [i16],
    /// (lies) what it starts ahead with. The liar has won when for some lie the whole is not above zero.
    pub bias: &'a [i32],
}

/// (width) + (width) -> (width).
pub fn add(a: &[i16], b: &[i16], out: &mut [i16]) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = a.wrapping_add(b);
    }
}

/// (width) sums of hidden units, (rows, width) head -> (rows) products, added to `out`.
pub fn heads(sums: &[i16], head: &[i16], out: &mut [i32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
        // SAFETY: the feature was detected on the line above.
        return unsafe { wide::heads(sums, head, out) };
    }
    plain::heads(sums, head, out);
}

/// The first place in `order`, of a pixel not shown, with which the liar has won (`lied`) or has not.
pub fn first(turn: Turn, order: &[u16], lied: bool) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
        // SAFETY: the feature was detected on the line above.
        return unsafe { wide::first(turn, order, lied) };
    }
    plain::first(turn, order, lied)
}

/// The greatest of `least` and of mean + bonus x rare, pair by pair, and how many pairs come to it. No product is fused
/// into its sum, so that it is the same on every CPU.
pub fn peak(mean: &[f64], rare: &[f64], bonus: f64, least: f64) -> (f64, usize) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
        // SAFETY: the feature was detected on the line above.
        return unsafe { wide::peak(mean, rare, bonus, least) };
    }
    plain::peak(mean, rare, bonus, least)
}

mod plain {
    use super::{Turn, add};

    /// Pairs looked at side by side.
    const LANES: usize = 8;

    #[inline(always)]
    pub fn peak(mean: &[f64], rare: &[f64], bonus: f64, least: f64) -> (f64, usize) {
        let ((means, last_means), (rares, last_rares)) =
            (mean.as_chunks::<LANES>(), rare.as_chunks::<LANES>());
        let mut best = [least; LANES];
        for (mean, rare) in means.iter().zip(rares) {
            for lane in 0..LANES {
                let worth = mean[lane] + bonus * rare[lane];
                best[lane] = if worth > best[lane] { worth } else { best[lane] };
            }
        }
        let rest = last_means.iter().zip(last_rares).map(|(mean, rare)| mean + bonus * rare);
        let best = best.into_iter().chain(rest.clone()).fold(least, |a, b| if b > a { b } else { a });
        let mut ties = [0u64; LANES];
        for (mean, rare) in means.iter().zip(rares) {
            for lane in 0..LANES {
                ties[lane] += u64::from(mean[lane] + bonus * rare[lane] == best);
            }
        }
        let rest = rest.filter(|worth| *worth == best).count();
        (best, ties.iter().sum::<u64>() as usize + rest)
    }

    /// One product.
    fn dot(sums: &[i16], head: &[i16]) -> i32 {
        sums.iter().zip(head).fold(0, |sum, (&a, &b)| sum.wrapping_add(i32::from(a.max(0)) * i32::from(b)))
    }

    pub fn heads(sums: &[i16], head: &[i16], out: &mut [i32]) {
        for (out, head) in out.iter_mut().zip(head.chunks_exact(sums.len())) {
            *out = out.wrapping_add(dot(sums, head));
        }
    }

    pub fn first(turn: Turn, order: &[u16], lied: bool) -> Option<usize> {
        let width = turn.sums.len();
        let mut sums = vec![0; width];
        order.iter().position(|&pixel| {
            let pixel = usize::from(pixel);
            if turn.taken[pixel] {
                return false;
            }
            add(turn.sums, &turn.rows[pixel * width..][..width], &mut sums);
            let mut heads = turn.head.chunks_exact(width).zip(turn.bias);
            heads.any(|(head, &bias)| dot(&sums, head).wrapping_add(bias) <= 0) == lied
        })
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use super::{PARTS_MAX, STEP, Turn};
    use std::arch::x86_64::{
        __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_shuffle_epi32, _mm256_add_epi16, _mm256_add_epi32,
        _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16,
        _mm256_max_epi16, _mm256_setzero_si256,
    };

    #[target_feature(enable = "avx2")]
    pub fn peak(mean: &[f64], rare: &[f64], bonus: f64, least: f64) -> (f64, usize) {
        super::plain::peak(mean, rare, bonus, least)
    }

    type Part = [i16; STEP];

    /// Whole vectors of a slice.
    #[inline(always)]
    fn parts(slice: &[i16]) -> &[Part] {
        slice.as_chunks().0
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(part: &Part) -> __m256i {
        #[expect(unsafe_code, reason = "reads a vector")]
        // SAFETY: a part is 32 bytes, of which any alignment will do.
        unsafe {
            _mm256_loadu_si256(part.as_ptr().cast())
        }
    }

    /// The sum of eight.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn total(x: __m256i) -> i32 {
        let four = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256::<1>(x));
        let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
        _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b00_00_00_01>(two)))
    }

    #[target_feature(enable = "avx2")]
    pub fn heads(sums: &[i16], head: &[i16], out: &mut [i32]) {
        let sums = parts(sums);
        for (out, head) in out.iter_mut().zip(parts(head).chunks_exact(sums.len())) {
            let mut sum = _mm256_setzero_si256();
            for (part, head) in sums.iter().zip(head) {
                let hidden = _mm256_max_epi16(load(part), _mm256_setzero_si256());
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(hidden, load(head)));
            }
            *out = out.wrapping_add(total(sum));
        }
    }

    #[target_feature(enable = "avx2")]
    pub fn first(turn: Turn, order: &[u16], lied: bool) -> Option<usize> {
        // Of common widths with one lie, sums and head stay in registers.
        match (turn.sums.len() / STEP, turn.bias) {
            (4, &[bias]) => first_of_one::<4>(turn, bias, order, lied),
            (8, &[bias]) => first_of_one::<8>(turn, bias, order, lied),
            (16, &[bias]) => first_of_one::<16>(turn, bias, order, lied),
            _ => first_of_any(turn, order, lied),
        }
    }

    #[target_feature(enable = "avx2")]
    fn first_of_one<const N: usize>(turn: Turn, bias: i32, order: &[u16], lied: bool) -> Option<usize> {
        let (sums, head) = (parts(turn.sums).first_chunk::<N>()?, parts(turn.head).first_chunk::<N>()?);
        let zero = _mm256_setzero_si256();
        let (mut s, mut h) = ([zero; N], [zero; N]);
        for i in 0..N {
            (s[i], h[i]) = (load(&sums[i]), load(&head[i]));
        }
        let rows: &[[Part; N]] = parts(turn.rows).as_chunks().0;
        for (at, &pixel) in order.iter().enumerate() {
            let pixel = usize::from(pixel);
            if turn.taken[pixel] {
                continue;
            }
            let row = &rows[pixel];
            let mut sum = zero;
            for i in 0..N {
                let hidden = _mm256_max_epi16(_mm256_add_epi16(s[i], load(&row[i])), zero);
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(hidden, h[i]));
            }
            if (total(sum).wrapping_add(bias) <= 0) == lied {
                return Some(at);
            }
        }
        None
    }

    #[target_feature(enable = "avx2")]
    fn first_of_any(turn: Turn, order: &[u16], lied: bool) -> Option<usize> {
        let zero = _mm256_setzero_si256();
        let sums = parts(turn.sums);
        let mut buffer = [zero; PARTS_MAX];
        let hidden = &mut buffer[..sums.len()];
        for (at, &pixel) in order.iter().enumerate() {
            let pixel = usize::from(pixel);
            if turn.taken[pixel] {
                continue;
            }
            let row = &parts(turn.rows)[pixel * sums.len()..][..sums.len()];
            for ((hidden, sums), row) in hidden.iter_mut().zip(sums).zip(row) {
                *hidden = _mm256_max_epi16(_mm256_add_epi16(load(sums), load(row)), zero);
            }
            let mut won = false;
            for (head, &bias) in parts(turn.head).chunks_exact(sums.len()).zip(turn.bias) {
                let mut sum = zero;
                for (&hidden, head) in hidden.iter().zip(head) {
                    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(hidden, load(head)));
                }
                if total(sum).wrapping_add(bias) <= 0 {
                    won = true;
                    break;
                }
            }
            if won == lied {
                return Some(at);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn peaks_are_the_greatest(pairs in proptest::collection::vec((-4..4i8, 1..5u8), 0..40), bonus in 0..3u8, least in -4..4i8) {
            let mean: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0) / 2.0).collect();
            let rare: Vec<f64> = pairs.iter().map(|pair| 1.0 / f64::from(pair.1)).collect();
            let (bonus, least) = (f64::from(bonus), f64::from(least));
            let worths: Vec<f64> = mean.iter().zip(&rare).map(|(mean, rare)| mean + bonus * rare).collect();
            let best = worths.iter().fold(least, |a, b| a.max(*b));
            let want = (best, worths.iter().filter(|worth| **worth == best).count());
            prop_assert_eq!(peak(&mean, &rare, bonus, least), want);
            prop_assert_eq!(plain::peak(&mean, &rare, bonus, least), want);
        }

        #[test]
        fn vectors_say_what_the_plain_loops_say(
            width in 1..=16usize, lies in 1..=10usize, pixels in 1..20usize, seed in 0..u64::MAX, size in 4..16u32, lied: bool,
        ) {
            let width = width * STEP;
            let mut state = seed | 1;
            let mut some = |count: usize| -> Vec<i16> {
                (0..count)
                    .map(|_| {
                        state = state.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(1);
                        // -32768 comes of no head; the rest may wrap.
                        ((state >> 48) as i16 >> (16 - size)).max(-i16::MAX)
                    })
                    .collect()
            };
            let (sums, rows, head) = (some(width), some(pixels * width), some(lies * width));
            let bias: Vec<i32> = some(lies).into_iter().map(|b| i32::from(b) << 8).collect();
            let taken: Vec<bool> = some(pixels).into_iter().map(|t| t % 3 == 0).collect();
            let order: Vec<u16> = (0..pixels as u16).rev().collect();
            let turn = Turn { sums: &sums, rows: &rows, taken: &taken, head: &head, bias: &bias };
            prop_assert_eq!(first(turn, &order, lied), plain::first(turn, &order, lied));
            let (mut fast, mut slow) = (bias.clone(), bias.clone());
            heads(&sums, &head, &mut fast);
            plain::heads(&sums, &head, &mut slow);
            prop_assert_eq!(fast, slow);
        }
    }
}
