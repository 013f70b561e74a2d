//! `completes`: the migration reaches its goal.

use super::{Kind, Locality, Property, Story, always_applies};
use crate::history::History;
use crate::world::driver::DriverPhase;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "completes",
    kind: Kind::Eventually,
    statement: "Every fair path reaches the goal.",
    details: "The goal is that of `recoverable`. Fairness is weak fairness: a component whose step \
              on an object stays enabled eventually takes it; faults never have to strike. A \
              counterexample ends in a deadlock, or in a loop that repeats forever. `recoverable` \
              asks only that a path to the goal exists; this property asks that every fair path \
              gets there.",
    violated_in: "claim-swapped-late",
    holds_in: "blog-redis-cluster-gated",
    applies: always_applies,
    locality: Locality::Each,
    story: Story::of(sentence),
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is one of several that may have no sentence"
)]
fn sentence(history: &History<'_>) -> Option<String> {
    let text = match (history.repeats().len(), history.last().driver.phase) {
        (0, DriverPhase::Failed) => "The program stops before its last step.",
        (0, DriverPhase::Finished) => "The program finishes, but the goal is not reached.",
        (0, DriverPhase::Running | DriverPhase::Crashed) => {
            "The migration gets stuck before the \
                                                             goal."
        }
        (steps, _) => {
            let plural = if steps == 1 { "" } else { "s" };
            return Some(format!(
                "The migration may never reach its goal: {steps} step{plural} can repeat forever."
            ));
        }
    };
    Some(text.to_owned())
}
