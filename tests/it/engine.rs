//! The engine on toys, against twins that are slow and obvious.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use straddle::engine::exhaustive::check;
use straddle::engine::{
    Bounds, Labels, Observer, Outcome, Predicate, Progress, Question, Searchable, Settings,
    StopReason, Trace, Unobserved, Verdict,
};

use crate::asked::{Asked, recoverable};
use crate::toys::{Graph, Place, line};

fn ask(graph: &Graph) -> Question<Graph> {
    let mut formulas = graph.invariants();
    formulas.push(recoverable());
    Question {
        may_end: Some(Predicate::Of(Graph::is_goal)),
        ..Question::new(formulas)
    }
}

fn run(graph: &Graph, bounds: &Bounds, threads: usize) -> Outcome<(u16, usize)> {
    let threads = NonZeroUsize::new(threads).expect("a thread");
    check(graph, &ask(graph), bounds, threads, &Unobserved)
}

/// A whole search with dominance or without.
fn run_whole(graph: &Graph, dominance: bool) -> Outcome<(u16, usize)> {
    let settings = Settings {
        dominance,
        ..Settings::default()
    };
    let bounds = Bounds::default();
    check(graph, &ask(graph), &bounds, settings, &Unobserved)
}

/// Least faults, then least steps, to every place, by relaxing edges until nothing changes.
fn distances(graph: &Graph) -> BTreeMap<Place, (u8, u32)> {
    let mut best: BTreeMap<Place, (u8, u32)> = graph
        .initial
        .iter()
        .map(|&node| ((node, 0), (0, 0)))
        .collect();
    loop {
        let mut changed = false;
        for (place, (_, steps)) in best.clone() {
            for (_, next) in graph.next(place) {
                let candidate = (next.1, steps + 1);
                let known = best.get(&next).is_none_or(|&known| candidate < known);
                if known {
                    best.insert(next, candidate);
                    changed = true;
                }
            }
        }
        if !changed {
            return best;
        }
    }
}

/// Whether the goal can be reached from a place by steps that are no faults.
fn recovers(graph: &Graph, from: Place) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        if graph.is_goal(&place) {
            return true;
        }
        for (_, next) in graph.next(place) {
            if next.1 == place.1 && seen.insert(next) {
                open.push(next);
            }
        }
    }
    false
}

/// Walks a trace and returns where it ends; every step must exist.
fn walk(graph: &Graph, trace: &Trace<(u16, usize)>) -> Place {
    let mut place = (graph.initial[trace.initial], 0);
    for &(node, number) in &trace.steps {
        assert_eq!(node, place.0, "steps follow each other");
        let next = graph
            .next(place)
            .into_iter()
            .find(|&(other, _)| other == number);
        place = next.expect("the step is enabled").1;
    }
    assert_eq!(u32::from(place.1), trace.faults);
    place
}

#[test]
fn random_graphs_agree_with_the_obvious_twin() {
    for seed in 0..400 {
        let graph = Graph::random(seed);
        let best = distances(&graph);
        let dominance = seed % 2 == 1;
        let outcome = run_whole(&graph, dominance);
        let everything = outcome
            .decisions
            .iter()
            .any(|decision| decision.verdict == Verdict::Holds);
        if everything && !dominance {
            assert_eq!(
                outcome.statistics.unique_states,
                best.len() as u64,
                "seed {seed}"
            );
            let transitions: usize = best.keys().map(|&place| graph.next(place).len()).sum();
            assert_eq!(
                outcome.statistics.transitions, transitions as u64,
                "seed {seed}"
            );
            check_seen(&graph, &best, &outcome, seed);
        }
        for (number, invariant) in graph.invariants().iter().enumerate() {
            let broken = best
                .iter()
                .filter(|(place, _)| !invariant.holds(&graph, place));
            let expected = broken.map(|(_, &cost)| cost).min();
            let verdict = &outcome.decisions[number].verdict;
            assert_eq!(cost(verdict), expected, "seed {seed}, {}", invariant.name);
            if let Verdict::Violated(trace) = verdict {
                assert!(
                    !invariant.holds(&graph, &walk(&graph, trace)),
                    "seed {seed}"
                );
            }
        }
        check_recoverable(&graph, &best, &outcome, seed);
    }
}

/// Labels and ends of a space that was searched as a whole.
fn check_seen(
    graph: &Graph,
    best: &BTreeMap<Place, (u8, u32)>,
    outcome: &Outcome<(u16, usize)>,
    seed: u64,
) {
    let mut labels = Labels::default();
    for &place in best.keys() {
        labels.insert(graph.mark(&place).expect("a small graph"));
        for (number, _) in graph.next(place) {
            let label = graph.label(&place, &(place.0, number));
            labels.insert(label.expect("a small graph"));
        }
    }
    assert_eq!(outcome.labels, labels, "seed {seed}");
    let stands_still = |place: &Place| {
        let is_fault = |&(_, next): &(usize, Place)| next.1 > place.1;
        graph.next(*place).iter().all(is_fault) && !graph.is_goal(place)
    };
    let ends = best.iter().filter(|(place, _)| stands_still(place));
    assert_eq!(
        outcome.ends.number,
        ends.clone().count() as u64,
        "seed {seed}"
    );
    let nearest = outcome.ends.nearest.as_ref();
    if let Some(trace) = nearest {
        assert!(stands_still(&walk(graph, trace)), "seed {seed}");
    }
    let found = nearest.map(|trace| (trace.faults as u8, trace.steps.len() as u32));
    assert_eq!(found, ends.map(|(_, &cost)| cost).min(), "seed {seed}");
    let settings = Settings {
        dominance: false,
        ..Settings::from(NonZeroUsize::new(3).expect("a thread"))
    };
    let shared = check(
        graph,
        &ask(graph),
        &Bounds::default(),
        settings,
        &Unobserved,
    );
    assert_eq!((shared.labels, shared.ends), (labels, outcome.ends.clone()));
}

fn cost(verdict: &Verdict<(u16, usize)>) -> Option<(u8, u32)> {
    match verdict {
        Verdict::Violated(trace) => Some((
            u8::try_from(trace.faults).expect("a small budget"),
            u32::try_from(trace.steps.len()).expect("a short trace"),
        )),
        _ => None,
    }
}

fn check_recoverable(
    graph: &Graph,
    best: &BTreeMap<Place, (u8, u32)>,
    outcome: &Outcome<(u16, usize)>,
    seed: u64,
) {
    let stuck = best.iter().filter(|(place, _)| !recovers(graph, **place));
    let expected = stuck.map(|(_, &cost)| cost).min();
    let verdict = &outcome.decisions[2].verdict;
    let Verdict::Violated(trace) = verdict else {
        assert_eq!((verdict, expected), (&Verdict::Holds, None), "seed {seed}");
        return;
    };
    let found = cost(verdict).expect("violated");
    let (faults, steps) = expected.expect("a stuck place");
    assert!(!recovers(graph, walk(graph, trace)), "seed {seed}");
    // A path that breaks no always-property is preferred over a shorter one that does.
    assert_eq!(found.0, faults, "seed {seed}");
    assert!(found.1 >= steps, "seed {seed}");
    let is_clean = |place: Place| !graph.bad.iter().any(|bad| bad[usize::from(place.0)]);
    let mut place = (graph.initial[trace.initial], 0);
    let mut clean = is_clean(place);
    for &(_, number) in &trace.steps {
        place = graph
            .next(place)
            .into_iter()
            .find(|&(n, _)| n == number)
            .expect("a step")
            .1;
        clean &= is_clean(place);
    }
    assert!(
        found.1 == steps || clean,
        "seed {seed}: neither the shortest nor a clean one"
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for seed in 0..100 {
        let graph = wide(&Graph::random(seed));
        let one = run(&graph, &Bounds::default(), 1);
        for threads in [2, 4] {
            let more = run(&graph, &Bounds::default(), threads);
            for (left, right) in one.decisions.iter().zip(&more.decisions) {
                assert_eq!(
                    left.verdict, right.verdict,
                    "seed {seed}, {threads} threads"
                );
                assert_eq!(left.layers, right.layers, "seed {seed}, {threads} threads");
            }
            assert_eq!(one.statistics.unique_states, more.statistics.unique_states);
            assert_eq!(one.statistics.transitions, more.statistics.transitions);
        }
    }
}

/// The same graph a thousand times side by side, entered from one node, so that a level is
/// worth several threads.
fn wide(graph: &Graph) -> Graph {
    let nodes = u16::try_from(graph.edges.len()).expect("a small graph");
    let copies = 60_000 / nodes.max(60);
    let mut wide = graph.clone();
    let shift = |copy: u16| 1 + copy * nodes;
    let entries =
        (0..copies).flat_map(|copy| graph.initial.iter().map(move |node| shift(copy) + node));
    wide.edges = vec![entries.map(|node| (node, None)).collect()];
    for copy in 0..copies {
        let moved = |edges: &Vec<(u16, Option<u8>)>| {
            edges
                .iter()
                .map(|&(target, fault)| (target + shift(copy), fault))
                .collect()
        };
        wide.edges.extend(graph.edges.iter().map(moved));
    }
    let repeat = |flags: &Vec<bool>| {
        let copies = flags
            .iter()
            .copied()
            .cycle()
            .take(flags.len() * usize::from(copies));
        std::iter::once(false).chain(copies).collect::<Vec<_>>()
    };
    wide.bad = [repeat(&graph.bad[0]), repeat(&graph.bad[1])];
    wide.goal = repeat(&graph.goal);
    wide.initial = vec![0];
    wide
}

#[test]
fn fewest_faults_come_before_fewest_steps() {
    // 0 -fault-> 3; 0 -> 1 -> 2 -> 3: the longer way needs no fault.
    let mut graph = line(4);
    graph.edges[0].push((3, Some(0)));
    graph.bad[0][3] = true;
    graph.budget = 1;
    let outcome = run(&graph, &Bounds::default(), 1);
    assert_eq!(cost(&outcome.decisions[0].verdict), Some((0, 3)));
}

#[test]
fn a_state_behind_a_fault_may_be_reached_sooner_from_inside_its_layer() {
    // With one fault, node 4 is two steps away (0 -fault-> 3 -> 4) although the search of the
    // first layer finds the fault edge 2 -fault-> 4 before that.
    let mut graph = line(3);
    graph.edges.extend([vec![(4, None)], vec![]]);
    graph.edges[0].push((3, Some(0)));
    graph.edges[2].push((4, Some(0)));
    graph.edges[1].push((4, Some(1)));
    graph.bad = [vec![false, false, false, false, true], vec![false; 5]];
    graph.goal = vec![true; 5];
    graph.budget = 1;
    let outcome = run(&graph, &Bounds::default(), 1);
    assert_eq!(cost(&outcome.decisions[0].verdict), Some((1, 2)));
}

#[test]
fn a_cycle_without_a_way_out_is_not_recoverable() {
    // stateright's `eventually` misses exactly this: 0 -> 1 -> 0, and 0 -> 2, the goal.
    let mut graph = line(3);
    graph.edges = vec![vec![(1, None), (2, None)], vec![(1, None)], vec![]];
    graph.goal = vec![false, false, true];
    let outcome = run(&graph, &Bounds::default(), 1);
    assert_eq!(cost(&outcome.decisions[2].verdict), Some((0, 1)));
}

#[test]
fn a_way_out_that_needs_a_fault_is_none() {
    let mut graph = line(2);
    graph.edges[0] = vec![(1, Some(0))];
    graph.budget = 1;
    let outcome = run(&graph, &Bounds::default(), 1);
    assert_eq!(cost(&outcome.decisions[2].verdict), Some((0, 0)));
}

#[test]
fn layers_tell_from_how_many_faults_on_a_property_breaks() {
    // 0 -fault-> 1 -fault-> 2, which is bad.
    let mut graph = line(3);
    graph.edges = vec![vec![(1, Some(0))], vec![(2, Some(1))], vec![]];
    graph.bad[0][2] = true;
    graph.goal = vec![true; 3];
    graph.budget = 2;
    let outcome = run(&graph, &Bounds::default(), 1);
    assert_eq!(outcome.decisions[0].layers, [true, true, false]);
    assert_eq!(outcome.decisions[1].layers, [true, true, true]);
    assert_eq!(outcome.faults_fired, 0b11);
}

#[test]
fn a_search_that_a_bound_cuts_short_never_holds() {
    let rows = [
        (
            Bounds {
                states: Some(3),
                ..Bounds::default()
            },
            StopReason::States,
        ),
        (
            Bounds {
                depth: Some(3),
                ..Bounds::default()
            },
            StopReason::Depth,
        ),
        (
            Bounds {
                time: Some(Duration::ZERO),
                ..Bounds::default()
            },
            StopReason::Time,
        ),
        (
            Bounds {
                memory: Some(1),
                ..Bounds::default()
            },
            StopReason::Memory,
        ),
    ];
    for (bounds, reason) in rows {
        let outcome = run(&line(10), &bounds, 1);
        for decision in &outcome.decisions {
            assert_eq!(
                decision.verdict,
                Verdict::Inconclusive(reason),
                "{bounds:?}"
            );
        }
        assert!(!outcome.statistics.complete, "{bounds:?}");
    }
}

#[test]
fn bounds_that_are_just_wide_enough_cut_nothing() {
    let bounds = Bounds {
        states: Some(10),
        depth: Some(9),
        ..Bounds::default()
    };
    let outcome = run(&line(10), &bounds, 1);
    assert!(outcome.statistics.complete);
    assert!(
        outcome
            .decisions
            .iter()
            .all(|decision| decision.verdict == Verdict::Holds)
    );
    assert_eq!(outcome.statistics.depth, 9);
}

#[test]
fn fail_fast_stops_at_the_first_violation() {
    let mut graph = line(10);
    graph.bad[1][2] = true;
    let question = Question {
        fail_fast: true,
        ..ask(&graph)
    };
    let outcome = check(
        &graph,
        &question,
        &Bounds::default(),
        NonZeroUsize::MIN,
        &Unobserved,
    );
    assert_eq!(
        outcome.decisions[0].verdict,
        Verdict::Inconclusive(StopReason::FailFast)
    );
    assert_eq!(cost(&outcome.decisions[1].verdict), Some((0, 2)));
}

#[test]
fn whoever_watches_may_stop_the_search() {
    struct Impatient;
    impl Observer<(u16, usize)> for Impatient {
        fn progress(&self, progress: &Progress) -> bool {
            progress.depth == 4
        }
        fn violated(&self, _: &'static str, _: &Trace<(u16, usize)>) {}
    }
    let graph = line(10);
    let bounds = Bounds::default();
    let outcome = check(&graph, &ask(&graph), &bounds, NonZeroUsize::MIN, &Impatient);
    assert_eq!(
        outcome.decisions[0].verdict,
        Verdict::Inconclusive(StopReason::Interrupted)
    );
    assert_eq!(outcome.statistics.unique_states, 5);
}
