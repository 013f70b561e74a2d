//! What the status of the objects says of the start.

use super::relation::Named;
use super::subject::{Subject, at, items, text};
use crate::yaml::Node;

/// What is taken to be so at the start, though the set says otherwise.
pub const SET: &str = "the status says so, and the move is modelled from a set whose Pods are all Ready \
                       and of one revision: a Pod that is not may hold up the move, and an update \
                       deletes Pods in the middle of it";

/// What is taken to be so of the other objects.
pub const OTHERS: &str = "assumed to be Ready, Bound and attached at the start all the same: what \
                          stays as it is holds up the move";

fn number(node: &Node, path: &[&str]) -> Option<i64> {
    text(node, path)?.parse().ok()
}

/// Whether the set has a status that was observed, rather than one that a generator left.
pub fn is_observed(set: &Node) -> bool {
    let counts = ["observedGeneration", "replicas", "readyReplicas"];
    let mut counts = counts
        .iter()
        .filter_map(|name| number(set, &["status", name]));
    counts.any(|count| count > 0)
}

/// What the set's status says against a healthy start.
pub fn of_set(set: &Node) -> Vec<String> {
    if !is_observed(set) {
        return Vec::new();
    }
    let status = |name| number(set, &["status", name]);
    let revision = |name| text(set, &["status", name]);
    let wanted = number(set, &["spec", "replicas"]).unwrap_or(1);
    let ready = status("readyReplicas").unwrap_or(0);
    let mut found = Vec::new();
    let there = status("replicas").unwrap_or(0);
    if there != wanted {
        found.push(format!("{there} of {wanted} Pods there"));
    }
    if ready != wanted {
        found.push(format!("{ready} of {wanted} Ready"));
    }
    if status("availableReplicas").is_some_and(|available| available < ready) {
        found.push("not all Available".to_owned());
    }
    let (current, update) = (revision("currentRevision"), revision("updateRevision"));
    let differs = |name| status(name).is_some_and(|count| count != there);
    let updated = differs("updatedReplicas") || differs("currentReplicas");
    if current
        .zip(update)
        .is_some_and(|(current, update)| current != update)
        || updated
    {
        found.push("an update under way".to_owned());
    }
    let observed = status("observedGeneration");
    let generation = number(set, &["metadata", "generation"]);
    if observed
        .zip(generation)
        .is_some_and(|(observed, generation)| observed < generation)
    {
        found.push("a change that the controller has not seen".to_owned());
    }
    found
}

/// What a Pod, claim, volume or attachment of the set says against a healthy start.
pub fn of_other(object: &Named<'_>, subject: &Subject) -> Option<String> {
    let phase = text(object.node, &["status", "phase"]);
    let otherwise = |right: &str| phase.filter(|phase| *phase != right).map(str::to_owned);
    let said = match object.kind {
        "Pod" => otherwise("Running").or_else(|| {
            let conditions = items(object.node, &["status", "conditions"]);
            let is_ready = |one: &Node| {
                text(one, &["type"]) == Some("Ready") && text(one, &["status"]) == Some("True")
            };
            let said = !conditions.is_empty() && !conditions.iter().any(is_ready);
            said.then(|| "not Ready".to_owned())
        }),
        "PersistentVolumeClaim" => otherwise("Bound"),
        "PersistentVolume" => otherwise("Bound").or_else(|| {
            let claim = text(object.node, &["spec", "claimRef", "name"])?;
            let beside = subject.is_beside(text(object.node, &["spec", "claimRef", "namespace"]));
            let uid = text(object.node, &["spec", "claimRef", "uid"]).filter(|uid| !uid.is_empty());
            let own = subject.uids.get(claim).map(String::as_str);
            let is_other = uid.zip(own).is_some_and(|(uid, own)| uid != own);
            let volume = subject.bound.get(claim).map(String::as_str);
            let is_bound = volume.is_none_or(|volume| volume == object.name);
            let is_own = beside && subject.is_claim(claim) && !is_other && is_bound;
            (!is_own).then(|| "bound to another claim".to_owned())
        }),
        "VolumeAttachment" => {
            let attached = at(object.node, &["status", "attached"]).and_then(Node::text);
            (attached == Some("false")).then(|| "not attached".to_owned())
        }
        _ => None,
    };
    Some(format!("{} {}: {}", object.kind, object.name, said?))
}
