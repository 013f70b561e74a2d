//! The API server of each side: it stores objects, accepts requests or refuses them.
//!
//! It takes no step of its own; every request is a step of the component that makes it. One
//! request is about one object.
//!
//! Kubernetes: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (`Delete`,
//! `deletionFinalizersForGarbageCollection`, `markAsDeleting`);
//! pkg/registry/core/pod/strategy.go (`CheckGracefulDelete`);
//! pkg/registry/apps/statefulset/strategy.go (`PrepareForUpdate`);
//! pkg/apis/apps/validation/validation.go (`ValidateStatefulSetSpec`).
//! Left out: resource versions and admission; a namespace's quota.

mod disks;

pub use disks::{
    create_claim, create_volume, delete_claim, delete_volume, remove_claim, remove_volume,
    set_reclaim_policy,
};

use crate::world::World;
use crate::world::driver::Watch;
use crate::world::id::{ClusterId, Ordinal, Slice};
use crate::world::pod::{Owner, Pod, PodPhase, Stray};
use crate::world::program::{Cascade, ExtraRef, ExtraVerb, ObjectKind, ObjectRef, Operation};
use crate::world::row::Counted;
use crate::world::setup::Setup;
use crate::world::stateful_set::{Previous, StatefulSet, StatusWrite};
use crate::world::volume::ClaimOwner;

/// Why the API server refused a request. A refused request changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// 404: no object of that name.
    NotFound,
    /// 409: the name is taken, even if its holder is terminating.
    AlreadyExists,
    /// 409: the object has changed since it was read.
    Conflict,
    /// 422: a value that the object may not have, such as `replicas: -1`.
    Invalid,
    /// 500, or no answer at all.
    InternalError,
}

impl Refusal {
    /// The reason in a `Status` answer.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotFound => "NotFound",
            Self::AlreadyExists => "AlreadyExists",
            Self::Conflict => "Conflict",
            Self::Invalid => "Invalid",
            Self::InternalError => "InternalError",
        }
    }
}

/// An accepted request, or why it was refused.
pub type Answer = Result<(), Refusal>;

/// Whether a DELETE removes a Pod at once, without asking a kubelet: the effective grace period
/// is zero if it was asked for, if no node has the Pod, or if its containers have ended.
#[must_use]
pub const fn deletes_pod_at_once(force: bool, scheduled: bool, phase: PodPhase) -> bool {
    force || !scheduled || matches!(phase, PodPhase::Failed | PodPhase::Succeeded)
}

/// POST of a Pod, which no node has yet.
///
/// # Errors
/// `AlreadyExists` if the name is taken, by a terminating Pod too.
pub fn create_pod(world: &mut World, cluster: ClusterId, ordinal: Ordinal, owner: Owner) -> Answer {
    let pod = &mut world.rows[ordinal].sides[cluster].pod;
    if pod.is_some() {
        return Err(Refusal::AlreadyExists);
    }
    *pod = Some(Pod {
        owner,
        ..Pod::default()
    });
    Ok(())
}

/// DELETE of a Pod by name. A Pod that is already terminating stays as it is, unless `force`
/// shortens its grace period to zero; one that is held keeps its finalizer.
///
/// # Errors
/// `NotFound` if there is no such Pod.
pub fn delete_pod(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    ordinal: Ordinal,
    force: bool,
) -> Answer {
    let column = world.column(cluster, ordinal);
    let pod = column.pod.ok_or(Refusal::NotFound)?;
    if pod.held {
        return Ok(());
    }
    let scheduled = pod.scheduled || !setup.schedules[cluster];
    if deletes_pod_at_once(force, scheduled, pod.phase) {
        remove_pod(setup, world, cluster, ordinal);
        return Ok(());
    }
    mark_terminating(setup, world, cluster, ordinal, false)
}

fn mark_terminating(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    ordinal: Ordinal,
    held: bool,
) -> Answer {
    let column = world.column_mut(cluster, ordinal);
    let pod = column.pod.as_mut().ok_or(Refusal::NotFound)?;
    pod.terminating = true;
    pod.held = held;
    pod.ready &= setup.reads[cluster].keeps_ready_of_terminating();
    pod.available = false;
    pod.never_ready = false;
    // A kubelet that was about to report an eviction now only has to stop the containers.
    column.containers.evicted = false;
    Ok(())
}

/// DELETE of a Pod with the propagation policy Foreground: the collector's finalizer holds it.
///
/// # Errors
/// `NotFound` if there is no such Pod.
pub fn delete_pod_in_foreground(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    ordinal: Ordinal,
) -> Answer {
    mark_terminating(setup, world, cluster, ordinal, true)
}

/// DELETE of a Pod with the propagation policy Background, as kubectl sends it. It takes that
/// finalizer off, unless a deletion is pending: until the grace period is over.
///
/// # Errors
/// `NotFound` if there is no such Pod.
pub fn delete_pod_in_background(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    ordinal: Ordinal,
    force: bool,
) -> Answer {
    if let Some(pod) = &mut world.column_mut(cluster, ordinal).pod {
        let scheduled = pod.scheduled || !setup.schedules[cluster];
        pod.held &= !deletes_pod_at_once(force, scheduled, pod.phase);
    }
    delete_pod(setup, world, cluster, ordinal, force)
}

/// The garbage collector takes its finalizer off a Pod, which goes if its grace period is over.
pub fn release_pod(setup: &Setup, world: &mut World, cluster: ClusterId, ordinal: Ordinal) {
    let pod = world.column_mut(cluster, ordinal).pod.as_mut();
    let pod = pod.expect("the step was enabled by the Pod object");
    pod.held = false;
    let scheduled = pod.scheduled || !setup.schedules[cluster];
    if deletes_pod_at_once(false, scheduled, pod.phase) {
        remove_pod(setup, world, cluster, ordinal);
    }
}

/// A kubelet's DELETE of a Pod whose containers have stopped, with a grace period of zero. A
/// finalizer holds the object all the same; its phase is one that has ended.
pub fn confirm_deletion(setup: &Setup, world: &mut World, cluster: ClusterId, ordinal: Ordinal) {
    match &mut world.column_mut(cluster, ordinal).pod {
        Some(pod) if pod.held => {
            pod.phase = PodPhase::Failed;
            pod.ready = false;
        }
        _ => remove_pod(setup, world, cluster, ordinal),
    }
}

/// The Pod object goes. Containers that still run go on, without an object.
pub fn remove_pod(setup: &Setup, world: &mut World, cluster: ClusterId, ordinal: Ordinal) {
    let column = world.column_mut(cluster, ordinal);
    let mounted = column.bound_disks();
    let containers = &mut column.containers;
    if std::mem::take(&mut containers.run) {
        containers.stray.get_or_insert(Stray { mounted });
    }
    containers.evicted = false;
    column.pod = None;
    for template in setup.templates() {
        if let Some(claim) = column[template].claim.as_mut()
            && claim.owner == ClaimOwner::Pod
        {
            claim.owner = ClaimOwner::RemovedPod;
        }
    }
    notice_removal(setup, world, ObjectKind::Pod, cluster, ordinal);
}

/// PATCH of the set's spec in one request; what is `None` stays. A change of `start` alone keeps
/// `replicas`, and so moves the end.
///
/// # Errors
/// `NotFound` without a set, `Invalid` for a negative value.
pub fn patch_set(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    start: Option<i32>,
    replicas: Option<i32>,
) -> Answer {
    let set = world.clusters[cluster].set.ok_or(Refusal::NotFound)?;
    let marks = set.slice.with(start, replicas).ok_or(Refusal::Invalid)?;
    let slice = slice(setup, marks);
    if slice == set.slice {
        return Ok(());
    }
    keep_previous_version(setup, world, cluster);
    store_spec(setup, world, cluster, StatefulSet { slice, ..set });
    Ok(())
}

/// Stores a set with the next generation: no status tells of it yet, and a sync under way has
/// seen an older one. The first DELETE counts as a change too (`markAsDeleting`).
fn store_spec(setup: &Setup, world: &mut World, cluster: ClusterId, set: StatefulSet) {
    let side = &mut world.clusters[cluster];
    let observed = !setup.reads[cluster].observed_generation;
    side.set = Some(StatefulSet { observed, ..set });
    if side.controller.status == StatusWrite::Equal {
        side.controller.status = StatusWrite::Older;
    }
}

/// POST of a set.
///
/// # Errors
/// `AlreadyExists` if there is one, being deleted or not; `Invalid` for a negative value.
pub fn create_set(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    start: i32,
    replicas: i32,
) -> Answer {
    let marks = Slice::EMPTY.with(Some(start), Some(replicas));
    let marks = marks.ok_or(Refusal::Invalid)?;
    if world.clusters[cluster].set.is_some() {
        return Err(Refusal::AlreadyExists);
    }
    let slice = slice(setup, marks);
    keep_previous_version(setup, world, cluster);
    let observed = !setup.reads[cluster].observed_generation;
    world.clusters[cluster].set = Some(StatefulSet {
        slice,
        observed,
        ..StatefulSet::default()
    });
    Ok(())
}

/// DELETE of the set with a `propagationPolicy`, which puts one finalizer of the garbage collector on
/// it, and takes off another that an earlier DELETE has put there. Without any it goes at once.
///
/// # Errors
/// `NotFound` without a set.
pub fn delete_set(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    cascade: Cascade,
) -> Answer {
    let set = world.clusters[cluster].set.ok_or(Refusal::NotFound)?;
    if cascade == Cascade::Background {
        remove_set(setup, world, cluster);
        return Ok(());
    }
    let deleted = StatefulSet {
        deleting: true,
        foreground: cascade == Cascade::Foreground,
        ..set
    };
    if set.deleting {
        // Another finalizer is no change of the generation, and no controller of sets reads it.
        world.clusters[cluster].set = Some(deleted);
    } else {
        keep_previous_version(setup, world, cluster);
        store_spec(setup, world, cluster, deleted);
    }
    Ok(())
}

/// The set's last finalizer is gone, and so is the set: what it owned belongs to a uid that no
/// longer exists. A sync under way goes on.
pub fn remove_set(setup: &Setup, world: &mut World, cluster: ClusterId) {
    keep_previous_version(setup, world, cluster);
    world.clusters[cluster].set = None;
    for ordinal in setup.ordinals() {
        let column = world.column_mut(cluster, ordinal);
        column.counted = Counted::default();
        if let Some(pod) = column.pod.as_mut()
            && pod.owner == Owner::Set
        {
            pod.owner = Owner::RemovedSet;
        }
        for template in setup.templates() {
            if let Some(claim) = column[template].claim.as_mut()
                && claim.owner == ClaimOwner::Set
            {
                claim.owner = ClaimOwner::RemovedSet;
            }
        }
    }
    let controller = &mut world.clusters[cluster].controller;
    controller.status = StatusWrite::None;
    controller.set_is_gone = true;
    world.settle_plan(setup, cluster);
    notice_removal(setup, world, ObjectKind::StatefulSet, cluster, Ordinal(0));
}

/// The slice with these marks, as it is stored. A program that goes beyond the ordinals of `setup`
/// is no input: they are counted by following it.
fn slice(setup: &Setup, (start, end): (i32, i32)) -> Slice {
    let mark = |mark: i32| u8::try_from(mark).unwrap_or(u8::MAX);
    let slice = Slice::from(mark(start)..mark(end));
    if setup.for_every_n {
        // Small parts of states may be put together in ways that no state is.
        let cut = |mark: u8| mark.min(setup.ordinals);
        return Slice::from(cut(slice.start)..cut(slice.end));
    }
    assert!(
        slice.end <= setup.ordinals,
        "a slice ends at {} of {} ordinals",
        slice.end,
        setup.ordinals
    );
    slice
}

/// Remembers the version that is about to be replaced, if a lagging cache may yet show it.
fn keep_previous_version(setup: &Setup, world: &mut World, cluster: ClusterId) {
    let may_lag = setup.budget.lag_pool.is_some_and(|pool| {
        let pool = usize::from(pool);
        world.spent[pool] < setup.budget.pools[pool].at_most
    });
    let side = &mut world.clusters[cluster];
    side.controller.previous = match side.set {
        _ if !may_lag && !side.controller.lags => Previous::Unknown,
        Some(StatefulSet {
            slice, deleting, ..
        }) => Previous::Set { slice, deleting },
        None => Previous::NoSet,
    };
}

/// A request about a Secret or ConfigMap.
///
/// # Errors
/// `NotFound` if there is none to get or delete, `AlreadyExists` if the name is taken.
pub fn extra(world: &mut World, verb: ExtraVerb, extra: ExtraRef) -> Answer {
    let extras = &mut world.clusters[extra.cluster].extras;
    let bit = 1 << extra.number;
    match (verb, *extras & bit != 0) {
        (ExtraVerb::Get | ExtraVerb::Delete, false) => return Err(Refusal::NotFound),
        (ExtraVerb::Create, true) => return Err(Refusal::AlreadyExists),
        (ExtraVerb::Get, true) => (),
        (ExtraVerb::Create | ExtraVerb::Apply, _) => *extras |= bit,
        (ExtraVerb::Delete, true) => *extras &= !bit,
    }
    Ok(())
}

/// Lets the driver know if it watches the incarnation that has just gone. Later ones of the
/// same name do not matter to it.
fn notice_removal(
    setup: &Setup,
    world: &mut World,
    kind: ObjectKind,
    cluster: ClusterId,
    ordinal: Ordinal,
) {
    let driver = &mut world.driver;
    if driver.watch != Watch::Present {
        return;
    }
    let Some(Operation::AwaitGone(object, ..)) =
        setup.program.at(driver.position).map(|now| now.operation)
    else {
        return;
    };
    let ObjectRef {
        kind: watched,
        cluster: side,
        ordinal: expression,
    } = object;
    let same_ordinal = kind == ObjectKind::StatefulSet
        || expression.value(driver.k, setup.replicas) == i32::from(ordinal.0);
    if watched == kind && side == cluster && same_ordinal {
        driver.watch = Watch::Gone;
    }
}
