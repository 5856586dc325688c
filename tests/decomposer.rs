//! A decomposer that is learned: what it may ask, what it is taught by, what it learns, and what it costs.

mod common;

use common::families::{draws, spec, specs, trial, unfold};
use common::{agent, cell, overseer, task, uniform};
use elenchus::agents::decomposer::Decomposer;
use elenchus::agents::learned::{Decoding, NetworkSpec, Training};
use elenchus::agents::{AgentSpec, Competence};
use elenchus::claim::{Answer, Question};
use elenchus::learners::learner::{Learner, Round};
use elenchus::overseers::ErrorModel;
use elenchus::records::{CellRecord, Tally, TraceNode};
use elenchus::scenario::distil::Distil;
use elenchus::scenario::presets::Preset;
use elenchus::scenario::spec::CellSpec;
use elenchus::scenario::stages::Party;
use elenchus::streams::{Moment, Purpose, Streams};
use elenchus::systems;
use elenchus::tasks::acts::{Act, Layout};
use elenchus::tasks::encoding::Pages;
use elenchus::tasks::{Family, FamilySpec, Step};
use elenchus::tournament::{Conditions, plan, play_cell, trace};
use elenchus::world::clerk::{Clerk, Imitator, Recorded, Records};
use elenchus::world::resources::Recorder;
use elenchus::world::spawn::{self, Roots, Start};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The families that a decomposer can be learned for.
fn read() -> Vec<FamilySpec> {
    specs().into_iter().filter(|spec| spec.alphabet().is_some()).collect()
}

/// Whatever a possible question is asked for, it answers; its page fits, and so do those of its steps.
fn check_question(
    spec: &FamilySpec,
    context: &[u32],
    question: Question,
    say: &mut dyn FnMut(u32) -> Answer,
) {
    let family: &dyn Family = spec;
    assert!(family.level(context, question) <= family.level_max());
    let (answers, truth) = (family.answers(question), family.truth(context, question));
    assert!(u32::from(truth.0) < answers && family.is_right(context, question, truth));
    assert!(!family.show_question(context, question).is_empty());
    let alphabet = spec.alphabet().expect("a family that can be read");
    let classes = u32::from(family.first_class(question)) + answers;
    assert!(classes < alphabet.classes as u32, "{spec:?}: {classes} classes");
    let mut pages = Pages::new(alphabet);
    family.write(context, question, &mut pages.page());
    assert!(pages.symbols.iter().all(|symbol| usize::from(*symbol) < alphabet.symbols));
    let layout = Layout::new(spec).expect("a family that can be read");
    let limit = layout.alphabet();
    let mut subs = Vec::new();
    while family.level(context, question) > 0 && !family.is_proposal(question) {
        let step = family.step(context, question, &subs);
        let act = Act { question, subs: subs.clone().into(), step };
        let (mut pages, mut targets) = (Pages::new(limit), Vec::new());
        layout.teach(&act, &mut pages, &mut targets);
        assert!(pages.symbols.iter().all(|symbol| usize::from(*symbol) < limit.symbols));
        assert!(targets.iter().all(|class| *class < limit.unknown()), "{spec:?} {act:?}");
        match step {
            Step::Ask(sub) => {
                assert!(family.is_question(sub), "{spec:?}: {} is asked", family.show_question(context, sub));
                subs.push(say(family.answers(sub)));
            }
            Step::Done(base) => {
                assert!(u32::from(base.0) < answers);
                return;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_question_that_is_accepted_can_be_asked(which in 0..read().len(), seed: u32, words in prop::collection::vec(any::<u64>(), 50)) {
        let spec = &read()[which];
        let (context, root) = trial(spec, seed.into(), seed.into());
        let streams = Streams::new(seed.into());
        let mut draws = draws(&streams, "answers");
        let mut say = |answers| Answer(draws.below(answers) as u16);
        for word in words {
            // Any word, and one with each byte as it may be.
            let fields = (0..).zip(spec.field_sizes());
            let fits = fields.map(|(i, size)| ((word >> (8 * i) & 0xff) % u64::from(size)) << (8 * i)).sum();
            for question in [Question(word), Question(fits)] {
                if spec.is_question(question) {
                    check_question(spec, &context, question, &mut say);
                }
            }
        }
        let met = unfold(spec, &context, root, &mut |question| say(spec.answers(question))).0;
        prop_assert!(met.into_iter().all(|question| spec.is_question(question)), "{:?}", spec);
    }
}

#[test]
fn questions_that_could_not_be_asked_are_refused() {
    // Fields that fit one by one do not make a question: the property above is not empty on either side.
    for spec in &read() {
        let sizes = spec.field_sizes();
        let all = sizes.iter().product::<u32>().min(1 << 16);
        let packed = |mut i: u32| {
            let byte = |(at, size): (usize, &u32)| {
                let value = i % size;
                i /= size;
                u64::from(value) << (8 * at)
            };
            Question(sizes.iter().enumerate().map(byte).sum())
        };
        let accepted = (0..all).filter(|i| spec.is_question(packed(*i))).count() as u32;
        assert!(accepted < all && accepted * 1000 >= all, "{spec:?}: {accepted} of {all}");
        assert!(!spec.is_question(Question(u64::MAX)));
    }
}

fn powers() -> FamilySpec {
    spec("permutation_powering", r#""size": 8, "k_max": 7"#)
}

fn student() -> AgentSpec {
    let (network, decoding) = (NetworkSpec::Tabular, Decoding::Argmax);
    let competence = Competence::Learned { network, decoding, schooling: None, weights: None, saved: None };
    AgentSpec { name: "student".into(), competence, ..AgentSpec::plain() }
}

const TRAINING: Training = Training {
    rounds: 4,
    questions: 400,
    steps: 10,
    batch: 32,
    rate: 0.004,
    warmup: 20,
    schedule: elenchus::agents::learned::Schedule::Linear,
    decay: 0.0,
    clip: 1.0,
    horizon: 20.0,
    curriculum: 0.0,
    enough: 2.0,
    own: 0.0,
    decomposer: Decomposer::Exact,
};

/// Iterated amplification of a table, by so many splits.
fn taught(depth: u32, decomposer: Decomposer, combining: ErrorModel) -> CellSpec {
    let training = Training { decomposer, ..TRAINING };
    let preset = Preset::IteratedAmplification {
        depth,
        votes: 1,
        primitives: Party::Overseer,
        rounds: 1,
        fit_error: common::p(0.0),
        denoise: common::p(0.0),
        training: Some(training),
    };
    cell(task(powers()), overseer(uniform(0.0), combining), vec![student()], preset, 300)
}

fn tabular(acts: u32) -> Decomposer {
    Decomposer::Learned { acts, steps: 1, network: NetworkSpec::Tabular }
}

const SMALL: NetworkSpec = NetworkSpec::transformer(32, 2, 2, 64);

/// Plays trials to their last split, agents answering what is primitive; with what a clerk took down.
fn play(combining: ErrorModel, first: u64, trials: usize, clerk: Option<Clerk>) -> (Vec<Recorded>, Tally) {
    let preset = Preset::Amplification { depth: 2, votes: 1, primitives: Party::Agents };
    let cell = cell(
        task(powers()),
        overseer(uniform(0.0), combining),
        vec![agent("expert", 1.0, 0.0)],
        preset,
        trials as u64,
    );
    let slots = cell.task.family.questions_max(2) as usize;
    let mut world = spawn::world(&cell, trials.next_power_of_two(), slots, false);
    spawn::seat(&mut world, &cell, (0, 0), &[], None);
    if let Some(clerk) = clerk {
        world.insert_resource(clerk);
    }
    let mut schedule = systems::schedule(&cell.protocol.stages, 0);
    spawn::reset(&mut world, Start { replicate: 0, first, trials, iteration: 0, roots: Roots::Own }, 2);
    systems::run(&mut world, &mut schedule);
    let taken = world.get_resource_mut::<Clerk>().map(|mut clerk| match &mut *clerk {
        Clerk::Records(records) => records.take(),
        Clerk::Imitates(_) => Vec::new(),
    });
    (taken.unwrap_or_default(), world.resource::<Recorder>().sums.tally)
}

fn recorded(combining: ErrorModel, first: u64, trials: usize) -> Vec<Recorded> {
    play(combining, first, trials, Some(Clerk::Records(Records::default()))).0
}

/// Somebody who learned these acts.
fn imitator(network: NetworkSpec, training: &Training, acts: &[Recorded]) -> Imitator {
    let layout = Layout::new(&powers()).expect("a family that can be read");
    let streams = Streams::new(7);
    let draws = |what: &str| {
        let actor = Streams::actor(Purpose::Lesson, 0, what);
        streams.draws(Streams::at(actor, 0, Question(0), Moment::default()))
    };
    let mut learner = Learner::new(&network, layout.alphabet(), training, draws).expect("a network");
    let (mut pages, mut targets) = (Pages::new(layout.alphabet()), Vec::new());
    acts.iter().for_each(|recorded| layout.teach(&recorded.act, &mut pages, &mut targets));
    let round = Round { pages: &pages, targets: &targets, own: &targets };
    learner.learn(round, training, &mut draws("batches"), |_| Ok(())).expect("it does not diverge");
    Imitator::new(learner.reader(), layout)
}

/// The share of acts in which it does what the family does.
fn share_right(imitator: &mut Imitator, acts: &[Recorded]) -> f64 {
    let mut fresh = acts.iter();
    let mut right = 0;
    imitator.steps(acts.iter().map(|recorded| (recorded.act.question, &*recorded.act.subs)), |step| {
        let Act { question, subs, .. } = &fresh.next().expect("each is told of once").act;
        right += u32::from(step == Some(powers().step(&[], *question, subs)));
    });
    f64::from(right) / acts.len() as f64
}

#[test]
fn a_network_learns_the_steps() {
    let acts = recorded(uniform(0.0), 0, 1000);
    let family = powers();
    assert!(acts.iter().all(|Recorded { act, .. }| act.step == family.step(&[], act.question, &act.subs)));
    let fresh = recorded(uniform(0.0), 1 << 20, 500);
    let training = Training { rounds: 1, steps: 1200, batch: 64, ..TRAINING };
    let right = share_right(&mut imitator(SMALL, &training, &acts), &fresh);
    println!("{} acts, then right in {right:.4} of {} fresh ones", acts.len(), fresh.len());
    assert!(right >= 0.99, "{right}");
}

#[test]
fn a_table_repeats_the_record_with_its_errors() {
    let family = powers();
    let acts = recorded(uniform(0.2), 0, 8192);
    let errs = |act: &Act| act.step != family.step(&[], act.question, &act.subs);
    let (mut done, mut wrong) = (0, 0);
    let mut counts: BTreeMap<_, BTreeMap<u16, u32>> = BTreeMap::new();
    for Recorded { act, acts, .. } in &acts {
        assert_eq!(*acts, 1);
        match act.step {
            Step::Ask(_) => assert!(!errs(act), "only what combines errs"),
            Step::Done(answer) => {
                done += 1;
                wrong += u64::from(errs(act));
                *counts.entry((act.question, act.subs.clone())).or_default().entry(answer.0).or_default() +=
                    1;
            }
        }
    }
    // Each recombination errs with the overseer's rate.
    common::near("recombinations that err", wrong, done, 0.2);
    let mut table = imitator(NetworkSpec::Tabular, &TRAINING, &acts);
    let said = counts.keys().map(|(question, subs)| (*question, &**subs));
    let mut expected = counts.values();
    let mut slips = 0;
    table.steps(said, |step| {
        let counts = expected.next().expect("each is told of once");
        let most = *counts.values().max().expect("it was seen");
        let likeliest: Vec<u16> =
            counts.iter().filter(|(_, count)| **count == most).map(|(a, _)| *a).collect();
        // The likeliest of the record, be it an error; between equals, nothing.
        let wanted = (likeliest.len() == 1).then(|| Step::Done(Answer(likeliest[0])));
        assert_eq!(step, wanted, "{counts:?}");
        slips += u32::from(most == 1);
    });
    assert!(slips > 0, "some were seen once, errors among them");
}

#[test]
fn who_imitates_costs_the_overseer_nothing() {
    let acts = recorded(uniform(0.0), 0, 8192);
    let table = imitator(NetworkSpec::Tabular, &TRAINING, &acts);
    let (_, alone) = play(uniform(0.3), 1 << 20, 512, None);
    let (_, taken_down) = play(uniform(0.3), 1 << 20, 512, Some(Clerk::Records(Records::default())));
    assert_eq!(alone, taken_down, "to take down changes nothing");
    let (_, imitated) = play(uniform(0.3), 1 << 20, 512, Some(Clerk::Imitates(Box::new(table))));
    assert!(alone.combines > 0 && alone.right < 400, "{alone:?}");
    assert_eq!((imitated.combines, imitated.cost, imitated.erred), (0, 0, 0));
    // What it has seen it does without an error; of what it has not, it says nothing.
    println!("right {} abstained {} of {}", imitated.right, imitated.abstained, imitated.trials);
    assert_eq!(imitated.right + imitated.abstained, 512);
    assert!(imitated.right > 400, "{imitated:?}");
    // Whoever knows nothing asks nothing.
    let blank = imitator(NetworkSpec::Tabular, &TRAINING, &[]);
    let (_, nothing) = play(uniform(0.3), 1 << 20, 512, Some(Clerk::Imitates(Box::new(blank))));
    assert_eq!((nothing.abstained, nothing.agent_calls), (512, 0));
    // One that was taught nothing says anything at all, and nothing that it says breaks a match.
    let training = Training { rounds: 1, steps: 1, batch: 1, ..TRAINING };
    let wild = imitator(SMALL, &training, &acts[..1]);
    let (_, wild) = play(uniform(0.3), 1 << 20, 512, Some(Clerk::Imitates(Box::new(wild))));
    assert_eq!(wild.trials, 512);
}

fn played(cell: &CellSpec, threads: usize, block: Option<usize>) -> CellRecord {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let record = pool.install(|| play_cell(cell, &Conditions { block, ..Conditions::default() }));
    let record = record.expect("a test's cell can be played");
    assert_eq!(record.failed, None);
    record
}

#[test]
fn acts_are_counted_and_never_pass_the_bound() {
    for acts in [1, 10, 500] {
        let record = played(&taught(1, tabular(acts), uniform(0.1)), 1, None);
        let counted: BTreeMap<u32, u64> =
            record.rounds.iter().map(|r| (r.round, r.learned.expect("it is measured").acts)).collect();
        for (round, counted) in counted {
            // A lesson of an odd power takes four acts, so at most three are left over.
            let allowed = u64::from(acts) * u64::from(round) / 4;
            assert!(counted <= allowed && counted + 4 > allowed, "round {round}: {counted} of {allowed}");
        }
    }
}

#[test]
fn lessons_that_are_taken_down_are_the_lessons() {
    // More acts than are ever made: all lessons are the overseer's, as if nobody learned from it.
    let [exact, recorded] = [Decomposer::Exact, tabular(u32::MAX)].map(|decomposer| {
        let record = played(&taught(1, decomposer, uniform(0.1)), 1, None);
        // What the last round leaves is measured on lessons of the imitation, and acts are counted otherwise.
        let rounds = record.rounds.into_iter().filter(|round| round.round < TRAINING.rounds);
        let rounds = rounds.map(|mut round| {
            round.learned.as_mut().expect("it is measured").acts = 0;
            round
        });
        rounds.collect::<Vec<_>>()
    });
    assert!(!exact.is_empty());
    assert_eq!(exact, recorded);
}

#[test]
fn few_acts_make_the_lessons_of_many() {
    // Down to primitive questions, so that whatever is wrong in the end is the imitation's doing.
    let network = Decomposer::Learned { acts: 2400, steps: 300, network: SMALL };
    let [few, many] = [network, Decomposer::Exact].map(|decomposer| {
        let record = played(&taught(2, decomposer, uniform(0.0)), 2, None);
        let acts = record.rounds.last().and_then(|round| round.learned).expect("it is measured").acts;
        let top = *record.levels.last().expect("levels");
        println!("{acts} acts; level {}: {} of {} targets are right", top.level, top.target, top.trials);
        (acts, top)
    });
    assert!(few.0 <= 2400 && many.0 > 2 * few.0, "{} and {} acts", few.0, many.0);
    assert_eq!(many.1.target, many.1.trials);
    assert!(few.1.target * 100 >= few.1.trials * 99, "{:?}", few.1);
}

/// What taught a wrong answer is told as it was: by the apprentice as it was in that round, or by the overseer.
#[test]
fn lessons_of_an_apprentice_are_told_with_their_parts() {
    // Too few acts to learn it well.
    let mut cell = taught(1, tabular(40), uniform(0.2));
    cell.protocol.stages.distil = match cell.protocol.stages.distil {
        Distil::Learned { targets, training } => {
            Distil::Learned { targets, training: Training { rounds: 3, ..training } }
        }
        other => other,
    };
    let told = |trial: u64| trace(&cell, 0, trial).expect("a match").taught;
    let lessons: Vec<TraceNode> =
        (0..200).filter_map(told).flat_map(|taught| taught.lessons).map(|(_, node)| node).collect();
    assert!(lessons.iter().any(|lesson| !lesson.right && !lesson.children.is_empty()), "{lessons:?}");
}

#[test]
fn the_same_bytes_whatever_the_threads_and_blocks() {
    let network = Decomposer::Learned { acts: 300, steps: 20, network: SMALL };
    let mut cell = taught(1, network, uniform(0.1));
    cell.replicates = 2;
    let bytes = |threads, block| format!("{:?}", played(&cell, threads, block));
    let one = bytes(1, None);
    assert_eq!(one, bytes(2, None));
    assert_eq!(one, bytes(2, Some(8)));
}

#[test]
fn where_nothing_is_decomposed_nothing_is_imitated() {
    let training = Training { decomposer: tabular(100), ..TRAINING };
    let rest = |preset| {
        let cell = cell(task(powers()), overseer(uniform(0.0), uniform(0.0)), vec![student()], preset, 10);
        plan(&cell).expect_err("it cannot be played")
    };
    for preset in [Preset::Supervised { training }, Preset::Imitation { training }] {
        let problem = rest(preset);
        assert!(problem.contains("nothing to imitate") && problem.contains("tree"), "{problem}");
    }
    let Competence::Learned { network, decoding, .. } = student().competence else {
        unreachable!("it learns")
    };
    let competence =
        Competence::Learned { network, decoding, schooling: Some(training), weights: None, saved: None };
    let schooled = AgentSpec { competence, ..student() };
    let cell = cell(task(powers()), overseer(uniform(0.0), uniform(0.0)), vec![schooled], Preset::Trust, 10);
    let problem = plan(&cell).expect_err("it cannot be played");
    assert!(problem.contains("in its schooling"), "{problem}");
    let size = NetworkSpec::Mlp { width: 12, layers: 1 };
    let odd = taught(1, Decomposer::Learned { acts: 1, steps: 1, network: size }, uniform(0.0));
    let problem = plan(&odd).expect_err("it cannot be played");
    assert!(problem.contains("multiple of 8"), "{problem}");
}
