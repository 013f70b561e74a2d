//! The plan of a sync in a world beside what the real controller writes for the same objects.
//!
//! A world has less than a recording: one revision, one owner of a claim, labels that never
//! change. What it has, it plans as the real controller does: the same writes in the same
//! phases. Where it takes a freedom, it plans more, never less.

use std::collections::BTreeSet;

use straddle::internals::actors::stateful_set_controller::plan;
use straddle::internals::actors::stateful_set_controller::rules::Rules;
use straddle::internals::actors::stateful_set_controller::seen::{
    Controller, Live, Objects, Owner, Owners, Pod as SeenPod, Set,
};
use straddle::internals::world::World;
use straddle::internals::world::id::{ClusterId, Ordinal, PerCluster};
use straddle::internals::world::pod::{Owner as PodOwner, Pod, PodPhase};
use straddle::internals::world::program::Program;
use straddle::internals::world::setup::{Budget, ClusterSetup, Setup};
use straddle::internals::world::stateful_set::{Plan, StatefulSet, Write};
use straddle::internals::world::volume::{Claim, ClaimOwner, ReclaimPolicy};

use super::case::Case;
use super::{controller_files, gate, recordings};
use crate::support::{ONLY, permissive};

/// The side that has the objects.
const SIDE: ClusterId = ClusterId::Source;

/// A write of a sync: its phase, and its word.
type Planned = (u8, String);

/// The world of a case, if there can be one.
fn world(case: &Case) -> Option<(Setup, World)> {
    let set = case.set(Rules::V1_31);
    let one_revision = set.revisions.len() == 1 && !set.revisions[0].orphan;
    if !one_revision || set.revisions[0].template != set.template {
        return None;
    }
    let mut world = World::default();
    world.clusters[SIDE].set = Some(StatefulSet {
        slice: set.slice,
        deleting: set.deleting,
        observed: true,
        ..StatefulSet::default()
    });
    for ordinal in case.ordinals() {
        let column = world.column_mut(SIDE, ordinal);
        column.pod = match case.pod(ordinal) {
            Some(seen) => Some(pod(&set, &seen)?),
            None => None,
        };
        column[ONLY].claim = match case.claim(ordinal, ONLY) {
            Some(seen) => Some(Claim {
                owner: owner(seen.owners)?,
                deleting: seen.deleting,
                ..Claim::default()
            }),
            None => None,
        };
    }
    // The live look is one at the set of the cache.
    (set.deleting || set.live == Live::Stays).then(|| (setup(&set, case.min_ready()), world))
}

fn pod(set: &Set<'_>, seen: &SeenPod) -> Option<Pod> {
    let is_plain = !(seen.unselected || seen.misnamed || seen.misses_volume);
    // A Pod that has ended is gone as soon as it is deleted.
    let ended = matches!(seen.phase, PodPhase::Failed | PodPhase::Succeeded);
    let is_known = is_plain && seen.revision == set.template && !(ended && seen.terminating);
    is_known.then_some(Pod {
        phase: seen.phase,
        ready: seen.ready,
        available: seen.available,
        terminating: seen.terminating,
        owner: match seen.controller {
            Controller::Set => PodOwner::Set,
            Controller::Nobody => PodOwner::Nobody,
            Controller::Other => PodOwner::RemovedSet,
        },
        scheduled: true,
        never_ready: false,
        held: false,
    })
}

fn owner(owners: Owners) -> Option<ClaimOwner> {
    let mut owners = owners.iter();
    let owner = match owners.next() {
        None => ClaimOwner::Nobody,
        Some(reference) if !reference.controller => return None,
        Some(reference) => match reference.owner {
            Owner::Set => ClaimOwner::Set,
            Owner::OldSet => ClaimOwner::RemovedSet,
            Owner::Pod => ClaimOwner::Pod,
            Owner::OldPod => ClaimOwner::RemovedPod,
            Owner::NewPod | Owner::Other => return None,
        },
    };
    owners.next().is_none().then_some(owner)
}

fn setup(set: &Set<'_>, min_ready: bool) -> Setup {
    let cluster = ClusterSetup {
        policy: set.policy,
        initial: Some(set.slice),
        min_ready,
        retention: set.retention,
    };
    Setup {
        replicas: 1,
        ordinals: 16,
        allowed: 16,
        clusters: PerCluster {
            source: cluster,
            destination: cluster,
        },
        storage: vec![permissive(ReclaimPolicy::Retain); usize::from(set.claim_templates)],
        availability: None,
        program: Program::default(),
        budget: Budget::default(),
        reads: PerCluster::default(),
        schedules: PerCluster::default(),
        extras: Vec::new(),
        for_every_n: false,
    }
}

/// The writes of a plan. The owner that a claim gets is that of its phase.
fn planned(set: &Set<'_>, plan: &Plan) -> BTreeSet<Planned> {
    let mut all = BTreeSet::new();
    let template = char::from(set.template.0);
    let letter = |in_range| match set.retention.owner(in_range) {
        ClaimOwner::Set => 'S',
        ClaimOwner::Pod => 'P',
        _ => '-',
    };
    for ordinal in (0..16).map(Ordinal) {
        let pod = format!("+p{ordinal}{template}");
        let claim = format!("+c{ordinal}");
        let delete = format!("-p{ordinal}");
        let [within, outside] = [true, false].map(|is| format!("~c{ordinal}:{}", letter(is)));
        let writes = match plan.rows[ordinal].write {
            Write::None | Write::RefuseClaim => vec![],
            Write::Adopt => vec![(0, format!("@p{ordinal}"))],
            Write::CreateClaimThenPod => vec![(1, claim), (1, pod)],
            Write::CreatePod => vec![(1, pod)],
            Write::CreateClaim => vec![(1, claim)],
            Write::DeleteFailed => vec![(1, delete)],
            Write::CreatePodThenOwnClaim => vec![(1, pod), (1, within)],
            Write::OwnClaim => vec![(1, within)],
            Write::OwnCondemnedClaim => vec![(2, outside)],
            Write::OwnCondemnedClaimThenDelete => vec![(2, outside), (3, delete)],
            Write::DeleteCondemned => vec![(3, delete)],
        };
        all.extend(writes);
    }
    all
}

/// The writes of an output, but for the status and Pods that are written because of their claims.
/// Without phases the range tells them apart.
fn recorded(set: &Set<'_>, output: &str) -> BTreeSet<Planned> {
    let mut all = BTreeSet::new();
    for word in output.split(' ') {
        let Some(rest) = word
            .get(2..)
            .filter(|_| word.starts_with(['+', '-', '~', '@']))
        else {
            continue;
        };
        let digits = rest.find(|letter: char| !letter.is_ascii_digit());
        let ordinal = rest[..digits.unwrap_or(rest.len())].parse().map(Ordinal);
        let in_range = ordinal.is_ok_and(|ordinal| set.slice.contains(ordinal));
        let phase = match (&word[..2], in_range) {
            ("~p", _) => continue,
            ("@p", _) => 0,
            (_, true) => 1,
            ("~c", false) => 2,
            (_, false) => 3,
        };
        all.insert((phase, word.to_owned()));
    }
    all
}

#[test]
fn a_world_plans_what_the_real_controller_writes() {
    let [mut same, mut more, mut adopting] = [0; 3];
    for file in controller_files("1.31") {
        let text = recordings::text("1.31", &file);
        for (block, cases) in recordings::blocks(&text) {
            if gate(block).is_some() {
                continue;
            }
            for line in cases.lines() {
                let (input, output) = line.split_once(" => ").expect("a case has an arrow");
                let case = Case::read(input);
                if case.refused.is_some() {
                    continue;
                }
                let Some((setup, world)) = world(&case) else {
                    continue;
                };
                let set = case.set(Rules::V1_31);
                let planned = planned(&set, &plan(&setup, &world, SIDE));
                let recorded = recorded(&set, output);
                let adopts = recorded.iter().any(|(phase, _)| *phase == 0);
                if adopts {
                    // The rest is planned by the next sync.
                    let first = recorded.into_iter().filter(|(phase, _)| *phase == 0);
                    assert_eq!(planned, first.collect(), "{line}");
                    adopting += 1;
                } else if output.ends_with("err") {
                    // A claim that is being deleted: slots of later batches may come before it.
                    assert!(recorded.is_subset(&planned), "{line}\nplanned {planned:?}");
                    assert!(planned.iter().all(|(phase, _)| *phase == 1), "{line}");
                    more += 1;
                } else {
                    assert_eq!(planned, recorded, "{line}");
                    same += 1;
                }
            }
        }
    }
    assert!(
        same > 100_000 && more > 1_000 && adopting > 1_000,
        "{same}, {more}, {adopting}"
    );
}
