//! `straddle replay`: a saved counterexample, step by step.

use std::io;
use std::path::{Path, PathBuf};

use anstream::AutoStream;

use super::args::{Output, ReplayArguments};
use super::{errors, exit};
use crate::check::replay::{ReplayOptions, replay, scenario_of};
use crate::report::ReportedError;
use crate::report::replay::{Replay, Replayed, json, terminal};
use crate::report::saved::SavedTrace;
use crate::scenario::Diagnostic;

/// Replays what `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &ReplayArguments) -> u8 {
    let found = replayed(arguments);
    let (result, mistakes) = match found {
        Ok(result) => (Some(result), Vec::new()),
        Err(mistakes) => (None, mistakes),
    };
    if arguments.output == Output::Pretty {
        for mistake in &mistakes {
            errors::draw(mistake, arguments.color.into());
        }
    }
    let exit_code = match result.as_ref().map(|result| result.broken) {
        None => exit::UNREADABLE,
        Some(Some(true)) => exit::AS_EXPECTED,
        Some(Some(false)) => exit::UNEXPECTED,
        Some(None) => exit::UNDECIDED,
    };
    let replay = Replay {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        exit_code,
        trace: arguments.trace.clone(),
        result,
        errors: mistakes.iter().map(ReportedError::from).collect(),
    };
    let printed = match arguments.output {
        Output::Pretty => {
            let mut out = AutoStream::new(io::stdout(), arguments.color.into()).lock();
            super::print(&mut out, &terminal::render(&replay, arguments.full))
        }
        Output::Json => {
            let text = json::render(&replay, arguments.full);
            super::print(&mut io::stdout().lock(), &text)
        }
    };
    printed.map_or_else(|lost| lost, |()| exit_code)
}

/// Takes the steps of the trace.
fn replayed(arguments: &ReplayArguments) -> Result<Replayed, Vec<Diagnostic>> {
    let one = |mistake: Box<Diagnostic>| vec![*mistake];
    let trace = SavedTrace::read(&arguments.trace).map_err(one)?;
    let path = scenario_path(arguments, &trace)?;
    let scenario = scenario_of(&trace, &path)?;
    let options = ReplayOptions {
        anyway: arguments.anyway,
    };
    replay(&trace, &arguments.trace, &scenario, &options).map_err(one)
}

/// Where the scenario is: as said now, or as it was given when the trace was saved. A folder
/// stands for the one scenario in it.
fn scenario_path(
    arguments: &ReplayArguments,
    trace: &SavedTrace,
) -> Result<PathBuf, Vec<Diagnostic>> {
    let Some(given) = &arguments.scenario else {
        let path = PathBuf::from(&trace.scenario.path);
        return if path.exists() {
            Ok(path)
        } else {
            Err(vec![missing(&path, arguments)])
        };
    };
    let (mut found, mistakes) = crate::scenario::find(std::slice::from_ref(given));
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (Some(_), _) => {
            let message = format!("there are several scenarios in `{}`", given.display());
            let diagnostic = Diagnostic::new("replay::several-scenarios", message);
            Err(vec![diagnostic.about(given).help("name one of them")])
        }
        (None, _) => Err(mistakes),
    }
}

fn missing(path: &Path, arguments: &ReplayArguments) -> Diagnostic {
    let message = format!("the trace's scenario is not at `{}`", path.display());
    Diagnostic::new("replay::no-scenario", message)
        .about(&arguments.trace)
        .help("say where it is with `--scenario PATH`; a relative path starts in this folder")
}
