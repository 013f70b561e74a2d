//! Scripts become programs, or are refused where they cannot.

use std::io;
use std::path::Path;

use crate::scenario::{Overrides, Scenario};
use crate::world::program::{Operation, Target};

const SCENARIO: &str = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n\
    source: {name: web, replicas: 3, volumeClaimTemplates: [data], kubernetes: \"1.31\"}\n\
    migration: {runbook: migrate.sh}\n";

/// The scenario of a script, or what is wrong with it.
fn read(script: &str, faults: &str) -> Result<Scenario, Vec<String>> {
    let files = |path: &Path| match path.to_str() {
        Some("migrate.sh") => Ok(script.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = format!("{SCENARIO}{faults}");
    let scenario = Scenario::parse(
        Path::new("scenario.yaml"),
        &text,
        &Overrides::default(),
        &files,
    );
    scenario.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The program, one instruction a line, with where it goes otherwise.
fn program(script: &str) -> String {
    let scenario = read(script, "").unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let program = &scenario.setup.program;
    let length = program.instructions.len();
    let target = |target: Target| match target {
        Target::At(place) if usize::from(place) == length => "end".to_owned(),
        Target::At(place) => place.to_string(),
        Target::Failed => "fail".to_owned(),
    };
    let line = |place: usize| {
        let operation = program.instructions[place].operation;
        let exits = program.exits[place];
        let name = format!("{operation:?}");
        let name = name.split([' ', '(']).next().unwrap_or_default().to_owned();
        let line = scenario.steps[usize::from(program.instructions[place].step)]
            .location
            .line;
        format!(
            "{place} {name} line {line} -> {} else {}",
            target(exits.done),
            target(exits.otherwise)
        )
    };
    (0..length).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_loop_is_taken_apart_and_keeps_its_lines() {
    insta::assert_snapshot!(program(
        "set -e\nfor k in 1 0; do\n  kubectl --context source scale sts web --replicas=$k\n  \
         kubectl --context source wait --for=delete pod/web-$k --timeout=60s\ndone\n"
    ), @r"
    0 Scale line 3 -> 1 else fail
    1 AwaitGone line 4 -> 2 else fail
    2 Scale line 3 -> 3 else fail
    3 AwaitGone line 4 -> end else fail
    ");
}

#[test]
fn without_errexit_the_script_goes_on() {
    insta::assert_snapshot!(program(
        "kubectl --context source wait --for=delete pod/web-2 --timeout=60s\n\
         kubectl --context source scale sts web --replicas=2 || exit 1\n"
    ), @r"
    0 AwaitGone line 1 -> 1 else 1
    1 Scale line 2 -> end else fail
    ");
}

#[test]
fn questions_and_polling_loops_have_two_exits() {
    insta::assert_snapshot!(program(
        "set -euo pipefail\nalias=1\n# straddle: cluster=source\n\
         if kubectl get pod web-2; then kubectl delete pod web-2 --wait=false; else echo gone; fi\n\
         until ! kubectl get pod web-2; do sleep 1; done\n\
         until kubectl wait --for=condition=Ready pod/web-1; do sleep 1; done\n\
         for i in $(seq 30); do kubectl get pod web-0 && break; sleep 1; done\n"
    ), @r"
    0 Get line 4 -> 1 else 2
    1 Delete line 4 -> 2 else fail
    2 Await line 5 -> 3 else fail
    3 Await line 6 -> 5 else fail
    4 Await line 6 -> 5 else 3
    5 Get line 7 -> end else end
    ");
}

#[test]
fn a_snapshot_is_what_was_read() {
    insta::assert_snapshot!(program(
        "set -euo pipefail\n\
         kubectl --context source get pvc data-web-2 -o yaml | yq 'del(.status)' > c\n\
         kubectl --context source get pv $(yq .spec.volumeName c) -o yaml > v\n\
         kubectl --context destination create -f v -f c\n"
    ), @r"
    0 GetClaim line 2 -> 1 else fail
    1 GetVolume line 3 -> 2 else fail
    2 CreateVolume line 4 -> 3 else 4
    3 CreateClaim line 4 -> end else fail
    4 CreateClaim line 4 -> fail else fail
    ");
}

/// Each script, and the beginning of what is said of it.
#[test]
fn what_is_not_understood_is_a_mistake_at_its_place() {
    let rows = [
        (
            "kubectl scale sts web --replicas=1",
            "migrate.sh:1:1: error[runbook::unknown-cluster]: nothing says which cluster",
        ),
        (
            "kubectl --context prod scale sts web --replicas=1",
            "migrate.sh:1:1: error[runbook::unknown-cluster]: which side context `prod`",
        ),
        (
            "\n  kubectl --context source drain node-1",
            "migrate.sh:2:3: error[runbook::not-modelled]: `kubectl drain`",
        ),
        (
            "frobnicate --now",
            "migrate.sh:1:1: error[runbook::not-modelled]: `frobnicate`",
        ),
        (
            "kubectl --context source scale sts wbe --replicas=1",
            "migrate.sh:1:1: error[runbook::unknown-object]: there is no StatefulSet `wbe`",
        ),
        (
            "kubectl --context source delete pod other-0",
            "migrate.sh:1:1: error[runbook::unknown-object]: `other-0` is no Pod",
        ),
        (
            "kubectl --context source patch sts web -p '{\"spec\": {'",
            "migrate.sh:1:1: error[runbook::bad-patch]",
        ),
        (
            "kubectl --context source patch sts web -p '{\"spec\": {\"template\": {\"x\": 1}}}'",
            "migrate.sh:1:1: error[runbook::not-modelled]: a change of `spec.template`",
        ),
        (
            "kubectl --context source delete sts web --cascade=sideways",
            "migrate.sh:1:1: error[runbook::usage]: `sideways` is no cascade",
        ),
        (
            "kubectl --context source scale sts web --replicas=$N",
            "migrate.sh:1:1: error[runbook::unset]: `$N` has no value",
        ),
        ("if true; then", "migrate.sh:1:14: error[runbook::syntax]"),
        (
            "while true; do sleep 1; done",
            "migrate.sh:1:7: error[runbook::endless]",
        ),
        ("f() { f; }\nf", "migrate.sh:1:7: error[runbook::too-deep]"),
        (
            "# straddle: cluster=sauce\n",
            "migrate.sh:1:1: error[runbook::bad-marker]",
        ),
        ("echo hello", "migrate.sh:1:1: error[runbook::no-requests]"),
        (
            "kubectl --context source get sts web -w",
            "migrate.sh:1:1: error[runbook::not-modelled]: `kubectl get --watch`",
        ),
        (
            "kubectl --context destination create -f set.yaml",
            "migrate.sh:1:1: error[runbook::unknown-file]",
        ),
        (
            "read -p 'go on?' x",
            "migrate.sh:1:1: error[runbook::not-modelled]: `read`",
        ),
        (
            "kubectl --context source get pod web-0 & wait",
            "migrate.sh:1:1: error[runbook::not-modelled]",
        ),
    ];
    for (script, expected) in rows {
        let problems = read(script, "").err().unwrap_or_default();
        let found = problems.iter().any(|problem| problem.starts_with(expected));
        assert!(found, "{script}\nexpected {expected}\nfound {problems:#?}");
    }
}

#[test]
fn what_a_script_takes_for_granted_is_listed() {
    let scenario = read(
        "sleep 30\nkubectl --context source scale sts web --replicas=0\nkubectl --context source exec web-0 -- true\n",
        "",
    );
    let assumed = scenario.expect("it is right").assumed;
    let assumed: Vec<String> = assumed
        .iter()
        .map(|a| format!("{} {}: {}", a.field, a.value, a.text))
        .collect();
    assert!(
        assumed.contains(
            &"migrate.sh:1 sleep 30: guards nothing: whatever it waits for may take longer"
                .to_owned()
        ),
        "{assumed:?}"
    );
    assert!(
        assumed
            .iter()
            .any(|text| text.starts_with("migrate.sh:3 kubectl exec")),
        "{assumed:?}"
    );
}

#[test]
fn after_a_crash_apply_finds_what_it_has_made() {
    let script = "set -e\ncat > s.yaml <<E\nkind: StatefulSet\nmetadata: {name: web}\nspec: {replicas: 2}\nE\nkubectl --context destination apply -f s.yaml\n";
    let count = |faults: &str| {
        let scenario = read(script, faults).unwrap_or_else(|problems| panic!("{problems:?}"));
        scenario.setup.program.instructions.len()
    };
    assert_eq!(count(""), 1);
    // Whether the set is there has to be looked up then.
    assert_eq!(count("faults: {driverCrash: 1}\n"), 3);
}

#[test]
fn markers_say_which_cluster_is_meant() {
    let script = "# straddle: cluster=source\nkubectl scale sts web --replicas=1 # straddle: cluster=destination\nkubectl scale sts web --replicas=2\n\
                  # straddle: context=blue cluster=destination\nkubectl --context blue scale sts web --replicas=1\nkubectl config use-context blue\nkubectl scale sts web --replicas=0\n\
                  KUBECONFIG=~/.kube/source.yaml kubectl scale sts web --replicas=0\n";
    let scenario = read(script, "").unwrap_or_else(|problems| panic!("{problems:?}"));
    let sides = scenario
        .setup
        .program
        .instructions
        .iter()
        .map(|instruction| match instruction.operation {
            Operation::Scale { cluster, .. } => cluster.name(),
            _ => "",
        });
    let sides: Vec<&str> = sides.collect();
    // What kubectl is told comes before what a comment says.
    assert_eq!(
        sides,
        [
            "destination",
            "source",
            "destination",
            "destination",
            "destination"
        ]
    );
}
