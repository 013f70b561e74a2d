//! What is assumed, of several scenarios and for the same reason.

use super::*;

fn all(weights: &[(Weight, &str, &str, &str)]) -> Vec<Assumption> {
    let one = |&(weight, field, value, text): &(Weight, &str, &str, &str)| Assumption {
        field: field.to_owned(),
        value: value.to_owned(),
        text: text.to_owned(),
        weight,
    };
    weights.iter().map(one).collect()
}

fn named(name: &str, assumed: Vec<Assumption>) -> ScenarioResult {
    let mut result = telling(samples::story());
    name.clone_into(&mut result.scenario);
    result.assumed = assumed;
    result
}

/// The lines up to the first empty one.
fn top(result: &ScenarioResult, earlier: &[ScenarioResult], settings: &Settings) -> String {
    let text = scenario(result, earlier, settings);
    let text = anstream::adapter::strip_str(&text).to_string();
    text.lines()
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

const OPEN: &[(Weight, &str, &str, &str)] = &[
    (
        Weight::Verdict,
        "writers",
        "argocd",
        "suspended during the move",
    ),
    (
        Weight::Detail,
        "source.podManagementPolicy",
        "OrderedReady",
        "Kubernetes' default",
    ),
    (
        Weight::Detail,
        "requests",
        "answered",
        "none fails for want of an answer",
    ),
    (
        Weight::Detail,
        "storage.reclaimPolicy",
        "Delete",
        "Kubernetes' default for provisioned volumes",
    ),
    (
        Weight::Detail,
        "destination.configmap",
        "web",
        "assumed to exist",
    ),
    (
        Weight::Detail,
        "destination.configmap",
        "web-scripts",
        "assumed to exist",
    ),
];

#[test]
fn what_is_assumed_for_one_reason_is_on_one_line() {
    insta::assert_snapshot!(top(&named("web", all(OPEN)), &[], &settings(false)), @"
    web   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
    rests on writers argocd: suspended during the move
    assumed  source.podManagementPolicy OrderedReady, storage.reclaimPolicy Delete (for provisioned
             volumes): Kubernetes' defaults
             requests answered: none fails for want of an answer
             destination.configmap web, web-scripts: assumed to exist
    ");
}

#[test]
fn what_has_been_said_of_another_scenario_is_named_again() {
    let full = Settings {
        full: true,
        ..settings(true)
    };
    let first = named("web", all(OPEN));
    let mut second = all(OPEN);
    // Another value is another assumption.
    "Retain".clone_into(&mut second[3].value);
    let second = named("api", second);
    insta::assert_snapshot!(top(&second, std::slice::from_ref(&first), &full), @"
    api   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
    rests on writers argocd: suspended during the move
    assumed  storage.reclaimPolicy Retain: Kubernetes' default for provisioned volumes
             as above: source.podManagementPolicy OrderedReady; requests answered; destination.configmap
             web; destination.configmap web-scripts
    ");
}

/// Of a scenario that is shortened, no details have been shown.
#[test]
fn what_has_not_been_shown_is_said_in_full() {
    let several = settings(true);
    let shortened = named("web", all(OPEN));
    assert!(!top(&shortened, &[], &several).contains("requests"));
    let mut result = samples::unexpected();
    result.assumed = all(OPEN);
    let text = top(&result, &[shortened], &several);
    assert!(text.contains("requests answered: none fails"), "{text}");
}
