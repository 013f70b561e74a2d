//! The persistent volume controller of each side: binds, provisions, releases, reclaims.
//!
//! Kubernetes 1.31: `syncUnboundClaim`, `syncVolume` and `reclaimVolume` in
//! pkg/controller/volume/persistentvolume/pv_controller.go; `FindMatchingVolume` in
//! staging/src/k8s.io/component-helpers/storage/volume.
//! Left out: a volume without `claimRef` binds only to a claim that names it (Kubernetes would
//! take the smallest that fits); sizes, classes and modes always fit; a class that provisions
//! always exists and does not wait for a Pod; binding is one step although it is four writes.

use super::storage::{describe_disk, fresh_disk};
use super::{Component, Scope, api_server};
use crate::world::World;
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::row::{Column, Supply};
use crate::world::setup::Setup;
use crate::world::volume::{
    ClaimRef, Contents, Disk, ReclaimPolicy, Template, Volume, VolumeName, VolumePhase,
};

/// A step of the controller of a side, about a claim of an ordinal or one of its volumes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step {
    /// The side.
    pub cluster: ClusterId,
    /// The ordinal.
    pub ordinal: Ordinal,
    /// The claim template.
    pub template: Template,
    /// What the controller does.
    pub action: Action,
}

/// What the controller does next for the claim or a volume of an ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Binds the claim and this volume to each other.
    Bind(VolumeName),
    /// Makes a new, empty volume for a claim that nothing fits.
    Provision,
    /// Finds that the volume's claim is gone, or bound to another volume.
    Release(VolumeName),
    /// Destroys the disk of a released volume, and the volume.
    Reclaim(VolumeName),
}

impl Component for Step {
    const NAME: &'static str = "persistent-volume-controller";
    const SHORT_NAME: &'static str = "pv controller";
    const WORKERS: &'static [Scope] = &[Scope::Ordinal];

    fn is_needed(setup: &Setup) -> bool {
        setup.has_claims()
    }

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        for cluster in ClusterId::BOTH {
            for template in setup.templates() {
                for ordinal in setup.ordinals() {
                    let column = world.column(cluster, ordinal);
                    let mut enabled = |action| {
                        visit(Self {
                            cluster,
                            ordinal,
                            template,
                            action,
                        });
                    };
                    for_claim(column, template, fresh_disk(cluster), &mut enabled);
                    for name in [VolumeName::Static, VolumeName::Provisioned] {
                        if let Some(action) = next_for_volume(&column[template], name) {
                            enabled(action);
                        }
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

    fn perform(self, setup: &Setup, world: &mut World) {
        let Self {
            cluster,
            ordinal,
            template,
            ..
        } = self;
        let supply = &mut world.column_mut(cluster, ordinal)[template];
        match self.action {
            Action::Bind(name) => bind(supply, name),
            Action::Provision => {
                // A new disk, whatever an earlier one of this kind was attached to.
                let fresh = fresh_disk(cluster);
                let row = &mut world.rows[ordinal];
                for side in ClusterId::BOTH {
                    let supply = &mut row.sides[side][template];
                    supply.attached.remove(fresh);
                    supply.staged.remove(fresh);
                }
                row.sides[cluster][template].volumes.provisioned = Some(Volume {
                    disk: fresh,
                    phase: VolumePhase::Available,
                    claim_ref: ClaimRef::Claim,
                    reclaim_policy: ReclaimPolicy::Delete,
                    deleting: false,
                });
            }
            Action::Release(name) => {
                let volume = supply.volumes.get_mut(name).as_mut();
                volume.expect("the volume was seen").phase = VolumePhase::Released;
            }
            Action::Reclaim(name) => reclaim(setup, world, cluster, (ordinal, template), name),
        }
    }

    fn may_change(self, _: &Setup, _: &World) -> Parts {
        let column = Parts::column(self.cluster).at(Some(self.ordinal));
        match self.action {
            Action::Bind(_) | Action::Release(_) => column,
            Action::Provision => Parts::of_ordinal(self.ordinal),
            Action::Reclaim(_) => column.and(Parts::CONTENTS).and(Parts::DRIVER),
        }
    }

    fn name(self, _: &Setup, _: &World) -> &'static str {
        match self.action {
            Action::Bind(_) => "bind",
            Action::Provision => "provision",
            Action::Release(_) => "release",
            Action::Reclaim(_) => "reclaim",
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        let label = setup.label(self.template, self.ordinal);
        let supply = &before.column(self.cluster, self.ordinal)[self.template];
        let disk = |name| {
            let volume = supply.volumes.get(name);
            volume.map_or_else(String::new, |volume| describe_disk(volume.disk, &label))
        };
        match self.action {
            Action::Bind(name) => format!("bind claim {label} to the volume of {}", disk(name)),
            Action::Provision => format!("provision an empty volume for claim {label}"),
            Action::Release(name) => format!("release the volume of {}", disk(name)),
            Action::Reclaim(name) => format!("reclaim the volume: {} is destroyed", disk(name)),
        }
    }
}

/// What an unbound claim gets: the volume it names, one that names it, or a new one. That the claim
/// is being deleted makes no difference, nor that the volume is if the two name each other.
fn for_claim(column: &Column, template: Template, fresh: Disk, enabled: &mut impl FnMut(Action)) {
    let supply = &column[template];
    let Some(claim) = supply.claim.filter(|claim| !claim.bound) else {
        return;
    };
    let names_claim =
        |volume: &Volume| matches!(volume.claim_ref, ClaimRef::NameOnly | ClaimRef::Claim);
    if let Some(name) = claim.volume {
        let is_free = |volume: &Volume| volume.claim_ref == ClaimRef::None && !volume.deleting;
        if supply
            .volumes
            .get(name)
            .is_some_and(|volume| names_claim(&volume) || is_free(&volume))
        {
            enabled(Action::Bind(name));
        }
        return;
    }
    let mut fits = false;
    // Of two that fit, the first that the cache lists, which is in no order.
    for name in [VolumeName::Static, VolumeName::Provisioned] {
        let volume = supply.volumes.get(name);
        if volume.is_some_and(|volume| names_claim(&volume) && !volume.deleting) {
            enabled(Action::Bind(name));
            fits = true;
        }
    }
    // An earlier disk that containers still have mounted keeps its name.
    let mut mounts = column.mounts(template);
    let mut keeps_name = || mounts.any(|mounted| mounted == Some(fresh));
    if !fits && !keeps_name() {
        enabled(Action::Provision);
    }
}

/// What becomes of a volume whose claim is gone, and of a provisioned one whose claim is bound to
/// another volume.
fn next_for_volume(supply: &Supply, name: VolumeName) -> Option<Action> {
    let volume = supply.volumes.get(name)?;
    let is_spare = name == VolumeName::Provisioned
        && volume.claim_ref == ClaimRef::Claim
        && supply
            .claim
            .is_some_and(|claim| claim.bound && claim.volume != Some(name));
    match (volume.phase, volume.claim_ref, volume.reclaim_policy) {
        (VolumePhase::Released, _, ReclaimPolicy::Delete) => Some(Action::Reclaim(name)),
        (VolumePhase::Released, ..) => None,
        (_, ClaimRef::DeadUid, _) => Some(Action::Release(name)),
        _ => is_spare.then_some(Action::Release(name)),
    }
}

fn bind(supply: &mut Supply, name: VolumeName) {
    let claim = supply.claim.as_mut().expect("the claim was seen");
    claim.volume = Some(name);
    claim.bound = true;
    let volume = supply
        .volumes
        .get_mut(name)
        .as_mut()
        .expect("the volume was seen");
    volume.phase = VolumePhase::Bound;
    volume.claim_ref = ClaimRef::Claim;
}

fn reclaim(
    setup: &Setup,
    world: &mut World,
    cluster: ClusterId,
    (ordinal, template): (Ordinal, Template),
    name: VolumeName,
) {
    let row = &mut world.rows[ordinal];
    let volume = row.sides[cluster][template].volumes.get(name);
    let storage = &mut row.storage[template];
    match volume.expect("the volume was seen").disk {
        Disk::Original => storage.original = Contents::NoDisk,
        Disk::Restored => storage.restored = Contents::NoDisk,
        Disk::SourceFresh | Disk::DestinationFresh => (),
    }
    api_server::remove_volume(setup, world, cluster, (ordinal, template), name);
}
