//! Pixels that are shown of pictures, and the sums of their rows: a full layer over two planes, which pixels were shown
//! and how much ink each has, without the zeros.

use super::kernel;
use crate::pixels::board::Pixel;

/// Some pixels of each of many pictures.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pixels: Vec<Pixel>,
    /// Where each picture's pixels end.
    ends: Vec<usize>,
}

impl Shown {
    /// One more picture, of which these are shown: by place, so that a sum over them is the same however they were picked.
    ///
    /// # Panics
    /// If they are not in the order of their places.
    pub fn push(&mut self, pixels: &[Pixel]) {
        assert!(pixels.is_sorted_by(|a, b| a.at() < b.at()), "by place");
        self.pixels.extend_from_slice(pixels);
        self.ends.push(self.pixels.len());
    }

    /// How many pictures there are.
    #[must_use]
    pub fn pictures(&self) -> usize {
        self.ends.len()
    }

    /// What is shown of one picture.
    ///
    /// # Panics
    /// If there are fewer pictures.
    #[must_use]
    pub fn picture(&self, at: usize) -> &[Pixel] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.pixels[start..self.ends[at]]
    }

    /// What is shown of each picture.
    pub fn each(&self) -> impl Iterator<Item = &[Pixel]> {
        (0..self.pictures()).map(|at| self.picture(at))
    }
}

/// How much ink a pixel has, of a whole one's.
#[inline(always)]
#[must_use]
pub fn ink(pixel: Pixel) -> f32 {
    f32::from(pixel.ink()) / 255.0
}

kernel! {
    /// (784, width) mask and value and a (width) bias -> (pictures, width): what each picture's pixels add up to, by
    /// place, first mask and then value.
    pub fn gather(shown: &Shown, weights: [&[f32]; 3], out: &mut [f32]) {
        let [mask, value, bias] = weights;
        let width = bias.len();
        for (pixels, out) in shown.each().zip(out.chunks_exact_mut(width)) {
            out.copy_from_slice(bias);
            for &pixel in pixels {
                let (at, ink) = (pixel.at() * width, ink(pixel));
                let rows = mask[at..][..width].iter().zip(&value[at..][..width]);
                for (out, (mask, value)) in out.iter_mut().zip(rows) {
                    *out = *out + mask + ink * value;
                }
            }
        }
    }
}

kernel! {
    /// The gradients of the sums -> those of mask and value, added up from the first picture to the last.
    pub fn gather_back(shown: &Shown, grad: &[f32], dmask: &mut [f32], dvalue: &mut [f32]) {
        let width = grad.len() / shown.pictures().max(1);
        for (pixels, grad) in shown.each().zip(grad.chunks_exact(width)) {
            for &pixel in pixels {
                let (at, ink) = (pixel.at() * width, ink(pixel));
                let rows = dmask[at..][..width].iter_mut().zip(&mut dvalue[at..][..width]);
                for (grad, (mask, value)) in grad.iter().zip(rows) {
                    *mask += grad;
                    *value += ink * grad;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_kept_apart() {
        let pixel = |at| Pixel::new(at, 51).expect("a pixel");
        let mut shown = Shown::default();
        shown.push(&[pixel(1), pixel(7)]);
        shown.push(&[]);
        shown.push(&[pixel(0)]);
        let seen: Vec<Vec<usize>> =
            shown.each().map(|pixels| pixels.iter().map(|p| p.at()).collect()).collect();
        assert_eq!(seen, [vec![1, 7], vec![], vec![0]]);
        // 51 is a fifth of 255: 3 + (10 + 100) + (20 + 200), then nothing, then a row of zeros.
        let (mut mask, mut value, mut out) = (vec![0.0; 784], vec![0.0; 784], [9.0; 3]);
        (mask[1], mask[7], value[1], value[7]) = (10.0, 20.0, 500.0, 1000.0);
        gather(&shown, [&mask, &value, &[3.0]], &mut out);
        assert_eq!(out, [333.0, 3.0, 3.0]);
    }

    #[test]
    #[should_panic(expected = "by place")]
    fn pixels_are_shown_by_place() {
        let pixel = |at| Pixel::new(at, 1).expect("a pixel");
        Shown::default().push(&[pixel(7), pixel(1)]);
    }
}
