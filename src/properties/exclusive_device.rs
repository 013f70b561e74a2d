//! `exclusive-device`: a block device has one node.

use super::{Kind, Locality, Property, SIDES, Story, needs_disks, reasons};
use crate::history::History;
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::setup::Setup;
use crate::world::volume::{Disk, Template};

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "exclusive-device",
    kind: Kind::AlwaysForEach(holds),
    statement: "At most one node per block device has it mounted.",
    details: "About `storage: {volumes: block}`. A kubelet confirms that a Pod is gone once the \
              Pod's own mounts are, and unmounts the device in a later pass: until then the file \
              system on it is still mounted, and a second node that mounts it destroys it, \
              whether or not a Pod writes there. Storage declared `shared: true` is exempt.",
    violated_in: "block-device",
    holds_in: "block-device-detached",
    applies,
    locality: Locality::Each,
    story: Story {
        why,
        ..Story::of(sentence)
    },
};

fn applies(setup: &Setup) -> Result<(), &'static str> {
    needs_disks(setup)?;
    let mut devices = setup
        .storage
        .iter()
        .filter(|storage| storage.block)
        .peekable();
    if devices.peek().is_none() {
        return Err("storage.volumes: files");
    }
    if devices.all(|storage| storage.shared) {
        return Err("storage.shared: the application does its own locking");
    }
    Ok(())
}

/// Whether the property holds for one ordinal.
fn holds(setup: &Setup, world: &World, ordinal: Ordinal) -> bool {
    shared_device(setup, world, ordinal).is_none()
}

/// A device of an ordinal, if any, that several nodes have mounted.
fn shared_device(setup: &Setup, world: &World, ordinal: Ordinal) -> Option<(Template, Disk)> {
    let is_asked = |template: &Template| {
        let storage = setup.storage_of(*template);
        storage.block && !storage.shared
    };
    setup.templates().filter(is_asked).find_map(|template| {
        let nodes = |disk: &Disk| -> usize {
            let nodes = SIDES.map(|side| nodes(world, side, ordinal, (template, *disk)));
            nodes.into_iter().sum()
        };
        let disk = Disk::ALL.into_iter().find(|disk| nodes(disk) > 1)?;
        Some((template, disk))
    })
}

/// How many nodes of a side have a device mounted: those of running containers, or the one that an
/// earlier Pod was on.
fn nodes(
    world: &World,
    side: ClusterId,
    ordinal: Ordinal,
    (template, disk): (Template, Disk),
) -> usize {
    let column = world.column(side, ordinal);
    let mounts = column.mounts(template);
    let mounted = mounts.filter(|mounted| *mounted == Some(disk)).count();
    mounted.max(usize::from(column[template].staged.contains(disk)))
}

fn sentence(history: &History<'_>) -> Option<String> {
    let ordinal = history.ordinal?;
    let (setup, world) = (history.setup, history.last());
    let (template, disk) = shared_device(setup, world, ordinal)?;
    let of = reasons::of_template(setup, template);
    let pod = history.pod_name(ordinal);
    let newcomer = history.last_side();
    let other = newcomer.other();
    if nodes(world, other, ordinal, (template, disk)) == 0 {
        let side = newcomer.name();
        return Some(format!(
            "Two nodes of {side} had the device{of} of {pod} mounted."
        ));
    }
    Some(format!(
        "A node of {} still had the device{of} of {pod} mounted when {} mounted it.",
        other.name(),
        newcomer.name()
    ))
}

fn why(history: &History<'_>) -> Vec<String> {
    let Some(ordinal) = history.ordinal else {
        return Vec::new();
    };
    let (world, other) = (history.last(), history.last_side().other());
    if world.column(other, ordinal).running() > 0 {
        return reasons::two_pods::why(history);
    }
    let gone = match world.column(other, ordinal).pod {
        None => "is gone",
        Some(_) => "has stopped",
    };
    vec![format!(
        "That Pod {ordinal} {gone} says that its own mounts are gone, not that the node has \
         unmounted the device. `until: detached` waits for that: a volume is detached only once no \
         node has it in use."
    )]
}
