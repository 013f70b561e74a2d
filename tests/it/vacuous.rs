//! Steps that do nothing for a migration, and where it stands still.

use std::path::Path;

use straddle::internals::check::{CheckOptions, Unwatched, check};
use straddle::internals::report::ScenarioResult;
use straddle::internals::scenario::{Overrides, Scenario};

use crate::models;

/// The result of a scenario with these steps for each ordinal, from line 7 on.
fn result(head: &str, steps: &[&str]) -> ScenarioResult {
    let mut text = format!(
        "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {{replicas: 2}}\n{head}\n\
         migration: {{forEach: {{k: descending}}, steps: [\n"
    );
    // As many lines as a migration in block style has.
    text.push('\n');
    for step in steps {
        text.push_str("  ");
        text.push_str(step);
        text.push_str(",\n");
    }
    text.push_str("]}\n");
    let nothing = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
    let path = Path::new("scenario.yaml");
    let scenario = Scenario::parse(path, &text, &Overrides::default(), &nothing);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    check(&scenario, &CheckOptions::default(), &Unwatched)
}

/// What is said of each line.
fn said(result: &ScenarioResult) -> Vec<(usize, &str)> {
    let vacuous = result.vacuous.iter();
    vacuous
        .map(|step| {
            let (_, text) = step.text.rsplit_once("` ").expect("the step is quoted");
            (step.line, text)
        })
        .collect()
}

fn sentence(result: &ScenarioResult) -> String {
    let ends = result.dead_ends.as_ref();
    ends.map_or_else(String::new, straddle::internals::report::DeadEnds::sentence)
}

const SHRINK: &str = "{patch: {cluster: source, replicas: k}}";
const GONE: &str = "{wait: {cluster: source, pod: k, until: gone}}";
const GROW: &str = "{patch: {cluster: destination, start: k, replicas: N - k}}";
const READY: &str = "{wait: {cluster: destination, pod: k, until: ready}}";

#[test]
fn a_program_that_needs_each_step_has_nothing_said_of_it() {
    let result = result("", &[SHRINK, GONE, GROW, READY]);
    assert_eq!(said(&result), []);
    assert_eq!(sentence(&result), "");
}

#[test]
fn a_wait_that_comes_too_late_guards_nothing() {
    let again = "{wait: {cluster: source, pod: k, until: gone, timeout: continue}}";
    let result = result("", &[SHRINK, GONE, again, GROW, READY, READY]);
    let idle = "never blocks: its condition already holds whenever the driver gets there, so it \
                guards nothing here";
    let with_time_out = format!("{idle}, and it never times out");
    assert_eq!(said(&result), [(9, &*with_time_out), (12, idle)]);
}

#[test]
fn a_wait_for_what_never_comes_is_a_dead_end() {
    let result = result("", &[SHRINK, READY, GROW]);
    let expected = [
        (8, "never completes: its condition never becomes true"),
        (9, "is never executed: the driver does not get there"),
    ];
    assert_eq!(said(&result), expected);
    let sentence = sentence(&result);
    let told = "1 state that is not the goal; after 5 steps: the driver waits \
                forever: \"Pod 1 is Ready in destination\" never becomes true (line 8)";
    assert_eq!(sentence, told);
}

#[test]
fn a_wait_that_is_given_up_each_time_says_so() {
    let ready = "{wait: {cluster: destination, pod: k, until: ready, timeout: continue}}";
    let result = result("", &[SHRINK, GONE, ready, GROW]);
    let only = "only ever times out: its condition never becomes true";
    assert!(said(&result).contains(&(9, only)), "{:?}", result.vacuous);
}

#[test]
fn a_refused_request_and_a_finished_program_are_dead_ends_too() {
    let create = "{createSet: {cluster: source, start: 0, replicas: N}}";
    let refused = result("", &[create, GROW]);
    let text = sentence(&refused);
    assert!(
        text.contains("the program has stopped at \"create the set in source"),
        "{text}"
    );
    assert!(text.ends_with("(line 7)"), "{text}");
    assert_eq!(
        said(&refused),
        [(8, "is never executed: the driver does not get there")]
    );
    let finished = result("", &[SHRINK]);
    let text = sentence(&finished);
    assert!(text.contains("the program has finished, but "), "{text}");
}

#[test]
fn an_unfinished_search_says_nothing_of_what_it_has_not_seen() {
    let scenario = models::scenario("blog-redis-cluster-gated", Some("2:eviction,driverCrash"));
    let bounds = straddle::engine::Bounds {
        states: Some(3_000),
        ..Default::default()
    };
    let options = CheckOptions {
        bounds,
        ..CheckOptions::default()
    };
    let result = check(&scenario, &options, &Unwatched);
    assert!(!result.search.complete);
    assert_eq!((result.vacuous, result.dead_ends), (Vec::new(), None));
}

/// What is said of the bundled scenarios.
#[test]
fn bundled_scenarios_have_this_said_of_them() {
    let mut lines = Vec::new();
    for name in models::bundled() {
        let result = models::result(&name);
        let vacuous = result.vacuous.iter();
        lines.extend(vacuous.map(|step| format!("{name}:{}: {}", step.line, step.text)));
        let ends = result.dead_ends.iter();
        lines.extend(ends.map(|ends| format!("{name}: {}", ends.sentence())));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    blog-runbook: 1 state that is not the goal; after 31 steps: the program has stopped at "create secret redis-redis-cluster in destination: AlreadyExists" (line 37)
    claim-swapped-late: 12 states that are not the goal; the nearest after 37 steps: the program has finished, but ordinal 1 is not on the disk with its data
    empty-disk: 3 states that are not the goal; the nearest after 19 steps: the program has stopped at "create claim 2 in destination: AlreadyExists" (line 34)
    kep-3335-literal: 1 state that is not the goal; after 61 steps: the program has stopped at "patch source replicas -1: Invalid" (line 39)
    reclaim-delete: 1 state that is not the goal; after 69 steps: the program has finished, but ordinal 0 is not on the disk with its data
    tidied-wrong-side: 2 states that are not the goal; the nearest after 49 steps, 1 fault among them: the program has finished, but not every ordinal serves in the destination
    two-patches-replicas-first: 6 states that are not the goal; the nearest after 55 steps: the program has stopped at "create claim 0 in destination: AlreadyExists" (line 37)
    wal-left-behind: 1 state that is not the goal; after 66 steps: the program has finished, but ordinal 0 is not on the disk with its data
    "#);
}
