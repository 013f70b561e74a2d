//! The controller that holds a deleted volume while it is Bound.
//!
//! Kubernetes 1.31: `processPV` in
//! pkg/controller/volume/pvprotection/pv_protection_controller.go. With `HonorPVReclaimPolicy`
//! a volume that is to be reclaimed is held until its disk is destroyed: that removal is a
//! reclaim, and a step of the persistent volume controller.
//! Left out: what holds such a volume is its driver's finalizer, which a static one gets once it is
//! Bound; one that never was is held here, too.

use super::storage::describe_disk;
use super::{Component, Scope, api_server};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::setup::Setup;
use crate::world::volume::Template;
use crate::world::volume::{ReclaimPolicy, Volume, VolumeName, VolumePhase};

/// A step of the controller of a side: it lets a deleted volume of an ordinal go.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// The ordinal.
    pub ordinal: Ordinal,
    /// The claim template.
    pub template: Template,
    /// Which of the template's volumes of the ordinal.
    pub volume: VolumeName,
}

impl Component for Step {
    const NAME: &'static str = "pv-protection-controller";
    const SHORT_NAME: &'static str = "pv-protection";
    const WORKERS: &'static [Scope] = &[Scope::Ordinal];

    fn is_needed(setup: &Setup) -> bool {
        setup.deletes_volumes()
    }

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        for cluster in ClusterId::BOTH {
            for ordinal in setup.ordinals() {
                for template in setup.templates() {
                    let volumes = world.column(cluster, ordinal)[template].volumes;
                    let deleted = [VolumeName::Static, VolumeName::Provisioned]
                        .into_iter()
                        .filter(|&name| volumes.get(name).is_some_and(may_go));
                    deleted.for_each(|volume| {
                        visit(Self {
                            cluster,
                            ordinal,
                            template,
                            volume,
                        });
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
        let volume = (self.ordinal, self.template);
        api_server::remove_volume(setup, world, self.cluster, volume, self.volume);
    }

    /// The driver may watch the volume.
    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let column = Parts::column(self.cluster).at(Some(self.ordinal));
        column.and(Parts::DRIVER)
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        "removeVolume"
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        let label = setup.label(self.template, self.ordinal);
        let supply = &before.column(self.cluster, self.ordinal)[self.template];
        let volume = supply.volumes.get(self.volume);
        let disk = volume.map(|volume| describe_disk(volume.disk, &label));
        format!(
            "remove pv-protection from the volume of {}",
            disk.unwrap_or_default()
        )
    }
}

/// A deleted volume goes once it is not Bound, unless its disk is to be destroyed first.
fn may_go(volume: Volume) -> bool {
    let awaits_reclaim =
        volume.phase == VolumePhase::Released && volume.reclaim_policy == ReclaimPolicy::Delete;
    volume.deleting && volume.phase != VolumePhase::Bound && !awaits_reclaim
}
