//! stateright's own checkers, as an independent second opinion on always-properties.
//!
//! They share with our engine the model and nothing else. A time-out that stateright ignores
//! with one thread, or a depth bound after which it calls itself done, would turn a bounded run
//! into a false `holds`; so completeness is worked out here.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::liveness::Promise;
use super::{
    Bounds, Decision, Ends, Labels, Outcome, Question, Searchable, Statistics, StopReason, Trace,
    Verdict,
};

/// Which of stateright's checkers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stateright {
    /// `spawn_bfs`. Its paths are not always the shortest.
    BreadthFirst,
    /// `spawn_dfs`.
    DepthFirst,
}

/// A model with the properties of a question, and one more that never fails: without it
/// stateright would stop as soon as every property is violated.
struct Asked<M: Model> {
    model: M,
    question: Question<M>,
}

/// The most always-properties of one question.
const MOST: usize = 9;

impl<M: Model> Asked<M> {
    /// The invariant of number `I`; `stateright` takes plain function pointers only.
    fn holds<const I: usize>(&self, state: &M::State) -> bool {
        self.question
            .invariants
            .get(I)
            .is_none_or(|invariant| (invariant.holds)(&self.model, state))
    }

    const HOLDS: [fn(&Self, &M::State) -> bool; MOST] = [
        Self::holds::<0>,
        Self::holds::<1>,
        Self::holds::<2>,
        Self::holds::<3>,
        Self::holds::<4>,
        Self::holds::<5>,
        Self::holds::<6>,
        Self::holds::<7>,
        Self::holds::<8>,
    ];
}

impl<M: Model> Model for Asked<M> {
    type State = M::State;
    type Action = M::Action;

    fn init_states(&self) -> Vec<Self::State> {
        self.model.init_states()
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
        self.model.actions(state, actions);
    }

    fn next_state(&self, state: &Self::State, action: Self::Action) -> Option<Self::State> {
        self.model.next_state(state, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let asked = self.question.invariants.iter().zip(Self::HOLDS);
        let mut properties: Vec<_> = asked
            .map(|(invariant, holds)| Property::always(invariant.name, holds))
            .collect();
        properties.push(Property::always("searched to the end", |_, _| true));
        properties
    }
}

/// Decides the always-properties of a question. Of the bounds only `states` is honoured;
/// `recoverable` and whatever the bound leaves open are inconclusive.
pub fn check<M>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    threads: NonZeroUsize,
    which: Stateright,
) -> Outcome<M::Action>
where
    M: Searchable + Clone + Send + 'static,
    M::State: Hash + Send + Sync + 'static,
    M::Action: 'static,
{
    assert!(
        question.invariants.len() <= MOST,
        "too many always-properties"
    );
    let started = Instant::now();
    let asked = Asked {
        model: model.clone(),
        question: question.clone(),
    };
    let mut builder = asked
        .checker()
        .threads(threads.get())
        .finish_when(HasDiscoveries::All);
    let bound = bounds
        .states
        .map(|states| usize::try_from(states).unwrap_or(usize::MAX));
    if let Some(bound) = bound {
        builder = builder.target_state_count(bound);
    }
    match which {
        Stateright::BreadthFirst => {
            outcome(model, question, bound, started, &builder.spawn_bfs().join())
        }
        Stateright::DepthFirst => {
            outcome(model, question, bound, started, &builder.spawn_dfs().join())
        }
    }
}

fn outcome<M>(
    model: &M,
    question: &Question<M>,
    bound: Option<usize>,
    started: Instant,
    checker: &impl Checker<Asked<M>>,
) -> Outcome<M::Action>
where
    M: Searchable,
    M::State: Hash,
{
    // stateright counts every generated state, the initial ones among them.
    let complete = bound.is_none_or(|bound| checker.state_count() < bound);
    let mut discoveries = checker.discoveries();
    let mut faults_fired = 0;
    let decide = |name: &'static str| {
        let verdict = match discoveries.remove(name) {
            Some(path) => {
                let starts = |state: &M::State| path.clone().into_states().first() == Some(state);
                let initial = model.init_states().iter().position(starts);
                let steps = path.into_actions();
                let kinds: Vec<u8> = steps
                    .iter()
                    .filter_map(|step| model.fault_kind(step))
                    .collect();
                faults_fired |= kinds.iter().fold(0, |fired, kind| fired | 1 << kind);
                Verdict::Violated(Trace {
                    initial: initial.unwrap_or_default(),
                    faults: kinds.len() as u32,
                    steps,
                    loop_start: None,
                    fair: Vec::new(),
                })
            }
            None if complete => Verdict::Holds,
            None => Verdict::Inconclusive(StopReason::States),
        };
        Decision {
            name,
            verdict,
            layers: Vec::new(),
        }
    };
    let mut decisions: Vec<_> = question
        .invariants
        .iter()
        .map(|invariant| invariant.name)
        .map(decide)
        .collect();
    let promises = Promise::ALL.into_iter();
    let endless = promises.filter(|promise| promise.is_asked(question));
    let names = question.recoverable.then_some("recoverable");
    let names = names.into_iter().chain(endless.map(Promise::name));
    decisions.extend(names.map(|name| Decision {
        name,
        verdict: Verdict::Inconclusive(StopReason::NotDecidedByThisEngine),
        layers: Vec::new(),
    }));
    let initial = model.init_states().len();
    Outcome {
        decisions,
        // Which faults struck is known of the counterexamples only.
        labels: Labels::default(),
        ends: Ends::default(),
        faults_fired: if complete { u64::MAX } else { faults_fired },
        // It does not decide `stays-migrated`.
        reaches_goal: false,
        statistics: Statistics {
            unique_states: checker.unique_state_count() as u64,
            transitions: (checker.state_count() - initial) as u64,
            depth: u32::try_from(checker.max_depth().saturating_sub(1)).unwrap_or(u32::MAX),
            symmetric: false,
            complete,
            stopped: (!complete).then_some(StopReason::States),
            elapsed: started.elapsed(),
            peak_bytes: 0,
            expected_missed: 0.0,
        },
    }
}
