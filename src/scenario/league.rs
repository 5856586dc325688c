//! Tournaments of agents: a protocol whose agents play against each other, each pair with sides swapped.

use crate::scenario::spec::ProtocolSpec;
use crate::shape::{Field, Shape, Variant, optional, required};
use serde::{Deserialize, Serialize};

/// Agents that play against each other under a protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct League {
    /// The protocol's name in the scenario.
    pub name: String,
    /// Who meets whom.
    pub pairing: Pairing,
    /// The agents, in seed order.
    pub players: Vec<String>,
}

/// Who meets whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pairing {
    /// Everybody meets everybody.
    RoundRobin {},
    /// Those with like scores meet, round by round.
    Swiss {
        /// Rounds.
        rounds: u32,
    },
}

/// What a protocol may say of who meets whom.
pub const PAIRING: Field = optional(
    "pairing",
    Shape::Kind(pairings),
    "",
    "",
    "if given, its agents, two or more, play against each other two by two with sides swapped, and are rated in ratings.csv",
);

/// The pairings a scenario may name.
#[must_use]
pub fn pairings() -> Vec<Variant> {
    const LIST: &[Variant] = &[
        Variant {
            name: "round_robin",
            doc: "every agent meets every other, once on each side",
            sees: "",
            source: "",
            fields: &[],
        },
        Variant {
            name: "swiss",
            doc: "in each round agents with like scores meet, once on each side, nobody twice while that can be avoided",
            sees: "",
            source: "",
            fields: &[required(
                "rounds",
                Shape::Count { min: 1, max: 1000 },
                "rounds",
                "more: ratings that are surer, at as many matches more",
            )],
        },
    ];
    LIST.to_vec()
}

/// The meetings of a league: each ordered pair of agents is a protocol of its own.
pub(super) fn meetings(spec: ProtocolSpec, agents: Vec<String>) -> Vec<(ProtocolSpec, Vec<String>)> {
    let Some(league) = spec.league.clone() else { return vec![(spec, agents)] };
    let pairs = agents.iter().flat_map(|first| agents.iter().map(move |second| (first, second)));
    let meeting = |(first, second): (&String, &String)| {
        let name = format!("{}: {first} v {second}", league.name);
        (ProtocolSpec { name, ..spec.clone() }, vec![first.clone(), second.clone()])
    };
    pairs.filter(|(first, second)| first != second).map(meeting).collect()
}
