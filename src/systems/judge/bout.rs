//! A bout of argument: turns are won by strength, skill + U(0,1), as the overseer reads
//! it. Sees leads and draws, never claims; eight bouts side by side or one alone.

use crate::streams::{Address, LANES, Lanes, Streams};
use crate::units::Chance;

/// Strengths are compared in units of 2^-30, so that differences fit 32 bits.
const UNIT: f64 = (1u32 << 30) as f64;
/// Words of argument in a turn: the strength of each seat.
const TURN_WORDS: usize = 2;
/// The most turns that one block of words is enough for; one of reading is, with the tie's coin.
pub const LANE_TURNS_MAX: usize = 16 / TURN_WORDS;

/// Where the draws of a bout are: the strengths are the agents', the readings and the coin the overseer's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// Strengths, two words a turn.
    pub argument: Address,
    /// Readings, a word a turn, and then the coin of a tie.
    pub reading: Address,
}

/// A lead in strength as a fixed-point number; a lead of 1 always wins.
pub fn fixed(lead: f64) -> i32 {
    (lead.clamp(-1.0, 1.0) * UNIT).round() as i32
}

/// Whether seat 0 argues better in a turn.
#[inline(always)]
fn leads(words: [u32; 2], margin: i32) -> bool {
    (words[0] >> 2) as i32 - (words[1] >> 2) as i32 + margin > 0
}

/// How a bout went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Turns that the overseer read for seat 0.
    pub won: u32,
    /// Turns in which it took the weaker argument for the stronger.
    pub misread: u32,
    /// Whether seat 0 has it: by the greater part of the turns, or by a coin where they are even.
    pub wins: bool,
}

impl Score {
    /// Turns by which one side is ahead of the other.
    #[inline(always)]
    pub fn lead(&self, turns: u32) -> u32 {
        (2 * self.won).abs_diff(turns)
    }
}

/// How eight bouts went, each part side by side.
#[derive(Clone, Copy)]
pub struct Scores {
    won: [u32; LANES],
    misread: [u32; LANES],
    wins: [u32; LANES],
}

impl Scores {
    /// One of the eight.
    #[inline(always)]
    pub fn of(&self, lane: usize) -> Score {
        Score { won: self.won[lane], misread: self.misread[lane], wins: self.wins[lane] != 0 }
    }
}

/// Whether seat 0 has it. No branch: no processor can predict a draw.
#[inline(always)]
fn wins(won: u32, turns: u32, coin: u32) -> u32 {
    u32::from(2 * won > turns) | (u32::from(2 * won == turns) & u32::from(Chance::HALF.hit(coin)))
}

/// What eight bouts are played with.
#[derive(Clone, Copy)]
pub struct Bouts {
    /// Where the words of argument are.
    pub arguments: [Address; LANES],
    /// Where the words of reading are.
    pub readings: [Address; LANES],
    /// Seat 0's leads.
    margins: [i32; LANES],
    /// The overseer's chance to misread a turn: a word up to this is a hit ...
    limits: [u32; LANES],
    /// ... if there are hits at all.
    hits: [u32; LANES],
    /// The words of argument, once played.
    argued: Lanes,
    /// The words of reading, once played.
    read: Lanes,
}

impl Bouts {
    /// Eight bouts without a lead, read without error.
    pub fn even() -> Self {
        let (nowhere, words) = ([Address::default(); LANES], [[0; LANES]; 16]);
        let (margins, limits, hits) = ([0; LANES], [0; LANES], [0; LANES]);
        Self { arguments: nowhere, readings: nowhere, margins, limits, hits, argued: words, read: words }
    }

    /// Sets where a bout's draws are.
    #[inline(always)]
    pub fn at(&mut self, lane: usize, place: Place) {
        self.arguments[lane] = place.argument;
        self.readings[lane] = place.reading;
    }

    /// Sets seat 0's lead in a bout, and the chance that a turn of it is misread.
    #[inline(always)]
    pub fn terms(&mut self, lane: usize, margin: i32, chance: Chance) {
        self.margins[lane] = margin;
        self.limits[lane] = chance.threshold().wrapping_sub(1) as u32;
        self.hits[lane] = u32::from(chance != Chance::NEVER);
    }
}

/// Eight plain bouts side by side, a block of argument and one of reading each: at most [`LANE_TURNS_MAX`] turns.
pub fn play_lanes(streams: &Streams, bouts: &mut Bouts, turns: usize) -> Scores {
    streams.blocks(&bouts.arguments, &mut bouts.argued);
    streams.blocks(&bouts.readings, &mut bouts.read);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
        // SAFETY: the feature was detected on the line above.
        return unsafe { score_avx2(bouts, turns) };
    }
    score(bouts, turns)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn score_avx2(bouts: &Bouts, turns: usize) -> Scores {
    score(bouts, turns)
}

/// What the words make of eight bouts; one body for every width.
#[inline(always)]
fn score(bouts: &Bouts, turns: usize) -> Scores {
    let Bouts { margins, limits, hits, argued, read, .. } = bouts;
    let (mut won, mut misread) = ([0; LANES], [0; LANES]);
    let (played, _) = argued.as_chunks::<TURN_WORDS>();
    for ([first, second], reading) in played[..turns].iter().zip(read) {
        // Each step for all lanes at once: what the compiler makes vectors of.
        let ahead: [u32; LANES] = lanes(|i| u32::from(leads([first[i], second[i]], margins[i])));
        let flipped: [u32; LANES] = lanes(|i| u32::from(reading[i] <= limits[i]) & hits[i]);
        won = lanes(|i| won[i] + (ahead[i] ^ flipped[i]));
        misread = lanes(|i| misread[i] + flipped[i]);
    }
    let coins = &read[turns];
    Scores { won, misread, wins: lanes(|i| wins(won[i], turns as u32, coins[i])) }
}

/// A value for each lane.
#[inline(always)]
fn lanes(value: impl Fn(usize) -> u32) -> [u32; LANES] {
    let mut values = [0; LANES];
    for (lane, to) in values.iter_mut().enumerate() {
        *to = value(lane);
    }
    values
}

/// One bout, turn by turn; `reads(turn, seat 0 is ahead, word)` is what the overseer makes of a turn.
pub fn play_one(
    streams: &Streams,
    place: Place,
    margin: i32,
    turns: usize,
    mut reads: impl FnMut(u16, bool, u32) -> bool,
) -> Score {
    let (mut argued, mut reading) = (streams.draws(place.argument), streams.draws(place.reading));
    let mut score = Score::default();
    for turn in 0..turns {
        let ahead = leads([argued.word(), argued.word()], margin);
        let read = reads(turn as u16, ahead, reading.word());
        score.won += u32::from(read);
        score.misread += u32::from(read != ahead);
    }
    score.wins = wins(score.won, turns as u32, reading.word()) != 0;
    score
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Question;
    use crate::streams::Purpose;

    #[test]
    fn side_by_side_equals_turn_by_turn() {
        let streams = Streams::new(11);
        let actor = Streams::actor(Purpose::Argue, 0, "expert");
        let judge = Streams::actor(Purpose::Judge, 0, "human");
        for (turns, lead, rate) in
            [(1, 0.0, 0.3), (4, 0.1, 0.1), (5, -0.7, 0.5), (3, 0.2, 0.0), (2, 1.0, 1.0)]
        {
            let mut bouts = Bouts::even();
            let place = |lane| {
                let at = |actor| Streams::at(actor, lane as u64, Question(3), Default::default());
                Place { argument: at(actor), reading: at(judge) }
            };
            for lane in 0..LANES {
                bouts.at(lane, place(lane));
                bouts.terms(lane, fixed(lead), Chance::of(rate));
            }
            let scores = play_lanes(&streams, &mut bouts, turns);
            for lane in 0..LANES {
                let read = |_, ahead, word| ahead ^ Chance::of(rate).hit(word);
                assert_eq!(scores.of(lane), play_one(&streams, place(lane), fixed(lead), turns, read));
            }
        }
    }

    #[test]
    fn a_lead_of_one_always_wins() {
        assert!(leads([0, u32::MAX], fixed(1.0)) && !leads([u32::MAX, 0], fixed(-1.0)));
    }
}
