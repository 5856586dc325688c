//! Small sets of moves, and a table of what is known of each.

use super::board::PIXELS;

/// The most moves of a debate.
pub const TURNS_MAX: usize = 8;
/// Sets of so many moves and more, and no table is kept of them: at two bits each, 64 MiB.
const ENTRIES_MAX: u64 = 1 << 28;

/// A set of moves, sorted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Set {
    moves: [u16; TURNS_MAX],
    len: usize,
}

impl Set {
    /// The set with a move more, which it does not hold.
    pub fn with(mut self, new: u16) -> Self {
        let mut at = self.len;
        while at > 0 && self.moves[at - 1] > new {
            self.moves[at] = self.moves[at - 1];
            at -= 1;
        }
        self.moves[at] = new;
        self.len += 1;
        self
    }

    /// How many moves it has.
    pub fn len(&self) -> usize {
        self.len
    }
}

/// Moves that are left, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untaken {
    bits: [u64; PIXELS.div_ceil(64)],
    len: usize,
}

impl Untaken {
    /// All of so many moves but those taken, each of which is told once.
    pub fn of(moves: usize, taken: &[u16]) -> Self {
        let word = |at: usize| u64::MAX >> (64 - (moves - 64 * at).min(64));
        let mut bits = [0; PIXELS.div_ceil(64)];
        bits.iter_mut().enumerate().take(moves.div_ceil(64)).for_each(|(at, bits)| *bits = word(at));
        taken.iter().for_each(|&at| bits[usize::from(at / 64)] &= !(1 << (at % 64)));
        Self { bits, len: moves - taken.len() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Takes the n-th of those left, by place; none if there are no more than n.
    pub fn take(&mut self, mut n: usize) -> Option<u16> {
        for (at, bits) in self.bits.iter_mut().enumerate() {
            let here = bits.count_ones() as usize;
            if n < here {
                // The lowest is taken off until it is the n-th.
                let rest = (0..n).fold(*bits, |rest, _| rest & (rest - 1));
                let bit = rest.trailing_zeros();
                *bits &= !(1 << bit);
                self.len -= 1;
                return Some((64 * at) as u16 + bit as u16);
            }
            n -= here;
        }
        None
    }
}

/// What is known of the sets of one size: nothing, no or yes.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// `choose[i][n]`: ways to choose i + 1 of n.
    choose: Vec<Vec<u64>>,
    /// Two bits a set.
    bits: Vec<u8>,
}

impl Known {
    /// A table for sets of `size` of so many moves; an empty one, which never knows, where it would be too large.
    pub fn new(moves: usize, size: usize) -> Self {
        let mut choose: Vec<Vec<u64>> = Vec::with_capacity(size);
        for i in 0..size {
            let mut ways = vec![0; moves + 1];
            for n in 1..=moves {
                let with = if i == 0 { 1 } else { choose[i - 1][n - 1] };
                ways[n] = u64::saturating_add(ways[n - 1], with);
            }
            choose.push(ways);
        }
        let sets = choose.last().map_or(1, |ways| ways[moves]);
        if sets > ENTRIES_MAX {
            return Self::default();
        }
        Self { choose, bits: vec![0; sets.div_ceil(4) as usize] }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.bits.fill(0);
    }

    /// The place of a set in the order of its largest move, then the next, and so on (combinadics).
    fn place(&self, set: &Set) -> (usize, u32) {
        let moves = set.moves[..set.len].iter();
        let rank: u64 = moves.zip(&self.choose).map(|(&m, ways)| ways[usize::from(m)]).sum();
        ((rank / 4) as usize, 2 * (rank % 4) as u32)
    }

    /// What is known of a set.
    pub fn get(&self, set: &Set) -> Option<bool> {
        if self.bits.is_empty() {
            return None;
        }
        let (byte, shift) = self.place(set);
        match self.bits[byte] >> shift & 3 {
            0 => None,
            known => Some(known == 2),
        }
    }

    /// Notes what is known of a set, of which nothing was known.
    pub fn note(&mut self, set: &Set, value: bool) {
        if !self.bits.is_empty() {
            let (byte, shift) = self.place(set);
            self.bits[byte] |= (1 + u8::from(value)) << shift;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_its_own_place() {
        for size in 0..4 {
            let mut known = Known::new(7, size);
            let mut seen = std::collections::BTreeSet::new();
            for bits in (0..1u16 << 7).filter(|bits| bits.count_ones() as usize == size) {
                let moves = (0..7).rev().filter(|m| bits >> m & 1 == 1);
                let set = moves.fold(Set::default(), Set::with);
                assert_eq!(set.len(), size);
                assert!(seen.insert(known.place(&set)));
                assert_eq!(known.get(&set), None);
                let value = bits % 3 == 0;
                known.note(&set, value);
                assert_eq!(known.get(&set), Some(value));
            }
            // C(7, size) of them fill the table.
            assert_eq!(seen.len(), [1, 7, 21, 35][size]);
            assert_eq!(known.bits.len(), seen.len().div_ceil(4));
        }
    }

    #[test]
    fn moves_are_taken_by_place() {
        for moves in [0, 1, 63, 64, 65, 130, 784] {
            let gone: Vec<u16> = (0..moves as u16).filter(|at| at % 3 == 1).collect();
            let mut plain: Vec<u16> = (0..moves as u16).filter(|at| at % 3 != 1).collect();
            let mut left = Untaken::of(moves, &gone);
            for step in 0..plain.len() {
                let n = step * 7 % plain.len();
                assert_eq!((left.len(), left.take(n)), (plain.len(), Some(plain.remove(n))));
            }
            assert_eq!((left.len(), left.take(0)), (0, None));
        }
    }

    #[test]
    fn a_table_that_would_be_too_large_never_knows() {
        let mut known = Known::new(784, 4);
        let set = Set::default().with(3).with(2).with(700).with(9);
        known.note(&set, true);
        assert_eq!(known.get(&set), None);
    }
}
