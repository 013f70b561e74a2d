//! `disjoint-slices`: no ordinal is owned twice.

use super::{Kind, Locality, Property, SIDES, Story, always_applies};
use crate::history::History;
use crate::world::World;
use crate::world::id::{Ordinal, Slice, describe_slice};
use crate::world::setup::Setup;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "disjoint-slices",
    kind: Kind::Always { holds, culprit },
    statement: "The effective slices of the two sets are disjoint and stay within the application's \
              ordinals.",
    details: "The effective slice is what a side's controller computes from the set as it is \
              stored: empty without a set, or when the set is being deleted. Gaps are allowed. \
              Only desired ranges count: a condemned Pod outside its slice is not a violation. \
              `ordinals: {max: M}` allows ordinals up to M.",
    violated_in: "naive-double-up",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
    locality: Locality::Each,
    story: Story::of(sentence),
};

/// Whether the property holds in `world`.
fn holds(setup: &Setup, world: &World) -> bool {
    let [source, destination] = SIDES.map(|cluster| world.clusters[cluster].effective_slice());
    let within = |slice: Slice| slice.is_empty() || slice.end <= setup.allowed;
    !source.intersects(destination) && within(source) && within(destination)
}

fn culprit(setup: &Setup, world: &World) -> Option<Ordinal> {
    let [source, destination] = SIDES.map(|cluster| world.clusters[cluster].effective_slice());
    let owns = |slice: Slice, ordinal: Ordinal| slice.contains(ordinal);
    setup.ordinals().find(|&ordinal| {
        let both = owns(source, ordinal) && owns(destination, ordinal);
        let outside = ordinal.0 >= setup.allowed;
        both || outside && (owns(source, ordinal) || owns(destination, ordinal))
    })
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let [source, destination] = SIDES.map(|side| history.last().clusters[side].effective_slice());
    let what = if source.contains(ordinal) && destination.contains(ordinal) {
        format!("both own ordinal {ordinal}")
    } else {
        format!("ordinal {ordinal} is not one of the application's")
    };
    Some(format!(
        "Source owns {} and destination {}: {what}.",
        describe_slice(source),
        describe_slice(destination)
    ))
}
