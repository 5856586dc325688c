//! A learner of any kind: taught round by round, frozen to answer.

use crate::agents::learned::{Decoding, NetworkSpec, Training};
use crate::learners::tabular::Table;
use crate::learners::{Network, Optimiser, Scorer};
use crate::streams::Draws;
use crate::tasks::encoding::{Alphabet, Pages};
use crate::units::below;
use std::sync::Arc;

/// Something that learns.
pub enum Learner {
    /// By counting.
    Table(Table),
    /// By gradient steps.
    Network(Box<Network>),
}

/// A learner as it was at some time, to answer pages.
#[derive(Clone)]
pub enum Reader {
    /// Counts.
    Table(Arc<Table>),
    /// Averaged weights.
    Network(Scorer),
}

/// A round's lessons.
#[derive(Clone, Copy)]
pub struct Round<'a> {
    /// What is asked.
    pub pages: &'a Pages,
    /// The class that each page is taught.
    pub targets: &'a [u16],
    /// The class that the student itself takes each page for, as it enters the round.
    pub own: &'a [u16],
}

impl Learner {
    /// A learner that knows nothing; `draws` gives each variable's initial weights.
    ///
    /// # Errors
    /// When the network cannot be made for these pages.
    pub fn new<'s>(
        spec: &NetworkSpec,
        alphabet: Alphabet,
        training: &Training,
        draws: impl FnMut(&str) -> Draws<'s>,
    ) -> Result<Self, String> {
        if *spec == NetworkSpec::Tabular {
            return Ok(Self::Table(Table::new(alphabet)));
        }
        let Training { rate, warmup, schedule, decay, clip, horizon, .. } = *training;
        let steps = training.rounds.saturating_mul(training.steps);
        let optimiser = Optimiser { rate, warmup, steps, schedule, decay, clip, horizon };
        Ok(Self::Network(Box::new(Network::new(spec, alphabet, optimiser, draws)?)))
    }

    /// Takes over weights that were saved, given in hexadecimal.
    ///
    /// # Errors
    /// If they are not the weights of such a network.
    pub fn load(&mut self, saved: &str) -> Result<(), String> {
        let digits = saved.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).map_err(|_| ())?;
            u8::from_str_radix(pair, 16).map_err(|_| ())
        });
        let bytes = digits.collect::<Result<Vec<u8>, ()>>();
        let bytes = bytes.map_err(|()| "weights: want hexadecimal digits".to_owned())?;
        match self {
            Self::Table(_) => Err("weights: a table has none; choose a network, or leave them out".into()),
            Self::Network(network) => network.load(&bytes),
        }
    }

    /// Learns a round: a network by steps on batches that `draws` picks, a table all of it at once.
    /// `told` hears of each step's loss. Gives the mean loss of the round, if there is such a thing.
    ///
    /// # Errors
    /// When training diverges; what was learned before that step is kept.
    pub fn learn(
        &mut self,
        round: Round,
        training: &Training,
        draws: &mut Draws,
        mut told: impl FnMut(f32) -> Result<(), String>,
    ) -> Result<Option<f64>, String> {
        if round.targets.is_empty() {
            return Ok(None);
        }
        let network = match self {
            Self::Table(table) => {
                table.learn(round.pages, round.targets);
                return Ok(None);
            }
            Self::Network(network) => network,
        };
        let mut batch = Pages::new(round.pages.alphabet);
        let (mut targets, mut own) = (Vec::new(), Vec::new());
        let mut sum = 0.0;
        for _ in 0..training.steps {
            batch.clear();
            targets.clear();
            own.clear();
            for _ in 0..training.batch {
                let row = draws.below(round.targets.len() as u32) as usize;
                batch.push(round.pages, row);
                targets.push(round.targets[row]);
                own.push(round.own[row]);
            }
            let weight = training.own as f32;
            let stepped = network.step(&batch, &targets, (weight > 0.0).then_some((&own[..], weight)))?;
            sum += f64::from(stepped.loss);
            told(stepped.loss)?;
        }
        Ok(Some(sum / f64::from(training.steps)))
    }

    /// Steps taken so far; a table takes none.
    #[must_use]
    pub fn steps(&self) -> u32 {
        match self {
            Self::Table(_) => 0,
            Self::Network(network) => network.steps(),
        }
    }

    /// The learner as bytes: averaged weights as safetensors; of a table its rows, which nothing reads again.
    ///
    /// # Errors
    /// If they cannot be written down.
    pub fn save(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Table(table) => Ok(table.bytes()),
            Self::Network(network) => network.save(),
        }
    }

    /// The learner as it is now.
    #[must_use]
    pub fn reader(&self) -> Reader {
        match self {
            Self::Table(table) => Reader::Table(Arc::new(table.clone())),
            Self::Network(network) => Reader::Network(network.scorer()),
        }
    }
}

impl Reader {
    /// The probability of each class, page by page, in place of what `out` held.
    pub fn scores(&self, pages: &Pages, out: &mut Vec<f32>) {
        out.clear();
        match self {
            Self::Table(table) => table.scores(pages, out),
            Self::Network(scorer) => scorer.scores(pages, out).expect("a family writes in its own alphabet"),
        }
    }
}

/// Of the classes from `first` on, `answers` many, and the last one, "I don't know": the one that is
/// decided on, as an answer's number; `answers` itself stands for "I don't know". Integers decide.
/// A `guess` is never "I don't know".
#[must_use]
pub fn decide(
    scores: &[f32],
    first: usize,
    answers: usize,
    decoding: Decoding,
    guess: bool,
    word: u32,
) -> usize {
    // In units of 2^-32; what is not a number counts nothing.
    let weight = |i: usize| {
        let class = if i == answers { scores.len() - 1 } else { first + i };
        (f64::from(scores[class]) * 4_294_967_296.0) as u64
    };
    let last = if guess { answers.saturating_sub(1) } else { answers };
    match decoding {
        Decoding::Argmax => {
            let most = (0..=last).map(weight).max().unwrap_or(0);
            let likeliest = || (0..=last).filter(|i| weight(*i) == most);
            // Among equals one by the draw, so that who knows nothing guesses.
            let pick = below(word, likeliest().count() as u32) as usize;
            likeliest().nth(pick).unwrap_or(answers)
        }
        Decoding::Sampled => {
            let total: u64 = (0..=last).map(weight).sum();
            if total == 0 {
                return below(word, answers as u32) as usize;
            }
            let mut left = ((u128::from(word) * u128::from(total)) >> 32) as u64;
            for i in 0..=last {
                match left.checked_sub(weight(i)) {
                    Some(rest) => left = rest,
                    None => return i,
                }
            }
            last
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_follow_the_scores() {
        let scores = [0.5, 0.125, 0.25, 0.0, 0.125];
        // Classes 1 and 2, and the last: 1/4, 1/2 and 1/4 of what is left.
        let sampled = |word| decide(&scores, 1, 2, Decoding::Sampled, false, word);
        assert_eq!(
            [0, (1 << 30) - 1, 1 << 30, (3 << 30) - 1, 3 << 30, u32::MAX].map(sampled),
            [0, 0, 1, 1, 2, 2]
        );
        let guessed = |word| decide(&scores, 1, 2, Decoding::Sampled, true, word);
        assert_eq!([0, 1 << 30, 3 << 30, u32::MAX].map(guessed), [0, 0, 1, 1]);
        assert_eq!(decide(&scores, 0, 4, Decoding::Argmax, false, 7), 0);
        let flat = [0.25; 4];
        let guess = |word| decide(&flat, 0, 3, Decoding::Argmax, false, word);
        assert_eq!([0, 1 << 30, 2 << 30, 3 << 30].map(guess), [0, 1, 2, 3]);
    }
}
