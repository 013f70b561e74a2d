//! The properties about what can still happen: the same in every way, with any number of threads.

use straddle::Migration;
use straddle::engine::{Order, Outcome, Question, Searchable, Settings, Verdict};
use straddle::internals::check::question;
use straddle::internals::properties;

use super::{UNBOUNDED, search_alike, ways};
use crate::asked::{Asked, everything};
use crate::liveness::Net;
use crate::models::{bundled, scenario};
use crate::symmetry::Meadow;
use crate::toys::Graph;

const RECOVERABLE: &str = "recoverable";
const PROPERTIES: [&str; 3] = [RECOVERABLE, "completes", "stays-migrated"];

/// Larger spaces would take a test too long: there are sixteen ways, each with three numbers of
/// threads.
const MOST_STATES: u64 = 12_000;

/// Every store in every order, with dominance and without, with symmetry and without.
fn all_ways() -> impl Iterator<Item = Settings> {
    ways().flat_map(|way| [false, true].map(|symmetry| Settings { symmetry, ..way }))
}

/// How a property breaks: the faults, and the steps up to the end or the loop.
type Cost = (u32, usize);

fn cost<A>(outcome: &Outcome<A>, property: &str, told: &str) -> Option<Cost> {
    let mut decisions = outcome.decisions.iter();
    let decision = decisions.find(|decision| decision.name == property);
    match &decision.expect("it was asked").verdict {
        Verdict::Holds => None,
        Verdict::Violated(trace) => {
            let steps = trace.loop_start.unwrap_or(trace.steps.len());
            Some((trace.faults, steps))
        }
        Verdict::Inconclusive(reason) => panic!("{told}: {property}: {reason:?}"),
    }
}

/// Whether two ways say the same of a property.
fn agree(property: &str, orders: [Order; 2], costs: [Option<Cost>; 2]) -> bool {
    match costs {
        // The way to a dead end has the fewest faults in one order, and the fewest steps in the
        // other. An endless path has the fewest faults in both.
        [Some(left), Some(right)] if property == RECOVERABLE => match orders {
            [Order::FewestFaults, Order::FewestFaults] => left == right,
            [Order::Shortest, Order::Shortest] => left.1 == right.1,
            _ => true,
        },
        [left, right] => left == right,
    }
}

/// Searches in every way and with more threads, and returns how many properties are broken.
fn compare<M: Searchable>(model: &M, question: &Question<M>, told: &str) -> [u32; 3] {
    let mut before: Vec<(Settings, [Option<Cost>; 3])> = Vec::new();
    for way in all_ways() {
        let outcome = search_alike(model, question, &UNBOUNDED, way, &[2, 4]);
        let told = format!("{told}, {way:?}");
        let costs = PROPERTIES.map(|property| cost(&outcome, property, &told));
        for (earlier, known) in &before {
            for (number, property) in PROPERTIES.into_iter().enumerate() {
                let orders = [earlier.order, way.order];
                let both = [known[number], costs[number]];
                assert!(
                    agree(property, orders, both),
                    "{told}: {property} breaks with {both:?}, in the other way {earlier:?}"
                );
            }
        }
        before.push((way, costs));
    }
    let (_, costs) = before[0];
    costs.map(|cost| u32::from(cost.is_some()))
}

/// Compares models from so many seeds, some of which break each property and some of which do not.
fn compare_random<M: Asked>(name: &str, seeds: u32, random: impl Fn(u64) -> M) {
    let mut broken = [0; 3];
    for seed in 0..seeds {
        let model = random(u64::from(seed));
        let found = compare(&model, &everything(&model), &format!("{name} {seed}"));
        for (broken, found) in broken.iter_mut().zip(found) {
            *broken += found;
        }
    }
    let both = 1..seeds;
    assert!(
        broken.iter().all(|count| both.contains(count)),
        "{name}: of {seeds} {broken:?} break {PROPERTIES:?}"
    );
}

#[test]
fn random_graphs_keep_the_same_properties() {
    compare_random("graph", 60, Graph::random);
}

#[test]
fn random_nets_keep_the_same_properties() {
    compare_random("net", 300, Net::random);
}

#[test]
fn random_meadows_keep_the_same_properties() {
    compare_random("meadow", 60, Meadow::random);
}

#[test]
fn bundled_scenarios_keep_the_same_properties() {
    let (mut compared, mut broken) = (0, [0; 3]);
    for name in bundled() {
        let model = Migration::new(scenario(&name, None).setup);
        let question = question(&model, &properties::NAMES, false);
        let bounds = super::many(MOST_STATES);
        let first = super::search(&model, &question, &bounds, Settings::default(), 1);
        if first.statistics.stopped.is_some() {
            continue;
        }
        compared += 1;
        for (broken, found) in broken.iter_mut().zip(compare(&model, &question, &name)) {
            *broken += found;
        }
    }
    assert!(compared >= 16, "only {compared} scenarios are small enough");
    assert!(broken.iter().all(|&count| count > 0), "{broken:?}");
}
