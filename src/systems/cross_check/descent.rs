//! Descent: a disputed claim is laid out in parts, one of them is disputed in its
//! turn, down to something the overseer can check. Sees what the two sides say and
//! believe, never the truth.
//!
//! An honest defender lays out what it believes. A deceiver keeps its lie alive:
//! it looks for the fewest false parts that recombine to it, first where the
//! overseer is known to be fooled, and asserts a false recombination if none do.

use crate::agents::Stance;
use crate::claim::{Answer, Claim, Question};
use crate::scenario::stages::CrossCheck;
use crate::streams::{Draws, Streams};
use crate::tasks::Step;
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
type Parts = Vec<(Question, Answer)>;

/// Walks a decomposition with the answers that `say` gives; the exact recombination, unknown if a part is.
fn walk(
    at: Place,
    question: Question,
    parts: &mut Parts,
    mut say: impl FnMut(usize, Question) -> Answer,
) -> Answer {
    let mut answers: Vec<Answer> = Vec::new();
    parts.clear();
    loop {
        match at.ground.step(at.lane, question, &answers) {
            Step::Done(base) => return base,
            Step::Ask(part) => {
                let answer = say(parts.len(), part);
                parts.push((part, answer));
                answers.push(answer);
                if !answer.is_known() {
                    return Answer::UNKNOWN;
                }
            }
        }
    }
}

/// The defender's parts for its claim, and what they recombine to.
fn lay_out(at: Place, defender: &Mind, overseer: &Judgement, claim: Claim, parts: &mut Parts) -> Answer {
    let level = |question| at.ground.level(at.lane, question);
    let believed = |_: usize, part| defender.believes(at, part, level(part));
    if !defender.deceives() {
        return walk(at, claim.question, parts, |_, part| defender.says(at, part, level(part), overseer));
    }
    if walk(at, claim.question, parts, believed) == claim.answer {
        return claim.answer;
    }
    let count = parts.len();
    let plan: Parts = parts.clone();
    let mut draws = draws(at, defender, claim.question, 1);
    let start = draws.below(count.max(1) as u32) as usize;
    let places = (0..count).map(|i| (start + i) % count);
    // One false part, first where the overseer is known to be fooled.
    for place in places.clone() {
        let (part, truth) = plan[place];
        let fooled = overseer.fooled_by(at, part, defender.studies()).filter(|lie| *lie != truth);
        if let Some(lie) = fooled
            && !at.ground.family().is_proposal(part)
            && walk(at, claim.question, parts, swap_in(place, lie, believed)) == claim.answer
        {
            return claim.answer;
        }
    }
    for place in places.clone() {
        let (part, truth) = plan[place];
        let answers = at.ground.family().answers(part);
        let shift = draws.below(answers);
        for lie in (0..answers).map(|i| Answer(((i + shift) % answers) as u16)) {
            if lie != truth && walk(at, claim.question, parts, swap_in(place, lie, believed)) == claim.answer
            {
                return claim.answer;
            }
        }
    }
    // Several false parts, alike, as few as do.
    let answers = plan.first().map_or(0, |(part, _)| at.ground.family().answers(*part));
    for lie in (0..answers).map(|answer| Answer(answer as u16)) {
        for false_parts in 2..=count {
            let say = |place: usize, part| {
                let lies = (place + count - start) % count < false_parts;
                let possible = u32::from(lie.0) < at.ground.family().answers(part);
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
fn swap_in(
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
    overseer: &Judgement,
    question: Question,
    parts: &Parts,
) -> Option<usize> {
    let mut draws = draws(at, challenger, question, 0);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let inspected = challenger.inspect.map_or(parts.len(), |b| (b as usize).min(parts.len()));
    for i in 0..inspected {
        let j = i + draws.below((parts.len() - i) as u32) as usize;
        order.swap(i, j);
    }
    let looks = order[..inspected].iter().copied();
    let disputable = |place: &usize| !at.ground.family().is_proposal(parts[*place].0);
    if !challenger.deceives() {
        let level = |part| at.ground.level(at.lane, part);
        let differs = |place: &usize| {
            let (question, answer) = parts[*place];
            match challenger.stance {
                Stance::Sycophantic => overseer.leans(at, question, level(question)) != answer,
                _ => !challenger.agrees(at, Claim { question, answer }, level(question)),
            }
        };
        return { looks }.filter(disputable).find(differs);
    }
    // A deceiver disputes what the overseer is known to get wrong, or else whatever it looked at first.
    let fooled = |place: &usize| {
        let (part, answer) = parts[*place];
        overseer.fooled_by(at, part, challenger.studies()).is_some_and(|seen| seen != answer)
    };
    let mut candidates = { looks }.filter(disputable);
    candidates.clone().find(fooled).or_else(|| candidates.next())
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

/// Follows the dispute of a root claim down. `told` hears of every step.
pub fn descend(
    at: Place,
    kind: CrossCheck,
    [mut defender, mut challenger]: [&Mind; 2],
    overseer: &Judgement,
    root: Claim,
    told: &mut dyn FnMut(String),
) -> End {
    let asks = if let CrossCheck::CrossExamination { asks, .. } = kind { asks } else { 0 };
    let single = matches!(kind, CrossCheck::Critique { .. });
    let mut parts = Parts::new();
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
        let level = at.ground.level(at.lane, claim.question);
        let end = |dispute, calls| End { dispute, by_defender, depth, calls };
        let checkable = if single { depth > 0 } else { level <= overseer.spec.reach };
        if level == 0 || checkable || at.ground.family().is_proposal(claim.question) {
            return end(Dispute::Part(claim), calls);
        }
        let base = lay_out(at, defender, overseer, claim, &mut parts);
        calls += 2 * parts.len() as u32;
        let Some(place) = find_flaw(at, challenger, overseer, claim.question, &parts) else {
            if base != claim.answer && !challenger.deceives() {
                told(format!("{} disputes the recombination: {}", challenger.name, show(claim)));
                return end(Dispute::Recombination(claim, base), calls);
            }
            let Some(counter) = counter_proposal(at, challenger, claim, &parts) else {
                told(format!("{} finds no flaw in: {}", challenger.name, show(claim)));
                return end(Dispute::Conceded, calls);
            };
            told(format!("{} shows an omission: {}", challenger.name, show(counter)));
            (claim, by_defender) = (counter, !by_defender);
            std::mem::swap(&mut defender, &mut challenger);
            depth += 1;
            continue;
        };
        let (question, answer) = parts[place];
        let part = Claim { question, answer };
        told(format!(
            "{} lays out {} parts; {} disputes that {}",
            defender.name,
            parts.len(),
            challenger.name,
            show(part)
        ));
        if is_caught(at, defender, part, asks) {
            told(format!("{} is asked again and contradicts itself", defender.name));
            return end(Dispute::Caught, calls + asks);
        }
        calls += asks;
        if parts.len() - place <= overseer.spec.negligence as usize {
            told(format!("{} does not look that far", overseer.spec.name));
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
    let beaten =
        parts.iter().find(|(part, _)| Some(*part) == claimed).is_none_or(|(_, laid)| answer.0 < laid.0);
    beaten.then_some(Claim { question, answer })
}
