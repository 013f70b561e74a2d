//! Waits for a count: the one kind of guard that is not about some ordinals or about all of them.

use crate::world::World;
use crate::world::id::{Ordinal, OrdinalSet, Slice};
use crate::world::program::{self, Condition, Expression, StatusField};
use crate::world::setup::Setup;

/// The Pods that a status counts, and how many of them are waited for.
struct Count {
    counted: OrdinalSet,
    /// As many ordinals as are waited for: those that are meant.
    meant: OrdinalSet,
    expected: i32,
    /// More will do.
    at_least: bool,
}

impl Count {
    fn of(setup: &Setup, world: &World, condition: Condition) -> Option<Self> {
        let side = world.side(condition.cluster());
        let slice = side.set?.slice;
        let counted = |field| side.ordinals(|column| column.counted.in_field(field));
        match condition.footprint().count? {
            program::Count::OfSpec => Some(Self {
                counted: counted(StatusField::ReadyReplicas),
                meant: slice.ordinals().collect(),
                expected: i32::from(slice.replicas()),
                at_least: true,
            }),
            program::Count::Of(field, expected) => Some(Self {
                counted: counted(field),
                meant: meant(setup, world.driver.k, expected),
                expected: expected.value(world.driver.k, setup.replicas),
                at_least: false,
            }),
        }
    }

    fn is_reached(&self) -> bool {
        let counted = i32::try_from(self.counted.len()).expect("at most 16 ordinals");
        counted == self.expected || self.at_least && counted > self.expected
    }

    /// Those that are meant are counted, and no others where that matters.
    fn is_as_meant(&self) -> bool {
        let OrdinalSet(missing) = self.missing();
        missing == 0 && (self.at_least || self.others().is_empty())
    }

    const fn missing(&self) -> OrdinalSet {
        OrdinalSet(self.meant.0 & !self.counted.0)
    }

    const fn others(&self) -> OrdinalSet {
        OrdinalSet(self.counted.0 & !self.meant.0)
    }
}

/// As many ordinals as an expression says: `N - k` are those from `k` on, any others the lowest.
fn meant(setup: &Setup, k: Ordinal, expected: Expression) -> OrdinalSet {
    let value = expected.value(k, setup.replicas);
    let value = u8::try_from(value.clamp(0, i32::from(setup.ordinals))).expect("it is small");
    let slice = if expected.k < 0 {
        let end = setup.replicas;
        Slice {
            start: end.saturating_sub(value),
            end,
        }
    } else {
        Slice::from(0..value)
    };
    slice.ordinals().collect()
}

/// Whether a condition on a count holds. If counts are relaxed, it also does if some ordinal that
/// is counted might stand for one that is not: as many of one kind as of the other there must be.
pub(super) fn hold(setup: &Setup, world: &World, condition: Condition) -> bool {
    let side = world.side(condition.cluster());
    let Some(set) = side.set else { return false };
    let observed = set.observed || !matches!(condition, Condition::RolledOut(_));
    let Some(count) = Count::of(setup, world, condition) else {
        return false;
    };
    let holds = if setup.for_every_n {
        count.is_as_meant() || !count.missing().is_empty() && !count.others().is_empty()
    } else {
        count.is_reached()
    };
    observed && holds
}

/// How many ordinals it takes to see that a relaxed condition on a count holds.
#[must_use]
pub fn witnesses(setup: &Setup, world: &World, condition: Condition) -> usize {
    match Count::of(setup, world, condition) {
        Some(count) if !count.is_as_meant() => 2,
        _ => 0,
    }
}
