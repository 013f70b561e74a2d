//! What walks have shown, as one JSON document.

use serde::Serialize;

use super::{AssumptionJson, CounterexampleJson, SetupJson, envelope, path};
use crate::report::Report;
use crate::report::simulation::{Seen, SimulatedProperty, SimulatedScenario, WalkFigures};

/// The report of walks, with a line end after it.
#[must_use]
pub fn render(report: &Report<SimulatedScenario>) -> String {
    let violated = report.results.iter();
    let violated = violated.filter(|result| result.is_violated()).count();
    let summary = SummaryJson {
        scenarios: report.results.len(),
        violated,
        unreadable: report.unreadable,
    };
    envelope::document("Simulation", report, ResultJson::from, summary)
}

#[derive(Serialize)]
struct SummaryJson {
    scenarios: usize,
    violated: usize,
    unreadable: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson<'a> {
    scenario: &'a str,
    path: String,
    model_hash: &'a str,
    setup: SetupJson<'a>,
    walks: WalksJson,
    assumed: Vec<AssumptionJson<'a>>,
    properties: Vec<PropertyJson<'a>>,
    never_fired: &'a [String],
}

impl<'a> From<&'a SimulatedScenario> for ResultJson<'a> {
    fn from(result: &'a SimulatedScenario) -> Self {
        Self {
            scenario: &result.scenario,
            path: path(&result.path),
            model_hash: &result.model_hash,
            setup: SetupJson::from(&result.headline),
            walks: WalksJson::from(&result.walks),
            assumed: result.assumed.iter().map(AssumptionJson::from).collect(),
            properties: result.properties.iter().map(PropertyJson::from).collect(),
            never_fired: &result.never_fired,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WalksJson {
    seed: u64,
    asked: u64,
    runs: u64,
    max_steps: u32,
    steps: u64,
    longest: u32,
    faults: u64,
    goal: u64,
    stuck: u64,
    cut_off: u64,
    seconds: f64,
}

impl From<&WalkFigures> for WalksJson {
    fn from(walks: &WalkFigures) -> Self {
        Self {
            seed: walks.seed,
            asked: walks.asked,
            runs: walks.runs,
            max_steps: walks.max_steps,
            steps: walks.steps,
            longest: walks.longest,
            faults: walks.faults,
            goal: walks.goal,
            stuck: walks.stuck,
            cut_off: walks.cut_off,
            seconds: walks.seconds,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PropertyJson<'a> {
    name: &'a str,
    kind: &'static str,
    verdict: &'static str,
    reason: Option<&'a str>,
    /// How many runs break it.
    violations: Option<u64>,
    first_run: Option<u64>,
    /// One walk breaks it with a probability below this, at 95 % confidence.
    probability_below: Option<f64>,
    counterexample: Option<CounterexampleJson<'a>>,
}

impl<'a> From<&'a SimulatedProperty> for PropertyJson<'a> {
    fn from(property: &'a SimulatedProperty) -> Self {
        let counterexample = property.counterexample.as_ref();
        let mut json = Self {
            name: &property.name,
            kind: property.kind.name(),
            verdict: property.seen.verdict().name(),
            reason: None,
            violations: None,
            first_run: None,
            probability_below: None,
            counterexample: counterexample.map(CounterexampleJson::from),
        };
        match &property.seen {
            Seen::Broken { runs, first } => {
                (json.violations, json.first_run) = (Some(*runs), Some(*first));
            }
            Seen::Never { bound } => {
                json.reason = Some("not seen in these walks, which proves nothing");
                (json.violations, json.probability_below) = (Some(0), Some(*bound));
            }
            Seen::Undecidable => json.reason = Some("a walk cannot show it"),
            Seen::NotApplicable(reason) => json.reason = Some(reason),
        }
        json
    }
}
