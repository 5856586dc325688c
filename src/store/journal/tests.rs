use super::*;
use crate::records::{RoundRecord, Sums, Tally};
use crate::streams::{Address, Streams};
use std::io::Write;

fn part(right: u64) -> Part {
    let tally = Tally { trials: 9, right, ..Tally::default() };
    Part { sums: Sums { tally, ..Sums::default() }, ..Part::default() }
}

fn key(at: u64) -> Key {
    let mut key = Key::default();
    key[..8].copy_from_slice(&at.to_le_bytes());
    key
}

fn right(found: Option<(u64, Part)>) -> Option<u64> {
    found.map(|(_, part)| part.sums.tally.right)
}

/// A journal of `count` parts, in a folder that lives as long as it is held.
fn filled(count: u64) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let journal = FileJournal::open(&path).expect("new");
    (0..count).for_each(|at| journal.keep(&key(at), 0..9, &part(at)).expect("space"));
    drop(journal);
    let bytes = std::fs::read(&path).expect("bytes");
    (folder, path, bytes)
}

#[test]
fn of_several_parts_the_longest_that_fits_is_found() {
    let (_folder, path, _) = filled(0);
    let journal = FileJournal::open(&path).expect("mine");
    for (trials, right) in [(0..10, 1), (0..30, 2), (0..100, 3), (30..100, 4)] {
        journal.keep(&key(7), trials, &part(right)).expect("space");
    }
    let find = |first, end| journal.find(&key(7), first, end).map(|(to, part)| (to, part.sums.tally.right));
    assert_eq!(
        [find(0, 9), find(0, 10), find(0, 99), find(0, 500)],
        [None, Some((10, 1)), Some((30, 2)), Some((100, 3))]
    );
    assert_eq!([find(30, 99), find(30, 100), find(31, 100)], [None, Some((100, 4)), None]);
    assert_eq!((journal.find(&key(6), 0, 500), journal.find(&key(8), 0, 500)), (None, None));
}

#[test]
fn parts_are_found_again_after_a_torn_frame() {
    let (_folder, path, whole) = filled(5);
    let each = (whole.len() - HEADER.len()) / 5;
    let journal = FileJournal::open(&path).expect("mine");
    let held = FileJournal::open(&path).err().expect("held by the first");
    assert!(matches!(&held, Unopened::Failed(why) if why.contains("another run")), "{held:?}");
    drop(journal);
    // Broken off at any byte of the last frame: all before it are kept, and more can be added.
    for cut in whole.len() - each + 1..whole.len() {
        std::fs::write(&path, &whole[..cut]).expect("written");
        let journal = FileJournal::open(&path).expect("torn");
        let found: Vec<_> = (0..5).map(|at| right(journal.find(&key(at), 0, 9))).collect();
        assert_eq!(found, [Some(0), Some(1), Some(2), Some(3), None], "cut at {cut}");
        assert!(journal.warning().is_some_and(|text| text.contains("1 place")));
        journal.keep(&key(4), 0..9, &part(7)).expect("space");
        drop(journal);
        let again = FileJournal::open(&path).expect("mended");
        assert_eq!((right(again.find(&key(4), 0, 9)), again.damaged), (Some(7), 0));
    }
    // Broken off within the header, a journal begins anew.
    for cut in 0..HEADER.len() {
        std::fs::write(&path, &whole[..cut]).expect("written");
        let journal = FileJournal::open(&path).expect("new");
        assert_eq!((journal.len(), journal.warning()), (0, None));
    }
}

/// Single bytes, changed at random: never is anything found that was not written, and of the parts at most the one
/// that was hit is lost.
#[test]
fn ten_thousand_changed_bytes_are_all_seen() {
    let (_folder, path, whole) = filled(8);
    let each = (whole.len() - HEADER.len()) / 8;
    let streams = Streams::new(5);
    let mut draws = streams.draws(Address::default());
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).expect("a file");
    let mut change = |byte: u8, at: usize| {
        file.seek(SeekFrom::Start(at as u64)).and_then(|_| file.write_all(&[byte])).expect("written");
    };
    for _ in 0..10_000 {
        let at = draws.below(whole.len() as u32) as usize;
        change(whole[at] ^ (1 + draws.below(255) as u8), at);
        let mut journals = Journals::default();
        journals.add(&path).expect("readable");
        let hit = at.checked_sub(HEADER.len()).map(|at| at / each);
        for kept in 0..8 {
            let found = right(journals.find(&key(kept), 0, 9));
            let wanted = (hit != Some(kept as usize)).then_some(kept);
            assert_eq!(found, wanted, "byte {at}");
        }
        assert_eq!(journals.warnings.len(), usize::from(hit.is_some()), "byte {at}");
        change(whole[at], at);
    }
}

#[test]
fn a_byte_that_changes_under_a_run_is_seen_too() {
    let (_folder, path, mut bytes) = filled(3);
    let journal = FileJournal::open(&path).expect("mine");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).expect("written");
    assert_eq!((right(journal.find(&key(1), 0, 9)), right(journal.find(&key(2), 0, 9))), (Some(1), None));
}

#[test]
fn a_file_of_other_things_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    for text in ["dear diary\n", "dear diary", "{}", "a\nb", "elenchus, she said", "elenchus journal 0\n"] {
        std::fs::write(&path, text).expect("written");
        let refused = FileJournal::open(&path).err().expect("refused");
        assert!(matches!(&refused, Unopened::Foreign(why) if why.contains("is no journal")), "{refused:?}");
        assert_eq!(std::fs::read_to_string(&path).expect("text"), text);
    }
}

/// Parts are read by their layout: another one wants another number in the header.
#[test]
fn the_layout_of_a_part_is_that_of_the_version() {
    let round = RoundRecord {
        replicate: 1,
        round: 2,
        level: 3,
        trials: 4,
        target_right: 5,
        target_slipped: 6,
        student: 0.7,
        learned: Some(Default::default()),
    };
    let rich = Part {
        rounds: vec![round; 2],
        levels: vec![Default::default()],
        student: Some(Default::default()),
        incentives: Some(Default::default()),
        failed: Some("why".into()),
        ..part(3)
    };
    let bytes = frame(&key(1), &(2..3), &rich).expect("short");
    let hash = blake3::hash(&bytes).to_hex();
    assert_eq!(&hash[..16], "28a875e1bf92041d", "if the layout was changed, raise the number in HEADER");
}
