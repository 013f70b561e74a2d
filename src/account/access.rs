//! The set's ServiceAccount.

use super::{Rule, irrelevant};

/// All but `metadata`.
pub const RULES: &[Rule] = &[
    irrelevant(
        "secrets",
        "what the Pods may do in the cluster is not modelled",
    ),
    irrelevant("imagePullSecrets", "what the Pods may pull is not modelled"),
    irrelevant(
        "automountServiceAccountToken",
        "what the Pods may do is not modelled",
    ),
];
