//! Volumes: their copies, and their reclaim policies.
//!
//! What the driver of the model has read is one claim or one volume. A script that reads several
//! before it creates the first can be followed all the same where nothing changes them in
//! between: a copy is then that of the volume as it is.

use serde_json::Value as Json;

use super::create::{How, created, text_at};
use super::patch::patched;
use super::target::Thing;
use crate::runbook::hole::{Hole, HoleId};
use crate::runbook::shell::run::{Halt, Runner};
use crate::runbook::state::{Memory, Outcome, State};
use crate::world::id::{ClusterId, Ordinal};
use crate::world::program::{ClaimRefCopy, Copied, Expression, Operation};
use crate::world::volume::ReclaimPolicy;

/// Whether an object is a claim or volume that the source has from the start, and that nobody
/// ever deletes.
#[must_use]
pub fn exists(runner: &Runner<'_>, thing: &Thing, cluster: ClusterId) -> bool {
    let (Thing::Claim(ordinal) | Thing::Volume(ordinal)) = *thing else {
        return false;
    };
    runner.keeps_disks && cluster == ClusterId::Source && is_original(runner, ordinal)
}

fn is_original(runner: &Runner<'_>, ordinal: u8) -> bool {
    let initial = runner.surroundings.sides.source.initial;
    initial.is_some_and(|slice| slice.contains(Ordinal(ordinal)))
}

/// Whether the source's claim and volume of an ordinal are still those of the start.
#[must_use]
pub fn are_kept(runner: &Runner<'_>, ordinal: u8, state: &State) -> bool {
    let surroundings = runner.surroundings;
    let nothing_deleted = !surroundings.crashes && !state.env.has_deleted_disks;
    is_original(runner, ordinal)
        && !surroundings.sides.source.owns_claims
        && (runner.keeps_disks || nothing_deleted)
}

/// The present reclaim policy of the source's volume, if the script knows it.
#[must_use]
pub fn policy(runner: &Runner<'_>, ordinal: u8, state: &State) -> Option<ReclaimPolicy> {
    let surroundings = runner.surroundings;
    let at_start = runner.keeps_policies || !surroundings.crashes;
    let patched = state.env.policies.get(&ordinal).copied();
    patched.or_else(|| at_start.then_some(surroundings.reclaim_policy))
}

/// Notes that a volume is read, or copied, after something else.
pub fn refuse(runner: &mut Runner<'_>, ordinal: u8) {
    runner.not_modelled(
        format!(
            "volume {ordinal} is read or copied after other claims and volumes were read, which is \
             modelled only where no claim or volume in source is deleted before"
        ),
        "read the claim and its volume, and create both, ordinal by ordinal",
    );
}

/// `kubectl create` of a copy of the source's volume.
///
/// # Errors
/// The script cannot be followed any further.
pub fn create(
    runner: &mut Runner<'_>,
    object: &Json,
    cluster: ClusterId,
    how: How,
    state: State,
) -> Result<Outcome, Halt> {
    let Some(ordinal) = copied_ordinal(runner, object) else {
        runner.not_modelled(
            "a volume that is no copy of one in source is not modelled",
            "copy it: `kubectl get pv … -o yaml > FILE`, then `kubectl create -f FILE`",
        );
        return Ok(Outcome::ok(state));
    };
    if cluster != ClusterId::Destination {
        runner.not_modelled(
            "a volume can be copied to destination only",
            "create it there",
        );
        return Ok(Outcome::ok(state));
    }
    let Some(copied) = copied(runner, object, ordinal, &state) else {
        return Ok(Outcome::ok(state));
    };
    let claim_ref = match (
        object.pointer("/spec/claimRef"),
        object.pointer("/spec/claimRef/uid"),
    ) {
        (None | Some(Json::Null), _) => ClaimRefCopy::Drop,
        (Some(_), None | Some(Json::Null)) => ClaimRefCopy::DropUid,
        _ => ClaimRefCopy::Keep,
    };
    let number = Expression::number(i16::from(ordinal));
    let create = Operation::CreateVolume(number, claim_ref, copied);
    created(runner, create, &Thing::Volume(ordinal), cluster, how, state)
}

/// The ordinal whose volume a document is a copy of.
fn copied_ordinal(runner: &Runner<'_>, object: &Json) -> Option<u8> {
    let named = text_at(object, "/metadata/name");
    let disk = text_at(object, "/spec/csi/volumeHandle");
    let disk = disk.chars().next().and_then(HoleId::of);
    match (
        runner.holes.whole(&named)?,
        disk.map(|id| runner.holes.get(id))?,
    ) {
        (Hole::VolumeName(_, name), Hole::Disk(disk)) if name == disk => Some(*name),
        _ => None,
    }
}

/// Whose fields the copy has. A volume that is created without a reclaim policy is retained
/// (`SetDefaults_PersistentVolume` in pkg/apis/core/v1/defaults.go).
fn copied(runner: &mut Runner<'_>, object: &Json, ordinal: u8, state: &State) -> Option<Copied> {
    let text = text_at(object, "/spec/persistentVolumeReclaimPolicy");
    let (given, as_read) = match (runner.holes.whole(&text), text.as_str()) {
        (Some(&Hole::Policy(_, known)), _) => (None, known),
        (_, "" | "Retain") => (Some(ReclaimPolicy::Retain), None),
        (_, "Delete") => (Some(ReclaimPolicy::Delete), None),
        _ => {
            runner.not_modelled(
                format!("the reclaim policy `{text}` is not modelled"),
                "leave it as it was read, or write `Retain` or `Delete`",
            );
            return None;
        }
    };
    if state.env.memory == Memory::Volume(ordinal) {
        return Some(Copied::Read(given));
    }
    if !are_kept(runner, ordinal, state) {
        refuse(runner, ordinal);
        return None;
    }
    let policy = given.or(as_read);
    if policy.is_none() {
        runner.not_modelled(
            format!(
                "the reclaim policy of volume {ordinal} is not known: a run before a crash may have \
                 changed it"
            ),
            "give the copy a reclaim policy of its own",
        );
    }
    policy.map(Copied::Kept)
}

/// `kubectl patch` of a volume: its reclaim policy.
///
/// # Errors
/// The script cannot be followed any further.
pub fn patch(
    runner: &mut Runner<'_>,
    cluster: ClusterId,
    ordinal: u8,
    kind: &str,
    patch: &Json,
    state: State,
) -> Result<Outcome, Halt> {
    let thing = Thing::Volume(ordinal);
    let before = super::documents::document(runner, &thing, cluster, &state);
    let Some(after) = patched(runner, kind, &before, patch) else {
        return Ok(Outcome::failed(state));
    };
    let policy = match text_at(&after, "/spec/persistentVolumeReclaimPolicy").as_str() {
        "Retain" => ReclaimPolicy::Retain,
        "Delete" => ReclaimPolicy::Delete,
        _ => {
            runner.not_modelled(
                "this patch of a volume is not modelled",
                "only `spec.persistentVolumeReclaimPolicy` can be changed, to `Retain` or `Delete`",
            );
            return Ok(Outcome::ok(state));
        }
    };
    let Some(object) = thing.object(cluster) else {
        return Ok(Outcome::ok(state));
    };
    let (mut done, refused) = runner.emit(state, Operation::SetReclaimPolicy(object, policy))?;
    if cluster == ClusterId::Source {
        done.env.policies.insert(ordinal, policy);
    }
    let mut outcome = Outcome::ok(done);
    if !exists(runner, &thing, cluster) {
        outcome.failed.push(refused);
    }
    Ok(outcome)
}
