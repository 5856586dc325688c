//! What a tournament leaves behind, as values: integer sums that merge in any
//! grouping to the same totals, and the rows that files and tables are made of.

mod bits;
pub mod incentives;
mod part;
pub mod scores;

pub use bits::Bits;
pub use part::{Journal, Key, Part};

use incentives::Incentives;
use scores::{BINS, Bin};
use serde::{Deserialize, Serialize};

/// The meaning of results: raised by every change that alters a number.
pub const SEMANTICS: u32 = 9;

/// The meaning of what is played and trained, which statistics are made of: raised, to the same number as
/// [`SEMANTICS`], by every change that alters a sum, a lesson or a weight. A journal is kept by it.
pub const PLAYED: u32 = 9;

/// The numeric columns of cells.csv, in order: what an expectation may be about.
pub const COLUMNS: &[&str] = &[
    "trials",
    "right",
    "abstained",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "confidence_mean",
    "checks_mean",
    "combines_mean",
    "arguments_mean",
    "cost_mean",
    "agent_calls_mean",
    "depth_mean",
    "erred_mean",
    "first_true_mean",
    "contested_mean",
    "all_nodes_right",
    "brier",
    "log_loss",
    "calibration_error",
    "accuracy_first_true",
    "accuracy_first_false",
    "honest_first_wins",
    "honest_second_wins",
    "score_difference",
    "score_difference_log",
    "first_wins",
    "second_wins",
    "kappa_sides",
    "checks_per_verdict",
];

/// The sums of a tally, named once.
macro_rules! tally {
    ($($(#[$doc:meta])* $sum:ident,)*) => {
        /// Sums over trials. Integers only, so that blocks merge exactly.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Tally {
            $($(#[$doc])* pub $sum: u64,)*
        }

        impl Tally {
            /// Adds another block's sums.
            #[inline(always)]
            pub fn add(&mut self, other: &Self) {
                $(self.$sum += other.$sum;)*
            }
        }
    };
}

tally! {
    /// Trials played.
    trials,
    /// Verdicts that are right.
    right,
    /// Verdicts that are "I don't know".
    abstained,
    /// Checks the overseer made.
    checks,
    /// Recombinations the overseer made.
    combines,
    /// Arguments it read.
    arguments,
    /// What its acts cost, in its units.
    cost,
    /// Answers agents were asked for.
    agent_calls,
    /// Levels from the root to the deepest question touched.
    depth,
    /// Overseer acts that erred.
    erred,
    /// Sum of confidences, in units of 2^-16.
    confidence,
    /// Matches in which the first side, or who answered alone, stood for the truth at the root.
    first_true,
    /// Questions that were cross-checked between two claims.
    contested,
    /// Event: every question that was asked got the right verdict, given its sub-answers.
    all_nodes_right,
    /// Verdicts that are wrong in matches in which an act of the overseer erred.
    slipped,
    /// Sum of squared distances of confidence and outcome over verdicts given, in units of 2^-32; exact.
    squares,
    /// Sum of -ln of the probability given to the outcome, over verdicts given, in units of 2^-24 nats.
    losses,
    /// Right verdicts where the first side, or who answered alone, stood for the truth.
    first_true_right,
    /// Matches in which only the first of two sides stood for the truth at the root.
    first_alone,
    /// Of them, those with a right verdict: the honest side spoke first and won.
    first_alone_right,
    /// Matches in which only the second side stood for the truth.
    second_alone,
    /// Of them, those with a right verdict.
    second_alone_right,
    /// Matches of two claims whose verdict is the first side's: it won.
    first_wins,
    /// Matches of two claims whose verdict is the second side's.
    second_wins,
    /// Matches in which one side alone stood for the truth, and the verdict is one side's claim.
    opposed,
    /// Sum over those of the overseer's posterior of the true claim, in units of 2^-16.
    belief,
    /// Sum over those of -ln of that posterior, in units of 2^-24 nats.
    truth_losses,
    /// Sum over those of -ln of the false claim's posterior, in units of 2^-24 nats.
    lie_losses,
}

/// One match, when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// The replicate.
    pub replicate: u32,
    /// The trial.
    pub trial: u64,
    /// The tally of this one match.
    pub tally: Tally,
    /// The verdict; 65535 is an abstention.
    pub verdict: u16,
    /// What the first and the second side claimed at the root, twice the same where one answers alone; 65535:
    /// nothing.
    pub sides: [u16; 2],
}

/// A level of a distillation round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundRecord {
    /// The replicate.
    pub replicate: u32,
    /// The iteration, 1-based.
    pub round: u32,
    /// The level of the questions.
    pub level: u32,
    /// Trials the target was measured on.
    pub trials: u64,
    /// Targets that were right.
    pub target_right: u64,
    /// Targets that were wrong where an act of the overseer erred.
    pub target_slipped: u64,
    /// P(right) of the student after the round.
    pub student: f64,
    /// What a network is after the round, where one is trained.
    pub learned: Option<LearnedRound>,
}

/// A network after a round of training, measured on fresh questions, which it learns only after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LearnedRound {
    /// Questions it was measured on.
    pub trials: u64,
    /// Of them, those that its likeliest answer is right in.
    pub argmax: u64,
    /// Those that an answer drawn from its distribution is right in.
    pub sampled: u64,
    /// Those in which its likeliest answer is what it is taught next.
    pub agreed: u64,
    /// Steps taken so far.
    pub steps: u64,
    /// Acts of the overseer so far: checks and recombinations. Where a decomposer is learned, the steps of
    /// decompositions that were recorded, and nothing else: its checks of primitive questions are not in it.
    pub acts: u64,
    /// Mean loss of the round, in nats; 0 for a table.
    pub loss: f64,
}

/// A student, when training is over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudentRecord {
    /// The replicate.
    pub replicate: u32,
    /// Steps taken.
    pub steps: u32,
    /// The hash of its averaged weights as they are saved, or of its table.
    pub weights: String,
    /// The weights themselves, as safetensors, where they were asked for.
    pub saved: Option<Vec<u8>>,
}

/// A level, when training is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRecord {
    /// The replicate.
    pub replicate: u32,
    /// The level of the questions.
    pub level: u32,
    /// Questions that were asked.
    pub trials: u64,
    /// Verdicts of the composition, with the student as it is in the end, that are right.
    pub target: u64,
    /// Right answers of the student, the likeliest.
    pub argmax: u64,
    /// Right answers of the student, drawn.
    pub sampled: u64,
}

/// What some trials come to; parts merge to the same whole in any grouping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Sums over all trials.
    pub tally: Tally,
    /// The trials of right verdicts.
    pub right: Bits,
    /// Verdicts given by their confidence.
    pub bins: [Bin; BINS],
    /// The matches, where they are kept.
    pub trials: Vec<TrialRecord>,
}

impl Sums {
    /// Adds other trials' sums.
    pub fn add(&mut self, other: Self) {
        self.tally.add(&other.tally);
        self.right.add(&other.right);
        self.bins.iter_mut().zip(&other.bins).for_each(|(bin, more)| bin.add(more));
        self.trials.extend(other.trials);
    }
}

/// A cell's outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// Sums per replicate.
    pub replicates: Vec<Tally>,
    /// The trials of right verdicts, per replicate.
    pub right: Vec<Bits>,
    /// Verdicts given by their confidence, per replicate.
    pub bins: Vec<[Bin; BINS]>,
    /// Distillation, where there is any.
    pub rounds: Vec<RoundRecord>,
    /// Levels in the end, where a network is trained.
    pub levels: Vec<LevelRecord>,
    /// Students in the end, where a network is trained.
    pub students: Vec<StudentRecord>,
    /// Matches, where they were asked for.
    pub trials: Vec<TrialRecord>,
    /// What agents could do, where it was asked for.
    pub incentives: Option<Incentives>,
    /// Whether trials within a replicate share a training, so that only replicates are independent.
    pub clustered: bool,
    /// Whether the number of trials hung on what came out of them.
    pub anytime: bool,
    /// Whether nothing was played, since a tournament did not pair the two.
    pub unpaired: bool,
    /// Why there is nothing else here: a training that came to nothing.
    pub failed: Option<String>,
}

impl CellRecord {
    /// Adds the next replicate.
    pub fn add(&mut self, part: Part) {
        self.replicates.push(part.sums.tally);
        self.right.push(part.sums.right);
        self.bins.push(part.sums.bins);
        self.trials.extend(part.sums.trials);
        self.rounds.extend(part.rounds);
        self.levels.extend(part.levels);
        self.students.extend(part.student);
    }

    /// Sums over replicates.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.replicates.iter().for_each(|tally| total.add(tally));
        total
    }

    /// Verdicts given by their confidence, over replicates.
    #[must_use]
    pub fn all_bins(&self) -> [Bin; BINS] {
        let mut all = [Bin::default(); BINS];
        for bins in &self.bins {
            all.iter_mut().zip(bins).for_each(|(bin, more)| bin.add(more));
        }
        all
    }
}

/// What happened at one question of a match, for reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceNode {
    /// The question in words.
    pub question: String,
    /// Lines on who claimed, challenged, checked and erred, in order.
    pub lines: Vec<String>,
    /// The accepted answer in words.
    pub verdict: String,
    /// Whether it is right.
    pub right: bool,
    /// Sub-questions.
    pub children: Vec<TraceNode>,
    /// What was shown of the picture that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
}

/// What was shown of a picture, move by move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The picture: 28 x 28 bytes, row after row, 0 where there is no ink.
    pub picture: Vec<u8>,
    /// Pixels in the order they were shown.
    pub shown: Vec<Shown>,
    /// Who stood for what; nobody where nobody argued.
    pub stood: Vec<Stood>,
}

/// What a side stood for before a judge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// Who.
    pub by: String,
    /// A label, or in words what it said of them.
    pub answer: String,
}

/// A pixel that was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Who showed it; nobody: chance.
    pub by: Option<String>,
    /// Where: row times 28 plus column.
    pub at: u16,
    /// What the judge then thinks of each label, in thousandths.
    pub belief: Vec<u16>,
}

/// One match as a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The root question.
    pub root: TraceNode,
    /// The true answer in words.
    pub truth: String,
    /// The match's tally.
    pub tally: Tally,
    /// Where a student's word is wrong: what taught it so.
    pub taught: Option<Taught>,
}

/// A match of a result, as it is kept to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMatch {
    /// The cell's id.
    pub cell: String,
    /// The replicate.
    pub replicate: u32,
    /// The trial.
    pub trial: u64,
    /// What happened.
    pub trace: Trace,
}

/// Lessons that taught a wrong answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taught {
    /// How many there were, and how like the question.
    pub summary: String,
    /// The newest of them, each with the round it was of.
    pub lessons: Vec<(u32, TraceNode)>,
}

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        writeln!(f, "the true answer: {}\n", self.truth)?;
        self.root.write(f, 0)?;
        let t = &self.tally;
        writeln!(
            f,
            "\ncost {}: {} checks, {} recombinations, {} arguments read; {} agent calls; {} acts erred",
            t.cost, t.checks, t.combines, t.arguments, t.agent_calls, t.erred
        )?;
        let Some(taught) = &self.taught else { return Ok(()) };
        writeln!(f, "\nwhat taught it so: {}", taught.summary)?;
        for (round, lesson) in &taught.lessons {
            writeln!(f, "\nround {round}:")?;
            lesson.write(f, 1)?;
        }
        Ok(())
    }
}

impl TraceNode {
    /// The verdict, what it is made of, and how it came about.
    fn write(&self, f: &mut std::fmt::Formatter, depth: usize) -> std::fmt::Result {
        let pad = "  ".repeat(depth);
        let mark = if self.right { "right" } else { "wrong" };
        writeln!(f, "{pad}{}: {} ({mark})", self.question, self.verdict)?;
        self.children.iter().try_for_each(|child| child.write(f, depth + 2))?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{pad}  - {line}"))
    }
}
