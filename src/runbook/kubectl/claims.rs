//! `kubectl create`, `apply` and `patch` of a PersistentVolumeClaim.
//!
//! Kubernetes 1.31: `ValidatePersistentVolumeClaim` and `ValidatePersistentVolumeClaimUpdate` in
//! pkg/apis/core/validation/validation.go.

use serde_json::Value as Json;

use super::copies;
use super::documents::document;
use super::requests::{How, created, differs, invalid, patched, text_at};
use super::target::{self, Thing};
use super::{metadata, whole};
use crate::runbook::copies::ClaimCopy;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::values::{ClaimKey, Value, ordinal, template};
use crate::world::id::ClusterId;
use crate::world::program::Operation;

const KIND: &str = "PersistentVolumeClaim";

/// A claim that names the volume of the source's claim.
///
/// # Errors
/// The script cannot be followed any further.
pub fn create(
    runner: &mut Runner<'_>,
    object: &Json,
    name: &str,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let Some(Thing::Claim(key)) = target::thing(runner, "pvc", name, cluster) else {
        return Ok(Outcome::ok(state));
    };
    metadata::check(runner, KIND, object);
    if let Some(missing) = missing(object) {
        return Ok(invalid(runner, state, &missing));
    }
    let volume = text_at(object, "/spec/volumeName");
    let names_own = match runner.symbols.value(&volume) {
        Some(&Value::VolumeName(_, own)) => own == key,
        _ => false,
    };
    if !names_own || cluster != ClusterId::Destination {
        runner.not_modelled(
            "a claim that does not name the volume of the same ordinal's claim in source is not modelled",
            "copy the claim from source, with its `.spec.volumeName`, and create it in destination",
        );
        return Ok(Outcome::ok(state));
    }
    check_spec(runner, object);
    let copy = copy(runner, object, key, &state);
    let is_lost = copies::claim(runner, key, copy);
    let create = if is_lost {
        Operation::CreateLostClaim(ordinal(key), template(key))
    } else {
        Operation::CreateClaim(ordinal(key), template(key))
    };
    created(runner, create, &Thing::Claim(key), cluster, how, state)
}

/// A field without which the API server refuses a claim.
fn missing(object: &Json) -> Option<String> {
    let spec = object.pointer("/spec")?;
    if whole::is_open(spec) {
        return None;
    }
    let fields = [
        ("accessModes", "/accessModes"),
        ("resources.requests.storage", "/resources/requests/storage"),
    ];
    let missing = fields
        .into_iter()
        .find(|(_, pointer)| whole::is_empty(spec.pointer(pointer)));
    missing.map(|(field, _)| format!("spec.{field} is required in a claim"))
}

/// Refuses fields that the model's claims do not have.
fn check_spec(runner: &mut Runner<'_>, object: &Json) {
    let fields = object.get("spec").and_then(Json::as_object);
    let fields = fields.cloned().unwrap_or_default();
    for (field, value) in &fields {
        let (effect, help) = match field.as_str() {
            _ if whole::is_empty(Some(value)) || field == whole::REST => continue,
            "accessModes" | "resources" | "storageClassName" | "volumeName" => continue,
            "volumeMode" if value == "Filesystem" || whole::is_unknown(value) => continue,
            "volumeMode" => (
                "a claim and a volume of other modes are never bound, and a Pod finds no file \
                 system",
                "leave the mode as it was read",
            ),
            "selector" => (
                "only a volume with these labels fits the claim",
                "leave the selector out: the claim names its volume",
            ),
            "dataSource" | "dataSourceRef" => (
                "the claim asks for a copy of something else's data",
                "leave it out: the claim names its volume",
            ),
            _ if whole::is_unknown(value) => continue,
            _ => (
                "this field of a claim is not modelled",
                "leave it out, or as it was read",
            ),
        };
        let field = format!("spec.{field}");
        differs(runner, KIND, &field, Some(value), effect, help);
    }
}

fn copy(runner: &mut Runner<'_>, object: &Json, key: ClaimKey, state: &State) -> ClaimCopy {
    let original = document(runner, &Thing::Claim(key), ClusterId::Source, state);
    let same = |pointer: &str| object.pointer(pointer) == original.pointer(pointer);
    let is_open = object.get("spec").is_some_and(whole::is_open);
    let or_original = |pointer: &str| {
        let own = object.pointer(pointer);
        own.or_else(|| original.pointer(pointer).filter(|_| is_open))
    };
    let size = "/spec/resources/requests/storage";
    let sides = &runner.session.surroundings.sides;
    let asked = sides.source.template_field(key.0, "resources");
    let asked = asked.and_then(|asked| asked.pointer("/requests/storage"));
    let annotations = object.pointer("/metadata/annotations");
    let completed = "pv.kubernetes.io/bind-completed";
    ClaimCopy {
        bind_completed: annotations.is_some_and(|all| all.get(completed).is_some()),
        class: or_original("/spec/storageClassName").cloned(),
        modes: or_original("/spec/accessModes")
            .cloned()
            .unwrap_or_default(),
        size_fits: same(size) || object.pointer(size).is_none() || object.pointer(size) == asked,
    }
}

/// `kubectl patch` of a claim: labels and annotations that nothing reads.
pub fn patch(
    runner: &mut Runner<'_>,
    thing: &Thing,
    cluster: ClusterId,
    kind: &str,
    patch: &Json,
    state: State,
) -> Outcome {
    let before = document(runner, thing, cluster, &state);
    let Some(after) = patched(runner, kind, &before, patch) else {
        return Outcome::failed(state);
    };
    if let Some((field, value)) = metadata::changed(&before, &after) {
        let effect = "a patch of this field of a claim is not modelled";
        let help = "create the claim with the fields that it shall have";
        differs(runner, KIND, &field, value.as_ref(), effect, help);
        return Outcome::ok(state);
    }
    let text = "labels and annotations are not modelled";
    runner
        .findings
        .assume(runner.span.clone(), "kubectl patch".to_owned(), text);
    Outcome::ok(state)
}
