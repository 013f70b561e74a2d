//! The StatefulSet controller of each side: one sync of one StatefulSet after another.
//!
//! A sync looks once, and its writes follow one by one; a crash or another actor may fall
//! between any two. The writes are planned in the order of the original.
//!
//! Kubernetes 1.31: `updateStatefulSet`, `processReplica` and `processCondemned` in
//! pkg/controller/statefulset/stateful_set_control.go; `CreateStatefulPod` and
//! `DeleteStatefulPod` in stateful_pod_control.go; `ClaimPods` in
//! pkg/controller/controller_ref_manager.go.
//! Left out: revisions and rolling updates, `minReadySeconds`, claim retention, back-off. A
//! sync is possible at any moment, as if every event woke the controller.

use super::{Actor, Step, api_server};
use crate::world::World;
use crate::world::cluster::{Cluster, SetView};
use crate::world::id::{ClusterId, Ordinal, OrdinalSet, Table, describe_slice};
use crate::world::pod::{Owner, Pod, PodPhase};
use crate::world::setup::Setup;
use crate::world::stateful_set::{
    Controller, Plan, PodManagementPolicy, Previous, StatefulSet, StatusWrite, Write,
};

/// The actor.
#[derive(Clone, Copy, Debug)]
pub struct StatefulSetController;

/// What the controller does next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Looks, and plans all writes of one sync.
    Sync,
    /// Makes the planned write for an ordinal.
    Write(Ordinal),
    /// Makes the status write that ends the sync.
    WriteStatus,
    /// Its cache of the set catches up with the store.
    CatchUp,
}

impl Action {
    /// The ordinal that the action is about.
    #[must_use]
    pub const fn ordinal(self) -> Option<Ordinal> {
        match self {
            Self::Write(ordinal) => Some(ordinal),
            Self::Sync | Self::WriteStatus | Self::CatchUp => None,
        }
    }
}

impl Actor for StatefulSetController {
    fn name(&self) -> &'static str {
        "statefulset-controller"
    }

    fn steps(&self, setup: &Setup, world: &World, out: &mut Vec<Step>) {
        for cluster in ClusterId::BOTH {
            let controller = &world.clusters[cluster].controller;
            if controller.lags {
                out.push(Step::Controller(cluster, Action::CatchUp));
            }
            if controller.plan.is_empty() {
                if !sync(setup, world, cluster).is_empty() {
                    out.push(Step::Controller(cluster, Action::Sync));
                }
                continue;
            }
            let before = out.len();
            let next = next_writes(setup, &controller.plan);
            out.extend(next.map(|ordinal| Step::Controller(cluster, Action::Write(ordinal))));
            if out.len() == before {
                out.push(Step::Controller(cluster, Action::WriteStatus));
            }
        }
    }

    fn perform(&self, setup: &Setup, world: &mut World, step: Step) {
        let Step::Controller(cluster, action) = step else {
            unreachable!("{step:?}")
        };
        match action {
            Action::Sync => {
                world.clusters[cluster].controller.plan = sync(setup, world, cluster);
            }
            Action::Write(ordinal) => perform_write(setup, world, cluster, ordinal),
            Action::WriteStatus => write_status(setup, world, cluster),
            Action::CatchUp => {
                let controller = &mut world.clusters[cluster].controller;
                controller.lags = false;
                forget_previous(setup, &world.spent, controller);
            }
        }
    }

    fn describe(&self, setup: &Setup, before: &World, step: Step) -> String {
        let Step::Controller(cluster, action) = step else {
            unreachable!("{step:?}")
        };
        let side = &before.clusters[cluster];
        match action {
            Action::Sync => describe_sync(setup, before, cluster),
            Action::Write(ordinal) => match side.controller.plan.writes[ordinal] {
                Write::None => String::new(),
                Write::Adopt => format!("adopt Pod {ordinal}"),
                Write::CreateClaimThenPod | Write::CreateClaim => format!("create claim {ordinal}"),
                Write::CreatePod => match side.pods[ordinal] {
                    None => format!("create Pod {ordinal}"),
                    Some(_) => format!("create Pod {ordinal}: AlreadyExists"),
                },
                Write::RefuseClaim => format!("give up: claim {ordinal} is being deleted"),
                Write::DeleteFailed | Write::DeleteCondemned => match side.pods[ordinal] {
                    None => format!("delete Pod {ordinal}: NotFound"),
                    Some(_) => format!("delete Pod {ordinal}"),
                },
            },
            Action::WriteStatus => "write status".to_owned(),
            Action::CatchUp => "its cache catches up".to_owned(),
        }
    }
}

/// All requests of one sync. None if the sync would change nothing.
#[must_use]
pub fn sync(setup: &Setup, world: &World, cluster: ClusterId) -> Plan {
    let side = &world.clusters[cluster];
    let Some(view) = side.set_view() else {
        return Plan::default();
    };
    let seen = Seen {
        setup,
        cluster,
        side,
        view,
    };
    let mut plan = Plan {
        set_is_gone: side.set.is_none(),
        ..Plan::default()
    };
    if !view.deleting {
        if seen.plan_adoptions(&mut plan) {
            return plan;
        }
        match setup.clusters[cluster].policy {
            PodManagementPolicy::OrderedReady => seen.ordered_ready(&mut plan),
            PodManagementPolicy::Parallel => seen.parallel(&mut plan),
        }
    }
    seen.plan_status(&mut plan);
    plan.settle();
    plan
}

/// What a sync looks at: its view of the set, and the present Pods and claims.
struct Seen<'a> {
    setup: &'a Setup,
    cluster: ClusterId,
    side: &'a Cluster,
    view: SetView,
}

impl Seen<'_> {
    /// The Pod of the ordinal, if the set owns it. A Pod with another owner is not seen.
    fn pod(&self, ordinal: Ordinal) -> Option<Pod> {
        self.side.pods[ordinal].filter(|pod| pod.owner == Owner::Set)
    }

    /// Owned Pods outside the range, highest first: below `start` as well as above the end.
    fn condemned(&self) -> impl DoubleEndedIterator<Item = (Ordinal, Pod)> {
        let outside = |ordinal: &Ordinal| !self.view.slice.contains(*ordinal);
        let ordinals = self.setup.ordinals().rev().filter(outside);
        ordinals.filter_map(|ordinal| Some((ordinal, self.pod(ordinal)?)))
    }

    /// Orphans that match are adopted before anything else. In Kubernetes the same sync then
    /// goes on with what it has seen; here the next one looks anew. A set that has
    /// been removed meanwhile adopts nothing, and its sync ends there.
    fn plan_adoptions(&self, plan: &mut Plan) -> bool {
        let is_orphan = |pod: Pod| pod.owner == Owner::Nobody && !pod.terminating;
        let orphans: OrdinalSet = self
            .setup
            .ordinals()
            .filter(|&ordinal| self.side.pods[ordinal].is_some_and(is_orphan))
            .collect();
        if self.side.set.is_some_and(|set| !set.deleting) {
            orphans
                .iter()
                .for_each(|ordinal| plan.writes[ordinal] = Write::Adopt);
        } else if !orphans.is_empty() {
            *plan = Plan::default();
        }
        !orphans.is_empty()
    }

    /// `OrderedReady`: at most one write. The lowest ordinal of the range that is not healthy
    /// holds up everything above it, and every condemned Pod.
    fn ordered_ready(&self, plan: &mut Plan) {
        for ordinal in self.view.slice.ordinals() {
            let write = self.slot(ordinal);
            let healthy = self.pod(ordinal).is_some_and(Pod::is_healthy);
            if write != Write::None || !healthy {
                plan.writes[ordinal] = if write == Write::RefuseClaim {
                    Write::None
                } else {
                    write
                };
                return;
            }
        }
        let Some((highest, pod)) = self.condemned().next() else {
            return;
        };
        let first_unhealthy = self.condemned().rev().find(|(_, pod)| !pod.is_healthy());
        let may_go = pod.is_healthy() || first_unhealthy.is_some_and(|(first, _)| first == highest);
        if may_go && !pod.terminating {
            plan.writes[highest] = Write::DeleteCondemned;
        }
    }

    /// `Parallel`: every slot, then every condemned Pod, whatever the health of the others. A
    /// claim that is being deleted ends the sync somewhere among the slots.
    fn parallel(&self, plan: &mut Plan) {
        let mut refused = false;
        let mut writes = false;
        for ordinal in self.view.slice.ordinals() {
            plan.writes[ordinal] = self.slot(ordinal);
            refused |= plan.writes[ordinal] == Write::RefuseClaim;
            writes |= !matches!(plan.writes[ordinal], Write::None | Write::RefuseClaim);
        }
        if refused && !writes {
            *plan = Plan {
                set_is_gone: plan.set_is_gone,
                ..Plan::default()
            };
        }
        if refused {
            return;
        }
        for (ordinal, pod) in self.condemned() {
            if !pod.terminating {
                plan.writes[ordinal] = Write::DeleteCondemned;
            }
        }
    }

    /// What one ordinal of the range needs, by itself.
    fn slot(&self, ordinal: Ordinal) -> Write {
        let claim = self.side.claims[ordinal];
        let claim_missing = self.setup.has_claims() && claim.is_none();
        let claim_deleting = claim.is_some_and(|claim| claim.deleting);
        match self.pod(ordinal) {
            None if claim_missing => Write::CreateClaimThenPod,
            None if claim_deleting => Write::RefuseClaim,
            None => Write::CreatePod,
            Some(pod) if pod.phase == PodPhase::Failed => Write::DeleteFailed,
            Some(pod) if pod.phase == PodPhase::Pending && claim_missing => Write::CreateClaim,
            Some(pod) if pod.phase == PodPhase::Pending && claim_deleting => Write::RefuseClaim,
            Some(_) => Write::None,
        }
    }

    /// The status write, if the status would change. That of an older view would be refused.
    fn plan_status(&self, plan: &mut Plan) {
        let reads = self.setup.reads[self.cluster];
        let Some(set) = self.side.set.filter(|_| !self.view.older && reads.status()) else {
            return;
        };
        let count = |counts: bool, pod: fn(Pod) -> bool| -> OrdinalSet {
            let counted = |ordinal: &Ordinal| counts && self.pod(*ordinal).is_some_and(pod);
            self.setup.ordinals().filter(counted).collect()
        };
        let counted = count(reads.replicas, |_| true);
        let counted_ready = count(reads.ready_replicas, |pod| pod.ready);
        let after = StatefulSet {
            observed: true,
            counted,
            counted_ready,
            ..set
        };
        if after != set {
            plan.status = StatusWrite::Equal;
            plan.counted = counted;
            plan.counted_ready = counted_ready;
        }
    }
}

impl Plan {
    /// Forgets what belonged to the sync once it has ended.
    pub fn settle(&mut self) {
        if self.status == StatusWrite::None && self.writes == Table::default() {
            *self = Self::default();
        }
    }

    /// An error ends the sync: everything but the status write is dropped.
    fn fail(&mut self) {
        self.writes = Table::default();
    }
}

/// The ordinals whose write may come next: adoptions, then any slot, then any condemned Pod.
fn next_writes<'a>(setup: &'a Setup, plan: &'a Plan) -> impl Iterator<Item = Ordinal> + 'a {
    let any = |phase: Picks| setup.ordinals().any(|ordinal| phase(plan.writes[ordinal]));
    let phase: Picks = if any(|write| write == Write::Adopt) {
        |write| write == Write::Adopt
    } else if any(Write::is_for_slot) {
        Write::is_for_slot
    } else {
        |write| write == Write::DeleteCondemned
    };
    setup
        .ordinals()
        .filter(move |&ordinal| phase(plan.writes[ordinal]))
}

/// Makes one planned write on the present store, which may be newer than what the sync saw.
fn perform_write(setup: &Setup, world: &mut World, cluster: ClusterId, ordinal: Ordinal) {
    let plan = world.clusters[cluster].controller.plan;
    let (answer, then) = match plan.writes[ordinal] {
        Write::None => unreachable!("no write is planned for {ordinal}"),
        Write::Adopt => (
            adopt(&mut world.clusters[cluster], ordinal, plan.set_is_gone),
            Write::None,
        ),
        Write::CreateClaimThenPod => (
            api_server::create_claim(world, cluster, ordinal, None),
            Write::CreatePod,
        ),
        Write::CreateClaim => (
            api_server::create_claim(world, cluster, ordinal, None),
            Write::None,
        ),
        Write::CreatePod => {
            let owner = if plan.set_is_gone {
                Owner::RemovedSet
            } else {
                Owner::Set
            };
            (
                api_server::create_pod(world, cluster, ordinal, owner),
                Write::None,
            )
        }
        Write::RefuseClaim => (Err(api_server::Refusal::AlreadyExists), Write::None),
        // The request has a name and no uid, so it may strike a later incarnation.
        Write::DeleteFailed | Write::DeleteCondemned => (
            api_server::delete_pod(setup, world, cluster, ordinal, false),
            Write::None,
        ),
    };
    let plan = &mut world.clusters[cluster].controller.plan;
    match answer {
        Ok(()) => plan.writes[ordinal] = then,
        Err(_) => plan.fail(),
    }
    plan.settle();
}

/// PATCH of the Pod's owner, after a live look at the set.
fn adopt(side: &mut Cluster, ordinal: Ordinal, set_is_gone: bool) -> api_server::Answer {
    let set_stays = !set_is_gone && side.set.is_some_and(|set| !set.deleting);
    match &mut side.pods[ordinal] {
        Some(pod) if set_stays && pod.owner == Owner::Nobody => {
            pod.owner = Owner::Set;
            Ok(())
        }
        _ => Err(api_server::Refusal::NotFound),
    }
}

/// The status write. A conflict is retried and lands with the generation that the sync saw.
fn write_status(setup: &Setup, world: &mut World, cluster: ClusterId) {
    let side = &mut world.clusters[cluster];
    let plan = std::mem::take(&mut side.controller.plan);
    let set = side
        .set
        .as_mut()
        .expect("a removed set has no status write");
    set.counted = plan.counted;
    set.counted_ready = plan.counted_ready;
    set.observed |= plan.status == StatusWrite::Equal && setup.reads[cluster].observed_generation;
}

/// The previous version is of no use once no cache lags and none can come to.
pub fn forget_previous(setup: &Setup, spent: &[u8], controller: &mut Controller) {
    let pool = setup.budget.lag_pool.map(usize::from);
    let exhausted = pool.is_none_or(|pool| spent[pool] >= setup.budget.pools[pool].at_most);
    if exhausted && !controller.lags {
        controller.previous = Previous::Unknown;
    }
}

/// Picks some of the writes of a plan.
type Picks = fn(Write) -> bool;

/// `sees {3..5}, plans create 3`: the range, and the writes.
fn describe_sync(setup: &Setup, world: &World, cluster: ClusterId) -> String {
    let side = &world.clusters[cluster];
    let plan = sync(setup, world, cluster);
    let Some(view) = side.set_view() else {
        return "sees no set".to_owned();
    };
    let mut text = format!("sees {}", describe_slice(view.slice));
    if view.older {
        text += " (an older version)";
    }
    let verbs: [(&str, Picks); 5] = [
        ("adopt", |write| write == Write::Adopt),
        ("create", |write| {
            matches!(write, Write::CreateClaimThenPod | Write::CreatePod)
        }),
        ("create claim", |write| write == Write::CreateClaim),
        ("replace failed", |write| write == Write::DeleteFailed),
        ("delete", |write| write == Write::DeleteCondemned),
    ];
    let mut plans = Vec::new();
    for (verb, is) in verbs {
        let ordinals: Vec<String> = setup
            .ordinals()
            .filter(|&ordinal| is(plan.writes[ordinal]))
            .map(|ordinal| ordinal.to_string())
            .collect();
        if !ordinals.is_empty() {
            plans.push(format!("{verb} {}", ordinals.join(" ")));
        }
    }
    if plans.is_empty() {
        text + ", plans a status write"
    } else {
        format!("{text}, plans {}", plans.join(", "))
    }
}
