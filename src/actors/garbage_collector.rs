//! The garbage collector of each side: orphans the Pods of a deleted set.
//!
//! Kubernetes 1.31: `attemptToOrphanWorker`, `orphanDependents` and `attemptToDeleteItem` in
//! pkg/controller/garbagecollector/garbagecollector.go.
//! Left out: background and foreground cascades; owners of claims, which have none with the
//! default claim retention policy.

use super::{Actor, Step, api_server};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::pod::Owner;
use crate::world::setup::Setup;

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
}

impl Action {
    /// The ordinal that the action is about.
    #[must_use]
    pub const fn ordinal(self) -> Option<Ordinal> {
        match self {
            Self::Orphan(ordinal) | Self::DeletePod(ordinal) => Some(ordinal),
            Self::RemoveSet => None,
        }
    }
}

impl Actor for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector"
    }

    fn is_needed(&self, setup: &Setup) -> bool {
        setup.orphans_pods()
    }

    fn steps(&self, setup: &Setup, world: &World, out: &mut Vec<Step>) {
        for cluster in ClusterId::BOTH {
            let side = &world.clusters[cluster];
            let mut enabled = |action| out.push(Step::Collect(cluster, action));
            let owned_by = |owner| {
                move |ordinal: &Ordinal| side.pods[*ordinal].is_some_and(|pod| pod.owner == owner)
            };
            if side.set.is_some_and(|set| set.deleting) {
                let mut owned = setup.ordinals().filter(owned_by(Owner::Set)).peekable();
                if owned.peek().is_none() {
                    enabled(Action::RemoveSet);
                }
                owned.for_each(|ordinal| enabled(Action::Orphan(ordinal)));
            }
            for ordinal in setup.ordinals().filter(owned_by(Owner::RemovedSet)) {
                if side.pods[ordinal].is_some_and(|pod| !pod.terminating) {
                    enabled(Action::DeletePod(ordinal));
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
        }
    }
}
