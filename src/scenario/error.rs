//! Mistakes in input, as data.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// One mistake.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Never changes its meaning: `scenario::unknown-field`.
    pub code: &'static str,
    /// One short sentence.
    pub message: String,
    /// The file it is in.
    pub path: Option<PathBuf>,
    /// The text of that file.
    pub source: Option<Arc<str>>,
    /// The places it is about.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A place in a source text.
#[derive(Clone, Debug)]
pub struct Label {
    /// Bytes of the source.
    pub range: Range<usize>,
    /// What is to be said of it; may be empty.
    pub text: String,
    /// The place of the mistake itself.
    pub primary: bool,
}
