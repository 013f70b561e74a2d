//! Search. Knows nothing of Kubernetes, nor what anybody wants of a model.
//!
//! A model is whatever implements [`Searchable`]. What is asked of it is a list of [`Formula`]s,
//! each with a name; [`exhaustive::check`] decides them. A jug of three gallons, one of five and a
//! fountain: can they measure four gallons?
//!
//! ```
//! use straddle::engine::exhaustive::check;
//! use straddle::engine::{Bounds, Formula, Question, Searchable, Settings, Unobserved, Verdict};
//!
//! /// What is in the jugs: first the small one, then the large one.
//! type Water = [u64; 2];
//!
//! struct Jugs;
//!
//! impl Searchable for Jugs {
//!     type State = Water;
//!     type Action = &'static str;
//!
//!     fn initial_states(&self) -> Vec<Water> {
//!         vec![[0, 0]]
//!     }
//!
//!     fn successors(&self, water: &Water, visit: &mut impl FnMut(&'static str, &Water)) {
//!         let &[small, large] = water;
//!         let up = small.min(5 - large);
//!         let down = large.min(3 - small);
//!         visit("fill the small one", &[3, large]);
//!         visit("fill the large one", &[small, 5]);
//!         visit("empty the small one", &[0, large]);
//!         visit("empty the large one", &[small, 0]);
//!         visit("pour into the large one", &[small - up, large + up]);
//!         visit("pour into the small one", &[small + down, large - down]);
//!     }
//!
//!     fn words(&self) -> usize {
//!         2
//!     }
//!
//!     fn pack(&self, water: &Water, words: &mut [u64]) {
//!         words.copy_from_slice(water);
//!     }
//!
//!     fn unpack(&self, words: &[u64]) -> Water {
//!         [words[0], words[1]]
//!     }
//! }
//!
//! fn is_measured(_: &Jugs, water: &Water) -> bool {
//!     water[1] == 4
//! }
//!
//! let question = Question::new(vec![
//!     Formula::invariant("never measured", |jugs, water| !is_measured(jugs, water)),
//!     Formula::always_reachable("in reach", is_measured),
//!     Formula::eventually("sure to happen", is_measured),
//! ]);
//! let (bounds, settings) = (Bounds::default(), Settings::default());
//! let outcome = check(&Jugs, &question, &bounds, settings, &Unobserved);
//! assert_eq!(outcome.statistics.unique_states, 16);
//!
//! let [never, in_reach, sure] = &outcome.decisions[..] else {
//!     unreachable!("one for each formula");
//! };
//! // The counterexample to "never" is the solution, and the shortest there is.
//! let Verdict::Violated(solution) = &never.verdict else {
//!     panic!("it can be done");
//! };
//! let steps = [
//!     "fill the large one",
//!     "pour into the small one",
//!     "empty the small one",
//!     "pour into the small one",
//!     "fill the large one",
//!     "pour into the small one",
//! ];
//! assert_eq!(solution.steps, steps);
//! assert_eq!(solution.states(&Jugs).last(), Some(&[3, 4]));
//! // There is always a way, but it need not be taken: the same jug may be filled forever.
//! assert_eq!(in_reach.verdict, Verdict::Holds);
//! let Verdict::Violated(endless) = &sure.verdict else {
//!     panic!("no step has to be taken");
//! };
//! assert!(endless.loop_start.is_some());
//! ```

pub mod adapters;
#[doc(hidden)]
pub mod checkpoint;
mod collect;
#[doc(hidden)]
pub mod cross_check;
mod edges;
pub mod exhaustive;
mod expand;
mod findings;
mod frontier;
mod goals;
mod labels;
mod limits;
#[doc(hidden)]
pub mod liveness;
mod outcome;
mod question;
mod reachable;
mod recent;
mod searchable;
#[doc(hidden)]
pub mod simulate;
mod space;
mod store;
mod trace;

pub use labels::Labels;
pub use outcome::{
    Decision, Ends, Fairness, Outcome, Statistics, StopReason, Trace, Verdict, WhyFair,
};
pub use question::{Claim, Formula, Predicate, Question};
pub use searchable::{Bits, Searchable};

use std::num::NonZeroUsize;
use std::time::Duration;

/// How a search goes about its work. None of it changes a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Threads.
    pub threads: NonZeroUsize,
    /// In which order states are expanded.
    pub order: Order,
    /// What is kept of a state.
    pub store: StoreKind,
    /// Leave out states that others cover: the same but for fewer faults spent. Only when the
    /// fewest faults come first, and with whole states.
    pub dominance: bool,
    /// Let one state stand for all that are alike to it: [`Searchable::canonicalize`].
    pub symmetry: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
            order: Order::default(),
            store: StoreKind::default(),
            dominance: true,
            symmetry: false,
        }
    }
}

impl From<NonZeroUsize> for Settings {
    fn from(threads: NonZeroUsize) -> Self {
        Self {
            threads,
            ..Self::default()
        }
    }
}

/// In which order states are expanded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Fewest faults first, then fewest steps. Each number of faults is a layer with a verdict of
    /// its own.
    #[default]
    FewestFaults,
    /// Fewest steps first, whatever the faults.
    Shortest,
}

/// What is kept of a state that has been found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StoreKind {
    /// All of it.
    #[default]
    Exact,
    /// A fingerprint of 128 bits. Two states that share one are taken for one.
    Fingerprint,
}

/// Where a search stops before it has finished.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bounds {
    /// Unique states.
    pub states: Option<u64>,
    /// Steps from the initial state.
    pub depth: Option<u32>,
    /// Wall-clock time.
    pub time: Option<Duration>,
    /// Bytes that the search itself holds.
    pub memory: Option<u64>,
}

/// A look at a search that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Distinct states so far.
    pub unique_states: u64,
    /// Steps from the initial state of the level under way.
    pub depth: u32,
    /// Faults of the layer under way.
    pub faults: u32,
    /// States of the level under way; 0 while questions about paths are decided.
    pub frontier: u64,
    /// Bytes held.
    pub bytes: u64,
    /// Of the distinct states, those that an earlier run has found.
    pub found_before: u64,
}

/// An observer of a search.
pub trait Observer<A>: Sync {
    /// Between two parts of a level, and now and then while questions about paths are decided. The
    /// search stops if the answer is `true`.
    fn progress(&self, progress: &Progress) -> bool;

    /// A formula has just been found violated.
    fn violated(&self, name: &'static str, trace: &Trace<A>);
}

/// No observer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl<A> Observer<A> for Unobserved {
    fn progress(&self, _: &Progress) -> bool {
        false
    }
    fn violated(&self, _: &'static str, _: &Trace<A>) {}
}
