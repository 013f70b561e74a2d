//! What scenarios have, and what really happens in them.

use std::collections::BTreeMap;

use straddle::internals::actors::driver::Event;
use straddle::internals::actors::faults;
use straddle::internals::world::id::ClusterId;
use straddle::internals::world::program::{
    AfterCrash, Cascade, ClaimRefCopy, Condition, ExtraVerb, LoopOrder, ObjectKind, Operation,
    StatusField, Timeout,
};
use straddle::internals::world::setup::{AvailabilityRule, FaultId, Setup};
use straddle::internals::world::stateful_set::PodManagementPolicy;
use straddle::internals::world::volume::{Backend, ReclaimPolicy};

use super::compare::Found;

/// How many scenarios had something.
#[derive(Default, Debug)]
pub struct Seen(pub BTreeMap<String, u32>);

impl Seen {
    /// Counts what a scenario has.
    pub fn add(&mut self, setup: &Setup, found: &Found) {
        let mut names = of_sets(setup);
        names.extend(of_storage(setup));
        names.extend(of_program(setup, found));
        names.extend(of_faults(setup, found));
        names.extend(chosen(&[
            ("symmetry saves", found.symmetry_saves),
            ("every step", found.every_step),
        ]));
        for decision in &found.plain.decisions {
            let verdict = match decision.verdict {
                straddle::engine::Verdict::Violated(_) => "violated",
                _ => "kept",
            };
            names.push(format!("{} {verdict}", decision.name));
        }
        names.sort_unstable();
        names.dedup();
        for name in names {
            *self.0.entry(name).or_default() += 1;
        }
    }

    /// How many had this.
    pub fn of(&self, name: &str) -> u32 {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// Names for which the answer is yes.
fn chosen(names: &[(&str, bool)]) -> Vec<String> {
    let chosen = names.iter().filter(|(_, is_so)| *is_so);
    chosen.map(|(name, _)| (*name).to_owned()).collect()
}

fn of_sets(setup: &Setup) -> Vec<String> {
    let sides = ClusterId::BOTH.map(|side| setup.clusters[side]);
    let parallel = sides.map(|side| side.policy == PodManagementPolicy::Parallel);
    let initial = setup.clusters.destination.initial;
    let mut names = chosen(&[
        ("Parallel on both sides", parallel == [true, true]),
        ("OrderedReady on both sides", parallel == [false, false]),
        ("OrderedReady and Parallel", parallel[0] != parallel[1]),
        ("minReadySeconds", sides.iter().any(|side| side.min_ready)),
        ("absent destination", initial.is_none()),
        (
            "started destination",
            initial.is_some_and(|slice| slice.replicas() > 0),
        ),
        ("ordinals added", setup.ordinals > setup.replicas),
    ]);
    for side in ClusterId::BOTH {
        let retention = setup.clusters[side].retention;
        let which = match (retention.delete_when_scaled, retention.delete_when_deleted) {
            (false, false) => continue,
            (true, false) => "scaled",
            (false, true) => "deleted",
            (true, true) => "always",
        };
        names.push(format!("retention {}: {which}", side.name()));
    }
    let Some(availability) = &setup.availability else {
        return names;
    };
    names.extend(chosen(&[("excused", availability.excused)]));
    let rule = match availability.rule {
        AvailabilityRule::MaxUnavailable(_) => "maxUnavailable",
        AvailabilityRule::Majority => "quorum",
        AvailabilityRule::Groups(_) => "groups",
    };
    names.push(rule.to_owned());
    names
}

fn of_storage(setup: &Setup) -> Vec<String> {
    let Some(storage) = setup.storage.first() else {
        return chosen(&[("no claims", true)]);
    };
    chosen(&[
        ("two templates", setup.storage.len() == 2),
        ("three templates", setup.storage.len() == 3),
        ("exclusive", storage.backend == Backend::Exclusive),
        ("permissive", storage.backend == Backend::Permissive),
        ("unreachable", !storage.reachable.destination),
        ("shared", storage.shared),
        ("block", setup.storage.iter().any(|storage| storage.block)),
        ("Retain", storage.reclaim_policy == ReclaimPolicy::Retain),
        ("Delete", storage.reclaim_policy == ReclaimPolicy::Delete),
    ])
}

/// The instructions that were performed, and the waits that came to be over or were given up.
fn of_program(setup: &Setup, found: &Found) -> Vec<String> {
    let program = &setup.program;
    let happens = |event: Event, position| found.plain.labels.contains(event.label(position));
    let mut names = chosen(&[
        ("script", program.is_script),
        (
            "ascending",
            program.loop_order == Some(LoopOrder::Ascending),
        ),
        (
            "descending",
            program.loop_order == Some(LoopOrder::Descending),
        ),
        ("no loop", program.loop_order.is_none()),
    ]);
    for (position, instruction) in program.instructions.iter().enumerate() {
        if happens(Event::Done, position) {
            names.extend(name(instruction.operation).map(str::to_owned));
        }
        if happens(Event::TimedOut, position) {
            names.push(time_out(instruction.operation).to_owned());
        }
    }
    names
}

fn time_out(operation: Operation) -> &'static str {
    match operation {
        Operation::Await(_, Timeout::Fail) | Operation::AwaitGone(_, _, Timeout::Fail) => {
            "may time out and fail"
        }
        _ => "may time out and go on",
    }
}

const fn name(operation: Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::Patch { .. } => "patch",
        Operation::Scale { .. } => "scale",
        Operation::CreateVolume(_, _, ClaimRefCopy::Drop, _) => "claimRef drop",
        Operation::CreateVolume(_, _, ClaimRefCopy::DropUid, _) => "claimRef dropUid",
        Operation::CreateVolume(_, _, ClaimRefCopy::Keep, _) => "claimRef keep",
        Operation::RestoreDisk(..) => "restore",
        Operation::SetReclaimPolicy(..) => "set reclaim policy",
        Operation::Delete(object) => match object.kind {
            ObjectKind::Pod => "delete Pod",
            ObjectKind::Claim(_) => "delete claim",
            ObjectKind::Volume(_) => "delete volume",
            ObjectKind::StatefulSet => "delete set",
        },
        Operation::ForceDeletePod(_) => "force delete",
        Operation::DeleteSet(_, Cascade::Background) => "delete set background",
        Operation::DeleteSet(_, Cascade::Foreground) => "delete set foreground",
        Operation::DeleteSet(_, Cascade::Orphan) => "delete set orphan",
        Operation::CreateSet { .. } => "create set",
        Operation::Get(_) => "get",
        Operation::Extra(ExtraVerb::Get, _) => "get secret",
        Operation::Extra(..) => "secret",
        Operation::Test(_) => "test",
        Operation::AwaitGone(..) => "wait gone",
        Operation::Await(condition, _) => awaited(condition),
        Operation::GetClaim(..)
        | Operation::GetVolume(..)
        | Operation::CreateClaim(..)
        | Operation::CreateLostClaim(..)
        | Operation::Clock
        | Operation::Save => return None,
    })
}

const fn awaited(condition: Condition) -> &'static str {
    match condition {
        Condition::PodReady(..) => "wait ready",
        Condition::PodAvailable(..) => "wait available",
        Condition::VolumeDetached(..) => "wait detached",
        Condition::VolumeBound(..) => "wait bound",
        Condition::SetObserved(_) => "wait observed",
        Condition::Exists(_) => "wait exists",
        Condition::Absent(_) => "wait absent",
        Condition::RolledOut(_) => "rollout",
        Condition::StatusEquals(_, StatusField::Replicas, _) => "wait replicas",
        Condition::StatusEquals(_, StatusField::ReadyReplicas, _) => "wait readyReplicas",
    }
}

fn of_faults(setup: &Setup, found: &Found) -> Vec<String> {
    let pools = setup.budget.pools.len();
    let mut names = chosen(&[("one pool", pools == 1), ("several pools", pools > 1)]);
    let fired = |number: &u8| found.plain.faults_fired >> number & 1 == 1;
    let kinds: Vec<&str> = (0..faults::KINDS.len() as u8)
        .filter(fired)
        .map(|number| faults::kind(FaultId(number)).name())
        .collect();
    names.extend(kinds.iter().map(|kind| format!("fires {kind}")));
    if kinds.contains(&"driverCrash") {
        let after = match setup.program.after_crash {
            AfterCrash::FromTop => "fromTop",
            AfterCrash::FromObserved => "fromObserved",
            AfterCrash::FromSaved => "fromSaved",
        };
        names.push(format!("afterCrash {after}"));
    }
    names
}
