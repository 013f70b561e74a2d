//! `self-healing`: somebody replaces a Pod that goes.

use super::{Kind, Property, SIDES, always_applies};
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "self-healing",
    kind: Kind::AlwaysForEach(holds),
    promise: "Every live Pod that is not terminating has a set on its side that owns it or will adopt it.",
    details: "The set must not be being deleted. A Pod that the garbage collector is about to delete, since its set is gone or goes together with its Pods, is not meant to be replaced. How long a replacement takes is no matter of this property: delays of OrderedReady show in `available`.",
    violated_in: "orphan-by-hand",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
};

/// Whether the promise is kept for one ordinal.
fn holds(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    SIDES.into_iter().all(|cluster| {
        let side = world.side(cluster);
        let pod = side[ordinal]
            .pod
            .filter(|pod| pod.is_live() && !pod.terminating);
        pod.is_none_or(|pod| side.looks_after(pod) || side.collects(pod))
    })
}
