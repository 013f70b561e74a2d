//! A claim and a volume that a script creates for each other: whether they bind.
//!
//! Kubernetes 1.31: `syncUnboundClaim`, `syncBoundClaim` and `checkVolumeSatisfyClaim` in
//! pkg/controller/volume/persistentvolume/pv_controller.go. A volume without a `claimRef` is bound
//! to a claim that names it if class, size, access modes and volume mode fit; one whose `claimRef`
//! names the claim is bound whatever they are. A claim that says that it is bound already
//! (`bind-completed`) is Lost if the volume's `claimRef` does not have its uid.

use serde_json::Value as Json;

use super::jsonpath;
use super::requests::differs;
use crate::runbook::copies::{ClaimCopy, VolumeCopy};
use crate::runbook::session::Runner;
use crate::world::program::ClaimRefCopy;

/// Notes a claim that is created; whether it is Lost from the start.
pub fn claim(runner: &mut Runner<'_>, key: (usize, u8), claim: ClaimCopy) -> bool {
    let copies = runner.session.copies.entry(key).or_default();
    let volume = copies.volume.as_ref();
    let names_it = volume.is_some_and(|volume| volume.claim_ref == ClaimRefCopy::DropUid);
    let is_lost = names_it && claim.bind_completed;
    copies.claim = Some(claim);
    if is_lost {
        let command = runner.findings.command_at(&runner.span);
        let text = "the claim keeps the annotation pv.kubernetes.io/bind-completed, and the volume's \
                    claimRef does not have its uid: the claim is Lost and never bound; leave the \
                    annotations out";
        runner.findings.assume(runner.span.clone(), command, text);
    } else {
        check(runner, key);
    }
    is_lost
}

/// Notes a volume that is created.
pub fn volume(runner: &mut Runner<'_>, key: (usize, u8), volume: VolumeCopy) {
    runner.session.copies.entry(key).or_default().volume = Some(volume);
    check(runner, key);
}

/// Refuses a pair that would not be bound, where the model would bind it.
fn check(runner: &mut Runner<'_>, key: (usize, u8)) {
    let Some(copies) = runner.session.copies.get(&key) else {
        return;
    };
    let (Some(claim), Some(volume)) = (copies.claim.clone(), copies.volume.clone()) else {
        return;
    };
    let kind = "PersistentVolumeClaim";
    match volume.claim_ref {
        ClaimRefCopy::DropUid if claim.bind_completed => {
            let field = "pv.kubernetes.io/bind-completed";
            let effect = "the claim says that it is bound, but the volume's claimRef does not have \
                          its uid: it is Lost and never bound";
            let help = "leave the claim's annotations out, `del(.metadata.annotations)`, or the \
                        volume's claimRef, `del(.spec.claimRef)`";
            differs(runner, kind, field, None, effect, help);
        }
        // With a uid that no claim has it is never bound, in the model too.
        ClaimRefCopy::DropUid | ClaimRefCopy::Keep => (),
        // One that says that it is bound is bound to a free volume without being compared with it.
        ClaimRefCopy::Drop if claim.bind_completed => (),
        ClaimRefCopy::Drop => fits(runner, &claim, &volume),
    }
}

/// A volume that names no claim must fit.
fn fits(runner: &mut Runner<'_>, claim: &ClaimCopy, volume: &VolumeCopy) {
    let kind = "PersistentVolumeClaim";
    let keep = "or let the volume name the claim: keep its claimRef, without the uid";
    match &claim.class {
        None => {
            let effect = "it is left out, so that the claim gets the default class of this cluster, \
                          and is bound to the volume only if that has the same";
            let help = format!("write the class that the volume has, {keep}");
            differs(runner, kind, "spec.storageClassName", None, effect, &help);
        }
        Some(class) if jsonpath::text(class) != jsonpath::text(&volume.class) => {
            let effect = format!(
                "the volume's is `{}`, and the two are never bound",
                jsonpath::text(&volume.class)
            );
            let help = format!("give both the same class, {keep}");
            let field = "spec.storageClassName";
            differs(runner, kind, field, Some(class), &effect, &help);
        }
        Some(_) => (),
    }
    let has = |mode: &Json| {
        let mut modes = volume.modes.as_array().into_iter().flatten();
        modes.any(|other| other == mode)
    };
    let mut modes = claim.modes.as_array().into_iter().flatten();
    if let Some(mode) = modes.find(|mode| !has(mode)) {
        let effect = "the volume does not have this mode, and the two are never bound";
        let help = format!("give both the same access modes, {keep}");
        differs(runner, kind, "spec.accessModes", Some(mode), effect, &help);
    }
    if !claim.size_fits {
        let effect =
            "whether the volume is as large is not known, and a smaller one is never bound";
        let help = format!("ask for the size that the claim in source asks for, {keep}");
        let field = "spec.resources.requests.storage";
        differs(runner, kind, field, None, effect, &help);
    }
}
