//! The exponential function: a polynomial after reduction to half a binade, without fused
//! products. Source: [Moshier1989], whose coefficients these are.

/// e^x to about an ulp; 0 below -87, the value at 88 above it; NaN stays NaN.
#[inline(always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    const LEAST: f32 = -87.0;
    const MOST: f32 = 88.0;
    // Adding it rounds to a whole number, which is then in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, of which products with small whole numbers are exact.
    const LN2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let within = if x < LEAST { LEAST } else { x };
    let within = if within > MOST { MOST } else { within };
    let shifted = within * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (within - whole * LN2[0]) - whole * LN2[1];
    let mut p = 1.987_569_1e-4_f32;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p * r + c;
    }
    let p = (p * r) * r + r + 1.0;
    let scale = f32::from_bits(shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23);
    if x < LEAST { 0.0 } else { p * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_right_to_a_few_ulp() {
        let mut worst = 0.0_f64;
        for i in 0..=2_000_000 {
            let x = -87.0 + 175.0 * (f64::from(i) / 2e6);
            let x = x as f32;
            let truth = libm::exp(f64::from(x));
            let ulp = f64::from((truth as f32).next_up()) - f64::from(truth as f32);
            worst = worst.max((f64::from(exp(x)) - truth).abs() / ulp);
        }
        assert!(worst < 1.5, "{worst} ulp");
    }

    #[test]
    fn exp_of_the_ends() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(-88.0), 0.0);
        assert_eq!(exp(f32::INFINITY), exp(88.0));
        assert!(exp(f32::NAN).is_nan());
    }
}
