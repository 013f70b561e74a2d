//! The values of the clusters that the model knows more of.

use std::fmt;
use std::rc::Rc;

use crate::world::id::ClusterId;
use crate::world::program::{Condition, StatusField};
use crate::world::volume::ReclaimPolicy;

/// What a number is as a text if it is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zero {
    /// `0`.
    Printed,
    /// Nothing.
    LeftOut,
}

/// A value that a cluster knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// The name of the volume that a claim is bound to, as it was read.
    VolumeName(ClusterId, u8),
    /// The disk behind the volume that was read for an ordinal.
    Disk(u8),
    /// The reclaim policy of the volume that was read for an ordinal, and what it was at that time
    /// if the script knows.
    Policy(u8, Option<ReclaimPolicy>),
    /// The uid of the claim that the volume of an ordinal names.
    ClaimUid(u8),
    /// A number in a set's status, at one place of the program.
    Status(ClusterId, StatusField, usize, Zero),
    /// The text `value` if a condition holds, at one place of the program.
    If(Condition, &'static str, usize),
    /// The name of the volume of a claim of another template than the first: the number of the
    /// template, and the ordinal.
    CompanionVolume(usize, u8),
    /// A field that the model's objects do not have, in words; it may be empty.
    Unknown(Rc<str>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VolumeName(_, ordinal) => write!(f, "the volume of claim {ordinal}"),
            Self::Disk(ordinal) => write!(f, "disk {ordinal}"),
            Self::Policy(ordinal, _) => write!(f, "the reclaim policy of volume {ordinal}"),
            Self::ClaimUid(ordinal) => write!(f, "the uid of claim {ordinal}"),
            Self::Status(side, ..) => write!(f, "a number of the status in {}", side.name()),
            Self::If(..) => f.write_str("a condition"),
            Self::CompanionVolume(_, ordinal) => {
                write!(f, "the volume of another template's claim {ordinal}")
            }
            Self::Unknown(field) => f.write_str(field),
        }
    }
}

impl Value {
    /// The same value as if it were read at no place, and where it was read; `None` if it does not
    /// matter where.
    #[must_use]
    pub fn without_place(&self) -> Option<(Self, usize)> {
        match *self {
            Self::Status(cluster, field, at, zero) => {
                Some((Self::Status(cluster, field, 0, zero), at))
            }
            Self::If(condition, text, at) => Some((Self::If(condition, text, 0), at)),
            _ => None,
        }
    }

    /// What `${name:-0}` makes of it, if that is something else.
    #[must_use]
    pub const fn or_zero(&self) -> Option<Self> {
        match *self {
            Self::Status(cluster, field, at, Zero::LeftOut) => {
                Some(Self::Status(cluster, field, at, Zero::Printed))
            }
            _ => None,
        }
    }
}
