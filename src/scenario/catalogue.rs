//! The names of properties and faults that a scenario may use.

use crate::world::setup::FaultId;

const FAULTS: [&str; 7] = [
    "eviction",
    "pressureEviction",
    "containerCrash",
    "driverCrash",
    "controllerRestart",
    "podNeverReady",
    "controllerRestartStale",
];

const PROPERTIES: [&str; 9] = [
    "at-most-one-pod",
    "at-most-one-running",
    "single-writer",
    "right-disk",
    "no-data-loss",
    "disjoint-slices",
    "available",
    "self-healing",
    "recoverable",
];

/// The kinds of fault, in the order of their [`FaultId`].
#[must_use]
pub fn fault_names() -> &'static [&'static str] {
    &FAULTS
}

/// Whether a budget that names no kinds means this one too.
#[must_use]
pub fn is_ordinary(fault: FaultId) -> bool {
    fault.0 < 5
}

/// The properties, in the order of reports.
#[must_use]
pub fn property_names() -> &'static [&'static str] {
    &PROPERTIES
}

/// The kind of that name.
#[must_use]
pub fn fault(name: &str) -> Option<FaultId> {
    let index = fault_names().iter().position(|&known| known == name)?;
    u8::try_from(index).ok().map(FaultId)
}

/// The name of a kind.
#[must_use]
pub fn fault_name(fault: FaultId) -> &'static str {
    fault_names()
        .get(usize::from(fault.0))
        .copied()
        .unwrap_or("unknown")
}

/// The property of that name.
#[must_use]
pub fn property(name: &str) -> Option<&'static str> {
    property_names()
        .iter()
        .copied()
        .find(|&known| known == name)
}

/// All kinds that a budget without names means.
pub fn ordinary() -> impl Iterator<Item = FaultId> {
    (0u8..)
        .zip(fault_names())
        .map(|(index, _)| FaultId(index))
        .filter(|&fault| is_ordinary(fault))
}

/// Kinds of fault that are known but not modelled.
pub const UNSUPPORTED_FAULTS: &[&str] = &[
    "forceDelete",
    "forceDetach",
    "volumeAttachmentDelete",
    "lostResponse",
    "apiError",
    "staleRead",
    "gitopsRevert",
    "hpaScale",
    "operatorRevert",
    "manifestReapply",
    "secondDriver",
    "etcdRestore",
    "nodePartition",
    "nodeCrash",
    "nodeDelete",
    "outOfServiceTaint",
    "staleCache",
    "detachDelay",
    "featureGateOff",
    "controllerSkew",
];

/// Properties that are known but not decided.
pub const UNSUPPORTED_PROPERTIES: &[&str] = &["completes", "abortable", "stays-migrated"];
