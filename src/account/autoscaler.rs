//! HorizontalPodAutoscalers, VerticalPodAutoscalers and KEDA's ScaledObjects of the set.

use super::writers::{RESIZES, SCALES};
use super::{Rule, assumed, irrelevant};

/// All but `metadata` of what writes `replicas`.
pub const SCALER: &[Rule] = &[
    irrelevant(
        "apiVersion",
        "the fields are known by the same names in every version",
    ),
    assumed("spec", SCALES),
    irrelevant(
        "status",
        "what it came to last; it may come to something else",
    ),
];

/// All but `metadata` of what evicts Pods to give them other resources.
pub const RESIZER: &[Rule] = &[
    irrelevant(
        "apiVersion",
        "the fields are known by the same names in every version",
    ),
    irrelevant(
        "spec.updatePolicy.updateMode",
        "it only says what it would do, or acts on new Pods",
    )
    .of(&["Off", "Initial"]),
    assumed("spec", RESIZES),
    irrelevant("recommenders", "who computes it makes no difference"),
    irrelevant("status", "what it came to last"),
];
