//! `right-disk`: a Pod runs on the data of its ordinal.

use super::{Kind, Property, SIDES, needs_disks};
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "right-disk",
    kind: Kind::AlwaysForEach(holds),
    promise: "A running Pod of an ordinal has the disk of that ordinal mounted, and the disk is current.",
    details: "A disk is current if it holds every write that Pods of the ordinal had acknowledged on a current disk. While such a Pod runs, every other copy is stale. An empty, newly provisioned disk is never current, but for ordinals that `ordinals.max` adds: they have written nothing yet.",
    violated_in: "empty-disk",
    holds_in: "blog-redis-cluster-gated",
    applies: needs_disks,
};

/// Whether the promise is kept for one ordinal.
fn holds(setup: &Setup, world: &World, ordinal: Ordinal) -> bool {
    if (setup.replicas..setup.allowed).contains(&ordinal.0) {
        return true;
    }
    let storage = world.rows[ordinal].storage;
    let mut mounts = SIDES
        .into_iter()
        .flat_map(|cluster| world.rows[ordinal].sides[cluster].mounts());
    mounts.all(|mounted| mounted.is_some_and(|disk| storage.is_current(disk)))
}
