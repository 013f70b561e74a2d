//! PodDisruptionBudgets.

use super::{Rule, assumed, irrelevant};

/// A budget.
const BUDGET: &str = "disruption budgets are not modelled: an eviction is granted at any time, though each cluster's \
     budget may refuse it (a step that drains or evicts then waits), and each counts its own Pods \
     alone, so that both together allow twice as many down";

/// All but `metadata`.
pub const RULES: &[Rule] = &[
    assumed("spec", BUDGET),
    irrelevant("status", "what the budget comes to at the moment"),
];
