//! A page of debates over pictures, made up: digits of a few strokes, and a judge that is told pixels of them.

use super::*;
use crate::records::{Shown, Stood};

const STRATEGIES: [&str; 3] = ["debate", "open debate", "chance"];
const EXPERT: &str = "expert";
const LIAR: &str = "</script><img src=x onerror=alert(1)>";
const SIDE: usize = 28;

/// The strokes of some digits, as corners on a board of 28 x 28.
const DIGITS: [(u8, &[[f64; 2]]); 4] = [
    (7, &[[7.0, 7.0], [20.0, 7.0], [13.0, 22.0]]),
    (3, &[[8.0, 7.0], [19.0, 7.0], [13.0, 13.0], [19.0, 17.0], [16.0, 22.0], [8.0, 21.0]]),
    (1, &[[11.0, 9.0], [14.5, 5.0], [14.0, 23.0]]),
    (2, &[[8.0, 10.0], [12.0, 6.0], [18.0, 8.0], [17.0, 13.0], [8.0, 22.0], [20.0, 21.0]]),
];

/// Two hundred matches: sides that speak first and second, pixels of chance, neighbours, pictures that nothing was shown of.
pub(in crate::report::page) fn pixels() -> PageData {
    let cells = (0..STRATEGIES.len()).map(|i| {
        let accuracy = [0.81, 0.64, 0.52][i];
        Cell {
            id: format!("{}|network|sparse_pixels", STRATEGIES[i]),
            strategy: i as u32,
            trials: 5_000,
            accuracy,
            interval: interval(accuracy, 5_000),
            cost: 4.0,
            confidence: accuracy,
            chance: Some(0.1),
            ..Cell::default()
        }
    });
    let mut data = PageData {
        title: "pixels".to_owned(),
        about: "Two sides take turns to show a judge one pixel each.".to_owned(),
        scenario_text: "name = \"pixels\"\nseed = 3\n\n[task]\nfamily = \"sparse_pixels\"\n".to_owned(),
        command: "elenchus run scenarios/pixels.toml".to_owned(),
        facts: facts(&[("Seed", "3"), ("Version", "0.1.0"), ("Trials", "5 000 a cell")]),
        strategies: strings(STRATEGIES),
        groups: vec![Group { task: "sparse_pixels".to_owned(), overseer: "network".to_owned() }],
        cells: cells.collect(),
        matches: (0..200).map(debate).collect(),
        ..PageData::default()
    };
    compared(&mut data);
    data
}

fn debate(trial: u64) -> Match {
    let mut scatter = Scatter(trial);
    let (truth, strokes) = DIGITS[(trial % 4) as usize];
    let lie = (truth + 2 + (trial % 5) as u8) % 10;
    let strategy = (trial % 3) as u32;
    let ink = picture(strokes, &mut scatter);
    let board: Vec<usize> = (0..ink.len()).filter(|at| ink[*at] > 0).collect();
    let liar_first = trial % 2 == 1;
    // The eighth match is cut off before anything is shown, the others are of four pixels, or six.
    let turns = if trial == 7 { 0 } else { 4 + 2 * (trial as usize / 3 % 2) };
    let (mut shown, mut lines): (Vec<Shown>, Vec<String>) = (Vec::new(), Vec::new());
    let mut lean = [0.0; 10];
    for turn in 0..turns {
        let liars = (turn % 2 == 1) != liar_first;
        lean[usize::from(if liars { lie } else { truth })] += 1.3 + 0.5 * scatter.next();
        lean.iter_mut().for_each(|one| *one += 0.3 * scatter.next());
        // The second shows what is beside what the first showed, if there is ink.
        let beside =
            shown.last().map(|last| usize::from(last.at) + 1).filter(|at| liars && board.contains(at));
        let drawn = board[(board.len() as f64 * (0.5 + 0.4999 * scatter.next())) as usize];
        let at = beside.unwrap_or(drawn) as u16;
        let by = (strategy != 2).then(|| if liars { LIAR } else { EXPERT }.to_owned());
        let who = by.as_deref().unwrap_or("chance");
        lines.push(format!("{who} shows row {}, column {}, ink {}", at / 28, at % 28, ink[usize::from(at)]));
        shown.push(Shown { by, at, belief: belief(lean) });
    }
    let right = lean[usize::from(truth)] >= lean[usize::from(lie)];
    let verdict = if right { truth } else { lie }.to_string();
    let stood = |by: &str, answer: String| Stood { by: by.to_owned(), answer };
    let said = if strategy == 1 { format!("anything but {truth}") } else { lie.to_string() };
    lines.push(format!("{EXPERT} stands by {truth}, {LIAR} by {said}"));
    let root = Node {
        question: format!("what does picture {trial} of the test set show?"),
        lines,
        verdict: verdict.clone(),
        right,
        marks: if right { vec![Mark::Unchecked] } else { vec![Mark::Erred] },
        deciding: !right,
        children: Vec::new(),
        exposure: Some(Exposure {
            picture: ink.iter().map(|ink| format!("{ink:02x}")).collect(),
            shown,
            stood: vec![stood(EXPERT, truth.to_string()), stood(LIAR, said)],
        }),
    };
    Match { cell: strategy, replicate: 0, trial, truth: truth.to_string(), verdict, right, root }
}

/// Strokes of a pen with a soft edge, somewhat out of place.
fn picture(strokes: &[[f64; 2]], scatter: &mut Scatter) -> Vec<u8> {
    let corners: Vec<[f64; 2]> =
        strokes.iter().map(|[x, y]| [x + 1.2 * scatter.next(), y + 1.2 * scatter.next()]).collect();
    let ink = |at: usize| {
        let (x, y) = ((at % SIDE) as f64, (at / SIDE) as f64);
        let near = corners.windows(2).map(|ends| distance(x, y, ends[0], ends[1])).fold(f64::MAX, f64::min);
        (255.0 * (2.1 - near).clamp(0.0, 1.0)) as u8
    };
    (0..SIDE * SIDE).map(ink).collect()
}

/// How far a point is from a line between two ends.
fn distance(x: f64, y: f64, [ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    libm::hypot(x - ax - along * dx, y - ay - along * dy)
}

/// Thousandths in proportion to e to the power of what speaks for each label.
fn belief(lean: [f64; 10]) -> Vec<u16> {
    let weights = lean.map(libm::exp);
    let whole: f64 = weights.iter().sum();
    weights.iter().map(|weight| (1000.0 * weight / whole).round() as u16).collect()
}
