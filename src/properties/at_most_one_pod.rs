//! `at-most-one-pod`: one Pod object per identity.

use super::{Kind, Locality, Property, SIDES, Story, always_applies, reasons};
use crate::history::History;
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "at-most-one-pod",
    kind: Kind::AlwaysForEach(holds),
    statement: "At most one live Pod per ordinal exists across both sides.",
    details: "A Pod is live while its object exists and its phase is neither Failed nor Succeeded: \
              Pending and terminating Pods are live until the object is gone. Within one cluster \
              the uniqueness of names guarantees this; across two clusters only the migration can. \
              A second Pod that stays Pending because storage is fenced violates it, too.",
    violated_in: "blog-redis-cluster",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
    locality: Locality::Each,
    story: Story {
        why: reasons::two_pods::why,
        ..Story::of(sentence)
    },
};

/// Whether the property holds for one ordinal.
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
        "{pod} still existed in {other} when it was created in {newcomer}."
    ))
}
