//! Every way to search, against each other, against stateright's two checkers, and against a
//! search that is slow and obvious: same states, same transitions, same verdicts.

mod large;
mod path_properties;
mod question;
mod space;

use std::num::NonZeroUsize;

use straddle::Migration;
use straddle::engine::cross_check::{self, Stateright};
use straddle::engine::{
    Bounds, Claim, Decision, Order, Outcome, Question, Searchable, Settings, StopReason, StoreKind,
    Trace, Unobserved, Verdict, exhaustive,
};
use straddle::internals::check::question as scenario_question;

use crate::asked::Asked;
use crate::models::{bundled, scenario};
use crate::reference_protocol::protocol::Protocol;
use crate::toys::{Graph, line};
use question::to_the_end;
use space::{Cost, Space};

/// Larger spaces are searched in fewer ways.
const FEW_STATES: u64 = 10_000;

/// Still larger ones would take a test too long.
const MOST_STATES: usize = 120_000;

const UNBOUNDED: Bounds = Bounds {
    states: None,
    depth: None,
    time: None,
    memory: None,
};

/// Every store in every order, with dominance and without.
fn ways() -> impl Iterator<Item = Settings> {
    let stores = [StoreKind::Exact, StoreKind::Fingerprint];
    let orders = [Order::FewestFaults, Order::Shortest];
    let both = stores
        .into_iter()
        .flat_map(move |store| orders.map(|order| (store, order)));
    both.flat_map(|(store, order)| {
        [false, true].map(|dominance| Settings {
            store,
            order,
            dominance,
            ..Settings::default()
        })
    })
}

fn search<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    way: Settings,
    threads: usize,
) -> Outcome<M::Action> {
    let threads = NonZeroUsize::new(threads).expect("a thread");
    let settings = Settings { threads, ..way };
    exhaustive::check(model, question, bounds, settings, &Unobserved)
}

/// All of an outcome but for what it cost in time and memory.
fn essence<A: std::fmt::Debug>(outcome: &Outcome<A>) -> String {
    let found = outcome.statistics;
    format!(
        "{:#?}\n{:?}",
        outcome.decisions,
        (
            outcome.faults_fired,
            found.unique_states,
            found.transitions,
            found.depth,
            found.complete,
            found.stopped,
            found.expected_missed.to_bits(),
            found.symmetric,
            &outcome.labels,
            &outcome.ends,
        )
    )
}

/// Searches with one thread and with more, and expects the same to the last bit.
fn search_alike<M: Searchable>(
    model: &M,
    question: &Question<M>,
    bounds: &Bounds,
    way: Settings,
    more_threads: &[usize],
) -> Outcome<M::Action> {
    let one = search(model, question, bounds, way, 1);
    let expected = essence(&one);
    for &threads in more_threads {
        let more = search(model, question, bounds, way, threads);
        assert_eq!(essence(&more), expected, "{threads} threads, {way:?}");
    }
    one
}

/// Whether the search leaves out states that others cover.
fn dominates<M: Searchable>(model: &M, way: Settings) -> bool {
    let sees_all = way.order == Order::FewestFaults && way.store == StoreKind::Exact;
    way.dominance && sees_all && !model.spent().is_empty()
}

/// A model, all that there is of it, and what is asked of it.
struct Case<'a, M: Searchable> {
    model: &'a M,
    question: Question<M>,
    space: Space,
    name: &'a str,
}

impl<M: Searchable> Case<'_, M> {
    fn is_invariant(&self, number: usize) -> bool {
        let formula = &self.question.formulas[number];
        matches!(formula.claim, Claim::Invariant(_))
    }

    /// Expects of a whole search what the slow one says.
    fn check(&self, way: Settings, outcome: &Outcome<M::Action>) {
        let told = format!("{}, {way:?}", self.name);
        let (found, space) = (outcome.statistics, &self.space);
        assert!(found.complete && found.stopped.is_none(), "{told}");
        if dominates(self.model, way) {
            let least = space.states_without_covered(&self.model.spent());
            let states = found.unique_states;
            assert!((least..=space.states()).contains(&states), "{told}");
            assert!(found.transitions <= space.transitions(), "{told}");
        } else {
            assert_eq!(found.unique_states, space.states(), "{told}");
            assert_eq!(found.transitions, space.transitions(), "{told}");
            let costs = space.costs_in(way.order);
            assert_eq!(found.depth, Space::depth(costs), "{told}");
        }
        for (number, decision) in outcome.decisions.iter().enumerate() {
            let told = format!("{told}, {}", decision.name);
            if self.is_invariant(number) {
                self.check_always(way.order, number, decision, &told);
            } else {
                self.check_recoverable(way.order, decision, &told);
            }
        }
    }

    fn check_always(
        &self,
        order: Order,
        number: usize,
        decision: &Decision<M::Action>,
        told: &str,
    ) {
        let costs = self.space.costs_in(order);
        let least = self.space.least(costs, number, u32::MAX);
        let found = self.violation(number, &decision.verdict);
        let cost = found.map(|trace| match order {
            Order::FewestFaults => (trace.faults, trace.steps.len() as u32),
            Order::Shortest => (0, trace.steps.len() as u32),
        });
        assert_eq!(cost, least, "{told}");
        if order == Order::FewestFaults {
            check_layers(decision, told);
        }
    }

    fn check_recoverable(&self, order: Order, decision: &Decision<M::Action>, told: &str) {
        let least = self.space.least_stuck(self.space.costs_in(order));
        let found = self.dead_end(&decision.verdict);
        assert_eq!(found.is_some(), least.is_some(), "{told}");
        // A longer path that breaks nothing else is preferred to a shorter one that does.
        if let (Some(trace), Some((faults, steps))) = (found, least) {
            assert!(trace.steps.len() as u32 >= steps, "{told}");
            if order == Order::FewestFaults {
                assert_eq!(trace.faults, faults, "{told}");
            }
        }
        if order == Order::FewestFaults {
            check_layers(decision, told);
        }
    }

    /// The path that a verdict shows, once it has been seen to break the property.
    fn violation<'v>(
        &self,
        number: usize,
        verdict: &'v Verdict<M::Action>,
    ) -> Option<&'v Trace<M::Action>> {
        let Verdict::Violated(trace) = verdict else {
            return None;
        };
        let end = self.space.end_of(self.model, trace);
        assert!(self.space.breaks(end, number), "{}: {trace:?}", self.name);
        Some(trace)
    }

    /// The path that a verdict shows, once it has been seen to leave no way to the goal.
    fn dead_end<'v>(&self, verdict: &'v Verdict<M::Action>) -> Option<&'v Trace<M::Action>> {
        let Verdict::Violated(trace) = verdict else {
            return None;
        };
        let end = self.space.end_of(self.model, trace);
        assert!(!self.space.recovers(end), "{}: {trace:?}", self.name);
        Some(trace)
    }

    /// Expects that a search cut short is right in what it says, and holds nothing that is not.
    fn check_cut(&self, way: Settings, bounds: &Bounds) {
        let outcome = search_alike(self.model, &self.question, bounds, way, &[2]);
        let told = format!("{}, {way:?}, {bounds:?}", self.name);
        let found = outcome.statistics;
        assert_eq!(found.complete, found.stopped.is_none(), "{told}");
        assert!(found.unique_states <= self.space.states(), "{told}");
        let deepest = bounds.depth.unwrap_or(u32::MAX);
        assert!(found.depth <= deepest, "{told}");
        for (number, decision) in outcome.decisions.iter().enumerate() {
            let told = format!("{told}, {}", decision.name);
            let costs = self.space.costs_in(way.order);
            if self.is_invariant(number) {
                let violation = self.violation(number, &decision.verdict);
                let least = self.space.least(costs, number, u32::MAX);
                check_claims(found.complete, decision, least, way.order, &told);
                let near = self.space.least(costs, number, deepest);
                // What is near enough is found, unless another state may stand in for it.
                if bounds.states.is_none() && !dominates(self.model, way) {
                    assert_eq!(violation.is_some(), near.is_some(), "{told}");
                }
            } else {
                self.dead_end(&decision.verdict);
                let least = self.space.least_stuck(costs);
                check_claims(found.complete, decision, least, way.order, &told);
            }
        }
    }

    /// Compares with stateright's checkers. They know nothing of ways to a goal.
    fn check_theirs(&self)
    where
        M: Clone + Send + 'static,
        M::State: std::hash::Hash + Send + Sync + 'static,
        M::Action: 'static,
    {
        let question = &self.question;
        for which in [Stateright::BreadthFirst, Stateright::DepthFirst] {
            for threads in [1, 2] {
                let threads = NonZeroUsize::new(threads).expect("a thread");
                let theirs = cross_check::check(self.model, question, &UNBOUNDED, threads, which);
                let (found, space) = (theirs.statistics, &self.space);
                let told = format!("{}, {which:?}, {threads} threads", self.name);
                assert_eq!(found.unique_states, space.states(), "{told}");
                assert_eq!(found.transitions, space.transitions(), "{told}");
                for (number, decision) in theirs.decisions.iter().enumerate() {
                    if !self.is_invariant(number) {
                        let undecided = StopReason::NotDecidedByThisEngine;
                        assert_eq!(decision.verdict, Verdict::Inconclusive(undecided));
                        continue;
                    }
                    let least = space.least(&space.shortest, number, u32::MAX);
                    let violation = self.violation(number, &decision.verdict);
                    assert_eq!(violation.is_some(), least.is_some(), "{told}");
                    assert_eq!(decision.verdict == Verdict::Holds, least.is_none());
                }
            }
        }
    }
}

/// Layers hold up to the first one that does not, which is that of the trace.
fn check_layers<A: PartialEq>(decision: &Decision<A>, told: &str) {
    match &decision.verdict {
        Verdict::Violated(trace) => {
            let mut expected = vec![true; trace.faults as usize];
            expected.push(false);
            assert_eq!(decision.layers, expected, "{told}");
        }
        _ => assert!(decision.layers.iter().all(|&holds| holds), "{told}"),
    }
}

/// Expects of a search that may have been cut short that it claims nothing that is not so.
fn check_claims<A: PartialEq>(
    complete: bool,
    decision: &Decision<A>,
    least: Option<Cost>,
    order: Order,
    told: &str,
) {
    match &decision.verdict {
        Verdict::Holds => assert!(complete && least.is_none(), "{told}"),
        Verdict::Violated(trace) => {
            let faults = match order {
                Order::FewestFaults => trace.faults,
                Order::Shortest => 0,
            };
            let cost = (faults, trace.steps.len() as u32);
            assert!(least.is_some_and(|least| least <= cost), "{told}");
        }
        Verdict::Inconclusive(_) => assert!(!complete, "{told}"),
    }
    let broken_from = least.map_or(usize::MAX, |least| least.0 as usize);
    for (faults, &holds) in decision.layers.iter().enumerate() {
        assert_eq!(holds, faults < broken_from, "{told}");
    }
}

/// Searches a model in every way. `None` if it is too large.
fn compare<M>(model: &M, question: &Question<M>, name: &str) -> Option<u64>
where
    M: Asked + Clone + Send + 'static,
    M::State: std::hash::Hash + Send + Sync + 'static,
    M::Action: 'static,
{
    let question = to_the_end(question);
    let space = Space::of(model, &question, MOST_STATES)?;
    let states = space.states();
    let case = Case {
        model,
        question,
        space,
        name,
    };
    for way in ways() {
        let outcome = if states <= FEW_STATES {
            search_alike(model, &case.question, &UNBOUNDED, way, &[2, 4])
        } else {
            search(model, &case.question, &UNBOUNDED, way, 2)
        };
        case.check(way, &outcome);
        if states <= FEW_STATES {
            let depth = Space::depth(case.space.costs_in(way.order));
            for part in [8, 3] {
                case.check_cut(way, &deep(depth / part));
                case.check_cut(way, &many(states / u64::from(part)));
            }
        }
    }
    case.check_theirs();
    Some(states)
}

/// A bound of steps.
fn deep(depth: u32) -> Bounds {
    Bounds {
        depth: Some(depth),
        ..UNBOUNDED
    }
}

/// A bound of states.
fn many(states: u64) -> Bounds {
    Bounds {
        states: Some(states),
        ..UNBOUNDED
    }
}

#[test]
fn bundled_scenarios() {
    let mut compared = 0;
    for name in bundled() {
        let scenario = scenario(&name, None);
        let model = Migration::new(scenario.setup.clone());
        let mut question = scenario_question(&model, &scenario.properties, false);
        question.formulas.retain(|formula| {
            let claim = formula.claim;
            matches!(claim, Claim::Invariant(_) | Claim::AlwaysReachable(_))
        });
        compared += u32::from(compare(&model, &question, &name).is_some());
    }
    assert!(compared >= 12, "only {compared} scenarios are small enough");
}

#[test]
fn random_graphs() {
    for seed in 0..60 {
        let graph = Graph::random(seed);
        let question = question::about(&graph);
        let states = compare(&graph, &question, &format!("seed {seed}"));
        assert!(states.is_some(), "seed {seed}");
    }
}

#[test]
fn reference_protocol() {
    for (size, states) in [((3, 2, 1), 2_901), ((4, 2, 1), 6_988)] {
        let (replicas, evictions, crashes) = size;
        let correct = Protocol::new(replicas, evictions, crashes);
        let question = question::about(&correct);
        let found = compare(&correct, &question, &format!("{size:?}"));
        assert_eq!(found, Some(states));
    }
    let mut hasty = Protocol::new(3, 2, 1);
    hasty.hasty = true;
    let question = question::about(&hasty);
    assert!(compare(&hasty, &question, "hasty").is_some());
}

/// Dominance has something to leave out, or the tests above would not see it at work.
#[test]
fn dominance_leaves_out_states() {
    let model = Protocol::new(4, 2, 1);
    let question = to_the_end(&question::about(&model));
    let with = search(&model, &question, &UNBOUNDED, Settings::default(), 1);
    let without = Settings {
        dominance: false,
        ..Settings::default()
    };
    let without = search(&model, &question, &UNBOUNDED, without, 1);
    let (with, without) = (with.statistics, without.statistics);
    assert!(with.unique_states * 3 < without.unique_states * 2);
    assert!(with.transitions * 3 < without.transitions * 2);
}

#[test]
fn a_dead_end_at_the_bound_of_steps_is_seen() {
    let mut graph = line(3);
    graph.goal = vec![false; 3];
    let question = question::about(&graph);
    let run = |bounds| search(&graph, &question, &bounds, Settings::default(), 1);
    let recoverable = |outcome: Outcome<_>| outcome.decisions[2].verdict.clone();
    assert!(matches!(recoverable(run(UNBOUNDED)), Verdict::Violated(_)));
    let cut = run(deep(0));
    assert_eq!(
        recoverable(cut),
        Verdict::Inconclusive(StopReason::Depth),
        "rightly: more is behind the bound"
    );
    // Nothing is behind the bound, and there is no goal at all.
    let graph = Graph {
        edges: vec![Vec::new(); 3],
        ..graph
    };
    let outcome = search(&graph, &question, &deep(0), Settings::default(), 1);
    assert!(outcome.statistics.complete);
    assert!(matches!(recoverable(outcome), Verdict::Violated(_)));
}

#[test]
fn a_layer_behind_one_that_is_cut_short_has_no_place() {
    let mut graph = line(4);
    graph.edges[0].push((3, Some(0)));
    graph.bad[0] = vec![false; 4];
    graph.edges[2].clear();
    graph.edges[1].push((0, None));
    graph.bad[0][3] = true;
    graph.budget = 1;
    let question = question::about(&graph);
    let run = |bounds| {
        let outcome = search(&graph, &question, &bounds, Settings::default(), 1);
        let first = outcome.decisions.into_iter().next();
        first.expect("two properties").layers
    };
    assert_eq!(run(UNBOUNDED), [true, false]);
    assert!(run(deep(1)).is_empty());
}

#[test]
fn a_bounded_run_of_stateright_never_holds() {
    let scenario = scenario("blog-redis-cluster-gated", None);
    let model = Migration::new(scenario.setup.clone());
    let question = scenario_question(&model, &scenario.properties, false);
    let one = NonZeroUsize::MIN;
    let outcome = cross_check::check(&model, &question, &many(10), one, Stateright::BreadthFirst);
    for decision in &outcome.decisions {
        assert!(
            matches!(decision.verdict, Verdict::Inconclusive(_)),
            "{}",
            decision.name
        );
    }
}
