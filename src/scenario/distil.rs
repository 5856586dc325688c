//! The stage of distillation: what a student is taught, and what it is.

use crate::agents::learned::{TRAINING, Training};
use crate::scenario::stages::stage;
use crate::shape::{Field, Shape, Variant, optional};
use crate::units::Probability;
use serde::{Deserialize, Serialize};

/// What is learned from the verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Distil {
    /// Nothing.
    None,
    /// A student whose accuracy per level follows from its target's: a model, not a network.
    Parametric {
        /// Amplify-then-distil cycles.
        rounds: u32,
        /// Share of the target's accuracy lost in fitting.
        fit_error: Probability,
        /// Share of independent errors that the student does not learn.
        denoise: Probability,
    },
    /// The protocol's agent of competence `learned` is trained; the verdict of a match is its word.
    Learned {
        /// What it is taught.
        targets: Targets,
        /// How it is trained.
        training: Training,
    },
}

/// What a student is taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Targets {
    /// What the other stages make of a question.
    Verdicts,
    /// The true answers.
    Truth,
}

pub(super) const ROUNDS: Field = optional(
    "rounds",
    Shape::Count { min: 1, max: 256 },
    "4",
    "iterations",
    "amplify-then-distil cycles; more: harder questions come within the student's grasp",
);
pub(super) const FIT: Field = optional(
    "fit_error",
    Shape::Probability,
    "0.02",
    "",
    "share of the target's accuracy that is lost in fitting; more: errors compound faster",
);
pub(super) const DENOISE: Field = optional(
    "denoise",
    Shape::Probability,
    "0.0",
    "",
    "share of the overseer's errors independent between acts that the student does not learn; more: distillation cleans more",
);
/// How the student of a preset is trained.
pub(super) const TRAINED: Field = optional(
    "training",
    Shape::Table(TRAINING),
    "{}",
    "",
    "how the student, an agent of competence learned, is trained",
);
/// As [`TRAINED`], where the parametric law stands in for a network.
pub(super) const TRAINED_IF: Field = optional(
    "training",
    Shape::Table(TRAINING),
    "",
    "",
    "how the student, an agent of competence learned, is trained; absent: the parametric law takes its place",
);

/// The ways to distil.
#[must_use]
pub fn distils() -> Vec<Variant> {
    const TARGETS: Field = optional(
        "targets",
        Shape::OneOf(&["verdicts", "truth"]),
        "\"verdicts\"",
        "",
        "what is taught: what the other stages make of a question, or the true answers",
    );
    const LIST: &[Variant] = &[
        stage("none", "nothing is learned", &[]),
        stage(
            "parametric",
            "the parametric law: student = target (1 - fit_error) + denoise x the share of targets that are wrong where an act of the overseer without a pattern erred",
            &[ROUNDS, FIT, DENOISE],
        ),
        stage(
            "learned",
            "the last agent of competence `learned` is trained, round by round; the verdict of a match is its word",
            &[TARGETS, TRAINED],
        ),
    ];
    LIST.to_vec()
}

impl Distil {
    /// How a network is trained, if one is.
    #[must_use]
    pub fn training(&self) -> Option<Training> {
        if let Self::Learned { training, .. } = self { Some(*training) } else { None }
    }
}
