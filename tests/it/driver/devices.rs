//! Block devices: a Pod that is gone has not unmounted its device.

use straddle::internals::world::id::Ordinal;

use super::once;
use crate::support::{ONLY, Walk};

const BLOCK: &str = "\
source: {name: db, replicas: 1, podManagementPolicy: Parallel, volumeClaimTemplates: [data]}
storage: {reclaimPolicy: Retain, volumes: block}
";

#[test]
fn a_device_outlives_its_pod_and_is_unmounted_before_it_is_detached() {
    let steps = "patch: {cluster: source, replicas: 0}; wait: {cluster: source, pod: 0, until: gone}; \
                 wait: {cluster: source, volume: 0, until: detached}";
    let mut walk = Walk::of(&once(BLOCK, steps));
    walk.take(
        "driver: patch source replicas 0
         driver: look up Pod 0 in source: found
         statefulset-controller source: sees {}, plans delete 0
         statefulset-controller source: delete Pod 0
         kubelet source: stop containers of Pod 0
         kubelet source: remove the object of Pod 0
         driver: Pod 0 is gone from source",
    );
    let has = |walk: &Walk| {
        let supply = walk.world.rows[Ordinal(0)].sides.source[ONLY];
        [!supply.staged.is_empty(), !supply.attached.is_empty()]
    };
    assert_eq!(has(&walk), [true, true]);
    assert_eq!(walk.next("storage source"), [""; 0]);
    let unmount = "kubelet source: unmount the device of disk 0";
    assert_eq!(walk.next("kubelet source"), [unmount]);
    walk.take(unmount);
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take("storage source: detach disk 0");
    assert_eq!(has(&walk), [false, false]);
    walk.take("driver: disk 0 is detached from source");
    assert_eq!(walk.driver(), "finished");
}

/// Containers that crash are started again in place, on what is mounted.
#[test]
fn a_device_stays_mounted_while_containers_restart() {
    let sections = format!("{BLOCK}faults: {{containerCrash: 1}}\n");
    let mut walk = Walk::of(&once(&sections, "sleep: 5s"));
    let crash = walk.next("containerCrash");
    assert_eq!(crash.len(), 1, "{crash:?}");
    walk.take(&crash[0]);
    let next = walk.next("kubelet source");
    assert_eq!(next, ["kubelet source: report Pod 0 not Ready"]);
}
