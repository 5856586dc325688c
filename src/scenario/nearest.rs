//! The nearest known name, for messages about unknown ones.

use std::collections::BTreeSet;

/// "; did you mean x?" and the known names, each once.
#[must_use]
pub fn suggestion<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    let mut seen = BTreeSet::new();
    known.retain(|name| seen.insert(*name));
    let nearest = nearest(unknown, known.iter().copied())
        .map_or(String::new(), |name| format!("; did you mean {name}?"));
    if known.is_empty() {
        format!("{nearest}; there are none")
    } else {
        format!("{nearest} (known: {})", known.join(", "))
    }
}

/// The known name that is nearest, if it is near.
#[must_use]
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|name| (distance(unknown, name), name));
    let near = near.filter(|(edits, name)| *edits <= 1 + name.chars().count() / 3).min();
    near.map(|(_, name)| name)
}

/// Edits (insert, delete, replace) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        assert!(suggestion("debat", ["vote", "debate"]).starts_with("; did you mean debate?"));
        assert_eq!(suggestion("xyzzy", ["vote", "none", "vote"]), " (known: vote, none)");
        assert!(suggestion("xyzzy", ["vote"]).starts_with(" (known"));
    }
}
