//! A [`World`] as a word: one letter for each ordinal, and a frame for the rest.
//!
//! Ordinals are ranks, so a word with letters left out is again a word of the same migration, with
//! fewer ordinals. What a world says of ordinals by number is said by letters instead: a mark of
//! a slice by "I am below it", the ordinal that the driver is at by "I am the one".

use super::World;
use super::driver::Driver;
use super::id::{ClusterId, Ordinal, OrdinalSet, PerCluster, Slice, Table};
use super::pod::{Containers, Pod};
use super::setup::Setup;
use super::stateful_set::{Controller, Previous, StatefulSet, Write};
use super::volume::{Claim, Storage, Volumes};

/// What there is of one ordinal, on both sides.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Letter {
    /// What each side has of it.
    pub sides: PerCluster<Column>,
    /// The shared storage's truth.
    pub storage: Storage,
    /// A fault has hit it, and it has not served since.
    pub excused: bool,
    /// It is one of the application's, `{0..N-1}`.
    pub is_member: bool,
    /// Its names: bit i is that of place i in [`Named`].
    pub names: u8,
}

/// The ordinals that have names, by the bit of each.
pub type Named = [Option<Ordinal>; 4];

/// The bits of names that a world keeps as numbers: the place of each in [`Named`].
pub mod names {
    /// The driver's loop is at it.
    pub const K: usize = 0;
    /// The driver has saved it.
    pub const SAVED: usize = 1;
}

/// What one side has of one ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Column {
    /// The Pod object.
    pub pod: Option<Pod>,
    /// What runs of it.
    pub containers: Containers,
    /// The claim.
    pub claim: Option<Claim>,
    /// The volumes.
    pub volumes: Volumes,
    /// What the sync under way still has to write.
    pub write: Write,
    /// In which sets of the side it is: bits of [`sets`].
    pub sets: u8,
}

/// The sets of ordinals of a side that an ordinal may be in.
mod sets {
    /// Below the start of the set's slice.
    pub const BELOW_START: u8 = 1;
    /// Below its end.
    pub const BELOW_END: u8 = 1 << 1;
    /// Below the start of the slice that the set had before.
    pub const BELOW_PREVIOUS_START: u8 = 1 << 2;
    /// Below its end.
    pub const BELOW_PREVIOUS_END: u8 = 1 << 3;
    /// Counted in `status.replicas`.
    pub const COUNTED: u8 = 1 << 4;
    /// Counted in `status.readyReplicas`.
    pub const COUNTED_READY: u8 = 1 << 5;
    /// To be counted by the status write that is planned.
    pub const TO_COUNT: u8 = 1 << 6;
    /// The same, as Ready.
    pub const TO_COUNT_READY: u8 = 1 << 7;
}

/// What a world has beside its letters. Numbers of ordinals in it are zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Frame {
    /// The sides.
    pub sides: PerCluster<SideFrame>,
    /// The driver.
    pub driver: Driver,
}

/// What a side has beside what it has of ordinals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SideFrame {
    /// The set.
    pub set: Option<StatefulSet>,
    /// The memory of its controller.
    pub controller: Controller,
    /// Secrets and ConfigMaps.
    pub extras: u8,
}

impl Letter {
    /// The driver's loop is at it.
    #[must_use]
    pub const fn is_k(&self) -> bool {
        self.names & 1 << names::K != 0
    }

    /// Neither set has it, or the destination's has: if it is the one that a loop is at, a driver
    /// that looks at both sets goes on with it.
    #[must_use]
    pub const fn is_to_resume(&self) -> bool {
        !self.sides.source.is_in_slice()
    }
}

impl Column {
    /// Below the end of the set's slice.
    #[must_use]
    pub const fn is_below_end(&self) -> bool {
        self.sets & sets::BELOW_END != 0
    }

    /// Below the start of the set's slice.
    #[must_use]
    pub const fn is_below_start(&self) -> bool {
        self.sets & sets::BELOW_START != 0
    }

    /// In the set's slice.
    #[must_use]
    pub const fn is_in_slice(&self) -> bool {
        self.is_below_end() && !self.is_below_start()
    }

    /// Counted in `status.replicas`.
    #[must_use]
    pub const fn is_counted(&self) -> bool {
        self.sets & sets::COUNTED != 0
    }

    /// Counted in `status.readyReplicas`.
    #[must_use]
    pub const fn is_counted_ready(&self) -> bool {
        self.sets & sets::COUNTED_READY != 0
    }
}

/// Takes a world apart, in which some ordinals have names; its letters are appended to `letters`,
/// ordinal 0 first. The counters of faults are left out: they have to be zero.
pub fn split(setup: &Setup, world: &World, named: &Named, letters: &mut Vec<Letter>) -> Frame {
    debug_assert_eq!(world.faults(), 0, "faults are counted");
    letters.extend(setup.ordinals().map(|ordinal| {
        let bits = (0..).zip(named);
        let own = bits.filter(|(_, name)| **name == Some(ordinal));
        Letter {
            sides: PerCluster {
                source: column(world, ClusterId::Source, ordinal),
                destination: column(world, ClusterId::Destination, ordinal),
            },
            storage: world.storage[ordinal],
            excused: world.excused.contains(ordinal),
            is_member: ordinal.0 < setup.replicas,
            names: own.fold(0, |names, (bit, _)| names | 1 << bit),
        }
    }));
    let mut driver = world.driver;
    driver.k = Ordinal(0);
    driver.saved.1 = Ordinal(0);
    Frame {
        sides: PerCluster {
            source: side_frame(world, ClusterId::Source),
            destination: side_frame(world, ClusterId::Destination),
        },
        driver,
    }
}

/// Puts a world together, and says which of its ordinals have names. `None` if there is no such
/// world of `setup`: a mark that is not one, a name that two ordinals have.
#[must_use]
pub fn join(setup: &Setup, frame: &Frame, letters: &[Letter]) -> Option<(World, Named)> {
    let members = letters.iter().filter(|letter| letter.is_member).count();
    if letters.len() != usize::from(setup.ordinals)
        || prefix(letters, |letter| letter.is_member)? != setup.replicas
        || members != usize::from(setup.replicas)
    {
        return None;
    }
    let mut world = World {
        driver: frame.driver,
        ..World::default()
    };
    for id in ClusterId::BOTH {
        join_side(&mut world, id, frame, letters)?;
    }
    for (ordinal, letter) in setup.ordinals().zip(letters) {
        world.storage[ordinal] = letter.storage;
        if letter.excused {
            world.excused.insert(ordinal);
        }
    }
    let mut named = Named::default();
    for (bit, name) in named.iter_mut().enumerate() {
        *name = only(letters, 1 << bit)?;
    }
    world.driver.k = named[names::K].unwrap_or_default();
    world.driver.saved.1 = named[names::SAVED].unwrap_or_default();
    Some((world, named))
}

fn column(world: &World, id: ClusterId, ordinal: Ordinal) -> Column {
    let side = &world.clusters[id];
    let plan = &side.controller.plan;
    let is_in = |set: OrdinalSet| set.contains(ordinal);
    let is_below = |mark: u8| ordinal.0 < mark;
    let slice = side.set.map_or(Slice::EMPTY, |set| set.slice);
    let previous = match side.controller.previous {
        Previous::Set { slice, .. } => slice,
        Previous::NoSet | Previous::Unknown => Slice::EMPTY,
    };
    let is_in_set = [
        (is_below(slice.start), sets::BELOW_START),
        (is_below(slice.end), sets::BELOW_END),
        (is_below(previous.start), sets::BELOW_PREVIOUS_START),
        (is_below(previous.end), sets::BELOW_PREVIOUS_END),
        (
            side.set.is_some_and(|set| is_in(set.counted)),
            sets::COUNTED,
        ),
        (
            side.set.is_some_and(|set| is_in(set.counted_ready)),
            sets::COUNTED_READY,
        ),
        (is_in(plan.counted), sets::TO_COUNT),
        (is_in(plan.counted_ready), sets::TO_COUNT_READY),
    ];
    let in_sets = is_in_set.into_iter().filter(|(is_in, _)| *is_in);
    Column {
        pod: side.pods[ordinal],
        containers: side.containers[ordinal],
        claim: side.claims[ordinal],
        volumes: side.volumes[ordinal],
        write: plan.writes[ordinal],
        sets: in_sets.fold(0, |sets, (_, bit)| sets | bit),
    }
}

/// What a side has beside what it has of ordinals.
#[must_use]
pub const fn side_frame(world: &World, id: ClusterId) -> SideFrame {
    let side = match id {
        ClusterId::Source => &world.clusters.source,
        ClusterId::Destination => &world.clusters.destination,
    };
    let mut set = side.set;
    if let Some(set) = &mut set {
        set.slice = Slice::EMPTY;
        set.counted = OrdinalSet(0);
        set.counted_ready = OrdinalSet(0);
    }
    let mut controller = side.controller;
    controller.plan.writes = Table::filled(Write::None);
    controller.plan.counted = OrdinalSet(0);
    controller.plan.counted_ready = OrdinalSet(0);
    if let Previous::Set { slice, .. } = &mut controller.previous {
        *slice = Slice::EMPTY;
    }
    SideFrame {
        set,
        controller,
        extras: side.extras,
    }
}

fn join_side(world: &mut World, id: ClusterId, frame: &Frame, letters: &[Letter]) -> Option<()> {
    let side = &mut world.clusters[id];
    let from = &frame.sides[id];
    side.set = from.set;
    side.controller = from.controller;
    side.extras = from.extras;
    let mark = |bit| prefix(letters, |letter| letter.sides[id].sets & bit != 0);
    let slice = |start, end| {
        Some(Slice {
            start: mark(start)?,
            end: mark(end)?,
        })
    };
    let stored = slice(sets::BELOW_START, sets::BELOW_END)?;
    match &mut side.set {
        Some(set) => set.slice = stored,
        None if stored != Slice::EMPTY => return None,
        None => (),
    }
    let before = slice(sets::BELOW_PREVIOUS_START, sets::BELOW_PREVIOUS_END)?;
    match &mut side.controller.previous {
        Previous::Set { slice, .. } => *slice = before,
        _ if before != Slice::EMPTY => return None,
        _ => (),
    }
    for (number, letter) in letters.iter().enumerate() {
        let ordinal = Ordinal(u8::try_from(number).ok()?);
        let column = letter.sides[id];
        side.pods[ordinal] = column.pod;
        side.containers[ordinal] = column.containers;
        side.claims[ordinal] = column.claim;
        side.volumes[ordinal] = column.volumes;
        let plan = &mut side.controller.plan;
        plan.writes[ordinal] = column.write;
        let put = |set: Option<&mut OrdinalSet>, bit| {
            let is_in = column.sets & bit != 0;
            match set {
                Some(set) if is_in => set.insert(ordinal),
                None if is_in => return None,
                _ => (),
            }
            Some(())
        };
        put(side.set.as_mut().map(|set| &mut set.counted), sets::COUNTED)?;
        let ready = side.set.as_mut().map(|set| &mut set.counted_ready);
        put(ready, sets::COUNTED_READY)?;
        put(Some(&mut plan.counted), sets::TO_COUNT)?;
        put(Some(&mut plan.counted_ready), sets::TO_COUNT_READY)?;
    }
    Some(())
}

/// How many letters there are of which something holds, if they are the first ones.
fn prefix(letters: &[Letter], holds: impl Fn(&Letter) -> bool) -> Option<u8> {
    let mark = letters.iter().take_while(|letter| holds(letter)).count();
    let rest = &letters[mark..];
    let is_mark = !rest.iter().any(holds);
    is_mark.then_some(u8::try_from(mark).ok()?)
}

/// The one ordinal of that name, if there is one. `None` if there are several.
#[expect(clippy::option_option, reason = "there may rightly be none")]
fn only(letters: &[Letter], name: u8) -> Option<Option<Ordinal>> {
    let mut named = (0_u8..)
        .zip(letters)
        .filter(|(_, letter)| letter.names & name != 0);
    let first = named.next().map(|(number, _)| Ordinal(number));
    named.next().is_none().then_some(first)
}
