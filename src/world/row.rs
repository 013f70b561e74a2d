//! What there is of one ordinal: the unit of letters, of the symmetry reduction, of undo and of
//! packing.

use std::ops::{Index, IndexMut};

use super::id::PerCluster;
use super::pod::{Containers, Pod};
use super::program::StatusField;
use super::stateful_set::Write;
use super::volume::{Claim, Disk, DiskSet, PerTemplate, Storage, Template, TemplateSet, Volumes};

/// What there is of one ordinal, on both sides and in the shared storage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Row {
    /// What each side has of it.
    pub sides: PerCluster<Column>,
    /// What its disks hold.
    pub storage: PerTemplate<Storage>,
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
    /// Its claims, and what belongs to them. `column[template]` is the one of a template.
    pub supplies: PerTemplate<Supply>,
    /// Where the set's status counts the Pod.
    pub counted: Counted,
    /// What the sync under way will still do.
    pub planned: Planned,
}

/// What one side has of an ordinal for one claim template.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Supply {
    /// The PersistentVolumeClaim.
    pub claim: Option<Claim>,
    /// The PersistentVolumes.
    pub volumes: Volumes,
    /// The disks that the side has attached.
    pub attached: DiskSet,
    /// Of block devices those that a node has mounted, whether or not a Pod uses them.
    pub staged: DiskSet,
}

impl Index<Template> for Column {
    type Output = Supply;

    #[inline]
    fn index(&self, template: Template) -> &Supply {
        &self.supplies[template]
    }
}

impl IndexMut<Template> for Column {
    #[inline]
    fn index_mut(&mut self, template: Template) -> &mut Supply {
        &mut self.supplies[template]
    }
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
    /// The writes about its Pod and claims.
    pub write: Write,
    /// The claims that the write is still to make.
    pub creates: TemplateSet,
    /// The claims whose owners it is still to write.
    pub owns: TemplateSet,
    /// Where the status write that ends the sync will count the Pod.
    pub counted: Counted,
}

impl Planned {
    /// Nothing is written any more but the status.
    pub const fn drop_writes(&mut self) {
        self.write = Write::None;
        self.creates = TemplateSet(0);
        self.owns = TemplateSet(0);
    }
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

impl Supply {
    /// The disk behind the bound claim.
    #[must_use]
    pub fn bound_disk(&self) -> Option<Disk> {
        let claim = self.claim.filter(|claim| claim.bound)?;
        self.volumes.get(claim.volume?).map(|volume| volume.disk)
    }
}

impl Column {
    /// The disk behind each bound claim.
    #[must_use]
    pub fn bound_disks(&self) -> PerTemplate<Option<Disk>> {
        PerTemplate(self.supplies.0.map(|supply| supply.bound_disk()))
    }

    /// How many incarnations of the ordinal run here.
    #[must_use]
    pub fn running(&self) -> u8 {
        u8::from(self.containers.run) + u8::from(self.containers.stray.is_some())
    }

    /// The disk of a template that each running incarnation of the ordinal has mounted.
    #[inline]
    pub fn mounts(&self, template: Template) -> impl Iterator<Item = Option<Disk>> + use<> {
        let of_object = self.containers.run.then(|| self[template].bound_disk());
        let of_stray = self.containers.stray.map(|stray| stray.mounted[template]);
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
