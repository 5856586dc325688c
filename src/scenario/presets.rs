//! Published protocols as presets of the five stages: what each is, who sees what, whose acts count.

use crate::agents::learned::Training;
use crate::scenario::distil::{DENOISE, Distil, FIT, ROUNDS, TRAINED, TRAINED_IF, Targets};
use crate::scenario::stages::{
    ASKS, Answering, CrossCheck, DEPTH, Decompose, Judge, OPEN, ORDER, Order, PRECOMMIT, PRIMITIVES, Party,
    SEEN, SHOWN, SIDES, Sides, Stages, TURNS, VOTES,
};
use crate::shape::{Field, Variant};
use crate::units::Probability;
use serde::{Deserialize, Serialize};

/// A published protocol, as a preset of the stages.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "preset", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "each preset and field is documented in `presets`")]
pub enum Preset {
    Unaided,
    Trust,
    Consultancy {
        turns: u32,
        open: bool,
    },
    Debate {
        turns: u32,
        order: Order,
        open: bool,
        sides: Sides,
    },
    RecursiveDebate {
        sides: Sides,
    },
    CrossExamination {
        asks: u32,
        sides: Sides,
    },
    Critique {
        sides: Sides,
    },
    PixelDebate {
        turns: Option<u32>,
        precommit: bool,
        sides: Sides,
    },
    PixelGlimpse {
        seen: Option<u32>,
    },
    Vote,
    Amplification {
        depth: u32,
        votes: u32,
        primitives: Party,
    },
    AmplifiedDebate {
        depth: u32,
        votes: u32,
        turns: u32,
        order: Order,
        sides: Sides,
    },
    IteratedAmplification {
        depth: u32,
        votes: u32,
        primitives: Party,
        rounds: u32,
        fit_error: Probability,
        denoise: Probability,
        training: Option<Training>,
    },
    Supervised {
        training: Training,
    },
    Imitation {
        training: Training,
    },
    WeakToStrong {
        training: Training,
    },
}

/// The presets a scenario may name.
#[must_use]
pub fn presets() -> Vec<Variant> {
    const fn preset(
        name: &'static str,
        source: &'static str,
        doc: &'static str,
        sees: &'static str,
        fields: &'static [Field],
    ) -> Variant {
        Variant { name, doc, sees, source, fields }
    }
    const LIST: &[Variant] = &[
        preset(
            "unaided",
            "",
            "the overseer alone",
            "overseer: the question; 1 check within reach, beyond it chance or abstention",
            &[],
        ),
        preset("trust", "", "the first agent's word", "nobody checks anything", &[]),
        preset(
            "consultancy",
            "Khan2024",
            "one consultant argues for a claim",
            "overseer: one claim and the strength of its arguments; 1 check; rejected: the other claim if there is one, else it abstains",
            &[TURNS, OPEN],
        ),
        preset(
            "debate",
            "Irving2018",
            "two agents argue for two claims; the overseer weighs strengths",
            "overseer: two claims, strengths each turn; errs per turn; equal claims are the verdict, undebated, without a check; a tie is a fair coin",
            &[TURNS, ORDER, OPEN, SIDES],
        ),
        preset(
            "recursive_debate",
            "Irving2018",
            "a dispute descends to a part that the overseer can check",
            "challenger: the defender's parts; overseer: the one part or recombination disputed last, 1 check; no flaw found: the claim stands",
            &[SIDES],
        ),
        preset(
            "cross_examination",
            "Barnes2020",
            "recursive debate in which the challenger may ask again",
            "as recursive_debate; an inconsistent defender loses without a check",
            &[ASKS, SIDES],
        ),
        preset(
            "critique",
            "Saunders2022",
            "a critic names one flaw in a claim",
            "critic: the parts it inspects; overseer: the named flaw, 1 check; none named: the claim stands",
            &[SIDES],
        ),
        preset(
            "pixel_debate",
            "Irving2018",
            "two agents take turns to show the overseer one pixel each of a picture",
            "agents: the picture and what the overseer would think; overseer, a network: the pixels shown; 1 check, and an argument read for each pixel; equal claims are the verdict, undebated",
            &[SHOWN, PRECOMMIT, SIDES],
        ),
        preset(
            "pixel_glimpse",
            "Irving2018",
            "no debate: the overseer sees as many pixels at random, and decides between two claims; what a debate is to be measured by",
            "overseer, a network: pixels at random; 1 check; a deceiver whose lie is the worst knows which; equal claims are the verdict",
            &[SEEN],
        ),
        preset(
            "vote",
            "",
            "all agents answer, the plurality is the verdict",
            "nobody checks anything; ties by a coin",
            &[],
        ),
        preset(
            "amplification",
            "Christiano2018",
            "the overseer combines the sub-answers of its agents",
            "overseer: sub-answers, combines at each split question with its combining error; budget spent: abstains or guesses",
            &[DEPTH, VOTES, PRIMITIVES],
        ),
        preset(
            "amplified_debate",
            "Irving2018",
            "amplification in which each answer is debated",
            "overseer: sub-answers, and two claims with strengths at each question",
            &[DEPTH, VOTES, TURNS, ORDER, SIDES],
        ),
        preset(
            "iterated_amplification",
            "Christiano2018",
            "amplification whose assistant is the student of the last iteration",
            "as amplification, in each of the rounds; the verdict is the amplified student's, or the word of a trained one",
            &[DEPTH, VOTES, PRIMITIVES, ROUNDS, FIT, DENOISE, TRAINED_IF],
        ),
        preset(
            "supervised",
            "Christiano2018",
            "a student is trained on the true answers: the ceiling of what training can reach",
            "student: the facts and the question; the verdict is its word",
            &[TRAINED],
        ),
        preset(
            "imitation",
            "Christiano2018",
            "a student is trained on what the overseer says alone: the floor that amplification starts from",
            "overseer: the question, within reach, 1 check; student: the facts and the question; the verdict is its word",
            &[TRAINED],
        ),
        preset(
            "weak_to_strong",
            "Burns2023",
            "a student is trained on what a weaker agent says",
            "the first agent labels, unchecked; student: the facts and the question; the verdict is its word",
            &[TRAINED],
        ),
    ];
    LIST.to_vec()
}

impl Preset {
    /// The stages that the preset stands for.
    #[must_use]
    pub fn stages(self) -> Stages {
        let alone = |answer, judge| Stages {
            decompose: Decompose::None,
            answer,
            cross_check: CrossCheck::None,
            judge,
            distil: Distil::None,
        };
        let contested = |cross_check| Stages { cross_check, ..alone(Answering::Sides, Judge::Overseer) };
        match self {
            Self::Unaided => alone(Answering::Overseer, Judge::Overseer),
            Self::Trust => alone(Answering::Agent, Judge::None),
            Self::Vote => alone(Answering::Vote, Judge::None),
            Self::Consultancy { turns, open } => {
                Stages { answer: Answering::Agent, ..contested(CrossCheck::Consultancy { turns, open }) }
            }
            Self::Debate { turns, order, open, sides } => {
                contested(CrossCheck::Debate { turns, order, open, sides })
            }
            Self::RecursiveDebate { sides } => contested(CrossCheck::RecursiveDebate { sides }),
            Self::CrossExamination { asks, sides } => contested(CrossCheck::CrossExamination { asks, sides }),
            Self::Critique { sides } => contested(CrossCheck::Critique { sides }),
            Self::PixelDebate { turns, precommit, sides } => {
                contested(CrossCheck::Pixels { turns, precommit, sides })
            }
            Self::PixelGlimpse { seen } => contested(CrossCheck::Glimpse { seen }),
            Self::Amplification { depth, votes, primitives } => Stages {
                decompose: Decompose::Tree { depth, votes, primitives },
                ..alone(Answering::Agent, Judge::Overseer)
            },
            Self::AmplifiedDebate { depth, votes, turns, order, sides } => Stages {
                decompose: Decompose::Tree { depth, votes, primitives: Party::Agents },
                ..contested(CrossCheck::Debate { turns, order, open: false, sides })
            },
            Self::IteratedAmplification {
                depth,
                votes,
                primitives,
                rounds,
                fit_error,
                denoise,
                training,
            } => Stages {
                decompose: Decompose::Tree { depth, votes, primitives },
                distil: training.map_or(Distil::Parametric { rounds, fit_error, denoise }, |training| {
                    Distil::Learned { targets: Targets::Verdicts, training }
                }),
                ..alone(Answering::Agent, Judge::Overseer)
            },
            Self::Supervised { training } => Stages {
                distil: Distil::Learned { targets: Targets::Truth, training },
                ..alone(Answering::Overseer, Judge::Overseer)
            },
            Self::Imitation { training } => Stages {
                distil: Distil::Learned { targets: Targets::Verdicts, training },
                ..alone(Answering::Overseer, Judge::Overseer)
            },
            Self::WeakToStrong { training } => Stages {
                distil: Distil::Learned { targets: Targets::Verdicts, training },
                ..alone(Answering::Agent, Judge::None)
            },
        }
    }
}
