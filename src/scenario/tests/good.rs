//! Scenarios that are right, and what they become.

use super::super::budget::FaultsOverride;
use super::super::{Overrides, Scenario};
use super::{good, read_with};
use crate::vocabulary::Assumption;
use crate::world::id::Slice;
use crate::world::program::{
    AfterCrash, Condition, Expression, LoopOrder, OnError, Operation, Timeout,
};
use crate::world::setup::{AvailabilityRule, FaultId};
use crate::world::stateful_set::PodManagementPolicy;

const SMALLEST: &str = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
source: {manifest: redis.yaml}
availability: {maxUnavailable: 1}
migration:
  forEach: {k: descending}
  steps:
  - patch: {cluster: source, replicas: k}
  - copyVolume: {ordinal: k}
  - patch: {cluster: destination, start: k, replicas: N - k}
";

/// A scenario with this source and these steps in a descending loop.
pub fn scenario(source: &str, steps: &str) -> String {
    format!(
        "apiVersion: straddle.dev/v1alpha1\nkind: Scenario\nsource: {source}\nmigration:\n  \
         forEach: {{k: descending}}\n  steps:\n{steps}"
    )
}

fn assumed(scenario: &Scenario) -> String {
    let line = |a: &Assumption| format!("{} {}: {}\n", a.field, a.value, a.text);
    scenario.assumed.iter().map(line).collect()
}

#[test]
fn the_smallest_useful_scenario() {
    let scenario = good(SMALLEST);
    let setup = &scenario.setup;
    assert_eq!(scenario.name, "example");
    assert_eq!(scenario.set_name, "redis-redis-cluster");
    assert_eq!((setup.replicas, setup.ordinals, setup.allowed), (6, 6, 6));
    let source = setup.clusters.source;
    assert_eq!(source.policy, PodManagementPolicy::Parallel);
    assert_eq!(source.initial, Some(Slice { start: 0, end: 6 }));
    let destination = setup.clusters.destination;
    assert_eq!(destination.policy, PodManagementPolicy::Parallel);
    assert_eq!(destination.initial, Some(Slice::EMPTY));
    assert_eq!(setup.program.loop_order, Some(LoopOrder::Descending));
    let steps = setup.program.instructions.iter().map(|i| i.step);
    assert_eq!(steps.collect::<Vec<_>>(), [0, 1, 1, 1, 1, 2]);
    let step = &scenario.steps[2];
    let location = &step.location;
    assert_eq!((location.line, location.column, step.length), (10, 5, 5));
    assert_eq!(&SMALLEST[step.offset.clone()], "patch");
    assert_eq!(
        step.text,
        "- patch: {cluster: destination, start: k, replicas: N - k}"
    );
    assert_eq!(step.indent, 2);
    assert_eq!(scenario.properties.len(), 12);
    insta::assert_snapshot!(assumed(&scenario), @r#"
    storage.volumes files: nothing says what the disks are; on block devices wait for `detached`, not `gone`: say `storage: {volumes: block}`
    kubernetes 1.31: on both sides
    requests answered: none fails for want of an answer, which may end a program half-way
    destination the source's set: as in source, with `replicas: 0`
    storage.backend permissive: both clusters can attach a disk at once
    storage.reachableFrom source, destination: no Pod starts on a side that is not among them
    storage.reclaimPolicy Delete: Kubernetes' default for provisioned volumes
    faults none: fault-free runs only; add faults with `--faults 2`
    "#);
}

#[test]
fn every_section_is_lowered() {
    let text = "\
apiVersion: straddle.dev/v1alpha1
kind: Scenario
description: |
  All of it.
source: {name: db, replicas: 3, podManagementPolicy: Parallel, volumeClaimTemplates: [data], kubernetes: 1.31}
destination: {absent: true, kubernetes: '1.31'}
storage: {backend: exclusive, reclaimPolicy: Retain, reachableFrom: [source], shared: true, volumes: block}
availability: {groups: [{ordinals: [0, 1], min: 1}, {ordinals: [2], min: 1}], faults: excused}
ordinals: {max: 15}
migration:
  afterCrash: fromSaved
  prepare:
  - setReclaimPolicy: {cluster: source, ordinal: 0, policy: Retain}
  forEach: {k: ascending}
  steps:
  - deletePod: {cluster: source, pod: k, force: true}
  - deleteClaim: {cluster: source, ordinal: k, wait: false}
  - wait: {cluster: destination, field: status.readyReplicas, equals: k + 1, timeout: fail}
  - sleep: 30s
  finish:
  - deleteSet: {cluster: source, cascade: orphan, onError: continue}
  - createSet: {cluster: destination}
faults: {driverCrash: 1, podNeverReady: 2, controllerRestartStale: 1}
properties: [right-disk, at-most-one-pod]
expect: {right-disk: {verdict: violated, steps: 11, faults: 0}}
";
    let scenario = good(text);
    let setup = &scenario.setup;
    assert_eq!((setup.replicas, setup.allowed), (3, 16));
    assert_eq!(setup.clusters.destination.initial, None);
    assert_eq!(setup.program.after_crash, AfterCrash::FromSaved);
    let operations: Vec<Operation> = setup
        .program
        .instructions
        .iter()
        .map(|i| i.operation)
        .collect();
    let saves = operations.iter().filter(|o| **o == Operation::Save).count();
    assert_eq!(saves, scenario.steps.len());
    assert_eq!(setup.program.body(), 2..9);
    assert!(matches!(
        operations[7],
        Operation::Await(Condition::StatusEquals(..), Timeout::Fail)
    ));
    assert_eq!(setup.program.instructions[9].on_error, OnError::Continue);
    let pools: Vec<_> = setup.budget.pools.iter().map(|pool| pool.at_most).collect();
    assert_eq!(pools, [1, 2, 1]);
    assert_eq!(setup.budget.lag_pool, Some(2));
    assert!(setup.budget.never_ready);
    let availability = setup.availability.as_ref().expect("it is given");
    assert!(availability.excused);
    assert!(matches!(&availability.rule, AvailabilityRule::Groups(groups) if groups.len() == 2));
    assert_eq!(scenario.properties, ["at-most-one-pod", "right-disk"]);
    assert_eq!(scenario.expect[0].expected.steps, Some(11));
    assert_eq!(scenario.fixed_at, Some(8));
    insta::assert_snapshot!(assumed(&scenario), @r"
    source.status Ready: every Pod at the start; one that is not may hold up the move
    requests answered: none fails for want of an answer, which may end a program half-way
    migration.sleep 30s: guards nothing: what it waits for may take longer
    ");
}

#[test]
fn manifests_of_all_kinds_are_read() {
    let steps = "  - patch: {cluster: source, replicas: k}\n";
    let json = good(&scenario("{manifest: list.json}", steps));
    assert_eq!((json.setup.replicas, &*json.set_name), (2, "web"));
    let chosen = good(&scenario(
        "{manifest: two.yaml, statefulSet: cache, replicas: 4}",
        steps,
    ));
    assert_eq!((chosen.setup.replicas, &*chosen.set_name), (4, "cache"));
    insta::assert_snapshot!(assumed(&chosen), @"
    kubernetes 1.31: on both sides
    source.replicas 4: given here, overriding the manifest's 3
    source.podManagementPolicy OrderedReady: Kubernetes' default
    source.status Ready: every Pod at the start; one that is not may hold up the move
    requests answered: none fails for want of an answer, which may end a program half-way
    destination the source's set: as in source, with `replicas: 0`
    availability none: downtime is not checked; add `availability: {maxUnavailable: 1}` to check it
    faults none: fault-free runs only; add faults with `--faults 2`
    ");
    let helm = good(&scenario("{manifest: helm.yaml}", steps));
    assert_eq!(helm.setup.replicas, 1);
    let sides = &helm.setup.clusters;
    assert!(sides.source.min_ready && sides.destination.min_ready);
    assert!(
        !sides.source.owns_claims(),
        "without claim templates no policy matters"
    );
    insta::assert_snapshot!(assumed(&helm), @r#"
    kubernetes 1.31: on both sides
    source.podManagementPolicy OrderedReady: Kubernetes' default
    source.status Ready: every Pod at the start; one that is not may hold up the move
    requests answered: none fails for want of an answer, which may end a program half-way
    destination the source's set: as in source, with `replicas: 0`
    source.manifest updateStrategy.type OnDelete: nothing is updated, since no step changes a Pod template
    availability none: downtime is not checked; add `availability: {maxUnavailable: 1}` to check it
    faults none: fault-free runs only; add faults with `--faults 2`
    "#);
}

#[test]
fn line_ends_marks_and_escapes_of_other_systems() {
    let windows = format!("\u{feff}{}", SMALLEST.replace('\n', "\r\n"));
    let scenario = good(&windows);
    let step = &scenario.steps[0];
    assert_eq!(step.text, "- patch: {cluster: source, replicas: k}");
    assert_eq!((step.location.line, step.location.column), (8, 5));
    assert_eq!(&scenario.text[step.offset.clone()], "patch");
    let steps = "  - patch: {cluster: source, replicas: k}\n";
    let aliased = self::scenario("&set {name: \"\\ud83d\\ude00\", <<: {replicas: 4}}", steps);
    let aliased = good(&(aliased + "destination: {<<: *set, replicas: 0}\n"));
    assert_eq!(
        (&*aliased.set_name, aliased.setup.replicas),
        ("\u{1f600}", 4)
    );
}

#[test]
fn a_start_that_moves_the_end_makes_room_for_it() {
    let steps = "  \
  - patch: {cluster: destination, start: k}
  - scale: {cluster: destination, replicas: N - k}
";
    let once = good(&scenario("{replicas: 3}", steps));
    assert_eq!(once.setup.ordinals, 3);
    let again = FaultsOverride::parse("1:driverCrash").expect("it is right");
    let overrides = Overrides {
        faults: Some(again),
        ..Overrides::default()
    };
    let again = read_with(&scenario("{replicas: 3}", steps), &overrides).expect("it is right");
    // With 3 replicas from 0 on, the second run begins at 2.
    assert_eq!(again.setup.ordinals, 5);
    assert_eq!(again.setup.budget.pools[0].at_most, 1);
    assert!(again.setup.budget.kinds().contains(FaultId(3)));
}

#[test]
fn scenarios_shrink_unless_something_is_fixed() {
    let scenario = good(SMALLEST);
    let setup = scenario.with_replicas(2).expect("nothing is fixed");
    assert_eq!((setup.replicas, setup.ordinals, setup.allowed), (2, 2, 2));
    assert_eq!(
        setup.clusters.source.initial,
        Some(Slice { start: 0, end: 2 })
    );
    assert_eq!(scenario.with_replicas(6), Some(scenario.setup.clone()));
    assert_eq!(scenario.with_replicas(0), None);
    assert_eq!(scenario.with_replicas(7), None);
    let steps =
        "  - patch: {cluster: source, replicas: k}\n  - deletePod: {cluster: source, pod: 2}\n";
    let fixed = good(&super::good::scenario("{replicas: 3}", steps));
    assert_eq!(fixed.fixed_at, Some(8));
    assert_eq!(fixed.with_replicas(2), None);
}

#[test]
fn a_deleted_pod_is_waited_for_unless_told_otherwise() {
    let steps = "  - deletePod: {cluster: source, pod: k}\n  - deletePod: {cluster: source, pod: k, wait: false}\n";
    let scenario = good(&scenario("{replicas: 3}", steps));
    let operations = scenario
        .setup
        .program
        .instructions
        .iter()
        .map(|i| i.operation);
    let operations: Vec<Operation> = operations.collect();
    assert!(matches!(operations[0], Operation::Delete(pod) if pod.ordinal == Expression::K));
    assert!(matches!(operations[1], Operation::AwaitGone(..)));
    assert!(matches!(operations[2], Operation::Delete(_)));
    assert_eq!(operations.len(), 3);
}
