//! What one step reads: pages and what is wanted of them, checked once.

use super::kernels::choice::Wanted;
use crate::tasks::encoding::{Alphabet, NO_COPY, Pages};
use std::sync::Arc;

/// Pages with their targets. Every symbol, copy and target is inside the alphabet.
#[derive(Debug)]
pub struct Batch {
    /// Sizes of the pages.
    pub alphabet: Alphabet,
    /// (rows, tokens, per_token).
    pub symbols: Vec<u16>,
    /// (rows, tokens).
    pub copies: Vec<u16>,
    /// What is wanted of the pages.
    pub targets: Arc<Targets>,
}

/// What is wanted of each row of a batch, pages or not. Every class is below `classes`.
#[derive(Debug)]
pub struct Targets {
    /// How many classes there are.
    pub classes: usize,
    /// (rows) classes.
    pub targets: Vec<u16>,
    /// (rows) further classes and their share of the loss.
    pub own: Option<(Vec<u16>, f32)>,
}

impl Targets {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    /// The same, for the kernels.
    #[must_use]
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted { targets: &self.targets, own: self.own.as_ref().map(|(own, part)| (&own[..], *part)) }
    }
}

impl Batch {
    /// The batch, if it fits the alphabet that a network was made for.
    ///
    /// # Errors
    /// What does not fit, and the remedy.
    pub fn new(
        alphabet: Alphabet,
        pages: &Pages,
        targets: &[u16],
        own: Option<(&[u16], f32)>,
    ) -> Result<Self, String> {
        check(alphabet, pages)?;
        let rows = pages.rows();
        if rows == 0 {
            return Err("pages: want at least one for a step, got none".into());
        }
        for (name, classes) in [("targets", targets)].into_iter().chain(own.map(|(own, _)| ("own", own))) {
            if classes.len() != rows {
                return Err(format!(
                    "{name}: want one class for each of {rows} pages, got {}",
                    classes.len()
                ));
            }
            inside(name, "classes", classes.iter().copied().max(), alphabet.classes)?;
        }
        if let Some((_, part)) = own
            && !(0.0..=1.0).contains(&part)
        {
            return Err(format!("own: want a share of the loss from 0 to 1, got {part}"));
        }
        Ok(Self {
            alphabet,
            symbols: pages.symbols.clone(),
            copies: pages.copies.clone(),
            targets: Arc::new(Targets {
                classes: alphabet.classes,
                targets: targets.to_vec(),
                own: own.map(|(own, part)| (own.to_vec(), part)),
            }),
        })
    }

    /// How many pages there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.targets.rows()
    }
}

fn inside(name: &str, limit: &str, most: Option<u16>, below: usize) -> Result<(), String> {
    match most {
        Some(most) if usize::from(most) >= below => Err(format!(
            "{name}: want all below the alphabet's {below} {limit}, got {most}; a vocabulary too small: raise its {limit} to {} or more",
            u32::from(most) + 1
        )),
        _ => Ok(()),
    }
}

/// Whether pages fit the alphabet that a network was made for.
///
/// # Errors
/// What does not fit, and the remedy.
pub fn check(alphabet: Alphabet, pages: &Pages) -> Result<(), String> {
    if pages.alphabet != alphabet {
        let found = pages.alphabet;
        return Err(format!(
            "pages: want {alphabet:?}, got {found:?}; a network reads one family and its sizes"
        ));
    }
    let Alphabet { tokens, per_token, .. } = alphabet;
    if !pages.copies.len().is_multiple_of(tokens) || pages.symbols.len() != pages.copies.len() * per_token {
        let (symbols, copies) = (pages.symbols.len(), pages.copies.len());
        return Err(format!(
            "pages: want whole pages of {tokens} tokens, got {symbols} symbols and {copies} copies"
        ));
    }
    inside("symbols", "symbols", pages.symbols.iter().copied().max(), alphabet.symbols)?;
    let copies = pages.copies.iter().copied().filter(|copy| *copy != NO_COPY);
    inside("copies", "classes", copies.max(), alphabet.classes)
}
