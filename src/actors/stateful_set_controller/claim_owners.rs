//! Who owns a claim: the owners that the retention policy asks for, so that the garbage
//! collector deletes the claim with its Pod or its set.
//!
//! | `whenScaled` | `whenDeleted` | in the range | outside the range |
//! |---|---|---|---|
//! | Retain | Retain | nobody | nobody |
//! | Retain | Delete | the set | the set |
//! | Delete | Retain | nobody | the Pod |
//! | Delete | Delete | the set | the Pod |
//!
//! Kubernetes: `isClaimOwnerUpToDate`, `updateClaimOwnerRefForSetAndPod`, `hasStaleOwnerRef` and
//! `hasUnexpectedController` in pkg/controller/statefulset/stateful_set_utils.go; in 1.28.0
//! `claimOwnerMatchesSetAndPod`, which knows nothing of other controllers.

use super::rules::Rules;
use super::seen::{Owner, OwnerRef, Owners};
use crate::world::stateful_set::RetentionPolicy;

/// A claim's owners and what decides about them.
#[derive(Clone, Copy, Debug)]
pub struct Ownership {
    /// How this release decides.
    pub rules: Rules,
    /// `spec.persistentVolumeClaimRetentionPolicy`.
    pub policy: RetentionPolicy,
    /// The claim's ordinal is in the set's range.
    pub in_range: bool,
    /// The uid of the Pod that the controller has in hand is the one in the cache. A Pod that it
    /// has only just made up has no uid.
    pub pod_has_uid: bool,
    /// The owners that the claim has.
    pub owners: Owners,
}

impl Ownership {
    /// Whether the claim belongs to an earlier Pod of its name, and so to a Pod that is gone. It
    /// goes too, and a new Pod must not use it.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.policy.delete_when_scaled && self.names_older(means_pod)
    }

    /// The owners that the claim should have; `None` if it is to be left as it is.
    #[must_use]
    pub fn wanted(&self) -> Option<Owners> {
        // Most claims belong to nobody and shall not: the rest comes to the same, more slowly.
        if self.owners.is_empty() && self.asked() == (false, false) {
            return None;
        }
        if self.rules.controls_claims {
            (!self.is_settled()).then(|| self.controlled())
        } else {
            (!self.matches()).then(|| self.owned())
        }
    }

    /// The owners of the set and of the Pod in hand that the policy asks for.
    const fn asked(&self) -> (bool, bool) {
        let of_pod = self.policy.delete_when_scaled && !self.in_range;
        (self.policy.delete_when_deleted && !of_pod, of_pod)
    }

    fn matches(&self) -> bool {
        (self.has(Owner::Set), self.has(self.pod())) == self.asked()
    }

    /// Nothing is to be done: all is as the policy asks, or others look after the claim.
    fn is_settled(&self) -> bool {
        let ours = self.has(Owner::Set) || self.has(self.pod());
        if self.names_older(means_set) || self.names_older(means_pod) {
            return true;
        }
        if self.has_other_controller() {
            return !ours;
        }
        let is_plain = |reference: OwnerRef| {
            !reference.controller && [Owner::Set, self.pod()].contains(&reference.owner)
        };
        !self.owners.iter().any(is_plain) && self.matches()
    }

    /// Takes all references to the set and the Pod away, and adds those that the policy asks for
    /// unless something else controls the claim.
    fn controlled(&self) -> Owners {
        let others =
            |reference: OwnerRef| !means_set(reference.owner) && !means_pod(reference.owner);
        let mut owners = self.owners.filtered(others);
        if !self.has_other_controller() {
            self.add_asked(&mut owners, true);
        }
        owners
    }

    /// 1.28.0: takes away what the policy does not ask for, and adds what is missing.
    fn owned(&self) -> Owners {
        let (of_set, of_pod) = self.asked();
        let kept = |reference: OwnerRef| {
            (reference.owner != Owner::Set || of_set) && (reference.owner != self.pod() || of_pod)
        };
        let mut owners = self.owners.filtered(kept);
        self.add_asked(&mut owners, false);
        owners
    }

    fn add_asked(&self, owners: &mut Owners, controller: bool) {
        let (of_set, of_pod) = self.asked();
        for (asked, owner) in [(of_set, Owner::Set), (of_pod, self.pod())] {
            if asked && owners.iter().all(|reference| reference.owner != owner) {
                owners.push(OwnerRef { owner, controller });
            }
        }
    }

    /// The Pod in hand, as a reference would name it.
    const fn pod(&self) -> Owner {
        if self.pod_has_uid {
            Owner::Pod
        } else {
            Owner::NewPod
        }
    }

    fn has(&self, owner: Owner) -> bool {
        self.owners.iter().any(|reference| reference.owner == owner)
    }

    /// Whether a reference names the object by its name, and by the uid of an earlier one. Newer
    /// releases go by the first reference of that name.
    fn names_older(&self, means: impl Fn(Owner) -> bool) -> bool {
        let mut named = self.owners.iter().map(|reference| reference.owner);
        let mut named = named.by_ref().filter(|&owner| means(owner));
        let is_older = |owner| owner != Owner::Set && owner != self.pod();
        if self.rules.controls_claims {
            named.next().is_some_and(is_older)
        } else {
            named.any(is_older)
        }
    }

    /// With `Retain` for both it does not matter who else controls a claim.
    fn has_other_controller(&self) -> bool {
        let policy = self.policy;
        let is_other = |reference: OwnerRef| match reference.owner {
            Owner::Other => reference.controller,
            owner => owner != Owner::Set && owner != self.pod(),
        };
        (policy.delete_when_scaled || policy.delete_when_deleted)
            && self.owners.iter().any(is_other)
    }
}

const fn means_pod(owner: Owner) -> bool {
    matches!(owner, Owner::Pod | Owner::OldPod | Owner::NewPod)
}

const fn means_set(owner: Owner) -> bool {
    matches!(owner, Owner::Set | Owner::OldSet)
}
