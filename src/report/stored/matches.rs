//! The matches that a stored result keeps, as a page shows them: trees with marks.

use super::Ids;
use crate::pixels::board::{LABELS, PIXELS};
use crate::records::{self, KeptMatch, Shown, TraceNode};
use crate::report::page::{Exposure, Mark, Match, Node, PageData};
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
    let children = children.collect();
    let exposure = told.exposure.and_then(exposure);
    Node {
        children,
        exposure,
        deciding: lost && erred && !from_below,
        question: told.question,
        lines: told.lines,
        verdict: told.verdict,
        right: told.right,
        marks,
    }
}

/// What was shown, as a page draws it; nothing where it is no picture, no place or no belief.
fn exposure(told: records::Exposure) -> Option<Exposure> {
    let drawable = |shown: &Shown| usize::from(shown.at) < PIXELS && shown.belief.len() == LABELS;
    if told.picture.len() != PIXELS || !told.shown.iter().all(drawable) {
        return None;
    }
    let picture = told.picture.iter().map(|ink| format!("{ink:02x}")).collect();
    Some(Exposure { picture, shown: told.shown, stood: told.stood })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Stood;

    /// A question about a picture, of which two pixels were shown.
    fn told() -> TraceNode {
        let shown = |by: &str, at| Shown { by: Some(by.to_owned()), at, belief: vec![100; LABELS] };
        let mut picture = vec![0; PIXELS];
        picture[30] = 255;
        picture[783] = 10;
        TraceNode {
            exposure: Some(records::Exposure {
                picture,
                shown: vec![shown("expert", 30), shown("liar", 783)],
                stood: vec![Stood { by: "expert".into(), answer: "7".into() }],
            }),
            ..TraceNode::default()
        }
    }

    #[test]
    fn what_was_shown_is_told_as_it_was() {
        let exposure = node(told(), false).exposure.expect("a picture");
        assert_eq!(exposure.picture.len(), 2 * PIXELS);
        assert_eq!(&exposure.picture[58..64], "00ff00");
        assert!(exposure.picture.ends_with("000a"));
        assert_eq!(exposure.shown[1].by.as_deref(), Some("liar"));
        assert_eq!((exposure.shown[1].at, exposure.shown[1].belief.len()), (783, LABELS));
        let stood: Vec<_> =
            exposure.stood.iter().map(|side| (side.by.as_str(), side.answer.as_str())).collect();
        assert_eq!(stood, [("expert", "7")]);
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let spoils: [fn(&mut records::Exposure); 5] = [
            |told| told.picture.clear(),
            |told| told.picture.push(0),
            |told| told.shown[1].at = PIXELS as u16,
            |told| told.shown[0].belief.clear(),
            |told| told.shown[0].belief.push(0),
        ];
        for spoil in spoils {
            let mut told = told();
            spoil(told.exposure.as_mut().expect("a picture"));
            assert_eq!(node(told, false).exposure, None);
        }
        assert_eq!(node(TraceNode::default(), false).exposure, None);
        let nothing = records::Exposure { picture: vec![0; PIXELS], ..Default::default() };
        let told = TraceNode { exposure: Some(nothing), ..TraceNode::default() };
        assert!(node(told, false).exposure.is_some_and(|exposure| exposure.shown.is_empty()));
    }
}
