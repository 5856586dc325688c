use super::*;
use crate::agents::learned::{Schedule, Start};
use crate::claim::Question;
use crate::learners::kernels::tests::bits;
use crate::streams::{Moment, Purpose, Streams};
use crate::tasks::encoding::{Alike, NO_COPY, Open};
use candle_core::{Tensor, Var};

mod notes;
mod starts;

const ALPHABET: Alphabet = Alphabet {
    tokens: 6,
    per_token: 2,
    symbols: 13,
    classes: 9,
    alike: [ALIKE, NOBODY, NOBODY, NOBODY],
    open: OPEN,
};
const ALIKE: Alike = Alike { first: 5, like: 1, size: 3, half: None };
const NOBODY: Alike = Alike { first: 0, like: 0, size: 0, half: None };
/// Of the symbols 1 to 4, which are the classes 0 to 3, one is open.
const OPEN: Open = Open { symbol: 12, first: 1, size: 4 };
const TRANSFORMER: NetworkSpec = NetworkSpec::transformer(16, 2, 2, 32);
/// Its one layer is stepped through twice, so that its gradients are sums.
const TIED: NetworkSpec = NetworkSpec::Transformer {
    width: 16,
    layers: 2,
    heads: 2,
    hidden: 32,
    tied: true,
    start: None,
    passes: None,
};
const MIMETIC: NetworkSpec = NetworkSpec::Transformer {
    width: 16,
    layers: 2,
    heads: 2,
    hidden: 32,
    tied: false,
    start: Some(Start::Mimetic),
    passes: None,
};
const TIED_MIMETIC: NetworkSpec = NetworkSpec::Transformer {
    width: 16,
    layers: 2,
    heads: 2,
    hidden: 32,
    tied: true,
    start: Some(Start::Mimetic),
    passes: None,
};
/// It reads a page with its notes of two times before.
const THRICE: NetworkSpec = NetworkSpec::Transformer {
    width: 16,
    layers: 1,
    heads: 2,
    hidden: 32,
    tied: false,
    start: Some(Start::Mimetic),
    passes: Some(3),
};
const MLP: NetworkSpec = NetworkSpec::Mlp { width: 24, layers: 2 };
const OPTIMISER: Optimiser = Optimiser {
    rate: 0.01,
    warmup: 3,
    steps: 20,
    schedule: Schedule::Cosine,
    decay: 0.1,
    clip: 0.5,
    horizon: 5.0,
};

fn network(spec: &NetworkSpec, ops: Ops, optimiser: Optimiser) -> Network {
    network_of(ALPHABET, spec, ops, optimiser)
}

fn network_of(alphabet: Alphabet, spec: &NetworkSpec, ops: Ops, optimiser: Optimiser) -> Network {
    let streams = Streams::new(5);
    let draws = |name: &str| {
        let actor = Streams::actor(Purpose::Student, 0, name);
        streams.draws(Streams::at(actor, 0, Question(0), Moment::default()))
    };
    Network::on(spec, alphabet, optimiser, &Device::Cpu, ops, draws).expect("a network")
}

/// Pages of every kind of token, and their targets.
fn pages(rows: usize) -> (Pages, Vec<u16>) {
    let mut pages = Pages::new(ALPHABET);
    let class = |i: usize| ((i * 5 + i / 7) % ALPHABET.classes) as u16;
    pages.symbols.extend((0..rows * 12).map(|i| ((i * i * 7 + i / 3) % ALPHABET.symbols) as u16));
    pages.copies.extend((0..rows * 6).map(|i| if i % 6 > 2 { NO_COPY } else { class(i) }));
    (pages, (0..rows).map(class).collect())
}

/// AdamW once more, in candle's own operations, with the average of weights.
struct Plain {
    var: Var,
    moments: [Tensor; 2],
    average: Tensor,
}

fn plain_step(
    all: &mut [Plain],
    grads: &[Tensor],
    optimiser: &Optimiser,
    step: u32,
) -> candle_core::Result<()> {
    let mut norm = 0.0;
    for grad in grads {
        norm += f64::from(grad.sqr()?.sum_all()?.to_scalar::<f32>()?);
    }
    let clip = (optimiser.clip / norm.sqrt()).min(1.0);
    let rate = optimiser.rate_at(step);
    for (one, grad) in all.iter_mut().zip(grads) {
        let grad = (grad * clip)?;
        one.moments[0] = ((&one.moments[0] * 0.9)? + (&grad * 0.1)?)?;
        one.moments[1] = ((&one.moments[1] * 0.999)? + (grad.sqr()? * 0.001)?)?;
        let share = |beta: f64| 1.0 - libm::pow(beta, f64::from(step));
        let root = ((&one.moments[1] / share(0.999))?.sqrt()? + 1e-8)?;
        let way = ((&one.moments[0] / share(0.9))? / root)?;
        let decay = if one.var.rank() > 1 { optimiser.decay } else { 0.0 };
        let next = ((one.var.as_tensor() * (1.0 - rate * decay))? - (way * rate)?)?;
        let far = 1.0 / optimiser.horizon.min(f64::from(step));
        one.average = ((&one.average * (1.0 - far))? + (&next * far)?)?;
        one.var.set(&next)?;
    }
    Ok(())
}

#[test]
fn training_equals_plain_candle() {
    for spec in [TRANSFORMER, TIED, MIMETIC, TIED_MIMETIC, THRICE, MLP] {
        let mut ours = network(&spec, Ops::Exact, OPTIMISER);
        let stock = network(&spec, Ops::Stock, OPTIMISER);
        let names: Vec<String> = stock.model.plan(ALPHABET).into_keys().collect();
        let plain = |name: &String| {
            let tensor = stock.weights.var(name);
            let zeros = tensor.zeros_like().expect("zeros");
            // The variable itself: a step must change what the network reads.
            let var = Var::from_tensor(tensor).expect("a variable");
            Plain { var, moments: [zeros.clone(), zeros], average: tensor.copy().expect("a copy") }
        };
        let mut all: Vec<Plain> = names.iter().map(plain).collect();
        let (pages, targets) = pages(10);
        let own: Vec<u16> = targets.iter().map(|t| (t + 1) % 9).collect();
        let mut losses = Vec::new();
        for step in 1..=20 {
            // Of a network that reads once these are the pages.
            let noted = ours.scorer().noted(&pages).expect("they fit");
            let batch = Batch::new(ALPHABET, &noted, &targets, Some((&own, 0.25))).expect("it fits");
            let batch = Arc::new(batch);
            let weights = stock.weights.with(&names, all.iter().map(|one| one.var.clone()));
            let loss = stock.model.loss(Ops::Stock, &weights, &batch).expect("a loss");
            let grads = loss.backward().expect("gradients");
            let grads: Vec<Tensor> =
                all.iter().map(|one| grads.get(one.var.as_tensor()).expect("a gradient").clone()).collect();
            for (name, grad) in names.iter().zip(&grads) {
                let most: f32 =
                    grad.abs().and_then(|g| g.max_all()).and_then(|g| g.to_scalar()).expect("a number");
                assert!(most > 0.0, "{name} has no gradient");
            }
            plain_step(&mut all, &grads, &OPTIMISER, step).expect("a step");
            let stepped = ours.step(&pages, &targets, Some((&own, 0.25))).expect("a step");
            let loss: f32 = loss.to_scalar().expect("a number");
            assert!((stepped.loss - loss).abs() < 1e-5, "step {step}: {} and {loss}", stepped.loss);
            losses.push(loss);
        }
        assert!(losses[19] < 0.8 * losses[0], "it learns: {losses:?}");
        for ((name, _, average), one) in ours.weights.averages().zip(&all) {
            let other: Vec<f32> = one.average.flatten_all().and_then(|a| a.to_vec1()).expect("f32");
            let far = average.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 2e-4, "{name}: averages {far} apart");
        }
    }
}

#[test]
fn every_variable_has_a_gradient() {
    for spec in [TRANSFORMER, TIED, MIMETIC, TIED_MIMETIC, THRICE, MLP] {
        let network = network(&spec, Ops::Exact, OPTIMISER);
        let (pages, targets) = pages(10);
        let batch = Arc::new(Batch::new(ALPHABET, &pages, &targets, None).expect("it fits"));
        let grads = network.model.loss(Ops::Exact, &network.weights, &batch).and_then(|l| l.backward());
        let grads = grads.expect("gradients");
        for name in network.model.plan(ALPHABET).keys() {
            let grad = grads.get(network.weights.var(name)).expect("a gradient");
            let most: f32 =
                grad.abs().and_then(|g| g.max_all()).and_then(|g| g.to_scalar()).expect("a number");
            assert!(most > 0.0, "{name}");
        }
    }
}

#[test]
fn scores_are_the_graphs_and_the_same_alone() {
    for spec in [TRANSFORMER, TIED, MIMETIC, TIED_MIMETIC, THRICE, MLP] {
        let mut network = network(&spec, Ops::Exact, Optimiser { horizon: 0.0, ..OPTIMISER });
        let (all, targets) = pages(70);
        network.step(&all, &targets, None).expect("a step");
        let mut scores = Vec::new();
        network.scorer().scores(&all, &mut scores).expect("they fit");
        for (row, scores) in scores.chunks_exact(9).enumerate() {
            assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            let mut one = Pages::new(ALPHABET);
            one.push(&all, row);
            let mut alone = Vec::new();
            network.scorer().scores(&one, &mut alone).expect("they fit");
            assert_eq!(bits(&alone), bits(scores), "row {row}");
        }
        // The loss of the next step is that of the same probabilities.
        let rows = scores.chunks_exact(9).zip(&targets);
        let nats: f64 = rows.map(|(p, t)| -libm::log(f64::from(p[usize::from(*t)]))).sum::<f64>() / 70.0;
        let loss = network.step(&all, &targets, None).expect("a step").loss;
        assert!((nats - f64::from(loss)).abs() < 1e-6, "{nats} and {loss}");
    }
}

#[test]
fn first_weights_and_training_are_pinned() {
    // Pinned on the first release: the same on every CPU, whatever its vectors.
    let pinned = |spec| {
        let mut network = network(&spec, Ops::Exact, OPTIMISER);
        let (pages, targets) = pages(10);
        for _ in 0..5 {
            network.step(&pages, &targets, None).expect("a step");
        }
        network.weights.averages().fold(0_u32, |hash, (_, _, numbers)| {
            numbers.iter().fold(hash, |hash, x| hash.rotate_left(5).wrapping_mul(0x9E37_79B1) ^ x.to_bits())
        })
    };
    let pinned = [TRANSFORMER, MLP, MIMETIC, THRICE].map(pinned);
    assert_eq!(pinned, [978_456_784, 3_787_762_703, 2_743_014_772, 913_773_856]);
}

#[test]
fn saved_weights_are_loaded_and_answer_the_same() {
    for spec in [TRANSFORMER, TIED, MIMETIC, TIED_MIMETIC, THRICE, MLP] {
        let mut one = network(&spec, Ops::Exact, OPTIMISER);
        let (pages, targets) = pages(10);
        for _ in 0..3 {
            one.step(&pages, &targets, None).expect("a step");
        }
        let bytes = one.save().expect("bytes");
        assert_eq!(bytes, one.save().expect("bytes"));
        let mut other = network(&spec, Ops::Exact, OPTIMISER);
        other.load(&bytes).expect("the same sizes");
        assert_eq!(other.steps(), 0);
        assert_eq!(other.save().expect("bytes"), bytes);
        let (mut a, mut b) = (Vec::new(), Vec::new());
        one.scorer().scores(&pages, &mut a).expect("they fit");
        other.scorer().scores(&pages, &mut b).expect("they fit");
        assert_eq!(bits(&a), bits(&b));
    }
}

#[test]
fn weights_of_another_network_are_refused() {
    let bytes = network(&MLP, Ops::Exact, OPTIMISER).save().expect("bytes");
    let mut wide = network(&NetworkSpec::Mlp { width: 32, layers: 2 }, Ops::Exact, OPTIMISER);
    let error = wide.load(&bytes).expect_err("another width");
    assert!(error.contains("first.bias: want shape [32] of F32, got [24] of F32"), "{error}");
    let error = network(&TRANSFORMER, Ops::Exact, OPTIMISER).load(&bytes).expect_err("another kind");
    assert!(error.contains("embed: want shape [13, 16], got no such variable"), "{error}");
    assert!(error.contains("first.bias: no variable of this network"), "{error}");
    assert!(wide.load(b"nothing").expect_err("no weights").contains("want safetensors"));
}

#[test]
fn a_lost_loss_leaves_the_weights_as_they_were() {
    let wild = Optimiser { rate: 1e20, warmup: 0, clip: 0.0, ..OPTIMISER };
    let mut network = network(&MLP, Ops::Exact, wild);
    let (pages, targets) = pages(10);
    let error = (0..5).find_map(|_| {
        let before = network.save().expect("bytes");
        let error = network.step(&pages, &targets, None).err()?;
        assert_eq!(network.save().expect("bytes"), before);
        Some(error)
    });
    let error = error.expect("such a rate loses it");
    assert!(error.contains("lower the rate (now 100000000000000000000)"), "{error}");
}

#[test]
fn what_does_not_fit_is_said() {
    let mut network = network(&MLP, Ops::Exact, OPTIMISER);
    let (good, targets) = pages(3);
    let mut check = |pages: &Pages, targets: &[u16], said: &str| {
        let error = network.step(pages, targets, None).expect_err(said);
        assert!(error.contains(said), "{error}");
    };
    let mut bad = good.clone();
    bad.symbols[4] = 13;
    check(
        &bad,
        &targets,
        "symbols: want all below the alphabet's 13 symbols, got 13; a vocabulary too small",
    );
    let mut bad = good.clone();
    bad.copies[0] = 9;
    check(&bad, &targets, "copies: want all below the alphabet's 9 classes, got 9");
    check(&good, &[1, 2], "targets: want one class for each of 3 pages, got 2");
    check(&good, &[1, 2, 9], "targets: want all below");
    let other = Pages { alphabet: Alphabet { tokens: 3, ..ALPHABET }, ..good.clone() };
    check(&other, &targets, "a network reads one family");
    check(&Pages::new(ALPHABET), &[], "at least one");
    let streams = Streams::new(1);
    let draws = |_: &str| streams.draws(crate::streams::Address::default());
    let error = Network::new(&NetworkSpec::Tabular, ALPHABET, OPTIMISER, draws).expect_err("no weights");
    assert!(error.contains("tabular"), "{error}");
}

#[test]
fn networks_are_sent_and_scorers_shared() {
    fn sent<T: Send>() {}
    fn shared<T: Clone + Send + Sync>() {}
    sent::<Network>();
    shared::<Scorer>();
}
