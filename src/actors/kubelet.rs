//! The kubelets of each side: what runs on the nodes, and what they report of it.
//!
//! What runs is a truth of its own: it follows the Pod object, with a delay, and outlives it
//! after a force delete.
//!
//! Kubernetes 1.31: `SyncPod`, `SyncTerminatingPod` and `HandlePodRemoves` in
//! pkg/kubelet/kubelet.go; `WaitForAttachAndMount` in pkg/kubelet/volumemanager; `canBeDeleted`
//! and `mergePodStatus` in pkg/kubelet/status/status_manager.go; `evictPod` in
//! pkg/kubelet/eviction/eviction_manager.go.
//! Left out: nodes. Two incarnations of one ordinal on one side count as on two nodes. A
//! container's start and its report `Running` are one step, its stop and the report `not Ready`
//! of a terminating Pod too: no rule can look between them.

use super::{Component, Scope, api_server, storage};
use crate::world::World;
use crate::world::cluster::Side;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::pod::{Pod, PodPhase};
use crate::world::row::Column;
use crate::world::setup::Setup;
use crate::world::volume::{Backend, Disk, Template};

/// A step of the kubelet that the Pod of an ordinal on a side is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// The ordinal.
    pub ordinal: Ordinal,
    /// What the kubelet does.
    pub action: Action,
}

/// What a kubelet does next for the Pod of an ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Mounts the volumes and starts the containers.
    Start,
    /// Reports that the Pod is Ready.
    ReportReady,
    /// Lets `minReadySeconds` pass: the Pod stays Ready, and so becomes Available.
    StayReady,
    /// Reports that the Pod is no longer Ready: its containers have stopped.
    ReportNotReady,
    /// Reports that the Pod has Failed: it was evicted under pressure.
    ReportFailed,
    /// Stops the containers of a terminating Pod.
    Stop,
    /// Confirms a deletion: DELETE with a grace period of zero and the Pod's uid.
    ConfirmDeletion,
    /// Stops containers whose Pod object is gone.
    StopStray,
    /// Unmounts the device of a disk that no Pod uses any more.
    UnmountDevice(Template, Disk),
}

impl Component for Step {
    const NAME: &'static str = "kubelet";

    /// The kubelet of the Pod, that of containers without one, which may be another, and the loop of
    /// either that sees to volumes.
    const WORKERS: &'static [Scope] = &[Scope::Ordinal, Scope::Ordinal, Scope::Ordinal];

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        let has_devices = setup.storage.iter().any(|storage| storage.block);
        for cluster in ClusterId::BOTH {
            for ordinal in setup.ordinals() {
                let side = world.side(cluster);
                let mut enabled = |action| {
                    visit(Self {
                        cluster,
                        ordinal,
                        action,
                    });
                };
                if let Some(action) = next(setup, world, cluster, ordinal) {
                    enabled(action);
                }
                if side[ordinal].containers.stray.is_some() {
                    enabled(Action::StopStray);
                }
                if has_devices {
                    for (template, disk) in unused_devices(setup, &side[ordinal]) {
                        enabled(Action::UnmountDevice(template, disk));
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
        match self.action {
            Action::UnmountDevice(template, _) => Some(template),
            _ => None,
        }
    }

    fn worker(self) -> usize {
        match self.action {
            Action::StopStray => 1,
            Action::UnmountDevice(..) => 2,
            _ => 0,
        }
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        let column = world.column_mut(self.cluster, self.ordinal);
        if let Action::UnmountDevice(template, disk) = self.action {
            return column[template].staged.remove(disk);
        }
        let containers = &mut column.containers;
        if self.action == Action::StopStray {
            containers.stray = None;
            return;
        }
        let pod = column
            .pod
            .as_mut()
            .expect("the step was enabled by the Pod object");
        match self.action {
            Action::Start => {
                containers.run = true;
                pod.phase = PodPhase::Running;
                mount_devices(setup, column);
                storage::note_writer(setup, world, self.cluster, self.ordinal);
            }
            Action::ReportReady => pod.ready = true,
            Action::StayReady => pod.available = true,
            Action::ReportNotReady => {
                pod.ready = false;
                pod.available = false;
            }
            Action::ReportFailed => {
                containers.evicted = false;
                pod.phase = PodPhase::Failed;
                pod.ready = false;
                pod.available = false;
                pod.never_ready = false;
            }
            Action::Stop => {
                containers.run = false;
                pod.ready = false;
            }
            Action::ConfirmDeletion => {
                api_server::confirm_deletion(setup, world, self.cluster, self.ordinal);
            }
            Action::StopStray | Action::UnmountDevice(..) => unreachable!("handled above"),
        }
    }

    /// A Pod that is Ready again is no longer excused, and the driver may watch one that goes.
    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let others = match self.action {
            Action::Start => Parts::CONTENTS,
            Action::ReportReady => Parts::FAULTS,
            Action::ConfirmDeletion => Parts::DRIVER,
            _ => Parts::NOTHING,
        };
        let column = Parts::column(self.cluster).at(Some(self.ordinal));
        column.and(others)
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        match self.action {
            Action::Start => "startContainers",
            Action::ReportReady => "reportReady",
            Action::StayReady => "stayReady",
            Action::ReportNotReady => "reportNotReady",
            Action::ReportFailed => "reportFailed",
            Action::Stop | Action::StopStray => "stopContainers",
            Action::ConfirmDeletion => "confirmDeletion",
            Action::UnmountDevice(..) => "unmountDevice",
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        let ordinal = self.ordinal;
        let pod = before.column(self.cluster, ordinal).pod;
        match self.action {
            Action::Start if pod.is_some_and(|pod| pod.phase == PodPhase::Running) => {
                format!("restart containers of Pod {ordinal}")
            }
            Action::Start => format!("start containers of Pod {ordinal}"),
            Action::ReportReady => format!("report Pod {ordinal} Ready"),
            Action::StayReady => format!("Pod {ordinal} has been Ready for minReadySeconds"),
            Action::ReportNotReady => format!("report Pod {ordinal} not Ready"),
            Action::ReportFailed => format!("report Pod {ordinal} Failed"),
            Action::Stop => format!("stop containers of Pod {ordinal}"),
            Action::ConfirmDeletion if pod.is_some_and(|pod| pod.held) => {
                format!("report Pod {ordinal} ended, whose object is held")
            }
            Action::ConfirmDeletion => format!("remove the object of Pod {ordinal}"),
            Action::StopStray => format!("stop orphaned containers of ordinal {ordinal}"),
            Action::UnmountDevice(template, disk) => {
                let disk = storage::describe_disk(disk, &setup.label(template, ordinal));
                format!("unmount the device of {disk}")
            }
        }
    }
}

/// Containers start: the node mounts the devices of their disks.
fn mount_devices(setup: &Setup, column: &mut Column) {
    for template in setup.templates() {
        let supply = &mut column[template];
        if let Some(disk) = supply.bound_disk()
            && setup.storage_of(template).block
        {
            supply.staged.insert(disk);
        }
    }
}

/// The devices that are mounted and that nothing uses.
fn unused_devices(setup: &Setup, column: &Column) -> impl Iterator<Item = (Template, Disk)> {
    setup.templates().flat_map(move |template| {
        let unused = move |disk: &Disk| may_unmount(column, template, *disk);
        let disks = Disk::ALL.into_iter().filter(unused);
        disks.map(move |disk| (template, disk))
    })
}

/// Whether a device is mounted that nothing uses: no container has the disk, nor will those of a
/// Pod that is restarted in place. A Pod that is gone has not unmounted its device: the kubelet
/// lets it go once the Pod's own mounts are gone (`WaitForUnmount`), and calls `UnmountDevice` in a
/// later pass (`unmountDetachDevices` in pkg/kubelet/volumemanager/reconciler/reconciler.go).
fn may_unmount(column: &Column, template: Template, disk: Disk) -> bool {
    let supply = &column[template];
    let restarts = |pod: Pod| pod.phase == PodPhase::Running && !pod.terminating;
    let held = column.pod.is_some_and(restarts) && supply.bound_disk() == Some(disk);
    let mut mounts = column.mounts(template);
    supply.staged.contains(disk) && !held && !mounts.any(|mounted| mounted == Some(disk))
}

/// What the kubelet does next for the present Pod object: at any time at most one thing.
fn next(setup: &Setup, world: &World, cluster: ClusterId, ordinal: Ordinal) -> Option<Action> {
    let side = world.side(cluster);
    let pod = side[ordinal].pod?;
    let containers = side[ordinal].containers;
    match pod.phase {
        PodPhase::Failed | PodPhase::Succeeded => None,
        _ if pod.terminating && containers.run => Some(Action::Stop),
        // No kubelet knows of a Pod that no node has.
        _ if pod.terminating && setup.schedules[cluster] && !pod.scheduled => None,
        _ if pod.terminating => Some(Action::ConfirmDeletion),
        _ if containers.evicted => Some(Action::ReportFailed),
        PodPhase::Running if !containers.run && pod.ready => Some(Action::ReportNotReady),
        PodPhase::Running if !containers.run => {
            is_attached(setup, world, cluster, ordinal).then_some(Action::Start)
        }
        PodPhase::Pending if setup.schedules[cluster] && !pod.scheduled => None,
        PodPhase::Pending if !has_extras(setup, cluster, side) => None,
        PodPhase::Pending => (may_mount(setup, side, ordinal) && !is_fenced(setup, side, ordinal))
            .then_some(Action::Start)
            .filter(|_| is_attached(setup, world, cluster, ordinal)),
        PodPhase::Running if !pod.ready && !pod.never_ready => Some(Action::ReportReady),
        PodPhase::Running if pod.ready && !pod.available => setup.clusters[cluster]
            .min_ready
            .then_some(Action::StayReady),
        PodPhase::Running => None,
    }
}

/// A Pod's first start needs the Secrets and ConfigMaps that it refers to.
fn has_extras(setup: &Setup, cluster: ClusterId, side: Side<'_>) -> bool {
    setup.extras(|extra| extra.needed[cluster]) & !side.extras == 0
}

/// A Pod's first start needs its claims Bound and not being deleted.
fn may_mount(setup: &Setup, side: Side<'_>, ordinal: Ordinal) -> bool {
    setup.templates().all(|template| {
        let claim = side[ordinal][template].claim;
        claim.is_some_and(|claim| claim.bound && !claim.deleting)
    })
}

/// Storage that fences keeps a disk from a second node of the same side too: while containers
/// without a Pod object have it mounted, no others get it.
fn is_fenced(setup: &Setup, side: Side<'_>, ordinal: Ordinal) -> bool {
    let Some(stray) = side[ordinal].containers.stray else {
        return false;
    };
    setup.templates().any(|template| {
        let fences = setup.storage_of(template).backend == Backend::Exclusive;
        fences && stray.mounted[template] == side[ordinal][template].bound_disk()
    })
}

/// Every start needs the disks of the claims attached to this side.
fn is_attached(setup: &Setup, world: &World, cluster: ClusterId, ordinal: Ordinal) -> bool {
    setup.templates().all(|template| {
        let supply = &world.column(cluster, ordinal)[template];
        let disk = supply.bound_disk();
        disk.is_some_and(|disk| supply.attached.contains(disk))
    })
}
