//! The fields of a world, group by group: the one description of a row.

use super::features::Features;
use super::pass::{Pass, choice, flag, optional, set, small};
use crate::world::driver::{Driver, DriverPhase, Read, Watch};
use crate::world::id::{ClusterId, Ordinal, Slice};
use crate::world::pod::{Containers, Owner, Pod, PodPhase, Stray};
use crate::world::row::{Counted, Planned};
use crate::world::setup::MAX_POOLS;
use crate::world::stateful_set::{Controller, Previous, StatefulSet, StatusWrite, Write};
use crate::world::volume::{
    Claim, ClaimOwner, ClaimRef, Contents, Disk, DiskSet, MAX_TEMPLATES, ReclaimPolicy, Storage,
    Template, TemplateSet, Volume, VolumeName, VolumePhase,
};

/// Bits of the counter of one pool.
pub(super) const SPENT: u32 = 4;

/// `bits`, if they are needed.
#[inline(always)]
const fn if_needed(needed: bool, bits: u32) -> u32 {
    if needed { bits } else { 0 }
}

/// The budget's counters.
#[inline(always)]
pub(super) fn faults(pass: &mut impl Pass, has: &Features, spent: &mut [u8; MAX_POOLS]) {
    for (number, spent) in spent.iter_mut().enumerate() {
        small(pass, spent, SPENT, if_needed(number < has.pools, SPENT));
    }
}

/// Whether an ordinal is excused.
#[inline(always)]
pub(super) fn excused(pass: &mut impl Pass, has: &Features, excused: &mut bool) {
    flag(pass, excused, has.excused);
}

/// Where a status counts an ordinal's Pod, or will.
#[inline(always)]
pub(super) fn counted(pass: &mut impl Pass, has: &Features, id: ClusterId, counted: &mut Counted) {
    flag(pass, &mut counted.replicas, has.reads[id].replicas);
    flag(pass, &mut counted.ready, has.reads[id].ready_replicas);
}

#[inline(always)]
pub(super) fn pod(pass: &mut impl Pass, has: &Features, id: ClusterId, pod: &mut Option<Pod>) {
    let mut there = pod.is_some();
    flag(pass, &mut there, true);
    optional(pass, pod, there, Pod::default(), |pass, pod| {
        // Without faults no Pod fails, but one that is held after its end.
        let phases = [
            PodPhase::Pending,
            PodPhase::Running,
            PodPhase::Failed,
            PodPhase::Succeeded,
        ];
        let kept = if has.faults || has.held { 2 } else { 1 };
        choice!(pass, pod.phase, 2, kept, phases);
        flag(pass, &mut pod.ready, true);
        flag(pass, &mut pod.available, has.min_ready);
        flag(pass, &mut pod.terminating, true);
        let owners = [Owner::Set, Owner::Nobody, Owner::RemovedSet];
        choice!(pass, pod.owner, 2, if_needed(has.orphans, 2), owners);
        flag(pass, &mut pod.never_ready, has.never_ready);
        flag(pass, &mut pod.scheduled, has.schedules[id]);
        flag(pass, &mut pod.held, has.held);
    });
}

#[inline(always)]
pub(super) fn containers(pass: &mut impl Pass, has: &Features, containers: &mut Containers) {
    flag(pass, &mut containers.run, true);
    flag(pass, &mut containers.evicted, has.faults);
    let mut there = containers.stray.is_some();
    flag(pass, &mut there, has.strays);
    let (place, nothing) = (&mut containers.stray, Stray::default());
    optional(pass, place, there, nothing, |pass, stray| {
        for (number, place) in (0..).zip(&mut stray.mounted.0) {
            let needed = has.strays && number < has.templates;
            let mut there = place.is_some();
            flag(pass, &mut there, needed);
            optional(pass, place, there, Disk::Original, |pass, disk| {
                let number = pass.number(*disk as u64, 2, if_needed(needed, 2));
                set(pass, disk, || Disk::ALL[(number & 3) as usize]);
            });
        }
    });
}

/// A value that is hardly ever another than the usual one, which is written as zero. The others
/// differ from it in the lowest `bits` bits of their numbers, in some setups at least.
#[derive(Clone, Copy)]
struct Usual<T> {
    value: T,
    bits: u32,
    needed: bool,
}

const fn usual<T>(value: T, bits: u32, needed: bool) -> Usual<T> {
    Usual {
        value,
        bits,
        needed,
    }
}

impl<T> Usual<T> {
    const fn kept(&self) -> u32 {
        if_needed(self.needed, self.bits)
    }
}

#[inline(always)]
fn disk(pass: &mut impl Pass, place: &mut Disk, usual: Usual<Disk>) {
    let zero = usual.value as u64;
    let number = zero ^ pass.number(*place as u64 ^ zero, usual.bits, usual.kept());
    set(pass, place, || Disk::ALL[(number & 3) as usize]);
}

#[inline(always)]
fn volume_name(pass: &mut impl Pass, needed: bool, name: &mut Option<VolumeName>) {
    let names = [
        None,
        Some(VolumeName::Static),
        Some(VolumeName::Provisioned),
        None,
    ];
    let number = name.map_or(0, |name| name as u64 + 1);
    let number = pass.number(number, 2, if_needed(needed, 2));
    set(pass, name, || names[(number & 3) as usize]);
}

#[inline(always)]
fn policy(pass: &mut impl Pass, place: &mut ReclaimPolicy, usual: Usual<ReclaimPolicy>) {
    let all = [ReclaimPolicy::Retain, ReclaimPolicy::Delete];
    let zero = usual.value as u64;
    let number = zero ^ pass.number(*place as u64 ^ zero, usual.bits, usual.kept());
    set(pass, place, || all[(number & 1) as usize]);
}

#[inline(always)]
fn claim_ref(pass: &mut impl Pass, place: &mut ClaimRef, usual: Usual<ClaimRef>) {
    let all = [
        ClaimRef::None,
        ClaimRef::NameOnly,
        ClaimRef::Claim,
        ClaimRef::DeadUid,
    ];
    let zero = usual.value as u64;
    let number = zero ^ pass.number(*place as u64 ^ zero, usual.bits, usual.kept());
    set(pass, place, || all[(number & 3) as usize]);
}

#[inline(always)]
pub(super) fn claim(pass: &mut impl Pass, has: &Features, claim: &mut Option<Claim>) {
    let mut there = claim.is_some();
    flag(pass, &mut there, has.claims);
    optional(pass, claim, there, Claim::default(), |pass, claim| {
        volume_name(pass, has.claims, &mut claim.volume);
        flag(pass, &mut claim.bound, has.claims);
        let owners = [
            ClaimOwner::Nobody,
            ClaimOwner::Set,
            ClaimOwner::RemovedSet,
            ClaimOwner::Pod,
            ClaimOwner::RemovedPod,
        ];
        choice!(pass, claim.owner, 3, if_needed(has.claim_owners, 3), owners);
        flag(pass, &mut claim.deleting, has.deletes_claims);
    });
}

/// How a volume usually is.
struct UsualVolume {
    disk: Usual<Disk>,
    claim_ref: Usual<ClaimRef>,
    policy: Usual<ReclaimPolicy>,
}

/// In the source it has been there from the start, bound to its claim. Nothing creates another.
#[inline(always)]
pub(super) fn fixed_volume(
    pass: &mut impl Pass,
    has: &Features,
    (id, template): (ClusterId, Template),
    place: &mut Option<Volume>,
) {
    let usually = match id {
        ClusterId::Source => UsualVolume {
            disk: usual(Disk::Original, 0, false),
            claim_ref: usual(ClaimRef::Claim, 1, has.claims),
            policy: match has.source_policy[template] {
                Some(policy) => usual(policy, 1, false),
                None => usual(ReclaimPolicy::Retain, 1, has.claims),
            },
        },
        ClusterId::Destination => UsualVolume {
            disk: usual(Disk::Original, 2, has.claims),
            claim_ref: usual(ClaimRef::None, 2, has.claims),
            policy: usual(ReclaimPolicy::Retain, 1, has.claims),
        },
    };
    volume(pass, has, place, &usually);
}

/// Made by the persistent volume controller for a claim, always in the same way. No request
/// of the driver changes it.
#[inline(always)]
pub(super) fn provisioned_volume(
    pass: &mut impl Pass,
    has: &Features,
    id: ClusterId,
    place: &mut Option<Volume>,
) {
    let fresh = match id {
        ClusterId::Source => Disk::SourceFresh,
        ClusterId::Destination => Disk::DestinationFresh,
    };
    let usually = UsualVolume {
        disk: usual(fresh, 0, false),
        claim_ref: usual(ClaimRef::Claim, 1, has.claims),
        policy: usual(ReclaimPolicy::Delete, 0, false),
    };
    volume(pass, has, place, &usually);
}

#[inline(always)]
fn volume(pass: &mut impl Pass, has: &Features, place: &mut Option<Volume>, usually: &UsualVolume) {
    let default = Volume {
        disk: usually.disk.value,
        phase: VolumePhase::Available,
        claim_ref: usually.claim_ref.value,
        reclaim_policy: usually.policy.value,
        deleting: false,
    };
    let mut there = place.is_some();
    flag(pass, &mut there, has.claims);
    optional(pass, place, there, default, |pass, volume| {
        disk(pass, &mut volume.disk, usually.disk);
        let phases = [
            VolumePhase::Available,
            VolumePhase::Bound,
            VolumePhase::Released,
        ];
        let kept = if_needed(has.claims, 2);
        choice!(pass, volume.phase, 2, kept, phases);
        claim_ref(pass, &mut volume.claim_ref, usually.claim_ref);
        policy(pass, &mut volume.reclaim_policy, usually.policy);
        flag(pass, &mut volume.deleting, has.deletes_claims);
    });
}

/// The disks that are attached.
#[inline(always)]
pub(super) fn attached(pass: &mut impl Pass, has: &Features, id: ClusterId, disks: &mut DiskSet) {
    disk_set(pass, has, (id, has.claims), disks);
}

/// The devices that are mounted.
#[inline(always)]
pub(super) fn staged(pass: &mut impl Pass, has: &Features, id: ClusterId, disks: &mut DiskSet) {
    disk_set(pass, has, (id, has.staged), disks);
}

/// Only the destination ever binds a restored disk, and one that it has provisioned itself.
#[inline(always)]
fn disk_set(
    pass: &mut impl Pass,
    has: &Features,
    (id, needed): (ClusterId, bool),
    disks: &mut DiskSet,
) {
    let is_destination = id == ClusterId::Destination;
    let mut found = DiskSet::default();
    for disk in Disk::ALL {
        let mut there = disks.contains(disk);
        match disk {
            Disk::Original | Disk::SourceFresh => flag(pass, &mut there, needed),
            Disk::Restored => flag(pass, &mut there, needed && has.restored && is_destination),
            Disk::DestinationFresh => flag(pass, &mut there, needed && is_destination),
        }
        if there {
            found.insert(disk);
        }
    }
    set(pass, disks, || found);
}

/// What the disks of one claim of an ordinal hold.
#[inline(always)]
pub(super) fn contents(pass: &mut impl Pass, has: &Features, storage: &mut Storage) {
    let all = [Contents::NoDisk, Contents::Stale, Contents::Current];
    choice!(pass, storage.original, 2, if_needed(has.claims, 2), all);
    choice!(pass, storage.restored, 2, if_needed(has.restored, 2), all);
}

#[inline(always)]
fn slice(pass: &mut impl Pass, has: &Features, needed: bool, slice: &mut Slice) {
    small(pass, &mut slice.start, 5, if_needed(needed, has.mark));
    small(pass, &mut slice.end, 5, if_needed(needed, has.mark));
}

/// A side's set. Nothing reads `observed` where the program does not.
#[inline(always)]
pub(super) fn stateful_set(
    pass: &mut impl Pass,
    has: &Features,
    id: ClusterId,
    place: &mut Option<StatefulSet>,
) {
    let reads = has.reads[id];
    let mut there = place.is_some();
    flag(pass, &mut there, true);
    optional(pass, place, there, StatefulSet::default(), |pass, spec| {
        slice(pass, has, true, &mut spec.slice);
        flag(pass, &mut spec.deleting, has.orphans);
        flag(pass, &mut spec.foreground, has.foreground);
        // A set that is not there is written as zeros, and so as one that is not observed.
        let observed = spec.observed && reads.observed_generation;
        let number = pass.number(u64::from(observed), 1, u32::from(reads.observed_generation));
        set(pass, &mut spec.observed, || {
            number == 1 || !reads.observed_generation
        });
    });
}

/// The one write of a sync that is left, if there is one, with its ordinal.
#[inline(always)]
pub(super) fn only_write(
    pass: &mut impl Pass,
    has: &Features,
    ordinal: &mut Ordinal,
    planned: &mut Planned,
) {
    small(pass, &mut ordinal.0, 4, has.ordinal);
    write(pass, has, planned);
}

/// What is left to write for an ordinal.
#[inline(always)]
pub(super) fn write(pass: &mut impl Pass, has: &Features, planned: &mut Planned) {
    // Those that are about the owners of claims come last.
    let kept = if has.claim_owners { 4 } else { 3 };
    let number = pass.number(planned.write as u64, 4, kept) as usize;
    set(pass, &mut planned.write, || {
        Write::ALL[number.min(Write::ALL.len() - 1)]
    });
    // Which claims a write is about goes without saying where there is one.
    let several = if has.templates > 1 { has.templates } else { 0 };
    let places = [
        (
            &mut planned.creates,
            planned.write.creates_claims(),
            several,
        ),
        (
            &mut planned.owns,
            planned.write.owns_claims(),
            if_needed(has.claim_owners, several),
        ),
    ];
    for (place, is_about, kept) in places {
        let several = if kept > 0 { u64::from(place.0) } else { 0 };
        let number = pass.number(several, MAX_TEMPLATES as u32, kept);
        let only = u8::from(is_about && has.templates == 1);
        set(pass, place, || TemplateSet(number as u8 | only));
    }
}

/// The rest of what a controller remembers.
#[inline(always)]
pub(super) fn memory(
    pass: &mut impl Pass,
    has: &Features,
    id: ClusterId,
    controller: &mut Controller,
) {
    let reads = has.reads[id];
    choice!(
        pass,
        controller.status,
        2,
        if_needed(reads.status(), 2),
        [StatusWrite::None, StatusWrite::Older, StatusWrite::Equal]
    );
    flag(pass, &mut controller.set_is_gone, has.orphans);
    flag(pass, &mut controller.lags, has.lag);
    previous(pass, has, &mut controller.previous);
}

#[inline(always)]
fn previous(pass: &mut impl Pass, has: &Features, previous: &mut Previous) {
    let mut version = match *previous {
        Previous::Set { slice, deleting } => (2, slice, deleting),
        Previous::NoSet => (1, Slice::EMPTY, false),
        Previous::Unknown => (0, Slice::EMPTY, false),
    };
    small(pass, &mut version.0, 2, if_needed(has.lag, 2));
    slice(pass, has, has.lag, &mut version.1);
    flag(pass, &mut version.2, has.lag && has.orphans);
    set(pass, previous, || match version {
        (0, ..) => Previous::Unknown,
        (1, ..) => Previous::NoSet,
        (_, slice, deleting) => Previous::Set { slice, deleting },
    });
}

/// The Secrets and ConfigMaps of both sides, which only the driver changes.
#[inline(always)]
pub(super) fn extras(pass: &mut impl Pass, has: &Features, extras: &mut [u8; 2]) {
    for extras in extras {
        small(pass, extras, 8, has.extras);
    }
}

/// What the driver remembers.
#[inline(always)]
pub(super) fn driver(pass: &mut impl Pass, has: &Features, driver: &mut Driver) {
    let phases = [
        DriverPhase::Running,
        DriverPhase::Crashed,
        DriverPhase::Finished,
        DriverPhase::Failed,
    ];
    choice!(pass, driver.phase, 2, 2, phases);
    position(pass, &mut driver.position, has.position);
    small(pass, &mut driver.k.0, 4, has.ordinal);
    let watches = [Watch::Nothing, Watch::Present, Watch::Gone];
    choice!(pass, driver.watch, 2, if_needed(has.watches, 2), watches);
    read(pass, has, &mut driver.read);
    let kept = if_needed(has.saved, has.position);
    position(pass, &mut driver.saved.0, kept);
    let kept = if_needed(has.saved, has.ordinal);
    small(pass, &mut driver.saved.1.0, 4, kept);
}

/// A place in the program.
#[inline(always)]
fn position(pass: &mut impl Pass, place: &mut u16, kept: u32) {
    let number = pass.number(u64::from(*place), 16, kept);
    set(pass, place, || number as u16);
}

#[inline(always)]
fn read(pass: &mut impl Pass, has: &Features, read: &mut Read) {
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
    let copies = |bits| if_needed(has.copies, bits);
    small(pass, &mut kind, 2, copies(2));
    volume_name(pass, has.copies, &mut name);
    disk(pass, &mut copied.0, usual(Disk::Original, 2, has.copies));
    let usual_policy = usual(ReclaimPolicy::Retain, 1, has.copies);
    policy(pass, &mut copied.1, usual_policy);
    flag(pass, &mut copied.2, has.copies);
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
