//! `driverCrash`: the driver crashes.

use super::{Fault, Reach, Target};
use crate::world::World;
use crate::world::driver::{Driver, DriverPhase};
use crate::world::setup::Setup;

/// The driver stops between two requests and forgets everything it has not saved.
#[derive(Clone, Copy, Debug)]
pub struct DriverCrash;

impl Fault for DriverCrash {
    fn name(&self) -> &'static str {
        "driverCrash"
    }

    fn summary(&self) -> &'static str {
        "the driver crashes, loses its memory and restarts"
    }

    fn is_ordinary(&self) -> bool {
        true
    }

    fn reach(&self) -> Reach {
        Reach::Driver
    }

    fn may_strike(&self, world: &World, _: Target) -> bool {
        world.driver.phase == DriverPhase::Running
    }

    fn strike(&self, _: &Setup, world: &mut World, _: Target) {
        let saved = world.driver.saved;
        world.driver = Driver {
            phase: DriverPhase::Crashed,
            saved,
            ..Driver::default()
        };
    }

    fn describe(&self, _: Target) -> String {
        "the driver crashes and loses its memory".to_owned()
    }
}
