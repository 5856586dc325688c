//! Measures and comparisons against what their definitions say, match by match; and play until
//! intervals are narrow.

mod common;

use common::{agent, cell, liar, overseer, tree, uniform};
use elenchus::agents::Lie;
use elenchus::records::{CellRecord, TrialRecord};
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::{CellSpec, Until};
use elenchus::scenario::stages::{Order, Sides};
use elenchus::stats::calibration::{brier, expected_error, log_loss, score_difference, score_difference_log};
use elenchus::stats::comparison::{groups, pairs};
use elenchus::stats::{accuracy, interval};
use elenchus::tasks::claim_tree::Combine;
use elenchus::tournament::{Conditions, play};

const TRIALS: u64 = 3_000;

/// An honest expert against a liar, alone and in debates.
fn cells() -> Vec<CellSpec> {
    let debate = |turns, sides| Preset::Debate { turns, order: Order::Simultaneous, open: false, sides };
    let presets =
        [("trust", Preset::Trust), ("short", debate(1, Sides::AsListed)), ("long", debate(4, Sides::Coin))];
    let all = presets.map(|(name, preset)| {
        let agents = vec![agent("expert", 0.8, 0.6), liar("deceiver", 0.5, Lie::Plausible)];
        let mut cell =
            cell(tree(2, 2, 2, Combine::Sum), overseer(uniform(0.2), uniform(0.1)), agents, preset, TRIALS);
        (cell.id, cell.protocol.name, cell.replicates) = (name.into(), name.into(), 2);
        cell
    });
    all.into()
}

fn played(cells: &[CellSpec], block: Option<usize>) -> Vec<CellRecord> {
    let conditions = Conditions { keep_trials: true, block, ..Conditions::default() };
    play(cells, &conditions).expect("cells that can be played")
}

/// Confidence of a match, 0 to 1.
fn confidence(trial: &TrialRecord) -> f64 {
    trial.tally.confidence as f64 / 65_536.0
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn scores_are_what_their_definitions_say() {
    for (cell, record) in cells().iter().zip(played(&cells(), None)) {
        let total = record.total();
        let given = || record.trials.iter().filter(|trial| trial.tally.abstained == 0);
        assert!(given().count() > 1000, "{}", cell.id);
        let outcome = |trial: &TrialRecord| trial.tally.right as f64;
        // The probability given to what came; what was held impossible, half of 2^-16.
        let came = |trial: &TrialRecord| {
            let c = confidence(trial);
            f64::max(if trial.tally.right == 1 { c } else { 1.0 - c }, 0.5f64 / 65_536.0)
        };
        let close = |name: &str, ours: Option<f64>, defined: f64| {
            let ours = ours.expect("verdicts were given");
            assert!((ours - defined).abs() < 1e-6, "{}, {name}: {ours}, by definition {defined}", cell.id);
        };
        close(
            "Brier",
            brier(&total),
            mean(given().map(|t| (confidence(t) - outcome(t)) * (confidence(t) - outcome(t)))),
        );
        close("log loss", log_loss(&total), mean(given().map(|t| -libm::log(came(t)))));
        let bin = |trial: &TrialRecord| ((confidence(trial) * 10.0) as usize).min(9);
        let gap = |at: usize| {
            let of = given().filter(|trial| bin(trial) == at);
            of.map(|trial| outcome(trial) - confidence(trial)).sum::<f64>().abs()
        };
        let error = (0..10).map(gap).sum::<f64>() / given().count() as f64;
        close("calibration error", Some(expected_error(&record.all_bins())), error);
    }
}

#[test]
fn honest_sides_are_told_apart_by_who_speaks_first() {
    let records = played(&cells(), None);
    for (cell, record) in cells().iter().zip(&records).skip(1) {
        let total = record.total();
        // In these matches somebody stands for the truth alone, and the verdict is a side's claim.
        let opposed: Vec<&TrialRecord> = record.trials.iter().filter(|t| t.tally.opposed == 1).collect();
        assert!(opposed.len() > 1000, "{}", cell.id);
        for trial in &opposed {
            let t = trial.tally;
            assert!(trial.sides[0] != trial.sides[1] && trial.sides.contains(&trial.verdict));
            assert_eq!(t.first_alone + t.second_alone, 1);
            // Right means that the honest side's claim is the verdict.
            let honest = trial.sides[t.second_alone as usize];
            assert_eq!(t.right == 1, honest == trial.verdict, "{trial:?}");
        }
        // The posterior of the truth: the confidence, or the rest of it.
        let truth = |t: &&TrialRecord| if t.tally.right == 1 { confidence(t) } else { 1.0 - confidence(t) };
        let by_definition = mean(opposed.iter().map(|t| 2.0 * truth(t) - 1.0));
        let ours = score_difference(&total).expect("some");
        assert!((ours - by_definition).abs() < 1e-6, "{}: {ours}, {by_definition}", cell.id);
        let of = |p: f64| libm::log(p.max(0.5 / 65_536.0));
        let by_definition = mean(opposed.iter().map(|t| of(truth(t)) - of(1.0 - truth(t))));
        let ours = score_difference_log(&total).expect("some");
        assert!((ours - by_definition).abs() < 1e-5, "{}: {ours}, {by_definition}", cell.id);
        let wins = record.trials.iter().filter(|t| t.tally.first_alone == 1 && t.tally.right == 1).count();
        assert_eq!(total.first_alone_right, wins as u64);
    }
    // The expert is listed first and stays there; by the coin, it is first in half of the matches.
    let [_, listed, drawn] = &records[..] else { unreachable!("three cells") };
    assert!(listed.total().second_alone < listed.total().first_alone / 2);
    let (first, second) = (drawn.total().first_alone as f64, drawn.total().second_alone as f64);
    // Of n matches each is a fair coin: 4 standard errors of their difference are 4 sqrt(n).
    assert!((first - second).abs() < 4.0 * (first + second).sqrt(), "{first} {second}");
}

#[test]
fn pairs_are_counted_match_by_match() {
    let cells = cells();
    // Blocks that do not end where words do.
    for block in [None, Some(1), Some(8)] {
        let records = played(&cells, block);
        let rows: Vec<_> = cells.iter().zip(&records).collect();
        let groups = groups(&rows);
        assert_eq!(groups.len(), 1);
        let group = &groups[0];
        assert_eq!(group.comparisons.len(), 3);
        assert!(group.rows.windows(2).all(|two| accuracy(&records[two[0]]) >= accuracy(&records[two[1]])));
        for comparison in &group.comparisons {
            let [a, b] = comparison.rows.map(|row| &records[row]);
            let mut counts = [0; 4];
            for (a, b) in a.trials.iter().zip(&b.trials) {
                assert_eq!((a.replicate, a.trial), (b.replicate, b.trial));
                counts[2 * (1 - a.tally.right as usize) + (1 - b.tally.right as usize)] += 1;
            }
            let p = comparison.pairs;
            assert_eq!([p.both, p.first, p.second, p.neither], counts);
            assert_eq!(p, pairs(a, b));
            let told = comparison.difference.expect("independent trials");
            assert!((told.mean - (accuracy(a) - accuracy(b))).abs() < 1e-12);
            assert!(comparison.p_holm >= Some(told.p) && comparison.p_bh >= Some(told.p));
        }
    }
}

fn until(accuracy: Option<f64>, difference: Option<f64>) -> Vec<CellSpec> {
    let until = Until { accuracy, difference };
    cells().into_iter().map(|cell| CellSpec { until, trials: 100, ..cell }).collect()
}

#[test]
fn play_ends_when_intervals_are_narrow() {
    let half =
        |record: &CellRecord| interval(record).map(|(low, high)| (high - low) / 2.0).expect("independent");
    let wanted = 0.02;
    let cells = until(Some(wanted), None);
    let records = played(&cells, None);
    for (cell, record) in cells.iter().zip(&records) {
        assert!(record.anytime && half(record) <= wanted, "{}: {}", cell.id, half(record));
        // The look before was not enough: four fifths of the trials, less what rounding takes.
        let total = record.total();
        let before = |replicate: &elenchus::records::Tally| replicate.trials * 4 / 5 - 1;
        let kept = |t: &&TrialRecord| t.trial < before(&record.replicates[t.replicate as usize]);
        let hits = record.trials.iter().filter(kept).filter(|t| t.tally.right == 1).count() as u64;
        let trials = record.trials.iter().filter(kept).count() as u64;
        let (low, high) = elenchus::stats::sequence::mean(hits, trials, 0.95);
        assert!((high - low) / 2.0 > wanted, "{}: {trials} of {} were enough", cell.id, total.trials);
        // As many as were played beforehand are the same matches.
        let counted =
            CellSpec { until: Until::default(), trials: record.replicates[0].trials, ..cell.clone() };
        let counted = played(&[counted], None).remove(0);
        assert_eq!(
            (&counted.replicates, &counted.right, &counted.bins),
            (&record.replicates, &record.right, &record.bins)
        );
        assert_eq!(counted.trials, record.trials);
    }
    // A surer strategy is done sooner.
    let trials: Vec<u64> = records.iter().map(|record| record.total().trials).collect();
    assert!(trials.iter().min() < trials.iter().max(), "{trials:?}");
    assert_eq!(played(&cells, Some(1)), records, "blocks change nothing");
}

#[test]
fn play_ends_when_differences_are_narrow() {
    let wanted = 0.03;
    let cells = until(None, Some(wanted));
    let records = played(&cells, None);
    let rows: Vec<_> = cells.iter().zip(&records).collect();
    for comparison in groups(&rows).iter().flat_map(|group| &group.comparisons) {
        let (low, high) = comparison.difference.expect("independent trials").interval;
        assert!((high - low) / 2.0 <= wanted, "{comparison:?}");
    }
}
