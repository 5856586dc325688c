//! The dense judge: a network of one hidden layer over two planes, which pixels were shown and how much ink each has,
//! in whole numbers. A pixel shown adds one row to the sums of the hidden units, and whole numbers add up to the same
//! in any order: what was kept move by move is bit for bit what a fresh sum over the set would be.

use super::board::{Board, LABELS, PIXELS, Pixel};
use super::judge::{Judge, Last, Scores, Sight};
use super::vectors::{PARTS_MAX, STEP, Turn, add, first, heads};

/// The most hidden units.
pub const WIDTH_MAX: usize = PARTS_MAX * STEP;
/// So many pixels can be shown and no sum of a hidden unit leaves its 16 bits; sums of more would wrap.
pub const SHOWN_MAX: usize = 8;
/// Ink of a whole pixel, at which the value plane is 1.
const INK: i32 = 255;
/// Finer than this is no use: weights of ordinary networks are about one.
const SCALE_MAX: f64 = 16384.0;

/// Weights of a dense judge as they are trained, in 32-bit floats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// (784, width) what it adds to the hidden units that a pixel was shown.
    pub mask: Vec<f32>,
    /// (784, width) what its ink adds, for ink of 1; a byte of 255 is 1.
    pub value: Vec<f32>,
    /// (width) what the hidden units start with.
    pub bias: Vec<f32>,
    /// (10, width) what each label takes from the hidden units, when they are above zero.
    pub head: Vec<f32>,
    /// (10) what the labels start with.
    pub head_bias: Vec<f32>,
}

/// A dense judge in whole numbers. Its rounding is part of what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dense {
    width: usize,
    /// (784, width) in units of 1 / (255 scale).
    mask: Vec<i32>,
    /// (784, width) in units of 1 / scale, for ink of 255.
    value: Vec<i32>,
    /// (width) in units of 1 / scale.
    bias: Vec<i16>,
    /// (10, width) in units of 1 / head scale.
    head: Vec<i16>,
    /// (10) in units of 1 / (scale head scale).
    head_bias: Scores,
    /// (10, 10, width) of a truth and a lie, what the truth takes more.
    lead: Vec<i16>,
    /// (10, 10) what the truth starts ahead with, and one more where it wins ties.
    lead_bias: Vec<i32>,
    /// Units of a score in one nat: scale times head scale, a power of two.
    units: u32,
}

impl Dense {
    /// Rounds trained weights: to the finest powers of two with which no sum of [`SHOWN_MAX`] pixels and no score
    /// can overflow.
    ///
    /// # Errors
    /// A message if the lengths do not fit, the width is no multiple of 16 up to 256, or a weight is no number or so
    /// large that rounding would leave nothing of the others.
    pub fn rounded(weights: &Weights) -> Result<Self, String> {
        let width = weights.bias.len();
        if width == 0 || width > WIDTH_MAX || !width.is_multiple_of(STEP) {
            return Err(format!("judge width: want a multiple of {STEP} up to {WIDTH_MAX}, got {width}"));
        }
        let Weights { mask, value, bias, head, head_bias } = weights;
        let wanted = [
            ("mask", mask, PIXELS * width),
            ("value", value, PIXELS * width),
            ("head", head, LABELS * width),
            ("head_bias", head_bias, LABELS),
        ];
        for (what, weights, want) in wanted {
            if weights.len() != want {
                return Err(format!("judge {what}: want {want} weights, got {}", weights.len()));
            }
        }
        for (what, weights, _) in wanted.into_iter().chain([("bias", bias, width)]) {
            if let Some(odd) = weights.iter().find(|w| !w.is_finite()) {
                return Err(format!("judge {what}: want finite weights, got {odd}"));
            }
        }
        let scale = fit("mask, value and bias", reach(weights), f64::from(i16::MAX))?;
        // Of two labels' heads the difference is used too, so that each may have half.
        let head_reach =
            head.chunks_exact(width).map(|row| row.iter().map(|w| f64::from(w.abs())).sum::<f64>());
        let start = largest(head_bias) * scale / f64::from(i16::MAX);
        let head_scale =
            fit("head", head_reach.fold(0.0, f64::max) + start, f64::from(i32::MAX / 2) / 32768.0)?;
        let halves = fit("head", largest(head), f64::from(i16::MAX / 2))?;
        let head_scale = head_scale.min(halves);
        let head_bias = std::array::from_fn(|label| round(head_bias[label], scale * head_scale));
        Ok(Self {
            width,
            mask: mask.iter().map(|&w| round(w, scale * f64::from(INK))).collect(),
            value: value.iter().map(|&w| round(w, scale)).collect(),
            bias: bias.iter().map(|&w| round(w, scale) as i16).collect(),
            head: head.iter().map(|&w| round(w, head_scale) as i16).collect(),
            head_bias,
            lead: Vec::new(),
            lead_bias: Vec::new(),
            // Both scales are powers of two from 1 to 2^14.
            units: (scale * head_scale) as u32,
        }
        .led())
    }

    /// Fills in what each label takes more than each other one.
    fn led(mut self) -> Self {
        let rows: Vec<&[i16]> = self.head.chunks_exact(self.width).collect();
        for truth in 0..LABELS {
            for lie in 0..LABELS {
                self.lead.extend(rows[truth].iter().zip(rows[lie]).map(|(t, l)| t - l));
                // The truth is no lie: against itself it is ahead.
                let tie = i32::from(truth <= lie);
                self.lead_bias.push(self.head_bias[truth] - self.head_bias[lie] + tie);
            }
        }
        self
    }

    /// Hidden units.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// What one unit of a score is, in nats.
    #[must_use]
    pub fn nats(&self) -> f64 {
        1.0 / f64::from(self.units)
    }

    /// (width) what a shown pixel adds to the hidden units.
    fn row(&self, pixel: Pixel) -> impl Iterator<Item = i16> {
        let at = pixel.at() * self.width;
        let weights = self.mask[at..].iter().zip(&self.value[at..]).take(self.width);
        // To the nearest; halves cannot be, since 255 is odd.
        weights.map(move |(m, v)| (m + i32::from(pixel.ink()) * v + INK / 2).div_euclid(INK) as i16)
    }

    /// The scores of a set of pixels, summed up from nothing, plainly.
    #[must_use]
    pub fn plain(&self, shown: &[Pixel]) -> Scores {
        let mut sums = self.bias.clone();
        for &pixel in shown {
            sums.iter_mut().zip(self.row(pixel)).for_each(|(sum, row)| *sum = sum.wrapping_add(row));
        }
        std::array::from_fn(|label| {
            let head = self.head[label * self.width..].iter().zip(&sums);
            head.fold(self.head_bias[label], |score, (&w, &sum)| {
                score.wrapping_add(i32::from(w) * i32::from(sum.max(0)))
            })
        })
    }
}

#[cfg(test)]
impl Dense {
    /// [`Self::plain`] in 64 bits, in which nothing overflows.
    pub(super) fn wide(&self, shown: &[Pixel]) -> [i64; LABELS] {
        let mut sums: Vec<i64> = self.bias.iter().map(|&b| i64::from(b)).collect();
        for &pixel in shown {
            let at = pixel.at() * self.width;
            for (j, sum) in sums.iter_mut().enumerate() {
                let exact =
                    i64::from(self.mask[at + j]) + i64::from(pixel.ink()) * i64::from(self.value[at + j]);
                *sum += (exact + 127).div_euclid(255);
            }
        }
        std::array::from_fn(|label| {
            let head = self.head[label * self.width..].iter().zip(&sums);
            i64::from(self.head_bias[label]) + head.map(|(&w, &sum)| i64::from(w) * sum.max(0)).sum::<i64>()
        })
    }
}

/// The furthest that any sum of a hidden unit can go from zero, with [`SHOWN_MAX`] pixels shown.
fn reach(weights: &Weights) -> f64 {
    let width = weights.bias.len();
    let mut rows = vec![0.0f64; width];
    for (i, (&m, &v)) in weights.mask.iter().zip(&weights.value).enumerate() {
        let (m, v) = (f64::from(m), f64::from(v));
        // Linear in ink: the ends are the extremes.
        rows[i % width] = rows[i % width].max(m.abs()).max((m + v).abs());
    }
    let reach = rows.iter().zip(&weights.bias).map(|(r, b)| r * SHOWN_MAX as f64 + f64::from(b.abs()));
    reach.fold(0.0, f64::max)
}

fn largest(weights: &[f32]) -> f64 {
    weights.iter().map(|w| f64::from(w.abs())).fold(0.0, f64::max)
}

/// The greatest power of two up to [`SCALE_MAX`] that `reach` may be multiplied with, leaving some room for rounding.
fn fit(what: &str, reach: f64, limit: f64) -> Result<f64, String> {
    let mut scale = SCALE_MAX;
    while reach * scale > limit * 0.99 - 64.0 {
        scale /= 2.0;
        if scale < 1.0 {
            return Err(format!("judge {what}: want weights that reach at most {limit:.0}, got {reach}"));
        }
    }
    Ok(scale)
}

fn round(weight: f32, scale: f64) -> i32 {
    (f64::from(weight) * scale).round() as i32
}

impl Judge for Dense {
    type Sight<'a> = DenseSight<'a>;

    fn face<'a>(&'a self, board: &'a Board) -> DenseSight<'a> {
        let rows = board.pixels().iter().flat_map(|&pixel| self.row(pixel)).collect();
        DenseSight { judge: self, pixels: board.pixels().len(), rows }
    }
}

/// A dense judge before one picture: the rows of its pixels.
#[derive(Clone, Debug)]
pub struct DenseSight<'a> {
    judge: &'a Dense,
    pixels: usize,
    /// (pixels, width)
    rows: Vec<i16>,
}

impl Sight for DenseSight<'_> {
    /// (width) sums of the hidden units.
    type Shown = Vec<i16>;

    fn pixels(&self) -> usize {
        self.pixels
    }

    fn blank(&self) -> Vec<i16> {
        self.judge.bias.clone()
    }

    fn show(&self, before: &Vec<i16>, pixel: u16, after: &mut Vec<i16>) {
        let width = self.judge.width;
        after.resize(width, 0);
        add(before, &self.rows[usize::from(pixel) * width..][..width], after);
    }

    fn scores(&self, shown: &Vec<i16>) -> Scores {
        let mut scores = self.judge.head_bias;
        heads(shown, &self.judge.head, &mut scores);
        scores
    }

    fn find(&self, at: Last<Vec<i16>>, order: &[u16], lied: bool) -> Option<usize> {
        let truth = usize::from(at.question.truth()) * LABELS;
        let leads = at.question.lie().map_or(truth..truth + LABELS, |lie| {
            let lead = truth + usize::from(lie);
            lead..lead + 1
        });
        let width = self.judge.width;
        let turn = Turn {
            sums: at.shown,
            rows: &self.rows,
            taken: at.taken,
            head: &self.judge.lead[leads.start * width..leads.end * width],
            bias: &self.judge.lead_bias[leads],
        };
        first(turn, order, lied)
    }
}
