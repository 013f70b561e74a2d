//! What an object has to do with the set.

use std::collections::BTreeMap;

use super::subject::{DEFAULT_CLASS, Subject, at, claims_of, entries, items, text};
use crate::yaml::Node;

/// An object of a manifest.
#[derive(Clone, Copy, Debug)]
pub struct Named<'n> {
    /// Its API group; empty for the core.
    pub group: &'n str,
    /// Its kind.
    pub kind: &'n str,
    /// Its name; empty if it has none.
    pub name: &'n str,
    /// Its namespace, if it says it.
    pub namespace: Option<&'n str>,
    /// All of it.
    pub node: &'n Node,
}

/// What an object of a kind with tables has to do with the set; nothing if it is not related.
pub fn of(object: &Named<'_>, subject: &Subject) -> Option<&'static str> {
    let Named {
        kind, name, node, ..
    } = *object;
    if !subject.is_beside(object.namespace) {
        return None;
    }
    let target = |field: &str, default| targets(subject, at(node, &["spec", field])?, default);
    let found = match kind {
        "Pod" if is_its_pod(object, subject) => "one of its Pods",
        "PersistentVolumeClaim" if subject.is_claim(name) => "its claim",
        "PersistentVolume" if is_its_volume(object, subject) => "the volume of its claim",
        "StorageClass" if is_its_class(object, subject) => "the class of its claims",
        "VolumeAttachment" if is_its_attachment(node, subject) => "an attachment of its volume",
        "Secret" | "ConfigMap" | "ServiceAccount" | "PriorityClass" | "Node"
            if subject.names(kind, name) =>
        {
            "named by its Pods"
        }
        "Service" if subject.service.as_deref() == Some(name) => "its Service",
        "Service" if selects(&entries(node, &["spec", "selector"]), subject) => "selects its Pods",
        "NetworkPolicy" if matches(at(node, &["spec", "podSelector"]), subject) => {
            "selects its Pods"
        }
        "PodDisruptionBudget" if matches(at(node, &["spec", "selector"]), subject) => {
            "selects its Pods"
        }
        "HorizontalPodAutoscaler" => target("scaleTargetRef", "")?,
        "ScaledObject" => target("scaleTargetRef", "Deployment")?,
        "VerticalPodAutoscaler" => target("targetRef", "")?,
        "ResourceQuota" | "LimitRange" => "in its namespace",
        "Namespace" if subject.namespace.as_deref() == Some(name) => "its namespace",
        _ => return None,
    };
    Some(found)
}

fn is_its_pod(object: &Named<'_>, subject: &Subject) -> bool {
    let owners = items(object.node, &["metadata", "ownerReferences"]);
    let is_set = |owner: &Node| {
        text(owner, &["kind"]) == Some("StatefulSet")
            && text(owner, &["name"]) == Some(&*subject.name)
    };
    owners.iter().any(is_set) || (owners.is_empty() && subject.is_pod(object.name))
}

fn is_its_volume(object: &Named<'_>, subject: &Subject) -> bool {
    let claim = at(object.node, &["spec", "claimRef"]);
    let is_its = claim.is_some_and(|claim| {
        let beside = subject.is_beside(text(claim, &["namespace"]));
        beside && text(claim, &["name"]).is_some_and(|name| subject.is_claim(name))
    });
    is_its || subject.names("PersistentVolume", object.name)
}

fn is_its_class(object: &Named<'_>, subject: &Subject) -> bool {
    let has = |mark: &&str| text(object.node, &["metadata", "annotations", mark]) == Some("true");
    let is_default = DEFAULT_CLASS.iter().any(has);
    subject.names("StorageClass", object.name) || (is_default && subject.default_class)
}

fn is_its_attachment(node: &Node, subject: &Subject) -> bool {
    let volume = text(node, &["spec", "source", "persistentVolumeName"]);
    volume.is_some_and(|volume| subject.names("PersistentVolume", volume))
}

/// What a reference to a target has to do with the set.
fn targets(subject: &Subject, target: &Node, default: &str) -> Option<&'static str> {
    let name = text(target, &["name"])?;
    let kind = text(target, &["kind"]).unwrap_or(default);
    if kind == "StatefulSet" && name == subject.name {
        return Some("targets it");
    }
    let mut owners = subject.owners.iter();
    let is_owner = owners.any(|(other, same, _)| other == kind && same == name);
    is_owner.then_some("targets its owner")
}

/// Whether labels that are asked for are those of the set's Pods; without any, none are.
pub fn selects(labels: &BTreeMap<String, String>, subject: &Subject) -> bool {
    let mut asked = labels.iter();
    !labels.is_empty() && asked.all(|(key, value)| subject.labels.get(key) == Some(value))
}

/// Whether a selector is one of the set's Pods; an empty one is.
pub fn matches(selector: Option<&Node>, subject: &Subject) -> bool {
    let Some(selector) = selector else {
        return false;
    };
    let labels = entries(selector, &["matchLabels"]);
    let expressions = items(selector, &["matchExpressions"]);
    (labels.is_empty() || selects(&labels, subject))
        && expressions.iter().all(|one| expression(one, subject))
}

fn expression(expression: &Node, subject: &Subject) -> bool {
    let value = text(expression, &["key"]).and_then(|key| subject.labels.get(key));
    let values = items(expression, &["values"]).iter();
    let listed = values
        .filter_map(Node::text)
        .any(|listed| value.is_some_and(|value| value == listed));
    match text(expression, &["operator"]) {
        Some("In") => listed,
        Some("NotIn") => !listed,
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        _ => true,
    }
}

/// The Pods that a workload makes, or a Pod itself.
pub fn pod_of<'n>(kind: &str, node: &'n Node) -> Option<&'n Node> {
    match kind {
        "Pod" => at(node, &["spec"]),
        "CronJob" => at(node, &["spec", "jobTemplate", "spec", "template", "spec"]),
        _ => at(node, &["spec", "template", "spec"]),
    }
}

/// Whether what is no Pod of the set uses one of its claims.
pub fn uses_claim(object: &Named<'_>, subject: &Subject) -> bool {
    let pod = pod_of(object.kind, object.node);
    pod.is_some_and(|pod| claims_of(pod).any(|claim| subject.is_claim(claim)))
}
