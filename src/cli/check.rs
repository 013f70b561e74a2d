//! `straddle check`: checks scenarios and reports.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;

use anstream::{AutoStream, ColorChoice};

use super::args::{CHECKPOINT_EVERY, CheckArguments};
use super::outlet::{self, Format, Outlets};
use super::progress::{self, Watcher};
use super::save::Saver;
use super::{errors, exit, memory, ours};
use crate::check::checkpoint::{Keeper, Refusal};
use crate::check::{self, Bounds, CheckOptions};
use crate::engine::Order;
use crate::report::saved::{Origin, SavedTrace};
use crate::report::terminal::{self, Settings};
use crate::report::{Report, ReportedError, ScenarioResult, Summary, shell_word};
use crate::scenario::{self, Diagnostic, Overrides, RunbookFiles, Scenario};
use crate::vocabulary::Engine;

/// Checks what `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &CheckArguments, program: &str) -> u8 {
    progress::listen();
    let outlets = match Outlets::new(&arguments.outputs) {
        Ok(outlets) => outlets,
        Err(mistake) => {
            errors::draw(&mistake, arguments.color.into());
            return exit::UNREADABLE;
        }
    };
    if let Some(runbook) = &arguments.runbook {
        let mut run = Run::new(arguments, outlets, program, false);
        run.check_runbook(arguments, runbook);
        return run.finish();
    }
    let (paths, mistakes) = scenario::find(&arguments.paths);
    let mut run = Run::new(arguments, outlets, program, paths.len() > 1);
    for mistake in &mistakes {
        run.unreadable(std::slice::from_ref(mistake));
    }
    if let Some(folder) = &arguments.save {
        match Saver::new(folder) {
            Ok(saver) => run.saver = Some(saver),
            // Known before a search that may take long.
            Err(mistake) => {
                run.unsaved(&mistake);
                return run.finish();
            }
        }
    }
    match keeper(arguments, paths.len()) {
        Ok(keeper) => run.keeper = keeper,
        Err(mistake) => {
            run.refused(&mistake);
            return run.finish();
        }
    }
    for (index, path) in paths.iter().enumerate() {
        if progress::interrupted() {
            run.unchecked(paths.len() - index);
            break;
        }
        run.check(path);
    }
    run.finish()
}

/// The folder for checkpoints, if that was asked for.
fn keeper(arguments: &CheckArguments, scenarios: usize) -> Result<Option<Keeper>, Box<Diagnostic>> {
    let every = arguments.checkpoint_every;
    let (folder, resumes) = match (&arguments.checkpoint, &arguments.resume) {
        (Some(folder), _) => (folder, false),
        (None, Some(folder)) => (folder, true),
        (None, None) if every.is_some() => {
            let message = "`--checkpoint-every` says nothing of where";
            let help = "add `--checkpoint DIR` or `--resume DIR`";
            return Err(Box::new(
                Diagnostic::new("checkpoint::no-folder", message).help(help),
            ));
        }
        (None, None) => return Ok(None),
    };
    if scenarios > 1 {
        let message = format!("a checkpoint is of one scenario, and here are {scenarios}");
        let help = "check them one after another, each with a folder of its own";
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

/// One run of the command: what it was asked for, and what it knows so far.
struct Run {
    options: CheckOptions,
    settings: Settings,
    outlets: Outlets,
    color: ColorChoice,
    results: Vec<ScenarioResult>,
    errors: Vec<ReportedError>,
    trouble: exit::Trouble,
    saver: Option<Saver>,
    keeper: Option<Keeper>,
    /// Set once the report cannot be written any more.
    lost: Mutex<Option<u8>>,
}

impl Run {
    fn new(arguments: &CheckArguments, outlets: Outlets, program: &str, several: bool) -> Self {
        Self {
            options: options(arguments),
            settings: Settings {
                full: arguments.full,
                several,
                program: program.to_owned(),
                flags: flags(arguments),
                input: input(arguments),
            },
            outlets,
            color: arguments.color.into(),
            results: Vec::new(),
            errors: Vec::new(),
            trouble: exit::Trouble::default(),
            saver: None,
            keeper: None,
            lost: Mutex::new(None),
        }
    }

    /// Checks the scenario in `path`, and says at once what came of it.
    fn check(&mut self, path: &Path) {
        let mut keeper = self.keeper.take();
        self.check_with(path, |options, watcher| match &mut keeper {
            Some(keeper) => check::checkpoint::check_scenario(path, options, watcher, keeper),
            None => check::check_scenario(path, options, watcher).map_err(Refusal::Unreadable),
        });
        let failure = keeper.as_mut().and_then(Keeper::failure);
        self.keeper = keeper;
        if let Some(failure) = failure {
            self.refused(&failure);
        }
    }

    /// Checks a script and two manifests.
    fn check_runbook(&mut self, arguments: &CheckArguments, runbook: &Path) {
        let source = arguments.source.as_deref().unwrap_or(Path::new(""));
        let files = RunbookFiles {
            source,
            destination: arguments.destination.as_deref(),
            runbook,
        };
        self.check_with(runbook, |options, watcher| {
            let mut scenario =
                Scenario::of_runbook(&files, &options.overrides).map_err(Refusal::Unreadable)?;
            check::take_apart(&mut scenario, options.every_step);
            Ok(check::check(&scenario, options, watcher))
        });
    }

    /// Checks what is read from `path`, and says at once what came of it.
    fn check_with(
        &mut self,
        path: &Path,
        mut search: impl FnMut(&CheckOptions, &Watcher<'_>) -> Result<ScenarioResult, Refusal>,
    ) {
        let earlier = Mutex::new(None);
        let tells = self.outlets.tells() && !self.settings.several;
        let show = |result: &ScenarioResult| {
            if tells {
                self.print(&terminal::beginning(result, &self.settings));
                *earlier.lock().unwrap_or_else(PoisonError::into_inner) = Some(result.clone());
            }
        };
        let watcher = Watcher::new(path, &show);
        let found = catch_unwind(AssertUnwindSafe(|| search(&self.options, &watcher)));
        watcher.finish();
        let earlier = earlier.into_inner().unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok(Ok(result)) => {
                if self.outlets.tells() {
                    self.print(&match earlier {
                        Some(earlier) => terminal::rest(&result, &earlier, &self.settings),
                        None => terminal::scenario(&result, &self.settings),
                    });
                }
                self.save(&result);
                self.results.push(result);
            }
            Ok(Err(Refusal::Checkpoint(mistake))) => self.refused(&mistake),
            Ok(Err(Refusal::Unreadable(mistakes))) => self.unreadable(&mistakes),
            Err(_) => self.broken(path),
        }
    }

    /// Saves the counterexamples of a scenario, if that was asked for.
    fn save(&mut self, result: &ScenarioResult) {
        let Some(saver) = &mut self.saver else { return };
        let faults = self.options.overrides.faults.as_ref();
        let faults = faults.map(ToString::to_string);
        let origin = Origin {
            scenario: &result.scenario,
            path: &result.path,
            replicas: result.headline.replicas,
            model_hash: &result.model_hash,
            faults: faults.as_deref(),
            every_step: self.options.every_step,
            walk: None,
        };
        let found = result.properties.iter();
        let found = found.filter_map(|property| {
            let story = property.counterexample.as_ref()?;
            Some(SavedTrace::new(&origin, &property.name, story))
        });
        let (mut said, mut mistakes) = saver.save(found);
        if let Some(every_n) = &result.every_n {
            let (proofs, more) = saver.save_proofs(&every_n.certificates);
            said += &proofs;
            mistakes.extend(more);
        }
        if self.outlets.tells() {
            self.print(&said);
        }
        for mistake in &mistakes {
            self.unsaved(mistake);
        }
    }

    /// Reports a counterexample that could not be saved.
    fn unsaved(&mut self, mistake: &Diagnostic) {
        self.trouble.unsaved = true;
        self.report(mistake);
    }

    /// Reports a checkpoint that cannot be used.
    fn refused(&mut self, mistake: &Diagnostic) {
        self.trouble.refused = true;
        self.report(mistake);
    }

    /// Reports one input that could not be read.
    fn unreadable(&mut self, mistakes: &[Diagnostic]) {
        self.trouble.unreadable += 1;
        for mistake in mistakes {
            self.report(mistake);
        }
    }

    /// Reports a bug of ours. What it was has already been said where it happened.
    fn broken(&mut self, path: &Path) {
        self.trouble.internal = true;
        let message = "the check of this scenario broke off: this is a bug in Straddle";
        self.report(&ours("internal::panic", message.to_owned(), Some(path)));
    }

    /// Reports the scenarios that an interrupted run did not come to.
    fn unchecked(&mut self, number: usize) {
        let plural = if number == 1 { "" } else { "s" };
        let message = format!("interrupted: {number} scenario{plural} not checked");
        self.report(&ours("run::interrupted", message, None));
    }

    fn report(&mut self, diagnostic: &Diagnostic) {
        if self.outlets.tells() {
            errors::draw(diagnostic, self.color);
        }
        self.errors.push(ReportedError::from(diagnostic));
    }

    /// The end of the report. Returns the exit code.
    fn finish(mut self) -> u8 {
        self.trouble.interrupted = progress::interrupted();
        let report = Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            exit_code: exit::code(&self.results, self.trouble),
            summary: Summary::of(&self.results, self.trouble.unreadable),
            results: std::mem::take(&mut self.results),
            errors: std::mem::take(&mut self.errors),
        };
        if self.outlets.tells() {
            self.print(&terminal::summary(&report));
        }
        for format in [Format::Json, Format::Junit, Format::Github] {
            if self.outlets.shows(format) {
                // As it is: it has no colours, and no terminal needs any kept from it.
                let text = format.render(&report, &self.settings);
                if let Err(code) = super::print(&mut io::stdout().lock(), &text) {
                    self.lost = Mutex::new(Some(code));
                }
            }
        }
        for (format, file) in self.outlets.files() {
            let text = format.render(&report, &self.settings);
            if let Err(error) = outlet::write(file, &text) {
                errors::draw(&outlet::unwritable(file, &error), self.color);
                self.lost = Mutex::new(Some(exit::INTERNAL));
            }
        }
        let lost = self
            .lost
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        // Until here the report could have been lost, and the search had to be possible again.
        if let (None, Some(keeper)) = (lost, &self.keeper)
            && let Err(mistake) = keeper.clear()
        {
            errors::draw(&mistake, self.color);
        }
        lost.unwrap_or(report.exit_code)
    }

    fn print(&self, text: &str) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if lost.is_none() {
            let mut out = AutoStream::new(io::stdout(), self.color).lock();
            *lost = super::print(&mut out, text).err();
        }
    }
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
            assume_harmless: arguments.assume_harmless,
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
    let harmless = arguments.assume_harmless;
    flags.extend(harmless.then(|| "--assume-harmless".to_owned()));
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
