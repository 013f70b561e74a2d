//! Scenario files: read, checked and lowered to a [`Setup`].
//!
//! A text becomes a tree in which every node knows its place, the tree becomes the types of the
//! grammar, and these become a [`Scenario`]. Reading goes on after a mistake, so that all of
//! them are shown at once.

mod availability;
mod budget;
pub mod catalogue;
mod decode;
pub mod error;
mod expect;
mod expression;
mod file;
mod find;
mod lower;
mod manifest;
mod program;
mod reach;
mod read_step;
mod reader;
pub mod runbook;
mod side;
mod step;
mod storage;
#[cfg(test)]
mod tests;
mod unmodelled;
mod words;
mod yaml;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use budget::FaultsOverride;
pub use error::{Diagnostic, Label};
pub use expect::Expectation;
pub use file::schema;
pub use find::find;
pub use lower::{Assumption, Location, StepSource};
pub use runbook::Runbook;
pub use words::ExpectedVerdict;

use crate::world::id::Slice;
use crate::world::setup::Setup;
use error::Source;
use reader::Reader;

/// A scenario, ready to be checked.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The folder of a `scenario.yaml`, else the file's name without its ending.
    pub name: String,
    /// The file, as it was given.
    pub path: PathBuf,
    /// What the scenario shows, in words; may be empty.
    pub description: String,
    /// The file's text.
    pub text: Arc<str>,
    /// What is to be checked.
    pub setup: Setup,
    /// The source's StatefulSet; its Pods are called `NAME-ORDINAL`.
    pub set_name: String,
    /// The minor version of Kubernetes, on both sides.
    pub kubernetes: String,
    /// Not both sides say their version.
    pub kubernetes_assumed: bool,
    /// The properties that are asked for, in the order of the catalogue.
    pub properties: Vec<&'static str>,
    /// What is expected of them, in the order of the catalogue.
    pub expect: Vec<Expectation>,
    /// What the scenario leaves open.
    pub assumed: Vec<Assumption>,
    /// Where the program's steps stand, by `Instruction::step`.
    pub steps: Vec<StepSource>,
    /// The line of the first thing that ties the scenario to its number of replicas.
    pub fixed_at: Option<usize>,
    /// The same, availability groups left out.
    pub program_fixed_at: Option<usize>,
    /// A proof for every number of replicas is asked for.
    pub prove: bool,
    /// The script that the program comes from, if it does.
    pub runbook: Option<Runbook>,
}

/// The files of a check without a scenario file.
#[derive(Clone, Copy, Debug)]
pub struct RunbookFiles<'a> {
    /// The manifest of the source's set.
    pub source: &'a Path,
    /// The manifest of the destination's set.
    pub destination: Option<&'a Path>,
    /// The script.
    pub runbook: &'a Path,
}

impl RunbookFiles<'_> {
    /// Those that cannot be read, said of the flag that names each.
    fn unreadable(&self) -> Vec<Diagnostic> {
        let files = [
            ("--source", Some(self.source)),
            ("--destination", self.destination),
            ("--runbook", Some(self.runbook)),
        ];
        let unreadable = |(flag, file): (&str, Option<&Path>)| {
            let file = file?;
            let reason = error::plain_io_error(&fs::File::open(file).err()?);
            let message = format!("cannot read `{}`: {reason}", file.display());
            let help = format!("`{flag}` names a file, as seen from the present folder");
            Some(Diagnostic::new("runbook::unreadable-file", message).help(help))
        };
        files.into_iter().filter_map(unreadable).collect()
    }

    /// The scenario that they stand for.
    fn scenario(&self, absent: bool) -> String {
        let quoted = |path: &Path| serde_json::Value::from(path.to_string_lossy()).to_string();
        let destination = match (self.destination, absent) {
            (Some(path), absent) => {
                format!(
                    "destination: {{manifest: {}, absent: {absent}}}\n",
                    quoted(path)
                )
            }
            (None, true) => "destination: {absent: true}\n".to_owned(),
            (None, false) => String::new(),
        };
        format!(
            "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {{manifest: {}}}\n\
             {destination}migration: {{runbook: {}}}\n",
            quoted(self.source),
            quoted(self.runbook)
        )
    }
}

/// What the command line says in place of the scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    /// Other faults.
    pub faults: Option<FaultsOverride>,
    /// Other properties; none means those of the scenario.
    pub properties: Vec<String>,
    /// What of a runbook is not modelled is taken to be harmless.
    pub assume_harmless: bool,
}

impl Scenario {
    /// Reads a scenario file and the manifests that it names.
    ///
    /// # Errors
    /// All mistakes in them.
    pub fn read(path: &Path, overrides: &Overrides) -> Result<Self, Vec<Diagnostic>> {
        let bytes = fs::read(path).map_err(|error| vec![find::unreadable(path, &error)])?;
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(path, &text, overrides, &|path| fs::read(path)),
            Err(error) => Err(vec![not_text(path, error.utf8_error().valid_up_to())]),
        }
    }

    /// Reads a scenario from its text. Manifests are looked for beside `path`, and `files` reads
    /// them.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn parse(
        path: &Path,
        text: &str,
        overrides: &Overrides,
        files: &dyn Fn(&Path) -> io::Result<Vec<u8>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let source = Source {
            path: path.to_path_buf(),
            text: Arc::from(text),
        };
        let mut reader = Reader::new(&source, files);
        match decode::read_file(&mut reader) {
            Some(file) => lower::lower(reader, &file, overrides),
            None => Err(reader.problems),
        }
    }

    /// A scenario of two manifests and a script, about which nothing else is said. Without a
    /// manifest of the destination, its set is the source's without replicas. If the script
    /// creates that set, there is none at the start.
    ///
    /// # Errors
    /// All mistakes in them.
    pub fn of_runbook(
        files: &RunbookFiles<'_>,
        overrides: &Overrides,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mistakes = files.unreadable();
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let parse = |absent| {
            let text = files.scenario(absent);
            let path = Path::new("command line");
            Self::parse(path, &text, overrides, &|path| fs::read(path))
        };
        let scenario = parse(false);
        let creates = |scenario: &Self| runbook::creates_first(&scenario.setup.program);
        let mut scenario = match scenario {
            Ok(scenario) if creates(&scenario) => {
                let mut scenario = parse(true)?;
                scenario.assumed.push(Assumption {
                    field: "destination".to_owned(),
                    value: "no set yet".to_owned(),
                    text: "the script creates it".to_owned(),
                });
                scenario
            }
            other => other?,
        };
        scenario.path = files.runbook.to_path_buf();
        scenario.name = files
            .runbook
            .file_stem()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(scenario)
    }

    /// The text that a place is in: the scenario's, or its runbook's.
    #[must_use]
    pub fn text_of(&self, location: &Location) -> &str {
        match &self.runbook {
            Some(runbook) if runbook.source.path == location.file => &runbook.source.text,
            _ => &self.text,
        }
    }

    /// The same migration with `n` replicas. `None` if that is more than the scenario has, or
    /// none, or if something ties the scenario to its number.
    #[must_use]
    pub fn with_replicas(&self, n: u8) -> Option<Setup> {
        if n == self.setup.replicas {
            return Some(self.setup.clone());
        }
        let is_fewer = 0 < n && n < self.setup.replicas && self.fixed_at.is_none();
        is_fewer.then(|| resized(&self.setup, n)).flatten()
    }
}

/// The same migration with `n` replicas, if there is room for the ordinals that it reaches.
/// Nothing in it may be tied to its number of replicas.
#[must_use]
pub fn resized(setup: &Setup, n: u8) -> Option<Setup> {
    let mut setup = setup.clone();
    setup.replicas = n;
    setup.allowed = n;
    setup.clusters.source.initial = Some(Slice { start: 0, end: n });
    setup.ordinals = reach::highest_end(&setup).ok()?;
    Some(setup)
}

fn not_text(path: &Path, valid: usize) -> Diagnostic {
    let message = format!(
        "`{}` is not UTF-8 text from byte {valid} on",
        path.display()
    );
    Diagnostic::new("scenario::not-text", message)
        .about(path)
        .help("scenario files are YAML")
}
