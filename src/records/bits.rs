//! A bit a trial: which verdicts are right, so that strategies are compared trial by
//! trial. Parts of a replicate join to the same whole in any grouping.

use serde::{Deserialize, Serialize};

const WORD: u64 = u64::BITS as u64;

/// A set of trials, as words from the first one in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bits {
    first: u64,
    words: Vec<u64>,
}

impl Bits {
    /// Puts a trial in, if it is to be in.
    #[inline(always)]
    pub fn put(&mut self, trial: u64, is_in: bool) {
        let word = trial / WORD;
        if self.words.is_empty() {
            self.first = word;
        }
        if !(self.first..self.first + self.words.len() as u64).contains(&word) {
            self.reach(word);
        }
        self.words[(word - self.first) as usize] |= u64::from(is_in) << (trial % WORD);
    }

    /// Makes room up to a word, on either side.
    #[cold]
    fn reach(&mut self, word: u64) {
        if word < self.first {
            let more = (self.first - word) as usize;
            self.words.splice(0..0, std::iter::repeat_n(0, more));
            self.first = word;
        } else {
            self.words.resize((word - self.first) as usize + 1, 0);
        }
    }

    /// Adds other trials' bits.
    pub fn add(&mut self, other: &Self) {
        let (Some(last), false) = (other.words.len().checked_sub(1), self.words.is_empty()) else {
            if self.words.is_empty() {
                self.clone_from(other);
            }
            return;
        };
        self.put(other.first * WORD, false);
        self.put((other.first + last as u64) * WORD, false);
        let at = (other.first - self.first) as usize;
        self.words[at..].iter_mut().zip(&other.words).for_each(|(word, more)| *word |= more);
    }

    /// How many trials are in both sets.
    #[must_use]
    pub fn shared(&self, other: &Self) -> u64 {
        let first = self.first.max(other.first);
        let both = self.since(first).iter().zip(other.since(first));
        both.map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }

    /// The words from this one on, which is not before the first.
    fn since(&self, word: u64) -> &[u64] {
        self.words.get((word - self.first) as usize..).unwrap_or_default()
    }

    /// How many trials before this one are in.
    #[must_use]
    pub fn before(&self, trial: u64) -> u64 {
        let rest = |word: u64| {
            let left = trial.saturating_sub(word * WORD);
            if left >= WORD { u64::MAX } else { (1 << left) - 1 }
        };
        let words = (self.first..).zip(&self.words);
        words.map(|(word, bits)| u64::from((bits & rest(word)).count_ones())).sum()
    }

    /// The words from trial 0 on.
    pub fn words(&self) -> impl Iterator<Item = u64> + '_ {
        std::iter::repeat_n(0, self.first as usize).chain(self.words.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(trials: impl IntoIterator<Item = u64>) -> Bits {
        let mut bits = Bits::default();
        trials.into_iter().for_each(|trial| bits.put(trial, true));
        bits
    }

    #[test]
    fn parts_join_in_any_grouping() {
        let is_in = |trial: &u64| trial.is_multiple_of(3) || trial.is_multiple_of(7);
        let whole = bits((0..1000).filter(is_in));
        // Parts that do not end at words, last first; and one inside another.
        let mut joined = Bits::default();
        for start in (0..20).rev().map(|part| 50 * part) {
            joined.add(&bits((start..start + 50).filter(is_in)));
        }
        joined.add(&bits((300..310).filter(is_in)));
        assert!(joined.words().eq(whole.words()));
        assert_eq!(joined.shared(&whole), (0..1000).filter(is_in).count() as u64);
    }

    #[test]
    fn shared_trials_are_counted() {
        let (a, b) = (bits([1, 64, 200, 500]), bits([64, 65, 500, 900]));
        assert_eq!((a.shared(&b), b.shared(&a), a.shared(&a)), (2, 2, 4));
        assert_eq!((a.shared(&Bits::default()), Bits::default().shared(&a)), (0, 0));
        assert_eq!(bits([900]).shared(&bits([1])), 0);
        assert_eq!([0, 1, 2, 64, 65, 501, 9000].map(|trial| a.before(trial)), [0, 0, 1, 1, 2, 4, 4]);
    }
}
