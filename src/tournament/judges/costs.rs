//! What judges of pictures and debates before them take, about: for plans, shares and estimates.

use crate::agents::{AgentSpec, Lie, Stance};
use crate::overseers::network::{JudgeNetwork, Sighting};
use crate::pixels::board::LABELS;
use crate::pixels::play::Player;
use crate::scenario::spec::CellSpec;
use crate::scenario::stages::CrossCheck;

/// Pixels with ink of a picture.
const INK: u64 = 150;
/// Moves that an exact player looks at, of a picture and all lies, by the number of pixels.
const EXACT: [u64; 9] = [0, 1_000, 10_000, 30_000, 60_000, 300_000, 3_000_000, 10_000_000, 100_000_000];
/// Pixels of a debate that exact players are let play: each more takes some forty times as long.
const EXACT_MAX: u32 = 6;
/// Bytes of a search's tree for each rollout. Measured: 415 MB for a million, of which 200 were there without.
const ROLLOUT: u64 = 256;
/// Bytes of what an exact player knows of sets of pixels, at most.
const KNOWN: u64 = 64 << 20;

/// What is shown in a cell's debates over pictures: how many pixels, and whether labels are named before; none where
/// nobody shows anything.
fn shown(cell: &CellSpec, network: &JudgeNetwork) -> Option<(u32, bool)> {
    let CrossCheck::Pixels { turns, precommit, .. } = cell.protocol.stages.cross_check else { return None };
    Some((turns.unwrap_or(network.training().pixels), precommit))
}

/// The two who show.
fn players(cell: &CellSpec) -> impl Iterator<Item = Player> {
    cell.agents.iter().take(2).map(|agent| agent.player.unwrap_or_default())
}

/// Why a cell's debates would take too long, with the remedy.
pub(in crate::tournament) fn problem(cell: &CellSpec) -> Option<String> {
    let (turns, _) = shown(cell, &cell.judge()?)?;
    let exact = players(cell).any(|player| player == Player::Exact);
    (exact && turns > EXACT_MAX).then(|| {
        format!(
            "exact play of {turns} pixels would take hours a picture: show at most {EXACT_MAX}, or let players search, such as player = \"tree\""
        )
    })
}

/// About how many questions of an ordinary match one of this cell takes as long as.
pub(in crate::tournament) fn weight(cell: &CellSpec) -> u64 {
    let Some(network) = cell.judge() else { return 1 };
    let Some((turns, precommit)) = shown(cell, &network) else { return 64 };
    let moves = |player: Player| match player {
        Player::Random => 1,
        Player::Greedy => INK * u64::from(turns),
        Player::Tree { rollouts } => u64::from(rollouts) * u64::from(turns),
        Player::Exact => EXACT[turns.min(8) as usize],
    };
    let studies = |agent: &AgentSpec| agent.stance == Stance::Deceptive { lie: Lie::Worst };
    let lies = if precommit && cell.agents.iter().any(studies) { 9 } else { 1 };
    let each = match network {
        JudgeNetwork::Dense { width, .. } => 1 + u64::from(width) / 64,
        JudgeNetwork::Convolution { .. } => 5_000,
    };
    // Each of the sides has half the moves.
    (players(cell).map(moves).sum::<u64>() * lies * each / 2).max(64)
}

/// Blocks of random words that a match takes: its beginning, lies that are tried, and each turn, where a search draws a
/// word at most for each node that a rollout passes.
pub(in crate::tournament) fn draws(cell: &CellSpec) -> u64 {
    let Some((network, (turns, precommit))) = cell.judge().and_then(|n| Some((n, shown(cell, &n)?))) else {
        return 2;
    };
    let turns = u64::from(turns);
    let words = |player: Player| match player {
        Player::Random => turns,
        Player::Greedy | Player::Exact => 0,
        Player::Tree { rollouts } => u64::from(rollouts) * turns * turns / 2,
    };
    let studies = |agent: &AgentSpec| agent.stance == Stance::Deceptive { lie: Lie::Worst };
    let lies = if precommit && cell.agents.iter().any(studies) { 9 } else { 1 };
    2 + (players(cell).map(words).sum::<u64>() * lies / 2 + 64 * u64::from(network.training().pixels)) / 16
}

/// Blocks of random words that a training takes: a picture and its pixels, each time.
pub(in crate::tournament) fn training_draws(network: &JudgeNetwork) -> u64 {
    let Sighting { pixels, steps, batch, .. } = network.training();
    u64::from(steps).saturating_mul(batch.into()).saturating_mul(2 + u64::from(pixels)) / 16
}

/// Multiplications with an addition each that a training takes.
pub(in crate::tournament) fn work(network: &JudgeNetwork) -> u64 {
    let Sighting { pixels, steps, batch, .. } = network.training();
    let picture = match *network {
        JudgeNetwork::Dense { width, .. } => 3 * u64::from(width) * (2 * u64::from(pixels) + LABELS as u64),
        // Two convolutions and the full layer.
        JudgeNetwork::Convolution { .. } => 3 * (784 * 50 * 32 + 196 * 800 * 64 + 3136 * 1024),
    };
    // The optimiser's arithmetic is as ten of these for a weight.
    (picture * u64::from(batch) + weights(network) * 10).saturating_mul(steps.into())
}

/// Weights of a judge.
pub(in crate::tournament) fn weights(network: &JudgeNetwork) -> u64 {
    match *network {
        JudgeNetwork::Dense { width, .. } => 1_579 * u64::from(width),
        JudgeNetwork::Convolution { .. } => 3_300_000,
    }
}

/// Bytes that a training holds, and then a match: pictures and their pixels, weights with their moments and gradients, a
/// step's states; what players look ahead in.
pub(in crate::tournament) fn memory(cell: &CellSpec, network: &JudgeNetwork) -> u64 {
    const PICTURES: u64 = 90 << 20;
    let each = match *network {
        JudgeNetwork::Dense { width, .. } => 16 * u64::from(width),
        JudgeNetwork::Convolution { .. } => 16 * 50_000,
    };
    let step = each.saturating_mul(network.training().batch.into());
    let training = PICTURES.saturating_add(weights(network) * 32).saturating_add(step);
    let turns = shown(cell, network).map_or(0, |(turns, _)| u64::from(turns));
    let ahead = |player: Player| match player {
        Player::Random | Player::Greedy => 0,
        Player::Tree { rollouts } => u64::from(rollouts) * ROLLOUT,
        Player::Exact => turns.saturating_sub(3) * KNOWN,
    };
    let ahead: u64 = if turns == 0 { 0 } else { players(cell).map(ahead).sum() };
    training.saturating_add(ahead)
}
