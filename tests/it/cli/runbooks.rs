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
        "fix   before line 4 (checked: both properties then hold)",
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
        "this command does not say which cluster it talks to",
        "move.sh:2:1",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    // What talks to a cluster is never taken to be harmless, and a program must be named.
    for flag in [
        "--assume-harmless=kubectl",
        "--assume-harmless=/usr/bin/helm",
        "--assume-harmless=xargs",
    ] {
        let text = arguments(&[flag]);
        assert!(text.contains("invalid value"), "{flag}\n{text}");
    }
    let text = arguments(&["--assume-harmless"]);
    assert!(text.contains("equal sign is needed"), "{text}");
    let text = arguments(&["--destination", "other.yaml"]);
    assert!(
        text.contains(
            "the two sets have different namespaces: `shop` in source, `store` in destination"
        ),
        "{text}"
    );
}

/// A program that nothing depends on is harmless if somebody says so; it is never advised, nor
/// taken so, where it decides what the script does, or may reach a cluster.
#[test]
fn a_harmless_program_is_named_and_decides_nothing() {
    let scale = "kubectl --context source scale sts web --replicas=0\n";
    let check = |script: &str, more: &[&str]| {
        let script = format!("set -e\n{script}\n{scale}");
        let folder = folder("harmless", &[("web.yaml", WEB), ("move.sh", &script)]);
        let command = straddle().current_dir(&folder);
        let command = command.args(["check", "--source", "web.yaml", "--runbook", "move.sh"]);
        let output = command.args(more).output().expect("it runs");
        let both = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&both).into_owned()
    };
    let advice = "`--assume-harmless=notify`";
    let excused = "move.sh:2 notify";
    for script in [
        "notify go",
        "notify go || true",
        "notify go > /dev/null || echo no",
    ] {
        let text = check(script, &[]);
        assert!(
            text.contains("`notify` is not modelled") && text.contains(advice),
            "{script}\n{text}"
        );
        let text = check(script, &["--assume-harmless=notify"]);
        assert!(text.contains(excused), "{script}\n{text}");
        let text = check(&format!("{script} # straddle: harmless=notify"), &[]);
        assert!(text.contains(excused), "{script}\n{text}");
    }
    for (script, why) in [
        (
            "if notify go; then exit 1; fi",
            "decides what the script does",
        ),
        ("notify go && exit 1", "decides what the script does"),
        ("echo a | notify || exit 1", "decides what the script does"),
        (
            "set +e; notify go; [ $? -eq 0 ] || exit 1",
            "decides what the script does",
        ),
        ("notify kubectl delete pvc --all", "it may run `kubectl`"),
        (
            "notify sh -c 'x; kubectl get pod'",
            "it may run `x; kubectl get pod`",
        ),
        ("f() { echo; }; notify f", "it may run `f`"),
    ] {
        let text = check(script, &["--assume-harmless=notify"]);
        assert!(
            text.contains("cannot be taken to be harmless") && text.contains(why),
            "{script}\n{text}"
        );
        let text = check(script, &[]);
        assert!(
            text.contains("`notify` is not modelled") && !text.contains(advice),
            "{script}\n{text}"
        );
    }
    for script in [
        "x=$(notify go)",
        "timeout 9 kubectl get pod web-0",
        "eval x",
        "notify go > f",
    ] {
        let text = check(script, &[]);
        assert!(
            text.contains("is not modelled") && !text.contains("--assume-harmless"),
            "{script}\n{text}"
        );
    }
}

/// A Secret that nobody creates is not passed over in silence.
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
        "error[runbook::unreadable-file]: cannot read `move.sh`: no such file or directory",
        "`--runbook` takes a file",
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

/// A manifest's labels say which Pods a selector means, and its StorageClass what becomes of disks.
#[test]
fn a_manifest_says_what_a_selector_and_a_class_mean() {
    let claims =
        "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {storageClassName: fast}\n";
    let class = "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nprovisioner: p\nmetadata: {name: fast}\nreclaimPolicy: Retain\n";
    let volume = |ordinal: u8, policy: &str| {
        format!(
            "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: pv-{ordinal}}}\nspec:\n  \
             claimRef: {{name: data-web-{ordinal}, namespace: shop}}\n  \
             persistentVolumeReclaimPolicy: {policy}\n"
        )
    };
    let check = |more: &str, script: &str| {
        let web = format!("{WEB}{claims}{more}");
        let folder = folder("selectors", &[("web.yaml", &web), ("move.sh", script)]);
        let command = straddle().current_dir(folder);
        let arguments = ["check", "--source", "web.yaml", "--runbook", "move.sh"];
        let output = command.args(arguments).output().expect("it runs");
        let both = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&both).into_owned();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let script = "set -e\n# straddle: cluster=source\nkubectl scale sts web --replicas=0\n\
                  kubectl wait --for=delete pods -l 'app in (web), !other' --timeout=-1s\n";
    let text = check(class, script);
    for expected in [
        "storage.reclaimPolicy Retain: from the manifest's StorageClass `fast`",
        "move.sh:4 kubectl wait --for=delete by a selector",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let both = format!("{class}{}{}", volume(0, "Delete"), volume(1, "Delete"));
    let text = check(&both, script);
    let expected = "storage.reclaimPolicy Delete: from the manifest's PersistentVolumes";
    assert!(text.contains(expected), "{text}");
    let text = check(&format!("{class}{}", volume(1, "Delete")), script);
    let expected = "storage.reclaimPolicy Delete: the volumes of the set differ";
    assert!(text.contains(expected), "{text}");
    let text = check(
        class,
        "kubectl --context source wait --for=delete pod -l app=wbe\n",
    );
    for expected in [
        "error[runbook::unknown-object]: `app=wbe` selects no Pod of the set in source",
        "help: its Pods have the labels app=web",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

/// Nobody stands behind `kubectl wait -l` for a Pod that does not exist yet.
#[test]
fn a_selector_waits_for_the_pods_that_there_are() {
    let start = "set -e\n# straddle: cluster=destination\nkubectl scale sts web --replicas=2\n\
                 kubectl wait --for=condition=Ready pod -l app=web --timeout=-1s\n";
    let folder = folder("selected", &[("web.yaml", WEB), ("move.sh", start)]);
    let command = straddle().current_dir(folder);
    let arguments = ["check", "--source", "web.yaml", "--runbook", "move.sh"];
    let output = command.args([&arguments[..], &["--property", "completes"]].concat());
    let output = output.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("VIOLATED  completes"), "{text}");
    assert!(text.contains("move.sh:4"), "{text}");
}
