//! A comparison as text for a terminal, at most 100 columns wide.

use super::lines::{WIDTH, apart, counted, cut, cut_middle, enumerated, wrapped};
use super::names::Names;
use super::settings::Setting;
use super::{Cell, Change, Diff, State};
use crate::stats::LEVEL;
use serde_json::Value as Json;
use std::fmt::{Display, Formatter, Result};

/// Cells that are listed.
const CELLS_SHOWN: usize = 40;

/// Settings, cells of one result alone, failures and columns that are listed, each.
const SHOWN: usize = 10;

/// The widest path of a setting.
const PATH: usize = 44;

/// The widest value of a table.
const VALUE: usize = 24;

/// A line on what is not listed.
fn more(count: usize) -> String {
    format!("  and {count} more, see --json\n")
}

/// A share in percent, with its sign if it is a difference.
fn percent(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}

/// A difference with its sign, to four decimals at most; a smaller one as a power of ten.
fn short(difference: f64) -> String {
    let text = format!("{difference:+.4}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "+0" | "-0" => format!("{difference:+.1e}"),
        text if text.len() > 10 => format!("{difference:+.3e}"),
        text => text.into(),
    }
}

fn signed(share: f64) -> String {
    format!("{:+.2}", 100.0 * share)
}

impl Diff {
    /// The verdict, in one line.
    pub(super) fn judged(&self) -> String {
        if self.same {
            return "the same result".into();
        }
        if self.same_numbers() {
            let paths = self.settings.iter().map(|setting| setting.path.as_str());
            return enumerated("the same numbers, from scenarios that differ in: ", paths);
        }
        let (shared, differ) = (self.shared, self.cells.len());
        if shared == 0 {
            return "no cell has numbers in both results".into();
        }
        if differ == 0 {
            return format!("no difference in {}; {}", counted(shared, "shared cell"), self.elsewhere());
        }
        let verb = if differ == 1 { "differs" } else { "differ" };
        let beyond = match self.chance {
            _ if self.cells.iter().all(|cell| cell.accuracy.difference == 0.0) => "none in accuracy".into(),
            chance if chance.tested == 0 => "none has an interval to judge it by".into(),
            chance => format!("{} beyond chance (95 %)", chance.beyond),
        };
        format!("{differ} of {} {verb}, {beyond}", counted(shared, "shared cell"))
    }

    /// What differs besides the cells that both have.
    fn elsewhere(&self) -> String {
        let one_alone = self.only_a.len() + self.only_b.len();
        let changed = self.tables.values().filter(|state| **state != State::Same).count();
        let parts = [
            (one_alone, format!("{} in one alone", counted(one_alone, "cell"))),
            (self.failed.len(), format!("{} failed", counted(self.failed.len(), "cell"))),
            (changed, format!("{} differ{}", counted(changed, "table"), if changed == 1 { "s" } else { "" })),
        ];
        let told: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text).collect();
        if told.is_empty() { "cells.csv is written differently".into() } else { told.join(", ") }
    }
}

impl Display for Diff {
    /// The verdict; then, unless all is the same, what differs and how far.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}\n  A: {}\n  B: {}\n", self.verdict, cut_middle(&self.a, 95), cut_middle(&self.b, 95))?;
        if self.same {
            return Ok(());
        }
        settings(f, &self.settings)?;
        self.unmatched(f)?;
        list(f, "cells in A alone", &self.only_a)?;
        list(f, "cells in B alone", &self.only_b)?;
        self.failures(f)?;
        self.accuracies(f)?;
        self.columns(f)?;
        self.files(f)
    }
}

fn settings(f: &mut Formatter<'_>, settings: &[Setting]) -> Result {
    if settings.is_empty() {
        return writeln!(f, "\nthe scenarios are the same");
    }
    writeln!(f, "\nthe scenarios differ in {}, A -> B", counted(settings.len(), "setting"))?;
    let shown = &settings[..settings.len().min(SHOWN)];
    let name = |setting: &Setting| cut_middle(&setting.path, PATH);
    let width = shown.iter().map(|setting| name(setting).chars().count()).max().unwrap_or(0);
    let room = (WIDTH - width - "    ->  ".len()) / 2;
    for setting in shown {
        let value = |value: &Option<Json>| value.as_ref().map_or_else(|| "nothing".into(), Json::to_string);
        let values = apart(&value(&setting.a), &value(&setting.b), room);
        writeln!(f, "  {:width$}  {values}", name(setting))?;
    }
    if settings.len() > shown.len() { f.write_str(&more(settings.len() - shown.len())) } else { Ok(()) }
}

fn list(f: &mut Formatter<'_>, what: &str, ids: &[String]) -> Result {
    if ids.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{what}: {}", ids.len())?;
    ids.iter().take(SHOWN).try_for_each(|id| writeln!(f, "  {}", cut_middle(id, WIDTH - 2)))?;
    if ids.len() > SHOWN { f.write_str(&more(ids.len() - SHOWN)) } else { Ok(()) }
}

impl Diff {
    /// Why no cell has the id of another, and what to do.
    fn unmatched(&self, f: &mut Formatter<'_>) -> Result {
        let matched = self.only_a.len() + self.only_b.len() == 0 || self.shared + self.failed.len() > 0;
        if matched {
            return Ok(());
        }
        let text = match &self.axes {
            Some([a, b]) => {
                let lacks = |axes: &[String], other: &[String]| -> Vec<String> {
                    axes.iter().filter(|path| !other.contains(path)).cloned().collect()
                };
                let (only_a, only_b) = (lacks(a, b), lacks(b, a));
                let mut said: Vec<String> = Vec::new();
                for (axes, which, other) in [(&only_a, "A", "B"), (&only_b, "B", "A")] {
                    if !axes.is_empty() {
                        said.push(format!(
                            "Only {which} sweeps {}: run {other} over the same (`elenchus sweep SCENARIO --over {}=VALUE`; one value will do), or {which} without.",
                            axes.join(" and "),
                            axes[0],
                        ));
                    }
                }
                if said.is_empty() {
                    said.push("Both sweep the same paths in another order: give them in one order.".into());
                }
                format!("No cell has the same id, since ids name the swept values. {}", said.join(" "))
            }
            None => {
                "No cell has the same id: ids are the names of protocol, overseer and task, and the swept \
                     values. Give what is to be compared the same names and values in both scenarios."
                    .into()
            }
        };
        write!(f, "\n{}\n", wrapped(&text))
    }

    fn failures(&self, f: &mut Formatter<'_>) -> Result {
        if self.failed.is_empty() {
            return Ok(());
        }
        writeln!(f, "\ncells that failed in one, or otherwise: {}", self.failed.len())?;
        for failed in self.failed.iter().take(SHOWN) {
            writeln!(f, "  {}", cut_middle(&failed.id, WIDTH - 2))?;
            for (side, reason) in [("A", &failed.a), ("B", &failed.b)] {
                let reason = reason.as_deref().unwrap_or("has numbers");
                writeln!(f, "    {side}: {}", cut(&reason.replace('\n', " "), WIDTH - 7))?;
            }
        }
        if self.failed.len() > SHOWN { f.write_str(&more(self.failed.len() - SHOWN)) } else { Ok(()) }
    }

    fn accuracies(&self, f: &mut Formatter<'_>) -> Result {
        let moved: Vec<&Cell> = self.cells.iter().filter(|cell| cell.accuracy.difference != 0.0).collect();
        if moved.is_empty() {
            return if self.cells.is_empty() { Ok(()) } else { writeln!(f, "\nno accuracy differs") };
        }
        let shown = &moved[..moved.len().min(CELLS_SHOWN)];
        let names = Names::of(shown);
        writeln!(f, "\nright %, biggest difference first, in standard errors")?;
        f.write_str(&names.legend())?;
        let width = shown.iter().map(|cell| names.name(cell).chars().count()).max().unwrap_or(0).max(4);
        writeln!(f, "    {:width$}       A       B    B - A   95 % interval", "cell")?;
        for cell in shown {
            let accuracy = &cell.accuracy;
            let mark = match accuracy.p_holm {
                Some(p) if p < 1.0 - LEVEL => "**",
                _ if accuracy.beyond_chance => "*",
                _ => "",
            };
            let interval = accuracy.interval.map_or_else(
                || "one run, none".into(),
                |(low, high)| format!("{:>7} to {:>7}", signed(low), signed(high)),
            );
            let (a, b) = (percent(accuracy.a), percent(accuracy.b));
            let (name, difference) = (names.name(cell), signed(accuracy.difference));
            writeln!(f, " {mark:>2} {name:width$}  {a:>6}  {b:>6}  {difference:>7}  {interval}")?;
        }
        if moved.len() > shown.len() {
            f.write_str(&more(moved.len() - shown.len()))?;
        }
        self.luck(f)
    }

    /// What to make of the marks.
    fn luck(&self, f: &mut Formatter<'_>) -> Result {
        let chance = &self.chance;
        if chance.tested > 0 {
            // On the same questions less is luck than the intervals allow for.
            let most = if chance.same_questions > 0 { "at most " } else { "" };
            let text = format!(
                "  * : beyond chance (95 %), {} of {}; luck alone gives {most}{:.1} on average, in groups where \
                 cells share draws",
                chance.beyond,
                counted(chance.tested, "tested cell"),
                chance.expected
            );
            writeln!(f, "{}", wrapped(&text))?;
            let holm = chance.beyond_holm;
            writeln!(f, "  ** : {holm} still, when adjusted for that many tests (Holm; approximate)")?;
        }
        if chance.same_questions > 0 {
            let who = match self.cells.len() {
                all if all == chance.same_questions => "A and B were asked the same questions".into(),
                all => {
                    format!("{} of these {all} cells were asked the same questions", chance.same_questions)
                }
            };
            let text = format!(
                "  {who} (equal seed and trials): the intervals take the two for independent, and are as a rule on the wide side"
            );
            writeln!(f, "{}", wrapped(&text))?;
        }
        Ok(())
    }

    /// The other columns, and how far each moved.
    fn columns(&self, f: &mut Formatter<'_>) -> Result {
        let mut moved: Vec<(&str, Moved)> = Vec::new();
        for cell in &self.cells {
            // What the list of accuracies tells.
            let told = ["right", "accuracy", "accuracy_low", "accuracy_high"];
            let listed = |column: &str| cell.accuracy.difference != 0.0 && told.contains(&column);
            for Change { column, difference, .. } in cell.changes.iter().filter(|c| !listed(&c.column)) {
                match moved.iter_mut().find(|(known, _)| known == column) {
                    Some((_, moved)) => moved.add(*difference),
                    None => moved.push((column, Moved::default().with(*difference))),
                }
            }
        }
        if !moved.is_empty() {
            writeln!(f, "\nother columns that differ: cells, and B - A")?;
        }
        let shown = &moved[..moved.len().min(SHOWN)];
        let width = shown.iter().map(|(column, _)| column.chars().count()).max().unwrap_or(0);
        for (column, Moved { cells, range }) in shown {
            let range = range.map_or_else(
                || "not told in numbers".into(),
                |(least, most)| format!("{:>10} to {:>10}", short(least), short(most)),
            );
            writeln!(f, "  {column:width$}  {cells:>6}  {range}")?;
        }
        if moved.len() > shown.len() {
            f.write_str(&more(moved.len() - shown.len()))?;
        }
        for (side, columns) in [("A", &self.columns_only_a), ("B", &self.columns_only_b)] {
            if !columns.is_empty() {
                let lead = format!("\ncolumns that {side} alone has: ");
                writeln!(f, "{}", enumerated(&lead, columns.iter().map(String::as_str)))?;
            }
        }
        Ok(())
    }

    fn files(&self, f: &mut Formatter<'_>) -> Result {
        let of = |wanted: fn(&State) -> bool| -> Vec<&str> {
            self.tables.iter().filter(|(_, state)| wanted(state)).map(|(name, _)| name.as_str()).collect()
        };
        writeln!(f, "\ntables")?;
        let cells = match (self.cells_same_bytes, self.cells.is_empty() && self.shared > 0) {
            (true, _) => "the same bytes",
            (false, true) => "not the same bytes, but the shared cells have the same values",
            (false, false) => "differs, as above",
        };
        writeln!(f, "  cells.csv: {cells}")?;
        for (name, state) in &self.tables {
            match state {
                State::Differs(place) => {
                    let value =
                        |value: &Option<String>| value.as_deref().unwrap_or("nothing").replace('\n', " ");
                    let values = apart(&value(&place.a), &value(&place.b), VALUE);
                    let column = cut(&place.column, VALUE);
                    let text = format!("  {name}: differs first at line {}, {column}: {values}", place.line);
                    writeln!(f, "{}", wrapped(&text))?;
                }
                State::Written => writeln!(f, "  {name}: the same values, written differently")?,
                State::Same | State::OnlyA | State::OnlyB => {}
            }
        }
        for (what, names) in [
            ("  in A alone: ", of(|state| *state == State::OnlyA)),
            ("  in B alone: ", of(|state| *state == State::OnlyB)),
            ("  the same bytes: ", of(|state| *state == State::Same)),
        ] {
            if !names.is_empty() {
                writeln!(f, "{}", enumerated(what, names.into_iter()))?;
            }
        }
        Ok(())
    }
}

/// How far a column moved.
#[derive(Default)]
struct Moved {
    /// Cells that differ in it.
    cells: usize,
    /// The least and the greatest difference.
    range: Option<(f64, f64)>,
}

impl Moved {
    fn add(&mut self, difference: Option<f64>) {
        self.cells += 1;
        if let Some(d) = difference {
            self.range = Some(self.range.map_or((d, d), |(least, most)| (least.min(d), most.max(d))));
        }
    }

    fn with(mut self, difference: Option<f64>) -> Self {
        self.add(difference);
        self
    }
}
