//! What a search found, and what it cost.

use std::time::Duration;

use super::{Formula, Labels, Searchable};

/// Why a search stopped before it had finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopReason {
    /// `Bounds::states`.
    States,
    /// `Bounds::depth`.
    Depth,
    /// `Bounds::time`.
    Time,
    /// `Bounds::memory`.
    Memory,
    /// It was asked to stop.
    Interrupted,
    /// Another formula was violated, and one was enough.
    FailFast,
    /// This engine cannot decide formulas of this kind.
    NotDecidedByThisEngine,
}

/// What is known of one formula.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict<A> {
    /// The whole space was searched.
    Holds,
    /// With the path that shows it: fewest faults, then fewest steps.
    Violated(Trace<A>),
    /// Nothing is known.
    Inconclusive(StopReason),
}

/// A path from an initial state; with a loop, an endless one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace<A> {
    /// Which of the model's initial states it starts from.
    pub initial: usize,
    /// The steps, first to last.
    pub steps: Vec<A>,
    /// How many of them are faults.
    pub faults: u32,
    /// Of an endless path: the steps from this place on, counted from 0, repeat forever; if
    /// none are left, nothing happens any more.
    pub loop_start: Option<usize>,
    /// Why the loop is fair to each class of steps that some state of it enables.
    pub fair: Vec<Fairness>,
}

/// Why an endless path is fair to a class of steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fairness {
    /// The class: [`Searchable::fairness`].
    pub class: u16,
    /// Why.
    pub why: WhyFair,
}

/// Why an endless path is fair to a class of steps. Steps count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyFair {
    /// This step, which happens again and again, is one of them.
    Happens(usize),
    /// After so many steps none of them is enabled, again and again.
    NotEnabled(usize),
}

impl<A> Trace<A> {
    /// The states along the path, the initial one first.
    ///
    /// # Panics
    /// If a step is not enabled in the model.
    #[must_use]
    pub fn states<M: Searchable<Action = A>>(&self, model: &M) -> Vec<M::State> {
        let mut states = vec![model.initial_states().swap_remove(self.initial)];
        for step in &self.steps {
            let state = states.last().expect("there is an initial one");
            let next = model.successor(state, step);
            states.push(next.expect("the steps of a trace are enabled"));
        }
        states
    }
}

/// One formula's verdict, and that of each finished layer of faults.
#[derive(Clone, Debug)]
pub struct Decision<A> {
    /// The formula's name.
    pub name: &'static str,
    /// For all layers together.
    pub verdict: Verdict<A>,
    /// `layers[f]`: whether the formula holds with at most `f` faults. Unfinished layers are
    /// absent.
    pub layers: Vec<bool>,
    /// It holds, and asks nothing of any path: no state is the goal of a
    /// [`Claim::Stabilizes`](super::Claim::Stabilizes).
    pub vacuous: bool,
}

impl<A> Decision<A> {
    /// That of a formula of which nothing is known yet: it holds until it is found violated.
    pub(super) const fn undecided<M: Searchable<Action = A>>(formula: &Formula<M>) -> Self {
        Self {
            name: formula.name,
            verdict: Verdict::Holds,
            layers: Vec::new(),
            vacuous: false,
        }
    }
}

/// What a search found, and what it cost.
#[derive(Clone, Debug)]
pub struct Outcome<A> {
    /// One for each formula of the question, in its order.
    pub decisions: Vec<Decision<A>>,
    /// The kinds of fault that struck somewhere in the space: bit i is kind i.
    pub faults_fired: u64,
    /// The labels of all states and steps that were looked at.
    pub labels: Labels,
    /// What [`Question::may_end`](super::Question::may_end) asks for.
    pub ends: Ends<A>,
    /// What the search cost.
    pub statistics: Statistics,
}

/// States in which nothing but a fault can happen, and in which a path may not end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ends<A> {
    /// How many.
    pub number: u64,
    /// The way to one with the fewest faults, then the fewest steps.
    pub nearest: Option<Trace<A>>,
}

impl<A> Default for Ends<A> {
    fn default() -> Self {
        Self {
            number: 0,
            nearest: None,
        }
    }
}

/// What a search cost.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Statistics {
    /// Distinct states.
    pub unique_states: u64,
    /// Steps between them, each (state, step) once.
    pub transitions: u64,
    /// The most steps from the initial state.
    pub depth: u32,
    /// One state stood for all that are alike to it.
    pub symmetric: bool,
    /// Every reachable state has been expanded.
    pub complete: bool,
    /// Why not.
    pub stopped: Option<StopReason>,
    /// Wall-clock time.
    pub elapsed: Duration,
    /// The most bytes that the search held at once.
    pub peak_bytes: u64,
    /// How many states have been missed, to be expected, because two shared a fingerprint.
    pub expected_missed: f64,
}
