//! One side: its API server's objects, its controller's memory, and what its nodes run.

use super::id::{Ordinal, Slice, Table};
use super::pod::{Containers, Owner, Pod};
use super::stateful_set::{Controller, Previous, StatefulSet};
use super::volume::{Claim, Disk, Volumes};

/// One side. Objects, memory and nodes are three truths; they disagree while things move.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Cluster {
    /// The StatefulSet, if there is one.
    pub set: Option<StatefulSet>,
    /// The Pods by ordinal.
    pub pods: Table<Option<Pod>>,
    /// The PersistentVolumeClaims by ordinal.
    pub claims: Table<Option<Claim>>,
    /// The PersistentVolumes by ordinal.
    pub volumes: Table<Volumes>,
    /// The memory of the StatefulSet controller.
    pub controller: Controller,
    /// What the nodes run.
    pub containers: Table<Containers>,
    /// Which Secrets and ConfigMaps of [`super::setup::Setup::extras`] exist: bit i is number i.
    /// Only the driver changes them.
    pub extras: u8,
}

/// The set as its controller's cache has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SetView {
    /// Its ordinals.
    pub slice: Slice,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Whether this is an older version than the stored one.
    pub older: bool,
}

impl Cluster {
    /// The StatefulSet controller's view of the set: the store itself unless its cache lags.
    #[must_use]
    pub fn set_view(&self) -> Option<SetView> {
        if !self.controller.lags {
            let set = self.set?;
            return Some(SetView {
                slice: set.slice,
                deleting: set.deleting,
                older: false,
            });
        }
        match self.controller.previous {
            Previous::Set { slice, deleting } => Some(SetView {
                slice,
                deleting,
                older: true,
            }),
            Previous::NoSet | Previous::Unknown => None,
        }
    }

    /// The ordinals that the side's controller computes from the set as stored now; empty
    /// without a set, or when it is being deleted.
    #[must_use]
    pub fn effective_slice(&self) -> Slice {
        self.set
            .filter(|set| !set.deleting)
            .map_or(Slice::EMPTY, |set| set.slice)
    }

    /// The disk behind the ordinal's bound claim.
    #[must_use]
    pub fn bound_disk(&self, ordinal: Ordinal) -> Option<Disk> {
        let claim = self.claims[ordinal].filter(|claim| claim.bound)?;
        self.volumes[ordinal]
            .get(claim.volume?)
            .map(|volume| volume.disk)
    }

    /// How many incarnations of the ordinal run here.
    #[must_use]
    pub fn running(&self, ordinal: Ordinal) -> u8 {
        let containers = self.containers[ordinal];
        u8::from(containers.run) + u8::from(containers.stray.is_some())
    }

    /// The disk that each running incarnation of the ordinal has mounted.
    pub fn mounts(&self, ordinal: Ordinal) -> impl Iterator<Item = Option<Disk>> + use<> {
        let containers = self.containers[ordinal];
        let of_object = containers.run.then(|| self.bound_disk(ordinal));
        let of_stray = containers.stray.map(|stray| stray.mounted);
        of_object.into_iter().chain(of_stray)
    }

    /// Runs, the object is Ready, and it is not terminating.
    #[must_use]
    pub fn serves(&self, ordinal: Ordinal) -> bool {
        self.containers[ordinal].run && self.pods[ordinal].is_some_and(Pod::is_healthy)
    }

    /// Whether a live Pod object of the ordinal exists.
    #[must_use]
    pub fn has_live_pod(&self, ordinal: Ordinal) -> bool {
        self.pods[ordinal].is_some_and(Pod::is_live)
    }

    /// Whether the garbage collector will delete the Pod: the set that owns it is gone, or goes
    /// together with its Pods.
    #[must_use]
    pub fn collects(&self, pod: Pod) -> bool {
        let goes_along = self.set.is_some_and(|set| set.deleting && set.foreground);
        match pod.owner {
            Owner::Set => goes_along,
            Owner::RemovedSet => true,
            Owner::Nobody => false,
        }
    }

    /// Whether the side's set owns the Pod or will adopt it.
    #[must_use]
    pub fn looks_after(&self, pod: Pod) -> bool {
        let set_stays = self.set.is_some_and(|set| !set.deleting);
        set_stays && pod.owner != Owner::RemovedSet
    }
}
