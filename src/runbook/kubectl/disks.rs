//! What is known of the source's claims and volumes.

use super::target::Thing;
use crate::runbook::session::{Runner, State};
use crate::runbook::values::ClaimKey;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::volume::ReclaimPolicy;

/// Whether an object is a claim or volume that the source has from the start, and that nobody
/// ever deletes.
#[must_use]
pub fn exists(runner: &Runner<'_>, thing: &Thing, cluster: ClusterId) -> bool {
    let (Thing::Claim((_, ordinal)) | Thing::Volume((_, ordinal))) = *thing else {
        return false;
    };
    runner.session.keeps_disks && cluster == ClusterId::Source && is_original(runner, ordinal)
}

fn is_original(runner: &Runner<'_>, ordinal: u8) -> bool {
    let initial = runner.session.surroundings.sides.source.initial;
    initial.is_some_and(|slice| slice.contains(Ordinal(ordinal)))
}

/// Whether a claim of the source and its volume are still those of the start.
#[must_use]
pub fn are_kept(runner: &Runner<'_>, (_, ordinal): ClaimKey, state: &State) -> bool {
    let surroundings = runner.session.surroundings;
    let nothing_deleted = !surroundings.crashes && !state.known.has_deleted_disks;
    is_original(runner, ordinal)
        && !surroundings.sides.source.owns_claims
        && (runner.session.keeps_disks || nothing_deleted)
}

/// The present reclaim policy of the volume of a claim of the source, if the script knows it.
#[must_use]
pub fn policy(runner: &Runner<'_>, key: ClaimKey, state: &State) -> Option<ReclaimPolicy> {
    let surroundings = runner.session.surroundings;
    let at_start = runner.session.keeps_policies || !surroundings.crashes;
    let initial = surroundings.reclaim_policies.get(key.0).copied();
    let patched = state.known.policies.get(&key).copied();
    patched.or(initial.filter(|_| at_start))
}
