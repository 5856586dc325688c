//! Judges of pictures are trained before play: from the scenario's seed, by what their network says and nothing else, so
//! that all cells that want the same judge share it. It is kept like any other part, and in this process.

pub(super) mod costs;

use crate::learners::judges::{TrainedJudge, load, train};
use crate::overseers::network::JudgeNetwork;
use crate::pixels::gallery::Part as Pictures;
use crate::records::{Key, PLAYED, Part, StudentRecord};
use crate::scenario::distil::Distil;
use crate::scenario::spec::CellSpec;
use crate::scenario::stages::CrossCheck;
use crate::streams::{Moment, Purpose, Streams};
use crate::tasks::FamilySpec;
use crate::tasks::sparse_pixels::SparsePixels;
use crate::tournament::{Conditions, Going, Stopped, parts};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A judge of a replicate, and the record of its training.
#[derive(Clone)]
pub(super) struct Judge {
    /// What the overseer sees with.
    pub trained: Arc<TrainedJudge>,
    /// What is told of it.
    pub record: StudentRecord,
}

/// A judge that is there, or why it came to nothing; while it is being trained, who wants it waits.
type Seat = Arc<Mutex<Option<Result<Judge, String>>>>;

/// Judges that this process has trained or found.
static TRAINED: Mutex<BTreeMap<Key, Seat>> = Mutex::new(BTreeMap::new());

/// What keeps a cell's overseer from judging as it is to, with the remedy.
pub(super) fn check(cell: &CellSpec) -> Result<(), String> {
    let stages = &cell.protocol.stages;
    let shows = matches!(stages.cross_check, CrossCheck::Pixels { .. } | CrossCheck::Glimpse { .. });
    let family = cell.task.family.name();
    let pictures = matches!(cell.task.family, FamilySpec::SparsePixels(_));
    if cell.overseer.network.is_none() {
        return if shows {
            Err("what is shown of a picture is judged by a network: give the overseer one, such as network = \"dense\"".into())
        } else {
            Ok(())
        };
    }
    if !pictures {
        return Err(format!(
            "overseer {:?} is a network that judges pictures, and {family} has none: choose family = \"sparse_pixels\", or another overseer",
            cell.overseer.name
        ));
    }
    let argued = stages.cross_check != CrossCheck::None && !shows;
    if argued {
        return Err(format!(
            "overseer {:?} is a network that sees pixels and no arguments: choose pixel_debate, pixel_glimpse or unaided",
            cell.overseer.name
        ));
    }
    if stages.distil != Distil::None || cell.agents.iter().any(|agent| agent.competence.is_learned()) {
        return Err(format!(
            "overseer {:?} is a network, and nobody learns from those so far: leave out distil and learned agents, or choose another overseer",
            cell.overseer.name
        ));
    }
    costs::problem(cell).map_or(Ok(()), Err)
}

/// Trains the judges of all replicates of these cells that are not there yet, side by side: cells that want the same one
/// would wait for each other. What comes to nothing does so again, and is told, where it is wanted.
pub(super) fn train_all(cells: &[CellSpec], conditions: &Conditions) {
    let mut wanted = BTreeMap::new();
    for cell in cells {
        for replicate in 0..cell.replicates {
            if let Some((_, _, key)) = described(cell, replicate) {
                wanted.entry(key).or_insert((cell, replicate));
            }
        }
    }
    wanted.into_values().collect::<Vec<_>>().into_par_iter().for_each(|(cell, replicate)| {
        let _ = of(cell, replicate, conditions);
    });
}

/// What the judge of a replicate is, what it learns from, and the key of that; none if nobody is to judge.
fn described(cell: &CellSpec, replicate: u32) -> Option<(JudgeNetwork, &SparsePixels, Key)> {
    let (network, FamilySpec::SparsePixels(pixels)) = (cell.judge()?, &cell.task.family) else { return None };
    let key = parts::key_of(&(PLAYED, "judge", cell.seed, replicate, pixels.gallery().digest(), network));
    Some((network, pixels, key))
}

/// The judge of a replicate of a cell, if its overseer is a network that is asked anything.
pub(super) fn of(cell: &CellSpec, replicate: u32, conditions: &Conditions) -> Result<Option<Judge>, Stopped> {
    let Some((network, pixels, key)) = described(cell, replicate) else { return Ok(None) };
    let all = || TRAINED.lock().unwrap_or_else(PoisonError::into_inner);
    let seat = all().entry(key).or_default().clone();
    let mut seated = seat.lock().unwrap_or_else(PoisonError::into_inner);
    if seated.is_none() {
        let play = || trained(cell, &network, pixels, replicate, conditions);
        let found = parts::whole(cell, &key, 0..1, conditions, || 0, play).and_then(|part| {
            let record = part.student.unwrap_or_default();
            let saved = record.saved.as_deref().unwrap_or_default();
            let trained = Arc::new(load(&network, saved).map_err(|problem| {
                Stopped::Failed(format!("the judge's training: {problem}; lower its rate"))
            })?);
            Ok(Judge { trained, record })
        });
        // Why it came to nothing is as much its outcome; that somebody has interrupted it is not.
        *seated = match found {
            Ok(judge) => Some(Ok(judge)),
            Err(Stopped::Failed(reason)) => Some(Err(reason)),
            Err(stopped) => return Err(stopped),
        };
    }
    match seated.as_ref().expect("it was seated") {
        Ok(Judge { trained, record }) => {
            let saved = record.saved.clone().filter(|_| conditions.keep_students);
            let record = StudentRecord { saved, ..record.clone() };
            Ok(Some(Judge { trained: trained.clone(), record }))
        }
        Err(reason) => Err(Stopped::Failed(reason.clone())),
    }
}

/// Trains a judge. One thread alone: others that wait for it do not take up its work.
fn trained(
    cell: &CellSpec,
    network: &JudgeNetwork,
    pixels: &SparsePixels,
    replicate: u32,
    conditions: &Conditions,
) -> Result<Part, Stopped> {
    let streams = Streams::new(cell.seed);
    let draws = |what: &str, act: u32| {
        let actor = Streams::actor(Purpose::Lesson, replicate, &format!("judge of pictures|{what}"));
        streams.draws(Streams::at(actor, 0, Default::default(), Moment { act, ..Moment::default() }))
    };
    let steps = network.training().steps;
    let told = |step: u32, loss: f32| {
        (conditions.training)(Going {
            cell: &cell.id,
            replicate,
            round: 1,
            step,
            loss,
            level: 0,
            agreed: 0.0,
            accuracy: 0.0,
        });
        if (conditions.interrupted)() { Err("interrupted".to_owned()) } else { Ok(()) }
    };
    let saved = train(network, pixels.gallery().part(Pictures::Train), draws, told).map_err(|reason| {
        if (conditions.interrupted)() {
            Stopped::Interrupted
        } else {
            Stopped::Failed(format!("the judge's training: {reason}"))
        }
    })?;
    let weights = blake3::hash(&saved).to_hex().to_string();
    let student = StudentRecord { replicate, steps, weights, saved: Some(saved) };
    Ok(Part { student: Some(student), ..Part::default() })
}
