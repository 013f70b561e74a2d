//! The Pods outside the range, from the highest down: their claims' owners, then the Pods.
//!
//! Kubernetes: `fixPodClaim` in `updateStatefulSet`, and `processCondemned`, in
//! pkg/controller/statefulset/stateful_set_control.go.

use super::request::{Api, Failure, Reason};
use super::seen::Objects;
use super::sync::{Flow, Sync};
use crate::world::id::Ordinal;

impl<O: Objects, A: Api> Sync<'_, O, A> {
    /// Gives the claim of a condemned Pod the owners of one outside the range.
    pub(super) fn fix_claim_owners(&mut self, ordinal: Ordinal) -> Result<Flow, Failure> {
        self.update_claim_owners(ordinal, self.replicas[ordinal])?;
        Ok(Flow::GoOn)
    }

    /// Deletes a condemned Pod. With `OrderedReady` one at a time, and of those that are not
    /// healthy only the first.
    pub(super) fn process_condemned(&mut self, ordinal: Ordinal) -> Result<Flow, Failure> {
        let monotonic = self.set.is_monotonic();
        let pod = self.replicas[ordinal];
        if pod.is_terminating() {
            return Ok(if monotonic { Flow::Stop } else { Flow::GoOn });
        }
        let is_fine = pod.is_healthy() && pod.is_available();
        if monotonic && !is_fine && self.first_unhealthy != Some(ordinal) {
            return Ok(Flow::Stop);
        }
        self.delete_stateful_pod(ordinal, Reason::Condemned)?;
        Ok(Flow::Stop)
    }
}
