//! Which lie a liar names when it must name one before the debate.

use super::board::LABELS;
use super::judge::{Question, Sight};
use super::play::{Players, Rules, play};
use serde::{Deserialize, Serialize};

/// Debates at random by which the plausibility of lies is measured.
pub const SAMPLES: u32 = 64;

/// How a liar chooses its lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Any of the nine, all with the same chance.
    Random,
    /// The one that would win most often if both sides showed pixels at random.
    Plausible,
    /// The first by plausibility that wins the debate as it is played; the most plausible if none does.
    Worst,
}

/// Any of the nine lies.
///
/// # Panics
/// If the truth is no label.
#[must_use]
pub fn random(truth: u8, draw: &mut impl FnMut(u32) -> u32) -> u8 {
    assert!(usize::from(truth) < LABELS, "a label");
    let lie = draw(LABELS as u32 - 1) as u8;
    lie + u8::from(lie >= truth)
}

/// The nine lies, the most plausible first: by the number of [`SAMPLES`] random sets of as many pixels as a debate
/// shows with which the judge scores them above the truth; of equals by the sum of their scores, then by label. (What
/// a judge trained on a few pixels says of the whole picture is no measure: it never saw one.)
pub fn ranked<S: Sight>(sight: &S, rules: Rules, truth: u8, draw: &mut impl FnMut(u32) -> u32) -> Vec<u8> {
    let mut pixels: Vec<u16> = (0..sight.pixels() as u16).collect();
    let mut wins = [0u32; LABELS];
    let mut sums = [0i64; LABELS];
    let (mut shown, mut next) = (sight.blank(), sight.blank());
    let blank = sight.blank();
    for _ in 0..SAMPLES {
        shown.clone_from(&blank);
        for turn in 0..rules.turns(pixels.len()) {
            let at = turn + draw((pixels.len() - turn) as u32) as usize;
            pixels.swap(turn, at);
            sight.show(&shown, pixels[turn], &mut next);
            std::mem::swap(&mut shown, &mut next);
        }
        let scores = sight.scores(&shown);
        for (lie, sum) in sums.iter_mut().enumerate() {
            *sum += i64::from(scores[lie]);
            let lied = Question::precommitted(truth, lie as u8).is_ok_and(|q| q.lied(&scores));
            wins[lie] += u32::from(lied);
        }
    }
    let mut lies: Vec<u8> = (0..LABELS as u8).filter(|&lie| lie != truth).collect();
    lies.sort_by_key(|&lie| {
        let lie = usize::from(lie);
        (std::cmp::Reverse((wins[lie], sums[lie])), lie)
    });
    lies
}

/// The first of the lies with which the liar wins the debate, played by these players; the first of all if none wins.
/// `draws` opens the words of a lie and a turn.
///
/// # Errors
/// A message if there is no lie, or one is no label or the truth.
pub fn worst<S: Sight, D: FnMut(u32) -> u32>(
    sight: &S,
    rules: Rules,
    truth: u8,
    lies: &[u8],
    players: Players,
    mut draws: impl FnMut(u8, u16) -> D,
) -> Result<u8, String> {
    for &lie in lies {
        let question = Question::precommitted(truth, lie)?;
        if play(sight, rules, question, players, |turn| draws(lie, turn)).lied {
            return Ok(lie);
        }
    }
    lies.first().copied().ok_or_else(|| "lies: want at least one, got none".to_owned())
}
