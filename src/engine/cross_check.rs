//! stateright's own checkers, as an independent second opinion on invariants.
//!
//! They share with our engine the model and nothing else. A time-out that stateright ignores
//! with one thread, or a depth bound after which it calls itself done, would turn a bounded run
//! into a false `holds`; so completeness is worked out here.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use super::adapters::ToStateright;
use super::{
    Bounds, Claim, Decision, Ends, Formula, Labels, Outcome, Question, Searchable, Statistics,
    StopReason, Trace, Verdict,
};

/// Which of stateright's checkers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stateright {
    /// `spawn_bfs`. Its paths are not always the shortest.
    BreadthFirst,
    /// `spawn_dfs`.
    DepthFirst,
}

/// Decides the invariants of a question. Of the bounds only `states` is honoured; what is said of
/// paths, and whatever the bound leaves open, is inconclusive.
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
    let started = Instant::now();
    let mut asked = ToStateright {
        model: model.clone(),
        question: question.clone(),
    };
    // It never fails: without it stateright would stop as soon as all others have.
    let to_the_end = Formula::invariant("searched to the end", |_, _| true);
    asked.question.formulas.push(to_the_end);
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
    checker: &impl Checker<ToStateright<M>>,
) -> Outcome<M::Action>
where
    M: Searchable,
    M::State: Hash,
{
    // stateright counts every generated state, the initial ones among them.
    let complete = bound.is_none_or(|bound| checker.state_count() < bound);
    let mut discoveries = checker.discoveries();
    let mut faults_fired = 0;
    let decide = |formula: &Formula<M>| {
        let verdict = match discoveries.remove(formula.name) {
            _ if !matches!(formula.claim, Claim::Invariant(_)) => {
                Verdict::Inconclusive(StopReason::NotDecidedByThisEngine)
            }
            Some(path) => {
                let starts = |state: &M::State| path.clone().into_states().first() == Some(state);
                let initial = model.initial_states().iter().position(starts);
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
            name: formula.name,
            verdict,
            layers: Vec::new(),
            vacuous: false,
        }
    };
    let decisions: Vec<_> = question.formulas.iter().map(decide).collect();
    let initial = model.initial_states().len();
    Outcome {
        decisions,
        // Which faults struck is known of the counterexamples only.
        labels: Labels::default(),
        ends: Ends::default(),
        faults_fired: if complete { u64::MAX } else { faults_fired },
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
