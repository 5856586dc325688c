//! The tabular student, whose drawn answers have exactly the distribution of its targets. On permutation
//! powering with N elements: at level 1 (k = 2, 3) all parts are primitive, so one act of combining errs;
//! at level 2 (k = 4 to 7) two parts are the student's, the second from where the first one ended.

use crate::common::{self, near, overseer, p, task, uniform};
use elenchus::agents::learned::{Decoding, NetworkSpec, Training};
use elenchus::agents::{AgentSpec, Competence};
use elenchus::overseers::{ErrorModel, Over, OverseerSpec};
use elenchus::records::{CellRecord, LevelRecord};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::stages::Party;
use elenchus::tasks::FamilySpec;
use elenchus::tasks::permutation_powering::PermutationPowering;

const N: f64 = 4.0;
const REPLICATES: u32 = 5;

fn student(decoding: Decoding) -> AgentSpec {
    let competence = Competence::Learned {
        network: NetworkSpec::Tabular,
        decoding,
        schooling: None,
        weights: None,
        saved: None,
    };
    AgentSpec { name: "student".into(), competence, ..AgentSpec::plain() }
}

fn lessons() -> Training {
    // All levels from the start: what a lower level was taught last is what a higher one asks.
    Training { rounds: 4, questions: 40_000, curriculum: 0.0, ..Training::default() }
}

fn amplified(votes: u32) -> Preset {
    Preset::IteratedAmplification {
        depth: 1,
        votes,
        primitives: Party::Overseer,
        rounds: 1,
        fit_error: p(0.0),
        denoise: p(0.0),
        training: Some(lessons()),
    }
}

fn trained(combining: ErrorModel, decoding: Decoding, preset: Preset) -> CellRecord {
    trained_by(overseer(uniform(0.0), combining), decoding, preset)
}

fn trained_by(overseer: OverseerSpec, decoding: Decoding, preset: Preset) -> CellRecord {
    let family = FamilySpec::PermutationPowering(PermutationPowering { size: 4, k_max: 7 });
    let mut cell = common::cell(task(family), overseer, vec![student(decoding)], preset, 40_000);
    cell.replicates = REPLICATES;
    common::played(&cell)
}

/// What a level comes to, all replicates together.
fn level(record: &CellRecord, level: u32) -> LevelRecord {
    record.levels.iter().filter(|l| l.level == level).fold(LevelRecord::default(), |mut all, l| {
        all.trials += l.trials;
        all.target += l.target;
        all.argmax += l.argmax;
        all.sampled += l.sampled;
        all
    })
}

/// A replaced answer is drawn from the N answers and "I don't know".
fn any(rate: f64) -> ErrorModel {
    ErrorModel::Uniform { rate: p(rate), over: Over::All }
}

#[test]
fn a_drawn_student_compounds_noise() {
    for e in [0.1, 0.3] {
        let record = trained(any(e), Decoding::Sampled, amplified(1));
        let (one, two) = (level(&record, 1), level(&record, 2));
        // Right unless replaced by something else.
        let x = 1.0 - e + e / (N + 1.0);
        near("targets of level 1", one.target, one.trials, x);
        near("drawn at level 1", one.sampled, one.trials, x);
        // Both parts right, or both the same of the N - 1 wrong elements; "I don't know", each with chance z,
        // stays. Then one act of combining.
        let z = e / (N + 1.0);
        let both = x * x + (N - 1.0) * z * z;
        let known = (1.0 - z) * (1.0 - z);
        let y = (1.0 - e) * both + known * z;
        near("targets of level 2", two.target, two.trials, y);
        near("drawn at level 2", two.sampled, two.trials, y);
        // The published model, with wrong answers as likely to meet as unlike ones: within a point.
        let model = (1.0 - e) * (x * x + (1.0 - x) * (1.0 - x) / N) + z;
        assert!((model - y).abs() < 0.01, "{model} {y}");
        // What is likeliest is right: noise without a pattern is not learned.
        near("likeliest at level 1", one.argmax, one.trials, 1.0);
    }
}

#[test]
fn a_likeliest_answer_drops_noise() {
    let record = trained(any(0.2), Decoding::Argmax, amplified(1));
    for level in [1, 2].map(|l| level(&record, l)) {
        // Parts are right, so one act of combining errs at every level.
        near("targets", level.target, level.trials, 1.0 - 0.2 + 0.2 / (N + 1.0));
        near("likeliest", level.argmax, level.trials, 1.0);
    }
}

#[test]
fn supervised_is_exact_and_imitation_guesses() {
    let record = trained(any(0.5), Decoding::Sampled, Preset::Supervised { training: lessons() });
    for level in [1, 2].map(|l| level(&record, l)) {
        assert_eq!((level.target, level.argmax, level.sampled), (level.trials, level.trials, level.trials));
    }
    // An overseer that sees primitive questions only guesses all others, and so does who imitates it.
    let record = trained(any(0.0), Decoding::Sampled, Preset::Imitation { training: lessons() });
    near("drawn", level(&record, 2).sampled, level(&record, 2).trials, 1.0 / N);
}

#[test]
fn votes_of_the_overseer_drop_noise_before_it_is_taught() {
    let e = 0.3;
    let record = trained(uniform(e), Decoding::Sampled, amplified(3));
    // Two of three right; or one right and two unlike wrong ones (of N - 1), then a third of the ties.
    let q = 1.0 - e;
    let x = q * q * q + 3.0 * q * q * e + 3.0 * q * e * e * (N - 2.0) / (N - 1.0) / 3.0;
    near("targets", level(&record, 1).target, level(&record, 1).trials, x);
}

#[test]
fn errors_with_a_lasting_pattern_are_learned() {
    let e = 0.25;
    let systematic =
        OverseerSpec { lasting: true, ..overseer(uniform(0.0), ErrorModel::Systematic { rate: p(e) }) };
    let record = trained_by(systematic, Decoding::Argmax, amplified(1));
    let one = level(&record, 1);
    // The student is wrong just where its targets are.
    assert_eq!(one.target, one.argmax);
    assert!(one.target < one.trials, "some of few questions are always got wrong");
    let passing = trained(ErrorModel::Systematic { rate: p(e) }, Decoding::Argmax, amplified(1));
    near(
        "a pattern of each trial's own is noise to it",
        level(&passing, 1).argmax,
        level(&passing, 1).trials,
        1.0,
    );
    near("and its targets err at the rate", level(&passing, 1).target, level(&passing, 1).trials, 1.0 - e);
}
