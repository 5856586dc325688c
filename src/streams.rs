//! Addressed randomness. Every draw is a pure function of its address: the seed,
//! what the draw is for, and whose, where and when it is. Nothing is consumed, so
//! no order of evaluation, thread or neighbour can change a draw.
//!
//! An address hashes to a ChaCha8 stream and block; several blocks are computed
//! side by side, word for word what `ChaCha8Rng` gives with `set_stream`.

use crate::claim::Question;
use crate::units::{Chance, below};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a draw is for: acts of different purposes never share a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// The trial's own world: context and root question.
    Task = 1,
    /// What an agent believes of a question.
    Belief = 2,
    /// Which lie a deceptive agent tells of a question.
    Lie = 3,
    /// The overseer's unaided leaning, which a sycophant sees.
    Lean = 4,
    /// The turns of a debate or consultancy: strengths and the judge's errors.
    Argue = 5,
    /// The overseer's check of a claim, or its own answer to a question.
    Judge = 6,
    /// The overseer's recombination of sub-answers.
    Combine = 7,
    /// Where an overseer is always wrong, and which wrong answer it then sees.
    Blind = 8,
    /// Coins: sides, ties, who speaks first.
    Coin = 9,
    /// Which parts a challenger or critic inspects.
    Inspect = 10,
    /// A guess when the budget is spent or the question is out of reach.
    Guess = 11,
    /// Whether an agent that is asked again says the same again.
    Sample = 12,
    /// What the student of an iteration draws: it has no name that a scenario could give.
    Student = 13,
}

/// Where a block of 16 words lies: a ChaCha stream and a block counter in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Address {
    /// The ChaCha stream (nonce).
    pub stream: u64,
    /// The first block of the address within the stream.
    pub block: u64,
}

/// The part of an address that is fixed for an actor: purpose, replicate and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor(u64);

/// When an act happens: the amplify-distil iteration, the turn, and the act's index among equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Moment {
    /// The amplify-then-distil cycle.
    pub iteration: u16,
    /// The debate's turn.
    pub turn: u16,
    /// Sibling acts differ here.
    pub act: u32,
}

/// Words computed side by side: `words[w][lane]`.
pub type Lanes = [[u32; LANES]; 16];
/// How many addresses are computed side by side.
pub const LANES: usize = 8;

/// The seed's streams.
#[derive(Debug)]
pub struct Streams {
    key: [u32; 8],
    /// Blocks computed so far, for plans; no draw depends on it.
    drawn: AtomicU64,
}

// Odd constants with well-mixed bits: fractional parts of square roots of 2, 3, 5 and 7.
const SALT: [u64; 4] =
    [0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1];

/// Folds a 64 x 64 bit product: every input bit reaches every output bit.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A stable 64-bit hash of a name.
#[must_use]
pub fn name_hash(name: &str) -> u64 {
    name.bytes().fold(SALT[0] ^ name.len() as u64, |h, byte| fold(h ^ u64::from(byte) ^ SALT[1], SALT[2]))
}

impl Streams {
    /// The streams of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // "elenchus draws 1": a tag that separates these streams from any other use of the seed.
        let tag = [0x6e65_6c65, 0x7375_6863, 0x6172_6420, 0x3120_7377];
        let key = [seed as u32, (seed >> 32) as u32, tag[0], tag[1], tag[2], tag[3], 0, 0];
        Self { key, drawn: AtomicU64::new(0) }
    }

    /// Blocks of 512 bits that were computed since these streams were made.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        self.drawn.load(Ordering::Relaxed)
    }

    /// Counts blocks. A world has its streams to itself, so that no increment is lost.
    #[inline(always)]
    fn count(&self, blocks: u64) {
        self.drawn.store(self.drawn.load(Ordering::Relaxed) + blocks, Ordering::Relaxed);
    }

    /// The 256-bit ChaCha key, for whoever checks these streams against another implementation.
    #[must_use]
    pub fn key_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, word) in bytes.chunks_exact_mut(4).zip(self.key) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// The fixed part of an address. Compute once, outside the loops.
    #[must_use]
    pub fn actor(purpose: Purpose, replicate: u32, name: &str) -> Actor {
        let h = fold(name_hash(name) ^ SALT[0], (purpose as u64) ^ SALT[3]);
        Actor(fold(h ^ u64::from(replicate), SALT[1]))
    }

    /// The address of an actor's act on a question.
    #[must_use]
    #[inline(always)]
    pub fn at(actor: Actor, trial: u64, question: Question, moment: Moment) -> Address {
        let when = u64::from(moment.act) | u64::from(moment.turn) << 32 | u64::from(moment.iteration) << 48;
        let h = fold(actor.0 ^ trial ^ SALT[0], question.0.rotate_left(32) ^ SALT[1] ^ actor.0);
        Address {
            stream: fold(h ^ SALT[2], when ^ SALT[3] ^ trial),
            block: fold(h ^ when ^ SALT[3], SALT[0] ^ question.0),
        }
    }

    /// The 16 words of an address.
    #[must_use]
    pub fn block(&self, at: Address) -> [u32; 16] {
        self.count(1);
        chacha8_rows(&self.key, at)
    }

    /// The words of eight addresses at once, `[word][lane]`.
    #[inline]
    pub fn blocks(&self, at: &[Address; LANES], out: &mut Lanes) {
        self.count(LANES as u64);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
            // SAFETY: the feature was detected on the line above.
            unsafe {
                wide::chacha8(&self.key, at, out);
            }
            return;
        }
        chacha8(&self.key, at, out);
    }

    /// The words of an address whose first block is lane `lane` of `words`.
    #[must_use]
    #[inline]
    pub fn draws_from(&self, at: Address, words: &Lanes, lane: usize) -> Draws<'_> {
        Draws { streams: self, at, words: std::array::from_fn(|word| words[word][lane]), next: 0 }
    }

    /// The words of an address one after the other, without end.
    #[must_use]
    pub fn draws(&self, at: Address) -> Draws<'_> {
        Draws { streams: self, at, words: self.block(at), next: 0 }
    }
}

/// "expand 32-byte k": ChaCha's first row. Source: [Bernstein2008].
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// ChaCha with 8 rounds for `L` addresses side by side; one body for every width.
#[inline(always)]
fn chacha8<const L: usize>(key: &[u32; 8], at: &[Address; L], out: &mut [[u32; L]; 16]) {
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
fn chacha8_rows(key: &[u32; 8], at: Address) -> [u32; 16] {
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

/// The words of one address, in order.
#[derive(Clone, Debug)]
pub struct Draws<'a> {
    streams: &'a Streams,
    at: Address,
    words: [u32; 16],
    next: usize,
}

impl Draws<'_> {
    /// The next 32 uniform bits.
    #[inline]
    pub fn word(&mut self) -> u32 {
        if self.next == 16 {
            self.at.block = self.at.block.wrapping_add(1);
            self.words = self.streams.block(self.at);
            self.next = 0;
        }
        self.next += 1;
        self.words[self.next - 1]
    }

    /// A uniform draw over 0..n; n at least 1.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        below(self.word(), n)
    }

    /// A Bernoulli draw.
    #[inline]
    pub fn hit(&mut self, chance: Chance) -> bool {
        chance.hit(self.word())
    }
}

/// ChaCha with 8 rounds for eight addresses, a lane each. Written out in vectors, since what a compiler
/// makes of loops over lanes hangs on the rest of the crate, and lost three quarters of the speed once.
#[cfg(target_arch = "x86_64")]
mod wide {
    use super::{Address, CONSTANTS, LANES, Lanes};
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
    pub(super) fn chacha8(key: &[u32; 8], at: &[Address; LANES], out: &mut Lanes) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn address(i: u64) -> Address {
        let actor = Streams::actor(Purpose::Judge, 3, "human");
        Streams::at(actor, i, Question(i / 3), Moment { iteration: 1, turn: 2, act: i as u32 % 5 })
    }

    #[test]
    fn equals_the_reference_generator() {
        let streams = Streams::new(0x0123_4567_89ab_cdef);
        let at: [Address; LANES] = std::array::from_fn(|i| address(i as u64));
        let mut lanes = [[0; LANES]; 16];
        streams.blocks(&at, &mut lanes);
        for (lane, at) in at.into_iter().enumerate() {
            let mut reference = ChaCha8Rng::from_seed(streams.key_bytes());
            reference.set_stream(at.stream);
            reference.set_word_pos(u128::from(at.block) << 4);
            let mut draws = streams.draws(at);
            for row in &lanes {
                let word = reference.next_u32();
                assert_eq!((row[lane], draws.word()), (word, word));
            }
            // Past the first block the words go on in the same stream.
            assert_eq!(draws.word(), reference.next_u32());
        }
    }

    #[test]
    fn first_draws_are_pinned() {
        // Pinned on the first release: a change here changes every result, and forces SEMANTICS up.
        let streams = Streams::new(7);
        let first: Vec<u32> = (0..3).map(|i| streams.block(address(i))[0]).collect();
        assert_eq!(first, PINNED);
    }
    const PINNED: [u32; 3] = [3_465_855_423, 1_246_100_493, 2_314_170_565];

    #[test]
    fn neighbouring_addresses_do_not_meet() {
        let mut seen = std::collections::BTreeSet::new();
        for purpose in [Purpose::Belief, Purpose::Judge] {
            for (replicate, name) in [(0, "a"), (0, "b"), (1, "a"), (1, "b")] {
                let actor = Streams::actor(purpose, replicate, name);
                for i in 0..10_000u64 {
                    let (trial, question) = (i / 25, Question(i / 5 % 5));
                    let moment =
                        Moment { iteration: (i % 5) as u16, turn: (i % 5) as u16, act: (i % 5) as u32 };
                    let at = Streams::at(actor, trial, question, moment);
                    assert!(seen.insert((at.stream, at.block)), "{purpose:?} {name} {i} met another address");
                }
            }
        }
    }
}
