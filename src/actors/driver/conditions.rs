//! What the driver waits for, or looks at: when it holds, and its words.

use super::counts;
use crate::world::World;
use crate::world::program::{Condition, Expression, ObjectKind, ObjectRef, StatusField};
use crate::world::setup::Setup;
use crate::world::volume::{Disk, Template};

/// Whether a condition holds on the live stores. Of what does not exist nothing but `detached`
/// holds.
pub(super) fn holds(setup: &Setup, world: &World, condition: Condition) -> bool {
    let k = world.driver.k;
    let find = |expression| setup.existing(k, expression);
    let side = world.side(condition.cluster());
    match condition {
        Condition::PodAvailable(cluster, ordinal) if setup.clusters[cluster].min_ready => {
            find(ordinal)
                .and_then(|ordinal| side[ordinal].pod)
                .is_some_and(|pod| pod.available)
        }
        Condition::PodReady(_, ordinal) | Condition::PodAvailable(_, ordinal) => find(ordinal)
            .and_then(|ordinal| side[ordinal].pod)
            .is_some_and(|pod| pod.ready),
        Condition::VolumeDetached(_, ordinal, template) => find(ordinal).is_none_or(|ordinal| {
            let supply = &side[ordinal][template];
            let volume = supply.volumes.fixed;
            let disk = volume.map_or(Disk::Original, |volume| volume.disk);
            !supply.attached.contains(disk)
        }),
        Condition::VolumeBound(_, ordinal, template) => find(ordinal)
            .and_then(|ordinal| side[ordinal][template].claim)
            .is_some_and(|claim| claim.bound),
        Condition::SetObserved(_) => side.set.is_some_and(|set| set.observed),
        Condition::Exists(object) => exists(setup, world, object),
        Condition::Absent(object) => !exists(setup, world, object),
        Condition::RolledOut(_) | Condition::StatusEquals(..) => {
            counts::hold(setup, world, condition)
        }
    }
}

/// Whether an object of that name exists.
pub(super) fn exists(setup: &Setup, world: &World, object: ObjectRef) -> bool {
    let side = world.side(object.cluster);
    let ordinal = setup.existing(world.driver.k, object.ordinal);
    match object.kind {
        ObjectKind::StatefulSet => side.set.is_some(),
        ObjectKind::Pod => ordinal.is_some_and(|ordinal| side[ordinal].pod.is_some()),
        ObjectKind::Claim(template) => {
            ordinal.is_some_and(|ordinal| side[ordinal][template].claim.is_some())
        }
        ObjectKind::Volume(template) => {
            ordinal.is_some_and(|ordinal| side[ordinal][template].volumes.fixed.is_some())
        }
    }
}

/// A condition in words, with its values for the present `k`.
pub(super) fn describe(setup: &Setup, before: &World, condition: Condition) -> String {
    let value = |expression: Expression| expression.value(before.driver.k, setup.replicas);
    let label = |ordinal, template| label(setup, before, ordinal, template);
    let side = condition.cluster().name();
    match condition {
        Condition::PodReady(_, ordinal) => format!("Pod {} is Ready in {side}", value(ordinal)),
        Condition::PodAvailable(_, ordinal) => {
            format!("Pod {} is available in {side}", value(ordinal))
        }
        Condition::VolumeDetached(_, ordinal, template) => {
            format!("disk {} is detached from {side}", label(ordinal, template))
        }
        Condition::VolumeBound(_, ordinal, template) => {
            format!("claim {} is Bound in {side}", label(ordinal, template))
        }
        Condition::Exists(object) => {
            format!(
                "{} exists in {side}",
                describe_object(setup, before, object)
            )
        }
        Condition::Absent(object) => {
            format!(
                "{} is gone from {side}",
                describe_object(setup, before, object)
            )
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

/// An object that the driver names, with its ordinal for the present `k`.
pub(super) fn describe_object(setup: &Setup, before: &World, object: ObjectRef) -> String {
    let ordinal = object.ordinal;
    let label = |template| label(setup, before, ordinal, template);
    match object.kind {
        ObjectKind::Pod => format!("Pod {}", ordinal.value(before.driver.k, setup.replicas)),
        ObjectKind::Claim(template) => format!("claim {}", label(template)),
        ObjectKind::Volume(template) => format!("the volume of disk {}", label(template)),
        ObjectKind::StatefulSet => "the set".to_owned(),
    }
}

/// What a claim, a volume or a disk is called by, for the present `k`.
pub(super) fn label(
    setup: &Setup,
    before: &World,
    ordinal: Expression,
    template: Template,
) -> String {
    setup.label(template, ordinal.value(before.driver.k, setup.replicas))
}
