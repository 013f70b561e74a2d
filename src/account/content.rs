//! Secrets and ConfigMaps that the Pods need.

use super::{Rule, irrelevant, modelled};

/// What is in them.
const CONTENT: &str = "what is in it: a container starts whatever it says";

/// All but `metadata`.
pub const RULES: &[Rule] = &[
    modelled(
        "metadata.name",
        "the Pods need it, and it exists on this side",
    ),
    irrelevant("data", CONTENT),
    irrelevant("binaryData", CONTENT),
    irrelevant("stringData", CONTENT),
    irrelevant("immutable", CONTENT),
    irrelevant("type", CONTENT),
];
