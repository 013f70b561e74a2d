//! `at-most-one-running`: an identity runs once.

use super::{Kind, Property, SIDES, always_applies};
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "at-most-one-running",
    kind: Kind::AlwaysForEach(holds),
    promise: "Per ordinal at most one incarnation runs, over all nodes of both sides.",
    details: "Counts containers on nodes, not Pod objects: after a force delete the object is gone while its containers may run on. Two incarnations on one side count as on two nodes. This is Kubernetes' at-most-one semantics of a StatefulSet, across clusters (KEP-3335).",
    violated_in: "blog-redis-cluster",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
};

/// Whether the promise is kept for one ordinal.
fn holds(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    let running = SIDES
        .into_iter()
        .map(|cluster| world.rows[ordinal].sides[cluster].running());
    running.sum::<u8>() <= 1
}
