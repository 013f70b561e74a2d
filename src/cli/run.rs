//! One run of a command that reports: what it was asked for, and what it knows so far.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};

use super::exit::{self, Standing, Trouble};
use super::outlet::{self, Outlet, Outlets};
use super::save::Saver;
use super::{errors, ours, progress};
use crate::report::saved::SavedTrace;
use crate::report::{Finding, Report, ReportedError, Settings, WIDTH};
use crate::scenario::Diagnostic;

/// A run of `check`, `simulate` or `replay`.
pub(super) struct Run<R> {
    settings: Settings,
    outlets: Outlets,
    color: ColorChoice,
    /// How a result stands beside what was expected.
    standing: fn(&R) -> Standing,
    results: Vec<R>,
    errors: Vec<ReportedError>,
    trouble: Trouble,
    saver: Option<Saver>,
    /// Set once the report cannot be written any more.
    lost: Mutex<Option<u8>>,
}

/// How a run has ended.
pub(super) struct Ended {
    pub code: u8,
    /// The whole report is where it was to go.
    pub is_written: bool,
}

impl<R: Finding> Run<R> {
    /// A run that writes its report where it was asked to.
    ///
    /// # Errors
    /// The exit code, if it cannot be written there. Why is said at once.
    pub fn new(
        asked: &[Outlet],
        settings: Settings,
        color: ColorChoice,
        standing: fn(&R) -> Standing,
    ) -> Result<Self, u8> {
        let outlets = Outlets::new(asked).map_err(|mistake| {
            errors::draw(&mistake, color);
            exit::UNREADABLE
        })?;
        Ok(Self {
            settings,
            outlets,
            color,
            standing,
            results: Vec::new(),
            errors: Vec::new(),
            trouble: Trouble::default(),
            saver: None,
            lost: Mutex::new(None),
        })
    }

    /// How the report is shown.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The results that have been taken.
    pub fn results(&self) -> &[R] {
        &self.results
    }

    /// Whether people read standard output.
    pub fn tells(&self) -> bool {
        self.outlets.tells()
    }

    /// Has counterexamples saved in a folder, if there is one. Known before a search that may take
    /// long: whether that is possible.
    pub fn save_to(&mut self, folder: Option<&Path>) -> bool {
        match folder.map(Saver::new).transpose() {
            Ok(saver) => self.saver = saver,
            Err(mistake) => {
                self.unsaved(&mistake);
                return false;
            }
        }
        true
    }

    /// Does something with each input, until the run is interrupted. `done` says what was
    /// not done with the others: `checked`.
    pub fn each<P: AsRef<Path>>(
        &mut self,
        paths: &[P],
        done: &str,
        mut work: impl FnMut(&mut Self, &Path),
    ) {
        for (index, path) in paths.iter().enumerate() {
            if progress::interrupted() {
                let number = paths.len() - index;
                let plural = if number == 1 { "" } else { "s" };
                let message = format!("interrupted: {number} scenario{plural} not {done}");
                self.report(&ours("run::interrupted", message, None));
                break;
            }
            work(self, path.as_ref());
        }
    }

    /// Takes a result, and shows the `text` of it.
    pub fn add(&mut self, result: R, text: &str) {
        self.show(text);
        self.results.push(result);
    }

    /// Saves counterexamples, if that was asked for.
    pub fn save(&mut self, traces: impl Iterator<Item = SavedTrace>) {
        self.save_with(|saver| saver.save(traces));
    }

    /// Saves proofs, which have a name and a text each, if that was asked for.
    pub fn save_proofs(&mut self, proofs: &[(String, String)]) {
        self.save_with(|saver| saver.save_proofs(proofs));
    }

    fn save_with(&mut self, save: impl FnOnce(&mut Saver) -> (String, Vec<Diagnostic>)) {
        let Some(saver) = &mut self.saver else { return };
        let (said, mistakes) = save(saver);
        self.show(&said);
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
    pub fn refused(&mut self, mistake: &Diagnostic) {
        self.trouble.refused = true;
        self.report(mistake);
    }

    /// Reports one input that could not be read.
    pub fn unreadable(&mut self, mistakes: &[Diagnostic]) {
        self.trouble.unreadable += 1;
        for mistake in mistakes {
            self.report(mistake);
        }
    }

    /// Reports a bug of ours: `what` broke off. What it was has already been said where it
    /// happened.
    pub fn broken(&mut self, path: &Path, what: &str) {
        self.trouble.internal = true;
        let message = format!("{what} crashed: this is a bug in Straddle");
        self.report(&ours("internal::panic", message, Some(path)));
    }

    fn report(&mut self, diagnostic: &Diagnostic) {
        if self.tells() {
            errors::draw(diagnostic, self.color);
        }
        self.errors.push(ReportedError::from(diagnostic));
    }

    /// Writes the end of the report, and the formats that are written as a whole.
    pub fn finish(mut self) -> Ended {
        self.trouble.interrupted = progress::interrupted();
        let standings = self.results.iter().map(self.standing);
        let report = Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            exit_code: exit::code(standings, self.trouble),
            unreadable: self.trouble.unreadable,
            results: std::mem::take(&mut self.results),
            errors: std::mem::take(&mut self.errors),
        };
        self.show(&R::summary(&report, &self.settings));
        // What is not read on a terminal does not depend on one.
        let in_a_file = Settings {
            width: WIDTH,
            ..self.settings.clone()
        };
        for outlet in self.outlets.whole() {
            let render = R::render(outlet.format).expect("only formats that can are offered");
            let text = render(&report, &in_a_file);
            match &outlet.file {
                // As it is: it has no colours, and no terminal needs any kept from it.
                None => self.lose(super::print(&mut io::stdout().lock(), &text).err()),
                Some(file) => {
                    if let Err(error) = outlet::write(file, &text) {
                        errors::draw(&outlet::unwritable(file, &error), self.color);
                        self.lose(Some(exit::INTERNAL));
                    }
                }
            }
        }
        let lost = self.lost.into_inner();
        let lost = lost.unwrap_or_else(PoisonError::into_inner);
        Ended {
            code: lost.unwrap_or(report.exit_code),
            is_written: lost.is_none(),
        }
    }

    /// Shows a part of the report on standard output, if people read that.
    pub fn show(&self, text: &str) {
        let is_lost = || {
            self.lost
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some()
        };
        if self.tells() && !is_lost() {
            let mut out = AutoStream::new(io::stdout(), self.color).lock();
            self.lose(super::print(&mut out, text).err());
        }
    }

    fn lose(&self, code: Option<u8>) {
        if code.is_some() {
            *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = code;
        }
    }
}
