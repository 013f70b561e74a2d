//! Random walks through one scenario, from its file to everything a report says of them.

use std::num::NonZeroUsize;
use std::path::Path;

use super::summary::{headline, model_hash};
use super::trace::Replay;
use super::{merge, question, read, story};
use crate::actors::{Step, faults};
use crate::engine::Trace;
use crate::engine::simulate::{WalkOutcome, Walks, simulate as walk};
use crate::model::Migration;
use crate::properties::{self, Property, PropertyId};
use crate::report::Counterexample;
use crate::report::simulation::{Seen, SimulatedProperty, SimulatedScenario, WalkFigures, bound};
use crate::scenario::{Diagnostic, Overrides, Scenario};

/// Which walks are asked for, beside the scenario.
#[derive(Clone, Debug)]
pub struct SimulateOptions {
    /// How many.
    pub runs: u64,
    /// Where the random numbers start.
    pub seed: u64,
    /// Threads. No result depends on them.
    pub threads: NonZeroUsize,
    /// Where a walk is cut off.
    pub max_steps: u32,
    /// What the command line says in place of the scenario.
    pub overrides: Overrides,
    /// Take every step apart, even those that no component observes.
    pub every_step: bool,
}

impl Default for SimulateOptions {
    /// A thousand walks of seed 0, one thread, nothing in place of the scenario.
    fn default() -> Self {
        Self {
            runs: 1000,
            seed: 0,
            threads: NonZeroUsize::MIN,
            max_steps: 10_000,
            overrides: Overrides::default(),
            every_step: false,
        }
    }
}

/// Walks through the scenario in the file `path`. `watch` is told from time to time how many
/// walks are over; no further one is begun once its answer is `true`.
///
/// # Errors
/// Every mistake in the file.
pub fn simulate_scenario(
    path: &Path,
    options: &SimulateOptions,
    watch: &(dyn Fn(u64) -> bool + Sync),
) -> Result<SimulatedScenario, Vec<Diagnostic>> {
    let scenario = read(path, &options.overrides, options.every_step)?;
    Ok(simulate(&scenario, options, watch))
}

/// Walks through a scenario.
#[must_use]
pub fn simulate(
    scenario: &Scenario,
    options: &SimulateOptions,
    watch: &(dyn Fn(u64) -> bool + Sync),
) -> SimulatedScenario {
    let model = Migration::new(scenario.setup.clone());
    let question = question(&model, &scenario.properties, false);
    let walks = Walks {
        runs: options.runs,
        seed: options.seed,
        threads: options.threads,
        max_steps: options.max_steps,
        faults: scenario.setup.budget.total(),
    };
    let outcome = walk(&model, &question, &walks, watch);
    let stories = stories(scenario, &model, &outcome);
    let asked = scenario.properties.iter();
    let asked = asked.filter_map(|&name| properties::by_name(name));
    SimulatedScenario {
        scenario: scenario.name.clone(),
        path: scenario.path.clone(),
        model_hash: model_hash(scenario),
        headline: headline(scenario),
        assumed: scenario.assumed.clone(),
        properties: asked
            .map(|property| seen(scenario, property, &outcome, &stories))
            .collect(),
        never_fired: never_fired(scenario, &outcome),
        walks: figures(options, &outcome),
    }
}

/// What the walks have shown of a property.
fn seen(
    scenario: &Scenario,
    property: &Property,
    outcome: &WalkOutcome<Step>,
    stories: &[(PropertyId, Counterexample)],
) -> SimulatedProperty {
    let walked = outcome
        .properties
        .iter()
        .find(|walked| walked.name == property.name);
    let seen = match ((property.applies)(&scenario.setup), walked) {
        (Err(reason), _) => Seen::NotApplicable(reason),
        (Ok(()), None) => Seen::Undecidable,
        (Ok(()), Some(walked)) => match walked.first {
            Some((first, _)) => Seen::Broken {
                runs: walked.runs,
                first,
            },
            None => Seen::Never {
                bound: bound(outcome.tally.runs),
            },
        },
    };
    let story = stories.iter().find(|(id, _)| *id == property.id());
    SimulatedProperty {
        name: property.name.to_owned(),
        kind: property.kind.word(),
        seen,
        counterexample: story.map(|(_, story)| story.clone()),
    }
}

/// The first run that breaks each property; what one run shows is told once.
fn stories(
    scenario: &Scenario,
    model: &Migration,
    outcome: &WalkOutcome<Step>,
) -> Vec<(PropertyId, Counterexample)> {
    let broken = outcome.properties.iter();
    let traces: Vec<(PropertyId, Trace<Step>)> = broken
        .filter_map(|walked| {
            let (_, trace) = walked.first.as_ref()?;
            Some((PropertyId::of(walked.name), trace.clone()))
        })
        .collect();
    let borrowed: Vec<_> = traces.iter().map(|(id, trace)| (*id, trace)).collect();
    let roles = merge::merge(model, &borrowed);
    let tell = |((id, trace), role): (&(PropertyId, Trace<Step>), merge::Role)| {
        let replay = Replay::new(scenario, model, *id, trace);
        let mut counterexample = story::counterexample(&replay, &role);
        counterexample.shortest = false;
        // Of all that a walk does, its last request need not be what made its last step possible.
        counterexample.place = None;
        (*id, counterexample)
    };
    traces.iter().zip(roles).map(tell).collect()
}

fn never_fired(scenario: &Scenario, outcome: &WalkOutcome<Step>) -> Vec<String> {
    let fired = outcome.tally.faults_fired;
    let kinds = scenario.setup.budget.kinds();
    let silent = kinds.iter().filter(|kind| fired >> kind.0 & 1 == 0);
    silent
        .map(|kind| faults::kind(kind).name().to_owned())
        .collect()
}

fn figures(options: &SimulateOptions, outcome: &WalkOutcome<Step>) -> WalkFigures {
    let tally = outcome.tally;
    WalkFigures {
        seed: options.seed,
        asked: options.runs,
        runs: tally.runs,
        max_steps: options.max_steps,
        steps: tally.steps,
        longest: tally.longest,
        faults: tally.faults,
        goal: tally.goal,
        stuck: tally.stuck,
        cut_off: tally.cut_off,
        seconds: outcome.elapsed.as_secs_f64(),
    }
}
