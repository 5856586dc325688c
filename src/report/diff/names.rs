//! Short names of cells for a narrow table.

use super::Cell;
use super::lines::{cut_middle, wrapped};

/// The widest name of a cell; a longer one is cut in the middle.
const NAME: usize = 48;

/// Short names of cells: what all of them have in common is said once.
pub struct Names {
    /// What a name says, in order; columns that go together, as zipped axes do, are one.
    telling: Vec<Vec<String>>,
    /// Columns that all cells have the same value in.
    common: Vec<(String, String)>,
}

impl Names {
    /// The names of these cells, which belong to one comparison.
    pub fn of(cells: &[&Cell]) -> Self {
        let mut names = Self { telling: Vec::new(), common: Vec::new() };
        let Some(first) = cells.first() else { return names };
        for (at, (column, value)) in first.parts.iter().enumerate() {
            // All cells of a result have the same columns.
            let of = |cell: &Cell, at: usize| cell.parts.get(at).map(|(_, value)| value.clone());
            let swept = column.contains('.');
            let like = |other: &usize| cells.iter().all(|cell| of(cell, *other) == of(cell, at));
            let twin = (0..at).find(|other| swept && first.parts[*other].0.contains('.') && like(other));
            let group = twin.and_then(|twin| {
                let name = &first.parts[twin].0;
                names.telling.iter_mut().find(|group| group.contains(name))
            });
            if column != "protocol" && cells.iter().all(|cell| of(cell, at).as_ref() == Some(value)) {
                names.common.push((column.clone(), value.clone()));
            } else if let Some(group) = group {
                group.push(column.clone());
            } else {
                names.telling.push(vec![column.clone()]);
            }
        }
        names
    }

    /// A cell's name.
    pub fn name(&self, cell: &Cell) -> String {
        let value = |group: &Vec<String>| {
            let part = cell.parts.iter().find(|(column, _)| group.first() == Some(column));
            part.map_or("", |(_, value)| value.as_str())
        };
        cut_middle(&self.telling.iter().map(value).collect::<Vec<_>>().join("|"), NAME)
    }

    /// What the parts of a name are, and what names leave out.
    pub fn legend(&self) -> String {
        let parts: Vec<String> = self.telling.iter().map(|group| group.join(" = ")).collect();
        let common: Vec<String> =
            self.common.iter().map(|(column, value)| format!("{column} {value}")).collect();
        let all = if common.is_empty() { String::new() } else { format!("  all: {}\n", common.join(", ")) };
        let text = format!("  cell: {}\n{all}", parts.join(" | "));
        text.lines().map(|line| wrapped(line) + "\n").collect()
    }
}
