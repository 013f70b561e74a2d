//! The facts of objects and disks.

use std::fmt::Write as _;

use super::{ranges, whom};
use crate::actors::storage::describe_disk;
use crate::world::cluster::Side;
use crate::world::id::{ClusterId, Ordinal, describe_slice};
use crate::world::pod::{Owner, PodPhase};
use crate::world::row::{Column, Row};
use crate::world::setup::Setup;
use crate::world::stateful_set::{Controller, Previous, StatusWrite, Write};
use crate::world::volume::{
    Claim, ClaimOwner, ClaimRef, Contents, Disk, DiskSet, ReclaimPolicy, Template, Volume,
    VolumeName, VolumePhase,
};

/// The StatefulSet of a side.
pub(super) fn set(setup: &Setup, side: ClusterId, cluster: Side<'_>) -> String {
    let Some(set) = cluster.set else {
        return "none".to_owned();
    };
    let mut text = format!("owns {}", describe_slice(set.slice));
    // Two empty slices may start at different places.
    if set.slice.is_empty() && set.slice.start > 0 {
        let _ = write!(text, " from {}", set.slice.start);
    }
    if set.deleting {
        text += if set.foreground {
            ", being deleted with its Pods"
        } else {
            ", being deleted"
        };
    }
    let reads = setup.reads[side];
    if reads.observed_generation {
        text += if set.observed {
            ", observed"
        } else {
            ", not observed yet"
        };
    }
    if reads.replicas {
        let _ = write!(
            text,
            ", status.replicas counts {}",
            whom(cluster.ordinals(|column| column.counted.replicas))
        );
    }
    if reads.ready_replicas {
        let _ = write!(
            text,
            ", status.readyReplicas counts {}",
            whom(cluster.ordinals(|column| column.counted.ready))
        );
    }
    text
}

/// What a side's controller has in mind.
pub(super) fn controller(cluster: Side<'_>) -> Option<String> {
    let Controller {
        status,
        set_is_gone,
        lags,
        previous,
    } = cluster.controller;
    let mut parts = Vec::new();
    for write in Write::ALL {
        let ordinals = cluster.ordinals(|column| column.planned.write == write);
        if let Some(what) = planned(write).filter(|_| !ordinals.is_empty()) {
            parts.push(format!("to {what} {}", ranges(ordinals)));
        }
    }
    match status {
        StatusWrite::None => (),
        StatusWrite::Older => parts.push("to write the status of an older spec".to_owned()),
        StatusWrite::Equal => parts.push("to write the status".to_owned()),
    }
    let counted = cluster.ordinals(|column| column.planned.counted.replicas);
    if !counted.is_empty() {
        parts.push(format!("counted {}", ranges(counted)));
    }
    let counted = cluster.ordinals(|column| column.planned.counted.ready);
    if !counted.is_empty() {
        parts.push(format!("counted Ready {}", ranges(counted)));
    }
    if set_is_gone {
        parts.push("for a set that is gone".to_owned());
    }
    if lags {
        parts.push("cache one version behind".to_owned());
    }
    match previous {
        Previous::Unknown => (),
        Previous::NoSet => parts.push("previous version: no set".to_owned()),
        Previous::Set { slice, deleting } => {
            let deleting = if deleting { ", being deleted" } else { "" };
            let (start, owns) = (slice.start, describe_slice(slice));
            parts.push(format!("previous version: {owns} from {start}{deleting}"));
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn planned(write: Write) -> Option<&'static str> {
    Some(match write {
        Write::None => return None,
        Write::Adopt => "adopt Pod",
        Write::CreateClaimThenPod => "create claim and Pod",
        Write::CreatePod => "create Pod",
        Write::CreateClaim => "create claim",
        Write::RefuseClaim => "abort the sync at claim",
        Write::DeleteFailed => "delete Failed Pod",
        Write::DeleteCondemned => "delete Pod",
        Write::CreatePodThenOwnClaim => "create Pod and set the owner of claim",
        Write::OwnClaim | Write::OwnCondemnedClaim => "set the owner of claim",
        Write::OwnCondemnedClaimThenDelete => "set the owner of claim and delete Pod",
    })
}

/// A Pod, and what runs of it and without it.
pub(super) fn pod(setup: &Setup, column: &Column, ordinal: Ordinal) -> Option<String> {
    let Column {
        pod, containers, ..
    } = *column;
    let mut parts: Vec<String> = Vec::new();
    let mut say = |text: &str| parts.push(text.to_owned());
    if let Some(pod) = pod {
        match pod.phase {
            PodPhase::Pending if pod.scheduled => say("Pending on a node"),
            PodPhase::Pending => say("Pending"),
            PodPhase::Running => say("Running"),
            PodPhase::Failed => say("Failed"),
            PodPhase::Succeeded => say("Succeeded"),
        }
        match (pod.phase, pod.ready) {
            (_, true) => say("Ready"),
            (PodPhase::Running, false) => say("not Ready"),
            _ => (),
        }
        if pod.available {
            say("Available");
        }
        if pod.terminating {
            say("terminating");
        }
        if pod.held {
            say("held by the claim that it owns");
        }
        match pod.owner {
            Owner::Set => (),
            Owner::Nobody => say("orphaned"),
            Owner::RemovedSet => say("owned by a set that is gone"),
        }
        if pod.never_ready {
            say("will never be Ready");
        }
        match (pod.phase, containers.run) {
            (PodPhase::Running, false) => say("containers stopped"),
            (PodPhase::Pending | PodPhase::Failed | PodPhase::Succeeded, true) => {
                say("containers running");
            }
            _ => (),
        }
    } else if containers.run {
        say("no object, containers running");
    }
    if containers.evicted {
        say("evicted by the kubelet");
    }
    if let Some(stray) = containers.stray {
        let disk = |template| match stray.mounted[template] {
            Some(disk) => named_disk(disk, &setup.label(template, ordinal)),
            None => "no disk".to_owned(),
        };
        let mut disks: Vec<String> = setup.templates().map(disk).collect();
        if disks.is_empty() {
            disks.push("no disk".to_owned());
        }
        let disks = disks.join(" and ");
        say(&format!(
            "containers without an object running with {disks}"
        ));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The name of a disk; the two that may be fresh are told apart.
pub(super) fn named_disk(disk: Disk, label: &str) -> String {
    let name = describe_disk(disk, label);
    match disk {
        Disk::Original | Disk::Restored => name,
        Disk::SourceFresh => format!("{name} of source"),
        Disk::DestinationFresh => format!("{name} of destination"),
    }
}

/// A claim.
pub(super) fn claim(claim: Claim) -> String {
    let is_lost = !claim.bound && claim.volume == Some(VolumeName::Provisioned);
    let phase = match claim.bound {
        true => "Bound",
        false if is_lost => "Lost",
        false => "Pending",
    };
    let volume = match claim.volume {
        _ if is_lost => "",
        None => "",
        Some(VolumeName::Static) => ", names the volume",
        Some(VolumeName::Provisioned) => ", names the provisioned volume",
    };
    let deleting = if claim.deleting {
        ", being deleted"
    } else {
        ""
    };
    let owner = match claim.owner {
        ClaimOwner::Nobody => "",
        ClaimOwner::Set => ", owned by the set",
        ClaimOwner::RemovedSet => ", owned by a set that is gone",
        ClaimOwner::Pod => ", owned by its Pod",
        ClaimOwner::RemovedPod => ", owned by a Pod that is gone",
    };
    format!("{phase}{volume}{owner}{deleting}")
}

/// A volume.
pub(super) fn volume(volume: Volume, label: &str) -> String {
    let phase = match volume.phase {
        VolumePhase::Available => "Available",
        VolumePhase::Bound => "Bound",
        VolumePhase::Released => "Released",
    };
    let claim = match volume.claim_ref {
        ClaimRef::None => "no claimRef",
        ClaimRef::NameOnly => "claimRef without uid",
        ClaimRef::Claim => "claimRef to the claim",
        ClaimRef::DeadUid => "claimRef to a uid that is not there",
    };
    let policy = match volume.reclaim_policy {
        ReclaimPolicy::Retain => "Retain",
        ReclaimPolicy::Delete => "Delete",
    };
    let deleting = if volume.deleting {
        ", being deleted"
    } else {
        ""
    };
    let disk = match volume.disk {
        Disk::Original => String::new(),
        other => format!(", {}", named_disk(other, label)),
    };
    format!("{phase}, {claim}, {policy}{disk}{deleting}")
}

/// The disks of a claim of an ordinal, and who has them attached.
pub(super) fn disk(row: &Row, template: Template) -> Option<String> {
    let storage = row.storage[template];
    let mut parts = Vec::new();
    match storage.original {
        Contents::NoDisk => (),
        Contents::Stale => parts.push("lacks writes".to_owned()),
        Contents::Current => parts.push("current".to_owned()),
    }
    match storage.restored {
        Contents::NoDisk => (),
        Contents::Stale => parts.push("restored copy, lacks writes".to_owned()),
        Contents::Current => parts.push("restored copy, current".to_owned()),
    }
    for side in ClusterId::BOTH {
        let disks = row.sides[side][template].attached;
        if !disks.is_empty() {
            parts.push(format!("attached to {}{}", side.name(), which(disks)));
        }
        let devices = row.sides[side][template].staged;
        if !devices.is_empty() {
            let which = which(devices);
            parts.push(format!("device mounted in {}{which}", side.name()));
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Which of a claim's disks, unless it is the one from before.
fn which(disks: DiskSet) -> String {
    let names: Vec<&str> = Disk::ALL
        .into_iter()
        .filter(|&disk| disks.contains(disk))
        .map(|disk| match disk {
            Disk::Original => "the original",
            Disk::Restored => "the restored one",
            Disk::SourceFresh => "the new one of source",
            Disk::DestinationFresh => "the new one of destination",
        })
        .collect();
    match names.as_slice() {
        ["the original"] => String::new(),
        some => format!(" ({})", some.join(", ")),
    }
}
