//! Our engine against stateright's two checkers: same states, same transitions, same verdicts.

use std::num::NonZeroUsize;

use straddle::Migration;
use straddle::check::question;
use straddle::engine::cross_check::{self, Stateright};
use straddle::engine::{Bounds, Outcome, Question, Searchable, Unobserved, Verdict, exhaustive};

use crate::models::{bundled, scenario};
use crate::toys::Graph;

/// Larger spaces would take a test too long.
const MOST_STATES: u64 = 120_000;

fn kinds<A>(outcome: &Outcome<A>) -> Vec<(&'static str, &'static str)> {
    let kind = |verdict: &Verdict<A>| match verdict {
        Verdict::Holds => "holds",
        Verdict::Violated(_) => "violated",
        Verdict::Inconclusive(_) => "inconclusive",
    };
    outcome
        .decisions
        .iter()
        .map(|decision| (decision.name, kind(&decision.verdict)))
        .collect()
}

fn compare<M>(model: &M, question: &Question<M>, name: &str) -> bool
where
    M: Searchable + Clone + Send + 'static,
    M::State: std::hash::Hash + Send + Sync + 'static,
    M::Action: 'static,
{
    // `recoverable` keeps our search from stopping before the space is exhausted.
    let all = Question {
        recoverable: true,
        ..question.clone()
    };
    let bounds = Bounds {
        states: Some(MOST_STATES),
        ..Bounds::default()
    };
    let ours = exhaustive::check(model, &all, &bounds, NonZeroUsize::MIN, &Unobserved);
    if !ours.statistics.complete {
        return false;
    }
    for which in [Stateright::BreadthFirst, Stateright::DepthFirst] {
        for threads in [1, 2] {
            let threads = NonZeroUsize::new(threads).expect("a thread");
            let theirs = cross_check::check(model, question, &Bounds::default(), threads, which);
            let (left, right) = (ours.statistics, theirs.statistics);
            assert_eq!(left.unique_states, right.unique_states, "{name}, {which:?}");
            assert_eq!(left.transitions, right.transitions, "{name}, {which:?}");
            let always = kinds(&ours)
                .into_iter()
                .filter(|(name, _)| *name != "recoverable");
            assert_eq!(
                always.collect::<Vec<_>>(),
                kinds(&theirs),
                "{name}, {which:?}"
            );
        }
    }
    true
}

#[test]
fn bundled_scenarios() {
    let mut compared = 0;
    for name in bundled() {
        let scenario = scenario(&name, None);
        let model = Migration::new(scenario.setup.clone());
        let mut question = question(&model, &scenario.properties, false);
        question.recoverable = false;
        compared += u32::from(compare(&model, &question, &name));
    }
    assert!(compared >= 12, "only {compared} scenarios are small enough");
}

#[test]
fn random_graphs() {
    let mut compared = 0;
    for seed in 0..60 {
        let graph = Graph::random(seed);
        let question = Question {
            invariants: graph.invariants(),
            recoverable: false,
            ends: false,
            goal: None,
            fail_fast: false,
        };
        // A graph whose every property is violated early stops our search, which is right.
        let goal = vec![true; graph.edges.len()];
        let graph = Graph { goal, ..graph };
        compared += u32::from(compare(&graph, &question, &format!("seed {seed}")));
    }
    assert!(compared >= 40, "only {compared} graphs were compared");
}

#[test]
fn a_bounded_run_of_stateright_never_holds() {
    let scenario = scenario("blog-redis-cluster-gated", None);
    let model = Migration::new(scenario.setup.clone());
    let question = question(&model, &scenario.properties, false);
    let bounds = Bounds {
        states: Some(10),
        ..Bounds::default()
    };
    let outcome = cross_check::check(
        &model,
        &question,
        &bounds,
        NonZeroUsize::MIN,
        Stateright::BreadthFirst,
    );
    assert!(
        kinds(&outcome)
            .iter()
            .all(|(_, verdict)| *verdict == "inconclusive")
    );
}
