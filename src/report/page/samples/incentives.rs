//! A page of agents that play to the overseer, made up.

use super::*;

const STRATEGIES: [&str; 4] = ["unaided", "consultancy", "debate", "critique"];
const RATES: [&str; 2] = ["0.1", "0.3"];

/// Who optimises in each strategy.
const AGENTS: [&[&str]; 4] = [&[], &["consultant"], &["expert", "deceiver"], &["critic"]];

/// What agents gain by changing stances: a strategy that holds under pressure, one that gives way, and one that nobody
/// plays; two agents in one strategy; a group without a chance.
pub(in crate::report::page) fn incentives() -> PageData {
    let groups = ["claim_tree", "estimate"]
        .map(|task| Group { task: task.to_owned(), overseer: "human".to_owned() })
        .to_vec();
    let mut data = PageData {
        title: "favour and truth".to_owned(),
        about: "What becomes of each strategy when agents play to the overseer.".to_owned(),
        scenario_text: "name = \"favour and truth\"\nseed = 21\ntrials = 20_000\n".to_owned(),
        command: "elenchus run scenarios/favour-and-truth.toml".to_owned(),
        facts: facts(&[("Seed", "21"), ("Version", "0.1.0"), ("Trials", "20 000 a cell")]),
        strategies: strings(STRATEGIES),
        axes: vec![Axis { path: "overseer.error.rate".to_owned(), values: strings(RATES), numeric: true }],
        groups,
        ..PageData::default()
    };
    for group in 0..2 {
        for strategy in 0..STRATEGIES.len() {
            for rate in 0..RATES.len() {
                cell(&mut data, group, strategy, rate);
            }
        }
    }
    data
}

fn cell(data: &mut PageData, group: u32, strategy: usize, rate: usize) {
    let index = data.cells.len() as u32;
    let accuracy = [0.62, 0.71, 0.83, 0.79][strategy] - 0.08 * rate as f64;
    data.cells.push(Cell {
        id: format!("{}|human|{group}|overseer.error.rate={}", STRATEGIES[strategy], RATES[rate]),
        group,
        strategy: strategy as u32,
        point: vec![rate as u32],
        trials: 20_000,
        accuracy,
        interval: interval(accuracy, 20_000),
        cost: strategy as f64,
        agent_calls: strategy as f64,
        confidence: accuracy,
        chance: (group == 0).then_some(0.5),
        ..Cell::default()
    });
    // Debate gains from pressure until the overseer errs often; consultancy loses; criticism bends.
    let slope = [0.0, -0.045, [0.012, -0.02][rate], 0.004][strategy];
    for (who, agent) in AGENTS[strategy].iter().enumerate() {
        for doublings in 0..=5u32 {
            let d = f64::from(doublings);
            let truthful = if *agent == "deceiver" { slope - 0.03 } else { slope };
            let accuracy = accuracy + truthful * d - 0.002 * d * d;
            data.pressure.push(Pressure {
                cell: index,
                agent: (*agent).to_owned(),
                n: 1 << doublings,
                wins: 0.5 + (0.3 - 0.04 * strategy as f64) * (1.0 - 1.0 / (1.0 + 0.5 * d))
                    - 0.05 * who as f64,
                accuracy,
                // The critic's is not known.
                interval: if strategy == 3 { None } else { interval(accuracy, 2_000) },
            });
        }
    }
    if let Some(incentive) = incentive(index, strategy, accuracy) {
        data.incentives.push(incentive);
    }
}

/// Debate is changed by both, consultancy by its one agent, and critique by nobody: it is in equilibrium.
fn incentive(cell: u32, strategy: usize, accuracy: f64) -> Option<Incentive> {
    let response = |agent: &str, stance: &str, gain: f64, change: f64| Response {
        agent: agent.to_owned(),
        stance: stance.to_owned(),
        gain,
        accuracy: accuracy + change,
    };
    let (responses, equilibrium, change) = match strategy {
        1 => {
            let persuasive = response("consultant", "the answer that the overseer accepts most", 0.21, -0.17);
            (vec![persuasive], "consultant: the answer that the overseer accepts most", -0.17)
        }
        2 => (
            vec![
                response("expert", "honest, and challenges every claim", 0.034, 0.021),
                response("deceiver", "a lie where the overseer errs most", 0.118, -0.072),
            ],
            "expert: honest 0.7, honest and challenges every claim 0.3; deceiver: a lie where the overseer errs most 0.55, the nearest lie 0.45",
            -0.038,
        ),
        3 => (Vec::new(), "critic: honest, as given", 0.0),
        _ => return None,
    };
    let reached = accuracy + change;
    Some(Incentive {
        cell,
        accuracy,
        exploitability: responses.iter().map(|response| response.gain).sum(),
        responses,
        equilibrium: equilibrium.to_owned(),
        equilibrium_accuracy: reached,
        equilibrium_interval: if strategy == 3 { None } else { interval(reached, 20_000) },
    })
}
