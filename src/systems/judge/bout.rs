//! A bout of argument: turns are won by strength, skill + U(0,1), as the overseer reads
//! it. Sees leads and draws, never claims; eight bouts side by side or one alone.

use crate::streams::{Address, LANES, Lanes, Streams};
use crate::units::Chance;

/// Strengths are compared in units of 2^-30, so that differences fit 32 bits.
const UNIT: f64 = (1u32 << 30) as f64;
/// Words of a turn: the strength of each seat, and the overseer's reading.
const TURN_WORDS: usize = 3;
/// The most turns that one block of words is enough for, with the tie's coin.
pub const LANE_TURNS_MAX: usize = (16 - 1) / TURN_WORDS;

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
    /// Where their words are.
    pub addresses: [Address; LANES],
    /// Seat 0's leads.
    margins: [i32; LANES],
    /// The overseer's chance to misread a turn: a word up to this is a hit ...
    limits: [u32; LANES],
    /// ... if there are hits at all.
    hits: [u32; LANES],
    /// The words at the addresses, once played.
    words: Lanes,
}

impl Bouts {
    /// Eight bouts without a lead, read without error.
    pub fn even() -> Self {
        let addresses = [Address::default(); LANES];
        Self { addresses, margins: [0; LANES], limits: [0; LANES], hits: [0; LANES], words: [[0; LANES]; 16] }
    }

    /// Sets seat 0's lead in a bout, and the chance that a turn of it is misread.
    #[inline(always)]
    pub fn terms(&mut self, lane: usize, margin: i32, chance: Chance) {
        self.margins[lane] = margin;
        self.limits[lane] = chance.threshold().wrapping_sub(1) as u32;
        self.hits[lane] = u32::from(chance != Chance::NEVER);
    }
}

/// Eight plain bouts side by side, one block of words each: at most [`LANE_TURNS_MAX`] turns.
pub fn play_lanes(streams: &Streams, bouts: &mut Bouts, turns: usize) -> Scores {
    let Bouts { addresses, margins, limits, hits, words } = bouts;
    streams.blocks(addresses, words);
    let (mut won, mut misread) = ([0; LANES], [0; LANES]);
    for turn in words[..turns * TURN_WORDS].chunks_exact(TURN_WORDS) {
        for lane in 0..LANES {
            let ahead = u32::from(leads([turn[0][lane], turn[1][lane]], margins[lane]));
            let flipped = u32::from(turn[2][lane] <= limits[lane]) & hits[lane];
            won[lane] += ahead ^ flipped;
            misread[lane] += flipped;
        }
    }
    let coins = &words[turns * TURN_WORDS];
    let wins = std::array::from_fn(|lane| wins(won[lane], turns as u32, coins[lane]));
    Scores { won, misread, wins }
}

/// One bout, turn by turn; `reads(turn, seat 0 is ahead, word)` is what the overseer makes of a turn.
pub fn play_one(
    streams: &Streams,
    address: Address,
    margin: i32,
    turns: usize,
    mut reads: impl FnMut(u16, bool, u32) -> bool,
) -> Score {
    let mut draws = streams.draws(address);
    let mut score = Score::default();
    for turn in 0..turns {
        let ahead = leads([draws.word(), draws.word()], margin);
        let read = reads(turn as u16, ahead, draws.word());
        score.won += u32::from(read);
        score.misread += u32::from(read != ahead);
    }
    score.wins = wins(score.won, turns as u32, draws.word()) != 0;
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
        let actor = Streams::actor(Purpose::Argue, 0, "human");
        for (turns, lead, rate) in
            [(1, 0.0, 0.3), (4, 0.1, 0.1), (5, -0.7, 0.5), (3, 0.2, 0.0), (2, 1.0, 1.0)]
        {
            let mut bouts = Bouts::even();
            for lane in 0..LANES {
                bouts.addresses[lane] = Streams::at(actor, lane as u64, Question(3), Default::default());
                bouts.terms(lane, fixed(lead), Chance::of(rate));
            }
            let scores = play_lanes(&streams, &mut bouts, turns);
            for lane in 0..LANES {
                let read = |_, ahead, word| ahead ^ Chance::of(rate).hit(word);
                let address = bouts.addresses[lane];
                assert_eq!(scores.of(lane), play_one(&streams, address, fixed(lead), turns, read));
            }
        }
    }

    #[test]
    fn a_lead_of_one_always_wins() {
        assert!(leads([0, u32::MAX], fixed(1.0)) && !leads([u32::MAX, 0], fixed(-1.0)));
    }
}
