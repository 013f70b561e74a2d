//! `replay` of stories that go on for ever.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use snapbox::str;

use super::walks::run;
use super::{folder, straddle};
use crate::models::models;

const WEB: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replicas: 1
  podManagementPolicy: Parallel
  serviceName: web
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}}
";

/// The driver goes round for ever, and the controller need not notice.
const SPIN: &str = "\
while true; do
  kubectl --context source scale sts web --replicas=0
  kubectl --context source scale sts web --replicas=1
done
";

/// A Pod is missed as soon as the controller does notice.
const SCENARIO: &str = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {manifest: web.yaml}
availability: {maxUnavailable: 0}
migration: {runbook: spin.sh}
";

/// A folder with the saved counterexamples of the script.
fn spinning(test: &str) -> PathBuf {
    let files = [
        ("web.yaml", WEB),
        ("spin.sh", SPIN),
        ("spin.yaml", SCENARIO),
    ];
    let folder = folder(test, &files);
    save(&folder, "spin.yaml", &["completes", "available"]);
    folder
}

/// Saves the counterexamples of a scenario in `folder`.
fn save(folder: &Path, scenario: &str, properties: &[&str]) {
    let command = straddle().current_dir(folder);
    let command = command.args(["check", scenario, "--save", "."]);
    let properties = properties.iter().flat_map(|name| ["--property", name]);
    let output = command.args(properties).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(2), "{said}");
}

fn trace(folder: &Path, name: &str) -> Json {
    let text = fs::read_to_string(folder.join(format!("{name}.trace.json")));
    serde_json::from_str(&text.expect("it was saved")).expect("JSON")
}

/// Replays a trace; the exit code, and the last words or the first of the refusal.
fn replayed(folder: &Path, trace: &Json) -> (Option<i32>, String) {
    fs::write(folder.join("a.trace.json"), trace.to_string()).expect("a file");
    let command = straddle().current_dir(folder);
    let output = command.args(["replay", "a.trace.json"]).output();
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = told.lines().rfind(|line| {
        let labels = ["VIOLATED", "NOT VIOLATED", "INCONCLUSIVE"];
        labels.iter().any(|label| line.starts_with(label))
    });
    let first = said.lines().next().unwrap_or_default();
    (output.status.code(), last.unwrap_or(first).to_owned())
}

/// Expects an exit code and these words.
#[track_caller]
fn expect(folder: &Path, trace: &Json, code: i32, words: &str) {
    assert_eq!(replayed(folder, trace), (Some(code), words.to_owned()));
}

#[test]
fn a_loop_is_told_and_judged() {
    let folder = spinning("endless-loop");
    run(
        &folder,
        "replay spin-completes.trace.json",
        0,
        str![[r#"
spin   1 replica, Parallel, Kubernetes 1.31 (assumed) on both sides, no faults
trace    spin-completes.trace.json: 2 steps, found by a search

    #  who        what                                                     source 0  dest 0
    0             initial                                                         #       .
       driver: line 2, "scale source to 0", instruction 1
       source set: owns {0}
       source Pod 0: Running, Ready
       destination set: owns {}
|   1  spin.sh:2  scale source to 0                                               #       .
       driver: line 3, "scale source to 1", instruction 2
       source set: owns {}
|   2  spin.sh:3  scale source to 1                                               #       .
       driver: line 2, "scale source to 0", instruction 1
       source set: owns {0}
     # Ready  . none

VIOLATED  completes, by the loop of steps 1 and 2, as the trace says
The migration may never reach its goal: 2 steps can repeat forever.

"#]],
        "",
    );
    let mut round = trace(&folder, "spin-completes");
    let again = round["steps"].as_array().expect("a list").clone();
    let steps = round["steps"].as_array_mut().expect("a list");
    steps.extend(again);
    for (place, step) in steps.iter_mut().enumerate() {
        step["number"] = json!(place + 1);
    }
    round["loopStart"] = json!(1);
    let text = "error[replay::altered]: the loop does not close: the state after step 4 is not \
                the state after step 1";
    expect(&folder, &round, 2, text);
    round["loopStart"] = json!(2);
    let text = "VIOLATED  completes, by the loop of steps 3 and 4, as the trace says";
    expect(&folder, &round, 0, text);
    round["loopStart"] = json!(0);
    let text = "VIOLATED  completes, by the loop of steps 1 to 4, as the trace says";
    expect(&folder, &round, 0, text);
    // Without a loop it is over, and the driver would not stop there.
    let kept = "NOT VIOLATED  completes is not violated after step 4, although the trace says so";
    for start in [json!(4), Json::Null] {
        round["loopStart"] = start;
        expect(&folder, &round, 1, kept);
    }
    // It was never migrated.
    round["loopStart"] = json!(0);
    round["property"] = json!("stays-migrated");
    let text = "NOT VIOLATED  stays-migrated is not violated by the loop of steps 1 to 4, although the \
                trace says so";
    expect(&folder, &round, 1, text);
}

/// Once the controller has planned to delete the Pod, it can do so after each step of the loop.
#[test]
fn a_loop_that_keeps_somebody_from_acting_breaks_nothing() {
    let folder = spinning("endless-unfair");
    let mut unfair = trace(&folder, "spin-completes");
    let noticed = trace(&folder, "spin-available");
    let planned = noticed["steps"].as_array().expect("a list")[..2].to_vec();
    let text = planned[1]["text"].as_str().expect("a text");
    assert!(text.contains("plans delete 0"), "{text}");
    let round = unfair["steps"].as_array().expect("a list").clone();
    let back = round[1].clone();
    let steps = [planned, vec![back], round].concat();
    unfair["steps"] = Json::Array(steps);
    for (place, step) in unfair["steps"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .enumerate()
    {
        step["number"] = json!(place + 1);
    }
    unfair["loopStart"] = json!(3);
    let text = "NOT VIOLATED  completes is not violated by the loop of steps 4 and 5, although the \
                trace says so";
    expect(&folder, &unfair, 1, text);
}

#[test]
fn ends_of_bundled_scenarios_are_judged() {
    let folder = folder("endless-ends", &[]);
    for (name, properties) in [
        ("kep-3335-literal", &["completes"][..]),
        ("claim-swapped-late", &["completes"]),
        ("tidied-wrong-side", &["completes", "stays-migrated"]),
    ] {
        let scenario = models().join(name);
        save(&folder, &scenario.to_string_lossy(), properties);
        for property in properties {
            let mut end = trace(&folder, &format!("{name}-{property}"));
            let last = end["steps"].as_array().expect("a list").len();
            assert_eq!(end["loopStart"], last, "{name}");
            let text = format!("VIOLATED  {property}, after step {last}, as the trace says");
            expect(&folder, &end, 0, &text);
            // An end is what is meant without a word about a loop.
            end["loopStart"] = Json::Null;
            expect(&folder, &end, 0, &text);
            end["loopStart"] = json!(0);
            let text = format!(
                "error[replay::altered]: the loop does not close: the state after step {last} is \
                 not the state at the start"
            );
            expect(&folder, &end, 2, &text);
            end["loopStart"] = json!(last);
            end["steps"].as_array_mut().expect("a list").pop();
            let text = format!(
                "error[replay::altered]: `loopStart` is {last}, but the trace has {} steps",
                last - 1
            );
            expect(&folder, &end, 2, &text);
            // One step earlier somebody had still to act.
            end["loopStart"] = Json::Null;
            let text = format!(
                "NOT VIOLATED  {property} is not violated after step {}, although the trace says so",
                last - 1
            );
            expect(&folder, &end, 1, &text);
        }
    }
}

/// What breaks one of the two properties keeps the other, if the goal is there or is not.
#[test]
fn the_goal_tells_the_two_properties_apart() {
    let folder = folder("endless-goal", &[]);
    let scenario = models().join("tidied-wrong-side");
    let names = ["completes", "stays-migrated"];
    save(&folder, &scenario.to_string_lossy(), &names);
    for (name, other) in [(names[0], names[1]), (names[1], names[0])] {
        let mut end = trace(&folder, &format!("tidied-wrong-side-{name}"));
        end["property"] = json!(other);
        let (code, text) = replayed(&folder, &end);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.starts_with("NOT VIOLATED "), "{text}");
    }
}

#[test]
fn loops_that_cannot_be_are_refused() {
    let folder = spinning("endless-altered");
    let mut altered = trace(&folder, "spin-completes");
    for start in [3, 99, usize::MAX] {
        altered["loopStart"] = json!(start);
        let text =
            format!("error[replay::altered]: `loopStart` is {start}, but the trace has 2 steps");
        expect(&folder, &altered, 2, &text);
    }
    altered["loopStart"] = json!(2);
    altered["steps"].as_array_mut().expect("a list").pop();
    let text = "error[replay::altered]: `loopStart` is 2, but the trace has 1 step";
    expect(&folder, &altered, 2, text);
    altered["loopStart"] = json!(0);
    let text = "error[replay::altered]: the loop does not close: the state after step 1 is not the \
                state at the start";
    expect(&folder, &altered, 2, text);
    for property in ["recoverable", "available"] {
        let mut looped = trace(&folder, "spin-available");
        looped["property"] = json!(property);
        looped["loopStart"] = json!(0);
        let text = format!(
            "error[replay::altered]: `loopStart` is 0, but a counterexample to `{property}` has no \
             loop"
        );
        expect(&folder, &looped, 2, &text);
    }
    run(
        &folder,
        "replay a.trace.json",
        2,
        "",
        str![[r#"
error[replay::altered]: `loopStart` is 0, but a counterexample to `available` has no loop
--> a.trace.json
 = help: a trace is replayed exactly as saved; check the scenario again to get a new one


"#]],
    );
}

/// The program goes round another way now: the loop is lost, not forged.
#[test]
fn a_loop_that_a_changed_scenario_does_not_close_is_lost() {
    let folder = spinning("endless-changed");
    let once = SPIN.replace("while true; do\n", "").replace("done\n", "");
    fs::write(folder.join("spin.sh"), once).expect("a file");
    let round = trace(&folder, "spin-completes");
    let text = "error[replay::changed-scenario]: the scenario has changed since the trace was \
                saved; the loop no longer closes";
    expect(&folder, &round, 2, text);
    run(
        &folder,
        "replay spin-completes.trace.json --anyway",
        2,
        "",
        str![[r#"
error[replay::changed-scenario]: the loop does not close: the state after step 2 is not the state at the start
--> spin-completes.trace.json
 = help: a trace is replayed exactly as saved; check the scenario again to get a new one


"#]],
    );
}
