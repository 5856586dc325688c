//! Protocols: the five stages that compose one, and the published protocols as
//! presets of that composition.

use crate::scenario::distil::{Distil, distils};
use crate::shape::{Field, Shape, Variant, optional};
use serde::{Deserialize, Serialize};

/// decompose, answer, cross-check, judge, distil.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// How questions are split.
    pub decompose: Decompose,
    /// Who answers what is not split.
    pub answer: Answering,
    /// How answers are contested.
    pub cross_check: CrossCheck,
    /// Who decides.
    pub judge: Judge,
    /// What is learned from the verdicts.
    pub distil: Distil,
}

/// What a protocol spelled out as stages may say.
pub const FIELDS: &[Field] = &[
    optional("decompose", Shape::Kind(decomposes), "\"none\"", "", "how the root question is split"),
    optional(
        "answer",
        Shape::Kind(answerings),
        "\"agent\"",
        "",
        "who answers the questions that are not split",
    ),
    optional("cross_check", Shape::Kind(cross_checks), "\"none\"", "", "how each answer is contested"),
    optional("judge", Shape::Kind(judges), "\"overseer\"", "", "who decides what was contested"),
    optional("distil", Shape::Kind(distils), "\"none\"", "", "what an assistant learns from the verdicts"),
];

/// A whole number within bounds.
macro_rules! count {
    ($name:literal, $min:literal..=$max:literal, $default:literal, $unit:literal, $doc:literal) => {
        optional($name, Shape::Count { min: $min, max: $max }, $default, $unit, $doc)
    };
}

pub(super) const fn stage(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Variant {
    Variant { name, doc, sees: "", source: "", fields }
}

/// How a question is split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Decompose {
    /// Not at all.
    None,
    /// As the family says, down to `depth` splits or to primitive questions.
    Tree {
        /// Splits from the root.
        depth: u32,
        /// Times the overseer combines each node, the plurality counts.
        votes: u32,
        /// Who answers primitive questions.
        primitives: Party,
    },
}

/// Somebody who can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The protocol's agents.
    Agents,
    /// The overseer.
    Overseer,
}

pub(super) const DEPTH: Field = count!(
    "depth",
    0..=64,
    "1",
    "splits",
    "levels of decomposition from the root; more: easier questions for the agents, more combining for the overseer"
);
pub(super) const VOTES: Field = count!(
    "votes",
    1..=99,
    "1",
    "acts",
    "times the overseer combines each question, each act with its own draw; the plurality counts"
);
pub(super) const PRIMITIVES: Field = optional(
    "primitives",
    Shape::OneOf(&["agents", "overseer"]),
    "\"agents\"",
    "",
    "who answers primitive questions",
);

/// The ways to split.
#[must_use]
pub fn decomposes() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        stage("none", "the root question is taken whole", &[]),
        stage(
            "tree",
            "each question is split as its family says, down to a depth; the overseer combines the sub-answers",
            &[DEPTH, VOTES, PRIMITIVES],
        ),
    ];
    LIST.to_vec()
}

/// Who answers what is not split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answering {
    /// The overseer, alone.
    Overseer,
    /// The first agent.
    Agent,
    /// All agents; plurality, ties by a coin.
    Vote,
    /// The first two agents claim an answer each.
    Sides,
}

/// The ways to answer.
#[must_use]
pub fn answerings() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        stage(
            "overseer",
            "the overseer answers by itself: one check within its reach, beyond it as `exhausted` says",
            &[],
        ),
        stage("agent", "the first agent's word", &[]),
        stage("vote", "all agents answer; plurality, ties by a coin", &[]),
        stage("sides", "the first two agents claim an answer each; a cross-check decides between them", &[]),
    ];
    LIST.to_vec()
}

/// How answers are contested.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CrossCheck {
    /// Not at all.
    None,
    /// One consultant argues for a claim against the overseer's scepticism.
    Consultancy {
        /// Turns of argument.
        turns: u32,
        /// Whether the consultant chooses its side; otherwise a fair coin does.
        open: bool,
    },
    /// Two claims, strengths each turn, the majority of turns.
    Debate {
        /// Turns.
        turns: u32,
        /// Whether the sides speak at once or one after the other.
        order: Order,
        /// Whether the first side picks its claim and the other must oppose it.
        open: bool,
        /// Who stands first.
        sides: Sides,
    },
    /// The dispute descends to what the overseer can check.
    RecursiveDebate {
        /// Who defends.
        sides: Sides,
    },
    /// As recursive debate, and the challenger may ask again.
    CrossExamination {
        /// Times a disputed part is asked again.
        asks: u32,
        /// Who defends.
        sides: Sides,
    },
    /// A critic names one flaw among the parts; the overseer checks it.
    Critique {
        /// Who answers.
        sides: Sides,
    },
    /// The sides take turns to show the overseer, a network, one pixel each of a picture.
    Pixels {
        /// Pixels shown in all; `None`: as many as the overseer was trained to see.
        turns: Option<u32>,
        /// Whether both sides name their labels first; otherwise a deceiver says no more than that the other is wrong.
        precommit: bool,
        /// Who shows first.
        sides: Sides,
    },
    /// The overseer, a network, sees some pixels of a picture at random, and decides between two claims.
    Glimpse {
        /// Pixels that it sees; `None`: as many as it was trained to see.
        seen: Option<u32>,
    },
}

/// The order of speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Both at once.
    Simultaneous,
    /// The first side opens each turn.
    Sequential,
}

/// Which agent stands first: defends, speaks first, answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// The first in the list.
    AsListed,
    /// The second in the list.
    Swapped,
    /// A fair coin per question.
    Coin,
}

pub(super) const TURNS: Field =
    count!("turns", 1..=64, "4", "turns", "exchanges of argument; more: the stronger side wins more surely");
pub(super) const ORDER: Field = optional(
    "order",
    Shape::OneOf(&["simultaneous", "sequential"]),
    "\"simultaneous\"",
    "",
    "whether the sides speak at once or one after the other; only then is there a first speaker to be biased to",
);
pub(super) const OPEN: Field = optional(
    "open",
    Shape::Flag,
    "false",
    "",
    "whether the first side chooses what it argues for, rather than being assigned it",
);
pub(super) const SIDES: Field = optional(
    "sides",
    Shape::OneOf(&["as_listed", "swapped", "coin"]),
    "\"as_listed\"",
    "",
    "which of the two agents stands first: defends, answers, opens",
);
pub(super) const ASKS: Field = count!(
    "asks",
    1..=16,
    "1",
    "questions",
    "times the challenger asks a disputed part again; more: a liar is caught more often"
);

pub(super) const SHOWN: Field = optional(
    "turns",
    Shape::Count { min: 1, max: 8 },
    "",
    "pixels",
    "pixels shown in all, the sides taking turns; as many as the overseer was trained to see if absent",
);
pub(super) const SEEN: Field = optional(
    "seen",
    Shape::Count { min: 1, max: 8 },
    "",
    "pixels",
    "pixels that the overseer sees; as many as it was trained to see if absent",
);
pub(super) const PRECOMMIT: Field = optional(
    "precommit",
    Shape::Flag,
    "true",
    "",
    "whether both sides name their labels first, and of the two the one that the overseer finds likelier wins; otherwise a deceiver wins with any verdict but the other's label; of two deceivers the one listed first stands by a random lie",
);

/// The ways to contest.
#[must_use]
pub fn cross_checks() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        stage("none", "answers stand as given", &[]),
        stage(
            "consultancy",
            "one consultant argues for a claim against the overseer's scepticism",
            &[TURNS, OPEN],
        ),
        stage(
            "debate",
            "two claims, strengths each turn, the majority of turns decides",
            &[TURNS, ORDER, OPEN, SIDES],
        ),
        stage(
            "recursive_debate",
            "the defender lays out parts, the challenger disputes one, down to what the overseer can check",
            &[SIDES],
        ),
        stage(
            "cross_examination",
            "as recursive_debate, and the challenger may ask a disputed part again",
            &[ASKS, SIDES],
        ),
        stage("critique", "a critic names one flaw among the parts, the overseer checks it", &[SIDES]),
        stage(
            "pixels",
            "the sides take turns to show an overseer that is a network one pixel each of a picture",
            &[SHOWN, PRECOMMIT, SIDES],
        ),
        stage(
            "glimpse",
            "an overseer that is a network sees pixels of a picture at random, and decides between two claims",
            &[SEEN],
        ),
    ];
    LIST.to_vec()
}

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Judge {
    /// Nobody: the answer as given is the verdict.
    None,
    /// The cell's overseer.
    Overseer,
}

/// The ways to judge.
#[must_use]
pub fn judges() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        stage("none", "nobody: the answer as given is the verdict", &[]),
        stage("overseer", "the cell's overseer, with its error model and budget", &[]),
    ];
    LIST.to_vec()
}

impl Decompose {
    /// Splits from the root; 0 where nothing is split.
    #[must_use]
    pub fn depth(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Tree { depth, .. } => (*depth).min(u32::from(u8::MAX)) as u8,
        }
    }

    /// Acts of which a recombination is the plurality.
    #[must_use]
    pub fn votes(&self) -> u32 {
        match self {
            Self::None => 1,
            Self::Tree { votes, .. } => *votes,
        }
    }
}

impl CrossCheck {
    /// Which of two agents stands first.
    #[must_use]
    pub fn sides(&self) -> Sides {
        match *self {
            Self::Debate { sides, .. }
            | Self::RecursiveDebate { sides }
            | Self::CrossExamination { sides, .. }
            | Self::Critique { sides }
            | Self::Pixels { sides, .. } => sides,
            Self::None | Self::Consultancy { .. } | Self::Glimpse { .. } => Sides::AsListed,
        }
    }
}

impl Stages {
    /// How many agents the composition needs at least; a student that is taught has no seat but a place.
    #[must_use]
    pub fn agents_min(&self) -> usize {
        self.seats_min().max(usize::from(self.distil.training().is_some()))
    }

    fn seats_min(&self) -> usize {
        match (self.answer, self.cross_check) {
            (Answering::Overseer, CrossCheck::None) => 0,
            (_, CrossCheck::None | CrossCheck::Consultancy { .. }) if self.answer != Answering::Sides => 1,
            _ => 2,
        }
    }

    /// How many agents have a seat or are taught; `None`: any number.
    #[must_use]
    pub fn agents_max(&self) -> Option<usize> {
        self.seats_max().map(|seats| seats + usize::from(self.distil.training().is_some()))
    }

    /// How many agents have a seat; `None`: any number.
    #[must_use]
    pub fn seats_max(&self) -> Option<usize> {
        match self.answer {
            Answering::Vote => None,
            Answering::Sides => Some(2),
            Answering::Agent => Some(1),
            Answering::Overseer => Some(self.seats_min()),
        }
    }

    /// What is wrong with these stages taken together, and the remedy.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let contested = !matches!(self.cross_check, CrossCheck::None | CrossCheck::Consultancy { .. });
        if contested != (self.answer == Answering::Sides) {
            return Some(
                "two-sided cross-checks go with answer = \"sides\", and only those: set both or neither"
                    .into(),
            );
        }
        if self.cross_check != CrossCheck::None && self.judge == Judge::None {
            return Some("a cross-check needs somebody who decides: set judge = \"overseer\"".into());
        }
        let splits = self.decompose != Decompose::None;
        if matches!(self.distil, Distil::Parametric { .. }) && !splits {
            return Some(
                "distillation learns from amplified answers: set decompose = { kind = \"tree\" }".into(),
            );
        }
        let Decompose::Tree { primitives, .. } = self.decompose else { return None };
        (self.distil.training().is_some() && primitives == Party::Agents).then(|| {
            "nobody teaches a student primitive questions that it answers itself: set primitives = \"overseer\"".into()
        })
    }
}
