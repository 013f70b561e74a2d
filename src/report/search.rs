//! How a scenario was searched, and why a search knows no more.

use super::text::count_of;
use crate::engine::{Bounds, StopReason, StoreKind};
use crate::vocabulary::Engine;

/// How a scenario was searched, and what that cost.
#[derive(Clone, PartialEq, Debug)]
pub struct Search {
    /// The engine.
    pub engine: Engine,
    /// How it remembers states.
    pub store: StoreKind,
    /// How many states it may have missed, on average.
    pub expected_missed: f64,
    /// States that differ only in which of some alike ordinals is which counted once.
    pub symmetry: bool,
    /// Every reachable state was expanded.
    pub complete: bool,
    /// Why it stopped sooner; none if all was decided.
    pub stopped: Option<Stop>,
    /// Where it would have stopped.
    pub bounds: Bounds,
    /// Distinct states.
    pub unique_states: u64,
    /// Steps between them.
    pub transitions: u64,
    /// The most steps from the initial state.
    pub depth: u32,
    /// Wall-clock time.
    pub seconds: f64,
    /// The most memory that the search held at once.
    pub peak_bytes: u64,
}

impl Search {
    /// Why it stopped before it had seen everything, in words.
    #[must_use]
    pub fn stop_in_words(&self) -> Option<String> {
        Some(match self.stopped? {
            Stop::Reached(stop) => in_words(stop, &self.bounds),
            Stop::AllKnown => "every property is proved or violated".to_owned(),
        })
    }
}

/// Why a search stopped before it had seen everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// It came to a bound, or had to end.
    Reached(StopReason),
    /// Each property is proved for every number of replicas, or broken.
    AllKnown,
}

/// Why a property is not decided, or how it was decided without the search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The scenario has nothing that it could be about: what that would be.
    DoesNotApply(&'static str),
    /// The search stopped first.
    Stopped(StopReason),
    /// Somebody may write the sets who is not modelled.
    OtherWriters,
    /// It is proved for every number of replicas, and not searched for.
    ProvedForEveryN,
}

impl Reason {
    /// In words. `bounds` are those of the search.
    #[must_use]
    pub fn in_words(self, bounds: &Bounds) -> String {
        match self {
            Self::DoesNotApply(why) => why.to_owned(),
            Self::Stopped(stop) => in_words(stop, bounds),
            Self::OtherWriters => "another writer may change the sets".to_owned(),
            Self::ProvedForEveryN => "proved for every number of replicas".to_owned(),
        }
    }
}

/// Why a search with these bounds stopped: `the bound of 1,000 states`.
pub(super) fn in_words(stop: StopReason, bounds: &Bounds) -> String {
    let count = |bound: Option<u64>, noun| count_of(bound.unwrap_or_default(), noun);
    match stop {
        StopReason::States => format!("the bound of {} was reached", count(bounds.states, "state")),
        StopReason::Depth => {
            format!(
                "the bound of {} was reached",
                count(bounds.depth.map(u64::from), "step")
            )
        }
        StopReason::Time => {
            let time = bounds.time.unwrap_or_default();
            if time.as_secs() == 0 {
                format!("the bound of {} ms was reached", time.as_millis())
            } else {
                format!("the bound of {} s was reached", time.as_secs_f64())
            }
        }
        StopReason::Memory => {
            format!(
                "the bound of {} of memory was reached",
                count(bounds.memory, "byte")
            )
        }
        StopReason::Interrupted => "interrupted".to_owned(),
        StopReason::FailFast => "another property was violated first (--fail-fast)".to_owned(),
        StopReason::NotDecidedByThisEngine => {
            "stateright decides only always-properties".to_owned()
        }
    }
}
