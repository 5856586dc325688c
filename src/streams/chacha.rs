//! ChaCha with 8 rounds, block by block: one address alone, several side by side, eight in vectors. Knows
//! nothing of what is drawn.

use super::Address;

/// "expand 32-byte k": ChaCha's first row. Source: [Bernstein2008].
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// ChaCha with 8 rounds for `L` addresses side by side; one body for every width.
#[inline(always)]
pub(super) fn chacha8<const L: usize>(key: &[u32; 8], at: &[Address; L], out: &mut [[u32; L]; 16]) {
    let mut start = [[0; L]; 16];
    for (row, word) in start.iter_mut().zip(CONSTANTS) {
        *row = [word; L];
    }
    for (row, word) in start[4..12].iter_mut().zip(key) {
        *row = [*word; L];
    }
    for lane in 0..L {
        start[12][lane] = at[lane].block as u32;
        start[13][lane] = (at[lane].block >> 32) as u32;
        start[14][lane] = at[lane].stream as u32;
        start[15][lane] = (at[lane].stream >> 32) as u32;
    }
    let mut s = start;
    for _ in 0..4 {
        for [a, b, c, d] in [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]] {
            quarter(&mut s, a, b, c, d);
        }
        for [a, b, c, d] in [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]] {
            quarter(&mut s, a, b, c, d);
        }
    }
    for (out, (row, first)) in out.iter_mut().zip(s.iter().zip(&start)) {
        for lane in 0..L {
            out[lane] = row[lane].wrapping_add(first[lane]);
        }
    }
}

#[inline(always)]
fn quarter<const L: usize>(s: &mut [[u32; L]; 16], a: usize, b: usize, c: usize, d: usize) {
    // Written out, so that each rotation is by a constant.
    stir::<L, 16>(s, a, b, d);
    stir::<L, 12>(s, c, d, b);
    stir::<L, 8>(s, a, b, d);
    stir::<L, 7>(s, c, d, b);
}

#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "one lane across three rows of one array")]
fn stir<const L: usize, const BY: u32>(s: &mut [[u32; L]; 16], to: usize, add: usize, turn: usize) {
    for lane in 0..L {
        s[to][lane] = s[to][lane].wrapping_add(s[add][lane]);
        s[turn][lane] = (s[turn][lane] ^ s[to][lane]).rotate_left(BY);
    }
}

type Row = [u32; 4];

/// ChaCha with 8 rounds for one address: the state's four rows, which fit registers.
#[inline]
pub(super) fn chacha8_rows(key: &[u32; 8], at: Address) -> [u32; 16] {
    let start: [Row; 4] = [
        CONSTANTS,
        [key[0], key[1], key[2], key[3]],
        [key[4], key[5], key[6], key[7]],
        [at.block as u32, (at.block >> 32) as u32, at.stream as u32, (at.stream >> 32) as u32],
    ];
    let turned = |row: Row, by: usize| -> Row { std::array::from_fn(|i| row[(i + by) % 4]) };
    let mut s = start;
    for _ in 0..4 {
        quarter_rows(&mut s);
        // The diagonals become columns, and columns again.
        s = [s[0], turned(s[1], 1), turned(s[2], 2), turned(s[3], 3)];
        quarter_rows(&mut s);
        s = [s[0], turned(s[1], 3), turned(s[2], 2), turned(s[3], 1)];
    }
    std::array::from_fn(|i| s[i / 4][i % 4].wrapping_add(start[i / 4][i % 4]))
}

#[inline(always)]
fn quarter_rows(s: &mut [Row; 4]) {
    stir_rows::<0, 1, 3, 16>(s);
    stir_rows::<2, 3, 1, 12>(s);
    stir_rows::<0, 1, 3, 8>(s);
    stir_rows::<2, 3, 1, 7>(s);
}

#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "one column across three rows of one array")]
fn stir_rows<const TO: usize, const ADD: usize, const TURN: usize, const BY: u32>(s: &mut [Row; 4]) {
    for i in 0..4 {
        s[TO][i] = s[TO][i].wrapping_add(s[ADD][i]);
    }
    for i in 0..4 {
        s[TURN][i] = (s[TURN][i] ^ s[TO][i]).rotate_left(BY);
    }
}

/// ChaCha with 8 rounds for eight addresses, a lane each. Written out in vectors, since what a compiler
/// makes of loops over lanes hangs on the rest of the crate, and lost three quarters of the speed once.
#[cfg(target_arch = "x86_64")]
pub(super) mod wide {
    use super::CONSTANTS;
    use crate::streams::{Address, LANES, Lanes};
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32, _mm256_or_si256, _mm256_set1_epi32, _mm256_setr_epi8, _mm256_setr_epi32,
        _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_xor_si256,
    };

    type Words = __m256i;

    #[target_feature(enable = "avx2")]
    fn by_16(x: Words) -> Words {
        let order = _mm256_setr_epi8(
            2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14,
            15, 12, 13,
        );
        _mm256_shuffle_epi8(x, order)
    }

    #[target_feature(enable = "avx2")]
    fn by_8(x: Words) -> Words {
        let order = _mm256_setr_epi8(
            3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15,
            12, 13, 14,
        );
        _mm256_shuffle_epi8(x, order)
    }

    #[target_feature(enable = "avx2")]
    fn quarter(s: &mut [Words; 16], a: usize, b: usize, c: usize, d: usize) {
        s[a] = _mm256_add_epi32(s[a], s[b]);
        s[d] = by_16(_mm256_xor_si256(s[d], s[a]));
        s[c] = _mm256_add_epi32(s[c], s[d]);
        let x = _mm256_xor_si256(s[b], s[c]);
        s[b] = _mm256_or_si256(_mm256_slli_epi32::<12>(x), _mm256_srli_epi32::<20>(x));
        s[a] = _mm256_add_epi32(s[a], s[b]);
        s[d] = by_8(_mm256_xor_si256(s[d], s[a]));
        s[c] = _mm256_add_epi32(s[c], s[d]);
        let x = _mm256_xor_si256(s[b], s[c]);
        s[b] = _mm256_or_si256(_mm256_slli_epi32::<7>(x), _mm256_srli_epi32::<25>(x));
    }

    #[target_feature(enable = "avx2")]
    pub(in crate::streams) fn chacha8(key: &[u32; 8], at: &[Address; LANES], out: &mut Lanes) {
        let row = |word: fn(&Address) -> u64, by: u32| {
            let w: [i32; LANES] = std::array::from_fn(|lane| (word(&at[lane]) >> by) as i32);
            _mm256_setr_epi32(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
        };
        let start: [Words; 16] = std::array::from_fn(|i| match i {
            0..4 => _mm256_set1_epi32(CONSTANTS[i] as i32),
            4..12 => _mm256_set1_epi32(key[i - 4] as i32),
            12 => row(|at| at.block, 0),
            13 => row(|at| at.block, 32),
            14 => row(|at| at.stream, 0),
            _ => row(|at| at.stream, 32),
        });
        let mut s = start;
        for _ in 0..4 {
            quarter(&mut s, 0, 4, 8, 12);
            quarter(&mut s, 1, 5, 9, 13);
            quarter(&mut s, 2, 6, 10, 14);
            quarter(&mut s, 3, 7, 11, 15);
            quarter(&mut s, 0, 5, 10, 15);
            quarter(&mut s, 1, 6, 11, 12);
            quarter(&mut s, 2, 7, 8, 13);
            quarter(&mut s, 3, 4, 9, 14);
        }
        for (out, (word, first)) in out.iter_mut().zip(s.iter().zip(&start)) {
            #[expect(unsafe_code, reason = "a vector register is eight words, in order")]
            // SAFETY: both are 32 bytes without padding, and any bits are words.
            let words =
                unsafe { std::mem::transmute::<Words, [u32; LANES]>(_mm256_add_epi32(*word, *first)) };
            *out = words;
        }
    }
}
