//! Claims and volumes of one cluster, and the shared disks behind them.
//!
//! An ordinal has a claim for each `volumeClaimTemplate` of its set, and each claim has disks of its
//! own. A Pod needs all of its claims; nothing else ties one template to another.

use std::ops::{Index, IndexMut};

/// The most `volumeClaimTemplates` that a set may have. Each takes 16 bytes of a column, and what
/// happens to the claims of one ordinal may happen in any order: `docs/performance.md` has figures.
pub const MAX_TEMPLATES: usize = 4;

/// One of a set's `volumeClaimTemplates`, by its place in the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Template(pub u8);

/// A value for each claim template.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PerTemplate<T>(pub [T; MAX_TEMPLATES]);

impl<T> Index<Template> for PerTemplate<T> {
    type Output = T;

    #[inline]
    fn index(&self, template: Template) -> &T {
        &self.0[usize::from(template.0)]
    }
}

impl<T> IndexMut<Template> for PerTemplate<T> {
    #[inline]
    fn index_mut(&mut self, template: Template) -> &mut T {
        &mut self.0[usize::from(template.0)]
    }
}

/// A set of claim templates.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TemplateSet(pub u8);

impl TemplateSet {
    /// The first template alone.
    pub const FIRST: Self = Self(1);

    /// Whether the set holds `template`.
    #[must_use]
    pub const fn contains(self, template: Template) -> bool {
        self.0 >> template.0 & 1 == 1
    }

    /// Puts `template` into the set.
    pub const fn insert(&mut self, template: Template) {
        self.0 |= 1 << template.0;
    }

    /// Takes `template` out of the set.
    pub const fn remove(&mut self, template: Template) {
        self.0 &= !(1 << template.0);
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its first template alone, if it has any.
    #[must_use]
    pub const fn first(self) -> Self {
        Self(self.0 & self.0.wrapping_neg())
    }

    /// Its templates, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Template> + Clone {
        (0..MAX_TEMPLATES as u8)
            .map(Template)
            .filter(move |&template| self.contains(template))
    }
}

/// A disk of one claim of an ordinal, as the storage backend knows it. Clusters have no say in this name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Disk {
    /// The one the ordinal had before the migration.
    Original,
    /// One restored from a backup of it.
    Restored,
    /// An empty one, provisioned for a claim of the source.
    SourceFresh,
    /// An empty one, provisioned for a claim of the destination.
    DestinationFresh,
}

impl Disk {
    /// All of them, in the order of their packed numbers.
    pub const ALL: [Self; 4] = [
        Self::Original,
        Self::Restored,
        Self::SourceFresh,
        Self::DestinationFresh,
    ];
}

/// A set of disks of one claim of an ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct DiskSet(pub u8);

impl DiskSet {
    /// Whether the set holds `disk`.
    #[must_use]
    pub const fn contains(self, disk: Disk) -> bool {
        self.0 >> disk as u8 & 1 == 1
    }

    /// Puts `disk` into the set.
    pub const fn insert(&mut self, disk: Disk) {
        self.0 |= 1 << disk as u8;
    }

    /// Takes `disk` out of the set.
    pub const fn remove(&mut self, disk: Disk) {
        self.0 &= !(1 << disk as u8);
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a disk holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Contents {
    /// There is no such disk: not made yet, or destroyed.
    #[default]
    NoDisk,
    /// Some acknowledged write of the ordinal is missing.
    Stale,
    /// Every write that the ordinal's Pods had acknowledged on a current disk.
    Current,
}

/// What the disks of one claim of an ordinal hold, which no cluster knows. Fresh disks are empty and so never current.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Storage {
    /// Of [`Disk::Original`].
    pub original: Contents,
    /// Of [`Disk::Restored`].
    pub restored: Contents,
}

impl Storage {
    /// Whether `disk` holds every acknowledged write.
    #[must_use]
    pub fn is_current(self, disk: Disk) -> bool {
        self.contents(disk) == Contents::Current
    }

    /// What `disk` holds.
    #[must_use]
    pub const fn contents(self, disk: Disk) -> Contents {
        match disk {
            Disk::Original => self.original,
            Disk::Restored => self.restored,
            Disk::SourceFresh | Disk::DestinationFresh => Contents::Stale,
        }
    }
}

/// Whether two clusters may attach one disk at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Backend {
    /// They may: NFS, CephFS, most disks that are attached by hand.
    #[default]
    Permissive,
    /// One attachment at a time over all clusters.
    Exclusive,
}

/// `spec.persistentVolumeReclaimPolicy`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ReclaimPolicy {
    /// A released volume and its disk stay.
    Retain,
    /// A released volume's disk is destroyed. Kubernetes' default for provisioned volumes.
    #[default]
    Delete,
}

/// Which of its two volumes in one cluster a claim of an ordinal names or is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VolumeName {
    /// The source's original volume; in the destination the copied or restored one.
    Static,
    /// The one provisioned for a claim that nothing else fitted.
    Provisioned,
}

/// One PersistentVolumeClaim. No step removes a Bound volume, so that none gets Lost; one that is
/// created Lost names [`VolumeName::Provisioned`], and no volume of that name is ever free.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Claim {
    /// `spec.volumeName`.
    pub volume: Option<VolumeName>,
    /// `status.phase` is Bound; else it is Pending.
    pub bound: bool,
    /// The controller in `metadata.ownerReferences`.
    pub owner: ClaimOwner,
    /// `metadata.deletionTimestamp` is set; the finalizer `pvc-protection` holds the object.
    pub deleting: bool,
}

/// The controller that a claim names in `metadata.ownerReferences`: the garbage collector deletes
/// the claim once that is gone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ClaimOwner {
    /// None.
    #[default]
    Nobody,
    /// The set that is stored now.
    Set,
    /// A set that has been removed.
    RemovedSet,
    /// The Pod of the ordinal that is stored now.
    Pod,
    /// A Pod of the ordinal that has been removed.
    RemovedPod,
}

/// One PersistentVolume.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Volume {
    /// `spec.csi.volumeHandle`: the disk it stands for.
    pub disk: Disk,
    /// `status.phase`.
    pub phase: VolumePhase,
    /// `spec.claimRef`.
    pub claim_ref: ClaimRef,
    /// `spec.persistentVolumeReclaimPolicy`.
    pub reclaim_policy: ReclaimPolicy,
    /// `metadata.deletionTimestamp` is set.
    pub deleting: bool,
}

/// `status.phase` of a volume.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum VolumePhase {
    /// Free, or waiting for the claim that it names.
    #[default]
    Available,
    /// Bound to its claim.
    Bound,
    /// Its claim is gone.
    Released,
}

/// `spec.claimRef` of a volume, which can name only the claim of its ordinal and template.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ClaimRef {
    /// Absent.
    #[default]
    None,
    /// Namespace and name without a uid.
    NameOnly,
    /// The uid of the claim that is stored now.
    Claim,
    /// A uid that no claim of this cluster has.
    DeadUid,
}

/// The volumes in one cluster for one claim of an ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Volumes {
    /// The one that stands for a disk made elsewhere.
    pub fixed: Option<Volume>,
    /// The provisioned one. A second one takes the place of a first that no claim can reach.
    pub provisioned: Option<Volume>,
}

impl Volumes {
    /// The volume of that name.
    #[must_use]
    pub const fn get(self, name: VolumeName) -> Option<Volume> {
        match name {
            VolumeName::Static => self.fixed,
            VolumeName::Provisioned => self.provisioned,
        }
    }

    /// The place of the volume of that name.
    pub const fn get_mut(&mut self, name: VolumeName) -> &mut Option<Volume> {
        match name {
            VolumeName::Static => &mut self.fixed,
            VolumeName::Provisioned => &mut self.provisioned,
        }
    }
}
