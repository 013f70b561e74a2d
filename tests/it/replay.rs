//! Saved traces: they replay as they were, or are refused with the reason.

use std::path::Path;

use proptest::prelude::*;
use straddle::internals::check::replay::{ReplayOptions, replay};
use straddle::internals::check::simulate::{SimulateOptions, simulate};
use straddle::internals::report::replay::Replayed;
use straddle::internals::report::saved::{Origin, SavedTrace, SavedWalk};
use straddle::internals::report::simulation::{Seen, SimulatedScenario};
use straddle::{Diagnostic, Scenario};

use crate::models::{bundled, scenario};
use crate::support::{cases, list, scenario as small};

/// Every trace that a few walks find, as they would be saved.
fn found(scenario: &Scenario, seed: u64, faults: Option<&str>) -> Vec<SavedTrace> {
    let options = SimulateOptions {
        runs: 40,
        seed,
        ..SimulateOptions::default()
    };
    let result = simulate(scenario, &options, &|_| false);
    traces(&result, seed, faults)
}

fn traces(result: &SimulatedScenario, seed: u64, faults: Option<&str>) -> Vec<SavedTrace> {
    let traces = result.properties.iter().filter_map(|property| {
        let Seen::Broken { first, .. } = property.seen else {
            return None;
        };
        let origin = Origin {
            scenario: &result.scenario,
            path: &result.path,
            replicas: result.headline.replicas,
            model_hash: &result.model_hash,
            faults,
            every_step: false,
            assume_harmless: &[],
            walk: Some(SavedWalk { seed, run: first }),
        };
        let story = property.counterexample.as_ref()?;
        Some(SavedTrace::new(&origin, &property.name, story))
    });
    traces.collect()
}

fn play(trace: &SavedTrace, scenario: &Scenario) -> Result<Replayed, Box<Diagnostic>> {
    let options = ReplayOptions::default();
    replay(trace, Path::new("a.trace.json"), scenario, &options)
}

fn play_anyway(trace: &SavedTrace, scenario: &Scenario) -> Result<Replayed, Box<Diagnostic>> {
    let options = ReplayOptions { anyway: true };
    replay(trace, Path::new("a.trace.json"), scenario, &options)
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn a_trace_survives_print_parse_and_replay(number in 0_usize..1000, seed in any::<u64>()) {
        let names = bundled();
        let faults = "2:eviction,driverCrash,controllerRestartStale,podNeverReady";
        let scenario = scenario(&names[number % names.len()], Some(faults));
        for trace in found(&scenario, seed, Some(faults)) {
            let text = trace.render();
            let parsed = SavedTrace::parse(Path::new("a.trace.json"), &text).expect("a trace");
            prop_assert_eq!(&parsed, &trace);
            let replayed = play(&parsed, &scenario).expect("every step is possible");
            prop_assert_eq!(replayed.broken, Some(true));
            prop_assert!(!replayed.changed);
            let last = trace.steps.len();
            let breaks = replayed.breaks.iter().find(|broken| broken.name == trace.property);
            prop_assert_eq!(breaks.map(|broken| broken.step), Some(last));
            prop_assert_eq!(replayed.worlds.len(), last + 1);
            let told = replayed.story.steps.iter().zip(&trace.steps);
            for (told, saved) in told {
                prop_assert_eq!((&told.text, told.index), (&saved.text, saved.index));
            }
        }
    }
}

/// Two ordinals, both sets Parallel; the program says which steps.
fn sections(steps: &str) -> String {
    format!(
        "source: {{replicas: 2, podManagementPolicy: Parallel}}\n\
         migration:\n  forEach: {{k: descending}}\n  steps:\n{}",
        list(steps)
    )
}

const BOTH: &str = "patch: {cluster: source, replicas: k}; \
                    patch: {cluster: destination, start: k, replicas: N - k}";

/// A trace in which a Pod exists twice.
fn twice() -> (Scenario, SavedTrace) {
    let scenario = small(&sections(BOTH));
    let mut traces = found(&scenario, 0, None).into_iter();
    let trace = traces.find(|trace| trace.property == "at-most-one-pod");
    (scenario, trace.expect("a walk breaks it"))
}

#[test]
fn an_altered_trace_is_refused() {
    let (scenario, trace) = twice();
    assert!(play(&trace, &scenario).is_ok());
    let refused = |trace: &SavedTrace| play(trace, &scenario).expect_err("altered").code;
    for place in 0..trace.steps.len() {
        let mut other = trace.clone();
        other.steps[place].index += 1;
        assert_eq!(refused(&other), "replay::altered", "step {place}");
        let mut other = trace.clone();
        other.steps[place].number += 1;
        assert_eq!(refused(&other), "replay::altered", "step {place}");
        let mut other = trace.clone();
        other.steps[place].text += " ";
        assert_eq!(refused(&other), "replay::impossible-step", "step {place}");
        let mut other = trace.clone();
        other.steps[place].cluster = None;
        assert_eq!(refused(&other), "replay::impossible-step", "step {place}");
    }
    let mut other = trace.clone();
    other.steps.remove(0);
    assert!(play(&other, &scenario).is_err());
    let mut other = trace.clone();
    other.property = "at-most-one-pods".to_owned();
    assert_eq!(refused(&other), "replay::unknown-property");
}

#[test]
fn a_trace_that_stops_early_breaks_nothing() {
    let (scenario, mut trace) = twice();
    trace.steps.pop();
    let replayed = play(&trace, &scenario).expect("the other steps are possible");
    assert_eq!(replayed.broken, Some(false));
    assert_eq!(replayed.breaks, []);
}

#[test]
fn a_changed_scenario_is_refused_with_the_step_that_stops_it() {
    let (_, trace) = twice();
    let gated = BOTH.replace("; ", "; wait: {cluster: source, pod: k, until: gone}; ");
    let refused = play(&trace, &small(&sections(&gated))).expect_err("it is gated now");
    assert_eq!(refused.code, "replay::changed-scenario");
    let patch = trace.steps.iter();
    let mut patch = patch.filter(|step| step.text.starts_with("patch destination"));
    let number = patch.next().expect("it grows the destination").number;
    let expected = format!("step {number} is no longer possible");
    assert!(refused.message.ends_with(&expected), "{refused}");
    let anyway = play_anyway(&trace, &small(&sections(&gated))).expect_err("still gated");
    assert_eq!(anyway.code, "replay::impossible-step");
}

#[test]
fn a_scenario_that_only_allows_more_is_refused_unless_told_otherwise() {
    let (_, trace) = twice();
    let more = format!("{}faults: {{eviction: 1}}\n", sections(BOTH));
    let more = small(&more);
    let refused = play(&trace, &more).expect_err("it has faults now");
    assert_eq!(refused.code, "replay::changed-scenario");
    let possible = refused.message.ends_with("every step is still possible");
    assert!(possible, "{refused}");
    let anyway = play_anyway(&trace, &more).expect("every step is possible");
    assert!(anyway.changed);
    assert_eq!(anyway.broken, Some(true));
}

#[test]
fn a_trace_of_another_version_is_refused_unless_told_otherwise() {
    let (scenario, mut trace) = twice();
    trace.tool.version = "0.0.9".to_owned();
    trace.model_hash = "0".repeat(32);
    let refused = play(&trace, &scenario).expect_err("written by another");
    assert_eq!(refused.code, "replay::other-version");
    assert!(play_anyway(&trace, &scenario).is_ok());
}

/// A way back to the goal, or none, is found by a search from the last state.
#[test]
fn a_goal_out_of_reach_is_seen_again() {
    let scenario = small(&sections("patch: {cluster: source, replicas: k}"));
    let (_, mut trace) = twice();
    trace.property = "recoverable".to_owned();
    trace.steps.clear();
    let broken = |scenario: &Scenario| play_anyway(&trace, scenario).expect("no steps").broken;
    assert_eq!(broken(&scenario), Some(true));
    assert_eq!(broken(&small(&sections(BOTH))), Some(false));
}
