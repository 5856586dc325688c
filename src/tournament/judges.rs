//! Judges of pictures are trained before play: from the scenario's seed, by what their network says and nothing else, so
//! that all cells that want the same judge share it. It is kept like any other part, and in this process.

use crate::agents::Stance;
use crate::learners::judges::{TrainedJudge, load, train};
use crate::overseers::network::{JudgeNetwork, Sighting};
use crate::pixels::board::LABELS;
use crate::pixels::gallery::Part as Pictures;
use crate::records::{Key, Part, StudentRecord};
use crate::scenario::spec::CellSpec;
use crate::scenario::stages::{Answering, CrossCheck};
use crate::streams::{Moment, Purpose, Streams};
use crate::tasks::FamilySpec;
use crate::tasks::sparse_pixels::SparsePixels;
use crate::tournament::{Conditions, Going, Stopped, parts};
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

/// A judge that is there, or is being trained: who wants it then waits.
type Seat = Arc<Mutex<Option<Judge>>>;

/// Judges that this process has trained or found.
static TRAINED: Mutex<BTreeMap<Key, Seat>> = Mutex::new(BTreeMap::new());

/// What keeps a cell's overseer from judging as it is to, with the remedy.
pub(super) fn check(cell: &CellSpec) -> Result<(), String> {
    let stages = &cell.protocol.stages;
    let shows = matches!(stages.cross_check, CrossCheck::Pixels { .. } | CrossCheck::Glimpse);
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
    Ok(())
}

/// Whether a cell's overseer is a network that is asked anything.
pub(super) fn is_trained(cell: &CellSpec) -> bool {
    let stages = &cell.protocol.stages;
    let asked = stages.answer == Answering::Overseer
        || stages.cross_check != CrossCheck::None
        || cell.agents.iter().any(|agent| agent.stance == Stance::Sycophantic);
    asked && cell.overseer.network.is_some()
}

/// Random words that a training takes: a picture and its pixels, each time.
pub(super) fn words(network: &JudgeNetwork) -> u64 {
    let Sighting { pixels, steps, batch, .. } = network.training();
    u64::from(steps).saturating_mul(batch.into()).saturating_mul(1 + u64::from(pixels))
}

/// Multiplications with an addition each that a training takes, about.
pub(super) fn work(network: &JudgeNetwork) -> u64 {
    let Sighting { pixels, steps, batch, .. } = network.training();
    let (picture, weights) = match network {
        JudgeNetwork::Dense { width, .. } => {
            let width = u64::from(*width);
            (3 * width * (2 * u64::from(pixels) + LABELS as u64), 1568 * width)
        }
        // Two convolutions and the full layer.
        JudgeNetwork::Convolution { .. } => (3 * (784 * 50 * 32 + 196 * 800 * 64 + 3136 * 1024), 3_300_000),
    };
    // The optimiser's arithmetic is as ten of these for a weight.
    (picture * u64::from(batch) + weights * 10).saturating_mul(steps.into())
}

/// The judge of a replicate of a cell, if its overseer is a network.
pub(super) fn of(cell: &CellSpec, replicate: u32, conditions: &Conditions) -> Result<Option<Judge>, Stopped> {
    let (Some(network), FamilySpec::SparsePixels(pixels)) = (&cell.overseer.network, &cell.task.family)
    else {
        return Ok(None);
    };
    if !is_trained(cell) {
        return Ok(None);
    }
    let key = parts::key_of(&("judge", cell.seed, replicate, pixels.gallery.digest(), network));
    let all = || TRAINED.lock().unwrap_or_else(PoisonError::into_inner);
    let seat = all().entry(key).or_default().clone();
    let mut seated = seat.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(judge) = &*seated {
        return Ok(Some(judge.clone()));
    }
    let play = || trained(cell, network, pixels, replicate, conditions);
    let part = parts::whole(cell, &key, 0..1, conditions, || 0, play)?;
    let record = part.student.unwrap_or_default();
    let saved = record.saved.as_deref().unwrap_or_default();
    let judge = load(network, saved).map_err(Stopped::Failed)?;
    let kept = record.saved.clone().filter(|_| conditions.keep_students);
    let judge = Judge { trained: Arc::new(judge), record: StudentRecord { saved: kept, ..record } };
    *seated = Some(judge.clone());
    Ok(Some(judge))
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
    let saved = train(network, pixels.gallery.part(Pictures::Train), draws, told).map_err(|reason| {
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
