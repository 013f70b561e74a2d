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
use crate::world::volume::Template as ClaimTemplate;

/// How often an update is tried that meets conflicts: `retry.DefaultBackoff`.
const UPDATES: u32 = 4;

impl<O: Objects, A: Api> Sync<'_, O, A> {
    /// Makes the claims and then the Pod. The claims' owners are put right even if the Pod is
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

    /// Puts the Pod's identity, its volumes and its claims' owners right. The Pod is written
    /// last, also when only a claim was wrong; a conflict starts anew with the cached Pod.
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
            if !self.owners_match(ordinal, in_hand) {
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

    /// Makes the claims of a Pending Pod that are missing.
    pub(super) fn create_missing_claims(&mut self, ordinal: Ordinal) -> Result<(), Failure> {
        self.create_claims(ordinal)?;
        self.update_claim_owners(ordinal, self.replicas[ordinal])
    }

    /// Whether a claim of an earlier Pod is still there, which the garbage collector will delete.
    pub(super) fn claim_is_stale(&self, ordinal: Ordinal) -> bool {
        let pod = self.replicas[ordinal];
        self.set.claim_templates().any(|template| {
            self.ownership(ordinal, template, pod)
                .is_some_and(|ownership| ownership.is_stale())
        })
    }

    /// Whether all claims of the Pod that are there have the owners that they should have.
    pub(super) fn owners_match(&self, ordinal: Ordinal, pod: Replica) -> bool {
        let mut templates = self.set.claim_templates();
        templates.all(|template| self.wanted_owners(ordinal, template, pod).is_none())
    }

    /// The owners that a claim of the Pod should have instead of those that it has.
    fn wanted_owners(
        &self,
        ordinal: Ordinal,
        template: ClaimTemplate,
        pod: Replica,
    ) -> Option<Owners> {
        self.ownership(ordinal, template, pod)?.wanted()
    }

    /// Puts the owners of the Pod's claims right, up to the first that is refused.
    pub(super) fn update_claim_owners(
        &mut self,
        ordinal: Ordinal,
        pod: Replica,
    ) -> Result<(), Failure> {
        for template in self.set.claim_templates() {
            if let Some(owners) = self.wanted_owners(ordinal, template, pod) {
                let update = Request::UpdateClaim(ordinal, template, owners);
                self.api.request(update)?;
            }
        }
        Ok(())
    }

    /// Whether the Pod lacks the volume of a claim that it should have.
    pub(super) fn misses_volume(&self, pod: Replica) -> bool {
        self.set.claim_templates > 0 && pod.misses_volume()
    }

    /// Makes the claims that are missing. One that cannot be made keeps no other from being made,
    /// but the Pod.
    fn create_claims(&mut self, ordinal: Ordinal) -> Result<(), Failure> {
        let mut result = Ok(());
        let mut is_deleting = false;
        for template in self.set.claim_templates() {
            match self.objects.claim(ordinal, template) {
                None => {
                    let created = self.api.request(Request::CreateClaim(ordinal, template));
                    result = result.and(created);
                }
                Some(claim) => is_deleting |= claim.deleting,
            }
        }
        if is_deleting {
            self.api.give_up(ordinal);
            return Err(Failure::ClaimIsDeleting);
        }
        Ok(result?)
    }

    fn ownership(
        &self,
        ordinal: Ordinal,
        template: ClaimTemplate,
        pod: Replica,
    ) -> Option<Ownership> {
        let claim = self
            .objects
            .claim(ordinal, template)
            .filter(|_| self.set.rules.owns_claims)?;
        Some(Ownership {
            rules: self.set.rules,
            policy: self.set.retention,
            in_range: self.set.range().contains(ordinal),
            pod_has_uid: pod.is_stored(),
            owners: claim.owners,
        })
    }
}
