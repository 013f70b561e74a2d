//! `no-data-loss`: no acknowledged write is lost.

use super::{Kind, Locality, Property, Story, needs_disks, reasons};
use crate::history::History;
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;
use crate::world::volume::Disk;

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "no-data-loss",
    kind: Kind::AlwaysForEach(holds),
    statement: "Every ordinal has at least one current disk.",
    details: "Violated when the last disk that holds every acknowledged write is destroyed, or \
              when a Pod has written to a disk that lacks some of them.",
    violated_in: "reclaim-delete",
    holds_in: "reclaim-delete-fixed",
    applies: needs_disks,
    locality: Locality::Each,
    story: Story {
        why,
        ..Story::of(sentence)
    },
};

/// Whether the property holds for one ordinal of the application.
fn holds(setup: &Setup, world: &World, ordinal: Ordinal) -> bool {
    let is_current = |disk| world.rows[ordinal].storage.is_current(disk);
    ordinal.0 >= setup.replicas || Disk::ALL.into_iter().any(is_current)
}

fn sentence(history: &History<'_>) -> Option<String> {
    let pod = history.pod_name(history.ordinal?);
    Some(format!(
        "No disk is left that holds everything {pod} has written."
    ))
}

fn why(history: &History<'_>) -> Vec<String> {
    let destroyed = |ordinal| reasons::lost_disk::why(history, ordinal);
    history.ordinal.map(destroyed).unwrap_or_default()
}
