//! Permutation powering: where does a permutation, applied k times, take an element?
//! Half of the power twice, the second half from where the first one ended, and once
//! more if k is odd. A wrong part never cancels: a permutation keeps unlike things unlike.

use super::encoding::{Alike, Alphabet, Open, Page, roles};
use super::{FIELDS, Family, Step};
use crate::claim::{Answer, Question};
use crate::shape::{Shape, Variant, optional};
use crate::streams::Draws;
use serde::{Deserialize, Serialize};

/// The parameters of permutation powering. A question is (k, x), for s^k(x).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PermutationPowering {
    /// Elements of the permutation.
    pub size: u32,
    /// The greatest power that a root asks for.
    pub k_max: u32,
}

/// What a scenario may say of permutation powering.
pub const VARIANT: Variant = Variant {
    name: "",
    doc: "the power s^k(x) of a permutation s, k from 2 to k_max, by halving k",
    sees: "",
    source: "Christiano2018",
    fields: &[
        optional("size", Shape::Count { min: 2, max: 64 }, "8", "elements", "elements of the permutation, 64 in the source; more: a lower chance level"),
        optional("k_max", Shape::Count { min: 2, max: 255 }, "7", "powers", "greatest power of a root, 63 in the source; twice as much: one level more"),
    ],
};

/// The question for s^k(x).
fn power(k: u32, x: u32) -> Question {
    Question(u64::from(k) << 8 | u64::from(x))
}

fn parts(question: Question) -> (u32, u32) {
    ((question.0 >> 8) as u32, (question.0 & 0xff) as u32)
}

impl PermutationPowering {
    fn n(&self) -> usize {
        self.size as usize
    }

    /// The symbols of: an element, what s takes it to, the power asked for.
    fn roles(&self) -> ([u32; 3], usize) {
        roles([self.size, self.size, self.k_max + 1])
    }
}

impl Family for PermutationPowering {
    /// A row for each of s^1, s^2, s^4, ...: any power is a walk over a few of them.
    fn context_words(&self) -> usize {
        self.n() * (self.level_max() as usize + 1)
    }

    fn generate(&self, draws: &mut Draws, context: &mut [u32]) -> Question {
        let n = self.n();
        for (i, word) in context[..n].iter_mut().enumerate() {
            *word = i as u32;
        }
        for i in (1..n).rev() {
            context.swap(i, draws.below(i as u32 + 1) as usize);
        }
        for row in 1..=self.level_max() as usize {
            let (halves, whole) = context.split_at_mut(row * n);
            let half = &halves[(row - 1) * n..];
            for x in 0..n {
                whole[x] = half[half[x] as usize];
            }
        }
        let k = 2 + draws.below(self.k_max - 1);
        power(k, draws.below(self.size))
    }

    fn level(&self, _context: &[u32], question: Question) -> u32 {
        parts(question).0.max(1).ilog2()
    }

    fn level_max(&self) -> u32 {
        self.k_max.ilog2()
    }

    fn answers(&self, _question: Question) -> u32 {
        self.size
    }

    fn answers_alike(&self) -> Option<u32> {
        Some(self.size)
    }

    fn truth(&self, context: &[u32], question: Question) -> Answer {
        let (mut k, mut x) = parts(question);
        while k > 0 {
            x = context[k.trailing_zeros() as usize * self.n() + x as usize];
            k &= k - 1;
        }
        Answer(x as u16)
    }

    fn step(&self, _context: &[u32], question: Question, subs: &[Answer]) -> Step {
        let (k, x) = parts(question);
        match *subs {
            [] => Step::Ask(power(k / 2, x)),
            [half] => Step::Ask(power(k / 2, u32::from(half.0))),
            [_, whole] if k % 2 == 1 => Step::Ask(power(1, u32::from(whole.0))),
            [.., last] => Step::Done(last),
        }
    }

    fn subs_max(&self) -> usize {
        3
    }

    /// One power is halved at each level, so at most `size` questions of it are distinct.
    fn questions_max(&self, splits: u32) -> u64 {
        let halved = (0..splits.min(self.level_max())).map(|i| (1 << i).min(u64::from(self.size)));
        3 * halved.sum::<u64>() + 1
    }

    fn show_question(&self, _context: &[u32], question: Question) -> String {
        let (k, x) = parts(question);
        if k == 1 { format!("s({x})") } else { format!("s^{k}({x})") }
    }

    fn show_answer(&self, _question: Question, answer: Answer) -> String {
        answer.0.to_string()
    }

    fn alphabet(&self) -> Option<Alphabet> {
        let ([from, to, _], symbols) = self.roles();
        let alike = Alike::only([Alike::new(to, from, self.size)]);
        Some(Alphabet { tokens: self.n() + 1, per_token: 2, symbols, classes: self.n() + 1, alike, open: Open::NONE })
    }

    /// Of the rows only s itself: higher powers are the truth. The element asked about is written
    /// like one that s has just led to, so that the first step from it is a step like any other.
    fn write(&self, context: &[u32], question: Question, page: &mut Page) {
        let ([from, to, power], _) = self.roles();
        for (x, &image) in (0..self.size).zip(context) {
            page.token([from + x, to + image], Some(Answer(image as u16)));
        }
        let (k, x) = parts(question);
        page.question([power + k, to + x]);
    }

    fn field_sizes(&self) -> [u32; FIELDS] {
        [self.size, self.k_max + 1, 1, 1, 1]
    }

    fn is_question(&self, question: Question) -> bool {
        let (k, x) = (question.0 >> 8, question.0 & 0xff);
        (1..=self.k_max.into()).contains(&k) && x < self.size.into()
    }
}
