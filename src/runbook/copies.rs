//! Claims and volumes that a script creates for each other, as far as it decides whether they bind.

use serde_json::Value as Json;

use crate::world::program::ClaimRefCopy;

/// What the script creates of an ordinal's claim and volume.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// The claim.
    pub claim: Option<ClaimCopy>,
    /// The volume.
    pub volume: Option<VolumeCopy>,
}

/// What decides of a claim whether it is bound to the volume that it names.
#[derive(Clone, Debug)]
pub struct ClaimCopy {
    /// It has the annotation `pv.kubernetes.io/bind-completed`.
    pub bind_completed: bool,
    /// `spec.storageClassName`, if it is said.
    pub class: Option<Json>,
    /// `spec.accessModes`.
    pub modes: Json,
    /// `spec.resources.requests.storage` is no more than the volume has.
    pub size_fits: bool,
}

/// What decides of a volume whether a claim is bound to it that names it.
#[derive(Clone, Debug)]
pub struct VolumeCopy {
    /// What has become of `spec.claimRef`.
    pub claim_ref: ClaimRefCopy,
    /// `spec.storageClassName`; empty if it is not said.
    pub class: Json,
    /// `spec.accessModes`.
    pub modes: Json,
}
