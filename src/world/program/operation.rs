//! What a driver does at an instruction: one request, or one wait.

use super::footprint::{Footprint, SetEffect, SliceChange};
use super::{Condition, Expression};
use crate::world::id::ClusterId;
use crate::world::volume::{ReclaimPolicy, Template};

/// One request of the driver, or one wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// One PATCH of the set's `spec`; what is `None` stays.
    Patch {
        /// Whose set.
        cluster: ClusterId,
        /// The new `spec.ordinals.start`.
        start: Option<Expression>,
        /// The new `spec.replicas`.
        replicas: Option<Expression>,
    },
    /// One PATCH of the set's `/scale`, which has `replicas` only.
    Scale {
        /// Whose set.
        cluster: ClusterId,
        /// The new `spec.replicas`.
        replicas: Expression,
    },
    /// GET of a claim in the source: the volume's name is in it.
    GetClaim(Expression, Template),
    /// GET of a volume in the source, whose fields the driver will copy.
    GetVolume(Expression, Template),
    /// POST of the copied volume in the destination.
    CreateVolume(Expression, Template, ClaimRefCopy, Copied),
    /// POST of the copied claim in the destination, naming the copied volume.
    CreateClaim(Expression, Template),
    /// POST of a copied claim in the destination that says by its annotations that it is bound, but
    /// names a volume which is not bound to it: it is Lost, and never bound.
    CreateLostClaim(Expression, Template),
    /// A new disk holding what the disk of the source's claim holds now, with its volume and
    /// claim in the destination: a restored backup.
    RestoreDisk(Expression, Template),
    /// PATCH of `spec.persistentVolumeReclaimPolicy` of the volume that the claim is bound to.
    SetReclaimPolicy(ObjectRef, ReclaimPolicy),
    /// DELETE of an object; the driver remembers which incarnation it was.
    Delete(ObjectRef),
    /// DELETE of a Pod with a grace period of zero: the object goes, the container may stay.
    ForceDeletePod(ObjectRef),
    /// DELETE of the set.
    DeleteSet(ClusterId, Cascade),
    /// POST of the set.
    CreateSet {
        /// In which cluster.
        cluster: ClusterId,
        /// `spec.ordinals.start`.
        start: Expression,
        /// `spec.replicas`.
        replicas: Expression,
    },
    /// GET of an object, refused if there is none. What it has is not kept.
    Get(ObjectRef),
    /// A request about a Secret or ConfigMap.
    Extra(ExtraVerb, ExtraRef),
    /// Looks once whether a condition holds, and goes one way or the other.
    Test(Condition),
    /// Looks at a clock: whether the time that a script has given itself is up. There is no time in
    /// the model, so it may be up, or not, whenever the driver looks.
    Clock,
    /// Waits until the incarnation that the driver looked at, or deleted, is gone: no object
    /// of that name, or one with another uid.
    AwaitGone(ObjectRef, Look, Timeout),
    /// Waits until a condition holds on the store.
    Await(Condition, Timeout),
    /// Saves the position, for [`AfterCrash::FromSaved`](super::AfterCrash::FromSaved).
    Save,
}

impl Operation {
    /// What it is about.
    #[must_use]
    pub const fn footprint(self) -> Footprint {
        use ClusterId::{Destination, Source};
        match self {
            Self::Patch {
                cluster,
                start,
                replicas,
            } => {
                let change = SliceChange { start, replicas };
                Footprint::new("patch", cluster).of_set(SetEffect::Patch(change))
            }
            Self::Scale { cluster, replicas } => {
                let change = SliceChange {
                    start: None,
                    replicas: Some(replicas),
                };
                Footprint::new("scale", cluster).of_set(SetEffect::Patch(change))
            }
            Self::CreateSet {
                cluster,
                start,
                replicas,
            } => {
                let change = SliceChange {
                    start: Some(start),
                    replicas: Some(replicas),
                };
                Footprint::new("createSet", cluster).of_set(SetEffect::Create(change))
            }
            Self::DeleteSet(cluster, cascade) => {
                Footprint::new("deleteSet", cluster).of_set(SetEffect::Delete(cascade))
            }
            Self::GetClaim(i, _) => Footprint::new("", Source)
                .of_ordinal(i)
                .only_looks("getClaim"),
            Self::GetVolume(i, _) => Footprint::new("", Source)
                .of_ordinal(i)
                .only_looks("getVolume"),
            Self::CreateVolume(i, ..) => Footprint::new("createVolume", Destination).of_ordinal(i),
            Self::CreateClaim(i, _) | Self::CreateLostClaim(i, _) => {
                Footprint::new("createClaim", Destination).of_ordinal(i)
            }
            Self::RestoreDisk(i, _) => Footprint::new("restoreDisk", Destination).of_ordinal(i),
            Self::SetReclaimPolicy(object, _) => {
                Footprint::new("setReclaimPolicy", object.cluster).of_object(object)
            }
            Self::Delete(object) => Footprint::new("delete", object.cluster).of_object(object),
            Self::ForceDeletePod(object) => {
                Footprint::new("forceDeletePod", object.cluster).of_object(object)
            }
            Self::Get(object) => {
                let footprint = Footprint::new("", object.cluster).of_object(object);
                footprint.only_looks("get")
            }
            Self::Extra(ExtraVerb::Get, extra) => {
                Footprint::new("", extra.cluster).only_looks("get")
            }
            Self::Extra(verb, extra) => Footprint::new(verb.name(), extra.cluster),
            Self::Test(condition) => condition.footprint().only_looks("look"),
            Self::Await(condition, _) => condition.footprint(),
            Self::AwaitGone(object, ..) => {
                let footprint = Footprint::new("", object.cluster).of_object(object);
                footprint.only_looks("wait")
            }
            Self::Clock => Footprint {
                cluster: None,
                ..Footprint::new("", Source).only_looks("look")
            },
            Self::Save => Footprint {
                cluster: None,
                ..Footprint::new("", Source).only_looks("save")
            },
        }
    }

    /// The slice that a request stores in a set, and on which side.
    #[must_use]
    pub const fn stored(self) -> Option<(ClusterId, SliceChange)> {
        match self.footprint() {
            Footprint {
                cluster: Some(cluster),
                set: SetEffect::Patch(change) | SetEffect::Create(change),
                ..
            } => Some((cluster, change)),
            _ => None,
        }
    }
}

/// What becomes of what a deleted set owns: `propagationPolicy`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cascade {
    /// The set goes at once, and the garbage collector deletes afterwards what it owned.
    Background,
    /// The garbage collector deletes what the set owns, and the set goes once that is gone.
    Foreground,
    /// The garbage collector takes the set out of the owners of everything, and then the set goes.
    Orphan,
}

/// A Secret or ConfigMap of a side, by its place in [`crate::world::setup::Setup::extras`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExtraRef {
    /// In which cluster.
    pub cluster: ClusterId,
    /// Its place in the list.
    pub number: u8,
}

/// What is asked about a Secret or ConfigMap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExtraVerb {
    /// GET.
    Get,
    /// POST, refused if it exists.
    Create,
    /// GET, then POST or PATCH: it exists afterwards.
    Apply,
    /// DELETE, refused if there is none.
    Delete,
}

impl ExtraVerb {
    /// Its name, as kubectl's and as reports print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Create => "create",
            Self::Apply => "apply",
            Self::Delete => "delete",
        }
    }
}

/// An object that the driver names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// In which cluster.
    pub cluster: ClusterId,
    /// Of which ordinal; a set has none and this is not read.
    pub ordinal: Expression,
}

/// The kinds of object that the driver deletes or waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectKind {
    /// The Pod of an ordinal.
    Pod,
    /// The PersistentVolumeClaim of an ordinal.
    Claim(Template),
    /// The PersistentVolume that carries a disk of an ordinal.
    Volume(Template),
    /// The StatefulSet.
    StatefulSet,
}

/// Whether a wait looks first, or goes by what a DELETE just answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// `kubectl wait --for=delete`: a first look finds the incarnation to wait for, or nothing.
    First,
    /// The wait inside `kubectl delete`: for the incarnation that was deleted.
    AfterDelete,
}

/// How a wait ends whose condition does not come true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Timeout {
    /// Never.
    #[default]
    Never,
    /// It may time out and end the program.
    Fail,
    /// It may time out and the program goes on.
    Continue,
}

/// What becomes of `spec.claimRef` in a copied volume.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ClaimRefCopy {
    /// Left out, as in the Kubernetes blog's demo.
    #[default]
    Drop,
    /// Namespace and name stay, the uid goes.
    DropUid,
    /// Everything stays, the source claim's uid too.
    Keep,
}

/// Whose fields a copied volume has, beside `spec.claimRef`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Copied {
    /// Those of the volume that the driver has read last; the reclaim policy perhaps another.
    Read(Option<ReclaimPolicy>),
    /// Those of the source's volume, which has not changed since it was read before others; it
    /// had, or is given, this reclaim policy.
    Kept(ReclaimPolicy),
}
