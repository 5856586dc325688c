//! Networks as values: what a `learned` agent is made of, and how it decides. What
//! they compute is in `learners/`.

use crate::agents::decomposer::{DECOMPOSER, Decomposer};
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
        /// Whether all layers are one and the same.
        tied: bool,
        /// What the weights start from; `Random` if nothing is said.
        #[serde(default)]
        start: Option<Start>,
        /// Times that it reads a page, each after the first with its notes of the one before; once if nothing is said.
        #[serde(default)]
        passes: Option<u32>,
    },
    /// Layers that are full from the page to the answer.
    Mlp {
        /// Width of a hidden layer.
        width: u32,
        /// Hidden layers.
        layers: u32,
    },
    /// What was taught of each page, counted: exact, and a blind guess at anything else.
    Tabular,
}

/// What a transformer's weights start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Draws, and nothing else.
    Random,
    /// Draws around attention that looks for what is like the token that looks, and copies what it finds.
    Mimetic,
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
                optional(
                    "tied",
                    Shape::Flag,
                    "false",
                    "",
                    "whether all layers are one and the same, again and again (Dehghani2019): a step of thought that is learned once serves every step",
                ),
                optional(
                    "start",
                    Shape::OneOf(&["random", "mimetic"]),
                    "",
                    "",
                    "what its weights start from: draws alone, or draws around attention that looks for what is like the token that looks and copies what it finds (Trockman2023), from which answers that take several facts are learned far sooner; random if absent, and without effect where weights are given",
                ),
                optional(
                    "passes",
                    Shape::Count { min: 1, max: 16 },
                    "",
                    "passes",
                    "passes over a page: each before the last notes the likeliest value of every token whose value the page leaves open, and the next reads it like a fact (recycling, Jumper2021); more: what lies further from the facts is found, for one more reading of each page; once if absent, more only of sequential_assignments, and never by a decomposer",
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
    /// A transformer of these sizes, each layer its own, that starts from draws and reads a page once.
    #[must_use]
    pub const fn transformer(width: u32, layers: u32, heads: u32, hidden: u32) -> Self {
        Self::Transformer { width, layers, heads, hidden, tied: false, start: None, passes: None }
    }

    /// Passes over a page, from 1 to 16.
    #[must_use]
    pub fn passes(&self) -> u32 {
        if let Self::Transformer { passes: Some(passes), .. } = self { *passes } else { 1 }
    }

    /// What is wrong with more passes than one over pages on which there is nothing to note, and the remedy.
    #[must_use]
    pub fn idle_passes(&self) -> Option<String> {
        (self.passes() > 1).then(|| {
            format!("want passes = 1, got {}, for its pages leave no value open that could be noted; leave passes out", self.passes())
        })
    }

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
                        format!("want heads that share the width of {width} in multiples of 8, got {heads}; try {}", (1..=4).rev().find(|heads| width.is_multiple_of(8 * heads)).unwrap_or(1))
                    })
                }),
            Self::Mlp { width, .. } => eighths("width", width),
            Self::Tabular => None,
        }
    }
}

/// How a learner is trained: rounds of lessons, and what is done with them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Rounds: lessons are made, then learned.
    pub rounds: u32,
    /// Lessons of a round.
    pub questions: u32,
    /// Steps of a round.
    pub steps: u32,
    /// Lessons of a step.
    pub batch: u32,
    /// Learning rate at its highest.
    pub rate: f64,
    /// Steps over which the rate rises to that.
    pub warmup: u32,
    /// How the rate falls from there to the last step.
    pub schedule: Schedule,
    /// Decoupled weight decay, per unit of rate.
    pub decay: f64,
    /// Greatest norm of a step's gradient.
    pub clip: f64,
    /// Steps that the weights which answer are averaged over; 0: none.
    pub horizon: f64,
    /// Share of targets at the highest level that is taught which must be the student's likeliest answer,
    /// before the next one is taught; 0: all levels from the start.
    pub curriculum: f64,
    /// Share of agreement at every level at which training ends early; above 1: never.
    pub enough: f64,
    /// Weight of the student's own opinion in its targets.
    pub own: f64,
    /// Who decomposes while lessons are made.
    #[serde(default)]
    pub decomposer: Decomposer,
}

/// How the learning rate falls after its warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// Evenly, to nothing.
    Linear,
    /// As half a cosine, to nothing.
    Cosine,
}

/// What a scenario may say of a training.
pub const TRAINING: &[Field] = &[
    optional(
        "rounds",
        Shape::Count { min: 1, max: 60_000 },
        "20",
        "rounds",
        "times that lessons are made with the present student, then learned; more: harder questions come within its grasp",
    ),
    optional(
        "questions",
        Shape::Count { min: 1, max: 1_000_000 },
        "1024",
        "lessons",
        "lessons of a round; more: more acts of the overseer, less noise",
    ),
    optional(
        "steps",
        Shape::Count { min: 1, max: 1_000_000 },
        "100",
        "steps",
        "steps of a round; more: each lesson is learned more often",
    ),
    optional(
        "batch",
        Shape::Count { min: 1, max: 65_536 },
        "64",
        "lessons",
        "lessons of a step; more: smoother and slower steps",
    ),
    optional(
        "rate",
        Shape::Real { min: 0.0, max: 1000.0 },
        "0.001",
        "per step",
        "learning rate at its highest; more: faster, until it diverges",
    ),
    optional(
        "warmup",
        Shape::Count { min: 0, max: 1_000_000 },
        "100",
        "steps",
        "steps over which the rate rises",
    ),
    optional(
        "schedule",
        Shape::OneOf(&["constant", "linear", "cosine"]),
        "\"linear\"",
        "",
        "how the rate falls to the last step",
    ),
    optional(
        "decay",
        Shape::Real { min: 0.0, max: 100.0 },
        "0.01",
        "per unit of rate",
        "decoupled weight decay; more: smaller weights",
    ),
    optional(
        "clip",
        Shape::Real { min: 1e-6, max: 1e9 },
        "1.0",
        "norm",
        "greatest norm of a step's gradient",
    ),
    optional(
        "horizon",
        Shape::Real { min: 0.0, max: 1e6 },
        "100.0",
        "steps",
        "steps that the weights which answer are averaged over, 0: none; more: steadier, later answers",
    ),
    optional(
        "curriculum",
        Shape::Probability,
        "0.85",
        "",
        "share of targets at the highest level taught that are the student's likeliest answer, above which the next level is taught; 0: all from the start",
    ),
    optional(
        "enough",
        Shape::Real { min: 0.0, max: 2.0 },
        "2.0",
        "",
        "such a share at every level at which training ends early; above 1: never",
    ),
    optional(
        "own",
        Shape::Probability,
        "0.0",
        "",
        "weight of the student's own opinion in its targets, the confidence loss of weak-to-strong training; more: it trusts itself more",
    ),
    DECOMPOSER,
];

impl Default for Training {
    /// The values that [`TRAINING`] declares.
    fn default() -> Self {
        Self {
            rounds: 20,
            questions: 1024,
            steps: 100,
            batch: 64,
            rate: 0.001,
            warmup: 100,
            schedule: Schedule::Linear,
            decay: 0.01,
            clip: 1.0,
            horizon: 100.0,
            curriculum: 0.85,
            enough: 2.0,
            own: 0.0,
            decomposer: Decomposer::Exact,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    #[test]
    fn defaults_are_as_declared() {
        let declared = TRAINING.iter().map(|field| {
            let default = field.default.expect("training has defaults");
            let default: Json = serde_json::from_str(default).expect("a literal of JSON too");
            // A bare word stands for a table with only that kind.
            let is_kind = matches!(field.shape, Shape::Kind(_));
            (field.name.to_owned(), if is_kind { json!({ "kind": default }) } else { default })
        });
        let declared: Training =
            serde_json::from_value(Json::Object(declared.collect())).expect("a training");
        assert_eq!(declared, Training::default());
    }
}
