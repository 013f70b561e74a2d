//! `recoverable`: there is always a way to the goal.

use super::{Kind, Locality, Property, Story, always_applies};
use crate::history::History;
use crate::world::driver::DriverPhase;

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "recoverable",
    kind: Kind::FromEverywhere,
    promise: "From every reachable state there is a path to the goal on which no fault strikes.",
    details: "Healing steps and the restart of the driver may be on that path. The goal: the program has finished, the source owns, keeps and runs nothing, the destination owns every ordinal of the application, and every ordinal serves there on a current disk.",
    violated_in: "kep-3335-literal",
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
    let text = match history.last().driver.phase {
        DriverPhase::Failed => "The program has ended before its last step.",
        DriverPhase::Finished => "The program has finished, but the goal is out of reach.",
        DriverPhase::Running | DriverPhase::Crashed if history.steps.is_empty() => {
            "The goal is out of reach from the start."
        }
        DriverPhase::Running | DriverPhase::Crashed => {
            "From here on the goal is out of reach, whatever happens."
        }
    };
    Some(text.to_owned())
}
