//! `available`: enough ordinals serve.

use super::{Kind, Property};
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::{AvailabilityRule, Setup};

/// See [`Property::promise`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "available",
    kind: Kind::Always { holds, culprit },
    promise: "The availability rule holds for the ordinals that do not serve.",
    details: "An ordinal serves if on some side its containers run and its Pod is Ready and not terminating. Rules: at most so many down, a majority serving, or so many of each group serving. With `faults: excused` an ordinal that a fault has hit is left out until it next serves; with `counted` the cause does not matter.",
    violated_in: "blog-redis-cluster",
    holds_in: "kep-3335-ordered",
    applies,
};

fn applies(setup: &Setup) -> Result<(), &'static str> {
    if setup.availability.is_some() {
        Ok(())
    } else {
        Err("no availability rule is given")
    }
}

/// Whether the promise is kept in `world`.
fn holds(setup: &Setup, world: &World) -> bool {
    let Some(availability) = &setup.availability else {
        return true;
    };
    let is_down = |ordinal: Ordinal| !world.rows[ordinal].serves() && !world.rows[ordinal].excused;
    let down = || setup.members().filter(|&ordinal| is_down(ordinal));
    match &availability.rule {
        AvailabilityRule::MaxUnavailable(most) => at_most(*most, down()),
        // Not local to any number of ordinals: it compares a count with N.
        AvailabilityRule::Majority => down().count() * 2 < usize::from(setup.replicas),
        AvailabilityRule::Groups(groups) => groups.iter().all(|group| {
            let members = group.ordinals.iter().filter(|&ordinal| is_down(ordinal));
            let size = u8::try_from(group.ordinals.len()).expect("at most 16 ordinals");
            at_most(size.saturating_sub(group.min), members)
        }),
    }
}

/// Whether there are at most `most` of them.
fn at_most(most: u8, mut ordinals: impl Iterator<Item = Ordinal>) -> bool {
    ordinals.nth(usize::from(most)).is_none()
}

fn culprit(setup: &Setup, world: &World) -> Option<Ordinal> {
    setup
        .members()
        .find(|&ordinal| !world.rows[ordinal].serves() && !world.rows[ordinal].excused)
}
