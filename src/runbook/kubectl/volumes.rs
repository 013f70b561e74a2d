//! Volumes: their copies, and their reclaim policies.
//!
//! What the driver of the model has read is one claim or one volume. A script that reads several
//! before it creates the first can be followed all the same where nothing changes them in
//! between: a copy is then that of the volume as it is.

use serde_json::Value as Json;

use super::copies;
use super::disks::{are_kept, exists};
use super::documents::document;
use super::requests::{How, created, differs, invalid, patched, text_at};
use super::target::Thing;
use super::{metadata, whole};
use crate::runbook::clusters::Memory;
use crate::runbook::copies::VolumeCopy;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::values::{ClaimKey, Value, label, ordinal, template};
use crate::world::id::ClusterId;
use crate::world::program::{ClaimRefCopy, Copied, Operation};
use crate::world::volume::ReclaimPolicy;

const KIND: &str = "PersistentVolume";

/// Notes that a volume is read, or copied, after something else.
pub fn refuse(runner: &mut Runner<'_>, key: ClaimKey) {
    runner.not_modelled(
        format!(
            "volume {} is read or copied after other claims and volumes were read, which is \
             modelled only if no claim or volume in source was deleted before",
            label(key)
        ),
        "for one ordinal after another, read the claim and its volume and create both",
    );
}

/// `kubectl create` of a copy of the source's volume.
///
/// # Errors
/// The script cannot be followed any further.
pub fn create(
    runner: &mut Runner<'_>,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let Some(key) = copied_from(runner, object) else {
        runner.not_modelled(
            "a volume that is not a copy of one in source is not modelled",
            "copy it: `kubectl get pv … -o yaml > FILE`, then `kubectl create -f FILE`",
        );
        return Ok(Outcome::ok(state));
    };
    if cluster != ClusterId::Destination {
        runner.not_modelled(
            "a volume can only be copied to destination",
            "create it there",
        );
        return Ok(Outcome::ok(state));
    }
    metadata::check(runner, KIND, object);
    check_spec(runner, object);
    let claim_ref = claim_ref(runner, object, key);
    let original = document(runner, &Thing::Volume(key), ClusterId::Source, &state);
    let is_open = object.get("spec").is_some_and(whole::is_open);
    let or_original = |pointer: &str| {
        let own = object.pointer(pointer);
        own.or_else(|| original.pointer(pointer).filter(|_| is_open))
            .cloned()
    };
    let copy = VolumeCopy {
        claim_ref,
        class: or_original("/spec/storageClassName").unwrap_or_default(),
        modes: or_original("/spec/accessModes").unwrap_or_default(),
    };
    for (field, pointer) in [
        ("spec.accessModes", "/spec/accessModes"),
        ("spec.capacity.storage", "/spec/capacity/storage"),
    ] {
        if whole::is_empty(or_original(pointer).as_ref()) {
            let what = format!("{field} is required in a volume");
            return Ok(invalid(runner, state, &what));
        }
    }
    copies::volume(runner, key, copy);
    let Some(copied) = copied(runner, object, key, &state) else {
        return Ok(Outcome::ok(state));
    };
    let create = Operation::CreateVolume(ordinal(key), template(key), claim_ref, copied);
    created(runner, create, &Thing::Volume(key), cluster, how, state)
}

/// The claim whose volume a document is a copy of.
fn copied_from(runner: &mut Runner<'_>, object: &Json) -> Option<ClaimKey> {
    let named = text_at(object, "/metadata/name");
    let disk = text_at(object, "/spec/csi/volumeHandle");
    let Value::VolumeName(_, key) = *runner.symbols.value(&named)? else {
        return None;
    };
    let own = runner.value(Value::Disk(key));
    (disk == own).then_some(key)
}

/// What has become of `spec.claimRef`; another claim's is refused.
fn claim_ref(runner: &mut Runner<'_>, object: &Json, key: ClaimKey) -> ClaimRefCopy {
    let reference = object.pointer("/spec/claimRef");
    if whole::is_empty(reference) {
        return ClaimRefCopy::Drop;
    }
    let claim = runner
        .session
        .surroundings
        .sides
        .source
        .claim_of(key.0, key.1);
    let name = text_at(object, "/spec/claimRef/name");
    let namespace = text_at(object, "/spec/claimRef/namespace");
    let help = format!(
        "leave `claimRef` as it was read, without its uid, or name the claim `{claim}` in the \
         namespace of the set"
    );
    if name != claim {
        let effect = format!("the volume is kept for this claim, and never bound to `{claim}`");
        let (field, value) = (
            "spec.claimRef.name",
            reference.and_then(|one| one.get("name")),
        );
        differs(runner, KIND, field, value, &effect, &help);
    } else if namespace.is_empty() || !metadata::is_own_namespace(runner, &namespace) {
        let effect =
            "the volume is kept for a claim in this namespace, where the set's claim is not";
        let field = "spec.claimRef.namespace";
        let value = reference.and_then(|one| one.get("namespace"));
        differs(runner, KIND, field, value, effect, &help);
    }
    let uid = text_at(object, "/spec/claimRef/uid");
    let own = runner.value(Value::ClaimUid(key));
    if uid.is_empty() {
        return ClaimRefCopy::DropUid;
    }
    if uid != own {
        let effect = "whether this is the uid of the claim in destination is not known";
        let value = reference.and_then(|one| one.get("uid"));
        differs(runner, KIND, "spec.claimRef.uid", value, effect, &help);
    }
    ClaimRefCopy::Keep
}

/// Refuses fields that the model's volumes do not have.
fn check_spec(runner: &mut Runner<'_>, object: &Json) {
    let fields = object.get("spec").and_then(Json::as_object);
    let fields = fields.cloned().unwrap_or_default();
    for (field, value) in &fields {
        let (effect, help) = match field.as_str() {
            _ if whole::is_empty(Some(value)) || field == whole::REST => continue,
            "accessModes"
            | "capacity"
            | "claimRef"
            | "storageClassName"
            | "csi"
            | "persistentVolumeReclaimPolicy" => continue,
            "volumeMode" if value == "Filesystem" || whole::is_unknown(value) => continue,
            "volumeMode" => (
                "a claim and a volume of other modes are never bound, and a Pod finds no file \
                 system",
                "leave the mode as it was read",
            ),
            "mountOptions"
                if !value
                    .as_array()
                    .is_some_and(|all| all.contains(&"ro".into())) =>
            {
                continue;
            }
            "mountOptions" => (
                "the Pod cannot write to the disk",
                "leave the option `ro` out",
            ),
            "nodeAffinity" => (
                "only a Pod on these nodes can mount the volume, and another cluster has others",
                "leave it out where the storage can be reached from both clusters",
            ),
            _ if whole::is_unknown(value) => continue,
            _ => (
                "this field of a volume is not modelled",
                "leave it out, or as it was read",
            ),
        };
        let field = format!("spec.{field}");
        differs(runner, KIND, &field, Some(value), effect, help);
    }
    let read_only = object.pointer("/spec/csi/readOnly");
    if read_only == Some(&Json::Bool(true)) {
        let effect = "the Pod cannot write to the disk";
        let field = "spec.csi.readOnly";
        differs(runner, KIND, field, read_only, effect, "leave it out");
    }
}

/// Whose fields the copy has. A volume that is created without a reclaim policy is retained
/// (`SetDefaults_PersistentVolume` in pkg/apis/core/v1/defaults.go).
fn copied(runner: &mut Runner<'_>, object: &Json, key: ClaimKey, state: &State) -> Option<Copied> {
    let text = text_at(object, "/spec/persistentVolumeReclaimPolicy");
    let (given, as_read) = match (runner.symbols.value(&text), text.as_str()) {
        (Some(&Value::Policy(_, known)), _) => (None, known),
        (_, "" | "Retain") => (Some(ReclaimPolicy::Retain), None),
        (_, "Delete") => (Some(ReclaimPolicy::Delete), None),
        _ => {
            runner.not_modelled(
                format!("the reclaim policy `{text}` is not modelled"),
                "keep it as it was read, or use `Retain` or `Delete`",
            );
            return None;
        }
    };
    if state.known.memory == Memory::Volume(key) {
        return Some(Copied::Read(given));
    }
    if !are_kept(runner, key, state) {
        refuse(runner, key);
        return None;
    }
    let policy = given.or(as_read);
    if policy.is_none() {
        runner.not_modelled(
            format!(
                "{} is not known: a run before a crash may have changed it",
                Value::Policy(key, None)
            ),
            "give the copy a reclaim policy of its own",
        );
    }
    policy.map(Copied::Kept)
}

/// `kubectl patch` of a volume: its reclaim policy, and labels and annotations that nothing reads.
///
/// # Errors
/// The script cannot be followed any further.
pub fn patch(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    thing: &Thing,
    kind: &str,
    patch: &Json,
    state: State,
) -> Result<Outcome, Halt> {
    const POLICY: &str = "persistentVolumeReclaimPolicy";
    let before = document(runner, thing, cluster, &state);
    let Some(after) = patched(runner, kind, &before, patch) else {
        return Ok(Outcome::failed(state));
    };
    let without = |document: &Json| {
        let mut document = document.clone();
        if let Some(spec) = document.get_mut("spec").and_then(Json::as_object_mut) {
            spec.remove(POLICY);
        }
        document
    };
    if let Some((field, value)) = metadata::changed(&without(&before), &without(&after)) {
        let (effect, help) = why_not(&field);
        differs(runner, KIND, &field, value.as_ref(), effect, help);
        return Ok(Outcome::ok(state));
    }
    if !patch.to_string().contains(POLICY) {
        let text = "labels and annotations are not modelled";
        let what = "kubectl patch".to_owned();
        runner.findings.assume(runner.span.clone(), what, text);
        return Ok(Outcome::ok(state));
    }
    let policy = match text_at(&after, "/spec/persistentVolumeReclaimPolicy").as_str() {
        // What is taken away is filled in again.
        "" | "Retain" => ReclaimPolicy::Retain,
        "Delete" => ReclaimPolicy::Delete,
        other => {
            let what = format!("the reclaim policy `{other}` is not modelled");
            runner.not_modelled(what, "write `Retain` or `Delete`");
            return Ok(Outcome::ok(state));
        }
    };
    let Some(object) = thing.object(cluster) else {
        return Ok(Outcome::ok(state));
    };
    let (mut done, refused) = runner.emit(state, Operation::SetReclaimPolicy(object, policy))?;
    if let (ClusterId::Source, Thing::Volume(key)) = (cluster, thing) {
        done.known.policies.insert(*key, policy);
    }
    let mut outcome = Outcome::ok(done);
    if !exists(runner, thing, cluster) {
        outcome.failed.push(refused);
    }
    Ok(outcome)
}

/// What a change of a field of a volume would do, and what to write.
fn why_not(field: &str) -> (&'static str, &'static str) {
    if field.starts_with("spec.claimRef") {
        (
            "which claim a volume is bound to cannot be changed by a patch in the model",
            "create the copy in destination with the claimRef that it shall have: \
             `yq 'del(.spec.claimRef)'`",
        )
    } else if field.starts_with("metadata.finalizers") {
        (
            "without its finalizers a volume goes while a claim is bound to it",
            "leave the finalizers alone",
        )
    } else {
        (
            "a patch of this field of a volume is not modelled",
            "only `spec.persistentVolumeReclaimPolicy` can be changed, to `Retain` or `Delete`",
        )
    }
}
