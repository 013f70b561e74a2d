//! A replayed trace as one JSON document.

use serde::Serialize;

use super::{LanesJson, SetupJson, StepJson, envelope, path};
use crate::report::replay::{Replayed, WorldInWords};
use crate::report::saved::SavedWalk;
use crate::report::{AlsoBroken, Report, Step};

/// The report of a replay, with a line end after it. `full` adds the whole world after each step.
#[must_use]
pub fn render(report: &Report<Replayed>, full: bool) -> String {
    let count = |broken| {
        let results = report.results.iter();
        results.filter(|result| result.broken == broken).count()
    };
    let summary = SummaryJson {
        traces: report.results.len(),
        broken: count(Some(true)),
        kept: count(Some(false)),
        undecided: count(None),
        unreadable: report.unreadable,
    };
    let result = |result| ResultJson::new(result, full);
    envelope::document("Replay", report, result, summary)
}

#[derive(Serialize)]
struct SummaryJson {
    traces: usize,
    broken: usize,
    kept: usize,
    undecided: usize,
    unreadable: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson<'a> {
    trace: String,
    scenario: &'a str,
    path: String,
    model_hash: &'a str,
    scenario_changed: bool,
    setup: SetupJson<'a>,
    walk: Option<&'a SavedWalk>,
    property: &'a str,
    broken: Option<bool>,
    breaks: Vec<BreaksJson<'a>>,
    initial: InitialJson<'a>,
    steps: Vec<ReplayedStepJson<'a>>,
}

impl<'a> ResultJson<'a> {
    fn new(result: &'a Replayed, full: bool) -> Self {
        let worlds = result.worlds.iter().skip(1);
        let steps = result.story.steps.iter().zip(worlds);
        Self {
            trace: path(&result.trace),
            scenario: &result.scenario,
            path: path(&result.path),
            model_hash: &result.model_hash,
            scenario_changed: result.changed,
            setup: SetupJson::from(&result.headline),
            walk: result.walk.as_ref(),
            property: &result.property,
            broken: result.broken,
            breaks: result.breaks.iter().map(BreaksJson::from).collect(),
            initial: InitialJson {
                lanes: LanesJson::from(&result.story.initial),
                world: result.worlds.first().map_or(&[], |world| &world.all),
            },
            steps: steps
                .map(|(step, world)| ReplayedStepJson::new(step, world, full))
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct BreaksJson<'a> {
    name: &'a str,
    step: usize,
}

impl<'a> From<&'a AlsoBroken> for BreaksJson<'a> {
    fn from(broken: &'a AlsoBroken) -> Self {
        Self {
            name: &broken.name,
            step: broken.step,
        }
    }
}

#[derive(Serialize)]
struct InitialJson<'a> {
    #[serde(rename = "where")]
    lanes: LanesJson<'a>,
    world: &'a [String],
}

#[derive(Serialize)]
struct ReplayedStepJson<'a> {
    #[serde(flatten)]
    step: StepJson<'a>,
    index: usize,
    changes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    world: Option<&'a [String]>,
}

impl<'a> ReplayedStepJson<'a> {
    fn new(step: &'a Step, world: &'a WorldInWords, full: bool) -> Self {
        Self {
            step: StepJson::from(step),
            index: step.index,
            changes: &world.changes,
            world: full.then_some(world.all.as_slice()),
        }
    }
}
