//! placeholder until the networks are here
#![expect(missing_docs, reason = "placeholder")]
use crate::agents::learned::{NetworkSpec, Schedule};
use crate::streams::Draws;
use crate::tasks::encoding::{Alphabet, Pages};
pub struct Optimiser {
    pub rate: f64,
    pub warmup: u32,
    pub steps: u32,
    pub schedule: Schedule,
    pub decay: f64,
    pub clip: f64,
    pub horizon: f64,
}
pub struct Stepped {
    pub loss: f32,
    pub norm: f32,
}
pub struct Network;
#[derive(Clone)]
pub struct Scorer;
impl Network {
    pub fn new<'s>(
        _: &NetworkSpec,
        _: Alphabet,
        _: Optimiser,
        _: impl FnMut(&str) -> Draws<'s>,
    ) -> Result<Self, String> {
        Err("not yet".into())
    }
    pub fn step(&mut self, _: &Pages, _: &[u16], _: Option<(&[u16], f32)>) -> Result<Stepped, String> {
        Err("not yet".into())
    }
    pub fn steps(&self) -> u32 {
        0
    }
    pub fn scorer(&self) -> Scorer {
        Scorer
    }
}
impl Scorer {
    pub fn scores(&self, _: &Pages, _: &mut Vec<f32>) {}
}
