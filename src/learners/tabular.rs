//! The tabular learner: counts of what each page was taught, in the last round that
//! taught it. What it says of a page, drawn, has exactly the distribution of its
//! targets: the reference that closed forms are checked on.

use crate::tasks::encoding::{Alphabet, Pages};
use std::collections::BTreeMap;

/// What was taught of a page.
#[derive(Clone, Debug)]
struct Row {
    round: u32,
    counts: Vec<u32>,
}

/// Counts by page.
#[derive(Clone, Debug)]
pub struct Table {
    alphabet: Alphabet,
    round: u32,
    rows: BTreeMap<Box<[u16]>, Row>,
}

impl Table {
    /// A table that was taught nothing.
    #[must_use]
    pub fn new(alphabet: Alphabet) -> Self {
        Self { alphabet, round: 0, rows: BTreeMap::new() }
    }

    fn page<'a>(&self, pages: &'a Pages, row: usize) -> &'a [u16] {
        let each = self.alphabet.tokens * self.alphabet.per_token;
        &pages.symbols[row * each..][..each]
    }

    /// Counts a round of lessons, each once; what older rounds said of the same pages is forgotten.
    pub fn learn(&mut self, pages: &Pages, targets: &[u16]) {
        self.round += 1;
        for (row, target) in targets.iter().enumerate() {
            let counts = vec![0; self.alphabet.classes];
            let (page, round) = (self.page(pages, row), self.round);
            let known = self.rows.entry(page.into()).or_insert_with(|| Row { round, counts });
            if known.round != round {
                known.counts.fill(0);
                known.round = round;
            }
            known.counts[usize::from(*target)] += 1;
        }
    }

    /// All rows, in order.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (page, row) in &self.rows {
            page.iter().for_each(|symbol| bytes.extend(symbol.to_le_bytes()));
            row.counts.iter().for_each(|count| bytes.extend(count.to_le_bytes()));
        }
        bytes
    }

    /// Adds the share of each class among what a page was taught; all alike where it was taught nothing.
    pub fn scores(&self, pages: &Pages, out: &mut Vec<f32>) {
        let classes = self.alphabet.classes;
        for row in 0..pages.rows() {
            let known = self.rows.get(self.page(pages, row));
            let counts = known.map_or(&[][..], |known| &known.counts);
            let total: u32 = counts.iter().sum();
            match total {
                0 => out.extend(std::iter::repeat_n(1.0 / classes as f32, classes)),
                _ => out.extend(counts.iter().map(|count| *count as f32 / total as f32)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::encoding::{Alike, Open};

    #[test]
    fn the_last_round_counts() {
        let alphabet = Alphabet {
            tokens: 1,
            per_token: 1,
            symbols: 3,
            classes: 3,
            alike: Alike::NONE,
            open: Open::NONE,
        };
        let mut pages = Pages::new(alphabet);
        for symbol in [1, 1, 1, 2] {
            pages.page().question([symbol]);
        }
        let mut table = Table::new(alphabet);
        table.learn(&pages, &[0, 0, 1, 2]);
        let mut scores = Vec::new();
        table.scores(&pages, &mut scores);
        assert_eq!(scores[..3], [2.0 / 3.0, 1.0 / 3.0, 0.0]);
        assert_eq!(scores[9..], [0.0, 0.0, 1.0]);
        let mut again = Pages::new(alphabet);
        again.push(&pages, 0);
        table.learn(&again, &[2]);
        scores.clear();
        table.scores(&pages, &mut scores);
        assert_eq!((&scores[..3], &scores[9..]), (&[0.0, 0.0, 1.0][..], &[0.0, 0.0, 1.0][..]));
        let mut unseen = Pages::new(alphabet);
        unseen.page().question([0]);
        scores.clear();
        table.scores(&unseen, &mut scores);
        assert_eq!(scores, [1.0 / 3.0; 3]);
    }
}
