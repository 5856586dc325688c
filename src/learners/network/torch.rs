//! Our networks against what PyTorch computes: tests/torch/reference.py wrote its side.

use super::*;
use crate::agents::learned::Schedule;
use crate::streams::{Address, Streams};
use crate::tasks::encoding::{Alike, Open};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the script has run one network through.
#[derive(Deserialize)]
struct Run {
    symbols: Vec<u16>,
    copies: Vec<u16>,
    targets: Vec<u16>,
    own: Vec<u16>,
    first: BTreeMap<String, Vec<f32>>,
    probabilities: Vec<f32>,
    grads: BTreeMap<String, Vec<f32>>,
    losses: Vec<f32>,
    last: BTreeMap<String, Vec<f32>>,
}

#[derive(Deserialize)]
struct File {
    torch: String,
    transformer: Run,
    mlp: Run,
}

// The sizes of the script.
const ALPHABET: Alphabet =
    Alphabet { tokens: 6, per_token: 2, symbols: 13, classes: 9, alike: Alike::NONE, open: Open::NONE };
const TRANSFORMER: NetworkSpec = NetworkSpec::transformer(16, 2, 2, 24);
const MLP: NetworkSpec = NetworkSpec::Mlp { width: 16, layers: 2 };
const PART: f32 = 0.25;
const OPTIMISER: Optimiser = Optimiser {
    rate: 0.01,
    warmup: 0,
    steps: 3,
    schedule: Schedule::Constant,
    decay: 0.1,
    clip: 0.0,
    horizon: 0.0,
};

fn near(what: &str, ours: &[f32], theirs: &[f32], most: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= most, "{what}, number {at}: {a} here, {b} there");
    }
}

fn check(spec: &NetworkSpec, run: &Run) {
    let streams = Streams::new(0);
    let draws = |_: &str| streams.draws(Address::default());
    let mut network =
        Network::on(spec, ALPHABET, OPTIMISER, &Device::Cpu, Ops::Exact, draws).expect("a network");
    network.weights.restart(&run.first).expect("the same variables");
    let pages = Pages { alphabet: ALPHABET, symbols: run.symbols.clone(), copies: run.copies.clone() };
    let mut scores = Vec::new();
    network.scorer().scores(&pages, &mut scores).expect("they fit");
    near("probabilities", &scores, &run.probabilities, 1e-6);
    let batch = Batch::new(ALPHABET, &pages, &run.targets, Some((&run.own, PART))).expect("it fits");
    let loss = network.model.loss(Ops::Exact, &network.weights, &Arc::new(batch)).expect("a loss");
    let grads = loss.backward().expect("gradients");
    for (name, theirs) in &run.grads {
        let grad = grads.get(network.weights.var(name)).expect("a gradient");
        let ours: Vec<f32> = grad.flatten_all().and_then(|g| g.to_vec1()).expect("f32");
        near(name, &ours, theirs, 2e-6);
    }
    for loss in &run.losses {
        let stepped = network.step(&pages, &run.targets, Some((&run.own, PART))).expect("a step");
        near("loss", &[stepped.loss], &[*loss], 2e-6);
    }
    assert_eq!(network.weights.averages().count(), run.last.len());
    for (name, _, ours) in network.weights.averages() {
        // Where a gradient is nearly nothing, its sign decides on a step: so not to the last digit.
        near(name, ours, &run.last[name], 1e-5);
    }
}

#[test]
fn both_networks_are_what_pytorch_computes() {
    let file: File =
        serde_json::from_str(include_str!("../../../tests/torch/reference.json")).expect("the script's file");
    assert!(file.torch.starts_with('2'), "written by PyTorch {}", file.torch);
    check(&TRANSFORMER, &file.transformer);
    check(&MLP, &file.mlp);
}
