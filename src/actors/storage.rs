//! The shared storage: attaches and detaches disks, and keeps what was written.
//!
//! Kubernetes 1.31: `reconcile` and `attachDesiredVolumes` in
//! pkg/controller/volume/attachdetach/reconciler/reconciler.go, with what the backend itself
//! allows. Inside one cluster the attach/detach controller sees to ReadWriteOnce; over two
//! clusters only the backend can, and a permissive one does not.
//! Left out: nodes; the forced detach after six minutes; volumes that nothing attaches.

use super::{Component, Scope};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::pod::Pod;
use crate::world::setup::Setup;
use crate::world::volume::{Backend, Contents, Disk, Template};

/// A step of the storage: it does something with a disk of an ordinal on a side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// The ordinal.
    pub ordinal: Ordinal,
    /// What it does.
    pub action: Action,
    /// Of which claim template.
    pub template: Template,
    /// Which of the template's disks of the ordinal.
    pub disk: Disk,
}

/// What the storage does with a disk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Attaches it to the side.
    Attach,
    /// Detaches it from the side.
    Detach,
}

impl Component for Step {
    const NAME: &'static str = "storage";

    /// What attaches a disk, and what detaches one.
    const WORKERS: &'static [Scope] = &[Scope::Ordinal, Scope::Ordinal];

    fn is_needed(setup: &Setup) -> bool {
        setup.has_claims()
    }

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        for cluster in ClusterId::BOTH {
            for template in setup.templates() {
                // An attachment that nothing reads and that keeps nobody out changes nothing by
                // going: whatever can happen after its end can happen before.
                let detaches = setup.storage_of(template).backend == Backend::Exclusive
                    || setup.reads[cluster].attachments;
                for ordinal in setup.ordinals() {
                    let mut enabled = |action, disk| {
                        visit(Self {
                            cluster,
                            ordinal,
                            action,
                            template,
                            disk,
                        });
                    };
                    let at = (ordinal, template);
                    if let Some(disk) = attachable(setup, world, cluster, at) {
                        enabled(Action::Attach, disk);
                    }
                    if detaches && !world.column(cluster, ordinal)[template].attached.is_empty() {
                        let unused = |disk: &Disk| may_detach(world, cluster, at, *disk);
                        let disks = Disk::ALL.into_iter().filter(unused);
                        disks.for_each(|disk| enabled(Action::Detach, disk));
                    }
                }
            }
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        Some(self.cluster)
    }

    fn ordinal(self) -> Option<Ordinal> {
        Some(self.ordinal)
    }

    fn template(self) -> Option<Template> {
        Some(self.template)
    }

    fn worker(self) -> usize {
        match self.action {
            Action::Attach => 0,
            Action::Detach => 1,
        }
    }

    fn perform(self, _: &Setup, world: &mut World) {
        let supply = &mut world.column_mut(self.cluster, self.ordinal)[self.template];
        let attached = &mut supply.attached;
        match self.action {
            Action::Attach => attached.insert(self.disk),
            Action::Detach => attached.remove(self.disk),
        }
    }

    fn may_change(self, _: &Setup, _: &World) -> Parts {
        Parts::column(self.cluster).at(Some(self.ordinal))
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        match self.action {
            Action::Attach => "attach",
            Action::Detach => "detach",
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        let disk = describe_disk(self.disk, &setup.label(self.template, self.ordinal));
        format!("{} {disk}", self.name(setup, before))
    }
}

/// `disk 3`, `restored disk 3` or `new disk 3`, with the [label](Setup::label) of the disk.
#[must_use]
pub fn describe_disk(disk: Disk, label: &str) -> String {
    match disk {
        Disk::Original => format!("disk {label}"),
        Disk::Restored => format!("restored disk {label}"),
        Disk::SourceFresh | Disk::DestinationFresh => format!("new disk {label}"),
    }
}

/// The Pod object wants its volumes attached: it is neither on its way out nor ended.
fn wants_volumes(pod: Pod) -> bool {
    pod.is_live() && !pod.terminating
}

/// The disk of a template that a Pod of the ordinal waits for and that the backend would attach.
fn attachable(
    setup: &Setup,
    world: &World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
) -> Option<Disk> {
    let row = &world.rows[ordinal];
    row.sides[cluster].pod.filter(|&pod| wants_volumes(pod))?;
    let storage = setup.storage_of(template);
    let supply = &row.sides[cluster][template];
    let disk = supply.bound_disk()?;
    let exists = row.storage[template].contents(disk) != Contents::NoDisk;
    let reachable = home(disk) == Some(cluster) || storage.reachable[cluster];
    let other = &row.sides[cluster.other()][template];
    let free = match storage.backend {
        Backend::Permissive => true,
        Backend::Exclusive => !other.attached.contains(disk),
    };
    let waits = !supply.attached.contains(disk);
    (waits && exists && reachable && free).then_some(disk)
}

/// An attached disk that no Pod object holds, no container has mounted, and no node as a device:
/// the attach/detach controller waits for `status.volumesInUse` of the node.
fn may_detach(
    world: &World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
    disk: Disk,
) -> bool {
    let column = world.column(cluster, ordinal);
    let supply = &column[template];
    let held = column.pod.is_some_and(Pod::is_live) && supply.bound_disk() == Some(disk);
    let mut mounts = column.mounts(template);
    let mounted = mounts.any(|mounted| mounted == Some(disk));
    let is_free = !held && !mounted && !supply.staged.contains(disk);
    supply.attached.contains(disk) && is_free
}

/// The side whose own storage has the disk. The original one is the migration's matter.
const fn home(disk: Disk) -> Option<ClusterId> {
    match disk {
        Disk::Original => None,
        Disk::SourceFresh => Some(ClusterId::Source),
        Disk::Restored | Disk::DestinationFresh => Some(ClusterId::Destination),
    }
}

/// The name of a disk that is provisioned for a claim of this side.
#[must_use]
pub const fn fresh_disk(cluster: ClusterId) -> Disk {
    match cluster {
        ClusterId::Source => Disk::SourceFresh,
        ClusterId::Destination => Disk::DestinationFresh,
    }
}

/// Containers of the ordinal have started: what they write on a current disk is missing on
/// every other.
pub fn note_writer(setup: &Setup, world: &mut World, cluster: ClusterId, ordinal: Ordinal) {
    let row = &mut world.rows[ordinal];
    for template in setup.templates() {
        let storage = &mut row.storage[template];
        let Some(mounted) = row.sides[cluster][template].bound_disk() else {
            continue;
        };
        if !storage.is_current(mounted) {
            continue;
        }
        for (disk, contents) in [
            (Disk::Original, &mut storage.original),
            (Disk::Restored, &mut storage.restored),
        ] {
            if disk != mounted && *contents == Contents::Current {
                *contents = Contents::Stale;
            }
        }
    }
}

/// What a copy of `disk` holds that is made now: a Pod that runs on a current disk goes on
/// writing, so that the copy misses something at once.
#[must_use]
pub fn contents_of_copy(
    world: &World,
    (ordinal, template): (Ordinal, Template),
    disk: Disk,
) -> Contents {
    let storage = world.rows[ordinal].storage[template];
    let has_writer = ClusterId::BOTH.into_iter().any(|cluster| {
        let mut mounts = world.column(cluster, ordinal).mounts(template).flatten();
        mounts.any(|mounted| storage.is_current(mounted))
    });
    if storage.is_current(disk) && !has_writer {
        Contents::Current
    } else {
        Contents::Stale
    }
}
