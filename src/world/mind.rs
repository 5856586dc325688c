//! An agent at play: its spec worked out for a task and a replicate. What it
//! believes and says are functions of addresses; it never holds the truth.

use crate::agents::learned::Decoding;
use crate::agents::{Ability, AgentSpec, Lie, Stance};
use crate::claim::{Answer, Claim, Perturbation, Question};
use crate::pixels::play::Player;
use crate::streams::{Actor, Address, LANES, Lanes, Moment, Purpose, Streams};
use crate::tasks::Family;
use crate::units::Chance;
use crate::world::brain::Brain;
use crate::world::ground::{Ground, Sight};
use crate::world::judgement::Judgement;
use bevy_ecs::prelude::Component;
use std::sync::Arc;

/// An agent, compiled.
#[derive(Component, Clone)]
pub struct Mind {
    /// Its name.
    pub name: String,
    /// What it says.
    pub stance: Stance,
    /// Persuasion.
    pub skill: f64,
    /// Parts it inspects; `None`: all.
    pub inspect: Option<u32>,
    /// Chance that a lie is not repeated unchanged.
    pub slips: Chance,
    /// What it can, unless it has a brain.
    ability: Ability,
    /// What it thinks with, if it learned.
    pub brain: Option<Arc<Brain>>,
    belief: Actor,
    shared: Actor,
    /// Chance that its belief is the one it shares with others.
    sharing: Chance,
    lying: Actor,
    /// Which parts it inspects, and how it picks among them.
    pub inspection: Actor,
    /// Whether it says the same again.
    pub sample: Actor,
    /// For a student: by level, how sure the overseer was of what it was taught; else empty.
    pub sureness: Vec<f64>,
    /// How it chooses what to show of a picture.
    pub player: Player,
    /// What it draws where it shows.
    pub showing: Actor,
}

/// What distillation leaves: an assistant, and what the overseer thinks of it.
#[derive(Clone)]
pub struct Student {
    /// What it can.
    pub skill: Skill,
    /// By level, the overseer's declared chance that it is right.
    pub sureness: Vec<f64>,
}

/// Where what a student believes comes from.
#[derive(Clone)]
pub enum Skill {
    /// The parametric law.
    Lawful(Ability),
    /// What it learned.
    Learned(Arc<Brain>),
}

/// Whose lane, question and level something is about.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The truth's fence.
    pub ground: &'a Ground,
    /// The streams.
    pub streams: &'a Streams,
    /// The lane of the block.
    pub lane: usize,
    /// The trial.
    pub trial: u64,
    /// The amplify-distil iteration.
    pub iteration: u16,
}

/// Whose draw it is what a learned agent decides on when it is uncertain, anew with each iteration.
#[must_use]
pub fn opinion(name: &str, replicate: u32, iteration: u16) -> Actor {
    // No name holds the bar, so that this is nobody else's.
    Streams::actor(Purpose::Student, replicate, &format!("{name}|belief {iteration}"))
}

impl Place<'_> {
    /// The place so many lanes on.
    #[must_use]
    #[inline(always)]
    pub fn onward(self, lanes: usize) -> Self {
        Self { lane: self.lane + lanes, trial: self.trial + lanes as u64, ..self }
    }

    /// An act here, by index.
    #[must_use]
    pub fn moment(&self, turn: u16, act: u32) -> Moment {
        Moment { iteration: self.iteration, turn, act }
    }
}

impl Mind {
    /// An agent with the ability it has in a task.
    #[must_use]
    pub fn new(spec: &AgentSpec, ability: Ability, replicate: u32) -> Self {
        let actor = |purpose| Streams::actor(purpose, replicate, &spec.name);
        Self {
            name: spec.name.clone(),
            stance: spec.stance,
            skill: spec.skill,
            inspect: spec.inspect,
            slips: spec.consistency.chance().complement(),
            ability,
            brain: None,
            belief: actor(Purpose::Belief),
            // A name no agent can have: names are not empty.
            shared: Streams::actor(Purpose::Belief, replicate, ""),
            // Two agents both take the shared draw with chance sqrt(a b): their mistakes' correlation.
            sharing: Chance::of(spec.shared_mistakes.get().sqrt()),
            lying: actor(Purpose::Lie),
            inspection: actor(Purpose::Inspect),
            sample: actor(Purpose::Sample),
            sureness: Vec::new(),
            player: spec.player.unwrap_or_default(),
            showing: actor(Purpose::Show),
        }
    }

    /// The student of an iteration, which the parametric law makes: honest, and no agent of the scenario's.
    fn lawful(ability: Ability, replicate: u32, iteration: u16) -> Self {
        let spec = AgentSpec { name: "the student".into(), ..AgentSpec::plain() };
        let actor = |what: &str| Streams::actor(Purpose::Student, replicate, &format!("{what} {iteration}"));
        let (belief, lying) = (actor("belief"), actor("lie"));
        let (inspection, sample) = (actor("inspect"), actor("sample"));
        Self { belief, lying, inspection, sample, ..Self::new(&spec, ability, replicate) }
    }

    /// An agent that thinks with a brain. What it believes is drawn anew when it has learned more.
    #[must_use]
    pub fn learned(spec: &AgentSpec, brain: Arc<Brain>, replicate: u32, iteration: u16) -> Self {
        let ability = Ability::of_accuracies(&[0.0]);
        let belief = opinion(&spec.name, replicate, iteration);
        Self { brain: Some(brain), belief, ..Self::new(spec, ability, replicate) }
    }

    /// The student of an iteration, in the place of `spec`.
    #[must_use]
    pub fn student(student: &Student, spec: &AgentSpec, replicate: u32, iteration: u16) -> Self {
        let sureness = student.sureness.clone();
        match &student.skill {
            Skill::Lawful(ability) => {
                Self { sureness, ..Self::lawful(ability.clone(), replicate, iteration) }
            }
            Skill::Learned(brain) => {
                Self { sureness, ..Self::learned(spec, brain.copied(), replicate, iteration) }
            }
        }
    }

    /// Whether it is always right.
    #[must_use]
    #[inline]
    pub fn is_sure(&self) -> bool {
        self.ability.is_sure()
    }

    /// How sure it is of what it believes of a question, from 0 to 1.
    #[must_use]
    pub fn assurance(&self, at: Place, question: Question, level: u32) -> f64 {
        let Some(brain) = &self.brain else {
            return self.ability.right(level, at.ground.answers(question)).threshold() as f64
                / 4_294_967_296.0;
        };
        let mut sure = 0.0;
        let believed = brain.class(at.ground, question, self.believes(at, question, level));
        brain.think(at.ground, std::iter::once((at.lane, question)), |scores| {
            sure = f64::from(scores[usize::from(believed)]);
        });
        sure
    }

    /// What it believes of a question, drawn once per question: asking again gives the same.
    #[must_use]
    pub fn believes(&self, at: Place, question: Question, level: u32) -> Answer {
        if let Some(brain) = &self.brain {
            let mut believed = Answer::UNKNOWN;
            self.thinks(brain, at, std::iter::once((at, question, 0)), |answer| believed = answer);
            return believed;
        }
        at.ground.observe(at.lane, question, self.belief_of(at, question, level))
    }

    /// What it believes of a question and level in each of the lanes from `at` on, drawn side by side.
    #[inline(always)]
    pub fn believes_all(
        &self,
        at: Place,
        questions: impl Iterator<Item = (Question, u32)> + Clone,
        beliefs: &mut [Answer],
    ) {
        let Place { ground, streams, .. } = at;
        if let Some(brain) = &self.brain {
            let mut beliefs = beliefs.iter_mut();
            let questions = questions.enumerate().map(|(i, (question, _))| (at.onward(i), question, 0));
            return self.thinks(brain, at, questions, |answer| {
                *beliefs.next().expect("each question is told of once") = answer;
            });
        }
        if self.ability.is_sure() {
            let lanes = at.lane..at.lane + beliefs.len();
            return ground.observe_all(lanes, questions.map(|(question, _)| question), beliefs);
        }
        let mut words: Lanes = [[0; LANES]; 16];
        let mut addresses = [Address::default(); LANES];
        let mut rest = (0..).map(|i| at.onward(i)).zip(questions);
        for beliefs in beliefs.chunks_mut(LANES) {
            let chunk = rest.clone().take(beliefs.len());
            for (address, (at, (question, _))) in addresses.iter_mut().zip(chunk) {
                *address = self.belief_address(at, question);
            }
            streams.blocks(&addresses, &mut words);
            for (lane, (belief, (at, (question, level)))) in beliefs.iter_mut().zip(rest.by_ref()).enumerate()
            {
                let drawn = [words[0][lane], words[1][lane], words[2][lane]];
                *belief = ground.observe(at.lane, question, self.belief_drawn(at, question, level, drawn));
            }
        }
    }

    /// Whether it answers by drawing, each time anew.
    #[must_use]
    pub fn samples(&self) -> bool {
        self.brain.as_ref().is_some_and(|brain| brain.decoding() == Decoding::Sampled)
    }

    /// What it believes of questions that it was asked so often before, all read in one go; `tell` hears of
    /// each, in order.
    pub fn thinks<'a>(
        &self,
        brain: &Brain,
        Place { ground, streams, .. }: Place,
        questions: impl Iterator<Item = (Place<'a>, Question, u32)> + Clone,
        mut tell: impl FnMut(Answer),
    ) {
        let mut asked = questions.clone();
        brain.think(ground, questions.map(|(at, question, _)| (at.lane, question)), |scores| {
            let (at, question, before) = asked.next().expect("each question is told of once");
            let moment = Moment { act: before, ..Moment::default() };
            let word = streams.block(Streams::at(self.belief, at.trial, question, moment))[0];
            tell(brain.decides(ground, question, scores, brain.decoding(), word));
        });
    }

    /// Whether it believes a claim: what it believes itself, or another answer where several are right.
    #[must_use]
    pub fn agrees(&self, at: Place, claim: Claim, level: u32) -> bool {
        if self.brain.is_some() {
            return self.believes(at, claim.question, level) == claim.answer;
        }
        at.ground.observe_claim(at.lane, claim, Sight::Sees(self.belief_of(at, claim.question, level)))
    }

    fn belief_of(&self, at: Place, question: Question, level: u32) -> Perturbation {
        if self.ability.is_sure() {
            return Perturbation::Right;
        }
        let words = at.streams.block(self.belief_address(at, question));
        self.belief_drawn(at, question, level, [words[0], words[1], words[2]])
    }

    /// Where its belief of a question is drawn: a block of words, of which the first three count.
    #[must_use]
    #[inline]
    pub fn belief_address(&self, at: Place, question: Question) -> Address {
        Streams::at(self.belief, at.trial, question, Moment::default())
    }

    /// Its belief of a question from these words.
    #[must_use]
    #[inline]
    pub fn belief_drawn(&self, at: Place, question: Question, level: u32, words: [u32; 3]) -> Perturbation {
        let [shares, mut hit, mut wrong] = words;
        if self.sharing.hit(shares) {
            let words = at.streams.block(Streams::at(self.shared, at.trial, question, Moment::default()));
            [hit, wrong] = [words[1], words[2]];
        }
        let right = self.ability.right(level, at.ground.answers(question));
        if right.hit(hit) { Perturbation::Right } else { Perturbation::Wrong(wrong) }
    }

    /// What it says of a question, given what it believes.
    #[must_use]
    pub fn says(&self, at: Place, question: Question, level: u32, overseer: &Judgement) -> Answer {
        match self.stance {
            Stance::Honest => self.believes(at, question, level),
            Stance::Deceptive { .. } => {
                let belief = self.believes(at, question, level);
                self.against(at, question, belief, overseer)
            }
            Stance::Sycophantic => overseer.leans(at, question, level),
        }
    }

    /// What it says against each of many beliefs; see [`Mind::against`].
    #[inline(always)]
    pub fn against_all(
        &self,
        at: Place,
        questions: impl Iterator<Item = Question>,
        beliefs: &mut [Answer],
        overseer: &Judgement,
    ) {
        if at.ground.answers_alike() == Some(2) {
            // Of two answers the other: no draw, no look-up.
            return beliefs.iter_mut().for_each(|said| *said = said.opposite());
        }
        for (i, (said, question)) in beliefs.iter_mut().zip(questions).enumerate() {
            *said = self.against(at.onward(i), question, *said, overseer);
        }
    }

    /// An answer other than `avoided`: the lie of its kind, a random one for an agent that has no such kind.
    #[must_use]
    #[inline(always)]
    pub fn against(&self, at: Place, question: Question, avoided: Answer, overseer: &Judgement) -> Answer {
        let answers = at.ground.answers(question);
        if answers < 2 || !avoided.is_known() {
            return avoided;
        }
        if answers == 2 {
            return avoided.opposite();
        }
        self.lie(at, question, avoided, answers, overseer)
    }

    /// A lie where there is a choice of them.
    fn lie(
        &self,
        at: Place,
        question: Question,
        avoided: Answer,
        answers: u32,
        overseer: &Judgement,
    ) -> Answer {
        let word = at.streams.block(Streams::at(self.lying, at.trial, question, at.moment(0, 0)))[0];
        let random = crate::world::ground::perturbed(avoided, answers, Perturbation::Wrong(word));
        let lie = if let Stance::Deceptive { lie } = self.stance { lie } else { Lie::Random };
        let fooled = || overseer.fooled_by(at, question, lie == Lie::Worst).filter(|seen| *seen != avoided);
        match lie {
            Lie::Random => fooled().unwrap_or(random),
            Lie::Plausible => fooled().unwrap_or_else(|| {
                // The nearest answer; among equally near ones the first from a drawn place on.
                let family = at.ground.family();
                (0..answers)
                    .map(|i| Answer(((u32::from(random.0) + i) % answers) as u16))
                    .filter(|other| *other != avoided)
                    .min_by_key(|other| family.distance(question, avoided, *other))
                    .unwrap_or(random)
            }),
            Lie::Worst => fooled().unwrap_or(random),
        }
    }

    /// Whether it has studied the overseer's declared error model.
    #[must_use]
    pub fn studies(&self) -> bool {
        matches!(self.stance, Stance::Deceptive { lie: Lie::Worst })
    }

    /// Whether it argues against what it believes.
    #[must_use]
    pub fn deceives(&self) -> bool {
        matches!(self.stance, Stance::Deceptive { .. })
    }
}
