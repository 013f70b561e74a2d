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

use super::{Component, Scope, api_server};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal, describe_slice};
use crate::world::parts::Parts;
use crate::world::pod::Owner;
use crate::world::row::Planned;
use crate::world::setup::Setup;
use crate::world::stateful_set::{Controller, PodManagementPolicy, Previous, StatusWrite, Write};
use crate::world::volume::ClaimOwner;

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
    /// Makes the planned write for an ordinal.
    Write(Ordinal),
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
                enabled(Action::Write(ordinal));
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
            Action::Write(ordinal) => Some(ordinal),
            Action::Sync | Action::WriteStatus | Action::CatchUp => None,
        }
    }

    fn worker(self) -> usize {
        usize::from(self.action == Action::CatchUp)
    }

    /// A controller that acts on an older cache does not count as a way back.
    fn recovers(self, before: &World) -> bool {
        match self.action {
            Action::Sync | Action::Write(_) => !before.clusters[self.cluster].controller.lags,
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
            Action::Write(ordinal) => perform_write(setup, world, cluster, ordinal),
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
            Action::Write(ordinal) => {
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
            Action::Write(ordinal) => match before.column(self.cluster, ordinal).planned.write {
                Write::Adopt => "adoptPod",
                Write::CreateClaimThenPod | Write::CreateClaim => "createClaim",
                Write::CreatePod | Write::CreatePodThenOwnClaim => "createPod",
                Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => {
                    "ownClaim"
                }
                Write::DeleteFailed | Write::DeleteCondemned => "deletePod",
                Write::RefuseClaim | Write::None => "giveUp",
            },
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        let cluster = self.cluster;
        let side = before.side(cluster);
        match self.action {
            Action::Sync => describe_sync(setup, before, cluster),
            Action::Write(ordinal) => match side[ordinal].planned.write {
                Write::None => String::new(),
                Write::Adopt => format!("adopt Pod {ordinal}"),
                Write::CreateClaimThenPod | Write::CreateClaim => format!("create claim {ordinal}"),
                Write::CreatePod | Write::CreatePodThenOwnClaim => match side[ordinal].pod {
                    None => format!("create Pod {ordinal}"),
                    Some(_) => format!("create Pod {ordinal}: AlreadyExists"),
                },
                Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete => {
                    describe_owner(setup, before, cluster, ordinal)
                }
                Write::RefuseClaim => format!("abort the sync: claim {ordinal} is being deleted"),
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
fn perform_write(setup: &Setup, world: &mut World, cluster: ClusterId, ordinal: Ordinal) {
    let set_is_gone = world.clusters[cluster].controller.set_is_gone;
    let (answer, then) = match world.column(cluster, ordinal).planned.write {
        Write::None => unreachable!("no write is planned for {ordinal}"),
        Write::Adopt => (adopt(world, cluster, ordinal), Write::None),
        Write::CreateClaimThenPod => (
            api_server::create_claim(world, cluster, ordinal, None),
            Write::CreatePod,
        ),
        Write::CreateClaim => (
            api_server::create_claim(world, cluster, ordinal, None),
            Write::None,
        ),
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
        Write::OwnClaim | Write::OwnCondemnedClaim => {
            (own_claim(setup, world, cluster, ordinal), Write::None)
        }
        Write::OwnCondemnedClaimThenDelete => (
            own_claim(setup, world, cluster, ordinal),
            Write::DeleteCondemned,
        ),
        Write::RefuseClaim => (Err(api_server::Refusal::AlreadyExists), Write::None),
        // The request has a name and no uid, so it may strike a later incarnation.
        Write::DeleteFailed | Write::DeleteCondemned => (
            api_server::delete_pod(setup, world, cluster, ordinal, false),
            Write::None,
        ),
    };
    match answer {
        Ok(()) => world.column_mut(cluster, ordinal).planned.write = then,
        // An error ends the sync: everything but the status write is dropped.
        Err(_) => {
            for ordinal in setup.ordinals() {
                world.column_mut(cluster, ordinal).planned.write = Write::None;
            }
        }
    }
    world.settle_plan(setup, cluster);
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
    ordinal: Ordinal,
) -> api_server::Answer {
    let owner = claim_owner(setup, world, cluster, ordinal);
    let claim = world.rows[ordinal].sides[cluster].claim.as_mut();
    claim.ok_or(api_server::Refusal::NotFound)?.owner = owner;
    Ok(())
}

fn describe_owner(setup: &Setup, world: &World, cluster: ClusterId, ordinal: Ordinal) -> String {
    match claim_owner(setup, world, cluster, ordinal) {
        ClaimOwner::Nobody => format!("clear the owner of claim {ordinal}"),
        ClaimOwner::Set | ClaimOwner::RemovedSet => format!(
            "make the set the owner of claim \
                                                             {ordinal}"
        ),
        ClaimOwner::Pod | ClaimOwner::RemovedPod => format!(
            "make its Pod the owner of claim \
                                                             {ordinal}"
        ),
    }
}

/// PATCH of the Pod's owner, after a live look at the set.
fn adopt(world: &mut World, cluster: ClusterId, ordinal: Ordinal) -> api_server::Answer {
    let side = world.side(cluster);
    let set_stays = !side.controller.set_is_gone && side.set.is_some_and(|set| !set.deleting);
    match &mut world.column_mut(cluster, ordinal).pod {
        Some(pod) if set_stays && pod.owner == Owner::Nobody => {
            pod.owner = Owner::Set;
            Ok(())
        }
        _ => Err(api_server::Refusal::NotFound),
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

/// Picks some of the writes of a plan.
type Picks = fn(Write) -> bool;

/// `sees {3..5}, plans create 3`: the range, and the writes.
fn describe_sync(setup: &Setup, world: &World, cluster: ClusterId) -> String {
    let side = world.side(cluster);
    let plan = plan(setup, world, cluster);
    let Some(view) = side.set_view() else {
        return "sees no set".to_owned();
    };
    let mut text = format!("sees {}", describe_slice(view.slice));
    if view.older {
        text += " (stale)";
    }
    let verbs: [(&str, Picks); 6] = [
        ("adopt", |write| write == Write::Adopt),
        ("create", |write| {
            matches!(
                write,
                Write::CreateClaimThenPod | Write::CreatePod | Write::CreatePodThenOwnClaim
            )
        }),
        ("create claim", |write| write == Write::CreateClaim),
        ("replace failed", |write| write == Write::DeleteFailed),
        ("set the owner of claim", |write| {
            matches!(
                write,
                Write::OwnClaim | Write::OwnCondemnedClaim | Write::OwnCondemnedClaimThenDelete
            )
        }),
        ("delete", |write| {
            matches!(
                write,
                Write::DeleteCondemned | Write::OwnCondemnedClaimThenDelete
            )
        }),
    ];
    let mut plans = Vec::new();
    for (verb, is) in verbs {
        let ordinals: Vec<String> = setup
            .ordinals()
            .filter(|&ordinal| is(plan.rows[ordinal].write))
            .map(|ordinal| ordinal.to_string())
            .collect();
        if !ordinals.is_empty() {
            plans.push(format!("{verb} {}", ordinals.join(" ")));
        }
    }
    if plans.is_empty() {
        text + ", plans a status write"
    } else {
        format!("{text}, plans {}", plans.join(", "))
    }
}
