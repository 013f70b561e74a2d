//! The controller that holds a deleted claim until no Pod on a node uses it.
//!
//! Kubernetes 1.31: `processPVC`, `isBeingUsed` and `podUsesPVC` in
//! pkg/controller/volume/pvcprotection/pvc_protection_controller.go.

use super::{Component, Scope, api_server};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::setup::Setup;
use crate::world::volume::Template;

/// A step of the controller of a side: it lets a deleted claim of an ordinal go.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// The ordinal.
    pub ordinal: Ordinal,
    /// The claim template.
    pub template: Template,
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
            for ordinal in setup.ordinals() {
                let column = world.column(cluster, ordinal);
                if column.pod.is_some_and(|pod| pod.scheduled) {
                    continue;
                }
                let deleting = |template: &_| {
                    let claim = column[*template].claim;
                    claim.is_some_and(|claim| claim.deleting)
                };
                for template in setup.templates().filter(deleting) {
                    visit(Self {
                        cluster,
                        ordinal,
                        template,
                    });
                }
            }
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        Some(self.cluster)
    }

    fn ordinal(self) -> Option<Ordinal> {
        Some(self.ordinal)
    }

    fn template(self) -> Option<Template> {
        Some(self.template)
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        let claim = (self.ordinal, self.template);
        api_server::remove_claim(setup, world, self.cluster, claim);
    }

    /// The driver may watch the claim.
    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let column = Parts::column(self.cluster).at(Some(self.ordinal));
        column.and(Parts::DRIVER)
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        "removeClaim"
    }

    fn describe(self, setup: &Setup, _: &World) -> String {
        let label = setup.label(self.template, self.ordinal);
        format!("remove pvc-protection from claim {label}")
    }
}
