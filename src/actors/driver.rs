//! The migration driver: walks the program of the scenario, one request or wait per step.
//!
//! It is what runs the migration: a person at a shell, a script, an operator. It knows what
//! it has read, forgets it in a crash, and starts again as the scenario says.

mod conditions;
mod counts;
mod describe;
mod names;
mod place;
mod requests;

use conditions::{exists, holds};
pub use counts::witnesses as count_witnesses;
pub use names::named;
use place::{go_on, leave_otherwise, restart};

use super::api_server::Refusal;
use super::{Component, Scope};
use crate::world::World;
use crate::world::driver::{Driver, DriverPhase, Watch};
use crate::world::id::{ClusterId, Ordinal};
use crate::world::parts::Parts;
use crate::world::program::{Cascade, Instruction, Operation, SetEffect, Timeout};
use crate::world::setup::Setup;

/// What the driver does next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Performs the instruction it is at, or ends the wait it is at.
    Advance,
    /// Looks for the incarnation that it will wait for.
    Look,
    /// Gives up the wait it is at.
    TimeOut,
    /// Starts again after a crash.
    Restart,
}

impl Component for Action {
    const NAME: &'static str = "driver";
    const WORKERS: &'static [Scope] = &[Scope::World];

    fn steps(setup: &Setup, world: &World, visit: &mut impl FnMut(Self)) {
        match world.driver.phase {
            DriverPhase::Running => (),
            DriverPhase::Crashed => return visit(Action::Restart),
            DriverPhase::Finished | DriverPhase::Failed => return,
        }
        let (action, timeout) = possible(setup, world);
        if let Some(action) = action {
            visit(action);
        }
        if timeout != Timeout::Never {
            visit(Action::TimeOut);
        }
    }

    fn cluster(self) -> Option<ClusterId> {
        None
    }

    fn ordinal(self) -> Option<Ordinal> {
        None
    }

    fn perform(self, setup: &Setup, world: &mut World) {
        match self {
            Action::Restart => restart(setup, world),
            Action::Look => look(setup, world),
            Action::TimeOut => leave_otherwise(setup, world),
            Action::Advance => advance(setup, world),
        }
    }

    /// Requests are about a set, or about what both sides have of one ordinal. A set that is removed
    /// at once leaves Pods and claims behind whose owner is gone.
    fn may_change(self, setup: &Setup, before: &World) -> Parts {
        if self != Self::Advance {
            return Parts::DRIVER;
        }
        let footprint = instruction(setup, before).operation.footprint();
        let set = |side| {
            let set = Parts::set(side).and(Parts::controller(side));
            set.and(Parts::DRIVER)
        };
        match (footprint.cluster, footprint.set) {
            (Some(side), SetEffect::Delete(Cascade::Background)) => {
                set(side).and(Parts::columns(side))
            }
            (Some(side), SetEffect::Patch(_) | SetEffect::Create(_) | SetEffect::Delete(_)) => {
                set(side)
            }
            _ => match ordinal_of(setup, before) {
                Some(ordinal) if footprint.is_change => {
                    Parts::of_ordinal(ordinal).and(Parts::DRIVER)
                }
                _ => Parts::DRIVER,
            },
        }
    }

    fn name(self, setup: &Setup, before: &World) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Look => "look",
            Self::TimeOut => "timeOut",
            Self::Advance => instruction(setup, before).operation.footprint().name,
        }
    }

    fn describe(self, setup: &Setup, before: &World) -> String {
        describe::step(setup, before, self)
    }
}

/// What a running driver can do at its instruction, and whether it may give up instead.
fn possible(setup: &Setup, world: &World) -> (Option<Action>, Timeout) {
    match instruction(setup, world).operation {
        Operation::AwaitGone(_, _, timeout) => match world.driver.watch {
            Watch::Nothing => (Some(Action::Look), Timeout::Never),
            Watch::Present => (None, timeout),
            Watch::Gone => (Some(Action::Advance), Timeout::Never),
        },
        Operation::Await(condition, timeout) if holds(setup, world, condition) => {
            // A count that may differ may as well not be the one that is waited for.
            let may_differ = setup.for_every_n && condition.footprint().count.is_some();
            let timeout = if may_differ { timeout } else { Timeout::Never };
            (Some(Action::Advance), timeout)
        }
        Operation::Await(_, timeout) => (None, timeout),
        // Time passes, whatever else happens.
        Operation::Clock => (Some(Action::Advance), Timeout::Fail),
        _ => (Some(Action::Advance), Timeout::Never),
    }
}

/// What can be said of an instruction once a space has been searched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// It was performed, or its wait was over.
    Done,
    /// Its wait was given up.
    TimedOut,
    /// Its wait was not over.
    Waiting,
}

impl Event {
    /// A number for each event of each instruction; the instructions have fewer than 255
    /// positions.
    #[must_use]
    pub fn label(self, position: usize) -> u16 {
        let position = u16::try_from(position).expect("a program is short");
        position * 3 + self as u16
    }
}

/// What a driver's step means for its instruction. The look that finds what is to go means that
/// the wait begins.
#[must_use]
pub fn event(setup: &Setup, before: &World, action: Action) -> Option<Event> {
    match action {
        Action::Restart => None,
        Action::TimeOut => Some(Event::TimedOut),
        Action::Advance => Some(Event::Done),
        Action::Look => match instruction(setup, before).operation {
            Operation::AwaitGone(object, ..) if exists(setup, before, object) => None,
            _ => Some(Event::Done),
        },
    }
}

/// Whether the driver stands before a wait that is not over.
#[must_use]
pub fn is_waiting(setup: &Setup, world: &World) -> bool {
    world.driver.phase == DriverPhase::Running && possible(setup, world).0.is_none()
}

/// The instruction that a running driver is at.
#[must_use]
pub fn instruction(setup: &Setup, world: &World) -> Instruction {
    let instruction = setup.program.at(world.driver.position);
    instruction.expect("a driver that runs is at an instruction")
}

/// The ordinal that an instruction is about in the present iteration.
#[must_use]
pub fn ordinal_of(setup: &Setup, world: &World) -> Option<Ordinal> {
    let footprint = instruction(setup, world).operation.footprint();
    setup.existing(world.driver.k, footprint.ordinal?)
}

/// Performs the request of the present instruction, or ends its wait, and goes on.
fn advance(setup: &Setup, world: &mut World) {
    let now = instruction(setup, world);
    let resumed = setup.program.entry(world.driver.position).is_some();
    if let Operation::Test(condition) = now.operation
        && !holds(setup, world, condition)
    {
        return leave_otherwise(setup, world);
    }
    match requests::perform(setup, world, now.operation) {
        Ok(()) => go_on(setup, world),
        Err(Refusal::AlreadyExists) if resumed => go_on(setup, world),
        Err(_) => leave_otherwise(setup, world),
    }
}

/// The first look of a `gone` wait: nothing there means that it is over.
fn look(setup: &Setup, world: &mut World) {
    let Operation::AwaitGone(object, ..) = instruction(setup, world).operation else {
        unreachable!("only a wait looks");
    };
    if exists(setup, world, object) {
        world.driver.watch = Watch::Present;
    } else {
        go_on(setup, world);
    }
}

/// A refused request ends the program. What it knew does not matter any more.
fn fail(world: &mut World) {
    world.driver = Driver {
        phase: DriverPhase::Failed,
        ..Driver::default()
    };
}
