//! What is said of every number of replicas, against searches of a few: of bundled scenarios, with
//! their own faults.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use straddle::Migration;
use straddle::engine::{Unobserved, Verdict as Decided, exhaustive};
use straddle::internals::check::{Bounds, CheckOptions, Unwatched, check, question};
use straddle::internals::properties;
use straddle::internals::report::{EveryNResult, Verdict};
use straddle::internals::scenario::{Scenario, resized};
use straddle::internals::world::setup::Setup;

use crate::models::{self, scenario};

/// States that one search may take.
const STATES: u64 = 30_000;
const MOST_REPLICAS: u8 = 4;

/// Left out: `stale-controller` and `claim-swapped-late` take long, and `blog-redis-cluster-6` is
/// the migration of `blog-redis-cluster`.
const LEFT_OUT: [&str; 3] = [
    "blog-redis-cluster-6",
    "claim-swapped-late",
    "stale-controller",
];
/// Proofs of `available` that take long: the migration is much like that of `kep-3335-ordered`.
const LONG: [&str; 2] = [
    "blog-redis-cluster-gated-faults",
    "kep-3335-ordered-shards-excused",
];

/// How each property is decided by a search of its own; those that are not are left out.
fn decided(setup: &Setup, properties: &[&'static str]) -> BTreeMap<&'static str, Option<u32>> {
    let model = Migration::new(setup.clone());
    let question = question(&model, properties, false);
    let bounds = Bounds {
        states: Some(STATES),
        ..Bounds::default()
    };
    let threads = NonZeroUsize::MIN;
    let outcome = exhaustive::check(&model, &question, &bounds, threads, &Unobserved);
    let decisions = outcome.decisions.into_iter();
    let decided = decisions.filter_map(|decision| match decision.verdict {
        Decided::Holds => Some((decision.name, None)),
        Decided::Violated(trace) => Some((decision.name, Some(trace.faults))),
        Decided::Inconclusive(_) => None,
    });
    decided.collect()
}

/// What a proof and the searches have said of the invariants of a scenario.
#[derive(Default, PartialEq, Debug)]
struct Count {
    proved: usize,
    refuted: usize,
    /// Verdicts of searches of what is proved.
    searched: usize,
    /// Searches that did not come to their end.
    unfinished: usize,
}

fn names(results: &[EveryNResult], verdict: Verdict) -> Vec<&'static str> {
    let results = results.iter().filter(|result| result.verdict == verdict);
    let known = results.map(|result| properties::by_name(&result.name).expect("it is known").name);
    known.collect()
}

/// The scenario with this number of replicas. Some are for their own number alone.
fn with(scenario: &Scenario, replicas: u8) -> Option<Setup> {
    if scenario.fixed_at.is_some() {
        return scenario.with_replicas(replicas);
    }
    resized(&scenario.setup, replicas)
}

/// What is proved holds with each number of replicas.
fn look_at_proved(scenario: &Scenario, results: &[EveryNResult], count: &mut Count) {
    let name = &scenario.name;
    let proved = names(results, Verdict::Holds);
    count.proved += proved.len();
    for replicas in 1..=MOST_REPLICAS {
        let Some(setup) = with(scenario, replicas).filter(|_| !proved.is_empty()) else {
            continue;
        };
        let found = decided(&setup, &proved);
        for (property, faults) in &found {
            assert_eq!(*faults, None, "{name}: {property} with {replicas} replicas");
        }
        count.searched += found.len();
        count.unfinished += proved.len() - found.len();
    }
}

/// What is refuted breaks with the replicas and the faults that are named, and no fewer faults.
fn look_at_refuted(scenario: &Scenario, results: &[EveryNResult], count: &mut Count) {
    let name = &scenario.name;
    let refuted = results
        .iter()
        .filter(|result| result.verdict == Verdict::Violated);
    for result in refuted {
        let (replicas, faults) = result.breaks_with.expect("it says with what");
        let property = properties::by_name(&result.name).expect("it is known").name;
        let replicas = u8::try_from(replicas).expect("a few");
        let mut setup = with(scenario, replicas).expect("it was searched");
        for pool in &mut setup.budget.pools {
            pool.at_most = pool.at_most.max(u8::try_from(faults).expect("a few"));
        }
        let found = decided(&setup, &[property]);
        let expected = BTreeMap::from([(property, Some(faults))]);
        assert_eq!(
            found, expected,
            "{name}: {property} with {replicas} replicas"
        );
        count.refuted += 1;
    }
}

fn look_at(name: &str, count: &mut Count) {
    let mut scenario = scenario(name, None);
    if scenario.runbook.is_some() {
        return;
    }
    scenario.properties.retain(|name| {
        let property = properties::by_name(name).expect("it is known");
        !property.kind.is_about_paths()
    });
    if LONG.contains(&name) {
        scenario.properties.retain(|name| *name != "available");
    }
    let options = CheckOptions {
        every_n: true,
        bounds: Bounds {
            states: Some(STATES),
            ..Bounds::default()
        },
        ..CheckOptions::default()
    };
    let result = check(&scenario, &options, &Unwatched);
    let results = result.every_n.expect("it was asked for").properties;
    look_at_proved(&scenario, &results, count);
    look_at_refuted(&scenario, &results, count);
}

#[test]
fn searches_of_a_few_replicas_say_what_is_said_of_every_number() {
    let mut count = Count::default();
    for name in models::bundled() {
        if !LEFT_OUT.contains(&&*name) {
            look_at(&name, &mut count);
        }
    }
    let expected = Count {
        proved: 157,
        refuted: 30,
        searched: 552,
        unfinished: 20,
    };
    assert_eq!(count, expected);
}
