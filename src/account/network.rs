//! Services and NetworkPolicies that select the set's Pods.

use super::{Rule, assumed, irrelevant};

/// All but `metadata` of a Service.
pub const SERVICE: &[Rule] = &[
    irrelevant("spec", "no property is about traffic or names in DNS"),
    irrelevant("status", "no property is about traffic"),
];

/// What a policy of the network may do.
pub const REACHED: &str = "the Pods of both sides reach what they need; a Pod that the policy cuts \
                           off may never be Ready";

/// All but `metadata` of a NetworkPolicy.
pub const POLICY: &[Rule] = &[assumed("spec", REACHED)];
