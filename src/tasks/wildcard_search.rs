//! Wildcard search: the sum of a sparse function over the points that a pattern matches.
//! The first wildcard is set to 0 and to 1, and the two sums add up, so two wrong sums
//! may cancel. The function is two bit sets over at most 64 points.

use super::encoding::{Alike, Alphabet, Open, Page, roles};
use super::{FIELDS, Family, Step};
use crate::claim::{Answer, Question};
use crate::shape::{Shape, Variant, optional};
use crate::streams::Draws;
use serde::{Deserialize, Serialize};

/// The parameters of wildcard search. A question is a pattern: its wildcards and its set bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WildcardSearch {
    /// Bits of a point.
    pub bits: u32,
    /// Points where the function is 1 or -1.
    pub size: u32,
    /// Wildcards of the root pattern.
    pub wildcards: u32,
}

/// What a scenario may say of wildcard search.
pub const VARIANT: Variant = Variant {
    name: "",
    doc: "the sum of f: {0,1}^bits -> {-1,0,1} over the points that match a pattern with wildcards",
    sees: "",
    source: "Christiano2018",
    fields: &[
        optional("bits", Shape::Count { min: 2, max: 6 }, "6", "bits", "bits of a point, 6 in the source; more: sparser matches"),
        optional("size", Shape::Count { min: 1, max: 64 }, "32", "points", "points where f is not 0, each sign a fair coin; more: larger sums, a lower chance level"),
        optional("wildcards", Shape::Count { min: 1, max: 6 }, "4", "wildcards", "wildcards of the root, a level each; more: a harder root"),
    ],
};

/// The points (as bits of a word) whose i-th bit is set.
const POINTS_WITH: [u64; 6] = [
    0xaaaa_aaaa_aaaa_aaaa,
    0xcccc_cccc_cccc_cccc,
    0xf0f0_f0f0_f0f0_f0f0,
    0xff00_ff00_ff00_ff00,
    0xffff_0000_ffff_0000,
    0xffff_ffff_0000_0000,
];

fn pattern(wild: u32, set: u32) -> Question {
    Question(u64::from(wild) << 8 | u64::from(set))
}

fn parts(question: Question) -> (u32, u32) {
    ((question.0 >> 8) as u32, (question.0 & 0xff) as u32)
}

/// The place of the r-th (0-based) set bit.
fn nth_set(mut word: u64, r: u32) -> u32 {
    for _ in 0..r {
        word &= word - 1;
    }
    word.trailing_zeros()
}

/// A uniform subset of `taken` members of a set.
fn draw_subset(draws: &mut Draws, mut of: u64, taken: u32) -> u64 {
    let mut subset = 0;
    for _ in 0..taken {
        let one = 1 << nth_set(of, draws.below(of.count_ones()));
        of ^= one;
        subset |= one;
    }
    subset
}

fn bit_set(words: &[u32]) -> u64 {
    u64::from(words[0]) | u64::from(words[1]) << 32
}

impl WildcardSearch {
    /// All points, as a bit set.
    fn points(&self) -> u64 {
        u64::MAX >> (64 - (1 << self.bits))
    }

    /// The greatest sum that a pattern of so many wildcards can have.
    fn sum_max(&self, wildcards: u32) -> i32 {
        (1 << wildcards).min(self.size as i32)
    }

    fn sum_of(&self, question: Question, answer: Answer) -> i32 {
        i32::from(answer.0) - self.sum_max(parts(question).0.count_ones())
    }

    /// The symbols of a point's bits, its sign, a pattern's bits, and its wildcards.
    fn roles(&self) -> ([u32; 4], usize) {
        roles([2 * self.bits, 2, 2 * self.bits, self.bits])
    }

    fn matched(&self, question: Question) -> u64 {
        let (wild, set) = parts(question);
        let fixed = (0..self.bits).filter(|bit| wild >> bit & 1 == 0);
        fixed.fold(self.points(), |points, bit| {
            let with = POINTS_WITH[bit as usize];
            points & if set >> bit & 1 == 1 { with } else { !with }
        })
    }
}

impl Family for WildcardSearch {
    /// The points where f is 1, and those where it is -1.
    fn context_words(&self) -> usize {
        4
    }

    fn generate(&self, draws: &mut Draws, context: &mut [u32]) -> Question {
        let support = draw_subset(draws, self.points(), self.size);
        let coins = u64::from(draws.word()) | u64::from(draws.word()) << 32;
        for (words, set) in context.chunks_exact_mut(2).zip([support & coins, support & !coins]) {
            words.copy_from_slice(&[set as u32, (set >> 32) as u32]);
        }
        let all = (1 << self.bits) - 1;
        let wild = draw_subset(draws, all, self.wildcards) as u32;
        pattern(wild, draws.word() & all as u32 & !wild)
    }

    fn level(&self, _context: &[u32], question: Question) -> u32 {
        parts(question).0.count_ones()
    }

    fn level_max(&self) -> u32 {
        self.wildcards
    }

    fn answers(&self, question: Question) -> u32 {
        2 * self.sum_max(parts(question).0.count_ones()) as u32 + 1
    }

    fn truth(&self, context: &[u32], question: Question) -> Answer {
        let matched = self.matched(question);
        let count = |words| (bit_set(words) & matched).count_ones() as i32;
        let sum = count(&context[..2]) - count(&context[2..]);
        Answer((sum + self.sum_max(parts(question).0.count_ones())) as u16)
    }

    fn step(&self, _context: &[u32], question: Question, subs: &[Answer]) -> Step {
        let (wild, set) = parts(question);
        let first = 1 << wild.max(1).ilog2();
        let below = |bit: u32| pattern(wild & !first, set | if bit == 1 { first } else { 0 });
        match *subs {
            [] => Step::Ask(below(0)),
            [_] => Step::Ask(below(1)),
            [zero, one, ..] => {
                let sum = self.sum_of(below(0), zero) + self.sum_of(below(1), one);
                // Two wrong sums may add up to more than f has non-zeros: the nearest possible sum then.
                let most = self.sum_max(wild.count_ones());
                Step::Done(Answer((sum.clamp(-most, most) + most) as u16))
            }
        }
    }

    fn independent(&self) -> bool {
        true
    }

    fn repeats(&self) -> bool {
        false
    }

    fn subs_max(&self) -> usize {
        2
    }

    fn questions_max(&self, splits: u32) -> u64 {
        (2 << splits.min(self.wildcards)) - 1
    }

    fn distance(&self, _question: Question, a: Answer, b: Answer) -> u32 {
        u32::from(a.0.abs_diff(b.0))
    }

    fn show_question(&self, _context: &[u32], question: Question) -> String {
        let (wild, set) = parts(question);
        let shown = |bit: u32| match (wild >> bit & 1, set >> bit & 1) {
            (1, _) => '*',
            (_, 1) => '1',
            _ => '0',
        };
        format!("sum of f over {}", (0..self.bits).rev().map(shown).collect::<String>())
    }

    fn show_answer(&self, question: Question, answer: Answer) -> String {
        self.sum_of(question, answer).to_string()
    }

    fn alphabet(&self) -> Option<Alphabet> {
        let ([bit, _, asked, _], symbols) = self.roles();
        let alike = Alike::only([Alike::new(asked, bit, 2 * self.bits)]);
        let (points, bits) = (self.size as usize, self.bits as usize);
        let classes = 2 * self.sum_max(self.wildcards) as usize + 2;
        Some(Alphabet { tokens: points + 1, per_token: bits + 1, symbols, classes, alike, open: Open::NONE })
    }

    /// Where f is not 0: all of a context is facts.
    fn write(&self, context: &[u32], question: Question, page: &mut Page) {
        let ([bits, signs, asks, wilds], _) = self.roles();
        let (plus, minus) = (bit_set(&context[..2]), bit_set(&context[2..]));
        for point in (0..1 << self.bits).filter(|point| (plus | minus) >> point & 1 == 1) {
            let sign = signs + (minus >> point & 1) as u32;
            page.token((0..self.bits).map(|i| bits + 2 * i + (point >> i & 1)).chain([sign]), None);
        }
        let (wild, set) = parts(question);
        let asked = |i| if wild >> i & 1 == 1 { wilds + i } else { asks + 2 * i + (set >> i & 1) };
        page.question((0..self.bits).map(asked));
    }

    /// A sum is the same class however many points could have added to it.
    fn first_class(&self, question: Question) -> u16 {
        (self.sum_max(self.wildcards) - self.sum_max(parts(question).0.count_ones())) as u16
    }

    fn field_sizes(&self) -> [u32; FIELDS] {
        [1 << self.bits, 1 << self.bits, 1, 1, 1]
    }

    /// A wildcard is not set, and no pattern has more of them than a root.
    fn is_question(&self, question: Question) -> bool {
        let (wild, set) = (question.0 >> 8, question.0 & 0xff);
        let all = (1 << self.bits) - 1;
        wild <= all && set <= all && wild & set == 0 && wild.count_ones() <= self.wildcards
    }

    fn problem(&self) -> Option<String> {
        let points = 1_u32 << self.bits;
        if self.size > points {
            Some(format!("{} bits have {points} points: want size at most {points}, got {}; or more bits", self.bits, self.size))
        } else if self.wildcards > self.bits {
            Some(format!("want wildcards at most bits = {}, got {}", self.bits, self.wildcards))
        } else {
            None
        }
    }
}
