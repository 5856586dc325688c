//! The variables of a network with their moments and averages, in the order of their names.

use super::kernels::adamw::{State, adamw, squares};
use super::ops::Numbers;
use super::optimiser::Optimiser;
use crate::streams::Draws;
use crate::tasks::encoding::{Alike, Half, Likenesses};
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Result, Tensor, Var, bail};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What a variable starts from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// The same number everywhere.
    All(f32),
    /// Uniform draws between minus this and this.
    Within(f32),
    /// Draws around multiples of the identity matrix: of a variable whose columns are square blocks side by side.
    Around {
        /// Draws lie between minus this and this.
        bound: f32,
        /// How many times the identity matrix is added to each block.
        times: &'static [f32],
        /// Whether the first block turns back what [`Initial::Leaning`] turns.
        back: bool,
    },
    /// Draws, row by row, where symbols that name the same thing have rows alike.
    Leaning {
        /// Draws lie between minus this and this.
        bound: f32,
        /// How much of such a row is the other's; the rest is its own draw, so that its variance stays.
        share: f32,
        /// Whose rows are like whose.
        alike: Likenesses,
    },
}

impl Initial {
    /// The numbers of a (rows, width) variable.
    fn numbers(self, count: usize, width: usize, mut word: impl FnMut() -> u32) -> Vec<f32> {
        // 24 bits between -1 and 1: exact in f32.
        let mut drawn = |bound: f32| -> Vec<f32> {
            (0..count).map(|_| ((word() >> 8) as f32 / 8_388_608.0 - 1.0) * bound).collect()
        };
        match self {
            Self::All(number) => vec![number; count],
            Self::Within(bound) => drawn(bound),
            Self::Around { bound, times, back } => {
                let mut numbers = drawn(bound);
                let side = width / times.len();
                for (row, numbers) in numbers.chunks_exact_mut(width).enumerate() {
                    for (block, times) in times.iter().enumerate() {
                        let (to, sign) = if back && block == 0 { turned(row) } else { (row, 1.0) };
                        numbers[block * side + to] += sign * times;
                    }
                }
                numbers
            }
            Self::Leaning { bound, share, alike } => {
                let mut numbers = drawn(bound);
                let own = (1.0 - share * share).sqrt();
                for Alike { first, like, size, half } in alike {
                    let places = match half {
                        None => 0..width,
                        Some(Half::First) => 0..width / 2,
                        Some(Half::Last) => width / 2..width,
                    };
                    for row in 0..usize::from(size) {
                        let [first, like] = [first, like].map(|role| (usize::from(role) + row) * width);
                        for at in places.clone() {
                            let (from, sign) = if half.is_some() { turned(at) } else { (at, 1.0) };
                            numbers[first + at] =
                                share * (sign * numbers[like + from]) + own * numbers[first + at];
                        }
                    }
                }
                numbers
            }
        }
    }
}

/// The place whose number a turn by a right angle brings to this one, and its sign: of each two neighbours (a, b) becomes
/// (-b, a), so that nothing is like itself turned.
fn turned(at: usize) -> (usize, f32) {
    (at ^ 1, if at.is_multiple_of(2) { -1.0 } else { 1.0 })
}

/// Name, shape and start of each variable.
pub type Plan = BTreeMap<String, (Vec<usize>, Initial)>;

/// A variable, its moments, and its average over the steps.
#[derive(Debug)]
struct Variable {
    var: Var,
    first: Vec<f32>,
    second: Vec<f32>,
    average: Vec<f32>,
}

/// All variables of a network.
#[derive(Debug)]
pub struct Weights {
    variables: BTreeMap<String, Variable>,
    steps: u32,
}

/// Why a step was not made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotFinite(pub f64);

impl Variable {
    fn new(shape: &[usize], numbers: Vec<f32>, device: &Device) -> Result<Self> {
        let var = Var::from_slice(&numbers, shape, device)?;
        let none = vec![0.0; numbers.len()];
        Ok(Self { var, first: none.clone(), second: none, average: numbers })
    }
}

impl Weights {
    /// First weights, drawn variable by variable in the order of names.
    ///
    /// # Errors
    /// If the device fails.
    pub fn new<'s>(plan: &Plan, device: &Device, mut draws: impl FnMut(&str) -> Draws<'s>) -> Result<Self> {
        let variable = |(name, (shape, initial)): (&String, &(Vec<usize>, Initial))| {
            let mut draws = draws(name);
            let width = shape.last().copied().unwrap_or(1);
            let numbers = initial.numbers(shape.iter().product(), width, || draws.word());
            Ok((name.clone(), Variable::new(shape, numbers, device)?))
        };
        Ok(Self { variables: plan.iter().map(variable).collect::<Result<_>>()?, steps: 0 })
    }

    /// Steps made so far.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// The variable of a name.
    ///
    /// # Panics
    /// If there is none: the plan of the same network has named it.
    #[must_use]
    pub fn var(&self, name: &str) -> &Tensor {
        self.variables.get(name).unwrap_or_else(|| panic!("no variable {name}")).var.as_tensor()
    }

    /// The same names with other variables, to be read.
    #[cfg(test)]
    pub(super) fn with(&self, names: &[String], vars: impl Iterator<Item = Var>) -> Self {
        let made = |(name, var): (&String, Var)| {
            (name.clone(), Variable { var, first: Vec::new(), second: Vec::new(), average: Vec::new() })
        };
        Self { variables: names.iter().zip(vars).map(made).collect(), steps: self.steps }
    }

    /// Name, shape and average of each variable.
    pub fn averages(&self) -> impl Iterator<Item = (&str, &[usize], &[f32])> {
        self.variables.iter().map(|(name, v)| (name.as_str(), v.var.dims(), &v.average[..]))
    }

    /// Takes weights over, as averages too; moments and steps begin anew.
    ///
    /// # Errors
    /// If the device fails.
    ///
    /// # Panics
    /// If a variable is not among the new weights, with as many numbers.
    pub fn restart(&mut self, weights: &BTreeMap<String, Vec<f32>>) -> Result<()> {
        let made = self.variables.iter().map(|(name, old)| {
            Ok((name.clone(), Variable::new(old.var.dims(), weights[name].clone(), old.var.device())?))
        });
        *self = Self { variables: made.collect::<Result<_>>()?, steps: 0 };
        Ok(())
    }

    /// One step down the gradients of a finite loss, unless they are not finite; gives their norm.
    ///
    /// # Errors
    /// If the device fails; within, if a gradient is infinite or no number: nothing is changed then.
    pub fn update(
        &mut self,
        grads: &mut GradStore,
        optimiser: &Optimiser,
    ) -> Result<std::result::Result<f64, NotFinite>> {
        let mut all = Vec::with_capacity(self.variables.len());
        let mut sum = 0.0;
        for (name, variable) in &self.variables {
            let Some(grad) = grads.remove(variable.var.as_tensor()) else { bail!("{name} has no gradient") };
            let grad = grad.contiguous()?.to_device(&Device::Cpu)?;
            sum += squares(&Numbers::of(&grad)?);
            all.push(grad);
        }
        let norm = sum.sqrt();
        if !norm.is_finite() {
            return Ok(Err(NotFinite(norm)));
        }
        self.steps += 1;
        let numbers = optimiser.numbers(self.steps, norm);
        for (variable, grad) in self.variables.values_mut().zip(&all) {
            let step = numbers[usize::from(variable.var.rank() >= 2)];
            let Variable { var, first, second, average } = variable;
            let on_cpu = matches!(var.device(), Device::Cpu);
            let there = if on_cpu { var.as_tensor().clone() } else { var.copy()?.to_device(&Device::Cpu)? };
            let moments = Mutex::new([&mut first[..], &mut second[..], &mut average[..]]);
            there.inplace_op1(&Adam { step, grad: &Numbers::of(grad)?, moments })?;
            if !on_cpu {
                var.set(&there.to_device(var.device())?)?;
            }
        }
        Ok(Ok(norm))
    }
}

/// The step of one variable, in its place.
struct Adam<'a> {
    step: super::kernels::adamw::Step,
    grad: &'a [f32],
    moments: Mutex<[&'a mut [f32]; 3]>,
}

impl InplaceOp1 for Adam<'_> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (CpuStorage::F32(all), Some((start, end))) = (storage, layout.contiguous_offsets()) else {
            bail!("want f32 in a row")
        };
        let mut moments = self.moments.lock().expect("no panic before");
        let [first, second, average] = &mut *moments;
        let weights = &mut all[start..end];
        adamw(self.step, self.grad, State { weights, first, second, average });
        Ok(())
    }
}
