//! `no-data-loss`: no acknowledged write is lost.

use super::{Kind, Property, needs_disks};
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;
use crate::world::volume::Disk;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "no-data-loss",
    kind: Kind::Always(holds),
    promise: "For every ordinal some existing disk is current.",
    details: "Broken when the last disk that holds every acknowledged write is destroyed, or when a Pod has written to a disk that missed some.",
    violated_in: "reclaim-delete",
    holds_in: "reclaim-delete-fixed",
    applies: needs_disks,
    culprit: |setup, world| {
        setup
            .members()
            .find(|&ordinal| !holds_for(setup, world, ordinal))
    },
};

/// Whether the promise is kept in `world`.
#[must_use]
pub fn holds(setup: &Setup, world: &World) -> bool {
    setup
        .members()
        .all(|ordinal| holds_for(setup, world, ordinal))
}

fn holds_for(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    Disk::ALL
        .into_iter()
        .any(|disk| world.storage[ordinal].is_current(disk))
}
