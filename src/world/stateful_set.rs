//! The StatefulSet object, and what its controller remembers between two writes.
//!
//! Counters of Kubernetes are kept as relations: not `generation: 7, observedGeneration: 6`
//! but "observed, or not". Numbers that only grow would make every loop an infinite space.

use super::id::{Slice, Table};
use super::row::Planned;
use super::volume::ClaimOwner;

/// One StatefulSet as the API server stores it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct StatefulSet {
    /// `spec.ordinals.start` and `spec.replicas`, as marks.
    pub slice: Slice,
    /// `metadata.deletionTimestamp` is set; a finalizer of the garbage collector holds the object.
    pub deleting: bool,
    /// That finalizer is `foregroundDeletion`, and not `orphan`: what the set owns is deleted.
    pub foreground: bool,
    /// `status.observedGeneration` equals `metadata.generation`. True when nothing reads it.
    pub observed: bool,
}

/// How the set's Pods are created and deleted: `spec.podManagementPolicy`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PodManagementPolicy {
    /// One after another, each waiting for those before it.
    #[default]
    OrderedReady,
    /// All at once.
    Parallel,
}

/// `spec.persistentVolumeClaimRetentionPolicy`: which claims go with their owners.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RetentionPolicy {
    /// `whenScaled: Delete`: that of a condemned Pod, with the Pod.
    pub delete_when_scaled: bool,
    /// `whenDeleted: Delete`: all, with the set.
    pub delete_when_deleted: bool,
}

/// What the StatefulSet controller of one cluster holds in memory, beside what a sync under way has
/// planned for each ordinal ([`super::row::Planned`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Controller {
    /// The status write that will end the sync under way.
    pub status: StatusWrite,
    /// The set that the sync under way saw has been removed meanwhile: what it still creates is
    /// owned by a uid that no longer exists.
    pub set_is_gone: bool,
    /// Its cache of the set is one stored version behind.
    pub lags: bool,
    /// The stored version of the set before the present one, kept while a lagging cache may
    /// need it.
    pub previous: Previous,
}

/// The stored version of a set before the present one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Previous {
    /// None that matters.
    #[default]
    Unknown,
    /// There was no set.
    NoSet,
    /// There was this one.
    Set {
        /// Its ordinals.
        slice: Slice,
        /// Whether it was being deleted.
        deleting: bool,
    },
}

/// The writes of one sync that are not made yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Plan {
    /// At most one chain of writes per ordinal; with `OrderedReady` at most one in all, but for the
    /// owners of claims.
    pub rows: Table<Planned>,
    /// The status write that ends the sync.
    pub status: StatusWrite,
    /// The set that the sync saw has been removed meanwhile.
    pub set_is_gone: bool,
}

/// What a sync still has to write for one ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Write {
    /// Nothing.
    #[default]
    None,
    /// PATCH the Pod's owner: adopt it.
    Adopt,
    /// POST the claims, then the Pod, then PUT the owners of other claims, if there are any.
    CreateClaimThenPod,
    /// POST the Pod.
    CreatePod,
    /// POST the claims that a Pending Pod misses, then PUT the owners of others.
    CreateClaim,
    /// POST the claims that are missing; another is being deleted, which then ends the sync with an
    /// error.
    RefuseClaim,
    /// DELETE a Failed Pod in the range.
    DeleteFailed,
    /// DELETE a Pod outside the range.
    DeleteCondemned,
    /// POST the Pod, then PUT the owners of its claims.
    CreatePodThenOwnClaim,
    /// PUT the owners of claims in the range.
    OwnClaim,
    /// PUT the owners of claims outside the range.
    OwnCondemnedClaim,
    /// PUT the owners of claims outside the range, then DELETE their Pod.
    OwnCondemnedClaimThenDelete,
}

impl Write {
    /// All values, in the order of their packed numbers.
    pub const ALL: [Self; 12] = [
        Self::None,
        Self::Adopt,
        Self::CreateClaimThenPod,
        Self::CreatePod,
        Self::CreateClaim,
        Self::RefuseClaim,
        Self::DeleteFailed,
        Self::DeleteCondemned,
        Self::CreatePodThenOwnClaim,
        Self::OwnClaim,
        Self::OwnCondemnedClaim,
        Self::OwnCondemnedClaimThenDelete,
    ];
}

impl Write {
    /// Whether it begins with making claims.
    #[must_use]
    pub const fn creates_claims(self) -> bool {
        matches!(self, Self::CreateClaimThenPod | Self::CreateClaim)
    }

    /// Whether it writes the owners of claims.
    #[must_use]
    pub const fn owns_claims(self) -> bool {
        matches!(
            self,
            Self::CreatePodThenOwnClaim
                | Self::OwnClaim
                | Self::OwnCondemnedClaim
                | Self::OwnCondemnedClaimThenDelete
        )
    }
}

/// The status write that ends a sync, by what it says of the spec.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum StatusWrite {
    /// None: nothing differs, or nothing reads it, or it would be refused.
    #[default]
    None,
    /// The sync saw a spec older than the present one.
    Older,
    /// The sync saw the present spec.
    Equal,
}

impl RetentionPolicy {
    /// Who shall own the claim of an ordinal, in the set's range or outside it.
    #[must_use]
    pub const fn owner(self, in_range: bool) -> ClaimOwner {
        if self.delete_when_scaled && !in_range {
            ClaimOwner::Pod
        } else if self.delete_when_deleted {
            ClaimOwner::Set
        } else {
            ClaimOwner::Nobody
        }
    }
}

impl Plan {
    /// Whether nothing is left to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.status == StatusWrite::None && !self.writes()
    }

    /// Whether something is left to write for some ordinal.
    #[must_use]
    pub fn writes(&self) -> bool {
        let mut rows = self.rows.values();
        rows.any(|planned| planned.write != Write::None)
    }
}
