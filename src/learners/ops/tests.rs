use super::*;
use crate::learners::kernels::tests::noise;
use crate::pixels::board::Pixel;
use crate::tasks::encoding::{Alike, Alphabet, NO_COPY, Open, Pages};
use candle_core::{Device, Var};

const ALPHABET: Alphabet =
    Alphabet { tokens: 5, per_token: 3, symbols: 11, classes: 7, alike: Alike::NONE, open: Open::NONE };
const WIDTH: usize = 16;
const HIDDEN: usize = 24;

/// Pages whose symbols and copies come from whole-number arithmetic, blanks and no copies among them.
fn batch(rows: usize, own: bool) -> Arc<Batch> {
    let mut pages = Pages::new(ALPHABET);
    let class = |i: usize| ((i * 5 + 2) % ALPHABET.classes) as u16;
    let symbols = (0..rows * 15).map(|i| ((i * i * 7 + i) % ALPHABET.symbols) as u16);
    pages.symbols.extend(symbols);
    pages.copies.extend((0..rows * 5).map(|i| if i % 3 == 1 { NO_COPY } else { class(i / 2) }));
    let targets: Vec<u16> = (0..rows).map(class).collect();
    let others: Vec<u16> = (0..rows).map(|i| class(i + 1)).collect();
    let own = own.then_some((&others[..], 0.3));
    Arc::new(Batch::new(ALPHABET, &pages, &targets, own).expect("it fits"))
}

fn var(seed: u32, shape: &[usize], scale: f32, shift: f32) -> Var {
    let numbers = noise(seed, shape.iter().product());
    let numbers: Vec<f32> = numbers.iter().map(|x| x * scale + shift).collect();
    Var::from_slice(&numbers, shape, &Device::Cpu).expect("a variable")
}

fn numbers(x: &Tensor) -> Vec<f32> {
    x.flatten_all().expect("flat").to_vec1().expect("f32")
}

/// The sum of outputs times fixed numbers, so that every output has a gradient of its own.
fn probe(out: &Tensor) -> Tensor {
    let by = noise(77, out.elem_count());
    let by = Tensor::from_vec(by, out.shape(), &Device::Cpu).expect("as many");
    (out * by).expect("same shape").sum_all().expect("a sum")
}

type Run<'a> = dyn Fn(Ops, &[Var]) -> Result<Tensor> + 'a;

/// Outputs and gradients against candle's own; gradients against central differences too.
fn check(name: &str, vars: &[Var], run: &Run) {
    check_within(name, vars, 5e-3, run);
}

/// [`check`], where differences need not be nearer than this share of the greatest gradient.
fn check_within(name: &str, vars: &[Var], differ: f32, run: &Run) {
    let out = |ops| run(ops, vars).expect(name);
    let near = |what: &str, a: &[f32], b: &[f32], most: f32| {
        assert_eq!(a.len(), b.len(), "{name}: {what}");
        let scale = b.iter().fold(1e-2_f32, |m, x| m.max(x.abs()));
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            assert!((a - b).abs() <= most * scale, "{name}: {what}, number {i}: {a} and {b}");
        }
    };
    near("out", &numbers(&out(Ops::Exact)), &numbers(&out(Ops::Stock)), 2e-6);
    let grads = |ops| probe(&out(ops)).backward().expect(name);
    let (ours, stock) = (grads(Ops::Exact), grads(Ops::Stock));
    for (at, var) in vars.iter().enumerate() {
        let ours = numbers(ours.get(var.as_tensor()).expect("a gradient"));
        let what = format!("gradient {at}");
        near(&what, &ours, &numbers(stock.get(var.as_tensor()).expect("a gradient")), 5e-6);
        assert!(ours.iter().any(|x| *x != 0.0), "{name}: {what} is zero");
        near(&format!("{what} by differences"), &differences(var, &|| out(Ops::Exact)), &ours, differ);
    }
}

/// Central differences of the probe, summed in f64.
fn differences(var: &Var, out: &dyn Fn() -> Tensor) -> Vec<f32> {
    const STEP: f32 = 1.0 / 256.0;
    let first = numbers(var.as_tensor());
    let by = noise(77, out().elem_count());
    let at = |i: usize, step: f32| -> f64 {
        let mut moved = first.clone();
        moved[i] += step;
        var.set(&Tensor::from_vec(moved, var.shape(), &Device::Cpu).expect("as many")).expect("same shape");
        numbers(&out()).iter().zip(&by).map(|(x, by)| f64::from(*x) * f64::from(*by)).sum()
    };
    let slopes =
        (0..first.len()).map(|i| ((at(i, STEP) - at(i, -STEP)) / f64::from(2.0 * STEP)) as f32).collect();
    at(0, 0.0);
    slopes
}

#[test]
fn embeddings_and_first_layers() {
    let batch = batch(4, false);
    let table = [var(1, &[11, WIDTH], 1.0, 0.0)];
    let by = Gather { each: 3, per_token: 3, step: 0, width: WIDTH };
    check("embed", &table, &|ops, vars| ops.embed(vars[0].as_tensor(), by, &batch));
    // Shifted, so that no difference steps over the cut.
    let vars = [var(2, &[55, WIDTH], 0.1, 0.2), var(3, &[WIDTH], 1.0, 0.0)];
    let by = Gather { each: 15, per_token: 3, step: 11, width: WIDTH };
    check("first", &vars, &|ops, vars| ops.first(vars[0].as_tensor(), vars[1].as_tensor(), by, &batch));
}

/// The same pixel twice, a picture with nothing shown, and the last pixel.
fn shown() -> Shown {
    let mut shown = Shown::default();
    let pixel = |at, ink| Pixel::new(at, ink).expect("a pixel");
    let pictures = [vec![pixel(5, 255), pixel(300, 20)], vec![], vec![pixel(5, 90), pixel(783, 128)]];
    pictures.iter().for_each(|pixels| shown.push(pixels));
    shown
}

#[test]
fn first_layers_over_what_is_shown() {
    let shown = Arc::new(shown());
    // Shifted, so that no difference steps over the cut.
    let vars = [var(1, &[784, 3], 0.2, 0.3), var(2, &[784, 3], 0.2, 0.1), var(3, &[3], 0.1, -0.3)];
    check("shown", &vars, &|ops, v| ops.shown(std::array::from_fn(|i| v[i].as_tensor()), &shown));
}

#[test]
fn convolutions() {
    let reaches = Arc::new(Reaches::of(shown()));
    // Nothing blank lies at a cut, but some maxima are so near each other that a difference steps over them.
    let first = [var(1, &[50, 3], 1.0, 0.0), var(2, &[3], 0.1, 0.5)];
    check_within("look", &first, 0.05, &|ops, v| ops.look(v[0].as_tensor(), v[1].as_tensor(), &reaches));
    let [w, b] = first;
    let both = [w, b, var(3, &[75, 4], 0.3, 0.0), var(4, &[4], 0.2, 0.7)];
    check_within("look and convolve", &both, 0.05, &|ops, v| {
        let x = ops.look(v[0].as_tensor(), v[1].as_tensor(), &reaches)?;
        ops.convolve(&x, v[2].as_tensor(), v[3].as_tensor(), &reaches)
    });
}

#[test]
fn full_layers() {
    let vars = [var(1, &[9, 13], 1.0, 0.0), var(2, &[13, 10], 1.0, 0.0), var(3, &[10], 1.0, 0.0)];
    let vars = &vars[..];
    let run = |relu: bool| {
        move |ops: Ops, v: &[Var]| ops.linear(v[0].as_tensor(), v[1].as_tensor(), v[2].as_tensor(), relu)
    };
    check("linear", vars, &run(false));
    // Far from the cut on both sides, so that no difference steps over it.
    let signs: Vec<f32> = (0..10).map(|i| if i % 3 == 0 { -20.0 } else { 20.0 }).collect();
    vars[2].set(&Tensor::from_vec(signs, 10, &Device::Cpu).expect("ten")).expect("same shape");
    check("linear, cut", vars, &run(true));
}

#[test]
fn blocks_of_attention() {
    for (rows, tokens, heads) in [(3, 5, 2), (2, 8, 1), (1, 1, 2)] {
        let sizes = Heads { rows, tokens, width: WIDTH, heads };
        let vars = [
            var(1, &[rows * tokens, WIDTH], 1.0, 0.0),
            var(2, &[WIDTH], 0.3, 1.0),
            var(3, &[WIDTH], 0.3, 0.0),
            var(4, &[WIDTH, 3 * WIDTH], 0.5, 0.0),
            var(5, &[WIDTH, WIDTH], 0.5, 0.0),
        ];
        check("attention", &vars, &|ops, v| {
            ops.attention(v[0].as_tensor(), std::array::from_fn(|i| v[i + 1].as_tensor()), sizes)
        });
    }
}

#[test]
fn blocks_of_feed_forward() {
    let signs: Vec<f32> = (0..HIDDEN).map(|i| if i % 3 == 0 { -9.0 } else { 9.0 }).collect();
    let vars = [
        var(1, &[7, WIDTH], 1.0, 0.0),
        var(2, &[WIDTH], 0.3, 1.0),
        var(3, &[WIDTH], 0.3, 0.0),
        var(4, &[WIDTH, HIDDEN], 0.3, 0.0),
        Var::from_slice(&signs, HIDDEN, &Device::Cpu).expect("a variable"),
        var(5, &[HIDDEN, WIDTH], 0.3, 0.0),
        var(6, &[WIDTH], 0.3, 0.0),
    ];
    check("feed", &vars, &|ops, v| ops.feed(v[0].as_tensor(), std::array::from_fn(|i| v[i + 1].as_tensor())));
}

#[test]
fn heads_and_losses() {
    for own in [false, true] {
        let batch = batch(4, own);
        let vars = [
            var(1, &[20, WIDTH], 1.0, 0.0),
            var(2, &[WIDTH], 0.3, 1.0),
            var(3, &[WIDTH], 0.3, 0.0),
            var(4, &[WIDTH, 7], 0.5, 0.0),
            var(5, &[7], 0.5, 0.0),
            var(6, &[WIDTH, WIDTH], 0.5, 0.0),
            var(7, &[WIDTH, WIDTH], 0.5, 0.0),
        ];
        check("head", &vars, &|ops, v| {
            ops.head(v[0].as_tensor(), std::array::from_fn(|i| v[i + 1].as_tensor()), &batch)
        });
        let logits = [var(8, &[4, 7], 3.0, 0.0)];
        check("loss", &logits, &|ops, v| ops.loss(v[0].as_tensor(), &batch.targets));
    }
}

#[test]
fn losses_of_far_logits_are_finite() {
    let batch = batch(4, false);
    let mut far = vec![0.0_f32; 28];
    far.iter_mut().step_by(3).for_each(|x| *x = 300.0);
    let logits = Var::from_slice(&far, (4, 7), &Device::Cpu).expect("a variable");
    let loss = Ops::Exact.loss(logits.as_tensor(), &batch.targets).expect("a loss");
    let loss: f32 = loss.to_scalar().expect("a number");
    assert!(loss.is_finite() && loss > 1.0, "{loss}");
}
