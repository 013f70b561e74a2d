//! The controller that holds a deleted volume while it is Bound.
//!
//! Kubernetes 1.31: `processPV` in
//! pkg/controller/volume/pvprotection/pv_protection_controller.go. With `HonorPVReclaimPolicy`
//! a volume that is to be reclaimed is held until its disk is destroyed: that removal is a
//! reclaim, and a step of the persistent volume controller.

use super::storage::describe_disk;
use super::{Actor, Step, api_server};
use crate::world::World;
use crate::world::id::ClusterId;
use crate::world::program::ObjectKind;
use crate::world::setup::Setup;
use crate::world::volume::{ReclaimPolicy, Volume, VolumeName, VolumePhase};

/// The actor.
#[derive(Clone, Copy, Debug)]
pub struct PvProtectionController;

impl Actor for PvProtectionController {
    fn name(&self) -> &'static str {
        "pv-protection-controller"
    }

    fn is_needed(&self, setup: &Setup) -> bool {
        setup.deletes(ObjectKind::Volume)
    }

    fn steps(&self, setup: &Setup, world: &World, out: &mut Vec<Step>) {
        for cluster in ClusterId::BOTH {
            for ordinal in setup.ordinals() {
                let volumes = world.rows[ordinal].sides[cluster].volumes;
                let deleted = [VolumeName::Static, VolumeName::Provisioned]
                    .into_iter()
                    .filter(|&name| volumes.get(name).is_some_and(may_go));
                out.extend(deleted.map(|name| Step::RemoveVolume(cluster, ordinal, name)));
            }
        }
    }

    fn perform(&self, setup: &Setup, world: &mut World, step: Step) {
        let Step::RemoveVolume(cluster, ordinal, name) = step else {
            unreachable!("{step:?}")
        };
        api_server::remove_volume(setup, world, cluster, ordinal, name);
    }

    fn describe(&self, _: &Setup, before: &World, step: Step) -> String {
        let Step::RemoveVolume(cluster, ordinal, name) = step else {
            unreachable!("{step:?}")
        };
        let volume = before.rows[ordinal].sides[cluster].volumes.get(name);
        let disk = volume.map(|volume| describe_disk(volume.disk, ordinal));
        format!("let the volume of {} go", disk.unwrap_or_default())
    }
}

/// A deleted volume goes once it is not Bound, unless its disk is to be destroyed first.
fn may_go(volume: Volume) -> bool {
    let awaits_reclaim =
        volume.phase == VolumePhase::Released && volume.reclaim_policy == ReclaimPolicy::Delete;
    volume.deleting && volume.phase != VolumePhase::Bound && !awaits_reclaim
}
