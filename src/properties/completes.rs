//! `completes`: the migration comes to its end.

use super::{Kind, Locality, Property, Story, always_applies};
use crate::history::History;
use crate::world::driver::DriverPhase;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "completes",
    kind: Kind::Eventually,
    promise: "Every fair path reaches the goal.",
    details: "The goal is that of `recoverable`. A path is fair if each component that goes on being able to act on an object acts on it at last; faults never have to strike. A counterexample ends where nothing is left to happen, or goes round a loop for ever. A way to the goal that only exists is enough for `recoverable`, and not for this one: it has to be taken.",
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
        (0, DriverPhase::Failed) => "The program ends before its last step.",
        (0, DriverPhase::Finished) => "The program finishes, and the goal is not reached.",
        (0, DriverPhase::Running | DriverPhase::Crashed) => "The migration stops half way.",
        (steps, _) => {
            let plural = if steps == 1 { "" } else { "s" };
            return Some(format!(
                "The migration need never come to its goal: {steps} step{plural} repeat for ever."
            ));
        }
    };
    Some(text.to_owned())
}
