//! What the controller does for one Pod: its claims first, then the Pod, then the claims' owners.
//!
//! Kubernetes: `CreateStatefulPod`, `UpdateStatefulPod`, `DeleteStatefulPod`,
//! `createMissingPersistentVolumeClaims`, `PodClaimIsStale`, `ClaimsMatchRetentionPolicy` and
//! `UpdatePodClaimForRetentionPolicy` in pkg/controller/statefulset/stateful_pod_control.go.
//! A claim is found in the cache, which does not yet have what this sync has written.

use super::claim_owners::Ownership;
use super::request::{Api, Failure, Reason, Request, retry_on_conflict};
use super::seen::{Objects, Owners};
use super::sync::{Replica, Sync};
use crate::actors::api_server::Refusal;
use crate::world::id::Ordinal;

/// How often an update is tried that meets conflicts: `retry.DefaultBackoff`.
const UPDATES: u32 = 4;

impl<O: Objects, A: Api> Sync<'_, O, A> {
    /// Makes the claim and then the Pod. The claim's owners are put right even if the Pod is
    /// refused, unless there is one of that name.
    pub(super) fn create_stateful_pod(&mut self, ordinal: Ordinal) -> Result<(), Failure> {
        self.create_claims(ordinal)?;
        let revision = self.replicas[ordinal].revision();
        let created = self.api.request(Request::CreatePod(ordinal, revision));
        if created == Err(Refusal::AlreadyExists) {
            return Ok(created?);
        }
        self.update_claim_owners(ordinal, self.replicas[ordinal])?;
        Ok(created?)
    }

    /// Puts the Pod's identity, its volumes and its claim's owners right. The Pod is written
    /// last, also when only its claim was wrong; a conflict starts anew with the cached Pod.
    pub(super) fn update_stateful_pod(&mut self, ordinal: Ordinal) -> Result<(), Failure> {
        let mut in_hand = self.replicas[ordinal];
        retry_on_conflict(UPDATES, || {
            let mut consistent = !in_hand.is_misnamed();
            in_hand.name();
            if self.misses_volume(in_hand) {
                in_hand.add_volume();
                consistent = false;
                self.create_claims(ordinal)?;
            }
            if self.wanted_owners(ordinal, in_hand).is_some() {
                self.update_claim_owners(ordinal, in_hand)?;
                consistent = false;
            }
            if consistent {
                return Ok(());
            }
            let updated = self.api.request(Request::UpdatePod(ordinal));
            if let (Err(_), Some(pod)) = (updated, self.objects.pod(ordinal)) {
                in_hand = Replica::Stored(pod);
            }
            Ok(updated?)
        })
    }

    /// Deletes the Pod, by its name alone.
    pub(super) fn delete_stateful_pod(
        &mut self,
        ordinal: Ordinal,
        reason: Reason,
    ) -> Result<(), Failure> {
        match self.api.request(Request::DeletePod(ordinal, reason)) {
            Err(Refusal::NotFound) if self.set.rules.tolerates_gone => Ok(()),
            answer => Ok(answer?),
        }
    }

    /// Makes the claim of a Pending Pod, if it is missing.
    pub(super) fn create_missing_claims(&mut self, ordinal: Ordinal) -> Result<(), Failure> {
        self.create_claims(ordinal)?;
        self.update_claim_owners(ordinal, self.replicas[ordinal])
    }

    /// Whether a claim of an earlier Pod is still there, which the garbage collector will delete.
    pub(super) fn claim_is_stale(&self, ordinal: Ordinal) -> bool {
        self.ownership(ordinal, self.replicas[ordinal])
            .is_some_and(|ownership| ownership.is_stale())
    }

    /// The owners that the Pod's claim should have instead of those that it has.
    pub(super) fn wanted_owners(&self, ordinal: Ordinal, pod: Replica) -> Option<Owners> {
        self.ownership(ordinal, pod)?.wanted()
    }

    /// Puts the owners of the Pod's claim right.
    pub(super) fn update_claim_owners(
        &mut self,
        ordinal: Ordinal,
        pod: Replica,
    ) -> Result<(), Failure> {
        match self.wanted_owners(ordinal, pod) {
            Some(owners) => Ok(self.api.request(Request::UpdateClaim(ordinal, owners))?),
            None => Ok(()),
        }
    }

    /// Whether the Pod lacks the volume of a claim that it should have.
    pub(super) fn misses_volume(&self, pod: Replica) -> bool {
        self.set.has_claims && pod.misses_volume()
    }

    fn create_claims(&mut self, ordinal: Ordinal) -> Result<(), Failure> {
        if !self.set.has_claims {
            return Ok(());
        }
        match self.objects.claim(ordinal) {
            None => Ok(self.api.request(Request::CreateClaim(ordinal))?),
            Some(claim) if claim.deleting => {
                self.api.give_up(ordinal);
                Err(Failure::ClaimIsDeleting)
            }
            Some(_) => Ok(()),
        }
    }

    fn ownership(&self, ordinal: Ordinal, pod: Replica) -> Option<Ownership> {
        let claim = self
            .objects
            .claim(ordinal)
            .filter(|_| self.set.has_claims && self.set.rules.owns_claims)?;
        Some(Ownership {
            rules: self.set.rules,
            policy: self.set.retention,
            in_range: self.set.range().contains(ordinal),
            pod_has_uid: pod.is_stored(),
            owners: claim.owners,
        })
    }
}
