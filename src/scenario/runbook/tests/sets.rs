//! StatefulSets that scripts create, apply, replace and patch.

use super::objects::{operations, read, read_with, refusal};
use crate::world::program::{Expression, Operation};

const DESTINATION: &str = "set -e\ndst='kubectl --context destination'\n";

/// Reads the set, edits it, and gives it to a command.
fn edited(filter: &str, command: &str) -> String {
    let delete = if command == "create -f -" {
        "$dst delete sts web --cascade=orphan\n"
    } else {
        ""
    };
    format!(
        "{DESTINATION}{delete}kubectl --context source get sts web -o yaml \
         | yq '.spec.replicas = 0 | {filter}' | $dst {command}\n"
    )
}

/// Filters, and what is said if the set is created or applied; `422` is a refused request, and
/// nothing that it is accepted.
const FIELDS: &[(&str, &str, &str)] = &[
    (".", "", ""),
    (".spec.ordinals.start = 1", "", ""),
    (".metadata.namespace = \"shop\"", "", ""),
    (
        ".metadata.namespace = \"staging\"",
        "`metadata.namespace`",
        "`metadata.namespace`",
    ),
    (
        ".metadata.ownerReferences = [{uid: \"1\"}]",
        "`metadata.ownerReferences`",
        "`metadata.ownerReferences`",
    ),
    (
        ".metadata.finalizers = [\"a/b\"]",
        "`metadata.finalizers`",
        "`metadata.finalizers`",
    ),
    (".metadata.labels.a = \"b\"", "", ""),
    (
        ".spec.template.spec.containers[0].image = \"web:2\"",
        "",
        "a change of `spec.template`",
    ),
    (
        ".spec.template.spec.nodeSelector = {a: \"b\"}",
        "",
        "a change of `spec.template`",
    ),
    (
        ".spec.template.metadata.labels.a = \"b\"",
        "template.metadata.labels",
        "a change of `spec.template`",
    ),
    (
        ".spec.template.spec.terminationGracePeriodSeconds = 30",
        "",
        "",
    ),
    (
        ".spec.template.spec.terminationGracePeriodSeconds = 0",
        "terminationGracePeriodSeconds",
        "a change of `spec.template`",
    ),
    (
        ".spec.template.spec.volumes = [{name: \"s\", secret: {secretName: \"s\"}}]",
        "Secrets",
        "a change of `spec.template`",
    ),
    (
        ".spec.template.spec.restartPolicy = \"Never\"",
        "422",
        "422",
    ),
    (
        ".spec.volumeClaimTemplates[0].metadata.name = \"storage\"",
        "spec.volumeClaimTemplates",
        "422",
    ),
    (".spec.serviceName = \"other\"", "`spec.serviceName`", "422"),
    (
        ".spec.podManagementPolicy = \"Parallel\"",
        "`spec.podManagementPolicy`",
        "422",
    ),
    (".spec.podManagementPolicy = \"Fast\"", "422", "422"),
    (".spec.selector.matchLabels.a = \"b\"", "", "422"),
    (".spec.updateStrategy = {type: \"Recreate\"}", "422", "422"),
    (".spec.updateStrategy = {type: \"\"}", "", ""),
    (
        ".spec.updateStrategy = {type: \"OnDelete\"}",
        "`spec.updateStrategy.type`",
        "`spec.updateStrategy`",
    ),
    (
        ".spec.updateStrategy = {rollingUpdate: {partition: 1}}",
        "",
        "",
    ),
    (
        ".spec.updateStrategy = {rollingUpdate: {partition: -1}}",
        "422",
        "422",
    ),
    (
        ".spec.persistentVolumeClaimRetentionPolicy = {whenScaled: \"Delete\"}",
        "RetentionPolicy",
        "RetentionPolicy",
    ),
    (
        ".spec.persistentVolumeClaimRetentionPolicy = {whenScaled: \"Retain\"}",
        "",
        "",
    ),
    (
        ".spec.persistentVolumeClaimRetentionPolicy = {whenScaled: \"Keep\"}",
        "422",
        "422",
    ),
    (
        ".spec.minReadySeconds = 5",
        "`spec.minReadySeconds`",
        "`spec.minReadySeconds`",
    ),
    (".spec.nonsense = 1", "no field", "no field"),
];

#[test]
fn a_set_keeps_its_fields_or_is_refused() {
    for (filter, created, applied) in FIELDS {
        for (command, expected) in [
            ("create -f -", created),
            ("apply -f -", applied),
            ("replace -f -", applied),
        ] {
            let script = edited(filter, command);
            let answer = read(&script);
            match (*expected, answer) {
                ("", answer) => assert!(answer.is_ok(), "{command} {filter}: {answer:?}"),
                ("422", Ok(scenario)) => {
                    let is_said = scenario
                        .assumed
                        .iter()
                        .any(|one| one.text.contains("(422)"));
                    assert!(is_said, "{command} {filter}");
                }
                // A script that asks for nothing else.
                ("422", Err(said)) => assert!(said.contains("no-requests"), "{filter}: {said}"),
                (expected, answer) => {
                    let said = answer.err().unwrap_or_default();
                    assert!(said.contains(expected), "{command} {filter}: {said}");
                }
            }
        }
    }
}

/// What a set that is written down leaves out is what the API server fills in.
#[test]
fn a_set_is_created_from_a_file_as_the_manifest_has_it() {
    let create =
        format!("{DESTINATION}$dst delete sts web --cascade=orphan\n$dst create -f web.yaml\n");
    let all = operations(&create);
    assert!(
        matches!(all.last(), Some(Operation::CreateSet { .. })),
        "{all:?}"
    );
    let short = format!(
        "{DESTINATION}$dst delete sts web --cascade=orphan\n$dst create -f - <<E\nkind: StatefulSet\n\
         metadata: {{name: web}}\nspec: {{replicas: 0}}\nE\n"
    );
    let assumed = read(&short).expect("it is followed").assumed;
    let is_said = assumed.iter().any(|one| {
        one.text
            .contains("spec.template.metadata.labels is required")
    });
    assert!(is_said, "{assumed:?}");
}

/// `apply` takes away what it has applied before and does not find any more.
#[test]
fn what_was_applied_and_is_left_out_goes() {
    let set = |spec: &str| {
        format!(
            "<<E\nkind: StatefulSet\nmetadata: {{name: web}}\nspec: {{serviceName: web{spec}}}\nE\n"
        )
    };
    let patched = |script: &str| {
        let patches = operations(script).into_iter().filter_map(|one| match one {
            Operation::Patch {
                start, replicas, ..
            } => Some((start, replicas)),
            _ => None,
        });
        let numbers = patches.map(|(start, replicas)| {
            let number = |one: Option<Expression>| one.map(|one| one.constant);
            (number(start), number(replicas))
        });
        numbers.collect::<Vec<_>>()
    };
    let apply = |spec: &str| format!("$dst apply -f - {}", set(spec));
    let (full, slim) = (apply(", replicas: 3, ordinals: {start: 1}"), apply(""));
    let both = format!("{DESTINATION}{full}{slim}");
    assert_eq!(patched(&both), [(Some(1), Some(3)), (Some(0), Some(1))]);
    // What was set by something else stays.
    let scaled = format!("{DESTINATION}$dst scale sts web --replicas=3\n{slim}");
    assert_eq!(patched(&scaled), [(None, None)]);
    // The first `apply` after that says nothing of the replicas any more.
    let twice = format!("{DESTINATION}{full}{slim}$dst scale sts web --replicas=2\n{slim}");
    assert_eq!(patched(&twice).last(), Some(&(None, None)));
    // `replace` keeps nothing.
    let replace = format!(
        "{DESTINATION}$dst scale sts web --replicas=3\nkubectl --context source get sts web -o yaml | yq 'del(.spec.replicas)' | $dst replace -f -\n"
    );
    assert_eq!(patched(&replace), [(None, Some(1))]);
}

/// An export says what was applied.
#[test]
fn what_was_applied_before_the_script_is_in_the_export() {
    let set = |annotation: &str| {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: web\n{annotation}spec:\n  \
             serviceName: web\n  replicas: 2\n  template: {{metadata: {{labels: {{a: b}}}}}}\n  \
             selector: {{matchLabels: {{a: b}}}}\n"
        )
    };
    let annotation = "  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"replicas\":2}}'\n";
    let script = "kubectl --context source apply -f - <<E\nkind: StatefulSet\nmetadata: {name: web}\n\
                  spec: {serviceName: web}\nE\n";
    let replicas = |annotation: &str| {
        let scenario =
            read_with(&set(annotation), script).unwrap_or_else(|problems| panic!("{problems}"));
        match scenario.setup.program.instructions[0].operation {
            Operation::Patch { replicas, .. } => replicas.map(|one| one.constant),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(replicas(annotation), Some(1));
    assert_eq!(replicas(""), None);
}

#[test]
fn a_patch_of_a_set_is_validated() {
    for (patch, expected) in [
        (
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}}}",
            "a change of `spec.template`",
        ),
        (
            "{\"spec\":{\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":\"Delete\"}}}",
            "RetentionPolicy",
        ),
        (
            "{\"spec\":{\"minReadySeconds\":10}}",
            "`spec.minReadySeconds`",
        ),
        (
            "{\"metadata\":{\"finalizers\":[\"a/b\"]}}",
            "`metadata.finalizers`",
        ),
        ("{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}", ""),
        (
            "{\"spec\":{\"replicas\":1,\"updateStrategy\":{\"rollingUpdate\":{\"partition\":1}}}}",
            "",
        ),
    ] {
        let said = refusal(&format!(
            "kubectl --context source patch sts web -p '{patch}'\n"
        ));
        match expected {
            "" => assert_eq!(said, "", "{patch}"),
            expected => assert!(said.contains(expected), "{patch}: {said}"),
        }
    }
    // What the API server refuses is seen by the script.
    let script = "kubectl --context source patch sts web -p '{\"spec\":{\"serviceName\":\"x\"}}' || \
                  kubectl --context source scale sts web --replicas=0\n";
    assert!(matches!(operations(script)[..], [Operation::Scale { .. }]));
}

#[test]
fn server_side_apply_needs_its_conflicts_settled() {
    let clean = "del(.metadata.uid, .metadata.resourceVersion)";
    let said = refusal(&edited(clean, "apply --server-side -f -"));
    assert!(said.contains("--force-conflicts"), "{said}");
    assert_eq!(
        refusal(&edited(clean, "apply --server-side --force-conflicts -f -")),
        ""
    );
    let said = refusal(&edited(".", "apply --server-side --force-conflicts -f -"));
    assert!(said.contains("metadata.uid"), "{said}");
}
