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
use crate::world::row::Supply;
use crate::world::setup::Setup;
use crate::world::volume::{
    ClaimRef, Disk, ReclaimPolicy, Template, Volume, VolumeName, VolumePhase,
};

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
        Operation::GetClaim(ordinal, template) => get_claim(world, (find(ordinal)?, template)),
        Operation::GetVolume(ordinal, template) => get_volume(world, (find(ordinal)?, template)),
        Operation::CreateVolume(ordinal, template, copy, copied) => {
            create_volume(world, (find(ordinal)?, template), copy, copied)
        }
        Operation::CreateClaim(ordinal, template) => {
            create_claim(world, (find(ordinal)?, template), VolumeName::Static)
        }
        Operation::CreateLostClaim(ordinal, template) => {
            // No volume is provisioned for a claim that names one: there is none of this name.
            create_claim(world, (find(ordinal)?, template), VolumeName::Provisioned)
        }
        Operation::RestoreDisk(ordinal, template) => {
            restore_disk(world, (find(ordinal)?, template))
        }
        Operation::SetReclaimPolicy(object, policy) => {
            let ObjectKind::Volume(template) = object.kind else {
                return Err(Refusal::Invalid);
            };
            let volume = (find(object.ordinal)?, template);
            api_server::set_reclaim_policy(world, object.cluster, volume, policy)
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
        ObjectKind::Pod => {
            api_server::delete_pod_in_background(setup, world, object.cluster, ordinal?, force)
        }
        ObjectKind::Claim(template) => {
            api_server::delete_claim(world, object.cluster, (ordinal?, template))
        }
        ObjectKind::Volume(template) => {
            api_server::delete_volume(world, object.cluster, (ordinal?, template))
        }
        ObjectKind::StatefulSet => {
            api_server::delete_set(setup, world, object.cluster, Cascade::Orphan)
        }
    }
}

/// What a source has for a claim of an ordinal.
fn source(world: &World, (ordinal, template): (Ordinal, Template)) -> &Supply {
    &world.column(ClusterId::Source, ordinal)[template]
}

/// A claim in the destination that names a volume.
fn create_claim(world: &mut World, claim: (Ordinal, Template), volume: VolumeName) -> Answer {
    api_server::create_claim(world, ClusterId::Destination, claim, Some(volume))
}

fn get_claim(world: &mut World, claim: (Ordinal, Template)) -> Answer {
    let claim = source(world, claim).claim.ok_or(Refusal::NotFound)?;
    world.driver.read = Read::Claim(claim.volume);
    Ok(())
}

fn get_volume(world: &mut World, claim: (Ordinal, Template)) -> Answer {
    let Read::Claim(Some(name)) = world.driver.read else {
        return Err(Refusal::NotFound);
    };
    let volume = source(world, claim).volumes.get(name);
    let volume = volume.ok_or(Refusal::NotFound)?;
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
    place: (Ordinal, Template),
    copy: ClaimRefCopy,
    copied: Copied,
) -> Answer {
    let (disk, reclaim_policy, has_claim_ref) = fields(world, place, copied)?;
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
    api_server::create_volume(world, ClusterId::Destination, place, volume)
}

/// The disk and the reclaim policy of a copy, and whether the volume that was read had a `claimRef`.
fn fields(
    world: &mut World,
    place: (Ordinal, Template),
    copied: Copied,
) -> Result<(Disk, ReclaimPolicy, bool), Refusal> {
    match copied {
        Copied::Kept(policy) => {
            let volume = source(world, place).volumes.fixed;
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
fn restore_disk(world: &mut World, place: (Ordinal, Template)) -> Answer {
    let (ordinal, template) = place;
    let original = source(world, place).bound_disk();
    let original = original.ok_or(Refusal::NotFound)?;
    let destination = &world.column(ClusterId::Destination, ordinal)[template];
    if destination.claim.is_some() || destination.volumes.fixed.is_some() {
        return Err(Refusal::AlreadyExists);
    }
    let contents = contents_of_copy(world, place, original);
    world.rows[ordinal].storage[template].restored = contents;
    let volume = Volume {
        disk: Disk::Restored,
        phase: VolumePhase::Available,
        claim_ref: ClaimRef::NameOnly,
        reclaim_policy: ReclaimPolicy::Delete,
        deleting: false,
    };
    api_server::create_volume(world, ClusterId::Destination, place, volume)?;
    create_claim(world, place, VolumeName::Static)
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
        Operation::GetClaim(..)
        | Operation::GetVolume(..)
        | Operation::CreateVolume(..)
        | Operation::CreateClaim(..)
        | Operation::CreateLostClaim(..)
        | Operation::RestoreDisk(..) => describe_copying(setup, before, operation),
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

/// A request about a claim, a volume or a disk that is copied.
fn describe_copying(setup: &Setup, before: &World, operation: Operation) -> String {
    let label = |ordinal, template| conditions::label(setup, before, ordinal, template);
    match operation {
        Operation::GetClaim(ordinal, template) => {
            format!("get claim {} in source", label(ordinal, template))
        }
        Operation::GetVolume(ordinal, template) => {
            let label = label(ordinal, template);
            format!("get the volume of claim {label} in source")
        }
        Operation::CreateVolume(ordinal, template, ..) => {
            let label = label(ordinal, template);
            format!("create the volume of disk {label} in destination")
        }
        Operation::CreateClaim(ordinal, template) => {
            format!("create claim {} in destination", label(ordinal, template))
        }
        Operation::CreateLostClaim(ordinal, template) => {
            let label = label(ordinal, template);
            format!("create Lost claim {label} in destination")
        }
        Operation::RestoreDisk(ordinal, template) => {
            let label = label(ordinal, template);
            format!("restore disk {label} from backup in destination")
        }
        _ => String::new(),
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
