//! The rolling update: Pods of an old revision are deleted, from the highest of the range down
//! to the partition.
//!
//! Kubernetes: the end of `updateStatefulSet`, and `updateStatefulSetAfterInvariantEstablished`
//! for `maxUnavailable`, in pkg/controller/statefulset/stateful_set_control.go;
//! `getStatefulSetMaxUnavailable` in stateful_set_utils.go.

use super::request::{Api, Failure, Reason};
use super::seen::{MaxUnavailable, Objects, RollingUpdate};
use super::sync::Sync;
use crate::actors::api_server::Refusal;
use crate::world::id::Ordinal;

impl<O: Objects, A: Api> Sync<'_, O, A> {
    /// Deletes what the rolling update lets go in this sync.
    pub(super) fn rolling_update(&mut self, rolling: RollingUpdate) -> Result<(), Failure> {
        let range = self.set.range();
        let keeps = u8::try_from(rolling.partition).unwrap_or(u8::MAX);
        let first = range.start.saturating_add(keeps).min(range.end);
        let targets = (first..range.end).map(Ordinal).rev();
        if !self.set.rules.max_unavailable {
            return self.update_one(targets);
        }
        let most = most_unavailable(rolling.max_unavailable, range.replicas());
        if self.set.is_monotonic() || !self.set.rules.spares_available {
            self.update_some(targets, most)
        } else {
            self.update_unavailable_first(targets, most)
        }
    }

    /// One Pod at a time: the highest with an old revision, unless one above it is not healthy.
    fn update_one(&mut self, targets: impl Iterator<Item = Ordinal>) -> Result<(), Failure> {
        for ordinal in targets {
            if self.is_outdated(ordinal) {
                return self.delete_outdated(ordinal);
            }
            if !self.is_healthy(self.replicas[ordinal]) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// With `maxUnavailable`: so many as may still be unavailable.
    fn update_some(
        &mut self,
        targets: impl Iterator<Item = Ordinal>,
        most: usize,
    ) -> Result<(), Failure> {
        let budget = most.saturating_sub(self.unavailable());
        let outdated: Vec<Ordinal> = targets.filter(|&target| self.is_outdated(target)).collect();
        for ordinal in outdated.into_iter().take(budget) {
            self.delete_outdated(ordinal)?;
        }
        Ok(())
    }

    /// With `maxUnavailable` and `Parallel`: first all that are not available anyway, which costs
    /// nothing, then as many others as may still be unavailable.
    fn update_unavailable_first(
        &mut self,
        targets: impl Iterator<Item = Ordinal>,
        most: usize,
    ) -> Result<(), Failure> {
        let budget = most.saturating_sub(self.unavailable());
        let (available, unavailable): (Vec<Ordinal>, Vec<Ordinal>) = targets
            .filter(|&target| self.is_outdated(target))
            .partition(|&target| self.replicas[target].is_available());
        for ordinal in unavailable {
            self.delete_outdated(ordinal)?;
        }
        for ordinal in available.into_iter().take(budget) {
            self.delete_outdated(ordinal)?;
        }
        Ok(())
    }

    /// How many Pods of the range are not available.
    fn unavailable(&self) -> usize {
        let range = self.set.range().ordinals();
        range
            .filter(|&ordinal| !self.is_healthy(self.replicas[ordinal]))
            .count()
    }

    /// Whether the Pod has an old revision and is not on its way out.
    fn is_outdated(&self, ordinal: Ordinal) -> bool {
        let pod = self.replicas[ordinal];
        pod.revision() != self.revisions.update && !pod.is_terminating()
    }

    /// A Pod that is gone already is not an error here.
    fn delete_outdated(&mut self, ordinal: Ordinal) -> Result<(), Failure> {
        match self.delete_stateful_pod(ordinal, Reason::Outdated) {
            Ok(()) | Err(Failure::Refused(Refusal::NotFound)) => {
                self.updates += 1;
                Ok(())
            }
            failure => failure,
        }
    }
}

/// `rollingUpdate.maxUnavailable` as a number, at least one.
fn most_unavailable(max: Option<MaxUnavailable>, replicas: u8) -> usize {
    let most = match max {
        None => 1,
        Some(MaxUnavailable::Pods(pods)) => pods,
        Some(MaxUnavailable::Percent(percent)) => u32::from(replicas).saturating_mul(percent) / 100,
    };
    usize::try_from(most.max(1)).unwrap_or(usize::MAX)
}
