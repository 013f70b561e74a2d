//! Objects as `kubectl get -o yaml` shows them, with symbols where only the cluster knows. They are
//! open: a field that they do not have is unknown, not empty ([`super::whole`]).

use serde_json::{Value as Json, json};

use super::metadata;
use super::target::Thing;
use super::whole;
use crate::runbook::clusters::Set;
use crate::runbook::session::{Runner, State};
use crate::runbook::symbols::Symbol;
use crate::runbook::values::{ClaimKey, Value, Zero, ordinal, template};
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, StatusField};
use crate::world::volume::ReclaimPolicy;

/// The document of an object as it is read at this place of the program.
pub fn document(runner: &mut Runner<'_>, thing: &Thing, cluster: ClusterId, state: &State) -> Json {
    let at = runner.graph.emitted.len();
    let (mut document, name) = match thing {
        Thing::Set => (set(runner, cluster, state, at), "the set".to_owned()),
        Thing::Pod(ordinal) => (pod(runner, cluster, *ordinal, at), format!("Pod {ordinal}")),
        Thing::Claim(key) => {
            let bound = Condition::VolumeBound(cluster, ordinal(*key), template(*key));
            let phase = runner.value(Value::If(bound, "Bound", at));
            let claim = claim(runner, cluster, *key, &phase);
            (claim, format!("claim {}", named(runner, cluster, *key)))
        }
        Thing::Volume(key) => {
            let known = super::disks::policy(runner, *key, state);
            let volume = volume(runner, cluster, *key, known);
            (volume, format!("volume {}", named(runner, cluster, *key)))
        }
        Thing::Extra(kind, name) => (extra(runner, kind, name), format!("{kind} {name}")),
        Thing::Other(what) => {
            let (kind, name) = what.split_once(' ').unwrap_or((what, ""));
            let document = json!({ "kind": kind, "metadata": { "name": name } });
            (document, what.clone())
        }
    };
    if !matches!(thing, Thing::Volume(_)) {
        let namespace = metadata::namespace_text(runner);
        document["metadata"]["namespace"] = namespace.into();
    }
    let other = |runner: &mut Runner<'_>, what: &str| {
        Json::String(runner.symbol(Symbol::Part(what.to_owned())))
    };
    let (uid, version) = (other(runner, "a uid"), other(runner, "a resourceVersion"));
    let created = other(runner, "a creationTimestamp");
    for (field, value) in [
        ("resourceVersion", version),
        ("uid", uid),
        ("creationTimestamp", created),
    ] {
        document["metadata"][field] = value;
    }
    whole::open(&mut document, &format!("{name} in {}", cluster.name()));
    document
}

/// What a claim or its volume is called by: the ordinal, or where there are several templates the
/// name of the claim.
fn named(runner: &Runner<'_>, cluster: ClusterId, key: ClaimKey) -> String {
    let side = &runner.session.surroundings.sides[cluster];
    if side.templates.len() < 2 {
        return key.1.to_string();
    }
    side.claim_of(key.0, key.1)
}

/// The text of a field that the model's objects do not have.
pub fn unknown(runner: &mut Runner<'_>, field: String) -> String {
    runner.value(Value::Unknown(field.into()))
}

fn set(runner: &mut Runner<'_>, cluster: ClusterId, state: &State, at: usize) -> Json {
    let (start, replicas) = if let Set::Known(start, replicas) = state.known.sets[cluster] {
        (json!(start), json!(replicas))
    } else {
        let unknown = |runner: &mut Runner<'_>, field: &str| {
            let what = format!("spec.{field} of the set in {}", cluster.name());
            Json::String(runner.symbol(Symbol::Part(what)))
        };
        (
            unknown(runner, "ordinals.start"),
            unknown(runner, "replicas"),
        )
    };
    let side = &runner.session.surroundings.sides[cluster];
    let mut set = side.document(&start, &replicas);
    // `omitempty` of `StatefulSetStatus` in staging/src/k8s.io/api/apps/v1/types.go.
    let number = |runner: &mut Runner<'_>, field, zero| {
        Json::String(runner.value(Value::Status(cluster, field, at, zero)))
    };
    let total = number(runner, StatusField::Replicas, Zero::Printed);
    let ready = number(runner, StatusField::ReadyReplicas, Zero::LeftOut);
    set["status"] = json!({ "replicas": total, "readyReplicas": ready });
    set
}

fn pod(runner: &mut Runner<'_>, cluster: ClusterId, ordinal: u8, at: usize) -> Json {
    let name = format!(
        "{}-{ordinal}",
        runner.session.surroundings.sides[cluster].name
    );
    let ready = Condition::PodReady(cluster, Expression::number(i16::from(ordinal)));
    let ready = runner.value(Value::If(ready, "True", at));
    let phase = runner.symbol(Symbol::Other(format!("the phase of Pod {ordinal}")));
    let node = unknown(runner, format!("the node of Pod {ordinal}"));
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": name },
        "spec": { "nodeName": node },
        "status": { "phase": phase, "conditions": [{ "type": "Ready", "status": ready }] },
    })
}

/// What claim and volume have in common: the volume was made for the claim.
fn shared(runner: &mut Runner<'_>, cluster: ClusterId, (template, ordinal): ClaimKey) -> Json {
    let side = &runner.session.surroundings.sides[cluster];
    let name = side.claim_of(template, ordinal);
    let given = |field: &str| side.template_field(template, field).cloned();
    let (class, modes) = (given("storageClassName"), given("accessModes"));
    let (mode, size) = (given("volumeMode"), given("resources"));
    let text = |runner: &mut Runner<'_>, field: &str| {
        Json::String(unknown(runner, format!("the {field} of claim {name}")))
    };
    let class = class.unwrap_or_else(|| text(runner, "storageClassName"));
    let size = size.and_then(|size| size.pointer("/requests/storage").cloned());
    json!({
        "storageClassName": class,
        "accessModes": modes.unwrap_or_else(|| json!(["ReadWriteOnce"])),
        "volumeMode": mode.unwrap_or_else(|| json!("Filesystem")),
        "asked": size.unwrap_or_else(|| text(runner, "size")),
        "size": text(runner, "size"),
    })
}

fn claim(runner: &mut Runner<'_>, cluster: ClusterId, key: ClaimKey, phase: &str) -> Json {
    let side = &runner.session.surroundings.sides[cluster];
    let (name, is_owned) = (side.claim_of(key.0, key.1), side.owns_claims);
    let shared = shared(runner, cluster, key);
    let volume = runner.value(Value::VolumeName(cluster, key));
    let mut claim = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name,
            "annotations": {
                "pv.kubernetes.io/bind-completed": "yes",
                "pv.kubernetes.io/bound-by-controller": "yes",
            },
            "finalizers": ["kubernetes.io/pvc-protection"],
        },
        "spec": {
            "accessModes": shared["accessModes"],
            "resources": { "requests": { "storage": shared["size"] } },
            "storageClassName": shared["storageClassName"],
            "volumeMode": shared["volumeMode"],
            "volumeName": volume,
        },
        "status": { "phase": phase },
    });
    if is_owned {
        let owner = unknown(runner, format!("the owner of claim {name}"));
        claim["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "uid": owner }]);
    }
    let named = format!("claim {name}");
    for pointer in ["metadata/annotations", "spec/resources"] {
        if let Some(part) = claim.pointer_mut(&format!("/{pointer}")) {
            whole::mark(part, &pointer.replace('/', "."), &named);
        }
    }
    claim
}

fn volume(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    key: ClaimKey,
    known: Option<ReclaimPolicy>,
) -> Json {
    let name = runner.value(Value::VolumeName(cluster, key));
    let disk = runner.value(Value::Disk(key));
    let policy = runner.value(Value::Policy(key, known));
    let uid = runner.value(Value::ClaimUid(key));
    let phase = format!("the phase of volume {}", named(runner, cluster, key));
    let phase = unknown(runner, phase);
    let claim = runner.session.surroundings.sides[cluster].claim_of(key.0, key.1);
    let namespace = metadata::namespace_text(runner);
    let shared = shared(runner, cluster, key);
    let driver = unknown(runner, format!("the driver of the volume of claim {claim}"));
    let mut volume = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": name,
            "annotations": { "pv.kubernetes.io/provisioned-by": driver },
            "finalizers": ["kubernetes.io/pv-protection"],
        },
        "spec": {
            "accessModes": shared["accessModes"],
            "capacity": { "storage": shared["size"] },
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": claim,
                "namespace": namespace,
                "uid": uid,
            },
            "csi": { "driver": driver, "volumeHandle": disk },
            "persistentVolumeReclaimPolicy": policy,
            "storageClassName": shared["storageClassName"],
            "volumeMode": shared["volumeMode"],
        },
        "status": { "phase": phase },
    });
    let named = format!("the volume of claim {claim}");
    for pointer in ["metadata/annotations", "spec/csi"] {
        if let Some(part) = volume.pointer_mut(&format!("/{pointer}")) {
            whole::mark(part, &pointer.replace('/', "."), &named);
        }
    }
    volume
}

fn extra(runner: &mut Runner<'_>, kind: &str, name: &str) -> Json {
    let data = unknown(runner, format!("the data of {kind} {name}"));
    let kind = match kind {
        "secret" => "Secret",
        "configmap" => "ConfigMap",
        _ => "Namespace",
    };
    json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name }, "data": data })
}
