//! Foresight: where a dispute would end, as far as a liar can tell. A liar that knows
//! where the overseer errs steers there; one that faces fresh errors has nothing to
//! look for. Sees the liar's own beliefs and what it knows of the overseer.

use crate::claim::{Answer, Claim, Question};
use crate::streams::Draws;
use crate::systems::cross_check::descent::{Parts, swap_in, walk};
use crate::tasks::Family;
use crate::world::judgement::Judgement;
use crate::world::mind::{Mind, Place};

/// Recombinations that a liar thinks through for one choice; past them it takes the first that will do.
const THOUGHTS_MAX: u32 = 1 << 14;

/// What a liar goes by when it thinks ahead.
pub struct Foresight<'a> {
    /// Whose lane.
    pub at: Place<'a>,
    /// The liar.
    pub liar: &'a Mind,
    /// Who will check.
    pub overseer: &'a Judgement,
    /// Whether a dispute ends one level down, as under a critique.
    pub single: bool,
}

impl Foresight<'_> {
    /// Whether a dispute about this question, so many levels down, is for the overseer to decide.
    pub fn ends(&self, question: Question, depth: u32) -> bool {
        let level = self.at.ground.level(self.at.lane, question);
        let checkable = if self.single { depth > 0 } else { level <= self.overseer.spec.reach };
        level == 0 || checkable || self.at.ground.family().is_proposal(question)
    }

    /// Whether the overseer is known to see a claim where sub-answers recombine to something else.
    pub fn passes(&self, claim: Claim, base: Answer) -> bool {
        self.seen_combined(claim.question, base, true) == Some(claim.answer)
    }

    /// Whether the overseer is known to see something else where sub-answers recombine to what is claimed.
    pub fn falls(&self, claim: Claim, base: Answer) -> bool {
        base == claim.answer && self.seen_combined(claim.question, base, false).is_some()
    }

    /// What it is known to see there; a pattern that shows itself only now and then must be worth it.
    fn seen_combined(&self, question: Question, base: Answer, accepts: bool) -> Option<Answer> {
        let (part, recombination) = self.declared(question, accepts);
        let worth = !self.overseer.combining.is_fresh() || recombination >= part;
        let seen = self.overseer.fooled_in_combining(self.at, question, base, self.liar.studies());
        seen.filter(|_| worth)
    }

    /// The declared chance that the overseer accepts what is false, or rejects what is true, where a
    /// dispute about a part of this question ends, and where it is about the recombination.
    fn declared(&self, question: Question, accepts: bool) -> (f64, f64) {
        let level = self.at.ground.level(self.at.lane, question);
        let pick = |(if_true, if_false): (f64, f64)| if accepts { if_false } else { if_true };
        let reach = self.overseer.spec.reach;
        let below = level.saturating_sub(1);
        // Beyond its reach it guesses.
        let part = if self.single && below > reach {
            0.5
        } else {
            pick(self.overseer.judging.rates(below.min(reach)))
        };
        (part, pick(self.overseer.combining.rates(level)))
    }

    /// Whether one who studied the overseer would rather have it check the recombination than a part.
    pub fn prefers_recombination(&self, question: Question, accepts: bool) -> bool {
        let (part, recombination) = self.declared(question, accepts);
        self.liar.studies() && recombination > part
    }

    /// Whether the overseer does not look at a place among so many parts.
    pub fn is_unseen(&self, place: usize, parts: usize) -> bool {
        parts - place <= self.overseer.spec.negligence as usize
    }

    /// The one false part that makes the parts recombine to the claim: where the overseer is known not to
    /// look, if the liar studied it; else such that the lie can be kept up to where the overseer is fooled
    /// by it, if there is one.
    pub fn lie(
        &self,
        claim: Claim,
        depth: u32,
        plan: &Parts,
        start: usize,
        draws: &mut Draws,
    ) -> Option<(usize, Answer)> {
        let mut shift = |answers| draws.below(answers);
        let mut thoughts = THOUGHTS_MAX;
        if self.liar.studies() && self.overseer.spec.negligence > 0 {
            let mut unseen = |place: usize, _, _: &mut u32| self.is_unseen(place, plan.len());
            let hidden = self.lies(claim, plan, start, &mut shift, &mut thoughts, &mut unseen);
            if hidden.is_some() {
                return hidden;
            }
        }
        if !self.overseer.is_known_to_err(self.liar.studies()) {
            return self.lies(claim, plan, start, &mut shift, &mut thoughts, &mut |_, _, _| true);
        }
        let mut first = None;
        let mut ahead = THOUGHTS_MAX;
        let kept_up = self.lies(claim, plan, start, &mut shift, &mut thoughts, &mut |place, lie, _| {
            first.get_or_insert((place, lie));
            let part = Claim { question: plan.questions[place], answer: lie };
            !self.at.ground.family().is_proposal(part.question) && self.holds_out(part, depth + 1, &mut ahead)
        });
        kept_up.or(first)
    }

    /// The first single false part that recombines to the claim and that `will_do`.
    fn lies(
        &self,
        claim: Claim,
        plan: &Parts,
        start: usize,
        shift: &mut dyn FnMut(u32) -> u32,
        thoughts: &mut u32,
        will_do: &mut dyn FnMut(usize, Answer, &mut u32) -> bool,
    ) -> Option<(usize, Answer)> {
        let at = self.at;
        let believed = |_: usize, part| self.liar.believes(at, part, at.ground.level(at.lane, part));
        let mut parts = Parts::default();
        for place in (0..plan.len()).map(|i| (start + i) % plan.len()) {
            let Claim { question: part, answer: truth } = plan.claim(place);
            let answers = at.ground.answers(part);
            let from = shift(answers);
            for lie in (0..answers).map(|i| Answer(((i + from) % answers) as u16)) {
                if lie == truth || *thoughts == 0 {
                    continue;
                }
                *thoughts -= 1;
                let recombined = walk(at, claim.question, &mut parts, swap_in(place, lie, believed));
                if recombined == claim.answer && will_do(place, lie, thoughts) {
                    return Some((place, lie));
                }
            }
        }
        None
    }

    /// Whether a false claim can be kept up until the overseer checks something and sees just what is claimed.
    fn holds_out(&self, claim: Claim, depth: u32, thoughts: &mut u32) -> bool {
        let at = self.at;
        if self.ends(claim.question, depth) {
            return self.overseer.fooled_by(at, claim.question, self.liar.studies()) == Some(claim.answer);
        }
        let mut plan = Parts::default();
        let believed = |_: usize, part| self.liar.believes(at, part, at.ground.level(at.lane, part));
        let base = walk(at, claim.question, &mut plan, believed);
        if self.passes(claim, base) {
            return true;
        }
        let mut will_do = |place: usize, lie, thoughts: &mut u32| {
            let part = Claim { question: plan.questions[place], answer: lie };
            !at.ground.family().is_proposal(part.question) && self.holds_out(part, depth + 1, thoughts)
        };
        self.lies(claim, &plan, 0, &mut |_| 0, thoughts, &mut will_do).is_some()
    }

    /// Whether disputing a claim leads to something true that the overseer sees otherwise.
    pub fn misleads(&self, claim: Claim, depth: u32) -> bool {
        let known = self.overseer.is_known_to_err(self.liar.studies());
        known && self.misleads_within(claim, depth, &mut { THOUGHTS_MAX })
    }

    fn misleads_within(&self, claim: Claim, depth: u32, thoughts: &mut u32) -> bool {
        let at = self.at;
        if *thoughts == 0 {
            return false;
        }
        *thoughts -= 1;
        if self.ends(claim.question, depth) {
            let seen = self.overseer.fooled_by(at, claim.question, self.liar.studies());
            return seen.is_some_and(|seen| seen != claim.answer);
        }
        let mut parts = Parts::default();
        let believed = |_: usize, part| self.liar.believes(at, part, at.ground.level(at.lane, part));
        let base = walk(at, claim.question, &mut parts, believed);
        if self.falls(claim, base) {
            return true;
        }
        parts.claims().any(|part| {
            let disputable = !at.ground.family().is_proposal(part.question);
            disputable && self.misleads_within(part, depth + 1, thoughts)
        })
    }
}
