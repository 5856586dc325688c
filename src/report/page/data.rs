//! What a page shows, as plain values: flat rows that name each other by index.
//! Holds no statistics of its own; every number arrives finished.
//!
//! Indices that point nowhere are shown as unknown, never followed. Numbers that are not finite are shown as
//! missing.

use crate::records::{Shown, Stood};
use serde::{Deserialize, Serialize};

/// A page. Empty lists leave out the views that would show them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageData {
    /// The scenario's name.
    pub title: String,
    /// What it is about, a sentence or two.
    pub about: String,
    /// The scenario as run, in TOML.
    pub scenario_text: String,
    /// The command line that gives these results again.
    pub command: String,
    /// What else fixes the results, as (name, value): seed, version, hash, replicates, trials.
    pub facts: Vec<(String, String)>,
    /// Names of the strategies, in the scenario's order: it sets their colours and shapes.
    pub strategies: Vec<String>,
    /// What strategies are compared within.
    pub groups: Vec<Group>,
    /// Swept parameters.
    pub axes: Vec<Axis>,
    /// What is measured of a cell beyond its fixed fields.
    pub metrics: Vec<Metric>,
    /// Cells, in the tournament's order.
    pub cells: Vec<Cell>,
    /// Paired differences.
    pub pairs: Vec<Pair>,
    /// Strategies that cannot be told apart.
    pub tied: Vec<Tie>,
    /// Rounds of distillation.
    pub rounds: Vec<Round>,
    /// Reliability of confidences.
    pub calibration: Vec<Bins>,
    /// Tables of ratings.
    pub rating_tables: Vec<RatingTable>,
    /// Their rows.
    pub ratings: Vec<Rating>,
    /// Accuracy as agents try more stances.
    pub pressure: Vec<Pressure>,
    /// What agents gain by changing their stances.
    pub incentives: Vec<Incentive>,
    /// Published values beside ours.
    pub published: Vec<Published>,
    /// Matches to read.
    pub matches: Vec<Match>,
}

/// A task and an overseer: strategies meet within it, on the same questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Name of the task.
    pub task: String,
    /// Name of the overseer.
    pub overseer: String,
}

/// A swept parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// Its path in the scenario.
    pub path: String,
    /// Its values as text, in the order of the sweep.
    pub values: Vec<String>,
    /// Whether every value reads as a number: then a chart spaces them by size.
    pub numeric: bool,
}

/// A further measure of cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name, in words.
    pub name: String,
    /// Its unit; empty for a plain number, `share` for one of 0 to 1, shown in percent.
    pub unit: String,
    /// What it means, in a sentence.
    pub doc: String,
}

/// A strategy at one point of a group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The id that the command line takes to run this cell alone; may be empty.
    pub id: String,
    /// Index into [`PageData::groups`].
    pub group: u32,
    /// Index into [`PageData::strategies`].
    pub strategy: u32,
    /// For each axis, an index into its values.
    pub point: Vec<u32>,
    /// Trials, over all replicates.
    pub trials: u64,
    /// Share of trials with the right verdict, 0 to 1.
    pub accuracy: f64,
    /// Its 95 % interval; `None` for a single run of what trains something.
    pub interval: Option<(f64, f64)>,
    /// Mean cost of a trial, in the overseer's units.
    pub cost: f64,
    /// Mean number of answers asked of agents in a trial.
    pub agent_calls: f64,
    /// Share of trials without an answer, 0 to 1.
    pub abstained: f64,
    /// Mean confidence of the verdicts, 0 to 1.
    pub confidence: f64,
    /// Why there is nothing here: then the numbers mean nothing and are not shown.
    pub failed: Option<String>,
    /// Accuracy of a guess, 0 to 1.
    pub chance: Option<f64>,
    /// Values of [`PageData::metrics`], in their order.
    pub metrics: Vec<Option<f64>>,
}

/// The paired difference of two strategies' accuracies at one point: a minus b.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Index into [`PageData::groups`].
    pub group: u32,
    /// For each axis, an index into its values.
    pub point: Vec<u32>,
    /// The strategy that is subtracted from.
    pub a: u32,
    /// The strategy that is subtracted.
    pub b: u32,
    /// Accuracy of a minus accuracy of b, -1 to 1.
    pub difference: f64,
    /// Its 95 % interval, where there is one.
    pub interval: Option<(f64, f64)>,
    /// The test's p-value, 0 to 1.
    pub p: Option<f64>,
    /// The same by Holm's step-down over the comparisons of this group and point.
    pub p_holm: Option<f64>,
}

/// Strategies at one point that cannot be told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// Index into [`PageData::groups`].
    pub group: u32,
    /// For each axis, an index into its values.
    pub point: Vec<u32>,
    /// Sets of strategies, best first; a strategy may be in several. Each set gets a letter.
    pub sets: Vec<Vec<u32>>,
}

/// A level of a round of distillation in one replicate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Index into [`PageData::cells`].
    pub cell: u32,
    /// The replicate, from 0.
    pub replicate: u32,
    /// The round, from 1.
    pub round: u32,
    /// Level of the questions.
    pub level: u32,
    /// Share of the composition's verdicts that are right, 0 to 1.
    pub target: Option<f64>,
    /// Share of the student's likeliest answers that are right, 0 to 1.
    pub argmax: Option<f64>,
    /// Share of its drawn answers that are right, 0 to 1.
    pub sampled: Option<f64>,
    /// Mean loss of the round, in nats.
    pub loss: Option<f64>,
    /// Steps of training so far.
    pub steps: u64,
}

/// How a cell's confidences hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Index into [`PageData::cells`].
    pub cell: u32,
    /// Bins with trials in them, by rising confidence.
    pub bins: Vec<Bin>,
    /// Expected calibration error, 0 to 1.
    pub ece: f64,
    /// Brier score, 0 to 1.
    pub brier: f64,
    /// Logarithmic loss, in nats.
    pub log_loss: Option<f64>,
}

/// Verdicts of like confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Verdicts.
    pub trials: u64,
    /// Of them, those that are right.
    pub right: u64,
    /// Their mean confidence, 0 to 1.
    pub confidence: f64,
}

/// A table of ratings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingTable {
    /// What is rated, on what.
    pub name: String,
    /// Who plays: `strategies` or `agents`.
    pub kind: String,
    /// What is to be known when reading it: whether results are transitive, say. Shown as it is; may be empty.
    pub note: String,
}

/// A player's ratings in one table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Index into [`PageData::rating_tables`].
    pub table: u32,
    /// Name of the player: a strategy's or an agent's.
    pub player: String,
    /// Maximum-likelihood rating, on Elo's scale.
    pub rating: f64,
    /// Its 95 % interval, where there is one.
    pub interval: Option<(f64, f64)>,
    /// Games played; 0: unknown, then none of the three counts is shown.
    pub games: u64,
    /// Of them, those won.
    pub wins: u64,
    /// Of them, those drawn.
    pub draws: u64,
    /// Online Elo rating, which depends on the order of matches.
    pub elo: Option<f64>,
    /// Share in the Nash average, 0 to 1.
    pub nash: Option<f64>,
    /// Mass under alpha-rank, 0 to 1.
    pub alpha_rank: Option<f64>,
}

/// Accuracy under optimisation pressure: an agent tries several stances a question, and the overseer's favourite
/// is taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pressure {
    /// Index into [`PageData::cells`].
    pub cell: u32,
    /// Name of the agent that optimises.
    pub agent: String,
    /// Stances it tries a question, from 1.
    pub n: u32,
    /// Share of matches that it wins, 0 to 1; a draw is half a win.
    pub wins: f64,
    /// Share of trials with the right verdict, 0 to 1.
    pub accuracy: f64,
    /// The 95 % interval of the accuracy, where there is one.
    pub interval: Option<(f64, f64)>,
}

/// What agents gain by changing their stances in a cell, and where that leads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incentive {
    /// Index into [`PageData::cells`].
    pub cell: u32,
    /// Share of trials with the right verdict, 0 to 1, the agents being as the scenario has them.
    pub accuracy: f64,
    /// The best response of each agent to the others.
    pub responses: Vec<Response>,
    /// How far the agents as given are from an equilibrium, in share of matches, 0 to 1.
    pub exploitability: f64,
    /// An equilibrium in words: who plays what how often.
    pub equilibrium: String,
    /// Share of trials with the right verdict in that equilibrium, 0 to 1.
    pub equilibrium_accuracy: f64,
    /// Its 95 % interval, where there is one.
    pub equilibrium_interval: Option<(f64, f64)>,
}

/// An agent's best response.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Name of the agent.
    pub agent: String,
    /// The stance that gains it most, the others staying as they are.
    pub stance: String,
    /// What it gains, in share of matches won, 0 to 1.
    pub gain: f64,
    /// Share of trials with the right verdict then, 0 to 1.
    pub accuracy: f64,
}

/// A published value beside ours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// What is measured.
    pub what: String,
    /// Its unit, as in [`Metric::unit`]; values of one unit share a chart.
    pub unit: String,
    /// The published value.
    pub published: f64,
    /// Ours; `None` where it was not measured.
    pub ours: Option<f64>,
    /// The 95 % interval of ours.
    pub interval: Option<(f64, f64)>,
    /// Where it was published.
    pub source: String,
    /// Whether ours agrees, where that can be said.
    pub agrees: Option<bool>,
}

/// A match to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// Index into [`PageData::cells`].
    pub cell: u32,
    /// The replicate, from 0.
    pub replicate: u32,
    /// The trial, from 0.
    pub trial: u64,
    /// The true answer.
    pub truth: String,
    /// The answer given out.
    pub verdict: String,
    /// Whether it is right.
    pub right: bool,
    /// The root question.
    pub root: Node,
}

/// A question of a match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The question in words.
    pub question: String,
    /// Who claimed, challenged, checked and erred, in order.
    pub lines: Vec<String>,
    /// The accepted answer.
    pub verdict: String,
    /// Whether it is right.
    pub right: bool,
    /// What happened here.
    pub marks: Vec<Mark>,
    /// Whether the error made here decided the verdict of the match.
    pub deciding: bool,
    /// Sub-questions.
    pub children: Vec<Node>,
    /// What was shown of the picture that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
}

/// What a judge was shown of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The picture of 28 x 28 pixels, row after row, each as two hexadecimal digits; 00 where there is no ink.
    pub picture: String,
    /// Pixels in the order they were shown.
    pub shown: Vec<Shown>,
    /// Who stood for which label, where that is known.
    pub stood: Vec<Stood>,
}

/// What can happen at a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The claim was challenged.
    Challenged,
    /// The challenger gave in.
    Conceded,
    /// The overseer checked it, rightly.
    Verified,
    /// The overseer recombined sub-answers, rightly.
    Combined,
    /// An act of the overseer erred.
    Erred,
    /// It was taken over unchecked.
    Unchecked,
    /// It got no answer.
    Abstained,
}
