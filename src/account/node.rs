//! Nodes, VolumeAttachments of the set's volumes, and its namespace.

use super::kinds::ADMITTED;
use super::pod::PLACED;
use super::writers::{EXPIRES, SCALES};
use super::{Rule, assumed, irrelevant, modelled, refused, written_by};

/// All but `metadata` of a Node.
pub const NODE: &[Rule] = &[
    assumed("spec.taints", PLACED),
    assumed("spec.unschedulable", PLACED),
    irrelevant("spec", "nodes are not modelled: every Pod has one"),
    irrelevant(
        "status",
        "nodes are not modelled: every Pod has one that is up",
    ),
];

/// All but `metadata` of a VolumeAttachment.
pub const ATTACHMENT: &[Rule] = &[
    modelled(
        "status.attached",
        "the start: every disk is attached; what says otherwise is listed",
    ),
    irrelevant(
        "spec",
        "on which node a disk is attached makes no difference",
    ),
    irrelevant("status", "words for people"),
];

/// All but `metadata` of a Namespace.
pub const NAMESPACE: &[Rule] = &[
    modelled("metadata.name", "it exists on this side"),
    assumed(
        "metadata.labels[pod-security.kubernetes.io/enforce]",
        ADMITTED,
    ),
    assumed(
        "metadata.annotations[scheduler.alpha.kubernetes.io/node-selector]",
        PLACED,
    ),
    assumed("metadata.annotations[openshift.io/node-selector]", PLACED),
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
    written_by("metadata.annotations[janitor/ttl]", "Janitor", EXPIRES),
    written_by("metadata.annotations[janitor/expires]", "Janitor", EXPIRES),
    irrelevant("spec", "the API server's own finalizer"),
    refused(
        "status.phase",
        "the namespace is being deleted, and everything in it",
        "move the set to a namespace that stays, and take a new export",
    )
    .of(&["Terminating"]),
    irrelevant("status", "it is there"),
];
