//! Pages to try: what a tournament's results look like, made up.

mod distillation;
mod incentives;
mod pixels;

use super::*;

pub(super) use distillation::distillation;
pub(super) use incentives::incentives;
pub(super) use pixels::pixels;

/// A word sequence, for numbers that scatter.
struct Scatter(u64);

impl Scatter {
    /// Uniform in -1 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

/// A normal interval: samples need no better one.
fn interval(share: f64, trials: u64) -> Option<(f64, f64)> {
    let half = 1.96 * (share * (1.0 - share) / trials as f64).sqrt();
    Some(((share - half).max(0.0), (share + half).min(1.0)))
}

fn strings<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

fn facts(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The pairs of strategies at each point, and sets of those that cannot be told apart.
fn compared(data: &mut PageData) {
    let mut places: Vec<(u32, Vec<u32>)> = Vec::new();
    for cell in &data.cells {
        if !places.contains(&(cell.group, cell.point.clone())) {
            places.push((cell.group, cell.point.clone()));
        }
    }
    for (group, point) in places {
        let mut here: Vec<&Cell> = data
            .cells
            .iter()
            .filter(|c| c.group == group && c.point == point && c.failed.is_none())
            .collect();
        here.sort_by(|a, b| b.accuracy.total_cmp(&a.accuracy));
        let mut sets: Vec<Vec<u32>> = Vec::new();
        for (i, a) in here.iter().enumerate() {
            let near: Vec<u32> =
                here[i..].iter().filter(|b| a.accuracy - b.accuracy < 0.012).map(|b| b.strategy).collect();
            if !sets.iter().any(|set| near.iter().all(|one| set.contains(one))) {
                sets.push(near);
            }
            for b in &here[i + 1..] {
                let difference = a.accuracy - b.accuracy;
                let z = difference / 0.006;
                let p = (1.0 / (1.0 + z * z * z)).min(1.0);
                data.pairs.push(Pair {
                    group,
                    point: point.clone(),
                    a: a.strategy,
                    b: b.strategy,
                    difference,
                    interval: Some((difference - 0.012, difference + 0.012)),
                    p: Some(p),
                    p_holm: Some((p * here.len() as f64 / 2.0).min(1.0)),
                });
            }
        }
        data.tied.push(Tie { group, point, sets });
    }
}

/// A leaderboard at one point, with a strategy that failed and one that ran once; names that try to be markup.
pub(super) fn plain() -> PageData {
    let names = [
        "trust",
        "consultancy",
        "open consultancy",
        "debate",
        "recursive debate",
        "cross-examination",
        "critique",
        "vote",
        "amplification",
        "amplified debate",
        "iterated amplification",
        "</script><img src=x onerror=alert(1)>",
    ];
    let right = [0.722, 0.688, 0.699, 0.612, 0.874, 0.881, 0.803, 0.798, 0.842, 0.547, 0.815, 0.500];
    let cost = [0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 0.0, 7.0, 10.0, 3.0, 0.0];
    let calls = [1.0, 1.0, 1.0, 2.0, 12.4, 18.9, 10.0, 3.0, 8.0, 14.0, 1.0, 0.0];
    let cells = (0..names.len()).map(|i| Cell {
        id: format!("{}|human|claim_tree", names[i]),
        strategy: i as u32,
        trials: 20_000,
        accuracy: right[i],
        interval: if i == 10 { None } else { interval(right[i], 20_000) },
        cost: cost[i],
        agent_calls: calls[i],
        abstained: if i == 8 { 0.031 } else { 0.0 },
        confidence: (right[i] + 0.04_f64).min(1.0),
        chance: Some(0.5),
        failed: (i == 9).then(|| "training came to nothing: the loss is not finite".to_owned()),
        metrics: vec![(i > 2).then_some(0.1 * cost[i]), None],
        ..Cell::default()
    });
    let mut data = PageData {
        title: "reference".to_owned(),
        about: "Every protocol on the reference model: skills of .6 and .5, four turns, an overseer who errs once in ten.".to_owned(),
        scenario_text: "name = \"reference\"\nseed = 7\ntrials = 20_000\n\n[task]\nfamily = \"claim_tree\"\ndepth = 3\n# </script><script>alert(1)</script>\n".to_owned(),
        command: "elenchus run scenarios/reference.toml --seed 7".to_owned(),
        facts: facts(&[("Seed", "7"), ("Version", "0.1.0"), ("Semantics", "4"), ("Hash", "885cdd2053f1a7"), ("Replicates", "1"), ("Trials", "20 000 a cell")]),
        strategies: strings(names),
        groups: vec![Group { task: "claim_tree".to_owned(), overseer: "human".to_owned() }],
        metrics: vec![
            Metric { name: "Acts that erred".to_owned(), unit: String::new(), doc: "Mean number of the overseer's acts that erred.".to_owned() },
            Metric { name: "All nodes right".to_owned(), unit: "share".to_owned(), doc: "Share of trials in which every node is right.".to_owned() },
        ],
        cells: cells.collect(),
        published: published(),
        ..PageData::default()
    };
    compared(&mut data);
    data
}

fn published() -> Vec<Published> {
    let row = |what: &str, published: f64, ours: Option<f64>, source: &str, agrees: Option<bool>| Published {
        what: what.to_owned(),
        unit: "share".to_owned(),
        published,
        ours,
        interval: ours.and_then(|share| interval(share, 4_000)),
        source: source.to_owned(),
        agrees,
    };
    let mut rows = vec![
        row("debate, turn won", 0.576, Some(0.579), "[Irving2018], section 3", Some(true)),
        row("debate, match won", 0.613, Some(0.612), "[Irving2018], section 3", Some(true)),
        row("consultancy", 0.542, Some(0.688), "[Khan2024], table 2", Some(false)),
        row("critique", 0.79, Some(0.803), "[Saunders2022], figure 5", Some(true)),
        row("unaided judge", 0.48, None, "[Khan2024], table 2", None),
    ];
    rows.push(Published {
        unit: "×".to_owned(),
        interval: Some((1.4, 2.3)),
        ..row("slowdown of learning", 2.0, Some(1.8), "[Christiano2018], section 4", Some(true))
    });
    rows
}

/// Two swept parameters, two groups, and a third axis that moves with the second.
pub(super) fn sweep() -> PageData {
    let rates: Vec<f64> = (0..=10).map(|i| 0.05 * f64::from(i)).collect();
    let depths = 1..=7u32;
    let strategies = ["unaided", "trust", "debate", "recursive debate", "critique", "amplification"];
    let (mut cells, mut scatter) = (Vec::new(), Scatter(3));
    for (group, lean) in [0.0, 0.04].into_iter().enumerate() {
        for strategy in 0..strategies.len() {
            for (i, rate) in rates.iter().enumerate() {
                for depth in depths.clone() {
                    let d = f64::from(depth);
                    let edge = match strategy {
                        0 => {
                            if depth == 1 {
                                0.5 - rate
                            } else {
                                0.0
                            }
                        }
                        1 => 0.42 / (1.0 + 0.22 * d),
                        2 => (0.36 - 0.7 * rate) * (1.0 - 0.06 * d),
                        3 => (0.5 - rate) * (1.0 - 0.01 * d),
                        4 => (0.46 - 0.8 * rate) / (1.0 + 0.1 * d),
                        _ => 0.5 / (1.0 + 0.09 * d * d * (0.3 + 6.0 * rate)),
                    };
                    let accuracy = (0.5 + edge - lean * (edge > 0.0) as u32 as f64 + 0.004 * scatter.next())
                        .clamp(0.45, 1.0);
                    cells.push(Cell {
                        id: format!(
                            "{}|{}|claim_tree|overseer.error.rate={rate:.2}|depth={depth}",
                            strategies[strategy],
                            ["human", "tired"][group]
                        ),
                        group: group as u32,
                        strategy: strategy as u32,
                        point: vec![i as u32, depth - 1, depth - 1],
                        trials: 20_000,
                        accuracy,
                        interval: interval(accuracy, 20_000),
                        cost: [0.0, 0.0, 1.0, 1.0, 1.0, 1.0 + d * d][strategy],
                        agent_calls: [0.0, 1.0, 2.0, 4.0 * d, 2.0 + d, 2.0 * d][strategy],
                        confidence: (accuracy + 0.05 * rate).min(1.0),
                        chance: Some(0.5),
                        ..Cell::default()
                    });
                }
            }
        }
    }
    let depth_values: Vec<String> = depths.map(|d| d.to_string()).collect();
    let mut data = PageData {
        title: "error and depth".to_owned(),
        about: "Which strategy to choose, by how often the overseer errs and how deep the question is.".to_owned(),
        scenario_text: "name = \"error and depth\"\nseed = 11\ntrials = 20_000\n\n[sweep]\n\"overseer.error.rate\" = { from = 0.0, to = 0.5, step = 0.05 }\n\"task.claim_tree.depth\" = [1, 2, 3, 4, 5, 6, 7]\n".to_owned(),
        command: "elenchus run scenarios/error-and-depth.toml".to_owned(),
        facts: facts(&[("Seed", "11"), ("Version", "0.1.0"), ("Semantics", "4"), ("Hash", "41c0ffb9a2"), ("Replicates", "1"), ("Trials", "20 000 a cell")]),
        strategies: strings(strategies),
        groups: ["human", "tired"].map(|overseer| Group { task: "claim_tree".to_owned(), overseer: overseer.to_owned() }).to_vec(),
        axes: vec![
            Axis { path: "overseer.error.rate".to_owned(), values: rates.iter().map(|r| format!("{r:.2}")).collect(), numeric: true },
            Axis { path: "task.claim_tree.depth".to_owned(), values: depth_values.clone(), numeric: true },
            Axis { path: "overseer.budget".to_owned(), values: depth_values, numeric: true },
        ],
        cells,
        ..PageData::default()
    };
    compared(&mut data);
    data
}

/// Ten thousand cells: 10 strategies at 1000 points.
pub(super) fn large() -> PageData {
    let (mut cells, mut scatter) = (Vec::new(), Scatter(9));
    for strategy in 0..10u32 {
        for a in 0..40 {
            for b in 0..25 {
                let accuracy = (0.9 - 0.008 * f64::from(a) - 0.01 * f64::from(strategy * b) / 4.0
                    + 0.02 * scatter.next())
                .clamp(0.0, 1.0);
                cells.push(Cell {
                    id: format!(
                        "strategy {strategy}|human|claim_tree|overseer.error.rate={}|depth={b}",
                        f64::from(a) / 80.0
                    ),
                    strategy,
                    point: vec![a, b],
                    trials: 2_000,
                    accuracy,
                    interval: interval(accuracy, 2_000),
                    cost: f64::from(strategy) + 0.1 * f64::from(b),
                    agent_calls: f64::from(b),
                    confidence: accuracy,
                    chance: Some(0.5),
                    ..Cell::default()
                });
            }
        }
    }
    PageData {
        title: "ten thousand cells".to_owned(),
        about: "A fine grid.".to_owned(),
        scenario_text: "seed = 1\n".to_owned(),
        strategies: (0..10).map(|i| format!("strategy {i}")).collect(),
        groups: vec![Group { task: "claim_tree".to_owned(), overseer: "human".to_owned() }],
        axes: vec![
            Axis {
                path: "overseer.error.rate".to_owned(),
                values: (0..40).map(|a| (f64::from(a) / 80.0).to_string()).collect(),
                numeric: true,
            },
            Axis {
                path: "task.depth".to_owned(),
                values: (0..25).map(|b| b.to_string()).collect(),
                numeric: true,
            },
        ],
        cells,
        ..PageData::default()
    }
}
