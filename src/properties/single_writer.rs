//! `single-writer`: a disk has one writer.

use super::{Kind, Locality, Property, SIDES, Story, needs_disks, reasons};
use crate::history::History;
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;
use crate::world::volume::{DiskSet, Template};

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "single-writer",
    kind: Kind::AlwaysForEach(holds),
    statement: "At most one running incarnation per disk has it mounted for writing.",
    details: "This holds for every access mode: ReadWriteMany lifts the restriction of Kubernetes, \
              not this property. Storage declared `shared: true`, where the application does its \
              own locking, is exempt.",
    violated_in: "blog-redis-cluster",
    holds_in: "blog-redis-cluster-exclusive",
    applies,
    locality: Locality::Each,
    story: Story {
        why: reasons::two_pods::why,
        scope: reasons::two_pods::scope,
        ..Story::of(sentence)
    },
};

fn applies(setup: &Setup) -> Result<(), &'static str> {
    needs_disks(setup)?;
    if setup.storage.iter().all(|storage| storage.shared) {
        return Err("storage.shared: the application does its own locking");
    }
    Ok(())
}

/// Whether the property holds for one ordinal.
fn holds(setup: &Setup, world: &World, ordinal: Ordinal) -> bool {
    let running: u8 = SIDES
        .map(|side| world.column(side, ordinal).running())
        .iter()
        .sum();
    let mut templates = setup.templates();
    running < 2 || !templates.any(|template| has_two_writers(setup, world, ordinal, template))
}

/// Whether two incarnations of an ordinal have one disk of a template mounted.
fn has_two_writers(setup: &Setup, world: &World, ordinal: Ordinal, template: Template) -> bool {
    let mut mounted = DiskSet::default();
    let mut is_second = |disk| {
        let second = mounted.contains(disk);
        mounted.insert(disk);
        second
    };
    !setup.storage_of(template).shared
        && SIDES.into_iter().any(|side| {
            let mut mounts = world.column(side, ordinal).mounts(template).flatten();
            mounts.any(&mut is_second)
        })
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let (setup, pod) = (history.setup, history.pod_name(ordinal));
    let mut templates = setup.templates();
    let template =
        templates.find(|&template| has_two_writers(setup, history.last(), ordinal, template))?;
    let of = reasons::of_template(setup, template);
    Some(format!(
        "Two incarnations of {pod} had the same disk{of} mounted for writing."
    ))
}
