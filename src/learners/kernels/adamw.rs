//! Steps of the optimiser. Source: [Loshchilov2019].

use super::kernel;

/// The numbers of one step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What gradients are multiplied by: clipping.
    pub clip: f32,
    /// Step size.
    pub rate: f32,
    /// What weights are multiplied by: decay.
    pub keep: f32,
    /// One by the share of the first moment that is there so far.
    pub first: f32,
    /// One by the share of the second moment that is there so far.
    pub second: f32,
    /// How far the average goes to the new weights.
    pub average: f32,
}

/// How much of the first and the second moment stays, and what keeps the division sane.
pub const BETAS: [f64; 2] = [0.9, 0.999];
/// Added to the root of the second moment.
pub const EPSILON: f32 = 1e-8;

/// The state of one variable: its weights, their moments, their average.
#[derive(Debug)]
pub struct State<'a> {
    /// Weights.
    pub weights: &'a mut [f32],
    /// First moments.
    pub first: &'a mut [f32],
    /// Second moments.
    pub second: &'a mut [f32],
    /// The average of the weights.
    pub average: &'a mut [f32],
}

kernel! {
    /// One step down the gradient.
    pub fn adamw(step: Step, grad: &[f32], state: State<'_>) {
        const STAY: [f32; 2] = [BETAS[0] as f32, BETAS[1] as f32];
        const COME: [f32; 2] = [(1.0 - BETAS[0]) as f32, (1.0 - BETAS[1]) as f32];
        let count = grad.len();
        let (weights, first) = (&mut state.weights[..count], &mut state.first[..count]);
        let (second, average) = (&mut state.second[..count], &mut state.average[..count]);
        for i in 0..count {
            let g = grad[i] * step.clip;
            let m = first[i] * STAY[0] + g * COME[0];
            let v = second[i] * STAY[1] + g * g * COME[1];
            let w = weights[i] * step.keep - step.rate * (m * step.first) / ((v * step.second).sqrt() + EPSILON);
            (first[i], second[i], weights[i]) = (m, v, w);
            average[i] += (w - average[i]) * step.average;
        }
    }
}

kernel! {
    /// The sum of squares, in eight lanes of f64.
    pub fn squares(x: &[f32]) -> f64 {
        let mut sums = [0.0_f64; 8];
        let (whole, rest) = x.as_chunks::<8>();
        for x in whole {
            for l in 0..8 {
                sums[l] += f64::from(x[l]) * f64::from(x[l]);
            }
        }
        for (sum, x) in sums.iter_mut().zip(rest) {
            *sum += f64::from(*x) * f64::from(*x);
        }
        ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
    }
}
