//! IDX files, the form in which MNIST is published: a magic number, sizes, then bytes. Takes bytes, as they
//! are or gzipped, and believes nothing: every size is checked against what is there.

use super::board::{LABELS, PIXELS, SIDE};
use flate2::bufread::GzDecoder;
use std::borrow::Cow;
use std::io::Read;

const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Unsigned bytes in three dimensions: pictures, rows, columns.
const IMAGES: u32 = 0x0000_0803;
/// More pictures than these, 784 MB, are no set to be held in memory.
const COUNT_MAX: u32 = 1_000_000;
/// Unsigned bytes in one dimension.
const NUMBERS: u32 = 0x0000_0801;

/// Pictures of 28 x 28 pixels and what they show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pictures {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Pictures {
    /// Reads a file of images and one of labels, each as it is or gzipped.
    ///
    /// # Errors
    /// A message that names the file, what was wanted and what was found: truncated, a wrong magic number or size,
    /// bytes after the end, a label over 9, or images and labels that differ in number.
    pub fn read(images: &[u8], labels: &[u8]) -> Result<Self, String> {
        let pixels = read("images", images, IMAGES, &[SIDE as u32, SIDE as u32])?;
        let labels = read("labels", labels, NUMBERS, &[])?;
        if let Some(at) = labels.iter().position(|&label| usize::from(label) >= LABELS) {
            return Err(format!("labels: want 0 to 9, got {} at {at}", labels[at]));
        }
        let count = pixels.len() / PIXELS;
        if count != labels.len() {
            return Err(format!("labels: want {count}, one for each image, got {}", labels.len()));
        }
        Ok(Self { pixels, labels })
    }

    /// How many pictures there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no picture.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The bytes of picture `index`, row after row, 0 where there is no ink; none past the end.
    #[must_use]
    pub fn picture(&self, index: usize) -> Option<&[u8; PIXELS]> {
        self.pixels.as_chunks().0.get(index)
    }

    /// The digit that picture `index` shows; none past the end.
    #[must_use]
    pub fn label(&self, index: usize) -> Option<u8> {
        self.labels.get(index).copied()
    }
}

/// The data of an IDX file with this magic number whose dimensions after the first are these.
fn read(what: &str, file: &[u8], magic: u32, shape: &[u32]) -> Result<Vec<u8>, String> {
    let header = 4 * (2 + shape.len());
    let file = unpack(what, file, header, shape)?;
    let word = |at: usize| -> Result<u32, String> {
        let bytes = file.get(at..).and_then(|rest| rest.first_chunk());
        let short = || format!("{what}: want a header of {header} bytes, got {} bytes in all", file.len());
        Ok(u32::from_be_bytes(*bytes.ok_or_else(short)?))
    };
    let found = word(0)?;
    if found != magic {
        return Err(format!("{what}: want magic number {magic:#010x}, got {found:#010x}"));
    }
    let count = word(4)?;
    if count > COUNT_MAX {
        return Err(format!("{what}: want at most {COUNT_MAX} items, got {count}"));
    }
    for (i, &want) in shape.iter().enumerate() {
        let got = word(8 + 4 * i)?;
        if got != want {
            let of = if i == 0 { "rows" } else { "columns" };
            return Err(format!("{what}: want {want} {of}, got {got}"));
        }
    }
    let want = u64::from(count) * item(shape);
    let got = (file.len() - header) as u64;
    if got != want {
        let fault = if got < want { "truncated" } else { "bytes after the end" };
        return Err(format!("{what}: {fault}: want {want} bytes for {count} items, got {got}"));
    }
    Ok(file[header..].to_vec())
}

/// Bytes of one item.
fn item(shape: &[u32]) -> u64 {
    shape.iter().map(|&n| u64::from(n)).product()
}

/// The bytes of a file that may be gzipped. Of a gzipped one no more is unpacked than its header asks for and one byte.
fn unpack<'a>(what: &str, file: &'a [u8], header: usize, shape: &[u32]) -> Result<Cow<'a, [u8]>, String> {
    if !file.starts_with(&GZIP) {
        return Ok(Cow::Borrowed(file));
    }
    let bad =
        |error: std::io::Error| format!("{what}: want a whole gzip file, got one that breaks off: {error}");
    let mut decoder = GzDecoder::new(file);
    let mut bytes = Vec::new();
    decoder.by_ref().take(header as u64).read_to_end(&mut bytes).map_err(bad)?;
    let count =
        bytes.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |&count| u32::from_be_bytes(count));
    let want = u64::from(count.min(COUNT_MAX)) * item(shape);
    decoder.by_ref().take(want + 1).read_to_end(&mut bytes).map_err(bad)?;
    let rest = decoder.into_inner();
    // One byte too many is told by whoever counts them; then the end of the packed data was not reached either.
    if bytes.len() as u64 <= header as u64 + want && !rest.is_empty() {
        return Err(format!(
            "{what}: bytes after the end: want none after the gzip data, got {}",
            rest.len()
        ));
    }
    Ok(Cow::Owned(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn file(magic: u32, sizes: &[u32], data: &[u8]) -> Vec<u8> {
        let mut bytes = magic.to_be_bytes().to_vec();
        sizes.iter().for_each(|n| bytes.extend(n.to_be_bytes()));
        bytes.extend(data);
        bytes
    }

    fn images(count: u32) -> Vec<u8> {
        let data: Vec<u8> = (0..count as usize * PIXELS).map(|i| (i % 251) as u8).collect();
        file(IMAGES, &[count, 28, 28], &data)
    }

    fn labels(data: &[u8]) -> Vec<u8> {
        file(NUMBERS, &[data.len() as u32], data)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::best());
        out.write_all(bytes).expect("memory");
        out.finish().expect("memory")
    }

    #[test]
    fn raw_and_gzipped_are_the_same() {
        let (images, labels) = (images(3), labels(&[7, 0, 9]));
        let read = Pictures::read(&images, &labels).expect("whole files");
        assert_eq!((read.len(), read.is_empty()), (3, false));
        assert_eq!((read.label(0), read.label(2), read.label(3)), (Some(7), Some(9), None));
        assert_eq!(read.picture(1).map(|p| p[0]), Some((PIXELS % 251) as u8));
        assert_eq!(read.picture(3), None);
        assert_eq!(Pictures::read(&gzip(&images), &gzip(&labels)), Ok(read));
        assert_eq!(
            Pictures::read(&super::tests::images(0), &super::tests::labels(&[])).map(|p| p.len()),
            Ok(0)
        );
    }

    #[test]
    fn faults_say_what_was_wanted_and_found() {
        let (good, seven) = (images(2), labels(&[7, 7]));
        let long = |mut bytes: Vec<u8>, byte: u8| {
            bytes.push(byte);
            bytes
        };
        let short = |mut bytes: Vec<u8>| {
            bytes.pop();
            bytes
        };
        let cases = [
            (Vec::new(), seven.clone(), "images: want a header of 16 bytes, got 0 bytes in all"),
            (good[..15].to_vec(), seven.clone(), "images: want a header of 16 bytes, got 15 bytes in all"),
            (good.clone(), seven[..7].to_vec(), "labels: want a header of 8 bytes, got 7 bytes in all"),
            (seven.clone(), seven.clone(), "images: want magic number 0x00000803, got 0x00000801"),
            (good.clone(), good.clone(), "labels: want magic number 0x00000801, got 0x00000803"),
            (file(IMAGES, &[0, 14, 28], &[]), seven.clone(), "images: want 28 rows, got 14"),
            (file(IMAGES, &[0, 28, 29], &[]), seven.clone(), "images: want 28 columns, got 29"),
            (short(good.clone()), seven.clone(), "images: truncated: want 1568 bytes for 2 items, got 1567"),
            (
                long(good.clone(), 0),
                seven.clone(),
                "images: bytes after the end: want 1568 bytes for 2 items, got 1569",
            ),
            (
                gzip(&long(good.clone(), 0)),
                seven.clone(),
                "images: bytes after the end: want 1568 bytes for 2 items, got 1569",
            ),
            (
                gzip(&short(good.clone())),
                seven.clone(),
                "images: truncated: want 1568 bytes for 2 items, got 1567",
            ),
            (
                long(gzip(&good), 1),
                seven.clone(),
                "images: bytes after the end: want none after the gzip data, got 1",
            ),
            (
                file(IMAGES, &[u32::MAX, 28, 28], &[1, 2]),
                seven.clone(),
                "images: want at most 1000000 items, got 4294967295",
            ),
            (
                gzip(&file(IMAGES, &[1_000_000, 28, 28], &[1, 2])),
                seven.clone(),
                "images: truncated: want 784000000 bytes for 1000000 items, got 2",
            ),
            (good.clone(), labels(&[7]), "labels: want 2, one for each image, got 1"),
            (good.clone(), labels(&[7, 10]), "labels: want 0 to 9, got 10 at 1"),
        ];
        for (images, labels, want) in cases {
            assert_eq!(Pictures::read(&images, &labels), Err(want.to_owned()));
        }
    }

    #[test]
    fn broken_gzip_is_an_error_wherever_it_breaks() {
        let (packed, seven) = (gzip(&images(2)), labels(&[7, 7]));
        for length in 2..packed.len() {
            let error = Pictures::read(&packed[..length], &seven).expect_err("cut short");
            assert!(error.starts_with("images: want a whole gzip file"), "{length}: {error}");
        }
        // The checksum is read too.
        let mut flipped = packed.clone();
        let at = flipped.len() - 6;
        flipped[at] ^= 1;
        assert!(Pictures::read(&flipped, &seven).is_err());
    }
}
