//! The migration driver, and what its storage steps come to.

mod after_crash;
mod devices;
mod storage;
mod templates;

use straddle::internals::world::id::Ordinal;

use crate::support::{ONLY, Walk, check, list};

/// Two replicas without disks.
const PLAIN: &str = "source: {name: db, replicas: 2, podManagementPolicy: Parallel}\n";

/// Two replicas with disks that stay.
const DISKS: &str = "\
source: {name: db, replicas: 2, podManagementPolicy: Parallel, volumeClaimTemplates: [data]}
storage: {reclaimPolicy: Retain}
";

/// One eviction, for a Pod that goes behind the driver's back.
const EVICTION: &str = "faults: {eviction: 1}\n";

/// The driver's program is `steps`, between `;`, once.
fn once(sections: &str, steps: &str) -> String {
    format!("{sections}migration:\n  steps:\n{}", list(steps))
}

#[test]
fn a_gone_wait_is_over_if_its_first_look_finds_nothing() {
    let program = once(PLAIN, "wait: {cluster: destination, pod: 0, until: gone}");
    let mut walk = Walk::of(&program);
    walk.take("driver: look up Pod 0 in destination: not found");
    assert_eq!(walk.driver(), "finished");
}

#[test]
fn a_gone_wait_is_for_the_incarnation_that_its_first_look_found() {
    let wait = "wait: {cluster: source, pod: 0, until: gone}";
    let mut walk = Walk::of(&format!("{}faults: {{eviction: 3}}\n", once(PLAIN, wait)));
    walk.take("driver: look up Pod 0 in source: found");
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take("eviction source: delete Pod 1").settle();
    assert_eq!(walk.next("driver"), [""; 0], "another ordinal's Pod went");
    walk.take(
        "eviction source: delete Pod 0
         kubelet source: stop containers of Pod 0",
    );
    assert_eq!(walk.next("driver"), [""; 0], "it is terminating");
    walk.take("kubelet source: remove the object of Pod 0")
        .settle();
    assert!(
        walk.world.rows[Ordinal(0)].sides.source.serves(),
        "replaced"
    );
    walk.take("driver: Pod 0 is gone from source");
    assert_eq!(walk.driver(), "finished");
}

#[test]
fn a_gone_wait_that_looks_late_finds_the_successor() {
    let wait = "wait: {cluster: source, pod: 0, until: gone}";
    let mut walk = Walk::of(&(once(PLAIN, wait) + EVICTION));
    walk.take("eviction source: delete Pod 0").settle();
    walk.take("driver: look up Pod 0 in source: found").settle();
    assert_eq!(walk.next("driver"), [""; 0]);
}

/// Whether a wait is over at once, for each way that it may end: nothing may end it otherwise,
/// and only a wait that is not over may be given up.
#[test]
fn only_a_wait_that_is_not_over_may_time_out() {
    check(
        "wait                                                             | then
         cluster: source, pod: 0, until: ready                            | is over
         cluster: source, pod: 0, until: available                        | is over
         cluster: destination, pod: 0, until: ready                       | waits
         cluster: destination, pod: 0, until: available                   | waits
         cluster: source, volume: 0, until: bound                         | is over
         cluster: destination, volume: 0, until: bound                    | waits
         cluster: source, volume: 0, until: detached                      | waits
         cluster: destination, volume: 0, until: detached                 | is over
         cluster: source, set: true, until: observed                      | is over
         cluster: source, field: status.replicas, equals: N               | is over
         cluster: source, field: status.replicas, equals: 0               | waits
         cluster: source, field: status.readyReplicas, equals: N          | is over
         cluster: source, field: status.readyReplicas, equals: N - 1      | waits",
        |given| {
            let of = |timeout: &str| {
                let steps = format!("wait: {{{}{timeout}}}; {MARK}", given[0]);
                Walk::of(&once(DISKS, &steps))
            };
            let [never, fail, goes_on] = ["", ", timeout: fail", ", timeout: continue"].map(of);
            let steps = never.next("driver");
            if steps.len() == 1 {
                assert_eq!(fail.next("driver"), steps);
                assert_eq!(goes_on.next("driver"), steps);
                return "is over".to_owned();
            }
            assert_eq!(steps, [""; 0]);
            assert_eq!(after_giving_up(fail), ("failed", vec![]));
            let expected = ("running", vec![format!("driver: {MARKED}")]);
            assert_eq!(after_giving_up(goes_on), expected);
            "waits".to_owned()
        },
    );
}

/// A step that is never refused, and what the driver says of it.
const MARK: &str = "setReclaimPolicy: {cluster: source, ordinal: 1, policy: Retain}";
const MARKED: &str = "set the reclaim policy of the volume of disk 1 in source to Retain";

fn after_giving_up(mut walk: Walk) -> (&'static str, Vec<String>) {
    let [step] = &walk.next("driver")[..] else {
        panic!("not one step: {:?}", walk.next("driver"))
    };
    assert!(step.contains(": stop waiting until "), "{step}");
    walk.take(step);
    (walk.driver(), walk.next("driver"))
}

#[test]
fn a_gone_wait_may_time_out_while_its_pod_is_there() {
    let of = |timeout: &str| {
        let wait = format!("wait: {{cluster: source, pod: 0, until: gone, timeout: {timeout}}}");
        let mut walk = Walk::of(&(once(DISKS, &format!("{wait}; {MARK}")) + EVICTION));
        let look = "driver: look up Pod 0 in source: found";
        assert_eq!(walk.next("driver"), [look], "a look is no wait");
        walk.take(look);
        walk
    };
    assert_eq!(after_giving_up(of("fail")).0, "failed");
    let expected = ("running", vec![format!("driver: {MARKED}")]);
    assert_eq!(after_giving_up(of("continue")), expected);
    let mut gone = of("fail");
    gone.take("eviction source: delete Pod 0").settle();
    assert_eq!(gone.next("driver"), ["driver: Pod 0 is gone from source"]);
}

#[test]
fn a_refused_request_ends_the_program_unless_it_is_to_go_on() {
    check(
        "program, of which the last step is refused                       | with
         deletePod: {cluster: destination, pod: 0}                        | NotFound
         deletePod: {cluster: destination, pod: 0, force: true}           | NotFound
         deleteClaim: {cluster: destination, ordinal: 0}                  | NotFound
         deleteVolume: {cluster: destination, ordinal: 0}                 | NotFound
         setReclaimPolicy: {cluster: destination, ordinal: 0, policy: Retain} | NotFound
         patch: {cluster: destination, replicas: N}                       | NotFound
         scale: {cluster: destination, replicas: N}                       | NotFound
         deleteSet: {cluster: destination, cascade: orphan}               | NotFound
         createSet: {cluster: source, start: 0, replicas: N}              | AlreadyExists
         createSet: {cluster: destination, start: 0, replicas: N - 3}     | Invalid
         createSet: {cluster: destination, start: N - 3, replicas: 1}     | Invalid
         patch: {cluster: source, replicas: N - 3}                        | Invalid
         patch: {cluster: source, start: N - 3}                           | Invalid
         scale: {cluster: source, replicas: N - 3}                        | Invalid
         restoreDisk: {ordinal: 0}; restoreDisk: {ordinal: 0}             | AlreadyExists
         copyVolume: {ordinal: 0}; restoreDisk: {ordinal: 0}              | AlreadyExists
         restoreDisk: {ordinal: 0}; copyVolume: {ordinal: 0}              | AlreadyExists
         copyVolume: {ordinal: 0}; copyVolume: {ordinal: 0}               | AlreadyExists",
        |given| {
            let sections = format!(
                "{DISKS}destination: {{name: db, volumeClaimTemplates: [data], absent: true}}\n"
            );
            let mut fails = Walk::of(&once(&sections, &format!("{}; {MARK}", given[0])));
            let story = fails.run();
            let (_, reason) = story
                .last()
                .and_then(|last| last.rsplit_once(": "))
                .unwrap_or_default();
            assert_eq!((fails.driver(), fails.next("driver")), ("failed", vec![]));
            let forgives = given[0]
                .strip_suffix('}')
                .expect("a step ends with a brace");
            let steps = format!("{forgives}, onError: continue}}; {MARK}");
            let mut goes_on = Walk::of(&once(&sections, &steps));
            let longer = goes_on.run();
            assert_eq!(longer[..story.len()], story);
            assert_eq!(longer.last().map(String::as_str), Some(MARKED));
            assert_eq!(goes_on.driver(), "finished");
            reason.to_owned()
        },
    );
}

#[test]
fn a_refused_request_that_is_forgiven_takes_the_rest_of_its_step_along() {
    check(
        "step                                                              | the driver does
         deletePod: {cluster: destination, pod: 0, onError: continue}      | delete Pod 0 in destination: NotFound
         deleteClaim: {cluster: destination, ordinal: 0, onError: continue} | delete claim 0 in destination: NotFound
         copyVolume: {ordinal: N, onError: continue}                       | get claim 2 in source: NotFound",
        |given| {
            let mut walk = Walk::of(&once(DISKS, &format!("{}; {MARK}", given[0])));
            let mut story = walk.run();
            assert_eq!(story.pop().as_deref(), Some(MARKED));
            story.join(", ")
        },
    );
}

#[test]
fn a_copy_whose_volume_is_refused_still_creates_the_claim() {
    let steps = "copyVolume: {ordinal: 0}; deleteClaim: {cluster: destination, ordinal: 0}; \
                 copyVolume: {ordinal: 0, onError: continue}";
    let mut walk = Walk::of(&once(DISKS, steps));
    let story = walk.run();
    let expected = [
        "get claim 0 in source",
        "get the volume of claim 0 in source",
        "create the volume of disk 0 in destination: AlreadyExists",
        "create claim 0 in destination",
    ];
    assert_eq!(story[story.len() - 4..], expected);
    assert_eq!(walk.driver(), "finished");
    assert!(
        walk.world.rows[Ordinal(0)].sides.destination[ONLY]
            .claim
            .is_some()
    );
}

#[test]
fn one_less_than_the_first_ordinal_is_no_number_of_replicas() {
    let steps = list("patch: {cluster: source, replicas: k - 1}");
    let program = format!("{PLAIN}migration:\n  forEach: {{k: descending}}\n  steps:\n{steps}");
    let mut walk = Walk::of(&program);
    let story = walk.run();
    let expected = [
        "patch source replicas 0",
        "patch source replicas -1: Invalid",
    ];
    assert_eq!(story, expected);
    assert_eq!(walk.driver(), "failed");
    let set = walk.world.clusters.source.set.expect("the set stays");
    assert_eq!(set.slice.replicas(), 0, "a refused request changes nothing");
}

#[test]
fn deleting_a_pod_waits_for_the_one_that_was_deleted() {
    let steps = format!("deletePod: {{cluster: source, pod: 0}}; {MARK}");
    let mut walk = Walk::of(&once(DISKS, &steps));
    walk.take("driver: delete Pod 0 in source");
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take("kubelet source: stop containers of Pod 0");
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take("kubelet source: remove the object of Pod 0")
        .settle();
    assert!(
        walk.world.rows[Ordinal(0)].sides.source.serves(),
        "replaced"
    );
    assert_eq!(walk.next("driver"), ["driver: Pod 0 is gone from source"]);
}

#[test]
fn deleting_a_claim_waits_for_the_pod_that_uses_it() {
    let steps = format!("deleteClaim: {{cluster: source, ordinal: 0}}; {MARK}");
    let mut walk = Walk::of(&(once(DISKS, &steps) + EVICTION));
    walk.take("driver: delete claim 0 in source").settle();
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take(
        "eviction source: delete Pod 0
         kubelet source: stop containers of Pod 0
         kubelet source: remove the object of Pod 0",
    );
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take(
        "pvc-protection-controller source: remove pvc-protection from claim 0
         driver: claim 0 is gone from source",
    );
    assert_eq!(walk.next("driver"), [format!("driver: {MARKED}")]);
}

/// Kubernetes 1.31: `podUsesPVC` of the protection controller, `podHasPVCs` of the scheduler.
#[test]
fn a_pod_without_a_node_does_not_hold_its_claim() {
    let steps = format!(
        "deletePod: {{cluster: source, pod: 0}}; deleteClaim: {{cluster: source, ordinal: 0, wait: false}}; {MARK}"
    );
    let to_the_new_pod = "driver: delete Pod 0 in source
         kubelet source: stop containers of Pod 0
         kubelet source: remove the object of Pod 0
         driver: Pod 0 is gone from source
         statefulset-controller source: sees {0..1}, plans create 0
         statefulset-controller source: create Pod 0";
    let bound = "kube-scheduler source: bind Pod 0 to a node";
    let deleted = "driver: delete claim 0 in source";
    let goes = "pvc-protection-controller source: remove pvc-protection from claim 0";

    let mut before = Walk::of(&once(DISKS, &steps));
    before.take(to_the_new_pod).take(deleted);
    assert_eq!(before.next("kube-scheduler"), [""; 0]);
    before.take(goes).settle();
    assert!(before.world.rows[Ordinal(0)].sides.source.serves());

    let mut after = Walk::of(&once(DISKS, &steps));
    after.take(to_the_new_pod).take(bound).take(deleted);
    assert_eq!(after.next("pvc-protection-controller"), [""; 0]);
    assert_eq!(after.next("kubelet"), [""; 0]);
}

/// Kubernetes 1.31: `syncUnboundClaim` does not look at the claim's deletion. Once the claim is gone
/// `syncVolume` releases its volume.
#[test]
fn a_claim_that_is_being_deleted_gets_a_volume_like_any_other() {
    let delete = "deleteClaim: {cluster: source, ordinal: 0, wait: false}";
    let pod = "deletePod: {cluster: source, pod: 0}";
    let mut walk = Walk::of(&once(DISKS, &format!("{pod}; {delete}; {delete}; {MARK}")));
    walk.take(
        "driver: delete Pod 0 in source
         kubelet source: stop containers of Pod 0
         kubelet source: remove the object of Pod 0
         driver: Pod 0 is gone from source
         driver: delete claim 0 in source
         pvc-protection-controller source: remove pvc-protection from claim 0
         statefulset-controller source: sees {0..1}, plans create 0
         statefulset-controller source: create claim 0
         driver: delete claim 0 in source
         persistent-volume-controller source: provision an empty volume for claim 0
         persistent-volume-controller source: bind claim 0 to the volume of new disk 0
         pvc-protection-controller source: remove pvc-protection from claim 0
         persistent-volume-controller source: release the volume of new disk 0
         persistent-volume-controller source: reclaim the volume: new disk 0 is destroyed",
    );
    let column = walk.world.rows[Ordinal(0)].sides.source;
    assert_eq!(
        (column[ONLY].claim, column[ONLY].volumes.provisioned),
        (None, None)
    );
}

#[test]
fn a_delete_that_does_not_wait_goes_on_at_once() {
    for step in [
        "deletePod: {cluster: source, pod: 0, wait: false}",
        "deleteClaim: {cluster: source, ordinal: 0, wait: false}",
        "deleteVolume: {cluster: source, ordinal: 0, wait: false}",
    ] {
        let mut walk = Walk::of(&once(DISKS, &format!("{step}; {MARK}")));
        let delete = walk.next("driver").join("");
        walk.take(&delete);
        assert_eq!(walk.next("driver"), [format!("driver: {MARKED}")], "{step}");
    }
}
