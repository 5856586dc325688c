//! What verdicts and their confidences are scored by, as integers: sums of parts merge
//! to the same whole in any grouping. Confidences are in units of 2^-16.

use serde::{Deserialize, Serialize};

/// A confidence of 1.
pub const CERTAIN: u32 = 1 << 16;
/// Units of a nat in sums of losses.
pub const NAT: u64 = 1 << 24;
/// Bins of equal width that confidences fall into.
pub const BINS: usize = 10;

/// Verdicts of about the same confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    /// Verdicts given.
    pub trials: u64,
    /// Of them, those that are right.
    pub right: u64,
    /// Sum of confidences, in units of 2^-16.
    pub confidence: u64,
}

impl Bin {
    /// Adds another part's sums.
    pub fn add(&mut self, other: &Self) {
        self.trials += other.trials;
        self.right += other.right;
        self.confidence += other.confidence;
    }
}

/// The bin of a confidence.
#[inline(always)]
#[must_use]
pub fn bin(confidence: u32) -> usize {
    (confidence as usize * BINS / CERTAIN as usize).min(BINS - 1)
}

/// -ln of the probability given to what came, in units of 2^-24 nats, rounded. What was held impossible
/// would cost infinitely much: half a unit of doubt is left to it.
/// Source: [Good1952].
#[must_use]
pub fn loss(given: u32) -> u64 {
    let given = f64::from(given.min(CERTAIN)).max(0.5) / f64::from(CERTAIN);
    libm::round(-libm::log(given) * NAT as f64) as u64
}

/// Losses that were asked for lately: few confidences come up again and again.
#[derive(Clone, Debug)]
pub struct Losses([(u32, u64); 64]);

impl Default for Losses {
    fn default() -> Self {
        // Of what is certain, which is what 0 stands for in no other place.
        Self([(CERTAIN, 0); 64])
    }
}

impl Losses {
    /// As [`loss`].
    #[inline(always)]
    pub fn of(&mut self, given: u32) -> u64 {
        let kept = &mut self.0[given as usize % 64];
        if kept.0 != given {
            *kept = (given, loss(given));
        }
        kept.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_logarithms() {
        assert_eq!((loss(CERTAIN), loss(2 * CERTAIN)), (0, 0));
        // ln 2 in units of 2^-24 is 11629079.9; half a unit of 2^-16 is 17 of it.
        assert_eq!(loss(CERTAIN / 2), 11_629_080);
        assert_eq!(loss(0), 197_694_359);
        let mut losses = Losses::default();
        for given in (0..=CERTAIN).step_by(7).chain([1, 65, 1, CERTAIN]) {
            assert_eq!(losses.of(given), loss(given));
        }
    }

    #[test]
    fn bins_are_of_equal_width() {
        assert_eq!([0, 6553, 6554, 58_982, 58_983, CERTAIN].map(bin), [0, 0, 1, 8, 9, 9]);
    }
}
