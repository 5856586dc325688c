//! Play until intervals are narrow enough. Looks come at fixed numbers of trials, a quarter
//! more each, and what is looked at is a confidence sequence, so that looking costs no confidence.

use crate::records::{CellRecord, Sums};
use crate::scenario::league::Pairing;
use crate::scenario::spec::{CellSpec, Until};
use crate::stats::comparison::pairs;
use crate::stats::{LEVEL, sequence};
use crate::tournament::{Conditions, Stopped, parts};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// Plays all cells, each until its own interval and those of its differences are as narrow as the scenario
/// wants them.
pub(super) fn play(
    cells: &[CellSpec],
    until: Until,
    conditions: &Conditions,
) -> Result<Vec<CellRecord>, Stopped> {
    if let Some(cell) = cells.iter().find(|cell| cell.learns()) {
        return Err(Stopped::Unplayable(format!(
            "{}: until needs independent trials, and these share a training; leave until out and set replicates",
            cell.id
        )));
    }
    let swiss = |cell: &&CellSpec| {
        cell.protocol.league.as_ref().is_some_and(|league| league.pairing != Pairing::RoundRobin {})
    };
    if let Some(cell) = cells.iter().find(swiss) {
        return Err(Stopped::Unplayable(format!(
            "{}: until and a Swiss tournament each decide by what came out what is played next; choose one, or \
             pairing = \"round_robin\"",
            cell.id
        )));
    }
    let mut records: Vec<CellRecord> = cells.iter().map(empty).collect();
    let rivals = rivals(cells);
    let mut open: Vec<usize> = (0..cells.len()).collect();
    let mut played = 0..cells.first().map_or(0, |cell| cell.trials);
    while !open.is_empty() {
        let more = open.par_iter().map(|&at| play_range(&cells[at], played.clone(), conditions));
        // Collected in the order of the cells, whichever is done first.
        for (&at, more) in open.iter().zip(more.collect::<Vec<_>>()) {
            add(&mut records[at], more?);
        }
        open.retain(|&at| {
            let wide = is_wide(at, &rivals[at], &records, until);
            if !wide {
                (conditions.finished)();
            }
            wide
        });
        played = played.end..played.end + (played.end / 4).max(1);
    }
    for (record, cell) in records.iter_mut().zip(cells) {
        record.anytime = cell.until != Until::default();
    }
    Ok(records)
}

/// A record without trials.
fn empty(cell: &CellSpec) -> CellRecord {
    let replicates = cell.replicates as usize;
    CellRecord {
        replicates: vec![Default::default(); replicates],
        right: vec![Default::default(); replicates],
        bins: vec![Default::default(); replicates],
        ..CellRecord::default()
    }
}

/// For each cell the places of those it is compared with: same task, overseer and sweep point.
fn rivals(cells: &[CellSpec]) -> Vec<Vec<usize>> {
    let key = |cell: &CellSpec| (cell.task.name.clone(), cell.overseer.name.clone(), cell.point.clone());
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    // Meetings of agents are no strategies, and are compared with none.
    let is_strategy = |cell: &CellSpec| cell.protocol.league.is_none();
    let strategies = cells.iter().enumerate().filter(|(_, cell)| is_strategy(cell));
    strategies.for_each(|(at, cell)| groups.entry(key(cell)).or_default().push(at));
    let others = |(at, cell): (usize, &CellSpec)| {
        let group = groups.get(&key(cell)).filter(|_| is_strategy(cell));
        group.into_iter().flatten().copied().filter(|other| *other != at).collect()
    };
    cells.iter().enumerate().map(others).collect()
}

/// Whether a cell must go on.
fn is_wide(at: usize, rivals: &[usize], records: &[CellRecord], until: Until) -> bool {
    let wider = |(low, high): (f64, f64), half: f64| (high - low) / 2.0 > half;
    let total = records[at].total();
    until.accuracy.is_some_and(|half| wider(sequence::mean(total.right, total.trials, LEVEL), half))
        || until.difference.is_some_and(|half| {
            let difference =
                |other: &usize| sequence::difference(&pairs(&records[at], &records[*other]), LEVEL);
            rivals.iter().any(|other| wider(difference(other), half))
        })
}

/// Plays some trials of each replicate.
fn play_range(cell: &CellSpec, trials: Range<u64>, conditions: &Conditions) -> Result<Vec<Sums>, Stopped> {
    let replicates = (0..cell.replicates).into_par_iter();
    let sums = replicates.map(|replicate| parts::trials(cell, replicate, None, trials.clone(), conditions));
    sums.collect::<Vec<_>>().into_iter().collect()
}

/// Adds a look's trials to a cell's record.
fn add(record: &mut CellRecord, more: Vec<Sums>) {
    for (at, sums) in more.into_iter().enumerate() {
        record.replicates[at].add(&sums.tally);
        record.right[at].add(&sums.right);
        record.bins[at].iter_mut().zip(&sums.bins).for_each(|(bin, more)| bin.add(more));
        record.trials.extend(sums.trials);
    }
    record.trials.sort_by_key(|trial| (trial.replicate, trial.trial));
}
