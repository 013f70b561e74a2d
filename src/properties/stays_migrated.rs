//! `stays-migrated`: what has moved stays where it is.

use super::{Kind, Locality, Property, Story, always_applies};
use crate::history::History;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "stays-migrated",
    kind: Kind::EventuallyAlways,
    statement: "Every fair path that reaches the goal eventually stays there.",
    details: "Faults may take Pods down after the goal, but the controllers have to bring them \
              back. An ordinal whose Pod in the destination never becomes Ready because of \
              `podNeverReady` need not serve. Fairness is that of `completes`. A path that never \
              reaches the goal satisfies this property.",
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
        "is then lost for good"
    } else {
        "is then lost again and again"
    };
    Some(format!(
        "The goal is reached after step {goal}, but {ends}."
    ))
}
