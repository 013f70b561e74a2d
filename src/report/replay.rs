//! A saved trace taken again, as plain data.

use std::path::PathBuf;

use super::saved::SavedWalk;
use super::story::circumstances;
use super::text::plain;
use super::{AlsoBroken, Counterexample, Headline};

/// A trace whose every step was possible.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// The file of the trace.
    pub trace: PathBuf,
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

impl Replayed {
    /// Whether the trace shows what it says, in words.
    #[must_use]
    pub fn outcome(&self) -> String {
        let (name, place) = (plain(&self.property), self.place());
        match self.broken {
            Some(true) => {
                let circumstances = circumstances(Some(&self.story));
                format!("{name}{circumstances}, {place}, as the trace says")
            }
            Some(false) => format!("{name} is not violated {place}, although the trace says so"),
            None => format!("whether {name} is violated {place} is inconclusive"),
        }
    }

    /// Where a property is broken, if it is.
    fn place(&self) -> String {
        let last = self.story.steps.len();
        match self.story.round() {
            [] => format!("after step {last}"),
            [_] => format!("by the loop of step {last}"),
            [first, _] => format!("by the loop of steps {} and {last}", first.number),
            [first, ..] => format!("by the loop of steps {} to {last}", first.number),
        }
    }
}

/// One state in words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WorldInWords {
    /// Every object, component and disk that there is something to say of.
    pub all: Vec<String>,
    /// What is not as it was before the step.
    pub changes: Vec<String>,
}
