//! What the systems of a stage share: who is at the table and where they are.

use crate::scenario::stages::Sides;
use crate::streams::{Moment, Streams};
use crate::units::Chance;
use crate::world::components::{Asked, Row};
use crate::world::ground::Ground;
use crate::world::judgement::Judgement;
use crate::world::mind::{LineUp, Mind, Place};
use crate::world::resources::{Block, Composition, Randomness};
use bevy_ecs::prelude::{Query, Res};
use bevy_ecs::system::SystemParam;

/// Who plays, where, under what composition; read-only.
#[derive(SystemParam)]
pub struct Table<'w, 's> {
    /// The fence of the truth.
    pub ground: Res<'w, Ground>,
    /// The composition.
    pub composition: Res<'w, Composition>,
    /// The block at hand.
    pub block: Res<'w, Block>,
    randomness: Res<'w, Randomness>,
    line_up: Res<'w, LineUp>,
    minds: Query<'w, 's, &'static Mind>,
    judgements: Query<'w, 's, &'static Judgement>,
}

impl Table<'_, '_> {
    /// The streams.
    #[must_use]
    pub fn streams(&self) -> &Streams {
        &self.randomness.0
    }

    /// The agent in a seat of the line-up.
    #[must_use]
    pub fn mind(&self, seat: usize) -> &Mind {
        self.minds.get(self.line_up.0[seat]).expect("every seat of the line-up was spawned")
    }

    /// How many agents play.
    #[must_use]
    pub fn seats(&self) -> usize {
        self.line_up.0.len()
    }

    /// The overseer.
    #[must_use]
    pub fn overseer(&self) -> &Judgement {
        self.judgements.single().expect("a world has one overseer")
    }

    /// Where a row is.
    #[must_use]
    #[inline]
    pub fn place(&self, row: Row) -> Place<'_> {
        Place {
            ground: &self.ground,
            streams: &self.randomness.0,
            lane: self.block.lane(row),
            trial: self.block.trial(row),
            iteration: self.block.iteration,
        }
    }

    /// A coin of the overseer's on a question.
    #[must_use]
    pub fn coin(&self, row: Row, asked: &Asked, act: u32) -> bool {
        let at = self.place(row);
        let moment = Moment { iteration: at.iteration, turn: 0, act };
        Chance::HALF
            .hit(at.streams.block(Streams::at(self.overseer().coin, at.trial, asked.question, moment))[0])
    }

    /// The seats that stand first and second at a question.
    #[must_use]
    pub fn seating(&self, sides: Sides, row: Row, asked: &Asked) -> [usize; 2] {
        let swapped = match sides {
            Sides::AsListed => false,
            Sides::Swapped => true,
            Sides::Coin => self.coin(row, asked, SIDE_COIN),
        };
        if swapped { [1, 0] } else { [0, 1] }
    }
}

/// Act index of the coin that seats the two sides.
const SIDE_COIN: u32 = 0;
/// Act index of the coin that assigns a consultant its side.
pub const CONSULTANT_COIN: u32 = 1;
/// Act index of the coin between two claims when the overseer's means are spent.
pub const SPENT_COIN: u32 = 2;
/// Act index of the draw that breaks a tie of votes.
pub const VOTE_COIN: u32 = 3;
