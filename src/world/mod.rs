//! The state of a migration, as plain data: everything that can differ between two moments.
//!
//! Each field of [`World`] matters to some later step, and changes in some run: what never does
//! is in [`setup::Setup`]. Three truths are kept apart: the API servers' objects, what
//! runs on the nodes, and what is attached to the disks.

pub mod cluster;
pub mod driver;
pub mod id;
pub mod letter;
pub mod lookahead;
pub mod packing;
pub mod parts;
pub mod pod;
pub mod program;
pub mod row;
pub mod setup;
pub mod stateful_set;
pub mod symmetry;
pub mod volume;

use cluster::{Cluster, Side};
use driver::{Driver, DriverPhase};
use id::{ClusterId, Ordinal, OrdinalSet, PerCluster, Table};
use pod::{Containers, Owner, Pod, PodPhase};
use row::{Column, Counted, Planned, Row};
use setup::{MAX_POOLS, Setup};
use stateful_set::{Plan, StatefulSet, StatusWrite, Write};
use volume::{Claim, ClaimRef, Contents, Disk, Volume, VolumeName, VolumePhase, Volumes};

/// One state of the migration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct World {
    /// What each cluster has beside what it has of ordinals.
    pub clusters: PerCluster<Cluster>,
    /// What there is of each ordinal.
    pub rows: Table<Row>,
    /// The migration driver.
    pub driver: Driver,
    /// Faults spent of each pool of the budget.
    pub spent: [u8; MAX_POOLS],
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
        world.driver.begin(setup);
        if setup.program.after_crash == program::AfterCrash::FromSaved {
            world.driver.saved = (world.driver.position, world.driver.k);
        }
        world
    }

    fn start_member(&mut self, setup: &Setup, ordinal: Ordinal) {
        let row = &mut self.rows[ordinal];
        let source = &mut row.sides.source;
        source.pod = Some(Pod {
            phase: PodPhase::Running,
            ready: true,
            available: setup.clusters.source.min_ready,
            terminating: false,
            owner: Owner::Set,
            scheduled: setup.schedules.source,
            never_ready: false,
            held: false,
        });
        source.containers = Containers {
            run: true,
            ..Containers::default()
        };
        if setup.clusters.source.initial.is_some() {
            source.counted = Counted {
                replicas: setup.reads.source.replicas,
                ready: setup.reads.source.ready_replicas,
            };
        }
        for template in setup.templates() {
            let supply = &mut source[template];
            supply.claim = Some(Claim {
                volume: Some(VolumeName::Static),
                bound: true,
                owner: setup.clusters.source.retention.owner(true),
                deleting: false,
            });
            supply.volumes = Volumes {
                fixed: Some(Volume {
                    disk: Disk::Original,
                    phase: VolumePhase::Bound,
                    claim_ref: ClaimRef::Claim,
                    reclaim_policy: setup.storage_of(template).reclaim_policy,
                    deleting: false,
                }),
                provisioned: None,
            };
            supply.attached.insert(Disk::Original);
            if setup.storage_of(template).block {
                supply.staged.insert(Disk::Original);
            }
            row.storage[template].original = Contents::Current;
        }
    }

    /// What a side's controller has planned.
    #[must_use]
    pub fn plan(&self, id: ClusterId) -> Plan {
        let controller = &self.clusters[id].controller;
        let mut plan = Plan {
            status: controller.status,
            set_is_gone: controller.set_is_gone,
            ..Plan::default()
        };
        for (planned, row) in plan.rows.values_mut().zip(self.rows.values()) {
            *planned = row.sides[id].planned;
        }
        plan
    }

    /// Makes this what a side's controller has planned.
    pub fn set_plan(&mut self, setup: &Setup, id: ClusterId, plan: &Plan) {
        let controller = &mut self.clusters[id].controller;
        controller.status = plan.status;
        controller.set_is_gone = plan.set_is_gone;
        for ordinal in setup.ordinals() {
            self.column_mut(id, ordinal).planned = plan.rows[ordinal];
        }
    }

    /// The sync of a side's controller is over, whatever is left of it.
    pub fn forget_plan(&mut self, setup: &Setup, id: ClusterId) {
        let controller = &mut self.clusters[id].controller;
        controller.status = StatusWrite::None;
        controller.set_is_gone = false;
        for ordinal in setup.ordinals() {
            self.column_mut(id, ordinal).planned = Planned::default();
        }
    }

    /// Forgets what belonged to the sync of a side's controller if nothing is left to write.
    pub fn settle_plan(&mut self, setup: &Setup, id: ClusterId) {
        let mut ordinals = setup.ordinals();
        let writes = ordinals.any(|ordinal| self.column(id, ordinal).planned.write != Write::None);
        if !writes && self.clusters[id].controller.status == StatusWrite::None {
            self.forget_plan(setup, id);
        }
    }

    /// One side, to be read.
    #[must_use]
    pub fn side(&self, id: ClusterId) -> Side<'_> {
        Side::new(id, &self.clusters[id], &self.rows)
    }

    /// What a side has of an ordinal.
    #[must_use]
    pub fn column(&self, id: ClusterId, ordinal: Ordinal) -> &Column {
        &self.rows[ordinal].sides[id]
    }

    /// The same, to be changed.
    pub fn column_mut(&mut self, id: ClusterId, ordinal: Ordinal) -> &mut Column {
        &mut self.rows[ordinal].sides[id]
    }

    /// The ordinals that a fault has hit and that have not served since.
    #[must_use]
    pub fn excused(&self) -> OrdinalSet {
        let rows = (0..).map(Ordinal).zip(self.rows.values());
        rows.filter(|(_, row)| row.excused)
            .map(|(ordinal, _)| ordinal)
            .collect()
    }

    /// Faults spent in all.
    #[must_use]
    pub fn faults(&self) -> u32 {
        self.spent.iter().map(|&spent| u32::from(spent)).sum()
    }

    /// The migration is over and well: the program has finished, the source owns, keeps and runs
    /// nothing, the destination owns `{0..N-1}`, perhaps with ordinals that were added, and each of them
    /// serves there on current disks.
    #[must_use]
    pub fn is_goal(&self, setup: &Setup) -> bool {
        self.has_moved(setup, |_| false)
    }

    /// The goal, but for ordinals whose Pod in the destination never becomes Ready: that is the
    /// matter of this Pod alone.
    #[must_use]
    pub fn is_migrated(&self, setup: &Setup) -> bool {
        let destination = self.side(ClusterId::Destination);
        self.has_moved(setup, |ordinal| {
            destination[ordinal].pod.is_some_and(|pod| pod.never_ready)
        })
    }

    /// The goal, where ordinals that `may_fail` need not serve.
    fn has_moved(&self, setup: &Setup, may_fail: impl Fn(Ordinal) -> bool) -> bool {
        let source = self.side(ClusterId::Source);
        let destination = self.side(ClusterId::Destination);
        let slice = destination.effective_slice();
        let serves_on_current_disks = |ordinal: Ordinal| {
            // An ordinal that is added has written nothing that its first disks could miss.
            let on_current = ordinal.0 >= setup.replicas
                || self.is_on_current_disks(setup, ClusterId::Destination, ordinal);
            (destination[ordinal].serves() || may_fail(ordinal)) && on_current
        };
        self.driver.phase == DriverPhase::Finished
            && source.effective_slice().is_empty()
            && setup
                .ordinals()
                .all(|ordinal| !source[ordinal].has_live_pod() && source[ordinal].running() == 0)
            && slice.start == 0
            && (setup.replicas..=setup.allowed).contains(&slice.end)
            && slice.ordinals().all(serves_on_current_disks)
    }

    /// Whether a side has all claims of an ordinal bound to disks that hold every write.
    #[must_use]
    pub fn is_on_current_disks(&self, setup: &Setup, id: ClusterId, ordinal: Ordinal) -> bool {
        let row = &self.rows[ordinal];
        setup.templates().all(|template| {
            let disk = row.sides[id][template].bound_disk();
            disk.is_some_and(|disk| row.storage[template].is_current(disk))
        })
    }
}
