//! What agents gain by choosing what they say, and where that leads: best responses, exploitability, and the
//! equilibrium of the finite game of stances with the accuracy it has.

use super::LEVEL;
use super::learning::Estimate;
use super::proportion::{wilson, wilson_margin};
use super::ratings::game::{exploitability, zero_sum};
use super::ratings::matrix::Matrix;
use super::special::normal_margin;
use crate::records::incentives::{Incentives, Meeting, Pressure, STANCES};

/// What an agent gains by another stance, the others being as the scenario has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// Its seat, from 0.
    pub seat: usize,
    /// Its stance in the scenario, a place in [`STANCES`].
    pub given: usize,
    /// The stance that wins most points: its own where none wins more, else the first.
    pub best: usize,
    /// Share of points that it gains so, 0 to 1: a match won is a point, one that neither won a half.
    pub gain: f64,
    /// The accuracy then.
    pub accuracy: Estimate,
}

/// Where the choice of stances leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// The accuracy with the stances of the scenario.
    pub given: Estimate,
    /// A best response for each seat.
    pub responses: Vec<Response>,
    /// What all seats would gain together, each alone by its best response, in share of points: 0 in an
    /// equilibrium, above 0 elsewhere.
    pub exploitability: f64,
    /// For each seat the shares of [`STANCES`] in the equilibrium; where there are several it is one, always the same.
    pub equilibrium: Vec<Vec<f64>>,
    /// The first seat's points there.
    pub value: f64,
    /// The accuracy there.
    pub accuracy: Estimate,
}

/// Points of the first seat.
fn points(meeting: &Meeting) -> f64 {
    let half = (meeting.trials + meeting.first_wins - lost(meeting)) as f64 / 2.0;
    half / meeting.trials.max(1) as f64
}

/// Matches that the first seat lost: a single seat loses to nobody, but where its claim is not the verdict.
fn lost(meeting: &Meeting) -> u64 {
    if meeting.stances.len() == 1 { meeting.trials - meeting.first_wins } else { meeting.second_wins }
}

fn hits(meeting: &Meeting) -> u64 {
    meeting.right.iter().map(|bits| bits.before(u64::MAX)).sum()
}

/// The accuracy of a meeting.
#[must_use]
pub fn accuracy(meeting: &Meeting) -> Estimate {
    let hits = hits(meeting);
    let mean = hits as f64 / meeting.trials.max(1) as f64;
    Estimate { mean, interval: Some(wilson(hits, meeting.trials, LEVEL)) }
}

/// The accuracy where meetings come in these shares: its interval is that of the mean over trials of what each
/// would come to, since every meeting is played on the same trials.
fn mixed(meetings: &[Meeting], shares: &[f64]) -> Estimate {
    let used: Vec<(&Meeting, f64)> =
        meetings.iter().zip(shares.iter().copied()).filter(|(_, s)| *s > 0.0).collect();
    if let [(alone, share)] = used.as_slice()
        && *share > 1.0 - 1e-12
    {
        return accuracy(alone);
    }
    let trials = used.first().map_or(1, |(meeting, _)| meeting.trials.max(1)) as f64;
    let mean: f64 = used.iter().map(|(meeting, share)| share * hits(meeting) as f64 / trials).sum();
    let both =
        |a: &Meeting, b: &Meeting| a.right.iter().zip(&b.right).map(|(a, b)| a.shared(b)).sum::<u64>() as f64;
    let square: f64 =
        used.iter().flat_map(|(a, x)| used.iter().map(move |(b, y)| x * y * both(a, b) / trials)).sum();
    Estimate { mean, interval: Some(around(mean, square, trials)) }
}

/// The interval of a mean of values from 0 to 1, from their mean square: a score interval of as many trials as would
/// vary so much, were each right or wrong.
fn around(mean: f64, square: f64, trials: f64) -> (f64, f64) {
    let (variance, most) = (square - mean * mean, mean * (1.0 - mean));
    let effective = if variance > 0.0 && most > 0.0 { trials * (most / variance).max(1.0) } else { trials };
    wilson_margin(mean * effective, effective, normal_margin(LEVEL))
}

/// What agents would do, and what comes of it; `None` where nothing was played.
#[must_use]
pub fn outlook(all: &Incentives) -> Option<Outlook> {
    let count = STANCES.len();
    let seats = all.given.len();
    // A single seat plays against nobody: a game of one column.
    let columns = if seats == 2 { count } else { 1 };
    let rows: Vec<Vec<f64>> =
        all.meetings.chunks(columns).map(|row| row.iter().map(points).collect()).collect();
    let payoffs = Matrix::new(&rows).ok()?;
    let at = |first: usize, second: usize| &all.meetings[first * columns + second];
    let (first, second) = (all.given[0], if seats == 2 { all.given[1] } else { 0 });
    let meeting = |seat: usize, stance: usize| if seat == 0 { at(stance, second) } else { at(first, stance) };
    let response = |seat: usize| {
        let worth = |stance: usize| {
            let points = points(meeting(seat, stance));
            if seat == 0 { points } else { 1.0 - points }
        };
        let given = all.given[seat];
        let best =
            (0..count).fold(given, |best, stance| if worth(stance) > worth(best) { stance } else { best });
        let accuracy = accuracy(meeting(seat, best));
        Response { seat, given, best, gain: worth(best) - worth(given), accuracy }
    };
    let pure =
        |stance: usize, of: usize| (0..of).map(|at| f64::from(u8::from(at == stance))).collect::<Vec<f64>>();
    let responses: Vec<Response> = (0..seats).map(response).collect();
    let solution = zero_sum(&payoffs).ok()?;
    let shares: Vec<f64> =
        solution.row.iter().flat_map(|row| solution.column.iter().map(move |column| row * column)).collect();
    Some(Outlook {
        given: accuracy(at(first, second)),
        exploitability: exploitability(&payoffs, &pure(first, count), &pure(second, columns)).ok()?,
        responses,
        accuracy: mixed(&all.meetings, &shares),
        value: solution.value,
        equilibrium: [solution.row, solution.column].into_iter().take(seats).collect(),
    })
}

/// The share of points and the accuracy of an agent that tries so many stances.
#[must_use]
pub fn under(pressure: &Pressure, trials: u64) -> (f64, Estimate) {
    let trials = trials.max(1) as f64;
    let mean = pressure.right / trials;
    (
        pressure.points / trials,
        Estimate { mean, interval: Some(around(mean, pressure.squares / trials, trials)) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Bits;

    /// 100 trials of a meeting: so many won by the first seat, by the second, and right, the first ones.
    fn meeting(stances: &[usize], first_wins: u64, second_wins: u64, hits: u64) -> Meeting {
        let mut right = Bits::default();
        (0..100).for_each(|trial| right.put(trial, trial < hits));
        Meeting { stances: stances.to_vec(), trials: 100, first_wins, second_wins, right: vec![right] }
    }

    #[test]
    fn matching_pennies_has_no_stance_that_anybody_keeps() {
        // Honest and sycophantic are heads and tails; the others lose always.
        let coin = |stance: usize| match stance {
            0 => Some(true),
            4 => Some(false),
            _ => None,
        };
        let meetings = (0..5).flat_map(|a| {
            (0..5).map(move |b| match (coin(a), coin(b)) {
                (Some(x), Some(y)) if x == y => meeting(&[a, b], 100, 0, 80),
                (Some(_), Some(_)) => meeting(&[a, b], 0, 100, 40),
                (Some(_), None) => meeting(&[a, b], 100, 0, 0),
                (None, Some(_)) => meeting(&[a, b], 0, 100, 0),
                (None, None) => meeting(&[a, b], 50, 50, 0),
            })
        });
        let all = Incentives { given: vec![0, 0], meetings: meetings.collect(), pressure: vec![] };
        let outlook = outlook(&all).expect("a game");
        assert_eq!((outlook.given.mean, outlook.exploitability), (0.8, 1.0));
        let told: Vec<_> = outlook.responses.iter().map(|r| (r.best, r.gain, r.accuracy.mean)).collect();
        assert_eq!(told, [(0, 0.0, 0.8), (4, 1.0, 0.4)]);
        for shares in &outlook.equilibrium {
            assert!((shares[0] - 0.5).abs() < 1e-9 && (shares[4] - 0.5).abs() < 1e-9, "{shares:?}");
        }
        assert!((outlook.value - 0.5).abs() < 1e-9 && (outlook.accuracy.mean - 0.6).abs() < 1e-9);
        // 40 trials come to 1 in any case, 40 to a half, 20 to 0: variance .4 + .1 - .36 = .14, as of 100 .24 / .14 = 171.4
        // trials that are right or wrong, whose score interval is .597808 -+ .072560.
        let (low, high) = outlook.accuracy.interval.expect("one");
        assert!((low - 0.525_248).abs() < 2e-6 && (high - 0.670_368).abs() < 2e-6, "{low} {high}");
    }

    #[test]
    fn a_single_seat_takes_what_is_favoured() {
        let meetings = [60, 90, 10, 90, 20].into_iter().enumerate();
        let meetings = meetings.map(|(stance, wins)| meeting(&[stance], wins, 0, 100 - wins)).collect();
        let all = Incentives { given: vec![0], meetings, pressure: vec![] };
        let outlook = outlook(&all).expect("a game");
        let response = outlook.responses[0];
        assert_eq!((response.best, outlook.equilibrium[0][1] + outlook.equilibrium[0][3]), (1, 1.0));
        assert!((response.gain - 0.3).abs() < 1e-12 && (outlook.exploitability - 0.3).abs() < 1e-9);
        assert_eq!((response.accuracy.mean, outlook.accuracy.mean), (0.1, 0.1));
    }
}
