//! Sets with several claim templates: each has claims, volumes and disks of its own.

use straddle::internals::world::id::{ClusterId, Ordinal};
use straddle::internals::world::volume::{Contents, Template};

use super::once;
use crate::support::{Walk, check};

/// Two replicas with two disks each, of which one is retained.
const TWO: &str = "\
source: {name: db, replicas: 2, podManagementPolicy: Parallel, volumeClaimTemplates: [data, wal]}
storage: {reclaimPolicy: Retain, volumes: files, templates: [{name: wal, reclaimPolicy: Delete}]}
";

const DATA: Template = Template(0);
const WAL: Template = Template(1);

#[test]
fn a_step_is_about_all_templates_or_the_one_it_names() {
    check(
        "template        | requests
                         | get claim data-0 in source, get the volume of claim data-0 in source, create the volume of disk data-0 in destination, create claim data-0 in destination, get claim wal-0 in source, get the volume of claim wal-0 in source, create the volume of disk wal-0 in destination, create claim wal-0 in destination
         , template: wal | get claim wal-0 in source, get the volume of claim wal-0 in source, create the volume of disk wal-0 in destination, create claim wal-0 in destination",
        |given| {
            let template = given[0];
            let steps = format!("copyVolume: {{ordinal: 0{template}}}");
            Walk::of(&once(TWO, &steps)).run().join(", ")
        },
    );
}

/// The controller finds one claim and makes the other.
#[test]
fn a_claim_that_was_not_copied_is_made() {
    let steps = "patch: {cluster: source, start: 1, replicas: 1}; wait: {cluster: source, pod: 0, until: gone}; \
                 copyVolume: {ordinal: 0, template: data}; patch: {cluster: destination, start: 0, replicas: 1}";
    let mut walk = Walk::of(&once(TWO, steps));
    walk.run();
    let row = walk.settle().world.rows[Ordinal(0)];
    assert!(row.sides.destination.serves());
    let disks = row.sides.destination.bound_disks();
    let is_current = |template| disks[template].map(|disk| row.storage[template].is_current(disk));
    assert_eq!([DATA, WAL].map(is_current), [Some(true), Some(false)]);
}

/// Each template's disk goes by its own reclaim policy.
#[test]
fn each_template_has_a_reclaim_policy_of_its_own() {
    let steps = "deleteClaim: {cluster: source, ordinal: 0, wait: false}; deletePod: {cluster: source, pod: 0}";
    let mut walk = Walk::of(&once(TWO, steps));
    walk.run();
    let storage = walk.settle().world.rows[Ordinal(0)].storage;
    let contents = [DATA, WAL].map(|template| storage[template].original);
    assert_eq!(contents, [Contents::Current, Contents::NoDisk]);
}

/// A Pod that misses one of its disks does not start.
#[test]
fn a_pod_waits_for_all_of_its_disks() {
    let reach = TWO.replace("reclaimPolicy: Delete}", "reachableFrom: [source]}");
    let steps = "copyVolume: {ordinal: 0}; patch: {cluster: destination, replicas: 1}";
    let mut walk = Walk::of(&once(&reach, steps));
    walk.run();
    let column = walk.settle().world.rows[Ordinal(0)].sides.destination;
    let bound = [DATA, WAL].map(|template| column[template].bound_disk().is_some());
    let attached = [DATA, WAL].map(|template| !column[template].attached.is_empty());
    assert_eq!((bound, attached), ([true; 2], [true, false]));
    assert!(!column.containers.run);
}

/// Missing claims are made in any order; one that is there already ends the sync once the others
/// are made.
#[test]
fn claims_are_made_in_any_order_before_the_pod() {
    let create = "patch: {cluster: destination, replicas: 1}";
    let program = format!("{create}; copyVolume: {{ordinal: 0, template: wal}}");
    let mut walk = Walk::of(&once(TWO, &program));
    walk.take(
        "driver: patch destination replicas 1
         statefulset-controller destination: sees {0}, plans create 0",
    );
    let controller = "statefulset-controller destination";
    let [data, wal] = ["data", "wal"].map(|name| format!("{controller}: create claim {name}-0"));
    assert_eq!(walk.next(controller), [data.as_str(), wal.as_str()]);
    walk.take(
        "driver: get claim wal-0 in source
         driver: get the volume of claim wal-0 in source
         driver: create the volume of disk wal-0 in destination
         driver: create claim wal-0 in destination",
    );
    walk.take(&wal);
    assert_eq!(walk.next(controller), [data.as_str()]);
    walk.take(&data);
    let next = walk.next(controller);
    assert_eq!(next, [format!("{controller}: sees {{0}}, plans create 0")]);
    let column = walk.world.column(ClusterId::Destination, Ordinal(0));
    assert_eq!(column.pod, None);
}
