//! What a driver waits for, or looks at.

use super::{Expression, ObjectRef};
use crate::world::id::ClusterId;
use crate::world::volume::Template;

/// A condition on the stores of the API servers, or on the storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// The Pod exists and its condition Ready is true.
    PodReady(ClusterId, Expression),
    /// The Pod is Ready for at least `minReadySeconds`.
    PodAvailable(ClusterId, Expression),
    /// The disk of the ordinal has no attachment in the cluster.
    VolumeDetached(ClusterId, Expression, Template),
    /// The claim of the ordinal is Bound in the cluster.
    VolumeBound(ClusterId, Expression, Template),
    /// The set's `status.observedGeneration` is its `generation`.
    SetObserved(ClusterId),
    /// An object of that name exists, being deleted or not.
    Exists(ObjectRef),
    /// No object of that name exists.
    Absent(ObjectRef),
    /// What `kubectl rollout status` waits for: the set's status tells of its present `spec`, and
    /// at least `spec.replicas` Pods are Ready.
    RolledOut(ClusterId),
    /// A field of the set's status has this value. Not local to an ordinal: it counts.
    StatusEquals(ClusterId, StatusField, Expression),
}

impl Condition {
    /// The side that it is asked of.
    #[must_use]
    pub const fn cluster(self) -> ClusterId {
        match self {
            Self::PodReady(cluster, _)
            | Self::PodAvailable(cluster, _)
            | Self::VolumeDetached(cluster, ..)
            | Self::VolumeBound(cluster, ..)
            | Self::SetObserved(cluster)
            | Self::RolledOut(cluster)
            | Self::StatusEquals(cluster, ..) => cluster,
            Self::Exists(object) | Self::Absent(object) => object.cluster,
        }
    }
}

/// The fields of a StatefulSet's status that count Pods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatusField {
    /// `status.replicas`: Pods that exist, condemned and terminating ones too.
    Replicas,
    /// `status.readyReplicas`: Pods that are Ready, terminating ones too.
    ReadyReplicas,
}
