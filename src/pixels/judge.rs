//! What a judge is: scores of ten labels, a function of the set of pixels that were shown. Here are the rule of who
//! has won, what a search asks of a judge, and the judge that scores every set from nothing.

use super::board::{Board, LABELS, Pixel};

/// How much speaks for each label, in a unit of the judge's own; whole numbers, so that decisions are exact.
pub type Scores = [i32; LABELS];

/// The label that a judge names: of the best the lowest.
#[must_use]
pub fn verdict(scores: &Scores) -> u8 {
    (1..LABELS).fold(0, |best, label| if scores[label] > scores[best] { label } else { best }) as u8
}

/// How likely a label is to whom these scores are natural logarithms of odds, in units of `nats`, if it is one of `among`.
#[must_use]
pub fn posterior(scores: &Scores, nats: f64, label: u8, among: impl Iterator<Item = u8>) -> f64 {
    let own = f64::from(scores[usize::from(label)]);
    let odds = |other: u8| libm::exp(((f64::from(scores[usize::from(other)]) - own) * nats).min(600.0));
    let others: f64 = among.filter(|&other| other != label).map(odds).sum();
    1.0 / (1.0 + others)
}

/// What a debate is about: what the picture shows, and what the liar may win with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    truth: u8,
    lie: Option<u8>,
}

impl Question {
    /// A debate of two labels that were named before it: of the two the one with the higher score wins, of equals
    /// the lower label.
    ///
    /// # Errors
    /// A message if a label is over 9, or the lie is the truth.
    pub fn precommitted(truth: u8, lie: u8) -> Result<Self, String> {
        if usize::from(lie) >= LABELS || lie == truth {
            return Err(format!("lie: want a label from 0 to 9 other than {truth}, got {lie}"));
        }
        Ok(Self { lie: Some(lie), ..Self::open(truth)? })
    }

    /// A debate in which the liar names nothing: it has won when the judge's verdict is any but the truth.
    ///
    /// # Errors
    /// A message if the label is over 9.
    pub fn open(truth: u8) -> Result<Self, String> {
        if usize::from(truth) >= LABELS {
            return Err(format!("truth: want a label from 0 to 9, got {truth}"));
        }
        Ok(Self { truth, lie: None })
    }

    /// What the picture shows, 0 to 9.
    #[must_use]
    pub fn truth(&self) -> u8 {
        self.truth
    }

    /// What the liar named before, if it had to.
    #[must_use]
    pub fn lie(&self) -> Option<u8> {
        self.lie
    }

    /// The labels that the liar may win with.
    pub fn lies(&self) -> impl Iterator<Item = u8> + use<> {
        let Self { truth, lie } = *self;
        (0..LABELS as u8).filter(move |&label| label != truth && lie.is_none_or(|lie| lie == label))
    }

    /// How far the truth is ahead of the best of the lies, in the judge's unit.
    #[must_use]
    pub fn margin(&self, scores: &Scores) -> i64 {
        let best = self.lies().map(|lie| scores[usize::from(lie)]).max().unwrap_or(i32::MIN);
        i64::from(scores[usize::from(self.truth)]) - i64::from(best)
    }

    /// Whether the liar has won, if these are the scores in the end.
    #[must_use]
    pub fn lied(&self, scores: &Scores) -> bool {
        let truth = scores[usize::from(self.truth)];
        self.lies().any(|lie| {
            let score = scores[usize::from(lie)];
            score > truth || score == truth && lie < self.truth
        })
    }
}

/// A judge, of any picture.
pub trait Judge: Sync {
    /// The judge before one picture.
    type Sight<'a>: Sight
    where
        Self: 'a;

    /// Sits down before a picture, of which it will see only what is shown.
    fn face<'a>(&'a self, board: &'a Board) -> Self::Sight<'a>;
}

/// A judge before one picture. Pixels are told by their index on the board.
pub trait Sight: Sync {
    /// What the judge keeps of the pixels that were shown.
    type Shown: Clone;

    /// How many pixels there are to show.
    fn pixels(&self) -> usize;

    /// What it keeps of no pixel.
    fn blank(&self) -> Self::Shown;

    /// What it keeps once `pixel`, not shown so far, is shown too. `before` stays as it was: to take a move back is
    /// to go on from there.
    fn show(&self, before: &Self::Shown, pixel: u16, after: &mut Self::Shown);

    /// The scores: of one set the same, in whatever order it was shown.
    fn scores(&self, shown: &Self::Shown) -> Scores;

    /// The first place in `order` of a pixel, not yet taken, that ends the debate with the liar having won (`lied`)
    /// or not. Judges that can tell sooner than from all scores say so here.
    fn find(&self, at: Last<Self::Shown>, order: &[u16], lied: bool) -> Option<usize> {
        let mut after = at.shown.clone();
        order.iter().position(|&pixel| {
            !at.taken[usize::from(pixel)] && {
                self.show(at.shown, pixel, &mut after);
                at.question.lied(&self.scores(&after)) == lied
            }
        })
    }
}

/// A debate before its last turn.
#[derive(Clone, Copy, Debug)]
pub struct Last<'a, S> {
    /// What the judge keeps of what was shown.
    pub shown: &'a S,
    /// Pixel by pixel, whether it was shown.
    pub taken: &'a [bool],
    /// What the debate is about.
    pub question: Question,
}

/// A judge that is a function of the pixels shown, by place, and scores them all again each time: the slow reference,
/// and the way to have a network of any kind judge.
#[derive(Clone, Copy, Debug)]
pub struct Naive<F>(pub F);

impl<F: Fn(&[Pixel]) -> Scores + Sync> Judge for Naive<F> {
    type Sight<'a>
        = NaiveSight<'a, F>
    where
        F: 'a;

    fn face<'a>(&'a self, board: &'a Board) -> NaiveSight<'a, F> {
        NaiveSight { score: &self.0, board }
    }
}

/// A [`Naive`] judge before one picture.
#[derive(Clone, Copy, Debug)]
pub struct NaiveSight<'a, F> {
    score: &'a F,
    board: &'a Board,
}

impl<F: Fn(&[Pixel]) -> Scores + Sync> Sight for NaiveSight<'_, F> {
    type Shown = Vec<Pixel>;

    fn pixels(&self) -> usize {
        self.board.pixels().len()
    }

    fn blank(&self) -> Vec<Pixel> {
        Vec::new()
    }

    fn show(&self, before: &Vec<Pixel>, pixel: u16, after: &mut Vec<Pixel>) {
        let pixel = self.board.pixels()[usize::from(pixel)];
        let at = before.partition_point(|&other| other < pixel);
        after.clear();
        after.extend_from_slice(&before[..at]);
        after.push(pixel);
        after.extend_from_slice(&before[at..]);
    }

    fn scores(&self, shown: &Vec<Pixel>) -> Scores {
        (self.score)(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_checked() {
        assert!(Question::open(10).is_err());
        assert_eq!(
            Question::precommitted(3, 3),
            Err("lie: want a label from 0 to 9 other than 3, got 3".to_owned())
        );
        assert!(Question::precommitted(3, 10).is_err() && Question::precommitted(11, 1).is_err());
    }

    #[test]
    fn posteriors_are_a_softmax() {
        let scores = [0, 2, 0, 0, 0, 0, 0, 0, 0, 4];
        // In units of ln 3 / 2: odds of 1, 3 and 9.
        let nats = libm::log(3.0) / 2.0;
        let all = |label| posterior(&scores, nats, label, 0..10);
        assert!((all(1) - 3.0 / 20.0).abs() < 1e-12 && (all(9) - 9.0 / 20.0).abs() < 1e-12);
        let two = posterior(&scores, nats, 9, [1, 9].into_iter());
        assert!((two - 0.75).abs() < 1e-12);
        assert!(((0..10).map(all).sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(posterior(&[i32::MIN; 10].map(|s| s + 5), 1.0, 3, 0..10), 0.1);
    }

    #[test]
    fn of_equals_the_lower_label_wins() {
        let scores = [5, 7, 7, 0, 0, 0, 0, 0, 0, 7];
        assert_eq!(verdict(&scores), 1);
        let lied = |truth, lie| Question::precommitted(truth, lie).map(|q| q.lied(&scores));
        assert_eq!((lied(2, 1), lied(1, 2), lied(2, 9)), (Ok(true), Ok(false), Ok(false)));
    }

    #[test]
    fn an_open_question_is_lied_when_the_verdict_is_wrong() {
        for seed in 0..2000u32 {
            // Few values, so that ties are common.
            let scores: Scores =
                std::array::from_fn(|i| (seed.wrapping_mul(2_654_435_761) >> (3 * i) & 3) as i32);
            for truth in 0..10 {
                let open = Question::open(truth).expect("a label");
                assert_eq!(open.lied(&scores), verdict(&scores) != truth, "{scores:?} {truth}");
                let any =
                    open.lies().any(|lie| Question::precommitted(truth, lie).expect("labels").lied(&scores));
                assert_eq!(open.lied(&scores), any);
                // The margin says the same, but for ties.
                let margin = open.margin(&scores);
                assert!(margin == 0 || open.lied(&scores) == (margin < 0));
            }
        }
    }
}
