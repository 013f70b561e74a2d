//! `straddle check`: checks scenarios and reports.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;

use super::args::{CHECKPOINT_EVERY, CheckArguments};
use super::exit::Standing;
use super::progress::{self, Watcher};
use super::run::Run;
use super::{errors, memory};
use crate::check::checkpoint::{Keeper, Refusal};
use crate::check::{self, Bounds, CheckOptions};
use crate::engine::Order;
use crate::report::saved::{Origin, SavedTrace};
use crate::report::{ScenarioResult, Settings, shell_word, terminal};
use crate::scenario::{self, Diagnostic, Overrides, RunbookFiles, Scenario};
use crate::vocabulary::Engine;

/// Checks what `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &CheckArguments, program: &str) -> u8 {
    progress::listen();
    match &arguments.runbook {
        Some(runbook) => check_runbook(arguments, program, runbook),
        None => check_scenarios(arguments, program),
    }
}

/// Checks scenarios.
fn check_scenarios(arguments: &CheckArguments, program: &str) -> u8 {
    let (paths, mistakes) = scenario::find(&arguments.paths);
    let mut run = match new(arguments, program, paths.len() > 1) {
        Ok(run) => run,
        Err(code) => return code,
    };
    for mistake in &mistakes {
        run.unreadable(std::slice::from_ref(mistake));
    }
    if !run.save_to(arguments.save.as_deref()) {
        return run.finish().code;
    }
    let mut keeper = match keeper(arguments, paths.len()) {
        Ok(keeper) => keeper,
        Err(mistake) => {
            run.refused(&mistake);
            return run.finish().code;
        }
    };
    let options = options(arguments);
    run.each(&paths, "checked", |run, path| {
        check_with(run, path, &options, |watcher| match &mut keeper {
            Some(keeper) => check::checkpoint::check_scenario(path, &options, watcher, keeper),
            None => check::check_scenario(path, &options, watcher).map_err(Refusal::Unreadable),
        });
        if let Some(failure) = keeper.as_mut().and_then(Keeper::failure) {
            run.refused(&failure);
        }
    });
    let ended = run.finish();
    // Until here the report could have been lost, and the search had to be possible again.
    if let (true, Some(keeper)) = (ended.is_written, &keeper)
        && let Err(mistake) = keeper.clear()
    {
        errors::draw(&mistake, arguments.color.into());
    }
    ended.code
}

/// Checks a script and two manifests.
fn check_runbook(arguments: &CheckArguments, program: &str, runbook: &Path) -> u8 {
    let mut run = match new(arguments, program, false) {
        Ok(run) => run,
        Err(code) => return code,
    };
    let files = RunbookFiles {
        source: arguments.source.as_deref().unwrap_or(Path::new("")),
        destination: arguments.destination.as_deref(),
        runbook,
    };
    let options = options(arguments);
    check_with(&mut run, runbook, &options, |watcher| {
        let read = Scenario::of_runbook(&files, &options.overrides);
        let mut scenario = read.map_err(Refusal::Unreadable)?;
        check::take_apart(&mut scenario, options.every_step);
        Ok(check::check(&scenario, &options, watcher))
    });
    run.finish().code
}

fn new(
    arguments: &CheckArguments,
    program: &str,
    several: bool,
) -> Result<Run<ScenarioResult>, u8> {
    let settings = Settings {
        full: arguments.full,
        short: arguments.short,
        width: super::terminal::width(),
        account: arguments.verbose,
        several,
        program: program.to_owned(),
        flags: flags(arguments),
        input: input(arguments),
    };
    Run::new(
        &arguments.outputs,
        settings,
        arguments.color.into(),
        standing,
    )
}

fn standing(result: &ScenarioResult) -> Standing {
    if result.is_unexpected() {
        Standing::Unexpected
    } else if result.is_undecided() {
        Standing::Undecided
    } else {
        Standing::AsExpected
    }
}

/// Checks what is read from `path`, and says at once what came of it.
fn check_with(
    run: &mut Run<ScenarioResult>,
    path: &Path,
    options: &CheckOptions,
    search: impl FnOnce(&Watcher<'_>) -> Result<ScenarioResult, Refusal>,
) {
    let earlier = Mutex::new(None);
    let tells = run.tells() && !run.settings().several && !run.settings().short;
    let show = |result: &ScenarioResult| {
        if tells {
            run.show(&terminal::beginning(result, run.settings()));
            *earlier.lock().unwrap_or_else(PoisonError::into_inner) = Some(result.clone());
        }
    };
    let watcher = Watcher::new(path, &show);
    let found = catch_unwind(AssertUnwindSafe(|| search(&watcher)));
    watcher.finish();
    let earlier = earlier.into_inner().unwrap_or_else(PoisonError::into_inner);
    match found {
        Ok(Ok(result)) => {
            let text = match earlier {
                Some(earlier) => terminal::rest(&result, &earlier, run.settings()),
                None => terminal::scenario(&result, run.results(), run.settings()),
            };
            let traces = traces(&result, options);
            let proofs = result
                .every_n
                .as_ref()
                .map(|proofs| proofs.certificates.clone());
            run.add(result, &text);
            run.save(traces.into_iter());
            run.save_proofs(&proofs.unwrap_or_default());
        }
        Ok(Err(Refusal::Checkpoint(mistake))) => run.refused(&mistake),
        Ok(Err(Refusal::Unreadable(mistakes))) => run.unreadable(&mistakes),
        Err(_) => run.broken(path, "the check of this scenario"),
    }
}

/// The counterexamples of a scenario, to be saved.
fn traces(result: &ScenarioResult, options: &CheckOptions) -> Vec<SavedTrace> {
    let faults = options.overrides.faults.as_ref();
    let faults = faults.map(ToString::to_string);
    let origin = Origin {
        scenario: &result.scenario,
        path: &result.path,
        replicas: result.headline.replicas,
        model_hash: &result.model_hash,
        faults: faults.as_deref(),
        every_step: options.every_step,
        assume_harmless: &options.overrides.assume_harmless,
        walk: None,
    };
    let found = result.properties.iter();
    let found = found.filter_map(|property| {
        let story = property.counterexample.as_ref()?;
        Some(SavedTrace::new(&origin, &property.name, story))
    });
    found.collect()
}

/// The folder for checkpoints, if that was asked for.
fn keeper(arguments: &CheckArguments, scenarios: usize) -> Result<Option<Keeper>, Box<Diagnostic>> {
    let every = arguments.checkpoint_every;
    let (folder, resumes) = match (&arguments.checkpoint, &arguments.resume) {
        (Some(folder), _) => (folder, false),
        (None, Some(folder)) => (folder, true),
        (None, None) if every.is_some() => {
            let message = "`--checkpoint-every` needs a directory for the checkpoints";
            let help = "add `--checkpoint DIR` or `--resume DIR`";
            return Err(Box::new(
                Diagnostic::new("checkpoint::no-folder", message).help(help),
            ));
        }
        (None, None) => return Ok(None),
    };
    if scenarios > 1 {
        let message = format!("a checkpoint belongs to one scenario, but {scenarios} are given");
        let help = "check them one at a time, each with its own directory";
        return Err(Box::new(
            Diagnostic::new("checkpoint::several", message).help(help),
        ));
    }
    if scenarios == 0 {
        return Ok(None);
    }
    let every = every.unwrap_or(CHECKPOINT_EVERY);
    let keeper = if resumes {
        Keeper::resume(folder, every)
    } else {
        Keeper::start(folder, every)
    };
    keeper.map(Some)
}

fn options(arguments: &CheckArguments) -> CheckOptions {
    let processors = || available_parallelism().unwrap_or(NonZeroUsize::MIN);
    CheckOptions {
        threads: arguments.threads.unwrap_or_else(processors),
        overrides: Overrides {
            faults: arguments
                .faults
                .as_ref()
                .map(|faults| faults.meaning.clone()),
            properties: arguments.properties.clone(),
            assume_harmless: arguments.assume_harmless.clone(),
            assume_suspended: arguments.assume_suspended.clone(),
        },
        fail_fast: arguments.fail_fast,
        bounds: Bounds {
            states: arguments.max_states,
            depth: arguments.max_depth,
            time: arguments.timeout,
            memory: arguments.max_memory.or_else(memory::default_bound),
        },
        every_step: arguments.every_step,
        every_n: arguments.every_n,
        certificates: arguments.save.is_some(),
        symmetry: !arguments.no_symmetry,
        order: arguments.order,
        store: arguments.store,
        engine: arguments.engine,
    }
}

/// The files of a check without a scenario file, as they were given.
fn input(arguments: &CheckArguments) -> Option<String> {
    let files = [
        ("--source", &arguments.source),
        ("--destination", &arguments.destination),
        ("--runbook", &arguments.runbook),
    ];
    arguments.runbook.as_ref()?;
    let given = files.iter().filter_map(|(flag, path)| {
        let path = path.as_ref()?;
        Some(format!("{flag} {}", shell_word(&path.to_string_lossy())))
    });
    Some(given.collect::<Vec<_>>().join(" "))
}

/// The flags without which a story may not show again. Bounds are not among them: a story that
/// was found within them is found without them.
fn flags(arguments: &CheckArguments) -> Vec<String> {
    let mut flags = Vec::new();
    if let Some(faults) = &arguments.faults {
        flags.push(format!("--faults {}", shell_word(&faults.text)));
    }
    let harmless = arguments.assume_harmless.iter();
    flags.extend(harmless.map(|name| format!("--assume-harmless={}", shell_word(name))));
    let suspended = arguments.assume_suspended.iter();
    flags.extend(suspended.map(|writer| format!("--assume-suspended {}", shell_word(writer))));
    flags.extend(arguments.every_step.then(|| "--every-step".to_owned()));
    flags.extend(arguments.no_symmetry.then(|| "--no-symmetry".to_owned()));
    if arguments.order != Order::default() {
        flags.push("--order shortest".to_owned());
    }
    if arguments.engine != Engine::default() {
        flags.push(format!("--engine {}", arguments.engine.name()));
    }
    flags
}
