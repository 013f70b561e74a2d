//! States that are alike count once: nothing that is said of a space changes.

pub mod herd;
mod worlds;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use straddle::engine::{
    Bounds, Decision, Order, Outcome, Searchable, Settings, StopReason, StoreKind, Trace,
    Unobserved, Verdict, exhaustive,
};

use crate::asked::{Asked, everything};
pub use herd::Meadow;
use herd::{Kind, Step};

fn search<M: Asked>(model: &M, settings: Settings) -> Outcome<M::Action> {
    let question = everything(model);
    exhaustive::check(model, &question, &Bounds::default(), settings, &Unobserved)
}

const SYMMETRIC: Settings = Settings {
    threads: NonZeroUsize::MIN,
    order: Order::FewestFaults,
    store: StoreKind::Exact,
    dominance: true,
    symmetry: true,
};

const PLAIN: Settings = Settings {
    symmetry: false,
    ..SYMMETRIC
};

/// The faults and steps of a counterexample, up to its loop. If the fewest steps come first, its
/// faults are those that it happens to have.
fn cost<A>(verdict: &Verdict<A>, order: Order) -> Option<(u32, usize)> {
    let Verdict::Violated(trace) = verdict else {
        assert!(matches!(verdict, Verdict::Holds), "all is decided");
        return None;
    };
    let faults = match order {
        Order::FewestFaults => trace.faults,
        Order::Shortest => 0,
    };
    Some((faults, trace.loop_start.unwrap_or(trace.steps.len())))
}

/// Expects the same of both searches, as far as no names are in it.
fn expect_the_same<A>(plain: &Outcome<A>, symmetric: &Outcome<A>, order: Order, told: &str) {
    assert!(plain.statistics.stopped.is_none(), "{told}");
    assert_eq!(
        plain.statistics.complete, symmetric.statistics.complete,
        "{told}"
    );
    assert!(
        symmetric.statistics.symmetric && !plain.statistics.symmetric,
        "{told}"
    );
    for (plain, symmetric) in plain.decisions.iter().zip(&symmetric.decisions) {
        let told = format!("{told}: {}", plain.name);
        // With the fewest steps first an endless path still has the fewest faults.
        let order = match plain.name {
            "completes" | "stays-migrated" => Order::FewestFaults,
            _ => order,
        };
        let costs = [plain, symmetric].map(|decision| cost(&decision.verdict, order));
        assert_eq!(costs[0], costs[1], "{told}");
        assert_eq!(plain.layers, symmetric.layers, "{told}");
    }
    if !plain.statistics.complete {
        // All was decided before all was seen: what else there is depends on the order.
        return;
    }
    let states = |outcome: &Outcome<A>| outcome.statistics.unique_states;
    assert!(states(symmetric) <= states(plain), "{told}");
    assert_eq!(plain.faults_fired, symmetric.faults_fired, "{told}");
    assert_eq!(plain.labels, symmetric.labels, "{told}");
    assert_eq!(plain.ends.number > 0, symmetric.ends.number > 0, "{told}");
    let way = |outcome: &Outcome<A>| {
        let nearest = outcome.ends.nearest.as_ref()?;
        Some((nearest.faults, nearest.steps.len())).filter(|_| order == Order::FewestFaults)
    };
    assert_eq!(way(plain), way(symmetric), "{told}");
}

fn violated<'a, A>(outcome: &'a Outcome<A>, name: &str) -> Option<&'a Trace<A>> {
    let is_it = |decision: &&Decision<A>| decision.name == name;
    let decision = outcome.decisions.iter().find(is_it).expect("it was asked");
    match &decision.verdict {
        Verdict::Violated(trace) => Some(trace),
        Verdict::Holds => None,
        Verdict::Inconclusive(reason) => panic!("{name}: {reason:?}"),
    }
}

/// A trace is a path of the model, and if it is endless, its loop comes back and is fair.
pub fn check_trace<M: Searchable>(model: &M, trace: &Trace<M::Action>, told: &str) {
    let states = trace.states(model);
    let is_fault = |step: &&M::Action| model.fault_kind(step).is_some();
    let faults = trace.steps.iter().filter(is_fault).count();
    assert_eq!(faults as u32, trace.faults, "{told}");
    let Some(start) = trace.loop_start else {
        return;
    };
    assert_eq!(
        states[start],
        *states.last().expect("a state"),
        "{told}: the loop comes back"
    );
    assert!(
        !trace.steps[start..].iter().any(|step| is_fault(&step)),
        "{told}"
    );
    let happens: BTreeSet<u16> = trace.steps[start..]
        .iter()
        .filter_map(|step| model.fairness(step))
        .collect();
    let enabled = |state: &M::State| {
        let mut classes = BTreeSet::new();
        model.successors(state, &mut |step, _| classes.extend(model.fairness(&step)));
        classes
    };
    let round: Vec<BTreeSet<u16>> = states[start..].iter().map(enabled).collect();
    for class in round.iter().flatten() {
        let rests = round.iter().any(|enabled| !enabled.contains(class));
        assert!(
            rests || happens.contains(class),
            "{told}: unfair to {class}"
        );
    }
}

/// At stage 0 somebody sets out from 0, at stage 2 the one that was at 1 goes home, at stage 3 the
/// first takes its place: a round changes who is at 1. From 0 anybody may lead all the others to
/// the goal.
fn relay(leads: Kind) -> Meadow {
    let mut meadow = Meadow::new([0, 0, 1], 4)
        .rule((0, 2), (0, 3), Kind::Each(0))
        .rule((2, 3), (1, 0), Kind::Each(0))
        .rule((3, 0), (3, 1), Kind::Each(0));
    for stage in [0, 2, 3] {
        meadow = meadow.rule((stage, 1), (0, 4), leads);
    }
    everybody_follows(meadow)
}

/// Two go to and fro, and the third, who is between them, could lead them to the goal all the time.
fn lookout() -> Meadow {
    let meadow = Meadow::new([0, 2, 0], 4)
        .rule((0, 0), (0, 3), Kind::Herd)
        .rule((0, 0), (3, 0), Kind::Herd)
        .rule((0, 1), (2, 4), Kind::Each(0));
    everybody_follows(meadow)
}

/// At stage 1 all go to the goal.
fn everybody_follows(meadow: Meadow) -> Meadow {
    let places = 0..4;
    places.fold(meadow, |meadow, place| {
        meadow.rule((1, 1), (place, 4), Kind::Each(0))
    })
}

fn both<M: Asked>(model: &M, told: &str) -> Outcome<M::Action> {
    let symmetric = search(model, SYMMETRIC);
    let plain = search(model, PLAIN);
    expect_the_same(&plain, &symmetric, Order::FewestFaults, told);
    for decision in &symmetric.decisions {
        if let Verdict::Violated(trace) = &decision.verdict {
            check_trace(model, trace, told);
        }
    }
    symmetric
}

/// Each of them could lead at some time, but is not at 0 at others: it is fair that nobody does.
/// Under the names of the stored states, one of them could all the time.
#[test]
fn a_loop_that_closes_after_an_exchange_may_be_fair() {
    let meadow = relay(Kind::Each(1));
    let outcome = both(&meadow, "relay");
    let trace = violated(&outcome, "completes").expect("they go round for ever");
    let start = trace.loop_start.expect("a loop");
    let round = &trace.states(&meadow)[start..];
    for animal in 0..herd::ANIMALS {
        let leaves = |herd: &herd::Herd| herd.animals[animal] != 0;
        assert!(
            round.iter().any(leaves),
            "animal {animal} is not at 0 now and then"
        );
    }
}

/// Somebody could lead all the time, and it does not matter who.
#[test]
fn a_loop_that_closes_after_an_exchange_may_be_unfair() {
    let outcome = both(&relay(Kind::Herd), "relay, led by anybody");
    assert!(violated(&outcome, "completes").is_none());
}

/// Under the names of the stored states the one between the others is now the first, now the
/// last of them, and seems to rest.
#[test]
fn who_could_act_all_the_time_is_known_by_its_real_name() {
    let outcome = both(&lookout(), "lookout");
    assert!(violated(&outcome, "completes").is_none());
}

#[test]
fn states_taken_apart_count_for_the_bound_of_memory() {
    let meadow = relay(Kind::Each(1));
    let question = everything(&meadow);
    let needed = search(&meadow, SYMMETRIC).statistics.peak_bytes;
    let within = |bytes| {
        let bounds = Bounds {
            memory: Some(bytes),
            ..Bounds::default()
        };
        exhaustive::check(&meadow, &question, &bounds, SYMMETRIC, &Unobserved).statistics
    };
    assert_eq!(within(needed).stopped, None);
    assert_eq!(within(needed - 1).stopped, Some(StopReason::Memory));
}

#[test]
fn random_meadows_have_the_same_verdicts_and_costs() {
    let (mut loops, mut saved) = (0, 0);
    for seed in 0..400 {
        let meadow = Meadow::random(seed);
        for order in [Order::FewestFaults, Order::Shortest] {
            for store in [StoreKind::Exact, StoreKind::Fingerprint] {
                for dominance in [false, true] {
                    let told = format!("seed {seed}, {order:?}, {store:?}, {dominance}");
                    let with = |symmetry| {
                        let settings = Settings {
                            order,
                            store,
                            dominance,
                            symmetry,
                            ..SYMMETRIC
                        };
                        search(&meadow, settings)
                    };
                    let (plain, symmetric) = (with(false), with(true));
                    expect_the_same(&plain, &symmetric, order, &told);
                    for decision in &symmetric.decisions {
                        if let Verdict::Violated(trace) = &decision.verdict {
                            check_trace(&meadow, trace, &told);
                            loops += usize::from(trace.loop_start < Some(trace.steps.len()));
                        }
                    }
                    let states = |outcome: &Outcome<Step>| outcome.statistics.unique_states;
                    saved += usize::from(states(&symmetric) < states(&plain));
                }
            }
        }
    }
    assert!(loops > 200, "only {loops} loops");
    assert!(saved > 400, "states were saved only {saved} times");
}
