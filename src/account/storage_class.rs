//! StorageClasses.

use super::drivers::{BLOCK_DRIVERS, DEVICE, FILE_DRIVERS};
use super::persistent_volume_claim::NO_NEW_DISK;
use super::pod::PLACED;
use super::{Rule, assumed, irrelevant, modelled, refused};

/// Provisioners whose disks only one node can reach.
const OF_ONE_NODE: &[&str] = &[
    "directpv-min-io",
    "docker.io/hostpath",
    "hostpath.csi.k8s.io",
    "k8s.io/minikube-hostpath",
    "local.csi.openebs.io",
    "local.csi.scylladb.com",
    "microk8s.io/hostpath",
    "openebs.io/local",
    "rancher.io/local-path",
    "topolvm.io",
    "zfs.csi.openebs.io",
];

/// All but `metadata`.
pub const RULES: &[Rule] = &[
    modelled(
        "metadata.annotations[storageclass.kubernetes.io/is-default-class]",
        "the class of claims that name none",
    ),
    modelled(
        "metadata.annotations[storageclass.beta.kubernetes.io/is-default-class]",
        "the class of claims that name none",
    ),
    modelled(
        "reclaimPolicy",
        "the reclaim policy of the volumes that it provisions",
    )
    .of(&["Retain", "Delete"]),
    refused(
        "reclaimPolicy",
        "Kubernetes knows no such reclaim policy of a class",
        "write `Retain` or `Delete`, or leave it out: the default is `Delete`",
    ),
    assumed("provisioner", NO_NEW_DISK).of(&["kubernetes.io/no-provisioner"]),
    assumed(
        "provisioner",
        "the disks of this provisioner are each of one node: the destination attaches none of them, \
         which `storage: {reachableFrom: [source]}` says",
    )
    .of(OF_ONE_NODE)
    .first(),
    modelled("provisioner", DEVICE).of(BLOCK_DRIVERS),
    modelled("provisioner", DEVICE).of(FILE_DRIVERS),
    irrelevant(
        "provisioner",
        "`storage.backend` says whether two clusters can attach its disks",
    ),
    assumed(
        "volumeBindingMode",
        "a claim may be bound before its Pod is there; with WaitForFirstConsumer a step that waits \
         for a Bound claim without a Pod does not end, unless the claim names its volume",
    )
    .of(&["WaitForFirstConsumer"]),
    irrelevant(
        "volumeBindingMode",
        "the default: a claim is bound whether or not it is used",
    ),
    assumed("allowedTopologies", PLACED),
    irrelevant(
        "parameters",
        "how fast and large a disk is makes no difference",
    ),
    irrelevant("allowVolumeExpansion", "sizes are not modelled"),
    irrelevant("mountOptions", "how it is mounted makes no difference"),
];
