//! Descent: a disputed claim is laid out in parts, one of them is disputed in its
//! turn, down to something the overseer can check. Sees what the two sides say and
//! believe, never the truth.
//!
//! An honest defender lays out what it believes. A deceiver keeps its lie alive:
//! it looks for the fewest false parts that recombine to it, first such as lead to
//! where the overseer is known to err, and asserts a false recombination if none do.

use crate::agents::Stance;
use crate::claim::{Answer, Claim, Question};
use crate::scenario::stages::CrossCheck;
use crate::streams::{Draws, Streams};
use crate::systems::cross_check::foresight::Foresight;
use crate::tasks::{Family, SUBS_MAX, Step};
use crate::world::judgement::Judgement;
use crate::world::mind::{Mind, Place};

/// What is left to decide once the descent has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispute {
    /// The challenger found nothing.
    Conceded,
    /// The defender contradicted itself.
    Caught,
    /// A flaw was named where a negligent overseer does not look.
    Overlooked,
    /// Whether a claim is true.
    Part(Claim),
    /// Whether these sub-answers recombine to the claim; their exact recombination is given.
    Recombination(Claim, Answer),
}

/// The end of a descent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// What is to be decided.
    pub dispute: Dispute,
    /// Whether the claim in dispute is the root defender's, and not a counter-proposal against it.
    pub by_defender: bool,
    /// Levels descended.
    pub depth: u32,
    /// Answers asked of agents on the way.
    pub calls: u32,
}

/// Parts laid out, in the order they are asked.
#[derive(Clone, Default)]
pub struct Parts {
    /// What was asked.
    pub questions: Vec<Question>,
    /// What was said of it.
    pub answers: Vec<Answer>,
}

impl Parts {
    pub(super) fn len(&self) -> usize {
        self.questions.len()
    }

    pub(super) fn claim(&self, place: usize) -> Claim {
        Claim { question: self.questions[place], answer: self.answers[place] }
    }

    pub(super) fn claims(&self) -> impl Iterator<Item = Claim> {
        (0..self.len()).map(|place| self.claim(place))
    }
}

/// Walks a decomposition with the answers that `say` gives; the exact recombination, unknown if a part is.
pub(super) fn walk(
    at: Place,
    question: Question,
    parts: &mut Parts,
    mut say: impl FnMut(usize, Question) -> Answer,
) -> Answer {
    parts.questions.clear();
    parts.answers.clear();
    loop {
        match at.ground.step(at.lane, question, &parts.answers) {
            Step::Done(base) => return base,
            Step::Ask(part) => {
                let answer = say(parts.len(), part);
                parts.questions.push(part);
                parts.answers.push(answer);
                if !answer.is_known() {
                    return Answer::UNKNOWN;
                }
            }
        }
    }
}

/// The defender's parts for its claim, and what they recombine to.
fn lay_out(
    at: Place,
    defender: &Mind,
    foresight: &Foresight,
    claim: Claim,
    depth: u32,
    parts: &mut Parts,
) -> Answer {
    let level = |question| at.ground.level(at.lane, question);
    if !defender.deceives() {
        let says = |_: usize, part| defender.says(at, part, level(part), foresight.overseer);
        return walk(at, claim.question, parts, says);
    }
    let believed = |_: usize, part| defender.believes(at, part, level(part));
    let base = walk(at, claim.question, parts, believed);
    let recombined = foresight.passes(claim, base) || foresight.prefers_recombination(claim.question, true);
    if base == claim.answer || recombined && base.is_known() {
        return base;
    }
    let count = parts.len();
    let mut draws = draws(at, defender, claim.question, 1);
    let start = draws.below(count.max(1) as u32) as usize;
    if let Some((place, lie)) = foresight.lie(claim, depth, parts, start, &mut draws) {
        return walk(at, claim.question, parts, swap_in(place, lie, believed));
    }
    // Several false parts, alike, as few as do.
    let answers = parts.questions.first().map_or(0, |part| at.ground.answers(*part));
    for lie in (0..answers).map(|answer| Answer(answer as u16)) {
        for false_parts in 2..=count {
            let say = |place: usize, part| {
                let lies = (place + count - start) % count < false_parts;
                let possible = u32::from(lie.0) < at.ground.answers(part);
                if lies && possible { lie } else { believed(place, part) }
            };
            if walk(at, claim.question, parts, say) == claim.answer {
                return claim.answer;
            }
        }
    }
    walk(at, claim.question, parts, believed)
}

/// What `say` says, but for one part.
pub(super) fn swap_in(
    place: usize,
    lie: Answer,
    say: impl Fn(usize, Question) -> Answer,
) -> impl FnMut(usize, Question) -> Answer {
    move |i, part| if i == place { lie } else { say(i, part) }
}

fn draws<'a>(at: Place<'a>, mind: &Mind, question: Question, act: u32) -> Draws<'a> {
    at.streams.draws(Streams::at(mind.inspection, at.trial, question, at.moment(0, act)))
}

/// The part that a challenger disputes, if it finds one among those it inspects.
fn find_flaw(
    at: Place,
    challenger: &Mind,
    foresight: &Foresight,
    question: Question,
    depth: u32,
    parts: &Parts,
) -> Option<usize> {
    let mut draws = draws(at, challenger, question, 0);
    let mut order: [usize; SUBS_MAX] = std::array::from_fn(|i| i);
    let inspected = challenger.inspect.map_or(parts.len(), |b| (b as usize).min(parts.len()));
    for i in 0..inspected {
        let j = i + draws.below((parts.len() - i) as u32) as usize;
        order.swap(i, j);
    }
    let looks = order[..inspected].iter().copied();
    let disputable = |place: &usize| !at.ground.family().is_proposal(parts.questions[*place]);
    if !challenger.deceives() {
        let level = |part| at.ground.level(at.lane, part);
        let differs = |place: &usize| {
            let part = parts.claim(*place);
            let level = level(part.question);
            match challenger.stance {
                Stance::Sycophantic => foresight.overseer.leans(at, part.question, level) != part.answer,
                _ => !challenger.agrees(at, part, level),
            }
        };
        return { looks }.filter(disputable).find(differs);
    }
    // A deceiver disputes what leads to where the overseer is known to err, or else whatever it looked at first.
    let unseen = |place: &usize| challenger.studies() && foresight.is_unseen(*place, parts.len());
    let mut candidates = { looks }.filter(disputable).filter(|place| !unseen(place));
    let misleads = |place: &usize| foresight.misleads(parts.claim(*place), depth + 1);
    candidates.clone().find(misleads).or_else(|| candidates.next())
}

/// Whether a deceiver disputes a recombination though it is right: where the overseer is known to see it
/// otherwise, or is the likelier to reject it than a part.
fn disputes_truth(challenger: &Mind, foresight: &Foresight, claim: Claim, base: Answer) -> bool {
    let likelier = foresight.prefers_recombination(claim.question, false) && base == claim.answer;
    challenger.deceives() && (foresight.falls(claim, base) || likelier)
}

/// Whether a defender that lies about a part says something else when asked again.
fn is_caught(at: Place, defender: &Mind, part: Claim, asks: u32) -> bool {
    let belief = defender.believes(at, part.question, at.ground.level(at.lane, part.question));
    if asks == 0 || belief == part.answer || !defender.deceives() {
        return false;
    }
    let mut draws = at.streams.draws(Streams::at(defender.sample, at.trial, part.question, at.moment(0, 0)));
    (0..asks).any(|_| draws.hit(defender.slips))
}

/// Follows the dispute of a root claim down. `told` hears of every step; `parts` is scratch.
pub fn descend(
    at: Place,
    kind: CrossCheck,
    [mut defender, mut challenger]: [&Mind; 2],
    overseer: &Judgement,
    root: Claim,
    parts: &mut Parts,
    told: &mut dyn FnMut(&dyn Fn() -> String),
) -> End {
    let asks = if let CrossCheck::CrossExamination { asks, .. } = kind { asks } else { 0 };
    let single = matches!(kind, CrossCheck::Critique { .. });
    let mut claim = root;
    let mut by_defender = true;
    let (mut depth, mut calls) = (0, 0);
    let show = |claim: Claim| {
        let (question, answer) = (claim.question, claim.answer);
        format!(
            "{} is {}",
            at.ground.show_question(at.lane, question),
            at.ground.show_answer(question, answer)
        )
    };
    loop {
        let end = |dispute, calls| End { dispute, by_defender, depth, calls };
        let foresight = |liar| Foresight { at, liar, overseer, single };
        if foresight(defender).ends(claim.question, depth) {
            return end(Dispute::Part(claim), calls);
        }
        let base = lay_out(at, defender, &foresight(defender), claim, depth, parts);
        calls += 2 * parts.len() as u32;
        if disputes_truth(challenger, &foresight(challenger), claim, base) {
            told(&|| format!("{} disputes the recombination: {}", challenger.name, show(claim)));
            return end(Dispute::Recombination(claim, base), calls);
        }
        let sought = find_flaw(at, challenger, &foresight(challenger), claim.question, depth, parts);
        let Some(place) = sought else {
            if base != claim.answer && !challenger.deceives() {
                told(&|| format!("{} disputes the recombination: {}", challenger.name, show(claim)));
                return end(Dispute::Recombination(claim, base), calls);
            }
            let Some(counter) = counter_proposal(at, challenger, claim, parts) else {
                told(&|| format!("{} finds no flaw in: {}", challenger.name, show(claim)));
                return end(Dispute::Conceded, calls);
            };
            told(&|| format!("{} shows an omission: {}", challenger.name, show(counter)));
            (claim, by_defender) = (counter, !by_defender);
            std::mem::swap(&mut defender, &mut challenger);
            depth += 1;
            continue;
        };
        let part = parts.claim(place);
        told(&|| {
            format!(
                "{} lays out {} parts; {} disputes that {}",
                defender.name,
                parts.len(),
                challenger.name,
                show(part)
            )
        });
        if is_caught(at, defender, part, asks) {
            told(&|| format!("{} is asked again and contradicts itself", defender.name));
            return end(Dispute::Caught, calls + asks);
        }
        calls += asks;
        if foresight(defender).is_unseen(place, parts.len()) {
            told(&|| format!("{} does not look that far", overseer.spec.name));
            return end(Dispute::Overlooked, calls);
        }
        claim = part;
        depth += 1;
    }
}

/// What an honest challenger puts against a claim in whose parts it found no flaw, if it believes
/// another answer and can show that the better answer wins over what was laid out for the claimed one.
fn counter_proposal(at: Place, challenger: &Mind, claim: Claim, parts: &Parts) -> Option<Claim> {
    let level = |question| at.ground.level(at.lane, question);
    if challenger.deceives() || challenger.agrees(at, claim, level(claim.question)) {
        return None;
    }
    let better = challenger.believes(at, claim.question, level(claim.question));
    let question = at.ground.counter_proposal(at.lane, claim.question, better)?;
    let answer = challenger.believes(at, question, level(question));
    let claimed = at.ground.counter_proposal(at.lane, claim.question, claim.answer);
    let beaten = parts
        .claims()
        .find(|part| Some(part.question) == claimed)
        .is_none_or(|laid| answer.0 < laid.answer.0);
    beaten.then_some(Claim { question, answer })
}
