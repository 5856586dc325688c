//! cells.csv, calibration.csv and trials.csv: what the matches of each cell came to.

use super::share;
use crate::records::scores::{Bin, CERTAIN};
use crate::records::{CellRecord, Tally, TrialRecord};
use crate::report::Row;
use crate::report::table::{Fields, Rows, Value};
use crate::scenario::spec::CellSpec;
use crate::stats::calibration::{self, Point};
use crate::stats::pairs::Pairs;
use crate::stats::{LEVEL, accuracy, interval};
use crate::tasks::Family;

/// A cell and its sums.
struct Cell<'a> {
    cell: &'a CellSpec,
    record: &'a CellRecord,
    total: Tally,
}

impl Cell<'_> {
    fn mean(&self, sum: u64) -> Option<f64> {
        Some(sum as f64 / self.total.trials.max(1) as f64)
    }

    /// Verdicts that are no abstention.
    fn given(&self) -> u64 {
        self.total.trials - self.total.abstained
    }

    /// Matches by which of two sides stood for the truth.
    fn sides(&self) -> Pairs {
        let Tally { trials, first_true, first_alone, second_alone, .. } = self.total;
        Pairs {
            both: first_true - first_alone,
            first: first_alone,
            second: second_alone,
            neither: trials - first_true - second_alone,
        }
    }
}

fn fields<'a>(swept: &[String]) -> Fields<Cell<'a>> {
    let fields = Fields::<Cell<'a>>::default()
        .text("id", "the cell's own name: protocol, overseer, task, and the point of the sweep", |r| {
            r.cell.id.clone()
        })
        .text("protocol", "the strategy's name in the scenario", |r| r.cell.protocol.name.clone())
        .text("preset", "the published protocol it is; stages where it is spelled out", |r| {
            r.cell.protocol.preset.clone()
        })
        .text("overseer", "the overseer's name", |r| r.cell.overseer.name.clone())
        .text("task", "the task's name", |r| r.cell.task.name.clone())
        .text("family", "the task's family", |r| r.cell.task.family_word())
        .text("agents", "the line-up, in the protocol's order", |r| {
            let agents: Vec<&str> = r.cell.agents.iter().map(|agent| agent.name.as_str()).collect();
            agents.join(" + ")
        });
    let fields = swept.iter().enumerate().fold(fields, |fields, (at, path)| {
        // What the top of a scenario calls by one word has a column already.
        let name = if path.contains('.') { path.clone() } else { format!("sweep.{path}") };
        fields.text(name, "the value of a swept parameter: a column a path", move |r: &Cell| {
            r.cell.point.get(at).map_or_else(String::new, |(_, value)| value.clone())
        })
    });
    shares(means(counts(fields)))
}

fn counts(fields: Fields<Cell<'_>>) -> Fields<Cell<'_>> {
    fields
        .count("seed", "", "the seed of every draw", |r| r.cell.seed)
        .count("replicates", "runs", "independent runs", |r| r.cell.replicates.into())
        .count("trials", "matches", "matches played, all replicates together", |r| r.total.trials)
        .count("right", "matches", "matches with the right verdict", |r| r.total.right)
        .count("abstained", "matches", "matches whose verdict is \"I don't know\"", |r| r.total.abstained)
        .number("accuracy", "share", "matches with the right verdict; an abstention is not right", |r| {
            Some(accuracy(r.record))
        })
        .formula("right / trials")
        .ends("accuracy", "share", |r| interval(r.record))
        .formula(
            "Wilson's over trials; over replicates, on the scale of ln(p / (1 - p)) by Student's t, where trials \
             share a training; a confidence sequence where play went on until it was narrow",
        )
        .source("Wilson1927")
        .number(
            "confidence_mean",
            "probability",
            "the overseer's posterior of its verdict under its declared error model; empty without verdicts",
            |r| Some(r.total.confidence as f64 / 65_536.0 / r.given() as f64).filter(|_| r.given() > 0),
        )
}

fn means(fields: Fields<Cell<'_>>) -> Fields<Cell<'_>> {
    fields
        .number("checks_mean", "checks a match", "checks that the overseer made", |r| r.mean(r.total.checks))
        .number("combines_mean", "acts a match", "recombinations that the overseer made", |r| {
            r.mean(r.total.combines)
        })
        .number("arguments_mean", "arguments a match", "arguments that the overseer read", |r| {
            r.mean(r.total.arguments)
        })
        .number("cost_mean", "checks a match", "what the overseer's acts cost, in its own units", |r| {
            r.mean(r.total.cost)
        })
        .number("agent_calls_mean", "calls a match", "answers that agents were asked for", |r| {
            r.mean(r.total.agent_calls)
        })
        .number("depth_mean", "levels", "levels from the root to the deepest question that was asked", |r| {
            r.mean(r.total.depth)
        })
        .number("erred_mean", "acts a match", "acts of the overseer that erred", |r| r.mean(r.total.erred))
        .number(
            "first_true_mean",
            "share",
            "matches whose first side, or who answered alone, stood for the truth at the root",
            |r| r.mean(r.total.first_true),
        )
        .number("contested_mean", "questions a match", "questions cross-checked between two claims", |r| {
            r.mean(r.total.contested)
        })
        .number(
            "all_nodes_right",
            "share",
            "matches in which every question that was asked got the right verdict, given its sub-answers",
            |r| r.mean(r.total.all_nodes_right),
        )
}

fn shares(fields: Fields<Cell<'_>>) -> Fields<Cell<'_>> {
    fields
        .number("brier", "", "Brier score of the verdicts given: 0 is best", |r| calibration::brier(&r.total))
        .formula("mean of (confidence - right)^2")
        .source("Brier1950")
        .number("log_loss", "nats", "logarithmic loss of the verdicts given: 0 is best", |r| {
            calibration::log_loss(&r.total)
        })
        .formula("mean of -ln of the probability given to the outcome")
        .source("Good1952")
        .number("calibration_error", "share", "expected calibration error of the verdicts given", |r| {
            (r.given() > 0).then(|| calibration::expected_error(&r.record.all_bins()))
        })
        .formula("mean of |right - confidence| over ten bins of equal width, weighted by their verdicts")
        .source("Naeini2015")
        .number("accuracy_first_true", "share", "accuracy where the first side stood for the truth", |r| {
            share(r.total.first_true_right, r.total.first_true)
        })
        .number("accuracy_first_false", "share", "accuracy where the first side stood for a falsehood", |r| {
            let Tally { trials, right, first_true, first_true_right, .. } = r.total;
            share(right - first_true_right, trials - first_true)
        })
        .source("Khan2024")
        .number("honest_first_wins", "share", "right verdicts where only the first of two sides told the truth", |r| {
            share(r.total.first_alone_right, r.total.first_alone)
        })
        .number("honest_second_wins", "share", "right verdicts where only the second of two sides told the truth", |r| {
            share(r.total.second_alone_right, r.total.second_alone)
        })
        .number(
            "score_difference",
            "",
            "agent score difference: what arguing for the truth earns more than for a lie, if paid the overseer's \
             posterior of the claim, or by the Brier score; where one side is honest and the verdict is a side's",
            |r| calibration::score_difference(&r.total),
        )
        .formula("mean of 2 P(truth) - 1")
        .source("Sudhir2025")
        .number("score_difference_log", "nats", "the same, if paid the logarithm of the posterior", |r| {
            calibration::score_difference_log(&r.total)
        })
        .formula("mean of ln P(truth) - ln P(lie)")
        .source("Sudhir2025")
        .number("first_wins", "share", "matches of two claims whose verdict is the first side's", |r| {
            r.mean(r.total.first_wins)
        })
        .number("second_wins", "share", "matches of two claims whose verdict is the second side's", |r| {
            r.mean(r.total.second_wins)
        })
        .number(
            "kappa_sides",
            "",
            "errors shared between the two sides: 1 where both stand for falsehoods in the same matches, 0 where they \
             do independently, below 0 where in different ones; empty where neither ever varies",
            |r| r.sides().kappa(),
        )
        .formula("Cohen's kappa of standing for the truth")
        .source("Cohen1960")
        .number("chance", "share", "accuracy of a uniform guess; empty where questions have different numbers of answers", |r| {
            r.cell.task.family.answers_alike().map(|answers| 1.0 / f64::from(answers))
        })
        .number("checks_per_verdict", "checks", "checks of the overseer for each verdict that is no abstention", |r| {
            share(r.total.checks, r.given())
        })
}

/// cells.csv.
pub(super) fn table<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    let swept: Vec<String> =
        rows.first().map_or(&[][..], |(cell, _)| &cell.point).iter().map(|(path, _)| path.clone()).collect();
    let cells = rows.iter().map(|&(cell, record)| Cell { cell, record, total: record.total() });
    fields(&swept).table("cells", cells)
}

/// A cell's row of cells.csv by column.
#[must_use]
pub fn row(cell: &CellSpec, record: &CellRecord) -> Vec<(String, Value)> {
    let swept: Vec<String> = cell.point.iter().map(|(path, _)| path.clone()).collect();
    let fields = fields(&swept);
    let names = fields.columns().into_iter().map(|column| column.name.into_owned());
    names.zip(fields.row(&Cell { cell, record, total: record.total() })).collect()
}

/// The columns of cells.csv; one stands for those of a sweep.
pub(super) fn example() -> Rows<'static> {
    fields(&["overseer.human.error.rate".to_owned()]).table("cells", [])
}

/// calibration.csv.
pub(super) fn calibration<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, usize, Bin, Point);
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .count("bin", "", "which tenth of the confidences, 0 to 9", |r| r.1 as u64)
        .count("trials", "verdicts", "verdicts of such a confidence", |r| r.2.trials)
        .count("right", "verdicts", "of them, those that are right", |r| r.2.right)
        .number("confidence", "probability", "their mean confidence", |r| Some(r.3.confidence))
        .ends("accuracy", "share", |r| r.3.interval);
    let lines = rows.iter().flat_map(|(cell, record)| {
        let points = calibration::reliability(record, LEVEL).into_iter();
        points.map(move |(at, bin, point)| (*cell, at, bin, point))
    });
    fields.table("calibration", lines)
}

/// trials.csv.
pub(super) fn trials<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, TrialRecord);
    let answer = |answer: u16| (answer != u16::MAX).then_some(u64::from(answer));
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .count("replicate", "", "the replicate, from 0", |r| r.1.replicate.into())
        .count("trial", "", "the trial, from 0", |r| r.1.trial)
        .maybe_count("verdict", "answer", "the answer given out; empty: an abstention", move |r| {
            answer(r.1.verdict)
        })
        .maybe_count(
            "first_side",
            "answer",
            "what the first side claimed at the root; empty: nothing",
            move |r| answer(r.1.sides[0]),
        )
        .maybe_count(
            "second_side",
            "answer",
            "what the second side claimed, or the only one once more",
            move |r| answer(r.1.sides[1]),
        )
        .count("right", "", "1 if the verdict is right, else 0", |r| r.1.tally.right)
        .count("abstained", "", "1 if it is \"I don't know\", else 0", |r| r.1.tally.abstained)
        .count("cost", "checks", "what the overseer's acts cost", |r| r.1.tally.cost)
        .count("checks", "checks", "checks that the overseer made", |r| r.1.tally.checks)
        .count("combines", "acts", "recombinations that it made", |r| r.1.tally.combines)
        .count("agent_calls", "calls", "answers that agents were asked for", |r| r.1.tally.agent_calls)
        .count("erred", "acts", "acts of the overseer that erred", |r| r.1.tally.erred)
        .count("arguments", "arguments", "arguments that the overseer read", |r| r.1.tally.arguments)
        .count("depth", "levels", "levels from the root to the deepest question", |r| r.1.tally.depth)
        .count("first_true", "", "1 if the first side stood for the truth", |r| r.1.tally.first_true)
        .count("contested", "questions", "questions cross-checked between two claims", |r| {
            r.1.tally.contested
        })
        .count("all_nodes_right", "", "1 if every verdict is right, given its sub-answers", |r| {
            r.1.tally.all_nodes_right
        })
        .number("confidence", "probability", "the verdict's confidence; 0 in an abstention", |r| {
            Some(r.1.tally.confidence as f64 / f64::from(CERTAIN))
        });
    let lines = rows.iter().flat_map(|(cell, record)| record.trials.iter().map(move |trial| (*cell, *trial)));
    fields.table("trials", lines)
}
