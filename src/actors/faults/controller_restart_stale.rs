//! `controllerRestartStale`: the StatefulSet controller starts again with an older cache.

use super::{Fault, Reach, Target};
use crate::world::World;
use crate::world::setup::Setup;
use crate::world::stateful_set::Previous;

/// A side's StatefulSet controller restarts and lists from an API server that is one version of
/// the set behind, until its cache catches up. That breaks whatever trusts
/// `status.observedGeneration`: an earlier process wrote it.
///
/// Kubernetes: a reflector's first list may be served from a lagging watch cache
/// (kubernetes/kubernetes#59848).
#[derive(Clone, Copy, Debug)]
pub struct ControllerRestartStale;

impl Fault for ControllerRestartStale {
    fn name(&self) -> &'static str {
        "controllerRestartStale"
    }

    fn summary(&self) -> &'static str {
        "a StatefulSet controller restarts with a stale cache of the set"
    }

    fn is_ordinary(&self) -> bool {
        false
    }

    fn reach(&self) -> Reach {
        Reach::Cluster
    }

    fn may_strike(&self, world: &World, target: Target) -> bool {
        let Some(cluster) = target.cluster() else {
            return false;
        };
        let controller = &world.clusters[cluster].controller;
        let changes = !controller.lags || !world.plan(cluster).is_empty();
        controller.previous != Previous::Unknown && changes
    }

    fn strike(&self, setup: &Setup, world: &mut World, target: Target) {
        let Target::Cluster(cluster) = target else {
            unreachable!("{target:?}")
        };
        world.forget_plan(setup, cluster);
        world.clusters[cluster].controller.lags = true;
    }

    fn describe(&self, _: Target) -> String {
        "restart; its planned writes are lost, its cache is stale".to_owned()
    }
}
