//! Sums of rows of a table: a token's state is the sum over its symbols, a full layer's first sums
//! are those over the symbols of all tokens, each token with a part of the table of its own.

use super::kernel;
use crate::tasks::encoding::BLANK;

/// How symbols find their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gather {
    /// Symbols that are summed to one output.
    pub each: usize,
    /// Symbols of one token.
    pub per_token: usize,
    /// Rows of the table from one token to the next; 0: all tokens share them.
    pub step: usize,
    /// Width of a row.
    pub width: usize,
}

impl Gather {
    /// The place in the table of one symbol, or none of [`BLANK`].
    #[inline(always)]
    fn place(&self, at: usize, symbol: u16) -> Option<usize> {
        (symbol != BLANK).then(|| (at / self.per_token * self.step + usize::from(symbol)) * self.width)
    }
}

kernel! {
    /// (n, each) symbols and a (rows, width) table -> (n, width) sums, in the symbols' order, on top of `start`.
    pub fn gather(by: Gather, symbols: &[u16], table: &[f32], start: Option<&[f32]>, out: &mut [f32]) {
        for (symbols, out) in symbols.chunks_exact(by.each).zip(out.chunks_exact_mut(by.width)) {
            if let Some(start) = start {
                out.copy_from_slice(start);
            } else {
                out.fill(0.0);
            }
            for (at, &symbol) in symbols.iter().enumerate() {
                let Some(place) = by.place(at, symbol) else { continue };
                for (out, x) in out.iter_mut().zip(&table[place..place + by.width]) {
                    *out += x;
                }
            }
        }
    }
}

kernel! {
    /// The gradients of the sums -> those of the table, added up from the first output to the last.
    pub fn gather_back(by: Gather, symbols: &[u16], grad: &[f32], dtable: &mut [f32]) {
        for (symbols, grad) in symbols.chunks_exact(by.each).zip(grad.chunks_exact(by.width)) {
            for (at, &symbol) in symbols.iter().enumerate() {
                let Some(place) = by.place(at, symbol) else { continue };
                for (out, x) in dtable[place..place + by.width].iter_mut().zip(grad) {
                    *out += x;
                }
            }
        }
    }
}
