//! Requests about the claims and volumes of an ordinal, by the claim template.

use super::{Answer, Refusal, notice_removal};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::program::ObjectKind;
use crate::world::setup::Setup;
use crate::world::volume::{Claim, ClaimRef, ReclaimPolicy, Template, Volume, VolumeName};

/// POST of a claim, naming a volume or not.
///
/// # Errors
/// `AlreadyExists` if the name is taken, by a claim that is being deleted too.
pub fn create_claim(
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
    volume: Option<VolumeName>,
) -> Answer {
    let claim = &mut world.column_mut(cluster, ordinal)[template].claim;
    if claim.is_some() {
        return Err(Refusal::AlreadyExists);
    }
    *claim = Some(Claim {
        volume,
        ..Claim::default()
    });
    Ok(())
}

/// DELETE of a claim: the finalizer `pvc-protection` holds it while a Pod uses it.
///
/// # Errors
/// `NotFound` if there is no such claim.
pub fn delete_claim(
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) -> Answer {
    let claim = world.column_mut(cluster, ordinal)[template]
        .claim
        .as_mut()
        .ok_or(Refusal::NotFound)?;
    claim.deleting = true;
    Ok(())
}

/// The claim's last finalizer is gone, and so is the claim. Its volume names a dead uid now.
pub fn remove_claim(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) {
    let supply = &mut world.column_mut(cluster, ordinal)[template];
    supply.claim = None;
    let volumes = &mut supply.volumes;
    for volume in [&mut volumes.fixed, &mut volumes.provisioned]
        .into_iter()
        .flatten()
    {
        if volume.claim_ref == ClaimRef::Claim {
            volume.claim_ref = ClaimRef::DeadUid;
        }
    }
    notice_removal(setup, world, ObjectKind::Claim(template), cluster, ordinal);
}

/// POST of a volume for a disk that exists already.
///
/// # Errors
/// `AlreadyExists` if the name is taken.
pub fn create_volume(
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
    volume: Volume,
) -> Answer {
    let place = &mut world.column_mut(cluster, ordinal)[template].volumes.fixed;
    if place.is_some() {
        return Err(Refusal::AlreadyExists);
    }
    *place = Some(volume);
    Ok(())
}

/// DELETE of an ordinal's volume: the finalizer `pv-protection` holds it while it is Bound.
///
/// # Errors
/// `NotFound` if there is no such volume.
pub fn delete_volume(
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) -> Answer {
    let supply = &mut world.column_mut(cluster, ordinal)[template];
    let volume = supply.volumes.fixed.as_mut();
    volume.ok_or(Refusal::NotFound)?.deleting = true;
    Ok(())
}

/// The volume object goes; the disk behind it stays.
pub fn remove_volume(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
    name: VolumeName,
) {
    let supply = &mut world.column_mut(cluster, ordinal)[template];
    *supply.volumes.get_mut(name) = None;
    if name == VolumeName::Static {
        let kind = ObjectKind::Volume(template);
        notice_removal(setup, world, kind, cluster, ordinal);
    }
}

/// PATCH of the reclaim policy of an ordinal's volume.
///
/// # Errors
/// `NotFound` if there is no such volume.
pub fn set_reclaim_policy(
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
    policy: ReclaimPolicy,
) -> Answer {
    let supply = &mut world.column_mut(cluster, ordinal)[template];
    let volume = supply.volumes.fixed.as_mut();
    volume.ok_or(Refusal::NotFound)?.reclaim_policy = policy;
    Ok(())
}
