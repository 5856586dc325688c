//! Pages to try: what a tournament's results look like, made up.

use super::*;

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

/// What learns: rounds, calibration, ratings and matches; one swept parameter that is no number.
pub(super) fn distillation() -> PageData {
    let strategies = ["supervised", "iterated amplification", "imitation"];
    let kinds = ["uniform", "systematic", "concentrated"];
    let mut scatter = Scatter(5);
    let (mut cells, mut rounds, mut calibration) = (Vec::new(), Vec::new(), Vec::new());
    for (strategy, top) in [0.97, 0.9, 0.62].into_iter().enumerate() {
        for kind in 0..kinds.len() as u32 {
            let cell = cells.len() as u32;
            let top = top - 0.03 * f64::from(kind) * strategy as f64;
            cells.push(Cell {
                id: format!(
                    "{}|human|permutation_powering|overseer.error.kind={}",
                    strategies[strategy], kinds[kind as usize]
                ),
                strategy: strategy as u32,
                point: vec![kind],
                trials: 5_000,
                accuracy: top,
                interval: Some((top - 0.02, (top + 0.02).min(1.0))),
                cost: [0.0, 3.4, 3.4][strategy],
                agent_calls: 1.0,
                confidence: 0.9,
                chance: Some(0.125),
                ..Cell::default()
            });
            curves(&mut rounds, cell, top, &mut scatter);
            let bins = (1..10).map(|i| {
                let confidence = 0.1 * f64::from(i) + 0.05;
                let trials = 40 + u64::from(i as u32 * i as u32) * 20;
                let share = (confidence - 0.08 * (1.0 - confidence) * f64::from(kind)
                    + 0.03 * scatter.next())
                .clamp(0.0, 1.0);
                Bin { trials, right: (share * trials as f64) as u64, confidence }
            });
            calibration.push(Bins {
                cell,
                bins: bins.collect(),
                ece: 0.02 + 0.02 * f64::from(kind),
                brier: 0.11,
                log_loss: Some(0.34),
            });
        }
    }
    let mut data = PageData {
        title: "quick-ida".to_owned(),
        about: "Amplification takes a student from the overseer's level to the ceiling of supervision.".to_owned(),
        scenario_text: "name = \"quick-ida\"\nseed = 8\nreplicates = 5\n\n[[protocol]]\npreset = \"iterated_amplification\"\nrounds = 12\n".to_owned(),
        command: "elenchus run scenarios/quick-ida.toml --threads 2".to_owned(),
        facts: facts(&[("Seed", "8"), ("Version", "0.1.0"), ("Semantics", "4"), ("Hash", "ec6c96f3cccd48dd1936111f01ba8537ab1a82700d7586d2eba14d99633bc4a8"), ("Replicates", "5")]),
        strategies: strings(strategies),
        groups: vec![Group { task: "permutation_powering".to_owned(), overseer: "human".to_owned() }],
        axes: vec![Axis { path: "overseer.human.error.kind".to_owned(), values: strings(kinds), numeric: false }],
        cells,
        rounds,
        calibration,
        rating_tables: vec![
            RatingTable { name: "Debaters, judged by human".to_owned(), note: "Results are intransitive: three of 20 triples form a cycle; read the Nash average beside the ratings.".to_owned() },
            RatingTable { name: "Strategies over all questions".to_owned(), note: String::new() },
        ],
        ratings: ratings(),
        matches: matches(),
        ..PageData::default()
    };
    compared(&mut data);
    data
}

/// Learning curves of five replicates on two levels.
fn curves(rounds: &mut Vec<Round>, cell: u32, top: f64, scatter: &mut Scatter) {
    for replicate in 0..5 {
        for round in 1..=12 {
            for level in 0..2 {
                let learned = 1.0 - 1.0 / (1.0 + 0.55 * f64::from(round) / f64::from(1 + level));
                let argmax = (0.125 + (top - 0.125) * learned + 0.03 * scatter.next()).clamp(0.0, 1.0);
                rounds.push(Round {
                    cell,
                    replicate,
                    round,
                    level,
                    target: Some((argmax + 0.06).min(1.0)),
                    argmax: Some(argmax),
                    sampled: Some(argmax * 0.93),
                    loss: Some(2.1 * (1.0 - learned) + 0.03 * (1.0 + scatter.next())),
                    steps: 100 * u64::from(round),
                });
            }
        }
    }
}

fn ratings() -> Vec<Rating> {
    let row = |table: u32, player: &str, rating: f64, nash: f64| Rating {
        table,
        player: player.to_owned(),
        rating,
        interval: Some((rating - 24.0, rating + 26.0)),
        elo: Some(rating + 7.0),
        nash: Some(nash),
        alpha_rank: Some(nash * 0.9 + 0.02),
    };
    vec![
        row(0, "expert", 1612.0, 0.41),
        row(0, "deceiver", 1588.0, 0.35),
        row(0, "colleague", 1534.0, 0.24),
        row(0, "sycophant", 1402.0, 0.0),
        row(1, "supervised", 1655.0, 0.8),
        row(1, "iterated amplification", 1540.0, 0.2),
        row(1, "imitation", 1305.0, 0.0),
    ]
}

fn node(question: &str, verdict: &str, right: bool, marks: &[Mark], lines: &[&str]) -> Node {
    Node {
        question: question.to_owned(),
        verdict: verdict.to_owned(),
        right,
        marks: marks.to_vec(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..Node::default()
    }
}

fn matches() -> Vec<Match> {
    let leaf = |name: &str| node(name, "1", true, &[Mark::Unchecked], &["expert says: 1"]);
    let lost = Node {
        children: vec![
            Node {
                deciding: true,
                children: vec![
                    node("claim 0.0", "2", true, &[], &[]),
                    node(
                        "claim 0.1",
                        "1",
                        true,
                        &[Mark::Challenged, Mark::Conceded],
                        &["deceiver finds no flaw in: claim 0.1 is 1"],
                    ),
                ],
                ..node(
                    "claim 0",
                    "3",
                    false,
                    &[Mark::Challenged, Mark::Erred],
                    &[
                        "expert says: 1",
                        "deceiver says: 3",
                        "expert lays out 3 parts; deceiver disputes that claim 0.2 is 3",
                        "human checks and rejects, and errs: claim 0.2 is 3",
                    ],
                )
            },
            leaf("claim 1"),
            node(
                "claim 2",
                "2",
                true,
                &[Mark::Challenged, Mark::Verified],
                &["expert says: 2", "deceiver says: 3", "human checks and accepts: claim 2 is 2"],
            ),
        ],
        ..node("the root claim", "0", false, &[Mark::Combined], &["human combines the sub-answers to 0"])
    };
    let won = Node {
        children: vec![
            leaf("claim 0"),
            leaf("claim 1"),
            node("claim 2", "no answer", false, &[Mark::Abstained], &["human has spent its budget"]),
        ],
        ..node("the root claim", "2", true, &[Mark::Combined], &["human combines the sub-answers to 2"])
    };
    (0..12u64)
        .map(|trial| {
            let right = trial % 3 != 0;
            let root = if right { won.clone() } else { lost.clone() };
            let (truth, verdict) = ("2".to_owned(), root.verdict.clone());
            Match { cell: 3 + (trial % 2) as u32, replicate: 0, trial, truth, verdict, right, root }
        })
        .collect()
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
