//! Random walks: the same everywhere, within the space, and worth what they say.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use straddle::Migration;
use straddle::engine::simulate::{WalkOutcome, Walks, path, simulate};
use straddle::engine::{Predicate, Question, Searchable};
use straddle::internals::check::simulate::{SimulateOptions, simulate as walk_through};
use straddle::internals::report::simulation::{Seen, SimulatedScenario, bound};
use straddle::internals::world::World;

use crate::asked::Asked;
use crate::models::scenario;
use crate::toys::{Graph, line};

fn threads(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).expect("some threads")
}

fn walks(runs: u64, faults: u32) -> Walks {
    Walks {
        runs,
        seed: 3,
        threads: threads(1),
        max_steps: 200,
        faults,
    }
}

fn question<M: Asked>(model: &M) -> Question<M> {
    Question {
        may_end: Some(Predicate::Of(M::is_goal)),
        ..Question::new(model.invariants())
    }
}

fn take<M: Asked>(model: &M, walks: &Walks) -> WalkOutcome<M::Action> {
    simulate(model, &question(model), walks, &|_| false)
}

/// The states of a run, first to last.
fn states<M: Searchable>(model: &M, walks: &Walks, run: u64) -> Vec<M::State> {
    let mut states = Vec::new();
    let visit = &mut |state: &M::State| {
        states.push(state.clone());
        false
    };
    path(model, walks, run, visit);
    states
}

#[test]
fn no_number_of_threads_changes_anything() {
    for seed in 0..30 {
        let graph = Graph::random(seed);
        let walks = walks(100, graph.budget.into());
        let one = take(&graph, &walks);
        for number in [2, 4] {
            let walks = Walks {
                threads: threads(number),
                ..walks
            };
            let many = take(&graph, &walks);
            assert_eq!(many.tally, one.tally, "graph {seed}, {number} threads");
            assert_eq!(many.properties, one.properties, "graph {seed}");
        }
    }
}

#[test]
fn the_first_violation_is_told_and_all_are_counted() {
    let mut violated = 0;
    for seed in 0..30 {
        let graph = Graph::random(seed);
        let walks = walks(60, graph.budget.into());
        let found = take(&graph, &walks);
        for (walked, invariant) in found.properties.iter().zip(graph.invariants()) {
            let breaks = |place: &_| !invariant.holds(&graph, place);
            let runs: Vec<u64> = (0..60)
                .filter(|&run| states(&graph, &walks, run).iter().any(breaks))
                .collect();
            assert_eq!(walked.runs, runs.len() as u64, "graph {seed}");
            let first = walked.first.as_ref();
            assert_eq!(first.map(|(run, _)| run), runs.first(), "graph {seed}");
            let Some((run, trace)) = first else { continue };
            violated += 1;
            let until = states(&graph, &walks, *run);
            let until = &until[..=trace.steps.len()];
            let (last, before) = until.split_last().expect("the initial state");
            assert!(breaks(last), "graph {seed}");
            assert!(!before.iter().any(breaks), "graph {seed}: it broke before");
            let mut place = graph.initial_states()[trace.initial];
            for &step in &trace.steps {
                place = graph.successor(&place, &step).expect("an enabled step");
            }
            assert_eq!(place, *last, "graph {seed}");
            let faults = trace.steps.iter().filter_map(|step| graph.fault_kind(step));
            assert_eq!(trace.faults as usize, faults.count(), "graph {seed}");
        }
    }
    assert!(violated > 10, "only {violated} violations");
}

#[test]
fn runs_end_at_the_goal_or_stuck_or_cut_off() {
    let tally = |graph: &Graph, walks: &Walks| take(graph, walks).tally;
    let straight = line(10);
    let ten = tally(&straight, &walks(7, 0));
    assert_eq!((ten.runs, ten.steps, ten.longest), (7, 63, 9));
    assert_eq!((ten.goal, ten.stuck, ten.cut_off), (7, 0, 0));
    let mut short = walks(7, 0);
    short.max_steps = 8;
    let cut = tally(&straight, &short);
    assert_eq!((cut.steps, cut.cut_off, cut.goal), (56, 7, 0));
    let mut aimless = line(10);
    aimless.goal = vec![false; 10];
    let stuck = tally(&aimless, &walks(7, 0));
    assert_eq!((stuck.goal, stuck.stuck, stuck.cut_off), (0, 7, 0));
}

/// A line whose every node may be left by a fault too, and a last one that only faults leave.
fn faulty(nodes: u16) -> Graph {
    let mut graph = line(nodes);
    for edges in &mut graph.edges {
        edges.push((0, Some(0)));
        edges.push((0, Some(1)));
        edges.push((1, Some(1)));
    }
    graph.budget = 3;
    graph
}

#[test]
fn each_number_of_faults_up_to_the_budget_strikes() {
    let graph = faulty(40);
    let walks = walks(400, 3);
    let faults = |run| path(&graph, &walks, run, &mut |_| false).faults;
    let mut counts = [0_u32; 4];
    for run in 0..400 {
        counts[faults(run) as usize] += 1;
    }
    // Where nothing else can happen a fault strikes, so the draw is what is seen.
    assert!(counts.iter().all(|&count| count > 60), "{counts:?}");
    let found = take(&graph, &walks);
    let all: u32 = (0..400).map(faults).sum();
    assert_eq!(found.tally.faults, u64::from(all));
    assert_eq!(found.tally.faults_fired, 0b11);
    let none = take(&graph, &Walks { faults: 0, ..walks }).tally;
    assert_eq!((none.faults, none.faults_fired), (0, 0));
    assert_eq!((none.goal, none.longest), (400, 39));
}

/// Faults are spread over the run: some strike at once, some late, some when all is over.
#[test]
fn faults_strike_early_and_late() {
    let graph = faulty(40);
    let walks = walks(1000, 1);
    let when = |run| {
        let trace = path(&graph, &walks, run, &mut |_| false);
        let is_fault = |step: &(u16, usize)| graph.fault_kind(step).is_some();
        trace.steps.iter().position(is_fault)
    };
    let moments: Vec<usize> = (0..1000).filter_map(when).collect();
    let within = |from, to| moments.iter().filter(|at| (from..to).contains(*at)).count();
    for (from, to) in [(0, 5), (5, 20), (20, 39), (39, 40)] {
        let count = within(from, to);
        assert!(count > 20, "{count} faults from step {from} to {to}");
    }
}

#[test]
fn a_walk_is_the_same_among_few_and_many() {
    let graph = Graph::random(5);
    let (few, many) = (walks(10, 2), walks(1000, 2));
    let other = Walks { seed: 4, ..few };
    let all = |walks: &Walks| -> Vec<_> {
        let runs = 0..10;
        runs.map(|run| states(&graph, walks, run)).collect()
    };
    assert_eq!(all(&few), all(&many));
    assert_ne!(all(&few), all(&other), "the seed matters");
    let walks: BTreeSet<_> = all(&few).into_iter().collect();
    assert!(walks.len() > 1, "the number of the run matters");
}

#[test]
fn an_interrupted_simulation_counts_what_was_taken() {
    let calls = AtomicU64::new(0);
    let watch = |runs| {
        calls.fetch_add(1, Ordering::Relaxed);
        runs >= 40
    };
    let graph = line(5);
    let found = simulate(&graph, &question(&graph), &walks(1000, 0), &watch);
    assert!(found.interrupted);
    assert_eq!(found.tally.runs, 48, "blocks of 16");
    assert_eq!(found.tally.goal, 48);
    assert_eq!(calls.into_inner(), 3);
}

/// Every state that a walk visits is one that an exhaustive search finds.
#[test]
fn walks_stay_within_the_space() {
    let scenario = scenario("blog-redis-cluster-gated-faults", None);
    let setup = scenario.with_replicas(2).expect("no fixed ordinal");
    let model = Migration::new(setup);
    let row = |world: &World| {
        let mut row = vec![0; model.words()];
        model.pack(world, &mut row);
        row
    };
    let mut open = vec![World::initial(model.setup())];
    let mut space: BTreeSet<Vec<u64>> = open.iter().map(row).collect();
    while let Some(world) = open.pop() {
        let mut steps = Vec::new();
        model.steps(&world, &mut steps);
        for step in steps {
            let next = model.after(&world, step);
            if space.insert(row(&next)) {
                open.push(next);
            }
        }
    }
    let walks = walks(300, model.setup().budget.total());
    let mut visited = BTreeSet::new();
    for run in 0..300 {
        for world in states(&model, &walks, run) {
            let row = row(&world);
            assert!(space.contains(&row), "run {run}: {world:?}");
            visited.insert(row);
        }
    }
    let (seen, all) = (visited.len(), space.len());
    assert!(seen * 20 > all, "{seen} of {all} states were visited");
}

/// The result for a bundled scenario, without the time that it took.
fn walked(name: &str, faults: Option<&str>, options: &SimulateOptions) -> SimulatedScenario {
    let mut result = walk_through(&scenario(name, faults), options, &|_| false);
    result.walks.seconds = 0.0;
    result
}

fn seen<'a>(result: &'a SimulatedScenario, name: &str) -> &'a Seen {
    let mut properties = result.properties.iter();
    let property = properties.find(|property| property.name == name);
    &property.expect("it was asked for").seen
}

#[test]
fn the_demo_of_the_blog_breaks_and_so_it_does_with_more_threads() {
    let options = SimulateOptions {
        runs: 200,
        ..SimulateOptions::default()
    };
    let result = walked("blog-redis-cluster", None, &options);
    assert!(result.is_violated());
    for name in [
        "at-most-one-pod",
        "at-most-one-running",
        "single-writer",
        "available",
    ] {
        assert!(matches!(seen(&result, name), Seen::Broken { .. }), "{name}");
    }
    assert_eq!(*seen(&result, "recoverable"), Seen::Undecidable);
    for number in [2, 4] {
        let options = SimulateOptions {
            threads: threads(number),
            ..options.clone()
        };
        assert_eq!(walked("blog-redis-cluster", None, &options), result);
    }
}

#[test]
fn the_gated_demo_is_clean_within_the_bound() {
    let options = SimulateOptions {
        runs: 300,
        ..SimulateOptions::default()
    };
    let result = walked("blog-redis-cluster-gated", None, &options);
    assert!(!result.is_violated());
    assert_eq!((result.walks.goal, result.walks.runs), (300, 300));
    let never = Seen::Never { bound: bound(300) };
    assert_eq!(*seen(&result, "at-most-one-running"), never);
    assert!(bound(300) < 0.01);
}

#[test]
fn what_a_walk_breaks_is_what_a_search_says_can_break() {
    let options = SimulateOptions {
        runs: 300,
        ..SimulateOptions::default()
    };
    let stale = "controllerRestartStale=1,eviction=1";
    let name = "blog-redis-cluster-gated-faults";
    let clean = walked(name, None, &options);
    assert!(!clean.is_violated(), "it holds under its own faults");
    assert!(clean.walks.faults > 0);
    assert_eq!(clean.never_fired, [""; 0]);
    let broken = walked(name, Some(stale), &options);
    let seen = seen(&broken, "at-most-one-running");
    assert!(matches!(seen, Seen::Broken { .. }), "{seen:?}");
    let told = broken.properties.iter();
    let told = told.filter_map(|property| property.counterexample.as_ref());
    for story in told {
        let faults = story.steps.iter().filter(|step| step.is_fault()).count();
        assert_eq!(faults, story.faults as usize);
        assert!(!story.shortest);
    }
}
