//! What a search has never seen, and where it saw everything stand still.

use super::text::{count, grouped};

/// A step of the program that does nothing for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vacuous {
    /// Its line in the scenario.
    pub line: usize,
    /// The step, and what of it never happens.
    pub text: String,
}

/// States in which nothing but a fault can happen, other than the goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeadEnds {
    /// How many.
    pub states: u64,
    /// The steps to the nearest of them: the one with the fewest faults, then the fewest steps.
    pub steps: usize,
    /// The faults among these.
    pub faults: u32,
    /// The line of the program that the driver has come to there.
    pub line: Option<usize>,
    /// How the migration stands there.
    pub text: String,
}

impl DeadEnds {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (states, nearest) = match self.states {
            1 => ("1 state that is not the goal".to_owned(), ""),
            many => (
                format!("{} states that are not the goal", grouped(many)),
                "the nearest ",
            ),
        };
        let steps = count(self.steps, "step");
        let faults = match self.faults {
            0 => String::new(),
            faults => format!(", {} among them", count(faults as usize, "fault")),
        };
        let line = self
            .line
            .map_or(String::new(), |line| format!(" (line {line})"));
        format!(
            "{states}; {nearest}after {steps}{faults}: {}{line}",
            self.text
        )
    }
}
