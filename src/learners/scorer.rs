//! Answers from frozen weights: the kernels of training, forward only, without tensors.

use super::batch::check;
use super::kernels::attention::Heads;
use super::kernels::blocks::{self as block, attention, feed};
use super::kernels::choice::{Logits, probabilities};
use super::kernels::embedding::gather;
use super::kernels::gemm::{Matrix, Start, Then, cut_off, gemm};
use super::kernels::head::{Kept, Sizes, logits};
use super::learner::decide;
use super::model::{Model, blocks, full};
use super::weights::Weights;
use crate::agents::learned::Decoding;
use crate::tasks::encoding::{Alphabet, Pages};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pages that are scored together; no bit of a score hangs on it.
const TOGETHER: usize = 64;

/// A frozen network that answers. Clones share the weights.
#[derive(Clone, Debug)]
pub struct Scorer(Arc<Frozen>);

#[derive(Debug)]
struct Frozen {
    model: Model,
    alphabet: Alphabet,
    table: Vec<f32>,
    /// The parts of each block one after the other, or each full layer's weights and bias.
    blocks: Vec<Vec<f32>>,
}

/// Room for one scoring after the other.
#[derive(Default)]
struct Room {
    states: States,
    /// (rows, tokens, per_token) symbols, with notes.
    noted: Vec<u16>,
    /// (rows, classes) probabilities when one token is asked about.
    scores: Vec<f32>,
}

/// States of tokens, or of pages, on their way through the layers.
#[derive(Default)]
struct States {
    x: Vec<f32>,
    y: Vec<f32>,
    kept: block::Kept,
    head: Kept,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

impl Scorer {
    pub(super) fn new(model: Model, alphabet: Alphabet, weights: &Weights) -> Self {
        let all: BTreeMap<&str, &[f32]> =
            weights.averages().map(|(name, _, numbers)| (name, numbers)).collect();
        let take = |name: &str| *all.get(name).expect("a variable of the plan");
        let (table, blocks) = match model {
            Model::Transformer { layers, tied, .. } => {
                let pack = |names: &Vec<String>| names.iter().flat_map(|name| take(name)).copied().collect();
                let blocks = blocks(layers, tied).iter().map(pack).collect();
                (take("embed").to_vec(), blocks)
            }
            Model::Mlp { layers, .. } => {
                let first = ["first.bias".to_owned()];
                let names = full(layers);
                let names = first.iter().chain(names.iter().flatten());
                let blocks = names.map(|name| take(name).to_vec()).collect();
                (take("first.table").to_vec(), blocks)
            }
        };
        Self(Arc::new(Frozen { model, alphabet, table, blocks }))
    }

    /// Adds each page's probabilities of all classes, page by page.
    ///
    /// # Errors
    /// If the pages are not of the alphabet that the network was made for.
    pub fn scores(&self, pages: &Pages, out: &mut Vec<f32>) -> Result<(), String> {
        let classes = self.0.alphabet.classes;
        self.each(pages, |frozen, symbols, copies, room| {
            let start = out.len();
            out.resize(start + copies.len() / frozen.alphabet.tokens * classes, 0.0);
            let out = &mut out[start..];
            match frozen.model {
                Model::Transformer { .. } => frozen.transformer(symbols, copies, room, out),
                Model::Mlp { .. } => frozen.mlp(symbols, room, out),
            }
        })
    }

    /// The pages as the last pass reads them, with notes.
    ///
    /// # Errors
    /// As [`Scorer::scores`].
    pub fn noted(&self, pages: &Pages) -> Result<Pages, String> {
        let mut symbols = Vec::with_capacity(pages.symbols.len());
        self.each(pages, |frozen, page, copies, room| {
            frozen.note(page, copies, room);
            symbols.extend_from_slice(&room.noted);
        })?;
        Ok(Pages { alphabet: pages.alphabet, symbols, copies: pages.copies.clone() })
    }

    /// Some pages after the other: their symbols and copies.
    fn each(
        &self,
        pages: &Pages,
        mut what: impl FnMut(&Frozen, &[u16], &[u16], &mut Room),
    ) -> Result<(), String> {
        let frozen = &*self.0;
        check(frozen.alphabet, pages)?;
        let Alphabet { tokens, per_token, .. } = frozen.alphabet;
        let symbols = pages.symbols.chunks(TOGETHER * tokens * per_token);
        ROOM.with_borrow_mut(|room| {
            for (symbols, copies) in symbols.zip(pages.copies.chunks(TOGETHER * tokens)) {
                what(frozen, symbols, copies, room);
            }
        });
        Ok(())
    }
}

impl Frozen {
    fn transformer(&self, symbols: &[u16], copies: &[u16], room: &mut Room, out: &mut [f32]) {
        self.note(symbols, copies, room);
        self.read(&room.noted, &mut room.states);
        self.answer(self.alphabet.tokens - 1, copies, &mut room.states, out);
    }

    /// The states of all tokens.
    fn read(&self, symbols: &[u16], states: &mut States) {
        let Model::Transformer { width, layers, heads, hidden, .. } = self.model else {
            unreachable!("by the caller")
        };
        let Alphabet { tokens, per_token, .. } = self.alphabet;
        let n = symbols.len() / per_token;
        let States { x, y, kept, .. } = states;
        x.resize(n * width, 0.0);
        y.resize(n * width, 0.0);
        gather(self.model.table(self.alphabet), symbols, &self.table, None, x);
        for (block, weights) in self.blocks[..2 * layers].iter().enumerate() {
            if block.is_multiple_of(2) {
                attention(Heads { rows: n / tokens, tokens, width, heads }, x, weights, kept, y);
            } else {
                feed([n, width, hidden], x, weights, kept, y);
            }
            std::mem::swap(x, y);
        }
    }

    /// The probabilities of each page's classes, one of its tokens being asked about.
    fn answer(&self, asked: usize, copies: &[u16], states: &mut States, out: &mut [f32]) {
        let Model::Transformer { width, layers, .. } = self.model else { unreachable!("by the caller") };
        let Alphabet { tokens, classes, .. } = self.alphabet;
        let States { x, y, head, .. } = states;
        let sizes = Sizes { rows: copies.len() / tokens, tokens, width, classes, asked };
        logits(sizes, x, &self.blocks[2 * layers], head);
        let rows = head.fixed.chunks_exact(classes).zip(head.pointed.chunks_exact(tokens));
        let rows = rows.zip(copies.chunks_exact(tokens)).zip(out.chunks_exact_mut(classes));
        y.resize(tokens, 0.0);
        for (((fixed, pointed), copies), out) in rows {
            probabilities(Logits { fixed, pointed, copies }, &mut y[..tokens], out);
        }
    }

    /// The pages as the last pass reads them, into `room.noted`. Each pass before it notes of every token whose value is
    /// open how the network would decide, by argmax, if it were asked for that value: a value's symbol, or still the open
    /// one. Of the question itself nothing is noted. Source: [Jumper2021].
    fn note(&self, symbols: &[u16], copies: &[u16], room: &mut Room) {
        let Room { states, noted, scores } = room;
        noted.clear();
        noted.extend_from_slice(symbols);
        let Alphabet { tokens, per_token, classes, open, .. } = self.alphabet;
        if open.size == 0 {
            return;
        }
        scores.resize(copies.len() / tokens * classes, 0.0);
        for _ in 1..self.model.passes() {
            self.read(noted, states);
            for asked in 0..tokens - 1 {
                // That token, page after page.
                let same = || symbols.chunks_exact(per_token).skip(asked).step_by(tokens);
                if !same().any(|token| token.contains(&open.symbol)) {
                    continue;
                }
                self.answer(asked, copies, states, scores);
                for (row, (token, scores)) in same().zip(scores.chunks_exact(classes)).enumerate() {
                    let class = decide(scores, 0, open.size.into(), Decoding::Argmax, false, 0) as u16;
                    let value = if class < open.size { open.first + class } else { open.symbol };
                    let places = noted[(row * tokens + asked) * per_token..].iter_mut().zip(token);
                    places.filter(|(_, given)| **given == open.symbol).for_each(|(place, _)| *place = value);
                }
            }
        }
    }

    fn mlp(&self, symbols: &[u16], room: &mut Room, out: &mut [f32]) {
        let Model::Mlp { width, .. } = self.model else { unreachable!("by the caller") };
        let rows = out.len() / self.alphabet.classes;
        let States { x, y, .. } = &mut room.states;
        x.resize(rows * width, 0.0);
        gather(self.model.table(self.alphabet), symbols, &self.table, Some(&self.blocks[0]), x);
        cut_off(x);
        let mut layers = self.blocks[1..].chunks_exact(2).peekable();
        while let Some(layer) = layers.next() {
            let (weight, bias) = (&layer[0], &layer[1]);
            y.resize(rows * bias.len(), 0.0);
            let (inputs, weight) = (Matrix::new(x, width), Matrix::new(weight, bias.len()));
            let then = if layers.peek().is_some() { Then::Cut } else { Then::Stay };
            gemm([rows, bias.len(), width], inputs, weight, Start::Row(bias), then, y);
            std::mem::swap(x, y);
        }
        let classes = self.alphabet.classes;
        for (fixed, out) in x.chunks_exact(classes).zip(out.chunks_exact_mut(classes)) {
            probabilities(Logits { fixed, pointed: &[], copies: &[] }, &mut [], out);
        }
    }
}
