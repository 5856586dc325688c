//! Bounded numbers: probabilities as written, and the integer thresholds that
//! decisions are taken with. Nothing here draws.

use serde::{Deserialize, Serialize};

/// A probability as a scenario writes it: a real number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// Never.
    pub const ZERO: Self = Self(0.0);

    /// `value` if it lies in 0 to 1.
    ///
    /// # Errors
    /// A message with the value when it is outside 0 to 1 or not a number.
    pub fn new(value: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("want a probability from 0 to 1, got {value}"))
        }
    }

    /// The nearest probability to `value`; 0 for what is not a number.
    #[must_use]
    pub fn saturating(value: f64) -> Self {
        Self(if value > 0.0 { value.min(1.0) } else { 0.0 })
    }

    /// The number itself, 0 to 1.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The fixed-point threshold that a draw is compared with.
    #[must_use]
    pub fn chance(self) -> Chance {
        Chance::of(self.0)
    }
}

impl TryFrom<f64> for Probability {
    type Error = String;
    fn try_from(value: f64) -> Result<Self, String> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(p: Probability) -> f64 {
        p.0
    }
}

/// A probability in units of 2^-32, 0 to 2^32 inclusive, so that a Bernoulli
/// draw is one integer comparison, the same on every machine, and 0 and 1 are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chance(u64);

impl Chance {
    /// Never.
    pub const NEVER: Self = Self(0);
    /// Always.
    pub const ALWAYS: Self = Self(1 << 32);
    /// A fair coin.
    pub const HALF: Self = Self(1 << 31);

    /// `p`, held within 0 to 1 and rounded to the nearest multiple of 2^-32.
    #[must_use]
    pub fn of(p: f64) -> Self {
        // Exact: scaling by a power of two, then rounding half away from zero.
        Self((p.clamp(0.0, 1.0) * 4_294_967_296.0).round() as u64)
    }

    /// Whether the event happens under this uniform 32-bit draw.
    #[must_use]
    #[inline]
    pub fn hit(self, word: u32) -> bool {
        u64::from(word) < self.0
    }

    /// Whether no draw is needed to know the outcome.
    #[must_use]
    #[inline]
    pub fn certain(self) -> bool {
        self == Self::NEVER || self == Self::ALWAYS
    }

    /// The threshold, 0 to 2^32.
    #[must_use]
    #[inline]
    pub fn threshold(self) -> u64 {
        self.0
    }

    /// The complement.
    #[must_use]
    pub fn complement(self) -> Self {
        Self((1 << 32) - self.0)
    }
}

/// A uniform draw over 0..n from one 32-bit word (multiply and shift; the
/// deviation from uniform is below n / 2^32).
#[must_use]
#[inline]
pub fn below(word: u32, n: u32) -> u32 {
    ((u64::from(word) * u64::from(n)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_exact() {
        assert!(!Chance::of(0.0).hit(0));
        assert!(Chance::of(1.0).hit(u32::MAX));
        assert_eq!(Chance::of(0.5), Chance::HALF);
        assert!(Probability::new(1.5).is_err() && Probability::new(f64::NAN).is_err());
        assert_eq!((below(u32::MAX, 7), below(0, 7)), (6, 0));
    }
}
