//! The convolution at play: what a blank picture makes of each layer is worked out once, and of the pixels shown only
//! where they make a difference. Layers before the full one are those of training, bit for bit; the full layer starts at
//! a blank picture's sums and adds what differs, which is another order, and the one that counts at play.

use super::model::{FIRST, FULL, SECOND};
use crate::learners::kernels::convolution::{SEEN, add_rows, halve, look, windows};
use crate::learners::kernels::gemm::{Matrix, Start, Then, cut_off, gemm};
use crate::learners::kernels::reach::{BLOCKS, CELLS, Reach, blocks};
use crate::pixels::board::{LABELS, Pixel};
use crate::pixels::judge::Scores;
use std::cell::RefCell;
use std::fmt;

/// Units of a score in one nat.
const UNITS: f64 = 65_536.0;

/// The published judge, to be played.
pub struct Convolution {
    /// (25, 2, 32) weights and (32) bias.
    first: [Vec<f32>; 2],
    /// (25, 32, 64) weights and (64) bias.
    second: [Vec<f32>; 2],
    /// (7, 7, 64, 1024) weights.
    full: Vec<f32>,
    /// (1024, 10) weights and (10) bias.
    last: [Vec<f32>; 2],
    blank: Layers,
}

/// What the layers make of a picture.
#[derive(Clone, Default)]
struct Layers {
    /// (14, 14, 32) the first map.
    cells: Vec<f32>,
    /// (rows, 64) sums of the second convolution: a blank picture's 196, then those of the places reached.
    sums: Vec<f32>,
    /// (7, 7, 64) the second map.
    blocks: Vec<f32>,
    /// (1024) sums of the full layer, then cut off at zero.
    hidden: Vec<f32>,
}

/// Room for one scoring after the other.
#[derive(Default)]
struct Room {
    layers: Layers,
    which: Vec<u8>,
    seen: Vec<f32>,
    rows: Vec<(u32, f32)>,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

impl fmt::Debug for Convolution {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Convolution").finish_non_exhaustive()
    }
}

impl Convolution {
    /// The judge of these weights, `take` giving each variable of the plan.
    pub(super) fn new(mut take: impl FnMut(&str) -> Vec<f32>) -> Self {
        let [first, second, last] = ["first", "second", "last"]
            .map(|layer| ["weight", "bias"].map(|part| take(&format!("{layer}.{part}"))));
        let (full, full_bias) = (take("full.weight"), take("full.bias"));
        let mut made = Self { first, second, full, last, blank: Layers::default() };
        made.blank = made.blank(&full_bias);
        made
    }

    /// What the layers make of a picture of which nothing is shown.
    fn blank(&self, full_bias: &[f32]) -> Layers {
        let mut cells = self.first[1].repeat(CELLS);
        cut_off(&mut cells);
        let all: Vec<u32> = (0..CELLS as u32).collect();
        let mut sums = vec![0.0; CELLS * SECOND];
        self.convolve(&all, &cells, &mut Vec::new(), &mut sums);
        let mut blocks = vec![0.0; BLOCKS * SECOND];
        halve(&all[..BLOCKS], &all, &sums, &mut blocks, &mut vec![0; BLOCKS * SECOND]);
        let mut hidden = vec![0.0; FULL];
        let (x, w) = (Matrix::new(&blocks, blocks.len()), Matrix::new(&self.full, FULL));
        gemm([1, FULL, blocks.len()], x, w, Start::Row(full_bias), Then::Stay, &mut hidden);
        Layers { cells, sums, blocks, hidden }
    }

    /// (196, 32) cells -> (places, 64) sums of the second convolution.
    fn convolve(&self, places: &[u32], cells: &[f32], seen: &mut Vec<f32>, sums: &mut [f32]) {
        let [weights, bias] = &self.second;
        let width = SEEN * FIRST;
        seen.resize(places.len() * width, 0.0);
        windows(FIRST, places, cells, seen);
        let (seen, weights) = (Matrix::new(seen, width), Matrix::new(weights, SECOND));
        gemm([places.len(), SECOND, width], seen, weights, Start::Row(bias), Then::Stay, sums);
    }

    /// The scores of a set of pixels, in units of 2^-16 nats: of one set the same, in whatever order it is told.
    #[must_use]
    pub fn scores(&self, shown: &[Pixel]) -> Scores {
        // The nearest whole number, or the nearest there is.
        self.logits(shown).map(|nats| (f64::from(nats) * UNITS).round() as i32)
    }

    /// What one unit of a score is, in nats.
    #[must_use]
    pub fn nats(&self) -> f64 {
        1.0 / UNITS
    }

    pub(super) fn logits(&self, shown: &[Pixel]) -> [f32; LABELS] {
        let mut pixels = shown.to_vec();
        pixels.sort_unstable();
        let reach = Reach::of(&pixels);
        ROOM.with_borrow_mut(|room| {
            let Room { layers, which, seen, rows } = room;
            layers.clone_from(&self.blank);
            which.resize(CELLS * FIRST.max(SECOND), 0);
            let [weights, bias] = &self.first;
            look(&pixels, &reach.cells, [weights, bias], &mut layers.cells, which);
            layers.sums.resize((CELLS + reach.places.len()) * SECOND, 0.0);
            self.convolve(&reach.places, &layers.cells, seen, &mut layers.sums[CELLS * SECOND..]);
            let mut row_of: [u32; CELLS] = std::array::from_fn(|place| place as u32);
            (CELLS as u32..).zip(&reach.places).for_each(|(row, place)| row_of[*place as usize] = row);
            let reached = blocks(&reach.places);
            halve(&reached, &row_of, &layers.sums, &mut layers.blocks, which);
            rows.clear();
            for block in reached {
                let at = block as usize * SECOND..(block as usize + 1) * SECOND;
                let pairs = layers.blocks[at.clone()].iter().zip(&self.blank.blocks[at.clone()]);
                let more = (at.start as u32..).zip(pairs).map(|(row, (x, blank))| (row, x - blank));
                rows.extend(more.filter(|(_, by)| *by != 0.0));
            }
            add_rows(rows, &self.full, &mut layers.hidden);
            cut_off(&mut layers.hidden);
            let mut logits = [0.0; LABELS];
            let ([weights, bias], x) = (&self.last, Matrix::new(&layers.hidden, FULL));
            let weights = Matrix::new(weights, LABELS);
            gemm([1, LABELS, FULL], x, weights, Start::Row(bias), Then::Stay, &mut logits);
            logits
        })
    }
}
