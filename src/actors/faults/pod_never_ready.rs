//! `podNeverReady`: an incarnation that never becomes Ready.

use super::{Fault, Reach, Target};
use crate::world::World;
use crate::world::setup::Setup;

/// A Pod that is not Ready yet never will be: a bad image, a failing probe, a peer it cannot
/// find. Lasts as long as the incarnation.
#[derive(Clone, Copy, Debug)]
pub struct PodNeverReady;

impl Fault for PodNeverReady {
    fn name(&self) -> &'static str {
        "podNeverReady"
    }

    fn summary(&self) -> &'static str {
        "a Pod that is not Ready yet never becomes Ready"
    }

    fn is_ordinary(&self) -> bool {
        false
    }

    fn reach(&self) -> Reach {
        Reach::Pod
    }

    fn may_strike(&self, world: &World, target: Target) -> bool {
        let is_open = |pod: crate::world::pod::Pod| {
            pod.is_live() && !pod.terminating && !pod.ready && !pod.never_ready
        };
        target.pod(world).is_some_and(is_open)
    }

    fn strike(&self, _: &Setup, world: &mut World, target: Target) {
        let Target::Pod(cluster, ordinal) = target else {
            unreachable!("{target:?}")
        };
        let pod = world.rows[ordinal].sides[cluster]
            .pod
            .as_mut()
            .expect("the Pod exists");
        pod.never_ready = true;
    }

    fn describe(&self, target: Target) -> String {
        let ordinal = target.ordinal().unwrap_or_default();
        format!("Pod {ordinal} will never become Ready")
    }
}
