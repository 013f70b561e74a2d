//! `metadata` of any object.

use super::writers::{self, EXPIRES, SCALES};
use super::{Rule, assumed, irrelevant, kept_by, modelled, refused, written_by};

/// What the API server writes by itself.
const OWN: &str = "the API server writes it by itself";

/// `metadata` of the set, its Pods, claims and volumes, and of what they need.
pub const ANY: &[Rule] = &[
    modelled("apiVersion", "the kind of object"),
    modelled("kind", "the kind of object"),
    modelled("metadata.name", "the name that others know the object by"),
    modelled("metadata.namespace", "where the object is"),
    irrelevant("metadata.creationTimestamp", OWN),
    irrelevant("metadata.generation", OWN),
    irrelevant("metadata.resourceVersion", OWN),
    irrelevant("metadata.selfLink", OWN),
    irrelevant("metadata.uid", OWN),
    irrelevant("metadata.managedFields", OWN),
    irrelevant("metadata.generateName", "the object has a name already"),
    irrelevant(
        "metadata.deletionGracePeriodSeconds",
        "no clock is modelled",
    ),
    refused(
        "metadata.deletionTimestamp",
        "this object is being deleted; the move is modelled from a state in which it stays",
        "wait until it is gone, and take a new export",
    ),
    irrelevant(
        "metadata.labels",
        "a label that nothing modelled selects by",
    ),
    irrelevant(
        "metadata.annotations",
        "an annotation that nothing modelled reads",
    ),
    assumed(
        "metadata.finalizers",
        "whoever answers for the finalizer takes it off at once; until then a deleted object stays, \
         and a step that waits for it",
    ),
    irrelevant(
        "metadata.finalizers[]",
        "the protection controllers are modelled",
    )
    .of(&[
        "kubernetes.io/pvc-protection",
        "kubernetes.io/pv-protection",
        "external-provisioner.volume.kubernetes.io/finalizer",
    ]),
    assumed(
        "metadata.ownerReferences",
        "the owner stays; the garbage collector deletes what has lost its owners",
    ),
];

/// What a list has beside its items.
pub const OF_LIST: &[Rule] = &[
    irrelevant("apiVersion", "a list stands for its items"),
    irrelevant("kind", "a list stands for its items"),
    irrelevant("metadata", "a list stands for its items"),
];

/// What watches a set to update it.
const RELOADED: &str = "nothing that the Pods name has another version during the move: whoever \
                        watches it would change the Pod template, and the update deletes Pods in \
                        the middle of the move";

/// What GitOps tools and the like leave on a set that they keep as it is written elsewhere.
pub const KEPT: &[Rule] = &[
    kept_by(
        "metadata.annotations[argocd.argoproj.io/tracking-id]",
        "Application",
    ),
    kept_by(
        "metadata.labels[argocd.argoproj.io/instance]",
        "Application",
    ),
    kept_by(
        "metadata.annotations[argocd.argoproj.io/instance]",
        "Application",
    ),
    kept_by(
        "metadata.labels[kustomize.toolkit.fluxcd.io/name]",
        "Kustomization",
    ),
    kept_by(
        "metadata.labels[helm.toolkit.fluxcd.io/name]",
        "HelmRelease",
    ),
    kept_by(
        "metadata.annotations[objectset.rio.cattle.io/owner-name]",
        "Bundle",
    ),
    kept_by(
        "metadata.annotations[config.k8s.io/owning-inventory]",
        "Inventory",
    ),
    kept_by(
        "metadata.annotations[configmanagement.gke.io/managed]",
        "RootSync",
    )
    .of(&["enabled"]),
    kept_by(
        "metadata.labels[addonmanager.kubernetes.io/mode]",
        "AddonManager",
    )
    .of(&["Reconcile"]),
    kept_by("metadata.labels[k0s.k0sproject.io/stack]", "Stack"),
    kept_by("metadata.annotations[work.karmada.io/name]", "Work"),
    kept_by("metadata.managedFields[].manager", writers::MANAGER).of(&[
        "argocd-controller",
        "fleetagent",
        "helm-controller",
        "kapp-controller",
        "kustomize-controller",
    ]),
    written_by(
        "metadata.annotations[downscaler/uptime]",
        "Downscaler",
        SCALES,
    ),
    written_by(
        "metadata.annotations[downscaler/downtime]",
        "Downscaler",
        SCALES,
    ),
    written_by(
        "metadata.annotations[downscaler/force-downtime]",
        "Downscaler",
        SCALES,
    ),
    written_by("metadata.annotations[janitor/ttl]", "Janitor", EXPIRES),
    written_by("metadata.annotations[janitor/expires]", "Janitor", EXPIRES),
    assumed("metadata.annotations[reloader.stakater.com/auto]", RELOADED)
        .of(&["true"])
        .first(),
    assumed(
        "metadata.annotations[reloader.stakater.com/search]",
        RELOADED,
    )
    .of(&["true"])
    .first(),
    assumed(
        "metadata.annotations[configmap.reloader.stakater.com/reload]",
        RELOADED,
    )
    .first(),
    assumed(
        "metadata.annotations[secret.reloader.stakater.com/reload]",
        RELOADED,
    )
    .first(),
    irrelevant("metadata.annotations[keel.sh/policy]", "it updates nothing").of(&["never"]),
    assumed("metadata.annotations[keel.sh/policy]", RELOADED).first(),
    irrelevant(
        "metadata.labels[app.kubernetes.io/managed-by]",
        "a tool that acts when it is called",
    )
    .of(&[
        "Helm",
        "Tiller",
        "kustomize",
        "Kustomize",
        "kubectl",
        "Terraform",
        "terraform",
        "pulumi",
    ]),
    assumed(
        "metadata.labels[app.kubernetes.io/managed-by]",
        "what the label names leaves the set alone during the move; an operator that answers for \
         the set puts back what the move changes",
    )
    .first(),
];
