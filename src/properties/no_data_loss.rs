//! `no-data-loss`: no acknowledged write is lost.

use super::{Kind, Locality, Property, Story, needs_disks, reasons};
use crate::history::History;
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;
use crate::world::volume::{Disk, Template};

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
    ordinal.0 >= setup.replicas || lost_template(setup, world, ordinal).is_none()
}

/// The first template, if any, of which no disk of an ordinal is current.
fn lost_template(setup: &Setup, world: &World, ordinal: Ordinal) -> Option<Template> {
    setup.templates().find(|&template| {
        let storage = world.rows[ordinal].storage[template];
        !Disk::ALL.into_iter().any(|disk| storage.is_current(disk))
    })
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let template = lost_template(history.setup, history.last(), ordinal)?;
    Some(format!(
        "No disk{} is left that holds everything {} has written.",
        reasons::of_template(history.setup, template),
        history.pod_name(ordinal)
    ))
}

fn why(history: &History<'_>) -> Vec<String> {
    let Some(ordinal) = history.ordinal else {
        return Vec::new();
    };
    let template = lost_template(history.setup, history.last(), ordinal);
    reasons::lost_disk::why(history, (ordinal, template.unwrap_or_default()))
}
