//! Addressed randomness. Every draw is a pure function of its address: the seed,
//! what the draw is for, and whose, where and when it is. Nothing is consumed, so
//! no order of evaluation, thread or neighbour can change a draw.
//!
//! An address hashes to a ChaCha8 stream and block; several blocks are computed
//! side by side, word for word what `ChaCha8Rng` gives with `set_stream`.

mod chacha;

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
    /// A student's initial weights, which questions it is taught on, and in which batches.
    Lesson = 14,
    /// The order in which worlds that are known beforehand are dealt.
    Deck = 15,
    /// What a player shows of a picture.
    Show = 16,
    /// What a judge of pictures happens to see, where nobody shows it anything.
    Glimpse = 17,
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
        chacha::chacha8_rows(&self.key, at)
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
                chacha::wide::chacha8(&self.key, at, out);
            }
            return;
        }
        chacha::chacha8(&self.key, at, out);
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
