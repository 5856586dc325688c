//! What a mimetic start begins from.

use super::*;
use crate::tasks::encoding::Half;

#[test]
fn a_mimetic_start_looks_for_likes_and_copies_them() {
    let first = |spec| {
        let network = network(&spec, Ops::Exact, OPTIMISER);
        let numbers = |(name, _, numbers): (&str, &[usize], &[f32])| (name.to_owned(), numbers.to_vec());
        network.weights.averages().map(numbers).collect::<std::collections::BTreeMap<_, _>>()
    };
    let (random, mimetic) = (first(TRANSFORMER), first(MIMETIC));
    let differ = |name: &&String| random[*name] != mimetic[*name];
    let others: Vec<&String> = random.keys().filter(differ).collect();
    let attention = |layer| ["into", "out"].map(|name| format!("layer{layer:02}.attention.{name}"));
    let mut wanted = vec!["embed".to_owned()];
    wanted.extend((0..2).flat_map(attention));
    assert_eq!(others, wanted.iter().collect::<Vec<_>>());
    // Without unity, the same draws of half the variance.
    let half = 0.5_f32.sqrt();
    for layer in 0..2 {
        let [into, out] = attention(layer);
        for (name, width, times) in [(into, 48, &[0.7, 0.7, 1.2][..]), (out, 16, &[1.2])] {
            for (at, (with, without)) in mimetic[&name].iter().zip(&random[&name]).enumerate() {
                let (row, col) = (at / width, at % width);
                let unity = if col % 16 == row { times[col / 16] } else { 0.0 };
                // The way out of a block starts smaller otherwise: all blocks together add as much as one.
                let usual = if width == 16 { 2.0 } else { 1.0 };
                assert!((with - unity - without * half * usual).abs() < 1e-6, "{name}, number {at}");
            }
        }
    }
    // Symbols 5 to 7 name what 1 to 3 name: 0.8 of their rows, and 0.6 of their own draws.
    for (at, (with, without)) in mimetic["embed"].iter().zip(&random["embed"]).enumerate() {
        let is_like = (5 * 16..8 * 16).contains(&at);
        let want = if is_like { 0.8 * random["embed"][at - 4 * 16] + 0.6 * without } else { *without };
        assert!((with - want).abs() < 1e-6, "number {at}");
    }
}

#[test]
fn what_is_alike_turned_is_looked_for_and_looks_for_nothing_like_itself() {
    // Symbols 1 to 6 are names; in one half of the heads each, two roles refer to them.
    let refers = |first, half| Alike { first, like: 1, size: 6, half: Some(half) };
    let alike = Alike::only([refers(7, Half::First), refers(13, Half::Last)]);
    let alphabet = Alphabet { symbols: 19, alike, ..ALPHABET };
    let (width, heads) = (256, 4);
    let spec = NetworkSpec::Transformer {
        width: width as u32,
        layers: 1,
        heads: heads as u32,
        hidden: 32,
        tied: false,
        start: Some(Start::Mimetic),
        passes: None,
    };
    let network = network_of(alphabet, &spec, Ops::Exact, OPTIMISER);
    let numbers = |wanted: &str| {
        let mut all = network.weights.averages();
        all.find(|(name, _, _)| *name == wanted).expect("a variable").2
    };
    let (table, into) = (numbers("embed"), numbers("layer00.attention.into"));
    let row = |symbol: usize| &table[symbol * width..][..width];
    // A symbol's part of the queries (0) or keys (1).
    let side = |symbol: usize, block: usize| -> Vec<f32> {
        let column = |to: usize| {
            row(symbol)
                .iter()
                .enumerate()
                .map(|(from, x)| x * into[from * 3 * width + block * width + to])
                .sum()
        };
        (0..width).map(column).collect()
    };
    // How much one symbol looks for another, in either half of the heads.
    let looks = |who: usize, whom: usize| -> [f32; 2] {
        let products: Vec<f32> = side(who, 0).iter().zip(side(whom, 1)).map(|(q, k)| q * k).collect();
        [0, 1].map(|half| products[half * width / 2..][..width / 2].iter().sum())
    };
    let size = |symbol: usize| row(symbol).iter().map(|x| x * x).sum::<f32>() / 2.0;
    let mean = |pairs: &dyn Fn(usize) -> (usize, usize)| {
        let all = (1..=6).map(|at| {
            let (who, whom) = pairs(at);
            looks(who, whom).map(|x| x / size(at))
        });
        all.fold([0.0; 2], |sum, x| [sum[0] + x[0] / 6.0, sum[1] + x[1] / 6.0])
    };
    let near = |found: [f32; 2], wanted: [f32; 2]| {
        found.iter().zip(wanted).for_each(|(a, b)| assert!((a - b).abs() < 0.15, "{found:?} for {wanted:?}"));
    };
    // 0.7 times each way, of a likeness of 0.8: what refers looks for its name, in its half of the heads.
    let wanted = 0.7 * 0.7 * 0.8;
    near(mean(&|at| (6 + at, at)), [wanted, 0.0]);
    near(mean(&|at| (12 + at, at)), [0.0, wanted]);
    // It looks away from itself turned: a name from who refers to it. Nothing looks for itself or for another's name.
    near(mean(&|at| (at, 6 + at)), [-wanted, 0.0]);
    near(mean(&|at| (at, at)), [0.0, 0.0]);
    near(mean(&|at| (6 + at, 6 + at)), [0.0, 0.0]);
    near(mean(&|at| (6 + at, 1 + at % 6)), [0.0, 0.0]);
}
