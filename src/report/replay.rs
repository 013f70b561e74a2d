//! A saved trace taken again, as plain data, and its two formats.

pub mod json;
pub mod terminal;

use std::path::PathBuf;

use super::saved::SavedWalk;
use super::{AlsoBroken, Counterexample, Headline, ReportedError};

/// Everything one run of `straddle replay` has to say.
#[derive(Clone, PartialEq, Debug)]
pub struct Replay {
    /// The tool's version.
    pub version: String,
    /// The exit code that goes with it.
    pub exit_code: u8,
    /// The file of the trace.
    pub trace: PathBuf,
    /// What came of it; none if it was refused.
    pub result: Option<Replayed>,
    /// Why it was refused.
    pub errors: Vec<ReportedError>,
}

/// A trace whose every step was possible.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// The scenario's name.
    pub scenario: String,
    /// Its file.
    pub path: PathBuf,
    /// A hash of the lowered scenario and the tool's version, as they are now.
    pub model_hash: String,
    /// They are not what they were when the trace was saved.
    pub changed: bool,
    /// What was replayed, in a few words.
    pub headline: Headline,
    /// The walk that the trace was found in.
    pub walk: Option<SavedWalk>,
    /// The property that the trace says is broken after its last step.
    pub property: String,
    /// Whether it is; none if that cannot be told here.
    pub broken: Option<bool>,
    /// The always-properties that are broken somewhere, with the first step that breaks each.
    pub breaks: Vec<AlsoBroken>,
    /// The steps with their pictures.
    pub story: Counterexample,
    /// The world in words: `worlds[i]` is that after `i` steps.
    pub worlds: Vec<WorldInWords>,
}

/// One state in words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WorldInWords {
    /// Every object, component and disk that there is something to say of.
    pub all: Vec<String>,
    /// What is not as it was before the step.
    pub changes: Vec<String>,
}
