//! The StatefulSet controller of each side: one sync of one StatefulSet after another.
//!
//! A sync looks once, and its writes follow one by one; a crash or another actor may fall
//! between any two. What a sync writes, and in which order, is decided in [`sync`], as the real
//! controller decides it; `planned` asks it what it would do in a world.
//!
//! Kubernetes: pkg/controller/statefulset; each file of this folder names its functions.
//! Left out: back-off. A sync is possible at any moment, as if every event woke the controller.

mod adoption;
mod claim_owners;
mod condemned;
mod describe;
mod planned;
mod pod_control;
pub mod request;
mod revisions;
mod rolling_update;
pub mod rules;
pub mod seen;
mod slots;
pub mod status;
pub mod sync;

pub use planned::sync as plan;

use super::api_server::{self, Answer, Refusal};
use super::{Component, Scope};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::pod::Owner;
use crate::world::row::Planned;
use crate::world::setup::Setup;
use crate::world::stateful_set::{Controller, PodManagementPolicy, Previous, StatusWrite, Write};
use crate::world::volume::{ClaimOwner, Template, TemplateSet};

/// A step of the controller of a side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// What the controller does.
    pub action: Action,
}

/// What the controller does next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Looks, and plans all writes of one sync.
    Sync,
    /// Makes a planned write for an ordinal; the template is that of the claim that it is about, if
    /// it is about one.
    Write(Ordinal, Template),
    /// Makes the status write that ends the sync.
    WriteStatus,
    /// Its cache of the set catches up with the store.
    CatchUp,
}

impl Component for Step {
    const NAME: &'static str = "statefulset-controller";
    const SHORT_NAME: &'static str = "statefulset";

    /// Syncs and writes, and the cache of the set, which catches up whether or not the controller
    /// syncs.
    const WORKERS: &'static [Scope] = &[Scope::Side, Scope::Side];

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        for cluster in ClusterId::BOTH {
            let mut enabled = |action| visit(Self { cluster, action });
            let controller = &world.clusters[cluster].controller;
            if controller.lags {
                enabled(Action::CatchUp);
            }
            if !is_syncing(setup, world, cluster) {
                if !plan(setup, world, cluster).is_empty() {
                    enabled(Action::Sync);
                }
                continue;
            }
            let mut writes = false;
            for ordinal in next_writes(setup, world, cluster) {
                writes = true;
                for template in next_claims(world.column(cluster, ordinal).planned).iter() {
                    enabled(Action::Write(ordinal, template));
                }
            }
            if !writes && controller.status != StatusWrite::None {
                enabled(Action::WriteStatus);
            }
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        Some(self.cluster)
    }

    fn ordinal(self) -> Option<Ordinal> {
        match self.action {
            Action::Write(ordinal, _) => Some(ordinal),
            Action::Sync | Action::WriteStatus | Action::CatchUp => None,
        }
    }

    fn worker(self) -> usize {
        usize::from(self.action == Action::CatchUp)
    }

    /// A controller that acts on an older cache does not count as a way back.
    fn recovers(self, before: &World) -> bool {
        match self.action {
            Action::Sync | Action::Write(..) => !before.clusters[self.cluster].controller.lags,
            Action::WriteStatus | Action::CatchUp => true,
        }
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        let cluster = self.cluster;
        match self.action {
            Action::Sync => {
                let plan = plan(setup, world, cluster);
                world.set_plan(setup, cluster, &plan);
            }
            Action::Write(ordinal, template) => {
                perform_write(setup, world, cluster, (ordinal, template));
            }
            Action::WriteStatus => write_status(setup, world, cluster),
            Action::CatchUp => {
                let controller = &mut world.clusters[cluster].controller;
                controller.lags = false;
                forget_previous(setup, &world.spent, controller);
            }
        }
    }

    /// The driver may watch the Pod that a write deletes.
    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let memory = Parts::controller(self.cluster);
        match self.action {
            Action::Sync | Action::CatchUp => memory,
            Action::WriteStatus => memory.and(Parts::set(self.cluster)),
            Action::Write(ordinal, _) => {
                let column = Parts::column(self.cluster).at(Some(ordinal));
                column.and(memory).and(Parts::DRIVER)
            }
        }
    }

    fn name(self, _: &Setup, before: &World) -> &'static str {
        match self.action {
            Action::Sync => "sync",
            Action::WriteStatus => "writeStatus",
            Action::CatchUp => "catchUp",
            Action::Write(ordinal, _) => match before.column(self.cluster, ordinal).planned {
                planned if !planned.creates.is_empty() => "createClaim",
                planned => name(planned.write),
            },
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        let cluster = self.cluster;
        let side = before.side(cluster);
        match self.action {
            Action::Sync => describe::sync(setup, before, cluster),
            Action::Write(ordinal, template) if !side[ordinal].planned.creates.is_empty() => {
                format!("create claim {}", setup.label(template, ordinal))
            }
            Action::Write(ordinal, template) => match side[ordinal].planned.write {
                Write::None | Write::CreateClaimThenPod | Write::CreateClaim => String::new(),
                Write::Adopt => format!("adopt Pod {ordinal}"),
                Write::CreatePod | Write::CreatePodThenOwnClaim => match side[ordinal].pod {
                    None => format!("create Pod {ordinal}"),
                    Some(_) => format!("create Pod {ordinal}: AlreadyExists"),
                },
                Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => {
                    describe::owner(setup, before, cluster, (ordinal, template))
                }
                Write::RefuseClaim => {
                    let claim = describe::deleting(setup, before, cluster, ordinal);
                    format!("abort the sync: {claim} is being deleted")
                }
                Write::DeleteFailed | Write::DeleteCondemned => match side[ordinal].pod {
                    None => format!("delete Pod {ordinal}: NotFound"),
                    Some(_) => format!("delete Pod {ordinal}"),
                },
            },
            Action::WriteStatus => "write status".to_owned(),
            Action::CatchUp => "the cache catches up".to_owned(),
        }
    }
}

/// What a request that makes no claim is called.
const fn name(write: Write) -> &'static str {
    match write {
        Write::Adopt => "adoptPod",
        Write::CreatePod | Write::CreatePodThenOwnClaim => "createPod",
        Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => {
            "ownClaim"
        }
        Write::DeleteFailed | Write::DeleteCondemned => "deletePod",
        Write::CreateClaimThenPod | Write::CreateClaim | Write::RefuseClaim | Write::None => {
            "giveUp"
        }
    }
}

/// The claims that the next request for an ordinal may be about: missing ones are made in any
/// order, as the real controller goes through a map, and owners written in the order of the
/// templates. A request about none names the first.
const fn next_claims(planned: Planned) -> TemplateSet {
    if !planned.creates.is_empty() {
        return planned.creates;
    }
    match planned.write {
        Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => {
            planned.owns.first()
        }
        _ => TemplateSet::FIRST,
    }
}

/// The loop of a sync that the next request for an ordinal belongs to; one ends before the next
/// begins.
const fn phase(write: Write) -> Option<u8> {
    match write {
        Write::None => None,
        Write::Adopt => Some(0),
        Write::CreateClaimThenPod
        | Write::CreatePod
        | Write::CreateClaim
        | Write::RefuseClaim
        | Write::DeleteFailed
        | Write::CreatePodThenOwnClaim
        | Write::OwnClaim => Some(1),
        Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => Some(2),
        Write::DeleteCondemned => Some(3),
    }
}

/// The ordinals whose write may come next: adoptions, then slots, then condemned Pods' claims,
/// then condemned Pods. Within one of these in any order, but for `OrderedReady`, which goes
/// through the slots upwards and through the condemned downwards.
fn next_writes(setup: &Setup, world: &World, cluster: ClusterId) -> impl Iterator<Item = Ordinal> {
    let side = world.side(cluster);
    let phase = move |ordinal: Ordinal| phase(side[ordinal].planned.write);
    let first = setup.ordinals().filter_map(phase).min();
    let next = setup
        .ordinals()
        .filter(move |&ordinal| first.is_some() && phase(ordinal) == first);
    let only = match (setup.clusters[cluster].policy, first) {
        (PodManagementPolicy::Parallel, _) | (_, Some(0)) => None,
        (PodManagementPolicy::OrderedReady, Some(1)) => next.clone().next(),
        (PodManagementPolicy::OrderedReady, _) => next.clone().next_back(),
    };
    next.filter(move |&ordinal| only.is_none_or(|only| only == ordinal))
}

/// Makes one planned write on the present store, which may be newer than what the sync saw.
fn perform_write(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) {
    let planned = world.column(cluster, ordinal).planned;
    let (answer, then) = if planned.creates.is_empty() {
        other_write(setup, world, cluster, (ordinal, template))
    } else {
        create_claim(world, cluster, (ordinal, template))
    };
    match answer {
        Ok(()) => world.column_mut(cluster, ordinal).planned = then,
        // An error ends the sync: everything but the status write is dropped.
        Err(_) => {
            for ordinal in setup.ordinals() {
                world.column_mut(cluster, ordinal).planned.drop_writes();
            }
        }
    }
    world.settle_plan(setup, cluster);
}

/// Makes a claim. One that is refused keeps no other from being made, and then ends the sync.
fn create_claim(
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) -> (Answer, Planned) {
    let mut planned = world.column(cluster, ordinal).planned;
    planned.creates.remove(template);
    let answer = api_server::create_claim(world, cluster, (ordinal, template), None);
    if answer.is_err() {
        planned.write = Write::RefuseClaim;
        planned.owns = TemplateSet::default();
    }
    if !planned.creates.is_empty() {
        return (Ok(()), planned);
    }
    planned.write = match (planned.write, planned.owns.is_empty()) {
        (Write::CreateClaimThenPod, true) => Write::CreatePod,
        (Write::CreateClaimThenPod, false) => Write::CreatePodThenOwnClaim,
        (Write::CreateClaim, false) => Write::OwnClaim,
        (Write::RefuseClaim, _) => return (Err(Refusal::AlreadyExists), planned),
        _ => Write::None,
    };
    (answer, planned)
}

/// A write that makes no claim.
fn other_write(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) -> (Answer, Planned) {
    let set_is_gone = world.clusters[cluster].controller.set_is_gone;
    let mut planned = world.column(cluster, ordinal).planned;
    let (answer, then) = match planned.write {
        Write::None | Write::CreateClaimThenPod | Write::CreateClaim => {
            unreachable!("no write is planned for {ordinal}")
        }
        Write::Adopt => (adopt(world, cluster, ordinal), Write::None),
        Write::CreatePod => {
            let owner = owner_of_pods(set_is_gone);
            (
                api_server::create_pod(world, cluster, ordinal, owner),
                Write::None,
            )
        }
        Write::CreatePodThenOwnClaim => {
            let owner = owner_of_pods(set_is_gone);
            (
                api_server::create_pod(world, cluster, ordinal, owner),
                Write::OwnClaim,
            )
        }
        Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => {
            planned.owns.remove(template);
            let then = match planned.write {
                same if !planned.owns.is_empty() => same,
                Write::OwnCondemnedClaimThenDelete => Write::DeleteCondemned,
                _ => Write::None,
            };
            let owned = own_claim(setup, world, cluster, (ordinal, template));
            (owned, then)
        }
        Write::RefuseClaim => (Err(Refusal::AlreadyExists), Write::None),
        // The request has a name and no uid, so it may strike a later incarnation.
        Write::DeleteFailed | Write::DeleteCondemned => (
            api_server::delete_pod(setup, world, cluster, ordinal, false),
            Write::None,
        ),
    };
    planned.write = then;
    (answer, planned)
}

/// Whether a sync is under way: something is left to write.
fn is_syncing(setup: &Setup, world: &World, cluster: ClusterId) -> bool {
    let side = world.side(cluster);
    let plans = |ordinal: Ordinal| side[ordinal].planned != Planned::default();
    side.controller.status != StatusWrite::None || setup.ordinals().any(plans)
}

/// Whose Pods a sync creates: those of the set that it saw.
const fn owner_of_pods(set_is_gone: bool) -> Owner {
    if set_is_gone {
        Owner::RemovedSet
    } else {
        Owner::Set
    }
}

/// The owner that a planned write gives to a claim, by the set and the Pod that the sync saw.
fn claim_owner(setup: &Setup, world: &World, cluster: ClusterId, ordinal: Ordinal) -> ClaimOwner {
    let side = world.side(cluster);
    let in_range = side[ordinal].planned.write == Write::OwnClaim;
    match setup.clusters[cluster].retention.owner(in_range) {
        ClaimOwner::Set if side.controller.set_is_gone => ClaimOwner::RemovedSet,
        ClaimOwner::Pod if side[ordinal].pod.is_none() => ClaimOwner::RemovedPod,
        owner => owner,
    }
}

/// PUT of a claim's owner. In Kubernetes a claim that has changed since the look refuses it, and
/// the next sync tries again.
fn own_claim(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) -> Answer {
    let owner = claim_owner(setup, world, cluster, ordinal);
    let claim = world.column_mut(cluster, ordinal)[template].claim.as_mut();
    claim.ok_or(Refusal::NotFound)?.owner = owner;
    Ok(())
}

/// PATCH of the Pod's owner, after a live look at the set.
fn adopt(world: &mut World, cluster: ClusterId, ordinal: Ordinal) -> Answer {
    let side = world.side(cluster);
    let set_stays = !side.controller.set_is_gone && side.set.is_some_and(|set| !set.deleting);
    match &mut world.column_mut(cluster, ordinal).pod {
        Some(pod) if set_stays && pod.owner == Owner::Nobody => {
            pod.owner = Owner::Set;
            Ok(())
        }
        _ => Err(Refusal::NotFound),
    }
}

/// The status write. A conflict is retried and lands with the generation that the sync saw.
fn write_status(setup: &Setup, world: &mut World, cluster: ClusterId) {
    let status = world.clusters[cluster].controller.status;
    for ordinal in setup.ordinals() {
        let column = world.column_mut(cluster, ordinal);
        column.counted = column.planned.counted;
    }
    world.forget_plan(setup, cluster);
    let set = world.clusters[cluster].set.as_mut();
    let set = set.expect("a removed set has no status write");
    set.observed |= status == StatusWrite::Equal && setup.reads[cluster].observed_generation;
}

/// The previous version is of no use once no cache lags and none can come to.
pub fn forget_previous(setup: &Setup, spent: &[u8], controller: &mut Controller) {
    let pool = setup.budget.lag_pool.map(usize::from);
    let exhausted = pool.is_none_or(|pool| spent[pool] >= setup.budget.pools[pool].at_most);
    if exhausted && !controller.lags {
        controller.previous = Previous::Unknown;
    }
}
