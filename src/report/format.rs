//! The ways to write a report, and what each is asked to write.

use super::{Report, ScenarioResult};
use crate::report::replay::Replayed;
use crate::report::simulation::SimulatedScenario;

/// Writes a whole report as text.
pub type Render<R> = fn(&Report<R>, &Settings) -> String;

/// A way to write reports. Each is defined in its own file, and listed in [`super::FORMATS`].
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// As it is asked for: `json`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// How its files end: `xml`.
    pub extension: &'static str,
    /// It is a document of its own, which nothing else may stand beside.
    pub is_document: bool,
    /// The report of `straddle check`.
    pub check: Render<ScenarioResult>,
    /// The report of `straddle simulate`, if the format can say it.
    pub simulate: Option<Render<SimulatedScenario>>,
    /// The report of `straddle replay`, if the format can say it.
    pub replay: Option<Render<Replayed>>,
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

/// How a report is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Show every step of every counterexample, and every state of a replayed trace.
    pub full: bool,
    /// Show what became of every field of the manifests.
    pub account: bool,
    /// Show of each scenario only its verdict, and of each counterexample a sentence, the line and
    /// the fix.
    pub short: bool,
    /// There are other scenarios: those that are as expected are shortened.
    pub several: bool,
    /// The columns that a line may take.
    pub width: usize,
    /// How the program was called: `straddle` or `kubectl straddle`.
    pub program: String,
    /// The flags that change verdicts, ready for a shell, for the command that shows a story
    /// again.
    pub flags: Vec<String>,
    /// What is checked, as it was given, if that was not a scenario file.
    pub input: Option<String>,
}

/// What a command finds out about one input.
pub trait Finding: Sized + 'static {
    /// How a format writes a report of these; none if it cannot.
    fn render(format: &Format) -> Option<Render<Self>>;

    /// One of these for people, with colours, after the `earlier` ones of the report.
    fn show(&self, earlier: &[Self], settings: &Settings) -> String;

    /// The end of a report for people.
    fn summary(report: &Report<Self>, settings: &Settings) -> String;
}

impl Finding for ScenarioResult {
    fn render(format: &Format) -> Option<Render<Self>> {
        Some(format.check)
    }

    fn show(&self, earlier: &[Self], settings: &Settings) -> String {
        super::terminal::scenario(self, earlier, settings)
    }

    fn summary(report: &Report<Self>, settings: &Settings) -> String {
        super::terminal::summary(report, settings)
    }
}

impl Finding for SimulatedScenario {
    fn render(format: &Format) -> Option<Render<Self>> {
        format.simulate
    }

    fn show(&self, earlier: &[Self], settings: &Settings) -> String {
        super::terminal::simulation::scenario(self, earlier, settings)
    }

    fn summary(report: &Report<Self>, settings: &Settings) -> String {
        super::terminal::simulation::summary(report, settings)
    }
}

impl Finding for Replayed {
    fn render(format: &Format) -> Option<Render<Self>> {
        format.replay
    }

    fn show(&self, _: &[Self], settings: &Settings) -> String {
        super::terminal::replay::trace(self, settings)
    }

    fn summary(_: &Report<Self>, _: &Settings) -> String {
        String::new()
    }
}
