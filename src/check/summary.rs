//! What a report says of a scenario and its search, beside the verdicts.

use xxhash_rust::xxh3::xxh3_128;

use super::search::Found;
use super::smaller::Smaller;
use super::task::Task;
use super::tell::Story;
use super::verdicts::results;
use super::{CheckOptions, Engine, vacuous};
use crate::actors::{Step, faults};
use crate::engine::{Order, Outcome, StoreKind};
use crate::report::{Headline, Layer, ScenarioResult, Search, Stop, Verdict};
use crate::scenario::Scenario;
use crate::world::setup::{Budget, FaultSet, Pool};
use crate::world::stateful_set::PodManagementPolicy;

/// Everything a report says of a scenario that was searched.
pub(super) fn result(
    task: &Task<'_>,
    smaller: &[Smaller],
    found: &Found,
    stories: &[Story],
) -> ScenarioResult {
    let (scenario, options, outcome) = (task.scenario, task.options, &found.outcome);
    let notes = [
        notes(scenario, options),
        vacuous::notes(outcome),
        found.notes.clone(),
    ];
    let mut result = ScenarioResult {
        scenario: scenario.name.clone(),
        path: scenario.path.clone(),
        model_hash: model_hash(scenario),
        headline: headline(scenario),
        verdict: Verdict::Holds,
        as_expected: true,
        assumed: scenario.assumed.clone(),
        writers: scenario.writers.clone(),
        account: scenario.account.clone(),
        smaller: smaller.iter().map(Smaller::result).collect(),
        never_fired: never_fired(&scenario.setup.budget, outcome),
        vacuous: vacuous::vacuous(scenario, options, outcome),
        dead_ends: vacuous::dead_ends(scenario, &task.model, outcome),
        notes: notes.concat(),
        every_n: None,
        search: searched(outcome, options),
        properties: results(scenario, options, outcome, stories),
    };
    result.sum_up();
    result
}

fn searched(outcome: &Outcome<Step>, options: &CheckOptions) -> Search {
    let statistics = outcome.statistics;
    Search {
        engine: options.engine,
        store: match options.engine {
            Engine::Exhaustive => options.store,
            Engine::StaterightBfs | Engine::StaterightDfs => StoreKind::Fingerprint,
        },
        expected_missed: match options.engine {
            Engine::Exhaustive => statistics.expected_missed,
            Engine::StaterightBfs | Engine::StaterightDfs => missed(statistics.unique_states),
        },
        symmetry: statistics.symmetric,
        complete: statistics.complete,
        stopped: statistics.stopped.map(Stop::Reached),
        bounds: options.bounds.clone(),
        unique_states: statistics.unique_states,
        transitions: statistics.transitions,
        depth: statistics.depth,
        seconds: statistics.elapsed.as_secs_f64(),
        peak_bytes: statistics.peak_bytes,
    }
}

/// How many states a 64-bit fingerprint loses on average: pairs of states over fingerprints.
fn missed(states: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let states = states as f64;
    states * states / 2.0 / 2.0_f64.powi(64)
}

fn never_fired(budget: &Budget, outcome: &Outcome<Step>) -> Vec<String> {
    let searched = outcome.statistics.complete;
    let silent = budget
        .kinds()
        .iter()
        .filter(|kind| outcome.faults_fired >> kind.0 & 1 == 0);
    silent
        .filter(|_| searched)
        .map(|kind| faults::kind(kind).name().to_owned())
        .collect()
}

fn notes(scenario: &Scenario, options: &CheckOptions) -> Vec<String> {
    let mut notes = Vec::new();
    if options.engine != Engine::Exhaustive {
        notes.push(
            "stateright stores 64-bit fingerprints, does not search by number of faults, and its \
             traces are not always the shortest"
                .to_owned(),
        );
    }
    if options.order == Order::Shortest {
        notes.push(
            "searched by number of steps alone (--order shortest): no verdicts by number of \
                   faults"
                .to_owned(),
        );
    }
    if scenario.runbook.is_some() {
        let replicas = scenario.setup.replicas;
        notes.push(format!(
            "smaller N not tried: the script is written for {replicas} replicas"
        ));
    } else if let Some(line) = scenario.fixed_at {
        notes.push(format!(
            "smaller N not tried: line {line} names a fixed ordinal"
        ));
    }
    notes
}

pub(super) fn headline(scenario: &Scenario) -> Headline {
    let policy = |policy| match policy {
        PodManagementPolicy::OrderedReady => "OrderedReady",
        PodManagementPolicy::Parallel => "Parallel",
    };
    let clusters = scenario.setup.clusters;
    let (source, destination) = (clusters.source.policy, clusters.destination.policy);
    Headline {
        replicas: u32::from(scenario.setup.replicas),
        policy: if source == destination {
            policy(source).to_owned()
        } else {
            format!("{} to {}", policy(source), policy(destination))
        },
        kubernetes: scenario.kubernetes.clone(),
        kubernetes_assumed: scenario.kubernetes_assumed,
        faults: describe_budget(&scenario.setup.budget),
    }
}

/// `no faults`, `at most 2 faults of eviction, driverCrash` or `eviction 1, driverCrash 1`.
fn describe_budget(budget: &Budget) -> String {
    let names = |kinds: FaultSet| -> Vec<&'static str> {
        kinds.iter().map(|kind| faults::kind(kind).name()).collect()
    };
    match budget.pools.as_slice() {
        [] => "no faults".to_owned(),
        [pool] => {
            let plural = if pool.at_most == 1 { "" } else { "s" };
            format!(
                "at most {} fault{plural} of {}",
                pool.at_most,
                names(pool.kinds).join(", ")
            )
        }
        pools => {
            let cap = |pool: &Pool| format!("{} {}", names(pool.kinds).join("/"), pool.at_most);
            let caps: Vec<String> = pools.iter().map(cap).collect();
            format!("faults: at most {}", caps.join(", "))
        }
    }
}

/// A hash of the lowered scenario and the tool's version.
pub(super) fn model_hash(scenario: &Scenario) -> String {
    let text = format!("{} {:?}", env!("CARGO_PKG_VERSION"), scenario.setup);
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

pub(super) fn layers(layers: &[bool]) -> Vec<Layer> {
    let verdict = |holds: bool| {
        if holds {
            Verdict::Holds
        } else {
            Verdict::Violated
        }
    };
    (0..)
        .zip(layers)
        .map(|(faults, &holds)| Layer {
            faults,
            verdict: verdict(holds),
        })
        .collect()
}
