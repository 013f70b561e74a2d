//! ResourceQuotas and LimitRanges of the namespace, and PriorityClasses of the Pods.

use super::pod::PLACED;
use super::{Rule, assumed, irrelevant};

/// All but `metadata` of a quota or a limit.
pub const QUOTA: &[Rule] = &[
    assumed(
        "spec",
        "the quota and limits have room for every Pod and claim of the move; where there is none, \
         the API server refuses them, and the move waits",
    ),
    irrelevant("status", "what is used at the moment"),
];

/// All but `metadata` of a PriorityClass.
pub const PRIORITY: &[Rule] = &[
    assumed("value", PLACED),
    irrelevant("description", "words for people"),
    irrelevant("globalDefault", "the Pods name their class"),
    irrelevant("preemptionPolicy", "no Pod is preempted"),
];
