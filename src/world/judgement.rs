//! An overseer at play: its spec worked out for a replicate. Its acts are
//! perturbations at addresses; the fence applies them to the truth.

use crate::claim::{Answer, Claim, Perturbation, Question};
use crate::overseers::{Exhausted, OverseerSpec};
use crate::streams::{Actor, Address, Draws, Purpose, Streams};
use crate::units::{Chance, below};
use crate::world::components::Match;
use crate::world::eye::{Eye, Reason};
use crate::world::fault::{Fault, LEVELS, Members};
use crate::world::ground::{Sight, flipped, perturbed};
use crate::world::mind::Place;
use bevy_ecs::prelude::Component;

/// The overseer, compiled.
#[derive(Component, Clone)]
pub struct Judgement {
    /// The overseer as the scenario has it.
    pub spec: OverseerSpec,
    /// How it errs when judging.
    pub judging: Fault,
    /// How it errs when combining.
    pub combining: Fault,
    judge: Actor,
    combine: Actor,
    lean: Actor,
    guess: Actor,
    /// Coins at its disposal.
    pub coin: Actor,
    posteriors: Box<Posteriors>,
    /// Acts of combining that are not one.
    votes: u32,
    eye: Option<Eye>,
}

/// What was decided of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It stands.
    Accepted,
    /// It falls.
    Rejected,
    /// The overseer abstains.
    Abstained,
}

/// Leads that posteriors are worked out for: no debate has as many turns.
pub const LEADS: usize = 128;

/// Posteriors by level and lead.
type Posteriors = [[f64; LEADS]; LEVELS];

fn posteriors(judging: &Fault) -> Box<Posteriors> {
    Box::new(std::array::from_fn(|level| {
        let error = (1.0 - judging.sureness_of_turn(level as u32)).clamp(1e-6, 1.0 - 1e-6);
        let mut odds: f64 = 1.0;
        std::array::from_fn(|_| {
            let posterior = odds / (1.0 + odds);
            odds = (odds * ((1.0 - error) / error)).min(1e30);
            posterior
        })
    }))
}

impl Judgement {
    /// The overseer of a replicate, which recombines by so many votes and may see with a trained eye.
    #[must_use]
    pub fn new(spec: &OverseerSpec, votes: u32, replicate: u32, eye: Option<Eye>) -> Self {
        let actor = |purpose| Streams::actor(purpose, replicate, &spec.name);
        // Distinct from any overseer's name in judging: the purpose is the same.
        let name = format!("{} combining", spec.name);
        let combining = Fault::new(&spec.combining, spec, replicate, &name);
        // Repeated acts err apart, unless by a pattern.
        let votes = if combining.is_fresh() { votes } else { 1 };
        let judging = Fault::new(&spec.error, spec, replicate, &spec.name);
        Self {
            spec: spec.clone(),
            votes,
            eye,
            combining,
            posteriors: posteriors(&judging),
            judging,
            judge: actor(Purpose::Judge),
            combine: actor(Purpose::Combine),
            lean: actor(Purpose::Lean),
            guess: actor(Purpose::Guess),
            coin: actor(Purpose::Coin),
        }
    }

    /// What it sees pictures with, if it is a network.
    ///
    /// # Panics
    /// If it is one and was not trained: a plan was made, which says that it is to be.
    #[must_use]
    pub fn eye(&self) -> Option<&Eye> {
        assert_eq!(self.eye.is_some(), self.spec.network.is_some(), "a network that is asked was trained");
        self.eye.as_ref()
    }

    /// Members of the panel.
    #[must_use]
    pub fn members(&self) -> u32 {
        self.spec.panel.members
    }

    /// How the members of the panel err in an act.
    fn panel<'a>(&self, fault: &'a Fault, at: Place, question: Question, level: u32) -> Members<'a> {
        fault.members(&self.spec.panel, at, question, level)
    }

    /// The declared chance that a recombination at a level is right, all votes together.
    #[must_use]
    #[inline]
    pub fn sure_combining(&self, level: u32, answers: u32) -> f64 {
        self.combining.sureness(level, answers, self.votes)
    }

    /// Pays for an act if the budget allows it.
    pub fn pays(&self, ledger: &mut Match, each: u32) -> bool {
        let cost = ledger.cost.saturating_add(each.saturating_mul(self.members()));
        let affordable = self.spec.budget.is_none_or(|budget| cost <= budget);
        if affordable {
            ledger.cost = cost;
        }
        affordable
    }

    /// A uniform guess at a question, or an abstention, as the scenario says.
    #[must_use]
    pub fn guesses(&self, at: Place, question: Question, act: u32) -> Answer {
        match self.spec.exhausted {
            Exhausted::Abstain => Answer::UNKNOWN,
            Exhausted::Guess => {
                let word =
                    at.streams.block(Streams::at(self.guess, at.trial, question, at.moment(0, act)))[0];
                Answer(below(word, at.ground.answers(question)) as u16)
            }
        }
    }

    /// An accept-or-reject by a coin, or an abstention, as the scenario says.
    #[must_use]
    pub fn guesses_claim(&self, at: Place, question: Question) -> Decision {
        match self.spec.exhausted {
            Exhausted::Abstain => Decision::Abstained,
            Exhausted::Guess => {
                let word = at.streams.block(Streams::at(self.guess, at.trial, question, at.moment(1, 0)))[0];
                if Chance::HALF.hit(word) { Decision::Accepted } else { Decision::Rejected }
            }
        }
    }

    /// The plurality of the members' answers, relative to an answer that `apply` perturbs.
    fn plurality(
        &self,
        members: &mut Members,
        draws: &mut Draws,
        apply: impl Fn(Perturbation) -> Answer,
    ) -> Answer {
        if self.members() == 1 {
            return apply(members.perturbation(draws));
        }
        let mut votes = [Answer::UNKNOWN; VOTES_MAX];
        let votes = &mut votes[..self.members() as usize];
        votes.iter_mut().for_each(|vote| *vote = apply(members.perturbation(draws)));
        plurality(votes, draws.word())
    }

    /// Its own answer to a question within reach: one check.
    #[must_use]
    pub fn answers(&self, at: Place, question: Question, level: u32, act: u32) -> Answer {
        self.answers_as(self.judge, at, question, level, act)
    }

    fn answers_as(&self, actor: Actor, at: Place, question: Question, level: u32, act: u32) -> Answer {
        let mut draws = at.streams.draws(Streams::at(actor, at.trial, question, at.moment(0, act)));
        let mut members = self.panel(&self.judging, at, question, level);
        self.plurality(&mut members, &mut draws, |p| at.ground.observe(at.lane, question, p))
    }

    /// What it leans to, unaided, before anybody has argued: what a sycophant sees.
    #[must_use]
    pub fn leans(&self, at: Place, question: Question, level: u32) -> Answer {
        if let Some(eye) = self.eye() {
            return eye.glances(at, question, Reason::Leaning).0;
        }
        if level <= self.spec.reach {
            self.answers_as(self.lean, at, question, level, 0)
        } else {
            let word = at.streams.block(Streams::at(self.lean, at.trial, question, at.moment(1, 0)))[0];
            Answer(below(word, at.ground.answers(question)) as u16)
        }
    }

    /// Its recombination of sub-answers whose exact recombination is `base`.
    #[must_use]
    #[inline(always)]
    pub fn combines(&self, at: Place, question: Question, level: u32, base: Answer, act: u32) -> Answer {
        if self.combining.exact { base } else { self.combines_drawn(at, question, level, base, act) }
    }

    fn combines_drawn(&self, at: Place, question: Question, level: u32, base: Answer, act: u32) -> Answer {
        let mut draws = at.streams.draws(Streams::at(self.combine, at.trial, question, at.moment(0, act)));
        let mut members = self.panel(&self.combining, at, question, level);
        let answers = at.ground.answers(question);
        self.plurality(&mut members, &mut draws, |p| perturbed(base, answers, p))
    }

    /// Its check of a claim within reach. The member's majority decides, a tie is a coin.
    #[must_use]
    pub fn accepts(&self, at: Place, claim: Claim, level: u32) -> bool {
        let mut draws = at.streams.draws(Streams::at(self.judge, at.trial, claim.question, at.moment(1, 0)));
        let mut members = self.panel(&self.judging, at, claim.question, level);
        self.majority(&mut draws, |draws| {
            let sight = members.sight(draws);
            at.ground.observe_claim(at.lane, claim, sight)
        })
    }

    /// Its check of whether sub-answers recombine to what is asserted.
    #[must_use]
    pub fn accepts_recombination(&self, at: Place, claim: Claim, level: u32, base: Answer) -> bool {
        let mut draws =
            at.streams.draws(Streams::at(self.combine, at.trial, claim.question, at.moment(1, 0)));
        let mut members = self.panel(&self.combining, at, claim.question, level);
        let answers = at.ground.answers(claim.question);
        let holds = claim.answer == base;
        self.majority(&mut draws, |draws| match members.sight(draws) {
            Sight::Flipped { if_true, if_false } => flipped(holds, if_true, if_false),
            Sight::Sees(seen) => perturbed(base, answers, seen) == claim.answer,
        })
    }

    fn majority(&self, draws: &mut Draws, mut accepts: impl FnMut(&mut Draws) -> bool) -> bool {
        let yes = (0..self.members()).filter(|_| accepts(draws)).count() as u32;
        match (2 * yes).cmp(&self.members()) {
            std::cmp::Ordering::Equal => Chance::HALF.hit(draws.word()),
            more => more.is_gt(),
        }
    }

    /// Where its readings of an argument about a question are drawn.
    #[must_use]
    #[inline(always)]
    pub fn reading(&self, at: Place, question: Question) -> Address {
        Streams::at(self.judge, at.trial, question, at.moment(0, 3))
    }

    /// Whether, in a turn of a debate, the panel reads the first side's argument as the stronger;
    /// `stronger_first`: it is. Of two claims none is accepted or rejected by itself: it errs at one rate.
    #[must_use]
    pub fn reads_turn(
        &self,
        at: Place,
        claims: (Claim, Claim),
        level: u32,
        turn: u16,
        stronger_first: bool,
    ) -> bool {
        self.reads(at, claims, self.judging.even(level), turn, stronger_first)
    }

    /// Whether, in a turn of a consultancy, the panel is moved by the argument for the first claim;
    /// `strong`: it should be. One claim is accepted or rejected, each at its own rate.
    #[must_use]
    pub fn reads_argument(
        &self,
        at: Place,
        claims: (Claim, Claim),
        level: u32,
        turn: u16,
        strong: bool,
    ) -> bool {
        self.reads(at, claims, self.judging.rates(level), turn, strong)
    }

    fn reads(
        &self,
        at: Place,
        (first, second): (Claim, Claim),
        rates: (f64, f64),
        turn: u16,
        stronger_first: bool,
    ) -> bool {
        let mut draws =
            at.streams.draws(Streams::at(self.judge, at.trial, first.question, at.moment(turn, 2)));
        let mut members = self.judging.members_at(rates, &self.spec.panel, at, first.question);
        self.majority(&mut draws, |draws| match members.sight(draws) {
            Sight::Flipped { if_true, if_false } => flipped(stronger_first, if_true, if_false),
            Sight::Sees(Perturbation::Right) => stronger_first,
            // It goes with the side that says what it sees; if neither does, with the stronger.
            Sight::Sees(seen) => {
                let seen = at.ground.observe(at.lane, first.question, seen);
                if seen == first.answer {
                    true
                } else if seen == second.answer {
                    false
                } else {
                    stronger_first
                }
            }
        })
    }

    /// Whether an opponent knows where it errs in judging or combining.
    #[must_use]
    pub fn is_known_to_err(&self, studied: bool) -> bool {
        self.judging.is_known(studied) || self.combining.is_known(studied)
    }

    /// The wrong answer this overseer is known to be fooled by at a question.
    #[must_use]
    pub fn fooled_by(&self, at: Place, question: Question, studied: bool) -> Option<Answer> {
        if !self.judging.is_known(studied) {
            return None;
        }
        let (seen, _) = self.judging.pattern(at, question)?;
        Some(at.ground.observe(at.lane, question, seen))
    }

    /// The wrong answer that it is known to see where sub-answers recombine to `base`.
    #[must_use]
    pub fn fooled_in_combining(
        &self,
        at: Place,
        question: Question,
        base: Answer,
        studied: bool,
    ) -> Option<Answer> {
        if !self.combining.is_known(studied) || !base.is_known() {
            return None;
        }
        let (seen, _) = self.combining.pattern(at, question)?;
        Some(perturbed(base, at.ground.answers(question), seen)).filter(|seen| *seen != base)
    }

    /// P(the winner is right) after it led by `lead` turns, each read with the declared error: prior
    /// odds 1, times (1 - e)/e for each turn of the lead.
    #[must_use]
    #[inline]
    pub fn posterior(&self, level: u32, lead: u32) -> f64 {
        self.posteriors[(level as usize).min(LEVELS - 1)][lead as usize % LEADS]
    }

    /// Its confidence as it states it, in a verdict on a question with so many answers, from what its acts told.
    #[must_use]
    pub fn stated(&self, told: f32, answers: u32) -> f64 {
        let guess = 1.0 / f64::from(answers.max(1));
        let posterior = guess + (1.0 - guess) * f64::from(told);
        (0.5 + (posterior - 0.5) * self.spec.miscalibration).clamp(0.0, 1.0)
    }
}

/// What an act that is right with this chance tells of a question with so many answers: 1 if it is
/// sure, 0 if it is a guess. Errors fall on all wrong answers alike, so that what several acts in
/// a row tell is the product, and errors that cancel are counted: of two answers and chances p and q
/// it is (2p - 1)(2q - 1), the correlation of the truth with the verdict.
#[must_use]
#[inline(always)]
pub fn tells(right: f64, answers: u32) -> f32 {
    (if answers < 2 { 1.0 } else { right - (1.0 - right) / f64::from(answers - 1) }) as f32
}

/// The most votes that one plurality is of: members of a panel, or repeated acts.
pub const VOTES_MAX: usize = 99;

/// The answer with most votes, in the order cast; among equals one by a draw.
#[must_use]
pub fn plurality(votes: &[Answer], word: u32) -> Answer {
    let count = |answer: Answer| votes.iter().filter(|vote| **vote == answer).count();
    let most = votes.iter().map(|vote| count(*vote)).max().unwrap_or(0);
    // Each answer counts where it was first cast.
    let first = |i: &usize| !votes[..*i].contains(&votes[*i]) && count(votes[*i]) == most;
    let tied = (0..votes.len()).filter(first).count() as u32;
    let pick = below(word, tied.max(1)) as usize;
    (0..votes.len()).filter(first).nth(pick).map_or(Answer::UNKNOWN, |i| votes[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_goes_by_the_draw() {
        let votes = [4, 1, 0, 4, 1].map(Answer);
        assert_eq!((plurality(&votes, 0), plurality(&votes, u32::MAX)), (Answer(4), Answer(1)));
    }
}
