//! Objects of kinds that the model does not have: which of them change nothing that is checked, and
//! what the others can do to a move.

use super::target::Thing;
use crate::runbook::findings::NO_EFFECT;
use crate::runbook::session::Runner;

/// What becomes of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// It is created or changed.
    Made,
    /// It is deleted.
    Deleted,
}

/// Kinds that no component of the model looks at, by the names that kubectl has for them.
const HARMLESS: &[&[&str]] = &[
    &["service", "services", "svc"],
    &["endpoints", "ep"],
    &["endpointslice", "endpointslices"],
    &["ingress", "ingresses", "ing"],
    &["ingressclass", "ingressclasses"],
    &["networkpolicy", "networkpolicies", "netpol"],
    &["serviceaccount", "serviceaccounts", "sa"],
    &["role", "roles"],
    &["rolebinding", "rolebindings"],
    &["clusterrole", "clusterroles"],
    &["clusterrolebinding", "clusterrolebindings"],
    &["event", "events", "ev"],
    &["lease", "leases"],
    &["poddisruptionbudget", "poddisruptionbudgets", "pdb"],
    &["storageclass", "storageclasses", "sc"],
    &["volumesnapshot", "volumesnapshots", "vs"],
    &["volumesnapshotclass", "volumesnapshotclasses"],
    &["serviceexport", "serviceexports"],
    &["serviceimport", "serviceimports"],
    &["servicemonitor", "servicemonitors"],
    &["podmonitor", "podmonitors"],
    &["prometheusrule", "prometheusrules"],
    &["certificate", "certificates", "cert"],
    &["issuer", "issuers"],
    &["clusterissuer", "clusterissuers"],
    &["gateway", "gateways", "gtw"],
    &["httproute", "httproutes"],
    &["virtualservice", "virtualservices"],
    &["externalsecret", "externalsecrets"],
];

/// Other workloads of Kubernetes itself.
const WORKLOADS: &[&[&str]] = &[
    &["deployment", "deployments", "deploy"],
    &["replicaset", "replicasets", "rs"],
    &["daemonset", "daemonsets", "ds"],
    &["job", "jobs"],
    &["cronjob", "cronjobs", "cj"],
];

/// Kinds that can change what is checked, and how.
const DANGEROUS: &[(&[&str], &str, &str)] = &[
    (
        &["volumeattachment", "volumeattachments"],
        "the storage takes the disk off the node while a Pod may still write to it",
        "wait until the Pods are gone: their disks are detached then",
    ),
    (
        &["node", "nodes", "no"],
        "Pods of a node that is gone are removed from the API server while their containers may \
         still run",
        "wait until the Pods are gone",
    ),
    (
        &["horizontalpodautoscaler", "horizontalpodautoscalers", "hpa"],
        "the autoscaler changes `replicas` of the set beside the script",
        "let nothing but the script scale the set while it moves",
    ),
    (
        &[
            "resourcequota",
            "resourcequotas",
            "quota",
            "limitrange",
            "limitranges",
            "limits",
        ],
        "it can keep Pods and claims of the set from being created",
        "leave it as it is while the set moves",
    ),
    (
        &["controllerrevision", "controllerrevisions"],
        "the controller compares the set's Pods with its revisions",
        "leave them to the controller",
    ),
    (
        &[
            "customresourcedefinition",
            "customresourcedefinitions",
            "crd",
            "crds",
        ],
        "every object of the kind goes along with it, and what operators made of these",
        "leave it as it is while the set moves",
    ),
    (
        &[
            "volumesnapshotcontent",
            "volumesnapshotcontents",
            "csinode",
            "csinodes",
            "csidriver",
            "csidrivers",
        ],
        "the storage of the cluster is changed by it",
        "leave it as it is while the set moves",
    ),
];

/// The kind without its group and version: `deployments.v1.apps` is `deployments`.
fn plain(kind: &str) -> String {
    let kind = kind.to_lowercase();
    kind.split('.').next().unwrap_or_default().to_owned()
}

/// Whether an object is a workload of Kubernetes beside the set.
#[must_use]
pub fn is_workload(kind: &str) -> bool {
    let kind = plain(kind);
    WORKLOADS.iter().any(|names| names.contains(&&*kind))
}

/// What an object of a kind can do to a move, and what to do instead; `None` if it changes nothing
/// that is checked.
fn danger(kind: &str, change: Change) -> Option<(&'static str, &'static str)> {
    let kind = plain(kind);
    let known = |names: &&[&str]| names.contains(&&*kind);
    if HARMLESS.iter().any(known) || (is_workload(&kind) && change == Change::Deleted) {
        return None;
    }
    if let Some(&(_, effect, help)) = DANGEROUS.iter().find(|(names, ..)| known(names)) {
        return Some((effect, help));
    }
    if is_workload(&kind) || matches!(&*kind, "pod" | "pods" | "po") {
        return Some((
            "it runs beside the set, and is not modelled",
            "what else runs in the clusters is not checked: take it out of the script",
        ));
    }
    Some((
        "this kind is not known: if it is an operator's, the operator may make, change or delete \
         StatefulSets for it",
        "take it out of the script, or change the StatefulSet itself",
    ))
}

/// Notes an object of another kind that is created or changed.
pub fn created(runner: &mut Runner<'_>, verb: &str, kind: &str, name: &str) {
    note(runner, verb, kind, name, Change::Made);
}

/// Notes an object of another kind that is deleted.
pub fn deleted(runner: &mut Runner<'_>, kind: &str, name: &str) {
    note(runner, "delete", kind, name, Change::Deleted);
}

fn note(runner: &mut Runner<'_>, verb: &str, kind: &str, name: &str, change: Change) {
    let what = format!("kubectl {verb} {kind} {name}");
    if let Some((effect, help)) = danger(kind, change) {
        runner.not_modelled(format!("`{what}` is not modelled: {effect}"), help);
    } else {
        runner.findings.assume(runner.span.clone(), what, NO_EFFECT);
    }
}

/// Another workload of Kubernetes is no matter of the set; what else there is may be.
pub fn other_workload(runner: &mut Runner<'_>, verb: &str, thing: &Thing) {
    let (kind, name) = match thing {
        Thing::Other(what) => what.split_once(' ').unwrap_or((what, "")),
        _ => ("this", ""),
    };
    if is_workload(kind) {
        let what = format!("kubectl {verb} {kind} {name}");
        runner.findings.assume(runner.span.clone(), what, NO_EFFECT);
        return;
    }
    let what = format!("`kubectl {verb}` of {kind} {name} is not modelled");
    let help = "what else makes or changes Pods and StatefulSets is not checked";
    runner.not_modelled(what, help);
}

#[cfg(test)]
mod tests {
    use super::{Change, danger};

    #[test]
    fn what_can_change_a_move_is_refused() {
        for kind in [
            "volumeattachment",
            "Node",
            "hpa",
            "redisclusters.example.com",
            "deploy",
        ] {
            assert!(danger(kind, Change::Made).is_some(), "{kind}");
        }
        for kind in [
            "svc",
            "services.v1",
            "Ingress",
            "serviceexports.multicluster.x-k8s.io",
        ] {
            assert!(danger(kind, Change::Made).is_none(), "{kind}");
        }
        assert!(danger("deployment.apps", Change::Deleted).is_none());
        assert!(danger("volumeattachments.storage.k8s.io", Change::Deleted).is_some());
    }
}
