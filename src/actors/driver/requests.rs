//! What each operation does: the request that it makes, and its words.

use super::conditions::{self, describe_object as name, exists, holds};
use crate::actors::api_server::{self, Answer, Refusal};
use crate::actors::storage::contents_of_copy;
use crate::world::World;
use crate::world::driver::Read;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::program::{
    Cascade, ClaimRefCopy, Copied, Expression, ObjectKind, ObjectRef, Operation,
};
use crate::world::setup::Setup;
use crate::world::volume::{ClaimRef, Disk, ReclaimPolicy, Volume, VolumeName, VolumePhase};

/// One request, for the present `k`. A wait that is over, and a save, always succeed.
pub(super) fn perform(setup: &Setup, world: &mut World, operation: Operation) -> Answer {
    let k = world.driver.k;
    let value = |expression: Expression| expression.value(k, setup.replicas);
    let find = |expression: Expression| setup.existing(k, expression).ok_or(Refusal::NotFound);
    match operation {
        Operation::Patch {
            cluster,
            start,
            replicas,
        } => api_server::patch_set(setup, world, cluster, start.map(value), replicas.map(value)),
        Operation::Scale { cluster, replicas } => {
            api_server::patch_set(setup, world, cluster, None, Some(value(replicas)))
        }
        Operation::CreateSet {
            cluster,
            start,
            replicas,
        } => api_server::create_set(setup, world, cluster, value(start), value(replicas)),
        Operation::DeleteSet(cluster, cascade) => {
            api_server::delete_set(setup, world, cluster, cascade)
        }
        Operation::GetClaim(ordinal) => get_claim(world, find(ordinal)?),
        Operation::GetVolume(ordinal) => get_volume(world, find(ordinal)?),
        Operation::CreateVolume(ordinal, copy, copied) => {
            create_volume(world, find(ordinal)?, copy, copied)
        }
        Operation::CreateClaim(ordinal) => {
            let ordinal = find(ordinal)?;
            api_server::create_claim(
                world,
                ClusterId::Destination,
                ordinal,
                Some(VolumeName::Static),
            )
        }
        Operation::CreateLostClaim(ordinal) => {
            // No volume is provisioned for a claim that names one: there is none of this name.
            let (cluster, volume) = (ClusterId::Destination, VolumeName::Provisioned);
            api_server::create_claim(world, cluster, find(ordinal)?, Some(volume))
        }
        Operation::RestoreDisk(ordinal) => restore_disk(world, find(ordinal)?),
        Operation::SetReclaimPolicy(object, policy) => {
            api_server::set_reclaim_policy(world, object.cluster, find(object.ordinal)?, policy)
        }
        Operation::Delete(object) => delete(setup, world, object, find(object.ordinal), false),
        Operation::ForceDeletePod(object) => {
            delete(setup, world, object, find(object.ordinal), true)
        }
        Operation::Get(object) if exists(setup, world, object) => Ok(()),
        Operation::Get(_) => Err(Refusal::NotFound),
        Operation::Extra(verb, extra) => api_server::extra(world, verb, extra),
        Operation::AwaitGone(..)
        | Operation::Await(..)
        | Operation::Test(_)
        | Operation::Clock
        | Operation::Save => Ok(()),
    }
}

fn delete(
    setup: &Setup,
    world: &mut World,
    object: ObjectRef,
    ordinal: Result<Ordinal, Refusal>,
    force: bool,
) -> Answer {
    match object.kind {
        ObjectKind::Pod => api_server::delete_pod(setup, world, object.cluster, ordinal?, force),
        ObjectKind::Claim => api_server::delete_claim(world, object.cluster, ordinal?),
        ObjectKind::Volume => api_server::delete_volume(world, object.cluster, ordinal?),
        ObjectKind::StatefulSet => {
            api_server::delete_set(setup, world, object.cluster, Cascade::Orphan)
        }
    }
}

fn get_claim(world: &mut World, ordinal: Ordinal) -> Answer {
    let claim = world.rows[ordinal]
        .sides
        .source
        .claim
        .ok_or(Refusal::NotFound)?;
    world.driver.read = Read::Claim(claim.volume);
    Ok(())
}

fn get_volume(world: &mut World, ordinal: Ordinal) -> Answer {
    let Read::Claim(Some(name)) = world.driver.read else {
        return Err(Refusal::NotFound);
    };
    let volume = world.rows[ordinal]
        .sides
        .source
        .volumes
        .get(name)
        .ok_or(Refusal::NotFound)?;
    world.driver.read = Read::Volume {
        disk: volume.disk,
        reclaim_policy: volume.reclaim_policy,
        claim_ref: volume.claim_ref != ClaimRef::None,
    };
    Ok(())
}

/// The fields are those at the GET. A uid of the source means nothing in the destination.
fn create_volume(
    world: &mut World,
    ordinal: Ordinal,
    copy: ClaimRefCopy,
    copied: Copied,
) -> Answer {
    let (disk, reclaim_policy, has_claim_ref) = fields(world, ordinal, copied)?;
    let claim_ref = match copy {
        _ if !has_claim_ref => ClaimRef::None,
        ClaimRefCopy::Drop => ClaimRef::None,
        ClaimRefCopy::DropUid => ClaimRef::NameOnly,
        ClaimRefCopy::Keep => ClaimRef::DeadUid,
    };
    let phase = VolumePhase::Available;
    let volume = Volume {
        disk,
        phase,
        claim_ref,
        reclaim_policy,
        deleting: false,
    };
    api_server::create_volume(world, ClusterId::Destination, ordinal, volume)
}

/// The disk and the reclaim policy of a copy, and whether the volume that was read had a `claimRef`.
fn fields(
    world: &mut World,
    ordinal: Ordinal,
    copied: Copied,
) -> Result<(Disk, ReclaimPolicy, bool), Refusal> {
    match copied {
        Copied::Kept(policy) => {
            let volume = world.rows[ordinal].sides.source.volumes.fixed;
            let volume = volume.ok_or(Refusal::NotFound)?;
            Ok((volume.disk, policy, volume.claim_ref != ClaimRef::None))
        }
        Copied::Read(policy) => match std::mem::take(&mut world.driver.read) {
            Read::Volume {
                disk,
                reclaim_policy,
                claim_ref,
            } => Ok((disk, policy.unwrap_or(reclaim_policy), claim_ref)),
            _ => Err(Refusal::NotFound),
        },
    }
}

/// A new disk with the contents of the one behind the source's claim, its volume and its claim.
fn restore_disk(world: &mut World, ordinal: Ordinal) -> Answer {
    let original = world
        .column(ClusterId::Source, ordinal)
        .bound_disk()
        .ok_or(Refusal::NotFound)?;
    let destination = world.side(ClusterId::Destination);
    if destination[ordinal].claim.is_some() || destination[ordinal].volumes.fixed.is_some() {
        return Err(Refusal::AlreadyExists);
    }
    world.rows[ordinal].storage.restored = contents_of_copy(world, ordinal, original);
    let volume = Volume {
        disk: Disk::Restored,
        phase: VolumePhase::Available,
        claim_ref: ClaimRef::NameOnly,
        reclaim_policy: ReclaimPolicy::Delete,
        deleting: false,
    };
    api_server::create_volume(world, ClusterId::Destination, ordinal, volume)?;
    api_server::create_claim(
        world,
        ClusterId::Destination,
        ordinal,
        Some(VolumeName::Static),
    )
}

/// A request or a wait in words, with its values for the present `k`.
pub(super) fn describe(setup: &Setup, before: &World, operation: Operation) -> String {
    let k = before.driver.k;
    let value = |expression: Expression| expression.value(k, setup.replicas);
    match operation {
        Operation::Patch {
            cluster,
            start,
            replicas,
        } => {
            let fields: Vec<String> = [("start", start), ("replicas", replicas)]
                .into_iter()
                .filter_map(|(field, new)| Some(format!("{field} {}", value(new?))))
                .collect();
            format!("patch {} {}", cluster.name(), fields.join(", "))
        }
        Operation::Scale { cluster, replicas } => {
            format!("scale {} to {}", cluster.name(), value(replicas))
        }
        Operation::GetClaim(ordinal) => format!("get claim {} in source", value(ordinal)),
        Operation::GetVolume(ordinal) => {
            format!("get the volume of claim {} in source", value(ordinal))
        }
        Operation::CreateVolume(ordinal, ..) => {
            format!(
                "create the volume of disk {} in destination",
                value(ordinal)
            )
        }
        Operation::CreateClaim(ordinal) | Operation::CreateLostClaim(ordinal) => {
            let lost = matches!(operation, Operation::CreateLostClaim(_));
            let lost = if lost { "Lost " } else { "" };
            format!("create {lost}claim {} in destination", value(ordinal))
        }
        Operation::RestoreDisk(ordinal) => {
            format!("restore disk {} from backup in destination", value(ordinal))
        }
        Operation::SetReclaimPolicy(object, policy) => format!(
            "set the reclaim policy of {} in {} to {}",
            name(setup, before, object),
            object.cluster.name(),
            describe_policy(policy),
        ),
        Operation::Delete(object) => {
            format!(
                "delete {} in {}",
                name(setup, before, object),
                object.cluster.name()
            )
        }
        Operation::ForceDeletePod(object) => {
            format!(
                "force-delete {} in {}",
                name(setup, before, object),
                object.cluster.name()
            )
        }
        Operation::DeleteSet(cluster, cascade) => {
            let pods = describe_cascade(cascade);
            format!("delete the set in {} (cascade: {pods})", cluster.name())
        }
        Operation::CreateSet {
            cluster,
            start,
            replicas,
        } => format!(
            "create the set in {}: start {}, replicas {}",
            cluster.name(),
            value(start),
            value(replicas),
        ),
        Operation::AwaitGone(object, ..) => {
            format!(
                "{} is gone from {}",
                name(setup, before, object),
                object.cluster.name()
            )
        }
        Operation::Get(object) => format!(
            "get {} in {}",
            name(setup, before, object),
            object.cluster.name()
        ),
        Operation::Extra(verb, extra) => {
            let verb = verb.name();
            let name = &setup.extras[usize::from(extra.number)].name;
            format!("{verb} {name} in {}", extra.cluster.name())
        }
        Operation::Test(condition) => {
            let holds = if holds(setup, before, condition) {
                "yes"
            } else {
                "no"
            };
            let text = conditions::describe(setup, before, condition);
            format!("check whether {text}: {holds}")
        }
        Operation::Await(condition, _) => conditions::describe(setup, before, condition),
        Operation::Clock => "look at the clock: there is time left".to_owned(),
        Operation::Save => "save its position".to_owned(),
    }
}

const fn describe_cascade(cascade: Cascade) -> &'static str {
    match cascade {
        Cascade::Background => "background",
        Cascade::Foreground => "foreground",
        Cascade::Orphan => "orphan",
    }
}

const fn describe_policy(policy: ReclaimPolicy) -> &'static str {
    match policy {
        ReclaimPolicy::Retain => "Retain",
        ReclaimPolicy::Delete => "Delete",
    }
}
