//! What each kind of fault does, step by step, and what it costs.

use std::collections::BTreeSet;

use straddle::internals::actors::faults::{self, KINDS};
use straddle::internals::world::id::{ClusterId, Ordinal};
use straddle::internals::world::pod::PodPhase;

use crate::support::{Walk, check, list, scenario};

/// Two replicas, both Ready; the driver scales to one, and waits for what never comes. The
/// status of the source is read.
fn pair(faults: &str) -> String {
    let steps = list(
        "scale: {cluster: source, replicas: 1}; wait: {cluster: source, set: true, until: observed}; \
         wait: {cluster: destination, pod: 0, until: ready}",
    );
    format!(
        "source: {{name: db, replicas: 2, podManagementPolicy: Parallel}}
faults: {faults}
migration:
  steps:
{steps}"
    )
}

fn serves(walk: &Walk, ordinal: u8) -> bool {
    walk.world.rows[Ordinal(ordinal)].sides.source.serves()
}

#[test]
fn an_evicted_pod_goes_with_grace_and_is_replaced() {
    let mut walk = Walk::of(&pair("{eviction: 2}"));
    walk.take("eviction source: delete Pod 0");
    let source = walk.world.side(ClusterId::Source);
    let pod = source[Ordinal(0)]
        .pod
        .expect("its containers have not stopped");
    assert!(pod.terminating && source[Ordinal(0)].containers.run);
    assert!(
        !walk.may("eviction source: delete Pod 0"),
        "it is terminating"
    );
    walk.take(
        "kubelet source: stop containers of Pod 0
         kubelet source: remove the object of Pod 0
         statefulset-controller source: sees {0..1}, plans create 0
         statefulset-controller source: create Pod 0",
    );
    assert!(
        walk.may("eviction source: delete Pod 0"),
        "a Pending Pod may go"
    );
    walk.take(
        "kubelet source: start containers of Pod 0
         kubelet source: report Pod 0 Ready",
    );
    assert!(serves(&walk, 0));
}

#[test]
fn pressure_stops_a_pod_before_it_is_failed_and_replaced() {
    let strike = "pressureEviction source: stop containers of Pod 0 (node pressure)";
    let mut walk = Walk::of(&pair("{pressureEviction: 2}"));
    walk.take(strike);
    let source = walk.world.side(ClusterId::Source);
    let pod = source[Ordinal(0)].pod.expect("the object stays");
    assert!(
        pod.phase == PodPhase::Running && pod.ready,
        "nothing is reported yet"
    );
    assert!(!source[Ordinal(0)].containers.run && !serves(&walk, 0));
    assert!(!walk.may(strike), "nothing runs any more");
    assert_eq!(
        walk.next("kubelet"),
        ["kubelet source: report Pod 0 Failed"]
    );
    walk.take("kubelet source: report Pod 0 Failed");
    let pod = walk.world.rows[Ordinal(0)]
        .sides
        .source
        .pod
        .expect("the object stays");
    assert!(pod.phase == PodPhase::Failed && !pod.ready && !pod.is_live());
    assert_eq!(
        walk.next("kubelet"),
        [""; 0],
        "a Failed Pod is not started again"
    );
    walk.take(
        "statefulset-controller source: sees {0..1}, plans replace failed 0
         statefulset-controller source: delete Pod 0",
    );
    let pod = walk.world.rows[Ordinal(0)].sides.source.pod;
    assert!(pod.is_none(), "a Failed Pod has no grace");
    walk.take(
        "statefulset-controller source: sees {0..1}, plans create 0
         statefulset-controller source: create Pod 0
         kubelet source: start containers of Pod 0
         kubelet source: report Pod 0 Ready",
    );
    assert!(serves(&walk, 0) && walk.may(strike));
}

#[test]
fn a_crashed_container_is_started_again_in_the_same_pod() {
    let mut walk = Walk::of(&pair("{containerCrash: 2}"));
    walk.take("containerCrash source: containers of Pod 0 crash");
    let pod = walk.world.rows[Ordinal(0)]
        .sides
        .source
        .pod
        .expect("the object stays");
    assert!(pod.ready && !serves(&walk, 0), "the report is late");
    assert!(!walk.may("containerCrash source: containers of Pod 0 crash"));
    assert_eq!(
        walk.next("kubelet"),
        ["kubelet source: report Pod 0 not Ready"]
    );
    walk.take("kubelet source: report Pod 0 not Ready");
    let pod = walk.world.rows[Ordinal(0)]
        .sides
        .source
        .pod
        .expect("the object stays");
    assert!(pod.phase == PodPhase::Running && !pod.ready && !pod.terminating);
    walk.take(
        "kubelet source: restart containers of Pod 0
         kubelet source: report Pod 0 Ready",
    );
    assert!(serves(&walk, 0));
    assert_eq!(
        walk.next("statefulset-controller"),
        [""; 0],
        "it has nothing to replace"
    );
}

#[test]
fn a_pod_that_is_never_ready_has_a_successor_that_may_be() {
    let never = "podNeverReady source: Pod 0 will never become Ready";
    let mut walk = Walk::of(&pair("{eviction: 1, podNeverReady: 2}"));
    assert_eq!(walk.next("podNeverReady"), [""; 0], "all are Ready");
    walk.take(
        "eviction source: delete Pod 0
         kubelet source: stop containers of Pod 0
         kubelet source: remove the object of Pod 0
         statefulset-controller source: sees {0..1}, plans create 0
         statefulset-controller source: create Pod 0",
    );
    let mut other = Walk::of(&pair("{eviction: 2, podNeverReady: 1}"));
    other.world = walk.world;
    walk.take(never).settle();
    let source = walk.world.side(ClusterId::Source);
    assert!(source[Ordinal(0)].containers.run && !serves(&walk, 0));
    assert!(walk.is_at_rest());
    assert!(!walk.may(never), "it is struck already");
    other.take(never).settle();
    other.take("eviction source: delete Pod 0").settle();
    assert!(serves(&other, 0), "the successor is another incarnation");
}

#[test]
fn a_crashed_driver_forgets_where_it_was() {
    let mut walk = Walk::of(&pair("{driverCrash: 2}"));
    let before = walk.world;
    walk.take(
        "driver: scale source to 1
         driverCrash: the driver crashes and loses its memory",
    );
    assert_eq!(walk.driver(), "crashed");
    assert_eq!(walk.next("driverCrash"), [""; 0], "it is down");
    assert_eq!(walk.next("driver:"), ["driver: restart from the top"]);
    walk.take("driver: restart from the top");
    assert_eq!(walk.world.driver, before.driver);
    let set = walk.world.clusters.source.set.expect("the set stays");
    assert_eq!(set.slice.replicas(), 1, "what it has done stays done");
    assert_eq!(walk.next("driver:"), ["driver: scale source to 1"]);
}

#[test]
fn a_driver_that_has_ended_does_not_crash() {
    for (step, end) in [
        ("scale: {cluster: source, replicas: N}", "finished"),
        ("deletePod: {cluster: destination, pod: 0}", "failed"),
    ] {
        let steps = list(step);
        let mut walk = Walk::of(&format!(
            "source: {{name: db, replicas: 2}}\nfaults: {{driverCrash: 1}}\nmigration:\n  steps:\n{steps}"
        ));
        assert_eq!(walk.next("driverCrash").len(), 1);
        walk.run();
        assert_eq!(walk.driver(), end);
        assert_eq!(walk.next("driverCrash"), [""; 0], "{end}");
    }
}

#[test]
fn a_restarted_controller_drops_its_plan_and_looks_again() {
    let strike = "controllerRestart source: restart; its planned writes are lost";
    let mut walk = Walk::of(&pair("{eviction: 1, controllerRestart: 1}"));
    assert_eq!(
        walk.next("controllerRestart"),
        [""; 0],
        "there is no plan to lose"
    );
    walk.take(
        "eviction source: delete Pod 1
         kubelet source: stop containers of Pod 1
         kubelet source: remove the object of Pod 1
         statefulset-controller source: sees {0..1}, plans create 1
         driver: scale source to 1",
    );
    let stale = "statefulset-controller source: create Pod 1";
    assert!(walk.may(stale), "the plan outlives what it was made for");
    walk.take(strike);
    assert!(!walk.may(stale));
    walk.settle();
    let pod = walk.world.rows[Ordinal(1)].sides.source.pod;
    assert!(pod.is_none(), "the fresh view has no place for it");
}

#[test]
fn a_controller_that_restarts_stale_sees_the_set_as_it_was() {
    let strike = "controllerRestartStale source: restart; its planned writes are lost, its cache \
                  is stale";
    let mut walk = Walk::of(&pair("{controllerRestartStale: 1}"));
    assert_eq!(
        walk.next("controllerRestartStale"),
        [""; 0],
        "there is no older version"
    );
    walk.take("driver: scale source to 1").settle();
    let observed = "driver: the set in source is observed";
    assert!(walk.may(observed), "an earlier process wrote the status");
    walk.take(strike);
    assert!(walk.may(observed), "the status stays");
    walk.take(
        "statefulset-controller source: sees {0..1} (stale), plans create 1
         statefulset-controller source: create Pod 1",
    );
    assert!(walk.world.rows[Ordinal(1)].sides.source.has_live_pod());
    let catch_up = "statefulset-controller source: the cache catches up";
    assert_eq!(walk.next("statefulset-controller"), [catch_up]);
    walk.take(catch_up);
    let delete = "statefulset-controller source: sees {0}, plans delete 1";
    assert_eq!(walk.next("statefulset-controller"), [delete]);
}

#[test]
fn a_sync_of_an_older_version_observes_nothing() {
    let mut walk = Walk::of(&pair("{controllerRestartStale: 1}"));
    walk.take(
        "driver: scale source to 1
         controllerRestartStale source: restart; its planned writes are lost, its cache is stale",
    );
    let catch_up = "statefulset-controller source: the cache catches up";
    assert_eq!(walk.next("statefulset-controller"), [catch_up]);
    assert_eq!(walk.next("driver:"), [""; 0]);
    walk.take(catch_up).settle();
    assert_eq!(
        walk.next("driver:"),
        ["driver: the set in source is observed"]
    );
}

/// All of the story's steps happen, and only the budget ends them.
#[test]
fn a_pool_is_never_overspent() {
    check(
        "budget                                                  | the most of each kind and in all
         {eviction: 1}                                           | eviction 1, all 1
         {eviction: 2, driverCrash: 1}                           | eviction 2, driverCrash 1, all 3
         {atMost: 2, of: [eviction, driverCrash]}                | eviction 2, driverCrash 2, all 2
         {atMost: 1, of: [eviction, containerCrash, driverCrash]} | eviction 1, containerCrash 1, driverCrash 1, all 1
         {containerCrash: 3}                                     | containerCrash 3, all 3",
        |given| {
            let sections = pair(given[0]);
            let kinds = KINDS.map(faults::Fault::name);
            let each = kinds.map(|kind| (kind, strikes(&sections, &[kind])));
            let mut cells: Vec<String> = each
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(kind, count)| format!("{kind} {count}"))
                .collect();
            cells.push(format!("all {}", strikes(&sections, &kinds)));
            cells.join(", ")
        },
    );
}

/// How many faults of some kinds strike if they strike whenever they may, in turn, and
/// everything settles after each.
fn strikes(sections: &str, kinds: &[&str]) -> usize {
    let mut walk = Walk::of(sections);
    let mut count = 0;
    while count < 20 {
        let restart = walk.next("driver: restart").join("");
        walk.take(&restart);
        let turn = kinds.iter().cycle().skip(count).take(kinds.len());
        let next = turn.filter_map(|kind| {
            // `controllerRestartStale` starts like another kind.
            let is_kind = |name: &String| name[kind.len()..].starts_with([' ', ':']);
            walk.next(kind).into_iter().find(is_kind)
        });
        let Some(fault) = next.into_iter().next() else {
            return count;
        };
        walk.take(&fault).settle();
        count += 1;
    }
    count
}

#[test]
fn a_number_alone_is_for_the_ordinary_kinds() {
    let kinds = |faults: &str| -> BTreeSet<&str> {
        let budget = scenario(&pair(faults)).setup.budget;
        let ids = budget.kinds().iter().map(|id| faults::kind(id).name());
        ids.collect()
    };
    let ordinary = KINDS.iter().filter(|kind| kind.is_ordinary());
    assert_eq!(
        kinds("{atMost: 1}"),
        ordinary.map(|kind| kind.name()).collect()
    );
    let named = "{atMost: 1, of: [podNeverReady]}";
    assert_eq!(kinds(named), BTreeSet::from(["podNeverReady"]));
}

/// An ordinal that a fault has hit is left out until it serves again.
fn excuses(faults: &str) -> Walk {
    Walk::of(&format!(
        "{}availability: {{maxUnavailable: 1, faults: excused}}\n",
        pair(faults)
    ))
}

#[test]
fn a_pod_that_a_fault_hits_is_excused_until_it_serves() {
    check(
        "fault            | strikes
         eviction         | source: delete Pod 0
         pressureEviction | source: stop containers of Pod 0 (node pressure)
         containerCrash   | source: containers of Pod 0 crash",
        |given| {
            let mut walk = excuses(&format!("{{{}: 1}}", given[0]));
            let faults = walk.next(given[0]);
            walk.take(&faults[0]);
            let excused: Vec<Ordinal> = walk.world.excused().iter().collect();
            assert_eq!(excused, [Ordinal(0)], "the other one is not hit");
            while !serves(&walk, 0) {
                assert!(!walk.world.excused().is_empty(), "it does not serve yet");
                let steps = walk.next("kubelet").into_iter();
                let step = steps.chain(walk.next("statefulset-controller")).next();
                walk.take(&step.expect("it comes back"));
            }
            assert!(walk.world.excused().is_empty(), "it serves again");
            faults[0].trim_start_matches(given[0]).trim().to_owned()
        },
    );
}

#[test]
fn a_crash_of_the_driver_excuses_nobody() {
    let mut walk = excuses("{driverCrash: 1}");
    walk.take("driverCrash: the driver crashes and loses its memory");
    assert!(walk.world.excused().is_empty());
}

#[test]
fn a_restart_of_a_controller_excuses_nobody() {
    let mut walk = excuses("{controllerRestart: 1}");
    walk.take(
        "driver: scale source to 1
         statefulset-controller source: sees {0}, plans delete 1
         controllerRestart source: restart; its planned writes are lost",
    );
    assert!(walk.world.excused().is_empty());
}

#[test]
fn faults_that_count_excuse_nobody() {
    let counted = format!(
        "{}availability: {{maxUnavailable: 1}}\n",
        pair("{eviction: 1}")
    );
    let mut walk = Walk::of(&counted);
    walk.take("eviction source: delete Pod 0");
    assert!(walk.world.excused().is_empty());
}
