//! How a network learns: step sizes over time, decay, clipping, averaging. Source: [Loshchilov2019].

use super::kernels::adamw::{BETAS, Step};
use crate::agents::learned::Schedule;

/// AdamW and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimiser {
    /// Step size after the warm-up; more: faster, and less surely.
    pub rate: f64,
    /// Steps over which the step size grows to `rate`.
    pub warmup: u32,
    /// Steps planned in all, where the schedule ends.
    pub steps: u32,
    /// How the step size goes after the warm-up.
    pub schedule: Schedule,
    /// Decay of weights (of matrices, not of biases and gains) per unit of step size.
    pub decay: f64,
    /// Greatest norm of all gradients together; longer ones are shortened. 0: none.
    pub clip: f64,
    /// Steps that the average of weights goes back over; 0: no average.
    pub horizon: f64,
}

impl Optimiser {
    /// The step size of a step, the first being 1.
    #[must_use]
    pub fn rate_at(&self, step: u32) -> f64 {
        if step <= self.warmup {
            return self.rate * f64::from(step) / f64::from(self.warmup);
        }
        let (gone, all) = (step - 1 - self.warmup, self.steps.saturating_sub(self.warmup).max(1));
        let gone = (f64::from(gone) / f64::from(all)).min(1.0);
        match self.schedule {
            Schedule::Constant => self.rate,
            Schedule::Linear => self.rate * (1.0 - gone),
            Schedule::Cosine => self.rate * (0.5 + 0.5 * libm::cos(std::f64::consts::PI * gone)),
        }
    }

    /// The numbers of a step, the first being 1, for gradients of this norm: for variables without
    /// and with decay.
    #[must_use]
    pub fn numbers(&self, step: u32, norm: f64) -> [Step; 2] {
        let rate = self.rate_at(step);
        let clip = if self.clip > 0.0 && norm > self.clip { self.clip / norm } else { 1.0 };
        let there = BETAS.map(|beta| 1.0 / (1.0 - libm::pow(beta, f64::from(step))));
        let average = if self.horizon > 1.0 { 1.0 / self.horizon.min(f64::from(step)) } else { 1.0 };
        let plain = Step {
            clip: clip as f32,
            rate: rate as f32,
            keep: 1.0,
            first: there[0] as f32,
            second: there[1] as f32,
            average: average as f32,
        };
        [plain, Step { keep: (1.0 - rate * self.decay) as f32, ..plain }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_their_schedule() {
        let optimiser = |schedule| Optimiser {
            rate: 0.5,
            warmup: 2,
            steps: 6,
            schedule,
            decay: 0.1,
            clip: 1.0,
            horizon: 4.0,
        };
        let rates = |schedule| -> Vec<f64> { (1..9).map(|step| optimiser(schedule).rate_at(step)).collect() };
        assert_eq!(rates(Schedule::Constant), [0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
        assert_eq!(rates(Schedule::Linear), [0.25, 0.5, 0.5, 0.375, 0.25, 0.125, 0.0, 0.0]);
        let half = rates(Schedule::Cosine)[4];
        assert!((half - 0.25).abs() < 1e-15, "{half}");
        let [plain, decayed] = optimiser(Schedule::Constant).numbers(1, 4.0);
        // 1 / (1 - 0.9), 1 / (1 - 0.999); a norm of 4 is brought to 1; 1 - 0.25 x 0.1.
        assert_eq!((plain.clip, plain.first, plain.second, plain.average), (0.25, 10.0, 1000.0, 1.0));
        assert_eq!((plain.keep, decayed.keep), (1.0, 0.975));
        let third = optimiser(Schedule::Constant).numbers(3, 0.5)[0];
        assert_eq!((third.clip, third.average), (1.0, 1.0 / 3.0));
        assert_eq!(optimiser(Schedule::Constant).numbers(9, 0.5)[0].average, 0.25);
    }
}
