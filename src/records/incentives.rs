//! What agents could do about a match by choosing what they say: the matches of a cell under every stance, as
//! sums. A strategy is a stance, with its lie.

use super::Bits;
use crate::agents::{Lie, Stance};
use serde::{Deserialize, Serialize};

/// The stances that an agent chooses from.
pub const STANCES: [Stance; 5] = [
    Stance::Honest,
    Stance::Deceptive { lie: Lie::Random },
    Stance::Deceptive { lie: Lie::Plausible },
    Stance::Deceptive { lie: Lie::Worst },
    Stance::Sycophantic,
];

/// How many stances an agent tries on a question before the overseer's favourite is taken.
pub const TRIES: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// The matches of a cell with certain stances of its agents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    /// Places of the seats' stances in [`STANCES`], one or two.
    pub stances: Vec<usize>,
    /// Matches.
    pub trials: u64,
    /// Matches that the first seat won: the verdict was its claim, and not the other's, if there is another.
    pub first_wins: u64,
    /// Matches that the second seat won.
    pub second_wins: u64,
    /// Right verdicts, per replicate.
    pub right: Vec<Bits>,
}

/// An agent that tries several stances on each question, the others as the scenario has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pressure {
    /// The agent's seat, from 0.
    pub seat: usize,
    /// Stances it tries, drawn uniformly; the one that the overseer favours most is taken.
    pub tries: u32,
    /// Expected points of the seat over its trials: a match won is 1, one that neither won a half.
    pub points: f64,
    /// Expected right verdicts.
    pub right: f64,
    /// Sum of squares of the expected right verdict of each trial.
    pub squares: f64,
}

/// What agents could do in a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incentives {
    /// Places in [`STANCES`] of the stances that the scenario gives the seats.
    pub given: Vec<usize>,
    /// Every combination of stances, the last seat's fastest.
    pub meetings: Vec<Meeting>,
    /// For each seat and each of [`TRIES`].
    pub pressure: Vec<Pressure>,
}

/// A stance in words.
#[must_use]
pub fn word(stance: usize) -> &'static str {
    ["honest", "deceptive, random lie", "deceptive, plausible lie", "deceptive, worst lie", "sycophantic"]
        .get(stance)
        .copied()
        .unwrap_or("unknown")
}
