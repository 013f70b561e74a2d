//! `straddle simulate`: random walks, and what they have shown.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread::available_parallelism;

use super::args::{FailOn, MAX_STEPS, SimulateArguments};
use super::exit::Standing;
use super::progress::{self, WalkWatcher};
use super::run::Run;
use crate::check::simulate::{SimulateOptions, simulate_scenario};
use crate::report::saved::{Origin, SavedTrace, SavedWalk};
use crate::report::simulation::{Seen, SimulatedScenario};
use crate::report::{Finding, Settings, shell_word};
use crate::scenario::{self, Overrides};

/// Walks through what `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &SimulateArguments, program: &str) -> u8 {
    progress::listen();
    let (paths, mistakes) = scenario::find(&arguments.paths);
    let settings = Settings {
        full: arguments.full,
        short: false,
        width: super::terminal::width(),
        account: false,
        several: paths.len() > 1,
        program: program.to_owned(),
        flags: flags(arguments),
        input: None,
    };
    let standing = match arguments.fail_on {
        Some(FailOn::Violated) => fails_if_violated,
        None => |_: &SimulatedScenario| Standing::AsExpected,
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
    for mistake in &mistakes {
        run.unreadable(std::slice::from_ref(mistake));
    }
    if run.save_to(arguments.save.as_deref()) {
        let options = options(arguments);
        run.each(&paths, "simulated", |run, path| {
            simulate(run, path, &options);
        });
    }
    run.finish().code
}

fn fails_if_violated(result: &SimulatedScenario) -> Standing {
    if result.is_violated() {
        Standing::Unexpected
    } else {
        Standing::AsExpected
    }
}

/// Walks through the scenario in `path`, and says at once what came of it.
fn simulate(run: &mut Run<SimulatedScenario>, path: &Path, options: &SimulateOptions) {
    let watcher = WalkWatcher::new(path, options.runs);
    let found = catch_unwind(AssertUnwindSafe(|| {
        simulate_scenario(path, options, &|runs| watcher.progress(runs))
    }));
    watcher.finish();
    match found {
        Ok(Ok(result)) => {
            let text = result.show(run.results(), run.settings());
            let traces = traces(&result, options);
            run.add(result, &text);
            run.save(traces.into_iter());
        }
        Ok(Err(mistakes)) => run.unreadable(&mistakes),
        Err(_) => run.broken(path, "the simulation of this scenario"),
    }
}

/// The first walk that breaks each property, to be saved.
fn traces(result: &SimulatedScenario, options: &SimulateOptions) -> Vec<SavedTrace> {
    let faults = options.overrides.faults.as_ref();
    let faults = faults.map(ToString::to_string);
    let found = result.properties.iter().filter_map(|property| {
        let Seen::Broken { first, .. } = property.seen else {
            return None;
        };
        let origin = Origin {
            scenario: &result.scenario,
            path: &result.path,
            replicas: result.headline.replicas,
            model_hash: &result.model_hash,
            faults: faults.as_deref(),
            every_step: options.every_step,
            assume_harmless: &options.overrides.assume_harmless,
            walk: Some(SavedWalk {
                seed: result.walks.seed,
                run: first,
            }),
        };
        let story = property.counterexample.as_ref()?;
        Some(SavedTrace::new(&origin, &property.name, story))
    });
    found.collect()
}

fn options(arguments: &SimulateArguments) -> SimulateOptions {
    let processors = || available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let faults = arguments.faults.as_ref();
    SimulateOptions {
        runs: arguments.runs,
        seed: arguments.seed,
        threads: arguments.threads.unwrap_or_else(processors),
        max_steps: arguments.max_steps,
        overrides: Overrides {
            faults: faults.map(|faults| faults.meaning.clone()),
            properties: arguments.properties.clone(),
            assume_harmless: arguments.assume_harmless.clone(),
            assume_suspended: arguments.assume_suspended.clone(),
        },
        every_step: arguments.every_step,
    }
}

/// The flags without which a walk does not go the same way, or a check is not about the same.
fn flags(arguments: &SimulateArguments) -> Vec<String> {
    let mut flags = Vec::new();
    if let Some(faults) = &arguments.faults {
        flags.push(format!("--faults {}", shell_word(&faults.text)));
    }
    let harmless = arguments.assume_harmless.iter();
    flags.extend(harmless.map(|name| format!("--assume-harmless={}", shell_word(name))));
    flags.extend(arguments.every_step.then(|| "--every-step".to_owned()));
    if arguments.max_steps != MAX_STEPS {
        flags.push(format!("--max-steps {}", arguments.max_steps));
    }
    flags
}
