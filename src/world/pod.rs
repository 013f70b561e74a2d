//! The Pod object, and the containers on the nodes, which have a truth of their own.

use super::volume::{Disk, PerTemplate};

/// One Pod as the API server stores it. Its incarnation (uid) is not a number: the object is
/// the present incarnation, and [`Containers`] tells what runs of it and of others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Pod {
    /// `status.phase`.
    pub phase: PodPhase,
    /// Condition `Ready` is true. Not kept for a terminating Pod unless a status counts it.
    pub ready: bool,
    /// Ready for at least `minReadySeconds`. Not kept where that is 0, nor for a terminating Pod.
    pub available: bool,
    /// `metadata.deletionTimestamp` is set.
    pub terminating: bool,
    /// The controller in `metadata.ownerReferences`.
    pub owner: Owner,
    /// `spec.nodeName` is set. Kept only where [`Setup::schedules`](super::setup::Setup).
    pub scheduled: bool,
    /// This incarnation never becomes Ready: a bad image, a failing probe.
    pub never_ready: bool,
    /// The finalizer `foregroundDeletion` holds the terminating Pod as long as a claim names it as
    /// its owner.
    pub held: bool,
}

/// `status.phase`. Nothing in the model ends a container with success; its controllers know
/// what to do about one all the same. A Pod that a finalizer holds after its containers have stopped
/// is Failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum PodPhase {
    /// No container has started.
    #[default]
    Pending,
    /// Containers have started.
    Running,
    /// Containers have ended and will not be restarted.
    Failed,
    /// The same, without an error.
    Succeeded,
}

/// The controller that a Pod names in `metadata.ownerReferences`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Owner {
    /// The set that is stored now.
    #[default]
    Set,
    /// None: an orphan.
    Nobody,
    /// A set that has been removed.
    RemovedSet,
}

impl Pod {
    /// Exists and has not ended: Pending and terminating Pods are live until the object is gone.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self.phase, PodPhase::Failed | PodPhase::Succeeded)
    }

    /// Running and Ready, and not on its way out: what `OrderedReady` waits for.
    #[must_use]
    pub const fn is_healthy(self) -> bool {
        matches!(self.phase, PodPhase::Running) && self.ready && !self.terminating
    }
}

/// What a cluster's nodes run of one ordinal, whatever the API server says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Containers {
    /// The containers of the present Pod object execute.
    pub run: bool,
    /// The kubelet has evicted the Pod under pressure and has not yet written `Failed`.
    pub evicted: bool,
    /// Containers execute whose Pod object is gone.
    pub stray: Option<Stray>,
}

/// Containers without a Pod object. Several of one ordinal on one side are kept as one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stray {
    /// The disk of each template that they have mounted.
    pub mounted: PerTemplate<Option<Disk>>,
}
