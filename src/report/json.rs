//! The report as one JSON document.
//!
//! The types here mirror the plain ones, so that a field can be renamed there without breaking
//! anybody's script.

mod account;
mod envelope;
mod every_n;
pub mod replay;
pub mod simulation;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use account::ObjectJson;
pub(super) use envelope::API_VERSION;
use every_n::EveryNJson;

use super::Format;
use super::{Cost, Counterexample, DeadEnds, Headline, Lanes, PropertyResult, Summary, Vacuous};
use super::{Report, ReportedError, ScenarioResult, Search, SmallerResult, SmallerVerdict, Step};
use crate::engine::{Bounds, StoreKind};
use crate::vocabulary::{Assumption, Location, Side};

/// One JSON document.
pub(super) const FORMAT: Format = Format {
    name: "json",
    about: "one document with everything",
    extension: "json",
    is_document: true,
    check: |report, _| render(report),
    simulate: Some(|report, _| simulation::render(report)),
    replay: Some(|report, settings| replay::render(report, settings.full)),
};

/// The report of a check, with a line end after it.
#[must_use]
pub fn render(report: &Report) -> String {
    let summary = SummaryJson::from(&report.summary());
    envelope::document("Report", report, ResultJson::from, summary)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson<'a> {
    scenario: &'a str,
    path: String,
    model_hash: &'a str,
    setup: SetupJson<'a>,
    verdict: &'static str,
    as_expected: bool,
    assumed: Vec<AssumptionJson<'a>>,
    account: Vec<ObjectJson<'a>>,
    properties: Vec<PropertyJson<'a>>,
    smaller: Vec<SmallerJson<'a>>,
    never_fired: &'a [String],
    vacuous: Vec<VacuousJson<'a>>,
    dead_ends: Option<DeadEndsJson<'a>>,
    notes: &'a [String],
    every_n: Option<EveryNJson<'a>>,
    search: SearchJson,
}

impl<'a> From<&'a ScenarioResult> for ResultJson<'a> {
    fn from(result: &'a ScenarioResult) -> Self {
        let properties = result.properties.iter();
        let properties = properties.map(|property| PropertyJson::new(result, property));
        Self {
            scenario: &result.scenario,
            path: path(&result.path),
            model_hash: &result.model_hash,
            setup: SetupJson::from(&result.headline),
            verdict: result.verdict.name(),
            as_expected: result.as_expected,
            assumed: result.assumed.iter().map(AssumptionJson::from).collect(),
            account: account::objects(&result.account),
            properties: properties.collect(),
            smaller: result.smaller.iter().map(SmallerJson::from).collect(),
            never_fired: &result.never_fired,
            vacuous: result.vacuous.iter().map(VacuousJson::from).collect(),
            dead_ends: result.dead_ends.as_ref().map(DeadEndsJson::from),
            notes: &result.notes,
            every_n: result.every_n.as_ref().map(EveryNJson::from),
            search: SearchJson::from(&result.search),
        }
    }
}

#[derive(Serialize)]
struct SmallerJson<'a> {
    replicas: u32,
    complete: bool,
    properties: Vec<SmallerVerdictJson<'a>>,
}

#[derive(Serialize)]
struct SmallerVerdictJson<'a> {
    name: &'a str,
    verdict: &'static str,
}

impl<'a> From<&'a SmallerResult> for SmallerJson<'a> {
    fn from(smaller: &'a SmallerResult) -> Self {
        let verdict = |property: &'a SmallerVerdict| SmallerVerdictJson {
            name: &property.name,
            verdict: property.verdict.name(),
        };
        Self {
            replicas: smaller.replicas,
            complete: smaller.complete,
            properties: smaller.properties.iter().map(verdict).collect(),
        }
    }
}

#[derive(Serialize)]
struct VacuousJson<'a> {
    line: usize,
    text: &'a str,
}

impl<'a> From<&'a Vacuous> for VacuousJson<'a> {
    fn from(vacuous: &'a Vacuous) -> Self {
        Self {
            line: vacuous.line,
            text: &vacuous.text,
        }
    }
}

#[derive(Serialize)]
struct DeadEndsJson<'a> {
    states: u64,
    steps: usize,
    faults: u32,
    line: Option<usize>,
    text: &'a str,
}

impl<'a> From<&'a DeadEnds> for DeadEndsJson<'a> {
    fn from(ends: &'a DeadEnds) -> Self {
        Self {
            states: ends.states,
            steps: ends.steps,
            faults: ends.faults,
            line: ends.line,
            text: &ends.text,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SetupJson<'a> {
    replicas: u32,
    pod_management_policy: &'a str,
    kubernetes: &'a str,
    faults: &'a str,
}

impl<'a> From<&'a Headline> for SetupJson<'a> {
    fn from(headline: &'a Headline) -> Self {
        Self {
            replicas: headline.replicas,
            pod_management_policy: &headline.policy,
            kubernetes: &headline.kubernetes,
            faults: &headline.faults,
        }
    }
}

#[derive(Serialize)]
struct AssumptionJson<'a> {
    field: &'a str,
    value: &'a str,
    text: &'a str,
    weight: &'static str,
}

impl<'a> From<&'a Assumption> for AssumptionJson<'a> {
    fn from(assumed: &'a Assumption) -> Self {
        Self {
            field: &assumed.field,
            value: &assumed.value,
            text: &assumed.text,
            weight: assumed.weight.name(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PropertyJson<'a> {
    name: &'a str,
    kind: &'static str,
    verdict: &'static str,
    expected: &'static str,
    as_expected: bool,
    reason: Option<String>,
    layers: Vec<LayerJson>,
    counterexample: Option<CounterexampleJson<'a>>,
}

impl<'a> PropertyJson<'a> {
    fn new(result: &ScenarioResult, property: &'a PropertyResult) -> Self {
        let layer = |layer: &super::Layer| LayerJson {
            faults: layer.faults,
            verdict: layer.verdict.name(),
        };
        Self {
            name: &property.name,
            kind: property.kind.name(),
            verdict: property.verdict.name(),
            expected: property.expected.verdict.name(),
            as_expected: property.as_expected,
            reason: result.reason_in_words(property),
            layers: property.layers.iter().map(layer).collect(),
            counterexample: property
                .counterexample
                .as_ref()
                .map(CounterexampleJson::from),
        }
    }
}

#[derive(Serialize)]
struct LayerJson {
    faults: u32,
    verdict: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CounterexampleJson<'a> {
    replicas: u32,
    faults: u32,
    shortest: bool,
    asked: Option<CostJson>,
    ordinal: Option<u32>,
    scope: Option<&'a str>,
    merged_into: Option<&'a str>,
    also_broken: Vec<AlsoBrokenJson<'a>>,
    loop_start: Option<usize>,
    fairness: &'a [String],
    story: &'a str,
    why: &'a str,
    help: Option<HelpJson<'a>>,
    initial: LanesJson<'a>,
    steps: Vec<StepJson<'a>>,
}

impl<'a> From<&'a Counterexample> for CounterexampleJson<'a> {
    fn from(counterexample: &'a Counterexample) -> Self {
        let also = |also: &'a super::AlsoBroken| AlsoBrokenJson {
            name: &also.name,
            step: also.step,
        };
        let help = |help: &'a super::Help| HelpJson {
            text: &help.text,
            checked: help.checked,
        };
        Self {
            replicas: counterexample.replicas,
            faults: counterexample.faults,
            shortest: counterexample.shortest,
            asked: counterexample.asked.map(CostJson::from),
            ordinal: counterexample.ordinal,
            scope: counterexample.scope.as_deref(),
            merged_into: counterexample.merged_into.as_deref(),
            also_broken: counterexample.also_broken.iter().map(also).collect(),
            loop_start: counterexample.loop_start,
            fairness: &counterexample.fairness,
            story: &counterexample.story,
            why: &counterexample.why,
            help: counterexample.help.as_ref().map(help),
            initial: LanesJson::from(&counterexample.initial),
            steps: counterexample.steps.iter().map(StepJson::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct CostJson {
    steps: usize,
    faults: u32,
}

impl From<Cost> for CostJson {
    fn from(Cost { steps, faults }: Cost) -> Self {
        Self { steps, faults }
    }
}

#[derive(Serialize)]
struct AlsoBrokenJson<'a> {
    name: &'a str,
    step: usize,
}

#[derive(Serialize)]
struct HelpJson<'a> {
    text: &'a str,
    checked: bool,
}

#[derive(Serialize)]
struct StepJson<'a> {
    number: usize,
    actor: &'static str,
    cluster: Option<&'static str>,
    ordinal: Option<u32>,
    action: &'static str,
    text: &'a str,
    fault: bool,
    at: Option<LocationJson>,
    #[serde(rename = "where")]
    lanes: LanesJson<'a>,
}

impl<'a> From<&'a Step> for StepJson<'a> {
    fn from(step: &'a Step) -> Self {
        Self {
            number: step.number,
            actor: step.actor.name(),
            cluster: step.side.map(Side::name),
            ordinal: step.ordinal,
            action: step.action,
            text: &step.text,
            fault: step.is_fault(),
            at: step.at.as_ref().map(LocationJson::from),
            lanes: LanesJson::from(&step.lanes),
        }
    }
}

#[derive(Serialize)]
struct LanesJson<'a> {
    source: &'a str,
    destination: &'a str,
    disk: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    disks: BTreeMap<&'a str, &'a str>,
}

impl<'a> From<&'a Lanes> for LanesJson<'a> {
    fn from(lanes: &'a Lanes) -> Self {
        let named = lanes.disks.iter().filter(|disk| !disk.template.is_empty());
        Self {
            source: &lanes.source,
            destination: &lanes.destination,
            disk: lanes.disks.first().map_or("", |disk| &disk.text),
            disks: named
                .map(|disk| (disk.template.as_str(), disk.text.as_str()))
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct LocationJson {
    file: String,
    line: usize,
    column: usize,
}

impl From<&Location> for LocationJson {
    fn from(location: &Location) -> Self {
        Self {
            file: path(&location.file),
            line: location.line,
            column: location.column,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SearchJson {
    engine: &'static str,
    store: &'static str,
    expected_missed: f64,
    symmetry: bool,
    complete: bool,
    stopped: Option<String>,
    bounds: BoundsJson,
    unique_states: u64,
    transitions: u64,
    depth: u32,
    seconds: f64,
    peak_bytes: u64,
}

impl From<&Search> for SearchJson {
    fn from(search: &Search) -> Self {
        Self {
            engine: search.engine.name(),
            store: match search.store {
                StoreKind::Exact => "exact",
                StoreKind::Fingerprint => "fingerprint",
            },
            expected_missed: search.expected_missed,
            symmetry: search.symmetry,
            complete: search.complete,
            stopped: search.stop_in_words(),
            bounds: BoundsJson::from(&search.bounds),
            unique_states: search.unique_states,
            transitions: search.transitions,
            depth: search.depth,
            seconds: search.seconds,
            peak_bytes: search.peak_bytes,
        }
    }
}

/// A bound that was not set is left out.
#[derive(Serialize)]
struct BoundsJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depth: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

impl From<&Bounds> for BoundsJson {
    fn from(bounds: &Bounds) -> Self {
        Self {
            states: bounds.states,
            depth: bounds.depth,
            seconds: bounds.time.map(|time| time.as_secs_f64()),
            bytes: bounds.memory,
        }
    }
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    code: &'a str,
    message: &'a str,
    at: Option<LocationJson>,
    help: Option<&'a str>,
}

impl<'a> From<&'a ReportedError> for ErrorJson<'a> {
    fn from(error: &'a ReportedError) -> Self {
        Self {
            code: &error.code,
            message: &error.message,
            at: error.at.as_ref().map(LocationJson::from),
            help: error.help.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryJson {
    scenarios: usize,
    as_expected: usize,
    unexpected: usize,
    undecided: usize,
    violated: usize,
    inconclusive: usize,
    unreadable: usize,
}

impl From<&Summary> for SummaryJson {
    fn from(summary: &Summary) -> Self {
        Self {
            scenarios: summary.scenarios,
            as_expected: summary.as_expected,
            unexpected: summary.unexpected,
            undecided: summary.undecided,
            violated: summary.violated,
            inconclusive: summary.inconclusive,
            unreadable: summary.unreadable,
        }
    }
}

/// A path as text; what is not Unicode in it is replaced.
fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
