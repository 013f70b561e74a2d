//! `right-disk`: a Pod runs on the data of its ordinal.

use super::{Kind, Locality, Property, SIDES, Story, needs_disks, reasons};
use crate::actors::storage::describe_disk;
use crate::history::History;
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;
use crate::world::volume::{Contents, Disk};

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "right-disk",
    kind: Kind::AlwaysForEach(holds),
    statement: "A running Pod has its ordinal's disk mounted, and the disk is current.",
    details: "A disk is current if it holds every write that Pods of the ordinal have acknowledged \
              on a current disk. While such a Pod runs, every other copy is stale. A newly \
              provisioned, empty disk is never current, except for the ordinals that \
              `ordinals.max` adds, which have not written anything yet.",
    violated_in: "empty-disk",
    holds_in: "blog-redis-cluster-gated",
    applies: needs_disks,
    locality: Locality::Each,
    story: Story {
        why,
        ..Story::of(sentence)
    },
};

/// Whether the property holds for one ordinal.
fn holds(setup: &Setup, world: &World, ordinal: Ordinal) -> bool {
    if (setup.replicas..setup.allowed).contains(&ordinal.0) {
        return true;
    }
    let storage = world.rows[ordinal].storage;
    let is_right = |mounted: Option<Disk>| mounted.is_some_and(|disk| storage.is_current(disk));
    SIDES
        .into_iter()
        .all(|side| world.column(side, ordinal).mounts().all(is_right))
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let (pod, world) = (history.pod_name(ordinal), history.last());
    let storage = world.rows[ordinal].storage;
    let mounts = SIDES.into_iter().flat_map(|side| {
        let mounts = world.column(side, ordinal).mounts();
        mounts.map(move |mounted| (side.name(), mounted))
    });
    let is_wrong =
        |&(_, mounted): &(_, Option<Disk>)| mounted.is_none_or(|disk| !storage.is_current(disk));
    Some(match mounts.into_iter().find(is_wrong) {
        Some((side, Some(Disk::SourceFresh | Disk::DestinationFresh))) => {
            format!("{pod} ran in {side} on a new, empty disk.")
        }
        Some((side, Some(disk))) if storage.contents(disk) == Contents::NoDisk => {
            let disk = describe_disk(disk, ordinal).replace(&format!(" {ordinal}"), "");
            format!("The {disk} of {pod} was destroyed while it ran in {side}.")
        }
        Some((side, Some(disk))) => {
            let disk = describe_disk(disk, ordinal);
            format!("{pod} ran in {side} on a disk that lacks acknowledged writes ({disk}).")
        }
        _ => format!("{pod} ran without its disk."),
    })
}

fn why(history: &History<'_>) -> Vec<String> {
    let Some(ordinal) = history.ordinal else {
        return Vec::new();
    };
    if let Some(provisioning) = history.provisioning(ordinal) {
        let side = provisioning.step.cluster();
        let claim = side.and_then(|side| history.claim_creation(side, ordinal));
        return vec![format!(
            "When the {} controller looked, Pod {ordinal} had no claim. The controller created one \
             (step {}) that names no volume, so a new volume was provisioned for it (step {}). \
             Nothing ever requested the disk with the data.",
            provisioning.side_name(),
            claim.map_or(0, |taken| taken.number),
            provisioning.number
        )];
    }
    let destroyed = reasons::lost_disk::why(history, ordinal);
    if !destroyed.is_empty() {
        return destroyed;
    }
    vec![match history.first_stale_copy(ordinal) {
        Some(taken) => format!(
            "Since step {} a Pod has been writing to one copy of the data; the other lacks these \
             writes.",
            taken.number
        ),
        None => "The copy was made while a Pod was still writing to the disk.".to_owned(),
    }]
}
