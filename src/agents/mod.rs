//! Agents as values: what they can (competence) and what they say (stance).
//! They never see the truth: a belief is a perturbation that the world applies to it.

pub mod decomposer;
pub mod learned;
pub mod player;

use crate::agents::learned::{DECODING, Decoding, NETWORK, NetworkSpec, TRAINING, Training};
use crate::agents::player::players;
use crate::pixels::play::Player;
use crate::shape::{Field, Shape, Variant, optional, required};
use crate::units::{Chance, Probability};
use serde::{Deserialize, Serialize};

/// An agent, as a scenario resolves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentSpec {
    /// Its name, unique in the scenario; part of the address of its draws.
    pub name: String,
    /// What it believes.
    pub competence: Competence,
    /// What it says.
    pub stance: Stance,
    /// Persuasion, added to a uniform draw from 0 to 1 in each turn.
    pub skill: f64,
    /// Parts it inspects when it looks for a flaw; `None`: all of them.
    pub inspect: Option<u32>,
    /// Correlation of its mistakes with those of agents of the same `shared_mistakes`.
    pub shared_mistakes: Probability,
    /// Chance that a lie is told the same way when it is asked for again.
    pub consistency: Probability,
    /// How it chooses what to show of a picture; `None`: greedily.
    #[serde(default)]
    pub player: Option<Player>,
}

impl AgentSpec {
    /// An honest agent without a name that is always right: a start for building others.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            name: String::new(),
            competence: Competence::ByLevel {
                accuracy: Probability::saturating(1.0),
                decay: Probability::ZERO,
            },
            stance: Stance::Honest,
            skill: 0.5,
            inspect: None,
            shared_mistakes: Probability::ZERO,
            consistency: Probability::saturating(1.0),
            player: None,
        }
    }
}

/// What an agent may say in a scenario.
pub const FIELDS: &[Field] = &[
    required("name", Shape::Text, "", "its name, unique among the agents; its draws are addressed by it"),
    optional(
        "competence",
        Shape::Kind(competences),
        "{ kind = \"by_level\" }",
        "",
        "how often it believes the truth",
    ),
    optional("stance", Shape::Kind(stances), "\"honest\"", "", "what it says, given what it believes"),
    optional(
        "skill",
        Shape::Real { min: -10.0, max: 10.0 },
        "0.5",
        "strength",
        "persuasion, added to a uniform draw from 0 to 1 each turn; more: wins more turns",
    ),
    optional(
        "inspect",
        Shape::Count { min: 0, max: 1_000_000 },
        "",
        "parts",
        "parts it inspects when looking for a flaw, all if absent; more: finds more flaws",
    ),
    optional(
        "shared_mistakes",
        Shape::Probability,
        "0.0",
        "correlation",
        "correlation of its mistakes with other agents' of the same value (the geometric mean of the two where they differ)",
    ),
    optional(
        "consistency",
        Shape::Probability,
        "1.0",
        "",
        "chance that a lie is repeated unchanged under cross-examination; less: liars are caught more often",
    ),
    optional(
        "player",
        Shape::Kind(players),
        "",
        "",
        "how it chooses what to show of a picture, where it argues by showing; greedy if absent",
    ),
];

/// How often an agent believes the truth, by the level of the question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Competence {
    /// chance + (accuracy - chance)(1 - decay)^level.
    ByLevel {
        /// P(right) at level 0.
        accuracy: Probability,
        /// Share of the excess over chance lost per level.
        decay: Probability,
    },
    /// chance + (1 - chance) / (1 + 10^((difficulty - rating)/400)).
    Rating {
        /// Elo-like rating.
        rating: f64,
    },
    /// Accuracies by level as measured, from a CSV file.
    Table {
        /// CSV file with columns name, level, accuracy.
        file: String,
        /// The name of the rows to take.
        row: String,
        /// Accuracy by level, filled when the scenario is read; the last stands for all higher levels.
        #[serde(default)]
        accuracies: Vec<Probability>,
    },
    /// A network, which answers what its task's pages ask.
    Learned {
        /// What learns.
        network: NetworkSpec,
        /// How its answer is taken.
        decoding: Decoding,
        /// Its training on true answers before play; `None`: the student of its protocol, which starts untrained.
        schooling: Option<Training>,
        /// A safetensors file of weights that it starts from.
        weights: Option<String>,
        /// Those weights in hexadecimal, filled when the scenario is read.
        #[serde(default)]
        saved: Option<String>,
    },
}

impl Competence {
    /// Whether it is a network.
    #[must_use]
    pub fn is_learned(&self) -> bool {
        matches!(self, Self::Learned { .. })
    }
}

/// The competences a scenario may name.
#[must_use]
pub fn competences() -> Vec<Variant> {
    const TABLE: &[Field] = &[
        required(
            "file",
            Shape::Text,
            "",
            "a CSV file with the columns name, level and accuracy, relative to the scenario",
        ),
        required("row", Shape::Text, "", "the name whose rows are taken"),
    ];
    const LEARNED: &[Field] = &[
        NETWORK,
        DECODING,
        optional(
            "schooling",
            Shape::Table(TRAINING),
            "",
            "",
            "its training on true answers before play; absent for the student that a protocol trains",
        ),
        optional(
            "weights",
            Shape::Text,
            "",
            "",
            "a safetensors file, as run --keep-students writes it, relative to the scenario: the weights it starts from",
        ),
    ];
    const LIST: &[Variant] = &[
        Variant {
            name: "by_level",
            doc: "P(right at level l) = chance + (accuracy - chance)(1 - decay)^l",
            sees: "",
            source: "",
            fields: &[
                optional(
                    "accuracy",
                    Shape::Probability,
                    "0.95",
                    "",
                    "P(right) on a primitive question; more: a stronger agent",
                ),
                optional(
                    "decay",
                    Shape::Probability,
                    "0.0",
                    "share per level",
                    "share of the excess over chance lost with each level; more: weaker on hard questions",
                ),
            ],
        },
        Variant {
            name: "rating",
            doc: "P(right) = chance + (1 - chance) / (1 + 10^((difficulty - rating)/400)), difficulty as the task says",
            sees: "",
            source: "Engels2025",
            fields: &[required(
                "rating",
                Shape::Real { min: -10_000.0, max: 10_000.0 },
                "Elo points",
                "strength; 400 more: ten times the odds",
            )],
        },
        Variant {
            name: "table",
            doc: "accuracies by level, as measured, from a CSV file",
            sees: "",
            source: "",
            fields: TABLE,
        },
        Variant {
            name: "learned",
            doc: "a network that answers the algorithmic families; the student of its protocol, or schooled on true answers before play",
            sees: "the facts of the trial and the question",
            source: "Christiano2018",
            fields: LEARNED,
        },
    ];
    LIST.to_vec()
}

/// What an agent says, given what it believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stance {
    /// Says what it believes.
    Honest,
    /// Argues against its own belief.
    Deceptive {
        /// Which lie.
        lie: Lie,
    },
    /// Says what the overseer leans to.
    Sycophantic,
}

/// Which answer a deceiver gives in place of its belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lie {
    /// Uniform among the others.
    Random,
    /// The one most like its belief under the family's distance; of a picture, the one that pixels shown at random speak
    /// for most often.
    Plausible,
    /// The best response to the overseer's declared error model; of a picture, one that wins the debate if any does.
    Worst,
}

/// The stances a scenario may name.
#[must_use]
pub fn stances() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        Variant {
            name: "honest",
            doc: "says what it believes",
            sees: "its own belief",
            source: "",
            fields: &[],
        },
        Variant {
            name: "deceptive",
            doc: "argues against its own belief; with a wrong belief it may argue the truth",
            sees: "its own belief; with lie = \"worst\" also the overseer's declared error models and negligence; before an overseer that is a network, with \"plausible\" and \"worst\" what that makes of a picture",
            source: "",
            fields: &[optional(
                "lie",
                Shape::OneOf(&["random", "plausible", "worst"]),
                "\"random\"",
                "",
                "which other answer it gives: any, the one most like its belief (of a picture that is shown, the one that pixels at random speak for most often), or the best response to the overseer (of a picture, one that wins if any does)",
            )],
        },
        Variant {
            name: "sycophantic",
            doc: "says what the overseer leans to",
            sees: "the overseer's unaided leaning",
            source: "",
            fields: &[],
        },
    ];
    LIST.to_vec()
}

/// A competence worked out per level: P(right) = chance + (peak - chance) x share.
#[derive(Clone, Debug)]
pub struct Ability {
    levels: Vec<(f64, f64)>,
    sure: bool,
}

impl Ability {
    /// The ability at levels 0 to `level_max`. `difficulty(l)` is the task's, in Elo points.
    #[must_use]
    pub fn new(competence: &Competence, level_max: u32, difficulty: impl Fn(u32) -> f64) -> Self {
        let at = |level: u32| match competence {
            Competence::ByLevel { accuracy, decay } => {
                (accuracy.get(), libm::pow(1.0 - decay.get(), f64::from(level)))
            }
            Competence::Rating { rating } => {
                (1.0, 1.0 / (1.0 + libm::pow(10.0, (difficulty(level) - rating) / 400.0)))
            }
            Competence::Table { accuracies, .. } => {
                let last = accuracies.len().saturating_sub(1);
                (accuracies.get((level as usize).min(last)).map_or(0.0, |p| p.get()), 1.0)
            }
            // A guess, until its network is there.
            Competence::Learned { .. } => (0.0, 0.0),
        };
        Self::of_levels((0..=level_max).map(at).collect())
    }

    /// An ability given by its accuracies per level, such as a student's.
    #[must_use]
    pub fn of_accuracies(accuracies: &[f64]) -> Self {
        Self::of_levels(accuracies.iter().map(|a| (*a, 1.0)).collect())
    }

    fn of_levels(levels: Vec<(f64, f64)>) -> Self {
        Self { sure: levels.iter().all(|level| *level == (1.0, 1.0)), levels }
    }

    /// Whether it is always right, at every level.
    #[must_use]
    #[inline]
    pub fn is_sure(&self) -> bool {
        self.sure
    }

    /// P(right) at a level with so many possible answers.
    #[must_use]
    #[inline]
    pub fn right(&self, level: u32, answers: u32) -> Chance {
        let (peak, share) = self.levels[(level as usize).min(self.levels.len() - 1)];
        if (peak, share) == (1.0, 1.0) {
            return Chance::ALWAYS;
        }
        let chance = 1.0 / f64::from(answers);
        Chance::of(chance + (peak - chance) * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_level(accuracy: f64, decay: f64) -> Competence {
        Competence::ByLevel {
            accuracy: Probability::saturating(accuracy),
            decay: Probability::saturating(decay),
        }
    }

    #[test]
    fn abilities_follow_their_formulas() {
        // .5 + (.9 - .5)(1 - .5)^2 = .6
        let ability = Ability::new(&by_level(0.9, 0.5), 3, |_| 0.0);
        assert_eq!(ability.right(2, 2), Chance::of(0.6));
        // 400 points above the difficulty: odds 10 to 1, .5 + .5 x 10/11
        let ability = Ability::new(&Competence::Rating { rating: 400.0 }, 0, |_| 0.0);
        assert!((ability.right(0, 2).threshold() as f64 / 4_294_967_296.0 - (0.5 + 5.0 / 11.0)).abs() < 1e-9);
        // Levels past the end keep the last.
        assert_eq!(Ability::of_accuracies(&[1.0, 0.25]).right(9, 4), Chance::of(0.25));
    }
}
