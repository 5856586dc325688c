//! The matches that a stored result keeps, as a page shows them: trees with marks.

use super::Ids;
use crate::records::{KeptMatch, TraceNode};
use crate::report::page::{Mark, Match, Node, PageData};
use std::collections::BTreeMap;

/// Every match that is kept.
pub(super) fn matches(
    data: &mut PageData,
    files: &BTreeMap<String, String>,
    ids: &Ids,
) -> Result<(), String> {
    let Some(text) = files.get("matches.json") else { return Ok(()) };
    let kept: Vec<KeptMatch> =
        serde_json::from_str(text).map_err(|error| format!("matches.json: {error}"))?;
    for KeptMatch { cell, replicate, trial, trace } in kept {
        let Some(&cell) = ids.get(&cell) else { continue };
        let (verdict, right) = (trace.root.verdict.clone(), trace.root.right);
        let root = node(trace.root, !right);
        data.matches.push(Match { cell, replicate, trial, truth: trace.truth, verdict, right, root });
    }
    Ok(())
}

/// Words of a match's lines, and what they say has happened.
const MARKS: [(&str, Mark); 6] = [
    (" errs", Mark::Erred),
    (" disputes ", Mark::Challenged),
    (" concedes", Mark::Conceded),
    (" checks", Mark::Verified),
    (" combines ", Mark::Combined),
    ("I don't know", Mark::Abstained),
];

/// A question as a page shows it; `lost`: the match was lost and this question is on the way to why.
fn node(told: TraceNode, lost: bool) -> Node {
    let says = |word: &str| told.lines.iter().any(|line| line.contains(word));
    let erred = says(MARKS[0].0);
    let mut marks: Vec<Mark> = MARKS.iter().filter(|(word, _)| says(word)).map(|(_, mark)| *mark).collect();
    if erred {
        marks.retain(|mark| ![Mark::Verified, Mark::Combined].contains(mark));
    } else if !marks.iter().any(|mark| [Mark::Verified, Mark::Combined].contains(mark)) {
        marks.push(Mark::Unchecked);
    }
    let below = |node: &TraceNode| !node.right;
    // A wrong answer comes from a wrong part, or was made here.
    let from_below = lost && told.children.iter().any(below);
    let children = told.children.into_iter().map(|child| {
        let lost = lost && !child.right;
        node(child, lost)
    });
    Node {
        children: children.collect(),
        deciding: lost && erred && !from_below,
        question: told.question,
        lines: told.lines,
        verdict: told.verdict,
        right: told.right,
        marks,
    }
}
