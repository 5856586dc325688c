//! Sets of pictures: those to be judged and those to learn from. MNIST is part of the program; others are four IDX files,
//! handed in as bytes. Source: [LeCun1998].

use super::board::PIXELS;
use super::idx::Pictures;
use std::sync::{Arc, LazyLock};

/// The word for the pictures that are part of the program.
pub const MNIST: &str = "mnist";
/// The digest of those.
const MNIST_DIGEST: &str = "4b5e37f14f5abb6a516f33074727985b";

/// Which pictures of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Those to learn from.
    Train,
    /// Those to be judged.
    Test,
}

impl Part {
    /// The word for it, as files are named.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "t10k",
        }
    }
}

/// A set of pictures. Two are the same if their digests are.
#[derive(Clone)]
pub struct Gallery(Source);

#[derive(Clone)]
enum Source {
    /// Unpacked when they are first asked for.
    Mnist,
    Files(Arc<Files>),
}

struct Files {
    train: Pictures,
    test: Pictures,
    digest: String,
}

/// The files of MNIST as they are published, images and labels.
static PACKED: [[&[u8]; 2]; 2] = [
    [
        include_bytes!("../../scenarios/data/mnist/train-images-idx3-ubyte.gz"),
        include_bytes!("../../scenarios/data/mnist/train-labels-idx1-ubyte.gz"),
    ],
    [
        include_bytes!("../../scenarios/data/mnist/t10k-images-idx3-ubyte.gz"),
        include_bytes!("../../scenarios/data/mnist/t10k-labels-idx1-ubyte.gz"),
    ],
];
static TRAIN: LazyLock<Pictures> = LazyLock::new(|| unpacked(Part::Train));
static TEST: LazyLock<Pictures> = LazyLock::new(|| unpacked(Part::Test));

fn unpacked(part: Part) -> Pictures {
    let [images, labels] = PACKED[usize::from(part == Part::Test)];
    Pictures::read(images, labels).expect("they are in the program, and a test reads them")
}

impl Gallery {
    /// MNIST: 60,000 handwritten digits to learn from, 10,000 to be judged.
    #[must_use]
    pub fn mnist() -> Self {
        Self(Source::Mnist)
    }

    /// Four IDX files named as those of MNIST are, gzipped (with `.gz` at the end) or not; `read` gives the bytes of one.
    ///
    /// # Errors
    /// What is missing or wrong, file by file.
    pub fn read(read: impl Fn(&str) -> Result<Vec<u8>, String>) -> Result<Self, String> {
        let file = |name: String| {
            read(&format!("{name}.gz"))
                .or_else(|packed| read(&name).map_err(|_| packed))
                .map(|bytes| (name, bytes))
        };
        let part = |part: Part| {
            let word = part.word();
            let (images, pixels) = file(format!("{word}-images-idx3-ubyte"))?;
            let (_, labels) = file(format!("{word}-labels-idx1-ubyte"))?;
            let pictures =
                Pictures::read(&pixels, &labels).map_err(|problem| format!("{images}: {problem}"))?;
            if pictures.is_empty() { Err(format!("{images}: want pictures, got none")) } else { Ok(pictures) }
        };
        let (train, test) = (part(Part::Train)?, part(Part::Test)?);
        let digest = digest(&train, &test);
        Ok(Self(Source::Files(Arc::new(Files { train, test, digest }))))
    }

    /// The pictures of a part.
    #[must_use]
    pub fn part(&self, part: Part) -> &Pictures {
        match (&self.0, part) {
            (Source::Mnist, Part::Train) => &TRAIN,
            (Source::Mnist, Part::Test) => &TEST,
            (Source::Files(files), Part::Train) => &files.train,
            (Source::Files(files), Part::Test) => &files.test,
        }
    }

    /// The hash of all pixels and labels, however they are packed.
    #[must_use]
    pub fn digest(&self) -> &str {
        match &self.0 {
            Source::Mnist => MNIST_DIGEST,
            Source::Files(files) => &files.digest,
        }
    }
}

fn digest(train: &Pictures, test: &Pictures) -> String {
    let mut hash = blake3::Hasher::new();
    for pictures in [train, test] {
        hash.update(&(pictures.len() as u64).to_le_bytes());
        for at in 0..pictures.len() {
            hash.update(pictures.picture(at).unwrap_or(&[0; PIXELS]));
            hash.update(&[pictures.label(at).unwrap_or(0)]);
        }
    }
    hash.finalize().to_hex()[..32].to_owned()
}

impl PartialEq for Gallery {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl std::fmt::Debug for Gallery {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "Gallery({})", self.digest())
    }
}

impl Default for Gallery {
    fn default() -> Self {
        Self::mnist()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mnist_is_what_its_digest_says() {
        assert_eq!(digest(&TRAIN, &TEST), MNIST_DIGEST);
    }

    /// The same files from outside are the same pictures; a missing or broken one is named.
    #[test]
    fn files_are_read_packed_or_not() {
        let bytes = |name: &str| {
            let [train, test] = PACKED;
            let files = if name.starts_with("train") { train } else { test };
            files[usize::from(name.contains("labels"))].to_vec()
        };
        let gallery =
            Gallery::read(|name| if name.ends_with(".gz") { Ok(bytes(name)) } else { Err("no".into()) });
        assert_eq!(gallery.expect("four files"), Gallery::mnist());
        let missing = Gallery::read(|name| match name.contains("t10k-labels") {
            true => Err(format!("{name}: no such file")),
            false => Ok(bytes(name)),
        });
        assert_eq!(missing.map(|_| ()), Err("t10k-labels-idx1-ubyte.gz: no such file".into()));
        let broken = Gallery::read(|name| Ok(bytes(name)[..100].to_vec()));
        assert!(broken.is_err_and(|problem| problem.starts_with("train-images-idx3-ubyte: images:")));
    }
}
