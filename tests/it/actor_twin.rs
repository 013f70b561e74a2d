//! The smallest migrations as a message-passing system of its own: what our model does in one
//! step takes a request, an answer, and whatever may happen between them.

mod system;
mod ways;

use stateright::actor::{ActorModel, Id, Network};
use stateright::{Checker, Expectation, Model};
use straddle::Migration;
use straddle::engine::{Bounds, Formula, Question, Settings, Unobserved, Verdict, exhaustive};

use crate::models::scenario;
use system::{Component, Condition, DESTINATION_SERVER, SOURCE_SERVER, State, Waits};
use ways::count_stuck;

type System = ActorModel<Component>;

/// The components of both clusters, and the driver.
fn system(waits: Waits) -> System {
    let [source, destination] = [SOURCE_SERVER, DESTINATION_SERVER].map(Id::from);
    ActorModel::new((), ())
        .actor(Component::ApiServer { replicas: 1 })
        .actor(Component::ApiServer { replicas: 0 })
        .actor(Component::Controller { server: source })
        .actor(Component::Controller {
            server: destination,
        })
        .actor(Component::Kubelet { server: source })
        .actor(Component::Kubelet {
            server: destination,
        })
        .actor(Component::Driver { waits })
        .init_network(Network::new_unordered_nonduplicating([]))
        .property(Expectation::Always, "at-most-one-pod", |_, state| {
            Condition::of(&state.actor_states).pods <= 1
        })
        .property(Expectation::Always, "at-most-one-running", |_, state| {
            Condition::of(&state.actor_states).running <= 1
        })
        .property(Expectation::Sometimes, "goal", |_, state| {
            Condition::of(&state.actor_states).is_goal
        })
        .property(Expectation::Always, "searched to the end", |_, _| true)
}

/// What is known of a migration of one ordinal: its states, and whether the two properties are
/// kept, and the goal can be reached at all, and from everywhere.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    states: usize,
    at_most_one_pod: bool,
    at_most_one_running: bool,
    reaches_goal: bool,
    recoverable: bool,
}

fn known_of_twin(waits: Waits) -> Known {
    let system = system(waits);
    let is_goal = |state: &<System as Model>::State| Condition::of(&state.actor_states).is_goal;
    let (states, stuck) = count_stuck(&system, is_goal);
    let checker = system.checker().threads(2).spawn_bfs().join();
    let holds = |name| checker.discovery(name).is_none();
    assert!(holds("searched to the end"));
    assert_eq!(checker.unique_state_count(), states);
    Known {
        states,
        at_most_one_pod: holds("at-most-one-pod"),
        at_most_one_running: holds("at-most-one-running"),
        reaches_goal: checker.discovery("goal").is_some(),
        recoverable: stuck == 0,
    }
}

/// The same of a bundled scenario, cut down to one ordinal.
fn known_of_ours(name: &str) -> Known {
    let small = scenario(name, None).with_replicas(1);
    let model = Migration::new(small.expect("it names no ordinal"));
    let kept = ["at-most-one-pod", "at-most-one-running", "recoverable"];
    let mut formulas = model.formulas();
    formulas.retain(|formula| kept.contains(&formula.name));
    let is_unfinished = |model: &Migration, world: &_| !model.is_goal(world);
    formulas.push(Formula::invariant("unfinished", is_unfinished));
    formulas.push(Formula::invariant("searched to the end", |_, _| true));
    let question = Question::new(formulas);
    let settings = Settings::default();
    let outcome = exhaustive::check(&model, &question, &Bounds::default(), settings, &Unobserved);
    let holds = |name| {
        let mut decisions = outcome.decisions.iter();
        let decision = decisions.find(|decision| decision.name == name);
        decision.expect("it was asked for").verdict == Verdict::Holds
    };
    assert!(holds("searched to the end"));
    Known {
        states: usize::try_from(outcome.statistics.unique_states).expect("a small space"),
        at_most_one_pod: holds("at-most-one-pod"),
        at_most_one_running: holds("at-most-one-running"),
        reaches_goal: !holds("unfinished"),
        recoverable: holds("recoverable"),
    }
}

/// The counts are in `docs/performance.md`, too.
#[test]
fn a_driver_that_waits() {
    let expected = |states| Known {
        states,
        at_most_one_pod: true,
        at_most_one_running: true,
        reaches_goal: true,
        recoverable: true,
    };
    assert_eq!(known_of_ours("blog-redis-cluster-gated"), expected(53));
    assert_eq!(known_of_twin(Waits::Both), expected(5_212));
}

/// The counts are in `docs/performance.md`, too.
#[test]
fn a_driver_that_does_not_wait() {
    let expected = |states| Known {
        states,
        at_most_one_pod: false,
        at_most_one_running: false,
        reaches_goal: true,
        recoverable: true,
    };
    assert_eq!(known_of_ours("blog-redis-cluster"), expected(76));
    assert_eq!(known_of_twin(Waits::Neither), expected(6_396));
}

/// A Pod on its way out still runs: whoever takes it for gone is found out.
#[test]
fn a_driver_that_takes_terminating_for_gone() {
    let known = known_of_twin(Waits::Hasty);
    assert!(!known.at_most_one_pod && !known.at_most_one_running);
    assert!(known.reaches_goal);
}

/// Every state of a component is one that its kind of component can be in.
#[test]
fn components_start_as_they_should() {
    let [state] = <[_; 1]>::try_from(system(Waits::Both).init_states()).expect("one");
    let kubelets = state.actor_states.iter();
    let running = kubelets.filter(|state| matches!(***state, State::Kubelet(Some(_))));
    assert_eq!(running.count(), 1, "Pod 0 of the source runs");
    assert_eq!(
        state.network.len(),
        5,
        "each client has one request in flight"
    );
}
