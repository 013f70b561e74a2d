//! The ordinals that a driver is about to go on with, whatever their numbers.

use super::place;
use crate::world::World;
use crate::world::driver::{Driver, DriverPhase, Watch};
use crate::world::id::Ordinal;
use crate::world::letter::Named;
use crate::world::program::{AfterCrash, ObjectKind, Operation};
use crate::world::setup::Setup;

/// The ordinal that the loop is at, the one that is saved, the one of which an object is watched,
/// and the one at which a driver that has crashed will go on.
#[must_use]
pub fn named(setup: &Setup, world: &World) -> Named {
    let driver = &world.driver;
    [
        of_loop(setup, driver),
        saved(setup, driver),
        watched(setup, driver),
        resumed(setup, world),
    ]
}

/// The ordinal that the driver's loop is at, if it is in its loop.
fn of_loop(setup: &Setup, driver: &Driver) -> Option<Ordinal> {
    let program = &setup.program;
    // A driver that resumes has its ordinal before it comes to its loop.
    let has_one = driver.phase == DriverPhase::Running
        && (program.is_in_loop(driver.position) || program.entry(driver.position).is_some());
    debug_assert!(has_one || driver.k == Ordinal(0), "{driver:?}");
    (has_one && setup.replicas > 0).then_some(driver.k)
}

/// The ordinal that the driver has saved, if that was in its loop.
fn saved(setup: &Setup, driver: &Driver) -> Option<Ordinal> {
    let program = &setup.program;
    let (position, k) = driver.saved;
    let has_one = program.after_crash == AfterCrash::FromSaved && program.is_in_loop(position);
    debug_assert!(has_one || k == Ordinal(0), "{driver:?}");
    (has_one && setup.replicas > 0).then_some(k)
}

/// The ordinal whose object the driver watches.
fn watched(setup: &Setup, driver: &Driver) -> Option<Ordinal> {
    if driver.phase != DriverPhase::Running || driver.watch != Watch::Present {
        return None;
    }
    let instruction = setup.program.at(driver.position)?;
    let Operation::AwaitGone(object, ..) = instruction.operation else {
        return None;
    };
    if object.kind == ObjectKind::StatefulSet {
        return None;
    }
    setup.existing(driver.k, object.ordinal)
}

/// The ordinal that a driver which has crashed will find when it looks at both sets. They stay as
/// they are until it does.
fn resumed(setup: &Setup, world: &World) -> Option<Ordinal> {
    let looks = setup.program.after_crash == AfterCrash::FromObserved
        && world.driver.phase == DriverPhase::Crashed
        && setup.replicas > 0;
    let found = looks.then(|| place::resume(setup, world)).flatten();
    found.map(|(_, ordinal)| ordinal)
}
