//! The PersistentVolumes of the set's claims.

use super::drivers::{BLOCK_DRIVERS, DEVICE, FILE_DRIVERS};
use super::{Rule, assumed, irrelevant, modelled, refused};

/// A volume that one node alone can reach.
const OF_ONE_NODE: &str = "a disk of one node: the destination cannot attach it, unless \
                           `storage.reachableFrom` says otherwise";

/// `spec` and `status` of a volume.
pub const RULES: &[Rule] = &[
    modelled("spec.claimRef.name", "the claim of the volume"),
    modelled("spec.claimRef.namespace", "the claim of the volume"),
    modelled(
        "spec.claimRef.uid",
        "the uid of the claim, if the manifest has the claim; what says otherwise is listed",
    ),
    irrelevant("spec.claimRef", "the claim is found by its name"),
    assumed(
        "spec.persistentVolumeReclaimPolicy",
        "a volume that is emptied when it is released has lost its data, as with Delete",
    )
    .of(&["Recycle"]),
    modelled(
        "spec.persistentVolumeReclaimPolicy",
        "what becomes of the disk of a released volume",
    )
    .of(&["", "Retain", "Delete"]),
    refused(
        "spec.persistentVolumeReclaimPolicy",
        "Kubernetes knows no such reclaim policy",
        "write `Retain` or `Delete`",
    ),
    irrelevant("spec.local.path", "which folder it is makes no difference"),
    irrelevant(
        "spec.hostPath.path",
        "which folder it is makes no difference",
    ),
    modelled("spec.local", OF_ONE_NODE),
    modelled("spec.hostPath", OF_ONE_NODE),
    assumed(
        "spec.nodeAffinity",
        "the destination has nodes that this node affinity admits; a volume copied with it is \
         mounted nowhere else, and its Pod stays Pending",
    )
    .first(),
    irrelevant("spec.capacity", "sizes are not modelled"),
    irrelevant(
        "spec.accessModes",
        "`storage.backend` says whether two clusters can attach it",
    ),
    modelled("spec.volumeMode", DEVICE).of(&["Block"]),
    irrelevant(
        "spec.volumeMode",
        "the default: the driver says whether the disk is a block device",
    ),
    modelled("spec.csi.driver", DEVICE).of(BLOCK_DRIVERS),
    modelled("spec.csi.driver", DEVICE).of(FILE_DRIVERS),
    irrelevant("spec.mountOptions", "how it is mounted makes no difference"),
    irrelevant(
        "spec.storageClassName",
        "the volume has a policy of its own",
    ),
    irrelevant(
        "spec.volumeAttributesClassName",
        "how fast a disk is makes no difference",
    ),
    irrelevant(
        "spec",
        "which driver it is: `storage.backend` says whether two clusters can attach it",
    ),
    modelled(
        "status.phase",
        "the start: every volume is Bound; what says otherwise is listed",
    ),
    irrelevant("status", "words for people"),
];
