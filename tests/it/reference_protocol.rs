//! The reference protocol of `benches/peers`: the same space by every engine, and by a slow twin
//! of its rules.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use stateright::{Checker, Model};
use straddle::engine::{
    Bounds, Formula, Outcome, Question, Searchable, Settings, Unobserved, Verdict, exhaustive,
};

#[path = "../../benches/peers/protocol.rs"]
pub mod protocol;
mod twin;

use crate::asked::Asked;
use protocol::{Pod, Protocol, Side, State, Step};
use twin::Twin;

/// Ordinals, evictions, crashes.
type Size = (u8, u8, u8);

impl Asked for Protocol {
    fn invariants(&self) -> Vec<Formula<Self>> {
        Self::invariants()
    }

    fn is_goal(&self, state: &State) -> bool {
        self.is_goal(state)
    }
}

fn run(model: &Protocol, question: &Question<Protocol>, threads: usize) -> Outcome<Step> {
    let threads = NonZeroUsize::new(threads).expect("at least one thread");
    // The known sizes are those of the whole space.
    let settings = Settings {
        threads,
        dominance: false,
        ..Settings::default()
    };
    exhaustive::check(model, question, &Bounds::default(), settings, &Unobserved)
}

fn correct((replicas, evictions, crashes): Size) -> Protocol {
    Protocol::new(replicas, evictions, crashes)
}

/// The protocol with a driver that takes a Pod that is terminating for one that is gone.
fn hasty(size: Size) -> Protocol {
    let mut protocol = correct(size);
    protocol.hasty = true;
    protocol
}

/// Searches everything, and expects so many states, transitions and steps to the last state.
fn check_counts(size: Size, expected: (u64, u64, u32)) {
    let model = correct(size);
    for threads in [1, 2] {
        let outcome = run(&model, &Question::new(model.invariants()), threads);
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

/// Far more threads than cores: they are interrupted anywhere, and the numbers stay the same.
#[test]
fn many_threads_find_the_same_states() {
    let model = correct((5, 4, 1));
    for threads in [7, 16, 64] {
        let found = run(&model, &Question::new(model.invariants()), threads).statistics;
        let counts = (found.unique_states, found.transitions, found.depth);
        assert_eq!(counts, (138_955, 657_508, 63), "{threads} threads");
    }
}

/// What one of stateright's checkers counts, without the initial state among the generated.
fn counts(checker: &impl Checker<Protocol>) -> (usize, usize) {
    assert!(checker.discoveries().is_empty(), "everything holds");
    (checker.unique_state_count(), checker.state_count() - 1)
}

#[test]
fn stateright_counts_the_same() {
    let checker = || correct((3, 2, 1)).checker();
    let breadth_first = checker().spawn_bfs().join();
    assert_eq!(counts(&breadth_first), (2_901, 8_826));
    assert_eq!(breadth_first.max_depth(), 38, "it counts states");
    assert_eq!(counts(&checker().spawn_dfs().join()), (2_901, 8_826));
}

#[test]
fn a_driver_that_does_not_wait_is_found_in_seven_steps() {
    let model = hasty((5, 4, 1));
    for threads in [1, 2] {
        let outcome = run(&model, &Question::new(model.invariants()), threads);
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
    let is_unfinished = |model: &Protocol, state: &State| !model.is_goal(state);
    let unfinished = Formula::invariant("unfinished", is_unfinished);
    for replicas in 1..=4 {
        let model = Protocol::new(replicas, 1, 1);
        let outcome = run(&model, &Question::new(vec![unfinished]), 1);
        let Verdict::Violated(trace) = &outcome.decisions[0].verdict else {
            panic!("{replicas}: the goal is not reached");
        };
        assert_eq!(trace.steps.len(), 10 * usize::from(replicas) + 1);
    }
}

/// The states after each step, once all ways to ask for them have been found to agree.
fn successors(model: &Protocol, state: &State) -> Vec<(Step, State)> {
    let mut found = Vec::new();
    model.successors(state, &mut |step, next| found.push((step, *next)));
    assert_eq!(found, model.next_steps(state), "{state:?}");
    for (step, next) in &found {
        let mut row = [0; 2];
        model.pack(next, &mut row);
        assert_eq!(model.unpack(&row), *next);
        let is_fault = model.fault_kind(step).is_some();
        assert_eq!(model.fairness(step).is_none(), is_fault, "{step:?}");
    }
    found
}

/// Expects that a state and its twin can do the same, and are judged the same.
fn check_alike(model: &Protocol, crashes: u8, state: &State, twin: &Twin) -> Vec<(Step, State)> {
    let found = successors(model, state);
    let steps: HashSet<Step> = found.iter().map(|(step, _)| *step).collect();
    let expected = twin.steps();
    assert_eq!(found.len(), expected.len(), "{state:?}\n{twin:?}");
    assert_eq!(steps, expected.into_iter().collect(), "{state:?}\n{twin:?}");
    let invariants = model.invariants();
    let judged: Vec<bool> = invariants
        .iter()
        .map(|invariant| invariant.holds(model, state))
        .collect();
    assert_eq!(judged, twin.invariants(), "{twin:?}");
    assert_eq!(model.is_goal(state), twin.is_goal(), "{twin:?}");
    let mut row = [0; 2];
    model.pack(state, &mut row);
    let spent: Vec<u64> = model.spent().iter().map(|bits| bits.of(&row)).collect();
    assert_eq!(spent, twin.spent(crashes), "{twin:?}");
    found
}

/// Walks through the whole space of both at once. Each state must have one twin, and no two
/// states the same.
fn check_whole_space(model: &Protocol, size: Size) {
    let first = (model.init_states()[0], Twin::new(size, model.hasty));
    let mut twins = HashMap::from([first.clone()]);
    let mut waiting = vec![first];
    while let Some((state, twin)) = waiting.pop() {
        for (step, next) in check_alike(model, size.2, &state, &twin) {
            let next_twin = twin.after(step);
            if let Some(known) = twins.get(&next) {
                assert_eq!(*known, next_twin, "{next:?}");
            } else {
                twins.insert(next, next_twin.clone());
                waiting.push((next, next_twin));
            }
        }
    }
    let states = twins.len();
    let distinct: HashSet<Twin> = twins.into_values().collect();
    assert_eq!(distinct.len(), states);
}

#[test]
fn every_state_has_one_twin() {
    for size in [(1, 0, 0), (1, 2, 2), (2, 2, 1), (3, 2, 1), (4, 1, 1)] {
        check_whole_space(&correct(size), size);
    }
    check_whole_space(&hasty((3, 1, 1)), (3, 1, 1));
}

#[test]
fn long_walks_agree_with_their_twins() {
    for (seed, size) in [(1, (10, 15, 15)), (2, (10, 3, 1)), (3, (7, 6, 3))] {
        let model = correct(size);
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut finished = 0;
        for _ in 0..40 {
            let (mut state, mut twin) = (model.init_states()[0], Twin::new(size, false));
            loop {
                let successors = check_alike(&model, size.2, &state, &twin);
                if successors.is_empty() {
                    break;
                }
                let (step, next) = successors[random.random_range(0..successors.len())];
                (state, twin) = (next, twin.after(step));
            }
            finished += u32::from(model.is_goal(&state));
        }
        assert_eq!(finished, 40, "{size:?}: walks end at the goal");
    }
}

/// The invariants that a state breaks.
fn broken(model: &Protocol, state: &State) -> Vec<&'static str> {
    let invariants = model.invariants().into_iter();
    let broken = invariants.filter(|invariant| !invariant.holds(model, state));
    broken.map(|invariant| invariant.name).collect()
}

/// The state after steps that need not be enabled.
fn forced(model: &Protocol, steps: &[Step]) -> State {
    let first = model.init_states()[0];
    steps.iter().fold(first, |state, &step| {
        let next = model.next_state(&state, step);
        next.expect("a step is always carried out")
    })
}

#[test]
fn every_invariant_can_be_broken() {
    let model = correct((3, 2, 1));
    let check = |steps: &[Step], expected: &[&str]| {
        assert_eq!(
            broken(&model, &forced(&model, steps)),
            expected,
            "{steps:?}"
        );
    };
    let source = |ordinal| Pod::new(Side::Source, ordinal);
    let destination = |ordinal| Pod::new(Side::Destination, ordinal);
    check(&[], &[]);
    check(&[Step::Create(destination(2))], &["at-most-one-pod"]);
    let uncopied = [Step::Finish(source(1)), Step::Start(destination(1))];
    check(&uncopied, &["data-is-there"]);
    let two_away = [Step::Delete(source(0)), Step::Delete(source(1))];
    check(&two_away, &["available"]);
    check(&[Step::Delete(source(0)), Step::Evict(source(1))], &[]);
    // The lowest lane alone: Pod 0 of the source is ready, no volume is attached.
    let unattached = model.unpack(&[0b10, 0]);
    let expected = ["ready-is-attached", "available"];
    assert_eq!(broken(&model, &unattached), expected);
}
