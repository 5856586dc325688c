//! Decompose: splits open questions as their family says, level by level. Sees
//! questions and accepted sub-answers, never the truth.

mod imitate;

use crate::claim::{Answer, Question};
use crate::scenario::stages::Decompose;
use crate::systems::sight::{Scene, Table};
use crate::tasks::{Family, SUBS_MAX, Step};
use crate::world::clerk::Clerk;
use crate::world::components::{Asked, Claims, Match, Parts, Row};
use crate::world::mind::Mind;
use crate::world::resources::{Queues, SubAnswers};
use crate::world::spawn::column;
use crate::world::waiting::Run;
use bevy_ecs::prelude::{Query, ResMut};

/// No decomposition: every open question is asked as it is.
pub fn take_whole(mut queues: ResMut<Queues>) {
    let queues = &mut *queues;
    queues.askable.append(&mut queues.open);
}

/// The columns that splitting writes.
struct Arena<'a> {
    asked: &'a mut [Asked],
    parts: &'a mut [Parts],
    claims: &'a mut [Claims],
    matches: &'a mut [Match],
    subs: &'a mut SubAnswers,
    queues: &'a mut Queues,
    lanes: usize,
    /// Splits from the root.
    splits_max: u8,
    repeats: bool,
    /// Whether an agent answers by drawing.
    samples: bool,
    /// Sub-questions of every split, where none depends on another's answer or is asked twice.
    fan: Option<usize>,
    /// Scratch of a split.
    scratch: [Question; SUBS_MAX],
}

#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it reads and writes")]
/// Splits what is open, and goes on with splits whose sub-answers have come.
pub fn split(
    table: Table,
    asked: Query<&mut Asked>,
    parts: Query<&mut Parts>,
    claims: Query<&mut Claims>,
    matches: Query<&mut Match>,
    mut subs: ResMut<SubAnswers>,
    mut queues: ResMut<Queues>,
    clerk: Option<ResMut<Clerk>>,
) {
    let table = table.scene();
    let Decompose::Tree { .. } = table.stages.decompose else { return };
    let family = table.ground.family();
    let mut arena = Arena {
        asked: column(asked),
        parts: column(parts),
        claims: column(claims),
        matches: column(matches),
        subs: &mut subs,
        queues: &mut queues,
        lanes: table.block.lanes,
        splits_max: table.stages.decompose.depth(),
        repeats: family.repeats(),
        samples: table.minds.iter().any(Mind::samples),
        scratch: [Question::default(); SUBS_MAX],
        fan: (family.independent() && !family.repeats()).then(|| family.subs_max()),
    };
    if let Some(mut clerk) = clerk {
        return imitate::split(&table, &mut arena, &mut clerk);
    }
    let mut rows = std::mem::take(&mut arena.queues.scratch);
    std::mem::swap(&mut rows, &mut arena.queues.open);
    match arena.fan {
        Some(fan) => rows.runs(arena.lanes).for_each(|run| ask_all(&table, &mut arena, run, fan)),
        None => rows.rows().for_each(|row| {
            let asked = arena.asked[row as usize];
            if asked.splits == 0 || asked.level == 0 || family.is_proposal(asked.question) {
                arena.queues.askable.push(row);
            } else {
                advance(&table, &mut arena, row);
            }
        }),
    }
    rows.clear();
    std::mem::swap(&mut rows, &mut arena.queues.advance);
    if let Some(fan) = arena.fan {
        rows.runs(arena.lanes).for_each(|run| complete(&table, &mut arena, run, fan));
        arena.queues.complete.append(&mut rows);
    } else {
        rows.rows().for_each(|row| advance(&table, &mut arena, row));
    }
    rows.clear();
    arena.queues.scratch = rows;
}

/// Asks all sub-questions of splits, none of which depends on another's answer or was asked before.
fn ask_all(table: &Scene, arena: &mut Arena, mut run: Run, fan: usize) {
    while run.start < run.end {
        let row = run.start as usize;
        let first = arena.asked[row];
        let slots = arena.matches[table.block.lane(run.start)].slots;
        // Trials side by side mostly ask the same, as often split, and have asked as much before.
        let like = |(asked, ledger): (&Asked, &Match)| {
            (asked.question, asked.splits, asked.level) == (first.question, first.splits, first.level)
                && ledger.slots == slots
        };
        let matches = &arena.matches[table.block.lanes_of(run)];
        let alike = arena.asked[run.range()].iter().zip(matches).take_while(|pair| like(*pair)).count();
        let part = Run { start: run.start, end: run.start + alike as Row };
        if first.splits == 0 || first.level == 0 {
            arena.queues.askable.push_run(part);
        } else {
            ask_alike(table, arena, part, first, fan);
        }
        run.start = part.end;
    }
}

/// Asks all sub-questions of rows that ask the same.
fn ask_alike(table: &Scene, arena: &mut Arena, run: Run, whole: Asked, fan: usize) {
    let Arena { asked, parts, matches, queues, lanes, splits_max, scratch, .. } = arena;
    let (splits, level) = (whole.splits - 1, whole.level - 1);
    table.ground.parts(whole.question, &mut scratch[..fan]);
    parts[run.range()].iter_mut().for_each(|parts| parts.asked = fan as u16);
    let matches = &mut matches[table.block.lanes_of(run)];
    let first = matches[0].slots as usize * *lanes + table.block.lane(run.start);
    for ledger in matches.iter_mut() {
        ledger.slots += fan as u32;
        ledger.depth = ledger.depth.max(u32::from(*splits_max - splits));
    }
    let queue = if splits == 0 || level == 0 { &mut queues.askable } else { &mut queues.open };
    for (ordinal, &question) in scratch[..fan].iter().enumerate() {
        let start = first + ordinal * *lanes;
        let children = asked[start..start + matches.len()].iter_mut();
        for (child, parent) in children.zip(run.start..) {
            *child = Asked { question, parent, ordinal: ordinal as u16, splits, level };
        }
        queue.push_run(Run { start: start as Row, end: (start + matches.len()) as Row });
    }
}

/// Completes splits of which all sub-answers are there.
fn complete(table: &Scene, arena: &mut Arena, run: Run, fan: usize) {
    let Arena { asked, claims, subs, .. } = arena;
    let stride = subs.stride;
    let subs = subs.answers[run.start as usize * stride..run.end as usize * stride].chunks_exact(stride);
    let splits = asked[run.range()].iter().zip(subs).map(|(asked, subs)| (asked.question, &subs[..fan]));
    let mut complete = claims[run.range()].iter_mut();
    table.ground.recombine_all(table.block.lanes_of(run), splits, |base| {
        complete.next().expect("each split is told of once").completed(base);
    });
}

/// Takes a split as far as its sub-answers allow: asks what comes next, or completes it.
fn advance(table: &Scene, arena: &mut Arena, row: Row) {
    let question = arena.asked[row as usize].question;
    let lane = table.block.lane(row);
    loop {
        let asked = arena.parts[row as usize].asked as usize;
        let subs = &arena.subs.of(row)[..asked];
        // "I don't know" is absorbing: nothing is left to ask or to combine.
        let known = subs.iter().all(|sub| sub.is_known());
        let step = if known { table.ground.step(lane, question, subs) } else { Step::Done(Answer::UNKNOWN) };
        match step {
            Step::Done(base) => {
                arena.claims[row as usize].completed(base);
                return arena.queues.complete.push(row);
            }
            Step::Ask(sub) => {
                if ask(table, arena, row, sub) {
                    return;
                }
            }
        }
    }
}

/// Asks a sub-question; false if its answer is there already.
fn ask(table: &Scene, arena: &mut Arena, parent: Row, question: Question) -> bool {
    let lane = table.block.lane(parent);
    let ordinal = arena.parts[parent as usize].asked;
    arena.parts[parent as usize].asked += 1;
    let splits = arena.asked[parent as usize].splits - 1;
    let level = table.ground.level(lane, question) as u8;
    // What a student samples it samples anew, however often it is asked.
    let anew = arena.samples && level > 0 && (splits == 0 || table.ground.family().is_proposal(question));
    let first = if arena.repeats && !anew { asked_before(arena, lane, question) } else { None };
    if let Some(first) = first.filter(|first| arena.claims[*first as usize].settled) {
        let place = parent as usize * arena.subs.stride + ordinal as usize;
        arena.subs.answers[place] = arena.claims[first as usize].verdict;
        arena.parts[parent as usize].got += 1;
        return false;
    }
    arena.deepen(lane, splits);
    let row = arena.place(lane, Asked { question, parent, ordinal, splits, level });
    match first {
        Some(first) => arena.queues.repeats.push((row, first)),
        None => arena.queues.open.push(row),
    }
    true
}

impl Arena<'_> {
    /// Notes that a match asks something that may still be split so often.
    #[inline(always)]
    fn deepen(&mut self, lane: usize, splits: u8) {
        let ledger = &mut self.matches[lane];
        ledger.depth = ledger.depth.max(u32::from(self.splits_max - splits));
    }

    /// Puts a question in the next slot of its match.
    #[inline(always)]
    fn place(&mut self, lane: usize, asked: Asked) -> Row {
        let ledger = &mut self.matches[lane];
        let row = ledger.slots as usize * self.lanes + lane;
        ledger.slots += 1;
        assert!(row < self.asked.len(), "the plan bounds the questions of a match");
        self.asked[row] = asked;
        row as Row
    }
}

/// The row in which a match asked this question before, if it did.
fn asked_before(arena: &Arena, lane: usize, question: Question) -> Option<Row> {
    (0..arena.matches[lane].slots as usize)
        .map(|slot| slot * arena.lanes + lane)
        .find(|row| arena.asked[*row].question == question)
        .map(|row| row as Row)
}
