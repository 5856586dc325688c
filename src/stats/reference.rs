//! Values of other implementations, made by `tests/reference.py`, and what tests share.

use serde::Deserialize;
use std::sync::LazyLock;

/// Rows of numbers: arguments first, the value last.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    pub ln_choose: Vec<[f64; 3]>,
    pub binomial: Vec<[f64; 4]>,
    pub binomial_up_to: Vec<[f64; 4]>,
    pub incomplete_beta: Vec<[f64; 4]>,
    pub beta_quantile: Vec<[f64; 4]>,
    pub normal: Vec<[f64; 2]>,
    pub normal_quantile: Vec<[f64; 2]>,
    pub student: Vec<[f64; 3]>,
    pub student_quantile: Vec<[f64; 3]>,
    /// Hits, trials, level, low, high.
    pub wilson: Vec<[f64; 5]>,
    pub clopper_pearson: Vec<[f64; 5]>,
    pub pairs: Vec<PairRow>,
    pub families: Vec<FamilyRow>,
    /// Hits, trials, level, low, high.
    pub sequence_mean: Vec<[f64; 5]>,
    /// Both, first, second, neither, level, low, high.
    pub sequence_difference: Vec<[f64; 7]>,
    pub calibration: Vec<CalibrationRow>,
    pub replicates: Vec<ReplicateRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairRow {
    /// Both, first, second, neither.
    pub counts: [u64; 4],
    pub mcnemar: f64,
    pub mcnemar_mid: f64,
    pub kappa: Option<f64>,
    pub level: f64,
    pub newcombe: [f64; 2],
    pub tango: [f64; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyRow {
    pub p_values: Vec<f64>,
    pub holm: Vec<f64>,
    pub benjamini_hochberg: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationRow {
    /// Confidences in 2^-16, each with whether the verdict is right.
    pub verdicts: Vec<(u32, bool)>,
    pub brier: f64,
    pub log_loss: f64,
    pub expected_error: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicateRow {
    pub values: Vec<f64>,
    pub level: f64,
    pub interval: [f64; 2],
}

pub static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../tests/statistics/reference.json"))
        .expect("the reference is well formed")
});

/// Asserts that a value is the expected one within a relative error.
#[track_caller]
pub fn close(got: f64, want: f64, error: f64, what: &str) {
    assert!((got - want).abs() <= error * want.abs() + 1e-300, "{what}: got {got:e}, want {want:e}");
}

/// Uniform words from a seed: SplitMix64, the upper half.
pub fn words(seed: u64) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) >> 32) as u32
    }
}
