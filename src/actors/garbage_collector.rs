//! The garbage collector of each side: orphans or deletes what a deleted set owns, and deletes what
//! is owned by something that is gone.
//!
//! Kubernetes 1.31: `attemptToOrphanWorker`, `orphanDependents`, `attemptToDeleteItem` and
//! `processDeletingDependentsItem` in pkg/controller/garbagecollector/garbagecollector.go. A Pod
//! or claim names its set by `NewControllerRef`, and so blocks the set's deletion in the foreground
//! (`blockingDependents` in graph.go). A Pod that owns its claim, as `whenScaled: Delete` has it of a
//! condemned Pod, and that goes along with its set, is itself deleted in the foreground. If it is on
//! a node, neither goes: the claim holds the Pod, and `pvc-protection` holds the claim.

use super::{Component, Scope, api_server};
use crate::world::World;
use crate::world::cluster::Side;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::pod::Owner;
use crate::world::row::Column;
use crate::world::setup::Setup;
use crate::world::volume::{Claim, ClaimOwner, Template};

/// A step of the garbage collector of a side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// What it does.
    pub action: Action,
}

/// What the garbage collector does next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Takes the deleted set out of a Pod's owners.
    Orphan(Ordinal),
    /// Takes its finalizer off the set, which goes.
    RemoveSet,
    /// Deletes a Pod whose owner no longer exists, or goes together with it.
    DeletePod(Ordinal),
    /// Takes its finalizer off a Pod, since no claim names it as its owner any more.
    ReleasePod(Ordinal),
    /// Takes the deleted set out of a claim's owners.
    OrphanClaim(Ordinal, Template),
    /// Deletes a claim whose owner no longer exists, or goes together with it.
    DeleteClaim(Ordinal, Template),
}

impl Component for Step {
    const NAME: &'static str = "garbage-collector";
    const SHORT_NAME: &'static str = "gc";

    /// For the set, for the Pod of an ordinal, and for its claim.
    const WORKERS: &'static [Scope] = &[Scope::Side, Scope::Ordinal, Scope::Ordinal];

    fn is_needed(setup: &Setup) -> bool {
        setup.orphans_pods() || setup.owns_claims()
    }

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        for cluster in ClusterId::BOTH {
            let side = world.side(cluster);
            let mut enabled = |action| visit(Self { cluster, action });
            if let Some(set) = side.set.filter(|set| set.deleting) {
                dependents(setup, side, set.foreground, &mut enabled);
            }
            let abandoned = |ordinal: &Ordinal| {
                side[*ordinal]
                    .pod
                    .is_some_and(|pod| pod.owner == Owner::RemovedSet && !pod.terminating)
            };
            let pods = setup.ordinals().filter(abandoned);
            pods.map(Action::DeletePod).for_each(&mut enabled);
            let held = |ordinal: &Ordinal| side[*ordinal].pod.is_some_and(|pod| pod.held);
            for ordinal in setup.ordinals().filter(held) {
                next_for_held(setup, &side[ordinal], ordinal, &mut enabled);
            }
            let abandoned = |claim: Claim| {
                let gone = [ClaimOwner::RemovedSet, ClaimOwner::RemovedPod];
                gone.contains(&claim.owner) && !claim.deleting
            };
            for (ordinal, template) in claims(setup, side, abandoned) {
                enabled(Action::DeleteClaim(ordinal, template));
            }
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        Some(self.cluster)
    }

    fn ordinal(self) -> Option<Ordinal> {
        match self.action {
            Action::Orphan(ordinal)
            | Action::DeletePod(ordinal)
            | Action::ReleasePod(ordinal)
            | Action::OrphanClaim(ordinal, _)
            | Action::DeleteClaim(ordinal, _) => Some(ordinal),
            Action::RemoveSet => None,
        }
    }

    fn template(self) -> Option<Template> {
        match self.action {
            Action::OrphanClaim(_, template) | Action::DeleteClaim(_, template) => Some(template),
            _ => None,
        }
    }

    fn worker(self) -> usize {
        match self.action {
            Action::RemoveSet => 0,
            Action::Orphan(_) | Action::DeletePod(_) | Action::ReleasePod(_) => 1,
            Action::OrphanClaim(..) | Action::DeleteClaim(..) => 2,
        }
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        let cluster = self.cluster;
        match self.action {
            Action::Orphan(ordinal) => {
                let pod = world.rows[ordinal].sides[cluster].pod.as_mut();
                pod.expect("the step was enabled by the Pod object").owner = Owner::Nobody;
            }
            Action::RemoveSet => api_server::remove_set(setup, world, cluster),
            Action::DeletePod(ordinal) => {
                let answer = if is_deleted_in_foreground(setup, world.side(cluster), ordinal) {
                    api_server::delete_pod_in_foreground(setup, world, cluster, ordinal)
                } else {
                    api_server::delete_pod(setup, world, cluster, ordinal, false)
                };
                answer.expect("the step was enabled by the Pod object");
            }
            Action::ReleasePod(ordinal) => {
                api_server::release_pod(setup, world, cluster, ordinal);
            }
            Action::OrphanClaim(ordinal, template) => {
                let claim = world.column_mut(cluster, ordinal)[template].claim.as_mut();
                claim.expect("the step was enabled by the claim").owner = ClaimOwner::Nobody;
            }
            Action::DeleteClaim(ordinal, template) => {
                api_server::delete_claim(world, cluster, (ordinal, template))
                    .expect("the step was enabled by the claim");
            }
        }
    }

    /// The driver may watch what goes.
    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let cluster = self.cluster;
        let parts = match self.action {
            Action::RemoveSet => Parts::set(cluster).and(Parts::controller(cluster)),
            _ => Parts::column(cluster).at(self.ordinal()),
        };
        parts.and(Parts::DRIVER)
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        match self.action {
            Action::Orphan(_) => "orphanPod",
            Action::RemoveSet => "removeSet",
            Action::DeletePod(_) => "deletePod",
            Action::ReleasePod(_) => "releasePod",
            Action::OrphanClaim(..) => "orphanClaim",
            Action::DeleteClaim(..) => "deleteClaim",
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        let side = before.side(self.cluster);
        let fate = |goes_along| {
            if goes_along {
                "is being deleted"
            } else {
                "is gone"
            }
        };
        match self.action {
            Action::Orphan(ordinal) => format!("orphan Pod {ordinal}"),
            Action::RemoveSet => "remove the set".to_owned(),
            Action::DeletePod(ordinal) => {
                let goes = side[ordinal].pod.is_some_and(|pod| pod.owner == Owner::Set);
                format!("delete Pod {ordinal}, whose owner {}", fate(goes))
            }
            Action::ReleasePod(ordinal) => format!("let Pod {ordinal} go, which owns no claim"),
            Action::OrphanClaim(ordinal, template) => {
                format!("orphan claim {}", setup.label(template, ordinal))
            }
            Action::DeleteClaim(ordinal, template) => {
                let along = [ClaimOwner::Set, ClaimOwner::Pod];
                let claim = side[ordinal][template].claim;
                let goes = claim.is_some_and(|claim| along.contains(&claim.owner));
                let label = setup.label(template, ordinal);
                format!("delete claim {label}, whose owner {}", fate(goes))
            }
        }
    }
}

/// The claims of a side that are `wanted`.
fn claims<'a>(
    setup: &'a Setup,
    side: Side<'a>,
    wanted: impl Fn(Claim) -> bool + Copy + 'a,
) -> impl Iterator<Item = (Ordinal, Template)> + Clone + 'a {
    setup.ordinals().flat_map(move |ordinal| {
        let is_wanted = move |template: &_| side[ordinal][*template].claim.is_some_and(wanted);
        let templates = setup.templates().filter(is_wanted);
        templates.map(move |template| (ordinal, template))
    })
}

/// The claims that name the Pod of their ordinal as their owner.
fn owned_claims<'c>(
    setup: &Setup,
    column: &'c Column,
) -> impl Iterator<Item = (Template, Claim)> + use<'c> {
    let claims = setup.templates();
    let claims = claims.filter_map(|template| Some((template, column[template].claim?)));
    claims.filter(|(_, claim)| claim.owner == ClaimOwner::Pod)
}

/// Whether a Pod that is to be deleted goes along with its set, and has a dependent of its own.
fn is_deleted_in_foreground(setup: &Setup, side: Side<'_>, ordinal: Ordinal) -> bool {
    let column = &side[ordinal];
    let is_owned = column.pod.is_some_and(|pod| pod.owner == Owner::Set);
    let owns = || owned_claims(setup, column).next().is_some();
    is_owned && side.set.is_some_and(|set| set.foreground) && owns()
}

/// What becomes of a Pod that is held: the claims that it owns are deleted, and then it goes.
fn next_for_held(
    setup: &Setup,
    column: &Column,
    ordinal: Ordinal,
    enabled: &mut impl FnMut(Action),
) {
    let mut owned = owned_claims(setup, column).peekable();
    if owned.peek().is_none() {
        enabled(Action::ReleasePod(ordinal));
    }
    for (template, claim) in owned {
        if !claim.deleting {
            enabled(Action::DeleteClaim(ordinal, template));
        }
    }
}

/// What becomes of what a set owns that is being deleted. The set goes once nothing names it.
fn dependents(setup: &Setup, side: Side<'_>, foreground: bool, enabled: &mut impl FnMut(Action)) {
    let owned = |ordinal: &Ordinal| {
        side[*ordinal]
            .pod
            .is_some_and(|pod| pod.owner == Owner::Set)
    };
    let is_owned = |claim: Claim| claim.owner == ClaimOwner::Set;
    let pods = setup.ordinals().filter(owned);
    let owned = claims(setup, side, is_owned);
    if pods.clone().next().is_none() && owned.clone().next().is_none() {
        return enabled(Action::RemoveSet);
    }
    if !foreground {
        pods.map(Action::Orphan).for_each(&mut *enabled);
        return owned
            .for_each(|(ordinal, template)| enabled(Action::OrphanClaim(ordinal, template)));
    }
    let stays = |ordinal: &Ordinal| side[*ordinal].pod.is_some_and(|pod| !pod.terminating);
    let pods = pods.filter(stays);
    pods.map(Action::DeletePod).for_each(&mut *enabled);
    let stays = |claim: Claim| is_owned(claim) && !claim.deleting;
    for (ordinal, template) in claims(setup, side, stays) {
        enabled(Action::DeleteClaim(ordinal, template));
    }
}
