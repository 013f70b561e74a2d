//! `metadata` of what a script creates or changes, and the namespace that all is about.

use serde_json::Value as Json;

use super::requests::{differs, text_at};
use super::whole;
use crate::runbook::session::Runner;
use crate::runbook::symbols::Symbol;

/// Finalizers that Kubernetes itself puts on claims and volumes.
const FINALIZERS: [&str; 3] = [
    "kubernetes.io/pvc-protection",
    "kubernetes.io/pv-protection",
    "external-provisioner.volume.kubernetes.io/finalizer",
];

/// What stands for the namespace of the sets: its name, or a symbol while nothing says it.
pub fn namespace_text(runner: &mut Runner<'_>) -> String {
    match runner.session.namespace.clone() {
        Some(namespace) => namespace,
        None => runner.symbol(Symbol::Other("the namespace of the sets".to_owned())),
    }
}

/// Whether an object may be in this namespace. Without any, it is in that of the call.
pub fn is_own_namespace(runner: &mut Runner<'_>, namespace: &str) -> bool {
    let symbol = runner.symbol(Symbol::Other("the namespace of the sets".to_owned()));
    if namespace.is_empty() || namespace == symbol {
        return true;
    }
    // A context that says nothing else is about `default`.
    let known = runner.session.namespace.as_deref();
    namespace == known.unwrap_or("default")
}

/// Refuses what would make an object that is created another one than the model's.
pub fn check(runner: &mut Runner<'_>, kind: &str, object: &Json) {
    let namespace = text_at(object, "/metadata/namespace");
    if kind != "PersistentVolume" && !is_own_namespace(runner, &namespace) {
        let value = object.pointer("/metadata/namespace");
        let effect = match runner.session.namespace.clone() {
            Some(own) => format!("the sets are in `{own}`, and nothing there finds it"),
            None => "no manifest says that the sets are in this namespace".to_owned(),
        };
        let help = "leave the namespace as it is, or say it in the set's manifest";
        differs(runner, kind, "metadata.namespace", value, &effect, help);
    }
    check_owners(runner, kind, object);
    let finalizers = object
        .pointer("/metadata/finalizers")
        .and_then(Json::as_array);
    let other = finalizers.into_iter().flatten().find(|finalizer| {
        !whole::is_unknown(finalizer)
            && !finalizer
                .as_str()
                .is_some_and(|text| FINALIZERS.contains(&text))
    });
    if let Some(other) = other {
        let effect = "it keeps the object from going when it is deleted, until something takes \
                      the finalizer off";
        let help = "leave the finalizer out: `del(.metadata.finalizers)`";
        differs(
            runner,
            kind,
            "metadata.finalizers",
            Some(other),
            effect,
            help,
        );
    }
}

/// An owner is looked for by its uid. The set in the other cluster has another one.
fn check_owners(runner: &mut Runner<'_>, kind: &str, object: &Json) {
    let owners = object.pointer("/metadata/ownerReferences");
    if whole::is_empty(owners) {
        return;
    }
    let effect = "no object in this cluster has the owner's uid, so the garbage collector deletes \
                  what is created";
    let help = "leave the owners out: `del(.metadata.ownerReferences)`";
    differs(runner, kind, "metadata.ownerReferences", None, effect, help);
}

/// The first field that differs, other than labels and annotations that nothing reads, and what it
/// becomes.
#[must_use]
pub fn changed(before: &Json, after: &Json) -> Option<(String, Option<Json>)> {
    difference("", &whole::closed(before), &whole::closed(after))
}

fn difference(path: &str, before: &Json, after: &Json) -> Option<(String, Option<Json>)> {
    if before == after {
        return None;
    }
    let is_read = |key: &str| key.contains("kubernetes.io/bound") || key.contains("bind-completed");
    let is_note = ["metadata.annotations.", "metadata.labels."]
        .iter()
        .any(|notes| path.strip_prefix(notes).is_some_and(|key| !is_read(key)));
    if is_note {
        return None;
    }
    let fields = |value: &Json| value.as_object().cloned();
    let is_map =
        |value: &Json| value.is_object() || (value.is_null() && path.starts_with("metadata"));
    if !is_map(before) || !is_map(after) {
        return Some((path.to_owned(), Some(after.clone())));
    }
    let (old, new) = (
        fields(before).unwrap_or_default(),
        fields(after).unwrap_or_default(),
    );
    let keys = old
        .keys()
        .chain(new.keys().filter(|key| !old.contains_key(*key)));
    let nothing = Json::Null;
    keys.into_iter().find_map(|key| {
        let at = |fields: &serde_json::Map<String, Json>| fields.get(key).cloned();
        let (old, new) = (at(&old), at(&new));
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        difference(
            &path,
            old.as_ref().unwrap_or(&nothing),
            new.as_ref().unwrap_or(&nothing),
        )
    })
}
