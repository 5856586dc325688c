//! Decomposers as values: who takes the steps of the decompositions that a student is
//! taught by. Source: [Christiano2018], section 2.2.

use crate::agents::learned::{NETWORK, NetworkSpec};
use crate::shape::{Field, Shape, Variant, optional};
use serde::{Deserialize, Serialize};

/// Who decomposes and recombines while lessons are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Decomposer {
    /// The overseer, in every lesson.
    #[default]
    Exact,
    /// A network that imitates the steps which the overseer takes in the first lessons of each round.
    Learned {
        /// The overseer's acts that are recorded, over all rounds, at most.
        acts: u32,
        /// Steps of a round.
        steps: u32,
        /// What it is.
        network: NetworkSpec,
    },
}

/// What a scenario may say of who decomposes.
pub const DECOMPOSER: Field = optional(
    "decomposer",
    Shape::Kind(decomposers),
    "\"exact\"",
    "",
    "who decomposes and recombines while a student is taught by amplification",
);

/// The decomposers a scenario may name.
#[must_use]
pub fn decomposers() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        Variant {
            name: "exact",
            doc: "the overseer itself takes every step, and combines with its error and at its cost",
            sees: "the question and its sub-answers; every recombination is an act of the overseer",
            source: "",
            fields: &[],
        },
        Variant {
            name: "learned",
            doc: "a network imitates the steps that the overseer takes in the first lessons of each round, its errors included, and takes all others",
            sees: "the question and its sub-answers, not the facts; only recorded steps are acts of the overseer",
            source: "Christiano2018",
            fields: &[
                optional(
                    "acts",
                    Shape::Count { min: 1, max: 100_000_000 },
                    "24000",
                    "acts",
                    "steps of the overseer that are recorded, spread evenly over the rounds; more: a truer imitation, at the overseer's cost",
                ),
                optional(
                    "steps",
                    Shape::Count { min: 1, max: 1_000_000 },
                    "100",
                    "steps",
                    "steps of a round on all that is recorded; more: a truer imitation",
                ),
                NETWORK,
            ],
        },
    ];
    LIST.to_vec()
}
