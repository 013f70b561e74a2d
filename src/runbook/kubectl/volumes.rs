//! Volumes: their copies, and their reclaim policies.
//!
//! What the driver of the model has read is one claim or one volume. A script that reads several
//! before it creates the first can be followed all the same where nothing changes them in
//! between: a copy is then that of the volume as it is.

use serde_json::Value as Json;

use super::disks::{are_kept, exists};
use super::documents::document;
use super::requests::{How, created, patched, text_at};
use super::target::Thing;
use crate::runbook::clusters::Memory;
use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::runner::Halt;
use crate::runbook::symbols::{Symbol, SymbolId};
use crate::runbook::values::Value;
use crate::world::id::ClusterId;
use crate::world::program::{ClaimRefCopy, Copied, Expression, Operation};
use crate::world::volume::ReclaimPolicy;

/// Notes that a volume is read, or copied, after something else.
pub fn refuse(runner: &mut Runner<'_>, ordinal: u8) {
    runner.not_modelled(
        format!(
            "volume {ordinal} is read or copied after other claims and volumes were read, which is \
             modelled only if no claim or volume in source was deleted before"
        ),
        "for one ordinal after another, read the claim and its volume and create both",
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
            "a volume that is not a copy of one in source is not modelled",
            "copy it: `kubectl get pv … -o yaml > FILE`, then `kubectl create -f FILE`",
        );
        return Ok(Outcome::ok(state));
    };
    if cluster != ClusterId::Destination {
        runner.not_modelled(
            "a volume can only be copied to destination",
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
    let disk = disk.chars().next().and_then(SymbolId::of);
    match (
        runner.symbols.value(&named)?,
        disk.and_then(|id| runner.symbols.get(id))?,
    ) {
        (Value::VolumeName(_, name), Symbol::Of(Value::Disk(disk))) if name == disk => Some(*name),
        _ => None,
    }
}

/// Whose fields the copy has. A volume that is created without a reclaim policy is retained
/// (`SetDefaults_PersistentVolume` in pkg/apis/core/v1/defaults.go).
fn copied(runner: &mut Runner<'_>, object: &Json, ordinal: u8, state: &State) -> Option<Copied> {
    let text = text_at(object, "/spec/persistentVolumeReclaimPolicy");
    let (given, as_read) = match (runner.symbols.value(&text), text.as_str()) {
        (Some(&Value::Policy(_, known)), _) => (None, known),
        (_, "" | "Retain") => (Some(ReclaimPolicy::Retain), None),
        (_, "Delete") => (Some(ReclaimPolicy::Delete), None),
        _ => {
            runner.not_modelled(
                format!("the reclaim policy `{text}` is not modelled"),
                "keep it as it was read, or use `Retain` or `Delete`",
            );
            return None;
        }
    };
    if state.known.memory == Memory::Volume(ordinal) {
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
    let before = document(runner, &thing, cluster, &state);
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
        done.known.policies.insert(ordinal, policy);
    }
    let mut outcome = Outcome::ok(done);
    if !exists(runner, &thing, cluster) {
        outcome.failed.push(refused);
    }
    Ok(outcome)
}
