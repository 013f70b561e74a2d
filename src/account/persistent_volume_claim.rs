//! The set's PersistentVolumeClaims.

use super::drivers::DEVICE;
use super::{Rule, assumed, irrelevant, modelled};

/// What a claim that nothing fits does.
pub const NO_NEW_DISK: &str = "a claim that no volume fits gets a new, empty disk; where nothing is provisioned it stays \
     Pending, and its Pod with it";

/// `spec` and `status` of a claim.
pub const RULES: &[Rule] = &[
    irrelevant("spec.accessModes", "as its template says"),
    modelled(
        "spec.volumeName",
        "the volume of the claim, whose reclaim policy counts",
    ),
    modelled(
        "spec.storageClassName",
        "the reclaim policy of the class, if the manifest has the class",
    ),
    modelled(
        "metadata.annotations[volume.beta.kubernetes.io/storage-class]",
        "the reclaim policy of the class, if the manifest has the class",
    ),
    irrelevant("spec.resources", "sizes are not modelled"),
    modelled("spec.volumeMode", DEVICE).of(&["Block"]),
    irrelevant(
        "spec.volumeMode",
        "the default: the driver says whether the disk is a block device",
    ),
    irrelevant(
        "spec.volumeAttributesClassName",
        "how fast a disk is makes no difference",
    ),
    irrelevant("spec.selector", "the claim is bound already"),
    irrelevant("spec.dataSource", "the disk is there already"),
    irrelevant("spec.dataSourceRef", "the disk is there already"),
    modelled(
        "status.phase",
        "the start: every claim is Bound; what says otherwise is listed",
    ),
    irrelevant("status", "sizes and their changes are not modelled"),
    assumed(
        "metadata.ownerReferences",
        "the owners of the claim stay, or go as the set's retention policy says; the garbage \
         collector deletes a claim that has lost its owners",
    ),
];
