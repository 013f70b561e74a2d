//! The state of a migration, as plain data: everything that can differ between two moments.
//!
//! Each field of [`World`] matters to some later step, and changes in some run: what never does
//! is in [`setup::Setup`]. Three truths are kept apart: the API servers' objects, what
//! runs on the nodes, and what is attached to the disks.

pub mod ahead;
pub mod alike;
pub mod cluster;
pub mod driver;
pub mod id;
pub mod letter;
pub mod packing;
pub mod parts;
pub mod pod;
pub mod program;
pub mod setup;
pub mod stateful_set;
pub mod volume;

use cluster::Cluster;
use driver::{Driver, DriverPhase};
use id::{ClusterId, Ordinal, OrdinalSet, PerCluster, Table};
use pod::{Containers, Owner, Pod, PodPhase};
use setup::{MAX_POOLS, Setup};
use stateful_set::StatefulSet;
use volume::{Claim, ClaimRef, Contents, Disk, Storage, Volume, VolumeName, VolumePhase, Volumes};

/// One state of the migration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct World {
    /// The two sides.
    pub clusters: PerCluster<Cluster>,
    /// The shared storage's truth by ordinal.
    pub storage: Table<Storage>,
    /// The migration driver.
    pub driver: Driver,
    /// Faults spent of each pool of the budget.
    pub spent: [u8; MAX_POOLS],
    /// Ordinals hit by a fault that have not served since; empty unless faults are excused.
    pub excused: OrdinalSet,
}

impl World {
    /// The state before the first step. Source: all Pods Ready, their claims bound, their disks
    /// attached and current, status observed, no plan in flight. Destination: the set as its
    /// manifest has it, and nothing else.
    #[must_use]
    pub fn initial(setup: &Setup) -> Self {
        let mut world = Self::default();
        for cluster in ClusterId::BOTH {
            world.clusters[cluster].set =
                setup.clusters[cluster].initial.map(|slice| StatefulSet {
                    slice,
                    observed: true,
                    ..StatefulSet::default()
                });
        }
        for cluster in ClusterId::BOTH {
            world.clusters[cluster].extras = setup.extras(|extra| extra.exists[cluster]);
        }
        if let Some(set) = &mut world.clusters.destination.set {
            set.observed = set.slice.is_empty() || !setup.reads.destination.observed_generation;
        }
        for ordinal in setup.members() {
            world.start_member(setup, ordinal);
        }
        let everyone: OrdinalSet = setup.members().collect();
        if let Some(set) = &mut world.clusters.source.set {
            if setup.reads.source.replicas {
                set.counted = everyone;
            }
            if setup.reads.source.ready_replicas {
                set.counted_ready = everyone;
            }
        }
        world.driver.begin(setup);
        if setup.program.after_crash == program::AfterCrash::FromSaved {
            world.driver.saved = (world.driver.position, world.driver.k);
        }
        world
    }

    fn start_member(&mut self, setup: &Setup, ordinal: Ordinal) {
        let source = &mut self.clusters.source;
        source.pods[ordinal] = Some(Pod {
            phase: PodPhase::Running,
            ready: true,
            available: setup.clusters.source.min_ready,
            terminating: false,
            owner: Owner::Set,
            never_ready: false,
        });
        source.containers[ordinal] = Containers {
            run: true,
            ..Containers::default()
        };
        let Some(storage) = setup.storage else { return };
        source.claims[ordinal] = Some(Claim {
            volume: Some(VolumeName::Static),
            bound: true,
            owner: setup.clusters.source.retention.owner(true),
            deleting: false,
        });
        source.volumes[ordinal] = Volumes {
            fixed: Some(Volume {
                disk: Disk::Original,
                phase: VolumePhase::Bound,
                claim_ref: ClaimRef::Claim,
                reclaim_policy: storage.reclaim_policy,
                deleting: false,
            }),
            provisioned: None,
        };
        self.storage[ordinal].original = Contents::Current;
        self.storage[ordinal].attached.source.insert(Disk::Original);
    }

    /// Whether the ordinal serves on either side.
    #[must_use]
    pub fn serves(&self, ordinal: Ordinal) -> bool {
        ClusterId::BOTH
            .into_iter()
            .any(|cluster| self.clusters[cluster].serves(ordinal))
    }

    /// Faults spent in all.
    #[must_use]
    pub fn faults(&self) -> u32 {
        self.spent.iter().map(|&spent| u32::from(spent)).sum()
    }

    /// The migration is over and well: the program has finished, the source owns, keeps and runs
    /// nothing, the destination owns `{0..N-1}`, perhaps with ordinals that were added, and each of them
    /// serves there on a current disk.
    #[must_use]
    pub fn is_goal(&self, setup: &Setup) -> bool {
        self.has_moved(setup, |_| false)
    }

    /// The goal, but for ordinals whose Pod in the destination never becomes Ready: that is the
    /// matter of this Pod alone.
    #[must_use]
    pub fn is_migrated(&self, setup: &Setup) -> bool {
        let pods = &self.clusters.destination.pods;
        self.has_moved(setup, |ordinal| {
            pods[ordinal].is_some_and(|pod| pod.never_ready)
        })
    }

    /// The goal, where ordinals that `may_fail` need not serve.
    fn has_moved(&self, setup: &Setup, may_fail: impl Fn(Ordinal) -> bool) -> bool {
        let source = &self.clusters.source;
        let destination = &self.clusters.destination;
        let slice = destination.effective_slice();
        let serves_on_current_disk = |ordinal: Ordinal| {
            // An ordinal that is added has written nothing that its first disk could miss.
            let on_current = !setup.has_claims()
                || ordinal.0 >= setup.replicas
                || destination
                    .bound_disk(ordinal)
                    .is_some_and(|disk| self.storage[ordinal].is_current(disk));
            (destination.serves(ordinal) || may_fail(ordinal)) && on_current
        };
        self.driver.phase == DriverPhase::Finished
            && source.effective_slice().is_empty()
            && setup
                .ordinals()
                .all(|ordinal| !source.has_live_pod(ordinal) && source.running(ordinal) == 0)
            && slice.start == 0
            && (setup.replicas..=setup.allowed).contains(&slice.end)
            && slice.ordinals().all(serves_on_current_disk)
    }
}
