//! The components as actors: each looks at the world and lists the steps it may take next.
//!
//! Actors share the API servers' stores, as the components of Kubernetes do, instead of
//! sending each other messages. Deciding and performing are apart: between the two, anybody
//! else may act.

pub mod api_server;
pub mod driver;
mod fairness;
pub mod faults;
pub mod garbage_collector;
pub mod kubelet;
pub mod persistent_volume_controller;
pub mod pv_protection_controller;
pub mod pvc_protection_controller;
pub mod stateful_set_controller;
pub mod storage;
mod touches;

use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::{FaultId, Setup};
use crate::world::volume::{Disk, VolumeName};

/// One component of the world, on every side where it exists.
pub trait Actor: Sync {
    /// The component's name, as Kubernetes spells it and reports print it.
    fn name(&self) -> &'static str;

    /// Whether the component ever has anything to do in this setup.
    fn is_needed(&self, setup: &Setup) -> bool {
        let _ = setup;
        true
    }

    /// Appends every step that the component may take in `world`, always in the same order.
    fn steps(&self, setup: &Setup, world: &World, out: &mut Vec<Step>);

    /// Takes one of those steps.
    fn perform(&self, setup: &Setup, world: &mut World, step: Step);

    /// The step in words, as taken in the world `before` it.
    fn describe(&self, setup: &Setup, before: &World, step: Step) -> String;
}

/// All actors, in the order in which their steps are listed.
pub const ACTORS: [&dyn Actor; 9] = [
    &driver::MigrationDriver,
    &stateful_set_controller::StatefulSetController,
    &kubelet::Kubelet,
    &storage::SharedStorage,
    &persistent_volume_controller::PersistentVolumeController,
    &pvc_protection_controller::PvcProtectionController,
    &pv_protection_controller::PvProtectionController,
    &garbage_collector::GarbageCollector,
    &faults::Faults,
];

/// One step of one component: one API request, or one thing that a node or the storage does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// The migration driver.
    Driver(driver::Action),
    /// The StatefulSet controller of a side.
    Controller(ClusterId, stateful_set_controller::Action),
    /// The kubelet that the Pod of an ordinal is bound to.
    Kubelet(ClusterId, Ordinal, kubelet::Action),
    /// The storage attaches a disk of an ordinal to a side.
    Attach(ClusterId, Ordinal, Disk),
    /// The storage detaches a disk of an ordinal from a side.
    Detach(ClusterId, Ordinal, Disk),
    /// The persistent volume controller of a side.
    Volumes(ClusterId, Ordinal, persistent_volume_controller::Action),
    /// The protection controller of claims lets a deleted claim go.
    RemoveClaim(ClusterId, Ordinal),
    /// The protection controller of volumes lets a deleted volume go.
    RemoveVolume(ClusterId, Ordinal, VolumeName),
    /// The garbage collector of a side.
    Collect(ClusterId, garbage_collector::Action),
    /// A fault strikes.
    Fault(FaultId, faults::Target),
}

impl Step {
    /// The actor whose step this is.
    #[must_use]
    pub fn actor(self) -> &'static dyn Actor {
        match self {
            Self::Driver(_) => &driver::MigrationDriver,
            Self::Controller(..) => &stateful_set_controller::StatefulSetController,
            Self::Kubelet(..) => &kubelet::Kubelet,
            Self::Attach(..) | Self::Detach(..) => &storage::SharedStorage,
            Self::Volumes(..) => &persistent_volume_controller::PersistentVolumeController,
            Self::RemoveClaim(..) => &pvc_protection_controller::PvcProtectionController,
            Self::RemoveVolume(..) => &pv_protection_controller::PvProtectionController,
            Self::Collect(..) => &garbage_collector::GarbageCollector,
            Self::Fault(..) => &faults::Faults,
        }
    }

    /// The side that the step is about. The driver's steps have the one in their instruction.
    #[must_use]
    pub const fn cluster(self) -> Option<ClusterId> {
        match self {
            Self::Driver(_) => None,
            Self::Controller(cluster, _)
            | Self::Kubelet(cluster, ..)
            | Self::Attach(cluster, ..)
            | Self::Detach(cluster, ..)
            | Self::Volumes(cluster, ..)
            | Self::RemoveClaim(cluster, _)
            | Self::RemoveVolume(cluster, ..)
            | Self::Collect(cluster, _) => Some(cluster),
            Self::Fault(_, target) => target.cluster(),
        }
    }

    /// The ordinal that the step is about, if it is about one.
    #[must_use]
    pub const fn ordinal(self) -> Option<Ordinal> {
        match self {
            Self::Driver(_) => None,
            Self::Controller(_, action) => action.ordinal(),
            Self::Kubelet(_, ordinal, _)
            | Self::Attach(_, ordinal, _)
            | Self::Detach(_, ordinal, _)
            | Self::Volumes(_, ordinal, _)
            | Self::RemoveClaim(_, ordinal)
            | Self::RemoveVolume(_, ordinal, _) => Some(ordinal),
            Self::Collect(_, action) => action.ordinal(),
            Self::Fault(_, target) => target.ordinal(),
        }
    }
}
