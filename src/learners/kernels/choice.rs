//! One softmax over fixed classes and pointers together: a class has the mass of its own logit and of
//! all tokens that it can be copied from. Source: [Vinyals2015].

use super::exp::exp;
use super::{LANES, greater, kernel, tree};
use crate::tasks::encoding::NO_COPY;

/// What is asked for in each row, and with which weight.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// (rows) classes.
    pub targets: &'a [u16],
    /// (rows) further classes and the share of the loss that they have. Source: [Burns2023].
    pub own: Option<(&'a [u16], f32)>,
}

/// Logits of one page.
#[derive(Clone, Copy, Debug)]
pub struct Logits<'a> {
    /// (classes) logits of their own.
    pub fixed: &'a [f32],
    /// (tokens) logits of the pointers; none: no pointers.
    pub pointed: &'a [f32],
    /// (tokens) the classes that they stand for.
    pub copies: &'a [u16],
}

impl Logits<'_> {
    /// The pointers that point at something: token, class, logit.
    fn pointers(&self) -> impl Iterator<Item = (usize, u16, f32)> {
        let pairs = self.copies.iter().zip(self.pointed).enumerate();
        pairs.filter(|(_, (copy, _))| **copy != NO_COPY).map(|(token, (copy, z))| (token, *copy, *z))
    }
}

kernel! {
    /// exp(z - most) of all, and their sum.
    fn masses(z: &[f32], most: f32, out: &mut [f32]) -> f32 {
        // A loop of its own: so it becomes vectors.
        for (out, z) in out.iter_mut().zip(z) {
            *out = exp(z - most);
        }
        let mut sums = [0.0; LANES];
        let (whole, rest) = out.as_chunks::<LANES>();
        for x in whole {
            for l in 0..LANES {
                sums[l] += x[l];
            }
        }
        for (sum, x) in sums.iter_mut().zip(rest) {
            *sum += x;
        }
        tree(sums)
    }
}

/// All masses of the softmax, to be divided by the sum; the greatest logit; the sum.
fn soften(logits: Logits, fixed: &mut [f32], pointed: &mut [f32]) -> (f32, f32) {
    let most = logits.fixed.iter().copied().fold(f32::NEG_INFINITY, greater);
    let most = logits.pointers().fold(most, |most, (_, _, z)| greater(most, z));
    let mut sum = masses(logits.fixed, most, fixed);
    pointed.fill(0.0);
    for (token, _, z) in logits.pointers() {
        pointed[token] = exp(z - most);
        sum += pointed[token];
    }
    (most, sum)
}

/// The probabilities of the classes of one page; `room` holds a number for each token.
pub fn probabilities(logits: Logits, room: &mut [f32], out: &mut [f32]) {
    let (_, sum) = soften(logits, out, room);
    for (token, copy, _) in logits.pointers() {
        out[usize::from(copy)] += room[token];
    }
    let share = 1.0 / sum;
    out.iter_mut().for_each(|x| *x *= share);
}

/// The loss of one page in nats, and its gradients with respect to the logits, times `weight`.
pub fn loss(
    logits: Logits,
    wanted: &[(u16, f32)],
    weight: f32,
    fixed: &mut [f32],
    pointed: &mut [f32],
) -> f64 {
    let (most, sum) = soften(logits, fixed, pointed);
    let share = weight / sum;
    fixed.iter_mut().for_each(|x| *x *= share);
    pointed.iter_mut().for_each(|x| *x *= share);
    let mut nats = 0.0;
    for &(class, part) in wanted {
        let own = logits.fixed[usize::from(class)];
        let copies = || logits.pointers().filter(|(_, copy, _)| *copy == class);
        let near = copies().fold(own, |most, (_, _, z)| greater(most, z));
        let mass = copies().fold(exp(own - near), |sum, (_, _, z)| sum + exp(z - near));
        let share = weight * part / mass;
        fixed[usize::from(class)] -= exp(own - near) * share;
        for (token, _, z) in copies() {
            pointed[token] -= exp(z - near) * share;
        }
        let log = |x: f32| libm::log(f64::from(x));
        nats += f64::from(part) * (f64::from(most) - f64::from(near) + log(sum) - log(mass));
    }
    nats
}

/// The mean loss of all pages, and its gradients: (rows, classes) and (rows, tokens).
pub fn losses(all: Logits, classes: usize, wanted: Wanted, fixed: &mut [f32], pointed: &mut [f32]) -> f64 {
    let rows = wanted.targets.len();
    let tokens = all.pointed.len() / rows;
    let weight = 1.0 / rows as f32;
    let mut nats = 0.0;
    for (row, &target) in wanted.targets.iter().enumerate() {
        let logits = Logits {
            fixed: &all.fixed[row * classes..][..classes],
            pointed: &all.pointed[row * tokens..][..tokens],
            copies: if tokens > 0 { &all.copies[row * tokens..][..tokens] } else { &[] },
        };
        let fixed = &mut fixed[row * classes..][..classes];
        let pointed = &mut pointed[row * tokens..][..tokens];
        nats += match wanted.own {
            Some((own, part)) => {
                loss(logits, &[(target, 1.0 - part), (own[row], part)], weight, fixed, pointed)
            }
            None => loss(logits, &[(target, 1.0)], weight, fixed, pointed),
        };
    }
    nats / rows as f64
}
