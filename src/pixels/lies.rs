//! Which lie a liar names when it must name one before the debate.

use super::board::LABELS;
use super::exact::Exact;
use super::judge::{Question, Sight};
use super::play::{Debate, Player, Players, Rules, play};

/// Debates at random by which the plausibility of lies is measured.
pub const SAMPLES: u32 = 64;

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

/// The first of the lies with which the liar wins the debate, played by these players, and that debate; the first of all
/// if none wins. `draws` opens the words of a turn, for any lie the same. Who plays exactly needs no debate to know what
/// comes of it.
///
/// # Errors
/// A message if there is no lie, or one is no label or the truth.
pub fn worst<S: Sight, D: FnMut(u32) -> u32>(
    sight: &S,
    rules: Rules,
    truth: u8,
    lies: &[u8],
    players: Players,
    mut draws: impl FnMut(u16) -> D,
) -> Result<(u8, Debate), String> {
    let questions = lies.iter().map(|&lie| Ok((lie, Question::precommitted(truth, lie)?)));
    let questions: Vec<(u8, Question)> = questions.collect::<Result<_, String>>()?;
    let Some(&(first, question)) = questions.first() else {
        return Err("lies: want at least one, got none".to_owned());
    };
    let exact = [players.honest, players.liar].contains(&Player::Exact);
    let mut solver = exact.then(|| Exact::new(sight, rules, question));
    let mut unwon = None;
    for &(lie, question) in &questions {
        let value = solver.as_mut().map(|solver| {
            solver.ask(question);
            solver.liar_wins(&[])
        });
        // The value is what comes of it where the side that it favours makes no mistake.
        if value == Some(false) && players.honest == Player::Exact {
            continue;
        }
        let debate = play(sight, rules, question, players, &mut draws);
        if debate.lied {
            return Ok((lie, debate));
        }
        unwon.get_or_insert((lie, debate));
    }
    // The first was not played if it could not be won.
    let lost = unwon.filter(|(lie, _)| *lie == first);
    Ok(lost.unwrap_or_else(|| (first, play(sight, rules, question, players, &mut draws))))
}
