//! What the systems of a stage share: who is at the table and where they are.

use crate::claim::{Answer, Claim};
use crate::scenario::stages::{Sides, Stages};
use crate::streams::Streams;
use crate::units::Chance;
use crate::world::components::{Asked, Claims, Row};
use crate::world::ground::Ground;
use crate::world::judgement::Judgement;
use crate::world::mind::{Mind, Place};
use crate::world::resources::{Block, Composition, Randomness};
use bevy_ecs::prelude::{Component, Query, Res};
use bevy_ecs::system::SystemParam;

/// Who plays, where, under what composition; read-only.
#[derive(SystemParam)]
pub struct Table<'w, 's> {
    ground: Res<'w, Ground>,
    composition: Res<'w, Composition>,
    block: Res<'w, Block>,
    randomness: Res<'w, Randomness>,
    minds: Query<'w, 's, &'static Mind>,
    judgements: Query<'w, 's, &'static Judgement>,
}

/// A table looked over once, at the start of a system.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The fence of the truth.
    pub ground: &'a Ground,
    /// The composition.
    pub stages: &'a Stages,
    /// The block at hand.
    pub block: Block,
    /// The streams.
    pub streams: &'a Streams,
    /// The agents, in the protocol's order.
    pub minds: &'a [Mind],
    /// The overseer.
    pub overseer: &'a Judgement,
    /// Whether seat 1 stands first; `None`: as a coin says.
    pub seated: Option<bool>,
}

/// The rows of a component whose entities all lie in one table; none if there are none.
fn rows<'a, T: Component>(query: &'a Query<&T>) -> &'a [T] {
    let mut tables = query.contiguous_iter().expect("components are stored in tables");
    tables.next().unwrap_or(&[])
}

impl Table<'_, '_> {
    /// Everything at the table.
    #[must_use]
    pub fn scene(&self) -> Scene<'_> {
        Scene {
            ground: &self.ground,
            stages: &self.composition.0,
            block: *self.block,
            streams: &self.randomness.0,
            minds: rows(&self.minds),
            seated: match self.composition.0.cross_check.sides() {
                Sides::AsListed => Some(false),
                Sides::Swapped => Some(true),
                Sides::Coin => None,
            },
            overseer: rows(&self.judgements).first().expect("a world has one overseer"),
        }
    }
}

impl<'a> Scene<'a> {
    /// Where a row is.
    #[must_use]
    #[inline]
    pub fn place(&self, row: Row) -> Place<'a> {
        Place {
            ground: self.ground,
            streams: self.streams,
            lane: self.block.lane(row),
            trial: self.block.trial(row),
            iteration: self.block.iteration,
        }
    }

    /// A coin of the overseer's on a question.
    #[must_use]
    pub fn coin(&self, row: Row, asked: &Asked, act: u32) -> bool {
        let at = self.place(row);
        let address = Streams::at(self.overseer.coin, at.trial, asked.question, at.moment(0, act));
        Chance::HALF.hit(at.streams.block(address)[0])
    }

    /// Whether an answer is the true one: of a question, or of a recombination given its sub-answers.
    #[inline(always)]
    pub(crate) fn stands(&self, row: Row, asked: &Asked, claims: &Claims, answer: Answer) -> bool {
        if claims.split {
            answer == claims.base
        } else {
            self.ground.holds(self.block.lane(row), Claim { question: asked.question, answer })
        }
    }

    /// Of two seats the one that stands by its label of a picture, and the one that opposes it: who deceives, or, where both
    /// or nobody does, who is listed second.
    #[must_use]
    pub fn roles(&self) -> [usize; 2] {
        let standing = usize::from(self.minds[0].deceives() && !self.minds[1].deceives());
        [standing, 1 - standing]
    }

    /// Whether the agent in seat 1 stands first at a question.
    #[must_use]
    #[inline]
    pub fn swapped(&self, row: Row, asked: &Asked) -> bool {
        self.seated.unwrap_or_else(|| self.coin(row, asked, SIDE_COIN))
    }
}

/// The seats that stand first and second.
#[must_use]
#[inline]
pub fn seats(swapped: bool) -> [usize; 2] {
    [usize::from(swapped), usize::from(!swapped)]
}

/// Act index of the coin that seats the two sides.
const SIDE_COIN: u32 = 0;
/// Act index of the coin that assigns a consultant its side.
pub const CONSULTANT_COIN: u32 = 1;
/// Act index of the coin between two claims when the overseer's means are spent.
pub const SPENT_COIN: u32 = 2;
/// Act index of the draw that breaks a tie of votes.
pub const VOTE_COIN: u32 = 3;
