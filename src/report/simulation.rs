//! What random walks have shown, as plain data.

use std::path::PathBuf;

use super::{Counterexample, Headline};
use crate::vocabulary::{Assumption, PropertyKind, Verdict};

/// What walks have shown of one scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct SimulatedScenario {
    /// The scenario's name.
    pub scenario: String,
    /// Its file.
    pub path: PathBuf,
    /// A hash of the lowered scenario and the tool's version.
    pub model_hash: String,
    /// What was walked through, in a few words.
    pub headline: Headline,
    /// What the scenario leaves open, and how it was taken.
    pub assumed: Vec<Assumption>,
    /// The properties, in catalogue order.
    pub properties: Vec<SimulatedProperty>,
    /// Kinds of fault that the budget allows and that struck in no run.
    pub never_fired: Vec<String>,
    /// The walks.
    pub walks: WalkFigures,
}

impl SimulatedScenario {
    /// Some run broke a property.
    #[must_use]
    pub fn is_violated(&self) -> bool {
        let broken = |property: &SimulatedProperty| matches!(property.seen, Seen::Broken { .. });
        self.properties.iter().any(broken)
    }
}

/// How many walks there were, and what they came to.
#[derive(Clone, PartialEq, Debug)]
pub struct WalkFigures {
    /// Where the random numbers start.
    pub seed: u64,
    /// Runs that were asked for.
    pub asked: u64,
    /// Runs that were taken.
    pub runs: u64,
    /// Where a run is cut off.
    pub max_steps: u32,
    /// The steps of all runs.
    pub steps: u64,
    /// The steps of the longest run.
    pub longest: u32,
    /// Faults among the steps.
    pub faults: u64,
    /// Runs that came to rest at the goal.
    pub goal: u64,
    /// Runs that came to rest elsewhere.
    pub stuck: u64,
    /// Runs that were cut off.
    pub cut_off: u64,
    /// Wall-clock time.
    pub seconds: f64,
}

/// What walks have shown of one property.
#[derive(Clone, PartialEq, Debug)]
pub struct SimulatedProperty {
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub kind: PropertyKind,
    /// What was seen of it.
    pub seen: Seen,
    /// The first run that breaks it, up to where it does.
    pub counterexample: Option<Counterexample>,
}

/// What walks can show of a property.
#[derive(Clone, PartialEq, Debug)]
pub enum Seen {
    /// So many runs break it.
    Broken {
        /// How many.
        runs: u64,
        /// The lowest number of one of them.
        first: u64,
    },
    /// No run breaks it.
    Never {
        /// One such walk breaks it with a probability below this, at 95 % confidence.
        bound: f64,
    },
    /// No walk can show it: it is about what could happen, not about what does.
    Undecidable,
    /// The scenario has nothing that it could be about; why.
    NotApplicable(&'static str),
}

impl Seen {
    /// The verdict. A walk never shows that a property is kept.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Broken { .. } => Verdict::Violated,
            Self::Never { .. } | Self::Undecidable => Verdict::Inconclusive,
            Self::NotApplicable(_) => Verdict::NotApplicable,
        }
    }
}

/// If an event has happened in none of `runs` independent runs, its probability is below this
/// with 95 % confidence: were it higher, so many runs without it would be rarer than one in 20.
#[must_use]
pub fn bound(runs: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a bound with two digits")]
    let runs = runs as f64;
    if runs < 1.0 {
        return 1.0;
    }
    // 1 - 0.05^(1/runs), without losing digits where it is small.
    -(0.05_f64.ln() / runs).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_that_of_no_events() {
        let rows = [(0, 1.0), (1, 0.95), (10, 0.2589), (1000, 0.002_991)];
        for (runs, expected) in rows {
            assert!((bound(runs) - expected).abs() < 1e-4, "{runs} runs");
        }
        // About three over the number of runs.
        let many = bound(1_000_000_000) * 1e9;
        assert!((many - 2.9957).abs() < 1e-3, "{many}");
    }
}
