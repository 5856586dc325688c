//! What families that walk to a goal step by step share: a map of at most 64 places,
//! how far each is from the goal, and the choice of the best next place among
//! proposals. Everything is asked within a horizon, so that levels fall whatever
//! anybody answers: beyond it a distance is "further". No family itself.

use super::encoding::{Alike, Alphabet, Open, Page, roles};
use super::{FIELDS, Step};
use crate::claim::{Answer, Question};
use crate::streams::Draws;

/// How far a place is from the goal, up to the horizon.
pub const FAR: u64 = 0;
/// The next place on a shortest way.
pub const STEP: u64 = 1;
/// A candidate for the next place.
pub const PROPOSE: u64 = 2;
/// Whether one place leads to another.
pub const EDGE: u64 = 3;
/// Some place that a place leads to.
pub const NEIGHBOUR: u64 = 4;
/// The first kind that a family may define itself.
pub const OWN: u64 = 5;
/// How many kinds there are, two of a family's own included.
const KINDS: u32 = 7;

/// A question: its kind, the horizon, where from and where to, and a candidate's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// What is asked.
    pub kind: u64,
    /// Steps that are looked ahead.
    pub horizon: u32,
    /// The place it is about.
    pub from: u32,
    /// The goal, or the place an edge leads to.
    pub to: u32,
    /// Which candidate.
    pub index: u32,
}

impl Walk {
    /// As a question.
    #[must_use]
    pub fn question(self) -> Question {
        let Self { kind, horizon, from, to, index } = self;
        let parts = [horizon, from, to, index].map(u64::from);
        Question(kind << 32 | parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3])
    }

    /// What a question asks.
    #[must_use]
    pub fn of(question: Question) -> Self {
        let byte = |at: u32| (question.0 >> at & 0xff) as u32;
        Self { kind: question.0 >> 32, horizon: byte(24), from: byte(16), to: byte(8), index: byte(0) }
    }

    /// The same of another kind.
    #[must_use]
    pub fn asking(self, kind: u64) -> Self {
        Self { kind, ..self }
    }

    /// The same from the next place on, a step less far.
    #[must_use]
    pub fn onward(self, kind: u64, place: Answer) -> Question {
        Self { kind, horizon: self.horizon - 1, from: place.0.into(), index: 0, ..self }.question()
    }

    /// What needs no horizon: a fact about the map.
    fn fact(self, kind: u64, to: u32) -> Question {
        Self { kind, horizon: 0, from: self.from, to, index: 0 }.question()
    }

    /// Twice the horizon for a distance, one less for a step: each is asked in terms of the other.
    #[must_use]
    pub fn level(self) -> u32 {
        match self.kind {
            STEP | PROPOSE => 2 * self.horizon - 1,
            EDGE | NEIGHBOUR => 0,
            _ => 2 * self.horizon,
        }
    }
}

/// The shape that such a family's parameters give it.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Places.
    pub size: u32,
    /// Goals that distances are kept for.
    pub goals: u32,
    /// Steps that are looked ahead at most.
    pub horizon: u32,
    /// Candidates for each step, besides a neighbour.
    pub proposals: u32,
    /// Labels that may be given at places.
    pub labels: u32,
}

/// A distance past every horizon.
pub const UNREACHED: u32 = u32::MAX;

impl Form {
    /// Words of context: places led to (2 a place), a neighbour (1 a place), distances.
    #[must_use]
    pub fn words(self) -> usize {
        (self.size * (3 + self.goals)) as usize
    }

    fn edges(self, context: &[u32], from: u32) -> u64 {
        let at = 2 * from as usize;
        u64::from(context[at]) | u64::from(context[at + 1]) << 32
    }

    /// Whether one place leads to another.
    #[must_use]
    pub fn leads(self, context: &[u32], from: u32, to: u32) -> bool {
        self.edges(context, from) >> to & 1 == 1
    }

    /// Fills in the map: edges, and some neighbour of each place.
    pub fn draw_map(self, draws: &mut Draws, context: &mut [u32], edges: &[u64]) {
        for (from, places) in edges.iter().enumerate() {
            context[2 * from] = *places as u32;
            context[2 * from + 1] = (places >> 32) as u32;
            let mut left = *places;
            for _ in 0..draws.below(places.count_ones()) {
                left &= left - 1;
            }
            context[2 * self.size as usize + from] = left.trailing_zeros();
        }
    }

    /// Where the distance from a place to a goal is kept.
    #[must_use]
    pub fn distance_at(self, from: u32, goal: u32) -> usize {
        (self.size * 3 + from * self.goals + goal) as usize
    }

    /// How far the goal is, "further" than the horizon counting as one more than it.
    fn far(self, context: &[u32], from: u32, goal: u32, horizon: u32) -> u32 {
        context[self.distance_at(from, goal)].min(horizon + 1)
    }

    /// The least distance that a step leads to, and the first place with it.
    fn best(self, context: &[u32], walk: Walk) -> (u32, u32) {
        let mut places = self.edges(context, walk.from);
        let mut best = (UNREACHED, 0);
        while places != 0 {
            let place = places.trailing_zeros();
            best = best.min((self.far(context, place, walk.to, walk.horizon - 1), place));
            places &= places - 1;
        }
        best
    }

    /// Possible answers.
    #[must_use]
    pub fn answers(self, walk: Walk) -> u32 {
        match walk.kind {
            FAR => walk.horizon + 2,
            EDGE => 2,
            _ => self.size,
        }
    }

    /// The true answer.
    #[must_use]
    pub fn truth(self, context: &[u32], walk: Walk) -> Answer {
        Answer(match walk.kind {
            FAR => self.far(context, walk.from, walk.to, walk.horizon),
            EDGE => self.leads(context, walk.from, walk.to).into(),
            NEIGHBOUR => context[(2 * self.size + walk.from) as usize],
            _ => self.best(context, walk).1,
        } as u16)
    }

    /// Whether an answer is right: any neighbour is one, any best step is one.
    #[must_use]
    pub fn is_right(self, context: &[u32], walk: Walk, answer: Answer) -> bool {
        let place = u32::from(answer.0);
        match walk.kind {
            NEIGHBOUR => place < self.size && self.leads(context, walk.from, place),
            STEP | PROPOSE => {
                place < self.size
                    && self.leads(context, walk.from, place)
                    && self.far(context, place, walk.to, walk.horizon - 1) == self.best(context, walk).0
            }
            _ => self.truth(context, walk) == answer,
        }
    }

    /// How a step is chosen: proposals that are edges, and a neighbour; the least distance wins,
    /// among equals the first place.
    #[must_use]
    pub fn choose(self, walk: Walk, subs: &[Answer]) -> Step {
        let named = 2 * self.proposals as usize;
        if subs.len() < named {
            let proposal = Walk { index: subs.len() as u32 / 2, ..walk.asking(PROPOSE) };
            return Step::Ask(match subs.last() {
                Some(place) if subs.len() % 2 == 1 => walk.fact(EDGE, place.0.into()),
                _ => proposal.question(),
            });
        }
        let Some(neighbour) = subs.get(named) else { return Step::Ask(walk.fact(NEIGHBOUR, 0)) };
        let distances = &subs[named + 1..];
        let mut seen = 0_u64;
        let mut best: Option<(Answer, Answer)> = None;
        let mut compared = 0;
        let proposed = subs[..named].chunks_exact(2).filter(|pair| pair[1].0 == 1).map(|pair| pair[0]);
        for place in proposed.chain([*neighbour]) {
            if seen >> place.0 & 1 == 1 {
                continue;
            }
            seen |= 1 << place.0;
            let Some(distance) = distances.get(compared) else { return Step::Ask(walk.onward(FAR, place)) };
            compared += 1;
            best = Some(best.map_or((*distance, place), |best| best.min((*distance, place))));
        }
        Step::Done(best.map_or(Answer::UNKNOWN, |(_, place)| place))
    }

    /// The distance that would show a better step than the claimed one.
    #[must_use]
    pub fn counter_proposal(self, context: &[u32], walk: Walk, better: Answer) -> Option<Question> {
        let place = u32::from(better.0);
        let is_step = walk.kind == STEP && place < self.size && self.leads(context, walk.from, place);
        is_step.then(|| walk.onward(FAR, better))
    }

    /// The most sub-questions of one question.
    #[must_use]
    pub fn subs_max(self) -> usize {
        3 * self.proposals as usize + 2
    }

    /// An upper bound on the questions of a match: at each horizon at most every place is walked
    /// from, once, and so is one chain of the family's own kind.
    #[must_use]
    pub fn questions_max(self, splits: u32) -> u64 {
        let (size, proposals) = (u64::from(self.size), u64::from(self.proposals));
        let (mut walks, mut total) = (1, 1);
        for _ in 0..splits.min(self.horizon) {
            let steps = size.min(walks + 1);
            total += 3 * (walks + 1) + (3 * proposals + 2) * steps;
            walks = size.min(walks + (proposals + 1) * steps);
        }
        total
    }

    /// How unlike two answers are: distances differ by more or less, places just differ.
    #[must_use]
    pub fn distance(self, walk: Walk, a: Answer, b: Answer) -> u32 {
        if walk.kind == FAR { a.0.abs_diff(b.0).into() } else { u32::from(a != b) }
    }

    /// How many values each byte of a question may have.
    #[must_use]
    pub fn field_sizes(self) -> [u32; FIELDS] {
        [self.proposals, self.size, self.size, self.horizon + 1, KINDS]
    }

    /// Whether a question of one of the shared kinds may be asked.
    #[must_use]
    pub fn is_question(self, walk: Walk) -> bool {
        let Walk { kind, horizon, from, to, index } = walk;
        // The least and the greatest horizon, where to, and candidates.
        let (least, most, places, candidates) = match kind {
            FAR => (0, self.horizon, self.goals, 1),
            STEP => (1, self.horizon, self.goals, 1),
            PROPOSE => (1, self.horizon, self.goals, self.proposals),
            EDGE => (0, 0, self.size, 1),
            NEIGHBOUR => (0, 0, 1, 1),
            _ => return false,
        };
        (least..=most).contains(&horizon) && from < self.size && to < places && index < candidates
    }

    /// An answer in words.
    #[must_use]
    pub fn show_answer(self, walk: Walk, answer: Answer) -> String {
        match (walk.kind, answer.0) {
            (FAR, far) if u32::from(far) > walk.horizon => format!("more than {}", walk.horizon),
            (EDGE, 0) => "no".into(),
            (EDGE, _) => "yes".into(),
            (_, other) => other.to_string(),
        }
    }

    /// The symbols of a place, a place it leads to, the label given there, or else at it; of a kind of question,
    /// the place it is about, where to, and the horizon.
    #[must_use]
    pub fn roles(self) -> ([u32; 7], usize) {
        let Self { size: n, horizon, labels, .. } = self;
        roles([n, n, labels + 1, KINDS, n, n, horizon + 1])
    }

    /// The sizes of what a network reads, where the map takes so many tokens.
    #[must_use]
    pub fn alphabet(self, map: u32) -> Alphabet {
        let ([place, leads, _, _, at, to, _], symbols) = self.roles();
        let alike = Alike::only([leads, at, to].map(|role| Alike::new(role, place, self.size)));
        let answers = self.size.max(self.horizon + 2).max(self.labels + 1) as usize;
        // Where there are several goals a question has the most symbols: kind, where from, where to, and the horizon.
        Alphabet {
            tokens: map as usize + 1,
            per_token: 4,
            symbols,
            classes: answers + 1,
            alike,
            open: Open::NONE,
        }
    }

    /// Writes a token for each edge. It names both ends, has the symbol that `of` gives for the place it leads to, if any,
    /// and copies that place: to find an edge is to look for all that its token names.
    pub fn write_edges(self, context: &[u32], of: impl Fn(u32) -> Option<u32>, page: &mut Page) {
        let ([place, leads, ..], _) = self.roles();
        for from in 0..self.size {
            for to in (0..self.size).filter(|to| self.leads(context, from, *to)) {
                page.token([place + from, leads + to].into_iter().chain(of(to)), Some(Answer(to as u16)));
            }
        }
    }

    /// Writes the question.
    pub fn ask(self, walk: Walk, page: &mut Page) {
        let ([_, _, _, kinds, at, to, horizon], _) = self.roles();
        // A proposal is a draw of a guess at the step.
        let kind = if walk.kind == PROPOSE { STEP } else { walk.kind };
        // One goal, or none, goes without saying; so does looking no steps ahead.
        let is_toward = kind == EDGE || self.goals > 1 && [FAR, STEP].contains(&kind);
        let goal = is_toward.then_some(to + walk.to);
        let ahead = (walk.horizon > 0).then_some(horizon + walk.horizon);
        page.question([kinds + kind as u32, at + walk.from].into_iter().chain(goal).chain(ahead));
    }
}
