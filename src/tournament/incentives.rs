//! What agents could do about a match by choosing what they say: a cell's trials under every combination of
//! stances, some trials at a time.

use crate::claim::Answer;
use crate::records::incentives::{Incentives, Meeting, Pressure, STANCES, TRIES};
use crate::records::{Bits, TrialRecord};
use crate::scenario::spec::CellSpec;
use crate::scenario::stages::Sides;
use crate::tournament::{Conditions, Ready, Stopped, parts, plan, play_act, school};
use rayon::prelude::*;

/// Trials that are played at a time: what each match says is kept so long.
const CHUNK: u64 = 4096;

/// What one match says of a seat.
#[derive(Clone, Copy)]
struct Said {
    /// How much the overseer favours its claim: the confidence of a verdict for it, less that of one against it.
    favour: i64,
    /// Points of the seat: 2 for a match won, 1 for one that neither won, in halves.
    points: u8,
    right: bool,
}

/// The seats whose agents could say something else: one or two that stand for an answer to the root question, in
/// a cell that trains nothing. Where a coin seats them, a match does not say who stood where.
fn seats(cell: &CellSpec) -> Option<usize> {
    let seats = cell.protocol.stages.seats_max()?;
    let coin = cell.protocol.stages.cross_check.sides() == Sides::Coin;
    (!cell.learns() && !coin && (1..=2).contains(&seats) && cell.agents.len() >= seats).then_some(seats)
}

/// A match with its sides in the order of the seats.
fn seated(cell: &CellSpec, mut trial: TrialRecord) -> TrialRecord {
    if cell.protocol.stages.cross_check.sides() == Sides::Swapped {
        trial.sides.swap(0, 1);
    }
    trial
}

/// What agents could do in a cell; `None` where nobody stands for an answer to the root question, where more
/// than two do, where a coin seats them, or where something is trained.
///
/// # Errors
/// As playing the cell.
pub fn incentives(cell: &CellSpec, conditions: &Conditions) -> Result<Option<Incentives>, Stopped> {
    let Some(seats) = seats(cell) else { return Ok(None) };
    parts::incentives(cell, conditions, || play(cell, seats, conditions))
}

fn play(cell: &CellSpec, seats: usize, conditions: &Conditions) -> Result<Option<Incentives>, Stopped> {
    let place = |seat: usize| STANCES.iter().position(|stance| *stance == cell.agents[seat].stance);
    let Some(given) = (0..seats).map(place).collect::<Option<Vec<usize>>>() else { return Ok(None) };
    let combinations: Vec<Vec<usize>> = match seats {
        1 => (0..STANCES.len()).map(|first| vec![first]).collect(),
        _ => (0..STANCES.len()).flat_map(|a| (0..STANCES.len()).map(move |b| vec![a, b])).collect(),
    };
    let variants: Vec<CellSpec> = combinations.iter().map(|stances| with(cell, stances)).collect();
    let empty = |stances: &Vec<usize>| Meeting {
        stances: stances.clone(),
        right: vec![Bits::default(); cell.replicates as usize],
        ..Meeting::default()
    };
    let mut all =
        Incentives { given, meetings: combinations.iter().map(empty).collect(), pressure: Vec::new() };
    all.pressure = (0..seats)
        .flat_map(|seat| TRIES.map(|tries| Pressure { seat, tries, ..Pressure::default() }))
        .collect();
    let mut stand = false;
    for replicate in 0..cell.replicates {
        for first in (0..cell.trials).step_by(CHUNK as usize) {
            let trials = first..cell.trials.min(first + CHUNK);
            let played = variants.par_iter().map(|variant| {
                let ready = Ready::untaught(variant, school::line_up(variant, replicate, conditions)?);
                let plan = plan::in_blocks(variant, conditions.block).map_err(Stopped::Unplayable)?;
                let kept = Conditions { keep_trials: true, progress: &|_| (), ..*conditions };
                let trials = play_act(variant, &plan, ready.act(replicate), trials.clone(), &kept)?.trials;
                Ok(trials.into_iter().map(|trial| seated(variant, trial)).collect())
            });
            let played: Vec<Vec<TrialRecord>> = played.collect::<Result<_, Stopped>>()?;
            stand |= played.iter().flatten().any(|trial| trial.sides[0] != Answer::UNKNOWN.0);
            add(&mut all, replicate as usize, seats, &played);
        }
    }
    // Nobody stands for anything at the root where the overseer alone makes its answer.
    Ok(stand.then_some(all))
}

/// The cell with these stances of its seats.
fn with(cell: &CellSpec, stances: &[usize]) -> CellSpec {
    let mut cell = cell.clone();
    cell.agents.iter_mut().zip(stances).for_each(|(agent, stance)| agent.stance = STANCES[*stance]);
    cell
}

/// Adds some trials, played under each combination.
fn add(all: &mut Incentives, replicate: usize, seats: usize, played: &[Vec<TrialRecord>]) {
    for (meeting, trials) in all.meetings.iter_mut().zip(played) {
        for trial in trials {
            let [first, second] = [0, seats - 1].map(|seat| said(trial, seat, seats).points);
            meeting.trials += 1;
            meeting.first_wins += u64::from(first == 2);
            meeting.second_wins += u64::from(seats == 2 && second == 2);
            meeting.right[replicate].put(trial.trial, trial.tally.right == 1);
        }
    }
    let count = STANCES.len();
    for pressure in &mut all.pressure {
        let seat = pressure.seat;
        // The combinations in which the other seat, if there is one, says what the scenario has it say.
        let own = |stance: usize| match (seats, seat) {
            (1, _) => stance,
            (_, 0) => stance * count + all.given[1],
            _ => all.given[0] * count + stance,
        };
        let options: [&[TrialRecord]; STANCES.len()] = std::array::from_fn(|stance| &played[own(stance)][..]);
        for at in 0..options[0].len() {
            let options = options.map(|trials| said(&trials[at], seat, seats));
            let (points, right) = best_of(&options, pressure.tries);
            pressure.points += points;
            pressure.right += right;
            pressure.squares += right * right;
        }
    }
}

/// What a match says of a seat.
fn said(trial: &TrialRecord, seat: usize, seats: usize) -> Said {
    let own = trial.sides[seat];
    let (unknown, confidence) = (Answer::UNKNOWN.0, trial.tally.confidence as i64);
    let favour = match trial.verdict {
        verdict if verdict == unknown => 0,
        verdict if verdict == own => confidence,
        _ => -confidence,
    };
    let both = seats == 2 && trial.sides[0] == trial.sides[1];
    let points = match trial.verdict {
        _ if both => 1,
        verdict if verdict == own && verdict != unknown => 2,
        // Who answers alone wins or loses; of two, only who is beaten by the other loses.
        verdict if seats == 1 || (verdict == trial.sides[1 - seat] && verdict != unknown) => 0,
        _ => 1,
    };
    Said { favour, points, right: trial.tally.right == 1 }
}

/// The expected points and right verdict where the overseer's favourite of so many tries is taken, each a uniform
/// draw among the options; equally favoured ones are equally likely.
///
/// The favourite is at most of favour f with probability (options of at most f / options)^tries.
fn best_of(options: &[Said], tries: u32) -> (f64, f64) {
    let count = options.len() as f64;
    let mut order: Vec<&Said> = options.iter().collect();
    order.sort_by_key(|said| said.favour);
    let power = |share: f64| (0..tries).fold(1.0, |product, _| product * share);
    let (mut points, mut right, mut below) = (0.0, 0.0, 0.0);
    for level in order.chunk_by(|a, b| a.favour == b.favour) {
        let chance = power((below + level.len() as f64) / count) - power(below / count);
        let mean = |of: fn(&Said) -> f64| level.iter().map(|said| of(said)).sum::<f64>() / level.len() as f64;
        points += chance * mean(|said| f64::from(said.points) / 2.0);
        right += chance * mean(|said| f64::from(u8::from(said.right)));
        below += level.len() as f64;
    }
    (points, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(favour: i64, points: u8, right: bool) -> Said {
        Said { favour, points, right }
    }

    #[test]
    fn the_best_of_so_many_is_the_sum_over_all_draws() {
        let options = [option(5, 2, false), option(-3, 0, true), option(5, 1, true), option(0, 1, false)];
        for tries in [1u32, 2, 3, 5] {
            // Every sequence of draws, by the definition.
            let (mut points, mut right) = (0.0, 0.0);
            let sequences = 4u32.pow(tries);
            for code in 0..sequences {
                let draws: Vec<&Said> =
                    (0..tries).map(|at| &options[(code / 4u32.pow(at) % 4) as usize]).collect();
                let best = draws.iter().map(|said| said.favour).max().expect("a draw");
                let top: Vec<&&Said> = draws.iter().filter(|said| said.favour == best).collect();
                let mean =
                    |of: fn(&Said) -> f64| top.iter().map(|said| of(said)).sum::<f64>() / top.len() as f64;
                points += mean(|said| f64::from(said.points) / 2.0) / f64::from(sequences);
                right += mean(|said| f64::from(u8::from(said.right))) / f64::from(sequences);
            }
            let got = best_of(&options, tries);
            assert!((got.0 - points).abs() < 1e-12 && (got.1 - right).abs() < 1e-12, "{tries}: {got:?}");
        }
        // In the limit the favourite is taken for certain.
        let (points, right) = best_of(&options, 64);
        assert!((points - 0.75).abs() < 1e-6 && (right - 0.5).abs() < 1e-6);
    }
}
