//! The head of a transformer: the norm of all tokens, the question's own logits for the classes, and
//! a pointer at each token. Source: [Vinyals2015].
//!
//! Its weights lie in one slice: gain, bias (width each), (width, classes) and its bias, (width, width) of
//! the question's query, (width, width) of the tokens' keys.

use super::choice::{Logits, Wanted, losses};
use super::gemm::{Matrix, Start, Then, column_sums, gemm};
use super::norm::{norm, norm_back};
use super::{LANES, kernel, parts, parts_mut, tree};

/// Sizes of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Pages.
    pub rows: usize,
    /// Tokens of a page.
    pub tokens: usize,
    /// Width of a token's state.
    pub width: usize,
    /// Classes.
    pub classes: usize,
    /// The token that is asked about: of a page, the last is its question.
    pub asked: usize,
}

impl Sizes {
    /// Lengths of the weights' parts.
    #[must_use]
    pub fn parts(&self) -> [usize; 6] {
        let Self { width, classes, .. } = *self;
        [width, width, width * classes, classes, width * width, width * width]
    }

    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    /// Where the token that a page is asked about begins.
    fn question(&self, row: usize) -> usize {
        (row * self.tokens + self.asked) * self.width
    }
}

/// What the head keeps from the way forward.
#[derive(Debug, Default)]
pub struct Kept {
    /// (rows, tokens, width) the normed states.
    pub normed: Vec<f32>,
    /// (rows, tokens, 2) the norm's means and scales.
    pub stats: Vec<f32>,
    /// (rows, width) the questions' states.
    pub questions: Vec<f32>,
    /// (rows, width) their queries.
    pub queries: Vec<f32>,
    /// (rows, width) queries times keys: what a token's state is held against.
    pub against: Vec<f32>,
    /// (rows, classes) logits, then their gradients.
    pub fixed: Vec<f32>,
    /// (rows, tokens) logits of pointers, then their gradients.
    pub pointed: Vec<f32>,
}

/// (rows, tokens, width) states -> `kept.fixed` and `kept.pointed`, the logits.
pub fn logits(sizes: Sizes, x: &[f32], weights: &[f32], kept: &mut Kept) {
    let Sizes { rows, tokens, width, classes, .. } = sizes;
    let [gain, bias, fixed, fixed_bias, query, key] = parts(weights, sizes.parts());
    kept.normed.resize(x.len(), 0.0);
    kept.stats.resize(rows * tokens * 2, 0.0);
    for state in [&mut kept.questions, &mut kept.queries, &mut kept.against] {
        state.resize(rows * width, 0.0);
    }
    kept.fixed.resize(rows * classes, 0.0);
    kept.pointed.resize(rows * tokens, 0.0);
    norm(x, gain, bias, &mut kept.normed, &mut kept.stats);
    for (row, question) in kept.questions.chunks_exact_mut(width).enumerate() {
        question.copy_from_slice(&kept.normed[sizes.question(row)..][..width]);
    }
    let questions = Matrix::new(&kept.questions, width);
    let start = Start::Row(fixed_bias);
    gemm([rows, classes, width], questions, Matrix::new(fixed, classes), start, Then::Stay, &mut kept.fixed);
    gemm(
        [rows, width, width],
        questions,
        Matrix::new(query, width),
        Start::Zero,
        Then::Stay,
        &mut kept.queries,
    );
    let queries = Matrix::new(&kept.queries, width);
    gemm(
        [rows, width, width],
        queries,
        Matrix::new(key, width).t(),
        Start::Zero,
        Then::Stay,
        &mut kept.against,
    );
    point(sizes.scale(), width, &kept.against, &kept.normed, &mut kept.pointed);
}

/// The mean loss in nats; the logits become their gradients.
pub fn loss(sizes: Sizes, copies: &[u16], wanted: Wanted, kept: &mut Kept) -> f64 {
    let (fixed, pointed) = (kept.fixed.clone(), kept.pointed.clone());
    let all = Logits { fixed: &fixed, pointed: &pointed, copies };
    losses(all, sizes.classes, wanted, &mut kept.fixed, &mut kept.pointed)
}

/// The gradients of the logits, in `kept`, -> those of x and of the weights.
pub fn back(sizes: Sizes, x: &[f32], weights: &[f32], kept: &mut Kept, dx: &mut [f32], dweights: &mut [f32]) {
    let Sizes { rows, width, classes, .. } = sizes;
    let [gain, _, fixed, _, query, key] = parts(weights, sizes.parts());
    let [dgain, dbias, dfixed, dfixed_bias, dquery, dkey] = parts_mut(dweights, sizes.parts());
    let grads = Matrix::new(&kept.fixed, classes);
    let questions = Matrix::new(&kept.questions, width);
    gemm([width, classes, rows], questions.t(), grads, Start::Zero, Then::Stay, dfixed);
    column_sums(&kept.fixed, dfixed_bias);
    let mut dquestions = vec![0.0; rows * width];
    gemm(
        [rows, width, classes],
        grads,
        Matrix::new(fixed, classes).t(),
        Start::Zero,
        Then::Stay,
        &mut dquestions,
    );
    let mut dagainst = vec![0.0; rows * width];
    let mut dnormed = vec![0.0; x.len()];
    let scale = sizes.scale();
    point_back(scale, width, [&kept.against, &kept.normed, &kept.pointed], &mut dagainst, &mut dnormed);
    let (grads, queries) = (Matrix::new(&dagainst, width), Matrix::new(&kept.queries, width));
    gemm([width, width, rows], grads.t(), queries, Start::Zero, Then::Stay, dkey);
    let mut dqueries = vec![0.0; rows * width];
    gemm([rows, width, width], grads, Matrix::new(key, width), Start::Zero, Then::Stay, &mut dqueries);
    let grads = Matrix::new(&dqueries, width);
    gemm([width, width, rows], questions.t(), grads, Start::Zero, Then::Stay, dquery);
    gemm(
        [rows, width, width],
        grads,
        Matrix::new(query, width).t(),
        Start::Kept,
        Then::Stay,
        &mut dquestions,
    );
    for (row, question) in dquestions.chunks_exact(width).enumerate() {
        for (to, x) in dnormed[sizes.question(row)..][..width].iter_mut().zip(question) {
            *to += x;
        }
    }
    dx.fill(0.0);
    norm_back(x, gain, &kept.stats, &dnormed, dx, dgain, dbias);
}

kernel! {
    /// (rows, width) against (rows, tokens, width) -> (rows, tokens) scores.
    fn point(scale: f32, width: usize, against: &[f32], states: &[f32], scores: &mut [f32]) {
        let tokens = scores.len() * width / against.len();
        for (against, (states, scores)) in against
            .chunks_exact(width)
            .zip(states.chunks_exact(tokens * width).zip(scores.chunks_exact_mut(tokens)))
        {
            for (state, score) in states.chunks_exact(width).zip(scores) {
                let mut sums = [0.0; LANES];
                for (a, x) in against.as_chunks::<LANES>().0.iter().zip(state.as_chunks::<LANES>().0) {
                    for l in 0..LANES {
                        sums[l] += a[l] * x[l];
                    }
                }
                *score = tree(sums) * scale;
            }
        }
    }
}

kernel! {
    /// The gradients of the scores -> those of both sides.
    fn point_back(
        scale: f32,
        width: usize,
        kept: [&[f32]; 3],
        dagainst: &mut [f32],
        dstates: &mut [f32],
    ) {
        let [against, states, grads] = kept;
        let tokens = grads.len() * width / against.len();
        for (token, grad) in grads.iter().enumerate() {
            let (row, grad) = (token / tokens, grad * scale);
            let (state, dstate) = (&states[token * width..][..width], &mut dstates[token * width..][..width]);
            let (a, da) = (&against[row * width..][..width], &mut dagainst[row * width..][..width]);
            for i in 0..width {
                da[i] += grad * state[i];
                dstate[i] = grad * a[i];
            }
        }
    }
}
