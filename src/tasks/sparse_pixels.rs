//! Sparse pixels: what does a picture show? The answer is the picture's label; who plays sees all of it, and a judge that
//! is a network sees what it is shown. A question is primitive. Source: [Irving2018], section 3.1.

use super::{Family, Step};
use crate::claim::{Answer, Question};
use crate::pixels::board::{LABELS, PIXELS};
use crate::pixels::gallery::{Gallery, MNIST, Part};
use crate::shape::{Shape, Variant, optional};
use crate::streams::Draws;
use serde::{Deserialize, Serialize};

/// The parameters of sparse pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SparsePixels {
    /// `mnist`, or a folder of four IDX files.
    pub pictures: String,
    /// Which of them are judged.
    pub part: Part,
    /// What the pictures hash to, filled when the scenario is read.
    #[serde(default)]
    pub digest: Option<String>,
    /// The pictures themselves, hung when the scenario is read.
    #[serde(skip)]
    gallery: Gallery,
}

/// What a scenario may say of sparse pixels.
pub const VARIANT: Variant = Variant {
    name: "",
    doc: "what a picture of 28 x 28 pixels shows, out of ten labels; trials are dealt from all pictures, each once before any comes again",
    sees: "agents: the whole picture; an overseer that is a network: the pixels it is shown",
    source: "Irving2018",
    fields: &[
        optional(
            "pictures",
            Shape::Text,
            "\"mnist\"",
            "",
            "mnist, which is part of the program, or a folder of four IDX files named as those of MNIST are, such as /usr/share/datasets/fashion-mnist of the Debian package dataset-fashion-mnist; relative to the scenario",
        ),
        optional(
            "part",
            Shape::OneOf(&["test", "train"]),
            "\"test\"",
            "",
            "which of the pictures are judged; networks learn from those to train on",
        ),
    ],
};

impl SparsePixels {
    /// The pictures, to learn from and to be judged.
    #[must_use]
    pub fn gallery(&self) -> &Gallery {
        &self.gallery
    }

    /// Hangs pictures that were hung before.
    ///
    /// # Errors
    /// If they are others than those that were played.
    pub fn hang_again(&mut self, gallery: Gallery) -> Result<(), String> {
        let found = gallery.digest();
        if let Some(want) = self.digest.as_deref().filter(|want| *want != found) {
            return Err(format!("want the pictures that were played, of digest {want}, got others, of {found}"));
        }
        self.digest = Some(found.to_owned());
        self.gallery = gallery;
        Ok(())
    }

    /// Hangs the pictures; `read` gives the bytes of a file.
    ///
    /// # Errors
    /// What is missing or wrong, and the remedy.
    pub fn hang(&mut self, read: impl Fn(&str) -> Result<Vec<u8>, String>) -> Result<(), String> {
        let gallery = if self.pictures == MNIST {
            Gallery::mnist()
        } else {
            let folder = self.pictures.trim_end_matches('/');
            Gallery::read(|file| read(&format!("{folder}/{file}"))).map_err(|problem| {
                format!(
                    "{problem}; want mnist or a folder of four IDX files (Fashion-MNIST: install the Debian package dataset-fashion-mnist and say /usr/share/datasets/fashion-mnist)"
                )
            })?
        };
        self.hang_again(gallery)
    }
}

impl Family for SparsePixels {
    fn context_words(&self) -> usize {
        2
    }

    fn worlds(&self) -> Option<u32> {
        Some(self.gallery.part(self.part).len() as u32)
    }

    fn generate(&self, _draws: &mut Draws, context: &mut [u32]) -> Question {
        // The label is the truth, and in the context alone: a question knows no more than which picture it is about.
        let label = self.gallery.part(self.part).label(context[0] as usize);
        context[1] = label.map_or(u32::from(Answer::UNKNOWN.0), u32::from);
        Question(context[0].into())
    }

    fn level(&self, _context: &[u32], _question: Question) -> u32 {
        0
    }

    fn level_max(&self) -> u32 {
        0
    }

    fn answers(&self, _question: Question) -> u32 {
        LABELS as u32
    }

    fn answers_alike(&self) -> Option<u32> {
        Some(LABELS as u32)
    }

    fn truth(&self, context: &[u32], _question: Question) -> Answer {
        Answer(context[1] as u16)
    }

    fn step(&self, _context: &[u32], _question: Question, _subs: &[Answer]) -> Step {
        // Never asked: every question is primitive.
        Step::Done(Answer::UNKNOWN)
    }

    fn subs_max(&self) -> usize {
        1
    }

    fn questions_max(&self, _splits: u32) -> u64 {
        1
    }

    fn picture(&self, question: Question) -> Option<&[u8; PIXELS]> {
        self.gallery.part(self.part).picture(usize::try_from(question.0).ok()?)
    }

    fn show_question(&self, _context: &[u32], question: Question) -> String {
        let part = match self.part {
            Part::Test => "test",
            Part::Train => "training",
        };
        format!("what does picture {} of the {part} set show?", question.0)
    }

    fn show_answer(&self, _question: Question, answer: Answer) -> String {
        answer.0.to_string()
    }
}
