//! What there is of one ordinal: the unit of letters, of the symmetry reduction, of undo and of
//! packing.

use super::id::PerCluster;
use super::pod::{Containers, Pod};
use super::program::StatusField;
use super::stateful_set::Write;
use super::volume::{Claim, Disk, DiskSet, Storage, Volumes};

/// What there is of one ordinal, on both sides and in the shared storage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Row {
    /// What each side has of it.
    pub sides: PerCluster<Column>,
    /// What its disks hold.
    pub storage: Storage,
    /// A fault has hit it, and it has not served since; false unless faults are excused.
    pub excused: bool,
}

/// What one side has of one ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Column {
    /// The Pod object.
    pub pod: Option<Pod>,
    /// What the nodes run of it.
    pub containers: Containers,
    /// The PersistentVolumeClaim.
    pub claim: Option<Claim>,
    /// The PersistentVolumes.
    pub volumes: Volumes,
    /// The disks that the side has attached.
    pub attached: DiskSet,
    /// Where the set's status counts the Pod.
    pub counted: Counted,
    /// What the sync under way will still do.
    pub planned: Planned,
}

/// The numbers of a set's status that count a Pod; those that nothing reads count none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Counted {
    /// `status.replicas`.
    pub replicas: bool,
    /// `status.readyReplicas`.
    pub ready: bool,
}

/// What the sync under way still has to do for an ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Planned {
    /// The writes about its Pod and claim.
    pub write: Write,
    /// Where the status write that ends the sync will count the Pod.
    pub counted: Counted,
}

impl Counted {
    /// Whether a field of the status counts the Pod.
    #[must_use]
    pub const fn in_field(self, field: StatusField) -> bool {
        match field {
            StatusField::Replicas => self.replicas,
            StatusField::ReadyReplicas => self.ready,
        }
    }
}

impl Row {
    /// Whether the ordinal serves on either side.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.sides.source.serves() || self.sides.destination.serves()
    }
}

impl Column {
    /// The disk behind the bound claim.
    #[must_use]
    pub fn bound_disk(&self) -> Option<Disk> {
        let claim = self.claim.filter(|claim| claim.bound)?;
        self.volumes.get(claim.volume?).map(|volume| volume.disk)
    }

    /// How many incarnations of the ordinal run here.
    #[must_use]
    pub fn running(&self) -> u8 {
        u8::from(self.containers.run) + u8::from(self.containers.stray.is_some())
    }

    /// The disk that each running incarnation of the ordinal has mounted.
    #[inline]
    pub fn mounts(&self) -> impl Iterator<Item = Option<Disk>> + use<> {
        let of_object = self.containers.run.then(|| self.bound_disk());
        let of_stray = self.containers.stray.map(|stray| stray.mounted);
        of_object.into_iter().chain(of_stray)
    }

    /// Runs, the object is Ready, and it is not terminating.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.containers.run && self.pod.is_some_and(Pod::is_healthy)
    }

    /// Whether a live Pod object exists.
    #[must_use]
    pub fn has_live_pod(&self) -> bool {
        self.pod.is_some_and(Pod::is_live)
    }
}
