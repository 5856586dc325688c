//! The valid, immutable form of a scenario: what the engine plays. Everything
//! here is resolved: sweeps are cells, presets are stages, files are read.

use crate::agents::{AgentSpec, Competence, Stance};
use crate::overseers::OverseerSpec;
use crate::overseers::network::JudgeNetwork;
use crate::scenario::distil::Distil;
use crate::scenario::league::League;
use crate::scenario::outline::Outline;
use crate::scenario::stages::{Answering, CrossCheck, Decompose, Party, Stages};
use crate::tasks::FamilySpec;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A task: a family and what it means for agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskSpec {
    /// Its name, unique in the scenario; the family's word unless given.
    pub name: String,
    /// The family with its parameters.
    pub family: FamilySpec,
    /// Added to the strength of the side that holds the truth; 0 in the reference model.
    pub truth_advantage: f64,
    /// Elo-like difficulty of a primitive question, for agents with ratings.
    pub difficulty: f64,
    /// Difficulty added by each level.
    pub difficulty_per_level: f64,
}

/// A protocol: a composition of the five stages and the agents that play it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProtocolSpec {
    /// Its name, unique in the scenario; the preset's word unless given.
    pub name: String,
    /// The preset's word; `stages` for what is spelled out.
    pub preset: String,
    /// The five stages.
    pub stages: Stages,
    /// The tournament of agents that it is a meeting of, if it is one.
    pub league: Option<League>,
}

impl TaskSpec {
    /// The family's word.
    #[must_use]
    pub fn family_word(&self) -> String {
        let tagged = serde_json::to_value(&self.family).unwrap_or_default();
        tagged["family"].as_str().unwrap_or_default().into()
    }
}

/// How narrow 95 % intervals are to be before play ends: half their width. Neither: trials are counted beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Until {
    /// Of each cell's accuracy.
    pub accuracy: Option<f64>,
    /// Of the difference of each two strategies of the same task, overseer and sweep point.
    pub difference: Option<f64>,
}

/// One point of the tournament, complete in itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellSpec {
    /// Unique in the scenario and a function of the cell's own content: task, overseer,
    /// protocol and sweep point, as in `debate|human|claim_tree|overseer.human.error.rate=0.1`.
    pub id: String,
    /// Swept paths and their values, as text, in the order of the axes.
    pub point: Vec<(String, String)>,
    /// The scenario's seed.
    pub seed: u64,
    /// Trials per replicate; with [`CellSpec::until`], those before the first look.
    pub trials: u64,
    /// When play ends, if it is not after so many trials.
    pub until: Until,
    /// Independent runs.
    pub replicates: u32,
    /// What is asked.
    pub task: TaskSpec,
    /// Who oversees.
    pub overseer: OverseerSpec,
    /// How.
    pub protocol: ProtocolSpec,
    /// The line-up in the protocol's order.
    pub agents: Vec<AgentSpec>,
}

impl CellSpec {
    /// Whether something is trained in it before play, so that its trials are not independent.
    #[must_use]
    pub fn learns(&self) -> bool {
        self.has_students() || self.judge().is_some()
    }

    /// The network that judges in it, if its overseer is one and is asked anything.
    #[must_use]
    pub fn judge(&self) -> Option<JudgeNetwork> {
        let Stages { decompose, answer, cross_check, .. } = &self.protocol.stages;
        let asked = *answer == Answering::Overseer
            || *cross_check != CrossCheck::None
            || matches!(decompose, Decompose::Tree { primitives: Party::Overseer, .. })
            || self.agents.iter().any(|agent| agent.stance == Stance::Sycophantic);
        self.overseer.network.filter(|_| asked)
    }

    /// Whether somebody of the line-up is trained.
    #[must_use]
    pub fn has_students(&self) -> bool {
        self.protocol.stages.distil != Distil::None
            || self.agents.iter().any(|agent| agent.competence.is_learned())
    }

    /// The agent that the protocol trains, if it trains one: the last that learns and was not schooled.
    #[must_use]
    pub fn student(&self) -> Option<usize> {
        self.protocol.stages.distil.training()?;
        let untaught =
            |agent: &AgentSpec| matches!(agent.competence, Competence::Learned { schooling: None, .. });
        self.agents.iter().rposition(untaught)
    }
}

/// What a scenario expects of some of its cells, asserted after a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Protocol names it is about; empty: all.
    pub protocols: Vec<String>,
    /// Overseer names it is about; empty: all.
    pub overseers: Vec<String>,
    /// Column of `cells.csv`, such as `accuracy`.
    pub column: String,
    /// Expected value.
    pub value: f64,
    /// Allowed distance, in the column's unit.
    pub within: f64,
    /// Why.
    pub because: String,
}

/// A value that somebody published, shown beside ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The id of the cell it is beside.
    pub cell: String,
    /// What was measured.
    pub measure: Measure,
    /// The level it is about.
    pub level: u32,
    /// The published value.
    pub value: f64,
    /// Who published it, and where.
    pub source: String,
    /// What their setting had that ours has not.
    pub note: Option<String>,
}

/// What a published value measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The cell's accuracy.
    Accuracy,
    /// The targets' accuracy at a level.
    Target,
    /// The accuracy of the student's likeliest answers at a level.
    Argmax,
    /// The accuracy of its drawn answers at a level.
    Sampled,
    /// The performance gap recovered at a level.
    GapRecovered,
}

/// A whole scenario, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    /// What it shows, in a sentence or two; may be empty.
    pub about: String,
    /// The seed of every draw.
    pub seed: u64,
    /// Trials per cell and replicate.
    pub trials: u64,
    /// Independent runs.
    pub replicates: u32,
    /// Every cell, in the order tasks, overseers, protocols, sweep points (last axis fastest); none of a large sweep.
    pub cells: Vec<CellSpec>,
    /// A sweep whose cells are too many to be there at once.
    pub large: Option<Arc<Outline>>,
    /// What is asserted after a run.
    pub expectations: Vec<Expectation>,
    /// What others found.
    pub published: Vec<Published>,
    /// The resolved scenario with every default and imported table filled in:
    /// [`crate::scenario::from_document`] gives this value back.
    pub document: serde_json::Value,
}
