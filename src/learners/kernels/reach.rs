//! Where pixels that are shown make a difference in a network of two convolutions, each halved by maxima. Everywhere
//! else its maps are those of a blank picture, which are worked out once.
//!
//! The first convolution has 28 x 28 places, halved to 14 x 14 cells, which are the places of the second one, halved to 7 x 7
//! blocks. All are told row by row.

use super::shown::Shown;
use crate::pixels::board::{Pixel, SIDE};

/// Places of a side that a window of a convolution sees.
pub const WINDOW: usize = 5;
/// How far a window sees.
pub const FAR: usize = WINDOW / 2;
/// Cells of a side.
pub const CELL_SIDE: usize = SIDE / 2;
/// Cells of a picture.
pub const CELLS: usize = CELL_SIDE * CELL_SIDE;
/// Blocks of a side.
pub const BLOCK_SIDE: usize = CELL_SIDE / 2;
/// Blocks of a picture.
pub const BLOCKS: usize = BLOCK_SIDE * BLOCK_SIDE;

/// What the pixels shown of one picture reach, each list in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Cells of the first convolution's map.
    pub cells: Vec<u32>,
    /// Places of the second convolution.
    pub places: Vec<u32>,
}

impl Reach {
    /// The reach of some pixels.
    #[must_use]
    pub fn of(pixels: &[Pixel]) -> Self {
        let (mut cells, mut places) = ([false; CELLS], [false; CELLS]);
        for pixel in pixels {
            for row in near(pixel.at() / SIDE, SIDE) {
                for col in near(pixel.at() % SIDE, SIDE) {
                    cells[row / 2 * CELL_SIDE + col / 2] = true;
                }
            }
        }
        let cells = marked(&cells);
        for &cell in &cells {
            for row in near(cell as usize / CELL_SIDE, CELL_SIDE) {
                places[row * CELL_SIDE..][near(cell as usize % CELL_SIDE, CELL_SIDE)].fill(true);
            }
        }
        Self { cells, places: marked(&places) }
    }
}

/// What a window around this sees on one axis.
#[inline(always)]
fn near(at: usize, side: usize) -> std::ops::Range<usize> {
    at.saturating_sub(FAR)..(at + FAR + 1).min(side)
}

fn marked(marks: &[bool]) -> Vec<u32> {
    (0_u32..).zip(marks).filter_map(|(at, mark)| mark.then_some(at)).collect()
}

/// One line of the window around a place, as much of it as lies in the map: the first cell, and how many cells of the line
/// come before it and are seen.
#[inline(always)]
#[must_use]
pub fn line(place: usize, line: usize) -> Option<(usize, usize, usize)> {
    let (map, row, col) = (place / CELLS, place % CELLS / CELL_SIDE, place % CELL_SIDE);
    let row = (row + line).checked_sub(FAR).filter(|row| *row < CELL_SIDE)?;
    let cols = near(col, CELL_SIDE);
    Some((map * CELLS + row * CELL_SIDE + cols.start, cols.start + FAR - col, cols.len()))
}

/// The four places that a block is the maximum of.
#[inline(always)]
#[must_use]
pub fn four(block: usize) -> [usize; 4] {
    let first = block / BLOCK_SIDE * 2 * CELL_SIDE + block % BLOCK_SIDE * 2;
    [first, first + 1, first + CELL_SIDE, first + CELL_SIDE + 1]
}

/// The blocks that places lie in, in order.
#[must_use]
pub fn blocks(places: &[u32]) -> Vec<u32> {
    let mut blocks = [false; BLOCKS];
    for place in places.iter().map(|place| *place as usize) {
        blocks[place / CELL_SIDE / 2 * BLOCK_SIDE + place % CELL_SIDE / 2] = true;
    }
    marked(&blocks)
}

/// The pixels shown of many pictures and what they reach. Maps are those of the pictures and, behind them, of a blank one.
#[derive(Debug)]
pub struct Reaches {
    /// The pixels.
    pub shown: Shown,
    /// (pictures) what each picture's pixels reach.
    pub each: Vec<Reach>,
    /// (rows) places of the second convolution that are worked out, in the order of maps, those of the blank one last: map
    /// times 196 plus place.
    pub rows: Vec<u32>,
    /// (pictures, 196) which of the rows a place of a picture has: its own or the blank one's.
    pub row_of: Vec<u32>,
}

impl Reaches {
    /// The reach of what is shown.
    #[must_use]
    pub fn of(shown: Shown) -> Self {
        let each: Vec<Reach> = shown.each().map(Reach::of).collect();
        let places =
            || each.iter().enumerate().flat_map(|(map, reach)| reach.places.iter().map(move |at| (map, *at)));
        let row = |(map, at): (usize, u32)| (map * CELLS) as u32 + at;
        let mut rows: Vec<u32> = places().map(row).collect();
        let blank = rows.len() as u32;
        let mut row_of: Vec<u32> = (0..each.len()).flat_map(|_| blank..blank + CELLS as u32).collect();
        (0_u32..).zip(&rows).for_each(|(at, row)| row_of[*row as usize] = at);
        rows.extend((0..CELLS as u32).map(|at| row((each.len(), at))));
        Self { shown, each, rows, row_of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(places: &[usize]) -> Vec<Pixel> {
        places.iter().map(|&at| Pixel::new(at, 200).expect("a pixel")).collect()
    }

    /// Whether some pixel is seen through windows, by definition.
    fn plainly(pixels: &[Pixel]) -> Reach {
        let apart = |a: usize, b: usize| a.abs_diff(b) <= FAR;
        let cell = |at: &u32| {
            let spots = (0..4).map(|i| (at / 14 * 2 + i / 2, at % 14 * 2 + i % 2));
            let sees = |(row, col): (u32, u32)| {
                pixels.iter().any(|p| apart(p.at() / 28, row as usize) && apart(p.at() % 28, col as usize))
            };
            spots.into_iter().any(sees)
        };
        let cells: Vec<u32> = (0..196).filter(cell).collect();
        let place = |at: &u32| {
            cells.iter().any(|c| {
                apart(*c as usize / 14, *at as usize / 14) && apart(*c as usize % 14, *at as usize % 14)
            })
        };
        Reach { places: (0..196).filter(place).collect(), cells }
    }

    #[test]
    fn reach_is_what_windows_see() {
        for places in [&[][..], &[0], &[27], &[756], &[783], &[406], &[407], &[35, 36, 390, 612], &[0, 783]] {
            let pixels = pixels(places);
            assert_eq!(Reach::of(&pixels), plainly(&pixels), "{places:?}");
        }
        assert_eq!(blocks(&[0, 15, 195, 16]), [0, 1, 48]);
        // Three cells a side, then seven places.
        let one = Reach::of(&pixels(&[14 * 28 + 14]));
        assert_eq!((one.cells.len(), one.places.len()), (9, 49));
    }

    #[test]
    fn lines_are_what_lies_in_the_map() {
        // The corner sees three lines of three cells.
        let corner: Vec<_> = (0..5).map(|i| line(2 * CELLS, i)).collect();
        let at = 2 * CELLS;
        assert_eq!(corner, [None, None, Some((at, 2, 3)), Some((at + 14, 2, 3)), Some((at + 28, 2, 3))]);
        assert_eq!(line(195, 2), Some((193, 0, 3)));
        assert_eq!(line(7 * 14 + 7, 0), Some((5 * 14 + 5, 0, 5)));
        assert_eq!([four(0), four(48)], [[0, 1, 14, 15], [180, 181, 194, 195]]);
    }

    #[test]
    fn every_place_has_a_row() {
        let mut shown = Shown::default();
        shown.push(&pixels(&[0]));
        shown.push(&[]);
        let reaches = Reaches::of(shown);
        // The corner's cells are 2 x 2, its places 4 x 4.
        assert_eq!(
            (reaches.rows.len(), reaches.rows[16], reaches.rows[211]),
            (16 + 196, 2 * 196, 3 * 196 - 1)
        );
        assert_eq!(&reaches.row_of[..6], &[0, 1, 2, 3, 16 + 4, 16 + 5]);
        assert_eq!(reaches.row_of[196..], (16..16 + 196).collect::<Vec<u32>>());
    }
}
