//! Players as values: how an agent chooses what to show of a picture. How they play is in `pixels/`.

use crate::shape::{Shape, Variant, optional};

/// The players that an agent may be.
#[must_use]
pub fn players() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        Variant {
            name: "random",
            doc: "any pixel left, all with the same chance",
            sees: "which pixels have ink",
            source: "",
            fields: &[],
        },
        Variant {
            name: "greedy",
            doc: "the pixel that puts it furthest ahead if the judge decided now; of equals the first by place",
            sees: "the whole picture, and what the judge would think",
            source: "",
            fields: &[],
        },
        Variant {
            name: "tree",
            doc: "Monte-Carlo tree search, from nothing at each move: the most visited one",
            sees: "the whole picture, and what the judge would think",
            source: "Irving2018",
            fields: &[optional(
                "rollouts",
                Shape::Count { min: 1, max: 10_000_000 },
                "10000",
                "rollouts",
                "rollouts a move; more: a stronger and slower player",
            )],
        },
        Variant {
            name: "exact",
            doc: "a move that wins whatever follows, if there is one; else what the greedy one shows",
            sees: "the whole picture, and what the judge would think",
            source: "",
            fields: &[],
        },
    ];
    LIST.to_vec()
}
