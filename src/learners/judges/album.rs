//! Pictures to learn from, and samples of them: some pictures, some pixels of each.

use crate::learners::batch::Targets;
use crate::learners::kernels::shown::Shown;
use crate::overseers::network::Sighting;
use crate::pixels::board::{Board, LABELS, Pixel};
use crate::pixels::idx::Pictures;
use crate::streams::Draws;

/// The most pixels that a picture of the training shows more than one at play.
const MORE: u32 = 3;

/// Pictures, of each the pixels with ink.
pub(super) struct Album {
    all: Shown,
    labels: Vec<u16>,
}

/// What one step learns from.
pub(super) struct Sample {
    pub shown: Shown,
    pub targets: Targets,
}

impl Album {
    /// # Errors
    /// If there is no picture, or there are more than draws can tell apart.
    pub(super) fn new(pictures: &Pictures) -> Result<Self, String> {
        let count = pictures.len();
        if count == 0 || u32::try_from(count).is_err() {
            return Err(format!("pictures: want 1 to 2^32 - 1 to train a judge on, got {count}"));
        }
        let (mut all, mut labels) = (Shown::default(), Vec::with_capacity(count));
        let each = (0..count).map(|at| Some((pictures.picture(at)?, pictures.label(at)?)));
        for (picture, label) in each.map(|one| one.expect("as many as it says")) {
            all.push(Board::of(picture).pixels());
            labels.push(u16::from(label));
        }
        Ok(Self { all, labels })
    }

    /// Pictures, the same one twice perhaps, and of each some pixels with ink, or all if it has no more: as many as are to
    /// be seen at play or up to three more, from which the judge learns the same, and sooner.
    pub(super) fn sample(&self, sighting: Sighting, draws: &mut Draws) -> Sample {
        let (mut shown, mut targets) = (Shown::default(), Vec::with_capacity(sighting.batch as usize));
        let mut deck: Vec<Pixel> = Vec::new();
        for _ in 0..sighting.batch {
            let at = draws.below(self.labels.len() as u32) as usize;
            deck.clear();
            deck.extend_from_slice(self.all.picture(at));
            let few = sighting.pixels + draws.below(1 + MORE);
            let few = deck.len().min(few as usize);
            // The first cards of a shuffle.
            for card in 0..few {
                let other = card + draws.below((deck.len() - card) as u32) as usize;
                deck.swap(card, other);
            }
            deck[..few].sort_unstable();
            shown.push(&deck[..few]);
            targets.push(self.labels[at]);
        }
        Sample { shown, targets: Targets { classes: LABELS, targets, own: None } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::judges::tests::{draws, pictures};
    use crate::streams::Streams;

    #[test]
    fn samples_show_each_pixel_at_most_once_and_all_of_them_in_turn() {
        let (streams, album) = (Streams::new(1), Album::new(&pictures()).expect("pictures"));
        let (mut counts, mut lengths) =
            (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
        let sighting = Sighting { pixels: 4, steps: 0, batch: 3000, rate: 0.0 };
        let sample = album.sample(sighting, &mut draws(&streams)("batch", 1));
        for (pixels, target) in sample.shown.each().zip(&sample.targets.targets) {
            assert!((4..=7).contains(&pixels.len()) && pixels.is_sorted_by(|a, b| a.at() < b.at()));
            *lengths.entry(pixels.len()).or_insert(0) += 1;
            pixels.iter().for_each(|p| *counts.entry((*target, p.at())).or_insert(0) += 1);
        }
        // Two labels of twelve pixels each, 5.5 of them shown: 3000 x 5.5 / 24 = 687 each, of deviation below 26; each
        // of four lengths 750 times, of deviation below 24.
        assert_eq!((counts.len(), lengths.len()), (24, 4));
        assert!(counts.values().all(|n: &u32| n.abs_diff(687) < 120), "{counts:?}");
        assert!(lengths.values().all(|n: &u32| n.abs_diff(750) < 120), "{lengths:?}");
    }

    #[test]
    fn first_draws_are_pinned() {
        let (streams, album) = (Streams::new(1), Album::new(&pictures()).expect("pictures"));
        let sighting = Sighting { pixels: 3, steps: 0, batch: 2, rate: 0.0 };
        let sample = album.sample(sighting, &mut draws(&streams)("batch", 1));
        let seen: Vec<usize> = sample.shown.each().flatten().map(|p| p.at()).collect();
        assert_eq!(
            (&sample.targets.targets[..], &seen[..]),
            (&[8, 8][..], &[515, 522, 524, 513, 518, 522][..])
        );
    }

    #[test]
    fn of_pictures_with_little_ink_all_is_shown() {
        let (streams, album) = (Streams::new(1), Album::new(&pictures()).expect("pictures"));
        let sighting = Sighting { pixels: 100, steps: 0, batch: 5, rate: 0.0 };
        let sample = album.sample(sighting, &mut draws(&streams)("batch", 1));
        assert!(sample.shown.each().all(|pixels| pixels.len() == 12));
    }
}
