//! `simulate`.

use std::path::Path;

use snapbox::{IntoData, str};

use super::{SMALL, folder, json, keys, straddle};

/// Both sets own the ordinals at once.
pub const TWICE: &str = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {replicas: 2, podManagementPolicy: Parallel}
migration:
  forEach: {k: descending}
  steps:
  - patch: {cluster: source, replicas: k}
  - patch: {cluster: destination, start: k, replicas: N - k}
";

/// Runs straddle with `arguments` in `folder`.
#[track_caller]
pub fn run(folder: &Path, arguments: &str, code: i32, out: impl IntoData, err: impl IntoData) {
    let command = straddle().current_dir(folder);
    let command = command.args(arguments.split_whitespace());
    command.assert().code(code).stdout_eq(out).stderr_eq(err);
}

#[test]
fn simulate_tells_the_first_walk_that_breaks_a_property() {
    let folder = folder("simulate", &[("twice.yaml", TWICE)]);
    let arguments = "simulate twice.yaml --runs 200 --property at-most-one-pod --property \
                     disjoint-slices --property recoverable";
    run(
        &folder,
        arguments,
        0,
        str![[r#"
twice   2 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
assumed  kubernetes 1.31: on both sides
         source.volumeClaimTemplates none: the Pods have no disks
         source.status Ready: every Pod at the start; one that is not may hold up the move
         requests answered: none fails for want of an answer, which may end a program half-way
         destination the source's set: as in source, with `replicas: 0`
         availability none: downtime is not checked; add `availability: {maxUnavailable: 1}` to
         check it
         faults none: fault-free runs only; add faults with `--faults 2`

VIOLATED  at-most-one-pod (ordinal 1)
          walk 1: 5 steps, 0 faults; not minimal
web-1 still existed in source when it was created in destination.

  #  who               what                                              source 01  dest 01
  0                    initial                                                  ##       ..
  1  twice:7           patch source replicas 1                                  ##       ..
  2  twice:8           patch destination start 1, replicas 1                    ##       ..
  3  dest statefulset  sees {1}, plans create 1                                 ##       ..
  4  twice:7           patch source replicas 0                                  ##       ..
  5  dest statefulset  create Pod 1                                             ##       .+      <--
     # Ready  + Pending  . none

again straddle simulate twice.yaml --property at-most-one-pod --seed 0 --runs 2
check straddle check twice.yaml --property at-most-one-pod

PROPERTY         SEEN IN 200 WALKS
at-most-one-pod  violated in 170 of 200, first in walk 1
disjoint-slices  not seen in 200: p < 0.015 with 95% confidence
recoverable      a walk cannot show it

walks        200 with seed 0: 19 steps on average, 20 at most, 0 faults in total. 200 reached the
             goal, 0 got stuck, 0 hit the step limit.
meaning      p is the probability that one such random walk violates the property; it describes
             these walks, not real clusters. Walks cannot show that a property holds: `straddle
             check` decides that.

1 scenario, 1 with violations; 200 walks, 3,874 steps, [..] s

"#]],
        "",
    );
}

#[test]
fn simulate_says_what_finding_nothing_is_worth() {
    let folder = folder("simulate-clean", &[("small.yaml", SMALL)]);
    let arguments = "simulate small.yaml --runs 500 --faults 1 --seed 7";
    run(
        &folder,
        arguments,
        0,
        str![[r#"
small   2 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, at most 1 fault of eviction,
        pressureEviction, containerCrash, driverCrash, controllerRestart
assumed  kubernetes 1.31: on both sides
         source.volumeClaimTemplates none: the Pods have no disks
         source.status Ready: every Pod at the start; one that is not may hold up the move
         requests answered: none fails for want of an answer, which may end a program half-way
         availability none: downtime is not checked; add `availability: {maxUnavailable: 1}` to
         check it
         migration.afterCrash fromTop: a crashed driver restarts from the top, as a script does

PROPERTY             SEEN IN 500 WALKS
at-most-one-pod      not seen in 500: p < 0.0060 with 95% confidence
at-most-one-running  not seen in 500: p < 0.0060 with 95% confidence
single-writer        not applicable: the sets have no volumeClaimTemplates
exclusive-device     not applicable: the sets have no volumeClaimTemplates
right-disk           not applicable: the sets have no volumeClaimTemplates
no-data-loss         not applicable: the sets have no volumeClaimTemplates
disjoint-slices      not seen in 500: p < 0.0060 with 95% confidence
available            not applicable: no availability rule is given
self-healing         not seen in 500: p < 0.0060 with 95% confidence
recoverable          a walk cannot show it
completes            a walk cannot show it
stays-migrated       a walk cannot show it

walks        500 with seed 7: 9 steps on average, 17 at most, 121 faults in total. 0 reached the
             goal, 500 got stuck, 0 hit the step limit.
meaning      p is the probability that one such random walk violates the property; it describes
             these walks, not real clusters. Walks cannot show that a property holds: `straddle
             check` decides that.

1 scenario, no violation in these walks; 500 walks, 4,926 steps, [..] s

"#]],
        "",
    );
}

#[test]
fn simulate_as_json() {
    let folder = folder("simulate-json", &[("twice.yaml", TWICE)]);
    let arguments = ["simulate", "twice.yaml", "-o", "json", "--runs", "100"];
    let report = json(straddle().current_dir(&folder).args(arguments), 0);
    assert_eq!(report["kind"], "Simulation");
    assert_eq!(report["apiVersion"], "straddle.dev/v1alpha1");
    let of_report = [
        "apiVersion",
        "kind",
        "tool",
        "exitCode",
        "results",
        "errors",
        "summary",
    ];
    assert_eq!(keys(&report), of_report);
    let result = &report["results"][0];
    let of_result = [
        "scenario",
        "path",
        "modelHash",
        "setup",
        "walks",
        "assumed",
        "properties",
        "neverFired",
    ];
    assert_eq!(keys(result), of_result);
    assert_eq!(result["walks"]["seed"], 0);
    assert_eq!(result["walks"]["runs"], 100);
    let properties = result["properties"].as_array().expect("a list");
    let named = |name: &str| {
        let mut properties = properties.iter();
        properties
            .find(|property| property["name"] == name)
            .expect(name)
    };
    let of_property = [
        "name",
        "kind",
        "verdict",
        "reason",
        "violations",
        "firstRun",
        "probabilityBelow",
        "counterexample",
    ];
    let broken = named("at-most-one-pod");
    assert_eq!(keys(broken), of_property);
    assert_eq!(broken["verdict"], "violated");
    assert!(broken["violations"].as_u64() > Some(0), "{broken}");
    assert!(broken["counterexample"]["steps"].is_array());
    let clean = named("disjoint-slices");
    assert_eq!(clean["verdict"], "inconclusive", "a walk proves nothing");
    assert_eq!(clean["violations"], 0);
    let bound = clean["probabilityBelow"].as_f64().expect("a number");
    assert!((bound - 0.0295).abs() < 0.0001, "{bound}");
}

/// Two runs of the same walks print the same, whatever the number of threads.
#[test]
fn threads_change_no_word_of_a_simulation() {
    let folder = folder("simulate-threads", &[("twice.yaml", TWICE)]);
    let printed = |threads: &str| {
        let arguments = [
            "simulate",
            "twice.yaml",
            "--faults",
            "2",
            "-o",
            "json",
            "--threads",
        ];
        let command = straddle().current_dir(&folder).args(arguments).arg(threads);
        let mut report = json(command, 0);
        report["results"][0]["walks"]["seconds"] = 0.into();
        report
    };
    let one = printed("1");
    assert_eq!(printed("2"), one);
    assert_eq!(printed("4"), one);
}

#[test]
fn exit_codes_of_simulate() {
    let files = [
        ("twice.yaml", TWICE),
        ("small.yaml", SMALL),
        ("bad.yaml", "sorce: 1\n"),
    ];
    let folder = folder("simulate-codes", &files);
    let rows = [
        (0, "twice.yaml"),
        (1, "twice.yaml --fail-on violated"),
        (1, "small.yaml twice.yaml --fail-on violated"),
        (0, "small.yaml --fail-on violated"),
        (2, "bad.yaml"),
        (2, "bad.yaml twice.yaml --fail-on violated"),
        (2, "twice.yaml --save small.yaml/traces"),
        (2, "twice.yaml --fail-on everything"),
        (2, "twice.yaml --runs 0"),
        (2, "twice.yaml --seed -1"),
    ];
    for (code, arguments) in rows {
        let command = straddle()
            .current_dir(&folder)
            .args(["simulate", "--runs", "50"]);
        let output = command.args(arguments.split(' ')).output();
        let output = output.expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments}\n{text}");
    }
}
