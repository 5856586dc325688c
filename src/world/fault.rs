//! How an overseer errs: error models worked out, and the errors of a panel's members.

use crate::claim::{Perturbation, Question};
use crate::overseers::{ErrorModel, Over, OverseerSpec, Panel};
use crate::streams::{Actor, Draws, Purpose, Streams};
use crate::units::Chance;
use crate::world::ground::Sight;
use crate::world::mind::Place;

/// Levels that rates are worked out for; higher ones count as the last.
pub(super) const LEVELS: usize = 65;

/// An error model with its rates worked out and its draws addressed.
#[derive(Clone)]
pub struct Fault {
    pub(super) model: ErrorModel,
    blind: Actor,
    /// Whether its patterns are the same in every trial.
    lasting: bool,
    /// Per level: the chance of a plain flip, where the model is one.
    flips: Vec<Option<Chance>>,
    /// Per level: the declared chances to be right of what is true, and of what is false.
    sureness: Vec<(f64, f64)>,
    /// Whether it never errs.
    pub exact: bool,
    /// Members who are not one in how they err, and their correlation.
    members: u32,
    correlation: f64,
}

impl Fault {
    pub(super) fn new(model: &ErrorModel, spec: &OverseerSpec, replicate: u32, name: &str) -> Self {
        let panel = &spec.panel;
        let blind = Streams::actor(Purpose::Blind, replicate, name);
        let mut fault = Self {
            model: model.clone(),
            blind,
            lasting: spec.lasting,
            flips: Vec::new(),
            sureness: Vec::new(),
            exact: false,
            members: 1,
            correlation: panel.correlation.get(),
        };
        let plain = matches!(
            model,
            ErrorModel::Uniform { .. }
                | ErrorModel::Asymmetric { .. }
                | ErrorModel::ByLevel { .. }
                | ErrorModel::Table { .. }
        );
        fault.flips =
            (0..LEVELS as u32).map(|level| plain.then(|| Chance::of(fault.even(level).0))).collect();
        // Members of a panel that share a pattern are right or wrong as one.
        if fault.is_fresh() {
            fault.members = panel.members;
        }
        let right = |rate| majority_right(rate, fault.correlation, fault.members);
        let rights = |(if_true, if_false)| (right(if_true), right(if_false));
        fault.sureness = (0..LEVELS as u32).map(|level| rights(fault.rates(level))).collect();
        fault.exact = (0..LEVELS as u32).all(|level| fault.rates(level) == (0.0, 0.0));
        fault
    }

    /// The rates (if the claim is true, if it is false) at a level.
    #[must_use]
    pub fn rates(&self, level: u32) -> (f64, f64) {
        let same = |rate: f64| (rate, rate);
        match &self.model {
            ErrorModel::Uniform { rate, .. }
            | ErrorModel::Concentrated { rate }
            | ErrorModel::Systematic { rate }
            | ErrorModel::Adversarial { rate } => same(rate.get()),
            ErrorModel::Asymmetric { false_accept, false_reject } => (false_reject.get(), false_accept.get()),
            ErrorModel::ByLevel { rate, growth } => {
                same((rate.get() + growth.get() * f64::from(level)).min(1.0))
            }
            ErrorModel::Table { accuracies, .. } => {
                let last = accuracies.len().saturating_sub(1);
                same(1.0 - accuracies.get((level as usize).min(last)).map_or(0.0, |p| p.get()))
            }
        }
    }

    /// The declared chance that an answer of its own to a question with so many answers is right, all
    /// members and so many acts together, given that it is an answer: accepting a false one is how it errs.
    #[must_use]
    pub fn sureness(&self, level: u32, answers: u32, acts: u32) -> f64 {
        let right = match self.model {
            ErrorModel::Uniform { rate, over: Over::All } => {
                // The draw is over all answers and "I don't know": it may be the right one again.
                let each = rate.get() / f64::from(answers + 1);
                let right = (1.0 - rate.get() + each) / (1.0 - each);
                majority_right(1.0 - right, self.correlation, self.members)
            }
            _ => self.sureness[(level as usize).min(LEVELS - 1)].1,
        };
        if acts == 1 { right } else { majority_right(1.0 - right, 0.0, acts) }
    }

    /// The declared chance that a turn is read rightly, whichever side is ahead.
    pub(super) fn sureness_of_turn(&self, level: u32) -> f64 {
        let (of_true, of_false) = self.sureness[(level as usize).min(LEVELS - 1)];
        0.5 * (of_true + of_false)
    }

    /// The declared chance that a claim was rightly accepted or rejected, as likely true as false before.
    #[must_use]
    pub fn sureness_of(&self, level: u32, answers: u32, accepted: bool) -> f64 {
        let (of_true, mut of_false) = self.sureness[(level as usize).min(LEVELS - 1)];
        if self.has_pattern() && answers > 2 {
            // A false claim is accepted only if it is the one wrong answer that is seen.
            of_false = 1.0 - (1.0 - of_true) / f64::from(answers - 1);
        }
        let (right, wrong) = if accepted { (of_true, 1.0 - of_false) } else { (of_false, 1.0 - of_true) };
        if right + wrong == 0.0 { 0.5 } else { right / (right + wrong) }
    }

    /// Whether *the* wrong answer of a question is what it sees when it errs.
    fn has_pattern(&self) -> bool {
        matches!(self.model, ErrorModel::Concentrated { .. }) || self.is_patterned()
    }

    /// Whether an opponent knows where it errs: under the adversarial model every opponent does, under
    /// other models with a pattern only one that studied it.
    #[must_use]
    pub fn is_known(&self, studied: bool) -> bool {
        matches!(self.model, ErrorModel::Adversarial { .. }) || (studied && self.has_pattern())
    }

    /// Whether errors are drawn afresh each act, so that they carry no pattern.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        !matches!(self.model, ErrorModel::Systematic { .. } | ErrorModel::Adversarial { .. })
    }

    /// The wrong answer always seen of this question, where the model has one, and whether it is certain to be seen.
    pub(super) fn pattern(&self, at: Place, question: Question) -> Option<(Perturbation, bool)> {
        let words = || {
            let trial = if self.lasting { 0 } else { at.trial };
            let place = Streams::at(self.blind, trial, question, crate::streams::Moment::default());
            at.streams.block(place)
        };
        match &self.model {
            ErrorModel::Concentrated { .. } => Some((Perturbation::Wrong(words()[1]), false)),
            ErrorModel::Systematic { rate } | ErrorModel::Adversarial { rate } => {
                let words = words();
                rate.chance().hit(words[0]).then_some((Perturbation::Wrong(words[1]), true))
            }
            _ => None,
        }
    }

    /// The rates where neither of two claims is accepted or rejected by itself: their mean, for both.
    pub(super) fn even(&self, level: u32) -> (f64, f64) {
        let (if_true, if_false) = self.rates(level);
        let mean = 0.5 * (if_true + if_false);
        (mean, mean)
    }

    /// The errors of a panel's members in one act.
    pub(super) fn members(&self, panel: &Panel, at: Place, question: Question, level: u32) -> Members<'_> {
        self.members_at(self.rates(level), panel, at, question)
    }

    /// The errors of a panel's members in one act, at these rates.
    pub(super) fn members_at(
        &self,
        rates: (f64, f64),
        panel: &Panel,
        at: Place,
        question: Question,
    ) -> Members<'_> {
        Members {
            fault: self,
            rates,
            correlation: panel.correlation.get(),
            share_wrong: panel.share_wrong,
            errs: (0, 0),
            seen: 0,
            shared: None,
            pattern: self.pattern(at, question),
        }
    }

    /// Whether a fixed pattern, and not fresh draws, makes its errors.
    fn is_patterned(&self) -> bool {
        !self.is_fresh()
    }

    /// The error chance of [`Fault::plain_flip`], where it is the same at every level.
    #[must_use]
    pub fn level_flip(&self) -> Option<Chance> {
        self.flips[0].filter(|_| self.flips.iter().all(|flip| *flip == self.flips[0]))
    }

    /// The single error chance of a fast turn: one rate, a plain flip, nothing patterned.
    #[must_use]
    #[inline]
    pub fn plain_flip(&self, level: u32) -> Option<Chance> {
        self.flips[(level as usize).min(LEVELS - 1)]
    }
}

/// The chance that the next member of a Polya urn errs, after `errs` of `seen` did.
/// At correlation 0 it is the rate; at 1 all do as the first did.
#[must_use]
pub fn urn(rate: f64, correlation: f64, errs: u32, seen: u32) -> Chance {
    let fresh = 1.0 - correlation;
    Chance::of(
        (rate * fresh + correlation * f64::from(errs))
            / (fresh + correlation * f64::from(seen)).max(f64::MIN_POSITIVE),
    )
}

/// The chance that the greater part of a panel is right, a tie counting half: its errors are a Polya urn.
#[must_use]
pub fn majority_right(rate: f64, correlation: f64, members: u32) -> f64 {
    let mut errs = vec![1.0];
    for seen in 0..members {
        let next = |err: usize| {
            let fresh = 1.0 - correlation;
            let weight = fresh + correlation * f64::from(seen);
            // The first member's rate is exact, whatever the correlation.
            if seen == 0 { rate } else { (rate * fresh + correlation * err as f64) / weight }
        };
        let mut more = vec![0.0; errs.len() + 1];
        for (err, chance) in errs.iter().enumerate() {
            more[err] += chance * (1.0 - next(err));
            more[err + 1] += chance * next(err);
        }
        errs = more;
    }
    let weight = |err: usize| match (2 * err).cmp(&(members as usize)) {
        std::cmp::Ordering::Less => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Greater => 0.0,
    };
    errs.iter().enumerate().map(|(err, chance)| chance * weight(err)).sum()
}

/// Errors of a panel's members, one after the other.
pub(super) struct Members<'a> {
    fault: &'a Fault,
    rates: (f64, f64),
    correlation: f64,
    share_wrong: bool,
    errs: (u32, u32),
    seen: u32,
    shared: Option<u32>,
    pattern: Option<(Perturbation, bool)>,
}

impl Members<'_> {
    fn next(&mut self, draws: &mut Draws) -> (bool, bool, u32) {
        let (hit, wrong) = (draws.word(), draws.word());
        let first = |rate: f64, errs| {
            // The first member's rate is exact, whatever the correlation.
            if self.seen == 0 { Chance::of(rate) } else { urn(rate, self.correlation, errs, self.seen) }
        };
        let err = (first(self.rates.0, self.errs.0).hit(hit), first(self.rates.1, self.errs.1).hit(hit));
        self.errs.0 += u32::from(err.0);
        self.errs.1 += u32::from(err.1);
        self.seen += 1;
        let wrong =
            if self.share_wrong && (err.0 || err.1) { *self.shared.get_or_insert(wrong) } else { wrong };
        (err.0, err.1, wrong)
    }

    /// What the next member sees of a claim.
    pub(super) fn sight(&mut self, draws: &mut Draws) -> Sight {
        if self.fault.is_patterned() {
            return Sight::Sees(self.pattern.map_or(Perturbation::Right, |(seen, _)| seen));
        }
        let (if_true, if_false, _) = self.next(draws);
        match self.pattern {
            Some((seen, _)) if if_true => Sight::Sees(seen),
            Some(_) => Sight::Sees(Perturbation::Right),
            None => Sight::Flipped { if_true, if_false },
        }
    }

    /// How the next member's answer is perturbed.
    pub(super) fn perturbation(&mut self, draws: &mut Draws) -> Perturbation {
        if self.fault.is_patterned() {
            return self.pattern.map_or(Perturbation::Right, |(seen, _)| seen);
        }
        let (_, err, wrong) = self.next(draws);
        match (err, self.pattern, &self.fault.model) {
            (false, ..) => Perturbation::Right,
            (true, Some((seen, _)), _) => seen,
            (true, None, ErrorModel::Uniform { over: Over::All, .. }) => Perturbation::Any(wrong),
            (true, None, _) => Perturbation::Wrong(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_urn_is_exact_at_its_ends() {
        assert_eq!(urn(0.3, 0.0, 5, 7), Chance::of(0.3));
        assert_eq!((urn(0.3, 1.0, 2, 2), urn(0.3, 1.0, 0, 2)), (Chance::ALWAYS, Chance::NEVER));
    }
}
