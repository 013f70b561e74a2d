//! Where the driver is in its program: going on, passing by what was refused, starting again.

use super::exists;
use crate::world::World;
use crate::world::driver::{Driver, Read, Watch};
use crate::world::id::{ClusterId, Ordinal, Slice};
use crate::world::program::{AfterCrash, Entry, Look, LoopOrder, Operation, Target};
use crate::world::setup::Setup;

/// On to where the present instruction leads once it is done.
pub(super) fn go_on(setup: &Setup, world: &mut World) {
    let driver = &world.driver;
    let exits = setup.program.exits(driver.position);
    let saves = setup.program.at(driver.position).map(|now| now.operation) == Some(Operation::Save);
    if saves && let Some((position, k)) = follow(setup, driver, exits.done) {
        let position = u16::try_from(position).expect("a program is short");
        world.driver.saved = (position, k);
    }
    leave(setup, world, exits.done);
}

/// On to where it leads after a refusal, a time-out, or a test that does not hold.
pub(super) fn leave_otherwise(setup: &Setup, world: &mut World) {
    let exits = setup.program.exits(world.driver.position);
    leave(setup, world, exits.otherwise);
}

fn leave(setup: &Setup, world: &mut World, target: Target) {
    match follow(setup, &world.driver, target) {
        Some(place) => arrive(setup, world, place),
        None => super::fail(world),
    }
}

fn follow(setup: &Setup, driver: &Driver, target: Target) -> Option<(usize, Ordinal)> {
    setup.program.follow(target, driver.k, setup.replicas)
}

/// Comes to an instruction, and forgets what only those before it needed.
fn arrive(setup: &Setup, world: &mut World, (position, k): (usize, Ordinal)) {
    let driver = &mut world.driver;
    driver.watch = Watch::Nothing;
    driver.go_to(setup, position, k);
    let operation = setup.program.at(driver.position).map(|next| next.operation);
    // A script keeps what it has read in a file, until it reads something else.
    let keeps = setup.program.is_script && operation.is_some();
    if !keeps
        && !matches!(
            operation,
            Some(Operation::GetVolume(..) | Operation::CreateVolume(..))
        )
    {
        driver.read = Read::Nothing;
    }
    if operation.is_none() {
        driver.k = Ordinal(0);
    }
    // The wait inside `kubectl delete` is for the incarnation that the DELETE has just answered
    // for, which may be gone already.
    if let Some(Operation::AwaitGone(object, Look::AfterDelete, _)) = operation {
        let there = exists(setup, world, object);
        world.driver.watch = if there { Watch::Present } else { Watch::Gone };
    }
}

/// Starts again after a crash.
pub(super) fn restart(setup: &Setup, world: &mut World) {
    let (position, k) = world.driver.saved;
    world.driver.begin(setup);
    let top = (usize::from(world.driver.position), world.driver.k);
    let place = match setup.program.after_crash {
        AfterCrash::FromTop => top,
        AfterCrash::FromSaved => (usize::from(position), k),
        AfterCrash::FromObserved => resume(setup, world)
            .and_then(|(entry, k)| Some((setup.program.enters(entry)?, k)))
            .and_then(|(target, k)| setup.program.follow(target, k, setup.replicas))
            .unwrap_or(top),
    };
    arrive(setup, world, place);
}

/// Reads both sets and finds the ordinal to go on with: one that neither owns, or else the last
/// that has moved, whose waits are repeated, or else the first.
pub(super) fn resume(setup: &Setup, world: &World) -> Option<(Entry, Ordinal)> {
    let order = setup.program.loop_order?;
    let [source, destination] = ClusterId::BOTH.map(|side| {
        world.clusters[side]
            .set
            .map_or(Slice::EMPTY, |set| set.slice)
    });
    let owned = |ordinal: &Ordinal| source.contains(*ordinal) || destination.contains(*ordinal);
    let gap = in_order(order, setup).find(|ordinal| !owned(ordinal));
    match gap {
        Some(gap) => Some((Entry::Resumed, gap)),
        None => Some(match last_moved(order, destination) {
            Some(moved) => (Entry::WaitsOnly, moved),
            None => (Entry::Resumed, order.first(setup.replicas)),
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
