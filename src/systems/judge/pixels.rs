//! Debates over pictures: sides take turns to show an overseer that is a network one pixel each, or chance shows it some.
//! Sees claims and the picture, never the label; a liar that has studied the overseer tries its lies on it.
//! Source: [Irving2018], section 3.1.

use crate::agents::{Lie, Stance};
use crate::claim::Answer;
use crate::overseers::Exhausted;
use crate::pixels::board::{Board, LABELS};
use crate::pixels::judge::{Question, Scores, Sight, verdict};
use crate::pixels::lies;
use crate::pixels::play::{Players, Rules, Side, play};
use crate::records::Stood;
use crate::scenario::stages::CrossCheck;
use crate::streams::Streams;
use crate::systems::exposure;
use crate::systems::sight::{SPENT_COIN, Scene, Table, seats};
use crate::world::components::{Asked, Claims, Match, Row};
use crate::world::eye::{Eye, Reason, Seen, Session};
use crate::world::judgement::tells;
use crate::world::mind::{Mind, Place};
use crate::world::resources::{Journal, Queues};
use crate::world::spawn::column;
use bevy_ecs::prelude::{Query, ResMut};

/// Decides every contested picture of the tick.
pub fn judge(
    table: Table,
    asked: Query<&mut Asked>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut queues: ResMut<Queues>,
    mut journal: ResMut<Journal>,
) {
    let (table, journal) = (table.scene(), &mut *journal);
    let (asked, claims, matches) = (column(asked), column(claims), column(matches));
    let Queues { contested, decided, .. } = &mut *queues;
    for row in contested.rows() {
        let (asked, claim) = (&asked[row as usize], &mut claims[row as usize]);
        decide(&table, row, asked, claim, &mut matches[table.block.lane(row)], journal);
    }
    decided.append(contested);
}

/// Has one picture judged.
fn decide(
    table: &Scene,
    row: Row,
    asked: &Asked,
    claim: &mut Claims,
    ledger: &mut Match,
    journal: &mut Journal,
) {
    let (at, overseer) = (table.place(row), table.overseer);
    let eye = overseer.eye().expect("a plan was made, which needs an overseer that is a network");
    let hearing = Hearing::new(table, eye, at, asked, claim, table.swapped(row, asked));
    let read = hearing.arguments();
    let each = overseer.spec.cost.check.saturating_add(overseer.spec.cost.read.saturating_mul(read));
    if !overseer.pays(ledger, each) {
        ledger.confidence *= tells(0.5, table.ground.answers(asked.question));
        claim.verdict = match overseer.spec.exhausted {
            Exhausted::Abstain => Answer::UNKNOWN,
            Exhausted::Guess => claim.sides[usize::from(table.coin(row, asked, SPENT_COIN))],
        };
        journal.tell(row, || format!("{} has spent its budget and does not judge", overseer.spec.name));
        return;
    }
    let heard = hearing.hold();
    ledger.checks += overseer.members();
    ledger.arguments += read;
    ledger.contested += 1;
    ledger.confidence *= tells(heard.sure, table.ground.answers(asked.question));
    let opposing = usize::from(hearing.speaks_first(Side::Honest));
    claim.sides[opposing] = heard.opposed;
    claim.verdict = heard.verdict;
    // An act that errs turns down the truth that one side stood for.
    let [first, second, given] =
        [claim.sides[0], claim.sides[1], claim.verdict].map(|answer| table.stands(row, asked, claim, answer));
    let erred = (first | second) & !given;
    ledger.erred += u32::from(erred);
    if journal.on {
        hearing.tell(row, &heard, journal);
        let mark = if erred { ", and errs" } else { "" };
        let (name, said) = (&overseer.spec.name, at.ground.show_answer(asked.question, claim.verdict));
        journal.tell(row, || format!("{name} checks: {said}, {:.1} % sure{mark}", heard.sure * 100.0));
    }
}

/// What is shown before whom, and what about. In it the side that stands by its label is the honest one, and the other
/// the liar.
struct Hearing<'a> {
    eye: &'a Eye,
    at: Place<'a>,
    question: crate::claim::Question,
    board: Board,
    /// Who stands by a label and who opposes it, and what each says before.
    minds: [&'a Mind; 2],
    said: [Answer; 2],
    rules: Rules,
    /// Whether the sides show, and not chance.
    debated: bool,
    precommit: bool,
    first: Side,
    level: u32,
}

/// What came of it.
struct Heard {
    /// What the opposing side stood for in the end.
    opposed: Answer,
    verdict: Answer,
    /// How likely the verdict is to the judge.
    sure: f64,
    shown: Vec<u16>,
}

impl<'a> Hearing<'a> {
    fn new(
        table: &Scene<'a>,
        eye: &'a Eye,
        at: Place<'a>,
        asked: &Asked,
        claim: &Claims,
        swapped: bool,
    ) -> Self {
        let minds = table.minds;
        let roles = table.roles();
        let [opener, _] = seats(swapped);
        let first = if roles[0] == opener { Side::Honest } else { Side::Liar };
        let board = Eye::board(at, asked.question);
        let (turns, debated, precommit) = match table.stages.cross_check {
            // Who is honest stands by a label of its own, and not against another's.
            CrossCheck::Pixels { turns, precommit, .. } => {
                (turns, true, precommit || !minds[roles[1]].deceives())
            }
            CrossCheck::Glimpse { seen } => (seen, false, true),
            _ => unreachable!("the composition has this system for what is shown alone"),
        };
        let turns = turns.map_or(eye.pixels(), |turns| turns as usize);
        let rules = Rules::new(turns, first).expect("a scenario has debates of 1 to 8 turns");
        Self {
            eye,
            at,
            question: asked.question,
            board,
            minds: roles.map(|seat| &minds[seat]),
            said: roles.map(|seat| claim.sides[usize::from(seat != opener)]),
            rules,
            debated,
            precommit,
            first,
            level: asked.level.into(),
        }
    }

    /// Pixels that the overseer is shown by somebody.
    fn arguments(&self) -> u32 {
        if self.debated { self.rules.turns(self.board.pixels().len()) as u32 } else { 0 }
    }

    fn speaks_first(&self, side: Side) -> bool {
        self.first == side
    }

    fn hold(&self) -> Heard {
        self.eye.sit(&self.board, self)
    }

    /// Who shows in a turn.
    fn mover(&self, turn: usize) -> &'a Mind {
        self.minds[usize::from(self.rules.mover(turn) == Side::Liar)]
    }

    /// The words of a turn, which are those of who shows then.
    fn words(&self, turn: u16) -> impl FnMut(u32) -> u32 + use<'a> {
        let Self { at, question, .. } = *self;
        let showing = self.mover(turn.into()).showing;
        let mut draws = at.streams.draws(Streams::at(showing, at.trial, question, at.moment(turn, 0)));
        move |below| draws.below(below)
    }

    /// The labels that a liar which has studied the overseer may say, the most plausible first; none if it has not.
    fn studied<S: Sight>(&self, sight: &S) -> Option<(Lie, Vec<u8>)> {
        let liar = self.minds[1];
        let Stance::Deceptive { lie: lie @ (Lie::Plausible | Lie::Worst) } = liar.stance else { return None };
        // It says anything but what it believes, which is mostly what the other side says.
        let own = liar.believes(self.at, self.question, self.level);
        let moment = self.at.moment(0, 1);
        let address = Streams::at(liar.showing, self.at.trial, self.question, moment);
        let mut draws = self.at.streams.draws(address);
        let mut all = lies::ranked(sight, self.rules, label(self.said[0]), &mut |below| draws.below(below));
        all.retain(|lie| Answer((*lie).into()) != own);
        Some((lie, all))
    }

    /// Tells the moves one by one, and who stands for what.
    #[cold]
    fn tell(&self, row: Row, heard: &Heard, journal: &mut Journal) {
        let answer = |answer| self.at.ground.show_answer(self.question, answer);
        let by = |turn| self.debated.then(|| self.mover(turn).name.clone());
        let [standing, opposing] = self.minds.map(|mind| mind.name.clone());
        let against = format!("anything but {}", answer(self.said[0]));
        let said = if self.precommit { answer(heard.opposed) } else { against };
        let stood = |by: &String, answer: &String| Stood { by: by.clone(), answer: answer.clone() };
        let stood = vec![stood(&standing, &answer(self.said[0])), stood(&opposing, &said)];
        exposure::tell(self.eye, self.at, self.question, &heard.shown, by, stood, (row, journal));
        journal.tell(row, || format!("{standing} stands by {}, {opposing} by {said}", answer(self.said[0])));
    }
}

impl Session for &Hearing<'_> {
    type Outcome = Heard;

    fn hold<S: Sight>(self, sight: &S) -> Heard {
        if self.debated { self.debate(sight) } else { self.glimpse(sight) }
    }
}

impl Hearing<'_> {
    fn debate<S: Sight>(&self, sight: &S) -> Heard {
        let rules = self.rules;
        let players = Players { honest: self.minds[0].player, liar: self.minds[1].player };
        let truth = label(self.said[0]);
        let words = |turn| self.words(turn);
        if !self.precommit {
            let question = Question::open(truth).expect("a label of the family's");
            let debate = play(sight, rules, question, players, words);
            let given = debate.verdict();
            // Who has named nothing and lost has stood for nothing.
            let opposed = if given == truth { Answer::UNKNOWN } else { Answer(given.into()) };
            return self.heard(&debate.scores, given, opposed, debate.shown);
        }
        let (lie, debate) = match self.studied(sight) {
            Some((Lie::Worst, all)) => lies::worst(sight, rules, truth, &all, players, words)
                .expect("nine labels but its own belief"),
            studied => {
                let lie = studied.map_or(label(self.said[1]), |(_, all)| all[0]);
                let question = Question::precommitted(truth, lie).expect("two labels that differ");
                (lie, play(sight, rules, question, players, words))
            }
        };
        let given = if debate.lied { lie } else { truth };
        self.heard(&debate.scores, given, Answer(lie.into()), debate.shown)
    }

    fn glimpse<S: Sight>(&self, sight: &S) -> Heard {
        let turns = self.rules.turns(sight.pixels());
        let shown = self.eye.glimpse((self.at, self.question), Reason::Judging, &self.board, turns);
        let scores = Seen(&shown).hold(sight);
        let truth = label(self.said[0]);
        let lie = match self.studied(sight) {
            // Of what is shown to anybody the best is taken.
            Some((Lie::Worst, all)) => all
                .into_iter()
                .max_by_key(|lie| (scores[usize::from(*lie)], std::cmp::Reverse(*lie)))
                .expect("nine labels but its own belief"),
            Some((_, all)) => all[0],
            None => label(self.said[1]),
        };
        let question = Question::precommitted(truth, lie).expect("two labels that differ");
        let given = if question.lied(&scores) { lie } else { truth };
        self.heard(&scores, given, Answer(lie.into()), shown)
    }

    fn heard(&self, scores: &Scores, given: u8, opposed: Answer, shown: Vec<u16>) -> Heard {
        let sure = if self.precommit {
            self.eye.posterior(scores, given, [self.said[0], opposed].map(label).into_iter())
        } else {
            debug_assert_eq!(given, verdict(scores), "the judge's own word");
            self.eye.posterior(scores, given, 0..LABELS as u8)
        };
        Heard { opposed, verdict: Answer(given.into()), sure, shown }
    }
}

/// The label that an answer says.
fn label(answer: Answer) -> u8 {
    answer.0.min(LABELS as u16 - 1) as u8
}
