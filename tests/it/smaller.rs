//! Stories are told with the fewest replicas; verdicts belong to those asked for.

use std::num::NonZeroUsize;

use straddle::Migration;
use straddle::engine::{Bounds, Trace, Unobserved, Verdict as Decided, exhaustive};
use straddle::internals::actors::Step;
use straddle::internals::check::{CheckOptions, Engine, Unwatched, check, question};
use straddle::internals::report::{Counterexample, ScenarioResult, Verdict};
use straddle::internals::scenario::Scenario;
use straddle::internals::world::setup::Setup;

use crate::models::scenario;

fn result(scenario: &Scenario) -> ScenarioResult {
    check(scenario, &CheckOptions::default(), &Unwatched)
}

fn story<'a>(result: &'a ScenarioResult, property: &str) -> &'a Counterexample {
    let mut properties = result.properties.iter();
    let found = properties.find(|found| found.name == property);
    let story = found.and_then(|found| found.counterexample.as_ref());
    story.unwrap_or_else(|| panic!("{property} has no story"))
}

/// How each property breaks in a setup, by a search of its own.
fn violations(setup: &Setup, properties: &[&'static str]) -> Vec<(&'static str, Trace<Step>)> {
    let model = Migration::new(setup.clone());
    let question = question(&model, properties, false);
    let bounds = Bounds::default();
    let threads = NonZeroUsize::MIN;
    let outcome = exhaustive::check(&model, &question, &bounds, threads, &Unobserved);
    let decisions = outcome.decisions.into_iter();
    let violated = decisions.filter_map(|decision| match decision.verdict {
        Decided::Violated(trace) => Some((decision.name, trace)),
        _ => None,
    });
    violated.collect()
}

/// Against searches of each number of replicas by itself: the story has the fewest faults, then
/// the fewest replicas, and the figures of the table are those of the replicas asked for.
#[test]
fn the_story_has_the_fewest_faults_then_the_fewest_replicas() {
    let faults = Some("1:eviction,driverCrash,controllerRestartStale");
    let (mut fewer, mut as_asked) = (0, 0);
    for (name, faults) in [
        ("empty-disk", None),
        ("empty-disk", faults),
        ("cold-backup-restore", None),
        ("naive-double-up", None),
        ("two-patches-replicas-first", None),
        ("two-patches-start-first", faults),
        ("kep-3335-ordered-shards", None),
    ] {
        let scenario = scenario(name, faults);
        let asked = scenario.setup.replicas;
        let result = result(&scenario);
        let smaller = (1..asked).filter_map(|n| Some((n, scenario.with_replicas(n)?)));
        let smaller: Vec<_> = smaller
            .map(|(n, setup)| (n, violations(&setup, &scenario.properties)))
            .collect();
        for (property, own) in violations(&scenario.setup, &scenario.properties) {
            let told = story(&result, property);
            let shown = smaller.iter().filter_map(|(n, found)| {
                let (_, trace) = found.iter().find(|(other, _)| *other == property)?;
                Some((trace.faults, *n))
            });
            let best = shown.chain([(own.faults, asked)]).min().expect("its own");
            let found = (told.faults, u8::try_from(told.replicas).expect("a few"));
            assert_eq!(found, best, "{name}: {property}");
            assert_eq!(told.asked.is_some(), best.1 < asked, "{name}: {property}");
            let mut results = result.properties.iter();
            let listed = results.find(|found| found.name == property);
            let cost = listed.and_then(straddle::internals::report::PropertyResult::cost);
            let cost = cost.map(|cost| (cost.steps, cost.faults));
            assert_eq!(
                cost,
                Some((own.steps.len(), own.faults)),
                "{name}: {property}"
            );
            if best.1 < asked {
                fewer += 1;
            } else {
                as_asked += 1;
            }
        }
    }
    assert!(
        fewer >= 6 && as_asked >= 1,
        "{fewer} told with fewer, {as_asked} as asked"
    );
}

#[test]
fn a_story_with_fewer_replicas_keeps_the_lines_and_the_fix_of_the_file() {
    let scenario = scenario("empty-disk", None);
    let result = result(&scenario);
    let told = story(&result, "right-disk");
    assert_eq!(told.replicas, 1);
    assert_eq!(told.ordinal, Some(0));
    assert_eq!(told.initial.source, "#");
    let request = told.steps.iter().find(|step| step.action == "patch");
    let at = request.and_then(|step| step.at.as_ref()).expect("a place");
    let line = scenario.text.lines().nth(at.line - 1).expect("a line");
    assert!(line.contains("patch:"), "{line}");
}

#[test]
fn verdicts_with_fewer_replicas_are_listed() {
    let result = result(&scenario("cold-backup-restore", None));
    let available = |index: usize| {
        let smaller: &straddle::internals::report::SmallerResult = &result.smaller[index];
        let mut properties = smaller.properties.iter();
        let found = properties.find(|found| found.name == "available");
        (
            smaller.replicas,
            smaller.complete,
            found.map(|found| found.verdict),
        )
    };
    assert_eq!(result.smaller.len(), 2);
    assert_eq!(available(0), (1, true, Some(Verdict::Holds)));
    assert_eq!(available(1), (2, true, Some(Verdict::Violated)));
}

#[test]
fn what_is_tied_to_its_replicas_is_not_shrunk() {
    let result = result(&scenario("kep-3335-ordered-shards", None));
    assert_eq!(result.smaller, []);
    let note = result
        .notes
        .iter()
        .find(|note| note.starts_with("smaller N not tried"));
    assert!(note.is_some(), "{:?}", result.notes);
}

#[test]
fn another_engine_tells_its_own_stories() {
    let options = CheckOptions {
        engine: Engine::StaterightBfs,
        ..CheckOptions::default()
    };
    let result = check(&scenario("empty-disk", None), &options, &Unwatched);
    assert_eq!(story(&result, "right-disk").replicas, 3);
    assert_eq!(result.vacuous, []);
}
