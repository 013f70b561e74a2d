//! A replayed trace as one JSON document.

use serde::Serialize;

use super::{Replay, Replayed, WorldInWords};
use crate::report::json::{API_VERSION, ErrorJson, LanesJson, SetupJson, StepJson, Tool, path};
use crate::report::saved::SavedWalk;
use crate::report::{AlsoBroken, Step};

/// The document, with a line end after it. `full` adds the whole world after each step.
#[must_use]
pub fn render(replay: &Replay, full: bool) -> String {
    let document = Document {
        api_version: API_VERSION,
        kind: "Replay",
        tool: Tool {
            version: &replay.version,
        },
        exit_code: replay.exit_code,
        trace: path(&replay.trace),
        result: replay
            .result
            .as_ref()
            .map(|result| ResultJson::new(result, full)),
        errors: replay.errors.iter().map(ErrorJson::from).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document)
        .expect("keys are strings and no type refuses to be written");
    text.push('\n');
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'static str,
    kind: &'static str,
    tool: Tool<'a>,
    exit_code: u8,
    trace: String,
    result: Option<ResultJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson<'a> {
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
