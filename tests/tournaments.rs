//! Agents against each other, and what they gain by choosing what they say: against closed forms, and match
//! by match against the cells that the scenario names.

use elenchus::records::CellRecord;
use elenchus::records::incentives::{STANCES, TRIES};
use elenchus::scenario::spec::{CellSpec, Scenario};
use elenchus::scenario::{Overrides, Source, read};
use elenchus::stats::incentives::{outlook, under};
use elenchus::stats::standings::{Rated, standings};
use elenchus::tournament::{Conditions, incentives, play};

/// A primitive question with two answers, perfect agents of which some lie, and an overseer that errs in a
/// tenth of its acts.
fn scenario(agents: &[(&str, f64, &str)], error: &str, protocols: &str) -> Scenario {
    let agents: String = agents
        .iter()
        .map(|(name, skill, stance)| {
            format!(
                "[[agent]]\nname = \"{name}\"\nskill = {skill}\nstance = \"{stance}\"\ncompetence = {{ kind = \"by_level\", \
                 accuracy = 1.0, decay = 0.0 }}\n"
            )
        })
        .collect();
    let text = format!(
        "trials = 20_000\n[task]\nfamily = \"claim_tree\"\ndepth = 1\nbranching = 2\nanswers = 2\n{agents}[[overseer]]\n\
         name = \"human\"\nreach = 0\nerror = {error}\n{protocols}"
    );
    let none = |_: &str| Err("no tables".to_owned());
    let source = Source { file: "test", stem: "test", text: &text, files: &none };
    read(&source, &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

const FRESH: &str = "{ kind = \"uniform\", rate = 0.1 }";

fn played(cells: &[CellSpec]) -> Vec<CellRecord> {
    play(cells, &Conditions::default()).expect("cells that can be played")
}

#[test]
fn a_rating_is_the_closed_form_of_a_debate() {
    // The reference model: skills .6 and .5, four turns, an error of .1 a turn, of which the better wins .6131.
    let league = "[[protocol]]\npreset = \"debate\"\nagents = [\"a\", \"b\"]\npairing = \"round_robin\"\n";
    let scenario = scenario(&[("a", 0.6, "honest"), ("b", 0.5, "deceptive")], FRESH, league);
    let ids: Vec<&str> = scenario.cells.iter().map(|cell| cell.protocol.name.as_str()).collect();
    assert_eq!(ids, ["debate: a v b", "debate: b v a"]);
    let records = played(&scenario.cells);
    let rows: Vec<_> = scenario.cells.iter().zip(&records).collect();
    let tables = standings(&rows);
    assert_eq!((tables.len(), tables[0].of, tables[0].cycles), (1, Rated::Agents, 0));
    let [a, b] = [0, 1].map(|at| tables[0].players[at].clone());
    assert_eq!((a.score.games(), a.score.wins, a.score.losses), (40_000, b.score.losses, b.score.wins));
    // Elo's scale: a player ahead by 400 lg(p / q) wins p.
    let ahead = 400.0 * libm::log10(0.6131 / 0.3869);
    let got = a.rating.expect("a rating").mean - b.rating.expect("a rating").mean;
    let (low, high) = a.rating.and_then(|rating| rating.interval).expect("an interval");
    assert!((got - ahead).abs() < 2.0 * (high - low), "want {ahead}, got {got}");
    // Elo's own rating sways by its K: about 50 points between the two in one order, a sixth of it over 32.
    assert!((a.elo.expect("a rating") - b.elo.expect("a rating") - ahead).abs() < 36.0);
    assert_eq!((a.nash, b.nash), (Some(1.0), Some(0.0)));
}

#[test]
fn a_swiss_tournament_plays_some_of_the_same_cells() {
    let agents = [
        ("a", 0.9, "honest"),
        ("b", 0.7, "deceptive"),
        ("c", 0.5, "honest"),
        ("d", 0.3, "deceptive"),
        ("e", 0.2, "honest"),
    ];
    let league = |pairing: &str| {
        let seats = "agents = [\"a\", \"b\", \"c\", \"d\", \"e\"]";
        format!("[[protocol]]\npreset = \"debate\"\n{seats}\npairing = {pairing}\n")
    };
    let all = scenario(&agents, FRESH, &league("\"round_robin\""));
    let swiss = scenario(&agents, FRESH, &league("{ kind = \"swiss\", rounds = 2 }"));
    assert_eq!((all.cells.len(), swiss.cells.len()), (20, 20));
    let (everybody, some) = (played(&all.cells), played(&swiss.cells));
    // Two rounds of two pairs, each pair both ways; somebody sits out.
    assert_eq!(some.iter().filter(|record| !record.unpaired).count(), 8);
    for (swiss, all) in some.iter().zip(&everybody).filter(|(swiss, _)| !swiss.unpaired) {
        assert_eq!(swiss, all);
    }
    // In the first round the upper half meets the lower: a and c, b and d, in both orders.
    let met = |name: &str| {
        let at = swiss.cells.iter().position(|cell| cell.protocol.name == name).expect("a meeting");
        !some[at].unpaired
    };
    assert!(["a v c", "c v a", "b v d", "d v b"].iter().all(|pair| met(&format!("debate: {pair}"))));
    // A part of it is no tournament: its cells are played as they are.
    let part = played(&swiss.cells[..3]);
    assert!(part.iter().zip(&everybody).all(|(part, all)| part == all));
}

#[test]
fn honesty_is_the_equilibrium_where_lies_are_found() {
    // Perfect agents, two answers, errors fresh in each act, one check: an honest side beats a liar with 1 - e = .9,
    // on either seat; equal claims are the verdict. So a liar gains .4 of a match by telling the truth.
    let protocol = "[[protocol]]\npreset = \"recursive_debate\"\nagents = [\"a\", \"b\"]\n";
    let scenario = scenario(&[("a", 0.5, "honest"), ("b", 0.5, "deceptive")], FRESH, protocol);
    let all = incentives(&scenario.cells[0], &Conditions::default()).expect("played").expect("two sides");
    assert_eq!((all.given.as_slice(), all.meetings.len()), (&[0, 1][..], STANCES.len() * STANCES.len()));
    let outlook = outlook(&all).expect("a game");
    let near = |what: &str, got: f64, want: f64| {
        // 4 standard errors of 20,000 trials at .9.
        assert!((got - want).abs() < 4.0 * (0.09f64 / 20_000.0).sqrt(), "{what}: want {want}, got {got}");
    };
    near("as given", outlook.given.mean, 0.9);
    near("exploitability", outlook.exploitability, 0.4);
    let [a, b] = [0, 1].map(|seat| outlook.responses[seat]);
    assert_eq!((a.best, a.gain, b.best), (0, 0.0, 0));
    near("gain", b.gain, 0.4);
    assert_eq!(outlook.accuracy.mean, 1.0);
    assert!((outlook.value - 0.5).abs() < 1e-9);
    assert!(outlook.equilibrium.iter().all(|shares| shares[0] > 0.999_999), "{:?}", outlook.equilibrium);
    // The scenario's own stances are the scenario's own matches.
    let record = &played(&scenario.cells)[0];
    let given = &all.meetings[1];
    let total = record.total();
    assert_eq!(
        (given.trials, given.first_wins, given.second_wins, &given.right),
        (total.trials, total.first_wins, total.second_wins, &record.right)
    );
    // One try of the liar is a uniform draw of its five stances: three lies, the truth, and the overseer's lean, which
    // is the truth in half the trials as in half it is not: accuracy .9 against a lie, 1 against the truth.
    let tries = |n: u32| all.pressure.iter().find(|p| p.seat == 1 && p.tries == n).expect("it was tried");
    let (wins, accuracy) = under(tries(1), given.trials);
    near("one try", accuracy.mean, 0.2 * (3.0 * 0.9 + 1.0 + 0.95));
    near("one try wins", wins, 0.2 * (3.0 * 0.1 + 0.5 + 0.3));
    // The overseer is surer of what nobody disputes (1) than of a lie that survived its check (.9): its favourite of
    // many is the truth, which nobody wins.
    let (wins, accuracy) = under(tries(64), given.trials);
    near("many tries", accuracy.mean, 1.0);
    near("many tries win", wins, 0.5);
    assert_eq!(all.pressure.len(), 2 * TRIES.len());
}

#[test]
fn who_is_believed_whatever_it_says_gains_nothing() {
    let protocol = "[[protocol]]\npreset = \"consultancy\"\nopen = true\nagents = [\"a\"]\n[[protocol]]\npreset = \"trust\"\nagents = [\"a\"]\n";
    let scenario = scenario(&[("a", 0.5, "honest")], FRESH, protocol);
    let told = |cell: &CellSpec| {
        let all = incentives(cell, &Conditions::default()).expect("played").expect("one side");
        (outlook(&all).expect("a game"), all)
    };
    // What is trusted is always favoured: nobody gains anything, whatever they say.
    let (outlook, all) = told(&scenario.cells[1]);
    assert_eq!((outlook.exploitability, outlook.responses[0].best, outlook.given.mean), (0.0, 0, 1.0));
    assert!(all.meetings.iter().all(|meeting| meeting.first_wins == meeting.trials));
    // A consultant is believed as often whatever it says, for skill is all that counts.
    let (outlook, all) = told(&scenario.cells[0]);
    let won = |stance: usize| all.meetings[stance].first_wins as f64 / all.meetings[stance].trials as f64;
    assert!((won(0) - won(1)).abs() < 0.02, "{} {}", won(0), won(1));
    assert!(outlook.exploitability < 0.02 && all.meetings[1].right.len() == 1);
}

#[test]
fn where_nobody_stands_for_anything_there_is_nothing_to_gain() {
    let protocol =
        "[[protocol]]\npreset = \"unaided\"\n[[protocol]]\npreset = \"amplification\"\nagents = [\"a\"]\n";
    let scenario = scenario(&[("a", 0.5, "honest")], FRESH, protocol);
    for cell in &scenario.cells {
        assert_eq!(incentives(cell, &Conditions::default()), Ok(None), "{}", cell.id);
    }
}

#[test]
fn incentives_are_the_same_for_any_threads_and_blocks() {
    let protocol = "[[protocol]]\npreset = \"critique\"\nagents = [\"a\", \"b\"]\n";
    let scenario = scenario(&[("a", 0.5, "honest"), ("b", 0.5, "deceptive")], FRESH, protocol);
    let of = |threads: usize, block: Option<usize>| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let conditions = Conditions { block, ..Conditions::default() };
        pool.install(|| incentives(&scenario.cells[0], &conditions)).expect("played")
    };
    assert_eq!(of(1, None), of(2, Some(64)));
}

#[test]
fn a_seat_is_a_seat_whatever_side_it_stands_on() {
    let of = |sides: &str| {
        let protocol = format!(
            "[[protocol]]\npreset = \"recursive_debate\"\nsides = \"{sides}\"\nagents = [\"a\", \"b\"]\n"
        );
        let scenario = scenario(&[("a", 0.5, "honest"), ("b", 0.5, "deceptive")], FRESH, &protocol);
        incentives(&scenario.cells[0], &Conditions::default()).expect("played")
    };
    let [listed, swapped] =
        ["as_listed", "swapped"].map(|sides| outlook(&of(sides).expect("two")).expect("a game"));
    for outlook in [&listed, &swapped] {
        assert!((outlook.exploitability - 0.4).abs() < 0.02, "{outlook:?}");
        let told: Vec<usize> = outlook.responses.iter().map(|response| response.best).collect();
        assert_eq!((told, outlook.accuracy.mean), (vec![0, 0], 1.0));
    }
    // A match that a coin seats does not say who stood where.
    assert_eq!(of("coin"), None);
}
