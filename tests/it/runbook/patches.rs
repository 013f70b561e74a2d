//! Strategic merge patches, against `kubectl patch --local`.

use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use serde_json::{Value, json};
use straddle::internals::runbook::strategic;

use crate::support::cases;

fn set() -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": { "name": "web", "labels": { "a": "b" }, "finalizers": ["x/a"] },
        "spec": {
            "replicas": 3,
            "ordinals": { "start": 1 },
            "serviceName": "web",
            "selector": { "matchLabels": { "a": "b" } },
            "template": {
                "metadata": { "labels": { "a": "b" } },
                "spec": {
                    "containers": [
                        { "name": "one", "image": "i:1", "env": [{ "name": "E", "value": "1" }], "ports": [{ "containerPort": 80, "protocol": "TCP" }] },
                        { "name": "two", "image": "i:2" },
                    ],
                    "volumes": [{ "name": "v", "emptyDir": {} }],
                },
            },
            "volumeClaimTemplates": [{ "metadata": { "name": "data" }, "spec": { "accessModes": ["ReadWriteOnce"] } }],
        },
    })
}

/// What kubectl makes of a patch, without a cluster.
fn kubectl(folder: &Path, document: &Value, patch: &Value) -> Option<Value> {
    let file = folder.join("set.json");
    fs::write(&file, document.to_string()).ok()?;
    let output = Command::new("kubectl")
        .args([
            "patch",
            "--local",
            "-o",
            "json",
            "--type",
            "strategic",
            "-f",
        ])
        .arg(&file)
        .arg("-p")
        .arg(patch.to_string())
        .env("KUBECONFIG", "/dev/null")
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| serde_json::from_slice(&output.stdout).ok())?
}

fn container() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({ "name": "one", "image": "j:1" })),
        Just(
            json!({ "name": "one", "env": [{ "name": "E", "value": null }, { "name": "F", "value": "2" }] })
        ),
        Just(json!({ "name": "one", "ports": [{ "containerPort": 81 }] })),
        Just(json!({ "name": "two", "$patch": "delete" })),
        Just(json!({ "name": "three", "image": "k" })),
        Just(json!({ "name": "one", "env": null })),
    ]
}

fn patch() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![
        Just(json!({ "replicas": 5 })),
        Just(json!({ "replicas": null })),
        Just(json!({ "ordinals": { "start": 4 } })),
        Just(json!({ "ordinals": null, "replicas": 1 })),
        Just(json!({ "ordinals": { "$patch": "replace", "start": 2 } })),
        Just(json!({ "volumeClaimTemplates": [{ "metadata": { "name": "other" } }] })),
        Just(
            json!({ "template": { "spec": { "volumes": [{ "name": "w", "emptyDir": {} }, { "name": "v", "$patch": "delete" }] } } })
        ),
        Just(json!({ "template": { "metadata": { "labels": { "a": null, "c": "d" } } } })),
    ];
    let spec = prop_oneof![
        numbers,
        prop::collection::vec(container(), 1..3)
            .prop_map(|all| json!({ "template": { "spec": { "containers": all } } })),
    ];
    let metadata = prop_oneof![
        Just(json!({ "labels": { "a": null, "c": "d" } })),
        Just(json!({ "annotations": { "x": "y" } })),
        Just(json!({ "finalizers": ["x/b"] })),
        Just(json!({})),
    ];
    (spec, metadata).prop_map(|(spec, metadata)| json!({ "spec": spec, "metadata": metadata }))
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn strategic_merge_agrees_with_kubectl() {
    let folder = std::env::temp_dir().join(format!("straddle-patch-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    if kubectl(&folder, &set(), &json!({})).is_none() {
        eprintln!("skipped: there is no kubectl here");
        return;
    }
    let mut runner = proptest::test_runner::TestRunner::new(cases(40));
    runner
        .run(&patch(), |patch| {
            let theirs = kubectl(&folder, &set(), &patch);
            prop_assume!(theirs.is_some());
            let mut ours = set();
            strategic::merge(&mut ours, &patch).map_err(TestCaseError::fail)?;
            // An empty patch brings ours into the form in which kubectl prints.
            let ours = kubectl(&folder, &ours, &json!({}));
            prop_assert_eq!(ours, theirs, "{}", patch);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    let _ = fs::remove_dir_all(folder);
}
