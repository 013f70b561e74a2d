//! Who else writes the set, its Pods or its disks.

use std::ops::Range;

use super::relation::{self, Named};
use super::subject::{Subject, at, entries, items, text};
use crate::yaml::{Node, Value};

/// What keeps a set as it is written down elsewhere.
pub const KEPT: &str = "keeps the set as it is written down elsewhere, and puts back what the move \
                        changes";

/// What an autoscaler does.
pub const SCALES: &str = "writes `replicas` as its metrics say: it puts back what the move \
                          changes, or makes ordinals that the other side has";

/// What a vertical autoscaler does.
pub const RESIZES: &str = "evicts Pods to give them other resources, in the middle of the move";

/// What deletes a set at its time.
pub const EXPIRES: &str = "deletes the set when its time is up, and with it what the move has made";

/// The kind of a writer of whom only the name of its program is known.
pub const MANAGER: &str = "Manager";

const TAKES: &str = "has the name of one of the set's Pods without being one: while it is there, \
                     the set's controller cannot make that Pod";

/// Kinds that keep the objects of a release or application, by its name.
const KEEPERS: &[(&str, &str)] = &[
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("helm.cattle.io", "HelmChart"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
];

const CALLS: &str = "runs kubectl with the name of the set, a Pod or a claim of it, at any time";

/// Kinds of owners that keep what they own without controlling it.
const KEEPING_OWNERS: &[&str] = &["AppliedManifestWork"];

const OWNS: &str = "controls the set and writes it as it sees fit: it puts back what the move \
                    changes, or makes the set again";

const MOUNTS: &str = "uses a claim of the set beside the set's own Pods: another writer to the \
                      disk, which also keeps the claim from going";

const SELECTS: &str = "selects the set's Pods as its own and takes over those that have no owner";

const REFERS: &str = "is of a kind that is not known and names the set, a Pod or a claim of it: \
                      whatever answers for it may write that";

/// Somebody who may write what the move is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Writer {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub does: &'static str,
    /// The place that shows it.
    pub at: Range<usize>,
}

impl Writer {
    /// `KIND/NAME`, as statements about it call it.
    #[must_use]
    pub fn called(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }
}

fn of_object(object: &Named<'_>, does: &'static str) -> Writer {
    Writer {
        kind: object.kind.to_owned(),
        name: object.name.to_owned(),
        does,
        at: object.node.span.clone(),
    }
}

/// The owners that control the set.
pub fn owners(set: &Node, subject: &Subject) -> Vec<Writer> {
    let place = at(set, &["metadata", "ownerReferences"]);
    let place = place.map_or(0..0, Node::head);
    let is_writer = |(kind, _, controls): &&(String, String, bool)| {
        *controls || KEEPING_OWNERS.contains(&&**kind)
    };
    let writing = subject.owners.iter().filter(is_writer);
    let writers = writing.map(|(kind, name, _)| Writer {
        kind: kind.clone(),
        name: name.clone(),
        does: OWNS,
        at: place.clone(),
    });
    writers.collect()
}

/// The tool that a field of the set tells of: one that keeps it is named there, another goes by the
/// name of the set.
pub fn keeper(kind: &str, does: &'static str, field: &Node, set: &str) -> Writer {
    let value = field.text().unwrap_or_default();
    let name = match does {
        KEPT => value.split(':').next().unwrap_or_default(),
        _ => set,
    };
    Writer {
        kind: kind.to_owned(),
        name: name.to_owned(),
        does,
        at: field.head(),
    }
}

/// Each writer once; programs that keep the set only if nothing tells by which object they do.
pub fn distinct(writers: &mut Vec<Writer>) {
    let is_known = |writer: &Writer| writer.does == KEPT && writer.kind != MANAGER;
    if writers.iter().any(is_known) {
        writers.retain(|writer| writer.kind != MANAGER);
    }
    let mut seen = Vec::new();
    writers.retain(|writer| {
        let called = writer.called();
        let is_new = !seen.contains(&called);
        seen.push(called);
        is_new
    });
}

/// Whether an object keeps the release or application that the set is a part of.
fn keeps(object: &Named<'_>, subject: &Subject) -> bool {
    let Some(release) = &subject.release else {
        return false;
    };
    let name = text(object.node, &["spec", "releaseName"])
        .or_else(|| text(object.node, &["spec", "template", "metadata", "name"]))
        .unwrap_or(object.name);
    let target = text(object.node, &["spec", "targetNamespace"]);
    let is_targeted = |target: &str| *release == format!("{target}-{name}");
    KEEPERS.contains(&(object.group, object.kind))
        && (release == name || target.is_some_and(is_targeted))
}

/// What a related object that writes does. `relation` is what it has to do with the set.
pub fn related(object: &Named<'_>, relation: &str) -> Option<Writer> {
    if !relation.starts_with("targets") {
        return None;
    }
    let does = match object.kind {
        "VerticalPodAutoscaler" => {
            let mode = text(object.node, &["spec", "updatePolicy", "updateMode"]);
            if matches!(mode, Some("Off" | "Initial")) {
                return None;
            }
            RESIZES
        }
        "ScaledObject" if is_paused(object.node) => return None,
        _ => SCALES,
    };
    Some(of_object(object, does))
}

fn is_paused(node: &Node) -> bool {
    let annotations = entries(node, &["metadata", "annotations"]);
    let paused = annotations.get("autoscaling.keda.sh/paused");
    paused.is_some_and(|paused| paused == "true")
}

/// An object of another kind, if it may write what the move is about.
pub fn other(object: &Named<'_>, subject: &Subject, is_custom: bool) -> Option<Writer> {
    if keeps(object, subject) {
        return Some(of_object(object, KEPT));
    }
    if !subject.is_beside(object.namespace) {
        return None;
    }
    if object.kind == "Pod" && subject.is_pod(object.name) {
        return Some(of_object(object, TAKES));
    }
    if relation::uses_claim(object, subject) {
        return Some(of_object(object, MOUNTS));
    }
    if calls_kubectl(object, subject) {
        return Some(of_object(object, CALLS));
    }
    let makes_pods = matches!(
        object.kind,
        "StatefulSet" | "Deployment" | "ReplicaSet" | "DaemonSet" | "Job" | "ReplicationController"
    );
    let selector = at(object.node, &["spec", "selector"]);
    if makes_pods && selector.is_some() && relation::matches(selector, subject) {
        return Some(of_object(object, SELECTS));
    }
    if !is_custom {
        return None;
    }
    let mut owners = subject.owners.iter();
    if owners.any(|(kind, name, _)| kind == object.kind && name == object.name) {
        return Some(of_object(object, OWNS));
    }
    let Value::Map(fields) = &object.node.value else {
        return None;
    };
    let says = |name: &str| !["metadata", "status", "apiVersion", "kind"].contains(&name);
    let mut fields = fields.iter().filter(|field| says(&field.name));
    let refers = fields.any(|field| refers(&field.value, subject));
    refers.then(|| of_object(object, REFERS))
}

/// Whether a workload runs kubectl with the name of the set, a Pod or a claim of it.
fn calls_kubectl(object: &Named<'_>, subject: &Subject) -> bool {
    let Some(pod) = relation::pod_of(object.kind, object.node) else {
        return false;
    };
    let containers = ["initContainers", "containers"];
    let containers = containers.iter().flat_map(|field| items(pod, &[field]));
    containers.into_iter().any(|container| {
        let texts = ["command", "args"].iter();
        let texts = texts.flat_map(|field| items(container, &[field]));
        let words: Vec<&str> = texts
            .filter_map(Node::text)
            .flat_map(|text| text.split([' ', '\n', ';', '"', '\'', '(', ')', '&', '|']))
            .map(|word| word.rsplit('/').next().unwrap_or(word))
            .collect();
        let names =
            |word: &&str| *word == subject.name || subject.is_pod(word) || subject.is_claim(word);
        words.contains(&"kubectl") && words.iter().any(names)
    })
}

/// Whether something below a node is a reference to the set, or the name of a Pod or claim of it.
fn refers(node: &Node, subject: &Subject) -> bool {
    match &node.value {
        Value::Scalar(text, _) => subject.is_claim(text) || subject.is_pod(text),
        Value::List(items) => items.iter().any(|item| refers(item, subject)),
        Value::Map(entries) => {
            let is_named = text(node, &["name"]) == Some(&*subject.name);
            let is_set = text(node, &["kind"]) == Some("StatefulSet");
            let is_target = |field: &str, value: &Node| {
                let kind = text(value, &["kind"]).unwrap_or("StatefulSet");
                ["scaleTargetRef", "targetRef", "workloadRef"].contains(&field)
                    && kind == "StatefulSet"
                    && text(value, &["name"]) == Some(&*subject.name)
            };
            (is_named && is_set)
                || entries.iter().any(|entry| {
                    is_target(&entry.name, &entry.value) || refers(&entry.value, subject)
                })
        }
    }
}
