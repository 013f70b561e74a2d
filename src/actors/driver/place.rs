//! Where the driver is in its program: going on, passing by what was refused, starting again.

use super::exists;
use crate::world::World;
use crate::world::driver::{Driver, Mode, Read, Watch};
use crate::world::id::{ClusterId, Ordinal, Slice};
use crate::world::program::{AfterCrash, Look, LoopOrder, Operation, Target};
use crate::world::setup::Setup;

/// Where a driver is in its program.
#[derive(Clone, Copy)]
struct Place {
    position: usize,
    k: Ordinal,
    mode: Mode,
}

impl Place {
    const fn of(driver: &Driver) -> Self {
        Self {
            position: driver.position as usize,
            k: driver.k,
            mode: driver.mode,
        }
    }

    fn operation(self, setup: &Setup) -> Option<Operation> {
        setup
            .program
            .instructions
            .get(self.position)
            .map(|instruction| instruction.operation)
    }

    /// The place that a target stands for; `None` if the program ends there, unfinished. A resumed
    /// driver keeps its ordinal until it is in the body. Behind the waits of an ordinal that has
    /// moved comes the iteration it really resumes; an iteration later it is an ordinary driver.
    fn follow(self, setup: &Setup, target: Target) -> Option<Self> {
        let program = &setup.program;
        let body = program.body();
        let (position, k) = program.follow(target, self.k, setup.replicas)?;
        let ends_iteration = position <= self.position || !body.contains(&position);
        Some(match self.mode {
            Mode::Normal => Self {
                position,
                k,
                ..self
            },
            _ if !body.contains(&self.position) => Self { position, ..self },
            _ if !ends_iteration => Self { position, ..self },
            Mode::WaitsOnly if body.contains(&position) => Self {
                position,
                k,
                mode: Mode::Resumed,
            },
            _ => Self {
                position,
                k,
                mode: Mode::Normal,
            },
        })
    }

    /// The place after this one, where something is.
    fn next(self, setup: &Setup) -> Self {
        let exits = setup.program.exits[self.position];
        let next = self.follow(setup, exits.done);
        next.expect("what is done leads on")
    }

    /// The same place, or the next one at which this driver does anything: one that only
    /// repeats the waits of an iteration passes by the rest.
    fn skip_requests(mut self, setup: &Setup) -> Self {
        while self.mode == Mode::WaitsOnly
            && setup.program.body().contains(&self.position)
            && !self.operation(setup).is_some_and(is_plain_wait)
        {
            self = self.next(setup);
        }
        self
    }
}

/// On to where the present instruction leads once it is done.
pub(super) fn go_on(setup: &Setup, world: &mut World) {
    let place = Place::of(&world.driver);
    let exits = setup.program.exits[place.position];
    if place.operation(setup) == Some(Operation::Save)
        && let Some(next) = place.follow(setup, exits.done)
    {
        let position = u16::try_from(next.position).expect("a program is short");
        world.driver.saved = (position, next.k);
    }
    leave(setup, world, exits.done);
}

/// On to where it leads after a refusal, a time-out, or a test that does not hold.
pub(super) fn leave_otherwise(setup: &Setup, world: &mut World) {
    let exits = setup.program.exits[usize::from(world.driver.position)];
    leave(setup, world, exits.otherwise);
}

fn leave(setup: &Setup, world: &mut World, target: Target) {
    match Place::of(&world.driver).follow(setup, target) {
        Some(place) => arrive(setup, world, place),
        None => super::fail(world),
    }
}

/// Comes to an instruction, and forgets what only those before it needed.
fn arrive(setup: &Setup, world: &mut World, place: Place) {
    let place = place.skip_requests(setup);
    let operation = place.operation(setup);
    let driver = &mut world.driver;
    driver.watch = Watch::Nothing;
    // A script keeps what it has read in a file, until it reads something else.
    let keeps = setup.program.is_script && operation.is_some();
    if !keeps
        && !matches!(
            operation,
            Some(Operation::GetVolume(_) | Operation::CreateVolume(..))
        )
    {
        driver.read = Read::Nothing;
    }
    let (k, mode) = match operation {
        Some(_) => (place.k, place.mode),
        None => (Ordinal(0), Mode::Normal),
    };
    driver.mode = mode;
    driver.go_to(setup, place.position, k);
    // The wait inside `kubectl delete` is for the incarnation that the DELETE has just answered
    // for, which may be gone already.
    if let Some(Operation::AwaitGone(object, Look::AfterDelete, _)) = operation {
        let there = exists(setup, world, object);
        world.driver.watch = if there { Watch::Present } else { Watch::Gone };
    }
}

/// A wait of the file, not the one inside a `kubectl delete`.
#[must_use]
pub const fn is_plain_wait(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::AwaitGone(_, Look::First, _) | Operation::Await(..)
    )
}

/// Starts again after a crash.
pub(super) fn restart(setup: &Setup, world: &mut World) {
    let saved = world.driver.saved;
    world.driver.begin(setup);
    let top = Place::of(&world.driver);
    let place = match setup.program.after_crash {
        AfterCrash::FromTop => top,
        AfterCrash::FromSaved => Place {
            position: usize::from(saved.0),
            k: saved.1,
            mode: Mode::Normal,
        },
        AfterCrash::FromObserved => match resume(setup, world) {
            Some((mode, k)) => Place { k, mode, ..top },
            None => top,
        },
    };
    arrive(setup, world, place);
}

/// Reads both sets and finds the ordinal to go on with: one that neither owns, or else the last
/// that has moved, whose waits are repeated, or else the first.
pub(super) fn resume(setup: &Setup, world: &World) -> Option<(Mode, Ordinal)> {
    let order = setup.program.loop_order?;
    let [source, destination] = ClusterId::BOTH.map(|side| {
        world.clusters[side]
            .set
            .map_or(Slice::EMPTY, |set| set.slice)
    });
    let owned = |ordinal: &Ordinal| source.contains(*ordinal) || destination.contains(*ordinal);
    let gap = in_order(order, setup).find(|ordinal| !owned(ordinal));
    match gap {
        Some(gap) => Some((Mode::Resumed, gap)),
        None => Some(match last_moved(order, destination) {
            Some(moved) => (Mode::WaitsOnly, moved),
            None => (Mode::Resumed, order.first(setup.replicas)),
        }),
    }
}

fn in_order(order: LoopOrder, setup: &Setup) -> impl Iterator<Item = Ordinal> + use<> {
    let replicas = setup.replicas;
    let mut next = (replicas > 0).then(|| order.first(replicas));
    std::iter::from_fn(move || {
        let now = next?;
        next = order.after(now, replicas);
        Some(now)
    })
}

/// The ordinal that the loop moved last, as far as the destination's slice tells.
fn last_moved(order: LoopOrder, destination: Slice) -> Option<Ordinal> {
    match order {
        LoopOrder::Descending => destination.ordinals().next(),
        LoopOrder::Ascending => destination.ordinals().next_back(),
    }
}
