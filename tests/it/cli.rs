//! The program as people run it: what it prints, and where, and how it exits.

mod certify;
mod endless;
mod every_n;
mod input;
mod outputs;
mod replay;
mod runbooks;
mod usage;
mod walks;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use snapbox::cmd::Command;
use snapbox::str;

/// A small scenario that keeps `disjoint-slices` and breaks `recoverable`.
const SMALL: &str = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {replicas: 2, podManagementPolicy: Parallel}
destination: {absent: true}
migration:
  forEach: {k: descending}
  steps:
  - patch: {cluster: source, replicas: k}
";

/// The program, with nothing from outside that could change what it prints.
fn straddle() -> Command {
    program(env!("CARGO_BIN_EXE_straddle").as_ref())
}

fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command = command.env_remove(name);
    }
    command.env("TERM", "dumb")
}

/// A folder of one test's own, with these files in it.
fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("cli")
        .join(test);
    // What an earlier run has left.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("a file");
    }
    folder
}

/// The JSON on standard output.
fn json(command: Command, code: i32) -> Json {
    let output = command.assert().code(code).stderr_eq("");
    serde_json::from_slice(&output.get_output().stdout).expect("nothing but JSON")
}

fn keys(value: &Json) -> Vec<&str> {
    let fields = value.as_object().expect("an object");
    fields.keys().map(String::as_str).collect()
}

/// The whole report of a scenario, as it is on a terminal without colours.
#[test]
fn check_tells_the_story() {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = "models/blog-redis-cluster-6";
    let command = straddle().current_dir(root).args(["check", path]);
    command.assert().code(0).stderr_eq("").stdout_eq(str![[r#"
blog-redis-cluster-6   6 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
assumed  kubernetes 1.31: on both sides
         source.status Ready: every Pod at the start; one that is not may hold up the move
         requests answered: none fails for want of an answer, which may end a program half-way
         destination the source's set: as in source, with `replicas: 0`
         source.manifest affinity: every Pod finds a node on both sides, or the move waits for it
         storage.backend permissive: both clusters can attach a disk at once
         storage.reachableFrom source, destination: no Pod starts on a side that is not among them
         faults none: fault-free runs only; add faults with `--faults 2`
         destination.needs secret redis-redis-cluster, configmap redis-redis-cluster-scripts,
         configmap redis-redis-cluster-default: the Pods need it, and nothing shows it there:
         assumed to exist

VIOLATED  at-most-one-running (ordinal 0, across sides), as expected
          shortest counterexample: 11 steps, no faults
redis-redis-cluster-0 was still running in source when destination started it, on the same disk.
already fails with 1 replica (shown); with 6 replicas: also 11 steps
also violates: at-most-one-pod (step 8), single-writer (step 11)

  #  who                 what                                              source 0  dest 0  disk 0
  0                      initial                                                  #       .  S
  1  scenario:19         patch source replicas 0                                  #       .  S
  2  scenario:20         get claim 0 in source                                    #       .  S
  3  scenario:20         get the volume of claim 0 in source                      #       .  S
  4  scenario:20         create the volume of disk 0 in destination               #       .  S
  5  scenario:20         create claim 0 in destination                            #       .  S
  6  scenario:21         patch destination start 0, replicas 1                    #       .  S
  7  dest statefulset    sees {0}, plans create 0                                 #       .  S
  8  dest statefulset    create Pod 0                                             #       +  S
  9  dest pv controller  bind claim 0 to the volume of disk 0                     #       +  S
 10  dest storage        attach disk 0                                            #       +  S d
 11  dest kubelet        start containers of Pod 0                                #       o  S D <--
     # Ready  o running, not Ready  + Pending  . none
     disk:  S mounted in source  D mounted in destination  d attached to destination only

why   Step 1 only stores `replicas: 0`; the source controller has not acted on it yet. Nothing
      between step 1 and step 6 waits until Pod 0 is gone from source. It can also happen while the
      Pod in source is already terminating (13 steps).
   --> models/blog-redis-cluster-6/scenario.yaml:21:5
   |
21 |   - patch: {cluster: destination, start: k, replicas: N - k}
   |     ^^^^^ this step made the last one possible
fix   before line 21 (checked: all three properties then hold)
        - wait: {cluster: source, pod: k, until: gone}
again straddle check models/blog-redis-cluster-6/scenario.yaml --property at-most-one-running

VIOLATED  available (ordinal 0), as expected            shortest counterexample: 10 steps, no faults
Ordinals 0 and 1 were down at the same time; at most 1 may be.
already fails with 2 replicas (shown); with 6 replicas: also 10 steps

  #  who                 what                                            source 01  dest 01  disk 0
  0                      initial                                                ##       ..  S
  1  scenario:19         patch source replicas 1                                ##       ..  S
  2  scenario:20         get claim 1 in source                                  ##       ..  S
  3  scenario:20         get the volume of claim 1 in source                    ##       ..  S
  4  scenario:20         create the volume of disk 1 in destination             ##       ..  S
  5  scenario:20         create claim 1 in destination                          ##       ..  S
  6  scenario:21         patch destination start 1, replicas 1                  ##       ..  S
  7  scenario:19         patch source replicas 0                                ##       ..  S
  8  source statefulset  sees {}, plans delete 0 1                              ##       ..  S
  9  source statefulset  delete Pod 0                                           v#       ..  S
 10  source statefulset  delete Pod 1                                           vv       ..  S   <--
     v terminating

why   Ordinal 0 has been down since step 9 (delete Pod 0 in source). Ordinal 1 has been down since
      step 10 (delete Pod 1 in source). Step 7 was taken while ordinal 1 was still moving; nothing
      waits for it to be Ready again.
   --> models/blog-redis-cluster-6/scenario.yaml:19:5
   |
19 |   - patch: {cluster: source, replicas: k}
   |     ^^^^^ this step made the last one possible
fix   after line 21 (checked: the property then holds)
        - wait: {cluster: destination, pod: k, until: ready}
again straddle check models/blog-redis-cluster-6/scenario.yaml --property available

PROPERTY             VERDICT   EXPECTED  STEPS  FAULTS
at-most-one-pod      violated  violated      8       0
at-most-one-running  violated  violated     11       0
single-writer        violated  violated     11       0
right-disk           holds     holds
no-data-loss         holds     holds
disjoint-slices      holds     holds
available            violated  violated     10       0
self-healing         holds     holds

smaller N  holds with 1 replica, violated with 2, 3 and 6 (available)
smaller N  the other verdicts are the same with 1 and 2 replicas
smaller N  3 replicas skipped: too many states
every N    at-most-one-pod, at-most-one-running, single-writer: violated with 1 replica, 0 faults
every N    right-disk, no-data-loss, disjoint-slices, self-healing: proved for every number of
           replicas, without faults: 1,349 views of one ordinal, closed under 5,112 steps
every N    available: violated with 2 replicas, 0 faults

1 scenario, as expected: 4 hold, 4 violated;
2,072 states, 6,440 transitions, depth 18, stopped: every property is proved or violated, symmetry
reduction on, [..] s

"#]]);
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let strict = format!("{SMALL}availability: {{maxUnavailable: 0}}\n");
    let folder = folder(
        "json",
        &[("small.yaml", &strict), ("bad.yaml", "sorce: 1\n")],
    );
    let arguments = ["check", "small.yaml", "bad.yaml", "-o", "json"];
    let report = json(straddle().current_dir(folder).args(arguments), 2);
    assert_eq!(
        keys(&report),
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
    assert_eq!(report["kind"], "Report");
    assert_eq!(report["exitCode"], 2);
    assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
    let result = &report["results"][0];
    assert_eq!(
        keys(result),
        [
            "scenario",
            "path",
            "modelHash",
            "setup",
            "verdict",
            "asExpected",
            "assumed",
            "account",
            "properties",
            "smaller",
            "neverFired",
            "vacuous",
            "deadEnds",
            "notes",
            "everyN",
            "search"
        ]
    );
    let properties = result["properties"].as_array().expect("a list");
    assert_eq!(properties.len(), 12);
    let broken = properties.iter().find(|p| p["verdict"] == "violated");
    let broken = broken.expect("one is violated");
    let of_property = [
        "name",
        "kind",
        "verdict",
        "expected",
        "asExpected",
        "reason",
        "layers",
        "counterexample",
    ];
    assert_eq!(keys(broken), of_property);
    let step = &broken["counterexample"]["steps"][0];
    assert_eq!(
        keys(step),
        [
            "number", "actor", "cluster", "ordinal", "action", "text", "fault", "at", "where"
        ]
    );
    assert_eq!(report["errors"][0]["code"], "scenario::missing-field");
    assert_eq!(report["errors"][0]["at"]["file"], "bad.yaml");
    assert_eq!(report["summary"]["scenarios"], 1);
    assert_eq!(report["summary"]["unreadable"], 1);
}

#[test]
fn exit_codes() {
    let expected = format!("{SMALL}expect: {{recoverable: violated}}\n");
    let files = [
        ("plain.yaml", SMALL),
        ("expected.yaml", &expected),
        ("bad.yaml", "sorce: 1\n"),
    ];
    let folder = folder("codes", &files);
    let rows = [
        (0, "expected.yaml --property recoverable"),
        (0, "plain.yaml --property disjoint-slices"),
        (1, "plain.yaml --property recoverable"),
        (1, "expected.yaml plain.yaml --property recoverable"),
        (2, "bad.yaml"),
        (2, "bad.yaml plain.yaml --property recoverable"),
        (2, "plain.yaml bad.yaml --max-states 10"),
        (3, "plain.yaml --property disjoint-slices --max-states 10"),
        (3, "plain.yaml --property disjoint-slices --max-depth 1"),
    ];
    for (code, arguments) in rows {
        let command = straddle().current_dir(&folder).arg("check");
        let output = command.args(arguments.split(' ')).output();
        let output = output.expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments}\n{text}");
    }
}

/// An input that cannot be read does not keep the others from being checked.
#[test]
fn a_mistake_in_one_file_leaves_the_others() {
    let folder = folder("others", &[("small.yaml", SMALL), ("bad.yaml", "- 1\n")]);
    let arguments = "check bad.yaml small.yaml --property disjoint-slices";
    let command = straddle().current_dir(folder).args(arguments.split(' '));
    let output = command.assert().code(2);
    output
        .stderr_eq(str![[r#"
error[scenario::wrong-type]: expected a map of the fields of a scenario, found a list
 --> bad.yaml:1:1
  |
1 | - 1
  | ^^^ this is a list
  |
  = help: write a map of the fields of a scenario here


"#]])
        .stdout_eq(str![[r#"
small   2 replicas, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
PROPERTY         VERDICT  EXPECTED  STEPS  FAULTS
disjoint-slices  holds    holds

1 scenario, as expected, 1 unreadable: 1 holds;
21 states, 32 transitions, depth 9, complete, symmetry reduction on, [..] s

"#]]);
}

#[test]
fn colours_are_on_and_off() {
    let folder = folder("colours", &[("small.yaml", SMALL), ("bad.yaml", "a: 1\n")]);
    let has_colours = |arguments: &str, variable: Option<&str>| {
        let arguments = format!("check small.yaml bad.yaml --property recoverable {arguments}");
        let mut command = straddle()
            .current_dir(&folder)
            .args(arguments.split_whitespace());
        if let Some(variable) = variable {
            command = command.env(variable, "1");
        }
        let output = command.output().expect("it runs");
        [output.stdout, output.stderr].map(|text| text.contains(&0x1b))
    };
    assert_eq!(has_colours("", None), [false, false], "not a terminal");
    assert_eq!(has_colours("--color always", None), [true, true]);
    assert_eq!(has_colours("--color never", None), [false, false]);
    assert_eq!(has_colours("", Some("CLICOLOR_FORCE")), [true, true]);
    let stronger = has_colours("--color never", Some("CLICOLOR_FORCE"));
    assert_eq!(stronger, [false, false]);
    let json = has_colours("-o json --color always", None);
    assert_eq!(json, [false, false], "JSON has none");
}

#[test]
fn nothing_but_json_on_standard_output() {
    let files = [("small.yaml", SMALL), ("bad.yaml", "sorce: 1\n")];
    let folder = folder("only-json", &files);
    for (code, arguments) in [
        (2, "nowhere.yaml"),
        (2, "bad.yaml --color always"),
        (0, "small.yaml --property disjoint-slices --full"),
        (1, "small.yaml --property recoverable --full"),
        (3, "small.yaml --max-states 1 --property disjoint-slices"),
    ] {
        let arguments = format!("check -o json {arguments}");
        let command = straddle().current_dir(&folder).args(arguments.split(' '));
        assert_eq!(json(command, code)["exitCode"], code, "{arguments}");
    }
}

#[test]
fn kubectl_finds_a_plugin() {
    let folder = folder("kubectl", &[("small.yaml", SMALL)]);
    let plugin = folder.join("kubectl-straddle");
    // A copy could still be open for writing when it is started.
    fs::hard_link(env!("CARGO_BIN_EXE_straddle"), &plugin).expect("a link");
    let arguments = "check small.yaml --property recoverable";
    let command = program(&plugin).current_dir(&folder);
    let output = command.args(arguments.split(' ')).assert().code(1);
    let text = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    let again = "again kubectl straddle check small.yaml --property recoverable\n";
    assert!(text.contains(again), "{text}");
    let usage = program(&plugin).arg("check").assert().code(2);
    let usage = String::from_utf8_lossy(&usage.get_output().stderr).into_owned();
    assert!(usage.contains("Usage: kubectl straddle check"), "{usage}");
}
