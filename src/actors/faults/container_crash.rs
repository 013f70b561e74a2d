//! `containerCrash`: a container ends by itself.

use super::{Fault, Reach, Target, runs};
use crate::world::World;
use crate::world::setup::Setup;

/// A Pod's containers stop. The kubelet reports the Pod as not Ready and restarts them; the
/// object and its incarnation stay.
///
/// Kubernetes: `restartPolicy: Always` in `computePodActions`,
/// pkg/kubelet/kuberuntime/kuberuntime_manager.go.
#[derive(Clone, Copy, Debug)]
pub struct ContainerCrash;

impl Fault for ContainerCrash {
    fn name(&self) -> &'static str {
        "containerCrash"
    }

    fn summary(&self) -> &'static str {
        "a container crashes; the kubelet restarts it"
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
        world.rows[ordinal].sides[cluster].containers.run = false;
    }

    fn describe(&self, target: Target) -> String {
        let ordinal = target.ordinal().unwrap_or_default();
        format!("containers of Pod {ordinal} crash")
    }
}
