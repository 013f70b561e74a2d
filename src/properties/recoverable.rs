//! `recoverable`: there is always a way to the goal.

use super::{Kind, Property, always_applies};

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "recoverable",
    kind: Kind::FromEverywhere,
    promise: "From every reachable state there is a path to the goal on which no fault strikes.",
    details: "Healing steps and the restart of the driver may be on that path. The goal: the program has finished, the source owns, keeps and runs nothing, the destination owns every ordinal of the application, and every ordinal serves there on a current disk.",
    violated_in: "kep-3335-literal",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
};
