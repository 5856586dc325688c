//! Scenarios: from a file as written to resolved cells. Touches no files: text, tables,
//! weights and pictures are handed in.

pub mod distil;
pub mod file;
pub mod league;
mod members;
pub mod nearest;
pub mod outline;
pub mod presets;
mod resolve;
pub mod spec;
pub mod stages;
mod sweep;
mod validate;
pub mod words;

use file::{Node, Place, Problems, Value, parse, parse_value};
use spec::Scenario;
pub use validate::Files;

/// A scenario's text and where it is from.
pub struct Source<'a> {
    /// The file's name, for display.
    pub file: &'a str,
    /// The file's name without folder and ending: the scenario's name unless it says another.
    pub stem: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Reads a file that the scenario names, relative to it.
    pub files: Files<'a>,
}

/// What a command line changes about a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Another seed.
    pub seed: Option<u64>,
    /// Another number of trials.
    pub trials: Option<u64>,
    /// Paths and values, as TOML literals; bare words count as text.
    pub set: Vec<(String, String)>,
    /// Further swept paths: `from:to:step` or `a,b,c`.
    pub over: Vec<(String, String)>,
    /// Whether axes advance together.
    pub zip: bool,
}

/// Reads a scenario.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(source: &Source, overrides: &Overrides) -> Result<Scenario, Problems> {
    let failed = |mut list: Vec<file::Problem>| {
        list.sort_by_key(|problem| if let Place::Bytes(span) = &problem.place { span.start } else { 0 });
        Problems { file: source.file.into(), text: source.text.into(), list }
    };
    if source.text.trim().is_empty() {
        let message = "the file is empty; copy scenarios/quickstart.toml for a start".into();
        return Err(failed(vec![file::Problem { place: Place::Bytes(0..0), path: String::new(), message }]));
    }
    let mut root = parse(source.text).map_err(failed)?;
    let mut problems = Vec::new();
    let numbers = [("seed", overrides.seed), ("trials", overrides.trials)];
    let numbers = numbers
        .into_iter()
        .filter_map(|(path, n)| n.map(|n| (path.to_owned(), n.to_string(), format!("--{path} {n}"))));
    let set = overrides
        .set
        .iter()
        .map(|(path, value)| (path.clone(), value.clone(), format!("--set {path}={value}")));
    for (path, value, flag) in numbers.chain(set) {
        let place = Place::Elsewhere(flag);
        if let Err(message) = sweep::set(&mut root, &path, &parse_value(&value, &place)) {
            problems.push(file::Problem { place, path, message });
        }
    }
    let mut over = Vec::new();
    for (path, values) in &overrides.over {
        match sweep::axis_of(path, values) {
            Ok(axis) => over.push(axis),
            Err(problem) => problems.push(problem),
        }
    }
    match resolve::resolve(root, source.stem, over, overrides.zip, source.files) {
        // Points of a large sweep are made of its document, which names no files but pictures.
        Ok(scenario) if problems.is_empty() && scenario.large.is_some() => {
            from_document_with(&scenario.document, source.files).map_err(|_| failed(Vec::new()))
        }
        Ok(scenario) if problems.is_empty() => Ok(scenario),
        Ok(_) => Err(failed(problems)),
        Err(more) => Err(failed([problems, more].concat())),
    }
}

/// Reads a resolved document again, which names no files but those of pictures.
///
/// # Errors
/// What is wrong with it.
pub fn from_document(document: &serde_json::Value) -> Result<Scenario, String> {
    from_document_with(document, &|file| Err(format!("{file}: a resolved scenario reads no files")))
}

/// [`from_document`], where pictures may be read.
///
/// # Errors
/// What is wrong with it.
pub fn from_document_with(document: &serde_json::Value, files: Files) -> Result<Scenario, String> {
    let place = Place::Elsewhere("the resolved scenario".into());
    let mut root = resolve::from_json(document, &place);
    // JSON objects are sorted; the order of the axes is kept apart.
    let order: Vec<String> = root
        .get("axes")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|n| n.text().map(Into::into))
        .collect();
    if let Value::Table(members) = &mut root.value
        && let Some((_, sweep)) = members.iter_mut().find(|(key, _)| key == "sweep")
        && let Value::Table(axes) = &mut sweep.value
    {
        axes.sort_by_key(|(path, _)| order.iter().position(|other| other == path).map_or(0, |at| at + 1));
    }
    resolve::resolve(root, "scenario", Vec::new(), false, files).map_err(|list| {
        Problems { file: "the resolved scenario".into(), text: String::new(), list }.to_string()
    })
}
