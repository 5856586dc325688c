//! Networks as values: what a `learned` agent is made of, and how it decides. What
//! they compute is in `learners/`.

use crate::shape::{Field, Shape, Variant, optional};
use serde::{Deserialize, Serialize};

/// What a learner is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NetworkSpec {
    /// Attention over tokens of facts and question, with a pointer head.
    Transformer {
        /// Width of a token's state.
        width: u32,
        /// Attention and feed-forward layers.
        layers: u32,
        /// Heads of attention; they divide the width.
        heads: u32,
        /// Width of the feed-forward layers.
        hidden: u32,
    },
    /// Layers that are full from the page to the answer.
    Mlp {
        /// Width of a hidden layer.
        width: u32,
        /// Hidden layers.
        layers: u32,
    },
    /// What was taught of each page, counted: exact, and without a guess at anything else.
    Tabular,
}

/// How a learner's answer is taken from its distribution over answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decoding {
    /// The likeliest answer.
    Argmax,
    /// A draw from the distribution.
    Sampled,
}

/// What a scenario may say of decoding.
pub const DECODING: Field = optional(
    "decoding",
    Shape::OneOf(&["argmax", "sampled"]),
    "\"argmax\"",
    "",
    "how its answer is taken: the likeliest, which drops noise without a pattern, or drawn, which repeats it",
);

/// What a scenario may say of a network.
pub const NETWORK: Field = optional("network", Shape::Kind(networks), "\"transformer\"", "", "what learns");

/// The networks a scenario may name.
#[must_use]
pub fn networks() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        Variant {
            name: "transformer",
            doc: "attention over the tokens of facts and question, with a head that can point at a fact",
            sees: "the facts of the trial and the question",
            source: "Vaswani2017",
            fields: &[
                optional(
                    "width",
                    Shape::Count { min: 8, max: 1024 },
                    "64",
                    "numbers",
                    "width of a token's state, a multiple of 8; more: more can be learned, more slowly",
                ),
                optional(
                    "layers",
                    Shape::Count { min: 1, max: 16 },
                    "2",
                    "layers",
                    "layers of attention and feed-forward; more: more steps of thought",
                ),
                optional(
                    "heads",
                    Shape::Count { min: 1, max: 64 },
                    "4",
                    "heads",
                    "heads of attention, a divisor of the width",
                ),
                optional(
                    "hidden",
                    Shape::Count { min: 8, max: 4096 },
                    "256",
                    "numbers",
                    "width of the feed-forward layers, a multiple of 8",
                ),
            ],
        },
        Variant {
            name: "mlp",
            doc: "full layers from the page of facts and question to the answer",
            sees: "the facts of the trial and the question",
            source: "",
            fields: &[
                optional(
                    "width",
                    Shape::Count { min: 8, max: 4096 },
                    "256",
                    "numbers",
                    "width of a hidden layer, a multiple of 8; more: more can be learned, more slowly",
                ),
                optional("layers", Shape::Count { min: 1, max: 16 }, "2", "layers", "hidden layers"),
            ],
        },
        Variant {
            name: "tabular",
            doc: "counts what it was taught of each page: the exact reference, which guesses at what it has not seen",
            sees: "the facts of the trial and the question",
            source: "",
            fields: &[],
        },
    ];
    LIST.to_vec()
}

impl NetworkSpec {
    /// What is wrong with these sizes taken together, and the remedy.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let eighths = |name: &str, size: u32| {
            (!size.is_multiple_of(8)).then(|| {
                format!("want a {name} that is a multiple of 8, got {size}; try {}", size.next_multiple_of(8))
            })
        };
        match *self {
            Self::Transformer { width, heads, hidden, .. } => eighths("width", width)
                .or_else(|| eighths("hidden", hidden))
                .or_else(|| {
                    (!width.is_multiple_of(8 * heads)).then(|| {
                        format!("want heads that share the width of {width} in multiples of 8, got {heads}; try {}", (width / 8).min(4))
                    })
                }),
            Self::Mlp { width, .. } => eighths("width", width),
            Self::Tabular => None,
        }
    }
}
