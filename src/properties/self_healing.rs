//! `self-healing`: every Pod that goes is replaced.

use super::{Kind, Locality, Property, SIDES, Story, always_applies};
use crate::history::History;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::Setup;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "self-healing",
    kind: Kind::AlwaysForEach(holds),
    statement: "Every live Pod that is not terminating has a set on its side that owns it or will adopt it.",
    details: "A set that is being deleted does not count. A Pod that the garbage collector is \
              about to delete, because its set is gone or is being deleted together with its Pods, \
              need not be replaced. How long a replacement takes does not matter here: delays of \
              OrderedReady show in `available`.",
    violated_in: "orphan-by-hand",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
    locality: Locality::Each,
    story: Story::of(sentence),
};

/// Whether the property holds for one ordinal.
fn holds(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    !SIDES
        .into_iter()
        .any(|cluster| is_left(world, cluster, ordinal))
}

/// Whether an ordinal has a Pod on a side that nothing would replace.
fn is_left(world: &World, cluster: ClusterId, ordinal: Ordinal) -> bool {
    let side = world.side(cluster);
    let pod = side[ordinal].pod;
    let pod = pod.filter(|pod| pod.is_live() && !pod.terminating);
    pod.is_some_and(|pod| !side.looks_after(pod) && !side.collects(pod))
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let pod = history.pod_name(ordinal);
    let is_left = |&side: &ClusterId| is_left(history.last(), side, ordinal);
    let side = SIDES.into_iter().find(is_left);
    let side = side.map_or("source", ClusterId::name);
    Some(format!(
        "{pod} is left in {side} with no set that would replace it."
    ))
}
