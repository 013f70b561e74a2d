//! `stays-migrated`: what has moved stays where it is.

use super::{Kind, Property, always_applies};

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "stays-migrated",
    kind: Kind::EventuallyAlways,
    promise: "On every fair path that reaches the goal, it holds from some point on.",
    details: "Faults may take Pods down after the goal, but the controllers have to bring them back. An ordinal whose Pod in the destination never becomes Ready by `podNeverReady` need not serve: that is the matter of one Pod. Fair is meant as in `completes`. A path that never reaches the goal keeps this promise.",
    violated_in: "tidied-wrong-side",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
};
