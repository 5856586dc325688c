//! What a command line may change about a scenario: the same for every verb that reads one.

use crate::cli::End;
use crate::scenario::Overrides;
use clap::Args;

/// Other values.
#[derive(Args)]
pub struct Changes {
    /// Another seed, 0 to 2^63 - 1
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Another number of trials per cell
    #[arg(long)]
    trials: Option<u64>,
    /// Go on until every accuracy's 95 % interval is this narrow: half its width, such as 0.005
    #[arg(long, value_name = "HALF_WIDTH")]
    until: Option<f64>,
    /// The same of every difference between two strategies
    #[arg(long, value_name = "HALF_WIDTH")]
    until_difference: Option<f64>,
    /// Set a parameter, such as overseer.human.reach=2 (repeatable)
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
}

/// Further axes.
#[derive(Args, Default)]
pub struct Axes {
    /// A path and its values: path=from:to:step or path=a,b,c (repeatable; a grid unless --zip)
    #[arg(long, value_name = "PATH=VALUES")]
    over: Vec<String>,
    /// Advance all axes together
    #[arg(long)]
    zip: bool,
}

impl Axes {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.over.is_empty()
    }
}

impl Changes {
    /// As the reader of scenarios takes them.
    pub fn overrides(&self, axes: &Axes) -> Result<Overrides, (End, String)> {
        let set: Result<Vec<_>, _> = self.set.iter().map(|text| path_value(text)).collect();
        let until = [("until", self.until), ("until_difference", self.until_difference)];
        let until =
            until.into_iter().filter_map(|(path, half)| Some((path.to_owned(), format!("{:?}", half?))));
        let set = set.map(|set| set.into_iter().chain(until).collect());
        let over: Result<Vec<_>, _> = axes.over.iter().map(|text| path_value(text)).collect();
        Ok(Overrides { seed: self.seed, trials: self.trials, set: set?, over: over?, zip: axes.zip })
    }
}

/// Splits `path=value`.
fn path_value(text: &str) -> Result<(String, String), (End, String)> {
    let pair = text.split_once('=').filter(|(path, _)| !path.trim().is_empty());
    let (path, value) = pair.ok_or_else(|| (End::Usage, format!("want path=value, got {text:?}")))?;
    Ok((path.trim().into(), value.trim().into()))
}
