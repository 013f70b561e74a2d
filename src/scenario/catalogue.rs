//! The names of properties and faults that a scenario may use.

use std::sync::LazyLock;

use crate::actors::faults;
use crate::properties;
use crate::world::setup::FaultId;

/// The kinds of fault, in the order of their [`FaultId`].
#[must_use]
pub fn fault_names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| faults::KINDS.iter().map(|kind| kind.name()).collect());
    &NAMES
}

/// The properties, in the order of reports.
#[must_use]
pub fn property_names() -> &'static [&'static str] {
    &properties::NAMES
}

/// The kind of that name.
#[must_use]
pub fn fault(name: &str) -> Option<FaultId> {
    faults::by_name(name)
}

/// The name of a kind.
#[must_use]
pub fn fault_name(fault: FaultId) -> &'static str {
    faults::kind(fault).name()
}

/// The property of that name.
#[must_use]
pub fn property(name: &str) -> Option<&'static str> {
    properties::by_name(name).map(|property| property.name)
}

/// All kinds that a budget without names means.
pub fn ordinary() -> impl Iterator<Item = FaultId> {
    let kinds = (0u8..).map(FaultId).zip(faults::KINDS);
    kinds
        .filter(|(_, kind)| kind.is_ordinary())
        .map(|(id, _)| id)
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
pub const UNSUPPORTED_PROPERTIES: &[&str] = &["abortable"];
