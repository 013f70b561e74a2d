//! Fields of the objects that scripts create, copy, apply and patch: kept, or refused.

use std::io;
use std::path::Path;

use crate::scenario::{Overrides, Scenario};
use crate::world::program::{ClaimRefCopy, Operation};

/// A set with all that is compared.
const SET: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web, namespace: shop}\nspec:\n  \
    serviceName: web\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    \
    metadata: {labels: {app: web}}\n    spec: {containers: [{name: main, image: web:1}]}\n  \
    volumeClaimTemplates:\n  - metadata: {name: data}\n    \
    spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}\n";

/// Reads claim and volume of ordinal 0.
const READ: &str = "set -e\nsrc='kubectl --context source'\ndst='kubectl --context destination'\n\
    $src get pvc data-web-0 -o yaml > c\n$src get pv \"$(yq .spec.volumeName c)\" -o yaml > v\n";

/// Creates both in the destination.
const CREATE: &str = "$dst create -f v2\n$dst create -f c2\n";

/// The scenario of a script beside the manifest `web.yaml`.
pub(super) fn read(script: &str) -> Result<Scenario, String> {
    read_with(SET, script)
}

pub(super) fn read_with(set: &str, script: &str) -> Result<Scenario, String> {
    let files = |path: &Path| match path.to_str() {
        Some("migrate.sh") => Ok(script.as_bytes().to_vec()),
        Some("web.yaml") => Ok(set.as_bytes().to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let text = "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\n\
                source: {manifest: web.yaml}\nmigration: {runbook: migrate.sh}\n";
    let path = Path::new("scenario.yaml");
    let scenario = Scenario::parse(path, text, &Overrides::default(), &files);
    scenario.map_err(|problems| {
        let problems = problems.iter().map(ToString::to_string);
        problems.collect::<Vec<_>>().join("\n")
    })
}

/// The operations of a script.
pub(super) fn operations(script: &str) -> Vec<Operation> {
    let scenario = read(script).unwrap_or_else(|problems| panic!("{script}\n{problems}"));
    let instructions = scenario.setup.program.instructions.into_iter();
    instructions.map(|one| one.operation).collect()
}

/// What is refused, or the empty text.
pub(super) fn refusal(script: &str) -> String {
    read(script).err().unwrap_or_default()
}

/// Edits of the volume and the claim, and what is said of them; nothing if they are accepted.
const COPIES: &[(&str, &str, &str)] = &[
    ("del(.spec.claimRef)", ".", ""),
    ("del(.spec.claimRef.uid)", "del(.metadata.annotations)", ""),
    (
        "del(.spec.claimRef)",
        ".spec.storageClassName = \"other\"",
        "",
    ),
    (
        "del(.spec.claimRef.uid, .status)",
        "del(.metadata.annotations) | .spec.storageClassName = \"other\"",
        "",
    ),
    (
        "del(.spec.claimRef) | .spec.storageClassName = \"a\"",
        ".spec.storageClassName = \"a\"",
        "",
    ),
    (
        "del(.spec.claimRef) | del(.metadata)  | .metadata.name = \"x\"",
        ".",
        "not a copy",
    ),
    ("del(.spec.claimRef)", ".metadata.namespace = \"shop\"", ""),
    (
        "del(.spec.claimRef)",
        ".metadata.namespace = \"staging\"",
        "`metadata.namespace`",
    ),
    (
        "del(.spec.claimRef)",
        "del(.metadata.annotations) | .spec.storageClassName = \"other\"",
        "`spec.storageClassName`",
    ),
    (
        "del(.spec.claimRef)",
        "del(.metadata.annotations) | .spec = {volumeName: .spec.volumeName, accessModes: [\"ReadWriteOnce\"], resources: .spec.resources}",
        "default class",
    ),
    (
        "del(.spec.claimRef)",
        "del(.metadata.annotations) | .spec.accessModes = [\"ReadWriteMany\"]",
        "`spec.accessModes`",
    ),
    (
        "del(.spec.claimRef)",
        "del(.metadata.annotations) | .spec.resources.requests.storage = \"2Gi\"",
        "`spec.resources.requests.storage`",
    ),
    (
        "del(.spec.claimRef)",
        ".spec.resources.requests.storage = \"1Gi\"",
        "",
    ),
    (
        "del(.spec.claimRef.uid)",
        "del(.metadata.annotations) | .spec.resources.requests.storage = \"2Gi\"",
        "",
    ),
    (
        "del(.spec.claimRef)",
        ".spec.selector = {matchLabels: {a: \"b\"}}",
        "`spec.selector`",
    ),
    (
        "del(.spec.claimRef)",
        ".spec.volumeMode = \"Block\"",
        "`spec.volumeMode`",
    ),
    (
        "del(.spec.claimRef)",
        ".spec.dataSource = {kind: \"VolumeSnapshot\", name: \"s\"}",
        "`spec.dataSource`",
    ),
    (
        "del(.spec.claimRef)",
        ".metadata.ownerReferences = [{uid: \"1\"}]",
        "`metadata.ownerReferences`",
    ),
    (
        "del(.spec.claimRef)",
        ".metadata.finalizers = [\"example.com/hold\"]",
        "`metadata.finalizers`",
    ),
    (
        "del(.spec.claimRef)",
        ".spec.nonsense = 1",
        "`spec.nonsense`",
    ),
    (
        ".spec.claimRef.name = \"data-other-0\"",
        ".",
        "`spec.claimRef.name`",
    ),
    (
        ".spec.claimRef.namespace = \"staging\"",
        ".",
        "`spec.claimRef.namespace`",
    ),
    (
        ".spec.claimRef = {name: \"data-web-0\"}",
        ".",
        "`spec.claimRef.namespace`",
    ),
    (".spec.claimRef.uid = \"1\"", ".", "`spec.claimRef.uid`"),
    (
        ".spec.claimRef = {namespace: \"shop\", name: \"data-web-0\"}",
        "del(.metadata.annotations)",
        "",
    ),
    ("del(.spec.claimRef) | .spec.nodeAffinity = {}", ".", ""),
    (
        "del(.spec.claimRef) | .spec.nodeAffinity = {required: {nodeSelectorTerms: []}}",
        ".",
        "`spec.nodeAffinity`",
    ),
    (
        "del(.spec.claimRef) | .spec.csi.readOnly = true",
        ".",
        "`spec.csi.readOnly`",
    ),
    (
        "del(.spec.claimRef) | .spec.mountOptions = [\"ro\"]",
        ".",
        "`spec.mountOptions`",
    ),
    (
        "del(.spec.claimRef) | .spec.persistentVolumeReclaimPolicy = \"Recycle\"",
        ".",
        "reclaim policy",
    ),
    (
        "del(.spec.claimRef, .metadata.finalizers, .metadata.annotations, .metadata.uid, .status)",
        "del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .status)",
        "",
    ),
];

#[test]
fn a_copy_keeps_its_fields_or_is_refused() {
    for (volume, claim, expected) in COPIES {
        let edit = format!("yq '{volume}' v > v2\nyq '{claim}' c > c2\n");
        let said = refusal(&format!("{READ}{edit}{CREATE}"));
        match expected {
            &"" => assert_eq!(said, "", "{volume} | {claim}"),
            expected => assert!(said.contains(expected), "{volume} | {claim}: {said}"),
        }
        // The other way round they are the same pair.
        let other_way = "$dst create -f c2\n$dst create -f v2\n";
        let said = refusal(&format!("{READ}{edit}{other_way}"));
        assert_eq!(
            said.is_empty(),
            expected.is_empty(),
            "{volume} | {claim}: {said}"
        );
    }
}

/// `syncBoundClaim`: a claim that says that it is bound to a volume which does not have its uid.
#[test]
fn a_claim_that_keeps_bind_completed_is_lost() {
    let script = |edit: &str| format!("{READ}yq '{edit}' v > v2\ncp=c\n$dst create -f v2 -f c\n");
    let created = |edit: &str| {
        let created = operations(&script(edit)).into_iter();
        let lost = created.filter(|one| matches!(one, Operation::CreateLostClaim(..)));
        lost.count()
    };
    assert_eq!(
        created("del(.spec.claimRef.uid)"),
        2,
        "behind a volume that is created or not"
    );
    assert_eq!(created("del(.spec.claimRef)"), 0);
    assert_eq!(created("."), 0, "such a claim is never bound anyway");
}

#[test]
fn claims_of_sets_that_own_them_keep_their_owners() {
    let owning = SET.replace(
        "  replicas",
        "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n  replicas",
    );
    let script = format!("{READ}yq 'del(.spec.claimRef)' v > v2\ncat c > c2\n{CREATE}");
    let said = read_with(&owning, &script).err().unwrap_or_default();
    assert!(said.contains("`metadata.ownerReferences`"), "{said}");
    let cleaned = script.replace("cat c", "yq 'del(.metadata.ownerReferences)' c");
    assert!(read_with(&owning, &cleaned).is_ok());
}

/// What the API server requires of a claim and a volume.
#[test]
fn an_incomplete_claim_is_refused_by_the_api_server() {
    let claim = |spec: &str| {
        format!(
            "{READ}yq 'del(.spec.claimRef.uid)' v > v2\n$dst create -f v2\n$dst create -f - <<E\n\
             kind: PersistentVolumeClaim\nmetadata: {{name: data-web-0}}\n\
             spec: {{volumeName: $(yq .spec.volumeName c), {spec}}}\nE\n"
        )
    };
    let creates = |script: &str| {
        let mut all = operations(script).into_iter();
        all.any(|one| matches!(one, Operation::CreateClaim(..)))
    };
    let whole = "accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}";
    assert!(creates(&claim(whole)));
    let script = claim("accessModes: [ReadWriteOnce]");
    assert!(!creates(&script));
    let assumed = read(&script).expect("it is followed").assumed;
    let said = assumed.iter().any(|one| {
        one.text
            .contains("spec.resources.requests.storage is required")
    });
    assert!(said, "{assumed:?}");
}

/// Patches of volumes, claims and others.
#[test]
fn a_patch_changes_what_it_says_or_is_refused() {
    let patch = |object: &str, patch: &str| {
        refusal(&format!(
            "{READ}$src patch {} -p '{patch}'\n",
            object.replace("PV", "pv \"$(yq .spec.volumeName c)\"")
        ))
    };
    for (object, json, expected) in [
        (
            "PV",
            r#"{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}"#,
            "",
        ),
        ("PV", r#"{"metadata":{"labels":{"a":"b"}}}"#, ""),
        (
            "PV",
            r#"{"spec":{"persistentVolumeReclaimPolicy":"Retain","claimRef":{"name":"x"}}}"#,
            "`spec.claimRef.name`",
        ),
        ("PV", r#"{"spec":{"claimRef":null}}"#, "`spec.claimRef`"),
        (
            "PV",
            r#"{"spec":{"claimRef":{"uid":null}}}"#,
            "`spec.claimRef.uid`",
        ),
        (
            "PV",
            r#"{"metadata":{"finalizers":null}}"#,
            "`metadata.finalizers`",
        ),
        (
            "PV",
            r#"{"spec":{"persistentVolumeReclaimPolicy":"Recycle"}}"#,
            "`Recycle`",
        ),
        (
            "pvc data-web-0",
            r#"{"metadata":{"annotations":{"a":"b"}}}"#,
            "",
        ),
        (
            "pvc data-web-0",
            r#"{"metadata":{"annotations":{"pv.kubernetes.io/bind-completed":null}}}"#,
            "bind-completed",
        ),
        (
            "pvc data-web-0",
            r#"{"metadata":{"finalizers":null}}"#,
            "`metadata.finalizers`",
        ),
        (
            "pvc data-web-0",
            r#"{"spec":{"volumeName":"x"}}"#,
            "`spec.volumeName`",
        ),
        (
            "pod web-0",
            r#"{"metadata":{"labels":{"app":null}}}"#,
            "Pod 0",
        ),
        ("secret web", r#"{"stringData":{"a":"b"}}"#, ""),
        ("rediscluster r", r#"{"spec":{"size":1}}"#, "operator"),
        (
            "sts web --subresource=status",
            r#"{"spec":{"replicas":1}}"#,
            "--subresource=status",
        ),
        (
            "sts web --subresource=scale",
            r#"{"spec":{"replicas":1}}"#,
            "",
        ),
    ] {
        let said = patch(object, json);
        match expected {
            "" => assert_eq!(said, "", "{object} {json}"),
            expected => assert!(said.contains(expected), "{object} {json}: {said}"),
        }
    }
}

/// A field that the model's objects lack is not empty: what decides by it is refused.
#[test]
fn an_unknown_field_decides_nothing() {
    let claim = "kubectl --context source get pvc data-web-0";
    let pod = "kubectl --context source get pod web-0";
    for (script, expected) in [
        (
            format!(
                "x=$({claim} -o jsonpath='{{.spec.dataSource.name}}')\n[ -n \"$x\" ] && {pod}\n"
            ),
            "spec.dataSource.name",
        ),
        (
            format!(
                "x=$({claim} -o jsonpath='{{.metadata.deletionTimestamp}}')\n[[ -z $x ]] && {pod}\n"
            ),
            "metadata.deletionTimestamp",
        ),
        (
            format!(
                "x=$({claim} -o json | jq -r .status.capacity.storage)\n[ \"$x\" = 1Gi ] && {pod}\n"
            ),
            "status.capacity.storage",
        ),
        (
            format!("x=$({claim} -o json | jq -r 'select(.status.capacity.storage == \"1Gi\")')\n"),
            "status.capacity.storage",
        ),
        (
            format!(
                "x=$({claim} -o custom-columns=:.spec.dataSource --no-headers)\n[ -n \"$x\" ] && {pod}\n"
            ),
            "spec.dataSource",
        ),
        (
            format!(
                "x=$({claim} -o go-template='{{{{.spec.dataSource}}}}')\n[ -n \"$x\" ] && {pod}\n"
            ),
            "spec.dataSource",
        ),
        (
            format!(
                "x=$({pod} -o jsonpath='{{.status.conditions[?(@.type==\"PodScheduled\")].status}}')\n[ \"$x\" = True ] && {pod}\n"
            ),
            "status.conditions",
        ),
        (
            format!("x=$({claim} -o json | jq 'has(\"spec\")')\n[ \"$x\" = true ] && {pod}\n"),
            "only the cluster knows",
        ),
    ] {
        let said = refusal(&script);
        assert!(said.contains(expected), "{script}\n{said}");
    }
    // Shown, or passed on, it may be anything.
    for script in [
        format!("x=$({claim} -o jsonpath='{{.spec.dataSource.name}}')\necho \"$x\"\n{pod}\n"),
        format!(
            "{claim} -o custom-columns=SIZE:.status.capacity.storage\n{pod} -o go-template-file=x\n"
        ),
        format!(
            "x=$({claim} -o jsonpath='{{.spec.storageClassName}}')\n[ \"$x\" = fast ] && {pod}\n"
        ),
        format!("x=$({claim} -o jsonpath='{{.metadata.namespace}}')\n[ \"$x\" = shop ] && {pod}\n"),
    ] {
        assert_eq!(refusal(&script), "", "{script}");
    }
}

/// A claim of another template has a volume of its own.
#[test]
fn claims_of_the_second_template_are_their_own() {
    let set =
        SET.to_owned() + "  - metadata: {name: wal}\n    spec: {accessModes: [ReadWriteOnce]}\n";
    let copy = |claim: &str| {
        READ.replace("data-web-0", claim)
            + "yq 'del(.spec.claimRef)' v > v2\n$dst create -f v2 -f c\n"
    };
    let count = |script: &str| {
        let scenario = read_with(&set, script).unwrap_or_else(|problems| panic!("{problems}"));
        let instructions = scenario.setup.program.instructions;
        let of = |wanted: fn(&Operation) -> bool| {
            instructions
                .iter()
                .filter(|one| wanted(&one.operation))
                .count()
        };
        (
            of(|one| matches!(one, Operation::CreateVolume(_, _, ClaimRefCopy::Drop, _))),
            of(|one| matches!(one, Operation::SetReclaimPolicy(..))),
        )
    };
    let pod = "kubectl --context source get pod web-0\n";
    assert_eq!(count(&copy("data-web-0")), (1, 0));
    assert_eq!(count(&(copy("wal-web-0") + pod)), (1, 0));
    let retain = |claim: &str| {
        READ.replace("data-web-0", claim)
            + "$src patch pv \"$(yq .spec.volumeName c)\" -p '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'\n"
            + pod
    };
    assert_eq!(count(&retain("data-web-0")), (0, 1));
    assert_eq!(count(&retain("wal-web-0")), (0, 1));
    // The claim of one template with the volume of another.
    let mixed = READ.replace("$src get pvc data-web-0 -o yaml > c\n", "$src get pvc data-web-0 -o yaml > c\n$src get pvc wal-web-0 -o yaml | yq '.metadata.name = \"data-web-0\"' > c2\n")
        + "$dst create -f c2\n";
    let said = read_with(&set, &mixed).err().unwrap_or_default();
    assert!(said.contains("does not name the volume"), "{said}");
}
