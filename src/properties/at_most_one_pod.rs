//! `at-most-one-pod`: one Pod object per identity.

use super::{Kind, Property, SIDES, always_applies};
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "at-most-one-pod",
    kind: Kind::AlwaysForEach(holds),
    promise: "Per ordinal at most one live Pod exists over both sides.",
    details: "A Pod is live while its object exists and its phase is neither Failed nor Succeeded: Pending and terminating Pods are live until the object is gone. Inside one cluster the uniqueness of names gives this; over two clusters only the migration can. A Pending twin behind a storage fence breaks it.",
    violated_in: "blog-redis-cluster",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
};

/// Whether the promise is kept for one ordinal.
fn holds(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    !SIDES
        .into_iter()
        .all(|cluster| world.rows[ordinal].sides[cluster].has_live_pod())
}
