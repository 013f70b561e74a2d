//! What a check found, as plain data, and one file for each format it is written in.

mod counterexample;
pub mod every_n;
mod format;
pub mod github;
pub mod json;
pub mod junit;
pub mod replay;
#[cfg(test)]
pub(crate) mod samples;
pub mod saved;
mod search;
pub mod simulation;
mod smaller;
mod story;
mod table;
pub mod terminal;
mod text;
mod timeline;
mod vacuous;
pub mod views;

pub use crate::vocabulary::Verdict;
pub use counterexample::{AlsoBroken, Cost, Counterexample, Disk, Help, Lanes, Snippet, Step};
pub use every_n::{EveryN, EveryNResult};
pub use format::{Finding, Format, Render, Settings};
pub use search::{Reason, Search, Stop};
pub use smaller::{SmallerResult, SmallerVerdict};
pub use text::{WIDTH, width_on};
pub(crate) use text::{count, count_of, grouped, plain, shell_word};
pub use vacuous::{DeadEnds, Vacuous};

use std::path::PathBuf;

use crate::account::Object;
use crate::diagnostic::Diagnostic;
use crate::vocabulary::{Assumption, Expected, Location, OtherWriter, PropertyKind, Side};

/// The formats, as they are offered. To add one, write its file and put it here.
pub const FORMATS: [&Format; 4] = [
    &terminal::FORMAT,
    &json::FORMAT,
    &junit::FORMAT,
    &github::FORMAT,
];

/// Everything one run of a command has to say.
#[derive(Clone, PartialEq, Debug)]
pub struct Report<R = ScenarioResult> {
    /// The tool's version.
    pub version: String,
    /// The exit code that goes with it.
    pub exit_code: u8,
    /// One for each input that could be read, in their order.
    pub results: Vec<R>,
    /// Mistakes in input, and what else went wrong.
    pub errors: Vec<ReportedError>,
    /// Inputs that could not be read.
    pub unreadable: usize,
}

impl Report {
    /// How many scenarios ended how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.results, self.unreadable)
    }
}

/// What is known of one scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct ScenarioResult {
    /// The scenario's name.
    pub scenario: String,
    /// Its file.
    pub path: PathBuf,
    /// A hash of the lowered scenario and the tool's version.
    pub model_hash: String,
    /// What was checked, in a few words.
    pub headline: Headline,
    /// The worst of the properties' verdicts.
    pub verdict: Verdict,
    /// Every property is decided, and every verdict is the expected one.
    pub as_expected: bool,
    /// What the scenario leaves open, and how it was taken.
    pub assumed: Vec<Assumption>,
    /// Who else may write the sets.
    pub writers: Vec<OtherWriter>,
    /// What became of the objects in the manifests, by side.
    pub account: Vec<(Side, Object)>,
    /// The properties, in catalogue order.
    pub properties: Vec<PropertyResult>,
    /// The same scenario with fewer replicas, from one upwards.
    pub smaller: Vec<SmallerResult>,
    /// Kinds of fault that the budget allows and that struck nowhere.
    pub never_fired: Vec<String>,
    /// Steps of the program that never happen, and waits that never wait or never end.
    pub vacuous: Vec<Vacuous>,
    /// Where nothing goes on short of the goal, if anywhere.
    pub dead_ends: Option<DeadEnds>,
    /// What else a reader should know, each in a sentence.
    pub notes: Vec<String>,
    /// What is known for every number of replicas, if that was asked for.
    pub every_n: Option<EveryN>,
    /// How it was searched.
    pub search: Search,
}

impl ScenarioResult {
    /// A decided verdict is not the expected one.
    #[must_use]
    pub fn is_unexpected(&self) -> bool {
        let differs = |property: &PropertyResult| {
            property.verdict != Verdict::Inconclusive && !property.as_expected
        };
        self.properties.iter().any(differs)
    }

    /// Every property has a verdict, or says nothing of the scenario.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        let mut verdicts = self.properties.iter().map(|property| property.verdict);
        verdicts.all(|verdict| verdict != Verdict::Inconclusive)
    }

    /// Notes what the verdicts of the properties come to.
    pub fn sum_up(&mut self) {
        let verdicts = self.properties.iter().map(|property| property.verdict);
        self.verdict = Verdict::worst(verdicts);
        let mut properties = self.properties.iter();
        self.as_expected = self.is_decided() && properties.all(|property| property.as_expected);
    }

    /// Why a property is inconclusive or not applicable, in words.
    #[must_use]
    pub fn reason_in_words(&self, property: &PropertyResult) -> Option<String> {
        let reason = property.reason?;
        if reason == Reason::OtherWriters {
            return Some(self.others_in_words());
        }
        Some(reason.in_words(&self.search.bounds))
    }

    /// Why nothing holds for certain while somebody else may write.
    fn others_in_words(&self) -> String {
        let called = self.writers.iter().map(|writer| &*writer.called);
        let called: Vec<&str> = called.collect();
        let flags: Vec<String> = called
            .iter()
            .map(|called| format!("--assume-suspended {}", shell_word(called)))
            .collect();
        format!(
            "no violation is found, but {} may write what is moved, and is not modelled; suspend it \
             during the move, and say so: {}",
            called.join(" and "),
            flags.join(" ")
        )
    }

    /// Some property has no verdict, for the replicas asked for or for every number of them.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        let for_every_n = self.every_n.as_ref().is_some_and(EveryN::is_undecided);
        for_every_n || !self.is_decided()
    }
}

/// What was checked, in a few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Headline {
    /// Replicas of the set.
    pub replicas: u32,
    /// `OrderedReady` or `Parallel`.
    pub policy: String,
    /// The Kubernetes minor of both sides.
    pub kubernetes: String,
    /// The scenario does not say which minor.
    pub kubernetes_assumed: bool,
    /// The fault budget: `no faults`, `at most 2 faults of eviction, driverCrash`.
    pub faults: String,
}

/// What is known of one property.
#[derive(Clone, PartialEq, Debug)]
pub struct PropertyResult {
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub kind: PropertyKind,
    /// With the whole budget of faults.
    pub verdict: Verdict,
    /// What the scenario expects.
    pub expected: Expected,
    /// Whether the verdict, and the steps and faults if they were given, are the expected ones.
    pub as_expected: bool,
    /// Why it is inconclusive or not applicable, or what has decided it beside the search.
    pub reason: Option<Reason>,
    /// The verdict of each finished layer of faults, from 0 upwards.
    pub layers: Vec<Layer>,
    /// How it breaks.
    pub counterexample: Option<Counterexample>,
}

impl PropertyResult {
    /// Steps and faults of the shortest counterexample for the replicas that were asked for.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        let counterexample = self.counterexample.as_ref()?;
        Some(counterexample.asked.unwrap_or(Cost {
            steps: counterexample.steps.len(),
            faults: counterexample.faults,
        }))
    }
}

/// The verdict with at most so many faults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layer {
    /// The faults.
    pub faults: u32,
    /// The verdict.
    pub verdict: Verdict,
}

/// Something that went wrong beside the search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportedError {
    /// Never changes its meaning.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// Where.
    pub at: Option<Location>,
    /// What to do about it.
    pub help: Option<String>,
}

impl From<&Diagnostic> for ReportedError {
    fn from(diagnostic: &Diagnostic) -> Self {
        Self {
            code: diagnostic.code.to_owned(),
            message: diagnostic.message.clone(),
            at: location(diagnostic),
            help: diagnostic.help.clone(),
        }
    }
}

/// Where a diagnostic points; the start of its file if it has no label.
fn location(diagnostic: &Diagnostic) -> Option<Location> {
    let file = diagnostic.path.clone()?;
    let labels = &diagnostic.labels;
    let label = labels.iter().find(|label| label.primary).or(labels.first());
    let start = label.map_or(0, |label| label.range.start);
    let source = diagnostic.source.as_deref().unwrap_or_default();
    let before = &source[..source.floor_char_boundary(start)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some(Location {
        file,
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    })
}

/// How many scenarios ended how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Those that were checked.
    pub scenarios: usize,
    /// Those decided in every property, each as expected.
    pub as_expected: usize,
    /// Those with a decided verdict that is not the expected one.
    pub unexpected: usize,
    /// Those with a property that is not decided, and no decided verdict that is unexpected.
    pub undecided: usize,
    /// Those whose verdict is `violated`.
    pub violated: usize,
    /// Those whose verdict is `inconclusive`.
    pub inconclusive: usize,
    /// Inputs that could not be read.
    pub unreadable: usize,
}

impl Summary {
    /// Counts `results`.
    #[must_use]
    pub fn of(results: &[ScenarioResult], unreadable: usize) -> Self {
        let count = |test: &dyn Fn(&ScenarioResult) -> bool| {
            results.iter().filter(|result| test(result)).count()
        };
        Self {
            scenarios: results.len(),
            as_expected: count(&|result| !result.is_unexpected() && !result.is_undecided()),
            unexpected: count(&ScenarioResult::is_unexpected),
            undecided: count(&|result| result.is_undecided() && !result.is_unexpected()),
            violated: count(&|result| result.verdict == Verdict::Violated),
            inconclusive: count(&|result| result.verdict == Verdict::Inconclusive),
            unreadable,
        }
    }
}
