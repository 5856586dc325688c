//! A page of students that learn, of ratings and of matches to read, made up.

use super::*;

/// What learns: rounds, calibration, ratings and matches; one swept parameter that is no number.
pub(in crate::report::page) fn distillation() -> PageData {
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
            RatingTable { name: "Debaters, judged by human".to_owned(), kind: "agents".to_owned(), note: "Results are intransitive: three of 20 triples form a cycle; read the Nash average beside the ratings.\nEach pair met 40 times.".to_owned() },
            RatingTable { name: "All questions".to_owned(), kind: "strategies".to_owned(), note: String::new() },
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
    // Games of strategies are not known.
    let row = |table: u32, player: &str, rating: f64, nash: f64| Rating {
        games: if table == 0 { 1_200 } else { 0 },
        wins: if table == 0 { (0.5 * rating) as u64 - 200 } else { 0 },
        draws: if table == 0 { 90 } else { 0 },
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
        // Named as a strategy is: it still is an agent, and looks like one.
        row(0, "imitation", 1402.0, 0.0),
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
