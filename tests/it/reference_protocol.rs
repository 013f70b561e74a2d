//! The reference protocol of `benches/peers`: the same space by every engine, and by a slow twin
//! of its rules.

use std::num::NonZeroUsize;

use straddle::engine::{
    Bounds, Invariant, Outcome, Question, Searchable, Unobserved, Verdict, exhaustive,
};

#[path = "../../benches/peers/protocol.rs"]
mod protocol;

use protocol::{Protocol, Step};

fn ask(invariants: Vec<Invariant<Protocol>>) -> Question<Protocol> {
    Question {
        invariants,
        recoverable: false,
        goal: None,
        fail_fast: false,
    }
}

fn run(model: &Protocol, question: &Question<Protocol>, threads: usize) -> Outcome<Step> {
    let threads = NonZeroUsize::new(threads).expect("at least one thread");
    exhaustive::check(model, question, &Bounds::default(), threads, &Unobserved)
}

/// Searches everything, and expects so many states, transitions and steps to the last state.
fn check_counts(size: (u8, u8, u8), expected: (u64, u64, u32)) {
    let model = Protocol::new(size.0, size.1, size.2);
    for threads in [1, 2] {
        let outcome = run(&model, &ask(model.invariants()), threads);
        let found = outcome.statistics;
        let counts = (found.unique_states, found.transitions, found.depth);
        assert_eq!(counts, expected, "{size:?}, {threads} threads");
        assert!(found.complete, "{size:?}, {threads} threads");
        assert_eq!(outcome.faults_fired, 0b11);
        for decision in outcome.decisions {
            assert_eq!(decision.verdict, Verdict::Holds, "{}", decision.name);
        }
    }
}

#[test]
fn a_tiny_space_has_the_known_size() {
    check_counts((3, 2, 1), (2_901, 8_826, 37));
}

#[test]
fn a_small_space_has_the_known_size() {
    check_counts((5, 4, 1), (138_955, 657_508, 63));
}

/// The protocol with a driver that takes a Pod that is terminating for one that is gone.
fn hasty(replicas: u8, evictions: u8, crashes: u8) -> Protocol {
    let mut protocol = Protocol::new(replicas, evictions, crashes);
    protocol.hasty = true;
    protocol
}

#[test]
fn a_driver_that_does_not_wait_is_found_in_seven_steps() {
    let model = hasty(5, 4, 1);
    for threads in [1, 2] {
        let outcome = run(&model, &ask(model.invariants()), threads);
        let first = &outcome.decisions[0];
        let Verdict::Violated(trace) = &first.verdict else {
            panic!("{}: {:?}", first.name, first.verdict);
        };
        assert_eq!(first.name, "at-most-one-pod");
        assert_eq!((trace.faults, trace.steps.len()), (0, 7));
        assert_eq!(first.layers.first(), Some(&false), "no fault is needed");
    }
}

#[test]
fn the_shortest_way_to_the_goal_has_ten_steps_for_each_ordinal_and_one() {
    let unfinished = Invariant::<Protocol> {
        name: "unfinished",
        holds: |model, state| !model.is_goal(state),
    };
    for replicas in 1..=4 {
        let model = Protocol::new(replicas, 1, 1);
        let outcome = run(&model, &ask(vec![unfinished]), 1);
        let Verdict::Violated(trace) = &outcome.decisions[0].verdict else {
            panic!("{replicas}: the goal is not reached");
        };
        assert_eq!(trace.steps.len(), 10 * usize::from(replicas) + 1);
    }
}
