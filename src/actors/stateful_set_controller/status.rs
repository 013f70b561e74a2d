//! The status that ends a sync.
//!
//! Kubernetes: `computeReplicaStatus` and `updateStatefulSetStatus` in
//! pkg/controller/statefulset/stateful_set_control.go; `completeRollingUpdate` and
//! `inconsistentStatus` in stateful_set_utils.go; stateful_set_status_updater.go.

use super::request::{Api, Failure, Request, retry_on_conflict};
use super::revisions::Revisions;
use super::seen::{Set, Template, UpdateStrategy};
use super::sync::Outcome;

/// How often a status is written that meets conflicts: `retry.DefaultRetry`.
const WRITES: u32 = 5;

/// `status` of a set, but for `observedGeneration`: revisions, and how many Pods.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// `currentRevision`.
    pub current_revision: Option<Template>,
    /// `updateRevision`.
    pub update_revision: Option<Template>,
    /// `replicas`: Pods that exist, condemned and terminating ones too.
    pub replicas: i32,
    /// `readyReplicas`: Running and Ready ones.
    pub ready: i32,
    /// `availableReplicas`.
    pub available: i32,
    /// `currentReplicas`: of the current revision and not terminating. One less for each Pod
    /// that the rolling update has deleted, whatever its revision was.
    pub current: i32,
    /// `updatedReplicas`: of the update revision and not terminating.
    pub updated: i32,
}

/// The status that is stored, and whether it tells of the present spec.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StoredStatus {
    /// What it says.
    pub status: Status,
    /// `observedGeneration` is the generation that the sync sees.
    pub observed: bool,
}

impl Outcome {
    /// The status after a sync.
    #[must_use]
    pub fn status(&self, set: &Set<'_>, revisions: Revisions) -> Status {
        let mut status = Status {
            current_revision: Some(revisions.current),
            update_revision: Some(revisions.update),
            current: -self.updates,
            ..Status::default()
        };
        for (_, pod) in self.pods() {
            let counts = |revision| i32::from(!pod.terminating && pod.revision == revision);
            status.replicas += 1;
            status.ready += i32::from(pod.is_ready());
            status.available += i32::from(pod.is_ready() && pod.available);
            status.current += counts(revisions.current);
            status.updated += counts(revisions.update);
        }
        complete(set, &mut status);
        status
    }
}

/// An update in which every Pod is updated and Ready is complete. `minReadySeconds` does not
/// matter to it.
fn complete(set: &Set<'_>, status: &mut Status) {
    let rules = set.rules;
    let completes =
        !rules.completes_rolling_only || matches!(set.strategy, UpdateStrategy::RollingUpdate(_));
    let all = if rules.completes_by_spec {
        i32::from(set.slice.replicas())
    } else {
        status.replicas
    };
    if completes && [status.updated, status.ready, status.replicas] == [all; 3] {
        status.current = status.updated;
        status.current_revision = status.update_revision;
    }
}

/// Writes the status if it says something new. A conflict is tried again.
///
/// # Errors
/// The last refusal.
pub fn write_status(
    stored: &StoredStatus,
    status: Status,
    api: &mut impl Api,
) -> Result<(), Failure> {
    if stored.observed && stored.status == status {
        return Ok(());
    }
    retry_on_conflict(WRITES, || Ok(api.request(Request::WriteStatus(status))?))
}
