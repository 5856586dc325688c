//! A picture as a board: the pixels that a player may show. Knows no judge and no rule.

/// Pixels of a side.
pub const SIDE: usize = 28;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// Labels that a picture can have.
pub const LABELS: usize = 10;

/// A pixel with ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pixel {
    /// Where: row times 28 plus column.
    at: u16,
    /// How much ink, 1 to 255.
    ink: u8,
}

impl Pixel {
    /// A pixel, if it lies in a picture and has ink.
    #[must_use]
    pub fn new(at: usize, ink: u8) -> Option<Self> {
        (at < PIXELS && ink > 0).then_some(Self { at: at as u16, ink })
    }

    /// Where it is: row times 28 plus column, below 784.
    #[must_use]
    pub fn at(self) -> usize {
        usize::from(self.at)
    }

    /// How much ink it has, 1 to 255.
    #[must_use]
    pub fn ink(self) -> u8 {
        self.ink
    }
}

/// The pixels with ink of one picture, by place. Moves are their indices here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    pixels: Vec<Pixel>,
}

impl Board {
    /// The board of a picture.
    #[must_use]
    pub fn of(picture: &[u8; PIXELS]) -> Self {
        Self { pixels: picture.iter().enumerate().filter_map(|(at, &ink)| Pixel::new(at, ink)).collect() }
    }

    /// What may be shown, by place.
    #[must_use]
    pub fn pixels(&self) -> &[Pixel] {
        &self.pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_has_what_has_ink() {
        let mut picture = [0; PIXELS];
        (picture[3], picture[783]) = (1, 255);
        let board = Board::of(&picture);
        let seen: Vec<_> = board.pixels().iter().map(|p| (p.at(), p.ink())).collect();
        assert_eq!(seen, [(3, 1), (783, 255)]);
        assert_eq!((Pixel::new(784, 1), Pixel::new(0, 0)), (None, None));
    }
}
