//! Parts of a [`World`]: what a step may change.

use super::World;
use super::id::{ClusterId, Ordinal};
use super::row::Row;

/// Some parts of a world: whatever a step changes is in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts {
    /// Whose columns and contents these are; without an ordinal there are none.
    pub ordinal: Option<Ordinal>,
    what: u16,
}

impl Parts {
    /// Nothing.
    pub const NOTHING: Self = Self::new(0);
    /// The faults spent, and who is excused.
    pub const FAULTS: Self = Self::new(1);
    /// The driver's memory, and the Secrets and ConfigMaps that only it changes.
    pub const DRIVER: Self = Self::new(1 << 1);
    /// What the ordinal's disks hold.
    pub const CONTENTS: Self = Self::new(1 << 2);
    /// Everything, of one ordinal at most.
    pub const ALL: Self = Self::new((1 << 9) - 1);

    const fn new(what: u16) -> Self {
        Self {
            ordinal: None,
            what,
        }
    }

    const fn of_side(side: ClusterId, number: u16) -> Self {
        Self::new(1 << (3 + 2 * number + side as u16))
    }

    /// A side's set, and which Pods its status counts.
    #[must_use]
    pub const fn set(side: ClusterId) -> Self {
        Self::of_side(side, 0)
    }

    /// The memory of a side's StatefulSet controller, and what it has planned for each ordinal.
    #[must_use]
    pub const fn controller(side: ClusterId) -> Self {
        Self::of_side(side, 1)
    }

    /// What a side has of the ordinal: its Pod, containers, claim, volumes and attachments.
    #[must_use]
    pub const fn column(side: ClusterId) -> Self {
        Self::of_side(side, 2)
    }

    /// What a side has of every ordinal. One step changes that much only in name: a set is removed,
    /// and what it owned belongs to a set that is gone.
    #[must_use]
    pub const fn columns(side: ClusterId) -> Self {
        Self::of_side(side, 3)
    }

    /// Both sides' columns of an ordinal, and its contents.
    #[must_use]
    pub const fn of_ordinal(ordinal: Ordinal) -> Self {
        let columns = Self::column(ClusterId::Source).and(Self::column(ClusterId::Destination));
        columns.and(Self::CONTENTS).at(Some(ordinal))
    }

    /// The same parts, of this ordinal.
    #[must_use]
    pub const fn at(self, ordinal: Option<Ordinal>) -> Self {
        Self { ordinal, ..self }
    }

    /// These parts and those of `other`, which is about no ordinal or the same.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            what: self.what | other.what,
            ..self
        }
    }

    /// Whether `part` is among them.
    #[must_use]
    pub const fn contains(self, part: Self) -> bool {
        self.what & part.what != 0
    }
}

impl World {
    /// Makes these parts of a world with so many ordinals what they are in `other`.
    #[inline]
    pub fn copy_parts(&mut self, other: &Self, parts: Parts, ordinals: u8) {
        if parts.contains(Parts::FAULTS) {
            self.spent = other.spent;
            self.copy_rows(other, ordinals, |row, from| row.excused = from.excused);
        }
        if parts.contains(Parts::DRIVER) {
            self.driver = other.driver;
        }
        for id in ClusterId::BOTH {
            let (side, from) = (&mut self.clusters[id], &other.clusters[id]);
            if parts.contains(Parts::DRIVER) {
                side.extras = from.extras;
            }
            if parts.contains(Parts::set(id)) {
                side.set = from.set;
                self.copy_rows(other, ordinals, |row, from| {
                    row.sides[id].counted = from.sides[id].counted;
                });
            }
            if parts.contains(Parts::controller(id)) {
                self.clusters[id].controller = other.clusters[id].controller;
                self.copy_rows(other, ordinals, |row, from| {
                    row.sides[id].planned = from.sides[id].planned;
                });
            }
            if parts.contains(Parts::columns(id)) {
                self.copy_rows(other, ordinals, |row, from| row.sides[id] = from.sides[id]);
            }
        }
        if let Some(ordinal) = parts.ordinal {
            self.rows[ordinal] = other.rows[ordinal];
        }
    }

    #[inline(always)]
    fn copy_rows(&mut self, other: &Self, ordinals: u8, copy: impl Fn(&mut Row, &Row)) {
        let rows = self.rows.values_mut().zip(other.rows.values());
        let rows = rows.take(usize::from(ordinals));
        rows.for_each(|(row, from)| copy(row, from));
    }
}
