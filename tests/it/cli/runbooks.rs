//! `straddle check --runbook`: two manifests and a script, without a scenario file.

use super::{folder, straddle};

const WEB: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  podManagementPolicy: Parallel
  serviceName: web
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}}
";

const MOVE: &str = "\
set -euo pipefail
for k in 1 0; do
  kubectl --context source scale sts web --replicas=$k
  kubectl --context destination patch sts web -p \"spec: {ordinals: {start: $k}, replicas: $((2 - k))}\"
done
";

#[test]
fn a_script_and_its_manifest_are_enough() {
    let folder = folder(
        "a_script_is_enough",
        &[("web.yaml", WEB), ("move.sh", MOVE)],
    );
    let command = straddle().current_dir(folder);
    let command = command.args(["check", "--source", "web.yaml", "--runbook", "move.sh"]);
    let output = command.assert().code(1).stderr_eq("");
    let text = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    for expected in [
        "move   2 replicas, Parallel, Kubernetes",
        "VIOLATED  at-most-one-running",
        "move.sh:4  ",
        "--> move.sh:4:3",
        "fix   before line 4 (checked: the two promises above hold then)",
        "kubectl --context source wait --for=delete \"pod/web-$k\" --timeout=-1s",
        "again straddle check --source web.yaml --runbook move.sh --property at-most-one-running",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let script =
        "kubectl --context source label pod web-0 app-\nkubectl scale sts web --replicas=0\n";
    let other = WEB.replace("namespace: shop", "namespace: store");
    let folder = folder(
        "runbook_mistakes",
        &[
            ("web.yaml", WEB),
            ("other.yaml", &other),
            ("move.sh", script),
        ],
    );
    let arguments = |more: &[&str]| {
        let command = straddle().current_dir(&folder);
        let command = command.args(["check", "--source", "web.yaml", "--runbook", "move.sh"]);
        let output = command.args(more).assert().code(2);
        String::from_utf8_lossy(&output.get_output().stderr).into_owned()
    };
    let text = arguments(&[]);
    for expected in [
        "`kubectl label` is not modelled",
        "move.sh:1:1",
        "nothing says which cluster this command talks to",
        "move.sh:2:1",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    // What is not modelled can be taken to be harmless; a mistake cannot.
    let text = arguments(&["--assume-harmless"]);
    assert!(
        !text.contains("label") && text.contains("move.sh:2:1"),
        "{text}"
    );
    let text = arguments(&["--destination", "other.yaml"]);
    assert!(
        text.contains(
            "the two sets have different namespaces: `shop` in source, `store` in destination"
        ),
        "{text}"
    );
}

/// A second claim template, and a Secret that nobody creates: neither is passed over in silence.
#[test]
fn what_the_script_does_not_name_is_listed() {
    let claims = "  volumeClaimTemplates:\n  - metadata: {name: data}\n  - metadata: {name: log}\n";
    let needs = "spec: {containers: [{name: web, envFrom: [{secretRef: {name: token}}]}]}}\n";
    let pod = "template: {metadata: {labels: {app: web}}";
    let web = WEB.replace(&format!("{pod}}}\n"), &format!("{pod}, {needs}"));
    let web = format!("{web}{claims}");
    let listed = |script: &str| {
        let folder = folder("listed", &[("web.yaml", &web), ("move.sh", script)]);
        let command = straddle().current_dir(folder);
        let arguments = [
            "check",
            "--source",
            "web.yaml",
            "--runbook",
            "move.sh",
            "-o",
            "json",
        ];
        let output = command.args(arguments).output().expect("it runs");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let assumed = report["results"][0]["assumed"].as_array().expect("a list");
        let told = assumed
            .iter()
            .map(|one| format!("{} {}", one["field"], one["value"]));
        told.collect::<Vec<_>>().join("\n")
    };
    let text = listed(MOVE);
    assert!(
        text.contains("\"source.volumeClaimTemplates\" \"log\""),
        "{text}"
    );
    assert!(text.contains("\"destination.secret\" \"token\""), "{text}");
    let creates = "kubectl --context destination create secret generic token --from-literal=a=b\n";
    let text = listed(&format!("{creates}{MOVE}"));
    assert!(!text.contains("destination.secret"), "{text}");
}

#[test]
fn files_that_are_not_there_are_said_by_their_flags() {
    let folder = folder("runbook_files", &[("web.yaml", WEB)]);
    let command = straddle().current_dir(&folder);
    let arguments = ["check", "--source", "web.yaml", "--runbook", "move.sh"];
    let output = command.args(arguments).assert().code(2);
    let text = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    for expected in [
        "error[runbook::unreadable-file]: cannot read `move.sh`: there is no such file",
        "`--runbook` names a file",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(!text.contains("command line"), "{text}");
}

#[test]
fn a_script_takes_the_place_of_scenarios() {
    for arguments in [
        &["check", "--runbook", "move.sh"][..],
        &["check", "--source", "web.yaml", "models"],
        &[
            "check",
            "--source",
            "web.yaml",
            "--runbook",
            "move.sh",
            "models",
        ],
        &[
            "check",
            "--source",
            "web.yaml",
            "--runbook",
            "move.sh",
            "--save",
            "traces",
        ],
    ] {
        straddle().args(arguments).assert().code(2);
    }
}
