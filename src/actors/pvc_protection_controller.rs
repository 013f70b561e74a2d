//! The controller that holds a deleted claim until no Pod on a node uses it.
//!
//! Kubernetes 1.31: `processPVC`, `isBeingUsed` and `podUsesPVC` in
//! pkg/controller/volume/pvcprotection/pvc_protection_controller.go.

use super::{Component, Scope, api_server};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::setup::Setup;

/// A step of the controller of a side: it lets the deleted claim of an ordinal go.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// The ordinal.
    pub ordinal: Ordinal,
}

impl Component for Step {
    const NAME: &'static str = "pvc-protection-controller";
    const SHORT_NAME: &'static str = "pvc-protection";
    const WORKERS: &'static [Scope] = &[Scope::Ordinal];

    fn is_needed(setup: &Setup) -> bool {
        setup.deletes_claims()
    }

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        for cluster in ClusterId::BOTH {
            let side = world.side(cluster);
            let may_go = |ordinal: &_| {
                let deleting = side[*ordinal].claim.is_some_and(|claim| claim.deleting);
                deleting && !side[*ordinal].pod.is_some_and(|pod| pod.scheduled)
            };
            let claims = setup.ordinals().filter(may_go);
            claims.for_each(|ordinal| visit(Self { cluster, ordinal }));
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        Some(self.cluster)
    }

    fn ordinal(self) -> Option<Ordinal> {
        Some(self.ordinal)
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        api_server::remove_claim(setup, world, self.cluster, self.ordinal);
    }

    /// The driver may watch the claim.
    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let column = Parts::column(self.cluster).at(Some(self.ordinal));
        column.and(Parts::DRIVER)
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        "removeClaim"
    }

    fn describe(self, _: &Setup, _: &World) -> String {
        format!("remove pvc-protection from claim {}", self.ordinal)
    }
}
