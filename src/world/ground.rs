//! Ground truth and its fence. Contexts hold the truth, and nothing outside this
//! file reads them: everybody else hands in a perturbation and gets what is
//! perceived.
//!
//! A policy that tries to read the truth does not compile:
//! ```compile_fail
//! # use elenchus::world::ground::Ground;
//! # use elenchus::claim::Question;
//! fn cheat(ground: &Ground) -> u16 { ground.truth(0, Question(0)).0 }
//! ```
//! ```compile_fail
//! # use elenchus::world::ground::Ground;
//! fn cheat(ground: &Ground) -> &[u32] { &ground.contexts }
//! ```
//! ```compile_fail
//! # use elenchus::world::ground::Ground;
//! # use elenchus::claim::{Perturbation, Question};
//! fn cheat(ground: &Ground) -> u16 { ground.observe(0, Question(0), Perturbation::Right).0 }
//! ```

use crate::claim::{Answer, Claim, Perturbation, Question};
use crate::scenario::spec::TaskSpec;
use crate::streams::{Address, Draws, LANES, Lanes, Moment, Purpose, Streams};
use crate::tasks::encoding::Pages;
use crate::tasks::{Family, FamilySpec, Step};
use crate::units::below;
use bevy_ecs::prelude::Resource;
use std::ops::Range;

/// What somebody sees of a claim, decided without knowing whether it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Sees whether it is true, flipped as these say.
    Flipped {
        /// If it is true, it looks false.
        if_true: bool,
        /// If it is false, it looks true.
        if_false: bool,
    },
    /// Sees an answer to the question, and accepts exactly that one.
    Sees(Perturbation),
}

/// How something that holds or not looks to who sees it flipped so.
#[must_use]
#[inline]
pub fn flipped(holds: bool, if_true: bool, if_false: bool) -> bool {
    if holds { !if_true } else { if_false }
}

/// The block's tasks, with their truth.
#[derive(Resource)]
pub struct Ground {
    task: TaskSpec,
    contexts: Vec<u32>,
    words: usize,
    roots: Vec<Question>,
    answers_alike: Option<u32>,
    /// Worlds that are known beforehand, in the order they are dealt to the trials of a replicate.
    deck: Option<(u32, Vec<u32>)>,
}

/// Applies a perturbation to an answer that stands for the truth.
#[must_use]
#[inline]
pub fn perturbed(base: Answer, answers: u32, perturbation: Perturbation) -> Answer {
    match perturbation {
        Perturbation::Right => base,
        Perturbation::Wrong(_) if answers < 2 || !base.is_known() => base,
        Perturbation::Wrong(word) => {
            let other = below(word, answers - 1);
            Answer((other + u32::from(other >= u32::from(base.0))) as u16)
        }
        Perturbation::Any(word) => match below(word, answers + 1) {
            unknown if unknown == answers => Answer::UNKNOWN,
            any => Answer(any as u16),
        },
    }
}

impl Ground {
    /// Room for `lanes` trials of a task.
    #[must_use]
    pub fn new(task: &TaskSpec, lanes: usize) -> Self {
        let words = task.family.context_words().max(1);
        let answers_alike = task.family.answers_alike();
        let (contexts, roots) = (vec![0; words * lanes], vec![Question(0); lanes]);
        Self { task: task.clone(), contexts, words, roots, answers_alike, deck: None }
    }

    /// Draws the worlds of the trials `first..first + lanes`.
    pub fn generate(&mut self, streams: &Streams, replicate: u32, first: u64, lanes: usize) {
        self.shuffle(streams, replicate);
        let actor = Streams::actor(Purpose::Task, replicate, self.task.family.name());
        let family = &self.task.family;
        let mut words: Lanes = [[0; LANES]; 16];
        for start in (0..lanes).step_by(LANES) {
            let at: [Address; LANES] = std::array::from_fn(|i| {
                Streams::at(actor, first + (start + i) as u64, Question(0), Moment::default())
            });
            streams.blocks(&at, &mut words);
            for (i, at) in at.into_iter().enumerate().take(lanes - start) {
                let lane = start + i;
                let context = &mut self.contexts[lane * self.words..][..self.words];
                if let Some((_, deck)) = &self.deck {
                    context[0] = deck[((first + lane as u64) % deck.len() as u64) as usize];
                }
                let mut draws = streams.draws_from(at, &words, i);
                self.roots[lane] = family.generate(&mut draws, context);
            }
        }
    }

    /// Shuffles the worlds of a replicate, if there are so many and no more.
    fn shuffle(&mut self, streams: &Streams, replicate: u32) {
        let Some(worlds) = self.task.family.worlds() else { return };
        if self.deck.as_ref().is_some_and(|(of, _)| *of == replicate) {
            return;
        }
        let actor = Streams::actor(Purpose::Deck, replicate, self.task.family.name());
        let mut draws = streams.draws(Streams::at(actor, 0, Question::default(), Moment::default()));
        let mut deck: Vec<u32> = (0..worlds).collect();
        for at in (1..worlds).rev() {
            deck.swap(at as usize, draws.below(at + 1) as usize);
        }
        self.deck = Some((replicate, deck));
    }

    #[inline]
    fn context(&self, lane: usize) -> &[u32] {
        &self.contexts[lane * self.words..][..self.words]
    }

    #[inline]
    fn truth(&self, lane: usize, question: Question) -> Answer {
        self.family().truth(self.context(lane), question)
    }

    /// The family, for what needs no context.
    #[must_use]
    #[inline]
    pub fn family(&self) -> &FamilySpec {
        &self.task.family
    }

    /// How many answers the question has.
    #[must_use]
    #[inline]
    pub fn answers(&self, question: Question) -> u32 {
        self.answers_alike.unwrap_or_else(|| self.family().answers(question))
    }

    /// How many answers every question has, if that is the same for all.
    #[must_use]
    #[inline(always)]
    pub fn answers_alike(&self) -> Option<u32> {
        self.answers_alike
    }

    /// The trial's root question.
    #[must_use]
    pub fn root(&self, lane: usize) -> Question {
        self.roots[lane]
    }

    /// The question's level.
    #[must_use]
    #[inline]
    pub fn level(&self, lane: usize, question: Question) -> u32 {
        self.family().level(self.context(lane), question)
    }

    /// All sub-questions of a question, where they are independent.
    #[inline]
    pub fn parts(&self, question: Question, parts: &mut [Question]) {
        self.family().parts(question, parts);
    }

    /// The contexts of lanes side by side.
    #[inline(always)]
    fn contexts(&self, lanes: Range<usize>) -> impl Iterator<Item = &[u32]> {
        self.contexts[lanes.start * self.words..lanes.end * self.words].chunks_exact(self.words)
    }

    /// What complete sub-answers recombine to, for a question in each of these lanes; `tell` hears of each, in order.
    #[inline]
    pub fn recombine_all<'a>(
        &'a self,
        lanes: Range<usize>,
        splits: impl Iterator<Item = (Question, &'a [Answer])>,
        tell: impl FnMut(Answer),
    ) {
        let splits =
            self.contexts(lanes).zip(splits).map(|(context, (question, subs))| (context, question, subs));
        self.family().recombined(splits, tell);
    }

    /// The decomposition's next step after these sub-answers.
    #[must_use]
    #[inline]
    pub fn step(&self, lane: usize, question: Question, subs: &[Answer]) -> Step {
        self.family().step(self.context(lane), question, subs)
    }

    /// The sub-question that would show `better` to beat a claimed answer, if candidates are proposed.
    #[must_use]
    pub fn counter_proposal(&self, lane: usize, question: Question, better: Answer) -> Option<Question> {
        self.family().counter_proposal(self.context(lane), question, better)
    }

    /// What is perceived of a question under a perturbation.
    #[must_use]
    #[inline(always)]
    pub(super) fn observe(&self, lane: usize, question: Question, perturbation: Perturbation) -> Answer {
        perturbed(self.truth(lane, question), self.answers(question), perturbation)
    }

    /// What somebody who is never wrong perceives of a question in each of these lanes.
    #[inline]
    pub(super) fn observe_all(
        &self,
        lanes: Range<usize>,
        questions: impl Iterator<Item = Question>,
        seen: &mut [Answer],
    ) {
        self.family().truths(self.contexts(lanes).zip(questions), seen);
    }

    /// Whether a claim is accepted under what is seen of it.
    #[must_use]
    pub(super) fn observe_claim(&self, lane: usize, claim: Claim, sight: Sight) -> bool {
        match sight {
            Sight::Flipped { if_true, if_false } => flipped(self.holds(lane, claim), if_true, if_false),
            Sight::Sees(Perturbation::Right) => self.holds(lane, claim),
            Sight::Sees(perturbation) => self.observe(lane, claim.question, perturbation) == claim.answer,
        }
    }

    /// What the truth adds to a strength, if what is argued is true.
    #[must_use]
    pub(crate) fn advantage_if(&self, holds: bool) -> f64 {
        if holds { self.task.truth_advantage } else { 0.0 }
    }

    /// For the recorder and the world alone: whether a claim is true.
    #[must_use]
    #[inline]
    pub(crate) fn holds(&self, lane: usize, claim: Claim) -> bool {
        claim.answer.is_known() && self.family().is_right(self.context(lane), claim.question, claim.answer)
    }

    /// As [`Ground::holds`], for a claim in each of these lanes; `tell` hears of each, in order.
    #[inline]
    pub(crate) fn hold_all(
        &self,
        lanes: Range<usize>,
        claims: impl Iterator<Item = Claim>,
        tell: impl FnMut(bool),
    ) {
        let claims =
            self.contexts(lanes).zip(claims).map(|(context, claim)| (context, claim.question, claim.answer));
        self.family().are_right(claims, tell);
    }

    /// For measuring distillation: a question of this level that the root's decomposition asks
    /// when sub-answers are true; `None` where it asks none.
    #[must_use]
    pub(crate) fn question_at_level(
        &self,
        lane: usize,
        level: u32,
        subs: &mut Vec<Answer>,
    ) -> Option<Question> {
        let mut question = self.root(lane);
        loop {
            let here = self.level(lane, question);
            if here <= level {
                return (here == level).then_some(question);
            }
            // Down to the hardest sub-question that is decomposed in its turn.
            let mut hardest: Option<(u32, Question)> = None;
            subs.clear();
            while let Step::Ask(sub) = self.step(lane, question, subs) {
                let level = self.level(lane, sub);
                if !self.family().is_proposal(sub) && hardest.is_none_or(|(most, _)| level > most) {
                    hardest = Some((level, sub));
                }
                subs.push(self.truth(lane, sub));
            }
            question = hardest?.1;
        }
    }

    /// For teaching: a question of at most this level that is met on a drawn way down from the root, when
    /// sub-answers are true; as hard a one as the way has, and a primitive one only if that is asked for.
    #[must_use]
    pub(crate) fn question_to_learn(
        &self,
        lane: usize,
        level_max: u32,
        draws: &mut Draws,
        subs: &mut Vec<Answer>,
    ) -> Option<Question> {
        let mut question = self.root(lane);
        while self.level(lane, question) > level_max {
            let (mut met, mut next) = (0, None);
            subs.clear();
            while let Step::Ask(sub) = self.step(lane, question, subs) {
                if !self.family().is_proposal(sub) && (level_max == 0 || self.level(lane, sub) > 0) {
                    met += 1;
                    // Each of those met so far with the same chance.
                    if draws.below(met) == 0 {
                        next = Some(sub);
                    }
                }
                subs.push(self.truth(lane, sub));
            }
            question = next?;
        }
        Some(question)
    }

    /// Writes the page of a question: facts of the trial, without the truth.
    pub fn write(&self, lane: usize, question: Question, pages: &mut Pages) {
        self.family().write(self.context(lane), question, &mut pages.page());
    }

    /// The question in words.
    #[must_use]
    pub fn show_question(&self, lane: usize, question: Question) -> String {
        self.family().show_question(self.context(lane), question)
    }

    /// The answer in words.
    #[must_use]
    pub fn show_answer(&self, question: Question, answer: Answer) -> String {
        if answer.is_known() { self.family().show_answer(question, answer) } else { "I don't know".into() }
    }

    /// For traces: the true answer in words.
    #[must_use]
    pub(crate) fn show_truth(&self, lane: usize, question: Question) -> String {
        self.show_answer(question, self.truth(lane, question))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_is_uniform_among_the_others() {
        let seen: Vec<u16> =
            (0..4).map(|i| perturbed(Answer(2), 5, Perturbation::Wrong(i << 30)).0).collect();
        assert_eq!(seen, [0, 1, 3, 4]);
        assert_eq!(perturbed(Answer(0), 1, Perturbation::Wrong(9)), Answer(0));
        assert_eq!(perturbed(Answer(0), 1, Perturbation::Any(u32::MAX)), Answer::UNKNOWN);
    }
}
