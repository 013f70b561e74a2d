//! The values of the clusters that the model knows more of.

use std::fmt;
use std::rc::Rc;

use crate::world::id::ClusterId;
use crate::world::program::{Condition, Expression, StatusField};
use crate::world::volume::{ReclaimPolicy, Template};

/// What a number is as a text if it is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zero {
    /// `0`.
    Printed,
    /// Nothing.
    LeftOut,
}

/// A claim of an ordinal, with what belongs to it: by the place of its template in the list, and the
/// ordinal.
pub type ClaimKey = (usize, u8);

/// The claim template of a claim.
#[must_use]
pub const fn template((template, _): ClaimKey) -> Template {
    Template(template as u8)
}

/// The ordinal of a claim.
#[must_use]
pub fn ordinal((_, ordinal): ClaimKey) -> Expression {
    Expression::number(i16::from(ordinal))
}

/// A value that a cluster knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// The name of the volume that a claim is bound to, as it was read.
    VolumeName(ClusterId, ClaimKey),
    /// The disk behind the volume that was read of a claim.
    Disk(ClaimKey),
    /// The reclaim policy of the volume that was read of a claim, and what it was at that time
    /// if the script knows.
    Policy(ClaimKey, Option<ReclaimPolicy>),
    /// The uid of a claim, as its volume names it.
    ClaimUid(ClaimKey),
    /// A number in a set's status, at one place of the program.
    Status(ClusterId, StatusField, usize, Zero),
    /// The text `value` if a condition holds, at one place of the program.
    If(Condition, &'static str, usize),
    /// A field that the model's objects do not have, in words; it may be empty.
    Unknown(Rc<str>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VolumeName(_, key) => write!(f, "the volume of claim {}", label(*key)),
            Self::Disk(key) => write!(f, "disk {}", label(*key)),
            Self::Policy(key, _) => write!(f, "the reclaim policy of volume {}", label(*key)),
            Self::ClaimUid(key) => write!(f, "the uid of claim {}", label(*key)),
            Self::Status(side, ..) => write!(f, "a number of the status in {}", side.name()),
            Self::If(..) => f.write_str("a condition"),
            Self::Unknown(field) => f.write_str(field),
        }
    }
}

/// `3`, or of another template than the first `3 of claim template 2`.
#[must_use]
pub fn label((template, ordinal): ClaimKey) -> String {
    match template {
        0 => ordinal.to_string(),
        _ => format!("{ordinal} of claim template {}", template + 1),
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
