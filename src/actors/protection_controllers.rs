//! The two controllers that hold deleted claims and volumes until nothing uses them.
//!
//! Kubernetes 1.31: `processPVC` in pkg/controller/volume/pvcprotection and `processPV` in
//! pkg/controller/volume/pvprotection. With `HonorPVReclaimPolicy` a volume that is to be
//! reclaimed is held until its disk is destroyed: that removal is a reclaim.
//! Left out: an unscheduled Pod would not hold its claim; here Pods are bound from birth.

use super::storage::describe_disk;
use super::{Actor, Step, api_server};
use crate::world::World;
use crate::world::id::ClusterId;
use crate::world::setup::Setup;
use crate::world::volume::{ReclaimPolicy, Volume, VolumeName, VolumePhase};

/// The actor.
#[derive(Clone, Copy, Debug)]
pub struct ProtectionControllers;

impl Actor for ProtectionControllers {
    fn name(&self) -> &'static str {
        "protection-controllers"
    }

    fn steps(&self, setup: &Setup, world: &World, out: &mut Vec<Step>) {
        if !setup.has_claims() {
            return;
        }
        for cluster in ClusterId::BOTH {
            let side = &world.clusters[cluster];
            for ordinal in setup.ordinals() {
                let deleting = side.claims[ordinal].is_some_and(|claim| claim.deleting);
                if deleting && side.pods[ordinal].is_none() {
                    out.push(Step::RemoveClaim(cluster, ordinal));
                }
                for name in [VolumeName::Static, VolumeName::Provisioned] {
                    if side.volumes[ordinal].get(name).is_some_and(may_go) {
                        out.push(Step::RemoveVolume(cluster, ordinal, name));
                    }
                }
            }
        }
    }

    fn perform(&self, setup: &Setup, world: &mut World, step: Step) {
        match step {
            Step::RemoveClaim(cluster, ordinal) => {
                api_server::remove_claim(setup, world, cluster, ordinal);
            }
            Step::RemoveVolume(cluster, ordinal, name) => {
                api_server::remove_volume(setup, world, cluster, ordinal, name);
            }
            _ => unreachable!("{step:?}"),
        }
    }

    fn describe(&self, _: &Setup, before: &World, step: Step) -> String {
        match step {
            Step::RemoveClaim(_, ordinal) => format!("let claim {ordinal} go"),
            Step::RemoveVolume(cluster, ordinal, name) => {
                let volume = before.clusters[cluster].volumes[ordinal].get(name);
                let disk = volume.map(|volume| describe_disk(volume.disk, ordinal));
                format!("let the volume of {} go", disk.unwrap_or_default())
            }
            _ => unreachable!("{step:?}"),
        }
    }
}

/// A deleted volume goes once it is not Bound, unless its disk is to be destroyed first.
fn may_go(volume: Volume) -> bool {
    let awaits_reclaim =
        volume.phase == VolumePhase::Released && volume.reclaim_policy == ReclaimPolicy::Delete;
    volume.deleting && volume.phase != VolumePhase::Bound && !awaits_reclaim
}
