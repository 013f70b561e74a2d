//! `replay`, and what is saved for it.

use std::fs;

use snapbox::str;

use super::walks::{TWICE, run};
use super::{SMALL, folder, json, keys, straddle};

#[test]
fn check_saves_and_replay_tells_it_step_by_step() {
    let folder = folder("replay", &[("twice.yaml", TWICE)]);
    let arguments = "check twice.yaml --property at-most-one-pod --save out/traces -o json";
    let report = json(
        straddle().current_dir(&folder).args(arguments.split(' ')),
        1,
    );
    let file = "out/traces/twice-at-most-one-pod.trace.json";
    let saved = fs::read_to_string(folder.join(file)).expect("it was saved");
    let saved: serde_json::Value = serde_json::from_str(&saved).expect("it is JSON");
    assert_eq!(saved["kind"], "Trace");
    assert_eq!(saved["scenario"]["path"], "twice.yaml");
    assert_eq!(saved["modelHash"], report["results"][0]["modelHash"]);
    let told = &report["results"][0]["properties"][0]["counterexample"]["steps"];
    let told = told.as_array().expect("a list");
    let steps = saved["steps"].as_array().expect("a list");
    assert_eq!(steps.len(), told.len());
    for (saved, told) in steps.iter().zip(told) {
        for key in ["number", "actor", "cluster", "ordinal", "action", "text"] {
            assert_eq!(saved[key], told[key]);
        }
    }
    let left: Vec<_> = fs::read_dir(folder.join("out/traces"))
        .expect("the folder")
        .collect();
    assert_eq!(left.len(), 1, "nothing unfinished is left");
    run(
        &folder,
        &format!("replay {file}"),
        0,
        str![[r#"
twice   2 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
trace    out/traces/twice-at-most-one-pod.trace.json: 4 steps, found by a search, with 1 replica

  #  who               what                                                source 0  dest 0
  0                    initial                                                    #       .
       driver: line 7, "patch source replicas 0", k 0
       source set: owns {0}
       source Pod 0: Running, Ready
       destination set: owns {}
  1  twice:7           patch source replicas 0                                    #       .
       driver: line 8, "patch destination start 0, replicas 1", k 0
       source set: owns {}
  2  twice:8           patch destination start 0, replicas 1                      #       .
       driver: finished
       destination set: owns {0}
  3  dest statefulset  sees {0}, plans create 0                                   #       .
       destination controller: to create Pod 0
  4  dest statefulset  create Pod 0                                               #       +      <--
       destination controller: no planned writes
       destination Pod 0: Pending
       violates at-most-one-pod
     # Ready  + Pending  . none

VIOLATED  at-most-one-pod (ordinal 0), after step 4, as the trace says
web-0 still existed in source when it was created in destination.

"#]],
        "",
    );
}

#[test]
fn what_a_walk_finds_replays_with_its_faults() {
    let folder = folder("replay-walk", &[("twice.yaml", TWICE)]);
    let arguments = "simulate twice.yaml --runs 50 --faults eviction=1 --every-step --save . \
                     --property at-most-one-pod -o json";
    let arguments = arguments.split_whitespace();
    let report = json(straddle().current_dir(&folder).args(arguments), 0);
    let first = &report["results"][0]["properties"][0]["firstRun"];
    let arguments = [
        "replay",
        "twice-at-most-one-pod.trace.json",
        "-o",
        "json",
        "--full",
    ];
    let replay = json(straddle().current_dir(&folder).args(arguments), 0);
    assert_eq!(replay["kind"], "Replay");
    assert_eq!(
        keys(&replay),
        [
            "apiVersion",
            "kind",
            "tool",
            "exitCode",
            "results",
            "errors",
            "summary"
        ]
    );
    assert_eq!(replay["summary"]["broken"], 1);
    let result = &replay["results"][0];
    assert_eq!(result["trace"], "twice-at-most-one-pod.trace.json");
    assert_eq!(result["broken"], true);
    assert_eq!(result["walk"]["run"], *first);
    let steps = result["steps"].as_array().expect("a list");
    let last = steps.last().expect("a step");
    let of_step = [
        "number", "actor", "cluster", "ordinal", "action", "text", "fault", "at", "where", "index",
        "changes", "world",
    ];
    assert_eq!(keys(last), of_step);
    for step in steps {
        assert_ne!(step["changes"].as_array().map(Vec::len), Some(0), "{step}");
    }
}

#[test]
fn a_changed_scenario_is_refused() {
    let folder = folder("replay-changed", &[("twice.yaml", TWICE)]);
    let save = "check twice.yaml --property at-most-one-pod --save . -o json";
    json(straddle().current_dir(&folder).args(save.split(' ')), 1);
    let file = "twice-at-most-one-pod.trace.json";
    let comment = format!("# It means the same.\n{TWICE}");
    fs::write(folder.join("comment.yaml"), comment).expect("a file");
    let code = |arguments: &str| {
        let command = straddle().current_dir(&folder).args(["replay", file]);
        let output = command.args(arguments.split_whitespace()).output();
        output.expect("it runs").status.code()
    };
    assert_eq!(code("--scenario comment.yaml"), Some(0));
    let longer = format!("{TWICE}  - patch: {{cluster: source, replicas: 0}}\n");
    fs::write(folder.join("twice.yaml"), longer).expect("a file");
    let replay = format!("replay {file}");
    run(
        &folder,
        &replay,
        2,
        "",
        str![[r#"
error[replay::changed-scenario]: the scenario has changed since the trace was saved; every step is still possible
--> twice-at-most-one-pod.trace.json
 = help: `--anyway` replays it nonetheless


"#]],
    );
    assert_eq!(code("--anyway"), Some(0));
    fs::write(folder.join("twice.yaml"), SMALL).expect("a file");
    run(
        &folder,
        &replay,
        2,
        "",
        str![[r#"
error[replay::changed-scenario]: the scenario has changed since the trace was saved; step 2 is no longer possible
--> twice-at-most-one-pod.trace.json
 = help: step 2 is not enabled: "patch destination start 0, replicas 1" (driver); enabled there: statefulset-controller of source "sees {}, plans delete 0"


"#]],
    );
    fs::remove_file(folder.join("twice.yaml")).expect("it was there");
    run(
        &folder,
        &replay,
        2,
        "",
        str![[r#"
error[replay::no-scenario]: the trace's scenario was not found at `twice.yaml`
--> twice-at-most-one-pod.trace.json
 = help: give its path with `--scenario PATH`; a relative path starts in the current directory


"#]],
    );
}

#[test]
fn what_is_no_trace_is_refused() {
    let files = [
        ("twice.yaml", TWICE),
        ("cut.trace.json", "{\"kind\": \"Trace\","),
    ];
    let folder = folder("replay-refused", &files);
    run(
        &folder,
        "replay nowhere.trace.json",
        2,
        "",
        str![[r#"
error[replay::unreadable]: cannot read `nowhere.trace.json`: no such file or directory
--> nowhere.trace.json
 = help: check the path and its permissions


"#]],
    );
    run(
        &folder,
        "replay twice.yaml",
        2,
        "",
        str![[r#"
error[replay::not-a-trace]: `twice.yaml` is not a saved trace: it is not JSON (expected value)
 --> twice.yaml:1:1
  |
1 | apiVersion: straddle.dev/v1alpha1
  | ^ here
  |
  = help: traces are written by `straddle check --save DIR` and `straddle simulate --save DIR`


"#]],
    );
    run(
        &folder,
        "replay cut.trace.json",
        2,
        "",
        str![[r#"
error[replay::not-a-trace]: `cut.trace.json` is not a saved trace: it is truncated
 --> cut.trace.json:1:17
  |
1 | {"kind": "Trace",
  |                 ^ here
  |
  = help: traces are written by `straddle check --save DIR` and `straddle simulate --save DIR`


"#]],
    );
    let arguments = ["replay", "twice.yaml", "-o", "json"];
    let replay = json(straddle().current_dir(&folder).args(arguments), 2);
    assert_eq!(replay["results"], serde_json::json!([]));
    assert_eq!(replay["summary"]["unreadable"], 1);
    assert_eq!(replay["errors"][0]["code"], "replay::not-a-trace");
}

/// A file without an end is not read for ever, and a long one not as a whole.
#[test]
fn what_is_too_long_is_refused() {
    let folder = folder("replay-endless-file", &[("twice.yaml", TWICE)]);
    let long = fs::File::create(folder.join("long.json")).expect("a file");
    long.set_len((64 << 20) + 1).expect("room for a hole");
    run(
        &folder,
        "replay long.json",
        2,
        "",
        str![[r#"
error[replay::unreadable]: cannot read `long.json`: it is larger than 64 MiB, and no trace is that long
--> long.json
 = help: check the path and its permissions


"#]],
    );
    #[cfg(unix)]
    run(
        &folder,
        "replay /dev/zero",
        2,
        "",
        str![[r#"
error[replay::unreadable]: cannot read `/dev/zero`: it is larger than 64 MiB, and no trace is that long
--> /dev/zero
 = help: check the path and its permissions


"#]],
    );
}

#[test]
fn a_proof_is_sent_to_certify() {
    let head = "{\"apiVersion\": \"straddle.dev/v1alpha1\", \"kind\": \"Views\"}\n1 2a\n";
    let folder = folder("replay-views", &[("gated.views", head)]);
    run(
        &folder,
        "replay gated.views",
        2,
        "",
        str![[r#"
error[replay::not-a-trace]: `gated.views` is not a saved trace: its kind is `Views`, not `Trace`
--> gated.views
 = help: it is a proof; check it with `straddle certify`


"#]],
    );
}

#[test]
fn a_trace_that_cannot_be_saved_is_said() {
    let folder = folder("unsaved", &[("twice.yaml", TWICE)]);
    let check = "check twice.yaml --property at-most-one-pod --save twice.yaml/traces";
    run(
        &folder,
        check,
        2,
        str![[r#"
0 scenarios

"#]],
        str![[r#"
error[save::unwritable]: cannot write `twice.yaml/traces`: not a directory
--> twice.yaml/traces
 = help: give `--save` a writable directory with free space


"#]],
    );
    // A folder stands where the file would.
    let file = "traces/twice-at-most-one-pod.trace.json";
    fs::create_dir_all(folder.join(file)).expect("a folder");
    let check = "check twice.yaml --property at-most-one-pod --save traces -o json";
    let report = json(straddle().current_dir(&folder).args(check.split(' ')), 2);
    assert_eq!(report["errors"][0]["code"], "save::unwritable");
    assert_eq!(report["results"][0]["verdict"], "violated");
    let left = fs::read_dir(folder.join("traces")).expect("the folder");
    assert_eq!(left.count(), 1, "nothing unfinished is left");
}

#[test]
fn two_scenarios_of_one_name_do_not_overwrite_each_other() {
    let folder = folder("same-name", &[]);
    for side in ["a", "b"] {
        let inner = folder.join(side).join("same");
        fs::create_dir_all(&inner).expect("a folder");
        fs::write(inner.join("scenario.yaml"), TWICE).expect("a file");
    }
    let arguments = "check a b --property at-most-one-pod --save traces -o json";
    let report = json(
        straddle().current_dir(&folder).args(arguments.split(' ')),
        2,
    );
    assert_eq!(report["errors"][0]["code"], "save::same-name");
    let saved = folder.join("traces/same-at-most-one-pod.trace.json");
    let saved = fs::read_to_string(saved).expect("the first is there");
    assert!(saved.contains("a/same/scenario.yaml"), "{saved}");
}
