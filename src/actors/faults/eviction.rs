//! `eviction`: a Pod is deleted from outside.

use super::{Fault, Reach, Target};
use crate::actors::api_server;
use crate::world::World;
use crate::world::setup::Setup;

/// A DELETE of a Pod that is not terminating yet, as `kubectl drain` or a taint brings about.
///
/// Kubernetes: the eviction subresource in pkg/registry/core/pod/storage/eviction.go, without a
/// PodDisruptionBudget.
#[derive(Clone, Copy, Debug)]
pub struct Eviction;

impl Fault for Eviction {
    fn name(&self) -> &'static str {
        "eviction"
    }

    fn summary(&self) -> &'static str {
        "a Pod is deleted, by a drain, a taint or a person"
    }

    fn is_ordinary(&self) -> bool {
        true
    }

    fn reach(&self) -> Reach {
        Reach::Pod
    }

    fn may_strike(&self, world: &World, target: Target) -> bool {
        target.pod(world).is_some_and(|pod| !pod.terminating)
    }

    fn strike(&self, setup: &Setup, world: &mut World, target: Target) {
        let Target::Pod(cluster, ordinal) = target else {
            unreachable!("{target:?}")
        };
        api_server::delete_pod(setup, world, cluster, ordinal, false).expect("the Pod exists");
    }

    fn describe(&self, target: Target) -> String {
        let ordinal = target.ordinal().unwrap_or_default();
        format!("delete Pod {ordinal}")
    }
}
