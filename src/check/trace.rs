//! A trace that has been replayed: all that is said of a counterexample starts from it.

use crate::actors::{Step, driver};
use crate::engine::Trace;
use crate::history::History;
use crate::model::Migration;
use crate::properties::{self, Property, PropertyId};
use crate::scenario::{Scenario, StepSource};
use crate::world::World;
use crate::world::setup::Setup;

/// A counterexample with what it is a counterexample of.
pub(super) struct Replay<'a> {
    pub scenario: &'a Scenario,
    pub model: &'a Migration,
    pub property: &'static Property,
    pub trace: &'a Trace<Step>,
    /// The states on the way, and what happened between them.
    pub history: History<'a>,
}

impl<'a> Replay<'a> {
    pub fn new(
        scenario: &'a Scenario,
        model: &'a Migration,
        id: PropertyId,
        trace: &'a Trace<Step>,
    ) -> Self {
        let property = id.property();
        let setup = model.setup();
        let mut world = World::initial(setup);
        let mut worlds = vec![world];
        for &step in &trace.steps {
            world = model.after(&world, step);
            worlds.push(world);
        }
        let history = History {
            setup,
            set_name: &scenario.set_name,
            steps: &trace.steps,
            worlds,
            loop_start: trace.loop_start,
            ordinal: property.culprit(setup, &world),
        };
        Self {
            scenario,
            model,
            property,
            trace,
            history,
        }
    }

    pub const fn setup(&self) -> &'a Setup {
        self.model.setup()
    }

    /// The driver's last request that changed something: its step's number, and its place in the
    /// file.
    pub fn last_request(&self) -> Option<(usize, &'a StepSource)> {
        let request = self.history.last_request()?;
        Some((request.number, self.source(request.before)?))
    }

    /// Where the file has the instruction that the driver is at.
    pub fn source(&self, before: &World) -> Option<&'a StepSource> {
        let instruction = driver::instruction(self.setup(), before);
        self.scenario.steps.get(usize::from(instruction.step))
    }

    /// The always-properties that some state breaks, each with the number of steps before the
    /// first that does, in the order of reports.
    pub fn breaks(&self) -> Vec<(&'static Property, usize)> {
        let setup = self.setup();
        let applying = |property: &&Property| {
            !property.kind.is_about_paths() && (property.applies)(setup).is_ok()
        };
        let first = |property: &'static Property| {
            let is_broken = |world: &World| !property.holds(setup, world);
            Some((property, self.history.worlds.iter().position(is_broken)?))
        };
        let properties = properties::ALL.iter().filter(applying);
        properties.filter_map(first).collect()
    }
}
