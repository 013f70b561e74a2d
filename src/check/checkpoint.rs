//! Checks that leave checkpoints and go on from them.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::search::{Found, Watched};
use super::summary::model_hash;
use super::task::Task;
use super::{CheckOptions, Engine, Watch, read, stages};
use crate::diagnostic::plain_io_error;
use crate::engine::checkpoint::{Checkpoints, Error};
use crate::engine::exhaustive::{self, Saved};
use crate::engine::{Question, StopReason};
use crate::model::Migration;
use crate::report::{ScenarioResult, shell_word};
use crate::scenario::Diagnostic;

/// The folder in which a check keeps its checkpoint. No other run can use it meanwhile.
#[derive(Debug)]
pub struct Keeper {
    checkpoints: Checkpoints,
    /// Whether the search of the whole space has come to its end; none if there was none.
    finished: Option<bool>,
    failed: Option<Box<Diagnostic>>,
}

impl Keeper {
    /// For a new check, which writes a checkpoint at most every so often.
    ///
    /// # Errors
    /// The folder cannot be written to, is in use, or holds a checkpoint already.
    pub fn start(folder: &Path, every: Duration) -> Result<Self, Box<Diagnostic>> {
        Self::of(Checkpoints::start(folder, every))
    }

    /// For a check that goes on from the checkpoint in the folder.
    ///
    /// # Errors
    /// The folder is in use, holds no checkpoint, or one that is not as it was written.
    pub fn resume(folder: &Path, every: Duration) -> Result<Self, Box<Diagnostic>> {
        Self::of(Checkpoints::resume(folder, every))
    }

    fn of(opened: Result<Checkpoints, Error>) -> Result<Self, Box<Diagnostic>> {
        let checkpoints = opened.map_err(|error| Box::new(diagnostic(&error)))?;
        Ok(Self {
            checkpoints,
            finished: None,
            failed: None,
        })
    }

    /// It is to go on from a checkpoint.
    pub(super) fn resumes(&self) -> bool {
        self.checkpoints.resumes()
    }

    /// Whether the checkpoint is of this check. What is proved is not searched for: then the
    /// search itself has to look.
    fn verify(&mut self, task: &Task<'_>) -> Result<(), Box<Diagnostic>> {
        let (options, checkpoints) = (task.options, &mut self.checkpoints);
        checkpoints.about = vec![
            (VERSION.to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            (MODEL.to_owned(), model_hash(task.scenario)),
        ];
        if options.engine != Engine::Exhaustive {
            return Err(Box::new(other_engine()));
        }
        if !checkpoints.resumes() || task.proves() {
            return Ok(());
        }
        let (model, question, settings) = (&task.model, &task.question, options.settings());
        exhaustive::may_resume(model, question, &options.bounds, settings, checkpoints)
            .map_err(|error| Box::new(diagnostic(&error)))
    }

    /// Searches the whole space, from the checkpoint on if there is one to go on from.
    pub(super) fn search(
        &mut self,
        task: &Task<'_>,
        question: &Question<Migration>,
        watch: &dyn Watch,
    ) -> Result<Found, Box<Diagnostic>> {
        let (model, bounds, settings) =
            (&task.model, &task.options.bounds, task.options.settings());
        let (watched, checkpoints) = (Watched(watch), &mut self.checkpoints);
        let run = exhaustive::check_with(model, question, bounds, settings, &watched, checkpoints);
        let (outcome, saved) = run.map_err(|error| Box::new(diagnostic(&error)))?;
        self.finished = Some(saved.finished);
        let lost = saved.failed.as_ref().filter(|_| !saved.finished);
        self.failed = lost.map(|error| Box::new(unwritable(checkpoints.folder(), error)));
        let notes = notes(&saved, outcome.statistics.stopped, checkpoints);
        Ok(Found::all(outcome, notes))
    }

    /// Why the search that was stopped could not leave its last checkpoint.
    pub fn failure(&mut self) -> Option<Box<Diagnostic>> {
        self.failed.take()
    }

    /// Removes the checkpoint of a search that has come to its end.
    ///
    /// # Errors
    /// It is still there.
    pub fn clear(&self) -> Result<(), Box<Diagnostic>> {
        if self.finished != Some(true) {
            return Ok(());
        }
        self.checkpoints.remove().map_err(|error| {
            let folder = self.checkpoints.folder();
            let folder = folder.to_owned();
            Box::new(diagnostic(&Error::Folder { folder, error }))
        })
    }
}

/// Why a scenario was not checked.
#[derive(Debug)]
pub enum Refusal {
    /// Every mistake in its files.
    Unreadable(Vec<Diagnostic>),
    /// The checkpoint cannot be used.
    Checkpoint(Box<Diagnostic>),
}

/// Checks the scenario in the file `path` as [`super::check_scenario`] does, and keeps a
/// checkpoint of its search. Once the report is out, [`Keeper::clear`] takes that away if it is
/// not needed any more. The first look at a scenario leaves none.
///
/// # Errors
/// Every mistake in the file, or why the search cannot go on.
pub fn check_scenario(
    path: &Path,
    options: &CheckOptions,
    watch: &dyn Watch,
    keeper: &mut Keeper,
) -> Result<ScenarioResult, Refusal> {
    let scenario = read(path, &options.overrides, options.every_step);
    let scenario = scenario.map_err(Refusal::Unreadable)?;
    let task = Task::new(&scenario, options);
    keeper.verify(&task).map_err(Refusal::Checkpoint)?;
    let result = stages(&task, Some(&mut *keeper), watch).map_err(Refusal::Checkpoint)?;
    // A first look that has seen everything has finished, too.
    keeper.finished.get_or_insert(result.is_decided());
    Ok(result)
}

/// What a reader should know of the checkpoint.
fn notes(saved: &Saved, stopped: Option<StopReason>, checkpoints: &Checkpoints) -> Vec<String> {
    let folder = checkpoints.folder().to_string_lossy();
    let resume = format!("`--resume {}`", shell_word(&folder));
    let mut notes = Vec::new();
    if let Some(error) = &saved.failed {
        let reason = plain_io_error(error);
        let left = match (saved.finished, saved.there) {
            (true, _) => "the search continued without one",
            (false, true) => "the previous one is kept",
            (false, false) => "there is no previous one",
        };
        notes.push(format!(
            "the last checkpoint could not be written: {reason}; {left}"
        ));
    }
    if saved.finished {
        notes.push("the search is complete, so no checkpoint is kept".to_owned());
    } else if saved.there {
        let more = match stopped {
            Some(StopReason::States | StopReason::Memory) => " with a higher bound",
            _ => "",
        };
        notes.push(format!("{resume}{more} continues from the checkpoint"));
    }
    notes
}

/// The names under which a checkpoint says what it is of.
const VERSION: &str = "version";
const MODEL: &str = "model";

/// Why there is no checkpoint to write to or to go on from, and what to do.
fn diagnostic(error: &Error) -> Diagnostic {
    let (code, help, path) = match error {
        Error::Folder { folder, error } => return unwritable(folder, error),
        Error::InUse(folder) => (
            "checkpoint::in-use",
            "wait for that run to end, or use another directory",
            folder,
        ),
        Error::Taken(folder) => (
            "checkpoint::taken",
            "continue with `--resume` and this directory, use another directory, or remove the \
             checkpoint",
            folder,
        ),
        Error::Missing(folder) => (
            "checkpoint::missing",
            "start a new search with `--checkpoint` and this directory",
            folder,
        ),
        Error::Unreadable { file, error } => {
            let reason = plain_io_error(error);
            let message = format!("cannot read `{}`: {reason}", file.display());
            return Diagnostic::new("checkpoint::unreadable", message)
                .about(file)
                .help("make it readable, or start a new search with another directory");
        }
        Error::Damaged(file) => (
            "checkpoint::damaged",
            "remove it and start again with `--checkpoint`; it was truncated, modified or written \
             by another build",
            file,
        ),
        Error::Format { file, .. } => ("checkpoint::other-version", OTHER_VERSION, file),
        Error::Differs { file, what, .. } if what == VERSION => {
            ("checkpoint::other-version", OTHER_VERSION, file)
        }
        Error::Differs { file, what, .. } if what == MODEL => (
            "checkpoint::other-model",
            "the scenario, its manifests, `--faults` or `--every-step` have changed: revert that, \
             or start again with `--checkpoint` and another directory",
            file,
        ),
        Error::Differs { file, .. } => (
            "checkpoint::other-settings",
            "use the flags it was written with, or start again with `--checkpoint` and another \
             directory",
            file,
        ),
    };
    Diagnostic::new(code, error.to_string())
        .about(path)
        .help(help)
}

fn unwritable(folder: &Path, error: &io::Error) -> Diagnostic {
    let reason = plain_io_error(error);
    let message = format!(
        "cannot use `{}` for checkpoints: {reason}",
        folder.display()
    );
    let help =
        "use a writable directory with free space, on a file system that supports file locks";
    Diagnostic::new("checkpoint::unwritable", message)
        .about(folder)
        .help(help)
}

const OTHER_VERSION: &str = "resume it with the version of Straddle that wrote it, or start again \
                             with `--checkpoint` and another directory";

fn other_engine() -> Diagnostic {
    let message = "only the exhaustive engine supports checkpoints";
    Diagnostic::new("checkpoint::other-engine", message)
        .help("remove `--engine`, or `--checkpoint` and `--resume`")
}
