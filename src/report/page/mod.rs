//! The report of a tournament as one HTML file: opens from disk, asks for nothing from outside, and is the same
//! bytes for equal data. Writes no file and computes no statistics.
//!
//! What is plain (title, facts, scenario, a leaderboard for readers without scripts) is written here; the rest is
//! `web/`'s, which reads the data that is embedded as JSON and draws with the libraries in `vendor/`.

mod data;
mod embed;
mod plain;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use data::{
    Axis, Bin, Bins, Cell, Exposure, Group, Incentive, Mark, Match, Metric, Node, PageData, Pair, Pressure,
    Published, Rating, RatingTable, Response, Round, Tie,
};

use embed::{escaped, filled, json, nonce};

/// Libraries that draw, as published.
const LIBRARIES: [&str; 3] = [
    include_str!("vendor/vega.min.js"),
    include_str!("vendor/vega-lite.min.js"),
    include_str!("vendor/vega-embed.min.js"),
];

/// Their licences, which ask to be passed on.
const LICENCES: &str = include_str!("vendor/LICENCES.txt");

const TEMPLATE: &str = include_str!("web/page.html");
const STYLE: &str = include_str!("web/page.css");

/// What the page does; the parts share one scope, so that their order is that of their use.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("web/base.js"),
    include_str!("web/table.js"),
    include_str!("web/plot.js"),
    include_str!("web/choose.js"),
    include_str!("web/picture.js"),
    include_str!("web/exposure.js"),
    include_str!("web/views/leaderboard.js"),
    include_str!("web/views/sweep.js"),
    include_str!("web/views/phase.js"),
    include_str!("web/views/cost.js"),
    include_str!("web/views/pairs.js"),
    include_str!("web/views/rounds.js"),
    include_str!("web/views/calibration.js"),
    include_str!("web/views/ratings.js"),
    include_str!("web/views/incentives.js"),
    include_str!("web/views/published.js"),
    include_str!("web/views/matches.js"),
    include_str!("web/views/cells.js"),
    include_str!("web/main.js"),
    "})();\n",
);

/// The page of a tournament, a whole HTML document.
#[must_use]
pub fn page(data: &PageData) -> String {
    let data_json = json(data);
    let libraries = LIBRARIES.map(without_map).join("\n");
    filled(
        TEMPLATE,
        &[
            ("nonce", &nonce(&data_json)),
            ("title", &escaped(&data.title)),
            ("about", &escaped(&data.about)),
            ("size", &escaped(&plain::size(data))),
            ("style", STYLE),
            ("leaderboards", &plain::leaderboards(data)),
            ("command", &escaped(&data.command)),
            ("facts", &plain::facts(data)),
            ("scenario", &escaped(&data.scenario_text)),
            ("licences", &escaped(LICENCES)),
            ("data", &data_json),
            ("libraries", &libraries),
            ("script", SCRIPT),
        ],
    )
}

/// A library without the comment that makes a browser's tools look for another file.
fn without_map(library: &str) -> &str {
    library.rsplit_once("\n//# sourceMappingURL=").map_or(library, |(code, _)| code)
}
