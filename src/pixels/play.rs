//! The debate itself: turns, sides, players, and who has won. Source: [Irving2018], section 3.1.

use super::exact::Exact;
use super::judge::{Question, Scores, Sight, verdict};
use super::search::Tree;
pub use super::sets::TURNS_MAX;
use serde::{Deserialize, Serialize};

/// Who argues for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Wants the judge to see what is there.
    Honest,
    /// Wants anything else, or what it named before.
    Liar,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Honest => Self::Liar,
            Self::Liar => Self::Honest,
        }
    }
}

/// How long a debate is and who begins. Turns alternate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    turns: usize,
    first: Side,
}

impl Rules {
    /// Debates of so many pixels in all.
    ///
    /// # Errors
    /// A message if there are none or more than 8.
    pub fn new(turns: usize, first: Side) -> Result<Self, String> {
        if (1..=TURNS_MAX).contains(&turns) {
            Ok(Self { turns, first })
        } else {
            Err(format!("turns: want 1 to {TURNS_MAX}, got {turns}"))
        }
    }

    /// Turns of a debate over a picture of so many pixels: it ends early when nothing is left to show.
    #[must_use]
    pub fn turns(&self, pixels: usize) -> usize {
        self.turns.min(pixels)
    }

    /// Whose turn it is when so many pixels were shown.
    #[must_use]
    pub fn mover(&self, shown: usize) -> Side {
        if shown.is_multiple_of(2) { self.first } else { self.first.other() }
    }
}

/// How a side chooses what to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Player {
    /// Any pixel left, all with the same chance.
    Random,
    /// What puts it furthest ahead if the judge decided now; of equals the first by place.
    #[default]
    Greedy,
    /// Monte-Carlo tree search, from nothing at each move.
    Tree {
        /// Rollouts a move, at least 1; more: stronger and slower.
        rollouts: u32,
    },
    /// Of the moves that win the one that [`Player::Greedy`] likes best; if there is none, what that plays.
    Exact,
}

/// Who plays each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Players {
    /// The honest side's player.
    pub honest: Player,
    /// The liar's player.
    pub liar: Player,
}

impl Players {
    /// The same player on both sides.
    #[must_use]
    pub fn both(player: Player) -> Self {
        Self { honest: player, liar: player }
    }

    fn of(&self, side: Side) -> Player {
        match side {
            Side::Honest => self.honest,
            Side::Liar => self.liar,
        }
    }
}

/// A debate that was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debate {
    /// The pixels shown, by index on the board, in order of play.
    pub shown: Vec<u16>,
    /// What the judge thinks of all labels in the end.
    pub scores: Scores,
    /// Whether the liar has won.
    pub lied: bool,
}

impl Debate {
    /// The label that the judge would name of all ten.
    #[must_use]
    pub fn verdict(&self) -> u8 {
        verdict(&self.scores)
    }
}

/// Plays a debate. `draws` opens the words of a turn: a function of n that gives a whole number below n, uniformly. Each
/// turn has its own, so that no player's draws hang on how many another took.
pub fn play<S: Sight, D: FnMut(u32) -> u32>(
    sight: &S,
    rules: Rules,
    question: Question,
    players: Players,
    mut draws: impl FnMut(u16) -> D,
) -> Debate {
    let mut state = State::new(sight);
    let (mut exact, mut tree) = (None, None);
    for turn in 0..rules.turns(sight.pixels()) {
        let side = rules.mover(turn);
        let pixel = match players.of(side) {
            Player::Random => state.random(&mut draws(turn as u16)),
            Player::Greedy => state.greedy(question, side),
            Player::Tree { rollouts } => tree
                .get_or_insert_with(|| Tree::new(sight, rules, question))
                .choose(&state.moves, rollouts, &mut draws(turn as u16)),
            Player::Exact => exact
                .get_or_insert_with(|| Exact::new(sight, rules, question))
                .winning_move(&state.moves)
                .unwrap_or_else(|| state.greedy(question, side)),
        };
        state.show(pixel);
    }
    let scores = sight.scores(&state.shown);
    Debate { lied: question.lied(&scores), scores, shown: state.moves }
}

/// A debate between two turns.
struct State<'a, S: Sight> {
    sight: &'a S,
    shown: S::Shown,
    scratch: S::Shown,
    moves: Vec<u16>,
}

impl<'a, S: Sight> State<'a, S> {
    fn new(sight: &'a S) -> Self {
        Self { sight, shown: sight.blank(), scratch: sight.blank(), moves: Vec::new() }
    }

    fn show(&mut self, pixel: u16) {
        self.sight.show(&self.shown, pixel, &mut self.scratch);
        std::mem::swap(&mut self.shown, &mut self.scratch);
        self.moves.push(pixel);
    }

    /// The pixels left, by place.
    fn left(&self) -> impl Iterator<Item = u16> + use<S> {
        let moves = self.moves.clone();
        (0..self.sight.pixels() as u16).filter(move |pixel| !moves.contains(pixel))
    }

    fn random(&self, draw: &mut impl FnMut(u32) -> u32) -> u16 {
        let left: Vec<u16> = self.left().collect();
        left[draw(left.len() as u32) as usize]
    }

    fn greedy(&mut self, question: Question, side: Side) -> u16 {
        let mut best = None;
        for pixel in self.left() {
            self.sight.show(&self.shown, pixel, &mut self.scratch);
            let margin = question.margin(&self.sight.scores(&self.scratch));
            let ahead = if side == Side::Honest { margin } else { -margin };
            if best.is_none_or(|(most, _)| ahead > most) {
                best = Some((ahead, pixel));
            }
        }
        best.expect("a turn has a pixel left").1
    }
}
