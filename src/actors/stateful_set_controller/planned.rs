//! What a sync plans in a world: the requests of one whose requests are all accepted.
//!
//! Otherwise than in Kubernetes:
//! - once it has adopted a Pod, a sync ends, and the next one looks anew;
//! - with `Parallel` the slots are one batch, so that a failing one holds up no other. Their
//!   writes may then be made in any order, which holds the orders of all batches;
//! - an older view writes no status, since that would be refused;
//! - a PUT of a Pod that changes nothing is left out.

use super::adoption::claim_pods;
use super::request::{Api, Failure, Reason, Request};
use super::revisions::Revisions;
use super::rules::Rules;
use super::seen::{self, Controller, Live, Objects, Owner, Owners, Revision, Set, Template};
use super::sync::{Outcome, update_stateful_set};
use crate::actors::api_server::Refusal;
use crate::world::World;
use crate::world::cluster::{SetView, Side};
use crate::world::id::{ClusterId, MAX_ORDINALS, Ordinal, OrdinalSet, Table};
use crate::world::pod::Owner as PodOwner;
use crate::world::row::{Counted, Planned};
use crate::world::setup::{ClusterSetup, Setup};
use crate::world::stateful_set::{Plan, PodManagementPolicy, StatusWrite, Write};
use crate::world::volume::{ClaimOwner, Template as ClaimTemplate};

/// No program changes a Pod template, so that every Pod has the one revision that there is.
const TEMPLATE: Template = Template(0);
const REVISIONS: &[Revision] = &[Revision {
    template: TEMPLATE,
    orphan: false,
}];

/// All requests of one sync. None if the sync would change nothing.
#[must_use]
pub fn sync(setup: &Setup, world: &World, cluster: ClusterId) -> Plan {
    let side = world.side(cluster);
    let Some(view) = side.set_view() else {
        return Plan::default();
    };
    let objects = Seen {
        setup,
        cluster: setup.clusters[cluster],
        side,
    };
    let set = set(setup, setup.clusters[cluster], side, view);
    let mut planner = Planner::new(&set);
    let Ok(claimed) = claim_pods(&set, &objects, &mut planner) else {
        return Plan::default();
    };
    let mut plan = Plan {
        set_is_gone: side.set.is_none(),
        ..Plan::default()
    };
    if !planner.writes() {
        let revisions = Revisions {
            current: TEMPLATE,
            update: TEMPLATE,
        };
        let outcome = update_stateful_set(&set, revisions, &objects, claimed, &mut planner);
        if outcome.result == Err(Failure::ClaimIsDeleting) {
            planner.fail(set.policy);
        }
        plan_status(setup, cluster, side, view, &outcome, &mut plan);
    }
    if planner.writes() {
        for ordinal in planner.written.iter() {
            let counted = plan.rows[ordinal].counted;
            plan.rows[ordinal] = Planned {
                counted,
                ..planner.rows[ordinal]
            };
        }
    } else if plan.status == StatusWrite::None {
        return Plan::default();
    }
    plan
}

/// The set that a sync sees.
fn set(setup: &Setup, cluster: ClusterSetup, side: Side<'_>, view: SetView) -> Set<'static> {
    Set {
        rules: Rules::V1_31,
        slice: view.slice,
        policy: cluster.policy,
        strategy: seen::UpdateStrategy::default(),
        retention: cluster.retention,
        claim_templates: setup.storage.len() as u8,
        deleting: view.deleting,
        template: TEMPLATE,
        history_limit: usize::MAX,
        revisions: REVISIONS,
        current_revision: Some(TEMPLATE),
        current_replicas: 0,
        live: match side.set {
            Some(set) if !set.deleting => Live::Stays,
            _ => Live::Goes,
        },
    }
}

/// The Pods and claims of a side, as its controller's cache has them: as they are.
struct Seen<'a> {
    setup: &'a Setup,
    cluster: ClusterSetup,
    side: Side<'a>,
}

impl Objects for Seen<'_> {
    fn pod(&self, ordinal: Ordinal) -> Option<seen::Pod> {
        let pod = self.side[ordinal].pod?;
        Some(seen::Pod {
            phase: pod.phase,
            ready: pod.ready,
            available: if self.cluster.min_ready {
                pod.available
            } else {
                pod.ready
            },
            terminating: pod.terminating,
            revision: TEMPLATE,
            controller: match pod.owner {
                PodOwner::Set => Controller::Set,
                PodOwner::Nobody => Controller::Nobody,
                PodOwner::RemovedSet => Controller::Other,
            },
            unselected: false,
            misnamed: false,
            misses_volume: false,
        })
    }

    fn claim(&self, ordinal: Ordinal, template: ClaimTemplate) -> Option<seen::Claim> {
        let claim = self.side[ordinal][template].claim?;
        let owners = match claim.owner {
            ClaimOwner::Nobody => Owners::default(),
            ClaimOwner::Set => Owners::of(Owner::Set),
            ClaimOwner::RemovedSet => Owners::of(Owner::OldSet),
            ClaimOwner::Pod => Owners::of(Owner::Pod),
            ClaimOwner::RemovedPod => Owners::of(Owner::OldPod),
        };
        Some(seen::Claim {
            deleting: claim.deleting,
            owners,
        })
    }

    fn ordinals(&self) -> impl DoubleEndedIterator<Item = Ordinal> + Clone {
        self.setup.ordinals()
    }
}

/// Accepts every request and writes it down.
struct Planner<'a> {
    set: &'a Set<'a>,
    rows: Table<Planned>,
    /// Which rows have a write.
    written: OrdinalSet,
}

impl<'a> Planner<'a> {
    fn new(set: &'a Set<'a>) -> Self {
        Self {
            set,
            rows: Table::default(),
            written: OrdinalSet::default(),
        }
    }

    /// Whether there is anything to write.
    const fn writes(&self) -> bool {
        !self.written.is_empty()
    }

    /// A claim that is being deleted has ended the sync. Where nothing else is written, there is
    /// nothing to write at all.
    fn fail(&mut self, policy: PodManagementPolicy) {
        let is_idle = |row: &Planned| row.write == Write::RefuseClaim && row.creates.is_empty();
        let idle = self.written.iter();
        let idle = idle.filter(|&ordinal| is_idle(&self.rows[ordinal]));
        let idle: OrdinalSet = idle.collect();
        if policy == PodManagementPolicy::Parallel && idle != self.written {
            return;
        }
        for ordinal in idle.iter() {
            self.rows[ordinal].write = Write::None;
        }
        self.written = OrdinalSet(self.written.0 & !idle.0);
    }
}

impl Api for Planner<'_> {
    fn request(&mut self, request: Request) -> Result<(), Refusal> {
        match request {
            Request::CreateClaim(ordinal, template) => self.rows[ordinal].creates.insert(template),
            Request::UpdateClaim(ordinal, template, _) => self.rows[ordinal].owns.insert(template),
            _ => (),
        }
        let (ordinal, after): (Ordinal, fn(Write) -> Write) = match request {
            Request::AdoptPod(ordinal) => (ordinal, |_| Write::Adopt),
            Request::CreateClaim(ordinal, _) => (ordinal, |_| Write::CreateClaim),
            Request::CreatePod(ordinal, _) => (ordinal, |before| match before {
                Write::CreateClaim => Write::CreateClaimThenPod,
                _ => Write::CreatePod,
            }),
            Request::UpdateClaim(ordinal, ..) if self.set.slice.contains(ordinal) => {
                (ordinal, |before| match before {
                    Write::CreatePod | Write::CreatePodThenOwnClaim => Write::CreatePodThenOwnClaim,
                    // What follows the claims that are made is read off those to be owned.
                    Write::CreateClaimThenPod | Write::CreateClaim => before,
                    _ => Write::OwnClaim,
                })
            }
            Request::UpdateClaim(ordinal, ..) => (ordinal, |_| Write::OwnCondemnedClaim),
            Request::DeletePod(ordinal, Reason::Ended) => (ordinal, |_| Write::DeleteFailed),
            Request::DeletePod(ordinal, Reason::Condemned) => (ordinal, |before| match before {
                Write::OwnCondemnedClaim => Write::OwnCondemnedClaimThenDelete,
                _ => Write::DeleteCondemned,
            }),
            Request::UpdatePod(_) => return Ok(()),
            Request::AdoptRevision(_)
            | Request::CreateRevision(_)
            | Request::NumberRevision(..)
            | Request::DeleteRevision(_)
            | Request::ReleasePod(_)
            | Request::DeletePod(_, Reason::Outdated)
            | Request::WriteStatus(_) => {
                unreachable!("{request:?}: the template and the labels of Pods do not change")
            }
        };
        let write = &mut self.rows[ordinal].write;
        *write = after(*write);
        self.written.insert(ordinal);
        Ok(())
    }

    fn first_batch(&self) -> usize {
        MAX_ORDINALS
    }

    fn give_up(&mut self, ordinal: Ordinal) {
        self.rows[ordinal].write = Write::RefuseClaim;
        self.written.insert(ordinal);
    }
}

/// The status write, if the status would change. That of an older view would be refused.
fn plan_status(
    setup: &Setup,
    cluster: ClusterId,
    side: Side<'_>,
    view: SetView,
    outcome: &Outcome,
    plan: &mut Plan,
) {
    let reads = setup.reads[cluster];
    let Some(set) = side.set.filter(|_| !view.older && reads.status()) else {
        return;
    };
    let mut changes = !set.observed;
    for (ordinal, pod) in outcome.pods() {
        plan.rows[ordinal].counted = Counted {
            replicas: reads.replicas,
            ready: reads.ready_replicas && pod.is_ready(),
        };
    }
    for ordinal in setup.ordinals() {
        changes |= plan.rows[ordinal].counted != side[ordinal].counted;
    }
    if changes {
        plan.status = StatusWrite::Equal;
    } else {
        plan.rows = Table::default();
    }
}
