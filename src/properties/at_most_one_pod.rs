//! `at-most-one-pod`: one Pod object per identity.

use super::{Kind, Locality, Property, SIDES, Story, always_applies, reasons};
use crate::history::History;
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
    locality: Locality::Each,
    story: Story {
        why: reasons::two_pods::why,
        ..Story::of(sentence)
    },
};

/// Whether the promise is kept for one ordinal.
fn holds(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    !SIDES
        .into_iter()
        .all(|cluster| world.rows[ordinal].sides[cluster].has_live_pod())
}

fn sentence(history: &History<'_>) -> Option<String> {
    let pod = history.pod_name(history.ordinal?);
    let newcomer = history.last_side();
    let (other, newcomer) = (newcomer.other().name(), newcomer.name());
    Some(format!(
        "{pod} still existed in {other} when it was created in {newcomer} too."
    ))
}
