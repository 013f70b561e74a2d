//! Objects as `kubectl get -o yaml` shows them, with symbols where only the cluster knows.

use serde_json::{Value as Json, json};

use super::target::Thing;
use crate::runbook::clusters::Set;
use crate::runbook::session::{Runner, State};
use crate::runbook::symbols::Symbol;
use crate::runbook::values::{Value, Zero};
use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, StatusField};
use crate::world::volume::ReclaimPolicy;

/// The document of an object as it is read at this place of the program.
pub fn document(runner: &mut Runner<'_>, thing: &Thing, cluster: ClusterId, state: &State) -> Json {
    let at = runner.graph.emitted.len();
    let mut document = match thing {
        Thing::Set => set(runner, cluster, state, at),
        Thing::Pod(ordinal) => pod(runner, cluster, *ordinal, at),
        Thing::Claim(ordinal) | Thing::Companion(ordinal) => claim(runner, cluster, *ordinal, at),
        Thing::Volume(ordinal) => {
            let known = super::disks::policy(runner, *ordinal, state);
            volume(runner, cluster, *ordinal, known)
        }
        Thing::Extra(kind, name) => extra(runner, kind, name),
        Thing::Other(what) => {
            let (kind, name) = what.split_once(' ').unwrap_or((what, ""));
            json!({ "kind": kind, "metadata": { "name": name } })
        }
    };
    let namespace = runner.session.surroundings.sides[cluster].namespace.clone();
    let other = |runner: &mut Runner<'_>, what: &str| {
        Json::String(runner.symbol(Symbol::Part(what.to_owned())))
    };
    let (uid, version) = (other(runner, "a uid"), other(runner, "a resourceVersion"));
    if let Some(metadata) = document.get_mut("metadata").and_then(Json::as_object_mut) {
        if let Some(namespace) = namespace.filter(|_| !matches!(thing, Thing::Volume(_))) {
            metadata
                .entry("namespace")
                .or_insert(Json::String(namespace));
        }
        metadata.insert("resourceVersion".to_owned(), version);
        metadata.insert("uid".to_owned(), uid);
        metadata.insert(
            "creationTimestamp".to_owned(),
            json!("2023-04-28T00:00:00Z"),
        );
    }
    document
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
    let phase = runner.symbol(Symbol::Part(format!("the phase of Pod {ordinal}")));
    let node = runner.symbol(Symbol::Part("a node".to_owned()));
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": name },
        "spec": { "nodeName": node },
        "status": { "phase": phase, "conditions": [{ "type": "Ready", "status": ready }] },
    })
}

fn claim(runner: &mut Runner<'_>, cluster: ClusterId, ordinal: u8, at: usize) -> Json {
    let name = runner.session.surroundings.sides[cluster].claim_name(ordinal);
    let volume = runner.value(Value::VolumeName(cluster, ordinal));
    let bound = Condition::VolumeBound(cluster, Expression::number(i16::from(ordinal)));
    let phase = runner.value(Value::If(bound, "Bound", at));
    json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name,
            "annotations": { "pv.kubernetes.io/bind-completed": "yes" },
            "finalizers": ["kubernetes.io/pvc-protection"],
        },
        "spec": { "accessModes": ["ReadWriteOnce"], "volumeName": volume },
        "status": { "phase": phase },
    })
}

fn volume(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    ordinal: u8,
    known: Option<ReclaimPolicy>,
) -> Json {
    let side = &runner.session.surroundings.sides[cluster];
    let (claim, namespace) = (side.claim_name(ordinal), side.namespace.clone());
    let name = runner.value(Value::VolumeName(cluster, ordinal));
    let disk = runner.value(Value::Disk(ordinal));
    let policy = runner.value(Value::Policy(ordinal, known));
    let uid = runner.value(Value::ClaimUid(ordinal));
    let phase = runner.symbol(Symbol::Part(format!("the phase of volume {ordinal}")));
    json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": name,
            "annotations": { "pv.kubernetes.io/provisioned-by": "csi" },
            "finalizers": ["kubernetes.io/pv-protection"],
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": claim,
                "namespace": namespace.unwrap_or_else(|| "default".to_owned()),
                "uid": uid,
            },
            "csi": { "driver": "csi", "volumeHandle": disk },
            "persistentVolumeReclaimPolicy": policy,
        },
        "status": { "phase": phase },
    })
}

fn extra(runner: &mut Runner<'_>, kind: &str, name: &str) -> Json {
    let data = runner.symbol(Symbol::Part(format!("the data of {kind} {name}")));
    let kind = match kind {
        "secret" => "Secret",
        "configmap" => "ConfigMap",
        _ => "Namespace",
    };
    json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name }, "data": data })
}
