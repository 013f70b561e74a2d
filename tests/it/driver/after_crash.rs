//! Where a driver goes on that has crashed.

use crate::support::{Walk, check, list};

/// The loop of the examples: three ordinals move downwards, one driver crash may happen.
fn moves_down(after_crash: &str) -> String {
    let steps = list(
        "patch: {cluster: source, replicas: k}; copyVolume: {ordinal: k}; \
         patch: {cluster: destination, start: k, replicas: N - k}; \
         wait: {cluster: destination, pod: k, until: ready}",
    );
    format!(
        "source: {{name: db, replicas: 3, podManagementPolicy: Parallel, volumeClaimTemplates: [data]}}
storage: {{reclaimPolicy: Retain}}
faults: {{driverCrash: 1}}
migration:
  afterCrash: {after_crash}
  forEach: {{k: descending}}
  steps:
{steps}"
    )
}

#[test]
fn a_driver_starts_again_where_the_scenario_says() {
    check(
        "afterCrash   | it crashes after                        | and goes on with
         fromTop      | nothing                                 | patch source replicas 2
         fromTop      | Pod 2 is Ready in destination           | patch source replicas 2
         fromTop      | create the volume of disk 1 in destination | patch source replicas 2
         fromSaved    | nothing                                 | patch source replicas 2
         fromSaved    | patch source replicas 1                 | patch source replicas 1
         fromSaved    | get the volume of claim 1 in source     | get claim 1 in source
         fromSaved    | create claim 1 in destination           | get claim 1 in source
         fromSaved    | patch destination start 1, replicas 2   | patch destination start 1, replicas 2
         fromObserved | nothing                                 | patch source replicas 2
         fromObserved | patch source replicas 2                 | patch source replicas 2
         fromObserved | create claim 2 in destination           | patch source replicas 2
         fromObserved | patch destination start 2, replicas 1   | Pod 2 is Ready in destination
         fromObserved | Pod 2 is Ready in destination           | Pod 2 is Ready in destination
         fromObserved | patch source replicas 1                 | patch source replicas 1
         fromObserved | create the volume of disk 1 in destination | patch source replicas 1
         fromObserved | patch destination start 1, replicas 2   | Pod 1 is Ready in destination
         fromObserved | Pod 1 is Ready in destination           | Pod 1 is Ready in destination",
        |given| {
            let mut walk = Walk::of(&moves_down(given[0]));
            crash_after(&mut walk, given[1]);
            walk.next("driver").join(", ").trim_start_matches("driver: ").to_owned()
        },
    );
}

/// Lets the driver go on until it has done `step`, and crash and start again there.
fn crash_after(walk: &mut Walk, step: &str) {
    if step != "nothing" {
        let story = walk.run_until(step);
        assert_eq!(story.last().map(String::as_str), Some(step));
    }
    walk.settle()
        .take("driverCrash: the driver crashes and loses its memory");
    assert_eq!(walk.driver(), "crashed");
    let again = walk.next("driver");
    assert_eq!(again.len(), 1, "{again:?}");
    walk.take(&again[0]).settle();
}

#[test]
fn what_is_saved_is_not_repeated() {
    let mut walk = Walk::of(&moves_down("fromSaved"));
    walk.run_until("create claim 1 in destination");
    walk.take("driver: save its position");
    crash_after(&mut walk, "nothing");
    let next = "driver: patch destination start 1, replicas 2";
    assert_eq!(walk.next("driver"), [next]);
}

#[test]
fn a_resumed_iteration_counts_what_exists_as_done() {
    let mut walk = Walk::of(&moves_down("fromObserved"));
    crash_after(&mut walk, "create the volume of disk 1 in destination");
    let story = walk.run();
    let expected = [
        "patch source replicas 1",
        "get claim 1 in source",
        "get the volume of claim 1 in source",
        "create the volume of disk 1 in destination: AlreadyExists",
        "create claim 1 in destination",
        "patch destination start 1, replicas 2",
        "Pod 1 is Ready in destination",
        "patch source replicas 0",
    ];
    assert_eq!(story[..8], expected);
    assert_eq!(walk.driver(), "finished");
}

#[test]
fn behind_an_ordinal_that_has_moved_only_the_waits_are_repeated() {
    let mut walk = Walk::of(&moves_down("fromObserved"));
    crash_after(&mut walk, "Pod 2 is Ready in destination");
    let story = walk.run();
    let expected = ["Pod 2 is Ready in destination", "patch source replicas 1"];
    assert_eq!(story[..2], expected);
    assert_eq!(walk.driver(), "finished");
}

#[test]
fn a_driver_that_starts_from_the_top_forgives_nothing() {
    let mut walk = Walk::of(&moves_down("fromTop"));
    crash_after(&mut walk, "Pod 2 is Ready in destination");
    let story = walk.run();
    let last = "create the volume of disk 2 in destination: AlreadyExists";
    assert_eq!(story.last().map(String::as_str), Some(last));
    assert_eq!(walk.driver(), "failed");
}

#[test]
fn an_iteration_after_the_resumed_one_forgives_nothing() {
    let program = moves_down("fromObserved").replace(
        "  forEach",
        "  prepare: [copyVolume: {ordinal: 0}]\n  forEach",
    );
    let mut walk = Walk::of(&program);
    crash_after(&mut walk, "patch source replicas 1");
    let story = walk.run();
    let refused = "create the volume of disk 0 in destination: AlreadyExists";
    let refusals = story.iter().filter(|step| *step == refused).count();
    assert_eq!(refusals, 2, "in the repeated `prepare`, and in the loop");
    assert_eq!(story.last().map(String::as_str), Some(refused));
    assert_eq!(walk.driver(), "failed");
}

#[test]
fn an_ascending_loop_is_resumed_from_below() {
    let steps = list(
        "patch: {cluster: source, start: k + 1, replicas: N - k - 1}; \
         patch: {cluster: destination, start: 0, replicas: k + 1}; \
         wait: {cluster: destination, pod: k, until: ready}",
    );
    let program = format!(
        "source: {{name: db, replicas: 3, podManagementPolicy: Parallel}}
faults: {{driverCrash: 1}}
migration:
  afterCrash: fromObserved
  forEach: {{k: ascending}}
  steps:
{steps}"
    );
    check(
        "it crashes after                         | and goes on with
         nothing                                  | patch source start 1, replicas 2
         patch source start 1, replicas 2         | patch source start 1, replicas 2
         patch destination start 0, replicas 1    | Pod 0 is Ready in destination
         patch source start 2, replicas 1         | patch source start 2, replicas 1
         patch destination start 0, replicas 2    | Pod 1 is Ready in destination",
        |given| {
            let mut walk = Walk::of(&program);
            crash_after(&mut walk, given[0]);
            walk.next("driver")
                .join(", ")
                .trim_start_matches("driver: ")
                .to_owned()
        },
    );
}
