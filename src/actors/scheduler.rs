//! The scheduler of each side: binds Pods to nodes.
//!
//! Kubernetes 1.31: `podHasPVCs` and `PreFilter` in
//! pkg/scheduler/framework/plugins/volumebinding/volume_binding.go: a Pod whose claim is not bound,
//! is being deleted or is not there stays where it is until that changes.
//! Left out: nodes, which always have room; whether one is found is a step only on a side where
//! a claim can come to be deleted, since nothing else asks whether a Pod is on a node. Elsewhere Pods
//! are bound from birth.

use super::{Component, Scope};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::pod::{Pod, PodPhase};
use crate::world::row::Column;
use crate::world::setup::Setup;

/// A step of the scheduler of a side: it binds the Pod of an ordinal to a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// The ordinal.
    pub ordinal: Ordinal,
}

impl Component for Step {
    const NAME: &'static str = "kube-scheduler";
    const SHORT_NAME: &'static str = "scheduler";
    const WORKERS: &'static [Scope] = &[Scope::Ordinal];

    fn is_needed(setup: &Setup) -> bool {
        setup.schedules.source || setup.schedules.destination
    }

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        let sides = ClusterId::BOTH.into_iter();
        for cluster in sides.filter(|&id| setup.schedules[id]) {
            let side = world.side(cluster);
            let fitting = setup
                .ordinals()
                .filter(|&ordinal| fits(setup, &side[ordinal]));
            fitting.for_each(|ordinal| visit(Self { cluster, ordinal }));
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        Some(self.cluster)
    }

    fn ordinal(self) -> Option<Ordinal> {
        Some(self.ordinal)
    }

    fn perform(self, _: &Setup, world: &mut World) {
        let pod = world.column_mut(self.cluster, self.ordinal).pod.as_mut();
        pod.expect("the Pod was seen").scheduled = true;
    }

    fn may_change(self, _: &Setup, _: &World) -> Parts {
        Parts::column(self.cluster).at(Some(self.ordinal))
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        "bindPod"
    }

    fn describe(self, _: &Setup, _: &World) -> String {
        format!("bind Pod {} to a node", self.ordinal)
    }
}

/// Whether the Pod waits for a node, and its claims let it go to one.
fn fits(setup: &Setup, column: &Column) -> bool {
    let waits = |pod: Pod| pod.phase == PodPhase::Pending && !pod.scheduled && !pod.terminating;
    let lets = |template| {
        let claim = column[template].claim;
        claim.is_some_and(|claim| claim.bound && !claim.deleting)
    };
    column.pod.is_some_and(waits) && setup.templates().all(lets)
}
