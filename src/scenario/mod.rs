//! Scenario files: read, checked and lowered to a [`Setup`].
//!
//! A text becomes a tree in which every node knows its place, the tree becomes the types of the
//! grammar, and these become a [`Scenario`]. Reading goes on after a mistake, so that all of
//! them are shown at once.

mod accounting;
mod availability;
mod budget;
pub mod catalogue;
mod command_line;
mod copies;
mod decode;
mod expect;
mod expression;
mod file;
mod find;
mod lower;
mod lowering;
mod manifest;
mod program;
mod reach;
mod read_step;
mod reader;
mod ready;
mod runbook;
mod side;
mod step;
mod storage;
#[cfg(test)]
mod tests;
mod types;
mod words;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use crate::diagnostic::{Diagnostic, Label};
pub use crate::runbook::Runbook;
pub use budget::FaultsOverride;
pub use command_line::RunbookFiles;
pub use expect::Expectation;
pub use file::schema;
pub use find::find;
pub use ready::{Scenario, resized};
pub use types::{Overrides, StepSource};

use crate::diagnostic::Source;
use reader::Reader;

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
