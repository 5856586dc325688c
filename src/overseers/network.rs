//! Networks that judge pictures, as values: what an overseer is made of that sees a few pixels and nothing else. What
//! they compute is in `learners/`.

use crate::shape::{Field, Shape, Variant, optional};
use serde::{Deserialize, Serialize};

/// A judge of pictures, trained before play on some pixels each of the pictures of the training set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum JudgeNetwork {
    /// One hidden layer, in whole numbers at play.
    Dense {
        /// Hidden units, a multiple of 16.
        width: u32,
        /// Pixels that it sees of a picture.
        pixels: u32,
        /// Steps of training.
        steps: u32,
        /// Pictures of a step.
        batch: u32,
        /// Step size after the warm-up.
        rate: f64,
    },
    /// The published one: two convolutions and a full layer.
    Convolution {
        /// Pixels that it sees of a picture.
        pixels: u32,
        /// Steps of training.
        steps: u32,
        /// Pictures of a step.
        batch: u32,
        /// Step size after the warm-up.
        rate: f64,
    },
}

/// How such a network is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// Pixels that it sees of a picture: others each time.
    pub pixels: u32,
    /// Steps of training.
    pub steps: u32,
    /// Pictures of a step.
    pub batch: u32,
    /// Step size after the warm-up.
    pub rate: f64,
}

impl JudgeNetwork {
    /// How it is trained.
    #[must_use]
    pub fn training(&self) -> Sighting {
        match *self {
            Self::Dense { pixels, steps, batch, rate, .. }
            | Self::Convolution { pixels, steps, batch, rate } => Sighting { pixels, steps, batch, rate },
        }
    }

    /// What is wrong with its sizes, and the remedy.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        match *self {
            Self::Dense { width, .. } if !width.is_multiple_of(16) => {
                Some(format!("width: want a multiple of 16, got {width}"))
            }
            _ => None,
        }
    }
}

const PIXELS: Field = optional(
    "pixels",
    Shape::Count { min: 1, max: 8 },
    "4",
    "pixels",
    "pixels that it sees of a picture at play, and up to three more in training; more: a stronger judge",
);
const fn steps(default: &'static str) -> Field {
    optional(
        "steps",
        Shape::Count { min: 1, max: 1_000_000 },
        default,
        "steps",
        "steps of its training; more: a stronger judge, up to what its network can be",
    )
}
const fn batch(default: &'static str) -> Field {
    optional("batch", Shape::Count { min: 1, max: 65_536 }, default, "pictures", "pictures of a step")
}
const fn rate(default: &'static str) -> Field {
    optional(
        "rate",
        Shape::Real { min: 1e-6, max: 1.0 },
        default,
        "step size",
        "step size after the warm-up, which takes a fiftieth of the steps; it falls to nothing by the end",
    )
}

/// The networks that an overseer may be.
#[must_use]
pub fn networks() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        Variant {
            name: "dense",
            doc: "one hidden layer over two planes, which pixels were shown and their ink; rounded to whole numbers, so that moves add up",
            sees: "the pixels shown, and nothing else",
            source: "Irving2018",
            fields: &[
                optional(
                    "width",
                    Shape::Count { min: 16, max: 256 },
                    "128",
                    "numbers",
                    "hidden units, a multiple of 16; more: a stronger judge, and slower debates",
                ),
                PIXELS,
                steps("12000"),
                batch("1024"),
                rate("0.007"),
            ],
        },
        Variant {
            name: "convolution",
            doc: "convolutions of 5x5 to 32 and to 64 planes, each halved by maxima, and a full layer of 1024: the published network, some hundred times as slow",
            sees: "the pixels shown, and nothing else",
            source: "Irving2018",
            fields: &[PIXELS, steps("3000"), batch("64"), rate("0.001")],
        },
    ];
    LIST.to_vec()
}
