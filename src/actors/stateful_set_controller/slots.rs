//! The ordinals of the range, from the lowest up: each gets its Pod.
//!
//! Kubernetes: `processReplica` in pkg/controller/statefulset/stateful_set_control.go.

use super::request::{Api, Failure, Reason};
use super::seen::Objects;
use super::sync::{Flow, Replica, Sync};
use crate::world::id::Ordinal;
use crate::world::pod::PodPhase;

impl<O: Objects, A: Api> Sync<'_, O, A> {
    /// What one ordinal of the range needs. With `OrderedReady`, `Stop` ends the sync; with
    /// `Parallel` it is the end of this ordinal only.
    pub(super) fn process_replica(&mut self, ordinal: Ordinal) -> Result<Flow, Failure> {
        let monotonic = self.set.is_monotonic();
        if let Flow::Stop = self.replace_ended(ordinal)? {
            return Ok(Flow::Stop);
        }
        if !self.replicas[ordinal].is_stored() {
            if self.claim_is_stale(ordinal) {
                return Ok(Flow::Stop);
            }
            self.create_stateful_pod(ordinal)?;
            if monotonic {
                return Ok(Flow::Stop);
            }
        }
        let pod = self.replicas[ordinal];
        // A Pending Pod may lack its claim, and so may one that is terminating.
        if pod.phase() == Some(PodPhase::Pending) {
            self.create_missing_claims(ordinal)?;
        }
        if monotonic && (!pod.is_healthy() || !pod.is_available()) {
            return Ok(Flow::Stop);
        }
        let owners_match = self.owners_match(ordinal, pod);
        if pod.is_misnamed() || self.misses_volume(pod) || !owners_match {
            self.update_stateful_pod(ordinal)?;
        }
        Ok(Flow::GoOn)
    }

    /// Deletes a Pod that has ended. The next one is made once this one's object is gone; 1.28.0
    /// does not wait for that, and knows only Failed Pods.
    fn replace_ended(&mut self, ordinal: Ordinal) -> Result<Flow, Failure> {
        let rules = self.set.rules;
        let pod = self.replicas[ordinal];
        match pod.phase() {
            Some(PodPhase::Failed) if rules.remakes_failed => {
                self.delete_stateful_pod(ordinal, Reason::Ended)?;
                self.replicas[ordinal] = self.new_pod(ordinal);
                Ok(Flow::GoOn)
            }
            Some(PodPhase::Failed | PodPhase::Succeeded) if !rules.remakes_failed => {
                if !pod.is_terminating() {
                    self.delete_stateful_pod(ordinal, Reason::Ended)?;
                }
                Ok(Flow::Stop)
            }
            _ => Ok(Flow::GoOn),
        }
    }

    /// A Pod for an ordinal without one, which the API server does not have yet.
    pub(super) fn new_pod(&self, ordinal: Ordinal) -> Replica {
        Replica::New(self.revisions.of_new_pod(self.set, ordinal))
    }
}
