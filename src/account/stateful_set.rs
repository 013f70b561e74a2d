//! StatefulSets.

use super::drivers::DEVICE;
use super::persistent_volume_claim::NO_NEW_DISK;
use super::{Rule, assumed, irrelevant, modelled, refused};

/// `spec` and `status`, without the Pod template.
const A_CLAIM: &str = "a template is one of a claim, whatever stands here";
pub const RULES: &[Rule] = &[
    modelled(
        "spec.replicas",
        "how many ordinals the set has at the start",
    ),
    modelled("spec.ordinals.start", "the first ordinal at the start"),
    modelled(
        "spec.podManagementPolicy",
        "the order in which Pods are made and deleted",
    ),
    modelled(
        "spec.minReadySeconds",
        "whether a Pod is Available as soon as it is Ready",
    ),
    modelled(
        "spec.persistentVolumeClaimRetentionPolicy",
        "which claims go with their Pods or their set",
    ),
    modelled(
        "spec.selector.matchLabels",
        "the Pods that scripts select; it has to fit the template",
    ),
    irrelevant(
        "spec.selector.matchExpressions",
        "Pods are found by their owner",
    ),
    irrelevant("spec.serviceName", "no property is about names in DNS"),
    irrelevant(
        "spec.revisionHistoryLimit",
        "old revisions are not modelled",
    ),
    irrelevant("spec.updateStrategy.type", "the default").of(&["", "RollingUpdate"]),
    assumed(
        "spec.updateStrategy.type",
        "nothing is updated, since no step changes a Pod template",
    )
    .of(&["OnDelete"]),
    refused(
        "spec.updateStrategy.type",
        "Kubernetes knows no such update strategy of a StatefulSet",
        "write `RollingUpdate` or `OnDelete`, or leave it out",
    ),
    irrelevant("spec.updateStrategy.rollingUpdate.partition", "the default").of(&["0"]),
    assumed(
        "spec.updateStrategy.rollingUpdate",
        "nothing is updated, since no step changes a Pod template",
    ),
    irrelevant("spec.volumeClaimTemplates[].apiVersion", A_CLAIM),
    irrelevant("spec.volumeClaimTemplates[].kind", A_CLAIM),
    modelled(
        "spec.volumeClaimTemplates[].metadata.name",
        "the names of the claims",
    ),
    assumed(
        "spec.volumeClaimTemplates[].metadata.annotations[volume.beta.kubernetes.io/storage-class]",
        NO_NEW_DISK,
    )
    .of(&[""]),
    modelled(
        "spec.volumeClaimTemplates[].metadata.annotations[volume.beta.kubernetes.io/storage-class]",
        "the reclaim policy of the class, if the manifest has the class",
    ),
    irrelevant(
        "spec.volumeClaimTemplates[].metadata",
        "labels and annotations of claims, which nothing modelled selects by",
    ),
    irrelevant(
        "spec.volumeClaimTemplates[].status",
        "a template has no status",
    ),
    irrelevant(
        "spec.volumeClaimTemplates[].spec.accessModes[]",
        "the usual one",
    )
    .of(&["ReadWriteOnce"]),
    assumed(
        "spec.volumeClaimTemplates[].spec.accessModes",
        "the mode keeps nobody out: ReadWriteOncePod is enforced in one cluster alone, and with \
         ReadWriteMany two Pods that write one disk still count as two writers (if the application \
         locks it, say `storage: {shared: true}`)",
    ),
    irrelevant(
        "spec.volumeClaimTemplates[].spec.resources",
        "sizes are not modelled",
    ),
    modelled("spec.volumeClaimTemplates[].spec.volumeMode", DEVICE).of(&["Block"]),
    irrelevant(
        "spec.volumeClaimTemplates[].spec.volumeMode",
        "the default: the driver says whether the disk is a block device",
    ),
    irrelevant(
        "spec.volumeClaimTemplates[].spec.volumeAttributesClassName",
        "how fast a disk is makes no difference to the order of steps",
    ),
    assumed(
        "spec.volumeClaimTemplates[].spec.storageClassName",
        NO_NEW_DISK,
    )
    .of(&[""]),
    modelled(
        "spec.volumeClaimTemplates[].spec.storageClassName",
        "the reclaim policy of the class, if the manifest has the class",
    ),
    assumed("spec.volumeClaimTemplates[].spec.selector", NO_NEW_DISK),
    assumed(
        "spec.volumeClaimTemplates[].spec.dataSource",
        NEW_DISKS_ARE_EMPTY,
    ),
    assumed(
        "spec.volumeClaimTemplates[].spec.dataSourceRef",
        NEW_DISKS_ARE_EMPTY,
    ),
    irrelevant(
        "spec.volumeClaimTemplates[].spec.volumeName",
        "it names none",
    )
    .of(&[""]),
    refused(
        "spec.volumeClaimTemplates[].spec.volumeName",
        "all claims of this template name one volume",
        "take `volumeName` out of the template",
    ),
    irrelevant("status.conditions", "Kubernetes writes none"),
    irrelevant(
        "status.collisionCount",
        "names of revisions are not modelled",
    ),
    modelled(
        "status",
        "the start: every Pod is Ready and of one revision; what says otherwise is listed",
    ),
];

const NEW_DISKS_ARE_EMPTY: &str = "a disk that is provisioned anew is empty; with a data source it starts as a copy, which is \
     still not the ordinal's own disk";
