//! One sync of one StatefulSet, in the order of the original.
//!
//! A sync is a function of what it sees and of the answers to its requests. Whoever wants to
//! know what it plans answers all of them with yes.
//!
//! Kubernetes: `sync` in pkg/controller/statefulset/stateful_set.go; `UpdateStatefulSet`,
//! `performUpdate` and `updateStatefulSet` in stateful_set_control.go.

use super::adoption::claim_pods;
use super::request::{Api, Failure, Phase};
use super::revisions::{Revisions, adopt_orphans, revisions, truncate_history};
use super::seen::{Objects, Pod, Set, Template, UpdateStrategy};
use super::status::{StoredStatus, write_status};
use crate::world::id::{MAX_ORDINALS, Ordinal, OrdinalSet, Table};
use crate::world::pod::PodPhase;

/// One whole sync.
///
/// # Errors
/// What ended it. The controller logs it and tries again after a while.
pub fn sync<A: Api>(
    set: &Set<'_>,
    stored: &StoredStatus,
    objects: &impl Objects,
    api: &mut A,
) -> Result<(), Failure> {
    adopt_orphans(set, api)?;
    let claimed = claim_pods(set, objects, api)?;
    let revisions = revisions(set, api);
    let result = match revisions {
        Ok(revisions) => {
            let outcome = update_stateful_set(set, revisions, objects, claimed, api);
            let written = write_status(stored, outcome.status(set, revisions), api);
            outcome.result.and(written)
        }
        Err(failure) => Err(failure),
    };
    let named = revisions.map(|revisions| [revisions.current, revisions.update]);
    let is_live = |template| {
        let mut pods = claimed.iter().filter_map(|ordinal| objects.pod(ordinal));
        named.is_ok_and(|named| named.contains(&template))
            || pods.any(|pod| pod.revision == template)
    };
    let truncated = truncate_history(set, is_live, api);
    result.and(truncated)
}

/// Brings the Pods and claims closer to what the set asks for.
pub(super) fn update_stateful_set<O: Objects, A: Api>(
    set: &Set<'_>,
    revisions: Revisions,
    objects: &O,
    claimed: OrdinalSet,
    api: &mut A,
) -> Outcome {
    let mut outcome = Outcome {
        replicas: Table::default(),
        updates: 0,
        result: Ok(()),
    };
    let mut sync = Sync {
        set,
        revisions,
        objects,
        api,
        replicas: &mut outcome.replicas,
        condemned: OrdinalSet::default(),
        first_unhealthy: None,
        updates: 0,
    };
    sync.take_in_hand(claimed);
    if !set.deleting {
        outcome.result = sync.run();
        outcome.updates = sync.updates;
    }
    outcome
}

/// A sync under way.
pub(super) struct Sync<'a, O, A> {
    pub set: &'a Set<'a>,
    pub revisions: Revisions,
    pub objects: &'a O,
    pub api: &'a mut A,
    /// The Pods in hand: those of the range, made up where there are none, and the condemned.
    pub replicas: &'a mut Table<Replica>,
    /// The Pods outside the range: below its start as well as above its end.
    condemned: OrdinalSet,
    /// The first Pod that is not healthy: of the range, upwards, then of the condemned, upwards.
    pub first_unhealthy: Option<Ordinal>,
    /// How many Pods the rolling update has deleted.
    pub updates: i32,
}

/// A Pod that the controller has in hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Replica {
    /// None: no Pod of an ordinal outside the range.
    #[default]
    None,
    /// One that it has only made up, with this revision. It has no phase and no uid.
    New(Template),
    /// One of the cache.
    Stored(Pod),
}

/// Whether a loop over Pods goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    GoOn,
    Stop,
}

/// What a sync leaves.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The Pods in hand.
    pub replicas: Table<Replica>,
    /// How many Pods the rolling update has deleted.
    pub updates: i32,
    /// The error that ended it.
    pub result: Result<(), Failure>,
}

impl Outcome {
    /// The Pods that the API server had when the sync looked, but for those made again.
    pub fn pods(&self) -> impl Iterator<Item = (Ordinal, Pod)> + '_ {
        let ordinals = (0..MAX_ORDINALS as u8).map(Ordinal);
        ordinals.filter_map(|ordinal| Some((ordinal, self.replicas[ordinal].stored()?)))
    }
}

impl<O: Objects, A: Api> Sync<'_, O, A> {
    /// Takes in hand the Pods that are the set's, and makes up those that the range lacks.
    fn take_in_hand(&mut self, claimed: OrdinalSet) {
        let range = self.set.range();
        for ordinal in claimed.iter() {
            if let Some(pod) = self.objects.pod(ordinal) {
                self.replicas[ordinal] = Replica::Stored(pod);
                if !range.contains(ordinal) {
                    self.condemned.insert(ordinal);
                }
            }
        }
        for ordinal in range.ordinals() {
            if !self.replicas[ordinal].is_stored() {
                self.replicas[ordinal] = self.new_pod(ordinal);
            }
        }
        let mut looked_at = range.ordinals().chain(self.condemned.iter());
        let is_unhealthy = |&ordinal: &Ordinal| !self.is_healthy(self.replicas[ordinal]);
        self.first_unhealthy = looked_at.find(is_unhealthy);
    }

    /// Whether a Pod counts as healthy: for newer releases it has to be available too.
    pub(super) fn is_healthy(&self, pod: Replica) -> bool {
        if self.set.rules.counts_available {
            pod.is_available() && !pod.is_terminating()
        } else {
            pod.is_healthy()
        }
    }

    /// The loops of a sync. The first that stops ends it.
    fn run(&mut self) -> Result<(), Failure> {
        let range = self.set.range().ordinals();
        let condemned = self.condemned.iter().rev();
        let flow = self.run_for_all(Phase::Slots, range, Self::process_replica)?;
        if flow == Flow::Stop {
            return Ok(());
        }
        let claims = Phase::ClaimsOfCondemned;
        self.run_for_all(claims, condemned.clone(), Self::fix_claim_owners)?;
        let flow = self.run_for_all(Phase::Condemned, condemned, Self::process_condemned)?;
        match self.set.strategy {
            UpdateStrategy::RollingUpdate(rolling) if flow == Flow::GoOn => {
                self.rolling_update(rolling.unwrap_or_default())
            }
            _ => Ok(()),
        }
    }

    /// Does something for each Pod: one after another with `OrderedReady`, until one says stop;
    /// in batches with `Parallel`, the first failed one being the last.
    fn run_for_all(
        &mut self,
        phase: Phase,
        mut pods: impl Iterator<Item = Ordinal> + Clone,
        process: fn(&mut Self, Ordinal) -> Result<Flow, Failure>,
    ) -> Result<Flow, Failure> {
        if self.set.is_monotonic() {
            for ordinal in pods {
                if process(self, ordinal)? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
            }
            return Ok(Flow::GoOn);
        }
        let mut size = self.api.first_batch();
        let mut result = Ok(Flow::GoOn);
        while result.is_ok() && pods.clone().next().is_some() {
            self.api.begin_batch(phase);
            for ordinal in pods.by_ref().take(size) {
                if let Err(failure) = process(self, ordinal) {
                    result = Err(failure);
                }
            }
            size *= 2;
        }
        self.api.end_phase();
        result
    }
}

impl Replica {
    /// Whether the API server has it: `isCreated`.
    #[must_use]
    pub const fn is_stored(self) -> bool {
        matches!(self, Self::Stored(_))
    }

    const fn stored(self) -> Option<Pod> {
        match self {
            Self::Stored(pod) => Some(pod),
            Self::None | Self::New(_) => None,
        }
    }

    pub(super) fn phase(self) -> Option<PodPhase> {
        self.stored().map(|pod| pod.phase)
    }

    pub(super) fn is_terminating(self) -> bool {
        self.stored().is_some_and(|pod| pod.terminating)
    }

    /// Running and Ready, and not on its way out.
    pub(super) fn is_healthy(self) -> bool {
        let is_healthy = |pod: Pod| pod.is_ready() && !pod.terminating;
        self.stored().is_some_and(is_healthy)
    }

    /// Ready for at least `minReadySeconds`.
    pub(super) fn is_available(self) -> bool {
        self.stored().is_some_and(|pod| pod.ready && pod.available)
    }

    pub(super) fn revision(self) -> Template {
        match self {
            Self::Stored(pod) => pod.revision,
            Self::New(revision) => revision,
            Self::None => unreachable!("a loop over Pods comes to no ordinal without one"),
        }
    }

    pub(super) fn is_misnamed(self) -> bool {
        self.stored().is_some_and(|pod| pod.misnamed)
    }

    pub(super) fn misses_volume(self) -> bool {
        self.stored().is_some_and(|pod| pod.misses_volume)
    }

    /// Gives the Pod in hand its label.
    pub(super) const fn name(&mut self) {
        if let Self::Stored(pod) = self {
            pod.misnamed = false;
        }
    }

    /// Gives the Pod in hand the volume of its claim.
    pub(super) const fn add_volume(&mut self) {
        if let Self::Stored(pod) = self {
            pod.misses_volume = false;
        }
    }
}

impl Pod {
    /// Running and Ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.phase == PodPhase::Running && self.ready
    }
}
