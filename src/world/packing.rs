//! A [`World`] as a row of bits and back, one-to-one.
//!
//! What a setup cannot change takes no bits: without claim templates there are no claims, and
//! without a fault that makes a cache lag there is no previous version. The order of the
//! fields is the order of this file; nothing else knows it.

mod pass;

use pass::{Counter, Pass, Reader, Writer, choice, flag, optional, set, small};

use super::World;
use super::cluster::Cluster;
use super::driver::{Driver, DriverPhase, Mode, Read, Watch};
use super::id::{ClusterId, OrdinalSet, PerCluster, Slice};
use super::pod::{Containers, Owner, Pod, PodPhase, Stray};
use super::program::{AfterCrash, ObjectKind, Operation};
use super::setup::{Reads, Setup};
use super::stateful_set::{Plan, PodManagementPolicy, Previous, StatefulSet, StatusWrite, Write};
use super::volume::{
    Claim, ClaimRef, Contents, Disk, DiskSet, ReclaimPolicy, Storage, Volume, VolumeName,
    VolumePhase, Volumes,
};

/// How the worlds of one setup are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Bits of one world.
    pub bits: usize,
    has: Features,
}

/// What of a world can differ between two states of one setup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Features {
    ordinals: u8,
    claims: bool,
    restored: bool,
    copies: bool,
    deletes_claims: bool,
    orphans: bool,
    strays: bool,
    evictions: bool,
    never_ready: bool,
    lag: bool,
    reads: PerCluster<Reads>,
    excused: bool,
    saved: bool,
    pools: usize,
}

impl Features {
    fn of(setup: &Setup) -> Self {
        let uses = |wanted: fn(Operation) -> bool| {
            setup
                .program
                .instructions
                .iter()
                .any(|instruction| wanted(instruction.operation))
        };
        let deletes = |kind: ObjectKind| {
            setup.program.instructions.iter().any(|instruction| {
                matches!(instruction.operation, Operation::Delete(object) if object.kind == kind)
            })
        };
        let claims = setup.has_claims();
        Self {
            ordinals: setup.ordinals,
            claims,
            restored: claims && uses(|operation| matches!(operation, Operation::RestoreDisk(_))),
            copies: claims && uses(|operation| matches!(operation, Operation::GetClaim(_))),
            deletes_claims: claims && (deletes(ObjectKind::Claim) || deletes(ObjectKind::Volume)),
            orphans: deletes(ObjectKind::StatefulSet)
                || uses(|operation| matches!(operation, Operation::DeleteSetOrphan(_)))
                || uses(|operation| matches!(operation, Operation::CreateSet { .. })),
            strays: uses(|operation| matches!(operation, Operation::ForceDeletePod(_))),
            evictions: setup.budget.total() > 0,
            never_ready: setup.budget.never_ready,
            lag: setup.budget.lag_pool.is_some(),
            reads: setup.reads,
            excused: setup.excuses_faults(),
            saved: setup.program.after_crash == AfterCrash::FromSaved,
            pools: setup.budget.pools.len(),
        }
    }
}

impl Layout {
    /// The layout for the worlds of `setup`.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        let has = Features::of(setup);
        let mut counter = Counter::default();
        world(&mut counter, setup, has, &mut World::initial(setup));
        Self {
            bits: counter.bits,
            has,
        }
    }

    /// Words of 64 bits that one world takes.
    #[must_use]
    pub const fn words(&self) -> usize {
        self.bits.div_ceil(64)
    }

    /// Writes `state` into `words`, which has [`Layout::words`] elements.
    pub fn pack(&self, setup: &Setup, state: &World, words: &mut [u64]) {
        let mut copy = *state;
        let mut writer = Writer::new(words);
        world(&mut writer, setup, self.has, &mut copy);
        writer.finish();
    }

    /// Reads back what [`Layout::pack`] wrote.
    #[must_use]
    pub fn unpack(&self, setup: &Setup, words: &[u64]) -> World {
        let mut state = World::default();
        world(&mut Reader::new(words), setup, self.has, &mut state);
        state
    }
}

fn mask(pass: &mut impl Pass, has: Features, place: &mut OrdinalSet) {
    let number = pass.number(u64::from(place.0), u32::from(has.ordinals));
    set(pass, &mut place.0, || {
        u16::try_from(number).expect("at most 16 ordinals")
    });
}

fn world(pass: &mut impl Pass, setup: &Setup, has: Features, world: &mut World) {
    for id in ClusterId::BOTH {
        cluster(pass, setup, has, id, &mut world.clusters[id]);
    }
    if has.claims {
        for ordinal in setup.ordinals() {
            pass.group(|pass| storage(pass, has, &mut world.storage[ordinal]));
        }
    }
    driver(pass, setup, has, &mut world.driver);
    for spent in &mut world.spent[..has.pools] {
        small(pass, spent, 4);
    }
    if has.excused {
        mask(pass, has, &mut world.excused);
    }
}

fn cluster(pass: &mut impl Pass, setup: &Setup, has: Features, id: ClusterId, side: &mut Cluster) {
    optional(pass, &mut side.set, StatefulSet::default(), |pass, set| {
        stateful_set(pass, has, id, set);
    });
    for ordinal in setup.ordinals() {
        pass.group(|pass| {
            pod(pass, has, &mut side.pods[ordinal]);
            containers(pass, has, &mut side.containers[ordinal]);
            if has.claims {
                claim(pass, has, &mut side.claims[ordinal]);
                volumes(pass, has, &mut side.volumes[ordinal]);
            }
        });
    }
    plan(pass, setup, has, id, &mut side.controller.plan);
    if has.lag {
        flag(pass, &mut side.controller.lags);
        previous(pass, &mut side.controller.previous);
    }
}

fn slice(pass: &mut impl Pass, slice: &mut Slice) {
    small(pass, &mut slice.start, 5);
    small(pass, &mut slice.end, 5);
}

fn stateful_set(pass: &mut impl Pass, has: Features, id: ClusterId, set: &mut StatefulSet) {
    slice(pass, &mut set.slice);
    if has.orphans {
        flag(pass, &mut set.deleting);
    }
    if has.reads[id].observed_generation {
        flag(pass, &mut set.observed);
    } else {
        set.observed = true;
    }
    if has.reads[id].replicas {
        mask(pass, has, &mut set.counted);
    }
    if has.reads[id].ready_replicas {
        mask(pass, has, &mut set.counted_ready);
    }
}

#[inline(always)]
fn pod(pass: &mut impl Pass, has: Features, pod: &mut Option<Pod>) {
    optional(pass, pod, Pod::default(), |pass, pod| {
        choice!(
            pass,
            pod.phase,
            2,
            [PodPhase::Pending, PodPhase::Running, PodPhase::Failed]
        );
        flag(pass, &mut pod.ready);
        flag(pass, &mut pod.terminating);
        if has.orphans {
            choice!(
                pass,
                pod.owner,
                2,
                [Owner::Set, Owner::Nobody, Owner::RemovedSet]
            );
        }
        if has.never_ready {
            flag(pass, &mut pod.never_ready);
        }
    });
}

#[inline(always)]
fn containers(pass: &mut impl Pass, has: Features, containers: &mut Containers) {
    flag(pass, &mut containers.run);
    if has.evictions {
        flag(pass, &mut containers.evicted);
    }
    if has.strays {
        optional(
            pass,
            &mut containers.stray,
            Stray { mounted: None },
            |pass, stray| {
                optional(pass, &mut stray.mounted, Disk::Original, disk);
            },
        );
    }
}

#[inline(always)]
fn disk(pass: &mut impl Pass, place: &mut Disk) {
    let number = pass.number(*place as u64, 2);
    set(pass, place, || Disk::ALL[number as usize]);
}

#[inline(always)]
fn volume_name(pass: &mut impl Pass, name: &mut Option<VolumeName>) {
    let names = [
        None,
        Some(VolumeName::Static),
        Some(VolumeName::Provisioned),
        None,
    ];
    let number = name.map_or(0, |name| name as u64 + 1);
    let number = pass.number(number, 2);
    set(pass, name, || names[number as usize]);
}

#[inline(always)]
fn policy(pass: &mut impl Pass, policy: &mut ReclaimPolicy) {
    choice!(
        pass,
        *policy,
        1,
        [ReclaimPolicy::Retain, ReclaimPolicy::Delete]
    );
}

#[inline(always)]
fn claim(pass: &mut impl Pass, has: Features, claim: &mut Option<Claim>) {
    optional(pass, claim, Claim::default(), |pass, claim| {
        volume_name(pass, &mut claim.volume);
        flag(pass, &mut claim.bound);
        if has.deletes_claims {
            flag(pass, &mut claim.deleting);
        }
    });
}

#[inline(always)]
fn volumes(pass: &mut impl Pass, has: Features, volumes: &mut Volumes) {
    for place in [&mut volumes.fixed, &mut volumes.provisioned] {
        let empty = Volume {
            disk: Disk::Original,
            phase: VolumePhase::Available,
            claim_ref: ClaimRef::None,
            reclaim_policy: ReclaimPolicy::Retain,
            deleting: false,
        };
        optional(pass, place, empty, |pass, volume| {
            disk(pass, &mut volume.disk);
            choice!(
                pass,
                volume.phase,
                2,
                [
                    VolumePhase::Available,
                    VolumePhase::Bound,
                    VolumePhase::Released
                ]
            );
            choice!(
                pass,
                volume.claim_ref,
                2,
                [
                    ClaimRef::None,
                    ClaimRef::NameOnly,
                    ClaimRef::Claim,
                    ClaimRef::DeadUid
                ]
            );
            policy(pass, &mut volume.reclaim_policy);
            if has.deletes_claims {
                flag(pass, &mut volume.deleting);
            }
        });
    }
}

#[inline(always)]
fn storage(pass: &mut impl Pass, has: Features, storage: &mut Storage) {
    let all = [Contents::NoDisk, Contents::Stale, Contents::Current];
    choice!(pass, storage.original, 2, all);
    if has.restored {
        choice!(pass, storage.restored, 2, all);
    }
    for id in ClusterId::BOTH {
        disks(pass, &mut storage.attached[id]);
    }
}

#[inline(always)]
fn disks(pass: &mut impl Pass, disks: &mut DiskSet) {
    small(pass, &mut disks.0, 4);
}

fn plan(pass: &mut impl Pass, setup: &Setup, has: Features, id: ClusterId, plan: &mut Plan) {
    match setup.clusters[id].policy {
        PodManagementPolicy::Parallel => {
            for ordinal in setup.ordinals() {
                write(pass, &mut plan.writes[ordinal]);
            }
        }
        // All orphans are adopted in one sync; else at most one ordinal has a write.
        PodManagementPolicy::OrderedReady if has.orphans => {
            for ordinal in setup.ordinals() {
                write(pass, &mut plan.writes[ordinal]);
            }
        }
        PodManagementPolicy::OrderedReady => {
            let planned = setup
                .ordinals()
                .find(|&ordinal| plan.writes[ordinal] != Write::None);
            let mut ordinal = planned.unwrap_or_default();
            small(pass, &mut ordinal.0, 4);
            write(pass, &mut plan.writes[ordinal]);
        }
    }
    if has.reads[id].status() {
        choice!(
            pass,
            plan.status,
            2,
            [StatusWrite::None, StatusWrite::Older, StatusWrite::Equal]
        );
    }
    if has.reads[id].replicas {
        mask(pass, has, &mut plan.counted);
    }
    if has.reads[id].ready_replicas {
        mask(pass, has, &mut plan.counted_ready);
    }
    if has.orphans {
        flag(pass, &mut plan.set_is_gone);
    }
}

#[inline(always)]
fn write(pass: &mut impl Pass, write: &mut Write) {
    let number = pass.number(*write as u64, 3);
    set(pass, write, || Write::ALL[number as usize]);
}

fn previous(pass: &mut impl Pass, previous: &mut Previous) {
    let mut version = match *previous {
        Previous::Set { slice, deleting } => (2, slice, deleting),
        Previous::NoSet => (1, Slice::EMPTY, false),
        Previous::Unknown => (0, Slice::EMPTY, false),
    };
    small(pass, &mut version.0, 2);
    slice(pass, &mut version.1);
    flag(pass, &mut version.2);
    set(pass, previous, || match version {
        (0, ..) => Previous::Unknown,
        (1, ..) => Previous::NoSet,
        (_, slice, deleting) => Previous::Set { slice, deleting },
    });
}

fn driver(pass: &mut impl Pass, setup: &Setup, has: Features, driver: &mut Driver) {
    choice!(
        pass,
        driver.phase,
        2,
        [
            DriverPhase::Running,
            DriverPhase::Crashed,
            DriverPhase::Finished,
            DriverPhase::Failed
        ]
    );
    small(pass, &mut driver.position, 8);
    small(pass, &mut driver.k.0, 4);
    if setup.program.after_crash == AfterCrash::FromObserved {
        choice!(
            pass,
            driver.mode,
            2,
            [Mode::Normal, Mode::Resumed, Mode::WaitsOnly]
        );
    }
    choice!(
        pass,
        driver.watch,
        2,
        [Watch::Nothing, Watch::Present, Watch::Gone]
    );
    if has.copies {
        read(pass, &mut driver.read);
    }
    if has.saved {
        small(pass, &mut driver.saved.0, 8);
        small(pass, &mut driver.saved.1.0, 4);
    }
}

fn read(pass: &mut impl Pass, read: &mut Read) {
    let mut kind = 0;
    let mut name = None;
    let mut copied = (Disk::Original, ReclaimPolicy::Retain, false);
    match *read {
        Read::Nothing => (),
        Read::Claim(claim) => (kind, name) = (1, claim),
        Read::Volume {
            disk,
            reclaim_policy,
            claim_ref,
        } => {
            (kind, copied) = (2, (disk, reclaim_policy, claim_ref));
        }
    }
    small(pass, &mut kind, 2);
    volume_name(pass, &mut name);
    disk(pass, &mut copied.0);
    policy(pass, &mut copied.1);
    flag(pass, &mut copied.2);
    let (disk, reclaim_policy, claim_ref) = copied;
    set(pass, read, || match kind {
        0 => Read::Nothing,
        1 => Read::Claim(name),
        _ => Read::Volume {
            disk,
            reclaim_policy,
            claim_ref,
        },
    });
}
