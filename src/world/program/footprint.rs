//! What an operation is about: what it names, reads and writes, said once.
//!
//! Everything that depends on it is computed from here: which parts of a state a step may change,
//! what a program can still name, what of a state anybody reads, how far slices reach, and on how
//! many ordinals a step depends in a proof. A new operation has its line in
//! [`super::Operation::footprint`], a new condition in [`Condition::footprint`].

use super::{Cascade, Condition, Expression, ObjectKind, ObjectRef, StatusField};
use crate::world::id::{ClusterId, Ordinal, Slice};
use crate::world::setup::Reads;

/// What an operation is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Footprint {
    /// Its name in reports, as an action of the driver.
    pub name: &'static str,
    /// The side that it talks to; none if it is the driver's own matter.
    pub cluster: Option<ClusterId>,
    /// The ordinal whose objects or disk it is about. A number that only makes a mark, or is
    /// compared with a count, names none.
    pub ordinal: Option<Expression>,
    /// What it does to the set of its side.
    pub set: SetEffect,
    /// The Pods that it counts in a status, and what their number is compared with.
    pub count: Option<Count>,
    /// What of its side only it reads.
    pub reads: Reads,
    /// It is a request that changes something.
    pub is_change: bool,
}

/// What an operation does to a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetEffect {
    /// Nothing.
    None,
    /// It changes the set's slice, if there is a set.
    Patch(SliceChange),
    /// It makes the set, with this slice.
    Create(SliceChange),
    /// It deletes the set.
    Delete(Cascade),
}

/// The `start` and `replicas` that a request stores; what is `None` stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceChange {
    /// The new `spec.ordinals.start`.
    pub start: Option<Expression>,
    /// The new `spec.replicas`.
    pub replicas: Option<Expression>,
}

/// A comparison with how many Pods a status counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// At least as many are Ready as the set's spec asks for.
    OfSpec,
    /// As many are counted in this field as the expression says.
    Of(StatusField, Expression),
}

impl Footprint {
    pub(super) const fn new(name: &'static str, cluster: ClusterId) -> Self {
        Self {
            name,
            cluster: Some(cluster),
            ordinal: None,
            set: SetEffect::None,
            count: None,
            reads: Reads::NOTHING,
            is_change: true,
        }
    }

    pub(super) const fn of_ordinal(self, ordinal: Expression) -> Self {
        Self {
            ordinal: Some(ordinal),
            ..self
        }
    }

    pub(super) const fn of_object(self, object: ObjectRef) -> Self {
        match object.kind {
            ObjectKind::StatefulSet => self,
            ObjectKind::Pod | ObjectKind::Claim(_) | ObjectKind::Volume(_) => {
                self.of_ordinal(object.ordinal)
            }
        }
    }

    pub(super) const fn of_set(self, set: SetEffect) -> Self {
        Self { set, ..self }
    }

    const fn counting(self, count: Count) -> Self {
        Self {
            count: Some(count),
            ..self
        }
    }

    const fn reading(self, reads: Reads) -> Self {
        Self { reads, ..self }
    }

    /// The same, as what changes nothing but the driver's memory.
    pub(super) const fn only_looks(self, name: &'static str) -> Self {
        Self {
            name,
            is_change: false,
            ..self
        }
    }
}

impl Condition {
    /// What a wait for it is about.
    #[must_use]
    pub const fn footprint(self) -> Footprint {
        let about = Footprint::new("", self.cluster()).only_looks("wait");
        match self {
            Self::PodReady(_, ordinal) | Self::PodAvailable(_, ordinal) => {
                about.of_ordinal(ordinal).reading(Reads::POD_READY)
            }
            Self::VolumeDetached(_, ordinal, _) => {
                about.of_ordinal(ordinal).reading(Reads::ATTACHMENTS)
            }
            Self::VolumeBound(_, ordinal, _) => about.of_ordinal(ordinal),
            Self::SetObserved(_) => about.reading(Reads::OBSERVED),
            Self::Exists(object) | Self::Absent(object) => about.of_object(object),
            Self::RolledOut(_) => about.counting(Count::OfSpec).reading(Reads {
                observed_generation: true,
                ..Reads::READY_REPLICAS
            }),
            Self::StatusEquals(_, field, expected) => {
                let reads = match field {
                    StatusField::Replicas => Reads::REPLICAS,
                    StatusField::ReadyReplicas => Reads::READY_REPLICAS,
                };
                about.counting(Count::Of(field, expected)).reading(reads)
            }
        }
    }
}

impl SliceChange {
    /// The marks of a slice once this is stored in it, in the iteration of `k` with `n` replicas.
    /// `None` if one of the numbers is negative, which Kubernetes refuses.
    #[must_use]
    pub fn apply(self, slice: Slice, k: Ordinal, n: u8) -> Option<(i32, i32)> {
        let value = |expression: Expression| expression.value(k, n);
        slice.with(self.start.map(value), self.replicas.map(value))
    }
}
