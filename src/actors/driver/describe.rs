//! The driver's steps in words.

use super::{Action, exists, instruction};
use crate::actors::api_server::Refusal;
use crate::world::World;
use crate::world::id::describe_slice;
use crate::world::program::{
    AfterCrash, Cascade, Condition, Expression, ObjectKind, ObjectRef, Operation, StatusField,
};
use crate::world::setup::Setup;
use crate::world::volume::ReclaimPolicy;

/// One step of the driver, as taken in the world `before` it.
pub(super) fn step(setup: &Setup, before: &World, action: Action) -> String {
    match action {
        Action::Restart => restart(setup, before),
        Action::Look => look(setup, before),
        Action::TimeOut => format!("stop waiting until {}", operation(setup, before)),
        Action::Advance => {
            let refusal = refusal(setup, before);
            let refused =
                refusal.map_or(String::new(), |refusal| format!(": {}", refusal.reason()));
            operation(setup, before) + &refused
        }
    }
}

/// How the API server would answer the present request.
fn refusal(setup: &Setup, before: &World) -> Option<Refusal> {
    let mut world = *before;
    super::request(setup, &mut world, instruction(setup, before).operation).err()
}

fn restart(setup: &Setup, before: &World) -> String {
    match setup.program.after_crash {
        AfterCrash::FromTop => "start again from the top".to_owned(),
        AfterCrash::FromSaved => "start again where it saved its position".to_owned(),
        AfterCrash::FromObserved => format!(
            "start again: source has {}, destination has {}",
            describe_slice(before.clusters.source.effective_slice()),
            describe_slice(before.clusters.destination.effective_slice()),
        ),
    }
}

fn look(setup: &Setup, before: &World) -> String {
    let Operation::AwaitGone(object, ..) = instruction(setup, before).operation else {
        return String::new();
    };
    let found = if exists(setup, before, object) {
        "still there"
    } else {
        "not there"
    };
    format!(
        "look for {} in {}: {found}",
        name(setup, before, object),
        object.cluster.name()
    )
}

/// The present instruction with its values for the present `k`.
fn operation(setup: &Setup, before: &World) -> String {
    let k = before.driver.k;
    let value = |expression: Expression| expression.value(k, setup.replicas);
    match instruction(setup, before).operation {
        Operation::Patch {
            cluster,
            start,
            replicas,
        } => {
            let fields: Vec<String> = [("start", start), ("replicas", replicas)]
                .into_iter()
                .filter_map(|(field, new)| Some(format!("{field} {}", value(new?))))
                .collect();
            format!("patch {} {}", cluster.name(), fields.join(", "))
        }
        Operation::Scale { cluster, replicas } => {
            format!("scale {} to {}", cluster.name(), value(replicas))
        }
        Operation::GetClaim(ordinal) => format!("get claim {} in source", value(ordinal)),
        Operation::GetVolume(ordinal) => {
            format!("get the volume of claim {} in source", value(ordinal))
        }
        Operation::CreateVolume(ordinal, ..) => {
            format!(
                "create the volume of disk {} in destination",
                value(ordinal)
            )
        }
        Operation::CreateClaim(ordinal) => {
            format!("create claim {} in destination", value(ordinal))
        }
        Operation::RestoreDisk(ordinal) => {
            format!("restore a copy of disk {} in destination", value(ordinal))
        }
        Operation::SetReclaimPolicy(object, policy) => format!(
            "set the reclaim policy of {} in {} to {}",
            name(setup, before, object),
            object.cluster.name(),
            describe_policy(policy),
        ),
        Operation::Delete(object) => {
            format!(
                "delete {} in {}",
                name(setup, before, object),
                object.cluster.name()
            )
        }
        Operation::ForceDeletePod(object) => {
            format!(
                "force-delete {} in {}",
                name(setup, before, object),
                object.cluster.name()
            )
        }
        Operation::DeleteSet(cluster, cascade) => {
            let pods = describe_cascade(cascade);
            format!("delete the set in {}, {pods}", cluster.name())
        }
        Operation::CreateSet {
            cluster,
            start,
            replicas,
        } => format!(
            "create the set in {}: start {}, replicas {}",
            cluster.name(),
            value(start),
            value(replicas),
        ),
        Operation::AwaitGone(object, ..) => {
            format!(
                "{} is gone from {}",
                name(setup, before, object),
                object.cluster.name()
            )
        }
        Operation::Get(object) => format!(
            "get {} in {}",
            name(setup, before, object),
            object.cluster.name()
        ),
        Operation::Extra(verb, extra) => {
            let verb = verb.name();
            let name = &setup.extras[usize::from(extra.number)].name;
            format!("{verb} {name} in {}", extra.cluster.name())
        }
        Operation::Test(condition) => {
            let holds = if super::holds(setup, before, condition) {
                "yes"
            } else {
                "no"
            };
            let text = describe_condition(setup, before, condition);
            format!("look whether {text}: {holds}")
        }
        Operation::Await(condition, _) => describe_condition(setup, before, condition),
        Operation::Save => "save the position".to_owned(),
    }
}

const fn describe_cascade(cascade: Cascade) -> &'static str {
    match cascade {
        Cascade::Background => "its Pods to follow",
        Cascade::Foreground => "its Pods first",
        Cascade::Orphan => "orphaning its Pods",
    }
}

const fn describe_policy(policy: ReclaimPolicy) -> &'static str {
    match policy {
        ReclaimPolicy::Retain => "Retain",
        ReclaimPolicy::Delete => "Delete",
    }
}

fn describe_condition(setup: &Setup, before: &World, condition: Condition) -> String {
    let value = |expression: Expression| expression.value(before.driver.k, setup.replicas);
    let side = condition.cluster().name();
    match condition {
        Condition::PodReady(_, ordinal) => format!("Pod {} is Ready in {side}", value(ordinal)),
        Condition::PodAvailable(_, ordinal) => {
            format!("Pod {} is available in {side}", value(ordinal))
        }
        Condition::VolumeDetached(_, ordinal) => {
            format!("disk {} is detached from {side}", value(ordinal))
        }
        Condition::VolumeBound(_, ordinal) => {
            format!("claim {} is Bound in {side}", value(ordinal))
        }
        Condition::Exists(object) => {
            format!("{} exists in {side}", name(setup, before, object))
        }
        Condition::Absent(object) => {
            format!("{} is gone from {side}", name(setup, before, object))
        }
        Condition::RolledOut(_) => format!("the set in {side} is rolled out"),
        Condition::SetObserved(_) => format!("the set in {side} is observed"),
        Condition::StatusEquals(_, StatusField::Replicas, expected) => {
            format!("status.replicas in {side} is {}", value(expected))
        }
        Condition::StatusEquals(_, StatusField::ReadyReplicas, expected) => {
            format!("status.readyReplicas in {side} is {}", value(expected))
        }
    }
}

fn name(setup: &Setup, before: &World, object: ObjectRef) -> String {
    let ordinal = match setup.existing(before.driver.k, object.ordinal) {
        Some(ordinal) => ordinal.to_string(),
        None => object
            .ordinal
            .value(before.driver.k, setup.replicas)
            .to_string(),
    };
    match object.kind {
        ObjectKind::Pod => format!("Pod {ordinal}"),
        ObjectKind::Claim => format!("claim {ordinal}"),
        ObjectKind::Volume => format!("the volume of disk {ordinal}"),
        ObjectKind::StatefulSet => "the set".to_owned(),
    }
}
