//! A golden playthrough of every listed variant: one match told as a tree, and the
//! numbers of a small run. A listed variant without one fails.

mod common;

use elenchus::records::COLUMNS;
use elenchus::report::tables;
use elenchus::scenario::{Overrides, Source, read, words};
use elenchus::shape::Variant;
use elenchus::tournament::{Conditions, play_cell, trace};

/// The parameters that a variant cannot do without.
fn needed(variant: &Variant) -> String {
    let value = |name: &str| match name {
        "file" => "file = \"measured.csv\"",
        "row" => "row = \"somebody\"",
        "rating" => "rating = 300.0",
        "rounds" => "rounds = 1",
        other => panic!("{}: say what {other} is in a playthrough", variant.name),
    };
    let fields = variant.fields.iter().filter(|field| field.default.is_none());
    fields.map(|field| format!(", {}", value(field.name))).collect()
}

const LINE_UP: [&str; 2] = ["expert", "deceiver"];

/// A scenario in which a variant is at work that is about pictures: the judge has learned next to nothing.
fn pictures(group: &str, variant: &Variant) -> Option<String> {
    let pick = |wanted: &str, otherwise: &str| {
        let more = if variant.name == "tree" { ", rollouts = 20" } else { "" };
        let picked = format!("{{ kind = \"{}\"{more} }}", variant.name);
        if wanted == group { picked } else { otherwise.to_owned() }
    };
    let size = if variant.name == "convolution" {
        "steps = 2, batch = 4"
    } else {
        "width = 32, steps = 60, batch = 32"
    };
    let kind = if group == "judge network" { variant.name } else { "dense" };
    let protocol = match (group, variant.name) {
        ("protocol", name @ ("pixel_debate" | "pixel_glimpse")) => format!("preset = \"{name}\""),
        ("cross-check", "pixels" | "glimpse") => {
            format!("name = \"composed\"\nanswer = \"sides\"\ncross_check = {}", pick("cross-check", ""))
        }
        ("player", _) => "preset = \"pixel_debate\"".into(),
        ("judge network", _) => "preset = \"pixel_glimpse\"".into(),
        _ => return None,
    };
    Some(format!(
        r#"name = "playthrough"
        seed = 7
        trials = 200
        [task]
        family = "sparse_pixels"
        [[agent]]
        name = "expert"
        competence = {{ kind = "by_level", accuracy = 0.95 }}
        player = {player}
        [[agent]]
        name = "deceiver"
        competence = {{ kind = "by_level", accuracy = 0.9 }}
        stance = {{ kind = "deceptive", lie = "plausible" }}
        player = {player}
        [[overseer]]
        name = "judge"
        network = {{ kind = "{kind}", {size} }}
        [[protocol]]
        agents = ["expert", "deceiver"]
        {protocol}
        [[protocol]]
        preset = "unaided""#,
        player = pick("player", "\"greedy\""),
    ))
}

/// A scenario in which a variant is at work.
fn scenario(group: &str, variant: &Variant) -> String {
    if let Some(text) = pictures(group, variant) {
        return text;
    }
    // A network is small and taught little; what it is asked it must be able to read.
    let lessons = "rounds = 2, questions = 256, steps = 20, batch = 32, warmup = 5";
    let more = match (group, variant.name) {
        ("competence", "learned") => format!(", network = \"tabular\", schooling = {{ {lessons} }}"),
        ("distil", "learned") => format!(", training = {{ {lessons} }}"),
        ("network", "transformer") => ", width = 16, heads = 2, hidden = 32".into(),
        ("network", "mlp") => ", width = 32".into(),
        ("decomposer", "learned") => ", acts = 500, steps = 20, network = \"tabular\"".into(),
        _ => needed(variant),
    };
    let picked = format!("{{ kind = \"{}\"{more} }}", variant.name);
    let training = format!("training = {{ {lessons} }}");
    let learns = ["learned", "supervised", "imitation", "weak_to_strong"].contains(&variant.name);
    let pick = |wanted: &str, otherwise: &str| {
        if wanted == group { picked.clone() } else { otherwise.to_owned() }
    };
    let task = match group {
        "family" => format!("family = \"{}\"", variant.name),
        _ if learns || ["network", "decomposer"].contains(&group) => {
            "family = \"permutation_powering\"\nsize = 4".into()
        }
        _ => "family = \"claim_tree\"\ndepth = 2\nbranching = 3\nanswers = 4".into(),
    };
    let preset = |name: &str, more: &str| {
        let seats = match name {
            "unaided" => 0,
            "trust" | "consultancy" | "amplification" | "iterated_amplification" => 1,
            _ => 2,
        };
        format!("[[protocol]]\npreset = \"{name}\"\nagents = {:?}\n{more}\n", &LINE_UP[..seats])
    };
    let stages = |seats: usize, what: &str| {
        format!("[[protocol]]\nname = \"composed\"\nagents = {:?}\n{what}\n", &LINE_UP[..seats])
    };
    let taught = |name: &str, seats: &[&str], more: &str| {
        format!("[[protocol]]\npreset = \"{name}\"\nagents = {seats:?}\n{more}\n")
    };
    let tree = "{ kind = \"tree\", depth = 2 }";
    let protocols = match (group, variant.name) {
        ("protocol", name @ ("supervised" | "imitation")) => taught(name, &["student"], &training),
        ("protocol", name @ "weak_to_strong") => taught(name, &["expert", "student"], &training),
        ("network", _) => taught("supervised", &["student"], &training),
        ("decomposer", _) => {
            let training = format!("training = {{ {lessons}, decomposer = {picked} }}");
            taught("iterated_amplification", &["student"], &format!("primitives = \"overseer\"\n{training}"))
        }
        ("protocol", name) => preset(name, ""),
        ("pairing", _) => preset("debate", &format!("pairing = {picked}")),
        ("decompose", _) => stages(1, &format!("decompose = {picked}")),
        ("answer", "sides") => stages(2, &format!("answer = {picked}\ncross_check = \"debate\"")),
        ("answer", name) => {
            let seats = ["overseer", "agent", "vote"].iter().position(|other| *other == name);
            stages(seats.expect("a way to answer"), &format!("answer = {picked}\ndecompose = {tree}"))
        }
        ("cross-check", "none" | "consultancy") => stages(1, &format!("cross_check = {picked}")),
        ("cross-check", _) => stages(
            2,
            &format!(
                "answer = \"sides\"\ncross_check = {picked}\ndecompose = {{ kind = \"tree\", depth = 1 }}"
            ),
        ),
        ("judge", _) => stages(1, &format!("judge = {picked}")),
        ("distil", "learned") => {
            let stages =
                format!("distil = {picked}\ndecompose = {{ kind = \"tree\", primitives = \"overseer\" }}");
            format!("[[protocol]]\nname = \"composed\"\nagents = [\"student\"]\n{stages}\n")
        }
        ("distil", _) => stages(1, &format!("distil = {picked}\ndecompose = {tree}")),
        _ => {
            ["unaided", "trust", "recursive_debate", "amplified_debate"].map(|name| preset(name, "")).concat()
        }
    };
    format!(
        r#"name = "playthrough"
        seed = 7
        trials = 2000
        [task]
        {task}
        [[agent]]
        name = "expert"
        competence = {}
        skill = 0.6
        [[agent]]
        name = "deceiver"
        competence = {{ kind = "by_level", accuracy = 0.9, decay = 0.1 }}
        stance = {}
        consistency = 0.5
        [[agent]]
        name = "student"
        competence = {{ kind = "learned", network = {}, decoding = "sampled" }}
        [[overseer]]
        name = "human"
        reach = 0
        error = {}
        combining = {}
        {protocols}"#,
        pick("competence", "{ kind = \"by_level\", accuracy = 0.9, decay = 0.1 }"),
        pick("stance", "{ kind = \"deceptive\", lie = \"random\" }"),
        pick("network", "\"tabular\""),
        pick("error model", "{ kind = \"uniform\", rate = 0.2 }"),
        pick("error model", "{ kind = \"uniform\", rate = 0.1 }"),
    )
}

#[test]
fn every_listed_variant_plays_as_kept() {
    let mut numbers = String::new();
    for (group, variants) in words::list() {
        // Tables are what scenarios are written in, and nothing that plays.
        for variant in variants.iter().filter(|_| group != "table") {
            let text = scenario(group, variant);
            let files = |_: &str| Ok(b"name,level,accuracy\nsomebody,0,0.9\nsomebody,1,0.6\n".to_vec());
            let source = Source { file: variant.name, stem: "playthrough", text: &text, files: &files };
            let scenario =
                read(&source, &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"));
            let mut told = String::new();
            for cell in &scenario.cells {
                let record =
                    play_cell(cell, &Conditions::default()).expect("a playthrough's cell can be played");
                let row = tables::row(cell, &record);
                let is_number = |name: &str| COLUMNS.contains(&name);
                let values =
                    row.into_iter().filter(|(name, _)| is_number(name)).map(|(_, value)| value.to_string());
                let values: Vec<String> = values.collect();
                numbers.push_str(&format!("{group} {} {}: {}\n", variant.name, cell.id, values.join(",")));
                // A trial in which something happens.
                let trial = 3;
                let trace = trace(cell, 0, trial).expect("a match can be told");
                told.push_str(&format!("{}, trial {trial}\n{trace}\n", cell.id));
            }
            let name = format!("playthroughs/{}-{}.txt", group.replace(' ', "-"), variant.name);
            common::golden(&name, told.trim_end());
        }
    }
    common::golden_numbers("numbers.txt", &numbers);
}
