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

    /// The one false part that makes the parts recombine to the claim: if there is one, such that the
    /// lie can be kept up to where the overseer is fooled by it.
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
        walk(at, claim.question, &mut plan, believed);
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
        walk(at, claim.question, &mut parts, believed);
        parts.claims().any(|part| {
            let disputable = !at.ground.family().is_proposal(part.question);
            disputable && self.misleads_within(part, depth + 1, thoughts)
        })
    }
}
