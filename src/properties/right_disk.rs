//! `right-disk`: a Pod runs on the data of its ordinal.

use super::{Kind, Locality, Property, SIDES, Story, needs_disks, reasons};
use crate::actors::storage::describe_disk;
use crate::history::History;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::Setup;
use crate::world::volume::{Contents, Disk, Template};

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
    let mut templates = setup.templates();
    templates.all(|template| wrong_mount(world, ordinal, template).is_none())
}

/// A disk of a template, if any, that an incarnation of an ordinal has mounted and that is not
/// current, and on which side.
fn wrong_mount(
    world: &World,
    ordinal: Ordinal,
    template: Template,
) -> Option<(ClusterId, Option<Disk>)> {
    let storage = world.rows[ordinal].storage[template];
    let is_wrong = |mounted: &Option<Disk>| mounted.is_none_or(|disk| !storage.is_current(disk));
    let runs = |side: &ClusterId| world.column(*side, ordinal).running() > 0;
    SIDES.into_iter().filter(runs).find_map(|side| {
        let mut mounts = world.column(side, ordinal).mounts(template);
        Some((side, mounts.find(is_wrong)?))
    })
}

/// The first template of which a Pod of the story's ordinal has a wrong disk in the end.
fn wrong_template(history: &History<'_>, ordinal: Ordinal) -> Option<Template> {
    let is_wrong = |template: &_| wrong_mount(history.last(), ordinal, *template).is_some();
    history.setup.templates().find(is_wrong)
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let (pod, world) = (history.pod_name(ordinal), history.last());
    let template = wrong_template(history, ordinal)?;
    let storage = world.rows[ordinal].storage[template];
    let (side, disk) = wrong_mount(world, ordinal, template)?;
    let (side, of) = (side.name(), reasons::of_template(history.setup, template));
    Some(match disk {
        Some(Disk::SourceFresh | Disk::DestinationFresh) => {
            format!("{pod} ran in {side} on a new, empty disk{of}.")
        }
        Some(disk) if storage.contents(disk) == Contents::NoDisk => {
            let disk = describe_disk(disk, "");
            format!(
                "The {}{of} of {pod} was destroyed while it ran in {side}.",
                disk.trim_end()
            )
        }
        Some(disk) => {
            let disk = describe_disk(disk, &history.setup.label(template, ordinal));
            format!("{pod} ran in {side} on a disk that lacks acknowledged writes ({disk}).")
        }
        None => format!("{pod} ran without its disk{of}."),
    })
}

fn why(history: &History<'_>) -> Vec<String> {
    let Some(ordinal) = history.ordinal else {
        return Vec::new();
    };
    let place = (
        ordinal,
        wrong_template(history, ordinal).unwrap_or_default(),
    );
    if let Some(provisioning) = history.provisioning(place) {
        let side = provisioning.step.cluster();
        let claim = side.and_then(|side| history.claim_creation(side, place));
        let of = reasons::of_template(history.setup, place.1);
        return vec![format!(
            "When the {} controller looked, Pod {ordinal} had no claim{of}. The controller created one \
             (step {}) that names no volume, so a new volume was provisioned for it (step {}). \
             Nothing ever requested the disk with the data.",
            provisioning.side_name(),
            claim.map_or(0, |taken| taken.number),
            provisioning.number
        )];
    }
    let destroyed = reasons::lost_disk::why(history, place);
    if !destroyed.is_empty() {
        return destroyed;
    }
    vec![match history.first_stale_copy(place) {
        Some(taken) => format!(
            "Since step {} a Pod has been writing to one copy of the data; the other lacks these \
             writes.",
            taken.number
        ),
        None => "The copy was made while a Pod was still writing to the disk.".to_owned(),
    }]
}
