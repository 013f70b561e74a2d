//! `straddle simulate`: random walks, and what they have shown.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread::available_parallelism;

use anstream::{AutoStream, ColorChoice};

use super::args::{FailOn, MAX_STEPS, Output, SimulateArguments};
use super::progress::{self, WalkWatcher};
use super::save::Saver;
use super::{errors, exit, ours};
use crate::check::simulate::{SimulateOptions, simulate_scenario};
use crate::report::saved::{Origin, SavedTrace, SavedWalk};
use crate::report::simulation::{Seen, SimulatedScenario, Simulation, json, terminal};
use crate::report::terminal::Settings;
use crate::report::{ReportedError, shell_word};
use crate::scenario::{self, Diagnostic, Overrides};

/// Walks through what `arguments` name. Returns the exit code.
pub(super) fn run(arguments: &SimulateArguments, program: &str) -> u8 {
    progress::listen();
    let (paths, mistakes) = scenario::find(&arguments.paths);
    let mut run = Run::new(arguments, program, paths.len() > 1);
    for mistake in &mistakes {
        run.unreadable(std::slice::from_ref(mistake));
    }
    if let Some(folder) = &arguments.save {
        match Saver::new(folder) {
            Ok(saver) => run.saver = Some(saver),
            Err(mistake) => {
                run.unsaved(&mistake);
                return run.finish(arguments);
            }
        }
    }
    for path in &paths {
        if progress::interrupted() {
            let message = "interrupted: some scenarios were not walked through".to_owned();
            run.report(&ours("run::interrupted", message, None));
            break;
        }
        run.simulate(path);
    }
    run.finish(arguments)
}

/// One run of the command: what it was asked for, and what it knows so far.
struct Run {
    options: SimulateOptions,
    settings: Settings,
    output: Output,
    color: ColorChoice,
    saver: Option<Saver>,
    results: Vec<SimulatedScenario>,
    errors: Vec<ReportedError>,
    trouble: exit::Trouble,
    /// Set once the report cannot be written any more.
    lost: Option<u8>,
}

impl Run {
    fn new(arguments: &SimulateArguments, program: &str, several: bool) -> Self {
        Self {
            options: options(arguments),
            settings: Settings {
                full: arguments.full,
                several,
                program: program.to_owned(),
                flags: flags(arguments),
                input: None,
            },
            output: arguments.output,
            color: arguments.color.into(),
            saver: None,
            results: Vec::new(),
            errors: Vec::new(),
            trouble: exit::Trouble::default(),
            lost: None,
        }
    }

    /// Walks through the scenario in `path`, and says at once what came of it.
    fn simulate(&mut self, path: &Path) {
        let watcher = WalkWatcher::new(path, self.options.runs);
        let found = catch_unwind(AssertUnwindSafe(|| {
            simulate_scenario(path, &self.options, &|runs| watcher.progress(runs))
        }));
        watcher.finish();
        match found {
            Ok(Ok(result)) => {
                if self.output == Output::Pretty {
                    self.print(&terminal::scenario(&result, &self.settings));
                }
                self.save(&result);
                self.results.push(result);
            }
            Ok(Err(mistakes)) => self.unreadable(&mistakes),
            Err(_) => {
                self.trouble.internal = true;
                let message = "the walks through this scenario broke off: this is a bug in \
                               Straddle";
                self.report(&ours("internal::panic", message.to_owned(), Some(path)));
            }
        }
    }

    /// Saves the first walk that breaks each property, if that was asked for.
    fn save(&mut self, result: &SimulatedScenario) {
        let Some(saver) = &mut self.saver else { return };
        let faults = self.options.overrides.faults.as_ref();
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
                every_step: self.options.every_step,
                walk: Some(SavedWalk {
                    seed: result.walks.seed,
                    run: first,
                }),
            };
            let story = property.counterexample.as_ref()?;
            Some(SavedTrace::new(&origin, &property.name, story))
        });
        let (said, mistakes) = saver.save(found);
        if self.output == Output::Pretty {
            self.print(&said);
        }
        for mistake in &mistakes {
            self.unsaved(mistake);
        }
    }

    fn unreadable(&mut self, mistakes: &[Diagnostic]) {
        self.trouble.unreadable += 1;
        for mistake in mistakes {
            self.report(mistake);
        }
    }

    fn unsaved(&mut self, mistake: &Diagnostic) {
        self.trouble.unsaved = true;
        self.report(mistake);
    }

    fn report(&mut self, diagnostic: &Diagnostic) {
        if self.output == Output::Pretty {
            errors::draw(diagnostic, self.color);
        }
        self.errors.push(ReportedError::from(diagnostic));
    }

    /// The end of the report. Returns the exit code.
    fn finish(mut self, arguments: &SimulateArguments) -> u8 {
        self.trouble.interrupted = progress::interrupted();
        let violated = self.results.iter().any(SimulatedScenario::is_violated);
        let fails = violated && arguments.fail_on == Some(FailOn::Violated);
        let exit_code = match exit::code(&[], self.trouble) {
            exit::AS_EXPECTED if fails => exit::UNEXPECTED,
            code => code,
        };
        let simulation = Simulation {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            exit_code,
            results: std::mem::take(&mut self.results),
            errors: std::mem::take(&mut self.errors),
            unreadable: self.trouble.unreadable,
        };
        match self.output {
            Output::Pretty => self.print(&terminal::summary(&simulation)),
            // As it is: it has no colours, and no terminal needs any kept from it.
            Output::Json => {
                let printed = super::print(&mut io::stdout().lock(), &json::render(&simulation));
                self.lost = printed.err();
            }
        }
        self.lost.unwrap_or(exit_code)
    }

    fn print(&mut self, text: &str) {
        if self.lost.is_none() {
            let mut out = AutoStream::new(io::stdout(), self.color).lock();
            self.lost = super::print(&mut out, text).err();
        }
    }
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
            assume_harmless: arguments.assume_harmless,
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
    flags.extend(arguments.every_step.then(|| "--every-step".to_owned()));
    if arguments.max_steps != MAX_STEPS {
        flags.push(format!("--max-steps {}", arguments.max_steps));
    }
    flags
}
