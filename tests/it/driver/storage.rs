//! What becomes of copied volumes, and who may attach and run what.

use straddle::internals::check::{CheckOptions, Unwatched};
use straddle::internals::world::id::{ClusterId, Ordinal};
use straddle::internals::world::pod::PodPhase;
use straddle::internals::world::volume::{Contents, Disk, VolumePhase};

use super::{DISKS, PLAIN, once};
use crate::support::{ONLY, Walk, check, scenario};

#[track_caller]
fn verdict(sections: &str, property: &str) -> String {
    let result = straddle::check(&scenario(sections), &CheckOptions::default(), &Unwatched);
    let of_name = |result: &&straddle::internals::report::PropertyResult| result.name == property;
    let result = result.properties.iter().find(of_name);
    let result = result.unwrap_or_else(|| panic!("no property {property}"));
    let scope = result.counterexample.as_ref();
    let scope = scope.and_then(|counterexample| counterexample.scope.clone());
    [Some(result.verdict.name().to_owned()), scope]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_copied_volume_binds_unless_it_names_a_claim_of_the_source() {
    check(
        "claimRef | policy | volume in the destination / disk
         drop     | Retain | Bound / stays
         drop     | Delete | Bound / stays
         dropUid  | Retain | Bound / stays
         dropUid  | Delete | Bound / stays
         keep     | Retain | Released, the claim waits / stays
         keep     | Delete | gone, the claim waits / is destroyed",
        |given| {
            let steps = format!("copyVolume: {{ordinal: 0, claimRef: {}}}", given[0]);
            let program = once(DISKS, &steps).replace("Retain", given[1]);
            let mut walk = Walk::of(&program);
            walk.run();
            assert_eq!(walk.driver(), "finished");
            let world = walk.settle().world;
            let side = world.side(ClusterId::Destination);
            let volume = match side[Ordinal(0)][ONLY].volumes.fixed {
                Some(volume) => format!("{:?}", volume.phase),
                None => "gone".to_owned(),
            };
            let bound = side[Ordinal(0)][ONLY]
                .claim
                .is_some_and(|claim| claim.bound);
            assert_eq!(bound, volume == format!("{:?}", VolumePhase::Bound));
            let disk = match walk.world.rows[Ordinal(0)].storage[ONLY].original {
                Contents::NoDisk => "is destroyed",
                _ => "stays",
            };
            let claim = if bound { "" } else { ", the claim waits" };
            format!("{volume}{claim} / {disk}")
        },
    );
}

#[test]
fn force_leaves_containers_that_have_no_pod() {
    let program = once(PLAIN, "deletePod: {cluster: source, pod: 0, force: true}");
    let mut walk = Walk::of(&program);
    walk.take(
        "driver: force-delete Pod 0 in source
         driver: Pod 0 is gone from source
         statefulset-controller source: sees {0..1}, plans create 0
         statefulset-controller source: create Pod 0
         kubelet source: start containers of Pod 0",
    );
    assert_eq!(walk.world.rows[Ordinal(0)].sides.source.running(), 2);
    walk.take("kubelet source: stop orphaned containers of ordinal 0");
    assert_eq!(walk.world.rows[Ordinal(0)].sides.source.running(), 1);
}

#[test]
fn only_force_lets_two_run_within_a_side() {
    check(
        "step                                            | at-most-one-running
         deletePod: {cluster: source, pod: 0}            | holds
         deletePod: {cluster: source, pod: 0, force: true} | violated within source",
        |given| verdict(&once(PLAIN, given[0]), "at-most-one-running"),
    );
}

/// Exclusive storage keeps a second node of the side out as long as the stray has the disk.
#[test]
fn a_stray_keeps_an_exclusive_disk_from_its_successor() {
    for (backend, fenced) in [("permissive", false), ("exclusive", true)] {
        let step = "deletePod: {cluster: source, pod: 0, force: true}";
        let program =
            once(DISKS, step).replace("{reclaim", &format!("{{backend: {backend}, reclaim"));
        let mut walk = Walk::of(&program);
        walk.take(
            "driver: force-delete Pod 0 in source
             statefulset-controller source: sees {0..1}, plans create 0
             statefulset-controller source: create Pod 0",
        );
        let start = "kubelet source: start containers of Pod 0";
        assert_eq!(walk.may(start), !fenced, "{backend}");
        walk.take("kubelet source: stop orphaned containers of ordinal 0");
        assert!(walk.may(start), "{backend}");
    }
}

#[test]
fn a_disk_is_detached_once_nothing_has_it_mounted() {
    let steps = "scale: {cluster: source, replicas: 1}; \
                 wait: {cluster: source, volume: 1, until: detached}";
    let mut walk = Walk::of(&once(DISKS, steps));
    walk.take(
        "driver: scale source to 1
         statefulset-controller source: sees {0}, plans delete 1
         statefulset-controller source: delete Pod 1
         kubelet source: stop containers of Pod 1",
    );
    assert_eq!(
        walk.next("storage"),
        [""; 0],
        "the Pod object holds the disk"
    );
    walk.take("kubelet source: remove the object of Pod 1");
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take(
        "storage source: detach disk 1
         driver: disk 1 is detached from source",
    );
    assert_eq!(walk.driver(), "finished");
}

#[test]
fn a_copied_claim_is_bound_by_its_controller() {
    let steps = "copyVolume: {ordinal: 0}; \
                 wait: {cluster: destination, volume: 0, until: bound}";
    let mut walk = Walk::of(&once(DISKS, steps));
    walk.take(
        "driver: get claim 0 in source
         driver: get the volume of claim 0 in source
         driver: create the volume of disk 0 in destination
         driver: create claim 0 in destination",
    );
    assert_eq!(walk.next("driver"), [""; 0]);
    walk.take(
        "persistent-volume-controller destination: bind claim 0 to the volume of disk 0
         driver: claim 0 is Bound in destination",
    );
    assert_eq!(walk.driver(), "finished");
}

/// A migration of one ordinal whose Pod in the source may run on.
const SHARED_DISK: &str = "\
copyVolume: {ordinal: 0}; patch: {cluster: destination, start: 0, replicas: 1}";

#[test]
fn a_disk_out_of_reach_is_never_attached() {
    for (sides, runs) in [("[source]", false), ("[source, destination]", true)] {
        let reach = format!("{{reachableFrom: {sides}, reclaim");
        let mut walk = Walk::of(&once(DISKS, SHARED_DISK).replace("{reclaim", &reach));
        walk.run();
        assert_eq!(walk.driver(), "finished");
        let world = walk.settle().world;
        let side = world.side(ClusterId::Destination);
        assert_eq!(
            side[Ordinal(0)][ONLY].bound_disk(),
            Some(Disk::Original),
            "{sides}"
        );
        let attached = world.rows[Ordinal(0)].sides.destination[ONLY].attached;
        assert_eq!(attached.contains(Disk::Original), runs, "{sides}");
        let phase = side[Ordinal(0)].pod.expect("the Pod is there").phase;
        assert_eq!(phase == PodPhase::Running, runs, "{sides}");
    }
}

#[test]
fn exclusive_storage_attaches_a_disk_to_one_side() {
    let steps = format!("{SHARED_DISK}; patch: {{cluster: source, start: 1, replicas: 1}}");
    for (backend, waits) in [("permissive", false), ("exclusive", true)] {
        let backends = format!("{{backend: {backend}, reclaim");
        let mut walk = Walk::of(&once(DISKS, &steps).replace("{reclaim", &backends));
        walk.run_until("patch destination start 0, replicas 1");
        let both = walk.settle().world.rows[Ordinal(0)]
            .sides
            .destination
            .serves();
        assert_eq!(both, !waits, "{backend}");
        walk.run();
        let row = walk.settle().world.rows[Ordinal(0)];
        let sides =
            ClusterId::BOTH.map(|side| row.sides[side][ONLY].attached.contains(Disk::Original));
        // Permissive storage keeps an attachment that nobody asks for.
        assert_eq!(sides, [!waits, true], "{backend}");
        assert!(
            walk.world.rows[Ordinal(0)].sides.destination.serves(),
            "{backend}"
        );
    }
}

#[test]
fn exclusive_storage_has_a_single_writer() {
    check(
        "backend    | single-writer
         permissive | violated across sides
         exclusive  | holds",
        |given| {
            let backend = format!("{{backend: {}, reclaim", given[0]);
            verdict(
                &once(DISKS, SHARED_DISK).replace("{reclaim", &backend),
                "single-writer",
            )
        },
    );
}
