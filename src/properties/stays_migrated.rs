//! `stays-migrated`: what has moved stays where it is.

use super::{Kind, Locality, Property, Story, always_applies};
use crate::history::History;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "stays-migrated",
    kind: Kind::EventuallyAlways,
    promise: "On every fair path that reaches the goal, it holds from some point on.",
    details: "Faults may take Pods down after the goal, but the controllers have to bring them back. An ordinal whose Pod in the destination never becomes Ready by `podNeverReady` need not serve: that is the matter of one Pod. Fair is meant as in `completes`. A path that never reaches the goal keeps this promise.",
    violated_in: "tidied-wrong-side",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
    locality: Locality::Each,
    story: Story::of(sentence),
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is one of several that may have no sentence"
)]
fn sentence(history: &History<'_>) -> Option<String> {
    let goal = history.goal().unwrap_or_default();
    let ends = if history.repeats().is_empty() {
        "does not stay so"
    } else {
        "then again and again is not"
    };
    Some(format!(
        "The migration is over after step {goal}, and {ends}."
    ))
}
