//! What can keep a rating from being: where, what was expected, what was got, and a remedy. Players are
//! named by their index; whoever knows their names says them.

use std::fmt;

/// Why there is no rating, solution or schedule.
#[derive(Clone, Debug, PartialEq)]
pub enum RatingError {
    /// A table has another shape than its use asks for.
    Shape {
        /// What the table holds.
        what: &'static str,
        /// Rows and columns that were expected.
        want: (usize, usize),
        /// Rows, and the length of the first row that differs.
        got: (usize, usize),
    },
    /// A number is outside its range.
    Range {
        /// What the number is.
        what: &'static str,
        /// The range, in words.
        want: &'static str,
        /// The number.
        got: f64,
    },
    /// A player that is not among those rated, or that meets itself.
    Player {
        /// The first of the two.
        first: usize,
        /// The second.
        second: usize,
        /// How many players there are.
        players: usize,
    },
    /// Draws of a pair are counted differently from its two sides.
    Draws {
        /// One player.
        i: usize,
        /// The other.
        j: usize,
    },
    /// More games than can be counted exactly in a float.
    Games,
    /// A pair that never played, where a rate of every pair is needed.
    Unplayed {
        /// One player.
        i: usize,
        /// The other.
        j: usize,
    },
    /// No finite rating has the largest likelihood: some groups of players never took a point off the rest.
    Unbounded {
        /// Groups that only ever were beaten by the rest.
        beaten: Vec<Vec<usize>>,
        /// Groups that only ever beat the rest.
        unbeaten: Vec<Vec<usize>>,
    },
    /// Groups of players that never met, not even through others.
    Apart {
        /// The groups.
        groups: Vec<Vec<usize>>,
    },
    /// The first mover's advantage is asked for, but the table does not say who moved first.
    NoSides,
    /// The first mover's advantage has no finite value of largest likelihood, or cannot be told from the
    /// players' strengths.
    Advantage,
    /// A matrix that should be antisymmetric (what i gains against j, j loses) is not.
    Symmetry {
        /// Row.
        i: usize,
        /// Column.
        j: usize,
    },
    /// A computation ended further from its conditions than it may be.
    Inexact {
        /// Which computation.
        what: &'static str,
        /// How far off it ended.
        residual: f64,
    },
}

impl fmt::Display for RatingError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Shape { what, want, got } => {
                write!(f, "{what}: want {} x {}, got {} x {}", want.0, want.1, got.0, got.1)
            }
            Self::Range { what, want, got } => write!(f, "{what}: want {want}, got {got}"),
            Self::Player { first, second, players } => {
                write!(
                    f,
                    "{first} and {second}: want two different players below {players}, each once a round"
                )
            }
            Self::Draws { i, j } => {
                write!(f, "draws: {i} against {j} and {j} against {i} differ; count each draw on both sides")
            }
            Self::Games => write!(f, "games: want at most 2^52 in all; thin the table"),
            Self::Unplayed { i, j } => {
                write!(f, "{i} and {j} never played, and every pair has to; add games, or rate by strengths")
            }
            Self::Unbounded { beaten, unbeaten } => write!(
                f,
                "no finite rating: {beaten:?} took no point off the rest and {unbeaten:?} left it none; add \
                 games, leave them out, or add virtual draws"
            ),
            Self::Apart { groups } => {
                write!(f, "no common scale: {groups:?} never met; add games between them, or rate each alone")
            }
            Self::NoSides => {
                write!(f, "first mover's advantage: the table does not say who moved first; give it by sides")
            }
            Self::Advantage => write!(
                f,
                "first mover's advantage: no finite value; swap sides in every pair, leave it out, or add \
                 virtual draws"
            ),
            Self::Symmetry { i, j } => {
                write!(f, "payoffs: want {i} against {j} to be minus {j} against {i}; subtract the mean rate")
            }
            Self::Inexact { what, residual } => write!(
                f,
                "{what}: ended {residual:e} off; scale the numbers nearer to each other, or use fewer players"
            ),
        }
    }
}

impl std::error::Error for RatingError {}
