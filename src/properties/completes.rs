//! `completes`: the migration comes to its end.

use super::{Kind, Property, always_applies};

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "completes",
    kind: Kind::Eventually,
    promise: "Every fair path reaches the goal.",
    details: "The goal is that of `recoverable`. A path is fair if each component that goes on being able to act on an object acts on it at last; faults never have to strike. A counterexample ends where nothing is left to happen, or goes round a loop for ever. A way to the goal that only exists is enough for `recoverable`, and not for this one: it has to be taken.",
    violated_in: "claim-swapped-late",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
};
