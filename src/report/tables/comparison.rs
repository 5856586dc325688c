//! pairs.csv, budget.csv and ratings.csv: strategies, and agents, beside each other.

use crate::report::Row;
use crate::report::table::{Fields, Rows};
use crate::stats::budget::{Affordable, affordable};
use crate::stats::comparison::{Comparison, groups};
use crate::stats::interval;
use crate::stats::standings::{Player, Standings, standings};

/// pairs.csv.
pub(super) fn pairs<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (Comparison, &'a [Row<'a>]);
    fn id(line: &Line, at: usize) -> String {
        line.1[line.0.rows[at]].0.id.clone()
    }
    let fields = Fields::<Line>::default()
        .text("first", "the cell of the strategy that is right more often", |r| id(r, 0))
        .text("second", "the cell of the other, of the same task, overseer and sweep point", |r| id(r, 1))
        .count("both", "trials", "trials that both are right in", |r| r.0.pairs.both)
        .count("first_only", "trials", "trials that the first alone is right in", |r| r.0.pairs.first)
        .count("second_only", "trials", "trials that the second alone is right in", |r| r.0.pairs.second)
        .count("neither", "trials", "trials that neither is right in", |r| r.0.pairs.neither)
        .number("difference", "share", "the first's accuracy less the second's, on the trials of both", |r| {
            Some(r.0.difference?.mean)
        })
        .ends("difference", "share", |r| Some(r.0.difference?.interval))
        .formula("Tango's score interval; Student's t over replicates where trials share a training")
        .source("Tango1998")
        .p_value("p", "McNemar's exact test of no difference, two-sided; Student's t over replicates", |r| {
            Some(r.0.difference?.p)
        })
        .source("McNemar1947")
        .p_value(
            "p_holm",
            "p, adjusted over the pairs of its group, so that one error in all is as rare",
            |r| r.0.p_holm,
        )
        .source("Holm1979")
        .p_value("p_bh", "p, adjusted so that of the differences told so many are none, at most", |r| {
            r.0.p_bh
        })
        .source("Benjamini1995")
        .number("kappa", "", "errors shared between the two: 1 on the same trials, 0 independently", |r| {
            r.0.pairs.kappa()
        })
        .formula("Cohen's kappa of being right")
        .source("Cohen1960")
        .number(
            "trials_to_separate",
            "trials",
            "trials at which McNemar's test would tell the two apart with power 0.8, should they go on so",
            |r| r.0.trials_to_separate(r.1),
        )
        .source("Connor1987");
    let lines = groups(rows)
        .into_iter()
        .flat_map(|group| group.comparisons)
        .map(move |comparison| (comparison, rows));
    fields.table("pairs", lines)
}

/// budget.csv.
pub(super) fn budget<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line<'a> = (Affordable, &'a [Row<'a>]);
    let fields = Fields::<Line>::default()
        .text("task", "the task", |r| r.1[r.0.row].0.task.name.clone())
        .text("overseer", "the overseer", |r| r.1[r.0.row].0.overseer.name.clone())
        .text("point", "what is swept beside strategies and budgets, as path=value", |r| r.0.point.clone())
        .text("protocol", "the strategy", |r| r.1[r.0.row].0.protocol.name.clone())
        .number("budget", "checks a match", "from this mean cost on, the strategy can do what follows", |r| {
            Some(r.0.cost)
        })
        .text("id", "its most accurate cell of at most that cost", |r| r.1[r.0.row].0.id.clone())
        .number(
            "accuracy",
            "share",
            "accuracy at this budget: that cell's, up to the strategy's next row",
            |r| Some(r.0.accuracy),
        )
        .ends("accuracy", "share", |r| interval(r.1[r.0.row].1))
        .count("leads", "", "1 if no strategy is more accurate at this budget, else 0", |r| r.0.leads.into());
    fields.table("budget", affordable(rows).into_iter().map(move |line| (line, rows)))
}

/// ratings.csv.
pub(super) fn ratings<'a>(rows: &'a [Row<'a>]) -> Rows<'a> {
    type Line = (Standings, Player);
    let fields = Fields::<Line>::default()
        .text("of", "agents, by matches against each other; or strategies, by trials that one alone is right in", |r| {
            r.0.of.word().into()
        })
        .text("league", "the protocol that the agents meet under; empty for strategies", |r| r.0.league.clone())
        .text("task", "the task", |r| r.0.task.clone())
        .text("overseer", "the overseer", |r| r.0.overseer.clone())
        .text("point", "the point of the sweep, as path=value", |r| r.0.point.clone())
        .text("player", "who is rated", |r| r.1.name.clone())
        .count("games", "games", "games played", |r| r.1.score.games())
        .count("wins", "games", "games won: the verdict was the agent's claim and not the other's; or the strategy alone was right", |r| r.1.score.wins)
        .count("draws", "games", "games that neither agent won; trials that two strategies are both right or both wrong in are no games", |r| r.1.score.draws)
        .count("losses", "games", "games lost", |r| r.1.score.losses)
        .estimate(
            "rating",
            "Elo points",
            "Bradley-Terry strength by maximum likelihood with one virtual draw for each pair that played, mean 0; the \
             interval takes games as independent; empty where some never met others. Source: [BradleyTerry1952]",
            |r| r.1.rating,
        )
        .number("elo", "Elo points", "Elo's own rating, K = 16, mean over shuffled orders of a sample of the games", |r| r.1.elo)
        .source("Elo1978")
        .number("nash", "probability", "share in the maximum-entropy Nash equilibrium of who beats whom, in which a lead by chance counts as any; empty where \
             a pair never met", |r| r.1.nash)
        .source("Balduzzi2018")
        .number("alpha_rank", "probability", "mass under alpha-rank, in the limit of strong selection; empty where a pair never met", |r| r.1.alpha_rank)
        .source("Omidshafiei2019")
        .count("cycles", "", "cycles of three in the table, each beating the next beyond chance; above 0: not transitive", |r| {
            r.0.cycles
        })
        .number("transitive", "share", "of the differences between pairs, what one rating each explains", |r| r.0.transitive)
        .source("Jiang2011");
    let lines = standings(rows).into_iter().flat_map(|table| {
        let players = table.players.clone();
        players.into_iter().map(move |player| (table.clone(), player))
    });
    fields.table("ratings", lines)
}
