//! The garbage collector of each side: orphans what a deleted set owns, and deletes what is owned
//! by something that is gone.
//!
//! Kubernetes 1.31: `attemptToOrphanWorker`, `orphanDependents` and `attemptToDeleteItem` in
//! pkg/controller/garbagecollector/garbagecollector.go.
//! Left out: background and foreground cascades.

use super::{Actor, Step, api_server};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::pod::Owner;
use crate::world::setup::Setup;
use crate::world::volume::ClaimOwner;

/// The actor.
#[derive(Clone, Copy, Debug)]
pub struct GarbageCollector;

/// What the garbage collector does next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Takes the deleted set out of a Pod's owners.
    Orphan(Ordinal),
    /// Takes the finalizer `orphan` off the set, which goes.
    RemoveSet,
    /// Deletes a Pod whose owner no longer exists.
    DeletePod(Ordinal),
    /// Takes the deleted set out of a claim's owners.
    OrphanClaim(Ordinal),
    /// Deletes a claim whose owner no longer exists.
    DeleteClaim(Ordinal),
}

impl Action {
    /// The ordinal that the action is about.
    #[must_use]
    pub const fn ordinal(self) -> Option<Ordinal> {
        match self {
            Self::Orphan(ordinal)
            | Self::DeletePod(ordinal)
            | Self::OrphanClaim(ordinal)
            | Self::DeleteClaim(ordinal) => Some(ordinal),
            Self::RemoveSet => None,
        }
    }
}

impl Actor for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector"
    }

    fn is_needed(&self, setup: &Setup) -> bool {
        setup.orphans_pods() || setup.owns_claims()
    }

    fn steps(&self, setup: &Setup, world: &World, out: &mut Vec<Step>) {
        for cluster in ClusterId::BOTH {
            let side = &world.clusters[cluster];
            let mut enabled = |action| out.push(Step::Collect(cluster, action));
            let owned_by = |owner| {
                move |ordinal: &Ordinal| side.pods[*ordinal].is_some_and(|pod| pod.owner == owner)
            };
            let claimed_by = |owners: &'static [ClaimOwner]| {
                move |ordinal: &Ordinal| {
                    side.claims[*ordinal].is_some_and(|claim| owners.contains(&claim.owner))
                }
            };
            if side.set.is_some_and(|set| set.deleting) {
                let mut pods = setup.ordinals().filter(owned_by(Owner::Set)).peekable();
                let mut claims = setup
                    .ordinals()
                    .filter(claimed_by(&[ClaimOwner::Set]))
                    .peekable();
                if pods.peek().is_none() && claims.peek().is_none() {
                    enabled(Action::RemoveSet);
                }
                pods.for_each(|ordinal| enabled(Action::Orphan(ordinal)));
                claims.for_each(|ordinal| enabled(Action::OrphanClaim(ordinal)));
            }
            for ordinal in setup.ordinals().filter(owned_by(Owner::RemovedSet)) {
                if side.pods[ordinal].is_some_and(|pod| !pod.terminating) {
                    enabled(Action::DeletePod(ordinal));
                }
            }
            let gone = &[ClaimOwner::RemovedSet, ClaimOwner::RemovedPod];
            for ordinal in setup.ordinals().filter(claimed_by(gone)) {
                if side.claims[ordinal].is_some_and(|claim| !claim.deleting) {
                    enabled(Action::DeleteClaim(ordinal));
                }
            }
        }
    }

    fn perform(&self, setup: &Setup, world: &mut World, step: Step) {
        let Step::Collect(cluster, action) = step else {
            unreachable!("{step:?}")
        };
        match action {
            Action::Orphan(ordinal) => {
                let pod = world.clusters[cluster].pods[ordinal].as_mut();
                pod.expect("the step was enabled by the Pod object").owner = Owner::Nobody;
            }
            Action::RemoveSet => api_server::remove_set(setup, world, cluster),
            Action::DeletePod(ordinal) => {
                api_server::delete_pod(setup, world, cluster, ordinal, false)
                    .expect("the step was enabled by the Pod object");
            }
            Action::OrphanClaim(ordinal) => {
                let claim = world.clusters[cluster].claims[ordinal].as_mut();
                claim.expect("the step was enabled by the claim").owner = ClaimOwner::Nobody;
            }
            Action::DeleteClaim(ordinal) => {
                api_server::delete_claim(world, cluster, ordinal)
                    .expect("the step was enabled by the claim");
            }
        }
    }

    fn describe(&self, _: &Setup, _: &World, step: Step) -> String {
        let Step::Collect(_, action) = step else {
            unreachable!("{step:?}")
        };
        match action {
            Action::Orphan(ordinal) => format!("orphan Pod {ordinal}"),
            Action::RemoveSet => "remove the set".to_owned(),
            Action::DeletePod(ordinal) => format!("delete Pod {ordinal}, whose owner is gone"),
            Action::OrphanClaim(ordinal) => format!("orphan claim {ordinal}"),
            Action::DeleteClaim(ordinal) => format!("delete claim {ordinal}, whose owner is gone"),
        }
    }
}
