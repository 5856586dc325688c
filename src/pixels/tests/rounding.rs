//! The rounding of the dense judge.

use super::*;

#[test]
fn heads_far_apart_are_told_apart() {
    // One unit is worth 1.5 to label 0, and -1.5 to label 1: neither may fill its 16 bits.
    let mut weights = weights(16, 0.0, 1);
    weights.bias[0] = 1.0;
    (weights.head[0], weights.head[16]) = (1.5, -1.5);
    let judge = Dense::rounded(&weights).expect("small weights");
    let board = board(1, 1);
    let sight = judge.face(&board);
    let shown = sight.blank();
    for (truth, lie, at) in [(0, 1, None), (1, 0, Some(0))] {
        let last = Last { shown: &shown, taken: &[false], question: question(truth, Some(lie)) };
        assert_eq!(sight.find(last, &[0], true), at);
    }
}

#[test]
fn weights_that_cannot_be_rounded_are_errors() {
    let good = weights(32, 1.0, 1);
    let error = |change: &dyn Fn(&mut Weights)| {
        let mut weights = good.clone();
        change(&mut weights);
        Dense::rounded(&weights).expect_err("a fault").to_string()
    };
    assert_eq!(error(&|w| w.bias = vec![0.0; 24]), "judge width: want a multiple of 16 up to 256, got 24");
    assert_eq!(error(&|w| w.bias.clear()), "judge width: want a multiple of 16 up to 256, got 0");
    assert_eq!(error(&|w| w.head.truncate(3)), "judge head: want 320 weights, got 3");
    assert_eq!(error(&|w| w.value[7] = f32::NAN), "judge value: want finite weights, got NaN");
    assert!(error(&|w| w.mask[0] = 1e9).starts_with("judge mask, value and bias: want weights that reach"));
    assert!(error(&|w| w.head[0] = 1e9).starts_with("judge head: want weights that reach"));
    assert!(error(&|w| w.head_bias[0] = 1e30).starts_with("judge head: want weights that reach"));
}
