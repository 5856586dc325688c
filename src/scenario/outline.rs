//! The outline of a sweep: its axes and what no axis reaches, from which the cells of any points are made. A sweep may
//! have a million cells; nobody needs them all at once.

use crate::agents::AgentSpec;
use crate::overseers::OverseerSpec;
use crate::scenario::file::{Node, Place, Value};
use crate::scenario::resolve::point;
use crate::scenario::spec::{CellSpec, ProtocolSpec, TaskSpec, Until};
use crate::scenario::sweep::{Axis, set};
use crate::scenario::validate::Reader;
use crate::tasks::FamilySpec;
use rayon::prelude::*;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// One point of a scenario: everything a cell is made of. Points share the lists that no axis reaches.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) seed: u64,
    pub(super) trials: u64,
    pub(super) replicates: u32,
    pub(super) until: Until,
    pub(super) tasks: Arc<Vec<TaskSpec>>,
    pub(super) overseers: Arc<Vec<OverseerSpec>>,
    pub(super) agents: Arc<Vec<AgentSpec>>,
    pub(super) protocols: Arc<Vec<(ProtocolSpec, Vec<String>)>>,
    pub(super) filled: Map<String, Json>,
}

/// A sweep that is not played at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The scenario as written, without what no point needs.
    bare: Node,
    /// What no axis reaches.
    base: Point,
    axes: Vec<Axis>,
    zip: bool,
}

/// What a block is about: cells of one are the points of a strategy under an overseer on a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The task and the overseer, as one number: strategies of the same are beside each other.
    pub group: usize,
    task: usize,
    overseer: usize,
    protocol: usize,
}

impl Outline {
    /// The outline of a scenario as written, with its base point and axes.
    pub(super) fn new(root: &Node, base: Point, axes: Vec<Axis>, zip: bool) -> Self {
        let mut bare = root.clone();
        if let Value::Table(members) = &mut bare.value {
            members.retain(|(key, _)| !["sweep", "axes", "expect", "published"].contains(&key.as_str()));
        }
        Self { bare, base, axes, zip }
    }

    /// Blocks, in the order of their cells: tasks, overseers, protocols.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let Point { tasks, overseers, protocols, .. } = &self.base;
        let all =
            (0..tasks.len()).flat_map(|task| (0..overseers.len()).map(move |overseer| (task, overseer)));
        let all = all.enumerate().flat_map(|(group, (task, overseer))| {
            (0..protocols.len()).map(move |protocol| Block { group, task, overseer, protocol })
        });
        all.collect()
    }

    /// The axes; the last is the fastest.
    pub(super) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Where the sweep is asked for.
    pub(super) fn place(&self) -> Option<&Place> {
        self.axes.first().map(|axis| &axis.place)
    }

    /// Whether the cells of points are made and played apart from those of other points: nothing is trained, which may
    /// come to nothing, and nobody meets in a league. Notes what is wrong with the values of axes.
    pub(super) fn is_plain(&self, reader: &mut Reader) -> bool {
        const APART: [&str; 6] = ["competence", "network", "schooling", "training", "distil", "pairing"];
        self.probe(reader);
        let cells = self.at(reader, 0);
        let meets = |cell: &CellSpec| cell.protocol.league.is_some();
        !self.sweeps_path(|path| path.split('.').any(|part| APART.contains(&part)))
            && !cells.iter().any(|cell| cell.learns() || meets(cell))
    }

    /// Points of the sweep.
    #[must_use]
    pub fn points(&self) -> u64 {
        points(&self.axes, self.zip) as u64
    }

    /// All cells.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.points() * self.blocks().len() as u64
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an axis is of a path that `is_own` takes.
    #[must_use]
    pub fn sweeps_path(&self, is_own: fn(&str) -> bool) -> bool {
        self.axes.iter().any(|axis| is_own(&axis.path))
    }

    /// The cells of some points: block by block, each in the order of the points.
    ///
    /// # Errors
    /// What is wrong with a point.
    pub fn cells(&self, points: &[u64]) -> Result<Vec<CellSpec>, String> {
        let none = |file: &str| Err(format!("{file}: a resolved scenario reads no files"));
        let each = points.par_iter().map(|index| {
            let mut reader = Reader::new(&none);
            for task in self.base.tasks.iter() {
                if let FamilySpec::SparsePixels(pixels) = &task.family {
                    reader.knows(pixels);
                }
            }
            let cells = self.at(&mut reader, u128::from(*index));
            match reader.problems.first() {
                Some(problem) => Err(format!("{}: {}", problem.path, problem.message)),
                None => Ok(cells),
            }
        });
        Ok(by_block(each.collect::<Result<_, String>>()?))
    }

    /// The cells of all points, with a reader of what they name.
    pub(super) fn all(&self, reader: &mut Reader) -> Vec<CellSpec> {
        let mut each = Vec::with_capacity(self.points() as usize);
        for index in 0..points(&self.axes, self.zip) {
            each.push(self.at(reader, index));
            if !reader.problems.is_empty() {
                return Vec::new();
            }
        }
        by_block(each)
    }

    /// Reads of each axis some values, the others at their first, and notes what is wrong.
    fn probe(&self, reader: &mut Reader) {
        const TRIED: usize = 500;
        for (at, axis) in self.axes.iter().enumerate() {
            let step = axis.values.len().div_ceil(TRIED).max(1);
            let tried = (0..axis.values.len()).step_by(step).chain(axis.values.len().checked_sub(1));
            for value in tried {
                let first = |i: usize| if self.zip || i == at { value } else { 0 };
                let values: Vec<&Node> =
                    self.axes.iter().enumerate().map(|(i, a)| &a.values[first(i)]).collect();
                self.made(reader, &values);
                if !reader.problems.is_empty() {
                    return;
                }
            }
        }
    }

    /// The cells of a point, block by block; none where something is wrong, which the reader has noted.
    fn at(&self, reader: &mut Reader, index: u128) -> Vec<CellSpec> {
        self.made(reader, &values_at(&self.axes, self.zip, index))
    }

    fn made(&self, reader: &mut Reader, values: &[&Node]) -> Vec<CellSpec> {
        let Self { bare, base, axes, .. } = self;
        let reaches = |list: &str| axes.iter().any(|axis| axis.path.split('.').next() == Some(list));
        let mut written = bare.clone();
        for (axis, value) in axes.iter().zip(values) {
            if let Err(message) = set(&mut written, &axis.path, value) {
                reader.wrong(&axis.place, &axis.path, message);
            }
        }
        let made = point(reader, &written, |list| (!reaches(list)).then_some(base));
        let (Some(made), true) = (made, reader.problems.is_empty()) else { return Vec::new() };
        let shown: Vec<(String, String)> =
            axes.iter().zip(values).map(|(axis, value)| (axis.path.clone(), shown(value))).collect();
        self.blocks().into_iter().map(|block| cell(&shown, &made, block)).collect()
    }

    /// A number for each point, the same where only paths that `is_own` takes differ, in the order in which they come
    /// first; with the points, sorted by it.
    #[must_use]
    pub fn problems(&self, is_own: fn(&str) -> bool) -> Vec<(u32, u64)> {
        let mut known = std::collections::HashMap::new();
        let number = |index: u64| {
            let values = values_at(&self.axes, self.zip, index.into());
            let mut hasher = blake3::Hasher::new();
            for (axis, value) in self.axes.iter().zip(values).filter(|(axis, _)| !is_own(&axis.path)) {
                hasher.update(axis.path.as_bytes()).update(b"=").update(shown(value).as_bytes()).update(b"|");
            }
            let mut name = [0; 16];
            name.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
            let next = known.len() as u32;
            (*known.entry(name).or_insert(next), index)
        };
        let mut all: Vec<(u32, u64)> = (0..self.points()).map(number).collect();
        all.sort_unstable();
        all
    }
}

/// Cells point by point, as cells block by block.
fn by_block(points: Vec<Vec<CellSpec>>) -> Vec<CellSpec> {
    let blocks = points.first().map_or(0, Vec::len);
    let mut groups: Vec<Vec<CellSpec>> = (0..blocks).map(|_| Vec::with_capacity(points.len())).collect();
    for cells in points {
        groups.iter_mut().zip(cells).for_each(|(group, cell)| group.push(cell));
    }
    groups.into_iter().flatten().collect()
}

/// How many points the axes span.
pub(super) fn points(axes: &[Axis], zip: bool) -> u128 {
    if zip {
        axes.first().map_or(1, |axis| axis.values.len() as u128)
    } else {
        axes.iter().fold(1, |all: u128, axis| all.saturating_mul(axis.values.len() as u128))
    }
}

/// The values of a point; the last axis is the fastest.
pub(super) fn values_at(axes: &[Axis], zip: bool, index: u128) -> Vec<&Node> {
    let mut rest = index;
    let mut values: Vec<&Node> = Vec::new();
    for axis in axes.iter().rev() {
        let count = axis.values.len() as u128;
        values.push(&axis.values[(if zip { index } else { rest % count }) as usize]);
        rest /= count;
    }
    values.reverse();
    values
}

fn cell(shown: &[(String, String)], point: &Point, block: Block) -> CellSpec {
    let (task, overseer) = (point.tasks[block.task].clone(), point.overseers[block.overseer].clone());
    let (protocol, names) = point.protocols[block.protocol].clone();
    let mut id = [protocol.name.as_str(), &overseer.name, &task.name].join("|");
    for (path, value) in shown {
        id.push_str(&format!("|{path}={value}"));
    }
    let agent = |name: &String| point.agents.iter().find(|agent| agent.name == *name).cloned();
    CellSpec {
        id,
        point: shown.to_vec(),
        seed: point.seed,
        trials: point.trials,
        until: point.until,
        replicates: point.replicates,
        task,
        overseer,
        agents: names.iter().filter_map(agent).collect(),
        protocol,
    }
}

/// A value as cell ids and columns show it.
pub(super) fn shown(node: &Node) -> String {
    node.text().map_or_else(|| node.value.inline(), Into::into)
}
