//! A sweep too large to be there at once: some points at a time are made, played and written, so that memory does not grow
//! with its cells. The files are those of a sweep that is played at once, byte for byte.

use crate::cli::finish::{self, Written, unmet};
use crate::cli::play::{self, Options, Size};
use crate::cli::watch::Watch;
use crate::cli::{End, Outcome};
use crate::records::CellRecord;
use crate::report::Row;
use crate::report::table::Rows;
use crate::report::tables;
use crate::scenario::outline::{Block, Outline};
use crate::scenario::spec::{CellSpec, Scenario};
use crate::stats::budget::is_strategy;
use crate::store::place;
use crate::store::results::{self, manifest};
use crate::store::segments::Segments;
use crate::tournament::needs::{Needs, needs};
use crate::tournament::shards::Shard;
use crate::tournament::{Conditions, Stopped, plan};
use std::collections::BTreeMap;
use std::time::Instant;

/// Cells that are there at once.
const WINDOW: usize = 4096;
/// Neighbouring points of a shard; the next as many are another's.
const NEIGHBOURS: u64 = 64;
/// Unmet expectations that are told.
const UNMET: usize = 20;

/// A large sweep.
pub struct Large<'a> {
    scenario: &'a Scenario,
    outline: &'a Outline,
    blocks: Vec<Block>,
}

/// What comes of it.
struct Made {
    hashes: BTreeMap<String, String>,
    unmet: Vec<String>,
    failed: Vec<String>,
}

impl<'a> Large<'a> {
    /// The large sweep of a scenario, if it is one.
    pub fn of(scenario: &'a Scenario) -> Option<Self> {
        let outline = scenario.large.as_deref()?;
        Some(Self { scenario, outline, blocks: outline.blocks() })
    }

    fn per_window(&self) -> usize {
        (WINDOW / self.blocks.len()).max(1)
    }

    /// The points of a shard, or all.
    fn points(&self, shard: Option<Shard>) -> impl Iterator<Item = u64> + use<> {
        let own = move |point: &u64| {
            shard.is_none_or(|shard| point / NEIGHBOURS % u64::from(shard.of) == u64::from(shard.number) - 1)
        };
        (0..self.outline.points()).filter(own)
    }

    /// How many shards have something to do.
    pub fn shards_max(&self) -> u64 {
        self.outline.points().div_ceil(NEIGHBOURS)
    }

    /// The cells of the first points.
    pub fn first(&self) -> Result<Vec<CellSpec>, (End, String)> {
        let points: Vec<u64> = (0..self.outline.points()).take(self.per_window()).collect();
        self.outline.cells(&points).map_err(|why| (End::Usage, why))
    }

    /// The cell of this id.
    pub fn find(&self, id: &str) -> Result<Option<CellSpec>, (End, String)> {
        for points in chunks(self.points(None), self.per_window()) {
            let cells = self.outline.cells(&points).map_err(|why| (End::Usage, why))?;
            if let Some(cell) = cells.into_iter().find(|cell| cell.id == id) {
                return Ok(Some(cell));
            }
        }
        Ok(None)
    }

    /// How much there is to play, as far as the first cells tell of the others.
    pub fn size(&self, shard: Option<Shard>) -> Result<Size, (End, String)> {
        let first = self.first()?;
        let Size { matches, .. } = Size::of(&first)?;
        let cells = self.points(shard).count() as u64 * self.blocks.len() as u64;
        let matches = u128::from(matches) * u128::from(cells) / first.len().max(1) as u128;
        Ok(Size { matches: matches.min(u64::MAX.into()) as u64, cells })
    }

    /// What it takes, as far as the first cells tell of the others; of those that are not there the journal keeps places.
    pub fn needs(
        &self,
        shard: Option<Shard>,
        threads: u64,
        keep_trials: bool,
    ) -> Result<Needs, (End, String)> {
        const PLACE: u64 = 110;
        let first = self.first()?;
        let Needs { memory, disk } = needs(&first, threads, keep_trials);
        let cells = self.len() / shard.map_or(1, |shard| u64::from(shard.of));
        let disk = u128::from(disk) * u128::from(cells) / first.len().max(1) as u128;
        let replicates = first.first().map_or(1, |cell| u64::from(cell.replicates));
        let places = cells.saturating_mul(replicates).saturating_mul(PLACE);
        Ok(Needs { memory: memory.saturating_add(places), disk: disk.min(u64::MAX.into()) as u64 })
    }

    /// All cells.
    pub fn len(&self) -> u64 {
        self.outline.len()
    }

    /// Plays some points after the others; `done` is given the cells of each window and what came out of them.
    fn windows(
        &self,
        windows: impl Iterator<Item = Vec<u64>>,
        optimise: bool,
        conditions: &Conditions,
        mut done: impl FnMut(&[CellSpec], &[CellRecord]) -> Result<(), String>,
    ) -> Result<(), Stopped> {
        for points in windows {
            let cells = self.outline.cells(&points).map_err(Stopped::Unplayable)?;
            for cell in &cells {
                plan(cell).map_err(Stopped::Unplayable)?;
            }
            let records = play::records(&cells, optimise, conditions)?;
            done(&cells, &records).map_err(Stopped::Unkept)?;
        }
        Ok(())
    }

    /// Plays a share, and leaves it in the journal.
    ///
    /// # Errors
    /// As playing.
    pub fn play_share(&self, shard: Shard, optimise: bool, conditions: &Conditions) -> Result<(), Stopped> {
        let windows = chunks(self.points(Some(shard)), self.per_window());
        self.windows(windows, optimise, conditions, |_, _| Ok(()))
    }

    /// Plays all and writes the result.
    pub fn play(&self, options: &Options, written: &Written) -> Outcome {
        written.refuse_large(self.len())?;
        #[expect(clippy::disallowed_methods, reason = "provenance, which is never compared")]
        let start = Instant::now();
        let target = written.unnamed(self.scenario);
        let unfinished = place::unfinished(&target).map_err(|why| (End::Failed, why))?;
        let made = play::under(self.size(None)?, options, |conditions, watch| {
            let mut segments = Segments::new(&unfinished).map_err(Stopped::Unkept)?;
            let made = self.fill(&mut segments, options, conditions, watch)?;
            Ok(Made { hashes: segments.join().map_err(Stopped::Unkept)?, ..made })
        });
        let outcome = made.and_then(|made| {
            let Made { hashes, unmet, failed } = made;
            let named: BTreeMap<&str, &str> = failed
                .iter()
                .filter_map(|why| Some((why.split_once(", replicate")?.0, why.as_str())))
                .collect();
            let manifest = manifest(self.scenario, None, &hashes, &named, options.optimise);
            let wall_ms = start.elapsed().as_millis() as u64;
            written.place(&unfinished, manifest, finish::provenance(wall_ms, options.threads), self.len())?;
            finish::said(&failed, &unmet)
        });
        place::forget(&unfinished);
        outcome
    }

    /// Plays all and fills the tables.
    fn fill(
        &self,
        segments: &mut Segments,
        options: &Options,
        conditions: &Conditions,
        watch: &Watch,
    ) -> Result<Made, Stopped> {
        let (keep_trials, optimise) = (options.keep_trials, options.optimise);
        let budgets_are_swept = self.outline.sweeps_path(is_strategy);
        let mut all = Vec::new();
        let mut failed = Vec::new();
        let windows = chunks(self.points(None), self.per_window());
        self.windows(windows, optimise, conditions, |cells, records| {
            let refs: Vec<&CellSpec> = cells.iter().collect();
            if all.len() < UNMET {
                all.extend(unmet(self.scenario, &refs, records));
            }
            failed.extend(records.iter().filter_map(|record| record.failed.clone()));
            let points = cells.len() / self.blocks.len();
            for (block, (cells, records)) in refs.chunks(points).zip(records.chunks(points)).enumerate() {
                let rows = tables::played(cells, records);
                let tables = tables::of_cells(&rows, keep_trials);
                tables.into_iter().flatten().try_for_each(|table| segments.put(block, table))?;
            }
            for (group, rows) in self.groups(&refs, records) {
                let across = tables::across(&rows);
                let now = across.into_iter().filter(|table| !(budgets_are_swept && table.name == "budget"));
                now.into_iter().try_for_each(|table| segments.put(group, table))?;
            }
            Ok(())
        })?;
        if budgets_are_swept {
            // What a strategy can do at a budget is asked of all points that differ in strategy and budget alone.
            watch.say("what strategies can do at equal budgets");
            let again = Conditions { progress: &|_| (), found: &|_| (), finished: &|| (), ..*conditions };
            let windows = problems(self.outline.problems(is_strategy), self.per_window());
            self.windows(windows, false, &again, |cells, records| {
                let refs: Vec<&CellSpec> = cells.iter().collect();
                for (group, rows) in self.groups(&refs, records) {
                    let budget =
                        tables::across(&rows).into_iter().find(|table: &Rows| table.name == "budget");
                    budget.into_iter().try_for_each(|table| segments.put(group, table))?;
                }
                Ok(())
            })?;
        }
        all.truncate(UNMET);
        Ok(Made { hashes: BTreeMap::new(), unmet: all, failed })
    }

    /// Cells of points that a text's hashes pick, in the order picked.
    pub fn some(&self, count: usize, pick: &str) -> Result<Vec<CellSpec>, (End, String)> {
        let points = self.outline.points();
        let pick = |at: usize| {
            let hash = blake3::hash(format!("{pick}{at}").as_bytes());
            u64::from_le_bytes(std::array::from_fn(|i| hash.as_bytes()[i]))
        };
        let mut cells = Vec::new();
        for at in 0..count {
            let made = self.outline.cells(&[pick(at) % points]).map_err(|why| (End::Usage, why))?;
            let block = (pick(at) / points) as usize % self.blocks.len();
            cells.extend(made.into_iter().nth(block));
        }
        // What is picked twice is compared once.
        cells.sort_by(|a, b| a.id.cmp(&b.id));
        cells.dedup_by(|a, b| a.id == b.id);
        Ok(cells)
    }

    /// Plays all again and gives the first difference to a stored result.
    pub fn compare(
        &self,
        stored: &results::Outcome,
        options: &Options,
    ) -> Result<Option<String>, (End, String)> {
        let folder = place::temporary().map_err(|why| (End::Failed, why))?;
        let made = play::under(self.size(None)?, options, |conditions, watch| {
            let mut segments = Segments::new(&folder).map_err(Stopped::Unkept)?;
            self.fill(&mut segments, options, conditions, watch)?;
            segments.join().map_err(Stopped::Unkept)
        });
        let difference = made.and_then(|hashes| {
            for (name, text) in &stored.files {
                if hashes.get(name).is_some_and(|now| *now == results::hash(text)) {
                    continue;
                }
                let now = results::table(&folder, name).map_err(|why| (End::Failed, why))?;
                return Ok(results::first_difference(name, text, &now));
            }
            let manifest = manifest(self.scenario, None, &hashes, &BTreeMap::new(), options.optimise);
            let differs = manifest != stored.manifest;
            Ok(differs.then(|| "manifest.json: the tables agree, the manifest was changed".into()))
        });
        place::forget(&folder);
        difference
    }

    /// The rows of a window, by task and overseer.
    fn groups<'r>(&self, cells: &[&'r CellSpec], records: &'r [CellRecord]) -> BTreeMap<usize, Vec<Row<'r>>> {
        let points = cells.len() / self.blocks.len();
        let mut groups: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
        for (block, (cells, records)) in
            self.blocks.iter().zip(cells.chunks(points).zip(records.chunks(points)))
        {
            groups.entry(block.group).or_default().extend(tables::played(cells, records));
        }
        groups
    }
}

/// Some items at a time.
fn chunks(mut items: impl Iterator<Item = u64>, each: usize) -> impl Iterator<Item = Vec<u64>> {
    std::iter::from_fn(move || {
        let some: Vec<u64> = items.by_ref().take(each).collect();
        (!some.is_empty()).then_some(some)
    })
}

/// The points of some problems at a time, each problem's together, in the order of the points.
fn problems(all: Vec<(u32, u64)>, each: usize) -> impl Iterator<Item = Vec<u64>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &all[start..];
        let mut count = rest.len().min(each);
        while count > 0 && count < rest.len() && rest[count - 1].0 == rest[count].0 {
            count += 1;
        }
        // Not the beginning of a problem that ends behind the window, unless it is the only one.
        if count > each {
            let last = rest[count - 1].0;
            count = Some(rest.partition_point(|(problem, _)| *problem < last))
                .filter(|count| *count > 0)
                .unwrap_or(count);
        }
        start += count;
        let mut points: Vec<u64> = rest[..count].iter().map(|(_, point)| *point).collect();
        points.sort_unstable();
        (count > 0).then_some(points)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_stay_together() {
        let all = vec![(0, 0), (0, 3), (1, 1), (1, 4), (2, 2), (2, 5), (2, 6), (2, 7)];
        let windows = |each| problems(all.clone(), each).collect::<Vec<_>>();
        assert_eq!(windows(4), [vec![0, 1, 3, 4], vec![2, 5, 6, 7]]);
        assert_eq!(windows(3), [vec![0, 3], vec![1, 4], vec![2, 5, 6, 7]]);
        assert_eq!(windows(1), [vec![0, 3], vec![1, 4], vec![2, 5, 6, 7]]);
        assert_eq!(windows(100), [vec![0, 1, 2, 3, 4, 5, 6, 7]]);
    }

    #[test]
    fn no_item_is_left_out() {
        assert_eq!(chunks(0..5, 2).collect::<Vec<_>>(), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(chunks(0..0, 2).count(), 0);
    }
}
