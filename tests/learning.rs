//! Training as a whole: the same bytes whoever trains, what a noisy overseer's targets come to beside the
//! published model, and what is said when training fails.

mod common;

use common::{agent, overseer, p, task, uniform};
use elenchus::agents::decomposer::Decomposer;
use elenchus::agents::learned::{Decoding, NetworkSpec, Schedule, Start, Training};
use elenchus::agents::{AgentSpec, Competence};
use elenchus::overseers::{ErrorModel, Over};
use elenchus::records::CellRecord;
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::CellSpec;
use elenchus::scenario::stages::Party;
use elenchus::scenario::{Overrides, Source, read};
use elenchus::tasks::FamilySpec;
use elenchus::tasks::permutation_powering::PermutationPowering;
use elenchus::tasks::sequential_assignments::SequentialAssignments;
use elenchus::tournament::{Conditions, plan, play, play_cell};

const SMALL: NetworkSpec = NetworkSpec::transformer(32, 2, 4, 64);

/// A transformer of this width, of so many layers and heads, and of this hidden width.
fn transformer([width, layers, heads, hidden]: [u32; 4], start: Option<Start>, passes: u32) -> NetworkSpec {
    NetworkSpec::Transformer { width, layers, heads, hidden, tied: false, start, passes: Some(passes) }
}

fn student(decoding: Decoding) -> AgentSpec {
    student_of(SMALL, decoding)
}

fn student_of(network: NetworkSpec, decoding: Decoding) -> AgentSpec {
    let competence = Competence::Learned { network, decoding, schooling: None, weights: None, saved: None };
    AgentSpec { name: "student".into(), competence, ..AgentSpec::plain() }
}

fn amplified(training: Training) -> Preset {
    Preset::IteratedAmplification {
        depth: 1,
        votes: 1,
        primitives: Party::Overseer,
        rounds: 1,
        fit_error: p(0.0),
        denoise: p(0.0),
        training: Some(training),
    }
}

fn powers(rate: f64, decoding: Decoding, training: Training) -> CellSpec {
    let family = FamilySpec::PermutationPowering(PermutationPowering { size: 4, k_max: 7 });
    let combining = ErrorModel::Uniform { rate: p(rate), over: Over::All };
    let human = overseer(uniform(0.0), combining);
    let mut cell = common::cell(task(family), human, vec![student(decoding)], amplified(training), 500);
    cell.replicates = 2;
    cell
}

fn short() -> Training {
    Training {
        rounds: 3,
        questions: 128,
        steps: 20,
        batch: 32,
        warmup: 10,
        curriculum: 0.0,
        ..Training::default()
    }
}

fn on_threads(threads: usize, cells: &[CellSpec], conditions: &Conditions) -> Vec<CellRecord> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| play(cells, conditions)).expect("cells that can be played")
}

#[test]
fn a_training_is_the_same_for_any_threads_blocks_and_company() {
    let cells = [Decoding::Sampled, Decoding::Argmax].map(|decoding| powers(0.2, decoding, short()));
    let alone = on_threads(1, &cells[..1], &Conditions::default());
    let once = on_threads(1, &cells, &Conditions::default());
    assert_eq!(alone[0], once[0], "beside another cell");
    assert_eq!(once, on_threads(2, &cells, &Conditions::default()), "on two threads");
    let small = Conditions { block: Some(16), rotation: 1, ..Conditions::default() };
    assert_eq!(once, on_threads(2, &cells, &small), "in small blocks, systems added in another order");
    // The bytes that are compared depend on every weight and draw.
    let other = CellSpec { seed: 8, ..cells[0].clone() };
    assert_ne!(once[0].rounds, on_threads(1, &[other], &Conditions::default())[0].rounds);
    let weights: Vec<&String> = once[0].students.iter().map(|student| &student.weights).collect();
    assert!(weights.len() == 2 && weights[0] != weights[1], "replicates are other weights: {weights:?}");
}

/// A pure imitation model: what a student that draws does to targets of the next level. With a rate p of targets
/// replaced by a draw over N + 1 answers, targets of level 1 are right with x = (1 - p) + p / (N + 1), those
/// of level 2 with (1 - p)(x^2 + (1 - x)^2 / N) + p / (N + 1), where x is the student's own at level 1.
#[test]
#[ignore = "trains for a minute; .ci/run calls it"]
fn noisy_targets_compound_as_the_published_model_says() {
    let (noise, n) = (0.1, 4.0);
    let training = Training { rounds: 30, questions: 1024, curriculum: 0.6, ..Training::default() };
    let mut cell = powers(noise, Decoding::Sampled, training);
    (cell.replicates, cell.trials) = (5, 2_000);
    let record = play_cell(&cell, &Conditions::default()).expect("a cell that can be played");
    let level = |level: u32| record.levels.iter().filter(move |l| l.level == level);
    let share = |level_is: u32, count: fn(&elenchus::records::LevelRecord) -> u64| {
        let (part, all) = level(level_is).fold((0, 0), |(part, all), l| (part + count(l), all + l.trials));
        part as f64 / all as f64
    };
    let one = share(1, |l| l.target);
    let model = (1.0 - noise) + noise / (n + 1.0);
    assert!((one - model).abs() < 0.02, "targets of level 1: want {model:.3} within 2 points, got {one:.3}");
    let (x, two) = (share(1, |l| l.sampled), share(2, |l| l.target));
    let model = (1.0 - noise) * (x * x + (1.0 - x) * (1.0 - x) / n) + noise / (n + 1.0);
    println!("level 1: targets {one:.4}, drawn {x:.4}; level 2: targets {two:.4}, model {model:.4}");
    assert!((two - model).abs() < 0.02, "targets of level 2: want {model:.3} within 2 points, got {two:.3}");
}

#[test]
fn a_training_that_diverges_is_said_and_other_cells_are_kept() {
    let wild = Training { rate: 1000.0, warmup: 0, clip: 1e9, steps: 200, ..short() };
    let cells = [powers(0.0, Decoding::Argmax, wild), powers(0.0, Decoding::Argmax, short())];
    let records = on_threads(2, &cells, &Conditions::default());
    assert_eq!(
        records,
        on_threads(1, &cells, &Conditions::default()),
        "the reason is of the first replicate"
    );
    let reason = records[0].failed.as_ref().expect("it came to nothing");
    for part in ["replicate", "round", "finite", "lower the rate"] {
        assert!(reason.contains(part), "{reason}");
    }
    assert_eq!((records[1].failed.as_ref(), records[1].total().trials), (None, 1000));
}

#[test]
fn what_cannot_be_trained_is_refused_with_a_remedy() {
    let says = |cell: &CellSpec, part: &str| {
        let problem = plan(cell).expect_err("it cannot be trained");
        assert!(problem.contains(part), "{problem}");
    };
    let good = powers(0.0, Decoding::Argmax, short());
    assert!(plan(&good).is_ok());
    let tree = common::tree(2, 2, 2, elenchus::tasks::claim_tree::Combine::Sum);
    says(&CellSpec { task: tree, ..good.clone() }, "has no encoding");
    says(
        &CellSpec { agents: vec![agent("expert", 0.9, 0.5)], ..good.clone() },
        "list an agent with competence",
    );
    let mut untaught = good.clone();
    untaught.protocol.stages = Preset::Trust.stages();
    says(&untaught, "nothing trains");
    let mut own = good.clone();
    own.protocol.stages = Preset::WeakToStrong { training: short() }.stages();
    says(&own, "its own word");
    let with = |network| CellSpec { agents: vec![student_of(network, Decoding::Argmax)], ..good.clone() };
    says(&with(NetworkSpec::transformer(32, 1, 3, 32)), "heads");
    // Nothing on these pages could be noted.
    let idle = transformer([32, 1, 2, 32], None, 2);
    says(&with(idle), "agent \"student\": want passes = 1, got 2");
    let mut recorded = good.clone();
    let decomposer = Decomposer::Learned { acts: 100, steps: 1, network: idle };
    recorded.protocol.stages = amplified(Training { decomposer, ..short() }).stages();
    says(&recorded, "the decomposer's network: want passes = 1, got 2");
}

#[test]
fn weights_that_were_kept_are_gone_on_from_and_others_are_refused() {
    let good = powers(0.0, Decoding::Argmax, short());
    let conditions = Conditions { keep_students: true, ..Conditions::default() };
    let record = play_cell(&good, &conditions).expect("a cell that can be played");
    let first = &record.students[0];
    let saved = first.saved.as_ref().expect("it was kept");
    assert_eq!(blake3::hash(saved).to_hex().to_string(), first.weights, "named by its content");
    let digits: String = saved.iter().map(|byte| format!("{byte:02x}")).collect();
    let with = |network, saved: &str| {
        let (weights, saved) = (Some("kept.safetensors".into()), Some(saved.to_owned()));
        let decoding = Decoding::Argmax;
        let competence = Competence::Learned { network, decoding, schooling: None, weights, saved };
        AgentSpec { name: "student".into(), competence, ..AgentSpec::plain() }
    };
    // It plays without another lesson, as right as it was.
    let mut alone = good.clone();
    alone.protocol.stages = Preset::Trust.stages();
    (alone.agents, alone.replicates) = (vec![with(SMALL, &digits)], 1);
    let played = play_cell(&alone, &Conditions::default()).expect("weights are enough to play with");
    assert_eq!(played.replicates[0].right, record.replicates[0].right);
    // And learns more from there.
    let mut onward = good.clone();
    onward.agents = alone.agents.clone();
    let again = play_cell(&onward, &Conditions::default()).expect("a cell that can be played");
    assert!(
        again.rounds[0].learned.expect("a network").loss < record.rounds[0].learned.expect("a network").loss
    );
    // Where the truth is taught, the truth is the target, whatever the student said before.
    let mut supervised = onward.clone();
    supervised.protocol.stages = Preset::Supervised { training: short() }.stages();
    let taught = play_cell(&supervised, &Conditions::default()).expect("a cell that can be played");
    assert!(taught.rounds.iter().all(|round| round.target_right == round.trials));
    let other = NetworkSpec::transformer(16, 1, 1, 16);
    for (agent, part) in [(with(other, &digits), "want shape"), (with(SMALL, "00"), "want safetensors")] {
        let problem = plan(&CellSpec { agents: vec![agent], ..good.clone() }).expect_err("it does not fit");
        assert!(problem.contains(part), "{problem}");
    }
}

#[test]
fn a_mimetic_start_learns_to_look_up_what_it_looked_up() {
    // s(s(x)) of 16 elements: from draws alone it stays at chance for thousands of steps.
    let share = |start| {
        let network = transformer([64, 2, 2, 64], start, 1);
        let training = Training {
            rounds: 9,
            questions: 2_048,
            steps: 100,
            batch: 32,
            rate: 0.002,
            schedule: Schedule::Constant,
            horizon: 30.0,
            ..Training::default()
        };
        let family = FamilySpec::PermutationPowering(PermutationPowering { size: 16, k_max: 2 });
        let human = overseer(uniform(0.0), uniform(0.0));
        let preset = Preset::Supervised { training };
        let student = student_of(network, Decoding::Argmax);
        let cell = common::cell(task(family), human, vec![student], preset, 500);
        top_level(&cell)
    };
    let (random, mimetic) = (share(None), share(Some(Start::Mimetic)));
    assert!(random < 0.2 && mimetic > 0.8, "{random} and {mimetic}");
}

#[test]
fn notes_let_a_student_go_on_from_what_it_has_found_out() {
    // The value of a variable two layers above the constants: its arguments' values have to be found out first.
    let share = |passes| {
        let student = student_of(transformer([32, 1, 2, 32], Some(Start::Mimetic), passes), Decoding::Argmax);
        let training = Training {
            rounds: 8,
            questions: 4_096,
            steps: 100,
            batch: 64,
            rate: 0.004,
            schedule: Schedule::Constant,
            horizon: 30.0,
            ..Training::default()
        };
        let family =
            FamilySpec::SequentialAssignments(SequentialAssignments { size: 9, depth: 2, values: 3 });
        let human = overseer(uniform(0.0), uniform(0.0));
        let cell = common::cell(task(family), human, vec![student], Preset::Supervised { training }, 500);
        top_level(&cell)
    };
    let (once, twice) = (share(1), share(2));
    assert!(once < 0.7 && twice > 0.9, "{once} and {twice}");
}

/// How often the likeliest answer of a cell's student is right at the top level.
fn top_level(cell: &CellSpec) -> f64 {
    let record = play_cell(cell, &Conditions::default()).expect("a cell that can be played");
    let level = record.levels.iter().max_by_key(|l| l.level).expect("it has some");
    level.argmax as f64 / level.trials as f64
}

#[test]
fn each_node_may_be_cross_checked() {
    // The student defends what it says of each part against a liar, and the overseer decides; a table, so that
    // what is learned is what was decided.
    let text = |cross_check: &str| {
        format!(
            r#"trials = 300
            [task]
            family = "permutation_powering"
            size = 4
            k_max = 7
            [[agent]]
            name = "student"
            competence = {{ kind = "learned", network = "tabular" }}
            skill = 2.0
            [[agent]]
            name = "liar"
            competence = {{ kind = "by_level", accuracy = 1.0 }}
            stance = "deceptive"
            skill = 0.0
            [[overseer]]
            name = "human"
            reach = 0
            [[protocol]]
            name = "checked"
            agents = ["student", "liar"]
            decompose = {{ kind = "tree", depth = 1, primitives = "overseer" }}
            answer = "sides"
            cross_check = "{cross_check}"
            distil = {{ kind = "learned", training = {{ rounds = 4, questions = 6000, curriculum = 0.0 }} }}"#
        )
    };
    for cross_check in ["debate", "critique"] {
        let text = text(cross_check);
        let source = Source { file: "x.toml", stem: "x", text: &text, files: &|name| Err(name.into()) };
        let scenario = read(&source, &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"));
        let record =
            play_cell(&scenario.cells[0], &Conditions::default()).expect("a cell that can be played");
        let right: Vec<f64> = record.levels.iter().map(|l| l.argmax as f64 / l.trials as f64).collect();
        // An overseer that never errs hears the stronger side: the student's word, checked, is right.
        assert!(right.iter().all(|share| *share > 0.9), "{cross_check}: {right:?}");
    }
}
