//! rounds.csv, levels.csv, students.csv, compared.csv and tolerance.csv: what trainings came to.

use super::share;
use crate::records::{LearnedRound, RoundRecord, StudentRecord};
use crate::report::Row;
use crate::report::table::{Fields, Rows};
use crate::scenario::spec::CellSpec;
use crate::stats::learning::{Compared, Level, Tolerance, compared, levels, tolerances};

/// rounds.csv.
pub(super) fn rounds<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, RoundRecord);
    fn learned<T>(line: &Line, of: impl Fn(&LearnedRound) -> T) -> Option<T> {
        line.1.learned.as_ref().map(of)
    }
    /// Where a round had no question of the level, nothing was measured.
    fn measured(line: &Line) -> bool {
        line.1.learned.is_none_or(|learned| learned.trials > 0)
    }
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .count("replicate", "", "the replicate, from 0", |r| r.1.replicate.into())
        .count("round", "", "the iteration: one amplification and one distillation; from 1", |r| {
            r.1.round.into()
        })
        .count("level", "level", "the level of the questions", |r| r.1.level.into())
        .count("trials", "questions", "questions that the targets were measured on", |r| r.1.trials)
        .count("target_right", "questions", "targets that were right", |r| r.1.target_right)
        .count("target_slipped", "questions", "wrong targets where an act of the overseer erred", |r| {
            r.1.target_slipped
        })
        .number("target", "share", "targets that were right", |r| share(r.1.target_right, r.1.trials))
        .number("student", "share", "right answers of the student after the round, as it decides", |r| {
            Some(r.1.student).filter(|_| measured(r))
        })
        .maybe_count("student_trials", "questions", "fresh questions that a network was measured on", |r| {
            learned(r, |l| l.trials)
        })
        .number("argmax", "share", "right among its likeliest answers", |r| {
            share(r.1.learned?.argmax, r.1.learned?.trials)
        })
        .number("sampled", "share", "right among its drawn answers", |r| {
            share(r.1.learned?.sampled, r.1.learned?.trials)
        })
        .number("gain", "share", "distillation gain of a network", |r| {
            let measured = r.1.trials > 0 && measured(r);
            learned(r, |_| r.1.student - r.1.target_right as f64 / r.1.trials.max(1) as f64)
                .filter(|_| measured)
        })
        .formula("student - target")
        .number("agreed", "share", "likeliest answers that are what is taught next", |r| {
            share(r.1.learned?.agreed, r.1.learned?.trials)
        })
        .maybe_count("steps", "steps", "steps of training so far", |r| learned(r, |l| l.steps))
        .maybe_count(
            "acts",
            "acts",
            "acts of the overseer so far: checks and recombinations; recorded steps of H where H is learned",
            |r| learned(r, |l| l.acts),
        )
        .number("loss", "nats", "mean loss of the round; 0 for a table", |r| learned(r, |l| l.loss));
    let lines = rows.iter().flat_map(|(cell, record)| record.rounds.iter().map(move |round| (*cell, *round)));
    fields.table("rounds", lines)
}

/// levels.csv.
pub(super) fn levels_table<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, Level);
    const BY_LEVEL: &str = "b of the least-squares fit ln(accuracy) = a - b level over the cell's levels";
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .count("level", "level", "the level of the questions", |r| r.1.level.into())
        .count("replicates", "runs", "independent runs", |r| r.1.replicates as u64)
        .count("trials", "questions", "questions asked in all", |r| r.1.trials)
        .estimate("target", "share", "accuracy of the targets, with the student as it is in the end", |r| {
            r.1.target
        })
        .estimate("argmax", "share", "accuracy of the student's likeliest answers", |r| r.1.argmax)
        .estimate("sampled", "share", "accuracy of its drawn answers", |r| r.1.sampled)
        .estimate("argmax_gain", "share", "distillation gain: argmax - target", |r| r.1.argmax_gain)
        .estimate("sampled_gain", "share", "distillation gain: sampled - target", |r| r.1.sampled_gain)
        .estimate("target_compounding", "per level", BY_LEVEL, |r| r.1.compounding[0])
        .estimate("argmax_compounding", "per level", BY_LEVEL, |r| r.1.compounding[1])
        .estimate("sampled_compounding", "per level", BY_LEVEL, |r| r.1.compounding[2])
        .estimate(
            "steps_to_90",
            "steps",
            "steps until 90 % of fresh questions of the level were right",
            |r| r.1.steps,
        )
        .estimate("acts_to_90", "acts", "acts of the overseer until then", |r| r.1.acts);
    let lines =
        rows.iter().flat_map(|(cell, record)| levels(record).into_iter().map(move |level| (*cell, level)));
    fields.table("levels", lines)
}

/// students.csv.
pub(super) fn students<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, &'a StudentRecord);
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .count("replicate", "", "the replicate, from 0", |r| r.1.replicate.into())
        .count("steps", "steps", "steps of training", |r| r.1.steps.into())
        .text("weights", "hash of the averaged weights as safetensors, or of the table", |r| {
            r.1.weights.clone()
        });
    let lines =
        rows.iter().flat_map(|(cell, record)| record.students.iter().map(move |student| (*cell, student)));
    fields.table("students", lines)
}

/// compared.csv.
pub(super) fn compared_table<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (&'a CellSpec, Compared);
    let fields = Fields::<Line>::default()
        .text("id", "the cell", |r| r.0.id.clone())
        .count("level", "level", "the level of the questions", |r| r.1.level.into())
        .estimate("slowdown", "ratio", "steps to 90 % as a multiple of the supervised student's", |r| r.1.slowdown)
        .estimate("of_supervised", "ratio", "accuracy as a share of the supervised student's", |r| r.1.of_supervised)
        .estimate(
            "gap_recovered",
            "share",
            "performance gap recovered, (student - floor) / (ceiling - floor): the ceiling is the supervised student, the \
             floor who labels, or the imitation student; 0 at the floor, 1 at the ceiling. Source: [Burns2023]",
            |r| r.1.gap_recovered,
        );
    let lines =
        (0..rows.len()).flat_map(move |i| compared(rows, i).into_iter().map(move |level| (rows[i].0, level)));
    fields.table("compared", lines)
}

/// tolerance.csv.
pub(super) fn tolerance<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    let fields = Fields::<Tolerance>::default()
        .text("protocol", "the strategy", |r| r.protocol.clone())
        .text("overseer", "the overseer", |r| r.overseer.clone())
        .text("task", "the task", |r| r.task.clone())
        .text("point", "what else is swept, as path=value", |r| r.point.clone())
        .text("path", "the error rate that is swept", |r| r.path.clone())
        .count("level", "level", "the level of the questions", |r| r.level.into())
        .number(
            "tolerance",
            "probability",
            "failure tolerance: the largest of the rates tried at which distillation still improves on its teacher, the \
             gain's interval above 0; empty: at none",
            |r| r.most,
        )
        .number("tried", "probability", "the largest rate that was tried", |r| Some(r.tried));
    fields.table("tolerance", tolerances(rows))
}
