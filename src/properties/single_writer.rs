//! `single-writer`: a disk has one writer.

use super::{Kind, Locality, Property, SIDES, Story, needs_disks, reasons};
use crate::history::History;
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::Setup;
use crate::world::volume::DiskSet;

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
    match setup.storage {
        Some(storage) if storage.shared => Err("storage.shared: the application does its own \
                                                locking"),
        _ => Ok(()),
    }
}

/// Whether the property holds for one ordinal.
fn holds(_: &Setup, world: &World, ordinal: Ordinal) -> bool {
    let mut mounted = DiskSet::default();
    let mut is_alone = |disk| {
        let first = !mounted.contains(disk);
        mounted.insert(disk);
        first
    };
    SIDES.into_iter().all(|side| {
        let mut mounts = world.column(side, ordinal).mounts().flatten();
        mounts.all(&mut is_alone)
    })
}

fn sentence(history: &History<'_>) -> Option<String> {
    let pod = history.pod_name(history.ordinal?);
    Some(format!(
        "Two incarnations of {pod} had the same disk mounted for writing."
    ))
}
