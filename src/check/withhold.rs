//! What is not reported to hold because a writer that is not modelled may change the sets.

use super::task::Task;
use super::verdicts::is_as_expected;
use crate::report::{Reason, ScenarioResult, Verdict};

/// Every property that holds in the model is inconclusive while another writer may change the sets.
/// What the model violates stays violated: that takes no other writer.
pub(super) fn withhold(task: &Task<'_>, result: &mut ScenarioResult) {
    if task.scenario.writers.is_empty() {
        return;
    }
    for property in &mut result.properties {
        if property.verdict == Verdict::Holds {
            property.verdict = Verdict::Inconclusive;
            property.reason = Some(Reason::OtherWriters);
            property.as_expected = is_as_expected(task.scenario, property, task.options);
        }
        property
            .layers
            .retain(|layer| layer.verdict != Verdict::Holds);
    }
    let smaller = result.smaller.iter_mut();
    for smaller in smaller.flat_map(|smaller| &mut smaller.properties) {
        if smaller.verdict == Verdict::Holds {
            smaller.verdict = Verdict::Inconclusive;
        }
    }
    if let Some(every_n) = &mut result.every_n {
        every_n.certificates.clear();
        for property in &mut every_n.properties {
            if property.verdict == Verdict::Holds {
                property.verdict = Verdict::Inconclusive;
                property.scope = None;
                property.reason = Some(Reason::OtherWriters.in_words(&result.search.bounds));
            }
        }
    }
    result.sum_up();
}
