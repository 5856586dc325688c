use super::*;
use crate::claim::Question;
use crate::pixels::board::{PIXELS, Pixel};
use crate::pixels::judge::verdict;
use crate::streams::{Moment, Purpose, Streams};

pub(super) const DENSE: JudgeNetwork =
    JudgeNetwork::Dense { width: 32, pixels: 2, steps: 60, batch: 24, rate: 0.02 };

const ALL: [JudgeNetwork; 2] = [DENSE, CONVOLUTION];

const CONVOLUTION: JudgeNetwork = JudgeNetwork::Convolution { pixels: 2, steps: 60, batch: 8, rate: 0.003 };
/// Less of it, where it need not learn.
const BRIEF: JudgeNetwork = JudgeNetwork::Convolution { pixels: 2, steps: 2, batch: 4, rate: 0.003 };

/// Pictures of two labels, 3 and 8, whose ink lies in other rows: four pictures each, twelve pixels with ink.
pub(super) fn pictures() -> Pictures {
    let file = |magic: u32, sizes: &[u32], data: &[u8]| {
        let sizes = sizes.iter().flat_map(|n| n.to_be_bytes());
        magic.to_be_bytes().into_iter().chain(sizes).chain(data.iter().copied()).collect::<Vec<u8>>()
    };
    let mut pixels = vec![0_u8; 8 * PIXELS];
    for (at, picture) in pixels.chunks_exact_mut(PIXELS).enumerate() {
        let first = if at % 2 == 0 { 6 * 28 + 9 } else { 18 * 28 + 9 };
        picture[first..first + 12]
            .iter_mut()
            .enumerate()
            .for_each(|(i, p)| *p = (50 + 17 * i + 2 * at) as u8);
    }
    let images = file(0x803, &[8, 28, 28], &pixels);
    Pictures::read(&images, &file(0x801, &[8], &[3, 8, 3, 8, 3, 8, 3, 8])).expect("whole files")
}

pub(super) fn draws<'s>(streams: &'s Streams) -> impl FnMut(&str, u32) -> Draws<'s> {
    |what, index| {
        let actor = Streams::actor(Purpose::Lesson, 0, what);
        streams.draws(Streams::at(actor, 0, Question(0), Moment { act: index, ..Moment::default() }))
    }
}

fn trained(spec: &JudgeNetwork, seed: u64) -> (Vec<u8>, Vec<f32>) {
    let (streams, mut losses) = (Streams::new(seed), Vec::new());
    let told = |step, loss| {
        losses.push(loss);
        assert_eq!(step as usize, losses.len());
        Ok(())
    };
    let saved = train(spec, &pictures(), draws(&streams), told).expect("a judge");
    (saved, losses)
}

fn scores(judge: &TrainedJudge, shown: &[Pixel]) -> [i32; LABELS] {
    match judge {
        TrainedJudge::Dense(dense) => dense.plain(shown),
        TrainedJudge::Convolution(convolution) => convolution.scores(shown),
    }
}

fn pixel(at: usize, ink: u8) -> Pixel {
    Pixel::new(at, ink).expect("a pixel")
}

#[test]
fn judges_learn_what_two_pixels_tell() {
    for spec in ALL {
        let (saved, losses) = trained(&spec, 1);
        let (first, last) = (losses[0], losses[losses.len() - 1]);
        // Ten labels to begin with, two of them to be learned.
        assert!(first > 1.5 && last < 0.1, "{first} to {last}");
        let judge = load(&spec, &saved).expect("its own weights");
        for at in 0..11 {
            for (row, label) in [(6, 3), (18, 8)] {
                let place = row * 28 + 9 + at;
                let scores = scores(&judge, &[pixel(place, 90), pixel(place + 1, 140)]);
                assert_eq!(verdict(&scores), label, "{scores:?}");
                let lead = f64::from(scores[usize::from(label)] - scores[0]) * judge.nats();
                assert!(lead > 1.0 && lead < 1000.0, "{lead} nats");
            }
        }
    }
}

#[test]
fn a_training_is_its_draws() {
    for spec in [DENSE, BRIEF] {
        let (saved, losses) = trained(&spec, 1);
        assert_eq!(trained(&spec, 1), (saved.clone(), losses.clone()));
        let (other, others) = trained(&spec, 2);
        assert!(other != saved && others != losses);
    }
}

#[test]
fn every_variable_has_a_gradient_and_is_what_candle_says() {
    for spec in ALL {
        let streams = Streams::new(3);
        let mut draws = draws(&streams);
        let pupil = |ops| {
            let mut draws = self::draws(&streams);
            Pupil::on(&spec, (Device::Cpu, ops), move |name| draws(name, 0)).expect("a network")
        };
        let (exact, stock) = (pupil(Ops::Exact), pupil(Ops::Stock));
        let album = Album::new(&pictures()).expect("pictures");
        let mut grads = |pupil: &Pupil| {
            let sample = album.sample(spec.training(), &mut draws("batch", 1));
            pupil.model.loss(pupil.ops, &pupil.weights, sample).and_then(|l| l.backward()).expect("gradients")
        };
        let (ours, theirs) = (grads(&exact), grads(&stock));
        for name in exact.model.plan().keys() {
            let numbers = |grads: &candle_core::backprop::GradStore, pupil: &Pupil| -> Vec<f32> {
                let grad = grads.get(pupil.weights.var(name)).expect("a gradient");
                grad.flatten_all().and_then(|g| g.to_vec1()).expect("f32")
            };
            let (ours, theirs) = (numbers(&ours, &exact), numbers(&theirs, &stock));
            let most = theirs.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            assert!(most > 0.0, "{name}");
            for (a, b) in ours.iter().zip(&theirs) {
                assert!((a - b).abs() <= 1e-5 * most, "{name}: {a} and {b}");
            }
        }
    }
}

#[test]
fn weights_of_another_judge_are_refused() {
    let streams = Streams::new(1);
    let saved = |spec: &JudgeNetwork| {
        let mut draws = draws(&streams);
        let pupil = Pupil::on(spec, (Device::Cpu, Ops::Exact), move |name| draws(name, 0));
        pupil.and_then(|pupil| pupil.save()).expect("first weights")
    };
    let good = saved(&DENSE);
    let error = |spec: &JudgeNetwork, saved: &[u8]| load(spec, saved).expect_err("not its own");
    let found = error(&CONVOLUTION, &good);
    assert!(found.contains("full.bias: want shape [1024], got no such variable"), "{found}");
    let wide = JudgeNetwork::Dense { width: 48, pixels: 2, steps: 1, batch: 1, rate: 0.1 };
    let found = error(&wide, &good);
    assert!(found.contains("first.mask: want shape [784, 48] of F32, got [784, 32] of F32"), "{found}");
    for length in [0, 7, 100, good.len() - 1] {
        let found = error(&DENSE, &good[..length]);
        assert!(found.contains("weights: want safetensors"), "{length}: {found}");
    }
    let mut broken = good.clone();
    let end = broken.len();
    broken[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(error(&DENSE, &broken).contains("want finite numbers, got NaN"));
}

#[test]
fn sizes_that_are_none_are_refused() {
    let check = |spec: JudgeNetwork, said: &str| {
        let streams = Streams::new(1);
        let error = train(&spec, &pictures(), draws(&streams), |_, _| Ok(())).expect_err(said);
        assert!(error.contains(said), "{error}");
        assert_eq!(load(&spec, &[]).expect_err(said), error);
    };
    let dense = |width, pixels, steps, batch| JudgeNetwork::Dense { width, pixels, steps, batch, rate: 0.1 };
    check(dense(24, 1, 1, 1), "width: want a multiple of 16, got 24");
    check(dense(0, 1, 1, 1), "width: want 16 to 256, got 0");
    check(dense(272, 1, 1, 1), "width: want 16 to 256, got 272");
    check(dense(16, 0, 1, 1), "pixels: want at least 1, got 0");
    check(dense(16, 1, 0, 1), "steps: want at least 1, got 0");
    check(dense(16, 1, 1, 0), "batch: want at least 1, got 0");
    let none = Pictures::read(
        &[&[0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28][..]].concat(),
        &[0, 0, 8, 1, 0, 0, 0, 0],
    );
    let streams = Streams::new(1);
    let error = train(&DENSE, &none.expect("whole files"), draws(&streams), |_, _| Ok(()));
    assert_eq!(error, Err("pictures: want 1 to 2^32 - 1 to train a judge on, got 0".into()));
}

#[test]
fn a_training_that_diverges_says_so() {
    for rate in [1e30, f64::NAN, f64::INFINITY] {
        for steps in [1, 2, 60] {
            let spec = JudgeNetwork::Dense { width: 32, pixels: 2, steps, batch: 24, rate };
            let streams = Streams::new(1);
            match train(&spec, &pictures(), draws(&streams), |_, _| Ok(())) {
                Err(error) => assert!(error.contains(&format!("lower the rate (now {rate})")), "{error}"),
                // A step of a finite size leaves finite weights, which cannot be rounded.
                Ok(saved) => assert!(load(&spec, &saved).expect_err("too large").contains("judge")),
            }
        }
    }
}

#[test]
fn who_is_told_ends_the_training() {
    let streams = Streams::new(1);
    let told = |step, _| if step == 3 { Err("stop".to_owned()) } else { Ok(()) };
    assert_eq!(train(&DENSE, &pictures(), draws(&streams), told), Err("stop".to_owned()));
}

#[test]
fn pictures_without_ink_teach_the_bias() {
    let images = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28][..], &[0; PIXELS]].concat();
    let blank = Pictures::read(&images, &[0, 0, 8, 1, 0, 0, 0, 1, 7]).expect("whole files");
    for spec in [DENSE, BRIEF] {
        let streams = Streams::new(1);
        let saved = train(&spec, &blank, draws(&streams), |_, _| Ok(())).expect("a judge");
        assert_eq!(verdict(&scores(&load(&spec, &saved).expect("its own"), &[])), 7);
    }
}

#[test]
fn rounded_scores_are_the_networks_in_nats() {
    let (saved, _) = trained(&DENSE, 1);
    let judge = load(&DENSE, &saved).expect("its own weights");
    let (width, plan) = (32, Model::new(&DENSE).expect("a model").plan());
    let weights = saved::read(&plan, &saved).expect("its own weights");
    let shown = [pixel(6 * 28 + 10, 200), pixel(18 * 28 + 12, 77)];
    let hidden = |unit: usize| {
        let rows = shown.iter().map(|p| {
            let at = p.at() * width + unit;
            weights["first.mask"][at] + f32::from(p.ink()) / 255.0 * weights["first.value"][at]
        });
        (weights["first.bias"][unit] + rows.sum::<f32>()).max(0.0)
    };
    for (label, score) in scores(&judge, &shown).into_iter().enumerate() {
        let sum = (0..width).map(|unit| hidden(unit) * weights["last.weight"][unit * LABELS + label]);
        let logit = f64::from(weights["last.bias"][label] + sum.sum::<f32>());
        let found = f64::from(score) * judge.nats();
        assert!((found - logit).abs() < 0.01, "label {label}: {found} and {logit}");
    }
}

#[test]
fn a_convolution_plays_as_it_was_trained() {
    let (saved, _) = trained(&BRIEF, 1);
    let plan = Model::Convolution.plan();
    let weights = saved::read(&plan, &saved).expect("its own weights");
    let streams = Streams::new(1);
    let mut draws = draws(&streams);
    let mut same = Weights::new(&plan, &Device::Cpu, |name| draws(name, 0)).expect("weights");
    same.restart(&weights).expect("the same variables");
    let TrainedJudge::Convolution(judge) = load(&BRIEF, &saved).expect("its own") else {
        panic!("want a convolution")
    };
    let sets = [&[][..], &[0], &[783], &[170, 178, 180, 400], &[3, 30, 300, 500, 514, 600, 700, 780]];
    for places in sets {
        let mut pixels: Vec<Pixel> = places.iter().map(|&at| pixel(at, (at % 255) as u8 + 1)).collect();
        let logits = |ops| -> Vec<f32> {
            let mut shown = crate::learners::kernels::shown::Shown::default();
            // Not alone: what a picture gets does not hang on its neighbours.
            [&[pixel(77, 7)], &pixels[..]].into_iter().for_each(|pixels| shown.push(pixels));
            let logits = Model::Convolution.logits(ops, &same, shown).and_then(|l| l.get(1)?.to_vec1());
            logits.expect("logits")
        };
        let (exact, stock, played) = (logits(Ops::Exact), logits(Ops::Stock), judge.logits(&pixels));
        let near = |a: f32, b: f32| (a - b).abs() < 1e-5 * a.abs().max(1.0);
        for ((exact, stock), played) in exact.iter().zip(&stock).zip(played) {
            assert!(near(*exact, *stock) && near(*exact, played), "{exact} {stock} {played}");
        }
        let scores = judge.scores(&pixels);
        pixels.reverse();
        assert_eq!(judge.scores(&pixels), scores);
        assert!((f64::from(scores[3]) * judge.nats() - f64::from(played[3])).abs() < 1e-5);
    }
}
