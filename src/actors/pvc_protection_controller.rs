//! The controller that holds a deleted claim until no Pod uses it.
//!
//! Kubernetes 1.31: `processPVC` and `isBeingUsed` in
//! pkg/controller/volume/pvcprotection/pvc_protection_controller.go.
//! Left out: an unscheduled Pod would not hold its claim; here Pods are bound from birth.

use super::{Actor, Step, api_server};
use crate::world::World;
use crate::world::id::ClusterId;
use crate::world::setup::Setup;

/// The actor.
#[derive(Clone, Copy, Debug)]
pub struct PvcProtectionController;

impl Actor for PvcProtectionController {
    fn name(&self) -> &'static str {
        "pvc-protection-controller"
    }

    fn is_needed(&self, setup: &Setup) -> bool {
        setup.deletes_claims()
    }

    fn steps(&self, setup: &Setup, world: &World, out: &mut Vec<Step>) {
        for cluster in ClusterId::BOTH {
            let side = world.side(cluster);
            let may_go = |ordinal: &_| {
                let deleting = side[*ordinal].claim.is_some_and(|claim| claim.deleting);
                deleting && side[*ordinal].pod.is_none()
            };
            let claims = setup.ordinals().filter(may_go);
            out.extend(claims.map(|ordinal| Step::RemoveClaim(cluster, ordinal)));
        }
    }

    fn perform(&self, setup: &Setup, world: &mut World, step: Step) {
        let Step::RemoveClaim(cluster, ordinal) = step else {
            unreachable!("{step:?}")
        };
        api_server::remove_claim(setup, world, cluster, ordinal);
    }

    fn describe(&self, _: &Setup, _: &World, step: Step) -> String {
        let ordinal = step.ordinal().unwrap_or_default();
        format!("let claim {ordinal} go")
    }
}
