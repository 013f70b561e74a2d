//! Which parts of a world a step may change.

use super::faults::Target;
use super::stateful_set_controller as controller;
use super::{Step, driver, garbage_collector, kubelet, persistent_volume_controller};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::program::{Cascade, SetEffect};
use crate::world::setup::Setup;

const CONTROLLERS: Parts =
    Parts::controller(ClusterId::Source).and(Parts::controller(ClusterId::Destination));

impl Step {
    /// The parts that the step may change in the world `before` it. All others are after it what
    /// they were.
    #[must_use]
    pub fn touches(self, setup: &Setup, before: &World) -> Parts {
        match self {
            Self::Driver(action) => of_driver(setup, before, action),
            Self::Controller(side, action) => of_controller(side, action),
            Self::Kubelet(side, ordinal, action) => {
                // A Pod that is Ready again is no longer excused.
                let part = match action {
                    kubelet::Action::Start => Parts::CONTENTS,
                    kubelet::Action::ReportReady => Parts::FAULTS,
                    kubelet::Action::ConfirmDeletion => Parts::DRIVER,
                    _ => Parts::NOTHING,
                };
                of_ordinal(side, ordinal).and(part)
            }
            Self::Attach(side, ordinal, _) | Self::Detach(side, ordinal, _) => {
                of_ordinal(side, ordinal)
            }
            Self::Volumes(side, ordinal, action) => of_volumes(side, ordinal, action),
            Self::RemoveClaim(side, ordinal) | Self::RemoveVolume(side, ordinal, _) => {
                of_ordinal(side, ordinal).and(Parts::DRIVER)
            }
            Self::Collect(side, garbage_collector::Action::RemoveSet) => Parts::set(side)
                .and(Parts::controller(side))
                .and(Parts::DRIVER),
            Self::Collect(side, action) => {
                Parts::column(side).and(Parts::DRIVER).at(action.ordinal())
            }
            Self::Fault(_, target) => of_fault(target),
        }
    }
}

const fn of_ordinal(side: ClusterId, ordinal: Ordinal) -> Parts {
    Parts::column(side).at(Some(ordinal))
}

/// Requests of the driver are about a set, or about what both sides have of one ordinal. A set that
/// is removed at once leaves Pods and claims behind whose owner is gone.
fn of_driver(setup: &Setup, before: &World, action: driver::Action) -> Parts {
    if action != driver::Action::Advance {
        return Parts::DRIVER;
    }
    let footprint = driver::instruction(setup, before).operation.footprint();
    let set = |side| {
        let set = Parts::set(side).and(Parts::controller(side));
        set.and(Parts::DRIVER)
    };
    match (footprint.cluster, footprint.set) {
        (Some(side), SetEffect::Delete(Cascade::Background)) => set(side).and(Parts::columns(side)),
        (Some(side), SetEffect::Patch(_) | SetEffect::Create(_) | SetEffect::Delete(_)) => {
            set(side)
        }
        _ => match driver::ordinal_of(setup, before) {
            Some(ordinal) if footprint.is_change => Parts::of_ordinal(ordinal).and(Parts::DRIVER),
            _ => Parts::DRIVER,
        },
    }
}

/// The driver may watch the Pod that a write deletes.
fn of_controller(side: ClusterId, action: controller::Action) -> Parts {
    let memory = Parts::controller(side);
    match action {
        controller::Action::Sync | controller::Action::CatchUp => memory,
        controller::Action::WriteStatus => memory.and(Parts::set(side)),
        controller::Action::Write(ordinal) => {
            of_ordinal(side, ordinal).and(memory).and(Parts::DRIVER)
        }
    }
}

fn of_volumes(
    side: ClusterId,
    ordinal: Ordinal,
    action: persistent_volume_controller::Action,
) -> Parts {
    use persistent_volume_controller::Action;
    match action {
        Action::Bind(_) | Action::Release(_) => of_ordinal(side, ordinal),
        Action::Provision => Parts::of_ordinal(ordinal),
        Action::Reclaim(_) => of_ordinal(side, ordinal)
            .and(Parts::CONTENTS)
            .and(Parts::DRIVER),
    }
}

/// The last fault of a pool may make the controllers forget what only that fault needs.
fn of_fault(target: Target) -> Parts {
    let columns = match target.cluster() {
        Some(side) => Parts::column(side),
        None => Parts::NOTHING,
    };
    columns
        .and(Parts::FAULTS)
        .and(Parts::DRIVER)
        .and(CONTROLLERS)
        .at(target.ordinal())
}
