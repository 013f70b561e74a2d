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
mod side;
mod step;
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
}

/// What the command line says in place of the scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    /// Other faults.
    pub faults: Option<FaultsOverride>,
    /// Other properties; none means those of the scenario.
    pub properties: Vec<String>,
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

    /// The same migration with `n` replicas. `None` if that is more than the scenario has, or
    /// none, or if something ties the scenario to its number.
    #[must_use]
    pub fn with_replicas(&self, n: u8) -> Option<Setup> {
        let mut setup = self.setup.clone();
        if n == setup.replicas {
            return Some(setup);
        }
        if n == 0 || n > setup.replicas || self.fixed_at.is_some() {
            return None;
        }
        setup.replicas = n;
        setup.allowed = n;
        setup.clusters.source.initial = Some(Slice { start: 0, end: n });
        setup.ordinals = reach::highest_end(&setup).ok()?;
        Some(setup)
    }
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
