//! Overseers as values: reach, budget, error models, panels and biases. An error
//! is a perturbation decided without knowing the truth.

pub mod network;

use crate::overseers::network::{JudgeNetwork, networks};
use crate::shape::{Field, Shape, Variant, optional, required};
use crate::units::Probability;
use serde::{Deserialize, Serialize};

/// An overseer, as a scenario resolves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverseerSpec {
    /// Its name, unique in the scenario; part of the address of its draws.
    pub name: String,
    /// The highest level it can verify unaided.
    pub reach: u32,
    /// What its acts on one root question may cost; `None`: without bound.
    pub budget: Option<u32>,
    /// What it does when the budget is spent, or a question is out of reach.
    pub exhausted: Exhausted,
    /// How it errs when judging a claim or answering.
    pub error: ErrorModel,
    /// How it errs when combining sub-answers.
    pub combining: ErrorModel,
    /// Whether the questions it always gets wrong, and *the* wrong answers, are the same in every trial.
    pub lasting: bool,
    /// Members who judge together by majority.
    pub panel: Panel,
    /// Pulls that have nothing to do with the truth.
    pub bias: Bias,
    /// Sub-claims at the end of a list that it does not look at.
    pub negligence: u32,
    /// How its confidence is distorted: confidence = 1/2 + (posterior - 1/2) x this, held in 0 to 1.
    pub miscalibration: f64,
    /// How hard it is to talk over in a consultancy.
    pub scepticism: f64,
    /// What its acts cost.
    pub cost: Cost,
    /// The network that it is, where it judges pictures by a few pixels.
    #[serde(default)]
    pub network: Option<JudgeNetwork>,
}

/// What an overseer may say in a scenario.
pub const FIELDS: &[Field] = &[
    required("name", Shape::Text, "", "its name, unique among the overseers; its draws are addressed by it"),
    optional(
        "reach",
        Shape::Count { min: 0, max: 64 },
        "1",
        "level",
        "the highest level it can verify unaided; more: a stronger overseer",
    ),
    optional(
        "budget",
        Shape::Count { min: 0, max: 1_000_000 },
        "",
        "cost units",
        "what its acts on one root question may cost, without bound if absent; more: a stronger overseer",
    ),
    optional(
        "exhausted",
        Shape::OneOf(&["abstain", "guess"]),
        "\"guess\"",
        "",
        "what it does when the budget is spent or a question is beyond its reach",
    ),
    optional(
        "error",
        Shape::Kind(errors),
        "{ kind = \"uniform\", rate = 0.0 }",
        "",
        "how it errs when judging a claim or answering a question",
    ),
    optional(
        "combining",
        Shape::Kind(errors),
        "{ kind = \"uniform\", rate = 0.0 }",
        "",
        "how it errs when combining sub-answers",
    ),
    optional(
        "lasting",
        Shape::Flag,
        "false",
        "",
        "whether what it always gets wrong (concentrated, systematic, adversarial) is the same in every trial, so that a student can learn it, and not of each trial's own",
    ),
    optional("panel", Shape::Table(PANEL), "{}", "", "members who judge together by majority"),
    optional("bias", Shape::Table(BIAS), "{}", "", "pulls that have nothing to do with the truth"),
    optional(
        "negligence",
        Shape::Count { min: 0, max: 64 },
        "0",
        "sub-claims",
        "sub-claims at the end of a list that it does not look at: it takes a named flaw there for none; more: a weaker overseer",
    ),
    optional(
        "miscalibration",
        Shape::Real { min: 0.0, max: 10.0 },
        "1.0",
        "factor",
        "its confidence is 1/2 + (posterior - 1/2) x this, held within 0 to 1; above 1: overconfident",
    ),
    optional(
        "scepticism",
        Shape::Real { min: -10.0, max: 10.0 },
        "0.5",
        "strength",
        "how hard it is to talk over in a consultancy; more: accepts less",
    ),
    optional("cost", Shape::Table(COST), "{}", "", "what its acts cost, in its own units"),
    optional(
        "network",
        Shape::Kind(networks),
        "",
        "",
        "the network that it is, trained before play: it judges pictures by a few pixels, and errs by what it has learned and not by an error model",
    ),
];

impl OverseerSpec {
    /// What is wrong with it taken together, and the remedy.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let network = self.network?;
        let plain = ErrorModel::Uniform { rate: Probability::ZERO, over: Over::Others };
        let alone = Panel { members: 1, correlation: Probability::ZERO, share_wrong: true };
        let unmoved = Bias { first: 0.0, longer: 0.0, confident: 0.0 };
        let set = [
            ("error", self.error != plain),
            ("combining", self.combining != plain),
            ("lasting", self.lasting),
            ("panel", self.panel != alone),
            ("bias", self.bias != unmoved),
            ("negligence", self.negligence != 0),
            ("scepticism", self.scepticism != 0.5),
        ];
        let set: Vec<&str> = set.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect();
        if !set.is_empty() {
            return Some(format!(
                "an overseer that is a network errs by what it has learned and not by a model; leave out {}",
                set.join(", ")
            ));
        }
        network.problem().map(|problem| format!("network: {problem}"))
    }
}

/// What happens at the end of the overseer's means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exhausted {
    /// It says "I don't know".
    Abstain,
    /// It guesses, uniformly.
    Guess,
}

/// How an overseer errs. Rates are per act, afresh each time, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ErrorModel {
    /// The answer is replaced by a uniform draw; accept-or-reject is flipped.
    Uniform {
        /// Chance per act.
        rate: Probability,
        /// What the replacing draw is over.
        over: Over,
    },
    /// Accepts false claims and rejects true ones at different rates.
    Asymmetric {
        /// Chance to accept a false claim; to answer wrongly where there is no claim.
        false_accept: Probability,
        /// Chance to reject a true claim.
        false_reject: Probability,
    },
    /// Sees *the* wrong answer of the question, always the same one.
    Concentrated {
        /// Chance per act.
        rate: Probability,
    },
    /// A fixed share of questions is always got wrong, in the same way.
    Systematic {
        /// Share of questions.
        rate: Probability,
    },
    /// As systematic, and the opponent knows which questions and steers there.
    Adversarial {
        /// Share of questions.
        rate: Probability,
    },
    /// The rate grows with the level: min(1, rate + growth x level).
    ByLevel {
        /// Chance per act at level 0.
        rate: Probability,
        /// Added per level.
        growth: Probability,
    },
    /// Error rates by level as measured: 1 - accuracy, from a CSV file.
    Table {
        /// CSV file with columns name, level, accuracy.
        file: String,
        /// The name of the rows to take.
        row: String,
        /// Accuracy by level, filled when the scenario is read; the last stands for all higher levels.
        #[serde(default)]
        accuracies: Vec<Probability>,
    },
}

/// What a wrong answer is drawn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// The other answers.
    Others,
    /// All answers and "I don't know".
    All,
}

/// The error models a scenario may name.
#[must_use]
pub fn errors() -> Vec<Variant> {
    const fn rate(doc: &'static str) -> Field {
        optional("rate", Shape::Probability, "0.1", "per act", doc)
    }
    const SHARE: Field = optional(
        "rate",
        Shape::Probability,
        "0.1",
        "share of questions",
        "share of questions it always gets wrong, fixed before play",
    );
    const fn variant(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Variant {
        Variant { name, doc, sees: "", source: "", fields }
    }
    const LIST: &[Variant] = &[
        variant(
            "uniform",
            "with probability rate the answer is replaced by a uniform draw, afresh each act; accept-or-reject is flipped",
            &[
                rate("chance per act; more: a weaker overseer"),
                optional(
                    "over",
                    Shape::OneOf(&["others", "all"]),
                    "\"others\"",
                    "",
                    "what the draw is over: the other answers, or all answers and \"I don't know\"",
                ),
            ],
        ),
        variant(
            "asymmetric",
            "accepts false claims and rejects true ones at different rates",
            &[
                optional(
                    "false_accept",
                    Shape::Probability,
                    "0.1",
                    "per act",
                    "chance to accept a false claim; also to answer wrongly where nothing is claimed",
                ),
                optional(
                    "false_reject",
                    Shape::Probability,
                    "0.1",
                    "per act",
                    "chance to reject a true claim",
                ),
            ],
        ),
        variant(
            "concentrated",
            "with probability rate, afresh each act, it sees the wrong answer of that question, always the same one; a claim is accepted if it is what is seen",
            &[rate("chance per act; more: a weaker overseer")],
        ),
        variant("systematic", "a fixed share of questions is always got wrong in the same way", &[SHARE]),
        variant(
            "adversarial",
            "as systematic, but the opponent knows which questions and steers there",
            &[SHARE],
        ),
        variant(
            "by_level",
            "the error rate grows with the level: min(1, rate + growth x level)",
            &[
                rate("chance per act at level 0"),
                optional(
                    "growth",
                    Shape::Probability,
                    "0.1",
                    "per level",
                    "added to the rate with each level; more: weaker on hard questions",
                ),
            ],
        ),
        variant(
            "table",
            "error rates by level, 1 - accuracy as measured, from a CSV file",
            &[
                required(
                    "file",
                    Shape::Text,
                    "",
                    "a CSV file with the columns name, level and accuracy, relative to the scenario",
                ),
                required("row", Shape::Text, "", "the name whose rows are taken"),
            ],
        ),
    ];
    LIST.to_vec()
}

/// A panel: members who judge each act together, by majority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// How many.
    pub members: u32,
    /// Correlation of their errors: a Polya urn.
    pub correlation: Probability,
    /// Whether members who err together see the same wrong answer.
    pub share_wrong: bool,
}

const PANEL: &[Field] = &[
    optional(
        "members",
        Shape::Count { min: 1, max: 99 },
        "1",
        "members",
        "members of the panel; more: independent errors average out",
    ),
    optional(
        "correlation",
        Shape::Probability,
        "0.0",
        "correlation",
        "correlation of the members' errors (0: independent, 1: one overseer); more: a panel helps less",
    ),
    optional(
        "share_wrong",
        Shape::Flag,
        "true",
        "",
        "whether members who err together see the same wrong answer",
    ),
];

/// Pulls that have nothing to do with the truth, in units of strength per turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bias {
    /// To the side that speaks first, where they speak in order.
    pub first: f64,
    /// To the longer argument: a deceiver's is the longer one.
    pub longer: f64,
    /// To the more confident side: times the difference in confidence; a deceiver's is 1, an honest agent's
    /// its accuracy.
    pub confident: f64,
}

const BIAS: &[Field] = &[
    optional(
        "first",
        Shape::Real { min: -2.0, max: 2.0 },
        "0.0",
        "strength",
        "added to the side that speaks first, where sides speak in order",
    ),
    optional(
        "longer",
        Shape::Real { min: -2.0, max: 2.0 },
        "0.0",
        "strength",
        "added to the side with the longer argument; a deceiver's is the longer one",
    ),
    optional(
        "confident",
        Shape::Real { min: -2.0, max: 2.0 },
        "0.0",
        "strength",
        "added to the more confident side, times the difference in confidence; a deceiver is never in doubt, an honest agent is as sure as it is accurate",
    ),
];

/// What the overseer's acts cost, in its own units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// A check of a claim, or an answer of its own.
    pub check: u32,
    /// Combining the sub-answers of one question.
    pub combine: u32,
    /// Reading one argument.
    pub read: u32,
}

const COST: &[Field] = &[
    optional(
        "check",
        Shape::Count { min: 0, max: 1000 },
        "1",
        "cost units",
        "a check of a claim, or an answer of its own",
    ),
    optional(
        "combine",
        Shape::Count { min: 0, max: 1000 },
        "1",
        "cost units",
        "combining the sub-answers of one question",
    ),
    optional("read", Shape::Count { min: 0, max: 1000 }, "0", "cost units", "reading one argument"),
];
