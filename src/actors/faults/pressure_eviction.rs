//! `pressureEviction`: a node under pressure ends a Pod.

use super::{Fault, Reach, Target, runs};
use crate::world::World;
use crate::world::setup::Setup;

/// The kubelet stops a Pod's containers because its node runs short, and then reports the Pod
/// as Failed. The object stays until its controller deletes it.
///
/// Kubernetes: `evictPod` in pkg/kubelet/eviction/eviction_manager.go.
#[derive(Clone, Copy, Debug)]
pub struct PressureEviction;

impl Fault for PressureEviction {
    fn name(&self) -> &'static str {
        "pressureEviction"
    }

    fn summary(&self) -> &'static str {
        "the kubelet evicts a Pod under node pressure; its phase becomes Failed"
    }

    fn is_ordinary(&self) -> bool {
        true
    }

    fn reach(&self) -> Reach {
        Reach::Pod
    }

    fn may_strike(&self, world: &World, target: Target) -> bool {
        runs(world, target)
    }

    fn strike(&self, _: &Setup, world: &mut World, target: Target) {
        let Target::Pod(cluster, ordinal) = target else {
            unreachable!("{target:?}")
        };
        let containers = &mut world.rows[ordinal].sides[cluster].containers;
        containers.run = false;
        containers.evicted = true;
    }

    fn describe(&self, target: Target) -> String {
        let ordinal = target.ordinal().unwrap_or_default();
        format!("stop containers of Pod {ordinal} (node pressure)")
    }
}
