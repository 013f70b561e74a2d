//! The bundled scenarios, and how the other questions read them.

use std::path::{Path, PathBuf};

use straddle::engine::Settings;
use straddle::internals::check::question;
use straddle::internals::scenario::{FaultsOverride, Overrides, Scenario, find};
use straddle::{Migration, Verdict};

use crate::arguments::Arguments;
use crate::cost::searches;
use crate::row::{Row, show};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

/// A bundled scenario, by the name of its folder.
///
/// # Errors
/// If it cannot be read.
pub fn read(name: &str) -> Result<Scenario, String> {
    let path = folder().join(name).join("scenario.yaml");
    Scenario::read(&path, &Overrides::default()).map_err(|mistakes| sentence(&mistakes))
}

/// A bundled scenario that names no number of replicas, with so many of them, and with other
/// faults.
///
/// # Errors
/// If it cannot be read.
pub fn grown(name: &str, replicas: u8, faults: &str) -> Result<Scenario, String> {
    let path = folder().join(name).join("scenario.yaml");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let inline = format!("source: {{replicas: {replicas}, ");
    let text = text.replace("source: {", &inline);
    let overrides = Overrides {
        faults: Some(FaultsOverride::parse(faults)?),
        ..Overrides::default()
    };
    let scenario = Scenario::parse(&path, &text, &overrides, &|path| std::fs::read(path))
        .map_err(|mistakes| sentence(&mistakes))?;
    if scenario.setup.replicas == replicas {
        Ok(scenario)
    } else {
        Err(format!("`{name}` has a number of replicas of its own"))
    }
}

fn sentence(mistakes: &[straddle::Diagnostic]) -> String {
    let messages: Vec<&str> = mistakes.iter().map(|one| one.message.as_str()).collect();
    messages.join("; ")
}

/// Searches a scenario as `straddle check` does. What it asks to be proved, and is kept, is left out.
///
/// # Errors
/// If it found something else each time.
pub fn row(name: &str, scenario: &Scenario, arguments: &Arguments) -> Result<Row, String> {
    let model = Migration::new(scenario.setup.clone());
    let breaks = |name: &&'static str| {
        let mut expected = scenario.expect.iter();
        expected.any(|one| one.property == *name && one.expected.verdict == Verdict::Violated)
    };
    let asked = scenario.properties.iter().copied();
    let asked: Vec<&str> = asked
        .filter(|name| !scenario.prove || breaks(name))
        .collect();
    let question = question(&model, &asked, false);
    let settings = Settings {
        symmetry: true,
        ..Settings::from(arguments.threads)
    };
    let cost = searches(&model, &question, settings, arguments)?;
    Ok(Row::new(name, &model, cost))
}

/// All of them.
///
/// # Errors
/// If one cannot be read.
pub fn all() -> Result<Vec<Scenario>, String> {
    let (paths, problems) = find(&[folder()]);
    if !problems.is_empty() {
        return Err(sentence(&problems));
    }
    let read = |path: &PathBuf| Scenario::read(path, &Overrides::default());
    let scenarios = paths.iter().map(read).collect::<Result<_, _>>();
    scenarios.map_err(|mistakes| sentence(&mistakes))
}

/// Searches all of them.
///
/// # Errors
/// If one cannot be read.
pub fn run(arguments: &Arguments) -> Result<String, String> {
    let scenarios = all()?;
    let rows = scenarios
        .iter()
        .map(|scenario| row(&scenario.name, scenario, arguments))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(show("scenario", &rows, arguments.json))
}
