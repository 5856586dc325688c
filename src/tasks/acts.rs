//! What a network reads and says that imitates the steps of decompositions. An act is
//! one step: a question with its sub-answers so far, and the next sub-question or the
//! answer. Pages show the question's packed fields and the sub-answers, never the
//! trial's facts, for no family's steps hang on them. A page asks for one output: what
//! is done, the answer, or one field of the sub-question; each is said independently.
//! Source: [Christiano2018], section 2.2.

use super::encoding::{Alike, Alphabet, Open, Pages, roles};
use super::{FIELDS, Family, FamilySpec, Step};
use crate::claim::{Answer, Question};

/// One step of a decomposition, as somebody took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The question.
    pub question: Question,
    /// Its sub-answers so far, all known.
    pub subs: Box<[Answer]>,
    /// What was asked next, or what was made of the sub-answers.
    pub step: Step,
}

/// The first output: what is done. Its classes are [`ASK`] and [`DONE`].
const WHAT: usize = 0;
/// The second output: the answer.
const ANSWER: usize = 1;
/// The first of the outputs that are fields of the sub-question.
const ASKED: usize = 2;
/// A sub-question is asked.
const ASK: u16 = 0;
/// The question is answered.
const DONE: u16 = 1;

/// How acts of a family are laid out on pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    alphabet: Alphabet,
    /// The bytes of a packed question that vary, and how many values each has.
    fields: Vec<(u32, u32)>,
    /// The first symbol of: a field's role, a sub-answer's role, a value, an output, how many sub-answers there are.
    roles: [u32; 5],
}

impl Layout {
    /// The layout for a family; `None`: no network can read it.
    #[must_use]
    pub fn new(family: &FamilySpec) -> Option<Self> {
        let answers = family.alphabet()?.classes as u32 - 1;
        let sizes: [u32; FIELDS] = family.field_sizes();
        let varies = (0..).zip(sizes).filter(|(_, size)| *size > 1);
        let fields: Vec<(u32, u32)> = varies.collect();
        let (shown, subs_max) = (fields.len(), family.subs_max());
        let values = sizes.into_iter().max().unwrap_or(0).max(answers).max(2);
        let counts = [shown, subs_max, values as usize, ASKED + shown, subs_max + 1].map(|n| n as u32);
        let (roles, symbols) = roles(counts);
        let alphabet = Alphabet {
            tokens: shown + subs_max + 1,
            per_token: 2,
            symbols,
            classes: values as usize + 1,
            alike: Alike::NONE,
            open: Open::NONE,
        };
        Some(Self { alphabet, fields, roles })
    }

    /// The sizes of a page.
    #[must_use]
    pub fn alphabet(&self) -> Alphabet {
        self.alphabet
    }

    /// Outputs of a step, each on a page of its own.
    #[must_use]
    pub fn outputs(&self) -> usize {
        ASKED + self.fields.len()
    }

    fn field(question: Question, byte: u32) -> u32 {
        (question.0 >> (8 * byte) & 0xff) as u32
    }

    /// Writes the page on which an output is asked for.
    fn write(&self, question: Question, subs: &[Answer], output: usize, pages: &mut Pages) {
        let [fields, places, values, outputs, counts] = self.roles;
        let mut page = pages.page();
        for ((byte, _), role) in self.fields.iter().zip(fields..) {
            let value = Self::field(question, *byte);
            page.token([role, values + value], Some(Answer(value as u16)));
        }
        for (sub, role) in subs.iter().zip(places..) {
            page.token([role, values + u32::from(sub.0)], Some(*sub));
        }
        page.question([outputs + output as u32, counts + subs.len() as u32]);
    }

    /// Writes the pages of all outputs of the step that follows these sub-answers.
    pub fn ask(&self, question: Question, subs: &[Answer], pages: &mut Pages) {
        (0..self.outputs()).for_each(|output| self.write(question, subs, output, pages));
    }

    /// Writes an act as lessons: the pages of the outputs that it has, and their classes.
    pub fn teach(&self, act: &Act, pages: &mut Pages, targets: &mut Vec<u16>) {
        let mut lesson = |output, class| {
            self.write(act.question, &act.subs, output, pages);
            targets.push(class);
        };
        match act.step {
            Step::Done(answer) => {
                lesson(WHAT, DONE);
                lesson(ANSWER, if answer.is_known() { answer.0 } else { self.alphabet.unknown() });
            }
            Step::Ask(sub) => {
                lesson(WHAT, ASK);
                for (i, (byte, _)) in self.fields.iter().enumerate() {
                    lesson(ASKED + i, Self::field(sub, *byte) as u16);
                }
            }
        }
    }

    /// What these scores of all outputs say, each the likeliest class; `None` where that is nothing that
    /// could be done, or where several are likeliest: who knows nothing does nothing.
    #[must_use]
    pub fn read(&self, scores: &[f32]) -> Option<Step> {
        let says =
            |output: usize| likeliest(&scores[output * self.alphabet.classes..][..self.alphabet.classes]);
        match says(WHAT)? {
            DONE => {
                let answer = says(ANSWER)?;
                Some(Step::Done(if answer == self.alphabet.unknown() {
                    Answer::UNKNOWN
                } else {
                    Answer(answer)
                }))
            }
            ASK => {
                let mut packed = 0;
                for (i, (byte, size)) in self.fields.iter().enumerate() {
                    let value = says(ASKED + i).filter(|value| u32::from(*value) < *size)?;
                    packed |= u64::from(value) << (8 * byte);
                }
                Some(Step::Ask(Question(packed)))
            }
            _ => None,
        }
    }
}

/// The likeliest class, if it is one.
fn likeliest(scores: &[f32]) -> Option<u16> {
    let most = scores.iter().copied().fold(0.0, f32::max);
    let mut found = (0..).zip(scores).filter(|(_, score)| **score == most);
    let (class, _) = found.next()?;
    found.next().is_none().then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::permutation_powering::PermutationPowering;

    #[test]
    fn what_is_taught_is_what_is_read() {
        let family = FamilySpec::PermutationPowering(PermutationPowering { size: 8, k_max: 7 });
        let layout = Layout::new(&family).expect("a family that can be read");
        // Two fields, three sub-answers and what is asked for; values up to 7, so 8 and "I don't know".
        let Alphabet { tokens, classes, .. } = layout.alphabet();
        assert_eq!((tokens, classes, layout.outputs()), (6, 9, 4));
        let question = Question(7 << 8 | 5);
        for (subs, step) in [
            (vec![], Step::Ask(Question(3 << 8 | 5))),
            (vec![Answer(2)], Step::Ask(Question(3 << 8 | 2))),
            (vec![Answer(2), Answer(4)], Step::Ask(Question(1 << 8 | 4))),
            (vec![Answer(2), Answer(4), Answer(6)], Step::Done(Answer(6))),
            (vec![Answer(2), Answer(4), Answer(6)], Step::Done(Answer::UNKNOWN)),
        ] {
            let act = Act { question, subs: subs.clone().into(), step };
            let (mut taught, mut targets) = (Pages::new(layout.alphabet()), Vec::new());
            layout.teach(&act, &mut taught, &mut targets);
            let mut asked = Pages::new(layout.alphabet());
            layout.ask(question, &subs, &mut asked);
            // Scores that give each page what it was taught, and nothing where it was taught nothing.
            let each = tokens * 2;
            let mut scores = vec![0.0; layout.outputs() * classes];
            for (output, page) in asked.symbols.chunks_exact(each).enumerate() {
                if let Some(row) = taught.symbols.chunks_exact(each).position(|other| other == page) {
                    scores[output * classes + usize::from(targets[row])] = 1.0;
                }
            }
            assert_eq!(layout.read(&scores), Some(step));
        }
        assert_eq!(layout.read(&vec![1.0 / 9.0; layout.outputs() * classes]), None);
    }
}
