//! `straddle replay`: a saved counterexample, step by step.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::args::ReplayArguments;
use super::exit::Standing;
use super::run::Run;
use crate::check::replay::{ReplayOptions, replay, scenario_of};
use crate::report::replay::Replayed;
use crate::report::saved::SavedTrace;
use crate::report::{Finding, Settings};
use crate::scenario::Diagnostic;

/// Replays what `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &ReplayArguments, program: &str) -> u8 {
    let settings = Settings {
        full: arguments.full,
        short: false,
        width: super::terminal::width(),
        account: false,
        several: false,
        program: program.to_owned(),
        flags: Vec::new(),
        input: None,
    };
    let run = Run::new(
        &arguments.outputs,
        settings,
        arguments.color.into(),
        standing,
    );
    let mut run = match run {
        Ok(run) => run,
        Err(code) => return code,
    };
    match catch_unwind(AssertUnwindSafe(|| replayed(arguments))) {
        Ok(Ok(result)) => {
            let text = result.show(run.results(), run.settings());
            run.add(result, &text);
        }
        Ok(Err(mistakes)) => run.unreadable(&mistakes),
        Err(_) => run.broken(&arguments.trace, "the replay of this trace"),
    }
    run.finish().code
}

/// A trace is to show what it says.
const fn standing(result: &Replayed) -> Standing {
    match result.broken {
        Some(true) => Standing::AsExpected,
        Some(false) => Standing::Unexpected,
        None => Standing::Undecided,
    }
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
            Err(vec![
                diagnostic.about(given).help("give the path of one of them"),
            ])
        }
        (None, _) => Err(mistakes),
    }
}

fn missing(path: &Path, arguments: &ReplayArguments) -> Diagnostic {
    let message = format!("the trace's scenario was not found at `{}`", path.display());
    Diagnostic::new("replay::no-scenario", message)
        .about(&arguments.trace)
        .help(
            "give its path with `--scenario PATH`; a relative path starts in the current \
               directory",
        )
}
