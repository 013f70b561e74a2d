//! `controllerRestart`: the StatefulSet controller starts again with a fresh view.

use super::{Fault, Reach, Target};
use crate::world::World;
use crate::world::setup::Setup;

/// A side's StatefulSet controller restarts in the middle of a sync: the writes that it had not
/// made are lost, and it looks anew.
#[derive(Clone, Copy, Debug)]
pub struct ControllerRestart;

impl Fault for ControllerRestart {
    fn name(&self) -> &'static str {
        "controllerRestart"
    }

    fn summary(&self) -> &'static str {
        "a StatefulSet controller restarts in the middle of a sync"
    }

    fn is_ordinary(&self) -> bool {
        true
    }

    fn reach(&self) -> Reach {
        Reach::Cluster
    }

    fn may_strike(&self, world: &World, target: Target) -> bool {
        let cluster = target.cluster();
        cluster.is_some_and(|cluster| !world.plan(cluster).is_empty())
    }

    fn strike(&self, setup: &Setup, world: &mut World, target: Target) {
        let Target::Cluster(cluster) = target else {
            unreachable!("{target:?}")
        };
        world.forget_plan(setup, cluster);
        world.clusters[cluster].controller.lags = false;
    }

    fn describe(&self, _: Target) -> String {
        "restart; its planned writes are lost".to_owned()
    }
}
