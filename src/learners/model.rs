//! What networks are made of: their variables, and the way from pages to the loss.

use super::batch::Batch;
use super::kernels::attention::Heads;
use super::kernels::embedding::Gather;
use super::ops::Ops;
use super::weights::{Initial, Plan, Weights};
use crate::agents::learned::{NetworkSpec, Start};
use crate::tasks::encoding::Alphabet;
use candle_core::{Result, Tensor};
use std::sync::Arc;

/// A network's kind and sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Attention over tokens, with a pointer head. Source: [Vaswani2017].
    Transformer {
        /// Width of a token's state.
        width: usize,
        /// Layers.
        layers: usize,
        /// Heads of attention.
        heads: usize,
        /// Width of the feed-forward layers.
        hidden: usize,
        /// Whether all layers are one and the same. Source: [Dehghani2019].
        tied: bool,
        /// What its weights start from.
        start: Start,
        /// Passes over a page, each after the first with the notes of the one before.
        passes: usize,
    },
    /// Layers that are full from the page to the answer.
    Mlp {
        /// Width of a hidden layer.
        width: usize,
        /// Hidden layers.
        layers: usize,
    },
}

/// Names of an attention block's variables, in the order of its parts.
const ATTENTION: [&str; 4] = ["gain", "bias", "into", "out"];
/// Names of a feed-forward block's variables.
const FEED: [&str; 6] = ["gain", "bias", "up", "up_bias", "down", "down_bias"];
/// Names of the head's variables.
const HEAD: [&str; 6] = ["gain", "bias", "fixed", "fixed_bias", "query", "key"];

/// The full names of a block's variables.
fn named<const N: usize>(block: &str, names: [&str; N]) -> [String; N] {
    names.map(|name| format!("{block}.{name}"))
}

/// The names of all blocks of a transformer in their order: each layer's two, then the head.
/// Layers that are tied all have the names of the first.
#[must_use]
pub fn blocks(layers: usize, tied: bool) -> Vec<Vec<String>> {
    let each = |layer: usize| {
        let layer = if tied { 0 } else { layer };
        let (attention, feed) = (format!("layer{layer:02}.attention"), format!("layer{layer:02}.feed"));
        [named(&attention, ATTENTION).to_vec(), named(&feed, FEED).to_vec()]
    };
    (0..layers).flat_map(each).chain([named("head", HEAD).to_vec()]).collect()
}

/// The names of the weights and the bias of each full layer after the first.
#[must_use]
pub fn full(layers: usize) -> Vec<[String; 2]> {
    let hidden = (1..layers).map(|layer| named(&format!("hidden{layer:02}"), ["weight", "bias"]));
    hidden.chain([named("last", ["weight", "bias"])]).collect()
}

/// Uniform draws of variance `gain` by the number of inputs.
pub(super) fn spread(gain: f64, inputs: usize) -> Initial {
    Initial::Within((3.0 * gain / inputs as f64).sqrt() as f32)
}

impl Model {
    /// The model of a description.
    ///
    /// # Errors
    /// If its sizes do not go together, or if it is no network of weights.
    pub fn new(spec: &NetworkSpec) -> std::result::Result<Self, String> {
        if let Some(problem) = spec.problem() {
            return Err(problem);
        }
        let size = |size: u32| size as usize;
        match *spec {
            NetworkSpec::Transformer { width, layers, heads, hidden, tied, start, passes } => {
                Ok(Self::Transformer {
                    width: size(width),
                    layers: size(layers),
                    heads: size(heads),
                    hidden: size(hidden),
                    tied,
                    start: start.unwrap_or(Start::Random),
                    passes: size(passes.unwrap_or(1)),
                })
            }
            NetworkSpec::Mlp { width, layers } => Ok(Self::Mlp { width: size(width), layers: size(layers) }),
            NetworkSpec::Tabular => {
                Err("network: want transformer or mlp, got tabular, which has no weights to train".into())
            }
        }
    }

    /// The variables, their shapes and what they start from.
    #[must_use]
    pub fn plan(&self, alphabet: Alphabet) -> Plan {
        match *self {
            Self::Transformer { width, layers, hidden, tied, start, .. } => {
                let blocks = blocks(layers, tied);
                let mut plan = transformer_plan([width, hidden], &blocks, alphabet);
                if start == Start::Mimetic {
                    mimetic(width, &blocks[..2 * layers], alphabet, &mut plan);
                }
                plan
            }
            Self::Mlp { width, layers } => mlp_plan(width, layers, alphabet),
        }
    }

    /// Passes over a page.
    #[must_use]
    pub fn passes(&self) -> usize {
        if let Self::Transformer { passes, .. } = self { *passes } else { 1 }
    }

    /// How the symbols of a page find their rows in the table.
    #[must_use]
    pub fn table(&self, alphabet: Alphabet) -> Gather {
        let Alphabet { tokens, per_token, symbols, .. } = alphabet;
        match *self {
            Self::Transformer { width, .. } => Gather { each: per_token, per_token, step: 0, width },
            Self::Mlp { width, .. } => Gather { each: tokens * per_token, per_token, step: symbols, width },
        }
    }

    /// The mean loss of a batch in nats, a scalar with its graph.
    ///
    /// # Errors
    /// If a shape does not fit, which is a fault of this module, or if the device fails.
    pub fn loss(&self, ops: Ops, weights: &Weights, batch: &Arc<Batch>) -> Result<Tensor> {
        let by = self.table(batch.alphabet);
        match *self {
            Self::Transformer { width, layers, heads, tied, .. } => {
                let sizes = Heads { rows: batch.rows(), tokens: batch.alphabet.tokens, width, heads };
                let mut x = ops.embed(weights.var("embed"), by, batch)?;
                let blocks = blocks(layers, tied);
                for (block, names) in blocks[..2 * layers].iter().enumerate() {
                    x = if block.is_multiple_of(2) {
                        ops.attention(&x, vars(weights, names), sizes)?
                    } else {
                        ops.feed(&x, vars(weights, names))?
                    };
                }
                ops.head(&x, vars(weights, &blocks[2 * layers]), batch)
            }
            Self::Mlp { layers, .. } => {
                let (table, bias) = (weights.var("first.table"), weights.var("first.bias"));
                let mut x = ops.first(table, bias, by, batch)?;
                for (layer, [weight, bias]) in full(layers).iter().enumerate() {
                    x = ops.linear(&x, weights.var(weight), weights.var(bias), layer + 1 < layers)?;
                }
                ops.loss(&x, &batch.targets)
            }
        }
    }
}

fn vars<'a, const N: usize>(weights: &'a Weights, names: &[String]) -> [&'a Tensor; N] {
    std::array::from_fn(|at| weights.var(&names[at]))
}

fn transformer_plan([width, hidden]: [usize; 2], names: &[Vec<String>], alphabet: Alphabet) -> Plan {
    let Alphabet { per_token, symbols, classes, .. } = alphabet;
    let (head_names, names) = names.split_last().expect("a transformer has a head");
    // States begin at about unit size, and all blocks together add about as much.
    let share = 1.0 / names.len() as f64;
    let mut plan = Plan::new();
    plan.insert("embed".into(), (vec![symbols, width], spread(1.0, per_token)));
    let (ones, zeros) = (Initial::All(1.0), Initial::All(0.0));
    for (block, names) in names.iter().enumerate() {
        let mut variables = vec![(vec![width], ones), (vec![width], zeros)];
        variables.extend(if block.is_multiple_of(2) {
            vec![(vec![width, 3 * width], spread(1.0, width)), (vec![width, width], spread(share, width))]
        } else {
            vec![
                (vec![width, hidden], spread(2.0, width)),
                (vec![hidden], zeros),
                (vec![hidden, width], spread(share, hidden)),
                (vec![width], zeros),
            ]
        });
        plan.extend(names.iter().cloned().zip(variables));
    }
    let head = [
        (vec![width], ones),
        (vec![width], zeros),
        (vec![width, classes], spread(1.0, width)),
        (vec![classes], zeros),
        (vec![width, width], spread(1.0, width)),
        (vec![width, width], spread(1.0, width)),
    ];
    plan.extend(head_names.iter().cloned().zip(head));
    plan
}

/// A start from attention that looks for what is like the token that looks, and copies what it finds; symbols that name
/// the same thing start alike. From draws alone, who must look up what it has just looked up is told to do neither:
/// what it copies is of no use before it looks in the right place, and looking is of none before it copies.
/// Source: [Trockman2023], where the product of value and output weights starts near minus the identity; here, near plus.
///
/// Where a family's symbols are alike turned, so is what looks for them: a token that names another looks for it, and
/// neither for itself, whose name is as near, nor for those that name it.
fn mimetic(width: usize, blocks: &[Vec<String>], alphabet: Alphabet, plan: &mut Plan) {
    // Draws of variance 1 / (2 width), the way out's too, around multiples of the identity; tried at 16 and at 64 elements.
    let around = |times, back| Initial::Around { bound: (1.5 / width as f32).sqrt(), times, back };
    let back = alphabet.alike.iter().any(|role| role.half.is_some());
    for names in blocks.iter().step_by(2) {
        let [.., into, out] = &names[..] else { unreachable!("attention has variables") };
        plan.get_mut(into).expect("a variable of the plan").1 = around(&[0.7, 0.7, 1.2], back);
        plan.get_mut(out).expect("a variable of the plan").1 = around(&[1.2], false);
    }
    let bound = (3.0 / alphabet.per_token as f32).sqrt();
    let symbols = Initial::Leaning { bound, share: 0.8, alike: alphabet.alike };
    plan.get_mut("embed").expect("a variable of the plan").1 = symbols;
}

fn mlp_plan(width: usize, layers: usize, alphabet: Alphabet) -> Plan {
    let Alphabet { tokens, per_token, symbols, classes, .. } = alphabet;
    let zeros = Initial::All(0.0);
    let mut plan = Plan::new();
    plan.insert("first.table".into(), (vec![tokens * symbols, width], spread(2.0, tokens * per_token)));
    plan.insert("first.bias".into(), (vec![width], zeros));
    for (layer, [weight, bias]) in full(layers).into_iter().enumerate() {
        let (out, gain) = if layer + 1 < layers { (width, 2.0) } else { (classes, 1.0) };
        plan.insert(weight, (vec![width, out], spread(gain, width)));
        plan.insert(bias, (vec![out], zeros));
    }
    plan
}
