//! Where the driver is in its program: going on, passing by what was refused, starting again.

use super::exists;
use crate::world::World;
use crate::world::driver::{Driver, Mode, Read, Watch};
use crate::world::id::{ClusterId, Ordinal, Slice};
use crate::world::program::{AfterCrash, Instruction, Look, LoopOrder, Operation, Target};
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

    /// The place behind this one. A resumed driver keeps its ordinal until it is in the body.
    /// Behind the waits of an ordinal that has moved comes the iteration it really resumes; an
    /// iteration later it is an ordinary driver.
    fn next(self, setup: &Setup) -> Self {
        let program = &setup.program;
        let body = program.body();
        let (position, k) = program.next(self.position, self.k, setup.replicas);
        let ends_iteration = position <= self.position || !body.contains(&position);
        match self.mode {
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
        }
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

/// On to the next instruction.
pub(super) fn go_on(setup: &Setup, world: &mut World) {
    if let Some(exits) = setup.program.exits(usize::from(world.driver.position)) {
        return leave(setup, world, exits.done);
    }
    let place = Place::of(&world.driver);
    let next = place.next(setup);
    if place.operation(setup) == Some(Operation::Save) {
        world.driver.saved = (
            u8::try_from(next.position).expect("a program is short"),
            next.k,
        );
    }
    arrive(setup, world, next);
}

/// On to where a program with branches goes after a refusal, a time-out, or a test that does not
/// hold.
pub(super) fn leave_otherwise(setup: &Setup, world: &mut World) {
    let exits = setup.program.exits(usize::from(world.driver.position));
    leave(
        setup,
        world,
        exits.map_or(Target::Failed, |exits| exits.otherwise),
    );
}

/// To another place of a program with branches.
fn leave(setup: &Setup, world: &mut World, target: Target) {
    match target {
        Target::At(position) => {
            let position = usize::from(position);
            let place = Place::of(&world.driver);
            arrive(setup, world, Place { position, ..place });
        }
        Target::Failed => super::fail(world),
    }
}

/// After a refusal that does not matter: on to the next step of the file. A volume that could
/// not be created does not keep the claim from being created.
pub(super) fn skip_step(setup: &Setup, world: &mut World, refused: Instruction) {
    let first = Place::of(&world.driver);
    let mut place = first.next(setup);
    let is_rest_of_step = |place: Place| {
        let next = setup.program.instructions.get(place.position);
        // A body of one step is followed by itself, in the next iteration. What is done is
        // saved even if it was refused.
        place.position > first.position
            && next
                .is_some_and(|next| next.step == refused.step && next.operation != Operation::Save)
    };
    if !matches!(refused.operation, Operation::CreateVolume(..)) {
        while is_rest_of_step(place) {
            place = place.next(setup);
        }
    }
    arrive(setup, world, place);
}

/// Comes to an instruction, and forgets what only those before it needed.
fn arrive(setup: &Setup, world: &mut World, place: Place) {
    let place = place.skip_requests(setup);
    let operation = place.operation(setup);
    let driver = &mut world.driver;
    driver.watch = Watch::Nothing;
    // A script keeps what it has read in a file, until it reads something else.
    let keeps = !setup.program.exits.is_empty() && operation.is_some();
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
