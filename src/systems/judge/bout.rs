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

/// How a bout went: turns won by seat 0 as read, turns misread, and the tie's coin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Turns that the overseer read for seat 0.
    pub won: u32,
    /// Turns in which it took the weaker argument for the stronger.
    pub misread: u32,
    /// For seat 0, if the turns are even.
    pub coin: bool,
}

/// What eight bouts are played with.
#[derive(Clone, Copy)]
pub struct Bouts {
    /// Where their words are.
    pub addresses: [Address; LANES],
    /// Seat 0's leads.
    pub margins: [i32; LANES],
    /// The overseer's chance to misread a turn: a word up to this is a hit ...
    limits: [u32; LANES],
    /// ... if there are hits at all.
    hits: [u32; LANES],
}

impl Bouts {
    /// Eight bouts without a lead, read without error.
    pub fn even() -> Self {
        let addresses = [Address::default(); LANES];
        Self { addresses, margins: [0; LANES], limits: [0; LANES], hits: [0; LANES] }
    }

    /// Sets a bout's chance that a turn is misread.
    #[inline(always)]
    pub fn misread(&mut self, lane: usize, chance: Chance) {
        self.limits[lane] = chance.threshold().wrapping_sub(1) as u32;
        self.hits[lane] = u32::from(chance != Chance::NEVER);
    }
}

/// Eight plain bouts side by side, one block of words each: at most [`LANE_TURNS_MAX`] turns.
pub fn play_lanes(streams: &Streams, bouts: &Bouts, turns: usize, scores: &mut [Score; LANES]) {
    let mut words: Lanes = [[0; LANES]; 16];
    streams.blocks(&bouts.addresses, &mut words);
    let mut won = [0u32; LANES];
    let mut misread = [0u32; LANES];
    for turn in words[..turns * TURN_WORDS].chunks_exact(TURN_WORDS) {
        for lane in 0..LANES {
            let ahead = u32::from(leads([turn[0][lane], turn[1][lane]], bouts.margins[lane]));
            let flipped = u32::from(turn[2][lane] <= bouts.limits[lane]) & bouts.hits[lane];
            won[lane] += ahead ^ flipped;
            misread[lane] += flipped;
        }
    }
    for lane in 0..LANES {
        let coin = Chance::HALF.hit(words[turns * TURN_WORDS][lane]);
        scores[lane] = Score { won: won[lane], misread: misread[lane], coin };
    }
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
    score.coin = Chance::HALF.hit(draws.word());
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
                bouts.margins[lane] = fixed(lead);
                bouts.misread(lane, Chance::of(rate));
            }
            let mut scores = [Score::default(); LANES];
            play_lanes(&streams, &bouts, turns, &mut scores);
            for (lane, score) in scores.iter().enumerate() {
                let read = |_, ahead, word| ahead ^ Chance::of(rate).hit(word);
                let address = bouts.addresses[lane];
                assert_eq!(*score, play_one(&streams, address, fixed(lead), turns, read));
            }
        }
    }

    #[test]
    fn a_lead_of_one_always_wins() {
        assert!(leads([0, u32::MAX], fixed(1.0)) && !leads([u32::MAX, 0], fixed(-1.0)));
    }
}
