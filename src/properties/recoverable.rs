//! `recoverable`: there is always a way to the goal.

use super::{Kind, Locality, Property, Story, always_applies};
use crate::history::History;
use crate::world::driver::DriverPhase;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "recoverable",
    kind: Kind::FromEverywhere,
    statement: "From every reachable state some path without further faults leads to the goal.",
    details: "The path may include repairs by the controllers and a restart of the driver. The \
              goal: the program has finished; the source owns nothing, keeps nothing and runs \
              nothing; the destination owns every ordinal of the application; and every ordinal \
              serves there on a current disk.",
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
        DriverPhase::Failed => "The program has stopped before its last step.",
        DriverPhase::Finished => "The program has finished, but the goal is unreachable.",
        DriverPhase::Running | DriverPhase::Crashed if history.steps.is_empty() => {
            "The goal is unreachable from the start."
        }
        DriverPhase::Running | DriverPhase::Crashed => "From here on the goal is unreachable.",
    };
    Some(text.to_owned())
}
